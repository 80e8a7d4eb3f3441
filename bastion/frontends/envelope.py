"""The JSON envelope: one object per statement, the same for scripts and agents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bastion.core.model import (
    ErrorInfo,
    Finished,
    Impact,
    MaskedBatch,
    NoticeReceived,
    PipelineEvent,
    ResultColumn,
    ResultStarted,
    Row,
    Sample,
    StatementStarted,
    Status,
)
from bastion.frontends.drawn import Places, joined
from bastion.frontends.render import json_cell, json_column, json_text

JsonObject = dict[str, object]


class EnvelopeBuilder:
    """Collects the events of one statement; ``feed`` gives its line at the end.

    Rows are kept as JSON text; their number is bounded by the row limit.
    """

    def __init__(self) -> None:
        self._results: list[tuple[tuple[ResultColumn, ...], list[str]]] = []
        self._places = Places(0, 0)
        self._notices: list[JsonObject] = []

    def feed(self, event: PipelineEvent) -> str:
        """Take one event.

        Returns:
            The statement's object, without a line feed, on ``Finished``; else nothing.
        """
        match event:
            case StatementStarted():
                self._results, self._notices = [], []
            case NoticeReceived():
                self._notices.append({"severity": event.severity, "text": event.text})
            case ResultStarted():
                self._results.append((event.columns, []))
                self._places = Places(event.result, len(event.columns))
            case MaskedBatch():
                self._add(event)
            case Finished():
                line = self._finish(event)
                self._results, self._notices = [], []
                return line
            case _:
                pass
        return ""

    def table(self, columns: tuple[ResultColumn, ...], rows: Sequence[Row]) -> str:
        """Give the line of a listing in our own words."""
        self._results, self._notices = [], []
        self._add_rows(columns, rows)
        return self._finish(Finished(index=1, status=Status.OK, has_rows=True, row_count=len(rows)))

    def _add(self, batch: MaskedBatch) -> None:
        self._add_rows(batch.columns, batch.rows)

    def _add_rows(self, columns: tuple[ResultColumn, ...], rows: Sequence[Row]) -> None:
        if not self._results:
            self._results.append((columns, []))
        columns, lines = self._results[-1]
        if not rows:
            return

        def write(rows: Sequence[Row], mark: str) -> str:
            between = f"{mark},{mark}"
            texts = []
            for row in rows:
                cells = [json_cell(column, cell) for column, cell in zip(columns, row, strict=True)]
                texts.append(f"[{mark}{between.join(cells)}{mark}]")
            return ",".join(texts)

        # One text for a batch: a text for each row would take twice the memory.
        lines.append(self._places.draw(rows, write, between=","))

    def _finish(self, event: Finished) -> str:
        members = [f'"status":{json_text(event.status.value)}', f'"statement":{event.index}']
        if event.status is Status.OK or self._results:
            columns, rows = self._results[0] if self._results else ((), [])
            members.append(_result_text(columns, rows))
            if len(self._results) > 1:
                more = [joined(("{", _result_text(*one), "}")) for one in self._results[1:]]
                members.append(joined(('"more_results":[', joined(more, ","), "]")))
        members += [
            f"{json_text(name)}:{json_text(value)}" for name, value in self._details(event).items()
        ]
        return joined(("{", joined(members, ","), "}"))

    def _details(self, event: Finished) -> JsonObject:
        details: JsonObject = {}
        if event.status is Status.OK or self._results:
            details |= {"row_count": event.row_count, "truncated": event.truncated}
            if event.truncated:
                details["limit"] = event.row_limit
        details["notices"] = self._notices
        details |= finished_details(event)
        return details


def finished_details(event: Finished) -> JsonObject:
    """Give the members of the envelope that do not depend on rows; empty ones left out."""
    details: JsonObject = {"waited_ms": event.waited_ms, "elapsed_ms": event.elapsed_ms}
    optional: JsonObject = {
        "tag": event.tag,
        "message": event.message,
        "audit_id": event.audit_id,
        "request_id": event.request_id,
        "statement_sha256": event.statement_sha256,
        "approved_by": list(event.approved_by),
    }
    details |= {name: value for name, value in optional.items() if value}
    if event.rule and (event.request_id or event.status is not Status.OK):
        details["held_by"] = {"rule": event.rule, "text": event.rule_text}
    if event.impact is not None:
        details["impact"] = impact_object(event.impact)
    if event.expires_at is not None:
        details["expires_at"] = timestamp(event.expires_at)
    error = event.error
    if error is None and event.status not in (Status.OK, Status.PENDING):
        error = ErrorInfo(message=event.message)
    if error is not None:
        details["error"] = error_object(error)
    return details


def impact_object(impact: Impact) -> JsonObject:
    """Describe a measured effect."""
    members: JsonObject = {
        "class": impact.effect,
        "tables": list(impact.tables),
        "rows": impact.rows,
        "measured": impact.is_measured,
    }
    if impact.keys is not None:
        members["keys"] = {
            "columns": list(impact.keys.columns),
            "count": impact.keys.count,
            "digest": impact.keys.digest,
        }
    if impact.sample is not None:
        members["sample"] = sample_object(impact.sample)
    if impact.notes:
        members["notes"] = list(impact.notes)
    return members


def sample_object(sample: Sample) -> JsonObject:
    """Describe rows that a write would touch, before and after; ``after`` null where not told."""
    rows = [
        {
            "key": dict(zip(sample.key_columns, row.key, strict=False)),
            "before": dict(zip(sample.columns, row.before, strict=False)),
            "after": dict(zip(sample.columns, row.after, strict=False)) if row.after else None,
        }
        for row in sample.rows
    ]
    return {"masked": dict(sample.masked), "rows": rows}


def error_object(error: ErrorInfo) -> JsonObject:
    """Describe the database's refusal."""
    return {
        "sqlstate": error.sqlstate or None,
        "message": error.message,
        "position": error.position,
        "hint": error.hint or None,
    }


def timestamp(moment: datetime) -> str:
    """Write a moment as RFC 3339, UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _result_text(columns: tuple[ResultColumn, ...], rows: list[str]) -> str:
    described = json_text([json_column(column) for column in columns])
    return joined((f'"columns":{described},"rows":[', joined(rows, ","), "]"))
