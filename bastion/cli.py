"""The server's command line; every word of it is fixed in the README.

Commands write to the store and the files; a running ``serve`` follows within two seconds.
A command loads only what it needs, so that the small ones answer at once.
Exit codes: 0 done, 1 not right (a check failed, a recording is not whole), 2 usage or
configuration, 3 something needed is out of reach, 70 a fault of ours.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bastion import arguments
from bastion import log as logs
from bastion.acting import acting_person
from bastion.config import Paths, find_paths, load_config
from bastion.core.model import Engine, Sensitivity
from bastion.errors import BastionError, UsageError
from bastion.installation import SystemClock, initialise
from recordings.errors import RecordingError as TranscriptError

if TYPE_CHECKING:
    from bastion.administration import Administration
    from bastion.core.catalogue import Catalogue

log = logging.getLogger(__name__)

EXIT_OK, EXIT_WRONG, EXIT_USAGE, EXIT_UNAVAILABLE, EXIT_INTERNAL = 0, 1, 2, 3, 70

_EXIT_BY_CODE = {
    "config": EXIT_USAGE,
    "usage": EXIT_USAGE,
    "blocked": EXIT_USAGE,
    "unavailable": EXIT_UNAVAILABLE,
    "timeout": EXIT_UNAVAILABLE,
    "error": EXIT_WRONG,
}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    logs.configure(os.environ.get("BASTION_LOG", "warning"))
    parsed = arguments.parse(list(sys.argv[1:] if words is None else words))
    try:
        paths = find_paths(parsed.dir, os.environ)
        return _COMMANDS[parsed.command](paths, parsed)
    except BastionError as error:
        _complain(error.message)
        log.debug("command.failed", extra={"detail": error.detail})
        return _EXIT_BY_CODE.get(error.code, EXIT_INTERNAL)
    except TranscriptError as error:
        _complain(str(error))
        return EXIT_UNAVAILABLE
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_OK
    except KeyboardInterrupt:
        return 130
    except Exception:
        log.exception("command.crashed")
        _complain("Something went wrong in the bastion itself; the log line above says where.")
        return EXIT_INTERNAL


# Serving


def _init(paths: Paths, _parsed: argparse.Namespace) -> int:
    made = asyncio.run(initialise(paths, SystemClock()))
    for path in made.made:
        _say(f"made {path}")
    if not made.made:
        _say(f"{paths.state} was complete already; nothing was changed.")
    _say(f"host key fingerprint: {made.host_fingerprint}")
    _say("Next: bastion target add, bastion user add, bastion serve.")
    return EXIT_OK


def _serve(paths: Paths, parsed: argparse.Namespace) -> int:
    config = load_config(paths.config)
    logs.configure(os.environ.get("BASTION_LOG", config.log.level))
    os.umask(0o077)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve_until_told(paths, parsed.listen))


async def _serve_until_told(paths: Paths, listen: str | None) -> int:
    config = load_config(paths.config)
    from bastion.app import Application

    application = Application(paths, config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        host, port = await application.start(listen or config.server.listen)
        shown = f"[{host}]" if ":" in host else host
        sys.stderr.write(f"listening on {shown}:{port}\n")
        sys.stderr.flush()
        await application.run(stop)
    finally:
        await application.close()
    return EXIT_OK


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def _demo(_paths: Paths, parsed: argparse.Namespace) -> int:
    from bastion import demo

    return demo.run(is_tour=parsed.tour, port=parsed.port)


def _doctor(paths: Paths, parsed: argparse.Namespace) -> int:
    from bastion import doctor

    config = load_config(paths.config)
    findings = asyncio.run(doctor.examine(paths, config, SystemClock()))
    if parsed.json:
        _say(json.dumps([finding.as_dict() for finding in findings]))
    else:
        for finding in findings:
            _say(finding.as_line())
    return EXIT_WRONG if any(finding.is_bad for finding in findings) else EXIT_OK


def _health(paths: Paths, parsed: argparse.Namespace) -> int:
    from bastion import doctor

    troubles = doctor.health(paths, SystemClock())
    text = "\n".join(troubles)
    if parsed.json:
        _say(json.dumps({"healthy": not troubles, "text": text, "troubles": troubles}))
    else:
        _say(text or "The bastion serves.")
    return EXIT_UNAVAILABLE if troubles else EXIT_OK


# Accounts and targets


def _administer(paths: Paths, work: Callable[[Administration], Awaitable[int]]) -> int:
    from bastion.administration import open_administration

    async def run() -> int:
        by = acting_person()
        config = load_config(paths.config)
        async with open_administration(paths, config, SystemClock(), by=by) as administration:
            return await work(administration)

    return asyncio.run(run())


def _user(paths: Paths, parsed: argparse.Namespace) -> int:
    async def work(administration: Administration) -> int:
        match parsed.verb:
            case "add":
                secret = await administration.add_user(
                    parsed.name, key_file=parsed.key, roles=parsed.role, targets=parsed.target
                )
                _show_secret(parsed.name, secret)
            case "reset-otp":
                _show_secret(parsed.name, await administration.reset_otp(parsed.name))
            case "disable" | "enable":
                is_disabled = parsed.verb == "disable"
                await administration.set_disabled(parsed.name, is_disabled=is_disabled)
                _say(f"{parsed.name} is {parsed.verb}d.")
            case "unlock":
                await administration.unlock(parsed.name)
                _say(f"{parsed.name} may try codes again.")
            case "role":
                await administration.set_roles(parsed.name, parsed.role)
                _say(f"{parsed.name} now has: {', '.join(parsed.role)}.")
            case "target":
                await administration.set_targets(parsed.name, parsed.target)
                _say(f"{parsed.name} now reaches: {', '.join(parsed.target)}.")
            case "key":
                await _user_key(administration, parsed)
            case _:
                await _list_accounts(administration, as_json=parsed.json)
        return EXIT_OK

    return _administer(paths, work)


async def _user_key(administration: Administration, parsed: argparse.Namespace) -> None:
    if parsed.key_verb == "add":
        for fingerprint in await administration.add_key(parsed.name, Path(parsed.key)):
            _say(f"{parsed.name} may log in with {fingerprint}.")
    else:
        fingerprint = await administration.remove_key(parsed.name, parsed.key)
        _say(f"{parsed.name} may no longer log in with {fingerprint}.")


def _agent(paths: Paths, parsed: argparse.Namespace) -> int:
    async def work(administration: Administration) -> int:
        if parsed.verb == "list":
            await _list_accounts(administration, as_json=parsed.json, agents_only=True)
            return EXIT_OK
        expires_at = await administration.add_agent(
            parsed.name,
            key_file=parsed.key,
            owner=parsed.owner,
            targets=parsed.target,
            expires_s=parsed.expires,
            sources=parsed.source,
        )
        _say(f"{parsed.name} acts for {parsed.owner} until {expires_at:%Y-%m-%d %H:%M} UTC.")
        return EXIT_OK

    return _administer(paths, work)


async def _list_accounts(
    administration: Administration, *, as_json: bool, agents_only: bool = False
) -> None:
    accounts = await administration.list_accounts()
    rows = [
        {
            "name": account.user,
            "kind": "agent" if account.is_agent else "person",
            "owner": account.person if account.is_agent else None,
            "roles": sorted(role.value for role in account.roles),
            "targets": sorted(account.targets) if account.targets is not None else ["*"],
            "keys": [key.fingerprint for key in account.keys],
            "disabled": account.is_disabled,
            "expires_at": account.expires_at.isoformat() if account.expires_at else None,
        }
        for account in accounts
        if account.is_agent or not agents_only
    ]
    _list(rows, as_json=as_json, empty="There are no accounts yet. Try: bastion user add")


def _target(paths: Paths, parsed: argparse.Namespace) -> int:
    async def work(administration: Administration) -> int:
        match parsed.verb:
            case "add":
                url = sys.stdin.readline().strip() if parsed.url == "-" else parsed.url
                target = await administration.add_target(
                    parsed.name,
                    url,
                    environment=parsed.environment,
                    reader_url=parsed.reader_url or "",
                    password_file=parsed.password_file,
                )
                _say(
                    f"{target.name} ({target.environment.value}) is "
                    f"{target.database} at {target.host}:{target.port}. "
                    f"Next: bastion target test {target.name}"
                )
            case "remove":
                await administration.remove_target(parsed.name)
                _say(f"{parsed.name} is removed.")
            case "test":
                return await _test_target(administration, parsed)
            case "scan":
                _show_scan(await administration.scan(parsed.name), as_json=parsed.json)
            case "classify":
                await _classify(administration, parsed)
            case _:
                await _list_targets(administration, as_json=parsed.json)
        return EXIT_OK

    return _administer(paths, work)


async def _test_target(administration: Administration, parsed: argparse.Namespace) -> int:
    report = await administration.probe(parsed.name)
    if parsed.json:
        findings = [
            {"severity": finding.severity.value, "text": finding.text}
            for finding in report.findings
        ]
        _say(json.dumps({"target": parsed.name, "findings": findings}))
    else:
        for finding in report.findings:
            _say(f"{finding.severity.value:8} {finding.text}")
    return EXIT_WRONG if report.has_failed else EXIT_OK


async def _classify(administration: Administration, parsed: argparse.Namespace) -> None:
    if parsed.remove and parsed.column and not parsed.sensitivity:
        await administration.take_back(parsed.name, parsed.column, reason=parsed.reason)
        _say(f"{parsed.column}: what is found in it counts again.")
    elif parsed.sensitivity and not parsed.remove:
        word = parsed.sensitivity
        sensitivity = None if word == "none" else Sensitivity(word)
        said = await administration.declare(
            parsed.name, parsed.column, sensitivity, reason=parsed.reason
        )
        shown = "shown as it is" if sensitivity is None else f"masked as {word}"
        _say(f"{said.qualified_name} of {parsed.name} is {shown} from now on.")
    elif parsed.column or parsed.remove:
        raise UsageError(
            "Write: bastion target classify NAME SCHEMA.TABLE.COLUMN CLASS|none --reason TEXT,"
            " or with --remove instead of the class."
        )
    else:
        rows = [
            {
                "column": one.qualified_name,
                "class": one.sensitivity.value if one.sensitivity else None,
                "by": one.by,
                "at": one.at.isoformat(timespec="seconds"),
                "reason": one.reason,
            }
            for one in await administration.list_declarations(parsed.name)
        ]
        _list(rows, as_json=parsed.json, empty="Nothing was said of its columns yet.")


async def _list_targets(administration: Administration, *, as_json: bool) -> None:
    rows = [
        {
            "name": stored.target.name,
            "engine": "postgresql" if stored.target.engine is Engine.POSTGRESQL else "mysql",
            "environment": stored.target.environment.value,
            "host": stored.target.host,
            "port": stored.target.port,
            "database": stored.target.database,
            "reader": stored.target.has_reader,
        }
        for stored in await administration.list_targets()
    ]
    _list(rows, as_json=as_json, empty="There are no targets yet. Try: bastion target add")


def _show_scan(catalogue: Catalogue, *, as_json: bool) -> None:
    from bastion.core.definitions import Redactor

    redactor = Redactor(catalogue)
    rows = [
        {
            "table": relation.qualified_name,
            "column": column.name,
            "type": redactor.redact(column.type_name),
            "class": column.sensitivity.value if column.sensitivity else None,
            "why": column.classification.evidence,
        }
        for relation in catalogue.user_relations()
        for column in relation.columns
    ]
    _list(rows, as_json=as_json, empty="This database has no tables yet.")


# Policy, recordings, audit, store


def _policy(paths: Paths, parsed: argparse.Namespace) -> int:
    from bastion import trials

    if parsed.verb == "check":
        return trials.check(paths, parsed, say=_say)
    trial = {"test": trials.test, "backtest": trials.backtest, "report": trials.report}[parsed.verb]
    return _administer(paths, lambda administration: trial(paths, administration, parsed, _show))


def _show(rows: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    _list(rows, as_json=as_json, empty="Nobody was asked for anything.")


def _quarantine(paths: Paths, parsed: argparse.Namespace) -> int:
    async def work(administration: Administration) -> int:
        match parsed.verb:
            case "restore":
                entry = await administration.restore_retired(parsed.entry)
                _say(f"{entry.qualified_name} of {entry.target} is back in its place.")
            case "drop":
                dropped = await administration.drop_retired(parsed.entry, reason=parsed.reason)
                if dropped is None:
                    _say(f"Asked for. Another person confirms: quarantine drop {parsed.entry}")
                else:
                    _say(f"{dropped.qualified_name} of {dropped.target} is dropped for good.")
            case _:
                await _list_retired(administration, everything=parsed.all, as_json=parsed.json)
        return EXIT_OK

    return _administer(paths, work)


async def _list_retired(administration: Administration, *, everything: bool, as_json: bool) -> None:
    rows = [
        {
            "id": entry.id,
            "target": entry.target,
            "table": entry.qualified_name,
            "instead_of": entry.kind.value,
            "by": entry.by,
            "at": entry.at.isoformat(timespec="seconds"),
            "keep_until": entry.keep_until.isoformat(timespec="seconds"),
            "state": entry.state.value,
            "drop_asked_by": entry.proposed_by or None,
            "kept_in": entry.kept_in,
        }
        for entry in await administration.list_retired()
        if everything or entry.is_in_quarantine
    ]
    _list(rows, as_json=as_json, empty="Nothing is in quarantine.")


def _recording(paths: Paths, parsed: argparse.Namespace) -> int:
    from bastion import records

    return records.recording(paths, parsed, say=_say, complain=_complain)


def _audit(paths: Paths, parsed: argparse.Namespace) -> int:
    from bastion import records

    return records.audit(paths, parsed, say=_say, complain=_complain)


def _store(paths: Paths, parsed: argparse.Namespace) -> int:
    async def work(administration: Administration) -> int:
        match parsed.verb:
            case "backup":
                await administration.backup(parsed.file)
                _say(f"The store is copied to {parsed.file}; its secrets need the root key.")
            case "restore":
                changed = await administration.restore(parsed.file)
                _say(f"The store is now as in {parsed.file}; requests left open were closed.")
                for line in changed:
                    _say(f"  {line}")
            case _:
                count = await administration.rotate()
                _say(f"{count} secrets are sealed with a new root key.")
        return EXIT_OK

    return _administer(paths, work)


def _panic(paths: Paths, parsed: argparse.Namespace) -> int:
    async def work(administration: Administration) -> int:
        if parsed.what is None:
            stopped = await administration.list_panics()
            _say("\n".join(stopped) if stopped else "Nothing is stopped.")
            return EXIT_OK
        words = await administration.panic(parsed.what, lift=parsed.lift, reason=parsed.reason)
        if parsed.lift:
            _say(f"{words} may go on.")
        else:
            _say(
                f"{words} is stopped; live sessions end now. Undo with: panic {parsed.what} --lift"
            )
        return EXIT_OK

    return _administer(paths, work)


_COMMANDS: Mapping[str, Callable[[Paths, argparse.Namespace], int]] = {
    "init": _init,
    "serve": _serve,
    "target": _target,
    "user": _user,
    "agent": _agent,
    "policy": _policy,
    "quarantine": _quarantine,
    "recording": _recording,
    "audit": _audit,
    "store": _store,
    "doctor": _doctor,
    "health": _health,
    "panic": _panic,
    "demo": _demo,
}


# Speaking


def _show_secret(name: str, secret: str) -> None:
    """Print the one ``otpauth://`` line; a QR code goes to the terminal, never to a pipe."""
    import segno

    from bastion.core.totp import provisioning_uri

    uri = provisioning_uri(secret, name)
    _say(uri)
    if sys.stderr.isatty():
        segno.make(uri, error="m").terminal(out=sys.stderr, compact=True)
        sys.stderr.write("Scan this with an authenticator now; it is not shown again.\n")


def _list(rows: Sequence[Mapping[str, object]], *, as_json: bool, empty: str) -> None:
    if as_json:
        _say(json.dumps(list(rows), ensure_ascii=False))
        return
    if not rows:
        _say(empty)
        return
    texts = [[_cell(value) for value in row.values()] for row in rows]
    names = list(rows[0])
    widths = [max(len(name), *(len(row[i]) for row in texts)) for i, name in enumerate(names)]
    for line in (names, *texts):
        padded = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        _say(padded.rstrip())


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case list():
            return ",".join(_cell(item) for item in value) or "-"
        case _:
            return str(value)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"bastion: {text}\n")
