"""What a held statement would do, looked up at the target before anybody is asked.

Everything here is a read, in the read-only fence, under short timeouts, and sent only when the
question itself is proven to be one: a condition may call code that acts.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlglot import exp

from bastion.core.cascades import (
    DEPTH_MAX,
    TABLES_MAX,
    Reference,
    RowsOf,
    action_of,
    consequence,
    deletes,
    pointing,
    read_references,
    references_sql,
    touched_by,
)
from bastion.core.catalogue import Relation
from bastion.core.ddl import plan_ddl
from bastion.core.effects import ROW_WRITES, Statement
from bastion.core.findings import RelationKey
from bastion.core.impact import describe_impact, picks_by_chance, taken_at_run
from bastion.core.keyset import (
    AlongGuard,
    KeyGuard,
    OverGuard,
    count_by_table,
    digest_keys,
    words_for_along,
)
from bastion.core.measure import (
    is_joined,
    measuring_sql,
    part_within,
    targets_of,
    writes_inside,
    writes_over,
)
from bastion.core.model import (
    EffectClass,
    Engine,
    Fence,
    Impact,
    MaskedBatch,
    RawBatch,
    ResultColumn,
    Row,
    Sample,
    SampleRow,
)
from bastion.core.sequences import (
    CounterGuard,
    SetPosition,
    positions_sql,
    read_positions,
    read_sets,
    set_positions,
)
from bastion.core.surroundings import ddl_questions
from bastion.core.touched import TouchedRows, touched_rows
from bastion.core.upserts import given_rows, into, is_met_by_masked
from bastion.errors import (
    ApprovalError,
    BastionError,
    EffectExceededError,
    TargetUnavailableError,
)
from bastion.execution.judging import Judgement
from bastion.execution.ports import Connection, Permit, ResultHead

_TIMEOUT_S = 3.0
_LOCK_TIMEOUT_S = 0.2
_CELL_CHARACTERS = 200
_ADDING = frozenset({EffectClass.MERGE, EffectClass.INSERT})
_STRUCTURAL = frozenset(
    {EffectClass.DDL, EffectClass.DROP, EffectClass.ADMIN, EffectClass.PRIVILEGE}
)
ROWS_MAX = 2**63 - 1
"""More than any server counts."""
UNPAID = "it selects by masked values, and today's guesses are used up"
LOOK_MARK = " /* the bastion looks before it acts */"
"""Ends each question of ours: in the server's log it must not be taken for the person's own."""


_UNTOLD = (
    "Which rows it writes over cannot be told before approval: if it meets one that is there, "
    "nothing is written."
)
_UNASKED = "Which rows it writes over is not told before approval: it meets them by masked values."
_COMPARED = "Which rows it writes over is compared at the run and not told: masked values say it."


class Mask(Protocol):
    """How the rows of one result are masked."""

    @property
    def columns(self) -> tuple[ResultColumn, ...]:
        """Give the columns with the class that hides each."""
        ...

    def apply(self, batch: RawBatch) -> MaskedBatch:
        """Mask one batch."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How a measurement looks at the target; the pipeline gives its own ways."""

    connection: Connection
    judge: Callable[[str], Awaitable[Judgement]]
    """Understands a question of ours as it would a statement of the session."""
    mask: Callable[[Judgement, ResultHead], Mask]
    sequences: Callable[[Judgement], Sequence[RelationKey]]
    """Names the sequences that a statement takes numbers from."""
    pay: Callable[[Judgement], Awaitable[bool]]
    """Takes what a count tells of masked values from the budget; False: that is used up."""
    secret: bytes = field(repr=False)
    """Keys the digests of row keys."""


async def measure(looking: Looking, judged: Judgement) -> Impact:
    """Tell which rows a write would touch, how many, a few of them, and what it sets off.

    Raises:
        TargetUnavailableError: the database went away.
    """
    impact = _said_what_is_compared(await _measured(looking, judged), judged)
    words = taken_at_run(judged.statement)
    if words:
        impact = _noted(impact, words)
    sql = positions_sql(looking.sequences(judged), judged.catalogue.engine)
    if not sql or _is_read(judged):
        return impact
    return await _Measurement(looking, judged, impact).count_on(sql)


def _said_what_is_compared(impact: Impact, judged: Judgement) -> Impact:
    """Say of rows that nobody counted, or not all, that nothing will be compared with them."""
    statement = judged.statement
    if statement.effects.isdisjoint(_CHANGING) or not statement.is_understood:
        return impact
    if _only_counts(statement):
        return impact
    if impact.is_measured and writes_in_parts(judged):
        return _noted(impact, "What its other parts add is not counted.")
    is_told = impact.is_measured or impact.rows is not None or impact.over is not None
    if is_told or any(words in note for note in impact.notes for words in _TELLING):
        return impact
    return _noted(impact, "Which rows it touches cannot be told, and is not compared at the run.")


def _only_counts(statement: Statement) -> bool:
    """Tell whether it steps or sets sequences and touches no row."""
    if statement.tree is None or statement.writes or statement.functions:
        return False
    called = {one.name.lower() for one in statement.tree.find_all(exp.Anonymous)}
    return bool(called) and called <= _OF_COUNTERS


_OF_COUNTERS = frozenset({"nextval", "setval", "currval", "lastval"})
_CHANGING = frozenset({EffectClass.UPDATE, EffectClass.DELETE, EffectClass.MERGE})
_TELLING = ("not counted before approval", "before approval:", "could not be")


async def _measured(looking: Looking, judged: Judgement) -> Impact:
    impact = describe_impact(judged.statement, judged.catalogue)
    question = _unusual_question(judged) or judged.statement.measuring_sql
    if _is_over(judged) and _touched(judged) is None:
        return _noted(impact, _UNTOLD if over_guard(judged, impact) else _UNASKED)
    if question is None:
        return await _Measurement(looking, judged, impact).look_around()
    touched = _touched(judged)
    if touched is not None and touched.is_untold:
        if not _is_read(await looking.judge(question)):
            return _noted(impact, _UNASKED)
        return await _Measurement(looking, judged, impact).take_untold(touched)
    if judged.exposure.inference:
        # The count would answer what the condition asks of masked values.
        return _noted(
            impact, "Its rows are not counted before approval: it selects by masked values."
        )
    if not _is_read(await looking.judge(question)):
        return _noted(
            impact, "Its rows are not counted before approval: it picks them by code that may act."
        )
    if not await looking.pay(judged):
        return _noted(impact, f"Its rows are not counted before approval: {UNPAID}.")
    return await _Measurement(looking, judged, impact).take()


async def follow(looking: Looking, judged: Judgement, impact: Impact) -> tuple[AlongGuard, ...]:
    """Count anew what foreign keys would do, and write what the committing transaction asks.

    Args:
        impact: as approved.

    Raises:
        EffectExceededError: it would be done to more rows than the reviewers were told of.
    """
    approved = dict(impact.along)
    if not approved:
        return ()
    again = _Measurement(looking, judged, dataclasses.replace(impact, along=()))
    await again.cascades()
    for name, count in again.impact.along:
        if count > approved.get(name, count):
            raise EffectExceededError(words_for_along(approved[name]) + ": nothing was written.")
    # A transaction of the person's own has a snapshot at MySQL, and foreign keys do not go by it.
    now = " LOCK IN SHARE MODE" if judged.catalogue.engine is Engine.MYSQL else ""
    return tuple(
        AlongGuard(count_sql=sql + now + LOOK_MARK, most=approved[name])
        for name, sql in again.asked_along
        if name in approved
    )


def key_guard(
    judged: Judgement, impact: Impact, secret: bytes, along: tuple[AlongGuard, ...] = ()
) -> KeyGuard | None:
    """Write what the committing transaction compares with the rows that were approved.

    Args:
        along: as ``follow`` gives it.

    Raises:
        ApprovalError: rows were approved one by one, and can no longer be told apart.
    """
    if impact.keys is None:
        return None
    touched = _touched(judged)
    if touched is None or touched.key_columns != impact.keys.columns:
        raise ApprovalError("The table's key is another one now. Send the statement again.")
    meets = touched.given is not None or touched.meets
    is_mysql = judged.catalogue.engine is Engine.MYSQL
    is_merge = EffectClass.MERGE in judged.statement.effects
    inserts_max = (impact.rows or 0) - impact.keys.count if is_merge or meets else 0
    if touched.meets and not is_mysql:
        # What is given stands among the keys there, whether it meets a row or not.
        inserts_max = impact.keys.count - (impact.over or 0)
    if writes_in_parts(judged):
        # The number that the server gives is of the last part: its counters tell.
        inserts_max = ROWS_MAX
    is_twice = meets and not touched.replaces and is_mysql
    return KeyGuard(
        approved=impact.keys,
        lock_sql=touched.lock_sql + LOOK_MARK,
        look_sql=touched.keys_sql + LOOK_MARK,
        left_sql=touched.left_sql and touched.left_sql + LOOK_MARK,
        place_columns=touched.place_columns,
        parts=touched.parts,
        are_alike=touched.are_alike,
        inserts_max=max(0, inserts_max),
        weight=2 if is_twice else 1,
        secret=secret,
        along=along,
    )


def counter_guard(
    judged: Judgement, impact: Impact, names: Sequence[RelationKey]
) -> CounterGuard | None:
    """Write what the committing transaction asks of sequences that numbers came from."""
    sql, sets = positions_sql(names, judged.catalogue.engine), _sets(judged)
    if not sql or not (impact.counters or sets):
        return None
    statement = judged.statement
    is_own = bool(sets) or not statement.effects.isdisjoint(_STRUCTURAL)
    return CounterGuard(
        sql=sql + LOOK_MARK,
        positions=impact.counters,
        sets=sets,
        is_own=is_own or "setval" in _code(judged).lower(),
    )


def _sets(judged: Judgement) -> tuple[SetPosition, ...]:
    return read_sets(_code(judged), judged.catalogue.engine)


def _code(judged: Judgement) -> str:
    """Give what runs: of an EXECUTE what was prepared."""
    return judged.statement.resolved or judged.statement.text


def over_guard(judged: Judgement, impact: Impact) -> OverGuard | None:
    """Write how many stored rows an INSERT may write over; where that is not told, none.

    None for any other statement, and where masked values tell which rows: that is not asked.
    """
    tree, relation = _tree(judged), _target(judged)
    if tree is None or relation is None:
        return None
    if tree is not _whole(judged):
        most = impact.rows if impact.is_measured else None
        if most is None:
            return None
        return OverGuard(schema=relation.schema, table=relation.name, given=None, most=most)
    if not _is_over(judged):
        return None
    is_compared = impact.over is not None or impact.keys is not None
    if not is_compared and is_met_by_masked(tree, relation, judged.catalogue.engine):
        return None
    rows = given_rows(tree)
    return OverGuard(
        schema=relation.schema,
        table=relation.name,
        given=None if rows is None else len(rows),
        most=impact.over or 0,
    )


def looking_permit(sql: str, judged: Judgement, *, row_limit: int = 1) -> Permit:
    """Make the permit to count or describe: read only, few rows, and short.

    Args:
        judged: the statement that is looked at; ``sql`` has the tokens in it.
    """
    return Permit(
        sql=sql,
        parameters=(),
        fence=Fence.READ_ONLY,
        statement_timeout_s=_TIMEOUT_S,
        lock_timeout_s=_LOCK_TIMEOUT_S,
        row_limit=row_limit,
        token_values=judged.token_values,
    )


class _Measurement:
    """One measurement; what goes wrong becomes a note, and the rest goes on."""

    def __init__(self, looking: Looking, judged: Judgement, impact: Impact) -> None:
        self._looking = looking
        self._judged = judged
        self._impact = impact
        self.asked_along: list[tuple[str, str]] = []
        """What foreign keys do, by name, and the question how many rows they do it to."""
        self._keys_max = judged.verdict.obligations.measured_keys

    @property
    def impact(self) -> Impact:
        """Give what was found so far."""
        return self._impact

    async def take_untold(self, touched: TouchedRows) -> Impact:
        """Keep which rows an INSERT meets by masked values; there are as many as it gives."""
        await self._keys(touched)
        self._note(_UNASKED if self._impact.keys is None else _COMPARED)
        return self._impact

    async def take(self) -> Impact:
        touched = _touched(self._judged)
        if touched is None:
            await self._count(None)
            if self._impact.is_measured:
                self._note("At the run their number is compared, not which rows they are.")
            await self.cascades()
            return self._impact
        await self._keys(touched)
        if touched.given is not None or touched.meets:
            if self._impact.rows and touched.sample_sql:
                await self._sample(touched)
            await self.cascades()
            return self._impact
        effects = self._judged.statement.effects
        if self._impact.keys is None or not effects.isdisjoint(_ADDING):
            await self._count(touched)
        if self._impact.rows and touched.sample_sql:
            await self._sample(touched)
        await self.cascades()
        return self._impact

    def _say_in_the_way(self, met: int, given: int, *, are_deleted: bool) -> None:
        """Say what becomes of stored rows that have a key of those that are given."""
        if are_deleted:
            self._impact = dataclasses.replace(self._impact, rows=met + given)
            rows = "1 row that is" if met == 1 else f"{met:,} rows that are"
            words = f"It deletes {rows} there by a key of what it gives, and adds {given:,}."
        else:
            self._impact = dataclasses.replace(self._impact, rows=given)
            words = f"Of the rows that it gives, {met} {'is' if met == 1 else 'are'} there already"
            words += f" by a key, and {given - met} would be added."
        self._note(words)

    async def count_on(self, sql: str) -> Impact:
        """Note where sequences stand, and to what it sets them."""
        rows = await self._rows(sql, 100, "numbered") or ()
        positions = read_positions(rows)
        for name, most in set_positions(_sets(self._judged), rows).items():
            if positions.get(name, most) > most:
                self._note(f"It sets {name} back: numbers that it gave come a second time.")
            else:
                self._note(f"It sets {name} forward; where that has come further by then, nothing.")
        return dataclasses.replace(self._impact, counters=tuple(sorted(positions.items())))

    async def look_around(self) -> Impact:
        """Say of a schema change what hangs on the relation, and who would wait."""
        statement, catalogue = self._judged.statement, self._judged.catalogue
        plan = plan_ddl(statement.text, statement.engine)
        if plan is None or statement.effects.isdisjoint(_STRUCTURAL):
            return self._impact
        schema, name = plan.relation
        relation = catalogue.resolve(name, schema)
        for note in plan.notes:
            self._note(note)
        for question in ddl_questions(plan, relation, statement.engine):
            rows = await self._rows(question.sql, 1, "looked up")
            for note in question.words(rows[0]) if rows else ():
                self._note(note)
        return self._impact

    async def cascades(self) -> None:
        """Count what foreign keys would do to the rows of other tables."""
        tree, engine = _tree(self._judged), self._judged.catalogue.engine
        if tree is None or not self._impact.rows:
            return
        todo: list[tuple[RelationKey, RowsOf, int]] = []
        for target, relation in _targets(self._judged):
            parents = touched_by(tree, target, relation, engine)
            if parents is not None:
                todo.append(((relation.schema, relation.name), parents, 0))
        seen = 0
        while todo and seen < TABLES_MAX:
            (schema, table), parents, depth = todo.pop(0)
            found = await self._rows(references_sql(schema, table, engine), 100, "followed")
            for reference in read_references(found or ()):
                action = action_of(reference, tree)
                seen += 1
                if not action or seen > TABLES_MAX:
                    continue
                children = pointing(reference, parents, engine)
                is_deeper = await self._consequence(
                    reference, action, children, is_delete=deletes(tree)
                )
                if is_deeper and depth + 1 < DEPTH_MAX:
                    todo.append(((reference.schema, reference.table), children, depth + 1))

    async def _consequence(
        self, reference: Reference, action: str, children: RowsOf, *, is_delete: bool
    ) -> bool:
        """Count and say what happens to rows that point; True when they go themselves."""
        sql, name = children(()), reference.doing(action)
        self.asked_along.append((name, sql))
        rows = await self._rows(sql, 1, f"followed to {reference.name}")
        count = int(rows[0][0] or b"0") if rows else 0
        if rows:
            along = (*self._impact.along, (name, count))
            self._impact = dataclasses.replace(self._impact, along=along)
        for note in consequence(reference, action, count, is_delete=is_delete):
            self._note(note)
        return count > 0 and action == "CASCADE" and is_delete

    async def _keys(self, touched: TouchedRows) -> None:
        rows = await self._rows(touched.keys_sql, self._keys_max + 1, "told apart")
        if rows is None:
            return
        if len(rows) > self._keys_max:
            self._note(
                f"More than {self._keys_max:,} rows: at the run their number is compared, not each."
            )
            if touched.count_sql and not touched.is_untold:
                await self._count_met(touched)
            return
        keys = digest_keys(
            (row[touched.place_columns :] for row in rows),
            secret=self._looking.secret,
            salt=secrets.token_hex(16),
            columns=touched.key_columns,
            are_alike=touched.are_alike,
        )
        if not touched.key_columns:
            self._note("The table has no key: its rows are known by position and version.")
        elif touched.are_alike and not isinstance(_tree(self._judged), exp.Insert):
            self._note("The table has no key: its rows are known by all that they hold.")
        self._impact = dataclasses.replace(
            self._impact, keys=keys, rows=keys.count, is_measured=True
        )
        if touched.parts:
            self._count_by_table(rows, touched.parts)
        elif touched.given is not None:
            self._say_in_the_way(keys.count, touched.given, are_deleted=touched.replaces)
            self._impact = dataclasses.replace(self._impact, over=keys.count)
        elif touched.meets and not touched.is_untold:
            # The last column is of a key that is never NULL: where it is, nothing was in the way.
            met = sum(row[-1] is not None for row in rows)
            self._say_in_the_way(met, keys.count, are_deleted=touched.replaces)
            self._impact = dataclasses.replace(self._impact, over=met)

    def _count_by_table(self, rows: Sequence[Row], parts: Sequence[int]) -> None:
        """Count and name the rows of each table that is written to."""
        counts = count_by_table(rows, parts)
        self._impact = dataclasses.replace(self._impact, rows=sum(counts))
        told = " and ".join(
            f"{count:,} row{'' if count == 1 else 's'} of {relation.qualified_name}"
            for count, (_, relation) in zip(counts, _targets(self._judged), strict=True)
        )
        tree = _tree(self._judged)
        self._note(f"It {'deletes' if tree is not None and deletes(tree) else 'changes'} {told}.")

    async def _count_met(self, touched: TouchedRows) -> None:
        rows = await self._rows(touched.count_sql, 1, "counted")
        if rows:
            given, met = (int(cell or b"0") for cell in rows[0])
            self._impact = dataclasses.replace(self._impact, rows=given, is_measured=True, over=met)
            self._say_in_the_way(met, given, are_deleted=touched.replaces)

    async def _count(self, touched: TouchedRows | None) -> None:
        sql = self._judged.statement.measuring_sql
        tree = _tree(self._judged)
        if sql is None and tree is not None and tree is not _whole(self._judged):
            sql = measuring_sql(tree, self._judged.statement.engine)
        rows = await self._rows(sql, 1, "counted") if sql else None
        if rows:
            count = int(rows[0][0] or b"0")
            self._impact = dataclasses.replace(self._impact, rows=count, is_measured=True)
        elif touched is not None:
            await self._estimate(touched.plan_sql)

    async def _estimate(self, sql: str) -> None:
        is_postgres = self._judged.catalogue.engine is Engine.POSTGRESQL
        explain = "EXPLAIN (FORMAT JSON)" if is_postgres else "EXPLAIN EXTENDED"
        if not is_postgres and not self._judged.catalogue.is_mariadb:
            explain = "EXPLAIN"
        found = await self._result(f"{explain} {sql}", 100)
        if found is None:
            return
        rows = _planned_rows(*found, is_postgres=is_postgres)
        if rows is not None:
            self._impact = dataclasses.replace(
                self._impact, rows=rows, is_measured=False, keys=None
            )
            self._note("An estimate of the planner's: at the run nothing is compared with it.")

    async def _sample(self, touched: TouchedRows) -> None:
        """Take a few of the rows, masked as for anybody."""
        judged = await self._looking.judge(touched.sample_sql)
        if not _is_read(judged):
            self._note("No rows are shown: computing their new values may act.")
            return
        heads: list[ResultHead] = []
        rows: list[Row] = []
        mask: Mask | None = None
        try:
            sql = touched.sample_sql + LOOK_MARK
            permit = looking_permit(sql, self._judged, row_limit=100)
            async with contextlib.aclosing(self._looking.connection.run(permit)) as events:
                async for event in events:
                    if isinstance(event, ResultHead):
                        heads.append(event)
                        mask = self._looking.mask(judged, event)
                    elif isinstance(event, RawBatch) and mask is not None:
                        rows += mask.apply(event).rows
        except TargetUnavailableError:
            raise
        except BastionError as error:
            self._note(f"No rows could be shown ({error.code}).")
            return
        if mask is not None:
            self._impact = dataclasses.replace(
                self._impact, sample=_sample(touched, mask.columns, rows)
            )

    async def _rows(self, sql: str, most: int, purpose: str) -> Sequence[Row] | None:
        try:
            found = await self._result(sql, most)
        except TargetUnavailableError:
            raise
        except BastionError as error:
            # The server's words may quote a value; the kind of trouble is enough here.
            self._note(f"Its rows could not be {purpose} ({error.code}).")
            return None
        return found[1] if found else None

    async def _result(
        self, sql: str, most: int
    ) -> tuple[tuple[ResultColumn, ...], Sequence[Row]] | None:
        columns: tuple[ResultColumn, ...] = ()
        rows: list[Row] = []
        permit = looking_permit(sql + LOOK_MARK, self._judged, row_limit=most)
        async with contextlib.aclosing(self._looking.connection.run(permit)) as events:
            async for event in events:
                if isinstance(event, ResultHead):
                    columns = event.columns
                elif isinstance(event, RawBatch):
                    rows += event.rows
        return columns, rows

    def _note(self, words: str) -> None:
        self._impact = _noted(self._impact, words)


def _touched(judged: Judgement) -> TouchedRows | None:
    statement, tree = judged.statement, _tree(judged)
    relations = [relation for _, relation in _targets(judged)]
    if tree is None or not relations:
        return None
    is_counted = _is_over(judged) or tree is not _whole(judged)
    if picks_by_chance(statement) and not is_counted:
        return None
    return touched_rows(
        tree,
        relations,
        statement.engine,
        keys_max=judged.verdict.obligations.measured_keys,
        functions=frozenset(name.rpartition(".")[2].lower() for name in statement.functions),
    )


def _is_over(judged: Judgement) -> bool:
    """Tell whether it is an INSERT that may write over what is there."""
    tree = _tree(judged)
    return isinstance(tree, exp.Insert) and writes_over(tree)


def _tree(judged: Judgement) -> exp.Expression | None:
    """Give what a write's rows are found by; for an EXECUTE, with its arguments in it."""
    whole = _whole(judged)
    return None if whole is None else part_within(whole) or whole


def _whole(judged: Judgement) -> exp.Expression | None:
    statement = judged.statement
    return statement.measured if statement.head == "EXECUTE" else statement.tree


def writes_in_parts(judged: Judgement) -> bool:
    """Tell whether it writes in parts of a WITH: the server's count is of the last alone."""
    whole = _whole(judged)
    return whole is not None and writes_inside(whole)


def _target(judged: Judgement) -> Relation | None:
    """Find the one relation whose rows a write changes."""
    found = _targets(judged)
    return found[0][1] if len(found) == 1 else None


def _targets(judged: Judgement) -> list[tuple[exp.Table, Relation]]:
    """Find the relations whose rows a write changes, as it names them; none where unsure."""
    tree, writes = _tree(judged), judged.statement.writes
    if tree is None:
        return []
    if not is_joined(tree) and tree is _whole(judged):
        table = into(tree) if isinstance(tree, exp.Insert) else next(iter(targets_of(tree)), None)
        only = judged.catalogue.relations.get(next(iter(writes))) if len(writes) == 1 else None
        return [(table, only)] if table is not None and only is not None else []
    found: list[tuple[exp.Table, Relation]] = []
    for table in targets_of(tree):
        relation = judged.catalogue.resolve(table.name, table.db or None)
        if relation is None or (relation.schema, relation.name) not in writes:
            return []
        found.append((table, relation))
    return found


def _unusual_question(judged: Judgement) -> str | None:
    """Give the question for what has no count of its own.

    That is MySQL's write of joined tables, and an INSERT that writes over what is there.
    """
    statement = judged.statement
    tree = _tree(judged)
    if tree is None or statement.effects.isdisjoint(ROW_WRITES):
        return None
    is_unusual = _is_over(judged) or is_joined(tree) or tree is not _whole(judged)
    touched = _touched(judged) if is_unusual else None
    return None if touched is None else touched.keys_sql


def _is_read(judged: Judgement) -> bool:
    return judged.statement.is_understood and judged.statement.effects == {EffectClass.READ}


def _noted(impact: Impact, words: str) -> Impact:
    return dataclasses.replace(impact, notes=(*impact.notes, words))


def _planned_rows(
    columns: Sequence[ResultColumn], rows: Sequence[Row], *, is_postgres: bool
) -> int | None:
    """Read the planner's guess; None when its answer is not understood."""
    try:
        if is_postgres:
            return int(json.loads(rows[0][0] or b"")[0]["Plan"]["Plan Rows"])
        names = [column.name for column in columns]
        guess = 1.0
        for row in rows:
            share = row[names.index("filtered")] if "filtered" in names else b"100"
            guess *= float(row[names.index("rows")] or b"1") * float(share or b"100") / 100
        return round(guess)
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _sample(touched: TouchedRows, columns: Sequence[ResultColumn], rows: Sequence[Row]) -> Sample:
    keys, width = len(touched.key_columns), len(touched.sample_columns)
    names = (*touched.key_columns, *touched.sample_columns, *touched.sample_columns)
    masked = {
        name: column.masked for name, column in zip(names, columns, strict=False) if column.masked
    }
    return Sample(
        key_columns=touched.key_columns,
        columns=touched.sample_columns,
        rows=tuple(
            SampleRow(
                key=_texts(row[:keys]),
                before=_texts(row[keys : keys + width]),
                after=_texts(row[keys + width :]),
            )
            for row in rows
        ),
        masked=tuple(masked.items()),
    )


def _texts(cells: Row) -> tuple[str | None, ...]:
    return tuple(
        None if cell is None else _shortened(cell.decode(errors="replace")) for cell in cells
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _CELL_CHARACTERS else f"{text[: _CELL_CHARACTERS - 1]}…"
