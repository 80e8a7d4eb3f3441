"""One session's line to its target: what every stage of the governed path shares."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

from bastion.core import masking
from bastion.core.approval import RunContext
from bastion.core.bound import objects_digest
from bastion.core.literals import Spoken
from bastion.core.model import (
    RunOptions,
    Target,
    TransactionState,
)
from bastion.errors import AccessError
from bastion.execution.judging import Governance, Judge, Judgement
from bastion.execution.measuring import Looking, measure
from bastion.execution.outcomes import Run
from bastion.execution.ports import (
    Connection,
    Connector,
    ResultHead,
)
from bastion.execution.session import Session, SessionState

_TARGET_COUNTS_S = 0.5
"""So long a target counts as the one that was seen, as an account does."""


class Line:
    """A session, its database connection, and the judge of what is sent on it."""

    def __init__(
        self,
        session: Session,
        connector: Connector,
        connection: Connection,
        governance: Governance,
    ) -> None:
        """Take an open connection."""
        self.session = session
        self.connector = connector
        self.connection = connection
        self.governance = governance
        self.judge = Judge(session, connector, governance, connection.search_path)
        self.end_wait: Callable[[], Awaitable[None]] | None = None
        """Ends the wait for a request, while there is one."""
        self.is_interrupted = False
        self.is_path_due = False
        """A transaction has set its path and nothing else: to look would take its snapshot."""
        self._target_seen_at = -math.inf
        self.unsettled: dict[str, Callable[[], Awaitable[None]]] = {}
        """By statement: asks whether what let a write of the open transaction run still stands."""
        self.row_count = 0
        """Rows that the last statement changed, as MySQL counts them: -1 where it gave rows."""

    @property
    def target(self) -> Target:
        """Give the target that statements run on."""
        return self.connector.target

    async def check_standing(self, *, is_news: bool = False) -> None:
        """Raise AccessError, in words, when the principal may not act here any more.

        Args:
            is_news: a yes is about to be used, so no earlier answer counts: what policy, accounts
                and targets say now is looked up.
        """
        if is_news:
            await self.governance.follow_policy()
        principal, name = self.session.principal, self.target.name
        refusal = await self.governance.users.refusal(principal, name, is_news=is_news)
        if refusal is not None:
            raise AccessError(refusal)
        now = self.governance.clock.monotonic()
        if is_news or now - self._target_seen_at >= _TARGET_COUNTS_S:
            if not await self.governance.targets.is_current(self.connector):
                raise AccessError(
                    f"The target {name} was removed, or is another one, since this session began. "
                    "Connect again."
                )
            self._target_seen_at = now

    async def reconnect_if_lost(self) -> None:
        """Open a new connection, with a new context, in place of one that is lost."""
        if self.connection.transaction_state is not TransactionState.LOST:
            return
        await self.connection.close()
        session = self.session
        self.connection = await self.connector.connect(
            f"bastion:{session.principal.user}:{session.id}"
        )
        self.judge.restart(self.connection.search_path)

    async def roll_back(self) -> None:
        """Give up the person's open transaction."""
        await self.connection.reset()
        self.judge.advance(await self.judge.judge("ROLLBACK", RunOptions()))
        self.judge.follow_transaction(self.connection.transaction_state)

    async def judged(self, run: Run) -> Judgement:
        """Judge the text of a run; by its yes where it waits for one or has it."""
        self.judge.follow_checks(self.connection.lifted)
        judged = await self.judge.judge(run.text, run.options, run.impact)
        if self.is_path_due and not judged.statement.is_instant:
            self.is_path_due = False
            standing = await self.connection.standing()
            if standing is not None:
                self.judge.follow_standing(standing, judged.catalogue)
                judged = await self.judge.judge(run.text, run.options, run.impact)
        # What waits for a yes, or has it, runs by that yes.
        run.judgement = judged if run.approval is not None else await self.judge.lift(judged)
        return run.judgement

    async def weighed(self, run: Run, judged: Judgement) -> Judgement:
        """Measure what a statement would touch, and judge it by that."""
        run.impact = await measure(self.looking(run), judged)
        weighed = self.judge.weigh(judged, run.options, run.impact)
        run.judgement = await self.judge.lift(weighed)
        return run.judgement

    async def judged_with_tokens(self, run: Run) -> Judgement:
        """Judge the text of a run, and bind the values that its tokens stand for."""
        return await self.judge.with_tokens(await self.judged(run))

    def spoken(self, run: Run, judged: Judgement) -> Spoken:
        """Tell how a run's statement is read by who may not see the values in it."""
        run.spoken = self.judge.spoken(judged, run.parameters)
        return run.spoken

    async def intend(self, run: Run, judged: Judgement) -> None:
        """Record a run's statement with its verdict, before anything else happens to it."""
        await self.session.intent(
            run.id,
            run.index,
            judged.statement,
            run.parameters,
            judged.verdict,
            self.spoken(run, judged),
            typed=run.typed,
        )

    def looking(self, run: Run) -> Looking:
        """Give what measuring looks with: this connection, judged and masked as all else."""

        async def judge(sql: str) -> Judgement:
            return await self.judge.judge(sql, RunOptions())

        def mask(judged: Judgement, head: ResultHead) -> masking.MaskPlan:
            chosen = self.judge.common_styles()
            return masking.plan(
                judged.statement, judged.exposure, head.columns, judged.catalogue, chosen=chosen
            )

        async def pay(judged: Judgement) -> bool:
            if not run.is_paid:
                run.is_paid, _ = await self.judge.pay(judged)
            return run.is_paid

        return Looking(
            connection=self.connection,
            judge=judge,
            mask=mask,
            sequences=self.judge.sequences,
            pay=pay,
            secret=self.governance.mask_key,
        )

    def set_state(self, state: SessionState) -> None:
        """Tell those who watch what the session does now."""
        self.session.state = state
        self.governance.changed()

    async def run_context(self, judged: Judgement, server_settings: str) -> RunContext:
        """Give everything besides its text that a yes is bound to."""
        target = self.target
        return RunContext(
            target=target.name,
            database=target.database,
            schema=",".join(judged.catalogue.search_path),
            role=self.connection.role,
            settings=self.judge.context.settings,
            place=target.place,
            objects=objects_digest(judged.statement, judged.catalogue, self.judge.context),
            server_settings=server_settings,
            environment=target.environment.value,
            standing=await self.standing(),
        )

    async def standing(self) -> str:
        """Name the roles that the principal has now; those of an agent's owner too."""
        principal, users = self.session.principal, self.governance.users
        found = [await users.find(name) for name in sorted({principal.user, principal.person})]
        return "; ".join(
            f"{one.user}: {', '.join(sorted(role.value for role in one.roles))}"
            for one in found
            if one is not None
        )

    async def interrupt(self) -> None:
        """Cancel what runs at the server, or end the wait for a request."""
        self.is_interrupted = True
        if self.end_wait is not None:
            await self.end_wait()
        else:
            await self.connection.cancel()
