"""The walk over one query: which stored columns could reach each of its output columns.

Names are resolved by our own rules, those of the servers, and every expression carries the
classes of all that it is made of. What the walk does not know is not proven, never guessed:
an unknown node, function, relation or column makes the result unproven, and masking hides it.
``core.predicates`` looks at what is revealed by choosing and ordering rows.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp

from bastion.core import predicates, trees
from bastion.core.builtins import PURE, RECORD_FUNCTIONS, ROW_SHAPES, names
from bastion.core.catalogue import (
    Catalogue,
    Classification,
    Column,
    Function,
    Relation,
    RelationKind,
)
from bastion.core.classify import classify_name
from bastion.core.flow import (
    HARMLESS,
    TYPED,
    Cte,
    Flow,
    FlowKind,
    Output,
    Row,
    Scope,
    Slot,
    Source,
    computed,
    either,
    fold,
    hidden,
    join,
    made,
    unproven,
    verbatim,
)
from bastion.core.guesses import Guess
from bastion.core.hidden import reads_sensitive
from bastion.core.lexer import lex, split
from bastion.core.marks import keeps_whole, marked
from bastion.core.model import Engine, Sensitivity
from bastion.errors import UsageError

_DEPTH_MAX = 24
"""Of views and SQL functions within each other."""
_ROUNDS_MAX = 64
"""Of a recursive CTE until no class is new; each round but the last adds at least one."""


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
    ) -> None:
        """Walk over ``catalogue``, shadowed by the session's own relations and variables."""
        self.catalogue = catalogue
        self.engine = catalogue.engine
        self.relations = relations
        self.variables = variables
        self.depth = depth
        self.touches: set[Sensitivity] = set()
        self.inference: dict[str, None] = {}
        self.laundering: dict[str, None] = {}
        self.guesses = 0
        self.guessed: list[Guess] = []
        self.bindable: set[int] = set()
        self.placeholder = TYPED
        """What the parameters of a prepared statement carry."""
        self.assigned: dict[str, Flow] = {}
        self.written: dict[tuple[str, str], dict[str, Flow]] = {}
        self._views: dict[tuple[str, str], tuple[Output, ...]] = {}
        self.query_dml: Callable[[exp.Expr, Scope, dict[str, Cte]], tuple[Output, ...]]
        self.query_dml = _no_dml

    # -- queries -------------------------------------------------------------------------------

    def query(
        self, node: exp.Expr, parent: Scope | None, ctes: dict[str, Cte]
    ) -> tuple[Output, ...]:
        """Walk a query and give its output columns.

        Raises:
            NotTracedError: the shape is not known.
        """
        ctes = self._with(node, ctes)
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
            self._add_from(node, scope, ctes)
            return tuple(self._star(scope))
        if isinstance(node, exp.DML):
            return self.query_dml(node, Scope(parent=parent), ctes)
        raise NotTracedError(f"{node.key} is not known")

    def _with(self, node: exp.Expr, ctes: dict[str, Cte]) -> dict[str, Cte]:
        clause = node.args.get("with_")
        if not isinstance(clause, exp.With):
            return ctes
        visible = dict(ctes)
        is_recursive = bool(clause.args.get("recursive"))
        for item in clause.expressions:
            # Without RECURSIVE a CTE sees the earlier ones only; its own name means a table.
            seen = visible if is_recursive else dict(visible)
            if item.args.get("search") or clause.args.get("search"):
                raise NotTracedError("SEARCH or CYCLE is not known")
            visible[fold(item.args["alias"].this, self.engine)] = Cte(
                item, seen, may_recurse=is_recursive
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
            anchor = self.query(body.this, None, self._with(body, cte.ctes))
            cte.outputs = _named(anchor, alias.args.get("columns"), self.engine)
        else:
            cte.outputs = None
            cte.outputs = _named(
                self.query(body, None, cte.ctes), alias.args.get("columns"), self.engine
            )
            cte.is_running = False
            return cte.outputs
        for _ in range(_ROUNDS_MAX):
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
        return cte.outputs

    def _set_operation(
        self, node: exp.SetOperation, parent: Scope | None, ctes: dict[str, Cte]
    ) -> tuple[Output, ...]:
        left = self.query(node.this, parent, ctes)
        right = self.query(node.expression, parent, ctes)
        if node.args.get("distinct"):
            predicates.check_distinct_arms(self, left, right)
        if len(left) != len(right) or node.args.get("by_name"):
            raise NotTracedError("the arms of a set operation differ")
        outputs = tuple(
            Output(name=one.name, flow=either(one.flow, other.flow))
            for one, other in zip(left, right, strict=True)
        )
        predicates.check_tail(self, node, Scope(parent=parent, outputs=outputs), ctes)
        return outputs

    def _subquery(
        self, node: exp.Subquery | exp.Paren, parent: Scope | None, ctes: dict[str, Cte]
    ) -> tuple[Output, ...]:
        if _is_join_tree(node):
            scope = Scope(parent=parent)
            row = self._add_source(node.this, scope, ctes)
            scope.row = self._add_joins(node, scope, ctes, row)
            return tuple(self._star(scope))
        return self._bracketed(node, parent, ctes)

    def _bracketed(
        self, node: exp.Expr, parent: Scope | None, ctes: dict[str, Cte]
    ) -> tuple[Output, ...]:
        outputs = self.query(node.this, parent, ctes)
        predicates.check_tail(self, node, Scope(parent=parent, outputs=outputs), ctes)
        return outputs

    def _values(
        self, node: exp.Values, parent: Scope | None, ctes: dict[str, Cte]
    ) -> tuple[Output, ...]:
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
        prefix, first = ("column", 1) if self.engine is Engine.POSTGRESQL else ("column_", 0)
        return tuple(
            Output(name=f"{prefix}{index}", flow=flow)
            for index, flow in enumerate(columns or [], start=first)
        )

    def _select(
        self, node: exp.Select, parent: Scope | None, ctes: dict[str, Cte]
    ) -> tuple[Output, ...]:
        scope = Scope(parent=parent)
        clause = node.args.get("from_")
        if clause is not None:
            self._add_from(clause.this, scope, ctes)
        scope.row = self._add_joins(node, scope, ctes, scope.row)
        if node.args.get("connect") or node.args.get("match") or node.args.get("kind"):
            raise NotTracedError("an unknown clause")
        outputs: list[Output] = []
        for item in node.expressions:
            outputs += self._project(item, scope, ctes)
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

    def _project(self, item: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> list[Output]:
        if isinstance(item, exp.Star):
            if item.args.get("except_") or item.args.get("replace") or item.args.get("rename"):
                raise NotTracedError("* with exceptions is not known")
            return list(self._star(scope))
        if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
            return self._expand(self._row_of(item.args.get("table"), item.args.get("db"), scope))
        if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Star):
            return self._expand(self._row_source(item.this, scope))
        name = _output_name(item, self.engine)
        inner = item.this if isinstance(item, exp.Alias) else item
        if isinstance(item, exp.Aliases):
            raise NotTracedError("several aliases for one column")
        return [Output(name=name, flow=self.flow(inner, scope, ctes))]

    def _expand(self, source: Source | None) -> list[Output]:
        if source is None or source.outputs is None or source.is_open:
            raise NotTracedError("the columns of * are not known")
        return [self._touch_output(output) for output in source.outputs]

    def _row_source(self, node: exp.Expr, scope: Scope) -> Source | None:
        inner = node.unnest() if isinstance(node, exp.Paren) else node
        if not isinstance(inner, exp.Column):
            return None
        if isinstance(inner.this, exp.Star):
            return self._row_of(inner.args.get("table"), inner.args.get("db"), scope)
        if inner.args.get("table") is not None or self._visible_column(inner, scope) is not None:
            return None
        return self._row_of(inner.this, None, scope)

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
        if not flow.is_proven:
            self.touches.add(Sensitivity.UNPROVEN)
        return flow

    # -- sources -------------------------------------------------------------------------------

    def _add_joins(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte], row: Row) -> Row:
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
        if any(source.outputs is None or source.is_open for source in scope.sources):
            if is_natural:
                raise NotTracedError("the columns of a natural join are not known")
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

    def _add_from(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> None:
        """Add one item of FROM, or a written relation, and what is joined to it."""
        scope.row += self._add_source(node, scope, ctes)

    def _add_source(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Row:
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
                schema="" if name else source.schema,
                outputs=outputs,
                flow=source.flow,
                is_open=source.is_open,
                relation=source.relation,
            )
        )
        row = [((place, index),) for index in range(len(outputs or ()))]
        if isinstance(node, exp.Table | exp.Subquery):
            return self._add_joins(node, scope, ctes, row)
        return row

    def _source(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Source:
        inner = node.this
        sample = node.args.get("sample")
        if sample is not None:
            predicates.check_amount(self, sample, scope, ctes)
        if isinstance(node, exp.Table) and node.args.get("rows_from"):
            flow = join(self._call_flow(item, scope, ctes) for item in node.args["rows_from"])
            return Source(name="", outputs=None, flow=made(flow))
        if isinstance(node, exp.Table) and isinstance(inner, exp.Identifier):
            return self._table_source(node, ctes)
        if isinstance(node, exp.Subquery):
            # What is joined to it hangs on the node, but is no part of it.
            inside = self._with(node, ctes)
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

    def _call_flow(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
        inner = node.this if isinstance(node, exp.Table) else node
        if isinstance(inner, exp.Unnest):
            return join([self.flow(item, scope, ctes) for item in inner.expressions])
        return computed(self.flow(inner, scope, ctes))

    def _table_source(self, node: exp.Table, ctes: dict[str, Cte]) -> Source:
        name = fold(node.this, self.engine)
        if node.args.get("db") is None and name in ctes:
            return Source(name=name, outputs=self._read_running(ctes[name]))
        if self.engine is Engine.MYSQL and name == "dual" and node.args.get("db") is None:
            return Source(name=name, outputs=())
        relation = self.find_relation(node)
        if relation is None:
            flow = self.touch(unproven("a relation that is not known"))
            return Source(name=name, outputs=None, flow=flow)
        predicates.check_hints(self, node, relation)
        return Source(
            name=name,
            schema=fold(relation.schema, self.engine),
            outputs=self.relation_outputs(relation),
            relation=relation,
        )

    def _read_running(self, cte: Cte) -> tuple[Output, ...]:
        if cte.is_running and cte.outputs is None:
            raise NotTracedError("a CTE refers to itself before its first rows")
        return self.read_cte(cte)

    def find_relation(self, node: exp.Table) -> Relation | None:
        """Find the relation that a table node names, the session's own first."""
        if node.args.get("catalog") is not None:
            return None
        schema_node = node.args.get("db")
        if self.engine is Engine.MYSQL:
            return self._find_mysql(node.name, schema_node.name if schema_node else None)
        name = fold(node.this, self.engine)
        if schema_node is not None:
            schema = fold(schema_node, self.engine)
            own = self.relations.get((schema, name))
            stored = self.catalogue.resolve(name, schema)
            return _shadowed(own, stored) if own is not None else stored
        found = self.catalogue.resolve(name)
        temporary = self.relations.get(("pg_temp", name))
        if temporary is not None:
            return _shadowed(temporary, found)
        if found is not None and found.schema == "pg_catalog":
            return found
        own = next(
            (
                self.relations[(place, name)]
                for place in self.catalogue.search_path
                if (place, name) in self.relations
            ),
            None,
        )
        return _shadowed(own, found) if own is not None else found

    def _find_mysql(self, name: str, schema: str | None) -> Relation | None:
        places = [schema] if schema is not None else list(self.catalogue.search_path)
        for place in places:
            own = self.relations.get((place, name))
            stored = self.catalogue.relations.get((place, name))
            if own is not None:
                return _shadowed(own, stored)
            if stored is not None:
                return stored
        folded = {(place.casefold(), name.casefold()) for place in places}
        for held in (self.relations, self.catalogue.relations):
            for key, relation in held.items():
                if (key[0].casefold(), key[1].casefold()) in folded:
                    return relation
        return None

    def relation_outputs(self, relation: Relation) -> tuple[Output, ...]:
        """Give a relation's columns; a view's by its definition."""
        key = (relation.schema, relation.name)
        is_made = key in self.relations and relation is not self.catalogue.relations.get(key)
        if relation.kind in _VIEWS and relation.definition and not is_made:
            if key not in self._views:
                self._views[key] = self._view_outputs(relation)
            return self._views[key]
        outputs = tuple(
            Output(
                name=fold(column.name, self.engine),
                flow=_stored(relation, column, is_made=is_made),
            )
            for column in relation.columns
        )
        if relation.definition and is_made and relation.kind in _VIEWS:
            return self._made_view(relation, outputs)
        return outputs

    def _made_view(self, relation: Relation, before: tuple[Output, ...]) -> tuple[Output, ...]:
        """Give a view of the session: what it read when it was made, and what is there by now."""
        now = self._inner_outputs(relation.definition, sees_session=True)
        if now is None or len(now) != len(before):
            flow = unproven(f"the view {relation.name} is not understood")
            return tuple(Output(name=one.name, flow=join([one.flow, flow])) for one in before)
        return tuple(
            Output(name=one.name, flow=either(one.flow, other.flow))
            for one, other in zip(before, now, strict=True)
        )

    def _view_outputs(self, relation: Relation) -> tuple[Output, ...]:
        names = [fold(column.name, self.engine) for column in relation.columns]
        outputs = self._inner_outputs(relation.definition)
        if outputs is None or len(outputs) != len(names):
            flow = unproven(f"the view {relation.name} is not understood")
            return tuple(Output(name=name, flow=flow) for name in names)
        found = []
        for column, name, output in zip(relation.columns, names, outputs, strict=True):
            flow = output.flow
            if column.sensitivity not in (None, Sensitivity.UNPROVEN):
                own = _column_flow(relation, column.name, column.sensitivity, is_made=False)
                flow = either(flow, own)
            found.append(Output(name=name, flow=flow))
        return tuple(found)

    def _inner_outputs(self, text: str, *, sees_session: bool = False) -> tuple[Output, ...] | None:
        """Trace the text of a view.

        Args:
            sees_session: it was made in the session, of what was made there.
        """
        found = self._inner(text, self._of_definitions(), sees_session=sees_session)
        return found[0] if found is not None else None

    def _of_definitions(self) -> Catalogue:
        path = self.catalogue.definitions_path
        if path is None:
            return self.catalogue
        return dataclasses.replace(self.catalogue, search_path=path, definitions_path=None)

    def _inner(
        self,
        text: str,
        catalogue: Catalogue,
        arguments: dict[str, Flow] | None = None,
        *,
        sees_session: bool,
    ) -> tuple[tuple[Output, ...], Walk] | None:
        """Trace a text that is not the statement's own; gives what its walk met as well."""
        if self.depth >= _DEPTH_MAX:
            return None
        tree = parse(text, self.engine)
        if tree is None or not isinstance(tree, exp.Query):
            return None
        relations = self.relations if sees_session else {}
        inner = Walk(catalogue, relations=relations, variables={}, depth=self.depth + 1)
        if not sees_session:
            inner._views = self._views
        if inner.overrides(text, tree):
            return None
        try:
            return inner.query(tree, Scope(arguments=arguments or {}), {}), inner
        except NotTracedError:
            return None

    def _of_body(
        self, text: str, arguments: dict[str, Flow], function: Function
    ) -> tuple[Output, ...] | None:
        """Trace one statement of an SQL function: it runs where the session looks names up.

        What it chooses rows by, it does for whoever calls it, with the caller's arguments.
        """
        catalogue = self.catalogue
        if function.search_path:
            path = tuple(part.strip().strip('"') for part in function.search_path.split(","))
            if "$user" in path:
                return None
            catalogue = dataclasses.replace(
                catalogue,
                search_path=tuple(part for part in path if part),
                definitions_path=catalogue.definitions_path or catalogue.search_path,
            )
        found = self._inner(text, catalogue, arguments, sees_session=True)
        if found is None:
            return None
        outputs, inner = found
        self.touches |= inner.touches
        self.inference |= inner.inference
        self.laundering |= inner.laundering
        self.guesses += inner.guesses
        return outputs

    def overrides(self, text: str, tree: exp.Expr) -> bool:
        """Tell whether a user's function hides behind the name of one that sqlglot knows."""
        if not self.catalogue.functions:
            return False
        lowered = text.casefold()
        called = {node.name.casefold() for node in tree.find_all(exp.Anonymous)}
        return any(
            name not in called
            and name in lowered
            and re.search(rf"(?<![\w$]){re.escape(name)}[\"`]?\s*\(", lowered) is not None
            for name in self.catalogue.functions
        )

    def _function_source(
        self, call: exp.Expr, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]
    ) -> Source:
        if isinstance(call, exp.Dot):
            call = call.expression
        name = _call_name(call)
        flow = made(self._call_flow(call, scope, ctes))
        predicates.check_rows_from(self, name, flow, call)
        shape = self._user_rows(call, scope, ctes)
        if shape is not None:
            return Source(name=name, outputs=shape)
        names, is_open = self._row_names(call, node, name)
        if names is None:
            return Source(name=name, outputs=None, flow=flow)
        outputs = tuple(Output(name=column, flow=flow) for column in names)
        alias = node.args.get("alias")
        label = fold(alias.this, self.engine) if alias is not None and alias.this else name
        return Source(name=label, outputs=outputs, flow=flow, is_open=is_open)

    def _row_names(
        self, call: exp.Expr, node: exp.Expr, name: str
    ) -> tuple[list[str] | None, bool]:
        """Name the columns of a function in FROM, and tell whether there may be more."""
        alias = node.args.get("alias")
        columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
        label = fold(alias.this, self.engine) if alias is not None and alias.this else name
        offset = node.args.get("offset")
        has_ordinal = bool(node.args.get("ordinality") or offset)
        if columns:
            listed = [fold(column, self.engine) for column in _column_names(columns)]
            if isinstance(offset, exp.Identifier):
                listed.append(fold(offset, self.engine))
            return listed, False
        if _table_columns(call):
            return [fold(column, self.engine) for column in _table_columns(call)], has_ordinal
        if name in ROW_SHAPES and name not in self.catalogue.functions:
            return list(ROW_SHAPES[name]), has_ordinal
        is_single = isinstance(call, exp.Unnest) and len(call.expressions) == 1
        is_scalar = name in PURE[self.engine] and name not in RECORD_FUNCTIONS
        if is_single or (is_scalar and not has_ordinal):
            return [label], has_ordinal
        return None, True

    def _user_rows(
        self, call: exp.Expr, scope: Scope, ctes: dict[str, Cte]
    ) -> tuple[Output, ...] | None:
        if not isinstance(call, exp.Anonymous):
            return None
        found = self.catalogue.functions.get(call.name.casefold(), ())
        if len(found) != 1:
            return None
        function = found[0]
        arguments = [self.flow(item, scope, ctes) for item in call.expressions]
        outputs = self._body_outputs(function, arguments)
        names = _returned_names(function, self.catalogue)
        if outputs is None or names is None:
            return None
        if len(names) != len(outputs):
            return None
        return tuple(
            Output(name=name or fold(function.name, self.engine), flow=computed(output.flow))
            for name, output in zip(names, outputs, strict=True)
        )

    # -- names ---------------------------------------------------------------------------------

    def _row_of(
        self, table: exp.Expr | None, schema: exp.Expr | None, scope: Scope
    ) -> Source | None:
        if table is None:
            return None
        name = fold(table, self.engine)
        wanted = fold(schema, self.engine) if schema is not None else ""
        for level in scope.levels():
            found = [
                source
                for source in level.sources
                if source.name == name and (not wanted or source.schema == wanted)
            ]
            if len(found) == 1:
                return found[0]
            if found:
                return Source(name=name, outputs=None, flow=join(item.whole for item in found))
        return None

    def _visible_column(self, node: exp.Column, scope: Scope) -> Flow | None:
        name = fold(node.this, self.engine)
        unsure: list[Flow] = []
        for level in scope.levels():
            found = scope_flow(level, name)
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
            source = self._row_of(node.args.get("table"), node.args.get("db"), scope)
            return computed(source.whole) if source else unproven("a row that is not known")
        table = node.args.get("table")
        if table is not None:
            return self._qualified(node, table, scope)
        flow = self._visible_column(node, scope)
        if flow is not None:
            return flow
        name = fold(node.this, self.engine)
        if self.engine is Engine.POSTGRESQL:
            # Its own columns of every row; then a whole row, which comes after all columns.
            if name in _SYSTEM_COLUMNS:
                return HARMLESS
            row = self._row_of(node.this, None, scope)
            if row is not None:
                return computed(row.whole)
        return scope.argument(name) or _keyword_value(node)

    def _qualified(self, node: exp.Column, table: exp.Expr, scope: Scope) -> Flow:
        if node.args.get("catalog") is not None:
            return unproven("a column that is not known")
        source = self._row_of(table, node.args.get("db"), scope)
        name = fold(node.this, self.engine)
        if source is None:
            argument = scope.argument(name)
            return argument or unproven("a column that is not known")
        flow = source.find(name)
        if flow is not None:
            return flow
        if name in _SYSTEM_COLUMNS and self.engine is Engine.POSTGRESQL:
            return HARMLESS
        called = self.as_call(name, source.whole)
        return called or join([source.whole, unproven("a column that is not known")])

    def as_call(self, name: str, row: Flow) -> Flow | None:
        """Give what ``t.f`` carries where t has no column f: PostgreSQL reads f(t)."""
        found = self.catalogue.functions.get(name.casefold())
        if not found:
            return None
        return join([row, self._user_function(name, found, [row])])

    # -- expressions ---------------------------------------------------------------------------

    def flow(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
        """Give what may reach the value of an expression."""
        flow = self._flow(node, scope, ctes)
        if flow.classes or flow.embedded:
            flow = marked(self, node, flow)
        return self.touch(flow)

    def _flow(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node, scope, ctes)
        if isinstance(node, exp.Query | exp.Values):
            return self._scalar(node, scope, ctes)
        if isinstance(node, exp.Func):
            return self._typed_function(node, scope, ctes)
        flow = self.parts(node, scope, ctes)
        if isinstance(node, _UNDERSTOOD):
            return flow
        return join([flow, unproven(f"{node.key} is not known")])

    def parts(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
        """Combine what reaches the parts of an expression."""
        return join([self.flow(part, scope, ctes) for part in node.iter_expressions()])

    def _scalar(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
        outputs = self.query(node, scope, ctes)
        if len(outputs) == 1:
            return outputs[0].flow
        return join(output.flow for output in outputs)

    def _typed_function(self, node: exp.Func, scope: Scope, ctes: dict[str, Cte]) -> Flow:
        flows = [self.flow(part, scope, ctes) for part in node.iter_expressions()]
        flow = join(flows)
        if keeps_whole(node, flows):
            flow = verbatim(flow)
        names = {name.casefold() for name in node.sql_names()}
        if isinstance(node, _UNKNOWN_FUNCTIONS) or not names.isdisjoint(self.catalogue.functions):
            return join([flow, unproven(f"the function {min(names, default='')} is not known")])
        predicates.check_call(self, names, flow, node)
        if isinstance(node, _ROW_MAKERS):
            predicates.check_rows_from(self, _call_name(node), flow, node)
            flow = made(flow)
        return self._with_path(node, flow)

    def _with_path(self, node: exp.Expr, flow: Flow) -> Flow:
        """Add the class that a path into a document names, ``meta ->> 'ssn'``."""
        if flow.is_plain or flow.sensitive:
            return flow
        for word in _path_words(node):
            sensitivity = classify_name(word)
            if sensitivity is not None:
                named = Flow(
                    classes=frozenset({sensitivity}), reason="a path into a document says so"
                )
                return self.touch(join([flow, named]))
        return flow

    def anonymous(self, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
        """Give what may reach the result of a function that sqlglot has no class for."""
        name = node.name.casefold()
        arguments = [self.flow(item, scope, ctes) for item in node.expressions]
        flow = join(arguments)
        found = self.catalogue.functions.get(name)
        if found:
            return self._user_function(name, found, arguments)
        if name in _DECLASSIFIERS:
            return flow if flow.is_telling and name != "pg_typeof" else HARMLESS
        predicates.check_effects(self, name, flow)
        if name not in PURE[self.engine]:
            return join([flow, unproven(f"the function {name} is not known")])
        predicates.check_call(self, {name}, flow, node)
        if name in ("set_config", "current_setting"):
            return self._setting(name, node, arguments)
        if name in _ROW_MAKER_NAMES:
            predicates.check_rows_from(self, name, flow, node)
            flow = made(flow)
        if name == "last_insert_id" and flow.sensitive:
            self.laundering[f"last_insert_id keeps {flow.words}"] = None
        return self._with_path(node, flow)

    def _setting(self, name: str, node: exp.Expr, arguments: list[Flow]) -> Flow:
        first = node.expressions[0] if node.expressions else None
        if not isinstance(first, exp.Literal) or not first.is_string:
            return join([*arguments, unproven("a setting that is not known")])
        setting = first.name.casefold()
        if name == "set_config":
            value = arguments[1] if len(arguments) > 1 else HARMLESS
            self.assign(setting, value)
            if value.sensitive and "." not in setting:
                self.laundering[f"the setting {setting} takes {value.words}"] = None
            return value
        return self.variable(setting)

    def variable(self, name: str) -> Flow:
        """Give what a variable or setting of the session may hold."""
        classes = self.variables.get(name.casefold())
        if name.casefold() in self.assigned:
            own = self.assigned[name.casefold()]
            return join([own, Flow(classes=classes or frozenset())])
        if classes is None:
            is_custom = self.engine is Engine.MYSQL or "." in name
            if is_custom or self.variables.get("*"):
                return unproven("a variable that the bastion did not see set")
            return HARMLESS
        return Flow(classes=classes, reason="a variable that was set from it")

    def assign(self, name: str, flow: Flow, *, is_immediate: bool = False) -> None:
        """Note that a variable takes a value.

        Args:
            is_immediate: it keeps the value even when the statement fails later, so that the
                session's context would not learn of it.
        """
        key = name.casefold()
        known = self.assigned.get(key)
        self.assigned[key] = either(known, flow) if known else flow
        if is_immediate and flow.sensitive:
            self.laundering[f"the variable @{key} takes {flow.words}"] = None

    def _user_function(self, name: str, found: tuple[Function, ...], arguments: list[Flow]) -> Flow:
        flows = list(arguments)
        for function in found:
            outputs = self._body_outputs(function, arguments)
            if outputs is None:
                predicates.check_effects(self, name, join([*arguments, HARMLESS]))
                is_tainted = any(self.variables.values())
                made = self.relations.values()
                if reads_sensitive(name, self.catalogue, made, is_tainted=is_tainted):
                    flows.append(hidden(f"the function {name} may read what is masked"))
                return join([*flows, unproven(f"the function {name} is not known")])
            flows += [output.flow for output in outputs]
        return join([*flows, HARMLESS])

    def _body_outputs(self, function: Function, arguments: list[Flow]) -> tuple[Output, ...] | None:
        everything = join([*arguments, HARMLESS])
        if is_self_contained(function.body, self.engine):
            return (Output(name=None, flow=everything),)
        if function.language.casefold() != "sql" or self.engine is Engine.MYSQL:
            return None
        named = {f"${index}": flow for index, flow in enumerate(arguments, start=1)}
        for index, name in enumerate(function.argument_names):
            if name:
                named[name] = arguments[index] if index < len(arguments) else TYPED
        body = re.sub(r"\A\s*return\b", "select", function.body, flags=re.IGNORECASE)
        try:
            pieces = split(body, self.engine)
        except UsageError:
            return None
        traced = [self._of_body(piece, named, function) for piece in pieces[:3]]
        if len(pieces) not in (1, 2) or traced[0] is None or traced[-1] is None:
            return None
        if len(pieces) == 1:
            return traced[0]
        # The second may be the defaults of the arguments: what either gives may come out.
        everything = join(output.flow for outputs in traced for output in outputs or ())
        return tuple(
            Output(name=output.name, flow=join([output.flow, everything])) for output in traced[0]
        )


_VIEWS = (RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW)
_SYSTEM_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"})
_KEYWORD_VALUES = names(
    """
    user session_user current_role current_catalog current_schema current_user localtime
    localtimestamp current_date current_time current_timestamp default utc_date utc_time
    utc_timestamp system_user
    """
)
"""Reserved words that stand for a value; unquoted they never name a column."""
_DECLASSIFIERS = frozenset({"pg_typeof", "num_nulls", "num_nonnulls", "isnull", "grouping"})
_ROW_MAKERS = (
    exp.GenerateSeries,
    exp.ExplodingGenerateSeries,
    exp.Explode,
    exp.Unnest,
    exp.JSONExtractArray,
)
_ROW_MAKER_NAMES = names(
    """
    generate_series generate_subscripts unnest regexp_split_to_table regexp_matches
    string_to_table json_each jsonb_each json_each_text jsonb_each_text json_array_elements
    jsonb_array_elements json_array_elements_text jsonb_array_elements_text json_object_keys
    jsonb_object_keys jsonb_path_query jsonb_path_query_tz ts_debug ts_parse
    json_populate_recordset jsonb_populate_recordset json_to_recordset jsonb_to_recordset
    """
)
_UNKNOWN_FUNCTIONS = (exp.ReadCSV, exp.OpenJSON, exp.AnonymousAggFunc, exp.CombinedAggFunc)
_UNDERSTOOD = (
    exp.Binary,
    exp.Unary,
    exp.Predicate,
    exp.Alias,
    exp.All,
    exp.Any,
    exp.Array,
    exp.AtTimeZone,
    exp.Between,
    exp.Bracket,
    exp.CharacterSet,
    exp.Collate,
    exp.DataType,
    exp.DataTypeParam,
    exp.Distinct,
    exp.Filter,
    exp.From,
    exp.FormatJson,
    exp.HavingMax,
    exp.IgnoreNulls,
    exp.In,
    exp.Interval,
    exp.IntervalSpan,
    exp.JSONBExtract,
    exp.JSONColumnDef,
    exp.JSONKeyValue,
    exp.JSONPath,
    exp.JSONPathPart,
    exp.JSONSchema,
    exp.JSONValue,
    exp.Kwarg,
    exp.Order,
    exp.Ordered,
    exp.PrimaryKey,
    exp.RespectNulls,
    exp.Slice,
    exp.Tuple,
    exp.Where,
    exp.WithinGroup,
    exp.WindowSpec,
)


def _shadowed(own: Relation, stored: Relation | None) -> Relation:
    """Give a relation of the session that hides a stored one.

    The session's may be gone again, by DROP or a rollback: then the name means the stored one.
    """
    if stored is None or stored is own:
        return own
    if [column.name for column in own.columns] == [column.name for column in stored.columns]:
        columns = tuple(
            mine if mine.sensitivity is not None else other
            for mine, other in zip(own.columns, stored.columns, strict=True)
        )
    else:
        unsure = Classification(
            sensitivity=Sensitivity.UNPROVEN, evidence="its name stands for two relations"
        )
        columns = tuple(
            dataclasses.replace(column, classification=unsure) for column in own.columns
        )
    return dataclasses.replace(own, columns=columns)


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


@functools.lru_cache(maxsize=2048)
def parse(text: str, engine: Engine) -> exp.Expr | None:
    """Parse the text of a view or function; None unless it is exactly one statement."""
    try:
        pieces = split(text, engine)
    except UsageError:
        return None
    if len(pieces) != 1:
        return None
    found = trees.parse(pieces[0], lex(pieces[0], engine), engine)
    return found if isinstance(found, exp.Expr) else None


_TROUBLE = re.compile(
    r"@|\b(?:select|perform|execute|from|table|call|fetch|open|cursor|into|query|copy|with|handler"
    r"|prepare|load|raise|signal|notify|listen|update|delete|insert|replace|merge|do|values)\b",
    re.IGNORECASE,
)
_CALLED = re.compile(r"([A-Za-z_][\w$]*)\s*\(")
_BODY_WORDS = names(
    """
    if elsif elseif while return returns in and or not when then case else exists until any all
    varchar char character numeric decimal varying bit time timestamp interval array row as is
    between like begin declare loop int integer bigint text
    """
)


@functools.lru_cache(maxsize=2048)
def is_self_contained(body: str, engine: Engine) -> bool:
    """Tell whether a function's body reads nothing but its arguments.

    No word that could start a query, no variable of the session, no call but of pure built-ins;
    words inside quotes count too, since they might be executed.
    """
    if not body.strip() or _TROUBLE.search(body) or "." in re.sub(r"\d\.\d", "", body):
        return False
    called = {match.group(1).casefold() for match in _CALLED.finditer(body)}
    return called <= PURE[engine] | _BODY_WORDS and not called & {"current_setting", "set_config"}


def _stored(relation: Relation, column: Column, *, is_made: bool) -> Flow:
    flow = _column_flow(relation, column.name, column.sensitivity, is_made=is_made)
    if column.classification.is_declared:
        # A person's word: what is declared harmless is not searched for what it looks like.
        is_plain = column.sensitivity is None
        words = column.classification.evidence.partition(" (found:")[0]
        return dataclasses.replace(flow, is_plain=is_plain, reason=f"{column.name} is {words}")
    if column.classification.is_kept:
        evidence = column.classification.evidence
        return dataclasses.replace(flow, reason=f"reads {relation.name}.{column.name} ({evidence})")
    embedded = column.classification.embedded
    if column.classification.is_inside and not is_made:
        return dataclasses.replace(flow, is_document=True)
    if embedded is None:
        return flow
    return dataclasses.replace(flow, embedded=frozenset({embedded}))


def _column_flow(
    relation: Relation, name: str, sensitivity: Sensitivity | None, *, is_made: bool
) -> Flow:
    label = f"{relation.name}.{name}"
    if sensitivity is None:
        is_system = relation.kind is RelationKind.SYSTEM
        kind = FlowKind.MADE if is_made else FlowKind.STORED
        return Flow(kind=kind, is_plain=is_system)
    if sensitivity is Sensitivity.UNPROVEN:
        return Flow(
            classes=frozenset({sensitivity}),
            reason=f"{label} has not been sampled with values",
            kind=FlowKind.STORED,
        )
    return Flow(
        classes=frozenset({sensitivity}),
        reason=f"reads {label}",
        kind=FlowKind.STORED,
        columns=frozenset({label}),
        is_verbatim=not is_made,
        is_native=not is_made,
    )


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


def _column_names(columns: list[exp.Expr]) -> list[exp.Expr]:
    return [column.this if isinstance(column, exp.ColumnDef) else column for column in columns]


def _table_columns(call: exp.Expr) -> list[exp.Expr]:
    if isinstance(call, exp.XMLTable):
        return [column.this for column in call.args.get("columns") or []]
    if isinstance(call, exp.JSONTable):
        schema = call.args.get("schema")
        columns = schema.expressions if schema is not None else []
        if all(column.args.get("nested_schema") is None for column in columns):
            return [column.this for column in columns if column.this is not None]
    return []


def _signature(outputs: tuple[Output, ...]) -> list[tuple[frozenset[Sensitivity], bool]]:
    return [(output.flow.classes, output.flow.is_proven) for output in outputs]


def _is_join_tree(node: exp.Expr) -> bool:
    """Tell whether brackets in FROM hold joined items rather than a query."""
    inner = node.this
    if node.args.get("joins") or isinstance(inner, exp.Table):
        return True
    return isinstance(inner, exp.Subquery) and bool(
        inner.args.get("alias") or inner.args.get("joins")
    )


def _slot_name(scope: Scope, slot: Slot) -> str | None:
    place, index = slot[0]
    return (scope.sources[place].outputs or ())[index].name


def _slot_flow(scope: Scope, slot: Slot) -> Flow:
    flows = ((scope.sources[place].outputs or ())[index].flow for place, index in slot)
    return functools.reduce(either, flows)


_JOIN_KEYS = ("kind", "side", "method", "using", "on")


def _output_name(item: exp.Expr, engine: Engine) -> str | None:
    if isinstance(item, exp.Alias):
        return fold(item.args["alias"], engine)
    if isinstance(item, exp.Column) and not isinstance(item.this, exp.Star):
        return fold(item.this, engine)
    if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Identifier):
        return fold(item.expression, engine)
    return None


def _is_call(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.casefold() == name


def _call_name(call: exp.Expr) -> str:
    if isinstance(call, exp.Anonymous):
        return call.name.casefold()
    if isinstance(call, exp.Unnest):
        return "unnest"
    if isinstance(call, exp.ExplodingGenerateSeries | exp.GenerateSeries):
        return "generate_series"
    return call.sql_name().casefold() if isinstance(call, exp.Func) else ""


def _path_words(node: exp.Expr) -> Iterator[str]:
    if not isinstance(node, _PATHS) and not node.name.casefold().startswith("json"):
        return
    for literal in node.find_all(exp.Literal, exp.JSONPathKey):
        if isinstance(literal, exp.JSONPathKey):
            yield str(literal.this)
        elif literal.is_string:
            yield from re.findall(r"[A-Za-z_]+", literal.name)


_PATHS = (
    exp.JSONExtract,
    exp.JSONExtractScalar,
    exp.JSONBExtract,
    exp.JSONBExtractScalar,
    exp.JSONExtractArray,
    exp.JSONValue,
)


def _returned_names(function: Function, catalogue: Catalogue) -> list[str] | None:
    """Name the columns of a set-returning SQL function; "" for the function's own name."""
    text = re.sub(r"\A\s*setof\s+", "", function.returns.strip(), flags=re.IGNORECASE)
    table = re.fullmatch(r"table\s*\((.*)\)", text, flags=re.IGNORECASE | re.DOTALL)
    if table:
        parts = re.split(r",(?![^(]*\))", table.group(1))
        return [part.split()[0].strip('"') for part in parts if part.split()]
    schema, _, name = text.replace('"', "").rpartition(".")
    relation = catalogue.resolve(name, schema or None)
    if relation is not None:
        return [column.name for column in relation.columns]
    return None if text.casefold() in ("record", "") else [""]


def _no_dml(node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> tuple[Output, ...]:
    raise NotTracedError(f"{node.key} is not known here")


_Handler = Callable[[Walk, exp.Expr, Scope, dict[str, Cte]], Flow]


def _typed(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    return TYPED


def _placeholder(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    return walk.placeholder


def _connector(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    """AND and OR skip what need not be computed, and an error shows whether they did."""
    flow = walk.parts(node, scope, ctes)
    if flow.sensitive:
        predicates.check(walk, node, scope, ctes, clause=node.key.upper())
    return flow


def _word(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    """A unit such as YEAR; sqlglot also makes words of columns, ``date_trunc(ssn, now())``."""
    found = walk._visible_column(exp.Column(this=exp.to_identifier(node.name)), scope)
    return join([found, TYPED]) if found is not None else TYPED


def _column(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    return walk.column(node, scope) if isinstance(node, exp.Column) else HARMLESS


def _wrapped(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    return walk.flow(node.this, scope, ctes)


def _declassified(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    """COUNT: how many, not which; but not of what is NULL by its value."""
    flow = walk.parts(node, scope, ctes)
    return flow if flow.is_telling else HARMLESS


def _every_row(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    return join([HARMLESS, *(source.whole for source in scope.sources)])


def _count(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    if isinstance(node.this, exp.Star):
        return HARMLESS
    if isinstance(node.this, exp.Distinct):
        predicates.check_count_distinct(walk, node.this.expressions, scope, ctes)
    return _declassified(walk, node, scope, ctes)


def _exists(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    if not isinstance(node.this, exp.Query):
        return walk.parts(node, scope, ctes)
    walk.query(node.this, scope, ctes)
    return HARMLESS


def _is(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    flow = walk.parts(node, scope, ctes)
    is_harmless = isinstance(node.expression, exp.Null) and not flow.is_telling
    return HARMLESS if is_harmless else flow


def _case(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    predicates.check_case(walk, node, scope, ctes)
    return walk.parts(node, scope, ctes)


def _if(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    if not isinstance(node.parent, exp.Case):
        predicates.check(walk, node.this, scope, ctes, clause="IF")
    return walk.parts(node, scope, ctes)


def _window(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    flow = walk.flow(node.this, scope, ctes)
    joined = join([flow, *predicates.check_window(walk, node, scope, ctes)])
    return verbatim(joined) if flow.is_verbatim else joined


def _filter(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    where = node.expression
    predicates.check(walk, where.this, scope, ctes, clause="FILTER")
    return walk.flow(node.this, scope, ctes)


def _ordered_list(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    for item in node.expressions:
        predicates.check_key(walk, item, scope, ctes, clause="ORDER BY")
    return walk.parts(node, scope, ctes)


def _dot(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    field = node.expression
    if isinstance(field, exp.Func) and isinstance(node.this, exp.Identifier):
        schema = fold(node.this, walk.engine)
        flow = walk.flow(field, scope, ctes)
        known = walk.catalogue.functions.get(field.name.casefold(), ())
        is_known = schema == "pg_catalog" or any(item.schema == schema for item in known)
        return flow if is_known else join([flow, unproven("a function that is not known")])
    if not isinstance(field, exp.Identifier):
        return join([walk.flow(node.this, scope, ctes), unproven("a row that is not known")])
    source = walk._row_source(node.this, scope)
    found = source.find(fold(field, walk.engine)) if source is not None else None
    if found is not None:
        return found
    flow = computed(walk.flow(node.this, scope, ctes))
    called = walk.as_call(fold(field, walk.engine), flow)
    if called is not None or source is not None:
        return called or join([flow, unproven("a column that is not known")])
    return walk._with_path(node, flow)


def _parameter(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    if walk.engine is Engine.POSTGRESQL:
        return scope.argument(f"${node.name}") or TYPED
    return walk.variable(node.name)


def _server_variable(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    name = node.name.casefold()
    if walk.variables.get(name) or walk.variables.get("*"):
        return unproven("a variable that was set from elsewhere")
    return TYPED


def _assignment(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    flow = walk.flow(node.expression, scope, ctes)
    if isinstance(node.this, exp.Parameter):
        walk.assign(node.this.name, flow, is_immediate=True)
        if not flow.sensitive and (flow.classes or flow.embedded or not flow.is_proven):
            # Another row, or a part read before this one, may show the value.
            name = f"the variable @{node.this.name.casefold()}"
            walk.laundering[f"{name} takes values that are not proven harmless"] = None
        return flow
    return join([flow, unproven("an assignment")])


def _anonymous(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    return walk.anonymous(node, scope, ctes)


def _cast(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    flow = walk.flow(node.this, scope, ctes)
    target = node.args.get("to")
    kind = str(target.args.get("kind") or "") if isinstance(target, exp.DataType) else ""
    if kind.strip('"').casefold() in walk.catalogue.casts:
        if flow.sensitive:
            walk.inference[f"a cast to {kind} on {flow.words}"] = None
        return join([flow, unproven("a cast that is not known")])
    if not isinstance(target, exp.DataType) or target.this not in exp.DataType.TEXT_TYPES:
        predicates.check_cast(walk, node.this, flow, target)
    if flow.is_verbatim and predicates.is_plain_text(target, walk.engine):
        return verbatim(computed(flow))
    return computed(flow)


def _in(walk: Walk, node: exp.Expr, scope: Scope, ctes: dict[str, Cte]) -> Flow:
    return walk.parts(node, scope, ctes)


_HANDLERS: dict[type[exp.Expr], _Handler] = {
    exp.Literal: _typed,
    exp.Null: _typed,
    exp.Boolean: _typed,
    exp.Placeholder: _placeholder,
    exp.And: _connector,
    exp.Or: _connector,
    exp.National: _typed,
    exp.HexString: _typed,
    exp.BitString: _typed,
    exp.ByteString: _typed,
    exp.RawString: _typed,
    exp.UnicodeString: _typed,
    exp.Introducer: _typed,
    exp.Var: _word,
    exp.Identifier: _word,
    exp.DataType: _typed,
    exp.Column: _column,
    exp.Paren: _wrapped,
    exp.Alias: _wrapped,
    exp.Star: _every_row,
    exp.Count: _count,
    exp.CountIf: _case,
    exp.ApproxDistinct: _declassified,
    exp.Grouping: _declassified,
    exp.Exists: _exists,
    exp.Is: _is,
    exp.Case: _case,
    exp.If: _if,
    exp.Window: _window,
    exp.Filter: _filter,
    exp.Order: _ordered_list,
    exp.Dot: _dot,
    exp.Parameter: _parameter,
    exp.SessionParameter: _server_variable,
    exp.PropertyEQ: _assignment,
    exp.Anonymous: _anonymous,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.In: _in,
}
