"""``ssh -t HOST review``: the reviewers' application as the server's only child process.

It gets a terminal on 0 to 2, the reviewers' protocol on one inherited socket, next to nothing in
its environment, another uid where that is possible, and it dies with the channel.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import logging
import os
import pwd
import signal
import socket
import stat
import struct
import subprocess
import sys
import termios
import threading
from dataclasses import dataclass
from pathlib import Path

from bastion.core.model import Principal
from bastion.errors import BastionError
from bastion.execution.services import Services
from bastion.execution.session import Session
from bastion.frontends import review
from bastion.ssh.terminal import ChannelWire

log = logging.getLogger(__name__)

_READ_BYTES = 64 * 1024
_KEYS_BYTES = 4096
_KILL_AFTER_S = 2.0
_NOBODY = "nobody"


class _Process:
    """A child whose end a thread of its own awaits: uvloop starts none under another uid."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self.returncode: int | None = None
        threading.Thread(target=self._await_end, name="review-child", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> None:
        await self._ended.wait()

    def _await_end(self) -> None:
        status = self._process.wait()
        # The loop may have been closed by then; nobody waits any more.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._note_end, status)

    def _note_end(self, status: int) -> None:
        self.returncode = status
        self._ended.set()


@dataclass(frozen=True, slots=True)
class _Child:
    process: _Process
    terminal: int
    """The controlling side of its pty."""


async def run_review(
    services: Services, principal: Principal, session: Session, wire: ChannelWire
) -> int:
    """Run the application until it ends, the client is gone, or the session was ended.

    Returns:
        The application's exit status.

    Raises:
        RecordingError: what it draws cannot be recorded.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        child = _start(wire, theirs.fileno())
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    pty = _Pty(child, wire, session)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {
                group.create_task(
                    review.serve_review(services, principal, session, reader, writer)
                ),
                group.create_task(pty.run()),
                group.create_task(_wait_until_gone(session, wire)),
            }
            ended = group.create_task(child.process.wait())
            await asyncio.wait({*tasks, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not ended.done() and not wire.closed.is_set():
                # The protocol may end first, with a last word that the application still shows.
                await asyncio.wait({ended}, timeout=_KILL_AFTER_S)
            await _kill(child)
            await pty.flush()
            for task in tasks:
                task.cancel()
    except* BastionError as errors:
        raise errors.exceptions[0] from None
    except* ConnectionError:
        log.info("review.client_gone")
    finally:
        pty.close()
        await _kill(child)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
    status = child.process.returncode
    return status if status is not None and status >= 0 else 0


async def _wait_until_gone(session: Session, wire: ChannelWire) -> None:
    loop = asyncio.get_running_loop()
    waits = {loop.create_task(session.ended.wait()), loop.create_task(wire.closed.wait())}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()


def _start(wire: ChannelWire, protocol: int) -> _Child:
    controlling, controlled = os.openpty()
    try:
        _set_size(controlling, wire)
        uid, gid = _lesser_user(controlled)
        process = subprocess.Popen(  # noqa: S603 - this python and our own module, no shell.
            [sys.executable, "-I", "-m", "tui", "--fd", str(protocol)],
            stdin=controlled,
            stdout=controlled,
            stderr=controlled,
            pass_fds=(protocol,),
            env=_environment(wire),
            cwd="/",
            start_new_session=True,
            user=uid,
            group=gid,
            extra_groups=None if uid is None else (),
        )
    except BaseException:
        os.close(controlling)
        raise
    finally:
        os.close(controlled)
    os.set_blocking(controlling, False)
    return _Child(_Process(process), controlling)


def _environment(wire: ChannelWire) -> dict[str, str]:
    kept = {
        name: value
        for name, value in wire.environment.items()
        if name in ("LANG", "NO_COLOR", "ACCESSIBLE") or name.startswith("LC_")
    }
    # Without a UTF-8 locale python would not draw frames; C.UTF-8 is in every libc.
    kept.setdefault("LANG", "C.UTF-8")
    return {**kept, "TERM": wire.term or "xterm", "PYTHONDONTWRITEBYTECODE": "1"}


def _lesser_user(controlled: int) -> tuple[int | None, int | None]:
    """Choose the uid of the child: nobody, where we are root and nobody can read the code."""
    if os.geteuid() != 0:
        return None, None
    try:
        nobody = pwd.getpwnam(_NOBODY)
    except KeyError:
        return None, None
    needed = [Path(sys.executable), Path(sys.prefix) / "lib", Path(os.__file__)]
    # Only its place is asked for: the server runs the application, it never imports it.
    spec = importlib.util.find_spec("tui")
    needed += [Path(folder) for folder in (spec and spec.submodule_search_locations) or ()]
    if not all(_is_open_to_all(path) for path in needed):
        log.info("review.same_uid")
        return None, None
    os.fchown(controlled, nobody.pw_uid, nobody.pw_gid)
    return nobody.pw_uid, nobody.pw_gid


def _is_open_to_all(path: Path) -> bool:
    """Tell whether any user may read a path, its real place included."""
    for place in {path.absolute(), path.resolve()}:
        mode = place.stat().st_mode
        wanted = stat.S_IROTH | (stat.S_IXOTH if stat.S_ISDIR(mode) else 0)
        if mode & wanted != wanted:
            return False
        if any(not parent.stat().st_mode & stat.S_IXOTH for parent in place.parents):
            return False
    return True


def _set_size(terminal: int, wire: ChannelWire) -> None:
    size = struct.pack("HHHH", wire.rows, wire.columns, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)


async def _kill(child: _Child) -> None:
    """End the child with all that it may have started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if child.process.returncode is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.process.pid, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_KILL_AFTER_S):
                await child.process.wait()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)


class _Pty:
    """Moves bytes between the child's terminal and the channel; what it draws is recorded first."""

    def __init__(self, child: _Child, wire: ChannelWire, session: Session) -> None:
        self._child = child
        self._wire = wire
        self._session = session
        self._is_closed = False
        self._writing = asyncio.Lock()
        self._is_waiting_to_write = False
        wire.receiver = self
        self.input_arrived()

    async def run(self) -> None:
        while not self._is_closed:
            await self._readable()
            if not await self._pass_on():
                return

    async def flush(self) -> None:
        """Pass on what the child drew last."""
        with contextlib.suppress(ConnectionError):
            while await self._pass_on():
                pass

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._wire.receiver is self:
            self._wire.receiver = None
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._child.terminal)
        loop.remove_writer(self._child.terminal)
        os.close(self._child.terminal)

    async def _pass_on(self) -> bool:
        async with self._writing:
            if self._is_closed:
                return False
            try:
                data = os.read(self._child.terminal, _READ_BYTES)
            except BlockingIOError:
                return self._child.process.returncode is None
            except OSError:
                # EIO: the last holder of the other side has closed it.
                return False
            if data:
                await self._session.output(data)
                await self._wire.send(data)
            return bool(data)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._child.terminal, ready.set)
        try:
            await ready.wait()
        finally:
            if not self._is_closed:
                loop.remove_reader(self._child.terminal)

    # Receiver

    def input_arrived(self) -> None:
        loop = asyncio.get_running_loop()
        if self._is_closed:
            return
        while keys := self._wire.take(_KEYS_BYTES):
            self._session.touch()
            try:
                count = os.write(self._child.terminal, keys)
            except BlockingIOError:
                count = 0
            except OSError:
                return
            if count < len(keys):
                self._wire.unread(keys[count:])
                self._is_waiting_to_write = True
                loop.add_writer(self._child.terminal, self.input_arrived)
                return
        if self._is_waiting_to_write:
            self._is_waiting_to_write = False
            loop.remove_writer(self._child.terminal)

    def resized(self) -> None:
        if self._is_closed:
            return
        _set_size(self._child.terminal, self._wire)
        # The pty is not its controlling terminal, so that the kernel does not tell it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.process.pid, signal.SIGWINCH)

    def interrupted(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._child.terminal, b"\x03")
