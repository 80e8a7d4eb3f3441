"""The words and flags of the command line, as argparse reads them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from bastion import __version__

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_ROLES = ("engineer", "reviewer", "auditor", "admin")
_ENVIRONMENTS = ("production", "staging", "development")
CLASSES = (
    "email", "phone", "card", "ssn", "iban", "birth_date", "password", "token", "ip_address",
    "address", "private", "secret",
)  # fmt: skip
"""What a person may say that a column holds; those of ``core.styles.FITTING``."""


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Read the words; wrong ones end the program with code 2 and a usage line.

    ``--dir`` is taken before or after the subcommand.
    """
    directory, rest = _take_dir(list(words))
    parsed = _parser().parse_args(rest)
    parsed.dir = directory
    return parsed


def duration_s(text: str) -> float:
    """Read ``90``, ``90s``, ``15m``, ``8h``, ``30d`` or ``2w`` as seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhdw]?)", text)
    if found is None or float(found.group(1)) <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; write 90s, 15m, 8h or 30d")
    return float(found.group(1)) * _UNITS_S[found.group(2) or "s"]


def _take_dir(words: list[str]) -> tuple[str | None, list[str]]:
    """Take ``--dir DIR`` out of the words, wherever it stands before a ``--``."""
    rest: list[str] = []
    directory: str | None = None
    while words:
        word = words.pop(0)
        if word == "--":
            return directory, [*rest, word, *words]
        if word == "--dir" and words:
            directory = words.pop(0)
        elif word.startswith("--dir="):
            directory = word.removeprefix("--dir=")
        else:
            rest.append(word)
    return directory, rest


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bastion",
        description="An SSH bastion for databases: governed, masked, approved, recorded.",
        epilog="--dir DIR, before or after the command, chooses the state directory "
        "(else $BASTION_DIR, /var/lib/bastion, ~/.local/state/bastion).",
    )
    parser.add_argument("--version", action="version", version=f"bastion {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("init", help="make configuration, policy, keys and an empty store")
    serve = commands.add_parser("serve", help="run the bastion")
    serve.add_argument("--listen", metavar="HOST:PORT", help="default: bastion.toml")
    _add_target(commands)
    _add_user(commands)
    _add_agent(commands)
    _add_policy(commands)
    _add_quarantine(commands)
    _add_recording(commands)
    _add_audit(commands)
    _add_store(commands)
    for name, words in (
        ("doctor", "check files, keys, targets, disk and clock"),
        ("health", "tell whether a server runs here and turns"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument("--json", action="store_true")
    panic = commands.add_parser("panic", help="stop a user, a target or all, at once")
    panic.add_argument("what", nargs="?", metavar="USER|TARGET|all")
    panic.add_argument("--lift", action="store_true", help="let it go on again")
    panic.add_argument("--reason", default="")
    show = commands.add_parser("demo", help="the whole product on throw-away databases")
    show.add_argument("--tour", action="store_true", help="run the story by itself")
    show.add_argument("--port", type=int, default=2222)
    return parser


_Commands = argparse._SubParsersAction


def _verbs(
    commands: _Commands[argparse.ArgumentParser], name: str, words: str
) -> _Commands[argparse.ArgumentParser]:
    parser = commands.add_parser(name, help=words)
    return parser.add_subparsers(dest="verb", required=True, metavar="VERB")


def _add_target(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "target", "the databases behind the bastion")
    add = verbs.add_parser("add", help="add a database")
    add.add_argument("name", metavar="NAME")
    add.add_argument("url", metavar="URL", help="postgresql://… or mysql://…; - reads stdin")
    add.add_argument("--environment", required=True, choices=_ENVIRONMENTS)
    add.add_argument("--reader-url", metavar="URL", help="of a role that can only SELECT")
    add.add_argument("--password-file", type=Path, metavar="FILE")
    for verb, words in (
        ("test", "say what its roles can do and how it is reached"),
        ("scan", "print every column's sensitivity class and why"),
    ):
        command = verbs.add_parser(verb, help=words)
        command.add_argument("name", metavar="NAME")
        command.add_argument("--json", action="store_true")
    classify = verbs.add_parser(
        "classify", help="say what a column holds; without a column, list what was said"
    )
    classify.add_argument("name", metavar="NAME")
    classify.add_argument("column", nargs="?", metavar="SCHEMA.TABLE.COLUMN")
    classify.add_argument(
        "sensitivity", nargs="?", metavar="CLASS|none", choices=[*CLASSES, "none"]
    )
    classify.add_argument("--remove", action="store_true", help="what is found counts again")
    classify.add_argument("--reason", default="", metavar="TEXT", help="goes into the audit log")
    classify.add_argument("--json", action="store_true")
    remove = verbs.add_parser("remove", help="forget a database and its credentials")
    remove.add_argument("name", metavar="NAME")
    verbs.add_parser("list", help="list them").add_argument("--json", action="store_true")


def _add_user(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "user", "people, their keys, codes, roles and targets")
    add = verbs.add_parser("add", help="add a person; prints one otpauth:// line, once")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--key", required=True, type=Path, metavar="FILE", help="public keys")
    add.add_argument("--role", required=True, action="append", choices=_ROLES)
    add.add_argument("--target", action="append", default=[], metavar="NAME", help="default: all")
    for verb, words in (
        ("disable", "end live sessions and refuse new ones"),
        ("enable", "let a disabled account in again"),
        ("reset-otp", "give a new code generator, shown once"),
        ("unlock", "end a lock after too many wrong codes"),
    ):
        verbs.add_parser(verb, help=words).add_argument("name", metavar="NAME")
    role = verbs.add_parser("role", help="replace a person's roles")
    role.add_argument("name", metavar="NAME")
    role.add_argument("role", nargs="+", choices=_ROLES)
    target = verbs.add_parser("target", help="replace the targets within reach; '*' for all")
    target.add_argument("name", metavar="NAME")
    target.add_argument("target", nargs="+", metavar="TARGET")
    key = verbs.add_parser("key", help="add or remove keys")
    key_verbs = key.add_subparsers(dest="key_verb", required=True, metavar="VERB")
    for verb in ("add", "remove"):
        command = key_verbs.add_parser(verb)
        command.add_argument("name", metavar="NAME")
        command.add_argument("key", metavar="FILE" if verb == "add" else "FILE|SHA256:…")
    verbs.add_parser("list", help="list them").add_argument("--json", action="store_true")


def _add_agent(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "agent", "programs that act for a person, by key alone")
    add = verbs.add_parser("add", help="add an agent, bounded by owner, targets, expiry, source")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--key", required=True, type=Path, metavar="FILE")
    add.add_argument("--owner", required=True, metavar="USER")
    add.add_argument("--target", required=True, action="append", metavar="NAME", help="'*' for all")
    add.add_argument("--expires", type=duration_s, default=30 * 86_400.0, metavar="8h")
    add.add_argument("--source", action="append", default=[], metavar="CIDR")
    verbs.add_parser("list", help="list them").add_argument("--json", action="store_true")


def _add_policy(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "policy", "what may run, what is held, what is blocked")
    check = verbs.add_parser("check", help="read a policy and say whether it can be used")
    check.add_argument("file", nargs="?", type=Path, metavar="FILE")
    test = verbs.add_parser("test", help="the verdict for a statement, without running it")
    test.add_argument("sql", metavar="SQL", help="- reads stdin")
    test.add_argument("--target", required=True, metavar="NAME")
    test.add_argument("--user", required=True, metavar="NAME")
    test.add_argument("--file", type=Path, metavar="FILE", help="default: the policy in force")
    test.add_argument("--rows", type=int, metavar="N", help="as if so many rows were measured")
    test.add_argument("--json", action="store_true")
    backtest = verbs.add_parser("backtest", help="a changed policy over past transcripts")
    backtest.add_argument("file", type=Path, metavar="FILE")
    backtest.add_argument("--days", type=int, default=30, help="how far back (default 30)")
    backtest.add_argument("--identity", type=Path, metavar="FILE", help="age key of archived ones")
    backtest.add_argument("--limit", type=int, default=50, help="statements to list (default 50)")
    backtest.add_argument("--json", action="store_true")
    report = verbs.add_parser("report", help="which rules ask most, and which are always approved")
    report.add_argument("--days", type=int, default=30, help="how far back (default 30)")
    report.add_argument("--json", action="store_true")


def _add_quarantine(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "quarantine", "tables that were retired instead of dropped")
    listing = verbs.add_parser("list", help="list them")
    listing.add_argument("--all", action="store_true", help="those that have left it too")
    listing.add_argument("--json", action="store_true")
    restore = verbs.add_parser("restore", help="put one back into its place")
    restore.add_argument("entry", metavar="ID")
    drop = verbs.add_parser("drop", help="drop one for good: one person asks, another confirms")
    drop.add_argument("entry", metavar="ID")
    drop.add_argument("--reason", default="", metavar="TEXT")


_ANCHOR = "heads kept elsewhere (default: [audit] anchor_file, if any)"


def _add_recording(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "recording", "the transcripts")
    listing = verbs.add_parser("list", help="list them, newest first")
    listing.add_argument("--user")
    listing.add_argument("--target")
    listing.add_argument(
        "--search", "--text", default="", metavar="WORDS", help="as verdict:hold after:7d orders"
    )
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--json", action="store_true")
    listing.add_argument("--anew", action="store_true", help="read all again, not the index")
    for verb, words in (
        ("show", "header and statements of one"),
        ("play", "play one in this terminal"),
        ("export", "write one as cast, text, json lines, html or svg"),
        ("verify", "check chain, signatures and audit log"),
        ("redact", "copy one with parts taken out; the rest stays provable"),
        ("sign", "sign one for ssh-keygen -Y verify"),
    ):
        command = verbs.add_parser(verb, help=words)
        if verb == "verify":
            command.add_argument("what", metavar="FILE|ID", nargs="?", help="default: all of them")
        else:
            command.add_argument("what", metavar="FILE|ID")
        command.add_argument("--identity", type=Path, metavar="FILE", help="age key")
        if verb == "play":
            command.add_argument("--speed", type=float, default=1.0)
            command.add_argument("--at", metavar="TIME", help="from 01:23:45, or seconds")
        if verb == "export":
            command.add_argument("--format", default="cast")
            command.add_argument(
                "--at", metavar="TIME", help="moment of an svg: 01:23:45, or seconds"
            )
        if verb == "redact":
            _add_redactions(command)
        if verb in ("export", "sign"):
            command.add_argument("-o", "--output", type=Path, metavar="OUT")
        if verb == "verify":
            command.add_argument("--key", type=Path, metavar="PUB")
            command.add_argument("--anchor", type=Path, metavar="FILE", help=_ANCHOR)
        if verb == "show":
            command.add_argument("--json", action="store_true")
    seal = verbs.add_parser("seal", help="the seal of one, signed for ssh-keygen -Y verify")
    seal.add_argument("session", metavar="ID")
    verbs.add_parser("key", help="the allowed_signers line for ssh-keygen -Y verify")
    _add_keeping(verbs)
    archive = verbs.add_parser("archive", help="pack, and encrypt, sealed recordings")
    archive.add_argument("--older-than", default="7d", metavar="AGE", help="7d, 12h (default 7d)")
    archive.add_argument(
        "--recipient",
        action="append",
        metavar="AGE1",
        help="encrypt to these beside the configured",
    )


def _add_keeping(verbs: _Commands[argparse.ArgumentParser]) -> None:
    for verb, words in (("hold", "keep one, whatever the policy"), ("release", "end a hold")):
        command = verbs.add_parser(verb, help=words)
        command.add_argument("session", metavar="ID")
        command.add_argument("--reason", metavar="TEXT")
    expire = verbs.add_parser("expire", help="list, and by two persons delete, what is over")
    expire.add_argument("--propose", action="store_true", help="ask for it to be deleted")
    expire.add_argument("--reason", metavar="TEXT", help="of the proposal")
    expire.add_argument("--confirm", metavar="PROPOSAL", help="delete what another proposed")
    erase = verbs.add_parser("erase", help="by two persons, make an encrypted one unreadable")
    erase.add_argument("session", nargs="?", metavar="ID", help="of what is proposed")
    erase.add_argument("--propose", action="store_true", help="ask for its key to be destroyed")
    erase.add_argument("--reason", metavar="TEXT", help="of the proposal")
    erase.add_argument("--confirm", metavar="PROPOSAL", help="destroy what another proposed")


def _add_audit(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "audit", "the chained log of acts")
    search = verbs.add_parser("search", help="find acts")
    search.add_argument("text", nargs="?", default="", help="only rows that contain this")
    search.add_argument("--event", default="", help="only this event, such as login.failed")
    search.add_argument("--limit", type=int, default=100)
    search.add_argument("--json", action="store_true")
    export = verbs.add_parser("export", help="write all rows as JSON lines")
    export.add_argument("-o", "--output", type=Path, metavar="OUT")
    verify = verbs.add_parser("verify", help="check the chain and its signed head")
    verify.add_argument("--anchor", type=Path, metavar="FILE", help=_ANCHOR)


def _add_store(commands: _Commands[argparse.ArgumentParser]) -> None:
    verbs = _verbs(commands, "store", "what the bastion remembers")
    for verb, words in (
        ("backup", "write a consistent copy while everything runs"),
        ("restore", "replace the store by a backup"),
    ):
        verbs.add_parser(verb, help=words).add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("rotate", help="seal all secrets with a new root key")


def _add_redactions(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--statement", type=int, action="append", metavar="N", help="take out this one"
    )
    command.add_argument(
        "--cell",
        action="append",
        metavar="N:ROW:COLUMN",
        help="take out one cell of what statement N shows",
    )
    command.add_argument(
        "--column",
        action="append",
        metavar="N:COLUMN",
        help="take out a column of what statement N shows",
    )
    command.add_argument(
        "--only-there",
        action="store_true",
        help="leave the same text where it stands elsewhere",
    )
    command.add_argument(
        "--output",
        action="append",
        dest="removed_output",
        metavar="FROM-TO",
        help="take out what was shown in these seconds",
    )
    command.add_argument("-o", type=Path, dest="output", metavar="OUT", required=True)
