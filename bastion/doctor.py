"""``bastion doctor`` and ``bastion health``: what is wrong here, and what to do about it."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bastion.administration import Administration, open_administration
from bastion.config import Config, Paths
from bastion.errors import BastionError
from bastion.execution.ports import Clock
from bastion.installation import PolicyFile, check_initialised
from bastion.space import ADVICE, usage_of
from recordings.anchor import read_anchor
from recordings.audit import AuditReport
from recordings.budget import Level
from recordings.errors import FormatError, RecordingError
from recordings.keys import load_private_key, load_public_key
from recordings.retention import holds
from recordings.verify import Stock, take_stock
from recordings.words import visible_line

_DISK_FREE_LOW_BYTES = 2 * 1024**3
_DISK_FREE_BAD_BYTES = 200 * 1024**2
_HEALTH_OLD_S = 20.0
_LISTED_MAX = 10
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Severity(enum.Enum):
    """How bad a finding is; the value is the word people see."""

    OK = "ok"
    WARNING = "warning"
    BAD = "BAD"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    severity: Severity
    subject: str
    text: str
    """What is so and, unless all is well, what to do."""

    @property
    def is_bad(self) -> bool:
        """Tell whether it must be mended."""
        return self.severity is Severity.BAD

    def as_line(self) -> str:
        """Write it for people."""
        return f"{self.severity.value:8} {self.subject}: {self.text}"

    def as_dict(self) -> dict[str, str]:
        """Write it for programs."""
        return {
            "severity": self.severity.value.lower(),
            "subject": self.subject,
            "text": self.text,
        }


def health(paths: Paths, clock: Clock) -> list[str]:
    """Tell in words why no healthy server runs here, worst first; nothing when one does."""
    try:
        beat = json.loads(paths.health.read_text("utf-8"))
        at = dt.datetime.fromisoformat(beat["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return [f"No server has run in {paths.state}. Start it: bastion serve"]
    age_s = (clock.now() - at).total_seconds()
    if age_s > _HEALTH_OLD_S:
        # What it said of itself then may be over.
        return [f"The server last gave a sign {age_s:.0f} s ago. Look at its log, or start it."]
    words = {
        "policy_trouble": "The server runs on its old policy: ",
        "anchor_trouble": "The audit log is not anchored outside: ",
        "store_trouble": "",
        "disk_trouble": "",
    }
    return [f"{prefix}{beat[key]}" for key, prefix in words.items() if beat.get(key)]


async def examine(paths: Paths, config: Config, clock: Clock) -> list[Finding]:
    """Look at everything that can be looked at from here, worst first.

    Raises:
        ConfigError: the folder is not initialised.
    """
    check_initialised(paths)
    findings = [
        *_permissions(paths),
        _policy(paths),
        *await asyncio.to_thread(_audit, paths, config.audit.anchor_file),
        *_anchor(paths, config),
        _disk(paths),
        *await asyncio.to_thread(_budget, paths, config),
        *_server(paths, clock),
    ]
    async with open_administration(paths, config, clock, by="cli:doctor") as administration:
        findings.append(await _store(administration, paths))
        findings += await _people(administration)
        findings += await _emergencies(administration, clock)
        findings += await _retired(administration, clock)
        findings += await _targets(administration)
    worst_first = [Severity.BAD, Severity.WARNING, Severity.OK]
    return sorted(findings, key=lambda finding: worst_first.index(finding.severity))


def _permissions(paths: Paths) -> Iterator[Finding]:
    secret = [paths.state, paths.keys, paths.host_key, paths.signing_key, paths.root_key]
    for path in [*secret, paths.store, paths.audit_log]:
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            wanted = "700" if path.is_dir() else "600"
            text = f"mode {mode:o} lets others in. Run: chmod {wanted} {path}"
            yield Finding(Severity.BAD, str(path), text)
        else:
            yield Finding(Severity.OK, str(path), f"mode {mode:o}")
    if paths.state.resolve() in paths.keys.resolve().parents:
        text = "the keys lie inside the state, so a backup would hold them. Set BASTION_KEY_DIR."
        yield Finding(Severity.BAD, str(paths.keys), text)


def _policy(paths: Paths) -> Finding:
    try:
        policy = PolicyFile(paths.policy).current()
    except BastionError as error:
        return Finding(Severity.BAD, "policy", error.message)
    return Finding(Severity.OK, "policy", f"version {policy.version}")


def _audit(paths: Paths, anchor_file: str) -> list[Finding]:
    if not paths.audit_log.exists():
        return [Finding(Severity.OK, "audit log", "nothing recorded yet")]
    try:
        anchor = Path(anchor_file) if anchor_file and Path(anchor_file).exists() else None
        key = load_public_key(paths.recording_public_key)
        if load_private_key(paths.signing_key).public_key() != key:
            text = f"{paths.recording_public_key} is not of the key that signs: others made it."
            return [Finding(Severity.BAD, "recording.pub", text)]
        stock = take_stock(paths.sessions, key, paths.audit_log, anchor=anchor)
    except (OSError, RecordingError) as error:
        return [Finding(Severity.BAD, "audit log", f"it cannot be checked: {error}")]
    report = stock.audit
    if not report.is_ok:
        text = f"it is not whole: {report.fault} Keep a copy and find out who could write here."
        return [Finding(Severity.BAD, "audit log", text)]
    return [
        Finding(Severity.OK, "audit log", f"whole, {report.rows} rows"),
        *_clock(report),
        _recordings(stock),
    ]


def _clock(report: AuditReport) -> Iterator[Finding]:
    if report.set_back:
        text = (
            f"{report.set_back[-1].words()}. Ages by the audit log are not to be relied on: look at"
            " what was approved and deleted in between."
        )
        yield Finding(Severity.WARNING, "clock", text)


def _recordings(stock: Stock) -> Finding:
    found = stock.found
    kinds = (
        (stock.gone, "gone and not deleted on record"),
        (stock.unknown, "unknown to the audit log"),
        ([str(path) for path, _ in found.strange], "where no recording is kept, or no file"),
        ([str(error.filename) for error in found.unreadable], "folders that cannot be read"),
    )
    told = [
        f"{len(names)} {words}: {visible_line(' '.join(names[:_LISTED_MAX]))}"
        for names, words in kinds
        if names
    ]
    if told:
        text = f"{'; '.join(told)}. Run: bastion recording verify"
        return Finding(Severity.BAD, "recordings", text)
    return Finding(Severity.OK, "recordings", "those that the audit log knows are there")


def _anchor(paths: Paths, config: Config) -> Iterator[Finding]:
    file, command = config.audit.anchor_file, config.audit.anchor_command
    if not (file or command or config.audit.syslog):
        text = (
            "heads of the audit log go nowhere outside, so whoever owns this machine can roll it "
            "back unseen. Set [audit] anchor_file or anchor_command."
        )
        yield Finding(Severity.WARNING, "anchor", text)
    if not file:
        return
    path = Path(file)
    try:
        is_same_disk = path.parent.stat().st_dev == paths.state.stat().st_dev
        heads = read_anchor(path).heads
    except FileNotFoundError:
        text = f"{file} is not there, so nothing is anchored. A server that runs makes it anew."
        yield Finding(Severity.WARNING, "anchor", text)
        return
    except OSError as error:
        yield Finding(Severity.BAD, "anchor", f"{file} cannot be read ({error.strerror}).")
        return
    if is_same_disk:
        text = f"{file} lies on the disk of {paths.state}: who can roll back one can the other."
        yield Finding(Severity.WARNING, "anchor", f"{text} Put it on another machine's.")
    else:
        last = f", the last of line {heads[-1].seq}" if heads else ""
        yield Finding(Severity.OK, "anchor", f"{len(heads)} heads in {file}{last}")


def _budget(paths: Paths, config: Config) -> list[Finding]:
    usage = usage_of(paths.sessions, paths.audit_log, config.recording.disk_budget_mb)
    if not usage.budget_bytes:
        return []
    words = f"{usage.words()}."
    if usage.level is Level.OK:
        return [Finding(Severity.OK, "disk budget", words)]
    kept = len(holds(paths.audit_log))
    if kept:
        words += f" {kept} recordings are kept by a legal hold, whatever the budget."
    is_full = usage.level is Level.FULL
    end = " No new session begins." if is_full else ""
    severity = Severity.WARNING if usage.level is Level.WARNING else Severity.BAD
    return [Finding(severity, "disk budget", f"{words}{end} {ADVICE}")]


def _disk(paths: Paths) -> Finding:
    free = shutil.disk_usage(paths.state).free
    words = f"{free / 1024**3:.1f} GB free under {paths.state}"
    if free < _DISK_FREE_BAD_BYTES:
        return Finding(Severity.BAD, "disk", f"{words}: sessions will soon be refused. Free space.")
    if free < _DISK_FREE_LOW_BYTES:
        return Finding(Severity.WARNING, "disk", f"{words}. Free space or grow the disk.")
    return Finding(Severity.OK, "disk", words)


def _server(paths: Paths, clock: Clock) -> Iterator[Finding]:
    troubles = health(paths, clock)
    if not troubles:
        yield Finding(Severity.OK, "server", "running")
    for text in troubles:
        yield Finding(Severity.WARNING, "server", text)


async def _store(administration: Administration, paths: Paths) -> Finding:
    try:
        text = await administration.disagreements(paths.audit_log)
    except (OSError, FormatError) as error:
        text = f"It cannot be compared with the audit log: {error}"
    if text:
        return Finding(Severity.BAD, "store", text)
    return Finding(Severity.OK, "store", "as the audit log says")


async def _people(administration: Administration) -> list[Finding]:
    people = [a for a in await administration.list_accounts() if not a.is_agent]
    deciders = {
        account.person
        for account in people
        if not account.is_disabled
        and {role.value for role in account.roles} & {"reviewer", "admin"}
    }
    if not people:
        return [Finding(Severity.WARNING, "people", "none yet. Run: bastion user add")]
    if not deciders:
        text = "nobody can approve, so every held statement is refused. Add a reviewer."
        return [Finding(Severity.WARNING, "reviewers", text)]
    if len(deciders) == 1:
        text = "only one person can approve; that person's own statements have nobody to go to."
        return [Finding(Severity.WARNING, "reviewers", text)]
    return [Finding(Severity.OK, "reviewers", f"{len(deciders)} people can approve")]


async def _retired(administration: Administration, clock: Clock) -> list[Finding]:
    entries = [one for one in await administration.list_retired() if one.is_in_quarantine]
    over = [one for one in entries if clock.now() > one.keep_until]
    if not entries:
        return []
    text = f"{len(entries)} tables are kept"
    if not over:
        return [Finding(Severity.OK, "quarantine", text)]
    text += (
        f", {len(over)} past their time. Two persons may drop one: bastion quarantine drop "
        f"{over[0].id} --reason TEXT"
    )
    return [Finding(Severity.WARNING, "quarantine", text)]


async def _emergencies(administration: Administration, clock: Clock) -> list[Finding]:
    now = clock.now()
    return [
        Finding(
            Severity.WARNING,
            "break-glass",
            f"{one.id} of {one.user} on {one.target} waits for its review since "
            f"{one.review_due_at:%Y-%m-%d %H:%M} UTC. Another person: breakglass review {one.id}",
        )
        for one in await administration.list_emergencies()
        if not one.is_reviewed and now > one.review_due_at
    ]


async def _targets(administration: Administration) -> list[Finding]:
    stored_targets = await administration.list_targets()
    if not stored_targets:
        return [Finding(Severity.WARNING, "targets", "none yet. Run: bastion target add")]
    findings = []
    for stored in stored_targets:
        name = stored.target.name
        try:
            report = await administration.probe(name)
        except BastionError as error:
            findings.append(Finding(Severity.BAD, f"target {name}", error.message))
            continue
        findings += [
            Finding(_severity(finding.severity.value), f"target {name}", finding.text)
            for finding in report.findings
        ]
    return findings


def _severity(word: str) -> Severity:
    match word.lower():
        case "ok":
            return Severity.OK
        case "warning" | "advice":
            return Severity.WARNING
        case _:
            return Severity.BAD
