"""National numbers of persons are known by what all values of a column share, never by one."""

from __future__ import annotations

import random
from base64 import b64encode
from pathlib import Path

import pytest
from stdnum import ean, luhn
from stdnum.pl import pesel

from bastion.core import detectors, national
from bastion.core.classify import classify_column
from bastion.core.model import Sensitivity

CORPUS = Path(__file__).parent.parent / "corpus" / "classes.tsv"
NUMBERS = [line.split("\t")[3:] for line in CORPUS.read_text().splitlines() if "ssn\tn" in line[:5]]
_CHANCE = random.Random(20261130)


def _digits(count: int) -> str:
    return "".join(_CHANCE.choices("0123456789", k=count))


def _checked(count: int) -> str:
    body = f"9{_digits(count - 2)}"
    return body + luhn.calc_check_digit(body)


def _barcode() -> str:
    body = f"40{_digits(10)}"
    return body + ean.calc_check_digit(body)


LOOK_ALIKES = {
    **{f"{count} digits": lambda count=count: _digits(count) for count in range(7, 19)},
    **{f"{count} digits, Luhn": lambda count=count: _checked(count) for count in range(8, 20)},
    "bar codes": _barcode,
    "orders by day": lambda: f"2{_CHANCE.randrange(4)}{_CHANCE.randrange(1, 10):02}15-{_digits(4)}",
    "moments": lambda: f"20240{_CHANCE.randrange(1, 10)}1{_digits(1)}10{_digits(4)}",
    "parts": lambda: f"{_digits(8)}{_CHANCE.choice('ABCDEFGH')}",
    "routing numbers": lambda: f"{_digits(3)}-{_digits(3)}-{_digits(3)}",
}


@pytest.mark.parametrize("values", NUMBERS, ids=lambda values: values[0][:2] + "…")
def test_numbers_of_two_dozen_countries_are_known(values: list[str]) -> None:
    assert national.found_in(values) is not None
    assert national.found_in([f" {value} " for value in values]) is not None


@pytest.mark.parametrize("values", NUMBERS, ids=lambda values: values[0][:2] + "…")
def test_one_value_says_nothing_and_neither_does_one_in_two(values: list[str]) -> None:
    assert national.found_in(values[:1] * 50) is None
    others = [_digits(len(values[0])) for _ in values]
    assert national.found_in([*values, *others]) is None


@pytest.mark.parametrize("name", LOOK_ALIKES)
@pytest.mark.parametrize("count", [3, 20, 100])
def test_look_alikes_are_none(name: str, count: int) -> None:
    for _ in range(5):
        assert national.found_in([LOOK_ALIKES[name]() for _ in range(count)]) is None


def test_a_column_of_numbers_has_lost_its_zeros() -> None:
    born = (f"0{year}0708{count:05}" for year in range(1, 9) for count in range(0, 90_000, 997))
    numbers = [number for number in born if pesel.is_valid(number)]
    assert len(numbers) > 20
    assert national.found_in(numbers) == ("Poland", 1.0)
    stored = [number.lstrip("0") for number in numbers]
    assert national.found_in(stored, are_numbers=True) == ("Poland", 1.0)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ring 0121 512 3245 at noon", "Ring ••••• at noon"),
        ("tel. 612 49 11 03, or TEL: 030/1234567", "tel. •••••, or TEL: •••••"),
        ("teléfono 612491103", "teléfono •••••"),
        ("fax (020) 7946 0018", "fax •••••"),
        ("DNI del familiar 68082583F", "DNI del familiar •••••"),
        ("NIE X1234567L", "NIE •••••"),
        ("PESEL 44051401359.", "PESEL •••••."),
    ],
)
def test_numbers_behind_a_telling_word_are_hidden_in_a_text(text: str, shown: str) -> None:
    assert detectors.redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "call 2024-01-05 10:00 later",
        "ring 10 12 2024",
        "call 4500012345 failed",
        "call 1234567890123456",
        "tel. 2 pcs",
        "string 0121 512 3245",
        "DNI is required, see form 12",
        "CNP 2024-01-05",
        "cell 12 of 34 in row 5678",
    ],
)
def test_other_numbers_behind_such_words_stay(text: str) -> None:
    assert detectors.redact(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("reach me at 0049 151 57823392 until five", "reach me at ••••• until five"),
        ("mail=ada%40example.org&tab=2", "mail=•••••%40•••••&tab=2"),
        ("see https://wa.me/4915186127378?text=hi", "see https://wa.me/4915186127378?text=hi"),
        ("Tel. 0033 612 077574", "Tel. •••••"),
        ("batch 0099 012 345 678", "batch 0099 012 345 678"),
        ("width=40%40cm", "width=40%40cm"),
        ("Rückruf 0160-9447873", "Rückruf •••••"),
        ("Rappeler au 01 21 01 05 17 ce soir", "Rappeler au ••••• ce soir"),
        ("erreichbar unter 0171/1234567", "erreichbar unter •••••"),
        ("llamar al 612345678", "llamar al 612345678"),
        ("rappel n° 2024/01/02 15:30", "rappel n° 2024/01/02 15:30"),
        ("appel d'offres 2024-01-01-0005", "appel d'offres 2024-01-01-0005"),
    ],
)
def test_numbers_and_addresses_as_links_and_old_habits_write_them(text: str, shown: str) -> None:
    assert detectors.redact(text) == shown


@pytest.mark.parametrize(
    "words",
    [
        "Pat. geb. {}, ok",
        "DOB: {}",
        "born {} in Graz",
        "née le {}",
        "nacido el {} en Vigo",
        "Geburtsdatum={}",
        "F. Nac. {}",
        "nato il {}",
    ],
)
def test_a_date_behind_a_birth_is_hidden_in_a_text(words: str) -> None:
    for date in ("21.02.1989", "1980-02-03", "3/4/1977", "01-02-99"):
        assert detectors.redact(words.format(date)) == words.format("•••••")


@pytest.mark.parametrize(
    "text",
    [
        "order 4711 dated 12.03.2024",
        "national 2024-01-01 holiday",
        "build 2025-01-02 failed at geb 3",
        "born to run 12",
        "date 12.03.2024 nach Abgabe",
    ],
)
def test_other_dates_stay_in_a_text(text: str) -> None:
    assert detectors.redact(text) == text


def test_bare_digits_with_the_code_of_a_country_are_phones_where_all_are() -> None:
    phones = [f"49151{count:08}" for count in range(10_000_017, 99_999_999, 9_871_333)]
    assert (
        classify_column(name="peer", type_name="bigint", comment="", samples=phones).sensitivity
        is Sensitivity.PHONE
    )
    for others in (
        [str(4_500_000_000 + count * 977_777) for count in range(20)],
        [str(1_700_000_000_000 + count * 86_400_017) for count in range(20)],
        [_barcode() for _ in range(20)],
        [*phones, "1234567890"],
        phones[:4],
    ):
        found = classify_column(name="peer", type_name="bigint", comment="", samples=others)
        assert found.sensitivity is None


def test_texts_in_base64_and_hexadecimal_are_read() -> None:
    contact = "Ada Moor, ada@example.org, +49 30 111316"
    harmless = "The parcel was left at the door"
    for write in (lambda text: b64encode(text.encode()).decode(), lambda text: text.encode().hex()):
        found = classify_column(
            name="body", type_name="text", comment="", samples=[write(contact)] * 3
        )
        assert found.sensitivity is not None
        found = classify_column(
            name="body", type_name="text", comment="", samples=[write(harmless)] * 3
        )
        assert found.sensitivity is None


@pytest.mark.parametrize(
    ("comment", "type_name", "values", "wanted"),
    [
        ("Geburtstag, JJJJMMTT", "int", ["19800112"], Sensitivity.BIRTH_DATE),
        ("date de naissance", "text", ["12/01/1980"], Sensitivity.BIRTH_DATE),
        ("doğum tarihi", "date", ["1980-01-12"], Sensitivity.BIRTH_DATE),
        ("date de livraison", "date", ["2026-01-12"], None),
        ("numéro de téléphone", "bigint", ["612491103"], Sensitivity.PHONE),
        ("seed of the random generator", "int", ["612491103"], None),
    ],
)
def test_comments_are_read_in_several_languages(
    comment: str, type_name: str, values: list[str], wanted: Sensitivity | None
) -> None:
    found = classify_column(name="c1", type_name=type_name, comment=comment, samples=values)
    assert found.sensitivity is wanted


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("[2001:db8::1]:443", True),
        ("81.2.69.142:8080", True),
        ("12:30:45", False),
        ("1.2:3", False),
    ],
)
def test_an_address_with_a_port_is_one(address: str, *, is_one: bool) -> None:
    assert detectors.is_ip(address) is is_one
