"""The second factor: RFC 6238 codes of SHA-1, six digits, 30 seconds.

Only the last accepted step is remembered, and only a later one is good: a code that was seen over
a shoulder is worth nothing. The store repeats that comparison in one conditional UPDATE; this
module cannot know what another login took in between.
"""

from __future__ import annotations

import enum
import hmac
import math
from dataclasses import dataclass
from datetime import datetime

import pyotp

STEP_S = 30
DIGITS = 6


class TotpRefusalKind(enum.Enum):
    """Why a code was not accepted."""

    WRONG = "wrong"
    REUSED = "reused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpRefusal:
    """A code that was not accepted."""

    kind: TotpRefusalKind
    wait_s: int = 0
    """When reused: seconds until the authenticator shows one that has not been used."""

    @property
    def message(self) -> str:
        """Say it to the person who typed the code."""
        if self.kind is TotpRefusalKind.REUSED:
            return f"This code was used already. Wait for the next, {self.wait_s} s."
        return "Wrong code."


def verify(
    secret: str, code: str, *, now: datetime, last_step: int, drift: int = 1
) -> int | TotpRefusal:
    """Find the time step that a code is of.

    Args:
        secret: base 32.
        now: UTC.
        last_step: the last accepted one; this and older ones are refused.
        drift: steps that the authenticator's clock may be off, either way.

    Returns:
        The step, for ``Users.accept_step``, which has the last word; or why not.
    """
    typed = code.strip(" ")
    is_code = len(typed) == DIGITS and typed.isascii() and typed.isdigit()
    if not is_code or not secret:
        return TotpRefusal(kind=TotpRefusalKind.WRONG)
    generator = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S)
    current = step_of(now)
    matching = None
    # All steps are compared, whichever matches: the time taken tells nothing. The newest match
    # counts, so that a code which happens to occur twice is not mistaken for the older one.
    for step in range(max(0, current - drift), current + drift + 1):
        if hmac.compare_digest(generator.generate_otp(step), typed):
            matching = step
    if matching is None:
        return TotpRefusal(kind=TotpRefusalKind.WRONG)
    if matching <= last_step:
        return TotpRefusal(kind=TotpRefusalKind.REUSED, wait_s=wait_s(now, last_step))
    return matching


def step_of(now: datetime) -> int:
    """Give the time step that ``now`` falls in."""
    return int(now.timestamp()) // STEP_S


def wait_s(now: datetime, last_step: int) -> int:
    """Tell how many seconds until the code of a step after ``last_step`` is shown; at least 1."""
    return max(1, math.ceil((last_step + 1) * STEP_S - now.timestamp()))


def provisioning_uri(secret: str, user: str, *, issuer: str = "Bastion") -> str:
    """Give the ``otpauth://`` line that authenticators read, as text or as a QR code.

    All parameters are written out: authenticators disagree about what is the default.
    """
    uri = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S).provisioning_uri(
        name=user, issuer_name=issuer
    )
    for parameter in (f"algorithm=SHA1&digits={DIGITS}&period={STEP_S}").split("&"):
        if parameter.partition("=")[0] + "=" not in uri:
            uri += f"&{parameter}"
    return uri
