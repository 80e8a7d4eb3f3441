"""Each error of a driver becomes one of ours, and says nothing it should not."""

from __future__ import annotations

import inspect

import psycopg
import pymysql
import pytest

from bastion.core.model import Fence
from bastion.errors import (
    StatementCancelledError,
    StatementError,
    StatementTimeoutError,
    TargetError,
    TargetUnavailableError,
)
from bastion.targets import mysql_errors, postgres_errors


def _subclasses(kind):
    found = {kind}
    for child in kind.__subclasses__():
        found |= _subclasses(child)
    return found


PSYCOPG = sorted(_subclasses(psycopg.Error), key=lambda kind: kind.__qualname__)
PYMYSQL = sorted(
    (kind for _, kind in inspect.getmembers(pymysql.err, inspect.isclass)
     if issubclass(kind, pymysql.MySQLError)),
    key=lambda kind: kind.__name__,
)  # fmt: skip


@pytest.mark.parametrize("fence", list(Fence))
@pytest.mark.parametrize("kind", PSYCOPG, ids=lambda kind: kind.__qualname__)
def test_every_error_of_psycopg_is_translated(kind, fence):
    known = postgres_errors.Circumstances(fence=fence)
    translated = postgres_errors.translate_error(kind("secret-value"), known)
    assert isinstance(translated, TargetError)
    assert translated.message
    assert "secret-value" not in translated.detail
    if not isinstance(translated, StatementError):
        assert "secret-value" not in translated.message


@pytest.mark.parametrize("fence", list(Fence))
@pytest.mark.parametrize("number", [0, 1044, 1064, 1205, 1317, 1969, 2006, 2013, 1927, 3024, 4031])
@pytest.mark.parametrize("kind", PYMYSQL, ids=lambda kind: kind.__name__)
def test_every_error_of_pymysql_is_translated(kind, number, fence):
    known = mysql_errors.Circumstances(fence=fence)
    translated = mysql_errors.translate_error(kind(number, "secret-value"), known)
    assert isinstance(translated, TargetError)
    assert translated.message
    if not isinstance(translated, StatementError):
        assert "secret-value" not in translated.message


@pytest.mark.parametrize("code", ["57P01", "08006", "25P03", "53300"])
def test_what_ends_the_connection_is_unavailable(code):
    error = psycopg.errors.lookup(code)("x")
    for fence, words in ((Fence.READ_ONLY, "Nothing was changed"), (Fence.WRITE, "unknown")):
        known = postgres_errors.Circumstances(fence=fence)
        translated = postgres_errors.translate_error(error, known)
        assert isinstance(translated, TargetUnavailableError)
        assert words in translated.message


def test_a_cancel_is_told_from_a_timeout():
    error = psycopg.errors.QueryCanceled("x")
    asked = postgres_errors.Circumstances(
        fence=Fence.READ_ONLY, was_cancelled=True, elapsed_s=9.0, statement_timeout_s=5.0
    )
    assert isinstance(postgres_errors.translate_error(error, asked), StatementCancelledError)
    late = postgres_errors.Circumstances(
        fence=Fence.READ_ONLY, elapsed_s=5.0, statement_timeout_s=5.0
    )
    assert isinstance(postgres_errors.translate_error(error, late), StatementTimeoutError)
    early = postgres_errors.Circumstances(
        fence=Fence.READ_ONLY, elapsed_s=1.0, statement_timeout_s=5.0
    )
    assert isinstance(postgres_errors.translate_error(error, early), StatementCancelledError)


@pytest.mark.parametrize("error", [psycopg.OperationalError("u:hunter2"), OSError("hunter2")])
def test_a_failed_login_never_repeats_the_password(error):
    translated = postgres_errors.translate_login_error(error, place="h:1")
    assert "hunter2" not in translated.message + translated.detail
    translated = mysql_errors.translate_login_error(error, place="h:1")
    assert "hunter2" not in translated.message + translated.detail
