"""The rows that a write would touch, as a SELECT by the same predicate."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from bastion.core.lexer import Kind, lex
from bastion.core.model import Engine
from bastion.core.trees import parse, parse_replace


def measuring_sql(tree: exp.Expression, engine: Engine) -> str | None:
    """Write the count for one UPDATE, DELETE, MERGE or INSERT of a query's rows.

    None when it cannot be the same rows.
    """
    if not isinstance(tree, (exp.Update, exp.Delete, exp.Merge, exp.Insert)):
        return None
    try:
        query = _count(tree.copy(), engine)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return None if query is None else query.sql(dialect=engine.value)


def with_arguments(text: str, arguments: Sequence[str], engine: Engine) -> exp.Expression | None:
    """Read a prepared write with what an EXECUTE gives in its places; None where it does not fit.

    In the text, by position: it is what the server counts by.
    """
    is_pg, written, end, taken = engine is Engine.POSTGRESQL, "", 0, 0
    for token in lex(text, engine).tokens:
        if token.kind is Kind.PARAMETER and is_pg:
            place = int(token.value[1:]) - 1 if token.value[1:].isdecimal() else len(arguments)
        elif token.kind is Kind.OPERATOR and token.value == "?" and not is_pg:
            place = taken
        else:
            continue
        if not 0 <= place < len(arguments):
            return None
        taken += 1
        written += f"{text[end : token.start]}({arguments[place]})"
        end = token.end
    written += text[end:]
    if not is_pg and taken != len(arguments):
        return None
    lexed = lex(written, engine)
    if not is_pg and lexed.tokens and lexed.tokens[0].value == "replace":
        found, _ = parse_replace(written, lexed)
    else:
        found = parse(written, lexed, engine)
    return found if isinstance(found, exp.Expression) else None


def matched_rows(tree: exp.Expression, engine: Engine) -> exp.Select | None:
    """Write the SELECT, still without columns, of the stored rows that a write would touch.

    Rows that MERGE would insert are not among them. A row may come more than once where other
    tables are joined. None when it cannot be the same rows.
    """
    if not isinstance(tree, (exp.Update, exp.Delete, exp.Merge)) or writes_inside(tree):
        return None
    if isinstance(tree, exp.Merge):
        return _merge(tree, is_stored=True) if engine is Engine.POSTGRESQL else None
    if engine is Engine.POSTGRESQL:
        return _postgresql_rows(tree)
    return _mysql_joined_rows(tree) if is_joined(tree) else _mysql_rows(tree)


def targets_of(tree: exp.Expression) -> tuple[exp.Table, ...]:
    """Find the tables whose rows an UPDATE, DELETE or MERGE changes, as they are named in it.

    None where that cannot be told. They are several in MySQL's write of joined tables alone.
    """
    if not is_joined(tree):
        return (tree.this,) if isinstance(tree.this, exp.Table) else ()
    if isinstance(tree, exp.Update):
        if not all(_is_set(one) for one in tree.expressions):
            return ()
        named = [one.this.args.get("table") for one in tree.expressions]
    else:
        named = [one.this for one in tree.args.get("tables") or [tree.this]]
    found: list[exp.Table] = []
    for name in dict.fromkeys(named):
        meant = [one for one in _joined_tables(tree) if name and one.alias_or_name == name.name]
        if len(meant) != 1:
            return ()
        found += meant
    return tuple(found)


def is_joined(tree: exp.Expression) -> bool:
    """Tell whether it is MySQL's UPDATE or DELETE of several tables."""
    target = tree.this
    if not isinstance(tree, (exp.Update, exp.Delete)) or not isinstance(target, exp.Table):
        return False
    return bool(target.args.get("joins") or tree.args.get("tables"))


def _is_set(one: exp.Expr) -> bool:
    return isinstance(one, exp.EQ) and isinstance(one.this, exp.Column)


def _joined_tables(tree: exp.Expression) -> list[exp.Table]:
    tables = [tree.this, *(join.this for join in tree.this.args.get("joins") or [])]
    return [one for one in tables if isinstance(one, exp.Table)]


def _mysql_joined_rows(tree: exp.Expression) -> exp.Select | None:
    if not targets_of(tree) or tree.args.get("using") or tree.args.get("from_") is not None:
        return None
    query = exp.Select()
    query.set("from_", exp.From(this=tree.this))
    return _finish(query, tree)


def _count(tree: exp.Expression, engine: Engine) -> exp.Expression | None:
    if writes_inside(tree):
        return None
    if isinstance(tree, exp.Merge):
        return _merge(tree) if engine is Engine.POSTGRESQL else None
    if isinstance(tree, exp.Insert):
        return _added(tree, engine)
    if engine is Engine.POSTGRESQL:
        return _postgresql(tree)
    return _mysql(tree)


def writes_inside(tree: exp.Expression) -> bool:
    """Tell whether a part of a write is one itself."""
    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
    found = [node for node in tree.find_all(*writing) if node is not tree]
    if isinstance(tree, exp.Merge):
        return any(node.find_ancestor(exp.When) is None for node in found)
    return bool(found)


def part_within(tree: exp.Expression) -> exp.Expression | None:
    """Give the UPDATE or DELETE of a statement that writes in parts of its WITH, by itself.

    None where nothing is written so, where several change rows that are there, and where its rows
    are found by what another part has written.
    """
    if isinstance(tree, exp.Merge) or not writes_inside(tree):
        return None
    writing = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
    changing = [
        one
        for one in tree.find_all(*writing)
        if not isinstance(one, exp.Insert) or writes_over(one)
    ]
    if len(changing) != 1 or not isinstance(changing[0], exp.Update | exp.Delete):
        return None
    found = changing[0].copy()
    common = tree.args.get("with_")
    if common is None or (found.args.get("with_") is not None and changing[0] is not tree):
        return None
    tainted: set[str] = set()
    plain: list[exp.Expr] = []
    for one in common.expressions:
        names = {table.name for table in one.find_all(exp.Table) if not table.db}
        if common.recursive or one.find(*writing) is not None or names & tainted:
            tainted.add(one.alias)
        else:
            plain.append(one.copy())
    found.set("with_", exp.With(expressions=plain) if plain else None)
    found.set("returning", None)
    if {table.name for table in found.find_all(exp.Table) if not table.db} & tainted:
        return None
    return found


def _postgresql(tree: exp.Expression) -> exp.Expression | None:
    query = _postgresql_rows(tree)
    if query is None:
        return None
    row = exp.Count(this=exp.Star())
    if query.args.get("joins"):
        # A target row that joins several rows is written once.
        name = (tree.this.args.get("alias") or tree.this).this.copy()
        ctid = exp.Column(this=exp.to_identifier("ctid"), table=name)
        row = exp.Count(this=exp.Distinct(expressions=[ctid]))
    query.set("expressions", [row])
    return query


def _postgresql_rows(tree: exp.Expression) -> exp.Select | None:
    target = tree.this
    if not isinstance(target, exp.Table) or not isinstance(target.this, exp.Identifier):
        return None
    others = _others(tree)
    if others is None:
        return None
    query = exp.Select()
    query.set("from_", exp.From(this=target.copy()))
    for other in others:
        query.append("joins", exp.Join(this=other))
    return _finish(query, tree)


def _others(tree: exp.Expression) -> list[exp.Expression] | None:
    """Give what UPDATE … FROM or DELETE … USING joins; None when it is not understood."""
    using = tree.args.get("using")
    if isinstance(using, list):
        return [one for one in using if isinstance(one, exp.Expression)]
    source = tree.args.get("from_")
    if source is None:
        return []
    if not isinstance(source, exp.From):
        return None
    return [source.this]


def _finish(query: exp.Select, tree: exp.Expression) -> exp.Select:
    where = tree.args.get("where")
    if where is not None:
        query.set("where", where)
    common = tree.args.get("with_")
    if common is not None:
        query.set("with_", common)
    return query


def _mysql(tree: exp.Expression) -> exp.Expression | None:
    inner = _mysql_rows(tree)
    if inner is None:
        return None
    query = exp.Select(expressions=[exp.Count(this=exp.Star())])
    if inner.args.get("limit") is None:
        for part in ("from_", "where", "with_"):
            query.set(part, inner.args.get(part))
        return query
    inner.set("expressions", [exp.Literal.number(1)])
    alias = exp.TableAlias(this=exp.to_identifier("touched"))
    query.set("from_", exp.From(this=exp.Subquery(this=inner, alias=alias)))
    return query


def _mysql_rows(tree: exp.Expression) -> exp.Select | None:
    target = tree.this
    if not isinstance(target, exp.Table):
        return None
    is_joined = bool(target.args.get("joins") or tree.args.get("tables") or tree.args.get("using"))
    if is_joined or tree.args.get("from_") is not None:
        return None
    query = exp.Select()
    query.set("from_", exp.From(this=target))
    query = _finish(query, tree)
    query.set("order", tree.args.get("order"))
    query.set("limit", tree.args.get("limit"))
    return query


def _added(tree: exp.Insert, engine: Engine) -> exp.Select | None:
    """Count the rows that INSERT … SELECT takes from its query."""
    query = added_rows(tree, engine)
    if query is not None:
        query.set("expressions", [exp.Count(this=exp.Star())])
    return query


def added_rows(tree: exp.Expression, engine: Engine) -> exp.Select | None:
    """Write the SELECT of the rows that INSERT … SELECT adds; None where it adds other ones."""
    if not isinstance(tree, exp.Insert) or writes_inside(tree):
        return None
    # MySQL counts a row that takes another's place twice.
    if not isinstance(tree.expression, exp.Query) or (engine is Engine.MYSQL and writes_over(tree)):
        return None
    alias = exp.TableAlias(this=exp.to_identifier("added"))
    query = exp.Select(expressions=[exp.Star()])
    query.set("from_", exp.From(this=exp.Subquery(this=tree.expression, alias=alias)))
    query.set("with_", tree.args.get("with_"))
    return query


def writes_over(tree: exp.Insert) -> bool:
    """Tell whether an INSERT changes rows that are there, or takes them away."""
    conflict = tree.args.get("conflict")
    is_upsert = isinstance(conflict, exp.OnConflict) and bool(conflict.expressions)
    return is_upsert or replaces(tree)


def replaces(tree: exp.Expr) -> bool:
    """Tell whether it is MySQL's REPLACE: rows that have a key of its rows are deleted first."""
    return isinstance(tree, exp.Insert) and bool(tree.args.get("overwrite"))


def _merge(tree: exp.Merge, *, is_stored: bool = False) -> exp.Select | None:
    """Select what a MERGE would write; only rows that are there already with ``is_stored``."""
    target, source, condition = tree.this, tree.args.get("using"), tree.args.get("on")
    if not isinstance(target, exp.Table) or source is None or condition is None:
        return None
    name = (target.args.get("alias") or target).this
    ctid = exp.Column(this=exp.to_identifier("ctid"), table=name.copy())
    is_new = exp.Is(this=ctid.copy(), expression=exp.Null())
    tests: list[exp.Expr] = []
    lacked: list[exp.Expr] = []
    for when in tree.args["whens"].expressions:
        then = when.args.get("then")
        if isinstance(then, exp.Var) and then.name.lower() == "do nothing":
            # Rows that an earlier branch leaves alone are counted too: never too few.
            continue
        extra = when.args.get("condition")
        if when.args.get("source"):
            lacked.append(exp.true() if extra is None else extra.copy())
            continue
        if is_stored and not when.args.get("matched"):
            continue
        test: exp.Expr = exp.Not(this=is_new.copy()) if when.args.get("matched") else is_new.copy()
        tests.append(test if extra is None else exp.and_(test, extra.copy()))
    if not tests and not lacked:
        return None
    query = exp.Select(expressions=[exp.Count(this=exp.Star())])
    query.set("from_", exp.From(this=source))
    side = None if is_stored else "LEFT"
    query.append("joins", exp.Join(this=target, side=side, on=condition))
    query.set("where", exp.Where(this=exp.or_(*tests) if tests else exp.false()))
    if lacked:
        query = _with_lacked(query, tree, lacked, is_stored=is_stored)
    common = tree.args.get("with_")
    if common is not None:
        query.set("with_", common)
    return query


def _with_lacked(
    query: exp.Select, tree: exp.Merge, lacked: list[exp.Expr], *, is_stored: bool
) -> exp.Select:
    """Add the stored rows that WHEN NOT MATCHED BY SOURCE writes: those that the source lacks."""
    target, source, condition = tree.this, tree.args["using"], tree.args["on"]
    met = exp.Select(expressions=[exp.Literal.number(1)])
    met.set("from_", exp.From(this=source.copy()))
    met.set("where", exp.Where(this=condition.copy()))
    missing = exp.and_(exp.Not(this=exp.Exists(this=met.copy())), exp.or_(*lacked))
    found = exp.Select(expressions=[exp.Count(this=exp.Star())])
    found.set("from_", exp.From(this=target.copy()))
    if is_stored:
        # Rows of an outer join cannot be locked: what is matched is asked for in the same form.
        met.set("where", exp.Where(this=exp.and_(condition.copy(), query.args["where"].this)))
        return found.where(exp.or_(exp.Exists(this=met), missing), copy=False)
    both = exp.Add(
        this=exp.Subquery(this=query), expression=exp.Subquery(this=found.where(missing))
    )
    return exp.Select(expressions=[both])
