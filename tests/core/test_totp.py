from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from bastion.core import totp
from bastion.core.totp import TotpRefusal, TotpRefusalKind

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
WRONG = TotpRefusal(kind=TotpRefusalKind.WRONG)


def code_at(now: datetime) -> str:
    return pyotp.TOTP(SECRET).at(now)


def other_code(now: datetime) -> str:
    """Give a code that is of none of the steps around ``now``."""
    near = {code_at(now + timedelta(seconds=30 * step)) for step in range(-2, 3)}
    return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)


def test_code_of_now_is_accepted_with_its_step():
    assert totp.verify(SECRET, code_at(NOW), now=NOW, last_step=-1) == totp.step_of(NOW)


def test_reference_values_of_rfc_6238_are_accepted():
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        now = datetime.fromtimestamp(seconds, tz=UTC)
        assert totp.verify(SECRET, code, now=now, last_step=-1) == seconds // 30


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_clock_may_be_one_step_off(steps):
    code = code_at(NOW + timedelta(seconds=30 * steps))
    assert totp.verify(SECRET, code, now=NOW, last_step=-1) == totp.step_of(NOW) + steps


@pytest.mark.parametrize("steps", [-1000, -3, -2, 2, 3, 1000])
def test_clock_further_off_is_refused(steps):
    code = code_at(NOW + timedelta(seconds=30 * steps))
    assert totp.verify(SECRET, code, now=NOW, last_step=-1) == WRONG


def test_correct_code_is_accepted_at_any_second_of_the_drift():
    for second in range(1000):
        now = NOW + timedelta(seconds=second)
        for off in (-30, 0, 30):
            code = code_at(now + timedelta(seconds=off))
            assert isinstance(totp.verify(SECRET, code, now=now, last_step=-1), int)


def test_used_code_is_refused_and_says_how_long_to_wait():
    step = totp.step_of(NOW)
    refusal = totp.verify(SECRET, code_at(NOW), now=NOW, last_step=step)
    assert refusal == TotpRefusal(kind=TotpRefusalKind.REUSED, wait_s=20)
    assert isinstance(refusal, TotpRefusal)
    assert "Wait for the next, 20 s" in refusal.message


def test_code_older_than_the_last_accepted_is_refused():
    older = code_at(NOW - timedelta(seconds=30))
    refusal = totp.verify(SECRET, older, now=NOW, last_step=totp.step_of(NOW))
    assert isinstance(refusal, TotpRefusal)
    assert refusal.kind is TotpRefusalKind.REUSED


@pytest.mark.parametrize("back_s", [90, 3600, 86400])
def test_clock_set_back_does_not_make_a_used_code_good(back_s):
    earlier = NOW - timedelta(seconds=back_s)
    refusal = totp.verify(SECRET, code_at(earlier), now=earlier, last_step=totp.step_of(NOW))
    assert isinstance(refusal, TotpRefusal)


def test_wait_after_a_code_from_a_fast_clock_covers_both_steps():
    assert totp.wait_s(NOW, totp.step_of(NOW) + 1) == 50


@pytest.mark.parametrize(
    "spoil",
    [
        lambda code: "",
        lambda code: code[:5],
        lambda code: code + "0",
        lambda code: "0" + code,
        lambda code: code.translate({ord("0") + n: 0x0660 + n for n in range(10)}),
        lambda code: code.translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
        lambda code: code + "\n",
        lambda code: code[:3] + " " + code[3:],
        lambda code: "abcdef",
        lambda code: "-" + code[1:],
        lambda code: "\0" * 6,
    ],
)
def test_anything_but_six_ascii_digits_is_wrong(spoil):
    assert totp.verify(SECRET, spoil(code_at(NOW)), now=NOW, last_step=-1) == WRONG


def test_wrong_code_is_wrong():
    assert totp.verify(SECRET, other_code(NOW), now=NOW, last_step=-1) == WRONG


def test_account_without_a_secret_has_no_good_code():
    assert totp.verify("", code_at(NOW), now=NOW, last_step=-1) == WRONG


def test_provisioning_line_says_everything_that_authenticators_ask():
    parts = urlsplit(totp.provisioning_uri(SECRET, "alice"))
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Bastion:alice")
    assert {name: values[0] for name, values in parse_qs(parts.query).items()} == {
        "secret": SECRET,
        "issuer": "Bastion",
        "algorithm": "SHA1",
        "digits": "6",
        "period": "30",
    }


def test_provisioning_line_can_be_read_back_by_pyotp():
    read = pyotp.parse_uri(totp.provisioning_uri(SECRET, "alice"))
    assert isinstance(read, pyotp.TOTP)
    assert read.at(NOW) == code_at(NOW)
