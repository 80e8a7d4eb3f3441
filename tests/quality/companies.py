"""Columns as companies have them, with what must be hidden in each cell: the same for both engines.

Written before anybody had looked at how they fare. What came out wrongly was mended by its kind, in
``bastion/core``; how many there were stands in docs/masking-quality.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from stdnum import ean, iban, luhn
from stdnum.br import cnpj, cpf
from stdnum.es import dni
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import nip, pesel
from stdnum.ro import cnp

ROWS = 220
_R = random.Random(42_1984)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, and the pieces of it that nobody may see."""

    text: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type on PostgreSQL and MariaDB, and how its cells are made."""

    name: str
    type: str
    make: Callable[[int], Cell | str | None]
    comment: str = ""

    @property
    def mysql_type(self) -> str:
        """Give the type that MariaDB has for it."""
        return _MYSQL_TYPES.get(self.type, self.type)


_MYSQL_TYPES = {
    "jsonb": "json",
    "json": "json",
    "text[]": "text",
    "timestamptz": "datetime(3)",
    "timestamp": "datetime(3)",
    "bytea": "blob",
    "double precision": "double",
    "boolean": "tinyint(1)",
    "hstore": "text",
}
_FIRST = "Ada Ben Cleo Dan Eva Finn Gus Hana Ivo June Karl Lea Max Nora Otto Pia Rosa Sven".split()
_LAST = "Moor Hall Park Reed Vogt Lang Nagy Kato Silva Novak Berg Rossi Blanc Costa".split()
_DOMAINS = "example.org mail.example.de posta.example.it example.co.uk corp.example.com".split()
_STREETS = "Lindenweg|Hauptstraße|Rue de la Gare|Via Roma|Mill Lane|Calle Mayor|Oak Avenue".split(
    "|"
)
_CITIES = "Graz Bremen Lyon Turin Leeds Porto Gent Malmö Brno Cork".split()
_WORDS = "the parcel was left at reception and signed by a colleague please call at noon".split()


def _pick(items):
    return _R.choice(items)


def _digits(count: int) -> str:
    return "".join(_R.choices("0123456789", k=count))


def _hex(count: int) -> str:
    return "".join(_R.choices("0123456789abcdef", k=count))


def _capitals(count: int) -> str:
    return "".join(_R.choices("ABCDEFGHJKLMNPQRSTUVWXYZ", k=count))


def secret(text: str, *pieces: str) -> Cell:
    """Give a cell of which nothing may be seen, or these pieces."""
    return Cell(text, pieces or (text,))


def mail() -> str:
    first, last = _pick(_FIRST).lower(), _pick(_LAST).lower()
    return f"{first}.{last}{_R.randrange(1000)}@{_pick(_DOMAINS)}"


def born() -> date:
    return date(1940, 1, 1) + timedelta(days=_R.randrange(24_000))


def day(start: int = 2019, days: int = 2500) -> date:
    return date(start, 1, 1) + timedelta(days=_R.randrange(days))


def moment() -> datetime:
    return datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=_R.randrange(150_000_000))


def words(count: int) -> str:
    return " ".join(_pick(_WORDS) for _ in range(count))


def street() -> str:
    return f"{_pick(_STREETS)} {_R.randrange(1, 199)}"


def german_mobile() -> str:
    return f"01{_pick(('51', '60', '70', '71', '75'))}{_R.randrange(10**6, 10**7):07}"


def spanish_mobile() -> str:
    return f"6{_R.randrange(10):01}{_R.randrange(10)} {_digits(3)} {_digits(3)}"


def british_mobile() -> str:
    return f"07{_pick(('700', '911', '400', '538'))} {_R.randrange(900_000, 999_999)}"


def american_phone() -> str:
    area = _pick(("212", "415", "617", "206", "312"))
    return f"{area}{_R.randrange(2, 9)}{_digits(2)}{_digits(4)}"


def public_ip() -> str:
    parts = (
        _pick((81, 93, 178, 203)),
        *(_R.randrange(256) for _ in range(2)),
        _R.randrange(1, 255),
    )
    return ".".join(map(str, parts))


def private_ip() -> str:
    return f"10.{_R.randrange(40)}.{_R.randrange(256)}.{_R.randrange(2, 255)}"


def card() -> str:
    body = f"4{_digits(14)}"
    return body + luhn.calc_check_digit(body)


def spaced_card() -> str:
    number = card()
    return " ".join(number[place : place + 4] for place in range(0, 16, 4))


def german_iban() -> str:
    body = f"DE00{_pick(('37040044', '10070024', '50010517'))}{_digits(10)}"
    return iban.compact("DE" + iban.calc_check_digits(body) + body[4:])


def polish() -> str:
    made = born()
    month = made.month + (20 if made.year >= 2000 else 0)
    body = f"{made:%y}{month:02}{made:%d}{_digits(4)}"
    return body + pesel.calc_check_digit(body)


def swedish() -> str:
    body = f"{born():%y%m%d}{_digits(3)}"
    return f"{body[:6]}-{body[6:]}{luhn.calc_check_digit(body)}"


def swedish_company() -> str:
    body = f"55{_R.randrange(20, 99)}{_digits(5)}"
    return f"{body[:6]}-{body[6:]}{luhn.calc_check_digit(body)}"


def brazilian() -> str:
    while True:
        body = _digits(9)
        for tail in range(100):
            if cpf.is_valid(f"{body}{tail:02}"):
                return cpf.format(f"{body}{tail:02}")


def indian() -> str:
    while True:
        body = f"{_R.randrange(2, 10)}{_digits(10)}"
        for tail in range(10):
            if aadhaar.is_valid(f"{body}{tail}"):
                number = f"{body}{tail}"
                return f"{number[:4]} {number[4:8]} {number[8:]}"


def dutch() -> str:
    while True:
        number = f"{_R.randrange(1, 10)}{_digits(8)}"
        if bsn.is_valid(number):
            return number


def romanian() -> str:
    while True:
        made = born()
        body = f"{_pick('12')}{made:%y%m%d}{_pick(('12', '40', '35'))}{_digits(3)}"
        for tail in range(10):
            if cnp.is_valid(f"{body}{tail}"):
                return f"{body}{tail}"


def italian() -> str:
    while True:
        made = born()
        body = (
            f"{_capitals(6)}{made:%y}{'ABCDEHLMPRST'[made.month - 1]}{made.day:02}"
            f"{_pick(('H501', 'L219', 'F205'))}"
        )
        for tail in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if codicefiscale.is_valid(body + tail):
                return body + tail


def spanish() -> str:
    body = _digits(8)
    return body + dni.calc_check_digit(body)


def british() -> str:
    while True:
        number = f"{_pick('467')}{_digits(9)}"
        if nhs.is_valid(number):
            return number


def polish_company() -> str:
    while True:
        number = f"5{_digits(9)}"
        if nip.is_valid(number):
            return nip.format(number)


def brazilian_company() -> str:
    while True:
        body = f"{_digits(8)}0001"
        for tail in range(100):
            if cnpj.is_valid(f"{body}{tail:02}"):
                return cnpj.format(f"{body}{tail:02}")


def _isbn() -> str:
    body = f"{_pick('01')}{_digits(8)}"
    total = sum((10 - place) * int(digit) for place, digit in enumerate(body))
    return body + "0123456789X"[-total % 11]


def barcode() -> str:
    body = f"40{_digits(10)}"
    return body + ean.calc_check_digit(body)


def token(count: int) -> str:
    return base64.urlsafe_b64encode(_R.randbytes(count)).decode().rstrip("=")


def bcrypt() -> str:
    letters = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "$2b$12$" + "".join(_R.choices(letters, k=53))


def _whole(make: Callable[[], str]) -> Callable[[int], Cell]:
    return lambda n: secret(make())


def _sometimes(
    make: Callable[[int], Cell | str], share: float
) -> Callable[[int], Cell | str | None]:
    return lambda n: make(n) if _R.random() < share else None


def _note(n: int) -> Cell | str:
    if n % 9 == 2:
        found = mail()
        return secret(f"{words(5)} or write to {found}, {words(3)}", found)
    if n % 11 == 3:
        found = f"+49 {_pick(('151', '170'))} {_digits(8)}"
        return secret(f"{words(4)}, mobil {found}", found)
    return words(9)


def _shipping(n: int) -> Cell:
    where, phone = street(), f"+44 7{_digits(3)} {_digits(6)}"
    document = {
        "name": f"{_pick(_FIRST)} {_pick(_LAST)}",
        "street": where,
        "city": _pick(_CITIES),
        "phone": phone,
        "express": n % 3 == 0,
    }
    return secret(json.dumps(document, ensure_ascii=False), where, phone)


def _fhir(n: int) -> Cell:
    phone, birth, number = f"+31 6 {_digits(8)}", born().isoformat(), dutch()
    document = {
        "resourceType": "Patient",
        "telecom": [{"system": "phone", "value": phone, "use": "home"}],
        "birthDate": birth,
        "identifier": [{"system": "urn:oid:2.16.840.1.113883.2.4.6.3", "value": number}],
        "active": True,
    }
    return secret(json.dumps(document), phone, birth, number)


def _hl7(n: int) -> Cell:
    birth, phone = (
        f"{born():%Y%m%d}",
        f"({_pick(('212', '415'))}){_R.randrange(200, 999)}-{_digits(4)}",
    )
    line = (
        f"MSH|^~\\&|LAB|NORTH|WARDS|MAIN|{moment():%Y%m%d%H%M}||ADT^A01|{n}|P|2.5\n"
        f"PID|1||{n + 4000}^^^MAIN^MR||{_pick(_LAST)}^{_pick(_FIRST)}||{birth}|F|||"
        f"{_R.randrange(9, 99)} {_pick(_STREETS)}^^{_pick(_CITIES)}||{phone}"
    )
    return secret(line, phone)


def _props(n: int) -> Cell:
    found = mail()
    document = {
        "user": {"id": n, "traits": {"contact_point": found}},
        "cart": {"n": n % 7, "eur": n * 1.25},
    }
    return secret(json.dumps(document), found)


def _landing(n: int) -> Cell | str:
    path = f"https://shop.example.com/welcome?utm_source=news&id={n * 31}"
    if n % 5:
        return path
    found = mail()
    return secret(f"{path}&to={found.replace('@', '%40')}", found.replace("@", "%40"))


def _chat(n: int) -> Cell:
    found = mail()
    document = [{"from": found, "text": words(6)}, {"from": "agent-7", "text": words(4)}]
    return secret(json.dumps(document), found)


def _session(n: int) -> Cell:
    found = mail()
    raw = json.dumps({"uid": n, "mail": found, "theme": "dark"}).encode()
    return secret(base64.b64encode(raw).decode())


def _history(n: int) -> Cell:
    found = mail()
    entry = (
        f'<entry at="{moment():%Y-%m-%dT%H:%M:%S}"><actor>{found}</actor><act>reply</act></entry>'
    )
    return secret(f"<log>{entry}</log>", found)


def _agent(n: int) -> str:
    version = f"{_R.randrange(90, 130)}.0.{_R.randrange(4000, 6999)}.{_R.randrange(10, 200)}"
    return (
        f"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/{version} Safari/537.36"
    )


def _config(n: int) -> str:
    return json.dumps(
        {"replicas": n % 5 + 1, "image": f"registry.example.com/api:2.{n % 30}.{n % 7}",
         "limits": {"cpu": "500m", "memory": "512Mi"}, "ports": [8080, 9090],
         "digest": f"sha256:{_hex(64)}"}
    )  # fmt: skip


def _basket(n: int) -> str:
    return json.dumps(
        [{"sku": f"KX-{_digits(5)}", "qty": n % 4 + 1, "price": round(_R.random() * 90, 2),
          "gtin": barcode()} for _ in range(n % 3 + 1)]
    )  # fmt: skip


def _vcard(n: int) -> Cell:
    phone, found = f"+43 664 {_digits(7)}", mail()
    lines = ("BEGIN:VCARD", f"FN:{_pick(_FIRST)}", f"TEL;TYPE=cell:{phone}", f"EMAIL:{found}")
    return secret("\n".join((*lines, "END:VCARD")), phone, found)


def _line(n: int) -> Cell:
    found = public_ip()
    asked = f'[10/Oct/2025:13:55:36 +0000] "GET /a/{n} HTTP/1.1" 200 {n * 9}'
    return secret(f"{found} - - {asked}", found)


TABLES: dict[str, tuple[Column, ...]] = {
    "kontakte": (
        Column("knr", "integer", lambda n: str(n + 1000)),
        Column("anrede", "varchar(10)", lambda n: _pick(("Frau", "Herr", "Divers"))),
        Column("mailadr", "varchar(120)", _whole(mail)),
        Column(
            "tel_privat", "varchar(40)", lambda n: secret(f"{(m := german_mobile())[:4]}/{m[4:]}")
        ),
        Column("tel_gesch", "varchar(40)", lambda n: secret(f"+49 (0)30 {_digits(7)}")),
        Column("gebdat", "date", lambda n: secret(born().isoformat())),
        Column(
            "svnr",
            "varchar(20)",
            lambda n: secret(f"{_digits(2)} {born():%d%m%y} {_capitals(1)} {_digits(3)}"),
        ),
        Column("bankverb", "varchar(40)", lambda n: secret(iban.format(german_iban()))),
        Column("plz", "varchar(8)", lambda n: _digits(5)),
        Column("ort", "varchar(40)", lambda n: _pick(_CITIES)),
        Column("kundentyp", "varchar(4)", lambda n: _pick(("A", "B", "C1", "VIP"))),
        Column("letzter_kontakt", "timestamp", lambda n: f"{moment():%Y-%m-%d %H:%M:%S}"),
        Column("bemerkung", "text", _note),
        Column("umsatz_lj", "numeric(12,2)", lambda n: f"{_R.random() * 90_000:.2f}"),
        Column(
            "steuernr", "varchar(20)", lambda n: secret(f"{_digits(2)}/{_digits(3)}/{_digits(5)}")
        ),
    ),
    "salaries_fr": (
        Column("matricule", "varchar(12)", lambda n: f"E{n:06}"),
        Column("courriel_perso", "varchar(120)", _whole(mail)),
        Column(
            "num_secu",
            "varchar(24)",
            lambda n: secret(
                f"{_pick('12')} {born():%y %m} {_digits(2)} {_digits(3)} {_digits(3)} {_digits(2)}"
            ),
        ),
        Column(
            "tel_portable",
            "varchar(20)",
            lambda n: secret(f"06 {_digits(2)} {_digits(2)} {_digits(2)} {_digits(2)}"),
        ),
        Column("date_naiss", "date", lambda n: secret(born().isoformat())),
        Column(
            "rib",
            "varchar(40)",
            lambda n: secret(f"{_digits(5)} {_digits(5)} {_digits(11)} {_digits(2)}"),
        ),
        Column("poste", "varchar(40)", lambda n: _pick(("cariste", "comptable", "acheteur"))),
        Column("date_entree", "date", lambda n: day().isoformat()),
        Column("no_badge", "integer", lambda n: str(20_000 + n * 3)),
        Column(
            "adresse_domicile",
            "varchar(120)",
            lambda n: secret(
                f"{_R.randrange(1, 200)} rue des Lilas, {_digits(5)} {_pick(_CITIES)}"
            ),
        ),
        Column(
            "num_permis",
            "varchar(20)",
            lambda n: secret(f"{_digits(12)}"),
            "numéro du permis de conduire",
        ),
        Column("coef", "smallint", lambda n: str(_pick((170, 190, 215, 240)))),
    ),
    "clientes": (
        Column("nif_titular", "varchar(12)", _whole(spanish)),
        Column("movil", "varchar(16)", _whole(spanish_mobile)),
        Column("fecha_nac", "date", lambda n: secret(born().isoformat())),
        Column("cuenta", "varchar(34)", lambda n: secret(german_iban())),
        Column("codigo_postal", "varchar(5)", lambda n: _digits(5)),
        Column("provincia", "varchar(30)", lambda n: _pick(("Madrid", "Sevilla", "Lugo"))),
        Column("cif_empresa", "varchar(12)", lambda n: f"B{_digits(8)}"),
        Column("fecha_alta", "date", lambda n: day().isoformat()),
        Column("referencia_pedido", "varchar(20)", lambda n: f"P-{day():%Y}-{n:05}"),
        Column("tarifa", "varchar(6)", lambda n: _pick(("2.0TD", "3.0TD", "6.1TD"))),
    ),
    "accounts": (
        Column("uid", "uuid", lambda n: str(uuid.UUID(int=_R.getrandbits(128), version=4))),
        Column("pwd_digest", "varchar(80)", _whole(bcrypt)),
        Column("recovery_mail", "varchar(120)", _sometimes(_whole(mail), 0.4)),
        Column(
            "totp_seed",
            "varchar(40)",
            lambda n: secret(base64.b32encode(_R.randbytes(20)).decode()),
        ),
        Column("last_seen_from", "varchar(60)", _whole(public_ip)),
        Column("ua", "varchar(200)", _agent),
        Column("api_token_sha256", "char(64)", lambda n: secret(_hex(64))),
        Column("session_blob", "text", _session),
        Column("failed_logins", "smallint", lambda n: str(_R.randrange(4))),
        Column("locale", "varchar(8)", lambda n: _pick(("de_AT", "en_GB", "fr_FR"))),
        Column("created", "timestamptz", lambda n: f"{moment():%Y-%m-%d %H:%M:%S}"),
        Column("pw_changed_on", "date", lambda n: day().isoformat()),
        Column("mfa_kind", "varchar(10)", lambda n: _pick(("totp", "sms", "none"))),
    ),
    "deployments": (
        Column("build_sha", "char(40)", lambda n: _hex(40)),
        Column("image_digest", "varchar(80)", lambda n: f"sha256:{_hex(64)}"),
        Column("app_version", "varchar(20)", lambda n: f"{n % 4 + 1}.{n % 20}.{n % 9}"),
        Column(
            "agent_ver",
            "varchar(20)",
            lambda n: f"10.0.{_R.randrange(17000, 22700)}.{_R.randrange(1, 3000)}",
        ),
        Column("chart", "varchar(40)", lambda n: f"api-{n % 3}.{n % 17}.{n % 5}+g{_hex(7)}"),
        Column("duration_ms", "integer", lambda n: str(_R.randrange(100, 900_000))),
        Column("config", "jsonb", _config),
        Column("commit_msg", "text", lambda n: f"fix(api): {words(5)} (#{n + 400})"),
        Column(
            "artifact",
            "varchar(120)",
            lambda n: f"s3://artifacts/api/{day():%Y/%m/%d}/{_hex(12)}.tgz",
        ),
        Column(
            "endpoint",
            "varchar(30)",
            lambda n: secret(f"{private_ip()}:{_pick((6443, 8080, 443))}"),
        ),
        Column("pod", "varchar(60)", lambda n: f"api-{_hex(9)}-{_hex(5)}"),
        Column("trace", "char(32)", lambda n: _hex(32)),
        Column("lvl", "varchar(6)", lambda n: _pick(("INFO", "WARN", "ERROR", "DEBUG"))),
        Column("exit_code", "smallint", lambda n: str(_pick((0, 0, 0, 1, 137)))),
        Column("node_port", "integer", lambda n: str(_R.randrange(30_000, 32_767))),
        Column("started_ms", "bigint", lambda n: str(1_700_000_000_000 + _R.randrange(10**10))),
        Column("etag", "varchar(40)", lambda n: f'W/"{_hex(16)}"'),
        Column("semver_range", "varchar(20)", lambda n: f">={n % 5}.{n % 3}.0 <{n % 5 + 1}.0.0"),
    ),
    "payments": (
        Column("txn_ref", "varchar(24)", lambda n: f"TX{day():%Y%m%d}-{n:06}"),
        Column(
            "kartennr",
            "varchar(24)",
            _whole(spaced_card),
        ),
        Column("amount_minor", "bigint", lambda n: str(_R.randrange(100, 900_000))),
        Column("currency", "char(3)", lambda n: _pick(("EUR", "GBP", "SEK"))),
        Column("mcc", "char(4)", lambda n: _pick(("5411", "5812", "4111"))),
        Column("acquirer_bin", "integer", lambda n: str(_pick((411_111, 520_474, 601_100)))),
        Column("terminal", "varchar(8)", lambda n: _digits(8)),
        Column("rrn", "char(12)", lambda n: _digits(12)),
        Column("arn", "char(23)", lambda n: f"7{_digits(22)}"),
        Column("merchant_vat", "varchar(14)", lambda n: f"DE{_digits(9)}"),
        Column(
            "payer_ip", "varchar(45)", lambda n: secret(f"2001:db8:{_hex(4)}:{_hex(4)}::{_hex(3)}")
        ),
        Column(
            "track",
            "varchar(60)",
            lambda n: secret(f"{(c := card())}={_R.randrange(26, 32)}12{_digits(9)}", c),
        ),
        Column("creditor", "varchar(34)", _whole(german_iban)),
        Column("mandate", "varchar(24)", lambda n: f"MNDT-{day():%Y}-{n:05}"),
        Column("bic", "varchar(11)", lambda n: _pick(("COBADEFFXXX", "DEUTDEFF500", "BNPAFRPP"))),
        Column("stan", "char(6)", lambda n: f"{n * 7 % 10**6:06}"),
        Column("fee", "numeric(8,4)", lambda n: f"{_R.random() * 3:.4f}"),
        Column("settled", "date", lambda n: day().isoformat()),
        Column("lei", "char(20)", lambda n: f"5299{_capitals(2)}{_digits(12)}{_digits(2)}"),
    ),
    "orders": (
        Column("order_no", "varchar(12)", lambda n: f"4{_digits(9)}"),
        Column("ean", "varchar(13)", lambda n: barcode()),
        Column("sku", "varchar(16)", lambda n: f"{_capitals(2)}-{_digits(5)}-{_capitals(1)}"),
        Column("tracking", "varchar(24)", lambda n: f"JJD{_digits(17)}"),
        Column("ship", "jsonb", _shipping),
        Column("basket", "jsonb", _basket),
        Column("customer_note", "text", _note),
        Column("coupon", "varchar(12)", lambda n: _pick(("SUMMER26", "VIP-10", "FREE4U"))),
        Column("lat", "double precision", lambda n: f"{47 + _R.random() * 5:.6f}"),
        Column("lon", "double precision", lambda n: f"{8 + _R.random() * 8:.6f}"),
        Column(
            "geo", "varchar(30)", lambda n: f"{47 + _R.random() * 5:.5f},{8 + _R.random() * 8:.5f}"
        ),
        Column("slot", "varchar(10)", lambda n: f"A-{_digits(2)}-{_digits(2)}"),
        Column("weight_g", "integer", lambda n: str(_R.randrange(20, 30_000))),
        Column("dims", "varchar(16)", lambda n: f"{_digits(2)}x{_digits(2)}x{_digits(2)}"),
        Column("hs_code", "varchar(12)", lambda n: f"{_digits(4)}.{_digits(2)}.{_digits(2)}"),
        Column("invoice", "varchar(16)", lambda n: f"RE-{day():%Y}/{_digits(5)}"),
        Column("pickup_at", "varchar(20)", lambda n: f"{moment():%d.%m.%Y %H:%M}"),
        Column("notify_to", "varchar(20)", lambda n: secret(f"49{german_mobile()[1:]}")),
        Column("awb", "varchar(16)", lambda n: f"020-{(s := _digits(7))}{int(s) % 7}"),
    ),
    "patients": (
        Column("nhs", "varchar(14)", lambda n: secret(f"{(x := british())[:3]} {x[3:6]} {x[6:]}")),
        Column("ref_a", "varchar(12)", _whole(british)),
        Column("versichertennr", "varchar(12)", lambda n: secret(f"{_capitals(1)}{_digits(9)}")),
        Column(
            "next_of_kin",
            "varchar(80)",
            lambda n: secret(
                f"{_pick(_FIRST)} ({_pick(('sister', 'son'))}) {(x := british_mobile())}", x
            ),
        ),
        Column("gp_code", "varchar(8)", lambda n: f"{_capitals(1)}{_digits(5)}"),
        Column("ward", "varchar(8)", lambda n: f"W{n % 12}"),
        Column("icd10", "varchar(8)", lambda n: f"{_capitals(1)}{_digits(2)}.{_digits(1)}"),
        Column("loinc", "varchar(10)", lambda n: f"{_digits(4)}-{_digits(1)}"),
        Column(
            "obs",
            "jsonb",
            lambda n: json.dumps(
                {"hr": 60 + n % 40, "bp": f"{110 + n % 30}/{70 + n % 15}", "t": 36.5}
            ),
        ),
        Column("hl7", "text", _hl7),
        Column("fhir", "jsonb", _fhir),
        Column("sample_code", "varchar(16)", lambda n: f"S{day():%y%m%d}{_digits(4)}"),
        Column("admitted", "timestamp", lambda n: f"{moment():%Y-%m-%d %H:%M:%S}"),
        Column("dose", "varchar(16)", lambda n: f"{_R.randrange(1, 9)}-0-{_R.randrange(1, 9)} mg"),
    ),
    "registry": (
        Column("c1", "varchar(14)", _whole(polish)),
        Column("c2", "varchar(14)", _whole(swedish)),
        Column("c3", "varchar(16)", _whole(brazilian)),
        Column("c4", "varchar(16)", _whole(indian)),
        Column("c5", "varchar(18)", _whole(italian)),
        Column("c6", "varchar(12)", _whole(dutch)),
        Column("c7", "bigint", _whole(romanian)),
        Column("d1", "varchar(12)", lambda n: _digits(11)),
        Column("d2", "integer", lambda n: str(_R.randrange(10**8, 10**9))),
        Column("d3", "varchar(14)", lambda n: swedish_company()),
        Column("d4", "varchar(14)", lambda n: polish_company()),
        Column("cnpj_fornecedor", "varchar(20)", lambda n: brazilian_company()),
        Column("company_no", "varchar(10)", lambda n: f"SC{_digits(6)}"),
        Column("duns", "varchar(12)", lambda n: f"{_digits(2)}-{_digits(3)}-{_digits(4)}"),
        Column("vat_id", "varchar(14)", lambda n: f"ATU{_digits(8)}"),
        Column("nace", "varchar(8)", lambda n: f"{_digits(2)}.{_digits(2)}"),
        Column("isin", "varchar(12)", lambda n: f"DE000{_capitals(3)}{_digits(4)}"),
    ),
    "readings": (
        Column("serial", "varchar(20)", lambda n: f"SN{_digits(4)}{_capitals(2)}{_digits(6)}"),
        Column("mac", "varchar(17)", lambda n: ":".join(_hex(2) for _ in range(6))),
        Column("fw", "varchar(16)", lambda n: f"2.14.{n % 9}.{n % 4}"),
        Column("rssi", "smallint", lambda n: str(-_R.randrange(30, 110))),
        Column("ts", "bigint", lambda n: str(1_690_000_000 + _R.randrange(10**7))),
        Column("payload", "bytea", lambda n: f"\\x{_hex(32)}"),
        Column(
            "gateway",
            "varchar(24)",
            lambda n: secret(f"{private_ip()}:{_R.randrange(1024, 65_000)}"),
        ),
        Column("topic", "varchar(60)", lambda n: f"plant/{n % 4}/line/{n % 9}/temp"),
        Column("crc32", "char(8)", lambda n: _hex(8)),
        Column(
            "sim",
            "varchar(16)",
            lambda n: secret(f"436{_pick(('64', '76', '99'))}{_R.randrange(10**6, 10**7)}"),
        ),
        Column("iccid", "varchar(20)", lambda n: f"8943{_digits(15)}"),
        Column("volt", "numeric(6,3)", lambda n: f"{3 + _R.random():.3f}"),
        Column(
            "peers", "text", lambda n: secret(f"{(a := private_ip())}, {(b := private_ip())}", a, b)
        ),
    ),
    "tickets": (
        Column(
            "requester",
            "varchar(120)",
            lambda n: secret(f"{_pick(_FIRST)} {_pick(_LAST)} <{(x := mail())}>", x),
        ),
        Column("cc", "text", lambda n: secret(f"{(a := mail())};{(b := mail())}", a, b)),
        Column("subject", "varchar(120)", lambda n: f"Re: {words(4)} [#{n + 70_000}]"),
        Column("body", "text", _note),
        Column(
            "rueckruf",
            "varchar(24)",
            lambda n: secret(f"0{_pick(('30', '40', '89', '221'))} {_digits(7)}"),
        ),
        Column(
            "tags",
            "text[]",
            lambda n: "{" + ",".join(_R.sample(("billing", "bug", "vip", "eu-west"), 2)) + "}",
        ),
        Column(
            "attachments",
            "jsonb",
            lambda n: json.dumps([{"file": f"scan_{n}.pdf", "bytes": n * 917, "md5": _hex(32)}]),
        ),
        Column("history", "text", _history),
        Column("chat", "jsonb", _chat),
        Column(
            "mail_sha256", "char(64)", lambda n: secret(hashlib.sha256(mail().encode()).hexdigest())
        ),
        Column("external_ref", "varchar(20)", lambda n: f"INC{_digits(7)}"),
        Column("csat", "smallint", lambda n: str(_R.randrange(1, 6))),
        Column("sla_due", "timestamptz", lambda n: f"{moment():%Y-%m-%d %H:%M:%S}"),
        Column(
            "reporter_key", "uuid", lambda n: str(uuid.UUID(int=_R.getrandbits(128), version=4))
        ),
        Column(
            "origin",
            "text",
            lambda n: secret(f"src={(x := public_ip())};via=web;lang={_pick(('de', 'en'))}", x),
        ),
    ),
    "custmast": (
        Column("custeml", "varchar(80)", _whole(mail)),
        Column("custphn1", "varchar(10)", _whole(american_phone)),
        Column(
            "custssn",
            "char(9)",
            lambda n: secret(
                f"{_R.randrange(1, 665):03}{_R.randrange(1, 99):02}{_R.randrange(1, 9999):04}"
            ),
        ),
        Column("custdob", "char(8)", lambda n: secret(f"{born():%Y%m%d}")),
        Column(
            "custadr1", "varchar(40)", lambda n: secret(f"{_R.randrange(1, 999)} {_pick(_STREETS)}")
        ),
        Column(
            "dlnum",
            "varchar(16)",
            lambda n: secret(f"{_capitals(1)}{_digits(12)}"),
            "drivers license number",
        ),
        Column("acctbal", "numeric(11,2)", lambda n: f"{_R.random() * 9000:.2f}"),
        Column("ordnum", "integer", lambda n: str(7_000_000 + n * 13)),
        Column("prodcd", "char(6)", lambda n: f"{_capitals(3)}{_digits(3)}"),
        Column("crdtlmt", "integer", lambda n: str(_pick((1000, 2500, 5000)))),
        Column("lstupd", "char(8)", lambda n: f"{day():%Y%m%d}"),
        Column("brnchcd", "char(4)", lambda n: _digits(4)),
        Column("stcd", "char(2)", lambda n: _pick(("NY", "CA", "WA"))),
        Column(
            "taxid",
            "varchar(12)",
            lambda n: secret(f"{_R.randrange(900, 999)}-{_R.randrange(70, 88)}-{_digits(4)}"),
        ),
    ),
    "dunya": (
        Column(
            "телефон",
            "varchar(20)",
            lambda n: secret(f"8 (9{_digits(2)}) {_digits(3)}-{_digits(2)}-{_digits(2)}"),
        ),
        Column("дата_рождения", "date", lambda n: secret(born().isoformat())),
        Column("серия_паспорта", "varchar(14)", lambda n: secret(f"{_digits(4)} {_digits(6)}")),
        Column("статус", "varchar(12)", lambda n: _pick(("новый", "оплачен"))),
        Column("電話番号", "varchar(16)", lambda n: secret(f"090-{_digits(4)}-{_digits(4)}")),
        Column("生年月日", "date", lambda n: secret(born().isoformat())),
        Column("単価", "integer", lambda n: str(_R.randrange(100, 9000))),
        Column(
            "cep_tel",
            "varchar(16)",
            lambda n: secret(f"05{_digits(2)} {_digits(3)} {_digits(2)} {_digits(2)}"),
        ),
        Column("dogum_tarihi", "varchar(10)", lambda n: secret(f"{born():%d.%m.%Y}")),
        Column("sehir", "varchar(20)", lambda n: _pick(("İzmir", "Bursa"))),
        Column(
            "f01",
            "varchar(16)",
            lambda n: secret(f"0{_digits(9)}"),
            "Numéro de téléphone du client",
        ),
        Column(
            "f02", "varchar(10)", lambda n: secret(f"{born():%Y-%m-%d}"), "Geburtsdatum lt. Ausweis"
        ),
        Column(
            "f03",
            "varchar(64)",
            lambda n: secret(token(24)),
            "API secret of the integration, do not export",
        ),
        Column(
            "f04", "varchar(12)", lambda n: _pick(("rojo", "verde", "azul")), "Color del producto"
        ),
    ),
    "events": (
        Column("props", "jsonb", _props),
        Column("url", "text", _landing),
        Column("ga_cid", "varchar(40)", lambda n: f"GA1.2.{_digits(9)}.{1_700_000_000 + n * 77}"),
        Column("bucket", "char(1)", lambda n: _pick("AB")),
        Column("name", "varchar(30)", lambda n: _pick(("view", "add_to_cart", "checkout"))),
        Column("value", "numeric(10,2)", lambda n: f"{_R.random() * 100:.2f}"),
        Column("os_ver", "varchar(10)", lambda n: f"{n % 6 + 12}.{n % 5}.{n % 3}"),
        Column("app_build", "varchar(16)", lambda n: f"5.12.0.{3000 + n}"),
        Column("screen", "varchar(12)", lambda n: _pick(("1920x1080", "390x844"))),
        Column("fbclid", "varchar(80)", lambda n: f"IwAR{token(30)}"),
        Column(
            "request_id",
            "varchar(26)",
            lambda n: "01" + "".join(_R.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=24)),
        ),
        Column("lang", "varchar(20)", lambda n: _pick(("de-AT,de;q=0.9", "en-GB,en;q=0.8"))),
        Column("tz", "varchar(30)", lambda n: _pick(("Europe/Vienna", "Europe/Rome"))),
        Column(
            "fwd",
            "varchar(60)",
            lambda n: secret(f"{(a := public_ip())}, {(b := private_ip())}", a, b),
        ),
        Column("auth_hdr", "varchar(200)", lambda n: secret(f"Bearer {token(40)}")),
    ),
}


TABLES |= {
    "mitglieder": (
        Column("mitglied", "integer", lambda n: str(n * 7 + 100)),
        Column("privatmail", "varchar(80)", _whole(mail)),
        Column("handy", "varchar(24)", lambda n: secret(f"{(m := german_mobile())[:4]} {m[4:]}")),
        Column("strasse_hausnr", "varchar(60)", _whole(street)),
        Column("jahrgang", "smallint", lambda n: str(_R.randrange(1950, 2010))),
        Column("beitrag", "numeric(8,2)", lambda n: f"{_R.random() * 90:.2f}"),
        Column("einzug_von", "varchar(34)", _whole(german_iban)),
        Column(
            "notfallnummer", "varchar(24)", lambda n: secret(f"0{_pick(('30', '89'))}-{_digits(7)}")
        ),
        Column(
            "ausweisnr", "varchar(12)", lambda n: secret(f"L{_digits(2)}{_capitals(1)}{_digits(5)}")
        ),
        Column("eintritt", "date", lambda n: day().isoformat()),
        Column("sparte", "varchar(20)", lambda n: _pick(("Rudern", "Turnen", "Chor"))),
        Column("spind", "varchar(6)", lambda n: f"S{n % 90:02}"),
        Column("zahlungsweise", "varchar(12)", lambda n: _pick(("SEPA", "bar"))),
    ),
    "clinica": (
        Column("cf_paziente", "varchar(16)", _whole(italian)),
        Column("cellulare_rif", "varchar(20)", lambda n: secret(f"33{_digits(1)} {_digits(7)}")),
        Column("pec", "varchar(80)", _whole(mail)),
        Column("nascita", "date", lambda n: secret(born().isoformat())),
        Column(
            "indirizzo_res",
            "varchar(80)",
            lambda n: secret(f"Via {_pick(_LAST)} {_R.randrange(1, 99)}, {_digits(5)} Torino"),
        ),
        Column("tessera_sanitaria", "varchar(24)", lambda n: secret(f"80380{_digits(15)}")),
        Column("reparto", "varchar(20)", lambda n: _pick(("Cardio", "Pediatria"))),
        Column("impegnativa", "varchar(16)", lambda n: f"0{_digits(4)}A{_digits(10)}"),
        Column("esito", "varchar(4)", lambda n: _pick(("POS", "NEG"))),
        Column("cod_prest", "varchar(8)", lambda n: f"{_digits(2)}.{_digits(2)}.{_digits(1)}"),
        Column("piva_fornitore", "varchar(16)", lambda n: f"IT{_digits(11)}"),
    ),
    "logs": (
        Column("at", "timestamptz", lambda n: f"{moment():%Y-%m-%d %H:%M:%S}"),
        Column("line", "text", _line),
        Column(
            "client",
            "varchar(48)",
            lambda n: secret(f"[2001:db8:{_hex(4)}::{_hex(3)}]:{_R.randrange(1024, 60_000)}"),
        ),
        Column(
            "upstream", "varchar(48)", lambda n: secret(f"http://{(x := private_ip())}:8080/api", x)
        ),
        Column("cookie_hdr", "text", lambda n: secret(f"sid={(x := token(18))}; theme=dark", x)),
        Column("referer", "text", lambda n: f"https://news.example.com/{n}/story.html?ref=mail"),
        Column("took_us", "integer", lambda n: str(_R.randrange(9, 900_000))),
        Column("route", "varchar(40)", lambda n: f"/v2/orders/{{id}}/lines/{n % 9}"),
        Column("status", "smallint", lambda n: str(_pick((200, 204, 404, 500)))),
        Column(
            "cipher", "varchar(40)", lambda n: _pick(("TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES256"))
        ),
        Column("span", "char(16)", lambda n: _hex(16)),
        Column("lib", "varchar(40)", lambda n: f"org.acme:core:{n % 4}.{n % 9}.{n % 3}.Final"),
    ),
    "crm_export": (
        Column(
            "row_csv",
            "text",
            lambda n: secret(
                f"{n};{_pick(_FIRST)};{(a := mail())};{(b := '+43 664 ' + _digits(7))};gold", a, b
            ),
        ),
        Column("vcard", "text", _vcard),
        Column(
            "ldap",
            "text",
            lambda n: secret(f"uid=u{n},mail={(a := mail())},ou=people,dc=example,dc=org", a),
        ),
        Column(
            "ini",
            "text",
            lambda n: secret(f"host = db{n % 9}\npassword = {(a := token(9))}\nport = 5432", a),
        ),
        Column(
            "dsn",
            "text",
            lambda n: secret(f"postgres://app:{(a := token(12))}@db{n % 3}.internal:5432/shop", a),
        ),
        Column(
            "ids",
            "text[]",
            lambda n: secret("{" + f"{(a := polish())},{(b := polish())}" + "}", a, b),
        ),
        Column(
            "kv",
            "text",
            lambda n: secret(f"plan=gold|pesel={(a := polish())}|since=2020", a),
        ),
        Column(
            "contact_json",
            "json",
            lambda n: secret(
                json.dumps({"Kontakt": {"Mobil": (a := f"49151{_digits(8)}")}, "plan": n % 3}), a
            ),
        ),
        Column("sizes", "text", lambda n: f"{n % 9 + 30};{n % 7 + 30};{n % 5 + 30}"),
        Column("flags", "text", lambda n: f"a={n % 2};b={n % 3};mode=fast"),
        Column("rgb", "varchar(16)", lambda n: f"{n % 255},{n * 7 % 255},{n * 3 % 255}"),
        Column("sort_key", "varchar(30)", lambda n: f"{_digits(4)}.{_digits(4)}.{_digits(4)}"),
        Column("legacy_ids", "text", lambda n: f"{_digits(8)},{_digits(8)},{_digits(8)}"),
        Column(
            "metrics",
            "jsonb",
            lambda n: json.dumps(
                {
                    "p50": n * 3,
                    "window": [1_700_000_000 + n, 1_700_000_600 + n],
                    "build": f"4.2.{n % 9}.{n}",
                }
            ),
        ),
    ),
    "nordic": (
        Column("fodselsdato", "date", lambda n: secret(born().isoformat())),
        Column(
            "mobilnr", "varchar(12)", lambda n: secret(f"9{_digits(2)} {_digits(2)} {_digits(3)}")
        ),
        Column("epost_privat", "varchar(80)", _whole(mail)),
        Column(
            "kontonr", "varchar(16)", lambda n: secret(f"{_digits(4)}.{_digits(2)}.{_digits(5)}")
        ),
        Column("orgnr", "varchar(12)", lambda n: f"9{_digits(8)}"),
        Column("postnr", "char(4)", lambda n: _digits(4)),
        Column("kommune", "varchar(6)", lambda n: _digits(4)),
        Column("gnr_bnr", "varchar(10)", lambda n: f"{_R.randrange(1, 99)}/{_R.randrange(1, 300)}"),
        Column("regnr", "varchar(8)", lambda n: f"{_capitals(2)}{_digits(5)}"),
        Column("maaler_id", "varchar(20)", lambda n: f"7070575000{_digits(8)}"),
        Column("kwh", "numeric(10,3)", lambda n: f"{_R.random() * 900:.3f}"),
        Column("wachtwoord_hash", "varchar(80)", lambda n: secret(f"{_hex(8)}:{_hex(64)}")),
        Column("geboortedat", "varchar(10)", lambda n: secret(f"{born():%d-%m-%Y}")),
        Column("rekeningnr", "varchar(24)", lambda n: secret(f"NL{_digits(2)}BANK{_digits(10)}")),
        Column("kenteken", "varchar(8)", lambda n: f"{_digits(2)}-{_capitals(2)}-{_digits(2)}"),
        Column("bsn_enc", "varchar(64)", lambda n: secret(token(32))),
    ),
    "school": (
        Column("parent1_mob", "varchar(16)", lambda n: secret(british_mobile())),
        Column("parent2_eml", "varchar(80)", _whole(mail)),
        Column("pupil_dob", "date", lambda n: secret(born().isoformat())),
        Column("upn", "varchar(14)", lambda n: f"{_capitals(1)}{_digits(12)}"),
        Column("uln", "bigint", lambda n: f"{_R.randrange(10**9, 10**10)}"),
        Column(
            "home_addr_l1",
            "varchar(60)",
            lambda n: secret(f"{_R.randrange(1, 200)} {_pick(_STREETS)}"),
        ),
        Column(
            "postcode",
            "varchar(8)",
            lambda n: f"{_capitals(2)}{_R.randrange(1, 20)} {_R.randrange(1, 9)}{_capitals(2)}",
        ),
        Column("form", "varchar(4)", lambda n: f"{n % 6 + 7}{_pick('ABC')}"),
        Column("attendance_pct", "numeric(5,2)", lambda n: f"{80 + _R.random() * 20:.2f}"),
        Column("locker_code", "char(4)", lambda n: _digits(4)),
        Column("bus_route", "varchar(6)", lambda n: f"X{n % 40}"),
        Column("exam_no", "char(4)", lambda n: f"{n:04}"),
        Column(
            "wifi_psk",
            "varchar(24)",
            lambda n: secret(token(12)),
            "Wi-Fi password of the pupil's device",
        ),
        Column("meal", "varchar(12)", lambda n: _pick(("veg", "halal", "any"))),
        Column("isbn10", "char(10)", lambda n: _isbn()),
    ),
}
