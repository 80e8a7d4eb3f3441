import asyncssh
import pytest

from bastion.errors import UsageError
from bastion.ssh.keys import (
    create_host_key,
    fingerprint,
    load_host_key,
    parse_authorized_keys,
    parse_line,
)
from tests.fakes.clock import START


def public_line(algorithm: str = "ssh-ed25519", **options: object) -> str:
    key = asyncssh.generate_private_key(algorithm, **options)
    return key.export_public_key().decode().strip()


def test_a_host_key_is_ed25519_and_its_fingerprint_is_what_clients_show():
    pem = create_host_key()
    assert pem.startswith(b"-----BEGIN OPENSSH PRIVATE KEY-----")
    assert load_host_key(pem).get_algorithm() == "ssh-ed25519"
    assert fingerprint(pem).startswith("SHA256:")
    assert fingerprint(pem) == fingerprint(pem) != fingerprint(create_host_key())


def test_a_broken_host_key_is_refused_in_words():
    with pytest.raises(UsageError, match="host key cannot be read"):
        load_host_key(b"nonsense")


def test_keys_are_read_once_each_with_comments_and_blank_lines_between():
    one, two = public_line(), public_line("ecdsa-sha2-nistp256")
    keys = parse_authorized_keys(f"# work\n\n{one}\n{two} laptop\n{one} again\n")
    assert [key.line for key in keys] == [one, f"{two} laptop"]
    assert all(key.fingerprint.startswith("SHA256:") for key in keys)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ssh-ed25519 AAAA", "Line 1: this is not a public key"),
        ("", "no public key"),
        (public_line("ssh-dss"), "type ssh-dss"),
        (public_line("ssh-rsa", key_size=1024), "1024 bits is too short"),
        (f'command="x" {public_line()}', "option 'command'"),
        (f"verify-required {public_line()}", "option 'verify-required'"),
        (f"cert-authority {public_line()}", "certificates"),
        (f'expiry-time="soon" {public_line()}', "YYYYMMDD"),
        (f'expiry-time="20269999" {public_line()}', "no date"),
        (create_host_key().decode(), "private key"),
    ],
    # Named, since the keys are made anew each time and would name the tests otherwise.
    ids=[
        "garbled",
        "empty",
        "dss",
        "short rsa",
        "command",
        "verify-required",
        "cert-authority",
        "expiry no time",
        "expiry no date",
        "private key",
    ],
)
def test_what_cannot_be_enforced_or_trusted_is_refused_in_words(line: str, words: str):
    with pytest.raises(UsageError, match=words):
        parse_authorized_keys(line)


def test_rsa_of_2048_bits_is_accepted():
    assert parse_authorized_keys(public_line("ssh-rsa", key_size=2048))


def test_a_certificate_is_no_key():
    authority = asyncssh.generate_private_key("ssh-ed25519")
    certificate = authority.generate_user_certificate(authority, "id", principals=["alice"])
    with pytest.raises(UsageError, match=r"not a public key|certificates"):
        parse_authorized_keys(certificate.export_certificate().decode())


def test_from_and_expiry_limit_where_and_when():
    key = public_line()
    inside = parse_line(f'from="10.0.0.0/8,!10.6.6.6" {key}')
    assert inside.allows("10.1.2.3", START)
    assert not inside.allows("10.6.6.6", START)
    assert not inside.allows("192.0.2.1", START)
    assert not inside.allows("unix", START)
    assert parse_line(f'expiry-time="20260302" {key}').allows("10.1.2.3", START)
    assert not parse_line(f'expiry-time="202603011200Z" {key}').allows("10.1.2.3", START)
