"""A reviewer's application on a scripted server, at a chosen size."""

import asyncio
import contextlib

import pytest
from textual._context import active_app

from tests.fakes.review_peer import ReviewPeer
from tui.app import ReviewApp
from tui.client import socket_client
from tui.widgets.lines import LinesView
from tui.widgets.rows import RowList


class Screen:
    """An application under test: keys in, text out."""

    def __init__(self, app, pilot, peer):
        self.app, self.pilot, self.peer = app, pilot, peer

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, is_true, within_s=10.0):
        async with asyncio.timeout(within_s):
            while not is_true():
                await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def until_text(self, text, within_s=10.0):
        await self.until(lambda: text in self.text, within_s)

    async def unguarded(self):
        """Wait until deciding keys are taken."""
        await self.pilot.pause(0.45)

    @property
    def text(self):
        strips = self.app.screen._compositor.render_strips()
        lines = ["".join(segment.text for segment in strip).rstrip() for strip in strips]
        return "\n".join(lines)

    @property
    def lines(self):
        return self.text.split("\n")

    @property
    def queue(self):
        return self.app.screen.query_one("#queue", RowList)

    @property
    def detail(self):
        return self.app.screen.query_one("#detail", LinesView)

    def asked(self, kind):
        return [message for message in self.peer.asked if isinstance(message, kind)]

    async def opened(self):
        """Wait until the request under the cursor is shown in full."""
        await self.until(lambda: "SHA-256" in "\n".join(line.plain for line in self.detail._lines))


@pytest.fixture
def peer():
    return ReviewPeer()


class Holder:
    """Keeps an application open in a task of its own: Textual's context is that task's."""

    def __init__(self, app, size):
        self.ready = asyncio.get_running_loop().create_future()
        self.leave = asyncio.Event()
        self.task = asyncio.get_running_loop().create_task(self._hold(app, size))

    async def _hold(self, app, size):
        try:
            async with app.run_test(size=size) as pilot:
                self.ready.set_result(pilot)
                await self.leave.wait()
        except BaseException as error:
            if not self.ready.done():
                self.ready.set_exception(error)
            raise

    async def close(self):
        self.leave.set()
        await self.task


@pytest.fixture
async def show(peer):
    async with contextlib.AsyncExitStack() as stack:

        async def run(columns=120, rows=40):
            fd = await peer.start()
            stack.push_async_callback(peer.close)
            app = ReviewApp(lambda _prompter, fd=fd: socket_client(fd))
            holder = Holder(app, (columns, rows))
            stack.push_async_callback(holder.close)
            # Textual draws for the application of the context that asks.
            active_app.set(app)
            screen = Screen(app, await holder.ready, peer)
            await screen.until(lambda: app.state.welcome is not None)
            await screen.unguarded()
            return screen

        yield run
