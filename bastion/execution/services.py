"""What every front end is given: one bundle, built once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass

from bastion.core.grants import GrantKind, Wanted, wanted_unmask, wanted_window
from bastion.core.guesses import GuessUse
from bastion.core.model import Principal, Target
from bastion.errors import UsageError
from bastion.execution.approvals import ApprovalDesk
from bastion.execution.breakglass import GlassBox
from bastion.execution.judging import Governance
from bastion.execution.pipeline import Runner
from bastion.execution.ports import Audit, Clock, Connector, History, Messenger, Targets, Users
from bastion.execution.registry import SessionRegistry
from bastion.execution.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The governed path and everything beside it that a front end may ask for."""

    users: Users
    targets: Targets
    desk: ApprovalDesk
    registry: SessionRegistry
    audit: Audit
    history: History
    messenger: Messenger
    clock: Clock
    governance: Governance

    @property
    def glass(self) -> GlassBox:
        """Give the place where the glass is broken."""
        return self.governance.glass

    async def alerts(self, principal: Principal) -> tuple[str, ...]:
        """Tell a reviewer who connects what is urgent beside the requests."""
        return await self.glass.alerts(principal)

    def wanted(self, principal: Principal, target: Target, kind: str, words: str) -> Wanted:
        """Read what somebody asks for: ``email for 15m``, or a table for a window.

        Raises:
            UsageError: says what to write.
        """
        if kind == GrantKind.WINDOW.value:
            if "." not in words or " " in words:
                raise UsageError("Write the table with its schema: window public.orders")
            return wanted_window(words)
        span_max_s = self.governance.unmask_for_s(principal, target)
        return wanted_unmask(words, span_max_s=span_max_s)

    async def guess_standing(
        self, principal: Principal, target: Target
    ) -> tuple[int, tuple[GuessUse, ...]]:
        """Tell how many values of a class may be tried in a day, and what was tried today."""
        allowed = self.governance.guesses_allowed(principal, target)
        uses = await self.governance.guesses.standing(principal, target.name, allowed=allowed)
        return allowed, uses

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
        """Open a recorded session; see ``SessionRegistry.open_session``."""
        return await self.registry.open_session(
            principal,
            target=target,
            front_end=front_end,
            columns=columns,
            rows=rows,
            term=term,
            command=command,
        )

    async def reachable_targets(self, principal: Principal) -> tuple[Target, ...]:
        """List the targets that a principal may use, in order of name."""
        targets = await self.targets.list_targets()
        return tuple(target for target in targets if principal.may_reach(target.name))

    async def find_target(self, principal: Principal, name: str) -> Target:
        """Find a target by name; an unreachable one is answered like an unknown one.

        Raises:
            UsageError: names the targets that the principal may use.
        """
        reachable = await self.reachable_targets(principal)
        for target in reachable:
            if target.name == name:
                return target
        names = ", ".join(target.name for target in reachable) or "none yet; ask an administrator"
        raise UsageError(f'There is no target "{name}" for you. You may use: {names}.')

    async def open_runner(self, session: Session, target: Target | None = None) -> Runner:
        """Connect a session to a target; to its own where none is named.

        Raises:
            TargetUnavailableError: with what to check.
            UsageError: the session has no target.
        """
        target = target or session.target
        if target is None:
            raise UsageError("This session has no target. Name one: ssh HOST TARGET")
        connector: Connector | None = await self.targets.connector(target.name)
        if connector is None:
            raise UsageError(f'The target "{target.name}" was removed.')
        return await Runner.open(session, connector, self.governance)
