"""A transcript as something to be played: time, idle gaps, statements, and a screen at any moment.

Bytes go in as they come, from a file or a live session; what comes out is a virtual screen. The
transcript's own escape sequences end in that screen and never reach the reviewer's terminal.
"""

from __future__ import annotations

import bisect
import dataclasses
import json
from dataclasses import dataclass

from avt._avt import Vt

from recordings.errors import FormatError
from recordings.events import parse_line

IDLE_S = 2.0
"""A longer gap is played as one of this length."""
KEYFRAME_S = 30.0
KEYFRAME_CHARS = 64 * 1024
TRANSCRIPT_BYTES_MAX = 256 * 1024 * 1024
LINE_BYTES_MAX = 16 * 1024 * 1024
_COLUMNS_MAX = 500
_ROWS_MAX = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that changes the screen."""

    at_s: float
    """When it happened."""
    played_s: float
    """When it is played, idle gaps cut short."""
    output: str
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMark:
    """A statement to jump to."""

    number: int
    played_s: float
    at_s: float
    text: str
    verdict: str = ""
    """``hold`` or ``block`` once known; empty when it was allowed or is not known."""


@dataclass(frozen=True, slots=True)
class _Keyframe:
    index: int
    size: tuple[int, int]
    dump: str


class Transcript:
    """The steps of one recording, read as they come; a garbled line is counted and skipped."""

    def __init__(self) -> None:
        """Start empty."""
        self.size = (80, 24)
        self.steps: list[Step] = []
        self.statements: list[StatementMark] = []
        self.gaps: list[tuple[float, float]] = []
        """(where it is played, how long it really was), for gaps that were cut short."""
        self.end_reason = ""
        self.bytes_read = 0
        self.garbled_lines = 0
        self._buffer = bytearray()
        self._by_statement: dict[str, int] = {}
        self._at_s = 0.0
        self._played_s = 0.0
        self._has_header = False
        self._is_line_mode = False

    @property
    def length_s(self) -> float:
        """Give the length as it is played."""
        return self._played_s

    @property
    def real_length_s(self) -> float:
        """Give the length as it was."""
        return self._at_s

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the transcript, cut anywhere."""
        self.bytes_read += len(data)
        self._buffer += data
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = bytearray(rest[:LINE_BYTES_MAX])
        for line in lines:
            if line:
                self._take(bytes(line))

    def _take(self, line: bytes) -> None:
        if not self._has_header:
            self._has_header = True
            self._take_header(line)
            return
        try:
            time_us, code, text = parse_line(line)
            self._take_event(time_us / 1_000_000, code, text)
        except (FormatError, ValueError, RecursionError, OverflowError):
            self.garbled_lines += 1

    def _take_header(self, line: bytes) -> None:
        """Read only what playing needs; asciicasts of others play too."""
        try:
            header = _loads(line.decode())
            self.size = _bounded(header.get("width"), header.get("height"))
            ours = header.get("bastion")
        except (ValueError, RecursionError):
            self.garbled_lines += 1
            return
        if isinstance(ours, dict):
            # Without a terminal there is nobody to turn a line feed into a new line.
            self._is_line_mode = ours.get("front_end") not in ("shell", "picker", "review")

    def _take_event(self, at_s: float, code: str, text: str) -> None:
        if code not in "ormqQve":
            return
        self._advance(at_s)
        if code == "o":
            output = (
                text.replace("\r\n", "\n").replace("\n", "\r\n") if self._is_line_mode else text
            )
            self.steps.append(Step(self._at_s, self._played_s, output))
        elif code == "r":
            columns, _, rows = text.partition("x")
            self.steps.append(
                Step(self._at_s, self._played_s, "", _bounded(int(columns), int(rows)))
            )
        elif code in "qQ":
            self._take_statement(_loads(text))
        elif code == "v":
            self._take_verdict(_loads(text))
        elif code == "e":
            self.end_reason = str(_loads(text).get("reason", ""))

    def _advance(self, at_s: float) -> None:
        gap = max(0.0, at_s - self._at_s)
        if gap > IDLE_S:
            self.gaps.append((self._played_s, gap))
        self._played_s += min(gap, IDLE_S)
        self._at_s += gap

    def _take_statement(self, values: dict[str, object]) -> None:
        """Take a statement; where values in it are hidden, it comes without them first."""
        name, text = str(values.get("id", "")), str(values.get("text", ""))
        known = self._by_statement.get(name)
        if known is not None:
            self.statements[known] = dataclasses.replace(self.statements[known], text=text)
            return
        self._by_statement[name] = len(self.statements)
        self.statements.append(
            StatementMark(
                number=len(self.statements) + 1,
                played_s=self._played_s,
                at_s=self._at_s,
                text=text,
            )
        )

    def _take_verdict(self, values: dict[str, object]) -> None:
        index = self._by_statement.get(str(values.get("statement_id", "")))
        action = str(values.get("action", ""))
        if index is not None and action != "allow":
            self.statements[index] = dataclasses.replace(self.statements[index], verdict=action)


class Player:
    """A position in a transcript and the screen there; seeks by keyframes."""

    def __init__(self, transcript: Transcript) -> None:
        """Start before the first step."""
        self.transcript = transcript
        self.position_s = 0.0
        self.screen = Vt(*transcript.size, 0)
        self._index = 0
        self._keyframes: list[_Keyframe] = []
        self._since_keyframe_chars = 0
        self._has_begun = False

    @property
    def is_at_end(self) -> bool:
        """Tell whether nothing more is to be played now."""
        return self._index >= len(self.transcript.steps) and (
            self.position_s >= self.transcript.length_s
        )

    def gap_here(self) -> float:
        """Give the real length of the idle gap that is being played; 0 outside of one."""
        position = bisect.bisect_right(self.transcript.gaps, (self.position_s, float("inf"))) - 1
        if position < 0:
            return 0.0
        start_s, real_s = self.transcript.gaps[position]
        return real_s if self.position_s - start_s < IDLE_S else 0.0

    def seek(self, position_s: float) -> None:
        """Show the screen as it was at a moment, forwards or backwards."""
        position_s = min(max(0.0, position_s), self.transcript.length_s)
        if not self._has_begun:
            self._has_begun = True
            self._restart(_Keyframe(0, self.transcript.size, ""))
        steps = self.transcript.steps
        target = bisect.bisect_right(steps, position_s, key=_played)
        if target < self._index or target - self._index > self._far(target):
            self._restart(self._keyframe_before(target))
        while self._index < target:
            self._play(steps[self._index])
        self.position_s = position_s

    def _far(self, target: int) -> int:
        """Give how many steps a keyframe would save."""
        return target - self._keyframe_before(target).index

    def _keyframe_before(self, target: int) -> _Keyframe:
        found = bisect.bisect_right(self._keyframes, target, key=_keyframe_index) - 1
        if found < 0:
            return _Keyframe(0, self.transcript.size, "")
        return self._keyframes[found]

    def _restart(self, keyframe: _Keyframe) -> None:
        self.screen = Vt(*keyframe.size, 0)
        self.screen.feed_str(keyframe.dump)
        self._index = keyframe.index
        self._since_keyframe_chars = 0

    def _play(self, step: Step) -> None:
        if step.size is not None:
            self.screen.resize(*step.size)
        elif step.output:
            self.screen.feed_str(step.output)
        self._index += 1
        self._since_keyframe_chars += len(step.output)
        last = self._keyframes[-1].index if self._keyframes else 0
        if self._index <= last:
            return
        last_at = self.transcript.steps[last].played_s if last < self._index else 0.0
        if self._since_keyframe_chars >= KEYFRAME_CHARS or step.played_s - last_at >= KEYFRAME_S:
            self._keyframes.append(_Keyframe(self._index, self.screen.size, self.screen.dump()))
            self._since_keyframe_chars = 0


def _played(step: Step) -> float:
    return step.played_s


def _keyframe_index(keyframe: _Keyframe) -> int:
    return keyframe.index


def _loads(text: str) -> dict[str, object]:
    loaded: object = json.loads(text)
    if not isinstance(loaded, dict):
        raise ValueError("not an object")  # noqa: TRY004 - to the reader all garbled lines are one.
    return loaded


def _bounded(columns: object, rows: object) -> tuple[int, int]:
    """Keep a recorded size within what a virtual screen may cost."""
    if not isinstance(columns, int) or not isinstance(rows, int):
        return (80, 24)
    return (min(max(columns, 1), _COLUMNS_MAX), min(max(rows, 1), _ROWS_MAX))
