"""A hundred people type at once: what recording before showing adds to each echo, and a shell."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import time
from pathlib import Path

import asyncssh

from tests.bench.report import quantiles, say

SESSIONS = 100
KEYS_PER_S = {"shell_unrecorded": 1, "shell_recorded": 1}
"""Of each person; 5 where only an echo is drawn."""
KINDS = ("bare", "unrecorded", "recorded", "encrypted", "shell_unrecorded", "shell_recorded")
ROUND_S = 3.0
ROUNDS = 6


class _Client(asyncssh.SSHClientSession[bytes]):
    def __init__(self) -> None:
        self.echoed = asyncio.Event()

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self.channel = chan

    def data_received(self, data: bytes, datatype: object) -> None:
        self.echoed.set()


async def bench_busy_node(folder: Path) -> None:
    """100 sessions type: bare, on our terminal, recorded, encrypted, in the shell; by turns."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.echo_server", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    try:
        port = int(await asyncio.to_thread(server.stdout.readline))
        async with contextlib.AsyncExitStack() as stack:
            groups = {
                kind: [await _client(stack, port, f"{kind}-{n}") for n in range(SESSIONS)]
                for kind in KINDS
            }
            for kind in KINDS[1:]:
                await asyncio.gather(*(client.echoed.wait() for client in groups[kind]))
            for kind, clients in groups.items():
                await _type(clients, KEYS_PER_S.get(kind, 5))
            rounds = [
                {
                    kind: quantiles(await _type(clients, KEYS_PER_S.get(kind, 5)))
                    for kind, clients in groups.items()
                }
                for _ in range(ROUNDS)
            ]
    finally:
        server.communicate("")
    for kind, words in (("recorded", "record before show"), ("encrypted", "the same, encrypted")):
        _say_added(rounds, kind, words)
    _say_shell(rounds)


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _say_added(rounds: list[dict[str, tuple[float, float]]], kind: str, words: str) -> None:
    added = _middle([one[kind][0] - one["bare"][0] for one in rounds])
    tail = _middle([one[kind][1] / one["bare"][1] for one in rounds])
    (p50, p99), (b50, b99) = (
        (_middle([one[name][0] for one in rounds]), _middle([one[name][1] for one in rounds]))
        for name in (kind, "bare")
    )
    say(
        f"{words}, adds, p50",
        f"{added * 1e3:.2f} ms",
        f"{p50 * 1e3:.2f} of bare {b50 * 1e3:.2f} ms",
        bar="<= 1 ms",
        is_met=added <= 1e-3,
    )
    say(
        f"{words}, p99",
        f"{p99 * 1e3:.2f} ms",
        f"bare {b99 * 1e3:.2f} ms",
        tail,
        bar="<= 1.3",
        is_met=tail <= 1.3,
    )
    # The same terminal in the same process, which waits for no disk.
    alone = _middle([one["unrecorded"][1] for one in rounds])
    tail = _middle([one[kind][1] / one["unrecorded"][1] for one in rounds])
    say(f"{words}, p99", f"{p99 * 1e3:.2f} ms", f"unrecorded {alone * 1e3:.2f} ms", tail)


def _say_shell(rounds: list[dict[str, tuple[float, float]]]) -> None:
    for part, name in enumerate(("p50", "p99")):
        ours, base = (
            _middle([one[kind][part] for one in rounds])
            for kind in ("shell_recorded", "shell_unrecorded")
        )
        say(f"100 people in the shell, a key a second, {name}", f"{ours * 1e3:.1f} ms",
            f"unrecorded {base * 1e3:.1f} ms", ours / base)  # fmt: skip


async def _client(stack: contextlib.AsyncExitStack, port: int, name: str) -> _Client:
    connection = await asyncssh.connect(
        "127.0.0.1", port, username=name, known_hosts=None, client_keys=None, config=None,
        encryption_algs=["aes128-gcm@openssh.com"], kex_algs=["curve25519-sha256"],
    )  # fmt: skip
    await stack.enter_async_context(connection)
    _, client = await connection.create_session(_Client, encoding=None)
    return client


async def _type(clients: list[_Client], keys_per_s: int) -> list[float]:
    samples: list[float] = []

    async def keys(client: _Client, seed: int) -> None:
        pick = random.Random(seed)
        ends_at = time.perf_counter() + ROUND_S
        await asyncio.sleep(pick.random() / keys_per_s)
        while time.perf_counter() < ends_at:
            client.echoed.clear()
            started = time.perf_counter()
            client.channel.write(b"x")
            await client.echoed.wait()
            samples.append(time.perf_counter() - started)
            await asyncio.sleep(pick.uniform(0.5, 1.5) / keys_per_s)

    await asyncio.gather(*(keys(client, n) for n, client in enumerate(clients)))
    return samples
