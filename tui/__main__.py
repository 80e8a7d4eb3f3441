"""The command ``bastion-review``: arguments in words, exit codes, and the way to the bastion."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from tui.app import ReviewApp
from tui.client import Place, Prompter, ReviewClient, socket_client, ssh_client
from tui.visible import visible

USAGE = """\
bastion-review: review held statements, watch sessions, replay recordings.

  bastion-review [--identity FILE] [--no-color] USER@HOST[:PORT]

  USER@HOST:PORT   your account at the bastion; port 2222 when left out
  --identity FILE  your private key; else your agent's keys and ~/.ssh/id_*
  --no-color       no colours (so does the environment variable NO_COLOR)
  --help           this text

The host's key is checked against ~/.ssh/known_hosts; an unknown one is shown and asked about.
After the key, the bastion asks for your six-digit code. With nothing installed, the same screen
comes by: ssh -t -p PORT USER@HOST review

Exit codes: 0 left, or ended by the bastion; 1 no connection; 2 wrong words.
"""
DEFAULT_PORT = 2222
_PORT_MAX = 65535
_USAGE_EXIT = 2


class WordsError(Exception):
    """The words on the command line cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the command line says."""

    fd: int | None = None
    user: str = ""
    host: str = ""
    port: int = DEFAULT_PORT
    identity: str = ""
    is_plain: bool = False
    wants_help: bool = False


def parse_words(words: list[str]) -> Words:
    """Read the command line.

    Raises:
        WordsError: says which word is wrong and what to write.
    """
    fd, identity, place, is_plain = None, "", "", False
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, has_value, value = word.partition("=")
        match name:
            case "--help" | "-h":
                return Words(wants_help=True)
            case "--no-color":
                is_plain = True
            case "--fd":
                fd = _descriptor(value if has_value else _value(rest, name))
            case "--identity" | "-i":
                identity = value if has_value else _value(rest, name)
            case _ if word.startswith("-"):
                raise WordsError(f'There is no option "{ascii(word)[1:-1]}". Try --help.')
            case _ if place:
                raise WordsError("Name one bastion only: USER@HOST:PORT.")
            case _:
                place = word
    if (fd is None) == (not place):
        raise WordsError("Name your bastion: bastion-review USER@HOST:PORT. Try --help.")
    if fd is not None:
        return Words(fd=fd, is_plain=is_plain)
    user, host, port = _place(place)
    return Words(user=user, host=host, port=port, identity=identity, is_plain=is_plain)


def main() -> int:
    """Run the program; returns its exit code."""
    try:
        words = parse_words(sys.argv[1:])
    except WordsError as error:
        sys.stderr.write(f"bastion-review: {error}\n")
        return _USAGE_EXIT
    if words.wants_help:
        sys.stdout.write(USAGE)
        return 0
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        sys.stderr.write("bastion-review: this needs a terminal. For scripts: ssh HOST req list\n")
        return _USAGE_EXIT
    return run(words)


def run(words: Words) -> int:
    """Show the application until it ends; its last word goes to stderr."""
    # Textual reads both when it starts. The child of the server has no environment at all.
    os.environ.setdefault("TERM", "xterm-256color")
    if words.is_plain:
        os.environ["NO_COLOR"] = "1"
    app = ReviewApp(lambda prompter: _client(words, prompter))
    farewell = app.run()
    if farewell:
        # The last word may quote a reason that somebody typed.
        sys.stderr.write(f"{visible(farewell)}\n")
    return app.return_code or 0


def _client(words: Words, prompter: Prompter) -> ReviewClient:
    if words.fd is not None:
        return socket_client(words.fd)
    place = Place(user=words.user, host=words.host, port=words.port, identity=words.identity)
    return ssh_client(place, prompter)


def _value(rest: list[str], name: str) -> str:
    if not rest:
        raise WordsError(f"{name} needs a value. Try --help.")
    return rest.pop(0)


def _descriptor(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise WordsError("--fd needs the number of an open socket.")
    return int(text)


def _place(place: str) -> tuple[str, str, int]:
    """Split USER@HOST:PORT; an IPv6 address stands in brackets."""
    user, at_sign, address = place.rpartition("@")
    if not at_sign or not user:
        raise WordsError("Write USER@HOST:PORT; the user is missing.")
    if address.startswith("["):
        host, _, port_text = address[1:].partition("]")
        port_text = port_text.removeprefix(":")
    else:
        host, _, port_text = address.partition(":")
    if not host:
        raise WordsError("Write USER@HOST:PORT; the host is missing.")
    if not port_text:
        return user, host, DEFAULT_PORT
    is_number = port_text.isascii() and port_text.isdigit()
    if not is_number or not 0 < int(port_text) <= _PORT_MAX:
        raise WordsError(f"A port is a number from 1 to {_PORT_MAX}.")
    return user, host, int(port_text)


if __name__ == "__main__":
    sys.exit(main())
