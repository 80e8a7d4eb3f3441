"""What is signed here, the real ``ssh-keygen`` accepts; and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recordings.__main__ import main
from recordings.keys import make_private_key
from recordings.sshsig import allowed_signers_line, sign_stream
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
