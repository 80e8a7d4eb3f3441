"""Translation of psycopg's errors into ours, in this one place."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from bastion.core.model import Fence
from bastion.errors import (
    StatementCancelledError,
    StatementError,
    StatementTimeoutError,
    TargetError,
    TargetUnavailableError,
)

_QUERY_CANCELED = "57014"
_LOCK_NOT_AVAILABLE = "55P03"
_SLACK_S = 0.05
# Codes after which the server ends the connection, or never let it begin.
_GONE = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "53300", "3D000"})
_GONE_CLASSES = frozenset({"08", "28"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known about a statement when its error arrives."""

    fence: Fence
    was_sent: bool = True
    was_cancelled: bool = False
    is_lost: bool = False
    elapsed_s: float = 0.0
    statement_timeout_s: float = 0.0
    lock_timeout_s: float = 0.0


def translate_error(error: psycopg.Error, known: Circumstances) -> TargetError:
    """Turn an error of the driver into one of ours.

    The server's own words go into ``StatementError``; the pipeline scrubs them.
    """
    sqlstate = error.sqlstate or ""
    # Any function may raise an error of class 08; only a fatal one ends the connection.
    is_fatal = error.diag.severity_nonlocalized in {None, "FATAL", "PANIC"}
    is_gone = sqlstate in _GONE or (is_fatal and sqlstate[:2] in _GONE_CLASSES)
    if known.is_lost or is_gone or not sqlstate:
        return _lost(error, known)
    if sqlstate == _QUERY_CANCELED:
        return _cancelled(known)
    if sqlstate == _LOCK_NOT_AVAILABLE and known.elapsed_s + _SLACK_S >= known.lock_timeout_s:
        return StatementTimeoutError(
            f"The statement waited {known.lock_timeout_s:g} s for a lock that another session "
            "holds, and was ended. Try again when that session is done."
        )
    diagnostic = error.diag
    context = "\n".join(
        f"{word}: {text}"
        for word, text in (
            ("DETAIL", diagnostic.message_detail),
            ("CONTEXT", diagnostic.context),
        )
        if text
    )
    position = diagnostic.statement_position
    return StatementError(
        diagnostic.message_primary or "The database rejected the statement.",
        sqlstate=sqlstate,
        position=int(position) if position else None,
        hint=diagnostic.message_hint or "",
        context=context,
        detail=type(error).__name__,
    )


def translate_login_error(error: Exception, *, place: str) -> TargetUnavailableError:
    """Say why a login failed and what to check; the server's words only in ``detail``."""
    sqlstate = getattr(error, "sqlstate", None) or ""
    text = str(error)
    advice = _login_advice(sqlstate, text)
    return TargetUnavailableError(
        f"The target database at {place} cannot be reached: {advice}",
        detail=f"{type(error).__name__} {sqlstate}".strip(),
    )


_ADVICE = (
    ("password authentication failed", "it refused the user or the password. Set the target's "
     "password again with `bastion target add`."),
    ("no password supplied", "it wants a password. Add one to the target."),
    ("no pg_hba.conf entry", "its pg_hba.conf does not admit this user from this host."),
    ("certificate", "its TLS certificate could not be verified. Check sslrootcert and the host "
     "name in the target's URL."),
    ("does not support SSL", "it does not offer TLS. Enable TLS there, or set sslmode in the "
     "target's URL."),
    ("SSL error", "TLS could not be agreed on. Check sslmode and sslrootcert in the target's URL."),
    ("does not exist", "the user or the database does not exist there."),
    ("too many", "it has no free connections. Try again later."),
    ("starting up", "it is starting up or shutting down. Try again in a moment."),
    ("shutting down", "it is starting up or shutting down. Try again in a moment."),
    ("Connection refused", "nothing listens there. Check host and port, and that it runs."),
    ("No such file", "there is no such socket. Check the path, and that it runs."),
    ("resolve", "the host name cannot be resolved. Check it, and DNS."),
    ("not known", "the host name cannot be resolved. Check it, and DNS."),
    ("timeout", "it did not answer in time. Check host, port and firewalls."),
)  # fmt: skip


def _login_advice(sqlstate: str, text: str) -> str:
    if sqlstate == "53300":
        return "it has no free connections. Try again later."
    for words, advice in _ADVICE:
        if words in text:
            return advice
    return "the login failed. Check with `bastion target test`."


def _lost(error: psycopg.Error, known: Circumstances) -> TargetUnavailableError:
    detail = f"{type(error).__name__} {error.sqlstate or ''}".strip()
    if known.fence is Fence.READ_ONLY or not known.was_sent:
        message = (
            "The connection to the database was lost. Nothing was changed by this statement; "
            "run it again, and the bastion connects anew."
        )
    else:
        message = (
            "The connection to the database was lost while the statement ran: the outcome is "
            "unknown. Look at the data before you run it again."
        )
    return TargetUnavailableError(message, detail=detail)


def _cancelled(known: Circumstances) -> TargetError:
    if known.was_cancelled:
        return StatementCancelledError("The statement was cancelled at the database.")
    if known.statement_timeout_s and known.elapsed_s + _SLACK_S >= known.statement_timeout_s:
        return StatementTimeoutError(
            f"The statement ran longer than {known.statement_timeout_s:g} s and was ended. "
            "Narrow it, or ask for a longer time with --timeout."
        )
    return StatementCancelledError(
        "The database cancelled the statement: its administrator did, or a standby had to "
        "catch up. Try again."
    )
