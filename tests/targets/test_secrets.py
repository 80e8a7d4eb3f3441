"""A target's URL: what it may say, and what is never said of it."""

from __future__ import annotations

import pytest

from bastion.core.model import Engine
from bastion.errors import ConfigError
from bastion.targets.secrets import TlsMode, parse_target_url, read_password_file


def test_a_url_is_taken_apart():
    url = parse_target_url("postgresql://alice:p%40ss@db.example.com:6432/shop")
    assert (url.engine, url.host, url.port) == (Engine.POSTGRESQL, "db.example.com", 6432)
    assert (url.user, url.password, url.database) == ("alice", "p@ss", "shop")


@pytest.mark.parametrize(
    ("text", "engine", "port"),
    [
        ("postgres://u@h/d", Engine.POSTGRESQL, 5432),
        ("mysql://u@h/d", Engine.MYSQL, 3306),
        ("mariadb://u@h/d", Engine.MYSQL, 3306),
    ],
)
def test_engines_have_their_ports(text, engine, port):
    url = parse_target_url(text)
    assert (url.engine, url.port) == (engine, port)


@pytest.mark.parametrize(
    "text", ["postgresql://u:hunter2@h/d", "mysql://u:hunter2@h:1/d?unix_socket=/run/my.sock"]
)
def test_the_password_is_never_shown(text):
    url = parse_target_url(text)
    assert "hunter2" not in url.redacted() + repr(url) + str(url)
    assert parse_target_url(url.reveal()) == url


def test_sockets_are_named_by_parameters():
    url = parse_target_url("postgresql://u@/d?host=/run/postgresql")
    assert (url.socket, url.host, url.is_local) == ("/run/postgresql", "", True)
    url = parse_target_url("mysql://u@localhost/d?unix_socket=/run/my.sock")
    assert (url.socket, url.is_local) == ("/run/my.sock", True)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "127.8.8.8"])
def test_loopback_may_be_plain(host):
    url = parse_target_url(f"postgresql://u@{host}/d")
    assert url.tls_mode is TlsMode.DISABLE
    assert not url.is_relaxed


@pytest.mark.parametrize("host", ["db.example.com", "10.0.0.1", "localhost.example.com", "[::2]"])
def test_elsewhere_the_server_proves_who_it_is(host):
    assert parse_target_url(f"postgresql://u@{host}/d").tls_mode is TlsMode.VERIFY_FULL
    assert parse_target_url(f"mysql://u@{host}/d").tls_mode is TlsMode.VERIFY_FULL


def test_only_the_url_itself_relaxes_that():
    url = parse_target_url("postgresql://u@db.example.com/d?sslmode=require")
    assert url.tls_mode is TlsMode.REQUIRE
    assert url.is_relaxed
    assert parse_target_url("mysql://u@db.example.com/d?ssl=disable").is_relaxed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://u:hunter2@h/d", "must begin with"),
        ("postgresql://h/d", "lacks a user"),
        ("postgresql://u:hunter2@h", "lacks a database"),
        ("postgresql://u:hunter2@/d", "lacks a host"),
        ("postgresql://u:hunter2@h:port/d", "cannot be read"),
        ("postgresql://u:hunter2@h/d?options=-c%20row_security%3Doff", "options"),
        ("postgresql://u:hunter2@h/d?service=x", "service"),
        ("postgresql://u:hunter2@h/d?sslmode=none", "must be one of"),
        ("postgresql://u:hunter2@h/d?sslmode=require&sslmode=disable", "twice"),
        ("postgresql://u:hunter2@h/d?connect_timeout=soon", "whole number"),
        ("postgresql://u:hunter2@h/d?connect_timeout=900", "1 to 60"),
        ("postgresql://u:hunter2@h/d?host=a,b", "one host"),
        ("mysql://u:hunter2@h/d?local_infile=1", "local_infile"),
        ("mysql://u:hunter2@h/d?charset=gbk", "charset"),
        ("postgresql://u:hunter2%00@h/d", "NUL"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(text, words):
    with pytest.raises(ConfigError, match=words) as caught:
        parse_target_url(text)
    assert "hunter2" not in caught.value.message + caught.value.detail


def test_a_password_from_elsewhere_replaces_the_urls():
    assert parse_target_url("mysql://u:a@h/d", password="b").password == "b"
    assert parse_target_url("mysql://u:a@h/d").with_password("c").password == "c"


def test_a_password_file_gives_its_first_line(tmp_path):
    path = tmp_path / "pw"
    path.write_text("s3cret \nsecond\n")
    assert read_password_file(path) == "s3cret "
    path.write_text("")
    with pytest.raises(ConfigError, match="empty"):
        read_password_file(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_password_file(tmp_path / "missing")
