"""sqlglot's tree of one statement, checked against our own lexer, and what it would do.

An allowed read is built only from node types listed here and calls only reviewed functions. The
names of functions are taken from the text, not from the tree: sqlglot renames many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from sqlglot import Dialect, exp, parser
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token as ParserToken
from sqlglot.tokenizer_core import TokenType

from bastion.core.catalogue import Catalogue, Function, Relation, RelationKind
from bastion.core.functions import EFFECT_CLASSES, FunctionEffect, effect_of
from bastion.core.lexer import Kind, Lexed, Token
from bastion.core.model import EffectClass, Engine

# sqlglot logs the text of what it does not understand; SQL never goes to a log.
parser.logger.disabled = True
# In both engines ``f(a -> 'b')`` reads JSON; sqlglot would make a lambda of it.
for _engine in Engine:
    Dialect.get_or_raise(_engine.value).parser_class.LAMBDAS.pop(TokenType.ARROW, None)

RelationKey = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Findings:
    """What was seen in a tree, gathered on the way."""

    effects: set[EffectClass] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    reads: set[RelationKey] = field(default_factory=set)
    writes: set[RelationKey] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    fires: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    is_whole_table: bool = False

    def add(self, effect: EffectClass, reason: str = "") -> None:
        """Add an effect, and why it is one."""
        self.effects.add(effect)
        if reason and reason not in self.reasons:
            self.reasons.append(reason)

    def doubt(self, reason: str) -> None:
        """Say that something is not understood."""
        self.add(EffectClass.UNKNOWN, reason)

    @property
    def is_understood(self) -> bool:
        """Tell whether nothing is in doubt."""
        return EffectClass.UNKNOWN not in self.effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a statement's meaning depends on."""

    engine: Engine
    catalogue: Catalogue
    relations: Mapping[RelationKey, Relation] = field(default_factory=lambda: MappingProxyType({}))
    """Made in the session."""
    search_path: tuple[str, ...] = ()
    judge_read: Callable[[str, int], Findings]
    """Analyse another text: a view's definition or a function's body, at this depth."""
    depth: int = 0
    is_replace: bool = False
    """MySQL: the tree of an INSERT stands for a REPLACE."""

    def resolve(self, name: str, schema: str | None) -> tuple[RelationKey, Relation | None]:
        """Find what a name in FROM means, session first; unknown ones by the default schema."""
        for place in self._places(schema):
            key = (place, name)
            relation = self.relations.get(key) or self.catalogue.relations.get(key)
            if relation is not None:
                return key, relation
        if schema is not None:
            return (schema, name), None
        if self.engine is Engine.POSTGRESQL and name.startswith("pg_"):
            return ("pg_catalog", name), None
        return (self.search_path[0] if self.search_path else "", name), None

    def _places(self, schema: str | None) -> tuple[str, ...]:
        if schema is not None:
            return (schema,)
        if self.engine is Engine.MYSQL:
            return self.search_path
        missing = [place for place in ("pg_temp", "pg_catalog") if place not in self.search_path]
        return (*missing, *self.search_path)


def parse(text: str, lexed: Lexed, engine: Engine) -> exp.Expression | str:
    """Parse one statement; a string is the reason why there is no tree to trust."""
    try:
        dialect = Dialect.get_or_raise(engine.value)
        tokens = dialect.tokenizer_class(dialect=dialect).tokenize(text)
        if not _agrees(lexed, tokens):
            return "its quotes or comments can be read in two ways"
        if _is_explosive(tokens):
            return "it is nested too deeply"
        trees = dialect.parser().parse(tokens, text)
    except SqlglotError:
        return "its grammar is not known to the bastion"
    except RecursionError:
        return "it is nested too deeply"
    except Exception:  # noqa: BLE001
        # sqlglot raises bare TypeError, AttributeError and others on odd input.
        return "it cannot be parsed"
    if len(trees) != 1 or trees[0] is None:
        return "it is not exactly one statement"
    tree = trees[0]
    return tree if isinstance(tree, exp.Expression) else "it cannot be parsed"


def examine(tree: exp.Expression, lexed: Lexed, around: Surroundings) -> Findings:
    """Walk one parsed statement and gather what it does, reads, writes and calls."""
    findings = Findings()
    findings.effects.add(EffectClass.READ)
    structural = _structural(tree, lexed.tokens)
    for node in tree.walk():
        _node(node, findings, around)
    _relations(tree, findings, around)
    _calls(lexed.tokens, structural, findings, around)
    _clauses(tree, lexed.tokens, findings)
    if around.engine is Engine.POSTGRESQL:
        _postgresql_tokens(lexed.tokens, findings, around)
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
    literals are the same, and nothing is left out: else a quote or a comment is read in two ways.
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
            # sqlglot takes ``$`` and ``1`` apart.
            if own.kind is not Kind.PARAMETER:
                return False
            inside = end
            continue
        if own.kind is Kind.QUOTED and own.value != token.text:
            return False
        index, inside = index + 1, -1
    return index == count


_LITERALS = frozenset({Kind.STRING, Kind.QUOTED})


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
            findings.is_whole_table |= is_unconditional(node.args.get("where"))
        case exp.Delete():
            findings.add(EffectClass.DELETE)
            findings.is_whole_table |= is_unconditional(node.args.get("where"))
        case _:
            findings.add(EffectClass.MERGE)
            _merge(node, findings)
    for table in written_tables(node):
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
        return tuple(_aliased(node, table) for table in node.args["tables"])
    target = node.this
    if isinstance(target, exp.Schema):
        target = target.this
    if not isinstance(target, exp.Table):
        return ()
    if isinstance(node, exp.Update) and target.args.get("joins"):
        return (target, *(join.this for join in target.args["joins"] if _is_table(join.this)))
    return (target,)


def _is_table(node: object) -> bool:
    return isinstance(node, exp.Table)


def _aliased(node: exp.Delete, named: exp.Table) -> exp.Table:
    """Find the table that ``DELETE a FROM t AS a`` means by ``a``."""
    for table in node.find_all(exp.Table):
        if table.alias == named.name and table is not named:
            return table
    return named


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
    findings.fires += [
        one for one in relation.triggers if _is_set_off(one, node, is_replace=around.is_replace)
    ]
    if relation.rules:
        findings.doubt("A rewrite rule of the table changes what it does.")
    if relation.kind is RelationKind.FOREIGN:
        findings.add(EffectClass.OUTSIDE, "The table lies on another server.")
    if relation.kind is RelationKind.VIEW:
        findings.doubt("It writes through a view.")


SYSTEM_SCHEMAS = {
    Engine.POSTGRESQL: frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    Engine.MYSQL: frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
}
"""Where the servers keep their own tables; lower case."""


def _is_set_off(trigger: str, node: exp.Expr, *, is_replace: bool) -> bool:
    """Tell whether ``name (AFTER INSERT OR UPDATE, function)`` fires on this write."""
    words = trigger.rpartition(" (")[2].partition(",")[0].upper().split()
    events = _EVENTS.intersection(words)
    match node:
        case exp.Update():
            fired = {"UPDATE"}
        case exp.Delete():
            fired = {"DELETE"}
        case exp.Insert() if is_replace:
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


def identifier_name(node: object, engine: Engine) -> str:
    """Give a name as the server stores it: PostgreSQL folds what is not quoted."""
    if not isinstance(node, exp.Identifier):
        return node.name if isinstance(node, exp.Expression) else str(node)
    name: str = node.this
    if engine is Engine.POSTGRESQL and not node.args.get("quoted"):
        return name.lower()
    return name


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
        if relation is not None and _casts_unseen(relation, around.catalogue):
            findings.doubt(f"A column of {relation.name} has a type with casts of its own.")


def _casts_unseen(relation: Relation, catalogue: Catalogue) -> bool:
    types = catalogue.cast_columns
    return bool(types) and any(column.type_name in types for column in relation.columns)


def _view(relation: Relation, findings: Findings, around: Surroundings) -> None:
    if relation.kind is not RelationKind.VIEW:
        return
    inner = around.judge_read(relation.definition, around.depth + 1)
    findings.reads |= inner.reads
    findings.functions |= inner.functions
    if inner.effects != {EffectClass.READ}:
        findings.effects |= inner.effects
        findings.doubt(f"The view {relation.name} does more than read, or is not understood.")


def _calls(
    tokens: tuple[Token, ...], structural: frozenset[str], findings: Findings, around: Surroundings
) -> None:
    """Judge each name that a parenthesis follows."""
    grammar = _GRAMMAR[around.engine]
    for index in range(len(tokens) - 1):
        following = tokens[index + 1]
        if following.value != "(" or following.kind is not Kind.OPERATOR:
            continue
        token = tokens[index]
        if token.kind is not Kind.WORD and token.kind is not Kind.QUOTED:
            continue
        schema = _schema_before(tokens, index)
        name = token.value.lower() if around.engine is Engine.MYSQL else token.value
        if name == "operator" and around.engine is Engine.POSTGRESQL:
            _named_operator(_arguments(tokens, index + 1), findings)
            continue
        own = _own_functions(name, schema, around)
        if own:
            _own_call(name, own, findings, around)
        if own and schema not in {None, "pg_catalog"}:
            continue
        if token.kind is Kind.WORD and schema is None and name in grammar:
            continue
        if schema is None and name.lower() in structural:
            continue
        _built_in(name, schema, bool(own), _arguments(tokens, index + 1), findings, around)


def _named_operator(inside: tuple[Token, ...], findings: Findings) -> None:
    """``OPERATOR(schema.sign)``: only those of ``pg_catalog`` are built in."""
    is_named = bool(inside) and inside[0].kind is not Kind.OPERATOR
    if is_named and inside[0].value != "pg_catalog":
        findings.doubt("It uses an operator that is not built in.")


def _schema_before(tokens: tuple[Token, ...], index: int) -> str | None:
    if index >= 2 and tokens[index - 1].value == "." and tokens[index - 1].kind is Kind.OPERATOR:
        before = tokens[index - 2]
        return before.value if before.kind in {Kind.WORD, Kind.QUOTED} else ""
    return None


def _own_functions(name: str, schema: str | None, around: Surroundings) -> tuple[Function, ...]:
    found = around.catalogue.functions.get(name.lower(), ())
    if schema is None:
        return tuple(function for function in found if function.name.lower() == name.lower())
    return tuple(function for function in found if function.schema == schema)


def _own_call(
    name: str, candidates: tuple[Function, ...], findings: Findings, around: Surroundings
) -> None:
    """Judge a call of a user's function by the bodies of all of that name."""
    findings.functions.update(f"{one.schema}.{one.name}" for one in candidates)
    for function in candidates:
        if function.language.lower() == "c":
            _compiled(name, findings, around)
            continue
        body = _body(function, around.engine)
        if body is None or function.is_procedure:
            findings.doubt(f"The function {name} is written in {function.language}.")
            continue
        inner = around.judge_read(body, around.depth + 1)
        findings.reads |= inner.reads
        findings.functions |= inner.functions
        if inner.effects != {EffectClass.READ}:
            findings.effects |= inner.effects
            findings.doubt(f"The function {name} does more than read, or is not understood.")


def _compiled(name: str, findings: Findings, around: Surroundings) -> None:
    """Only a superuser makes a function in C, so an extension's reviewed name can be trusted."""
    effect = effect_of(name, around.engine)
    if effect is None:
        findings.doubt(f"The function {name} is not known.")
    elif effect is not FunctionEffect.PURE:
        findings.add(EFFECT_CLASSES[effect], _EFFECT_WORDS[effect].format(name=name))


def _body(function: Function, engine: Engine) -> str | None:
    """Give what an SQL function runs, as statements; None when it cannot be judged."""
    body = function.body.strip().rstrip(";").strip()
    if function.language.lower() != "sql" or not body:
        return None
    if body[:6].lower() == "return" and not body[6:7].isalnum():
        return f"SELECT ({body[6:].strip()})"
    return None if engine is Engine.MYSQL else body


def _arguments(tokens: tuple[Token, ...], opening: int) -> tuple[Token, ...]:
    depth = 0
    for index in range(opening, len(tokens)):
        token = tokens[index]
        if token.kind is Kind.OPERATOR and token.value in "()":
            depth += 1 if token.value == "(" else -1
            if depth == 0:
                return tokens[opening + 1 : index]
    return tokens[opening + 1 :]


def _built_in(
    name: str,
    schema: str | None,
    is_own: bool,
    arguments: tuple[Token, ...],
    findings: Findings,
    around: Surroundings,
) -> None:
    effect = effect_of(name, around.engine) if _may_be_built_in(schema, around) else None
    if effect is None:
        if not is_own:
            findings.doubt(f"The function {name} is not known.")
        return
    if effect is FunctionEffect.PURE:
        return
    if effect is FunctionEffect.SLEEP and _is_literal(arguments):
        return
    findings.add(EFFECT_CLASSES[effect], _EFFECT_WORDS[effect].format(name=name))


def _may_be_built_in(schema: str | None, around: Surroundings) -> bool:
    if schema is None:
        return True
    # Extensions live in any schema; their functions are written in C and pass as own calls.
    return schema in {"pg_catalog", "information_schema"} and around.engine is Engine.POSTGRESQL


def _is_literal(arguments: tuple[Token, ...]) -> bool:
    return len(arguments) == 1 and arguments[0].kind in {Kind.NUMBER, Kind.STRING}


_EFFECT_WORDS = {
    FunctionEffect.SLEEP: "The function {name} waits for a time that is computed.",
    FunctionEffect.SESSION: "The function {name} changes the session.",
    FunctionEffect.WRITES: "The function {name} changes stored data.",
    FunctionEffect.ADMIN: "The function {name} takes locks, changes settings or administers.",
    FunctionEffect.OUTSIDE: "The function {name} reaches files, servers or other sessions.",
    FunctionEffect.TEXT: "The function {name} runs or reads what a string names.",
}


def _postgresql_tokens(tokens: tuple[Token, ...], findings: Findings, around: Surroundings) -> None:
    """Judge what calls functions without a parenthesis: casts, operators, ``row.function``."""
    catalogue = around.catalogue
    for index, token in enumerate(tokens):
        if token.kind is Kind.STRING and index:
            _typed_literal(tokens[index - 1], findings)
        elif token.kind in _NAMES and index and catalogue.functions:
            _attribute(tokens, index, findings, around)
    if catalogue.operators:
        _operators(tokens, catalogue.operators, findings)


_NAMES = frozenset({Kind.WORD, Kind.QUOTED})


def _typed_literal(before: Token, findings: Findings) -> None:
    """``name 'text'`` casts to a type of that name: only built-in types are known."""
    if before.kind is Kind.QUOTED or (
        before.kind is Kind.WORD and before.value not in _BEFORE_STRING
    ):
        findings.doubt(f"A string of the type {before.value}, which is not known.")


def _attribute(
    tokens: tuple[Token, ...], index: int, findings: Findings, around: Surroundings
) -> None:
    """``row.name`` calls a function where the row has no such column."""
    name = tokens[index].value
    own = around.catalogue.functions.get(name.lower(), ())
    if tokens[index - 1].value != "." or not own:
        return
    if index + 1 < len(tokens) and tokens[index + 1].value == "(":
        return
    relations = [around.resolve(key[1], key[0])[1] for key in findings.reads | findings.writes]
    if relations and all(one is not None and one.column(name) for one in relations):
        return
    # More arguments may have defaults.
    candidates = tuple(one for one in own if one.argument_count >= 1)
    if candidates:
        _own_call(name, candidates, findings, around)


def _operators(tokens: tuple[Token, ...], own: frozenset[str], findings: Findings) -> None:
    run, end = "", -1
    for token in (*tokens, Token(Kind.WORD, "", -1, -1)):
        if token.kind is Kind.OPERATOR and token.value in _OPERATOR_LETTERS and token.start == end:
            run, end = run + token.value, token.end
            continue
        if run and any(operator in run for operator in own):
            findings.doubt("It uses an operator that is not built in.")
            return
        is_start = token.kind is Kind.OPERATOR and token.value in _OPERATOR_LETTERS
        run, end = (token.value, token.end) if is_start else ("", -1)


_OPERATOR_LETTERS = "+-*/<>=~!@#%^&|`?"


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
        ColumnConstraint NotNullColumnConstraint PathColumnConstraint DefaultColumnConstraint
    """
    refused = {exp.PropertyEQ, exp.NextValueFor, exp.Dot}
    found = {getattr(exp, name) for name in names.split() if hasattr(exp, name)}
    for value in vars(exp).values():
        if isinstance(value, type) and issubclass(value, (exp.Func, exp.Binary, exp.Unary)):
            found.add(value)
    return frozenset((found - refused) | {exp.Dot})


_ALLOWED = _allowed()


def _list(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COMMON_GRAMMAR = """
    select from where and or not in as on using when then else case by over filter within group
    having limit offset union except intersect all any some exists lateral distinct values sets
    rollup cube between like is set with recursive returning join escape row rows order having
    cross inner left right full natural window partition into table only end interval
    columns path passing nested do of
"""
_GRAMMAR = {
    Engine.POSTGRESQL: _list(
        f"""{_COMMON_GRAMMAR}
        ilike similar to materialized array conflict system bernoulli precision decimal
        numeric varchar char character bit varbit time timestamp timestamptz timetz
        variadic symmetric asymmetric xmlnamespaces ordinality key value fetch first next
        overlaps collation varying for update nothing insert grouping repeatable"""
    ),
    Engine.MYSQL: _list(
        f"""{_COMMON_GRAMMAR}
        regexp rlike div mod xor binary index key use force ignore decimal against collate
        straight_join distinctrow dual unsigned signed nchar varbinary separator update
        duplicate partition exclude sounds varchar bigint int integer tinyint smallint
        mediumint text datetime numeric double float bit enum"""
    ),
}
_BEFORE_STRING = _list(
    """
    select and or not in as on when then else case by where having like ilike similar to
    escape between symmetric is from for in limit offset union all any some distinct values
    returning with date time timestamp timestamptz timetz interval zone without bit varbit int
    int2 int4 int8 integer bigint smallint numeric decimal real float float4 float8 precision
    double bool boolean text varchar char character bpchar varying name json jsonb jsonpath
    uuid inet cidr macaddr macaddr8 money xml bytea point line lseg box path polygon circle
    regclass regproc regprocedure regtype regrole regnamespace regoper regoperator regconfig
    regdictionary regcollation oid xid tsquery tsvector int4range int8range numrange tsrange
    tstzrange daterange int4multirange nummultirange tsmultirange tstzmultirange
    datemultirange pg_lsn placing leading trailing both position day month year hour minute
    second using of default set name end collate overlaps passing content document option
    uescape key value
    """
)
