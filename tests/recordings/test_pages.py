"""Pages and pictures show what was shown, hold only text, and ask nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from recordings.asciicast import ExportFormat, export
from recordings.events import OutcomeEvent, Output, Resize, StatementEvent, VerdictEvent
from tests.recordings.conftest import Desk

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\x1b]0;t\x07\u202e&amp;"


class Reader(html.parser.HTMLParser):
    """Gathers scripts, styles, tags and text as a browser would."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.bodies: list[tuple[str, str]] = []
        self.text = ""
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            kind = dict(attrs).get("type") or tag
            self._open = kind
            self.bodies.append((kind, ""))

    def handle_endtag(self, tag):
        self._open = ""

    def handle_data(self, data):
        if self._open:
            kind, body = self.bodies[-1]
            self.bodies[-1] = (kind, body + data)
        else:
            self.text += data


@pytest.fixture
async def recorded(desk: Desk) -> Path:
    writer = await desk.open("s1", front_end="shell", client=HOSTILE)
    await writer.append(Output(data=b"shop=> \x1b[1;31mred\x1b[0m & <b>\r\n"))
    await writer.append(
        StatementEvent(id="q1", index=1, text=f"select '{HOSTILE}'"),
        VerdictEvent(statement_id="q1", action="hold", rule="writes"),
    )
    await writer.append(Output(data=HOSTILE.encode()))
    await writer.append(Resize(columns=100, rows=30))
    await writer.append(OutcomeEvent(statement_id="q1", status="ok", tag="SELECT 1"))
    await writer.append(Output(data="\r\nlast line, José 漢\r\n".encode()))
    await writer.seal("logout")
    return writer.path


def page_of(path: Path) -> str:
    return b"".join(export(path, ExportFormat.HTML)).decode()


async def test_the_page_lets_in_its_own_scripts_and_styles_alone(recorded: Path):
    page = Reader(page_of(recorded))
    (policy,) = [
        attributes["content"]
        for tag, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-inline" not in policy
    assert "http" not in policy
    for kind, body in page.bodies:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert (f"'sha256-{digest}'" in policy) == (kind in ("script", "style"))
    assert [kind for kind, _ in page.bodies] == [
        "style",
        "style",
        "application/json",
        "script",
        "script",
    ]


async def test_nothing_recorded_becomes_markup(recorded: Path):
    page = Reader(page_of(recorded))
    assert not [tag for tag, _ in page.tags if tag == "img"]
    for tag, attributes in page.tags:
        assert not {"src", "onerror", "onclick", "style"} & set(attributes), tag
        assert "href" not in attributes
    assert "\u202e" not in page.text
    assert "\x1b" not in page.text


async def test_statements_fates_and_output_are_real_text(recorded: Path):
    page = Reader(page_of(recorded))
    for words in ("select '</script>", "verdict hold, writes", "outcome ok, SELECT 1", "José 漢"):
        assert words in page.text
    cast = json.loads(dict(page.bodies)["application/json"]).splitlines()
    events = [json.loads(line) for line in cast[1:]]
    assert json.loads(cast[0])["version"] == 2
    assert [code for _, code, _ in events] == ["o", "m", "o", "r", "o"]
    assert HOSTILE in events[2][2]


async def test_a_statement_leads_to_its_own_mark_however_long_the_pause_before_it(desk: Desk):
    # A player that cuts pauses short has other seconds than the recording; marks go with it.
    writer = await desk.open("s1")
    for number in (1, 2, 3):
        await writer.append(StatementEvent(id=f"q{number}", index=number, text=f"select {number}"))
    await writer.seal("logout")
    page = Reader(page_of(writer.path))
    wanted = [int(attributes["data-marker"]) for tag, attributes in page.tags if tag == "button"]
    cast = dict(page.bodies)["application/json"]
    marks = [event for event in map(json.loads, json.loads(cast).splitlines()) if "m" in event]
    assert [marks[number][2] for number in wanted] == ["1. select 1", "2. select 2", "3. select 3"]


async def test_statements_are_numbered_in_turn_whatever_text_each_was_the_first_of(desk: Desk):
    writer = await desk.open("s1", front_end="shell")
    for number in (1, 2):
        await writer.append(StatementEvent(id=f"q{number}", index=1, text=f"select {number}"))
    await writer.seal("logout")
    page = Reader(page_of(writer.path))
    listed = [attributes for tag, attributes in page.tags if tag == "li"]
    assert listed == [{}, {}]
    assert "ol" in [tag for tag, _ in page.tags]


@pytest.mark.long
async def test_a_browser_plays_the_page_and_breaks_no_rule(recorded: Path, tmp_path: Path):
    if shutil.which("chromium") is None:
        pytest.fail("Chromium is missing. Run: apt-get install -y chromium")
    page = tmp_path / "page.html"
    page.write_text(page_of(recorded), "utf-8")
    words = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    words += [f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=4000"]
    done = subprocess.run(
        [*words, "--dump-dom", page.as_uri()],
        capture_output=True,
        check=False,
        timeout=60,
    )
    shown = done.stdout.decode()
    said = [line for line in done.stderr.decode().splitlines() if "CONSOLE" in line]
    assert said == []
    assert "ap-player" in shown
    assert "ap-marker" in shown


@pytest.mark.parametrize(("front_end", "x"), [("shell", "27"), ("exec", "0")])
async def test_lines_of_a_client_without_a_terminal_begin_at_the_left(desk: Desk, front_end, x):
    writer = await desk.open("s1", front_end=front_end)
    await writer.append(Output(data=b"one\ntwo"))
    await writer.seal("done")
    picture = b"".join(export(writer.path, ExportFormat.SVG)).decode()
    assert f'<text x="{x}" y="33" textLength="27">two<' in picture


async def test_the_picture_is_the_screen_of_its_moment(recorded: Path):
    end = b"".join(export(recorded, ExportFormat.SVG)).decode()
    root = ET.fromstring(end)
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("last line, José" in text for text in texts)
    wide = re.search(r'<text x="([0-9]+)" y="[0-9]+" textLength="18">漢<', end)
    assert wide, "a wide character takes two cells, and no blank besides"
    assert root.get("width") == "900"
    assert re.search(r'fill="#dd3c69" font-weight="bold">red<', end)
    first = b"".join(export(recorded, ExportFormat.SVG, at_s=0.0)).decode()
    assert "last line" not in first
    assert ET.fromstring(first).get("width") == "720"


async def test_no_picture_is_made_too_large(desk: Desk):
    writer = await desk.open("s1")
    await writer.append(Resize(columns=999_999, rows=999_999))
    await writer.seal("done")
    root = ET.fromstring(b"".join(export(writer.path, ExportFormat.SVG)))
    assert root.get("width") == "9000"
