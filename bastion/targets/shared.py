"""What all sessions of one target share: its catalogue, fetched once and looked at again.

Classes that the store remembers come in with each look, and what is found goes back there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bastion.core.carry import KnownClass, known_classes, merge
from bastion.core.catalogue import Catalogue, Declaration
from bastion.errors import TargetUnavailableError
from bastion.execution.ports import ClassMemory
from bastion.targets.scan import ScanPlan, with_remembered

_PARTIAL_BUDGET_S = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSettings:
    """Bounds that hold for all sessions of a target."""

    default_timeout_s: float = 30.0
    """For our own words; a permit sets its own."""
    idle_in_transaction_s: float = 3600.0
    """The server ends a transaction that stands idle longer; above an approval's lifetime."""
    scan_budget_s: float = 60.0
    """How long sampling the values of one target may take; 0: structure only, and what is found
    so is not remembered."""
    samples_per_relation: int = 200


class SharedCatalogue:
    """Fetches, keeps and corrects one target's catalogue; one at a time asks the server."""

    def __init__(
        self,
        fetch: Callable[[ScanPlan], Awaitable[Catalogue]],
        *,
        settings: ConnectorSettings,
        declared: Sequence[Declaration] = (),
        memory: ClassMemory | None = None,
    ) -> None:
        """Start with nothing fetched.

        Args:
            fetch: asks the server; TargetUnavailableError when it cannot be read.
            memory: None: nothing is remembered beyond this object.
        """
        self._fetch = fetch
        self._settings = settings
        self._declared = tuple(declared)
        self._memory = memory
        self.on_change: Callable[[Catalogue], None] = lambda _catalogue: None
        """Told of each new catalogue."""
        self._catalogue: Catalogue | None = None
        self._known: dict[tuple[str, str, str], KnownClass] | None = None
        self._asking = asyncio.Lock()

    async def get(self) -> Catalogue:
        """Give the catalogue, fetched on first use."""
        known = self._catalogue
        if known is not None:
            return known
        async with self._asking:
            return self._catalogue or await self._look(None)

    async def refresh(self, relations: frozenset[tuple[str, str]] | None = None) -> Catalogue:
        """Fetch and classify again, all or some relations."""
        async with self._asking:
            return await self._look(relations)

    async def declare(self, declared: Sequence[Declaration]) -> None:
        """Take over what people said that columns hold, and look again at these."""
        before, self._declared = self._declared, tuple(declared)
        changed = {(one.schema, one.relation) for one in {*before} ^ {*declared}}
        if self._catalogue is None or not changed:
            return
        try:
            await self.refresh(frozenset(changed))
        except TargetUnavailableError:
            # Fetched anew before the next answer: no class may stay that was taken back.
            self.forget()

    async def carry(self, carried: Sequence[KnownClass]) -> None:
        """Remember classes that a statement is about to bring into stored columns.

        Raises:
            StoreError: they cannot be remembered.
        """
        await self._remembered()
        await self._keep(carried)
        self._apply()

    async def recall(self) -> None:
        """Take over what other processes have remembered since."""
        self._known = None
        await self._remembered()
        self._apply()

    def forget(self) -> None:
        """Drop the catalogue; the next use fetches it."""
        self._catalogue = None

    async def _look(self, relations: frozenset[tuple[str, str]] | None) -> Catalogue:
        known, settings = self._catalogue, self._settings
        is_partial = relations is not None and known is not None
        plan = ScanPlan(
            known=known if is_partial else None,
            relations=relations if is_partial else None,
            budget_s=_PARTIAL_BUDGET_S if is_partial else settings.scan_budget_s,
            sample_rows=settings.samples_per_relation,
            previous=known,
            declared=self._declared,
            remembered=tuple((await self._remembered()).values()),
        )
        found = await self._fetch(plan)
        if settings.scan_budget_s > 0:
            await self._keep(known_classes(found))
        # What was carried while the server was asked counts as well.
        self._catalogue = with_remembered(found, tuple((await self._remembered()).values()))
        self.on_change(self._catalogue)
        return self._catalogue

    def _apply(self) -> None:
        if self._catalogue is not None and self._known is not None:
            self._catalogue = with_remembered(self._catalogue, tuple(self._known.values()))
            self.on_change(self._catalogue)

    async def _remembered(self) -> dict[tuple[str, str, str], KnownClass]:
        if self._known is None:
            found = await self._memory.recall() if self._memory is not None else ()
            self._known = {one.place: one for one in found}
        return self._known

    async def _keep(self, found: Sequence[KnownClass]) -> None:
        """Remember what is new; what was carried somewhere is not forgotten by a later look."""
        known = await self._remembered()
        news: dict[tuple[str, str, str], KnownClass] = {}
        for one in found:
            before = news.get(one.place) or known.get(one.place)
            merged = one if before is None else merge(before, one)
            if merged != before:
                news[one.place] = merged
        if news and self._memory is not None:
            await self._memory.keep(tuple(news.values()))
        known.update(news)
