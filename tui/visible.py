r"""Make text from users and databases harmless and honest before any of it is laid out.

Whatever could move the cursor, hide or reorder other text, or pass for a blank is written out:
``\x1b``, ``<U+202E>``. So are letters that are written from right to left, where a terminal would
move what stands beside them: ``'א' 5 < 100 'ב'`` would be read as ``100 < 5``.

All text in this application goes through here or through a cell of the virtual screen; none is
ever read as markup.
"""

from __future__ import annotations

import re
import unicodedata

from rich.cells import get_character_cell_size
from rich.text import Text

from tui.palette import MARKED

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that Unicode calls printable and that print nothing, or a blank.
_HIDDEN = frozenset(
    [
        *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800),
        *(0x3164, 0xFFA0),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
        # Parts of flags and the colours of skins: terminals draw two of them as one.
        *range(0x1F1E6, 0x1F200),
        *range(0x1F3FB, 0x1F400),
    ]
)
_TAB_COLUMNS = 8
_BYTE_MAX = 0xFF
_MARKS_MAX = 2
_OVERLAY = 1
"""The combining class of marks that strike through: ``=`` would be read as another sign."""
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ORDER = re.compile(r"R[SM.]*D|R[SM]*\.[SM.]*R")
"""Digits or a second word behind one that is written from right to left change places with it."""


def is_hidden(character: str) -> bool:
    """Tell whether a character would not be seen as itself on a terminal."""
    if " " <= character <= "~":
        return False
    category = unicodedata.category(character)
    if category in _HIDDEN_CATEGORIES or ord(character) in _HIDDEN:
        return True
    if category in {"Zs", "Me"}:
        return True
    is_mark = category.startswith("M")
    return not is_mark and get_character_cell_size(character) == 0


def reorders(text: str) -> bool:
    """Tell whether a terminal that turns words around would show a line in another order."""
    return not text.isascii() and _ORDER.search("".join(map(_order, text))) is not None


def _order(character: str) -> str:
    """Give what a character does to the order of a line."""
    match unicodedata.bidirectional(character):
        case "R" | "AL" | "AN":
            return "R"
        case "EN":
            return "D"
        case "L":
            return "L"
        case "NSM":
            return "M"
        case "WS":
            return "S"
        case _:
            return "."


def spelled(character: str) -> str:
    """Write out one hidden character."""
    code = ord(character)
    return f"\\x{code:02x}" if code <= _BYTE_MAX else f"<U+{code:04X}>"


def visible(text: str, *, limit: int = 0) -> str:
    """Write text as one line: breaks too are written out.

    Args:
        limit: characters of ``text`` to show, then an ellipsis; 0 for all.
    """
    is_cut = 0 < limit < len(text)
    shown = "".join(piece for piece, _ in _line_pieces(text[:limit] if is_cut else text))
    return shown + "…" if is_cut else shown


def visible_text(text: str, style: str = "", *, limit: int = 0) -> Text:
    """Write text as one line with what was hidden in a style of its own."""
    is_cut = 0 < limit < len(text)
    line = Text(style=style, no_wrap=True, end="")
    for piece, is_marked in _line_pieces(text[:limit] if is_cut else text):
        line.append(piece, MARKED if is_marked else "")
    if is_cut:
        line.append("…")
    return line


def count_unusual(text: str) -> tuple[int, int]:
    """Count the characters that were written out, and those outside of ASCII."""
    others = [character for character in text if character not in "\n\t"]
    hidden = sum(1 for character in others if is_hidden(character))
    return hidden, sum(1 for character in others if character > "~" and not is_hidden(character))


def append_visible(
    line: Text, text: str, style: str, column: int = 0, *, is_reordered: bool = False
) -> None:
    """Append a piece of one line, tabs as blanks up to the next stop.

    Args:
        is_reordered: the whole line ``reorders``.
    """
    for part, character in _split_tabs(text):
        for piece, is_marked in _pieces(part, line.plain[-_MARKS_MAX - 1 :], is_reordered):
            line.append(piece, MARKED if is_marked else style)
        if character:
            blanks = _TAB_COLUMNS - (line.cell_len - column) % _TAB_COLUMNS
            line.append("→" + " " * (blanks - 1), style)


def _split_tabs(text: str) -> list[tuple[str, str]]:
    parts = text.split("\t")
    return [(part, "\t") for part in parts[:-1]] + [(parts[-1], "")]


def _line_pieces(text: str) -> list[tuple[str, bool]]:
    """Cut a text that is a line of its own, or beside others: of these nothing is known."""
    return _pieces(text, "", reorders(text))


def _pieces(text: str, before: str, is_reordered: bool) -> list[tuple[str, bool]]:
    """Cut text into runs that are shown as they are and runs that were written out."""
    if text.isascii() and text.isprintable():
        return [(text, False)] if text else []
    pieces: list[tuple[str, bool]] = []
    run: list[str] = []
    marks, is_on_letter = _marks_behind(before)
    for character in text:
        category = unicodedata.category(character)
        is_mark = category.startswith("M")
        if not is_mark:
            marks, is_on_letter = 0, category.startswith("L")
        elif category != "Mc":
            marks += 1
        # A pile of marks climbs into the lines above and below; one on a sign makes another sign.
        is_odd = is_mark and (
            marks > _MARKS_MAX or not is_on_letter or unicodedata.combining(character) == _OVERLAY
        )
        is_moved = is_reordered and unicodedata.bidirectional(character) in _RIGHT_TO_LEFT
        if is_hidden(character) or is_odd or is_moved:
            if run:
                pieces.append(("".join(run), False))
                run = []
            pieces.append((spelled(character), True))
        else:
            run.append(character)
    if run:
        pieces.append(("".join(run), False))
    return pieces


def _marks_behind(before: str) -> tuple[int, bool]:
    """Count the marks that a text ends with, and tell whether they stand on a letter."""
    marks = 0
    for character in reversed(before):
        category = unicodedata.category(character)
        if not category.startswith("M"):
            return marks, category.startswith("L")
        marks += category != "Mc"
    return marks, False
