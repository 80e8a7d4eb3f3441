"""Finds the literals of passwords and keys in statements, so that no record ever holds one.

For transcripts, history, logs, headers and what is echoed while it is typed. The text is cut into
tokens as PostgreSQL and as MySQL would, both whatever the engine: a form that either takes for a
secret is one. What stands inside a string (a connection string, an inner statement) is looked at
in the same way. A text that does not lex is scrubbed to its end from where it is left open.

It errs on the side of taking out more. What it cannot know: a secret in a place that has no name,
such as ``SET @a = '…'`` or the values of an INSERT.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from bastion.core.lexer import Kind, Token, lex
from bastion.core.model import Engine

HIDDEN = "***"
_QUOTED = f"'{HIDDEN}'"
_DEPTH_MAX = 4
_SHORT_MAX = 3
"""Shorter words are not looked for in what a server says: they are in everything."""

Span = tuple[int, int]


def scrub_secrets(text: str) -> str:
    """Replace the literals of passwords and keys by ``'***'``."""
    return text if _TRIGGER.search(text) is None else _scrubbed(text, 0)


def cut_at_secret(text: str) -> str:
    """Keep what is before the first word that may announce a secret: for what cannot be read."""
    found = _TRIGGER.search(text)
    return text if found is None else f"{text[: found.end()]} {HIDDEN}"


@functools.lru_cache(maxsize=8)
def secret_spans(text: str) -> tuple[Span, ...]:
    """Find where those literals stand, ``(start, end)``; one that is still being typed counts."""
    if _TRIGGER.search(text) is None:
        return ()
    spans = [(start, end) for start, end, _ in _replacements(text, 0)]
    spans += (
        (found.end(1), found.end())
        for pattern in (*(one for one, _ in _PATTERNS), _URL_BEGUN)
        for found in pattern.finditer(text)
        if found.end(1) < len(text)
    )
    return tuple(sorted(set(spans)))


def secret_parameters(text: str) -> frozenset[int]:
    """Find which parameters, ``$n`` or the n-th ``?``, stand where a secret does; from 1."""
    if _TRIGGER.search(text) is None:
        return frozenset()
    found: set[int] = set()
    for engine in Engine:
        tokens = lex(text, engine).tokens
        places = [token.start for token in tokens if token.value == "?"]
        for token in _secrets(tokens):
            if token.kind is Kind.PARAMETER:
                found.add(int(token.value[1:]))
            elif token.value == "?":
                found.add(places.index(token.start) + 1)
    return frozenset(found)


def hide_secrets(said: str, statement: str) -> str:
    """Take out of what a server says the secrets of the statement that it speaks of."""
    if _TRIGGER.search(statement) is not None:
        for start, end in secret_spans(statement):
            raw = statement[start:end]
            for word in {raw, raw.strip("'\""), raw.lstrip("eEnN").strip("'").replace("''", "'")}:
                if len(word) >= _SHORT_MAX:
                    said = said.replace(word, HIDDEN)
    return scrub_secrets(said)


def _scrubbed(text: str, depth: int) -> str:
    parts, done = [], 0
    for start, end, replacement in _merged(_replacements(text, depth)):
        parts += [text[done:start], replacement]
        done = end
    text = "".join([*parts, text[done:]])
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _merged(found: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Make one of those that overlap: the two engines may see quotes in different places."""
    merged: list[tuple[int, int, str]] = []
    for start, end, replacement in found:
        if not merged or start >= merged[-1][1]:
            merged.append((start, end, replacement))
        elif end > merged[-1][1]:
            merged[-1] = (merged[-1][0], end, _QUOTED)
    return merged


def _replacements(text: str, depth: int) -> list[tuple[int, int, str]]:
    """Give what is to be replaced, in order, the widest first, and by what."""
    found: set[tuple[int, int, str]] = set()
    for engine in Engine:
        lexed = lex(text, engine)
        tokens = lexed.tokens
        left = _left_open(text, tokens, lexed.open_construct)
        if left is not None:
            tokens = (*tokens, left)
        for token in _secrets(tokens):
            found.add((token.start, token.end, _QUOTED))
        if depth < _DEPTH_MAX:
            found |= set(_inner(text, tokens, depth))
    return sorted(found, key=lambda one: (one[0], -one[1], one[2] != _QUOTED))


def _left_open(text: str, tokens: Sequence[Token], construct: str) -> Token | None:
    """Take a literal that is not closed for one that ends with the text."""
    if construct not in {"'", '"', "$", "`"}:
        return None
    after = tokens[-1].end if tokens else 0
    opened = _OPENS.search(text, after)
    if opened is None:
        return None
    return Token(Kind.STRING, text[opened.end() :], opened.start(), len(text))


def _inner(text: str, tokens: Sequence[Token], depth: int) -> Iterator[tuple[int, int, str]]:
    """Look into strings: connection strings, inner statements, JSON."""
    for token in tokens:
        if token.kind is not Kind.STRING or _TRIGGER.search(token.value) is None:
            continue
        scrubbed = _scrubbed(token.value, depth + 1)
        if scrubbed == token.value:
            continue
        raw = text[token.start : token.end]
        tag = _TAG.match(raw)
        if tag is not None:
            yield token.start, token.end, f"{tag[0]}{scrubbed}{tag[0]}"
        else:
            quoted = scrubbed.replace("'", "''")
            yield token.start, token.end, f"'{quoted}'"


# Where secrets stand


def _secrets(tokens: Sequence[Token]) -> Iterator[Token]:
    first = 0
    for index, token in enumerate(tokens):
        if token.kind is Kind.OPERATOR and token.value == ";":
            first = index + 1
        name = token.value.lower() if token.kind in (Kind.WORD, Kind.QUOTED, Kind.STRING) else ""
        if token.kind is Kind.WORD and name == "identified":
            yield from _identified(tokens, index + 1)
        elif token.kind is Kind.WORD and name in _FUNCTIONS:
            yield from _arguments(tokens, index + 1, first=_FUNCTIONS[name])
        if token.kind is Kind.STRING and _INSIDE_OUT.search(token.value):
            yield from _word_run(tokens[index + 1 :], token.end)
        if _NAME.fullmatch(name):
            yield from _value(
                tokens, index + 1, is_bare=_is_of_account(tokens[first : first + 4], token)
            )


def _value(tokens: Sequence[Token], index: int, *, is_bare: bool) -> Iterator[Token]:
    """Give the literal that a name is given: ``PASSWORD = 'x'``, ``password: "x"``."""
    if index < len(tokens) and tokens[index].value.lower() == "for":
        while index < len(tokens) and tokens[index].value.lower() not in {"=", "to", ";"}:
            index += 1
    steps = 0
    while index < len(tokens) and tokens[index].value.lower() in _BETWEEN and steps < _STEPS_MAX:
        index, steps = index + 1, steps + 1
    if index >= len(tokens):
        return
    literals = list(_literals(tokens, index))
    yield from literals
    token = tokens[index]
    is_word = token.kind in (Kind.WORD, Kind.NUMBER)
    if not literals and is_bare and is_word and token.value.lower() not in _NO_SECRETS:
        # Somebody forgot the quotes; the server says "syntax error" and repeats the word.
        yield from _word_run(tokens[index:], tokens[index].start)


def _word_run(tokens: Sequence[Token], end: int) -> Iterator[Token]:
    """Give the tokens that stand together, the first at ``end``, without a space between them."""
    for token in tokens:
        if token.start != end or token.value == ";":
            return
        yield token
        end = token.end


def _literals(tokens: Sequence[Token], index: int) -> Iterator[Token]:
    """Give the strings from here on that the server reads as one; or a parameter, or hex."""
    for place in range(index, len(tokens)):
        token = tokens[place]
        if place == index and _is_introducer(tokens, place):
            continue
        is_hex = token.kind is Kind.NUMBER and token.value[:2].lower() == "0x"
        is_parameter = token.kind is Kind.PARAMETER or token.value == "?"
        is_quoted = token.kind is Kind.QUOTED and place == index
        if token.kind is Kind.STRING or is_hex or is_quoted:
            yield token
            continue
        if is_parameter and place == index:
            yield token
        return


def _is_introducer(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a word belongs to the string behind it: ``_utf8mb4'x'``, ``E'x'``."""
    if tokens[place].kind is not Kind.WORD or place + 1 == len(tokens):
        return False
    following = tokens[place + 1]
    return following.kind is Kind.STRING and following.start == tokens[place].end


def _identified(tokens: Sequence[Token], index: int) -> Iterator[Token]:
    """Give all secrets of ``IDENTIFIED BY 'x' REPLACE 'y' AND IDENTIFIED VIA p USING 'z'``."""
    for place in range(index, len(tokens)):
        token, before = tokens[place], tokens[place - 1].value.lower()
        word = token.value.lower()
        if word == ";" or (token.kind is Kind.WORD and word in _AFTER_IDENTIFIED):
            return
        following = tokens[place + 1].value if place + 1 < len(tokens) else ""
        is_name = before in {"@", ",", "with", "via", "or"} or following == "@"
        is_hex = token.kind is Kind.NUMBER
        is_bare = token.kind is Kind.WORD and before == "by" and word not in _NO_SECRETS
        is_literal = token.kind in (Kind.STRING, Kind.QUOTED) and not is_name
        is_parameter = token.kind is Kind.PARAMETER or word == "?"
        if is_literal or is_parameter or is_hex or is_bare:
            yield token


def _arguments(tokens: Sequence[Token], index: int, *, first: int) -> Iterator[Token]:
    """Give the literals in a call's arguments, from the n-th on."""
    if index >= len(tokens) or tokens[index].value != "(":
        return
    depth, argument = 0, 0
    for token in tokens[index:]:
        value = token.value
        if token.kind is Kind.OPERATOR and value in "()":
            depth += 1 if value == "(" else -1
            if depth == 0:
                return
        elif token.kind is Kind.OPERATOR and value == "," and depth == 1:
            argument += 1
        elif argument >= first and _may_be_secret(token):
            yield token


def _may_be_secret(token: Token) -> bool:
    is_parameter = token.kind is Kind.PARAMETER or token.value == "?"
    is_literal = token.kind is Kind.STRING or token.value[:2].lower() == "0x"
    return is_parameter or (is_literal and token.value.lower() not in _ENCODINGS)


def _is_of_account(begin: Sequence[Token], token: Token) -> bool:
    """Tell whether a password's word stands in a statement that gives an account one.

    Args:
        begin: first words of the statement.
    """
    head = [one.value.lower() for one in begin]
    is_account = bool({"user", "role", "group"} & set(head[1:4]))
    return is_account and head[0] in {"create", "alter"} and token.kind is Kind.WORD


_TRIGGER = re.compile(
    r"pass(?:word|wd|phrase|key)|\bpwd\b|identified|secret|api_?key|account_?key|access_?key"
    r"|token|credential|encryption_?key|sslkey|private_?key|crypt|hmac|\bencode\b|\bdecode\b"
    r"|://[^\s/]*[:@]",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:[a-z0-9]+_)*(?:password|passwd|pwd|passphrase|passkey|secret|secret_access_key"
    r"|access_key_id|access_key|api_?key|account_?key|sslpassword|sslkey|private_?key"
    r"|encryption_?key|credentials?|token)"
)
_INSIDE_OUT = re.compile(
    rf"(?:\b{_NAME.pattern}|\bidentified\s(?:.*\s)?(?:by|as|using))[\s=(]*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""What looks like a string and is what stood between two: a quote too many came before."""
_BETWEEN = frozenset(["=", ":", ">", "(", "to", "by", "as", "is"])
_STEPS_MAX = 4
_NO_SECRETS = frozenset(
    "null expire default history reuse require optional lock_time random password login nologin"
    " valid superuser nosuperuser createdb inherit noinherit with in role user account".split()
)
_AFTER_IDENTIFIED = frozenset(
    ["identified", "require", "attribute", "comment", "account", "default"]
)
_FUNCTIONS = {
    **dict.fromkeys(
        "pgp_sym_encrypt pgp_sym_encrypt_bytea pgp_sym_decrypt pgp_sym_decrypt_bytea"
        " pgp_pub_decrypt pgp_pub_decrypt_bytea hmac encrypt decrypt encrypt_iv decrypt_iv"
        " aes_encrypt aes_decrypt des_encrypt des_decrypt encode decode".split(),
        1,
    ),
    **dict.fromkeys("crypt password old_password encrypt_password".split(), 0),
}
"""Functions, and the first of their arguments that may be a secret."""
_ENCODINGS = frozenset(["hex", "base64", "escape"])
_OPENS = re.compile(r"[eEnN]?'|\"|`|\$\w*\$")
_TAG = re.compile(r"\$\w*\$")
_URL_BEGUN = re.compile(r"(\b[a-z][a-z0-9+]*://[^\s:/@']*:)[^\s/'@]+\Z", re.IGNORECASE)
"""While it is typed, what is behind the colon may be a port as well."""
# What no token shows: the bare words of connection strings and URLs.
_PATTERNS = (
    (
        re.compile(
            r"(\b(?:\w+_)?(?:password|passwd|pwd|passphrase|access_key|access_key_id|account_key"
            r"|accountkey|api_key|secret|sslpassword)\s*=\s*)(?!\s*['\"])(?!\*\*\*)"
            r"(?!--|/\*|\#\s|[>$:@?\[(])(?:\\.|[^\s'\";&)\\])+",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    (
        re.compile(r"(\b[a-z][a-z0-9+]*://[^\s:/@']*:)[^\s/']+(?=@)", re.IGNORECASE),
        rf"\1{HIDDEN}",
    ),
)
