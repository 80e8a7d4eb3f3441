"""What a key costs that is typed into the shell, against prompt-toolkit's own prompt."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Coroutine

from prompt_toolkit.application import create_app_session
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.shortcuts import PromptSession
from pygments.lexers.sql import PostgresLexer  # type: ignore[import-untyped]

from bastion.execution.ports import Terminal
from bastion.frontends.console import Console
from bastion.frontends.shell import run_shell
from tests.bench.report import say
from tests.fakes.runner import TARGETS, FakeServices, FakeSession
from tests.fakes.terminal import FakeTerminal

TEXT = "select id, name, status from orders where id = 17 and note = 'a b' order by placed_at"
ROUNDS = 5


class _Sink(FakeTerminal):
    """Takes what is drawn, and draws nothing."""

    def __init__(self) -> None:
        super().__init__(120, 40)
        self.drawn = asyncio.Event()

    def write(self, text: str) -> None:
        self.drawn.set()


async def bench_keys() -> None:
    """Type and take back a statement, by turns in the shell and at a plain prompt."""
    ours, theirs = _Sink(), _Sink()
    async with _running(run_idle_shell(ours)), _running(_plain(theirs)):
        await _cost(ours), await _cost(theirs)
        rounds = [(await _cost(ours), await _cost(theirs)) for _ in range(ROUNDS)]
    key, plain = (min(costs) for costs in zip(*rounds, strict=True))
    say("a key in the shell, CPU", f"{key * 1e3:.2f} ms",
        f"plain prompt {plain * 1e3:.2f} ms", key / plain)  # fmt: skip


async def run_idle_shell(terminal: Terminal) -> None:
    """Run the shell before a governed path that is not asked."""
    await run_shell(FakeServices(), FakeSession(TARGETS[0]), terminal)  # type: ignore[arg-type]


async def _plain(terminal: FakeTerminal) -> None:
    console = Console(terminal, lambda _text: 0)
    with create_app_session(input=console.input, output=console.output):
        prompt: PromptSession[str] = PromptSession(
            multiline=True, lexer=PygmentsLexer(PostgresLexer)
        )
        await prompt.prompt_async("=> ", handle_sigint=False)


@contextlib.asynccontextmanager
async def _running(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    task = asyncio.get_running_loop().create_task(work)
    await asyncio.sleep(0.3)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _cost(terminal: _Sink) -> float:
    """Give the CPU of a key, in seconds, until it is drawn."""
    started = time.process_time()
    keys = TEXT + "\x7f" * len(TEXT)
    for key in keys:
        terminal.drawn.clear()
        terminal.send(key)
        await terminal.drawn.wait()
    return (time.process_time() - started) / len(keys)
