"""Where a target is and with which credentials, parsed from the URL that ``target add`` takes.

The password is split off at once and never printed: ``redacted()`` and ``repr`` leave it out.
Plain connections go to loopback and unix sockets only; elsewhere the server's certificate and
name are verified, unless the URL itself says otherwise.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from bastion.core.model import Engine
from bastion.errors import ConfigError

_ENGINES = {
    "postgresql": Engine.POSTGRESQL,
    "postgres": Engine.POSTGRESQL,
    "mysql": Engine.MYSQL,
    "mariadb": Engine.MYSQL,
}
_PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306}
# Everything else that a driver understands could move a file, a mode or a credential under us.
_PARAMETERS = {
    Engine.POSTGRESQL: frozenset(
        {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout",
         "target_session_attrs", "channel_binding"}
    ),
    Engine.MYSQL: frozenset({"unix_socket", "ssl", "ssl_ca", "ssl_cert", "ssl_key",
                             "connect_timeout"}),
}  # fmt: skip
_MODE_PARAMETER = {Engine.POSTGRESQL: "sslmode", Engine.MYSQL: "ssl"}


class TlsMode(enum.Enum):
    """How the connection is protected; the values are libpq's."""

    DISABLE = "disable"
    ALLOW = "allow"
    PREFER = "prefer"
    REQUIRE = "require"
    VERIFY_CA = "verify-ca"
    VERIFY_FULL = "verify-full"

    @property
    def is_verified(self) -> bool:
        """Tell whether the server must prove who it is."""
        return self in {TlsMode.VERIFY_CA, TlsMode.VERIFY_FULL}


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetUrl:
    """One login at one database."""

    engine: Engine
    host: str
    """A name or an address; empty with ``socket``."""
    port: int
    database: str
    user: str
    password: str = field(default="", repr=False)
    socket: str = ""
    """PostgreSQL: the directory of the unix socket; MySQL: the socket itself."""
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_local(self) -> bool:
        """Tell whether the bytes stay on this machine."""
        if self.socket:
            return True
        if self.host.lower() == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def tls_mode(self) -> TlsMode:
        """Give the mode in force: what the URL says, else verify-full, plain when local."""
        chosen = self.parameters.get(_MODE_PARAMETER[self.engine])
        if chosen is not None:
            return TlsMode(chosen)
        return TlsMode.DISABLE if self.is_local else TlsMode.VERIFY_FULL

    @property
    def is_relaxed(self) -> bool:
        """Tell whether the URL gives up verification that would otherwise hold."""
        return not self.is_local and self.tls_mode is not TlsMode.VERIFY_FULL

    @property
    def connect_timeout_s(self) -> int:
        """Give how long a login may take."""
        return int(self.parameters.get("connect_timeout", "10"))

    @property
    def place(self) -> str:
        """Give ``host:port``, or the socket, for messages."""
        return self.socket or f"{self.host}:{self.port}"

    def redacted(self) -> str:
        """Give the URL without the password, for listings."""
        return _build(self, password="")

    def with_password(self, password: str) -> TargetUrl:
        """Give the same login with another password, as read from a file or the store."""
        return replace(self, password=password)

    def reveal(self) -> str:
        """Give the whole URL, password included, for the secret store only."""
        return _build(self, password=self.password)


def parse_target_url(text: str, *, password: str | None = None) -> TargetUrl:
    """Read a target's URL.

    Args:
        text: ``postgresql://user:pw@host:port/db?sslmode=…``, ``mysql://…``, with
            ``?host=/run/postgresql`` or ``?unix_socket=/run/mysqld.sock`` for sockets.
        password: from a file or stdin; replaces the one in the URL.

    Raises:
        ConfigError: it cannot be used; the message never repeats the text.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        message = "The target's URL cannot be read. Write it as postgresql://user@host:5432/db."
        raise ConfigError(message) from None
    engine = _ENGINES.get(parts.scheme.lower())
    if engine is None:
        raise ConfigError(
            "The target's URL must begin with postgresql:// or mysql://. "
            "Write it as postgresql://user@host:5432/database."
        )
    parameters = _parameters(parts.query, engine)
    host, socket = _place(unquote(parts.hostname or ""), parameters, engine)
    user = unquote(parts.username or "")
    database = unquote(parts.path.removeprefix("/"))
    _require(user, database, host or socket)
    url = TargetUrl(
        engine=engine,
        host=host,
        port=port or int(parameters.pop("port", _PORTS[engine])),
        database=database,
        user=user,
        password=unquote(parts.password or "") if password is None else password,
        socket=socket,
        parameters=MappingProxyType(parameters),
    )
    _check_secrets(url)
    return url


def read_password_file(path: Path) -> str:
    """Read a password from a file: its first line, without the line end.

    Raises:
        ConfigError: the file cannot be read or is empty.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"The password file {path} cannot be read: {reason}.") from None
    password = text.splitlines()[0] if text else ""
    if not password:
        raise ConfigError(f"The password file {path} is empty. Put the password on its first line.")
    return password


def _parameters(query: str, engine: Engine) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _PARAMETERS[engine]:
            known = ", ".join(sorted(_PARAMETERS[engine]))
            raise ConfigError(f'The target\'s URL sets "{name}". Only these may be set: {known}.')
        if name in parameters:
            raise ConfigError(f'The target\'s URL sets "{name}" twice. Leave one.')
        parameters[name] = value
    _check_mode(parameters, engine)
    for name in ("connect_timeout", "port"):
        if name in parameters and not parameters[name].isdecimal():
            raise ConfigError(f'"{name}" in the target\'s URL must be a whole number.')
    if not 1 <= int(parameters.get("connect_timeout", "10")) <= 60:
        raise ConfigError('"connect_timeout" in the target\'s URL must be 1 to 60 seconds.')
    return parameters


def _check_mode(parameters: Mapping[str, str], engine: Engine) -> None:
    name = _MODE_PARAMETER[engine]
    modes = [mode.value for mode in TlsMode]
    if name in parameters and parameters[name] not in modes:
        raise ConfigError(f'"{name}" in the target\'s URL must be one of: {", ".join(modes)}.')


def _place(host: str, parameters: dict[str, str], engine: Engine) -> tuple[str, str]:
    if engine is Engine.MYSQL:
        return host, parameters.pop("unix_socket", "")
    named = parameters.pop("host", "") or host
    if "," in named:
        raise ConfigError("A target is one host. Add each host as a target of its own.")
    if named.startswith("/"):
        return "", named
    return named, ""


def _require(user: str, database: str, place: str) -> None:
    for value, word in ((user, "a user"), (database, "a database"), (place, "a host or socket")):
        if not value:
            raise ConfigError(
                f"The target's URL lacks {word}. Write it as postgresql://user@host:5432/database."
            )


def _check_secrets(url: TargetUrl) -> None:
    for value in (url.user, url.database, url.host, url.password, url.socket):
        if "\0" in value:
            raise ConfigError("The target's URL holds a NUL character. Remove it.")


def _build(url: TargetUrl, *, password: str) -> str:
    scheme = "postgresql" if url.engine is Engine.POSTGRESQL else "mysql"
    login = quote(url.user, safe="")
    if password:
        login += ":" + quote(password, safe="")
    host = f"[{url.host}]" if ":" in url.host else quote(url.host, safe="")
    parameters = dict(url.parameters)
    if url.socket:
        name = "host" if url.engine is Engine.POSTGRESQL else "unix_socket"
        parameters[name] = url.socket
    query = f"?{urlencode(parameters, safe='/')}" if parameters else ""
    return f"{scheme}://{login}@{host}:{url.port}/{quote(url.database, safe='')}{query}"
