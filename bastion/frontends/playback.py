"""Transcripts for a plain terminal: as text without escape codes, or as JSON lines."""

from __future__ import annotations

import json
import re

from bastion.frontends.render import visible
from recordings.errors import FormatError
from recordings.events import parse_line

_LINES_MAX = 200_000
_ESCAPE = re.compile(
    r"\x1b(?:\[(?P<args>[0-9;?<=>]*)[ -/]*(?P<final>[@-~])|\].*?(?:\x07|\x1b\\)|[PX^_].*?\x1b\\"
    r"|[ -/]*[0-OQ-WYZ\\`-~])",
    re.DOTALL,
)
_TOKEN = re.compile(rf"{_ESCAPE.pattern}|[\r\n\b]|[^\x1b\r\n\b]+|\x1b", re.DOTALL)


class LineReader:
    """Cuts transcript bytes into its event lines; feed it pieces of any size."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_header = True

    def feed(self, data: bytes) -> list[tuple[int, str, str]]:
        """Give microseconds, code and text of each whole line; the header is left out."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        events = []
        for line in lines:
            if self._is_header:
                self._is_header = False
                if line.startswith(b"{"):
                    continue
            try:
                events.append(parse_line(line))
            except FormatError:
                continue
        return events


def json_line(time_us: int, code: str, text: str) -> str:
    """Write one event as a JSON object; payloads of our own codes are unpacked."""
    data: object = text
    if code not in "oirmx":
        try:
            data = json.loads(text)
        except ValueError:
            data = text
    event = {"time_s": time_us / 1_000_000, "event": _NAMES.get(code, code), "data": data}
    # ASCII only: what was drawn may hold anything that a terminal obeys.
    return json.dumps(event, ensure_ascii=True, separators=(",", ":")) + "\n"


_NAMES = {
    "o": "output",
    "r": "resize",
    "m": "marker",
    "q": "statement",
    "Q": "statement.masked",
    "v": "verdict",
    "a": "approval",
    "n": "rows",
    "u": "outcome",
    "w": "notice",
    "k": "note",
    "e": "end",
    "b": "bytes",
    "c": "chain",
    "s": "signature",
}


class PaperTerminal:
    """An endless sheet of paper: obeys the few codes that line editing uses, keeps every line."""

    def __init__(self) -> None:
        self._lines: list[list[str]] = [[]]
        self._row = 0
        self._column = 0
        self._rest = ""

    def feed(self, text: str) -> None:
        """Draw text; an escape code that is cut in two waits for its end."""
        text = self._rest + text
        self._rest = ""
        tail = text.rfind("\x1b")
        if tail >= 0 and len(text) - tail < 64 and not _ESCAPE.match(text, tail):
            text, self._rest = text[:tail], text[tail:]
        for match in _TOKEN.finditer(text):
            self._draw(match)

    def text(self) -> str:
        """Give all lines, safe to show."""
        lines = (visible("".join(line)).rstrip() for line in self._lines)
        return "\n".join(lines).rstrip("\n") + "\n"

    def _draw(self, match: re.Match[str]) -> None:
        drawn = match[0]
        if drawn == "\n":
            self._move_down(1)
            self._column = 0
        elif drawn == "\r":
            self._column = 0
        elif drawn == "\b":
            self._column = max(0, self._column - 1)
        elif match["final"]:
            self._control(match["args"], match["final"])
        elif not drawn.startswith("\x1b"):
            self._put(drawn)

    def _put(self, text: str) -> None:
        line = self._lines[self._row]
        if len(line) < self._column:
            line.extend(" " * (self._column - len(line)))
        line[self._column : self._column + len(text)] = list(text)
        self._column += len(text)

    def _control(self, args: str, final: str) -> None:
        first = args.partition(";")[0]
        count = int(first) if first.isdigit() else 0
        steps = max(count, 1)
        match final:
            case "A":
                self._row = max(0, self._row - steps)
            case "B":
                self._move_down(steps)
            case "C":
                self._column += min(steps, 1000)
            case "D":
                self._column = max(0, self._column - steps)
            case "G":
                self._column = min(steps, 1000) - 1
            case "K" if count == 0:
                del self._lines[self._row][self._column :]
            case "K" if count == 2:
                self._lines[self._row].clear()
            case "J" if count == 0:
                del self._lines[self._row][self._column :]
                del self._lines[self._row + 1 :]
            case _:
                pass

    def _move_down(self, steps: int) -> None:
        self._row += min(steps, 200)
        while len(self._lines) <= self._row and len(self._lines) < _LINES_MAX:
            self._lines.append([])
        self._row = min(self._row, len(self._lines) - 1)


def strip_escapes(text: str) -> str:
    """Take escape codes out and make the rest visible; for following on a plain pipe."""
    plain = _ESCAPE.sub("", text).replace("\r\n", "\n")
    return visible(plain, keeps_lines=True)
