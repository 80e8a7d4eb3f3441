"""Live sessions and kept recordings: open, list, watch, read, kill, each act authorised here.

Reading is a governed act: who watched or replayed what is audited before the first byte.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bastion.core.model import Principal, Role, Target
from bastion.errors import AccessError, RecordingError, UsageError
from bastion.execution.ports import Audit, Clock, Recordings, RecordingView, Users
from bastion.execution.session import Session, SessionFactory, SessionState
from recordings.errors import ChangedError, EncryptedError, FormatError
from recordings.events import Header
from recordings.heard import MaskCell, MaskFor
from recordings.readers import RESULT_MARK, ReadersCopy, ServedFile

log = logging.getLogger(__name__)

_WARNING_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long and how many sessions may be."""

    idle_s: float = 15 * 60.0
    maximum_s: float = 8 * 3600.0
    per_person: int = 20
    total: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A live session as reviewers see it."""

    id: str
    user: str
    person: str
    is_agent: bool
    target: str
    environment: str
    front_end: str
    source: str
    client: str
    started_at: datetime
    last_active_at: datetime
    statements: int
    held: int
    blocked: int
    state: str
    """``idle``, ``running`` or ``waiting``."""


class SessionRegistry:
    """The live sessions and connections of this process, and the way to all recordings."""

    def __init__(  # noqa: PLR0913 - the composition root alone calls it.
        self,
        *,
        factory: SessionFactory,
        recordings: Recordings,
        users: Users,
        audit: Audit,
        clock: Clock,
        limits: SessionLimits,
        policy_version: Callable[[], str],
        product_version: str,
        mask_for: Callable[[Principal, str], Awaitable[MaskFor]],
        refusal: Callable[[], str] = str,
    ) -> None:
        """Start with no sessions.

        Args:
            mask_for: gives a reader's rights in recordings of a target.
            refusal: tells why no session on a target may begin now; empty when it may.
        """
        self._factory = factory
        self._recordings = recordings
        self._users = users
        self._audit = audit
        self._clock = clock
        self._limits = limits
        self._policy_version = policy_version
        self._product_version = product_version
        self._mask_for = mask_for
        self._refusal = refusal
        self._sessions: dict[str, Session] = {}
        self._warned: set[str] = set()
        self._connections: dict[object, tuple[Principal, Callable[[str], None]]] = {}
        self._listeners: list[Callable[[], None]] = []
        self._is_draining = False

    # Opening and ending

    async def open_session(
        self,
        principal: Principal,
        *,
        target: Target | None,
        front_end: str,
        columns: int = 80,
        rows: int = 24,
        term: str = "",
        command: str = "",
    ) -> Session:
        """Open a session: its header is on disk before anything is shown.

        Raises:
            AccessError: too many sessions, or the account may no longer act.
            RecordingError: no transcript, no session.
        """
        if self._is_draining:
            raise AccessError("The bastion is shutting down. Try again in a minute.")
        refusal = await self._users.refusal(principal, target.name if target else None)
        if refusal is not None:
            raise AccessError(refusal)
        # Without a target one decides and looks into things, which is what must go on.
        if target is not None and (words := self._refusal()):
            raise RecordingError(words)
        self._check_limits(principal)
        session_id = secrets.token_hex(8)
        header = Header(
            session_id=session_id,
            user=principal.user,
            person=principal.person,
            is_agent=principal.is_agent,
            key_fingerprint=principal.key_fingerprint,
            source=principal.source,
            client=principal.client,
            target=target.name if target else "",
            engine=target.engine.value if target else "",
            environment=target.environment.value if target else "",
            front_end=front_end,
            command=command,
            columns=columns,
            rows=rows,
            term=term,
            started_at=self._clock.now(),
            policy_version=self._policy_version(),
            product_version=self._product_version,
        )
        session = await self._factory.open(
            header, principal=principal, target=target, on_sealed=self._forget
        )
        self._sessions[session_id] = session
        self._changed()
        return session

    async def _forget(self, session: Session) -> None:
        self._sessions.pop(session.id, None)
        self._warned.discard(session.id)
        self._changed()

    def _check_limits(self, principal: Principal) -> None:
        own = sum(1 for s in self._sessions.values() if s.principal.person == principal.person)
        if own >= self._limits.per_person:
            raise AccessError(
                f"You have {own} sessions open, which is the limit. Close one and try again."
            )
        if len(self._sessions) >= self._limits.total:
            raise AccessError("The bastion has no room for another session. Try again later.")

    # Connections, so that a disabled account loses them

    def attach_connection(
        self, principal: Principal, close: Callable[[str], None]
    ) -> Callable[[], None]:
        """Remember a live SSH connection and how to close it; returns the way to forget it."""
        key = object()
        self._connections[key] = (principal, close)

        def detach() -> None:
            self._connections.pop(key, None)

        return detach

    async def recheck_accounts(self) -> None:
        """End what accounts that changed no longer may: sessions, then their connections."""
        revoked: list[tuple[Session, str]] = []
        for session in list(self._sessions.values()):
            target = session.target.name if session.target else None
            reason = await self._users.refusal(session.principal, target, is_news=True)
            if reason is not None and not session.ended.is_set():
                log.info("session.revoked", extra={"session": session.id})
                revoked.append((session, reason))
        # All at once: none waits for another one's database.
        async with asyncio.TaskGroup() as group:
            for session, reason in revoked:
                group.create_task(session.end(reason))
        for key, (principal, close) in list(self._connections.items()):
            reason = await self._users.refusal(principal, None)
            if reason is not None:
                self._connections.pop(key, None)
                close(reason)

    async def enforce_limits(self) -> None:
        """End idle and overlong sessions, warning 60 s before; called about once a second."""
        now = self._clock.monotonic()
        for session in list(self._sessions.values()):
            idle_left = self._limits.idle_s - (now - session.last_active)
            age = (self._clock.now() - session.started_at) / timedelta(seconds=1)
            total_left = self._limits.maximum_s - age
            if session.state is not SessionState.IDLE:
                # A statement has limits of its own; the person who waits for it is not idle.
                idle_left = _WARNING_S + 1
            left = min(idle_left, total_left)
            why = "idle for too long" if idle_left <= total_left else "open for the longest time"
            if left <= 0:
                await session.end(f"The session was {why} and has ended; open work is rolled back.")
            elif left > _WARNING_S:
                self._warned.discard(session.id)
            elif session.id not in self._warned and session.notice_callback is not None:
                self._warned.add(session.id)
                session.notice_callback(
                    f"This session ends in {int(left)} s: {why}. Open work will be rolled back."
                )

    async def drain(self, reason: str) -> None:
        """Refuse new sessions and end all that are open."""
        self._is_draining = True
        async with asyncio.TaskGroup() as group:
            for session in list(self._sessions.values()):
                group.create_task(session.end(reason))

    def tell_overseers(self, text: str) -> None:
        """Say a line to every connected reviewer, auditor and admin, at once."""
        for session in self._sessions.values():
            is_overseer = session.principal.has_role(Role.REVIEWER, Role.AUDITOR, Role.ADMIN)
            if is_overseer and session.notice_callback is not None:
                session.notice_callback(text)

    def count(self) -> int:
        """Count the live sessions."""
        return len(self._sessions)

    # Seeing and stopping

    def list_sessions(self, viewer: Principal) -> tuple[SessionView, ...]:
        """List live sessions: reviewers, auditors and admins see those they reach, others own."""
        return tuple(
            self._view(session)
            for session in self._sessions.values()
            if self._may_see(viewer, session)
        )

    async def kill(self, viewer: Principal, session_id: str, reason: str) -> None:
        """End a live session; its user reads the reason.

        Raises:
            UsageError: no such session, or no reason.
            AccessError: not the viewer's own, and the viewer is no reviewer or admin.
        """
        session = self._find(viewer, session_id)
        if not reason.strip():
            raise UsageError("Give a reason; the user of the session reads it word for word.")
        is_own = viewer.person == session.principal.person
        if not is_own and not viewer.has_role(Role.REVIEWER, Role.ADMIN):
            raise AccessError("Ending other people's sessions takes the role reviewer or admin.")
        await self._audit.record(
            "session.killed", {"session": session.id, "by": viewer.user, "reason": reason}
        )
        await session.end(f"{viewer.user} has ended this session: {reason}")

    async def watch(
        self, viewer: Principal, session_id: str, offset: int = 0
    ) -> AsyncGenerator[tuple[int, bytes], None]:
        """Stream a live transcript: what is there from ``offset``, then what is appended.

        It is a copy by the viewer's rights, and offsets are the copy's: who has seen so much of it
        goes on from there.

        Yields ``(end_offset, chunk)`` in order, none lost; ends when the session is sealed.

        Raises:
            UsageError: no such live session.
            AccessError: the viewer may not watch it, or may no longer.
        """
        session = self._find(viewer, session_id)
        self._check_reader(viewer, session.principal.person)
        reading = {"session": session_id, "act": "watch", "purpose": "", "range": f"{offset}-"}
        await self._record_reading(viewer, reading)
        target = session.target.name if session.target else ""
        rights = await self._mask_for(viewer, target)

        def seen(mask: str) -> MaskCell | None:
            return rights(mask)

        copy, end_offset = ReadersCopy(seen), 0
        async with contextlib.aclosing(session.watch(0)) as chunks:
            while (chunk := await self._next(session_id, chunks)) is not None:
                if RESULT_MARK in chunk:
                    # They may have ended since the last result.
                    rights = await self._mask_for(viewer, target)
                made = copy.feed(chunk)
                start, end_offset = end_offset, end_offset + len(made)
                if end_offset > offset:
                    yield end_offset, made[max(0, offset - start) :]

    @staticmethod
    async def _next(session_id: str, chunks: AsyncIterator[tuple[int, bytes]]) -> bytes | None:
        """Read on in a live transcript; None at its end."""
        try:
            _, chunk = await anext(chunks)
        except StopAsyncIteration:
            return None
        except ChangedError as error:
            raise UsageError(_changed(session_id, error)) from error
        return chunk

    async def list_recordings(
        self, viewer: Principal, *, limit: int = 200, query: str = ""
    ) -> tuple[RecordingView, ...]:
        """List recordings that the viewer may read, newest first; listing is audited."""
        reading = {"session": "", "act": "list", "purpose": query, "range": f"first {limit}"}
        await self._record_reading(viewer, reading)
        found = await self._recordings.search(query=query, limit=limit * 4)
        return tuple(view for view in found if self._may_read(viewer, view))[:limit]

    async def open_recording(self, viewer: Principal, session_id: str, purpose: str) -> ServedFile:
        """Open one recording, masked by the viewer's rights, after the reading is audited.

        Raises:
            UsageError: none of this id that the viewer may read, or it is encrypted or damaged.
        """
        view = await self._recordings.find(session_id)
        if view is None or not self._may_read(viewer, view):
            raise UsageError(f"There is no recording {session_id} that you may read. Try: rec list")
        reading = {"session": session_id, "act": "replay", "purpose": purpose, "range": "all"}
        await self._record_reading(viewer, reading)
        rights = await self._mask_for(viewer, view.target)
        session = self._sessions.get(session_id)
        try:
            if session is None:
                return await self._recordings.serve(view.path, rights)
            # What is still written is held against its writer, who knows more than the log.
            return await asyncio.to_thread(ServedFile, session.open_transcript, rights)
        except ChangedError as error:
            raise UsageError(_changed(session_id, error)) from error
        except EncryptedError as error:
            raise UsageError(
                f"Recording {session_id} is encrypted, and the bastion has no key to it any more."
                f" Whoever holds the age identity can read it: python -m recordings cat"
                f" {view.path.name} --identity FILE",
            ) from error
        except (OSError, FormatError) as error:
            raise UsageError(
                f"The file of recording {session_id} cannot be read. Tell an administrator.",
                detail=str(error),
            ) from error

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back on each change of the list of live sessions; returns the way to stop it."""
        self._listeners.append(callback)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(callback)

        return stop

    def changed(self) -> None:
        """Tell subscribers that a session's state or counts changed."""
        self._changed()

    def _changed(self) -> None:
        for listener in self._listeners[:]:
            listener()

    def _find(self, viewer: Principal, session_id: str) -> Session:
        session = self._sessions.get(session_id)
        if session is None or not self._may_see(viewer, session):
            raise UsageError(f"There is no live session {session_id}. Try: sessions")
        return session

    @staticmethod
    def _may_see(viewer: Principal, session: Session) -> bool:
        if viewer.person == session.principal.person:
            return True
        if viewer.is_agent or not viewer.has_role(Role.REVIEWER, Role.AUDITOR, Role.ADMIN):
            return False
        return session.target is None or viewer.may_reach(session.target.name)

    @staticmethod
    def _check_reader(viewer: Principal, person: str) -> None:
        is_own = viewer.person == person and not viewer.is_agent
        # Admins administer; reading what others did is the reviewers' and auditors' right.
        if not is_own and not viewer.has_role(Role.REVIEWER, Role.AUDITOR):
            raise AccessError("Reading sessions takes the role reviewer or auditor.")

    @staticmethod
    def _may_read(viewer: Principal, view: RecordingView) -> bool:
        if viewer.is_agent:
            return view.user == viewer.user
        if viewer.person == view.person:
            return True
        if not viewer.has_role(Role.REVIEWER, Role.AUDITOR):
            return False
        return not view.target or viewer.may_reach(view.target)

    async def _record_reading(self, viewer: Principal, reading: Mapping[str, str]) -> None:
        """Put a reading on record before its first byte, by the reader's rights of this moment.

        Raises:
            AccessError: the login is older than what was taken from its account.
        """
        refusal = await self._users.refusal(viewer, None)
        if refusal is not None:
            raise AccessError(refusal)
        who = {"by": viewer.user, "person": viewer.person}
        await self._audit.record("recording.read", {**who, **reading})

    @staticmethod
    def _view(session: Session) -> SessionView:
        principal, target = session.principal, session.target
        return SessionView(
            id=session.id,
            user=principal.user,
            person=principal.person,
            is_agent=principal.is_agent,
            target=target.name if target else "",
            environment=target.environment.value if target else "",
            front_end=session.front_end,
            source=principal.source,
            client=principal.client,
            started_at=session.started_at,
            last_active_at=session.last_active_at,
            statements=session.counts.statements,
            held=session.counts.held,
            blocked=session.counts.blocked,
            state=session.state.value,
        )


def _changed(session_id: str, found: ChangedError) -> str:
    return (
        f"Recording {session_id} is not what was recorded, or nobody can tell: {found}"
        " Tell an administrator, who can look at it: bastion recording verify"
    )
