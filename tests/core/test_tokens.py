"""A token is the same for the same value, never one for two, and bound only in comparisons."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bastion.core import tokens
from bastion.core.context import SessionContext
from bastion.core.lineage import trace
from bastion.core.masking import plan
from bastion.core.model import Engine, RawBatch, ResultColumn, Sensitivity
from bastion.core.statement import analyse
from bastion.core.styles import Style, Styles
from bastion.core.tokens import TokenBook
from tests.fakes.catalogues import make_catalogue

EMAIL = Sensitivity.EMAIL
SHOPS = {engine: make_catalogue(engine) for engine in Engine}


def exposure_of(sql: str, engine: Engine = Engine.POSTGRESQL):
    shop, context = SHOPS[engine], SessionContext()
    statement = analyse(sql, engine=engine, catalogue=shop, context=context)
    return trace(statement, catalogue=shop, context=context)


def shown(sql: str, *cells: str) -> list[str]:
    """Show cells of a one-column result in the style ``token``."""
    shop, context = SHOPS[Engine.POSTGRESQL], SessionContext()
    statement = analyse(sql, engine=Engine.POSTGRESQL, catalogue=shop, context=context)
    exposure = trace(statement, catalogue=shop, context=context)
    columns = (ResultColumn(name="x", type_name="text"),)
    masks = plan(
        statement, exposure, columns, shop,
        chosen=Styles(chosen={EMAIL: Style.TOKEN}), book=TokenBook(b"k", "shop"),
    )  # fmt: skip
    batch = masks.apply(RawBatch(columns, [(cell.encode(),) for cell in cells]))
    return [(row[0] or b"").decode() for row in batch.rows]


@given(st.lists(st.binary(max_size=12), max_size=400))
def test_no_two_values_have_one_token_and_one_value_has_one(values):
    book = TokenBook(b"key", "shop")
    given_out = {value: book.give(EMAIL, value).tag for value in values}
    assert len(set(given_out.values())) == len(given_out)
    assert all(book.give(EMAIL, value).tag == tag for value, tag in given_out.items())


def test_a_token_grows_when_its_short_form_is_taken():
    book = TokenBook(b"key", "shop")
    tags = [book.give(EMAIL, b"%d" % number).tag for number in range(3000)]
    assert len(set(tags)) == 3000
    assert {len(tag) for tag in tags} >= {4, 6}


def test_what_was_forgotten_never_stands_for_another_value():
    book = TokenBook(b"key", "shop")
    before = {book.give(EMAIL, b"%d" % number).tag for number in range(500)}
    book.forget(EMAIL, before, 7)
    after = {book.give(EMAIL, b"%d" % number).tag for number in range(500, 1000)}
    assert before.isdisjoint(after)
    assert min(map(len, after)) > max(map(len, before))


def test_targets_classes_and_installations_have_tokens_of_their_own():
    value = b"ada@example.com"
    tags = {
        TokenBook(b"key", "shop").give(EMAIL, value).tag,
        TokenBook(b"key", "other").give(EMAIL, value).tag,
        TokenBook(b"another", "shop").give(EMAIL, value).tag,
        TokenBook(b"key", "shop").give(Sensitivity.PHONE, value).tag,
    }
    assert len(tags) == 4


def test_a_remembered_token_prints_no_value():
    assert "ada" not in repr(TokenBook(b"key", "shop").give(EMAIL, b"ada@example.com"))


def test_what_a_person_can_put_into_the_column_gets_no_token():
    """Else each literal beside a column would be a guess, answered by a token that looks alike."""
    for sql in (
        "select email from customers union all select 'ada@example.com'",
        "select coalesce(email, 'ada@example.com') from customers",
        "select substr(email, 2) from customers",
        "select max(email) from customers",
        "select case when id > 3 then email else 'ada@example.com' end from customers",
        "select e.email from (values ('ada@example.com')) e(email) union select email"
        " from customers",
    ):
        assert not shown(sql, "ada@example.com")[0].startswith("⟨"), sql
    for sql in (
        "select email from customers",
        "select x from (select email as x from customers) y",
        "with c as (select * from customers) select c.email from c",
    ):
        assert shown(sql, "ada@example.com")[0].startswith("⟨email:"), sql


def test_a_token_is_no_guess_and_a_literal_beside_it_is_one():
    sql = "select id from customers where email in ('⟨email:7f3a⟩', 'b@x.org')"
    found = exposure_of(sql)
    assert found.tokens == {"⟨email:7f3a⟩"}
    assert found.guesses == 1
    assert not found.inference
    assert exposure_of("select id from customers where email = '⟨email:7f3a⟩'").guesses == 0


def test_only_plain_quotes_and_only_the_columns_class_are_bound():
    for sql in (
        "select id from customers where email = E'⟨email:7f3a⟩'",
        "select id from customers where email = $$⟨email:7f3a⟩$$",
        "select id from customers where phone = '⟨email:7f3a⟩'",
        "select id from customers where email || '' = '⟨email:7f3a⟩'",
        "prepare p as select id from customers where email = '⟨email:7f3a⟩'",
        "declare c cursor for select id from customers where email = '⟨email:7f3a⟩'",
        "copy (select id from customers where email = '⟨email:7f3a⟩') to stdout",
    ):
        found = exposure_of(sql)
        assert (found.tokens, found.stray_token) == (frozenset(), "⟨email:7f3a⟩"), sql


def test_what_only_looks_like_a_token_is_a_text_like_others():
    for text in ("⟨email⟩", "⟨name:7f3a⟩", "see ⟨email:7f3a⟩", "⟨email:7F3A⟩", "⟨secret:7f3a⟩"):
        found = exposure_of(f"select '{text}'")
        assert found.stray_token == "", text


@given(st.text(max_size=20), st.text(max_size=20))
def test_binding_puts_each_value_exactly_where_its_token_stands(one, other):
    sql = "select 1 from t where a = '⟨email:aaaa⟩' and b in ('⟨ssn:bbbb⟩', 'x')"
    values = {"⟨email:aaaa⟩": one.encode(), "⟨ssn:bbbb⟩": other.encode()}
    bound = tokens.bind(sql, Engine.POSTGRESQL, values)
    assert [sql[part.start : part.end] for part in bound] == ["'⟨email:aaaa⟩'", "'⟨ssn:bbbb⟩'"]
    assert [part.value for part in bound] == [one.encode(), other.encode()]
