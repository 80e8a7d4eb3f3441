"""``bastion.toml`` and the folders beside it, read into frozen values.

Every key has a bound and a unit; an error names the file, the table, the key and the nearest name.
Lower layers are given explicit values, never these objects.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bastion.errors import ConfigError

_PORT_MAX = 65_535


def _bounded(default: float, low: float, high: float, words: str) -> float:
    bounds = {"low": low, "high": high, "words": words}
    value: float = field(default=float(default), metadata=bounds)
    return value


def _whole(default: int, low: int, high: int, words: str) -> int:
    bounds = {"low": low, "high": high, "words": words}
    value: int = field(default=default, metadata=bounds)
    return value


def _words(default: str, words: str, *, choices: tuple[str, ...] = ()) -> str:
    value: str = field(default=default, metadata={"words": words, "choices": choices})
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """``[server]``: the SSH edge."""

    listen: str = _words("127.0.0.1:2222", "address and port to listen on; port 0 picks one")
    login_timeout_s: float = _bounded(30, 5, 120, "seconds to finish a login")
    unauthenticated_max: int = _whole(100, 1, 10_000, "connections that have not logged in, all")
    unauthenticated_per_source_max: int = _whole(
        20, 1, 1_000, "connections that have not logged in, from one address"
    )
    channels_per_connection_max: int = _whole(16, 1, 256, "sessions on one SSH connection")
    drain_s: float = _bounded(20, 0, 600, "seconds that SIGTERM leaves to running statements")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsConfig:
    """``[sessions]``: how long and how many."""

    idle_s: float = _bounded(900, 60, 86_400, "seconds without a key press before a session ends")
    maximum_s: float = _bounded(28_800, 300, 604_800, "seconds that a session may last at all")
    per_person_max: int = _whole(20, 1, 1_000, "open sessions of one person")
    total_max: int = _whole(500, 1, 10_000, "open sessions of all")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsConfig:
    """``[agents]``: what one agent may read in a day (UTC)."""

    rows_per_day: int = _whole(1_000_000, 1, 10**12, "rows an agent may be shown in a day")
    bytes_per_day: int = _whole(1_000_000_000, 1, 10**15, "bytes an agent may be shown in a day")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyConfig:
    """``[notify]``: how reviewers are told without an open TUI; never any SQL text."""

    webhook_url: str = _words("", "where to POST a signed JSON message; empty for nowhere")
    webhook_secret_file: str = _words("", "file with the key of the HMAC-SHA256 signature")
    command: str = _words("", "program that gets the JSON message on stdin; an absolute path")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditConfig:
    """``[audit]``: copies of the audit log, and of its signed heads, outside."""

    syslog: str = _words("", "socket path or HOST:PORT (UDP) for a copy of each audit line")
    anchor_file: str = _words(
        "", "file on another machine's disk that gets each signed head; an absolute path"
    )
    anchor_command: str = _words(
        "", "program that gets each signed head on stdin; an absolute path"
    )
    anchor_every_s: float = _bounded(
        60, 1, 3_600, "seconds between two heads at most; one goes at each end of a session too"
    )
    anchor_age_max_s: float = _bounded(
        0, 0, 604_800, "seconds without an anchor after which nothing may run; 0 only warns"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingConfig:
    """``[recording]``: who can read recordings, and what becomes of those that have ended."""

    recipients: str = _words(
        "", "age recipients (age1…), a space between two, that archives are encrypted to"
    )
    live_recipients: str = _words(
        "", "age recipients that recordings are encrypted to as they are written; none: plain"
    )
    keep_days: int = _whole(
        0, 0, 36_500, "days after which two persons may delete a recording; 0 is never"
    )
    disk_budget_mb: int = _whole(
        0, 0, 10**9, "MiB that recordings and audit log may take; 0 is no budget"
    )
    keep_by_target: str = _words("", "other days for some targets: NAME=DAYS, a space between two")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfig:
    """``[log]``: the log on stderr."""

    level: str = _words(
        "info",
        "debug, info, warning or error",
        choices=("debug", "info", "warning", "error"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole of ``bastion.toml``."""

    server: ServerConfig = field(default_factory=ServerConfig)
    sessions: SessionsConfig = field(default_factory=SessionsConfig)
    agents: AgentsConfig = field(default_factory=AgentsConfig)
    notify: NotifyConfig = field(default_factory=NotifyConfig)
    audit: AuditConfig = field(default_factory=AuditConfig)
    recording: RecordingConfig = field(default_factory=RecordingConfig)
    log: LogConfig = field(default_factory=LogConfig)


@dataclass(frozen=True, slots=True)
class Paths:
    """Where state and keys lie."""

    state: Path
    keys: Path

    @property
    def config(self) -> Path:
        """Give ``bastion.toml``."""
        return self.state / "bastion.toml"

    @property
    def policy(self) -> Path:
        """Give ``policy.toml``."""
        return self.state / "policy.toml"

    @property
    def store(self) -> Path:
        """Give the store's SQLite file."""
        return self.state / "store.db"

    @property
    def sessions(self) -> Path:
        """Give the root of the transcripts."""
        return self.state / "sessions"

    @property
    def audit_log(self) -> Path:
        """Give the chained audit log."""
        return self.state / "audit.log"

    @property
    def recording_public_key(self) -> Path:
        """Give the key that verifies recordings."""
        return self.state / "recording.pub"

    @property
    def host_key(self) -> Path:
        """Give the SSH host key."""
        return self.keys / "host_key"

    @property
    def signing_key(self) -> Path:
        """Give the key that signs recordings and the audit log."""
        return self.keys / "recording_key"

    @property
    def root_key(self) -> Path:
        """Give the key that encrypts secrets in the store."""
        return self.keys / "root_key"

    @property
    def health(self) -> Path:
        """Give the file that a running server touches every few seconds."""
        return self.state / "serve.json"


def find_paths(directory: str | None, environment: Mapping[str, str]) -> Paths:
    """Choose the state directory: ``--dir``, ``$BASTION_DIR``, the system's, the user's.

    Raises:
        ConfigError: it lies inside the source tree or an installed package.
    """
    chosen = directory or environment.get("BASTION_DIR") or ""
    if chosen:
        state = Path(chosen)
    else:
        system = Path("/var/lib/bastion")
        is_usable = os.access(system if system.exists() else system.parent, os.W_OK)
        state = system if is_usable else Path.home() / ".local/state/bastion"
    state = state.expanduser().absolute()
    source = Path(__file__).resolve().parent.parent
    if state.resolve() == source or source in state.resolve().parents:
        raise ConfigError(
            f"{state} lies inside the program's own folder {source}. "
            "Choose another place with --dir: recordings never belong to the source tree."
        )
    return Paths(state, _find_keys(state, environment))


def _find_keys(state: Path, environment: Mapping[str, str]) -> Path:
    """Choose the folder of private keys: named, beside the state, or systemd's credentials."""
    beside = state.with_name(state.name + ".keys")
    if named := environment.get("BASTION_KEY_DIR"):
        return Path(named).absolute()
    credentials = environment.get("CREDENTIALS_DIRECTORY")
    if credentials and not beside.exists() and (Path(credentials) / "root_key").exists():
        return Path(credentials).absolute()
    return beside


def load_config(path: Path) -> Config:
    """Read and check ``bastion.toml``; a missing file means all defaults.

    Raises:
        ConfigError: names file, table, key, the bound, and the nearest known name.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Check its permissions.") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    sections = {section.name: section for section in dataclasses.fields(Config)}
    values: dict[str, object] = {}
    for name, table in document.items():
        if name not in sections:
            raise ConfigError(f"{path}: unknown table [{name}].{_nearest(name, sections)}")
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: [{name}] must be a table of keys.")
        values[name] = _read_section(path, name, table)
    return dataclasses.replace(Config(), **values)  # type: ignore[arg-type]


_SECTIONS = {
    "server": ServerConfig,
    "sessions": SessionsConfig,
    "agents": AgentsConfig,
    "notify": NotifyConfig,
    "audit": AuditConfig,
    "recording": RecordingConfig,
    "log": LogConfig,
}


def _read_section(path: Path, section: str, table: dict[str, object]) -> object:
    kind = _SECTIONS[section]
    known = {key.name: key for key in dataclasses.fields(kind)}
    values: dict[str, object] = {}
    for name, value in table.items():
        where = f'{path}, [{section}], key "{name}"'
        if name not in known:
            raise ConfigError(f"{where}: unknown key.{_nearest(name, known)}")
        values[name] = _checked(where, known[name], value)
    section_value: object = kind(**values)
    return section_value


def _checked(where: str, key: dataclasses.Field[object], value: object) -> object:
    if "low" not in key.metadata:
        if not isinstance(value, str):
            raise ConfigError(f"{where}: must be text in quotes ({key.metadata['words']}).")
        choices: tuple[str, ...] = key.metadata["choices"]
        if choices and value not in choices:
            raise ConfigError(f"{where}: must be one of {', '.join(choices)}.")
        return value
    is_whole = isinstance(key.default, int)
    if isinstance(value, bool) or not isinstance(value, int if is_whole else (int, float)):
        kind = "whole number" if is_whole else "number"
        raise ConfigError(f"{where}: must be a {kind} ({key.metadata['words']}).")
    low, high = key.metadata["low"], key.metadata["high"]
    if not low <= value <= high:
        raise ConfigError(f"{where}: must be from {low:g} to {high:g} ({key.metadata['words']}).")
    return value if is_whole else float(value)


def _nearest(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f' Did you mean "{close[0]}"?'
    return f" Known: {', '.join(known)}."


def default_config_text() -> str:
    """Write ``bastion.toml`` with every key, its default and what it means."""
    lines = ["# Settings of the bastion. Every key is shown with its default.", ""]
    for section, kind in _SECTIONS.items():
        lines.append(f"[{section}]")
        for key in dataclasses.fields(kind):
            default = key.default
            shown = f'"{default}"' if isinstance(default, str) else f"{default:g}"
            if isinstance(default, int):
                shown = str(default)
            lines.append(f"# {key.metadata['words']}")
            lines.append(f"{key.name} = {shown}")
        lines.append("")
    return "\n".join(lines)


def parse_listen(text: str) -> tuple[str, int]:
    """Split ``HOST:PORT``; brackets around an IPv6 address are taken off.

    Raises:
        ConfigError: it is not of that form.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > _PORT_MAX:
        raise ConfigError(f'"{text}" is not an address to listen on. Write HOST:PORT.')
    return host.strip("[]"), int(port)
