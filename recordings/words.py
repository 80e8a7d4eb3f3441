"""Recordings in words for people."""

from __future__ import annotations

import unicodedata

from recordings.events import (
    ApprovalEvent,
    EndEvent,
    Event,
    Header,
    NoteEvent,
    NoticeEvent,
    OutcomeEvent,
    RemovedEvent,
    Resize,
    ResultEvent,
    RowsEvent,
    StatementEvent,
    VerdictEvent,
)

LINE_FRONT_ENDS = ("shell", "picker")
"""Front ends that draw on a terminal from top to bottom."""
_SCREEN_FRONT_ENDS = (*LINE_FRONT_ENDS, "review")


def terminal_text(header: Header, text: str) -> str:
    """Give output as a screen needs it: where the client had no terminal, LF alone ends a line."""
    if header.front_end in ("", *_SCREEN_FRONT_ENDS):
        return text
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def visible(text: str) -> str:
    """Write control, bidi and zero-width characters so that they can be seen and do nothing.

    Newlines stay, a carriage return before one goes; ESC becomes ``^[``, others ``<U+202E>``.
    """
    return "".join(_visible_character(letter) for letter in text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """Write text as ``visible`` does, on one line: nothing in it passes for a line of ours."""
    return visible(text).replace("\n", "^J").replace("\t", " ")


def _visible_character(letter: str) -> str:
    if letter in "\n\t" or letter.isprintable():
        return letter
    code = ord(letter)
    if code < 0x20:
        return f"^{chr(code + 0x40)}"
    if unicodedata.category(letter) == "Zs":
        return " "
    return f"<U+{code:04X}>"


def moment_text(time_s: float) -> str:
    """Write seconds since the start as ``01:23:45``."""
    minutes, seconds = divmod(int(time_s), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def describe(event: Event) -> str:
    """Say in words what an event tells; empty for output, markers and what is unknown."""
    return _joined(*_words(event))


def _words(event: Event) -> tuple[str, ...]:
    words: tuple[str, ...] = ()
    match event:
        case StatementEvent():
            words = (f"statement {event.index}: {event.text}",)
        case VerdictEvent():
            words = (f"verdict {event.action}", event.rule, event.text)
        case ApprovalEvent():
            who = f"by {event.reviewer}" if event.reviewer else ""
            words = (f"request {event.request_id} {event.state}", who, event.reason)
        case OutcomeEvent():
            words = (f"outcome {event.status}", event.tag, event.sqlstate, event.message)
        case NoticeEvent():
            words = ("notice", event.severity, event.text)
        case _:
            words = _few_words(event)
    return words


def _few_words(event: Event) -> tuple[str, ...]:
    match event:
        case ResultEvent():
            masks = event.masks or ("",) * len(event.columns)
            pairs = zip(event.columns, masks, strict=False)
            named = (f"{name} ({mask})" if mask else name for name, mask in pairs)
            return (f"result {event.result}", *named)
        case RowsEvent():
            return (f"rows {event.count} sha256 {event.sha256}",)
        case NoteEvent():
            return (f"note {event.kind}", *(f"{k}={v}" for k, v in event.fields.items()))
        case Resize():
            return (f"resize {event.columns}x{event.rows}",)
        case EndEvent():
            return (f"end: {event.reason}",)
        case RemovedEvent():
            return (f"a line of {event.length} bytes was taken out of this copy",)
        case _:
            return ()


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
