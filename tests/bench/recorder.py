"""What recording costs: throughput, verifying, memory, and what is kept of an hour."""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import pty
import shutil
import time
from collections import deque
from pathlib import Path

from bastion.ssh.terminal import ChannelWire, RecordedTerminal
from recordings.events import Output
from recordings.frames import FrameWalk
from recordings.verify import verify_recording
from tests.bench.echo_server import make_journal, open_session
from tests.bench.report import cpu_of, quantiles, say
from tests.bench.rows import resident_mb

SHOWN_BYTES = 20_000_000
SLOW_CLIENTS = 200
_LINE = b"\x1b[32m%6d\x1b[0m | Ada Moor %7d | Oslo       | paid    | %8d.50 | 2026-01-01\r\n"


class _Channel:
    """A client that takes everything at once, or nothing at all."""

    def __init__(self) -> None:
        self.taken = 0

    def write(self, data: bytes) -> None:
        self.taken += len(data)

    def is_closing(self) -> bool:
        return False


def screen_text(size: int) -> bytes:
    """Make what a shell shows of a large result."""
    lines: list[bytes] = []
    length = 0
    while length < size:
        lines.append(_LINE % (len(lines), len(lines) * 7, len(lines) * 13))
        length += len(lines[-1])
    return b"".join(lines)


async def bench_throughput(folder: Path) -> None:
    """The same bytes through our terminal, plain and encrypted, and tlog-rec, by turns."""
    text = screen_text(SHOWN_BYTES)
    shown = folder / "shown.txt"
    shown.write_bytes(text)
    journal = make_journal(folder / "throughput")
    encrypting = make_journal(folder / "encrypted", is_encrypted=True)
    ours, encrypted, theirs = [], [], []
    for number in range(3):
        ours.append(await _shown(journal, f"through{number}", text))
        encrypted.append(await _shown(encrypting, f"through{number}", text))
        if shutil.which("tlog-rec"):
            theirs.append(await asyncio.to_thread(_tlog, shown, folder / "tlog"))
    journal.close()
    encrypting.close()
    for place, unit in ((0, "MB/s"), (1, "MB/CPU s")):
        mine, base = _rate(encrypted, place), _rate(ours, place)
        say(f"encrypted as it is written, {unit}", f"{mine:.0f}", f"plain {base:.0f}", mine / base)
    theirs = [sample for sample in theirs if math.isfinite(sample[0])]
    if not theirs:
        mine = f"{_rate(ours, 0):.0f}"
        say("recorded before shown, MB/s", mine, "tlog-rec is not installed, or does not run")
    for place, unit in ((0, "MB/s"), (1, "MB/CPU s")) if theirs else ():
        mine, base = _rate(ours, place), _rate(theirs, place)
        say(f"recorded before shown, {unit}", f"{mine:.0f}", f"tlog-rec {base:.1f}", mine / base,
            bar=">= 5", is_met=mine / base >= 5)  # fmt: skip


def _rate(samples: list[tuple[float, float]], place: int) -> float:
    return SHOWN_BYTES / 1e6 / sorted(sample[place] for sample in samples)[len(samples) // 2]


async def _shown(journal: object, name: str, text: bytes) -> tuple[float, float]:
    """Show it on a recorded terminal; gives the time and the CPU it took."""
    session = await open_session(journal, name)  # type: ignore[arg-type]
    channel = _Channel()
    terminal = RecordedTerminal(ChannelWire(channel), session)  # type: ignore[arg-type]
    running = asyncio.get_running_loop().create_task(terminal.run())
    started, cpu = time.perf_counter(), time.process_time()
    for at in range(0, len(text), 65_536):
        # As the shell does between two batches of a result.
        terminal.write(text[at : at + 65_536].decode())
        await terminal.ease()
    await terminal.drain()
    taken = time.perf_counter() - started, time.process_time() - cpu
    assert channel.taken == len(text)
    terminal.detach()
    await running
    await session.end("done")
    return taken


def _tlog(shown: Path, log: Path) -> tuple[float, float]:
    """Let tlog-rec record ``cat`` on a terminal; it needs /run/utmp and gives up without."""
    log.unlink(missing_ok=True)
    started = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        words = ["tlog-rec", "--latency=1", "-o", str(log), "cat", str(shown)]
        os.execvp(words[0], words)
    count = 0
    try:
        while data := os.read(terminal, 65_536):
            count += len(data)
    except OSError:
        pass
    _, _, used = os.wait4(child, 0)
    os.close(terminal)
    taken = time.perf_counter() - started
    if count < shown.stat().st_size:
        return float("inf"), float("inf")
    return taken, used.ru_utime + used.ru_stime


async def bench_appends(folder: Path) -> None:
    """One session alone, key by key: an append against a sync of the disk by itself."""
    journal = make_journal(folder / "appends")
    encrypting = make_journal(folder / "appends-encrypted", is_encrypted=True)
    session = await open_session(journal, "alone")
    secret = await open_session(encrypting, "alone")
    scratch = os.open(folder / "scratch", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    ours, encrypted, base = [], [], []
    for _ in range(300):
        for recorded, samples in ((session, ours), (secret, encrypted)):
            started = time.perf_counter()
            await recorded.output(b"x")
            samples.append(time.perf_counter() - started)
        started = time.perf_counter()
        os.write(scratch, b"x" * 300)
        os.fdatasync(scratch)
        base.append(time.perf_counter() - started)
    os.close(scratch)
    for recorded, its_journal in ((session, journal), (secret, encrypting)):
        await recorded.end("done")
        its_journal.close()
    (p50, p99), (b50, b99) = quantiles(ours), quantiles(base)
    (e50, _), plain = quantiles(encrypted), f"plain {p50 * 1e3:.2f} ms"
    say("one append alone, encrypted, p50", f"{e50 * 1e3:.2f} ms", plain, e50 / p50)
    say(
        "one append alone, p50",
        f"{p50 * 1e3:.2f} ms",
        f"write + fdatasync {b50 * 1e3:.2f} ms",
        p50 / b50,
    )
    say(
        "one append alone, p99",
        f"{p99 * 1e3:.2f} ms",
        f"write + fdatasync {b99 * 1e3:.2f} ms",
        p99 / b99,
    )


async def bench_memory_per_recorder(folder: Path) -> None:
    """Clients that take nothing, while their shells have 8 MB each to show."""
    journal = make_journal(folder / "slow")
    text = screen_text(65_536)[:65_536].decode()
    tasks: deque[asyncio.Task[None]] = deque()
    sessions = [await open_session(journal, f"slow{n}") for n in range(SLOW_CLIENTS)]
    await asyncio.sleep(0.1)
    before = resident_mb()
    loop = asyncio.get_running_loop()
    terminals = []
    for session in sessions:
        wire = ChannelWire(_Channel())  # type: ignore[arg-type]
        wire.pause_writing()
        terminal = RecordedTerminal(wire, session)
        terminals.append(terminal)
        tasks.append(loop.create_task(terminal.run()))
        tasks.append(loop.create_task(_show(terminal, text)))
    await asyncio.sleep(2.0)
    each = (resident_mb() - before) / SLOW_CLIENTS
    say(
        "memory per recorder, client takes nothing",
        f"{each:.2f} MB",
        bar="<= 1 MB",
        is_met=each <= 1,
    )
    for terminal in terminals:
        terminal.detach()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for session in sessions:
        await session.end("done")
    journal.close()


async def _show(terminal: RecordedTerminal, text: str) -> None:
    for _ in range(128):
        terminal.write(text)
        await terminal.ease()


async def bench_verify(folder: Path) -> None:
    """Verifying a recording, against hashing alone."""
    journal = make_journal(folder / "verify")
    session = await open_session(journal, "verified")
    chunk = screen_text(16_384)
    for _ in range(2000):
        await session._queue(Output(data=chunk))
    await session.end("done")
    path = next(journal.root.rglob("verified.cast"))
    public = journal._key.public_key()
    journal.close()
    size = path.stat().st_size
    assert verify_recording(path, public).is_ok
    base = size / min(cpu_of(lambda: hashlib.sha256(path.read_bytes())) for _ in range(3)) / 1e6
    ours = size / min(cpu_of(lambda: verify_recording(path, public)) for _ in range(3)) / 1e6
    say("verify a recording, MB/CPU s", f"{ours:,.0f}", f"sha256 {base:,.0f}", ours / base,
        bar=">= 200", is_met=ours >= 200)  # fmt: skip
    with path.open("rb") as stream:
        slow = size / cpu_of(lambda: list(FrameWalk(stream, public).walk())) / 1e6
    say("walking each of its frames, MB/CPU s", f"{slow:,.0f}", f"sha256 {base:,.0f}", slow / base)
