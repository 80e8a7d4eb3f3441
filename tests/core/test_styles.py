"""Each style keeps what it says, and of what has not the right form it keeps nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from bastion.core import detectors, styles
from bastion.core.model import Principal, Role, Sensitivity
from bastion.core.policy import mask_styles
from bastion.core.rules import parse_policy
from bastion.core.styles import FITTING, Style, Styles

S = Sensitivity


@pytest.mark.parametrize(
    ("sensitivity", "style", "value", "shown"),
    [
        (S.EMAIL, Style.PARTIAL, "alice@example.com", "a•••@e•••.com"),
        (S.EMAIL, Style.PARTIAL, "nobody", "•••••"),
        (S.CARD, Style.LAST_FOUR, "4111 1111 1111 1111", "•••• •••• •••• 1111"),
        (S.CARD, Style.LAST_FOUR, "4111 1111 1111 1112", "•••••"),
        (S.PHONE, Style.PARTIAL, "+1 212 555 0143", "•••••43"),
        (S.PHONE, Style.LAST_FOUR, "+1 212 555 0143", "•••0143"),
        (S.PHONE, Style.PARTIAL, "call me", "•••••"),
        (S.SSN, Style.LAST_FOUR, "536-22-8145", "•••8145"),
        (S.SSN, Style.LAST_FOUR, "1234567", "•••••"),
        (S.IBAN, Style.PARTIAL, "DE89370400440532013000", "DE•• •••• 3000"),
        (S.IBAN, Style.PARTIAL, "DE89370400440532013001", "•••••"),
        (S.IP_ADDRESS, Style.PARTIAL, "203.0.113.7", "203.0.•.•"),
        (S.IP_ADDRESS, Style.PARTIAL, "2001:db8::7/64", "2001:0db8:•"),
        (S.IP_ADDRESS, Style.PARTIAL, "host-7", "•••••"),
        (S.BIRTH_DATE, Style.FULL, "1980-05-06", "••••-••-••"),
        (S.BIRTH_DATE, Style.YEAR, "1980-05-06", "1980-••-••"),
        (S.BIRTH_DATE, Style.YEAR, "1980-05-06 12:00:00+00", "1980-••-••"),
        (S.BIRTH_DATE, Style.YEAR, "in May", "••••-••-••"),
        (S.BIRTH_DATE, Style.RANGE, "1980-05-06", "1980..1989"),
        (S.PRIVATE, Style.RANGE, "52340.50", "50000..59999"),
        (S.PRIVATE, Style.RANGE, "7", "0..9"),
        (S.PRIVATE, Style.RANGE, "0", "0..9"),
        (S.PRIVATE, Style.RANGE, "-1250", "-1000..-1999"),
        (S.PRIVATE, Style.RANGE, "about 7", "•••••"),
        (S.PASSWORD, Style.FULL, "hunter2", "•••••"),
    ],
)
def test_a_style_keeps_what_it_says(sensitivity, style, value, shown):
    assert styles.cell_of(style, sensitivity)(value.encode()).decode() == shown


@given(st.binary(max_size=200), st.sampled_from(sorted(FITTING, key=lambda one: one.value)))
def test_no_style_fails_on_any_bytes_or_gives_what_is_not_text(value, sensitivity):
    for style in FITTING[sensitivity]:
        styles.cell_of(style, sensitivity)(value).decode()


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_no_style_shows_more_than_ten_characters_of_a_text(value):
    for sensitivity, fitting in FITTING.items():
        for style in fitting:
            shown = styles.cell_of(style, sensitivity)(value.encode()).decode()
            assert sum(shown.count(letter) for letter in set(value) if letter.isalnum()) <= 10


def principal(*roles: Role) -> Principal:
    return Principal(
        user="ann", person="ann", is_agent=Role.AGENT in roles, roles=frozenset(roles),
        targets=None, key_fingerprint="", source="",
    )  # fmt: skip


def test_defaults_hide_all_but_the_shape_of_addresses_and_the_end_of_cards():
    chosen = Styles()
    assert chosen.of(S.EMAIL) is Style.PARTIAL
    assert chosen.of(S.CARD) is Style.LAST_FOUR
    others = set(Sensitivity) - {S.EMAIL, S.CARD}
    assert {chosen.of(one) for one in others} == {Style.FULL}


def test_a_role_has_its_own_styles_and_of_several_the_one_that_tells_least():
    policy = parse_policy(
        '[masks]\nemail = "token"\nssn = "last_four"\n'
        '[masks.agent]\nemail = "full"\n'
        '[masks.engineer]\nphone = "partial"\n'
        '[masks.reviewer]\nphone = "token"\n[masks.human]\nssn = "token"\n',
        source="policy.toml",
    )
    agent = mask_styles(principal(Role.AGENT), policy)
    assert (agent.of(S.EMAIL), agent.of(S.SSN)) == (Style.FULL, Style.LAST_FOUR)
    one = mask_styles(principal(Role.ENGINEER), policy)
    assert (one.of(S.EMAIL), one.of(S.SSN), one.of(S.PHONE)) == (
        Style.TOKEN,
        Style.TOKEN,
        Style.PARTIAL,
    )
    both = mask_styles(principal(Role.ENGINEER, Role.REVIEWER), policy)
    assert both.of(S.PHONE) is Style.TOKEN


def test_what_is_not_proven_has_no_style_but_full():
    chosen = Styles(chosen={S.UNPROVEN: Style.PARTIAL, S.PASSWORD: Style.TOKEN})
    assert chosen.of(S.UNPROVEN) is Style.FULL
    assert chosen.of(S.PASSWORD) is Style.FULL


def card(start: str) -> str:
    """Give a number of 16 digits whose last makes the sum right."""
    return next(f"{start}{last}" for last in range(10) if luhn.is_valid(f"{start}{last}"))


ADDRESSES = st.one_of(
    st.from_regex(rb"[a-z0-9.@]{0,12}@[a-z]{1,8}\.[a-z]{1,3}", fullmatch=True),
    st.sampled_from([b"", b"@", b"a@b.com", b"@b.com", b"\xc3\xa4@b.com", b"a@@b.com", b"a@b"]),
    st.binary(max_size=20),
)
CARDS = st.one_of(
    st.from_regex(r"[2-6][0-9]{14}", fullmatch=True).map(lambda start: card(start).encode()),
    st.from_regex(rb"[0-9]{16}", fullmatch=True),
    st.from_regex(rb"[0-9 -]{12,20}", fullmatch=True),
    st.sampled_from(
        [b"", b"4111-1111-1111-1111", b"378282246310005", *(b"%d" % n * 16 for n in range(10))]
    ),
)


@given(st.lists(ADDRESSES), st.lists(CARDS))
def test_many_cells_at_once_are_masked_as_each_by_itself(addresses, cards):
    email = styles.cell_of(Style.PARTIAL, S.EMAIL)
    assert styles.MANY[email](addresses) == [email(one) for one in addresses]
    last_four = styles.cell_of(Style.LAST_FOUR, S.CARD)
    assert styles.MANY[last_four](cards) == [last_four(one) for one in cards]


@given(st.lists(st.from_regex(r"[3-6][0-9]{14}", fullmatch=True).map(card), min_size=1))
def test_right_card_numbers_are_known_all_at_once(cards):
    # Each by itself, and all of them: one sum for each number, none runs into the next.
    assert detectors.are_cards_of_16("".join(cards).encode()) == all(map(detectors.is_card, cards))


@given(st.text(alphabet="0123456789 -\u0664", max_size=24))
def test_the_sum_of_a_card_number_is_that_of_its_standard(text):
    digits = text.replace(" ", "").replace("-", "")
    if detectors.is_card(text):
        assert luhn.is_valid(digits)
    elif digits and len(set(digits)) > 1 and detectors._CARD_NUMBER.fullmatch(digits):
        assert not (detectors._CARD.fullmatch(text) and luhn.is_valid(digits))
