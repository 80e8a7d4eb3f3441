"""No literal of a password or key is left in what is recorded, however it is written."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastion.core.scrubbing import hide_secrets, scrub_secrets, secret_parameters, secret_spans

FORMS = {
    "pg role": "create role app{n} with login encrypted password {s} valid until 'infinity'",
    "pg alter": "ALTER USER app PASSWORD {s}",
    "my create": "create user 'a'@'%' identified by {s}",
    "my plugin": "alter user a identified with mysql_native_password by {s} replace {s}",
    "maria via": "alter user a identified via ed25519 using password({s}) or unix_socket",
    "my several": "create user 'a'@'h' identified by {s}, 'b'@'h' identified by {s} require ssl",
    "grant": "grant all on *.* to 'a'@'b' identified by {s} with grant option",
    "set password": "set password for 'a'@'b' = password({s})",
    "set own": "SET PASSWORD = {s}",
    "set to": "set password to {s}",
    "user mapping": "create user mapping for x server s options (user 'a', password {s})",
    "alter mapping": "alter user mapping for x server s options (set password {s})",
    "server": "create server s foreign data wrapper mysql options (user 'a', password {s}, port 1)",
    "replication": "change master to master_host='h', master_user='u', master_password={s}",
    "source": "change replication source to source_password = {s}, source_port = 1",
    "start": "start slave user = 'u' password = {s}",
    "pgcrypto": "select pgp_sym_encrypt(note, {s}), pgp_sym_decrypt(b, {s}, 'cipher-algo=aes256')",
    "pgcrypto nested": "select pgp_sym_encrypt(concat('a,b', f('x')), {s}) from t",
    "pg crypt": "select crypt({s}, gen_salt('bf'))",
    "pg hmac": "select hmac(x, {s}, 'sha256')",
    "raw": "select encrypt(x, {s}, 'aes')",
    "my aes": "select aes_decrypt(unhex(c), {s}) from t",
    "my des": "select des_encrypt('data', {s})",
    "aws": "copy t from 's3://b' credentials {s}",
    "aws keys": "select aws_s3.import(secret_access_key => {s}, access_key_id => {s})",
    "option": "alter foreign table t options (add api_key {s})",
}
PLAIN = {
    "conninfo": "create subscription s connection 'host=a password={w} user=b' publication p",
    "dblink": "select * from dblink('host=a password={w}', 'select 1') as t(a int)",
    "quoted conninfo": "select dblink_connect('host=a password=''{w} {w}'' user=b')",
    "url": "select dblink_connect('postgresql://u:{w}@h/db')",
    "url query": "select dblink_connect('postgresql://h/db?user=u&password={w}&sslmode=require')",
    "primary": "alter system set primary_conninfo = 'host=a password={w}'",
    "dollar conninfo": "select dblink_connect($c$host=a password={w} user=b$c$)",
    "do block": "do $$ begin execute 'alter role x password ''{w}'''; end $$",
    "do format": "do $x$ begin execute format('alter role x password %L', p); alter role x"
    " password '{w}'; end $x$",
    "prepared": "prepare p from 'alter user a identified by ''{w}'''",
    "immediate": "execute immediate \"create user a identified by '{w}'\"",
    "json value": 'insert into t values (\'{{"user": "a", "password": "{w}"}}\')',
    "function body": "create function f() returns text language sql as $$ select"
    " pgp_sym_decrypt(x, '{w}') from t $$",
    "inside out": "'create role x password '{w}' login'",
    "inside out mysql": "'create user x identified by '{w}''",
    "inside out call": "'alter user x identified via p using password('{w}')'",
    "no quotes": "alter user app password {w}",
    "no quotes mysql": "create user a identified by {w}",
    "aws string": "unload ('x') credentials 'aws_access_key_id={w};aws_secret_access_key={w}'",
}
WORD = "hunTer2Canary"
QUOTES = {
    "plain": "'{w}'",
    "escape string": "E'{w}'",
    "escaped quote": "E'{w}\\'{w}'",
    "doubled quote": "'{w}''{w}'",
    "backslash": r"'{w}\'{w}'",
    "double quotes": '"{w}"',
    "doubled double": '"{w}""{w}"',
    "dollar": "$${w}$$",
    "tagged dollar": "$a1${w} ' {w}$a1$",
    "national": "N'{w}'",
    "continued": "'{w}'\n  '{w}'",
    "adjacent": "'{w}' '{w}'",
    "semicolon": "'{w};{w}'",
    "keyword inside": "'{w} password {w}'",
    "line break": "'{w}\n{w}'",
    "comment sign": "'{w}--{w}/*{w}'",
}
ONLY_POSTGRESQL = ("escape string", "escaped quote", "dollar", "tagged dollar")
BETWEEN = {
    "as it is": "{}",
    "line break": "\n\t {}",
    "block comment": "/* the new one */ {}",
    "line comment": "-- the new one\n {}",
    "hash comment": "# the new one\n {}",
}


def is_clean(text: str) -> bool:
    return WORD.lower() not in text.lower()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("quotes", QUOTES)
def test_no_form_and_no_quoting_keeps_a_secret(form: str, quotes: str):
    for name, between in BETWEEN.items():
        if name == "hash comment" and quotes in ONLY_POSTGRESQL:
            continue
        literal = between.format(QUOTES[quotes].format(w=WORD))
        for template in (FORMS[form], FORMS[form].upper().replace("{S}", "{s}")):
            scrubbed = scrub_secrets(template.replace("{N}", "{n}").format(s=literal, n=1))
            assert is_clean(scrubbed), scrubbed
            assert "***" in scrubbed


@pytest.mark.parametrize("form", PLAIN)
def test_no_secret_inside_a_string_or_without_quotes_is_kept(form: str):
    text = PLAIN[form].format(w=WORD)
    for one in (text, f"/* x */ {text}", f"begin; {text}; commit", text.replace(" ", "\n ")):
        scrubbed = scrub_secrets(one)
        assert is_clean(scrubbed), scrubbed
        assert "***" in scrubbed


@pytest.mark.parametrize("form", [*FORMS, *PLAIN])
def test_nothing_of_a_secret_is_echoed_while_it_is_typed(form: str):
    """At every keystroke: what is not covered yet must not be part of the secret."""
    literal = f"'{WORD}'"
    text = FORMS[form].format(s=literal, n=1) if form in FORMS else PLAIN[form].format(w=WORD)
    for length in range(1, len(text) + 1):
        typed = text[:length]
        covered = set()
        for start, end in secret_spans(typed):
            covered.update(range(start, end))
        shown = "".join("*" if at in covered else letter for at, letter in enumerate(typed))
        assert "hunT" not in shown, shown


@pytest.mark.parametrize(
    "text",
    [
        "select id from t where name = 'x'",
        "select password from t",
        "select encode(a, 'hex'), decode('ff', 'hex')",
        "select user, password is null from accounts order by password",
        "create table t (id int, password text not null, token uuid)",
        "alter role app password null",
        "alter user a identified with mysql_native_password",
        "alter user a password expire interval 90 day",
        "select 'a://b' as url, 'x@example.com' as mail",
        "grant select on t to app",
        "select count(*) from tokens where secret_id = 5",
        "create index on t (password)",
    ],
)
def test_ordinary_text_is_left_alone(text: str):
    assert scrub_secrets(text) == text
    assert secret_spans(text) == ()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "create user 'ann'@'10.%' identified by 'x1' require ssl account lock",
            "create user 'ann'@'10.%' identified by '***' require ssl account lock",
        ),
        (
            "select pgp_sym_encrypt('the data', 'k') from customers where id = 7",
            "select pgp_sym_encrypt('the data', '***') from customers where id = 7",
        ),
        (
            "do $$ begin execute 'alter role x password ''p1'''; end $$",
            "do $$ begin execute 'alter role x password ''***'''; end $$",
        ),
    ],
)
def test_what_is_not_secret_stays_readable(text: str, left: str):
    assert scrub_secrets(text) == left


@pytest.mark.parametrize("form", [*FORMS, *PLAIN])
def test_scrubbing_again_changes_nothing(form: str):
    text = FORMS[form].format(s="'x1y2'", n=1) if form in FORMS else PLAIN[form].format(w="x1y2")
    scrubbed = scrub_secrets(text)
    assert scrub_secrets(scrubbed) == scrubbed


@given(st.text(max_size=60), st.sampled_from(sorted(FORMS)))
def test_anything_before_a_form_is_survived(before: str, form: str):
    scrub_secrets(before + FORMS[form].format(s="'x'", n=1))
    secret_spans(before + FORMS[form].format(s="'x'", n=1))


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("select pgp_sym_encrypt($1, $2)", {2}),
        ("select aes_encrypt(?, ?), ?", {2}),
        ("create user a identified by ?", {1}),
        ("alter role a password $3", {3}),
        ("select * from t where id = $1", set()),
        ("select crypt($1, gen_salt('bf')) = password from t where id = $2", {1}),
    ],
)
def test_parameters_in_the_place_of_a_secret_are_known(text: str, positions: set[int]):
    assert secret_parameters(text) == positions


@pytest.mark.parametrize(
    "said",
    [
        'syntax error at or near "{w}"',
        "You have an error in your SQL syntax; check the manual near '{w}' at line 1",
        "near 'identified by '{w}'' at line 1",
        "SQL statement \"alter role x password '{w}'\"",
    ],
)
@pytest.mark.parametrize(
    "statement", ["alter user a password {w}", "create user a identified by '{w}'"]
)
def test_an_error_that_repeats_a_secret_does_not_show_it(said: str, statement: str):
    shown = hide_secrets(said.format(w=WORD), statement.format(w=WORD))
    assert is_clean(shown), shown


def test_other_errors_are_shown_as_they_are():
    said = 'relation "t" does not exist'
    assert hide_secrets(said, "select 1") == said
    assert hide_secrets(said, "alter role x password 'y1'") == said


def test_long_texts_are_scrubbed_in_good_time():
    """Patterns that go back and forth would take minutes here."""
    chance = random.Random(3)
    words = ["password", "'x'", "identified", "by", "(", ")", ",", "secret", "=", "\n", "$a$", "'"]
    scrub_secrets(" ".join(chance.choice(words) for _ in range(5_000)))
    scrub_secrets("password " * 5_000)
    scrub_secrets("select pgp_sym_encrypt(" + "(" * 3_000)
    scrub_secrets("identified by 'a' " * 3_000)
