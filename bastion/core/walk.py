"""The walk over one query: which stored columns could reach each of its output columns.

Names are resolved by our own rules, those of the servers, and every expression carries the
classes of all that it is made of. What the walk does not know is not proven, never guessed:
an unknown node, function, relation or column makes the result unproven, and masking hides it.
``core.predicates`` looks at what is revealed by choosing and ordering rows.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp

from bastion.core import bodies, bulk, counters, partitions, predicates, relations, terms
from bastion.core.builtins import PURE, RECORD_FUNCTIONS, ROW_SHAPES, names
from bastion.core.catalogue import (
    Catalogue,
    Function,
    Relation,
)
from bastion.core.flow import (
    HARMLESS,
    TYPED,
    Cte,
    Flow,
    Output,
    Row,
    Scope,
    Slot,
    Source,
    bare,
    computed,
    either,
    fold,
    join,
    made,
    unproven,
    variable_key,
)
from bastion.core.guesses import Guess
from bastion.core.marks import marked
from bastion.core.model import Engine, Sensitivity
from bastion.core.walker import Ctes, Walker

_DEPTH_MAX = 24
"""Of views and SQL functions within each other."""
_TRACED_MAX = 250
"""Texts inside one statement: functions that call others twice, and those others again, are as many
as two to the power of how deep they go."""
_ROUNDS_MAX = 64
"""Of a recursive CTE until no class is new; each round but the last adds at least one."""
_ALL_ROUNDS_MAX = 512
"""Of all in a statement: those within others have theirs in each round of these."""
_LOOKED_AT_AGAIN = frozenset({exp.Case, exp.If, exp.Count})


class NotTracedError(Exception):
    """The shape of a query is not known; the reason is in words."""


class Walk:
    """One statement's walk, and what it has met on the way."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        relations: Mapping[tuple[str, str], Relation],
        variables: Mapping[str, frozenset[Sensitivity]],
        depth: int = 0,
        running: list[Function] | None = None,
        traced: list[str] | None = None,
    ) -> None:
        """Walk over ``catalogue``, shadowed by the session's own relations and variables.

        Args:
            depth: how many views and functions deep this is.
            running: the functions that this is inside of.
            traced: the texts of views and functions that were traced before, in the same statement.
        """
        self.catalogue = catalogue
        self.engine = catalogue.engine
        self.relations = relations
        self.variables = variables
        self.depth = depth
        self.running = [] if running is None else running
        self.traced = [] if traced is None else traced
        self.touches: set[Sensitivity] = set()
        self.behind: set[Sensitivity] = set()
        self.inference: dict[str, None] = {}
        self.laundering: dict[str, None] = {}
        self.counted: dict[str, None] = {}
        self.parting: set[str] = set()
        self.joined: set[str] = set()
        self.sized: set[str] = set()
        self.rounds = 0
        self.chances: dict[int, tuple[exp.Expr, bool]] = {}
        self.guesses = 0
        self.guessed: list[Guess] = []
        self.bindable: set[int] = set()
        self.cuts_lists = False
        """Whether a setting says how long a list of GROUP_CONCAT may be."""
        self.is_lenient = False
        """Whether a text that is too long for its column is cut: MySQL's IGNORE."""
        self.placeholder = TYPED
        """What the parameters of a prepared statement carry."""
        self.assigned: dict[str, Flow] = {}
        self.written: dict[tuple[str, str], dict[str, Flow]] = {}
        self.views: dict[tuple[str, str], tuple[Output, ...]] = {}
        self.query_dml: Callable[[exp.Expr, Scope, Ctes], tuple[Output, ...]]
        self.query_dml = _no_dml

    # -- queries -------------------------------------------------------------------------------

    def query(self, node: exp.Expr, parent: Scope | None, ctes: Ctes) -> tuple[Output, ...]:
        """Walk a query and give its output columns; one within an expression is walked once.

        Raises:
            NotTracedError: the shape is not known.
        """
        if parent is None or type(node) is not exp.Select or self._assigns(node):
            return self._query(node, parent, ctes)
        place = parent.place_of(node)
        kept = parent.queries.get(place)
        if kept is None or kept[0] is not node:
            kept = parent.queries[place] = (node, self._query(node, parent, ctes))
        return kept[1]

    def _query(self, node: exp.Expr, parent: Scope | None, ctes: Ctes) -> tuple[Output, ...]:
        ctes = self.with_ctes(node, ctes)
        if isinstance(node, exp.Select):
            return self._select(node, parent, ctes)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, parent, ctes)
        if isinstance(node, exp.Subquery | exp.Paren):
            return self._subquery(node, parent, ctes)
        if isinstance(node, exp.Values):
            return self._values(node, parent, ctes)
        if isinstance(node, exp.Table):
            scope = Scope(parent=parent)
            self.add_from(node, scope, ctes)
            return tuple(self._star(scope))
        if isinstance(node, exp.DML):
            return self.query_dml(node, Scope(parent=parent), ctes)
        raise NotTracedError(f"{node.key} is not known")

    def with_ctes(self, node: exp.Expr, ctes: Ctes) -> Ctes:
        """Give the CTEs that a query sees: those around it, and its own."""
        clause = node.args.get("with_")
        if not isinstance(clause, exp.With):
            return ctes
        visible = dict(ctes)
        is_recursive = bool(clause.args.get("recursive"))
        for item in clause.expressions:
            # Without RECURSIVE a CTE sees the earlier ones only; its own name means a table.
            seen = visible if is_recursive else dict(visible)
            is_last = item is clause.expressions[-1]
            added = _added_columns(clause, self.engine) if is_last else ()
            visible[fold(item.args["alias"].this, self.engine)] = Cte(
                item, seen, may_recurse=is_recursive, added=added
            )
        for item in clause.expressions:
            name = fold(item.args["alias"].this, self.engine)
            if isinstance(item.this, exp.DML) or not is_recursive:
                self.read_cte(visible[name])
        return visible

    def read_cte(self, cte: Cte) -> tuple[Output, ...]:
        """Give the output columns of a WITH query; a recursive one until nothing is new."""
        if cte.outputs is not None:
            cte.is_recursive = cte.is_recursive or cte.is_running
            return cte.outputs
        alias = cte.node.args["alias"]
        body = cte.node.this
        cte.is_running = True
        if cte.may_recurse and isinstance(body, exp.SetOperation):
            anchor = self.query(body.this, None, self.with_ctes(body, cte.ctes))
            cte.outputs = _named(anchor, alias.args.get("columns"), self.engine)
        else:
            cte.outputs = None
            cte.outputs = _named(
                self.query(body, None, cte.ctes), alias.args.get("columns"), self.engine
            )
            cte.is_running = False
            return cte.outputs
        for _ in range(_ROUNDS_MAX):
            self.rounds += 1
            if self.rounds > _ALL_ROUNDS_MAX:
                raise NotTracedError("too many WITH RECURSIVE are within each other")
            found = _named(self.query(body, None, cte.ctes), alias.args.get("columns"), self.engine)
            is_stable = _signature(found) == _signature(cte.outputs)
            cte.outputs = found
            if is_stable or not cte.is_recursive:
                break
        cte.is_running = False
        if cte.is_recursive:
            cte.outputs = tuple(
                Output(name=output.name, flow=computed(output.flow)) for output in cte.outputs
            )
        if cte.added:
            everything = computed(join(output.flow for output in cte.outputs))
            if everything.sensitive or not everything.is_proven:
                # CYCLE ends where values come again, which tells which are alike.
                raise NotTracedError("SEARCH or CYCLE by what is masked is not known")
            cte.outputs += tuple(Output(name=name, flow=everything) for name in cte.added)
        return cte.outputs

    def _set_operation(
        self, node: exp.SetOperation, parent: Scope | None, ctes: Ctes
    ) -> tuple[Output, ...]:
        left = self.query(node.this, parent, ctes)
        right = self.query(node.expression, parent, ctes)
        if node.args.get("distinct"):
            predicates.check_distinct_arms(self, node, left, right)
        elif not isinstance(node, exp.Union):
            predicates.check_arms(self, node, left, right)
        if len(left) != len(right) or node.args.get("by_name"):
            raise NotTracedError("the arms of a set operation differ")
        outputs = tuple(
            Output(name=one.name, flow=either(one.flow, other.flow))
            for one, other in zip(left, right, strict=True)
        )
        predicates.check_tail(self, node, Scope(parent=parent, outputs=outputs), ctes)
        return outputs

    def _subquery(
        self, node: exp.Subquery | exp.Paren, parent: Scope | None, ctes: Ctes
    ) -> tuple[Output, ...]:
        if _is_join_tree(node):
            scope = Scope(parent=parent)
            row = self._add_source(node.this, scope, ctes)
            scope.row = self._add_joins(node, scope, ctes, row)
            return tuple(self._star(scope))
        return self._bracketed(node, parent, ctes)

    def _bracketed(self, node: exp.Expr, parent: Scope | None, ctes: Ctes) -> tuple[Output, ...]:
        outputs = self.query(node.this, parent, ctes)
        predicates.check_tail(self, node, Scope(parent=parent, outputs=outputs), ctes)
        return outputs

    def _values(self, node: exp.Values, parent: Scope | None, ctes: Ctes) -> tuple[Output, ...]:
        scope = Scope(parent=parent)
        columns: list[Flow] | None = None
        for row in node.expressions:
            cells = row.expressions if isinstance(row, exp.Tuple) else [row]
            if len(cells) == 1 and _is_call(cells[0], "row"):
                cells = cells[0].expressions
            flows = [self.flow(cell, scope, ctes) for cell in cells]
            if columns is not None and len(columns) != len(flows):
                raise NotTracedError("rows of VALUES differ")
            columns = (
                flows
                if columns is None
                else [either(one, other) for one, other in zip(columns, flows, strict=True)]
            )
        # MySQL says column_0, MariaDB the words of the first row.
        is_named = self.engine is Engine.POSTGRESQL
        return tuple(
            Output(name=f"column{index}" if is_named else None, flow=flow)
            for index, flow in enumerate(columns or [], start=1)
        )

    def _select(self, node: exp.Select, parent: Scope | None, ctes: Ctes) -> tuple[Output, ...]:
        scope = Scope(parent=parent)
        clause = node.args.get("from_")
        if clause is not None:
            self.add_from(clause.this, scope, ctes)
        scope.row = self._add_joins(node, scope, ctes, scope.row)
        if node.args.get("connect") or node.args.get("match") or node.args.get("kind"):
            raise NotTracedError("an unknown clause")
        if len(scope.sources) == 1 and counters.names_others(node.args.get("where")):
            scope.sources = [relations.without_byte_counters(scope.sources[0])]
        outputs: list[Output] = []
        for item in node.expressions:
            outputs += self.project(item, scope, ctes)
        scope.outputs = tuple(outputs)
        predicates.check_select(self, node, scope, ctes)
        self._into(node, scope)
        return scope.outputs

    def _into(self, node: exp.Select, scope: Scope) -> None:
        into = node.args.get("into")
        if into is None:
            return
        targets = [into.this, *into.expressions]
        names = [
            target.this.name
            for target in targets
            if isinstance(target, exp.Table) and isinstance(target.this, exp.Parameter)
        ]
        names += [target.name for target in targets if isinstance(target, exp.Parameter)]
        if not names:
            return
        flow = join(output.flow for output in scope.outputs)
        for name in names:
            self.assign(name, flow, is_immediate=True)

    def project(self, item: exp.Expr, scope: Scope, ctes: Ctes) -> list[Output]:
        """Give the output columns of one item of a select list."""
        if isinstance(item, exp.Star):
            if item.args.get("except_") or item.args.get("replace") or item.args.get("rename"):
                raise NotTracedError("* with exceptions is not known")
            return list(self._star(scope))
        if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            return self._expand(self.row_of(item.args.get("table"), item.args.get("db"), scope))
        if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
            return self._expand(self.row_source(item.this, scope, ctes))
        name = _output_name(item, self.engine)
        inner = item.this if isinstance(item, exp.Alias) else item
        if isinstance(item, exp.Aliases):
            raise NotTracedError("several aliases for one column")
        return [Output(name=name, flow=self.flow(inner, scope, ctes))]

    def _expand(self, source: Source | None) -> list[Output]:
        if source is None or source.outputs is None or source.is_open:
            raise NotTracedError("the columns of * are not known")
        return [self._touch_output(one) for one in source.outputs if not one.is_invisible]

    def row_source(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Source | None:
        """Find whose whole row an expression means, ``(t).*``, ``(t).c`` or ``(f(x)).*``."""
        inner = node.unnest() if isinstance(node, exp.Paren) else node
        shape = bodies.user_rows(self, inner, scope, ctes)
        shape = shape or self._built_in_rows(inner, scope, ctes)
        if shape is not None:
            return Source(name="", outputs=shape)
        if not isinstance(inner, exp.Column):
            return None
        if isinstance(inner.this, exp.Star):
            return self.row_of(inner.args.get("table"), inner.args.get("db"), scope)
        if inner.args.get("table") is not None or self.visible_column(inner, scope) is not None:
            return None
        return self.row_of(inner.this, None, scope)

    def _built_in_rows(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> tuple[Output, ...] | None:
        """Name the columns of a built-in function's row; None where it is no such call."""
        name = terms.call_name(node)
        columns = ROW_SHAPES.get(name) if name not in self.catalogue.functions else None
        if columns is None:
            return None
        flow = made(self._call_flow(node, scope, ctes))
        return tuple(Output(name=column, flow=flow) for column in columns)

    def _star(self, scope: Scope) -> Iterator[Output]:
        if not scope.sources:
            raise NotTracedError("* without FROM")
        if any(source.outputs is None or source.is_open for source in scope.sources):
            raise NotTracedError("the columns of * are not known")
        everything = join(source.whole for source in scope.sources)
        for slot in scope.row:
            found = [(scope.sources[place].outputs or ())[index] for place, index in slot]
            flow = functools.reduce(either, (output.flow for output in found))
            if scope.is_order_unsure:
                flow = computed(join([flow, everything]))
            yield self._touch_output(Output(name=found[0].name, flow=flow))

    def _touch_output(self, output: Output) -> Output:
        self.touch(output.flow)
        return output

    def touch(self, flow: Flow) -> Flow:
        """Note that a value was referred to."""
        self.touches |= flow.classes
        # A failure quotes what was cut out of a text, or of the words of the schema, bare.
        if not flow.is_proven or flow.spoiled or flow.is_definition:
            self.touches.add(Sensitivity.UNPROVEN)
        return flow

    # -- sources -------------------------------------------------------------------------------

    def _add_joins(self, node: exp.Expr, scope: Scope, ctes: Ctes, row: Row) -> Row:
        """Add what is joined to ``row`` and give the columns of all, in the server's order.

        The comma binds less than JOIN: what USING merges moves to the front of its own tree only.
        """
        done: Row = []
        for item in node.args.get("laterals") or []:
            row = row + self._add_source(item, scope, ctes)
        for item in node.args.get("joins") or []:
            right = self._add_source(item.this, scope, ctes)
            is_bare = not any(item.args.get(key) for key in _JOIN_KEYS)
            scope.has_bare_join = scope.has_bare_join or is_bare
            if str(item.args.get("side") or "").upper() == "RIGHT":
                scope.has_right_join = True
            if is_bare:
                done, row = done + row, right
                continue
            row = self._joined(item, scope, row, right)
            condition = item.args.get("on")
            if condition is not None:
                predicates.check(self, condition, scope, ctes, clause="JOIN")
        return done + row

    def _joined(self, item: exp.Expr, scope: Scope, left: Row, right: Row) -> Row:
        using = [fold(name, self.engine) for name in item.args.get("using") or []]
        is_natural = str(item.args.get("method") or "").upper() == "NATURAL"
        if not using and not is_natural:
            return left + right
        is_known = all(one.outputs is not None and not one.is_open for one in scope.sources)
        if is_natural and not (is_known and all(map(_is_all_visible, scope.sources))):
            raise NotTracedError("the columns of a natural join are not known")
        if not is_known:
            self._check_unknown(using, scope)
            return left + right
        left_names = [_slot_name(scope, slot) for slot in left]
        right_names = [_slot_name(scope, slot) for slot in right]
        if is_natural:
            using = [name for name in left_names if name is not None and name in right_names]
        elif self.engine is Engine.MYSQL:
            using = sorted(using, key=left_names.index)
        merged: Row = []
        for name in using:
            one, other = left[left_names.index(name)], right[right_names.index(name)]
            merged.append(one + other)
            predicates.check_merge(self, _slot_flow(scope, one), _slot_flow(scope, other))
        if using and self.engine is Engine.MYSQL:
            # MySQL writes RIGHT JOIN as LEFT JOIN, and a bare JOIN parses like a comma.
            scope.has_merge = True
        kept = [slot for slot, name in zip(left, left_names, strict=True) if name not in using]
        kept += [slot for slot, name in zip(right, right_names, strict=True) if name not in using]
        return merged + kept

    def _check_unknown(self, using: list[str], scope: Scope) -> None:
        for name in using:
            found = [source.find(name) for source in scope.sources]
            for one, other in itertools.pairwise(flow for flow in found if flow is not None):
                predicates.check_merge(self, one, other)

    def add_from(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> None:
        """Add one item of FROM, or a written relation, and what is joined to it."""
        scope.row += self._add_source(node, scope, ctes)

    def _add_source(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Row:
        alias = node.args.get("alias")
        columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        name = fold(alias.this if isinstance(alias, exp.TableAlias) else None, self.engine)
        if isinstance(node, exp.Subquery) and not name and _is_join_tree(node):
            row = self._add_source(node.this, scope, ctes)
            return self._add_joins(node, scope, ctes, row)
        source = self._source(node, scope, ctes)
        outputs = source.outputs
        if outputs is not None and columns:
            outputs = _named(outputs, columns, self.engine)
        place = len(scope.sources)
        scope.sources.append(
            Source(
                name=name or source.name,
                written=alias.name if alias is not None and name else node.name,
                schema="" if name else source.schema,
                outputs=outputs,
                flow=source.flow,
                is_open=source.is_open,
                relation=source.relation,
            )
        )
        visible = (not one.is_invisible for one in outputs or ())
        row = [((place, index),) for index, is_there in enumerate(visible) if is_there]
        if isinstance(node, exp.Table | exp.Subquery):
            return self._add_joins(node, scope, ctes, row)
        return row

    def _source(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Source:
        inner = node.this
        sample = node.args.get("sample")
        if sample is not None:
            predicates.check_amount(self, sample, scope, ctes)
        if isinstance(node, exp.Table) and node.args.get("rows_from"):
            return self._rows_from(node, scope, ctes)
        if isinstance(node, exp.Table) and isinstance(inner, exp.Identifier):
            return self._table_source(node, ctes)
        if isinstance(node, exp.Subquery):
            # What is joined to it hangs on the node, but is no part of it.
            inside = self.with_ctes(node, ctes)
            return Source(name="", outputs=self._bracketed(node, scope.parent, inside))
        if isinstance(node, exp.Lateral) and isinstance(inner, exp.Subquery):
            return Source(name="", outputs=self.query(inner, scope, ctes))
        if isinstance(node, exp.Values):
            return Source(name="", outputs=self.query(node, scope, ctes))
        if isinstance(node, exp.Table | exp.Lateral):
            return self._function_source(inner, node, scope, ctes)
        if isinstance(node, exp.Unnest | exp.Func):
            return self._function_source(node, node, scope, ctes)
        raise NotTracedError(f"{node.key} in FROM is not known")

    def _call_flow(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
        inner = node.this if isinstance(node, exp.Table) else node
        if isinstance(inner, exp.Unnest):
            return join([self.flow(item, scope, ctes) for item in inner.expressions])
        return computed(self.flow(inner, scope, ctes))

    def _table_source(self, node: exp.Table, ctes: Ctes) -> Source:
        name = fold(node.this, self.engine)
        if node.args.get("db") is None and name in ctes:
            return self._cte_source(node, name, ctes[name])
        if self.engine is Engine.MYSQL and name == "dual" and node.args.get("db") is None:
            return Source(name=name, outputs=())
        relation = relations.find_relation(self, node)
        if relation is None:
            flow = self.touch(unproven("a relation that is not known"))
            return Source(name=name, outputs=None, flow=flow)
        predicates.check_hints(self, node, relation)
        partitions.check_choice(self, node, relation)
        bulk.check_source(self, node, relation)
        if self.engine is Engine.MYSQL and not relation.columns:
            # The session made it: which names it hides from those around it is not known.
            flow = self.touch(unproven("columns that are not known"))
            return Source(name=name, outputs=None, flow=flow, relation=relation)
        version = node.args.get("version")
        if isinstance(version, exp.Expr):
            # FOR SYSTEM_TIME: which of the rows that once were are seen.
            predicates.check_amount(self, version, Scope(), ctes)
        return Source(
            name=name,
            schema=fold(relation.schema, self.engine),
            outputs=relations.relation_outputs(self, relation),
            relation=relation,
        )

    def _cte_source(self, node: exp.Table, name: str, cte: Cte) -> Source:
        outputs = self._read_running(cte)
        is_other = self.engine is Engine.MYSQL and cte.node.alias != node.name
        if is_other and relations.find_relation(self, node) is not None:
            # ``USERS`` beside ``users``: which of both is read hangs on the server.
            raise NotTracedError("a name may mean a table or a WITH query")
        return Source(name=name, outputs=outputs)

    def _read_running(self, cte: Cte) -> tuple[Output, ...]:
        if cte.is_running and cte.outputs is None:
            raise NotTracedError("a CTE refers to itself before its first rows")
        return self.read_cte(cte)

    def trace_inner(
        self,
        text: str,
        catalogue: Catalogue,
        arguments: dict[str, Flow] | None = None,
        *,
        sees_session: bool,
    ) -> tuple[tuple[Output, ...], Walker] | None:
        """Trace a text that is not the statement's own; gives what its walk met as well."""
        if self.depth >= _DEPTH_MAX or len(self.traced) >= _TRACED_MAX:
            return None
        self.traced.append(text)
        tree = bodies.parse(text, self.engine)
        if tree is None or not isinstance(tree, exp.Query):
            return None
        made_here = self.relations if sees_session else {}
        inner = Walk(
            catalogue,
            relations=made_here,
            variables={},
            depth=self.depth + 1,
            running=self.running,
            traced=self.traced,
        )
        inner.cuts_lists = self.cuts_lists
        if not sees_session:
            inner.views = self.views
        if terms.overrides(inner, text, tree):
            return None
        try:
            return inner.query(tree, Scope(arguments=arguments or {}), {}), inner
        except NotTracedError:
            return None

    def _function_source(self, call: exp.Expr, node: exp.Expr, scope: Scope, ctes: Ctes) -> Source:
        if isinstance(call, exp.Dot):
            call = call.expression
        name = terms.call_name(call)
        flow = made(self._call_flow(call, scope, ctes))
        if isinstance(call, exp.JSONTable):
            listed = terms.json_columns(self, call, scope, ctes)
            if listed is not None:
                columns = [fold(column, self.engine) for column in listed]
                outputs = tuple(Output(name=one, flow=made(HARMLESS)) for one in columns)
                return Source(name="", outputs=outputs)
        predicates.check_rows_from(self, name, flow, call)
        shape = bodies.user_rows(self, call, scope, ctes)
        if shape is not None:
            counted = (Output(name="ordinality", flow=made(HARMLESS)),)
            return Source(name=name, outputs=shape + counted * bool(node.args.get("ordinality")))
        names, is_open = self._row_names(call, node, name)
        if names is None:
            return Source(name=name, outputs=None, flow=flow)
        flows = terms.record_columns(self, call, flow, names, scope, ctes)
        outputs = tuple(map(_output, names, flows))
        alias = node.args.get("alias")
        label = fold(alias.this, self.engine) if alias is not None and alias.this else name
        return Source(name=label, outputs=outputs, flow=flow, is_open=is_open)

    def _rows_from(self, node: exp.Table, scope: Scope, ctes: Ctes) -> Source:
        """Give the columns of functions that stand beside each other."""
        items = node.args["rows_from"]
        flow = made(join(self._call_flow(item, scope, ctes) for item in items))
        listed: list[str] = []
        for item in items:
            call = item.this if isinstance(item, exp.Table) else item
            name = terms.call_name(call)
            predicates.check_rows_from(self, name, flow, call)
            names, is_open = self._row_names(call, item, name)
            if names is None or is_open or name in self.catalogue.functions:
                return Source(name="", outputs=None, flow=flow)
            listed += names
        listed += ["ordinality"] if node.args.get("ordinality") else []
        return Source(name="", outputs=tuple(Output(name=one, flow=flow) for one in listed))

    def _row_names(
        self, call: exp.Expr, node: exp.Expr, name: str
    ) -> tuple[list[str] | None, bool]:
        """Name the columns of a function in FROM, and tell whether there may be more."""
        alias = node.args.get("alias")
        columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        label = fold(alias.this, self.engine) if alias is not None and alias.this else name
        # LATERAL keeps the name of the ordinal with the call.
        offset = node.args.get("offset") or (node is not call and call.args.get("offset"))
        has_ordinal = bool(node.args.get("ordinality") or offset)
        counted = fold(offset, self.engine) if isinstance(offset, exp.Identifier) else "ordinality"
        last = [counted] if has_ordinal else []
        if columns:
            listed = [fold(column, self.engine) for column in _column_names(columns)]
            if isinstance(offset, exp.Identifier):
                listed.append(fold(offset, self.engine))
            return listed, False
        if _table_columns(call):
            return [fold(column, self.engine) for column in _table_columns(call)], has_ordinal
        if name in ROW_SHAPES and name not in self.catalogue.functions:
            return [*ROW_SHAPES[name], *last], False
        is_single = isinstance(call, exp.Unnest) and len(call.expressions) == 1
        is_scalar = name in PURE[self.engine] and name not in RECORD_FUNCTIONS
        if is_single or is_scalar:
            return [label, *last], False
        return None, True

    # -- names ---------------------------------------------------------------------------------

    def row_of(
        self, table: exp.Expr | None, schema: exp.Expr | None, scope: Scope
    ) -> Source | None:
        """Find what a qualifier names, innermost scope first; ambiguous ones join."""
        if table is None:
            return None
        name = fold(table, self.engine)
        wanted = fold(schema, self.engine) if schema is not None else ""
        found: list[Source] = []
        for level in scope.levels():
            found += [
                source
                for source in level.sources
                if source.name == name and (not wanted or source.schema == wanted)
            ]
            if any(self.engine is not Engine.MYSQL or one.written == table.name for one in found):
                break
            # MySQL may tell ``T`` from ``t``, and take the one further out.
        if len(found) > 1:
            return Source(name=name, outputs=None, flow=join(item.whole for item in found))
        return found[0] if found else None

    def visible_column(self, node: exp.Column, scope: Scope) -> Flow | None:
        """Resolve an unqualified name among the columns in sight; None when none has it."""
        name = fold(node.this, self.engine)
        unsure: list[Flow] = []
        for level in scope.levels():
            found = scope_flow(level, name)
            if not name.isascii() and self.engine is Engine.MYSQL:
                unsure += _alike(level, name)
            if found is None:
                continue
            if any(source.has(name) for source in level.sources):
                return join([found, *unsure]) if unsure else found
            unsure.append(found)
        if self.engine is Engine.MYSQL and unsure and not name.isascii():
            return unproven("a name that the server may read otherwise")
        return join(unsure) if unsure else None

    def column(self, node: exp.Column, scope: Scope) -> Flow:
        """Resolve a reference to a column, a whole row, or an argument of a SQL function."""
        if isinstance(node.this, exp.Star):
            source = self.row_of(node.args.get("table"), node.args.get("db"), scope)
            return computed(source.whole) if source else unproven("a row that is not known")
        table = node.args.get("table")
        if table is not None:
            return self._qualified(node, table, scope)
        flow = self.visible_column(node, scope)
        if flow is not None:
            return flow
        name = fold(node.this, self.engine)
        if self.engine is Engine.POSTGRESQL:
            # Its own columns of every row; then a whole row, which comes after all columns.
            if name in _SYSTEM_COLUMNS:
                levels = (level.sources for level in scope.levels() if level.sources)
                return self._of_server(name, next(levels, []))
            row = self.row_of(node.this, None, scope)
            if row is not None:
                return computed(row.whole)
        argument = scope.argument(name)
        sources = [source for level in scope.levels() for source in level.sources]
        if argument is None and self._is_of_versions(name, sources):
            return HARMLESS
        return argument or _keyword_value(node)

    def _of_server(self, name: str, sources: list[Source]) -> Flow:
        """Give what a column of PostgreSQL's own tells of the rows of these."""
        if name not in partitions.PLACES:
            return HARMLESS
        found = [one.relation for one in sources if one.relation is not None]
        places = [partitions.place(self, one) for one in found]
        return join([HARMLESS, *places, *(bulk.of_relation(self, one) for one in found)])

    def _is_of_versions(self, name: str, sources: list[Source]) -> bool:
        """Tell whether a name that no column has is when MariaDB's row began, or ended, to hold.

        A relation of the session of which no column is known may have one that is called so.
        """
        if self.engine is not Engine.MYSQL or name not in {"row_start", "row_end"}:
            return False
        found = [one.relation for one in sources if one.relation is not None]
        return bool(found) and all(one.columns for one in found)

    def _qualified(self, node: exp.Column, table: exp.Expr, scope: Scope) -> Flow:
        if node.args.get("catalog") is not None:
            return unproven("a column that is not known")
        source = self.row_of(table, node.args.get("db"), scope)
        name = fold(node.this, self.engine)
        if source is None:
            # ``function.argument``, or a field of an argument or variable that is a row.
            is_bare = node.args.get("db") is None
            row = scope.argument(fold(table, self.engine)) if is_bare else None
            found = [one for one in (scope.argument(name), row) if one is not None]
            return join(found) if found else unproven("a column that is not known")
        flow = source.find(name)
        if flow is not None:
            return flow
        if name in _SYSTEM_COLUMNS and self.engine is Engine.POSTGRESQL:
            return self._of_server(name, [source])
        if self._is_of_versions(name, [source]):
            return HARMLESS
        called = self.as_call(name, source.whole)
        return called or join([source.whole, unproven("a column that is not known")])

    def as_call(self, name: str, row: Flow) -> Flow | None:
        """Give what ``t.f`` carries where t has no column f: PostgreSQL reads f(t)."""
        found = self.catalogue.functions.get(name.casefold())
        if not found:
            return None
        return join([row, bodies.user_function(self, name, found, [row])])

    # -- expressions ---------------------------------------------------------------------------

    def flow(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
        """Give what may reach the value of an expression.

        Where a part is looked at more than once, as a condition and as a value, it is kept: a
        dozen of them within each other would be walked thousands of times.
        """
        place = None
        if type(node) in _LOOKED_AT_AGAIN and not self._assigns(node):
            place = scope.place_of(node)
            kept = scope.flows.get(place)
            if kept is not None and kept[0] is node:
                return kept[1]
        flow = terms.flow_of(self, node, scope, ctes)
        if self.engine is Engine.MYSQL and predicates.is_long(node):
            flow = dataclasses.replace(flow, is_long=True)
        if flow.classes or flow.embedded:
            flow = marked(self, node, flow, scope)
        if place is not None:
            scope.flows[place] = (node, flow)
        return self.touch(flow)

    def _assigns(self, node: exp.Expr) -> bool:
        """Tell whether what an expression gives hangs on when it is looked at: ``@a := …``."""
        return self.engine is Engine.MYSQL and node.find(exp.Parameter) is not None

    def parts(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> Flow:
        """Combine what reaches the parts of an expression."""
        return join([self.flow(part, scope, ctes) for part in node.iter_expressions()])

    def variable(self, name: str) -> Flow:
        """Give what a variable or setting of the session may hold."""
        key = variable_key(name)
        classes = self.variables.get(key)
        if key in self.assigned:
            own = self.assigned[key]
            return join([own, Flow(classes=classes or frozenset(), is_compound=bool(classes))])
        if classes is None:
            is_custom = self.engine is Engine.MYSQL or "." in name
            if is_custom or self.variables.get("*"):
                return unproven("a variable that the bastion did not see set")
            return HARMLESS
        return Flow(
            classes=classes, reason="a variable that was set from it", is_compound=bool(classes)
        )

    def assign(self, name: str, flow: Flow, *, is_immediate: bool = False) -> None:
        """Note that a variable takes a value.

        Args:
            is_immediate: it keeps the value even when the statement fails later, so that the
                session's context would not learn of it.
        """
        key = variable_key(name)
        known = self.assigned.get(key)
        self.assigned[key] = either(known, flow) if known else flow
        if not key.isascii() and (flow.sensitive or not flow.is_proven):
            # ``@é`` may be ``@e`` or not, as the server has it.
            self.laundering[f"the variable @{key} takes {flow.words}"] = None
        if flow.is_long:
            self.laundering[f"the variable @{key} takes a very long text"] = None
        if is_immediate and flow.sensitive:
            self.laundering[f"the variable @{key} takes {flow.words}"] = None


_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
_KEYWORD_VALUES = names(
    """
    user session_user current_role current_catalog current_schema current_user localtime
    localtimestamp current_date current_time current_timestamp default utc_date utc_time
    utc_timestamp system_user
    """
)
"""Reserved words that stand for a value; unquoted they never name a column."""


def _keyword_value(node: exp.Column) -> Flow:
    is_quoted = bool(node.this.args.get("quoted"))
    if not is_quoted and node.name.casefold() in _KEYWORD_VALUES:
        return TYPED
    return unproven("a column that is not known")


def scope_flow(scope: Scope, name: str) -> Flow | None:
    """Find an unqualified column at one level; USING makes one of several."""
    found = [flow for source in scope.sources if (flow := source.find(name)) is not None]
    if not found:
        return None
    flow = found[0]
    for other in found[1:]:
        flow = either(flow, other)
    return flow


def _added_columns(clause: exp.With, engine: Engine) -> tuple[str, ...]:
    """Name the columns that SEARCH and CYCLE add to the query before them."""
    parts = [clause.args[key] for key in ("search", "cycle") if clause.args.get(key)]
    names = [part.args.get(key) for part in parts for key in ("expression", "using")]
    return tuple(fold(name, engine) for name in names if name)


def _named(
    outputs: tuple[Output, ...], columns: list[exp.Expr] | None, engine: Engine
) -> tuple[Output, ...]:
    if not columns:
        return outputs
    names = [fold(column, engine) for column in _column_names(columns)]
    if len(names) > len(outputs):
        raise NotTracedError("an alias names more columns than there are")
    return tuple(
        Output(name=names[index] if index < len(names) else output.name, flow=output.flow)
        for index, output in enumerate(outputs)
    )


def _alike(level: Scope, name: str) -> Iterator[Flow]:
    """Give columns that a server which knows no accents takes for one of this name."""
    for source in level.sources:
        for output in source.outputs or ():
            if output.name not in {None, name} and bare(output.name or "") == bare(name):
                yield output.flow


def _column_names(columns: list[exp.Expr]) -> list[exp.Expr]:
    return [column.this if isinstance(column, exp.ColumnDef) else column for column in columns]


def _output(name: str, flow: Flow) -> Output:
    return Output(name=name, flow=flow)


def _table_columns(call: exp.Expr) -> list[exp.Expr]:
    if isinstance(call, exp.XMLTable):
        return [column.this for column in call.args.get("columns") or []]
    if isinstance(call, exp.JSONTable):
        return list(_json_columns(call.args.get("schema")))
    return []


def _json_columns(schema: exp.Expr | None) -> Iterator[exp.Expr]:
    for column in schema.expressions if schema is not None else ():
        if column.args.get("nested_schema") is not None:
            yield from _json_columns(column.args["nested_schema"])
        elif column.this is not None:
            yield column.this


def _signature(outputs: tuple[Output, ...]) -> list[tuple[object, ...]]:
    """Tell when a recursive query has nothing new; computed and stored are compared unlike."""
    return [(one.flow.classes, one.flow.is_proven, one.flow.kind) for one in outputs]


def _is_join_tree(node: exp.Expr) -> bool:
    """Tell whether brackets in FROM hold joined items rather than a query."""
    inner = node.this
    if node.args.get("joins") or isinstance(inner, exp.Table):
        return True
    return isinstance(inner, exp.Subquery) and bool(
        inner.args.get("alias") or inner.args.get("joins")
    )


def _is_all_visible(source: Source) -> bool:
    return not any(one.is_invisible for one in source.outputs or ())


def _slot_name(scope: Scope, slot: Slot) -> str | None:
    place, index = slot[0]
    return (scope.sources[place].outputs or ())[index].name


def _slot_flow(scope: Scope, slot: Slot) -> Flow:
    flows = ((scope.sources[place].outputs or ())[index].flow for place, index in slot)
    return functools.reduce(either, flows)


_BLANKS = "".join(map(chr, (*range(33), 127)))
_JOIN_KEYS = ("kind", "side", "method", "using", "on")


def _output_name(item: exp.Expr, engine: Engine) -> str | None:
    if isinstance(item, exp.Alias):
        name = fold(item.args["alias"], engine)
        # MariaDB and MySQL take blanks and the like off its front.
        return name.lstrip(_BLANKS) or None if engine is Engine.MYSQL else name
    if isinstance(item, exp.Column) and not isinstance(item.this, exp.Star):
        return fold(item.this, engine)
    if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Identifier):
        return fold(item.expression, engine)
    return None


def _is_call(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.casefold() == name


def _no_dml(node: exp.Expr, scope: Scope, ctes: Ctes) -> tuple[Output, ...]:
    raise NotTracedError(f"{node.key} is not known here")
