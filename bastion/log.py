"""Structured logging to stderr: one JSON object a line, with the session's context, never SQL.

SQL text, values, keys and codes live in the transcript only. stdout belongs to data.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar

_context: ContextVar[dict[str, str] | None] = ContextVar("bastion_log_context", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


@contextlib.contextmanager
def context(**fields: str) -> Iterator[None]:
    """Add ``fields`` (session, user) to every line logged inside."""
    token = _context.set({**(_context.get() or {}), **fields})
    try:
        yield
    finally:
        _context.reset(token)


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON; ``extra`` fields become keys."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line; an exception adds its type and place, not its text."""
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        line.update(_context.get() or {})
        for key, value in vars(record).items():
            if key not in _STANDARD and not key.startswith("_"):
                line[key] = value if isinstance(value, int | float | str | None) else str(value)
        if record.exc_info and record.exc_info[1] is not None:
            error = _innermost(record.exc_info[1])
            line["exception"] = type(error).__name__
            traceback = error.__traceback__
            while traceback is not None and traceback.tb_next is not None:
                traceback = traceback.tb_next
            if traceback is not None:
                # The text of an exception may quote a row, its place in the code cannot.
                code = traceback.tb_frame.f_code
                line["place"] = f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}"
        return json.dumps(line, ensure_ascii=True)


def _innermost(error: BaseException) -> BaseException:
    """Take the first error out of the groups that task groups wrap around it."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return error


def configure(level: str = "info") -> None:
    """Send the log of the whole process to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("asyncssh").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
