"""What is asked of texts with sensitive values in them: typed words are a guess, rows are not."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

from bastion.core.catalogue import Catalogue, Classification
from bastion.core.context import SessionContext
from bastion.core.exposure import Exposure
from bastion.core.lineage import trace
from bastion.core.model import Engine, Sensitivity
from bastion.core.statement import analyse
from bastion.core.tracking import advance
from tests.fakes.catalogues import make_catalogue, make_relation


def _with_mails(engine: Engine, held: Sensitivity = Sensitivity.EMAIL) -> Catalogue:
    telling = Classification(sensitivity=None, evidence="test", embedded=held)
    shop = make_catalogue(engine)
    schema = "public" if engine is Engine.POSTGRESQL else "shop"
    mails = make_relation(schema, "mails", "id int4, title text, body text", primary_key=("id",))
    first, title, body = mails.columns
    mails = dataclasses.replace(
        mails, columns=(first, title, dataclasses.replace(body, classification=telling))
    )
    words = make_relation(schema, "words", "id int4, word text", primary_key=("id",))
    relations = {**shop.relations, (schema, "mails"): mails, (schema, "words"): words}
    return dataclasses.replace(shop, relations=MappingProxyType(relations))


SHOPS = {engine: _with_mails(engine) for engine in Engine}


def last(text: str, engine: Engine = Engine.POSTGRESQL) -> Exposure:
    """Run statements one after another; give what the last one can reveal."""
    shop = SHOPS[engine]
    context, exposure = SessionContext(), None
    for piece in text.split(" ;; "):
        statement = analyse(piece, engine=engine, catalogue=shop, context=context)
        exposure = trace(statement, catalogue=shop, context=context)
        context = advance(context, statement, exposure, catalogue=shop)
    assert exposure is not None
    return exposure


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize(
    "text",
    [
        "select w.id from mails m, words w where m.body like concat('c', w.word, '%')",
        "select w.id from mails m join words w on substr(m.body, 1, 1) = w.word",
        "select w.id from mails m join words w on ascii(substr(m.body, w.id, 1)) = 99",
        "select id from words where id in (select ascii(substr(body, 1, 1)) from mails)",
        "select id from words where id = (select length(body) from mails where id = 1)",
        "select id from words where exists (select 1 from mails where body like word)",
        "select q.id from (select m.body, w.id from mails m, words w) q"
        " where ascii(substr(q.body, 1, 1)) = q.id",
        "select q.id from (select w.id, substr(m.body, w.id, 1) c from mails m, words w) q"
        " where c = 'u'",
        "with c as (select id, body, title from mails)"
        " select b.id from c a, c b where left(a.body, 5) = b.title",
        "select max(id) from mails having ascii(max(body)) = count(*)",
        "select body x from mails union all select 'c' order by x",
        "select max(x) from (select body x from mails union all select 'c') q",
        "select count(distinct x) from (select body x from mails union all select 'c') q",
        "select x, count(*) from (select body x from mails union all select 'c') q group by x",
        "select m.id, greatest(m.body, w.word) from mails m, words w",
        "select case when m.body like w.word then 1 end from mails m, words w",
        "select count(case when m.body like w.word then 1 end) from mails m, words w",
        "create temporary table z as select body from mails ;; select body from z order by body",
        "create temporary table z (k text) ;; select 1 from z join mails on body = k",
    ],
)
def test_what_rows_ask_of_a_telling_text_is_inference(text: str, engine: Engine) -> None:
    assert last(text, engine).inference


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        ("select id from mails where body like 'c%'", 1),
        ("select id from mails where body like 'c%' and body not like 'd%'", 2),
        ("select id from mails where concat(title, ' ', body) like '%c%'", 1),
        ("select id from mails where body like concat('%', title, '%')", 2),
        ("select count(case when body like '%c%' then 1 end) from mails", 1),
        ("select left(body, 5), count(*) from mails group by left(body, 5)", 1),
        ("select id from mails order by body like 'c%'", 1),
        ("select id from mails where body = 'to ada@example.com'", 1),
        ("select id from mails where body in ('to a@example.com', 'to b@example.com')", 2),
        ("select body from mails union select 'c'", 1),
        ("select case body when 'to ada@example.com' then 1 else 2 end from mails", 1),
        ("select id from mails where body = 'gift'", 0),
        ("select id from mails where coalesce(body, '') <> ''", 0),
        ("select id, body from mails order by body", 0),
        ("select body, count(*) from mails group by body", 0),
        ("select max(body) from mails", 0),
        ("select m.id from mails m join words w on m.body = w.word", 0),
        ("select m.id from mails m join words w on m.id = w.id and m.body is not null", 0),
    ],
)
def test_typed_words_are_guesses(text: str, guesses: int, engine: Engine) -> None:
    exposure = last(text, engine)
    assert not exposure.inference
    # One without a key is another guess each time.
    counts = {guess.key or place: guess.count for place, guess in enumerate(exposure.guessed)}
    assert sum(counts.values()) == guesses


@pytest.mark.parametrize("word", ["?", "@word"])
def test_words_that_the_text_does_not_show_count_each_time(word: str) -> None:
    exposure = last(f"select id from mails where body like {word}", Engine.MYSQL)
    assert "" in {guess.key for guess in exposure.guessed}


@pytest.mark.parametrize(
    "text",
    [
        "select id from mails, lateral generate_series(1, ascii(substr(body, 1, 1))) x",
        "select id from words limit (select ascii(substr(body, 1, 1)) from mails)",
        "select c from mails, regexp_split_to_table(body, '') with ordinality x(c, i)",
        "create temp table z (k text unique) ;; insert into z select body from mails",
    ],
)
def test_pieces_say_no_number_of_rows(text: str) -> None:
    assert last(text).inference


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("select nullif(left(body, 5), 'c') is null from mails", False),
        ("select count(nullif(body like 'c%', false)) from mails", False),
        ("select cast(body as binary(5)) from mails", False),
        ("select cast(body as binary) from mails", True),
        ("create temporary table z (k varchar(5)) ;; insert ignore into z select body from mails"
         " ;; select k from z", False),
        ("create temporary table z (k varchar(5)) engine=memory ;; insert into z select body"
         " from mails ;; select k from z", False),
        ("create temporary table z (k varchar(5)) engine=memory select body as k from mails"
         " ;; select k from z", False),
        ("create temporary table z (k longtext) ;; insert into z select body from mails"
         " ;; select k from z", True),
        ("create temporary table z (k longtext character set swe7) ;; insert ignore into z"
         " select body from mails ;; select k from z", False),
        ("select convert(body using swe7) from mails", False),
        ("select cast(body as char character set swe7) from mails", False),
        ("select cast(body as char(9) character set utf8mb4) from mails", False),
        ("select convert(body using latin1) from mails", True),
        ("select group_concat(body) from mails", True),
        ("set statement group_concat_max_len = 9 for select group_concat(body) from mails", False),
        ("set group_concat_max_len = 9 ;; select json_arrayagg(body) from mails", False),
        ("create temporary table z (id int primary key, k varchar(200)) ;; insert into z"
         " select id, body from mails ;; select k from z", True),
    ],
)  # fmt: skip
def test_what_cuts_a_telling_text_is_masked(text: str, is_shown: bool) -> None:
    exposure = last(text, Engine.MYSQL)
    assert exposure.columns is not None
    assert (not exposure.columns[0].classes) is is_shown


def test_what_a_telling_text_may_not_be_kept_beside_is_inference() -> None:
    keyed = (
        "create temporary table z (k varchar(200) {}) ;; {} insert into z select body from mails"
    )
    assert last(keyed.format("unique", ""), Engine.MYSQL).inference
    assert last(keyed.format("", "alter table z add unique (k) ;; "), Engine.MYSQL).inference
    assert not last(keyed.format("", ""), Engine.MYSQL).inference


@pytest.mark.parametrize("engine", list(Engine))
@pytest.mark.parametrize("call", ["lower(body)", "upper(concat(title, ' ', body))"])
def test_letters_in_another_case_hide_what_is_known_by_their_case(
    call: str, engine: Engine
) -> None:
    for held, is_shown in ((Sensitivity.TOKEN, False), (Sensitivity.EMAIL, True)):
        shop = _with_mails(engine, held)
        statement = analyse(
            f"select {call} from mails", engine=engine, catalogue=shop, context=SessionContext()
        )
        exposure = trace(statement, catalogue=shop, context=SessionContext())
        assert exposure.columns is not None
        assert (not exposure.columns[0].classes) is is_shown


@pytest.mark.parametrize(("version", "is_shown"), [("8.4.3", False), ("11.4.2-MariaDB", True)])
def test_lists_that_mysql_cuts_by_itself_are_masked(version: str, is_shown: bool) -> None:
    shop = dataclasses.replace(SHOPS[Engine.MYSQL], server_version=version)
    text = "select group_concat(body) from mails"
    statement = analyse(text, engine=Engine.MYSQL, catalogue=shop, context=SessionContext())
    exposure = trace(statement, catalogue=shop, context=SessionContext())
    assert exposure.columns is not None
    assert (not exposure.columns[0].classes) is is_shown
