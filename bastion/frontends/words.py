"""The words of ``ssh HOST WORDS``: what they ask for, read by one fixed rule.

The string is not a shell line and never meets a shell. ssh joins its words with blanks after the
user's own shell has eaten one layer of quotes, so the SQL must not be split and joined again:

    1. The first word is a verb or a target. Flags are read left to right up to ``-c``.
    2. After ``-c``: where the whole rest is exactly one word by POSIX rules (the user quoted
       twice), that word is the SQL. Else the rest, byte for byte, is.
    3. Where the rest ends in one of our flags, it came too late: ``--csv`` would be a comment.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import re
import shlex
from dataclasses import dataclass

from bastion.errors import UsageError

VERBS = (
    "targets", "whoami", "help", "req", "rec", "sessions", "watch", "kill", "mcp", "review",
    "breakglass", "budget", "grant",
)  # fmt: skip
FORMATS = ("table", "csv", "tsv", "json", "jsonl", "markdown", "vertical")
_FORMAT_FLAGS = tuple(f"--{name}" for name in FORMATS if name != "table")
_VALUE_FLAGS = ("--format", "--limit", "--timeout", "--reason", "--wait", "--on-error")
_PLAIN_FLAGS = ("--no-wait", "--read-only", "--dry-run", "--stats", "--quiet")
_LONG_FLAGS = (*_FORMAT_FLAGS, *_VALUE_FLAGS, *_PLAIN_FLAGS)
_SHORT_FLAGS = "tAxq"
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)?")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}
_LATE_SHORT = re.compile(rf"-[{_SHORT_FLAGS}]+")


class WordsKind(enum.Enum):
    """What a channel's words ask for, as far as the transport must know."""

    SHELL = "shell"
    """The SQL shell on ``Words.target``."""
    PICKER = "picker"
    """No words, no target, a terminal: choose one."""
    REVIEW = "review"
    MCP = "mcp"
    EXEC = "exec"
    """Everything else, mistakes included: ``command.run_command``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How the transport should serve a channel."""

    kind: WordsKind
    target: str = ""
    """For SHELL; not checked to exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecRequest:
    """``TARGET [flags] [-c SQL]``, understood."""

    target: str
    sql: str | None = None
    """None: it comes on stdin."""
    format: str = "table"
    is_tuples_only: bool = False
    is_unaligned: bool = False
    is_expanded: bool = False
    limit: int | None = None
    timeout_s: float | None = None
    reason: str = ""
    wait_s: float | None = None
    """None: not said; the caller's default applies."""
    is_read_only: bool = False
    is_dry_run: bool = False
    stop_on_error: bool = True
    is_quiet: bool = False
    has_stats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbRequest:
    """``VERB words… [--json] [--reason TEXT]``, understood as far as all verbs agree."""

    verb: str
    words: tuple[str, ...] = ()
    is_json: bool = False
    format: str = ""
    reason: str = ""
    wait_s: float | None = None
    limit: int | None = None
    is_all: bool = False


def classify(command: str, *, has_terminal: bool, default_target: str = "") -> Words:
    """Tell the transport what the words ask for; never raises.

    Args:
        default_target: of ``USER+TARGET``; empty when the login named none.
    """
    first = first_word(command)
    if first in _OWN_KINDS:
        return Words(kind=_OWN_KINDS[first])
    if not has_terminal or first in VERBS:
        return Words(kind=WordsKind.EXEC, target="" if first else default_target)
    if not command.strip() and not default_target:
        return Words(kind=WordsKind.PICKER)
    try:
        request = parse(command, default_target=default_target)
    except UsageError:
        return Words(kind=WordsKind.EXEC)
    if isinstance(request, ExecRequest) and request.sql is None:
        return Words(kind=WordsKind.SHELL, target=request.target)
    return Words(kind=WordsKind.EXEC)


_OWN_KINDS = {"review": WordsKind.REVIEW, "mcp": WordsKind.MCP}


def without_values(text: str, request: ExecRequest | VerbRequest | None) -> str:
    """Give the words as the header keeps them: no part of a header can ever be taken out.

    SQL, a reason and what is searched for may say a value, and are left out.
    """
    if request is None:
        return _LEFT_OUT
    if isinstance(request, VerbRequest):
        is_search = request.words[:1] == ("list",) and len(request.words) > 1
        if not is_search and not request.reason:
            return text
        kept = request.words[:1] if is_search else request.words
        return " ".join((request.verb, *kept, _LEFT_OUT))
    if request.sql is None and not request.reason:
        return text
    begins = _VALUES_BEGIN.search(text)
    if begins is None:
        return f"{request.target} {_LEFT_OUT}"
    return f"{text[: begins.start()]} {begins[1]} {_LEFT_OUT}"


_LEFT_OUT = "…"
_VALUES_BEGIN = re.compile(r"\s[\"'\\]*(-[A-Za-z]*c|--reason)(?=[\s\"']|$)")


def first_word(command: str) -> str:
    """Give the first word, empty when there is none or its quotes are open."""
    try:
        word, _ = _next_word(command, 0)
    except ValueError:
        return ""
    return word or ""


def parse(command: str, *, default_target: str = "") -> ExecRequest | VerbRequest:
    """Read the words of one exec.

    Raises:
        UsageError: with the words to write instead.
    """
    try:
        first, position = _next_word(command, 0)
    except ValueError:
        raise UsageError(f"A quote is left open. {_FORMS}") from None
    if not first:
        if default_target:
            return ExecRequest(target=default_target)
        raise UsageError(f"Say what to do. {_FORMS}")
    if first in _OWN_KINDS and _OWN_KINDS[first] is WordsKind.MCP:
        raise UsageError(
            "mcp is not offered yet. Agents use: ssh HOST TARGET --format json < query.sql"
        )
    if first in VERBS:
        return _parse_verb(first, command[position:])
    if first.startswith("-"):
        if not default_target:
            raise UsageError(f"The target comes first, before {first}. {_FORMS}")
        first, position = default_target, 0
    return _parse_exec(first, command, position)


def parse_duration(text: str, *, flag: str) -> float:
    """Read ``5``, ``5s``, ``1m``, ``500ms`` or ``2h`` as seconds.

    Raises:
        UsageError: it is none of these.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise UsageError(f"{flag} takes a duration such as 30s or 5m, not {text[:40]!r}.")
    return float(match[1]) * _UNIT_S[match[2]]


_FORMS = (
    "Write: ssh HOST TARGET < q.sql   or: ssh HOST TARGET -c 'SELECT …'   "
    "or one of the verbs; ssh HOST help lists them."
)


def _parse_exec(target: str, command: str, position: int) -> ExecRequest:
    request = ExecRequest(target=target)
    while True:
        try:
            word, position = _next_word(command, position)
        except ValueError:
            raise UsageError(f"A quote before -c is left open. {_FORMS}") from None
        if word is None:
            return request
        if word == "-c" or re.fullmatch(rf"-[{_SHORT_FLAGS}]*c", word):
            request = _apply_short(request, word[1:-1])
            return dataclasses.replace(request, sql=_statement_text(target, command[position:]))
        if word in ("-f", "--file"):
            raise UsageError(
                "-f would name a file on the bastion, and there is none of yours. "
                f"Write: ssh HOST {target} < FILE"
            )
        request, position = _apply(request, word, command, position)


def _apply(request: ExecRequest, word: str, command: str, position: int) -> tuple[ExecRequest, int]:
    name, has_value, value = word.partition("=")
    if re.fullmatch(rf"-[{_SHORT_FLAGS}]+", word):
        return _apply_short(request, word[1:]), position
    if name in _VALUE_FLAGS:
        if not has_value:
            value, position = _flag_value(name, command, position)
        if name == "--reason":
            more, position = _free_words(command, position)
            value = " ".join((value, *more))
        return _apply_value(request, name, value), position
    if has_value or not word.startswith("-"):
        raise UsageError(_unexpected(request.target, word))
    return _apply_plain(request, word), position


def _apply_short(request: ExecRequest, letters: str) -> ExecRequest:
    for letter in letters:
        match letter:
            case "t":
                request = dataclasses.replace(request, is_tuples_only=True)
            case "A":
                request = dataclasses.replace(request, is_unaligned=True)
            case "x":
                request = dataclasses.replace(request, is_expanded=True)
            case _:
                request = dataclasses.replace(request, is_quiet=True)
    return request


def _apply_plain(request: ExecRequest, word: str) -> ExecRequest:
    if word in _FORMAT_FLAGS:
        return dataclasses.replace(request, format=word[2:])
    match word:
        case "--no-wait":
            return dataclasses.replace(request, wait_s=0.0)
        case "--read-only":
            return dataclasses.replace(request, is_read_only=True)
        case "--dry-run":
            return dataclasses.replace(request, is_dry_run=True)
        case "--stats":
            return dataclasses.replace(request, has_stats=True)
        case "--quiet":
            return dataclasses.replace(request, is_quiet=True)
        case _:
            raise UsageError(_unexpected(request.target, word))


def _apply_value(request: ExecRequest, name: str, value: str) -> ExecRequest:
    match name:
        case "--format":
            return dataclasses.replace(request, format=_check_format(value))
        case "--limit":
            return dataclasses.replace(request, limit=_check_limit(value))
        case "--timeout":
            timeout_s = parse_duration(value, flag=name)
            if timeout_s <= 0:
                raise UsageError("--timeout takes a time above zero, such as 30s.")
            return dataclasses.replace(request, timeout_s=timeout_s)
        case "--reason":
            return dataclasses.replace(request, reason=value)
        case "--wait":
            return dataclasses.replace(request, wait_s=parse_duration(value, flag=name))
        case _:
            if value not in ("stop", "continue"):
                raise UsageError("--on-error takes stop or continue.")
            return dataclasses.replace(request, stop_on_error=value == "stop")


def _check_format(value: str) -> str:
    if value not in FORMATS:
        raise UsageError(f"--format takes {', '.join(FORMATS)}.{_nearest(value, FORMATS)}")
    return value


def _check_limit(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", value):
        raise UsageError("--limit takes a number of rows, such as 500.")
    return int(value)


def _flag_value(name: str, command: str, position: int) -> tuple[str, int]:
    try:
        value, after = _next_word(command, position)
    except ValueError:
        raise UsageError(f"The quote after {name} is left open.") from None
    if value is None or value == "-c":
        raise UsageError(f"{name} needs a value before -c.")
    return value, after


def _free_words(command: str, position: int) -> tuple[list[str], int]:
    """Take the words up to the next flag: the user's shell ate the quotes around a sentence."""
    words: list[str] = []
    while True:
        try:
            word, after = _next_word(command, position)
        except ValueError:
            raise UsageError("The quote after --reason is left open.") from None
        if word is None or word.startswith("-"):
            return words, position
        words.append(word)
        position = after


def _statement_text(target: str, tail: str) -> str:
    # ssh joins by one blank; what follows it is the user's, byte for byte.
    rest = tail[1:] if tail[:1].isspace() else tail
    if not rest.strip():
        raise UsageError(f"-c needs a statement. Write: ssh HOST {target} -c 'SELECT 1'")
    # A backslash at the start is a meta-command whose own quotes were eaten: `-c '\dt'`.
    if not rest.lstrip().startswith("\\"):
        try:
            words = shlex.split(rest)
        except ValueError:
            words = []
        if len(words) == 1:
            return words[0]
    late = _late_flag(rest)
    if late:
        raise UsageError(
            f"{late} came after -c; ssh drops your quotes. "
            f"Write: ssh HOST {target} {late} -c '…'   or: ssh HOST {target} {late} < q.sql"
        )
    return rest


def _late_flag(text: str) -> str:
    words = text.split()
    if len(words) > 1:
        name = words[-1].partition("=")[0]
        if name in _LONG_FLAGS or _LATE_SHORT.fullmatch(words[-1]):
            return words[-1]
    if len(words) > 2 and words[-2] in _VALUE_FLAGS:
        return f"{words[-2]} {words[-1]}"
    return ""


def _parse_verb(verb: str, rest: str) -> VerbRequest:
    try:
        words = shlex.split(rest)
    except ValueError:
        # An apostrophe in a reason (`--reason don't`) whose own quotes the shell has eaten.
        words = rest.split()
    request = VerbRequest(verb=verb)
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        name, has_value, value = word.partition("=")
        if name in ("--reason", "--format", "--wait", "--limit", "--purpose"):
            values = [value] if has_value else []
            while position < len(words) and (not values or _is_reason(name)):
                if words[position].startswith("--"):
                    break
                values.append(words[position])
                position += 1
            request = _apply_verb_value(request, name, values)
        elif word == "--json":
            request = dataclasses.replace(request, is_json=True)
        elif word == "--all":
            request = dataclasses.replace(request, is_all=True)
        elif word == "--no-wait":
            request = dataclasses.replace(request, wait_s=0.0)
        elif word.startswith("-"):
            known = ("--json", "--all", "--reason", "--format", "--wait", "--no-wait", "--limit")
            raise UsageError(f"{verb} does not know {word}.{_nearest(word, known)}")
        else:
            request = dataclasses.replace(request, words=(*request.words, word))
    return request


def _is_reason(name: str) -> bool:
    return name in ("--reason", "--purpose")


def _apply_verb_value(request: VerbRequest, name: str, values: list[str]) -> VerbRequest:
    if not values:
        raise UsageError(f"{name} needs a value.")
    match name:
        case "--format":
            return dataclasses.replace(
                request, format=values[0], is_json=request.is_json or values[0] == "json"
            )
        case "--wait":
            return dataclasses.replace(request, wait_s=parse_duration(values[0], flag=name))
        case "--limit":
            return dataclasses.replace(request, limit=_check_limit(values[0]))
        case _:
            return dataclasses.replace(request, reason=" ".join(values))


def _unexpected(target: str, word: str) -> str:
    if word.startswith("-"):
        flags = (*_LONG_FLAGS, "-t", "-A", "-x", "-q", "-c")
        return f"There is no flag {word[:60]}.{_nearest(word, flags)} ssh HOST help lists them."
    return (
        f"The word {word[:60]!r} is not a flag; SQL comes after -c or on stdin. "
        f"Write: ssh HOST {target} < q.sql   or: ssh HOST {target} -c '…'"
    )


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _next_word(text: str, position: int) -> tuple[str | None, int]:
    """Read one POSIX word from ``position``; None at the end.

    Raises:
        ValueError: a quote is left open.
    """
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    if position >= len(text):
        return None, position
    start = position
    quote = ""
    while position < len(text):
        char = text[position]
        if char == "\\" and quote != "'":
            position += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in " \t\r\n":
            break
        position += 1
    words = shlex.split(text[start:position])
    return (words[0] if words else ""), position
