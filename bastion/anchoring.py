"""Hands each signed head of the audit log to places outside, and says so where that fails.

Whoever owns this machine can roll back the audit log and its head together; what was handed out
before shows it (``bastion audit verify --anchor``). Every ``every_s`` seconds the heads of the
recordings in writing go into the log first, so that these are anchored too.
"""

from __future__ import annotations

import asyncio
import logging
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bastion.errors import BastionError, ConfigError
from bastion.execution.ports import Clock
from recordings.anchor import SignedHead, append_head, read_anchor
from recordings.audit import verify_audit
from recordings.errors import RecordingFailure

log = logging.getLogger(__name__)

_COMMAND_TIMEOUT_S = 30.0
_PAUSE_S = 2.0
"""Between two heads that are handed out: a busy minute ends many sessions."""

Tell = Callable[[str, Mapping[str, str]], Awaitable[None]]
"""Puts news on record and before people: event and fields."""


class AnchorPlaces:
    """Where heads go: a file, a program. Its methods block."""

    def __init__(self, *, file: str, command: str) -> None:
        """Check the settings.

        Raises:
            ConfigError: a path is not absolute.
        """
        for key, path in (("anchor_file", file), ("anchor_command", command)):
            if path and not Path(path).is_absolute():
                raise ConfigError(f'bastion.toml, [audit], key "{key}": must be an absolute path.')
        self.file = Path(file) if file else None
        self._command = command

    @property
    def is_any(self) -> bool:
        """Tell whether heads go anywhere."""
        return self.file is not None or bool(self._command)

    def hand_out(self, head: SignedHead) -> str:
        """Give a head to each place; tells in words what went wrong, empty when all have it."""
        troubles = []
        if self.file is not None:
            try:
                append_head(self.file, head)
            except OSError as error:
                troubles.append(f"{self.file} cannot be written ({error.strerror})")
        if self._command:
            try:
                # An empty environment: the hook must not inherit credentials of the service.
                subprocess.run(  # noqa: S603 - an absolute path from the administrator's own file.
                    [self._command],
                    input=head.line(),
                    timeout=_COMMAND_TIMEOUT_S,
                    check=True,
                    env={},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except (OSError, subprocess.SubprocessError) as error:
                words = type(error).__name__
                if isinstance(error, subprocess.CalledProcessError):
                    words = f"exit code {error.returncode}"
                troubles.append(f"anchor_command failed ({words})")
        return "; ".join(troubles)

    def check(self, audit_log: Path, public_key: Ed25519PublicKey) -> None:
        """Hold the log against the anchor's file before anything is added to either. Blocks.

        Raises:
            ConfigError: the log is not the one that was anchored.
        """
        if self.file is None:
            return
        try:
            if not read_anchor(self.file).says_anything:
                return
            fault = "it is missing"
            if audit_log.exists():
                fault = verify_audit(audit_log, public_key, anchor=self.file).fault
        except FileNotFoundError:
            # The first head makes it.
            return
        except OSError as error:
            raise ConfigError(
                f"{error.filename} cannot be read ({error.strerror}), so the audit log cannot be"
                " held against its anchor. Put it right; nothing starts until then."
            ) from error
        if fault:
            raise ConfigError(
                f"The audit log does not agree with its anchor {self.file}: {fault}. Put the log "
                "back as it was. After a restore from a backup, look into what is lost, then move "
                "the anchor away; nothing starts until then."
            )


class Anchoring:
    """Keeps the places outside up to date while the server runs."""

    def __init__(
        self,
        places: AnchorPlaces,
        *,
        head: Callable[[], SignedHead | None],
        checkpoint: Callable[[], bool],
        copy: Callable[[str], None],
        tell: Tell,
        clock: Clock,
        every_s: float,
        age_max_s: float,
    ) -> None:
        """Hand out nothing yet.

        Args:
            head: gives the head of the audit log as it is now; blocks.
            checkpoint: tells the audit log how far recordings have come; blocks.
            copy: gets each head as a line, with no word on whether it arrived.
            age_max_s: nothing may run where a head waits for longer; 0: it may.
        """
        self._places = places
        self._head = head
        self._checkpoint = checkpoint
        self._copy = copy
        self._tell = tell
        self._clock = clock
        self._every_s = every_s
        self._age_max_s = age_max_s
        self._wake = asyncio.Event()
        self._sessions = 0
        self._checkpoint_at = clock.monotonic()
        self._last = -1
        self._whole_at: float | None = None
        self.trouble = ""
        """Why a head is not everywhere where it belongs; empty when it is."""

    def follow(self, sessions: int) -> None:
        """Hand out the head soon where fewer sessions are open than before: one was sealed."""
        if sessions < self._sessions:
            self._wake.set()
        self._sessions = sessions

    def refusal(self) -> str:
        """Tell why nothing may run now; empty when it may."""
        if not self._age_max_s or not self._places.is_any:
            return ""
        age_s = None if self._whole_at is None else self._clock.monotonic() - self._whole_at
        if age_s is not None and age_s <= self._age_max_s:
            return ""
        return (
            "The audit log cannot be anchored outside of this machine, so nothing may run. "
            "Tell the bastion's administrators."
        )

    async def run(self) -> None:
        """Hand out heads until cancelled."""
        while True:
            was_woken = await self._wait()
            await self.step(with_checkpoint=not was_woken)
            await asyncio.sleep(_PAUSE_S)

    async def _wait(self) -> bool:
        """Wait until a head is due; tells whether a recording has ended before."""
        left_s = self._checkpoint_at + self._every_s - self._clock.monotonic()
        try:
            async with asyncio.timeout(max(left_s, 0.0)):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def step(self, *, with_checkpoint: bool = True) -> None:
        """Hand out the head if there is a new one.

        Args:
            with_checkpoint: how far recordings in writing have come goes on record first.
        """
        try:
            if with_checkpoint:
                self._checkpoint_at = self._clock.monotonic()
                await asyncio.to_thread(self._checkpoint)
            head = await asyncio.to_thread(self._head)
        except (RecordingFailure, OSError) as error:
            log.warning("anchor.no_head", extra={"error": type(error).__name__})
            return
        if head is None or head.seq == 0:
            # That a log was empty once says nothing of it.
            return
        trouble = ""
        if head.seq != self._last or self.trouble:
            trouble = await asyncio.to_thread(self._places.hand_out, head)
            self._copy(head.line().decode().strip())
        if not trouble:
            self._last, self._whole_at = head.seq, self._clock.monotonic()
        await self._note(trouble)

    async def _note(self, trouble: str) -> None:
        was, self.trouble = self.trouble, trouble
        if bool(was) == bool(trouble):
            return
        event = "audit.anchor_failed" if trouble else "audit.anchored_again"
        log.warning(event, extra={"detail": trouble})
        try:
            await self._tell(event, {"trouble": trouble})
        except BastionError as error:
            # That the log cannot be written is told by everything else.
            log.warning("anchor.not_told", extra={"code": error.code})
