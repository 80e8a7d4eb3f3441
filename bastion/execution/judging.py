"""What a session knows when a statement arrives, and the verdict that follows from it."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bastion.core.bound import foundations, objects_digest, sequences
from bastion.core.breakglass import lift
from bastion.core.catalogue import Catalogue
from bastion.core.context import SessionContext
from bastion.core.exposure import Exposure
from bastion.core.findings import RelationKey
from bastion.core.grants import Grant, GrantKind
from bastion.core.guesses import GuessUse, describe_overdraft
from bastion.core.impact import measured_rows, relations_to_learn
from bastion.core.lineage import trace
from bastion.core.literals import Spoken, spoken
from bastion.core.model import (
    Action,
    EffectClass,
    Engine,
    Impact,
    Principal,
    RunOptions,
    Sensitivity,
    Target,
    TransactionState,
    Verdict,
)
from bastion.core.policy import common_styles, decide, guesses_allowed, mask_styles, unmask_for_s
from bastion.core.retire import Retirement, settle
from bastion.core.rules import Policy
from bastion.core.statement import Statement, analyse
from bastion.core.styles import Styles
from bastion.core.tokens import read
from bastion.core.tracking import advance
from bastion.core.windows import single_row_table
from bastion.errors import (
    BastionError,
    StructureMovedError,
    TargetUnavailableError,
    UsageError,
)
from bastion.execution.approvals import ApprovalDesk
from bastion.execution.breakglass import GlassBox
from bastion.execution.granting import Grants
from bastion.execution.guessing import GuessBudget
from bastion.execution.ports import (
    Audit,
    Clock,
    Connector,
    Quarantine,
    Standing,
    Targets,
    Tokens,
    Users,
)
from bastion.execution.session import Session

log = logging.getLogger(__name__)

GUESS_BUDGET = "guess budget"
"""The built-in rule that holds what tries too many values of masked columns."""
_LEARN_EVERY_S = 3.0
_LEARN_TIMEOUT_S = 2.0
_STRUCTURE_TIMEOUT_S = 30.0
_NAMES = frozenset({("", "search_path")})
_HELD = frozenset({("", "held")})
_MOVING = frozenset({EffectClass.ADMIN, EffectClass.PRIVILEGE, EffectClass.DDL, EffectClass.DROP})
_RESTRUCTURING = frozenset({EffectClass.DDL, EffectClass.DROP, EffectClass.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Governance:
    """What a runner needs beside its session and its database; one for the whole process."""

    desk: ApprovalDesk
    users: Users
    clock: Clock
    policy: Callable[[], Policy]
    """Gives the policy in force now."""
    follow_policy: Callable[[], Awaitable[None]]
    """Puts in force what the policy's file says now."""
    targets: Targets
    tokens: Tokens
    mask_key: bytes = field(repr=False)
    """Keys the digests of row keys; of this installation."""
    changed: Callable[[], None]
    """Called when a session's state or counts changed."""
    quarantine: Quarantine
    audit: Audit
    glass: GlassBox
    guesses: GuessBudget
    grants: Grants
    stages: dict[str, asyncio.Lock] = field(default_factory=dict)
    """By target: one write at a time is run there before anybody said yes."""

    def guesses_allowed(self, principal: Principal, target: Target) -> int:
        """Tell how many values of a masked class a principal's person may try in a day."""
        return guesses_allowed(principal, target, self.policy())

    def unmask_for_s(self, principal: Principal, target: Target) -> float:
        """Tell how long at most a principal may be shown masked values; 0 for never."""
        return unmask_for_s(principal, target, self.policy())


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One statement as understood and judged against what is known now."""

    catalogue: Catalogue
    statement: Statement
    exposure: Exposure
    verdict: Verdict
    token_values: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """What the tokens in the statement stand for."""
    retirement: Retirement | None = None
    """What is moved into quarantine instead of running the statement."""


class Judge:
    """Follows one session on its connection, and judges each statement by what it knows."""

    def __init__(
        self,
        session: Session,
        connector: Connector,
        governance: Governance,
        search_path: tuple[str, ...],
    ) -> None:
        """Begin with a fresh login.

        Args:
            search_path: where the server looks bare names up at login; PostgreSQL.
        """
        self._session = session
        self._connector = connector
        self._governance = governance
        self._target = connector.target
        self._learnt_at: dict[tuple[str, str], float] = {}
        self._looks: set[asyncio.Task[Catalogue]] = set()
        self.restart(search_path)

    def restart(self, search_path: tuple[str, ...]) -> None:
        """Forget what the session made: it has a new login."""
        self.context = SessionContext()
        self._path = search_path
        self._has_set_path = False

    async def judge(
        self, text: str, options: RunOptions, impact: Impact | None = None
    ) -> Judgement:
        """Understand and judge one statement by what is known now.

        Args:
            impact: as measured; None before that.
        """
        catalogue = await self._connector.catalogue()
        is_postgres = self._target.engine is Engine.POSTGRESQL
        if is_postgres and self._path != catalogue.search_path and self._due(_NAMES):
            catalogue = await self._learn(None, catalogue)
        self._look_in(self._path, catalogue)
        statement = self._analyse(text, catalogue)
        unknown = self._due(relations_to_learn(statement, catalogue, self.context))
        if unknown:
            catalogue = await self._learn(unknown, catalogue)
            statement = self._analyse(text, catalogue)
        exposure = trace(statement, catalogue=catalogue, context=self.context)
        if self._target.engine is Engine.MYSQL and exposure.told:
            # Whether it runs, fails or is measured: the server keeps its words about it.
            told = self.context.told | exposure.told
            self.context = dataclasses.replace(self.context, told=told)
        return self._decided(catalogue, statement, exposure, options, impact)

    def weigh(self, judged: Judgement, options: RunOptions, impact: Impact | None) -> Judgement:
        """Judge what was understood once more, by what was measured."""
        again = self._decided(judged.catalogue, judged.statement, judged.exposure, options, impact)
        return dataclasses.replace(again, token_values=judged.token_values)

    def common_styles(self) -> Styles:
        """Give for what anybody may see the style of each class that tells least."""
        return common_styles(self._governance.policy())

    def mask_styles(self) -> Styles:
        """Give the styles of masks that policy now chooses for the session's principal."""
        return mask_styles(self._session.principal, self._governance.policy())

    async def with_tokens(self, judged: Judgement) -> Judgement:
        """Look up what the tokens in a statement stand for.

        Raises:
            UsageError: a token is not known here, or stands where it may not.
        """
        stray = judged.exposure.stray_token
        if stray:
            raise UsageError(
                f"{stray} stands for its value only where it is compared by =, <>, IN or ANY, in "
                f"WHERE or ON, with a column of class {read(stray)[0].value}, and in plain quotes. "
                "Nothing has run."
            )
        if not judged.exposure.tokens:
            return judged
        values = await self._governance.tokens.resolve(self._target.name, judged.exposure.tokens)
        unknown = sorted(judged.exposure.tokens - values.keys())
        if unknown:
            raise UsageError(
                f"{', '.join(unknown)} is not known on {self._target.name}: it was never shown "
                "here, or too long ago. Run the query that shows it again. Nothing has run."
            )
        return dataclasses.replace(judged, token_values=values)

    async def lift(self, judged: Judgement) -> Judgement:
        """Let what is held run where its principal has broken the glass."""
        if judged.verdict.action is not Action.HOLD:
            return judged
        emergency = await self._governance.glass.active(self._session.principal, self._target)
        if emergency is None:
            return judged
        lifted = lift(judged.verdict, judged.statement, judged.exposure, emergency)
        return dataclasses.replace(judged, verdict=lifted)

    async def under_window(self, judged: Judgement) -> Judgement:
        """Let a write of one row run where a reviewer gave this person a window on its table."""
        verdict = judged.verdict
        if verdict.action is not Action.HOLD or verdict.approvals_needed > 1:
            return judged
        table = single_row_table(judged.statement, judged.exposure, judged.catalogue)
        if not table or self.context.has_restructured:
            return judged
        principal, grants = self._session.principal, self._governance.grants
        kind, name = GrantKind.WINDOW, self._target.name
        for one in await grants.active(principal, name, kind, at=self._target):
            if one.subject != table or not await self._is_as_given(one, judged.catalogue):
                continue
            if await grants.use(one, 1):
                allowed = dataclasses.replace(
                    verdict,
                    action=Action.ALLOW,
                    rule=f"window {one.id}",
                    text=f"Runs under the window {one.id} on {table}, run {one.used + 1} of "
                    f"{one.count_max}; held otherwise: {verdict.text}",
                    rows_max=1,
                    window=one.id,
                )
                return dataclasses.replace(judged, verdict=allowed)
        return judged

    async def _is_as_given(self, window: Grant, catalogue: Catalogue) -> bool:
        """Tell whether a window's table is what it was when the window was asked for."""
        given = await self._governance.grants.request_of(window)
        if given is None:
            return False
        asked = self._analyse(given.text, catalogue)
        return objects_digest(asked, catalogue, self.context) == given.context.objects

    async def spend(self, judged: Judgement) -> tuple[Judgement, str]:
        """Take what a statement guesses of masked values from its person's budget, before it runs.

        Returns:
            The judgement, held where the budget is used up; and words where little is left.

        Raises:
            StoreError: it cannot be counted, so nothing may run.
        """
        verdict = judged.verdict
        if verdict.action is not Action.ALLOW:
            return judged, ""
        is_within, uses = await self.pay(judged)
        if is_within:
            short = [one.text(self._target.name) for one in uses if one.left * 5 <= one.allowed]
            return judged, f"You have used {', '.join(short)}." if short else ""
        held = dataclasses.replace(
            verdict,
            action=Action.HOLD,
            rule=GUESS_BUDGET,
            text=describe_overdraft(uses, self._target.name),
        )
        return dataclasses.replace(judged, verdict=held), ""

    async def pay(self, judged: Judgement) -> tuple[bool, tuple[GuessUse, ...]]:
        """Take what an answer tells of masked values from its person's budget, before it is asked.

        Returns:
            Whether it was within the budget, and how each class that it tells of stands now.

        Raises:
            StoreError: it cannot be counted, so nothing may be asked.
        """
        guessed = judged.exposure.guessed
        if not guessed:
            return True, ()
        return await self._governance.guesses.spend(
            self._session.principal,
            self._target.name,
            guessed,
            allowed=judged.verdict.obligations.guesses_per_day,
        )

    def spell(self, text: str, spelled: str | None) -> None:
        """Have a statement that runs a computed text judged with that text; None: no more."""
        if spelled is None and not self.context.spelled:
            return
        known = {} if spelled is None else {text: spelled}
        self.context = dataclasses.replace(self.context, spelled=MappingProxyType(known))

    def spoken(self, judged: Judgement, parameters: Sequence[bytes | None]) -> Spoken:
        """Hide the values in a statement, for readers who may not see their classes."""
        found = spoken(
            judged.statement,
            judged.exposure,
            judged.catalogue,
            self.context.relations,
            parameters,
        )
        if not judged.statement.is_spelled:
            return found
        # What is sent holds values of earlier statements, and nobody knows which.
        classes = found.classes | {Sensitivity.UNPROVEN}
        return dataclasses.replace(found, classes=classes, is_selected=True)

    def marks(self, judged: Judgement) -> Mapping[str, str]:
        """Give the structure that a statement was judged by; what the session made is its own."""
        known = judged.catalogue.marks
        if not known or self.context.has_restructured:
            return {}
        statement = judged.statement
        own = {name for _, name in self.context.relations}
        touched = {key for key in statement.reads | statement.writes if key[1] not in own}
        called = {tuple(name.rpartition(".")[::2]) for name in statement.functions}
        keys = {
            judged.catalogue.mark_key(kind, schema, name)
            for kind, names in (("relation", touched), ("function", called))
            for schema, name in names
        }
        return {key: known.get(key, "") for key in sorted(keys)}

    def foundations(self, judged: Judgement) -> Mapping[str, str]:
        """Give the marks of all that a yes to this statement rests on."""
        if self.context.has_restructured:
            return {}
        return foundations(judged.statement, judged.catalogue, self.context)

    def sequences(self, judged: Judgement) -> tuple[RelationKey, ...]:
        """Name the sequences that a statement takes numbers from."""
        return sequences(judged.statement, judged.catalogue, self.context)

    async def judge_moved(
        self, judged: Judgement, options: RunOptions, *, is_again: bool
    ) -> Judgement:
        """Judge anew what others changed the ground of.

        Args:
            is_again: looking anew did not help: in a transaction of the session's own, structure is
                as no other login sees it, and what it gives is masked.

        Raises:
            StructureMovedError: it keeps changing.
        """
        if is_again and not self.context.in_transaction:
            raise StructureMovedError(
                "Others keep changing the structure of what it reads. Run it again in a moment."
            )
        if is_again:
            self.context = dataclasses.replace(self.context, has_restructured=True)
        else:
            await self.learn(judged)
        again = await self.with_tokens(await self.judge(judged.statement.text, options))
        return await self.lift(again)

    async def learn(self, judged: Judgement, *, timeout_s: float = _LEARN_TIMEOUT_S) -> bool:
        """Look again at what a statement reads and writes; False where that was not done."""
        touched = judged.statement.reads | judged.statement.writes
        return await self._look(touched, timeout_s=timeout_s) is not None

    async def learn_for_run(self, judged: Judgement) -> None:
        """Look again at what a yes was bound to, before it is used.

        Raises:
            TargetUnavailableError: it cannot be seen whether it is still as it was.
        """
        if not await self.learn(judged, timeout_s=_STRUCTURE_TIMEOUT_S):
            raise TargetUnavailableError(
                "Nothing has run: whether tables and code are still as they were when it was "
                "approved could not be read. Try again in a moment."
            )

    async def learn_before_hold(self, judged: Judgement) -> bool:
        """Look again at what a yes will be bound to; False when that was done a moment ago."""
        if not self._due(_HELD):
            return False
        await self.learn(judged)
        return True

    async def learn_result(self, judged: Judgement) -> Judgement | None:
        """Learn columns that the database knows and the catalogue did not, once.

        Returns:
            The same verdict on what is known now; None when nothing could be learnt.
        """
        relations = self._due(judged.statement.reads | judged.statement.writes)
        if not relations:
            return None
        return self._traced(judged, await self._learn(relations, judged.catalogue))

    async def as_known_now(self, judged: Judgement) -> Judgement:
        """Trace again where classes were learnt since: another session may have filled a column."""
        catalogue = await self._connector.catalogue()
        if catalogue.version == judged.catalogue.version:
            return judged
        return self._traced(judged, catalogue)

    async def carry(self, judged: Judgement) -> None:
        """Remember what a statement brings into stored columns, before it runs.

        Raises:
            StoreError: it cannot be remembered, so the statement must not run.
        """
        if judged.exposure.carried:
            by = self._session.principal.user
            now = self._governance.clock.now()
            await self._connector.carry(
                [
                    dataclasses.replace(one, evidence=f"{one.evidence} by {by} on {now:%Y-%m-%d}")
                    for one in judged.exposure.carried
                ]
            )

    def advance(self, judged: Judgement) -> bool:
        """Take over what a statement that went well leaves in the session.

        Returns:
            Whether it may have changed the structure of the database.
        """
        before = self.context
        self.context = advance(
            before, judged.statement, judged.exposure, catalogue=judged.catalogue
        )
        was_restructured = before.has_restructured and not self.context.has_restructured
        return was_restructured or bool(judged.statement.effects & _RESTRUCTURING)

    async def learn_structure(self, judged: Judgement) -> None:
        """Look again at what a statement may have changed; all, where it does not say.

        The next one is judged by it, and may call what was just made: this look is waited for.
        """
        found = await self._look(judged.statement.writes or None, timeout_s=_STRUCTURE_TIMEOUT_S)
        if found is None:
            self.context = dataclasses.replace(self.context, has_restructured=True)

    def follow_checks(self, lifted: frozenset[str]) -> None:
        """Take over which checks of what is written are off, as the server says."""
        if lifted != self.context.lifted:
            self.context = dataclasses.replace(self.context, lifted=lifted)

    def follow_transaction(self, state: TransactionState) -> None:
        """Take over whether a transaction is open, as the server says."""
        is_open = state in {TransactionState.OPEN, TransactionState.FAILED}
        if is_open != self.context.in_transaction:
            self.context = dataclasses.replace(self.context, in_transaction=is_open)

    def may_have_moved(self, statement: Statement) -> bool:
        """Tell whether a statement may have moved the ground under the next one."""
        change = statement.change
        sets_path = change is not None and change.name == "search_path"
        # At PostgreSQL a rollback brings an earlier path back.
        self._has_set_path |= sets_path and self._target.engine is Engine.POSTGRESQL
        is_of_path = EffectClass.SESSION in statement.effects and (change is None or sets_path)
        if statement.is_instant and not is_of_path:
            return False
        may_follow = sets_path or self._has_set_path or bool(statement.effects & _MOVING)
        return may_follow or not statement.is_understood

    def follow_standing(self, standing: Standing, catalogue: Catalogue) -> None:
        """Look bare names up where the server now does."""
        # A rollback brings an earlier path back: from the first other one on, each may move it.
        is_pg = self._target.engine is Engine.POSTGRESQL
        self._has_set_path |= is_pg and self._path != standing.search_path
        self._path = standing.search_path
        self._look_in(self._path, catalogue)

    def _decided(
        self,
        catalogue: Catalogue,
        statement: Statement,
        exposure: Exposure,
        options: RunOptions,
        impact: Impact | None,
    ) -> Judgement:
        verdict = decide(
            self._session.principal,
            self._target,
            statement,
            exposure,
            self._governance.policy(),
            options=options,
            now=self._governance.clock.now(),
            rows=measured_rows(impact, statement, catalogue),
        )
        verdict, retirement = settle(verdict, statement, catalogue)
        return Judgement(
            catalogue=catalogue,
            statement=statement,
            exposure=exposure,
            verdict=verdict,
            retirement=retirement,
        )

    def _traced(self, judged: Judgement, catalogue: Catalogue) -> Judgement:
        statement = self._analyse(judged.statement.text, catalogue)
        exposure = trace(statement, catalogue=catalogue, context=self.context)
        return dataclasses.replace(
            judged, catalogue=catalogue, statement=statement, exposure=exposure
        )

    def _analyse(self, text: str, catalogue: Catalogue) -> Statement:
        return analyse(text, engine=self._target.engine, catalogue=catalogue, context=self.context)

    def _due(self, relations: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Keep the relations that were not asked about a moment ago."""
        now = self._governance.clock.monotonic()
        due = {key for key in relations if now - self._learnt_at.get(key, -1e9) > _LEARN_EVERY_S}
        for key in due:
            self._learnt_at[key] = now
        return frozenset(due)

    async def _learn(
        self, relations: frozenset[tuple[str, str]] | None, catalogue: Catalogue
    ) -> Catalogue:
        """Classify relations before their first answer; what stays unknown stays masked."""
        return await self._look(relations, timeout_s=_LEARN_TIMEOUT_S) or catalogue

    async def _look(
        self, relations: frozenset[tuple[str, str]] | None, *, timeout_s: float
    ) -> Catalogue | None:
        """Read structure and classes anew; None where that failed or is not done yet.

        A look that takes too long goes on by itself, for the statements that follow: cancelling
        it would kill queries of ours at the server, under load again and again.
        """
        look = asyncio.get_running_loop().create_task(self._connector.refresh(relations))
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)
        done, _ = await asyncio.wait({look}, timeout=timeout_s)
        if not done:
            look.add_done_callback(_note_look)
            return None
        try:
            return look.result()
        except BastionError:
            log.info("catalogue.refresh_failed", extra={"target": self._target.name})
            return None

    def _look_in(self, path: tuple[str, ...], catalogue: Catalogue) -> None:
        """Look bare names up where the server does."""
        settings = dict(self.context.settings)
        settings.pop("search_path", None)
        if path != catalogue.search_path:
            settings["search_path"] = ", ".join(f'"{schema}"' for schema in path)
        if settings != dict(self.context.settings):
            self.context = dataclasses.replace(
                self.context, settings=tuple(sorted(settings.items()))
            )


def _note_look(look: asyncio.Task[Catalogue]) -> None:
    """Take a late answer's failure, so that it is not reported as forgotten."""
    if not look.cancelled() and look.exception() is not None:
        log.info("catalogue.refresh_failed")
