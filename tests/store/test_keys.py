from __future__ import annotations

import base64
import subprocess

import pytest

from bastion.errors import UsageError
from bastion.store.keys import read_public_keys


def generate(folder, kind, *options):
    path = folder / f"{kind}{''.join(options)}"
    command = ["ssh-keygen", "-q", "-t", kind, *options, "-N", "", "-C", "me@home", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


def openssh_fingerprint(path):
    listing = subprocess.run(
        ["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True
    )
    return listing.stdout.split()[1]


@pytest.mark.parametrize(
    ("kind", "options"), [("ed25519", ()), ("ecdsa", ("-b", "256")), ("rsa", ("-b", "2048"))]
)
def test_fingerprint_is_the_one_that_openssh_prints(tmp_path, kind, options):
    path = generate(tmp_path, kind, *options)
    public = path.with_name(path.name + ".pub")
    (key,) = read_public_keys(public.read_text())
    assert key.fingerprint == openssh_fingerprint(public)
    assert key.line == public.read_text().strip()


def test_options_comments_and_several_lines_are_read(tmp_path):
    one = generate(tmp_path, "ed25519").with_name("ed25519.pub").read_text()
    two = generate(tmp_path, "ecdsa").with_name("ecdsa.pub").read_text()
    text = f'# mine\n\nfrom="10.0.0.0/8 , a \\" b",restrict {one}\n  {two}'
    keys = read_public_keys(text)
    assert [key.line.split()[-3:-2] for key in keys][1] == ["ecdsa-sha2-nistp256"]
    assert keys[0].line.startswith('from="10.0.0.0/8')
    assert keys[0].fingerprint == read_public_keys(one)[0].fingerprint


def test_private_key_is_refused_without_repeating_it(tmp_path):
    private = generate(tmp_path, "ed25519").read_text()
    with pytest.raises(UsageError, match="private key"):
        read_public_keys(private)


def test_short_rsa_key_is_refused(tmp_path):
    path = generate(tmp_path, "rsa", "-b", "1024")
    with pytest.raises(UsageError, match="2,048 bits"):
        read_public_keys(path.with_name(path.name + ".pub").read_text())


def other_type(line):
    kind, blob, *_ = line.split()
    return f"ssh-rsa {blob}" if kind != "ssh-rsa" else line


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: "",
        lambda line: "# only a comment",
        lambda line: "hello world",
        lambda line: line.split()[0],
        lambda line: line.replace("AAAA", "AAA"),
        lambda line: line[:60],
        other_type,
        lambda line: "ssh-dss " + base64.b64encode(b"\0\0\0\7ssh-dss").decode(),
        lambda line: "sk-ssh-ed25519@openssh.com AAAA",
    ],
)
def test_what_is_no_public_key_is_refused(tmp_path, spoil):
    line = generate(tmp_path, "ed25519").with_name("ed25519.pub").read_text()
    with pytest.raises(UsageError):
        read_public_keys(spoil(line))
