"""Machine-readable lines: a document is known by its lines, one line by itself, and no art is.

The three specimens are those of ICAO Doc 9303.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.core import detectors
from bastion.core.classify import classify_column
from bastion.core.model import Sensitivity
from bastion.core.travel import is_travel_document

PASSPORT = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
CARD = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
PERMIT = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")


@pytest.mark.parametrize("lines", [PASSPORT, CARD, PERMIT])
def test_lines_are_known_together_and_one_by_one(lines: tuple[str, ...]) -> None:
    for text in ("\n".join(lines), "\r\n".join(lines), "".join(lines), *lines):
        assert detectors.whole(text) is Sensitivity.SSN
        assert classify_column(
            name="scan", type_name="text", comment="", samples=[text]
        ).sensitivity


@pytest.mark.parametrize("lines", [PASSPORT, CARD, PERMIT])
@pytest.mark.parametrize("gap", ["\n", "\\n", " ", ""])
def test_lines_in_a_text_are_hidden_and_the_text_stays(lines: tuple[str, ...], gap: str) -> None:
    shown = detectors.redact(f"read at 10:02: {gap.join(lines)} - ok")
    assert shown.startswith("read at 10:02: •")
    assert shown.endswith("• - ok")
    assert not any(piece in shown for piece in ("ERIKSSON", "740812", "L898902", "D23145"))


def test_a_passport_in_a_booking_is_one() -> None:
    assert is_travel_document("P/DEU/S56485466/DEU/09JUN56/M/02AUG25/WEISS/OMAR")
    assert is_travel_document("P/FRA/17AB12345/FRA/01JAN80/F")
    assert not is_travel_document("P/DEU/S56485466/DEU")
    assert not is_travel_document("A/ABC/12345/ABC/99XXX/M/1")


@pytest.mark.parametrize(
    "text",
    [
        "<" * 44,
        "A" * 44,
        "<<<<<<< HEAD",
        "L898902C36UTO7408123F1204159ZE184226B<<<<<10",
        "7408122F1204158UTO<<<<<<<<<<<6",
        "SELECT<<FROM",
        "0" * 30,
        "MATRIX<ROW<CELL<<DATA",
    ],
)
def test_what_only_looks_like_a_line_stays(text: str) -> None:
    assert not is_travel_document(text)
    assert detectors.redact(text) == text


@given(st.text("ABCXYZ0123456789<", min_size=30, max_size=90))
def test_any_run_of_its_characters_is_judged_without_failing(text: str) -> None:
    if "<<" in text:
        assert (detectors.redact(text) != text) == is_travel_document(text)
