"""Tell sensitive values by their form: checksums, prefixes and formats, never a digit run alone.

Two uses: ``whole`` judges one value, for classification by share of hits; ``redact`` hides what
it finds inside a text that is shown, and is quick on cells that can hold nothing.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterator

import phonenumbers
from stdnum import iban
from stdnum.us import ssn as us_ssn

from bastion.core.model import Sensitivity
from bastion.core.travel import LINE, is_travel_document

_EMAIL = r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
_WHOLE_EMAIL = re.compile(_EMAIL)
_CARD = re.compile(r"\d(?:[ -]?\d){11,18}")
_CARD_LENGTHS = (
    (r"4", (13, 16, 19)),
    (r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)", (16,)),
    (r"3[47]", (15,)),
    (r"3(?:0[0-5]|[689])", (14,)),
    (r"6(?:011|5|4[4-9])", (16, 19)),
    (r"35(?:2[89]|[3-8])", (16, 19)),
    (r"62", (16, 17, 18, 19)),
    (r"(?:5018|5020|5038|5893|6304|6759|676[1-3])", (16, 18, 19)),
)
_CARD_NUMBER = re.compile(
    "|".join(
        rf"(?={prefix})\d{{{length}}}" for prefix, lengths in _CARD_LENGTHS for length in lengths
    )
)
_EAN_LENGTH = 13
_PLAIN = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_TENS = bytes(range(0, 256, 10))
_SSN = re.compile(r"(?<![\w.-])\d{3}-\d{2}-\d{4}(?!\w|-\w)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_PHONE = re.compile(r"(?<![\w.+])\+\d(?:[ ().-]{0,2}\d){6,14}(?![\w])")
_DIALLED = re.compile(r"00[1-9](?:[ -]?\d){8,13}")
_BARE = re.compile(r"[1-9]\d{9,13}")
_NATIONAL_PHONES = (
    (re.compile(r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}"), ("US",)),
    (
        re.compile(r"\(?0\d{1,4}\)?(?:[ ./-]{1,3}\d{2,8}){1,4}"),
        ("GB", "DE", "FR", "IT", "NL", "IN", "AU", "BR"),
    ),
    (re.compile(r"[6-9]\d{2}(?:(?:[ -]\d{3}){2}|(?:[ -]\d{2}){3})"), ("ES",)),
    (re.compile(r"[6-9]\d{4}[ -]\d{5}"), ("IN",)),
    (re.compile(r"\(\d{2}\) ?9?\d{4}-\d{4}"), ("BR",)),
    (re.compile(r"3\d{2}[ .-]\d{6,7}"), ("IT",)),
)
"""How people write numbers at home, with where. Without a trunk 0 or the usual groups, numbers of
orders and parts are as valid as phone numbers: ``2026-24330`` is one somewhere."""
_KEY = re.compile(
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{0,}"
    r"|(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}"
    r"|sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}"
    r"|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{18,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
    r"|(?:npm|pypi|dop_v1|shpat|hf|whsec)[_-][A-Za-z0-9_-]{20,}"
    r"|hooks\.slack\.com/services/[A-Z0-9]{8,}/[A-Z0-9]{8,}/[A-Za-z0-9_-]{16,}"
    r"|discord(?:app)?\.com/api/webhooks/\d{8,}/[A-Za-z0-9_-]{40,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----)?"
)
_HASH = re.compile(
    r"\$2[abxy]\$\d{2}\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$[^\s\"']{20,}"
    r"|\$(?:1|5|6|y|7)\$[^\s\"']{8,}|\{(?:SSHA|SHA|MD5|SMD5|CRYPT|SSHA256|SSHA512)\}[^\s\"']{8,}"
    r"|pbkdf2[_:]sha\d+\$[^\s\"']{16,}|scrypt:\d+:\d+:\d+\$[^\s\"']{16,}"
    r"|SCRAM-SHA-256\$\d+:[^\s\"']{20,}|\$pbkdf2[^\s\"']{16,}|\$P\$[./A-Za-z0-9]{31}"
    r"|\*[0-9A-F]{40}\b|bcrypt_sha256\$[^\s\"']{20,}"
)
_NAMED = re.compile(
    r"(?P<before>(?:\b|(?<=\\[nrt]))(?:[A-Z0-9]{1,40}[_.-]){0,4}(?:pass(?:word|wd|phrase|wort|code)|pwd|ssns?|secret"
    r"|(?:[a-z]{1,40})?token|(?:api|access|secret|private|auth|signing|encryption)[_-]?key"
    r"|social[_ -]security(?:[_ -](?:no|nr|number))?)(?:[_-](?:hash|value|key))?"
    r"[\"'`\\]{0,8}\s{0,2}(?P<sign>:=|=>|=|;s:\d{1,4}:|:)\s{0,2})"
    r"(?P<value>(?:\\{1,8}\"|\"{2,8}|'{2,8})[^\s\"'\\][^\"'\n\\]{0,511}"
    r"|\"[^\"\n]{1,512}\"|'[^'\n]{1,512}'|[^\s\"',;&|)\]}<>]{1,512})",
    re.IGNORECASE,
)
"""A value behind a name that says what it is, in a log line, a URL or a connection string."""
_NO_VALUES = frozenset(
    "null none nil true false yes no empty missing invalid expired required ? $1 %s %".split()
)
_BEARER = re.compile(
    r"(?P<before>\b(?:bearer|basic)\s{1,2})(?P<value>[\w.~+/=-]{8,4096})", re.IGNORECASE
)
_LOGIN = re.compile(r"(?P<before>://[^\s:/@]{1,64}:)[^\s/@]{1,128}@")
_CALLED = re.compile(
    r"(?P<before>\b(?:t[eé]l(?:[eé](?:fon|foon|fono)|ephone)?|tlf|phone|mob(?:ile?)?|m[oó]vil"
    r"|cellulare|celular|fax|whatsapp|wa\.me/|(?P<calls>call(?: back)?|ring|cell|handy|sms|gsm|dial"
    r"|r(?:ü|ue?)ckruf|anruf(?:en)?|erreichbar|r?appel(?:er|ez)?|joindre|joignable|llamar?|llame"
    r"|chiam(?:are|a)|bellen))"
    r"(?: (?:au|al|à|unter|op|il|sur|on|at|me on))?(?: ?(?:no|nr|number))?[.:]{0,2}\s{0,2})"
    r"(?P<value>[+(]{0,2}\d[\d ()./-]{6,18}\d)(?!\w)",
    re.IGNORECASE,
)
"""A number as it is written at home, behind a word that says what to do with it."""
_IDENTIFIED = re.compile(
    r"(?P<before>\b(?:dni|nie|nif|nino|cpf|curp|pesel|bsn|hetu|egn|cnp|jmbg|oib|cuil|nric|aadhaar"
    r"|personnummer|f[oø]dselsnummer|codice fiscale|steuer-?id|rodn[eé] [cč][ií]slo|snils)\b"
    r"[^\d\n]{1,20}?)(?P<value>(?:[A-Z]-?)?\d[\dA-Za-z./-]{4,18}[\dA-Za-z])(?!\w)",
    re.IGNORECASE,
)
"""A national number behind its name, where no sign stands between."""
_BORN = re.compile(
    r"(?P<before>\b(?:d\.?o\.?b\b\.?|born|birth ?(?:date|day)|date of birth|geb(?:oren|\.)"
    r"|geburts(?:datum|tag)|n[ée]e? le|date de naissance|nacid[oa]|fecha de nacimiento"
    r"|f\.? ?nac\.?|nat[oa] il|data di nascita|nascid[oa]|data de nascimento|f[oø]dt)"
    r"[^\d\n]{0,12}?)(?P<value>(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|\d{1,2}[-/.] ?\d{1,2}[-/.] ?(?:19|20)?\d\d)(?!\d)",
    re.IGNORECASE,
)
"""A date behind a word that says who was born then."""
_BEHIND_NAMES = (_NAMED, _BEARER, _LOGIN)
_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){7}")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?:/\d{1,2})?(?![\w.]*\d)")
_PORTED = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]{1,20}://)?"
    r"(?:\[(?P<six>[0-9A-Fa-f:.]{2,45})\]|(?P<four>(?:\d{1,3}\.){3}\d{1,3}))"
    r"(?::\d{1,5})?(?(scheme)(?:[/?#]\S*)?)"
)
"""With a port, or as the host of a URL."""
_DATE = re.compile(r"((?:18|19|20)\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?")
_DATE_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]((?:19|20)\d{2})")

_OPAQUE = re.compile(
    r"(?<![A-Za-z0-9#])(?=[A-Za-z0-9]{6})"
    r"(?:[A-Za-z]+\d+[A-Za-z]+\d+[A-Za-z]|\d+[A-Za-z]+\d+[A-Za-z]+\d)[A-Za-z0-9]*"
)
"""Letters and digits that change places four times: no word, version or name of a character set
does that. Colours do, and begin with a sign."""
_FORMAT = re.compile(
    r"[A-Z09]+|P(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?|[A-Z]{2,4}\d{2,4}[A-Z]{1,3}\d{2,5}[A-Z]{1,2}"
)
"""``FM999G990D00`` for ``to_char``, ``P1Y2M10DT2H`` for an interval, and numbers of parts,
``SN74HC595N``."""

MASK = "•••••"
_LENGTH_MAX = 4096
"""A longer value is no single address, number or key."""
_WHOLE_LENGTH_MIN = 8
_SHORTER = re.compile(r"[@:.]")
"""What a shorter one holds: of those only addresses are, of mail and of machines."""
_PHONE_DIGITS = range(9, 13)
_DOTS = 3
_RELEASE = re.compile(
    r"[vV]?\d{1,4}(?:\.\d{1,5}){1,4}(?:[-+.]?(?:alpha|beta|rc|build|b)[.-]?\d{0,4})?"
)
_SMALL_PART = 9
_LARGE_PART = 32


def whole(value: str) -> Sensitivity | None:
    """Tell what one whole value is by its own form; None when it could be anything."""
    text = value.strip()
    if not text or len(text) > _LENGTH_MAX:
        return None
    if len(text) < _WHOLE_LENGTH_MIN and _SHORTER.search(text) is None:
        return None
    for test, sensitivity in _TESTS if _DIGIT.search(text) else _TESTS_OF_WORDS:
        if test(text):
            return sensitivity
    return None


def is_email(text: str) -> bool:
    """Tell whether the text is one e-mail address."""
    return "@" in text and _WHOLE_EMAIL.fullmatch(text.strip("<> ")) is not None


def is_card(text: str) -> bool:
    """Tell whether the text is one card number: prefix, length and Luhn checksum."""
    if not _CARD.fullmatch(text):
        return False
    digits = text.replace(" ", "").replace("-", "")
    if digits.count(digits[0]) == len(digits) or not _CARD_NUMBER.fullmatch(digits):
        return False
    if len(digits) == _EAN_LENGTH and _is_ean(digits):
        return False
    return digits.isascii() and _passes_luhn(digits.encode())


def _is_ean(digits: str) -> bool:
    """Tell a product's bar code, which is as long as the oldest card numbers."""
    return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0


def _passes_luhn(digits: bytes) -> bool:
    plain, doubled = digits[-1::-2].translate(_PLAIN), digits[-2::-2].translate(_DOUBLED)
    return (sum(plain) + sum(doubled)) % 10 == 0


def are_cards_of_16(digits: bytes) -> bool:
    """Tell whether digits are card numbers of 16, each one, written without a gap between.

    No for what is not sure; ``is_card`` says more. The sums of all are made at once: in a number of
    as many bytes, no byte of which can run over, as 16 digits add up to 144 at most.
    """
    count, rest = divmod(len(digits), 16)
    if rest or not digits.isdigit():
        return False
    starts = set(zip(*(digits[place::16] for place in range(4)), strict=True))
    if not all(map(_begins_a_card_of_16, starts)):
        return False
    total = sum(
        int.from_bytes(digits[place::16].translate(_PLAIN if place % 2 else _DOUBLED), "big")
        for place in range(16)
    )
    return not total.to_bytes(count, "big").translate(None, _TENS)


@functools.lru_cache(maxsize=4096)
def _begins_a_card_of_16(start: tuple[int, ...]) -> bool:
    # Of one digit all along none has the right sum and such a start.
    return _CARD_NUMBER.fullmatch(bytes(start).decode() + "0" * 12) is not None


def is_ssn(text: str) -> bool:
    """Tell whether the text is a US social security number in its usual, dashed form."""
    return _SSN.fullmatch(text) is not None and us_ssn.is_valid(text)


def is_iban(text: str) -> bool:
    """Tell whether the text is an IBAN, by its checksum."""
    return _IBAN.fullmatch(text.upper()) is not None and iban.is_valid(text)


def is_phone(text: str) -> bool:
    """Tell whether the text is a phone number, international or plainly formatted as one."""
    if _PHONE.fullmatch(text):
        return _is_international(text)
    if _DIALLED.fullmatch(text):
        return _is_international(f"+{text[2:]}")
    if not (text.startswith("(") or text[:1].isdigit()):
        return False
    digits = sum(char.isdigit() for char in text)
    if digits not in _PHONE_DIGITS or text.isdigit():
        return False
    if _DATE.fullmatch(text) or _DATE_LAST.fullmatch(text) or is_ip(text) or is_card(text):
        return False
    return any(
        form.fullmatch(text) is not None and any(_is_national(text, region) for region in regions)
        for form, regions in _NATIONAL_PHONES
    )


def is_dialled(text: str) -> bool:
    """Tell whether digits alone are a phone number with its country's code."""
    return _BARE.fullmatch(text) is not None and _is_international(f"+{text}")


def is_mobile(text: str) -> bool:
    """Tell whether digits alone are the number of a mobile phone, with its country's code."""
    if not is_dialled(text):
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(f"+{text}", None))
    return kind in _MOBILE


_MOBILE = frozenset(
    (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
)


def is_bar_code(text: str) -> bool:
    """Tell whether the text has the length and the check digit of a product's bar code."""
    return len(text) == _EAN_LENGTH and text.isdigit() and _is_ean(text)


def is_key(text: str) -> bool:
    """Tell whether the text is a token or key of a well-known format."""
    return _KEY.fullmatch(text) is not None


def is_password_hash(text: str) -> bool:
    """Tell whether the text is a password hash of a well-known format."""
    return _HASH.fullmatch(text) is not None


def is_ip(text: str) -> bool:
    """Tell whether the text is an IP address or network."""
    if text.count(".") != _DOTS and ":" not in text:
        return False
    if (ported := _PORTED.fullmatch(text)) is not None:
        text = ported["six"] or ported["four"]
    # Eight pairs are a hardware address or part of a fingerprint.
    return _interface(text) is not None and _PAIRS.fullmatch(text) is None


def is_address_like(text: str) -> bool:
    """Tell an IPv4 address from a version with four parts: private, or with large parts."""
    return is_private(text) or _is_public_ip(text)


def is_private(text: str) -> bool:
    """Tell whether the text is an address of a network at home."""
    address = _interface(text)
    return address is not None and address.ip.is_private


def _interface(text: str) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface | None:
    try:
        return ipaddress.ip_interface(text)
    except ValueError:
        return None


def is_version(text: str) -> bool:
    """Tell whether the text is a version, ``v3.10.3-rc1``, and no more."""
    return _RELEASE.fullmatch(text) is not None


@functools.lru_cache(maxsize=4096)
def _is_international(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, None))
    except phonenumbers.NumberParseException:
        return False


@functools.lru_cache(maxsize=4096)
def _is_national(text: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


_TESTS = (
    (is_email, Sensitivity.EMAIL),
    (is_card, Sensitivity.CARD),
    (is_ssn, Sensitivity.SSN),
    (is_iban, Sensitivity.IBAN),
    (is_key, Sensitivity.TOKEN),
    (is_password_hash, Sensitivity.PASSWORD),
    (is_ip, Sensitivity.IP_ADDRESS),
    (is_phone, Sensitivity.PHONE),
    (is_travel_document, Sensitivity.SSN),
)
_OF_NUMBERS = (is_card, is_ssn, is_iban, is_phone)
_TESTS_OF_WORDS = tuple(pair for pair in _TESTS if pair[0] not in _OF_NUMBERS)
_DIGIT = re.compile(r"\d")


def redact(text: str, *, is_code: bool = False, shown: frozenset[Sensitivity] = frozenset()) -> str:
    """Hide every sensitive value found inside a text; the rest stays byte for byte.

    Args:
        is_code: what stands behind a name, ``token := md5(…)``, is no value, and known by its own
            form alone.
        shown: classes of which values stay.
    """
    for pattern, hide in _suspects(text.encode("utf-8", "replace"), len(text)):
        is_of_name = is_code and pattern in _BEHIND_NAMES
        if not is_of_name and _CLASSES.get(hide, Sensitivity.SECRET) not in shown:
            text = pattern.sub(hide, text)
    return text


def found_in(text: str) -> list[tuple[int, int]]:
    """Find where sensitive values stand inside a text."""
    return [
        match.span()
        for pattern, hide in _suspects(text.encode("utf-8", "replace"), len(text))
        for match in pattern.finditer(text)
        if hide(match) != match.group()
    ]


def is_opaque(text: str) -> bool:
    """Tell whether a text holds what looks made to be unlike any other: a key or a number."""
    return hide_opaque(text) != text


def hide_opaque(text: str) -> str:
    """Hide what looks so inside a text."""
    return _OPAQUE.sub(_hide_opaque, text)


def _hide_opaque(match: re.Match[str]) -> str:
    return match.group() if _FORMAT.fullmatch(match.group()) else MASK


def may_hold_joined(blob: bytes, longest: int) -> bool:
    """Tell the same of cells that are joined by NUL already.

    Args:
        longest: bytes of the longest cell.
    """
    if longest < _LENGTH_MIN:
        return False
    suspects = list(_suspects(blob, longest))
    if not suspects:
        return False
    text = blob.decode("utf-8", "replace")
    return any(
        hide(match) != match.group()
        for pattern, hide in suspects
        for match in pattern.finditer(text)
    )


def _suspects(blob: bytes, longest: int) -> Iterator[_Suspect]:
    """Choose the patterns that could match, by tests that cost next to nothing.

    Args:
        longest: bytes of the longest cell in ``blob``; cells are joined by NUL.
    """
    if b"@" in blob:
        yield _FREE_EMAIL, _hide_email
    if b"%40" in blob:
        yield _QUOTED_EMAIL, _hide_quoted_email
    if longest < _DIGITS_LENGTH_MIN:
        return
    if (b"=" in blob or b":" in blob) and any(map(blob.lower().__contains__, _SECRET_STEMS)):
        yield _NAMED, _hide_named
        yield _LOGIN, _hide_login
    if longest >= _KEY_LENGTH_MIN and any(map(blob.lower().__contains__, (b"bearer ", b"basic "))):
        yield _BEARER, _hide_bearer
    if longest >= _KEY_LENGTH_MIN:
        is_long = _LONG_WORD in blob.translate(_WORDS)
        if b"PRIVATE KEY" in blob or (is_long and _has_key_start(blob)):
            yield _KEY, _hide_all
        if is_long and any(map(blob.__contains__, _HASH_STARTS)):
            yield _HASH, _hide_all
        if is_long and b"<<" in blob:
            yield LINE, _hide_travel
    shape = blob.translate(_SHAPES)
    yield from _word_suspects(blob, shape)
    yield from _number_suspects(shape)


def _word_suspects(blob: bytes, shape: bytes) -> Iterator[_Suspect]:
    """Choose what finds a number behind a word: most cells have words alone, or digits alone."""
    if b"00" not in shape or blob.upper() == blob.lower():
        return
    if b"0" * _IDENTITY_DIGITS_MIN not in shape.translate(None, b" -/()."):
        return
    lower = blob.lower()
    if blob.startswith(b"00") or any(map(blob.__contains__, _DIALLED_STARTS)):
        yield _FREE_DIALLED, _hide_phone
    if any(map(lower.__contains__, _CALL_STEMS)):
        yield _CALLED, _hide_called
    if any(map(lower.__contains__, _IDENTITY_STEMS)):
        yield _IDENTIFIED, _hide_identified
    if any(map(lower.__contains__, _BIRTH_STEMS)):
        yield _BORN, _hide_born


def _has_key_start(blob: bytes) -> bool:
    return any(byte in blob and any(map(blob.__contains__, starts)) for byte, starts in _KEY_STARTS)


def _number_suspects(shape: bytes) -> Iterator[_Suspect]:
    if b"AA00" in shape:
        yield _FREE_IBAN, _hide_iban
    if b"0000" in shape:
        if b"000-00-0000" in shape:
            yield _SSN, _hide_ssn
        if b"0" * 13 in shape.translate(None, b" -"):
            yield _FREE_CARD, _hide_card
    if b"(000)" in shape and _AREA_SHAPE.search(shape):
        yield _FREE_AREA, _hide_phone
    if b"+0" in shape and _PHONE_SHAPE.search(shape):
        yield _PHONE, _hide_phone
    if b"0.0" in shape and b"0.0.0.0" in _squeezed(shape):
        yield _IPV4, _hide_ip


def _squeezed(shape: bytes) -> bytes:
    """Make one digit of up to four."""
    return shape.replace(b"00", b"0").replace(b"00", b"0")


def _hide_all(match: re.Match[str]) -> str:
    return MASK


def _hide_named(match: re.Match[str]) -> str:
    """Hide ``S3cret`` in ``password=S3cret``; behind a colon prose may go on as well."""
    value = match["value"]
    is_prose = match["sign"] == ":" and value.isalpha()
    if is_prose or value.strip("'\"").casefold() in _NO_VALUES or MASK in value:
        return match.group()
    return f"{match['before']}{MASK}"


def _hide_bearer(match: re.Match[str]) -> str:
    value = match["value"]
    has_form = not value.isalpha() or not value.islower()
    return f"{match['before']}{MASK}" if has_form else match.group()


def _hide_login(match: re.Match[str]) -> str:
    return f"{match['before']}{MASK}@"


def _hide_email(match: re.Match[str]) -> str:
    """Hide an address; ``'%@example.com'`` is a pattern for many."""
    text = match.group()
    return mask_email(text) if text.partition("@")[0].strip("%'") else text


def _hide_quoted_email(match: re.Match[str]) -> str:
    return f"{MASK}%40{MASK}"


def _hide_iban(match: re.Match[str]) -> str:
    return MASK if is_iban(match.group()) else match.group()


def _hide_travel(match: re.Match[str]) -> str:
    return MASK if is_travel_document(match.group()) else match.group()


def _hide_ssn(match: re.Match[str]) -> str:
    return MASK if is_ssn(match.group()) else match.group()


def _hide_card(match: re.Match[str]) -> str:
    """Hide a card number, also where other numbers stand beside it: ``2 4111111111111111 1``."""
    text = match.group()
    if is_card(text):
        return mask_card(text)
    edges = [0, *(i for gap in _GAP.finditer(text) for i in gap.span()), len(text)]
    starts, ends = edges[::2], edges[1::2]
    for index, start in enumerate(starts):
        for end in ends[index:]:
            if is_card(text[start:end]):
                return text[:start] + mask_card(text[start:end]) + text[end:]
    return text


def _hide_phone(match: re.Match[str]) -> str:
    return MASK if is_phone(match.group()) else match.group()


def _hide_called(match: re.Match[str]) -> str:
    value = match["value"]
    if value.isdigit() and value[0] != "0" and match["calls"]:
        # A run of digits behind "call" may be the number of anything.
        return match.group()
    has_digits = sum(map(str.isdigit, value)) in _PHONE_DIGITS and not _is_dated(value)
    return f"{match['before']}{MASK}" if has_digits or is_phone(value) else match.group()


def _is_dated(text: str) -> bool:
    return _DATE.match(text) is not None or _DATE_LAST.match(text) is not None


def _hide_identified(match: re.Match[str]) -> str:
    digits = sum(map(str.isdigit, match["value"]))
    is_one = digits >= _IDENTITY_DIGITS_MIN and not _is_dated(match["value"])
    return f"{match['before']}{MASK}" if is_one else match.group()


def _hide_born(match: re.Match[str]) -> str:
    return f"{match['before']}{MASK}"


def _hide_ip(match: re.Match[str]) -> str:
    return MASK if _is_public_ip(match.group()) else match.group()


def mask_email(text: str) -> str:
    """Write an address as ``a•••@e•••.com``; in full where it is none."""
    local, _, domain = text.strip("<> ").rpartition("@")
    name, _, ending = domain.rpartition(".")
    if not local or not name or not is_email(text):
        return MASK
    return f"{local[0]}•••@{name[0]}•••.{ending}"


def mask_card(text: str) -> str:
    """Write a card number by its last four digits; in full where it is none."""
    digits = text.replace(" ", "").replace("-", "")
    return f"•••• •••• •••• {digits[-4:]}" if is_card(text) else MASK


def _is_public_ip(text: str) -> bool:
    """A version such as 1.2.3.4 has small parts; an address on the net rarely has only those."""
    address = _interface(text)
    if address is None:
        return False
    parts = [int(part) for part in text.split("/", maxsplit=1)[0].split(".")]
    return (
        address.ip.is_global
        and sum(part > _SMALL_PART for part in parts) > 1
        and max(parts) >= _LARGE_PART
    )


_CLASSES: dict[Callable[[re.Match[str]], str], Sensitivity] = {
    _hide_email: Sensitivity.EMAIL,
    _hide_quoted_email: Sensitivity.EMAIL,
    _hide_iban: Sensitivity.IBAN,
    _hide_ssn: Sensitivity.SSN,
    _hide_travel: Sensitivity.SSN,
    _hide_card: Sensitivity.CARD,
    _hide_phone: Sensitivity.PHONE,
    _hide_called: Sensitivity.PHONE,
    _hide_identified: Sensitivity.SSN,
    _hide_born: Sensitivity.BIRTH_DATE,
    _hide_ip: Sensitivity.IP_ADDRESS,
}
_GAP = re.compile(r"[ -]")
_FREE_EMAIL = re.compile(rf"(?<![\w.%+-])(?!git@[\w.-]+:){_EMAIL}(?![\w])")
_QUOTED_EMAIL = re.compile(
    r"(?:[A-Za-z0-9._'-]|%2B|\+){1,64}%40(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w])"
)
"""In a URL: ``mail=ada%40example.org``."""
_FREE_DIALLED = re.compile(rf"(?<![\w.+-]){_DIALLED.pattern}(?!\w|-\w)")
_FREE_AREA = re.compile(r"(?<![\w.])\(\d{3}\) ?\d{3}-\d{4}(?!\w|-\w)")
"""As North America writes phone numbers, and nobody anything else."""
_FREE_CARD = re.compile(r"(?<![\w.+-])\d(?:[ -]?\d){12,18}(?!\w|-\w)")
_FREE_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)"
    r"(?![A-Za-z0-9])"
)
_Suspect = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]
_LENGTH_MIN = 6
_DIGITS_LENGTH_MIN = 7
_KEY_LENGTH_MIN = 18
_WORDS = bytes(32 if code in b"\0\t\n\v\f\r " else 120 for code in range(256))
_LONG_WORD = b"x" * _KEY_LENGTH_MIN
_KEY_STARTS = (
    (b"_", (b"k_live_", b"k_test_", b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_",
            b"npm_", b"pypi_", b"dop_v1_", b"shpat_", b"hf_", b"whsec_")),
    (b"-", (b"sk-", b"glpat-", b"xox", b"npm-", b"pypi-", b"dop_v1-", b"shpat-", b"hf-",
            b"whsec-")),
    (b".", (b"eyJ", b"SG.")),
    (b"/", (b"slack.com/services/", b".com/api/webhooks/")),
    (b"A", (b"AKIA", b"ASIA", b"AIza")),
)  # fmt: skip
"""What each alternative of ``_KEY`` holds, private keys aside: a byte, and a word with it."""
_SECRET_STEMS = (b"pass", b"pwd", b"secret", b"token", b"key", b"ssn", b"security", b"://")
"""What each name in ``_NAMED`` holds, and ``_LOGIN``."""
_IDENTITY_STEMS = tuple(
    b"dni nie nif nino cpf curp pesel bsn hetu egn cnp jmbg oib cuil nric aadhaar personnummer"
    b" dselsnummer fiscale steuer rodn snils".split()
)
_CALL_STEMS = tuple(
    b"tel t\xc3\xa9l tlf phone call ring mob vil cel handy fax sms gsm wa.me dial ckruf anruf"
    b" reichbar appel joi llam chiam bellen".split()
)
_BIRTH_STEMS = tuple(b"dob o.b born birth geb naiss nac nato nata nasc n\xc3\xa9 nee dt".split())
_DIALLED_STARTS = (b" 00", b"\x0000", b"=00", b"(00")
_IDENTITY_DIGITS_MIN = 6
_HASH_STARTS = (b"$", b"*", b"{S", b"{M", b"{C")
"""What each alternative of ``_HASH`` begins with or holds."""
_PHONE_SHAPE = re.compile(rb"\+0[0 ().\-\x80-\xff]{6}")
"""What ``_PHONE`` finds, with digits of other scripts too."""
_AREA_SHAPE = re.compile(rb"\(000\) ?000-0000")
_SHAPES = bytes.maketrans(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0" * 10 + b"A" * 26)
"""Digits to ``0`` and capitals to ``A``, so that a shape is found by a plain search."""
