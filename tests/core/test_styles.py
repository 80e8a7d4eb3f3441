"""Each style keeps what it says, and of what has not the right form it keeps nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.core import styles
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
