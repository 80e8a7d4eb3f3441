"""What is signed here, the real ``ssh-keygen`` accepts; and nothing else."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recordings.__main__ import main
from recordings.errors import FormatError
from recordings.keys import make_private_key
from recordings.sshsig import (
    DECISION_NAMESPACE,
    allowed_signers_line,
    armour,
    bytes_to_sign,
    sign_message,
    sign_stream,
    verify_message,
)
from tests.recordings.conftest import Desk


def keygen(signers: Path, signature: Path, data: bytes, namespace: str = "bastion-recording"):
    words = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "bastion", "-n", namespace]
    done = subprocess.run([*words, "-s", signature], input=data, capture_output=True, check=False)
    return done.returncode


def sign(path: Path, key: Ed25519PrivateKey) -> str:
    with path.open("rb") as stream:
        return sign_stream(stream, key)


@pytest.fixture
async def signed(desk: Desk) -> tuple[Path, Path, bytes]:
    path = await desk.sealed()
    signers, signature = desk.folder / "allowed_signers", desk.folder / "s1.sig"
    signers.write_text(allowed_signers_line(desk.public) + "\n")
    signature.write_text(sign(path, desk.key))
    return signers, signature, path.read_bytes()


async def test_ssh_keygen_accepts_a_signed_recording(signed: tuple[Path, Path, bytes]):
    assert keygen(*signed) == 0


async def test_ssh_keygen_refuses_any_other(desk: Desk, signed: tuple[Path, Path, bytes]):
    signers, signature, data = signed
    for changed in (data[:-1], data + b"\n", data.replace(b"alice", b"malle"), b""):
        assert keygen(signers, signature, changed) != 0
    assert keygen(signers, signature, data, namespace="file") != 0
    signature.write_text(sign(desk.root / "../signing.key", make_private_key()))
    assert keygen(signers, signature, (desk.folder / "signing.key").read_bytes()) != 0


async def test_the_line_is_trusted_for_recordings_only(desk: Desk, tmp_path: Path):
    line = allowed_signers_line(desk.public)
    assert line.startswith('bastion namespaces="bastion-recording" ssh-ed25519 AAAA')


async def test_the_line_can_be_made_of_the_public_key_alone(
    desk: Desk, capsys: pytest.CaptureFixture[str]
):
    assert main(["key", str(desk.key_path)]) == 0
    assert capsys.readouterr().out == allowed_signers_line(desk.public) + "\n"


KEY_KINDS = ("ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048")


def ssh_keygen(*words: str | Path) -> None:
    subprocess.run(["ssh-keygen", "-q", *words], check=True, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("kind", KEY_KINDS)
def test_what_ssh_keygen_signs_is_accepted_and_nothing_else(kind: str, tmp_path: Path):
    name, _, bits = kind.partition("-")
    key, message = tmp_path / "id", tmp_path / "message"
    ssh_keygen("-t", name, *(["-b", bits] if bits else []), "-N", "", "-f", key)
    message.write_bytes(b"yes\n")
    ssh_keygen("-Y", "sign", "-n", DECISION_NAMESPACE, "-f", key, message)
    signature = (tmp_path / "message.sig").read_text()
    signer = verify_message(b"yes\n", signature, DECISION_NAMESPACE)
    assert (
        signer.allowed_signers_line("bob", "x").split()[2:]
        == ((tmp_path / "id.pub").read_text().split()[:2])
    )
    printed = subprocess.run(["ssh-keygen", "-lf", key], capture_output=True, text=True, check=True)
    assert signer.fingerprint == printed.stdout.split()[1]
    with pytest.raises(FormatError):
        verify_message(b"no\n", signature, DECISION_NAMESPACE)
    with pytest.raises(FormatError):
        verify_message(b"yes\n", signature, "file")


def test_no_flipped_bit_of_a_signature_passes():
    signature = sign_message(b"yes\n", make_private_key(), DECISION_NAMESPACE)
    signer = verify_message(b"yes\n", signature, DECISION_NAMESPACE)
    head, body, tail = signature.partition("U1NIU0")
    blob = base64.b64decode((body + tail).split("-----")[0])
    for place in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[place // 8] ^= 1 << place % 8
        text = f"{head}{base64.b64encode(changed).decode()}\n-----END SSH SIGNATURE-----\n"
        with pytest.raises(FormatError):
            verify_message(b"yes\n", text, DECISION_NAMESPACE)
    assert signer.key_type == "ssh-ed25519"


@pytest.mark.parametrize(
    "text", ["", "yes", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----", "-" * 20_000]
)
def test_what_is_no_signature_is_said_so(text: str):
    with pytest.raises(FormatError, match="no SSH signature"):
        verify_message(b"yes\n", text, DECISION_NAMESPACE)


def security_key_signature(message: bytes, flags: int) -> str:
    """Sign as OpenSSH's PROTOCOL.u2f says that a security key does."""
    key = make_private_key()
    application = b"ssh:"

    def string(data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + data

    kind = b"sk-ssh-ed25519@openssh.com"
    public = string(kind) + string(key.public_key().public_bytes_raw()) + string(application)
    counted = bytes([flags]) + (7).to_bytes(4, "big")
    data = bytes_to_sign(message, DECISION_NAMESPACE)
    digests = hashlib.sha256(application).digest(), hashlib.sha256(data).digest()
    signature = key.sign(digests[0] + counted + digests[1])
    return armour(public, string(kind) + string(signature) + counted, DECISION_NAMESPACE)


def test_a_security_key_counts_when_somebody_touched_it(tmp_path: Path):
    signature = security_key_signature(b"yes\n", flags=1)
    signer = verify_message(b"yes\n", signature, DECISION_NAMESPACE)
    assert signer.key_type == "sk-ssh-ed25519@openssh.com"
    signers, file = tmp_path / "signers", tmp_path / "sig"
    signers.write_text(signer.allowed_signers_line("bastion", DECISION_NAMESPACE) + "\n")
    file.write_text(signature)
    assert keygen(signers, file, b"yes\n", DECISION_NAMESPACE) == 0
    with pytest.raises(FormatError, match="touched"):
        verify_message(b"yes\n", security_key_signature(b"yes\n", flags=0), DECISION_NAMESPACE)
