"""The folder of transcripts, as the registry asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bastion.errors import UsageError
from bastion.execution.ports import RecordingView, StatementHit
from recordings.audit import FollowedLog
from recordings.catalog import Catalog, RecordingEntry
from recordings.errors import ChangedError, FormatError
from recordings.files import open_stream
from recordings.glance import Glances
from recordings.heard import MaskFor
from recordings.pinned import pinned
from recordings.query import parse_query
from recordings.readers import ServedFile
from recordings.search import Hit, SearchIndex
from recordings.seek import SeekIndexes
from recordings.verify import Report, verify_against

log = logging.getLogger(__name__)


_RECENT_S = 86_400
_PAUSE_S = 0.005


class RecordingFolder:
    """Implements the port ``Recordings``; all reading is off the event loop."""

    def __init__(
        self,
        root: Path,
        audit_log: Path,
        *,
        public_key: Ed25519PublicKey,
        indexes: SeekIndexes,
        now: Callable[[], datetime],
    ) -> None:
        """Take the ``sessions`` folder and the audit log that knows what became of them."""
        self._public_key = public_key
        self._log = FollowedLog(audit_log, public_key)
        self._glances = Glances(self._log.follow)
        self._catalog = Catalog(root)
        self._search_index = SearchIndex(root, self._catalog)
        self._indexes = indexes
        self._now = now

    async def find(self, session_id: str) -> RecordingView | None:
        """Find one recording by its id."""
        return await asyncio.to_thread(self._find, session_id)

    async def serve(self, recording: Path, mask_for: MaskFor) -> ServedFile:
        """Open a recording for one reader, once it was checked; what was checked is what is read.

        Raises:
            OSError: it cannot be read.
            FormatError: it is encrypted, or garbled where it is read, and a ChangedError where it
                is not what was recorded.
        """
        return await asyncio.to_thread(self._serve, recording, mask_for)

    async def search(self, *, query: str, limit: int) -> Sequence[RecordingView]:
        """List recordings that match, newest first; see ``recordings.query``.

        Raises:
            UsageError: the query cannot be read.
        """
        return await asyncio.to_thread(self._search, query, limit)

    async def keep_up(self) -> None:
        """Read what was recorded lately into the search index and the seek indexes."""
        await asyncio.to_thread(self._keep_up)

    def _keep_up(self) -> None:
        try:
            self._search_index.refresh()
            since = self._now().timestamp() - _RECENT_S
            for path, _ in self._catalog.paths():
                if path.stat().st_mtime >= since:
                    self._indexes.update(path, pause_s=_PAUSE_S)
        except (OSError, FormatError) as error:
            # Both are made when they are asked for, if not before.
            log.warning("recordings.not_indexed", extra={"detail": str(error)})

    def _serve(self, recording: Path, mask_for: MaskFor) -> ServedFile:
        with pinned(recording):
            report = self._check(recording)
            if report.exit_code == 1:
                raise ChangedError(report.message)
            # Most that nobody could check cannot be opened either, and that says why.
            served = ServedFile(partial(open_stream, recording), mask_for)
            if not report.is_ok:
                served.close()
                raise ChangedError(report.message)
            return served

    def _check(self, recording: Path) -> Report:
        return verify_against(recording, self._public_key, self._log.follow())

    def _find(self, session_id: str) -> RecordingView | None:
        path = self._catalog.find(session_id)
        entry = self._catalog.entry(path) if path is not None else None
        return self._views([entry], [()])[0] if entry is not None else None

    def _search(self, query: str, limit: int) -> list[RecordingView]:
        if not query.strip():
            entries = self._catalog.list_entries(limit=limit)
            return self._views(entries, [()] * len(entries))
        try:
            wanted = parse_query(query, now=self._now())
        except FormatError as error:
            raise UsageError(str(error)) from error
        found = self._search_index.find(wanted, limit=limit)
        return self._views([one.entry for one in found], [one.hits for one in found])

    def _views(
        self, entries: Sequence[RecordingEntry], hits: Sequence[Sequence[Hit]]
    ) -> list[RecordingView]:
        return list(map(_view, entries, self._glances.states(entries), hits))


def _view(entry: RecordingEntry, state: str, hits: Sequence[Hit]) -> RecordingView:
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
        state=state,
        path=entry.path,
        hits=tuple(
            StatementHit(
                statement=hit.index, at_s=round(hit.time_s, 3), text=hit.text, verdict=hit.action
            )
            for hit in hits
        ),
    )
