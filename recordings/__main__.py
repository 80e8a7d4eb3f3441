"""``python -m recordings``: verify, print and export recordings with nothing else installed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from recordings.asciicast import ExportFormat, export, output_text
from recordings.audit import verify_audit
from recordings.errors import KeyFormatError, RecordingError
from recordings.files import open_stream
from recordings.keys import load_public_key
from recordings.sshsig import allowed_signers_line
from recordings.verify import AUDIT_NAME, tell_all, verify_file

_CHUNK_BYTES = 1 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0: done, or right. 1: the recording is not right. 2: wrong words, or a file is missing.
    """
    parsed = _parser().parse_args(arguments)
    status = 0
    try:
        status = _run(parsed)
    except RecordingError as error:
        _say(str(error), is_error=True)
        status = 2 if isinstance(error, KeyFormatError) else 1
    except BrokenPipeError:
        # The reader has gone; the interpreter's own flush at exit would only fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _say(f"{error.filename or 'A file'}: {error.strerror or error}", is_error=True)
        status = 2
    return status


def _run(parsed: argparse.Namespace) -> int:
    match parsed.command:
        case "verify" if parsed.file.is_dir():
            return _verify_all(parsed)
        case "verify":
            report = verify_file(
                parsed.file,
                parsed.key,
                parsed.audit,
                identity=parsed.identity,
                anchor=parsed.anchor,
            )
            _say(report.message, is_error=not report.is_ok)
            return report.exit_code
        case "audit":
            key = load_public_key(parsed.key)
            audit = verify_audit(parsed.file, key, anchor=parsed.anchor, is_thorough=True)
            reach = f", {audit.anchored}" if audit.anchored else ""
            words = audit.fault or f"whole, {audit.rows} rows, head {audit.head}{reach}"
            _say(words, is_error=not audit.is_ok)
            for one in audit.set_back:
                _say(f"{one.words()}: ages by this log are not to be relied on", is_error=True)
            return 0 if audit.is_ok else 1
        case "key":
            _say(allowed_signers_line(load_public_key(parsed.file)), is_error=False)
            return 0
        case "unpack":
            if parsed.output is not None and _is_same(parsed.file, parsed.output):
                _say("The plain recording would overwrite the packed one.", is_error=True)
                return 2
            with open_stream(parsed.file, parsed.identity) as stream:
                return _write(iter(lambda: stream.read(_CHUNK_BYTES), b""), parsed.output)
        case "cat":
            shown = output_text(parsed.file, identity=parsed.identity)
            return _write((text.encode() for text in shown), None)
        case _:
            if parsed.output is not None and _is_same(parsed.file, parsed.output):
                _say("The export would overwrite the recording.", is_error=True)
                return 2
            pieces = export(
                parsed.file, ExportFormat(parsed.format), at_s=parsed.at, identity=parsed.identity
            )
            return _write(pieces, parsed.output)


def _verify_all(parsed: argparse.Namespace) -> int:
    audit = parsed.audit or parsed.key.absolute().with_name(AUDIT_NAME)
    lines = tell_all(parsed.file, parsed.key, audit, identity=parsed.identity, anchor=parsed.anchor)
    code = 0
    for line, code in lines:
        _say(line, is_error=code != 0)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recordings", description="Verify, print and export recordings."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check chain, signatures and audit log")
    verify.add_argument(
        "file", type=Path, metavar="FILE", help="a folder: all in it, and all that are gone"
    )
    verify.add_argument("--key", type=Path, required=True, metavar="PUB", help="recording.pub")
    verify.add_argument(
        "--audit", type=Path, metavar="FILE", help="default: audit.log beside the key, if any"
    )
    audit = commands.add_parser(
        "audit", help="check an audit log, and against heads kept elsewhere"
    )
    audit.add_argument("file", type=Path, metavar="FILE", help="audit.log; its .head beside it")
    audit.add_argument("--key", type=Path, required=True, metavar="PUB", help="recording.pub")
    for command in (verify, audit):
        command.add_argument(
            "--anchor", type=Path, metavar="FILE", help="heads of the audit log kept elsewhere"
        )
    cat = commands.add_parser("cat", help="print all output, as the terminal got it")
    cat.add_argument("file", type=Path, metavar="FILE")
    unpack = commands.add_parser("unpack", help="write ID.cast as it was before it was archived")
    unpack.add_argument("file", type=Path, metavar="FILE")
    unpack.add_argument("-o", "--output", type=Path, metavar="OUT", help="default: stdout")
    exports = commands.add_parser("export", help="write another format")
    exports.add_argument("file", type=Path, metavar="FILE")
    exports.add_argument(
        "--format",
        choices=[item.value for item in ExportFormat],
        default=ExportFormat.CAST.value,
    )
    exports.add_argument("-o", "--output", type=Path, metavar="OUT", help="default: stdout")
    exports.add_argument("--at", type=float, metavar="SECONDS", help="moment of an svg (the end)")
    key = commands.add_parser("key", help="the allowed_signers line for ssh-keygen -Y verify")
    key.add_argument("file", type=Path, metavar="PUB")
    for command in (verify, cat, unpack, exports):
        command.add_argument(
            "--identity", type=Path, metavar="FILE", help="age key of an encrypted recording"
        )
    return parser


def _write(pieces: Iterable[bytes], output: Path | None) -> int:
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return 0
    with output.open("wb") as file:
        file.writelines(pieces)
    return 0


def _is_same(file: Path, output: Path) -> bool:
    return output.exists() and output.samefile(file)


def _say(message: str, *, is_error: bool) -> None:
    print(message, file=sys.stderr if is_error else sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
