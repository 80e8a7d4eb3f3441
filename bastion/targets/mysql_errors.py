"""Translation of PyMySQL's errors into ours, in this one place."""

from __future__ import annotations

from dataclasses import dataclass

import pymysql  # type: ignore[import-untyped]
from pymysql.constants import CR, ER  # type: ignore[import-untyped]

from bastion.core.model import Fence
from bastion.errors import (
    StatementCancelledError,
    StatementError,
    StatementTimeoutError,
    TargetError,
    TargetUnavailableError,
)

_STATEMENT_TIMEOUTS = frozenset({1969, 3024})
"""MariaDB's max_statement_time, MySQL's max_execution_time."""
_LOCK_TIMEOUTS = frozenset({ER.LOCK_WAIT_TIMEOUT, 3572})
_INTERRUPTED = frozenset({ER.QUERY_INTERRUPTED, 1969, 3024})
_GONE = frozenset({
    CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, CR.CR_CONN_HOST_ERROR, CR.CR_CONNECTION_ERROR,
    ER.SERVER_SHUTDOWN, ER.ABORTING_CONNECTION, ER.NEW_ABORTING_CONNECTION, 1927, 4031,
    ER.CON_COUNT_ERROR, ER.TOO_MANY_USER_CONNECTIONS,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known about a statement when its error arrives."""

    fence: Fence
    was_sent: bool = True
    was_cancelled: bool = False
    ran_out: bool = False
    """Our own timer ended it."""
    is_lost: bool = False
    statement_timeout_s: float = 0.0
    lock_timeout_s: float = 0.0


def translate_error(error: pymysql.MySQLError, known: Circumstances) -> TargetError:
    """Turn an error of the driver into one of ours; the server's words go to the pipeline."""
    number, text = _parts(error)
    if isinstance(error, pymysql.InterfaceError) or known.is_lost or number in _GONE:
        return _lost(error, known)
    if number in _INTERRUPTED or known.ran_out:
        return _interrupted(number, known)
    if number in _LOCK_TIMEOUTS:
        return StatementTimeoutError(
            f"The statement waited {known.lock_timeout_s:g} s for a lock that another session "
            "holds, and was ended. Try again when that session is done."
        )
    return StatementError(
        text or "The database rejected the statement.",
        sqlstate=getattr(error, "sqlstate", None) or "HY000",
        detail=f"{type(error).__name__} {number}",
    )


def translate_login_error(error: Exception, *, place: str) -> TargetUnavailableError:
    """Say why a login failed and what to check."""
    number, text = _parts(error)
    advice = "the login failed. Check with `bastion target test`."
    if number in {ER.ACCESS_DENIED_ERROR, 1698}:
        advice = (
            "it refused the user or the password. Set the target's password again with "
            "`bastion target add`."
        )
    elif number in {ER.BAD_DB_ERROR, ER.DBACCESS_DENIED_ERROR}:
        advice = "the database does not exist there, or this user may not use it."
    elif number in {ER.CON_COUNT_ERROR, ER.TOO_MANY_USER_CONNECTIONS}:
        advice = "it has no free connections. Try again later."
    elif "SSL" in text or "certificate" in text.lower():
        advice = (
            "TLS could not be agreed on or its certificate not verified. Check ssl and ssl_ca in "
            "the target's URL."
        )
    elif "plugin" in text.lower():
        advice = "it wants a way to log in that the bastion does not use. Change the user's plugin."
    elif number in _GONE or isinstance(error, OSError):
        advice = "nothing answers there. Check host and port, and that it runs."
    return TargetUnavailableError(
        f"The target database at {place} cannot be reached: {advice}",
        detail=f"{type(error).__name__} {number}",
    )


def _parts(error: Exception) -> tuple[int, str]:
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = error.args[1] if len(error.args) > 1 else (error.args[0] if error.args else "")
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return number, str(text) if not isinstance(text, int) else ""


def _lost(error: pymysql.MySQLError, known: Circumstances) -> TargetUnavailableError:
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
    return TargetUnavailableError(message, detail=f"{type(error).__name__} {_parts(error)[0]}")


def _interrupted(number: int, known: Circumstances) -> TargetError:
    if known.was_cancelled:
        return StatementCancelledError("The statement was cancelled at the database.")
    if known.ran_out or number in _STATEMENT_TIMEOUTS:
        return StatementTimeoutError(
            f"The statement ran longer than {known.statement_timeout_s:g} s and was ended. "
            "Narrow it, or ask for a longer time with --timeout."
        )
    return StatementCancelledError(
        "The database cancelled the statement: its administrator did. Try again."
    )
