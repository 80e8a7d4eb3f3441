"""What is kept of a session, and how soon any second of it appears."""

from __future__ import annotations

import itertools
import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recordings.chained_file import Body, ChainState, Content
from recordings.encrypted import DataKey, public_header
from recordings.events import (
    Event,
    Grid,
    Header,
    LineEncoder,
    Output,
    ResultEvent,
    RowsEvent,
    StatementEvent,
    Tally,
    encode_header,
    sha256_hex,
)
from recordings.keys import make_private_key
from recordings.packed import pack
from recordings.seek import SeekIndexes, index_key, screen_at
from tests.bench.recorder import screen_text
from tests.bench.report import quantiles, say

HOURS_S = 4 * 3600
LONG_BYTES = 200_000_000


def write_recording(path: Path, key: Ed25519PrivateKey, *, size: int, length_s: float) -> None:
    """Write a recording of any length at once, as a journal would over hours."""
    chance, encoder, state = random.Random(1), LineEncoder(), ChainState("long", key)
    page = screen_text(80_000)
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    header = Header(
        session_id="long", started_at=now, columns=120, rows=40, user="ann", person="ann"
    )
    with path.open("wb") as file:
        file.write(state.frame(0, encode_header(header)))
        while state.length_bytes < size:
            time_us = int(state.length_bytes / size * length_s * 1_000_000)
            at = chance.randrange(0, 70_000)
            moves = (
                b"\x1b[2J\x1b[H"
                if chance.random() < 0.02
                else b"\x1b[%dm" % chance.choice((0, 1, 32))
            )
            output = Output(data=moves + page[at : at + chance.randrange(20, 1200)])
            file.write(state.frame(time_us, encoder.encode(time_us, output)))
        file.write(state.signature(is_final=True))


async def bench_seek(folder: Path) -> None:
    """Any second of a recording of four hours and 200 MB, plain and archived."""
    key = make_private_key()
    root = folder / "seek"
    path = root / "2026/03/01/long.cast"
    write_recording(path, key, size=LONG_BYTES, length_s=HOURS_S)
    started = time.perf_counter()
    indexes = SeekIndexes(root, index_key(key))
    indexes.update(path)
    built_s = time.perf_counter() - started
    for form in ("plain", "archived"):
        if form == "archived":
            packed = path.with_suffix(".cast.zst")
            pack(path, packed)
            path.unlink()
            path = packed
        chance, samples = random.Random(7), []
        screen_at(path, 1, indexes=indexes)
        for _ in range(200):
            at_s = chance.random() * HOURS_S
            started = time.perf_counter()
            screen_at(path, at_s, indexes=indexes)
            samples.append(time.perf_counter() - started)
        p50, p99 = quantiles(samples)
        say(
            f"seek in 4 h, 200 MB, {form}, p99",
            f"{p99 * 1e3:.1f} ms",
            f"p50 {p50 * 1e3:.1f}, index {built_s:.0f} s",
            bar="<= 20 ms",
            is_met=p99 <= 0.02,
        )


def with_cells(shown: bytes, result: int) -> Output:
    """Say where the cells of a table stand, as who draws it does."""
    sizes = [len(piece) for piece in re.split(rb"\||\r\n", shown)[1:-1]]
    gaps = [2, *(1 + (place % 6 == 0) for place in range(1, len(sizes)))]
    spans = tuple(itertools.chain.from_iterable(zip(gaps, sizes, strict=True)))
    return Output(data=shown, cells=(Grid(result, 0, spans),))


async def bench_hour(folder: Path) -> None:
    """An hour of 30 queries of 50 rows, typed key by key, as it is archived."""
    for form in ("", ", encrypted"):
        path = folder / f"hour{form}.cast"
        write_hour(path, is_encrypted=bool(form))
        packed = path.with_suffix(".cast.zst")
        pack(path, packed)
        kept = packed.stat().st_size
        say(
            f"a session-hour archived{form}",
            f"{kept / 1e3:.0f} KB",
            f"before {path.stat().st_size / 1e3:.0f} KB",
            bar="<= 100 KB",
            is_met=kept <= 100_000,
        )


def write_hour(path: Path, *, is_encrypted: bool) -> None:
    """Write the recording of such an hour at once, as a journal would."""
    key = make_private_key()
    chance, encoder, state = random.Random(3), LineEncoder(), ChainState("hour", key)
    now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    header = Header(
        session_id="hour", started_at=now, columns=120, rows=40, user="ann", person="ann"
    )
    if is_encrypted:
        clear = public_header(header, sha256_hex(b"its key"))
        state.content = Content.begin(clear, DataKey.generate("hour"), key)
    table = screen_text(400_000).splitlines(keepends=True)
    with path.open("wb") as file:
        file.write(state.put(Body(0, encode_header(header))).whole)
        time_us = 0

        def write(*events: Event, is_last: bool = False) -> None:
            lines = b"".join(encoder.encode(time_us, one) for one in events)
            file.write(state.put(Body(time_us, lines, is_last)).whole)

        for number in range(30):
            time_us = number * 120_000_000
            text = (
                "select id, name, city, status, total from orders where customer_id = "
                f"{chance.randrange(9999)} limit 50"
            )
            for letter in text:
                time_us += chance.randrange(60_000, 300_000)
                write(Output(data=b"\x1b[?25l\x1b[0;38;5;75m%b\x1b[0m\x1b[?25h" % letter.encode()))
            write(StatementEvent(id=f"q{number}", index=1, text=text, sha256="0" * 64))
            at = chance.randrange(0, 3000)
            write(
                ResultEvent(statement_id=f"q{number}", result=number + 1, columns=tuple("abcdef"))
            )
            write(
                RowsEvent(statement_id=f"q{number}", count=50, sha256="0" * 64),
                with_cells(b"\r\n" + b"".join(table[at : at + 50]), number + 1),
            )
            write(Output(data=b"50 rows in 3 ms\r\n\x1b[1mshop> \x1b[0m"))
        write(Tally().end("logout", now=now), is_last=True)
