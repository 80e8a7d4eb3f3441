"""The folder of transcripts, as the registry asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bastion.execution.ports import RecordingView
from recordings.audit import SessionMarks, sessions_in
from recordings.catalog import Catalog, RecordingEntry, Search


class RecordingFolder:
    """Implements the port ``Recordings``; all reading is off the event loop."""

    def __init__(self, root: Path, audit_log: Path) -> None:
        """Take the ``sessions`` folder and the audit log that knows which of them crashed."""
        self._catalog = Catalog(root)
        self._audit_log = audit_log

    async def find(self, session_id: str) -> RecordingView | None:
        """Find one recording by its id."""
        return await asyncio.to_thread(self._find, session_id)

    async def search(self, *, query: str, limit: int) -> Sequence[RecordingView]:
        """List recordings whose id, user, target or statements contain ``query``, newest first."""
        return await asyncio.to_thread(self._search, query, limit)

    def _find(self, session_id: str) -> RecordingView | None:
        path = self._catalog.find(session_id)
        entry = self._catalog.entry(path) if path is not None else None
        return _view(entry, self._marks()) if entry is not None else None

    def _search(self, query: str, limit: int) -> list[RecordingView]:
        marks = self._marks()
        entries = self._catalog.list_entries(limit=limit)
        if not query:
            return [_view(entry, marks) for entry in entries]
        hits = self._catalog.search(Search(text=query), limit=limit)
        said = {hit.entry.session_id for hit in hits}
        wanted = query.casefold()
        return [
            _view(entry, marks)
            for entry in entries
            if entry.session_id in said
            or any(
                wanted in word.casefold()
                for word in (entry.session_id, entry.header.user, entry.header.target)
            )
        ]

    def _marks(self) -> dict[str, SessionMarks]:
        return sessions_in(self._audit_log)


def _view(entry: RecordingEntry, marks: dict[str, SessionMarks]) -> RecordingView:
    known = marks.get(entry.session_id, SessionMarks())
    return RecordingView(
        id=entry.session_id,
        user=entry.header.user,
        person=entry.header.person,
        target=entry.header.target,
        environment=entry.header.environment,
        front_end=entry.header.front_end,
        started_at=entry.header.started_at,
        duration_s=entry.duration_s,
        statements=entry.statements,
        held=entry.held,
        denied=entry.denied,
        size_bytes=entry.size_bytes,
        state="crashed" if known.crashed is not None else entry.state,
        path=entry.path,
    )
