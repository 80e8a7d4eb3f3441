"""sqlglot's tree of one statement, checked against our own lexer, and what it would do.

An allowed read is built only from node types listed here and calls only reviewed functions. The
names of functions are taken from the text, not from the tree: sqlglot renames many.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sqlglot import Dialect, exp, parser
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token as ParserToken
from sqlglot.tokenizer_core import TokenType

from bastion.core.bare_words import named
from bastion.core.calls import judge_calls
from bastion.core.catalogue import Relation, RelationKind
from bastion.core.findings import HERE, Findings, Surroundings, identifier_name
from bastion.core.flow import LOWER, bare
from bastion.core.lexer import Kind, Lexed, Token
from bastion.core.model import EffectClass, Engine
from bastion.core.reached import family, judge_reached
from bastion.core.respelling import UnspelledError, respelled
from bastion.core.respelling_mysql import as_listed, with_targets
from bastion.core.respelling_mysql import respelled as respelled_mysql
from bastion.core.unwritten import judge_unwritten

# sqlglot logs the text of what it does not understand; SQL never goes to a log.
parser.logger.disabled = True
# In both engines ``f(a -> 'b')`` reads JSON; sqlglot would make a lambda of it.
for _engine in Engine:
    Dialect.get_or_raise(_engine.value).parser_class.LAMBDAS.pop(TokenType.ARROW, None)
# sqlglot takes the step '0' of these for a place, where it may be a name.
for _name in ("JSON_EXTRACT_PATH", "JSON_EXTRACT_PATH_TEXT"):
    Dialect.get_or_raise(Engine.POSTGRESQL.value).parser_class.FUNCTIONS.pop(_name, None)


def parse(text: str, lexed: Lexed, engine: Engine) -> exp.Expression | str:
    """Parse one statement; a string is the reason why there is no tree to trust."""
    try:
        dialect = Dialect.get_or_raise(engine.value)
        text = _plain_numbers(text, lexed)
        tokens = dialect.tokenizer_class(dialect=dialect).tokenize(text)
        if not _agrees(lexed, tokens):
            return "its quotes or comments can be read in two ways"
        bare = _without_comments(text, lexed)
        if bare != text:
            # Between words that sqlglot knows together only, ORDER/**/BY, they hinder it.
            text = bare
            tokens = dialect.tokenizer_class(dialect=dialect).tokenize(text)
            if not _agrees(lexed, tokens):
                return "its quotes or comments can be read in two ways"
        if _is_explosive(tokens):
            return "it is nested too deeply"
        is_pg = engine is Engine.POSTGRESQL
        tokens = named(tokens, lexed, engine)
        spelled = respelled(tokens, lexed) if is_pg else respelled_mysql(tokens)
        trees = dialect.parser().parse(spelled, text)
        if not is_pg:
            trees = [one and as_listed(with_targets(one, tokens)) for one in trees]
    except (SqlglotError, UnspelledError):
        return "its grammar is not known to the bastion"
    except RecursionError:
        return "it is nested too deeply"
    except Exception:  # noqa: BLE001
        # sqlglot raises bare TypeError, AttributeError and others on odd input.
        return "it cannot be parsed"
    if len(trees) != 1 or trees[0] is None:
        return "it is not exactly one statement"
    return _sure(trees[0], text, engine)


def _sure(tree: exp.Expr, text: str, engine: Engine) -> exp.Expression | str:
    if not isinstance(tree, exp.Expression):
        return "it cannot be parsed"
    if engine is Engine.MYSQL and not text.isascii() and _has_twin_names(tree):
        return "its names can be read in two ways"
    return tree


def _has_twin_names(tree: exp.Expr) -> bool:
    """Tell whether queries inside each other hold names that differ in accents or rare letters.

    Some servers tell ``e`` from ``é`` where others, or other kinds of names, do not.
    """
    if sum(1 for _ in tree.find_all(exp.Select)) < _NESTED:
        return False
    spellings: dict[str, str] = {}
    for node in tree.find_all(exp.Identifier):
        written = node.name.translate(LOWER)
        if spellings.setdefault(bare(written), written) != written:
            return True
    return False


_NESTED = 2


def parse_replace(text: str, lexed: Lexed) -> tuple[exp.Expression | str, Lexed]:
    """Parse MySQL's REPLACE, which sqlglot does not know, as an INSERT that overwrites.

    Gives its tokens as well, with the word INSERT, which its text was parsed with.
    """
    first = lexed.tokens[0]
    # Same length, so that positions stay.
    plain = f"{text[: first.start]}INSERT {text[first.end :]}"
    word = first._replace(value="insert", end=first.end - 1)
    lexed = dataclasses.replace(lexed, tokens=(word, *lexed.tokens[1:]))
    tree = parse(plain, lexed, Engine.MYSQL)
    if isinstance(tree, exp.Insert):
        tree.set("overwrite", True)
    return tree, lexed


def _plain_numbers(text: str, lexed: Lexed) -> str:
    """Write ``1_000`` of PostgreSQL 16 as ``01000``, as wide as before.

    Older servers read a number and its alias, which no name or value can hide behind.
    """
    for token in lexed.tokens:
        if token.kind is Kind.NUMBER and "_" in token.value:
            plain = token.value.replace("_", "").rjust(token.end - token.start, "0")
            text = f"{text[: token.start]}{plain}{text[token.end :]}"
    return text


def _without_comments(text: str, lexed: Lexed) -> str:
    """Write blanks for comments, which are all that stands between tokens."""
    if not _COMMENT.search(text):
        return text
    kept, position = [], 0
    for start, end in ((one.start, one.end) for one in lexed.tokens):
        kept += [_LETTER.sub(" ", text[position:start]), text[start:end]]
        position = end
    return "".join(kept)


_COMMENT = re.compile(r"--|/\*|#")
_LETTER = re.compile(r"[^\r\n]")


def examine(tree: exp.Expression, lexed: Lexed, around: Surroundings) -> Findings:
    """Walk one parsed statement and gather what it does, reads, writes and calls."""
    findings = Findings()
    findings.effects.add(EffectClass.READ)
    structural = _structural(tree, lexed.tokens)
    for node in tree.walk():
        _node(node, findings, around)
    _relations(tree, findings, around)
    judge_calls(lexed.tokens, structural, findings, around)
    _clauses(tree, lexed.tokens, findings)
    if around.engine is Engine.MYSQL:
        _defaults(lexed.tokens, findings, around)
    if around.engine is Engine.POSTGRESQL:
        judge_unwritten(tree, lexed.tokens, findings, around)
    return findings


def _is_explosive(tokens: Sequence[ParserToken]) -> bool:
    """Tell whether sqlglot would try its way through exponentially many readings.

    ``date(date(…`` may be a type or a call at each level, and it tries both all the way down:
    24 levels take minutes.
    """
    doubtful: list[bool] = []
    before: ParserToken | None = None
    for token in tokens:
        if token.token_type in _OPENERS:
            doubtful.append(before is not None and before.token_type in parser.Parser.TYPE_TOKENS)
            if sum(doubtful) > _DOUBTFUL_MAX:
                return True
        elif token.token_type in _CLOSERS and doubtful:
            doubtful.pop()
        before = token
    return False


_OPENERS = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET})
_CLOSERS = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET})
_DOUBTFUL_MAX = 6


def _clauses(tree: exp.Expression, tokens: tuple[Token, ...], findings: Findings) -> None:
    """Make sure that the tree holds each INTO and each lock that the words hold."""
    into = locks = 0
    for index, token in enumerate(tokens):
        if token.kind is not Kind.WORD or (index and tokens[index - 1].value == "."):
            continue
        following = tokens[index + 1].value if index + 1 < len(tokens) else ""
        into += token.value == "into"
        locks += token.value == "for" and following in {"update", "share"}
        locks += token.value == "lock" and following == "in"
    if into and into > sum(1 for _ in tree.find_all(exp.Into, exp.Insert, exp.Merge)):
        findings.doubt("It writes its rows somewhere that is not understood.")
    if locks and locks > sum(1 for _ in tree.find_all(exp.Lock)):
        findings.doubt("It locks rows in a way that is not understood.")


def _agrees(lexed: Lexed, tokens: Sequence[ParserToken]) -> bool:
    """Tell whether sqlglot cut the text where the server does.

    Each of sqlglot's tokens starts where one of ours starts and ends where one of ours ends,
    literals are the same, no name is a number, and nothing is left out: else a quote, a comment
    or a name is read in two ways.
    """
    ours = lexed.tokens
    index, count, inside = 0, len(ours), -1
    for token in tokens:
        start, end = token.start, token.end + 1
        if index >= count or start not in {ours[index].start, inside}:
            return False
        while index < count and ours[index].end < end:
            if ours[index].kind in _LITERALS:
                return False
            index += 1
        if index >= count:
            return False
        own = ours[index]
        if own.end != end:
            # sqlglot takes ``$`` and ``1`` apart, and ``.`` and ``5``.
            if own.kind is not Kind.PARAMETER and not _is_fraction(ours, index):
                return False
            inside = end
            continue
        if own.kind is Kind.QUOTED and own.value != token.text:
            return False
        if own.kind is Kind.WORD and token.token_type is TokenType.NUMBER:
            # MySQL: ``2e`` is a name.
            return False
        index, inside = index + 1, -1
    return index == count


_LITERALS = frozenset({Kind.STRING, Kind.QUOTED})
_NAMES = frozenset({Kind.WORD, Kind.QUOTED})


def _is_fraction(ours: tuple[Token, ...], index: int) -> bool:
    """Tell whether ``.5`` is a number whatever stands around it: ``t.5`` is none, nor ``.5(``."""
    own = ours[index]
    if own.kind is not Kind.NUMBER or not own.value.startswith("."):
        return False
    is_apart = not index or ours[index - 1].end < own.start or ours[index - 1].value in _BEFORE
    return is_apart and not (index + 1 < len(ours) and ours[index + 1].value == "(")


_BEFORE = frozenset("( , + - * / % < > = <= >= <> != <=> |".split())
"""Signs that no name ends in."""


def _structural(tree: exp.Expression, tokens: tuple[Token, ...]) -> frozenset[str]:
    """Name what a parenthesis follows without a call: aliases with columns, CTEs, targets.

    By count: an alias of the same name must not hide a call.
    """
    named: Counter[str] = Counter()
    for node in tree.walk():
        if isinstance(node, exp.TableAlias) and node.args.get("columns"):
            named[node.name.lower()] += 1
        elif isinstance(node, exp.Schema) and isinstance(node.this, exp.Expr):
            named[node.this.name.lower()] += 1
    followed = Counter(
        token.value.lower()
        for token, following in pairwise(tokens)
        if token.kind in _NAMES and following.kind is Kind.OPERATOR and following.value == "("
    )
    return frozenset(name for name, count in named.items() if followed[name] <= count)


def _node(node: exp.Expr, findings: Findings, around: Surroundings) -> None:
    kind = type(node)
    if kind is exp.DataType:
        _type(node, findings, around)
    if kind in _ALLOWED:
        return
    if isinstance(node, (exp.Insert, exp.Update, exp.Delete, exp.Merge)):
        _write(node, findings, around)
    elif isinstance(node, exp.Into):
        _into(node, findings, around)
    elif isinstance(node, exp.Lock):
        findings.add(EffectClass.ADMIN, "It locks the rows that it reads.")
    elif isinstance(node, exp.PropertyEQ):
        if isinstance(node.this, exp.Parameter):
            findings.effects.add(EffectClass.SESSION)
        elif around.engine is Engine.MYSQL:
            findings.doubt("It assigns something inside a query that is not a variable.")
    else:
        findings.doubt(f"Its grammar holds a part that is not understood ({kind.__name__}).")


def _type(node: exp.Expr, findings: Findings, around: Surroundings) -> None:
    """Judge a type that a value is cast to: input functions and checks are code."""
    casts = around.catalogue.casts
    if not casts:
        return
    kind = node.args.get("kind")
    written = kind.sql() if isinstance(kind, exp.Expr) else str(kind or node.this.value)
    name = written.rsplit(".", 1)[-1].strip('"')
    if name in casts or name.lower() in casts:
        findings.doubt(f"The type {name} runs code of its own when a value is cast to it.")


def _into(node: exp.Into, findings: Findings, around: Surroundings) -> None:
    if isinstance(node.this, exp.Table) and not isinstance(node.this.this, exp.Parameter):
        findings.add(EffectClass.DDL, "SELECT INTO makes a table.")
        findings.writes.add(around.resolve(*_names(node.this, around.engine))[0])
    elif node.expressions or node.this is not None:
        findings.add(EffectClass.SESSION)


def _write(node: exp.Expr, findings: Findings, around: Surroundings) -> None:
    match node:
        case exp.Insert():
            findings.add(EffectClass.INSERT)
            conflict = node.args.get("conflict")
            if conflict is not None and conflict.expressions:
                findings.add(EffectClass.UPDATE)
        case exp.Update():
            findings.add(EffectClass.UPDATE)
            if node.find_ancestor(exp.When) is None:
                # A branch of MERGE has no WHERE: ``_merge`` asks its ON.
                findings.is_whole_table |= is_unconditional(node.args.get("where"))
        case exp.Delete():
            findings.add(EffectClass.DELETE)
            findings.is_whole_table |= is_unconditional(node.args.get("where"))
            if any(not _meant(node, one) for one in node.args.get("tables") or ()):
                findings.doubt("It deletes from a name that its FROM does not have.")
        case _:
            findings.add(EffectClass.MERGE)
            _merge(node, findings)
    tables = written_tables(node)
    if not tables and node.find_ancestor(exp.When) is None:
        findings.doubt("It cannot be told which table it writes.")
    for table in tables:
        _written(table, node, findings, around)


def _merge(node: exp.Expr, findings: Findings) -> None:
    for when in node.find_all(exp.When):
        then = when.args.get("then")
        action = then.name.lower() if isinstance(then, exp.Var) else type(then).__name__.lower()
        if action in {"delete", "update"}:
            findings.is_whole_table |= is_unconditional(node.args.get("on"))
            findings.add(EffectClass.DELETE if action == "delete" else EffectClass.UPDATE)
        elif action == "insert":
            findings.add(EffectClass.INSERT)


def written_tables(node: exp.Expr) -> tuple[exp.Table, ...]:
    """Name the tables that one INSERT, UPDATE, DELETE or MERGE writes."""
    if isinstance(node, exp.Delete) and node.args.get("tables"):
        return tuple(
            one for table in node.args["tables"] for one in _meant(node, table) or (table,)
        )
    target = node.this
    if isinstance(target, exp.Schema):
        target = target.this
    if isinstance(node, exp.Update) and isinstance(target, exp.Table | exp.Subquery):
        return tuple(_listed(target))
    return (target,) if isinstance(target, exp.Table) else ()


def _meant(node: exp.Delete, named: exp.Table) -> list[exp.Table]:
    """Find the tables that ``DELETE a FROM t AS a`` may mean by ``a``; none where it has no such.

    Among those of its FROM alone: another one further in may have the same alias.
    """
    name = named.name.casefold()
    return [one for one in _listed(node.this) if one.alias_or_name.casefold() == name]


def _listed(tables: exp.Expr) -> Iterator[exp.Table]:
    """Give the tables that are joined, in brackets or not, but for those inside of queries."""
    for one in tables.walk(prune=lambda one: isinstance(one, exp.Select | exp.SetOperation)):
        if isinstance(one, exp.Table):
            yield one


def _written(table: exp.Table, node: exp.Expr, findings: Findings, around: Surroundings) -> None:
    key, relation = around.resolve(*_names(table, around.engine))
    findings.writes.add(key)
    if key[0].lower() in SYSTEM_SCHEMAS[around.engine]:
        findings.add(EffectClass.ADMIN, "It writes into the server's own tables and settings.")
        findings.add(EffectClass.PRIVILEGE)
        if key[1] == "pg_settings":
            findings.pinned.append("pg_settings")
    if relation is None:
        return
    for member in family(key, around):
        # A partition may have triggers of its own, and copies of its parent's.
        findings.fires += [
            one for one in member.triggers if one not in findings.fires and _is_set_off(one, node)
        ]
        if member.kind is RelationKind.FOREIGN:
            findings.add(EffectClass.OUTSIDE, "The table lies on another server.")
    if relation.rules:
        findings.doubt("A rewrite rule of the table changes what it does.")
    if relation.kind is RelationKind.VIEW:
        findings.doubt("It writes through a view.")


SYSTEM_SCHEMAS = {
    Engine.POSTGRESQL: frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    Engine.MYSQL: frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
}
"""Where the servers keep their own tables; lower case."""


def _is_set_off(trigger: str, node: exp.Expr) -> bool:
    """Tell whether ``name (AFTER INSERT OR UPDATE, function)`` fires on this write."""
    words = trigger.rpartition(" (")[2].partition(",")[0].upper().split()
    events = _EVENTS.intersection(words)
    match node:
        case exp.Update():
            fired = {"UPDATE"}
        case exp.Delete():
            fired = {"DELETE"}
        case exp.Insert() if node.args.get("overwrite"):
            fired = {"INSERT", "DELETE"}
        case exp.Insert() if node.args.get("conflict") is not None:
            fired = {"INSERT", "UPDATE"}
        case exp.Insert():
            fired = {"INSERT"}
        case _:
            return True
    return not events or not events.isdisjoint(fired)


_EVENTS = frozenset({"INSERT", "UPDATE", "DELETE", "TRUNCATE"})


def is_unconditional(where: exp.Expression | None) -> bool:
    """Tell whether a predicate is missing, constant, or true of every row as far as one can see."""
    if where is None:
        return True
    predicate = where.this if isinstance(where, exp.Where) else where
    if not isinstance(predicate, exp.Expression):
        return True
    return _is_always_true(predicate)


def _is_always_true(node: exp.Expression) -> bool:
    if isinstance(node, exp.Paren):
        return _is_always_true(node.this)
    if isinstance(node, exp.Or):
        return _is_always_true(node.this) or _is_always_true(node.expression)
    if isinstance(node, exp.And):
        return _is_always_true(node.this) and _is_always_true(node.expression)
    if isinstance(node, (exp.EQ, exp.GTE, exp.LTE, exp.NullSafeEQ, exp.Like)):
        return node.this == node.expression or not _has_column(node)
    if isinstance(node, exp.Exists) and isinstance(node.this, exp.Select):
        return not _narrows(node.this)
    if isinstance(node, exp.In) and isinstance(node.args.get("query"), exp.Subquery):
        inner = node.args["query"].this
        return isinstance(inner, exp.Select) and not _narrows(inner)
    return not _has_column(node)


def _has_column(node: exp.Expression) -> bool:
    return node.find(exp.Column) is not None


def _narrows(query: exp.Select) -> bool:
    return any(query.args.get(part) for part in ("where", "limit", "joins", "having"))


def _names(table: exp.Table, engine: Engine) -> tuple[str, str | None]:
    name = identifier_name(table.this, engine)
    schema = table.args.get("db")
    return name, identifier_name(schema, engine) if schema is not None else None


def _relations(tree: exp.Expression, findings: Findings, around: Surroundings) -> None:
    ctes = {
        identifier_name(cte.args["alias"].this, around.engine) for cte in tree.find_all(exp.CTE)
    }
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or isinstance(table.parent, exp.Into):
            continue
        name, schema = _names(table, around.engine)
        key, relation = around.resolve(name, schema)
        if relation is None and (schema is None and (name in ctes or name.lower() == "dual")):
            continue
        if key in findings.writes and table.find_ancestor(exp.Select) is None:
            continue
        findings.reads.add(key)
        if relation is not None and relation.definition:
            _view(relation, findings, around)
    for key in sorted(findings.reads | findings.writes):
        judge_reached(key, findings, around)


def _defaults(tokens: tuple[Token, ...], findings: Findings, around: Surroundings) -> None:
    """``DEFAULT(column)`` computes what stands there, in MariaDB perhaps a step of a sequence."""
    if not any(one.value == "default" and two.value == "(" for one, two in pairwise(tokens)):
        return
    for schema, name in findings.reads | findings.writes:
        relation = around.resolve(name, schema)[1]
        if relation is None or any("nextval" in one.default.lower() for one in relation.columns):
            findings.add(EffectClass.UPDATE, "The default of a column steps a sequence.")


def _view(relation: Relation, findings: Findings, around: Surroundings) -> None:
    if relation.kind is not RelationKind.VIEW:
        return
    is_stored = around.catalogue.relations.get((relation.schema, relation.name)) is relation
    place = around.place_of_definitions() if is_stored else HERE
    inner = around.judge_read(relation.definition, around.depth + 1, place)
    findings.reads |= inner.reads
    findings.functions |= inner.functions
    findings.effects |= inner.effects
    if inner.effects <= {EffectClass.READ, EffectClass.OUTSIDE}:
        findings.reasons += [one for one in inner.reasons if one not in findings.reasons]
    else:
        findings.doubt(f"The view {relation.name} does more than read, or is not understood.")


def _allowed() -> frozenset[type]:
    names = """
        Select From Where Group Having Order Ordered Limit Offset Fetch Join Lateral Subquery With
        CTE TableAlias Table Column Identifier Star Literal Boolean Null Tuple Alias Aliases
        Values Union Except Intersect Window WindowSpec Filter WithinGroup Distinct DataType
        DataTypeParam Interval IntervalSpan Var Bracket Slice Between In Any All SubqueryPredicate
        RawString HexString BitString ByteString National Introducer AtTimeZone
        Parameter SessionParameter Placeholder TableSample GroupingSets Rollup Cube
        JSONPath JSONPathFilter JSONPathKey JSONPathPart JSONPathRecursive JSONPathRoot
        JSONPathScript JSONPathSelector JSONPathSlice JSONPathSubscript JSONPathUnion
        JSONPathWildcard JSON JSONColumnDef JSONExtractQuote JSONKeyValue JSONSchema JSONValue
        FormatJson OnCondition OverflowTruncateBehavior IgnoreNulls RespectNulls LimitOptions
        Variadic PseudoType ObjectIdentifier Opclass WithOperator RecursiveWithSearch
        IndexTableHint Schema ColumnDef Collate CharacterSet XMLNamespace XMLKeyValueOption
        TimeUnit Predicate Partition Operator ScopeResolution FromTimeZone
        Returning OnConflict When Whens TableColumn Qualify
        Version
        ColumnConstraint NotNullColumnConstraint PathColumnConstraint DefaultColumnConstraint
    """
    refused = {exp.PropertyEQ, exp.NextValueFor, exp.Dot}
    found = {getattr(exp, name) for name in names.split() if hasattr(exp, name)}
    for value in vars(exp).values():
        if isinstance(value, type) and issubclass(value, (exp.Func, exp.Binary, exp.Unary)):
            found.add(value)
    return frozenset((found - refused) | {exp.Dot})


_ALLOWED = _allowed()
