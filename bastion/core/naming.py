"""What the name of a column announces, in the languages that databases are written in.

A name is believed as far as values allow (ADR 34): whether they do is ``classify``'s business.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence

from bastion.core.builtins import names
from bastion.core.model import Sensitivity


@functools.lru_cache(maxsize=8192)
def classify_name(name: str) -> Sensitivity | None:
    """Tell what a name announces; None for an innocent one."""
    words = split_words(name)
    joined = "_".join(words)
    for sensitivity, pattern in _NAMES:
        match = pattern.search(joined)
        if match is not None and not _INNOCENT.search(joined):
            return sensitivity
    stem = _stem(joined)
    if stem is not None and not _INNOCENT.search(joined):
        return Sensitivity(stem.lastgroup)
    if not name.isascii():
        folded = unicodedata.normalize("NFKC", name).casefold()
        return next((one for word, one in _FOREIGN.items() if word in folded), None)
    return None


def _stem(joined: str) -> re.Match[str] | None:
    """Find a telling stem in a word: languages that join words have more than a list can hold."""
    return _STEM.search(joined)


_STEM = re.compile(
    "|".join(
        rf"(?P<{sensitivity.value}>{stems})[a-z]*"
        for sensitivity, stems in (
            (
                Sensitivity.BIRTH_DATE,
                "geburtsd|geburtst|geboorted|verjaardag|naissance|nacimiento|nascimento|urodzen"
                "|narozen|szuletes|syntymaa?|fodsels?da|fodelseda|dogumt",
            ),
            (Sensitivity.PHONE, "telefo+n|telephone|puhelinn|mobilnumm|handynumm|rufnumm"),
            (
                Sensitivity.SSN,
                "passport|paspoort|pasaporte?|passeport|paszport|reisepass|pasnummer"
                "|sozialvers|burgerservice|rijksregist|personnumm|fodselsnumm",
            ),
            (Sensitivity.IBAN, "rachunk|kontonumm|kontonr|rekeningnu|bankszamla|cuentabanc"),
        )
    )
)
"""What stands behind the stem in its word may be ``nummer``, or an ending: ``numer_telefonu``."""


def announced(name: str) -> Sensitivity | None:
    """Tell what a name announces where no value can be looked at: not what it is only about."""
    sensitivity = classify_name(name)
    if sensitivity is None or is_about(name, sensitivity):
        return None
    return sensitivity


def is_named(name: str, value: object) -> bool:
    """Tell whether a name inside a document announces what stands there, ``{"ssn": …}``.

    Args:
        value: as JSON gives it; numbers as a number or as their text in a subclass of ``str``.
    """
    if value in (None, "", True, False) or value in ([], {}):
        return False
    sensitivity = classify_name(name)
    if sensitivity is None:
        return isinstance(value, str) and address_name(name) is not None and is_street(value)
    if not isinstance(value, str | int | float):
        return True
    text = str(value)
    return not (text in _FLAGS or (is_about(name, sensitivity) and not may_be(sensitivity, text)))


def address_name(name: str) -> Sensitivity | None:
    """Tell whether a name announces a postal address; values have to look so too."""
    joined = joined_words(name)
    is_named = _ADDRESS.search(joined) is not None or _ADDRESS_STEM.search(joined) is not None
    is_address = is_named and not _INNOCENT.search(joined)
    return Sensitivity.ADDRESS if is_address else None


def split_words(name: str) -> tuple[str, ...]:
    """Split ``clientIP``, ``client_ip`` and ``CLIENT-IP`` into words: lower case, no accents.

    ``s.s.n`` is one word, and letters that only look Latin are read as they look.
    """
    if not name.isascii():
        name = _as_seen(name)
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    words = [word for word in re.split(r"[^a-z0-9]+", spaced.casefold()) if word]
    words = [part for word in words for part in _unglued(word)]
    if sum(len(word) == 1 for word in words) < _SPELT_MIN:
        return tuple(words)
    return tuple(_SPELT.sub(lambda run: run[0].replace("_", ""), "_".join(words)).split("_"))


def _unglued(word: str) -> Sequence[str]:
    """Part ``custphn1``, as names of eight letters are, into whose and what."""
    found = _GLUED.fullmatch(word)
    return (word,) if found is None else (found["who"], found["what"])


_GLUED = re.compile(
    r"(?P<who>cust|customer|clt|client|cli|kd|kunden?|emp|employee|usr|user|pat|patient|mbr|member"
    r"|pers|person|acct|vend|vendor|supp|supplier|owner|stud|student|cont|ben|guest|driver|agent"
    r"|buyer|seller|payer|ship|bill|home|work|priv|office|day|eve|parent|login|enc|db|u)"
    r"(?P<what>(?:ssn|dob|bday|birthd(?:a?te?|ay)|phno?|phone?|tel|mob|mobile|cell|fax|adr|addr"
    r"|street|eml|e?mail|pwd|pw|passwd|password|iban|cardno|taxid|natid|passno|ip|ipaddr)\d{0,2})"
)


def joined_words(name: str) -> str:
    """Join the words of a name as the patterns here have them."""
    return "_".join(split_words(name))


def _as_seen(name: str) -> str:
    """Take accents and invisible characters away, and look-alikes where all is Latin then."""
    pieces = unicodedata.normalize("NFKD", name)
    plain = "".join(one for one in pieces if unicodedata.category(one) not in ("Mn", "Me", "Cf"))
    latin = plain.translate(_LOOK_ALIKES)
    return latin if latin.isascii() else plain


_LOOK_ALIKES = str.maketrans(
    "авсеѕіјкмнорԛтухһԁԝАВСЕЅІЈКМНОРԚТУХԜαοριυνΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡſ",
    "abcesijkmhopqtyxhdwABCESIJKMHOPQTYXWaopiuvABEZHIKMNOPTYXiags",
)
_SPELT_MIN = 3
_SPELT = re.compile(r"(?<![^_])[a-z](?:_[a-z]){2,}(?![^_])")


def classify_comment(comment: str) -> Sensitivity | None:
    """Tell what the comment of a column announces."""
    words = joined_words(comment)
    for sensitivity, pattern in _COMMENTS:
        if pattern.search(words):
            return sensitivity
    return None


def is_about(name: str, sensitivity: Sensitivity) -> bool:
    """Tell whether a name goes on behind its telling word: ``email_digest``, not ``work_email``."""
    joined = joined_words(name)
    patterns = [_STEM, *(pattern for named, pattern in _NAMES if named is sensitivity)]
    rest = ""
    for match in itertools.chain.from_iterable(one.finditer(joined) for one in patterns):
        rest = joined[match.end() :].strip("_")
    return any(word not in _STILL_DATA and not word.isdigit() for word in rest.split("_") if word)


def may_be(sensitivity: Sensitivity, value: str) -> bool:
    """Tell whether a text could be of a class, by what each value of the class has."""
    if sensitivity is Sensitivity.EMAIL:
        return "@" in value
    if sensitivity in NUMBERED:
        return sum(char.isdigit() for char in value) >= TELLING_DIGITS_MIN
    if sensitivity is Sensitivity.IP_ADDRESS:
        return "." in value or ":" in value
    if sensitivity is Sensitivity.BIRTH_DATE:
        return sum(map(str.isdigit, value)) >= _DATE_DIGITS_MIN
    return _PLAIN_WORDS.fullmatch(value) is None


def is_street(value: str) -> bool:
    """Tell whether a text looks like a street with its number."""
    return _STREET.search(value[:_STREET_CHARACTERS]) is not None


def whole_words(text: str) -> re.Pattern[str]:
    """Find alternatives among the words of a name; ``ssn2`` is another ``ssn``."""
    return re.compile(rf"(?:^|_)(?:{text})\d{{0,2}}(?:_|$)")


_NAMES: tuple[tuple[Sensitivity, re.Pattern[str]], ...] = (
    (Sensitivity.SSN, whole_words(r"pass?_?(?:no|nr|num|nummer|number)")),
    (
        Sensitivity.PASSWORD,
        whole_words(
            r"passwords?|passwds?|pwd|pw|pass_?hash|pass_?phrase|pass_?codes?|passwort|kennwort"
            r"|mot_de_passe|mdp|contrasenas?|senha|encrypted_password|pass|password_?hash"
            r"|hashed_(?:password|pw)|pin_code|pin|pwhash|salt|parola?|haslo|heslo|losenord"
            r"|passord|adgangskode|wachtwoord|sifre|salasana|jelszo|mot_passe|contrasenia"
            r"|geheim_?(?:zahl|nummer|nr)"
        ),
    ),
    (
        Sensitivity.EMAIL,
        whole_words(
            r"e_?mails?|eml\d?|e_?mail_?addr(?:ess)?|[a-z]*emails?[0-9]*|correo(?:_electronico)?|courriel"
            r"|mails?|[a-z]*mail_?addr(?:ess)?|e_?mail_?adresse|correio(?:_eletronico)?|e_?post"
            r"|e_?posta|posta_elettronica|sahkoposti"
        ),
    ),
    (
        Sensitivity.IBAN,
        whole_words(
            r"ibans?|bank_?acc(?:oun)?t(?:_?(?:no|nr|num|number))?"
            r"|acc(?:oun)?t_?(?:no|nr|num|number|last_?(?:4|four))|acc_?(?:no|nr|num|number)"
            r"|bank_?ac(?:_?(?:no|nr|num|number))?|bankn"
            r"|(?:beneficiary|payee|payout|refund|salary)_acc(?:oun)?t(?:_?(?:no|number))?"
            r"|cta_(?:abono|banc\w*|cte|corriente|ahorros?)|n(?:um|ro|o)?_?(?:de_)?(?:cuenta|cta|compte)"
            r"|konto_?(?:nummer|nr|no)|bank_?konto|swift_account|routing_?(?:number|no)|bank_routing|clabe"
            r"|numero_(?:de_)?(?:cuenta|compte|conta|conto)|cuenta_bancaria|compte_bancaire"
            r"|conta_bancaria|conto_corrente|rib|bban|nrb|kto_?(?:nr|nummer)?|bank_?verb(?:indung)?"
            r"|(?:bank_?)?rekening(?:_?(?:nr|nummer))?"
        ),
    ),
    (
        Sensitivity.CARD,
        whole_words(
            r"pan|card_?(?:no|nr|num|number|pan)|cc_?(?:no|nr|num|number)?|ccn|credit_?card"
            r"(?:_?(?:no|nr|num|number))?|cvv2?|cvc2?|kredit_?karte|karten_?(?:nummer|nr)"
            r"|kreditkarten_?(?:nummer|nr)|carte_bancaire|numero_(?:de_)?(?:carte|carta|tarjeta"
            r"|cartao)|n(?:um|ro|o)_?(?:de_)?(?:carte|tarjeta|cb)|cb_?(?:no|num)|kk_?(?:nr|nummer)"
            r"|tarjeta|cartao|debit_?card(?:_?number)?|payment_card|card|track_?data"
            r"|primary_account_number|card_?holder_?number"
        ),
    ),
    (
        Sensitivity.SSN,
        whole_words(
            r"ssn\d*|ssns|ss_?(?:no|nr|num|number)|ssn(?:no|num|number|text|hash|enc)"
            r"|social_?security(?:_?(?:no|nr|num|number))?"
            r"|social_?sec(?:_?(?:no|num))?|social_?insurance(?:_?(?:no|number))?"
            r"|national_?(?:id|no|number|identifier|insurance(?:_?number)?)|nin|nino"
            r"|tax_?(?:id|no|nr|number|payer_?id)|tin|itin|passport(?:_?(?:no|nr|num|number|id))?"
            r"|sin|cpf|cnpj|dni|nie|nif|curp|bsn|pesel|aadhaa?r|personnummer|ahv(?:_?(?:nr|nummer))?"
            r"|sozialvers(?:icherung)?s?_?(?:nr|nummer)?|sv_?(?:nr|nummer)|steuer_?(?:id|nr|nummer)"
            r"|codice_fiscale|cod_?fisc(?:ale)?|(?:num(?:ero)?|no|n)_?(?:de_)?secu(?:rite)?(?:_soc(?:iale)?)?"
            r"|tessera_sanitaria|tarjeta_sanitaria|carte_vitale|(?:e?gk|ehic)_?(?:no|nr|num|nummer|number)"
            r"|insee|nss|(?:num(?:ero)?|no|n)_?(?:de_)?permis|permis_(?:de_)?conduire"
            r"|(?:num(?:ero)?_)?patente_(?:di_)?guida|num(?:ero)?_patente"
            r"|permiso_(?:de_)?conducir|carta_(?:de_)?conducao|cnh|rijbewijs(?:_?nummer)?|korkort"
            r"(?:s_?nummer)?|prawo_jazdy|ajokortti|surucu_belgesi"
            r"|(?:numero_)?(?:de_)?seguridad_social|fodsels?_?(?:nummer|nr)|cpr(?:_?(?:nr|nummer))?"
            r"|henkilotunnus|hetu|rodne_cislo|jmbg|oib|emso|(?:tc_?)?kimlik(?:_?no)?|nric|hkid"
            r"|driver_?s?_?licen[cs]e(?:_?(?:no|num|number))?|dl_?(?:no|nr|num|nbr|number)|fuhrerschein"
            r"(?:_?(?:nr|nummer))?|id_?card(?:_?(?:no|number))?|identity_?(?:no|number|card)"
            r"|citizen_?(?:id|no|number)|personal_?(?:id|no|nr|number)|personal_code"
            r"|(?:kranken)?versicherten_?(?:nr|nummer)|kvnr|ausweis(?:_?(?:nr|nummer))?"
            r"|(?:reisepass|reisedokument)(?:_?(?:nr|nummer))?|pasaporte|passeport|(?:passport_?)?mrz(?:_?line)?"
            r"|(?:travel|identity)_?doc(?:ument)?(?:_?(?:no|nr|num|number))?"
            r"|id_?doc(?:ument)?_?(?:no|nr|num|number)"
            r"|n(?:ro|r|um|umero)?_?(?:de_)?doc(?:umento)?(?:_?(?:de_)?ident(?:idad|ificacion|idade|ita))?"
            r"|doc(?:umento)?_?(?:de_)?ident(?:idad|ificacion|idade|ita)"
            r"|ssn_?id|sin_?id|identification_id|gov(?:ernmen)?t?_id|(?:personal_)?identity_code"
            r"|tax_?(?:num|vat|ref(?:erence)?)|stcd[1-5]|icnum|fiscal_code|cod_?fisc?(?:al)?"
            r"|steuer_?(?:id_?nr|ident(?:ifikations)?(?:_?(?:nr|nummer))?)|soz_?vers_?(?:nr|nummer)?"
            r"|nuss|n(?:um|ro|o)_?(?:de_)?(?:dni|nif|nie|afiliacion|avs|permis|pasaporte|passeport)"
            r"|dni_?nie|nif_?nie|nirpp|ahv|avs_?(?:no|nr|num)|personalausweis(?:_?(?:nr|nummer))?"
            r"|permis_?(?:no|nr|num|numero)|n_pasaporte|driv(?:er_?s?|ing)_?lic(?:_?(?:no|nr|num))?"
            r"|ni_?(?:no|num|number)|nhs|hic_?(?:no|num|number)"
            r"|medicare(?:_?(?:no|number|id))?|medicaid(?:_?(?:no|number|id))?|mbi"
            r"|nhs_?(?:no|num|number)"
            r"|fnr|egn|cnp|tckn|rijksregister(?:_?(?:nr|nummer))?|insz|niss|nir|amka|kennitala"
            r"|isikukood|asmens_kodas|snils|cuil|cedula(?:_de_identidad)?|my_?number|rut"
            r"|person_?nr|burgerservice_?nummer|tfn"
        ),
    ),
    (
        Sensitivity.BIRTH_DATE,
        whole_words(
            r"dob|d_o_b|bdate|d(?:a?te?)_?birth|born_?on|gbdat|geb_?tag|cumple(?:anos)?|urodziny"
            r"|birth_?dates?|birth_?days?|birth_?dt|date_?of_?birth|born(?:_(?:on|at))?"
            r"|birth|birth_?month|b_?day|geb|geburt|geburtstag|geburts_?monat|geb(?:urts)?_?dat(?:um)?"
            r"|geboren(?:_(?:am|op))?|geboorte(?:_?dat(?:um)?)?|ddn|nee?_le"
            r"|(?:d(?:a?te?)?_?(?:de_)?)?naiss(?:ance)?|d(?:a?te?)?_?nais|nacid[oa](?:_el)?|nacim(?:iento)?"
            r"|f(?:echa|ec)?_?(?:de_)?nac(?:im(?:iento)?)?|nascid[oa]_em|nascimento"
            r"|d(?:ata|t)_?(?:de_)?nasc(?:imento)?|nat[oa]_il|(?:d(?:ata)?_?(?:di_)?)?nascita"
            r"|f_?dato|fodd|fodt(?:_dato)?|fod(?:else|sels?)?_?(?:datum|dato|dag)|syntymaaika"
            r"|data_?ur(?:odz(?:enia)?)?|dat(?:um)?_?nar(?:oz(?:eni)?)?|data_?nasterii"
            r"|datum_?rod(?:enja)?|szul(?:etesi)?_?(?:datum|ido)|dogum_?tar(?:ihi)?"
        ),
    ),
    (
        Sensitivity.TOKEN,
        whole_words(
            r"(?:\w+_)?tokens?|(?:\w+_)?tok|tkn|api_?keys?|apikeys?|access_?keys?|session_?keys?"
            r"|private_?keys?|otp|(?:\w+_)?secrets?|secret_?keys?|client_secret|auth_?keys?|bearer"
            r"|jwt|totp(?:_secret)?|recovery_?codes?|backup_?codes?|refresh_?token|webhook_?secret|oauth_?(?:refresh|access)"
            r"|signing_?keys?|encryption_?keys?|enc_?key|hmac_?key|license_key|session_?id|sessid"
            r"|phpsess(?:id)?|jsessionid|cookies?|credentials?|security_answer|mfa_secret|reset_?code|verification_?code"
            r"|auth_?code|ssh_?keys?|two_factor_secret|seed_phrase|mnemonic"
            r"|(?:access|activation|unlock|door|zugangs)_?code|code_(?:d_)?acces"
            r"|codigo_(?:de_)?(?:acceso|activacion|verificacion)|activation_?key|user_?act_?key"
            r"|reset_?(?:hash|key)|(?:mfa|otp|totp|client|app|api|shared|consumer|webhook)_?sec(?:ret)?"
            r"|csrf|xsrf|(?:webhook|consumer|aes|rsa|master|priv)_?key|hmac|private_pem|magic_link"
            r"|(?:fcm|gcm|apns)(?:_?(?:id|reg(?:istration)?(?:_?id)?))?|push_(?:reg(?:istration)?|id)"
            r"|(?:cle|clave)_(?:api|secret[ae]|priv[ae]da?)|api_schlu?essel|geheimnis"
        ),
    ),
    (
        Sensitivity.IP_ADDRESS,
        whole_words(
            r"ip|ips|ip_?addr(?:ess)?(?:es)?|ipv[46]|client_?ip|(?:remote|client|peer|src|source"
            r"|dst)_?addr(?:ess)?|remote_ip|source_?ip|last_?login_?ip|sign_?in_?ip|host_?ip"
            r"|x_forwarded_for|x_real_ip|ip_?adresse|ipaddr|ipaddress|clientip|user_ip"
            r"|direccion_ip|adresse_ip|indirizzo_ip"
        ),
    ),
    (
        Sensitivity.PHONE,
        whole_words(
            r"(?:tele)?phones?\d*|phone_?(?:no|nr|num|number)s?|mobiles?|mobile_?(?:no|nr|num"
            r"|number|phone)|mob(?:il)?_?(?:no|nr|num|nummer)?|cell(?:_?phone|_?(?:no|nr|number))?"
            r"|(?:home|work|office|cell|mob|day|eve(?:ning)?)_?ph(?:one)?(?:_?(?:no|nr|num))?"
            r"|callerid|clid|(?:calling|called|caller|dial+ed)_(?:party|no|num|number)"
            r"|[ab]_(?:party|number)|tl?fno|tlfn|telf[12x]?|telef|cel|mvl"
            r"|n(?:um|ro|o)_?(?:de_)?(?:tel\w*|portable|movil)|tel_?(?:fixe|portable)"
            r"|tel\d*|tel_?(?:no|nr|num|number)|telefon(?:_?(?:nummer|nr)|o|e)?|fax"
            r"(?:_?(?:no|nr|number))?|msisdn|handy(?:_?(?:nummer|nr))?|telefono|celular|cellulare"
            r"|movil|telemovel|rufnummer|puhelin(?:numero)?|tlf(?:_?nr)?|ph_?no|phn|gsm|whatsapp"
            r"|sms_number|contact_?(?:no|num|number)|phonenumber|mobilephone"
        ),
    ),
)
_FOREIGN = {
    word.casefold(): sensitivity
    for sensitivity, listed in (
        (Sensitivity.PASSWORD, "パスワード 密码 密碼 暗証番号 пароль 비밀번호 סיסמה κωδικός"),
        (Sensitivity.EMAIL, "邮箱 メール почта 이메일"),
        (Sensitivity.PHONE, "电话 電話 手机 телефон 전화"),
        (Sensitivity.SSN, "身份证 マイナンバー паспорт снилс 주민등록번호"),
        (Sensitivity.CARD, "银行卡 カード番号 номер_карты"),
        (Sensitivity.BIRTH_DATE, "生年月日 出生日期 дата_рождения"),
    )
    for word in listed.split()
}
"""Words that need no gap around them, in scripts that the patterns above do not read."""
_ADDRESS = whole_words(
    r"addr(?:ess)?(?:es)?(?:_?line)?_?\d*|adr(?:_?line)?_?\d*|(?:street|home|postal|mailing|shipping|billing"
    r"|delivery|residential|permanent|current|work)_?addr(?:ess)?(?:_?(?:line)?_?\d+)?"
    r"|streets?\d*(?:_?(?:name|line|address))?|ship_?to|bill_?to|adresse\d*|anschrift"
    r"|stra(?:ss|s)e|wohn(?:ort|adresse)|direccion|domicilio|calle|rue|indirizzo|endereco"
    r"|logradouro|adres|ulica|adress|gatuadress|gate_?adresse|osoite|adresa|stras|residence"
    r"|(?:nom|lib|numero|type)?_?voie|str_?(?:hnr|nr|nummer)|(?:\w+_)?(?:empf|abs|kd|kunden|liefer|privat)"
    r"_?str|via_(?:residenza|nombre)|nombre_via|vialidad|direcc|domic|dom_fiscal|adr\w*_ligne_?\d|adrl\d"
)
"""Names of postal addresses, if the values look so too: servers and wallets have addresses."""
_ADDRESS_STEM = re.compile(
    r"anschrift|lieferadress|hausnr|hausnummer|huisn|straat|strasse|domicilio|ulic[ay]"
)
_INNOCENT = re.compile(
    r"(?:^|_)(?:count|counts|cnt|total|verified|confirmed|valid|enabled|required|opt_?in|opt_?out"
    r"|expires?|expiry|expired|expiration|ttl|type|kind|status|state|provider|brand|issuer|template"
    r"|subject|sent|bounced|changed|updated|created|reset_at|rotated|length|policy|strength|format"
    r"|limit|quota|used|usage|price|cost|fee|amount|sent_at|seen_at|at|is|has|show|hide|allow|num"
    r"_of|version|preference|preferences|pref|prefs|settings?|notifications?|campaigns?|queue"
    r"|country|region|model|os|platform|app|device|size|width|height|holder_type|network|label"
    r"|exp_month|exp_year|attempts|domain|client|frequency|lists?|body|priority|max|min|rate"
    r"|ratio|budget|scope|scopes|name|names|title|category|color|colour|theme|schema|index|position"
    r"|weight|order|rank|score|source|language|locale|lang|mode|channel|class|level|family|role"
    r"|host|port|server|pool|range|prefix_length|vendor|manufacturer|carrier|supported|allowed"
    r"|sequence|seq|pct|percent|percentage|days|hours|minutes|seconds|ms|bytes)$"
    r"|(?:^|_)(?:card|token|e?mail|phone|cell|mobile|account|ip|secret|credential|key|pass|password|addr|address)"
    r"_(?:template_)?(?:ids?|uuid|guid|fk|ref|refs|type_id)$"
    r"|^(?:is|has|num(?!_(?:tel|secu|ss|fiscal|carte|compte|cuenta|tarjeta|cartao|permis|pasaporte|passeport|dni|nif|nie|cta|avs|afiliacion|cb|portable|movil))|count|total|max|min|avg|n|no_of|number_of|days|hours|show|hide|allow|enable"
    r"|require|prompt|completion|input|output|used|uses|can|needs|send|receive)_"
)
_COMMENTS = (
    (
        Sensitivity.SSN,
        whole_words(
            r"ssn|social_security|national_id(?:entity)?|passport_(?:no|number)|tax_id"
            r"|driv(?:er_?s?|ing)_licen[cs]e(?:_(?:no|number))?|numero_d[eu]_(?:permis|passeport)"
            r"|permis_de_conduire|numero_de_securite_sociale|numero_de_(?:la_)?seguridad_social"
            r"|national_insurance(?:_(?:no|number))?|pesel|burgerservice_?nummer"
            r"|codice_fiscale|numero_de_pasaporte|fuhrerschein_?(?:nr|nummer)"
            r"|(?:reisepass|personalausweis|ausweis)_?(?:nr|nummer)|steuer_?(?:id|identifikations)"
            r"_?(?:nr|nummer)?|(?:sozial|kranken)versicher(?:ungs|ten)_?(?:nr|nummer)|rijbewijs_?nummer"
        ),
    ),
    (
        Sensitivity.EMAIL,
        whole_words(
            r"e_?mail_address(?:es)?|e_?mail|emails|e_?mail_adresse|courriel|correo_electronico"
        ),
    ),
    (
        Sensitivity.PHONE,
        whole_words(
            r"phone_number|telephone|mobile_number|phone|telef(?:o+n|on)_?nummer|rufnummer"
            r"|numer_telefonu|handy_?nummer"
            r"|numero_de_tel(?:ephone|efono|efone)"
        ),
    ),
    (
        Sensitivity.CARD,
        whole_words(r"credit_card|card_number|pan|primary_account_number|kreditkarten_?nummer"),
    ),
    (
        Sensitivity.IBAN,
        whole_words(
            r"iban|bank_account|konto_?(?:nr|nummer)|rekening_?nummer|numero_de_(?:cuenta|compte)"
            r"|numero_di_conto|numer_(?:rachunku|konta)"
        ),
    ),
    (
        Sensitivity.BIRTH_DATE,
        whole_words(
            r"date_of_birth|birth_?date|birthday|date_de_naissance|geburts_?(?:datum|tag|monat)"
            r"|fecha_de_nacimiento|data_d[ei]_nasc(?:ita|imento)|dogum_tarihi|fodselsdato"
            r"|fodelsedatum|geboorte_?datum|data_urodzenia|datum_narozeni|syntymaaika"
        ),
    ),
    (Sensitivity.PASSWORD, whole_words(r"password|passphrase|passwort|kennwort|mot_de_passe")),
    (
        Sensitivity.TOKEN,
        whole_words(
            r"api_key|secret|access_token|private_key|credentials?|session_id|session_cookie"
            r"|(?:totp|mfa|otp|2fa)_(?:seed|secret|key)"
        ),
    ),
    (Sensitivity.IP_ADDRESS, whole_words(r"ip_address(?:es)?")),
    (
        Sensitivity.SECRET,
        whole_words(r"pii|confidential|sensitive|gdpr|personal_data|phi|hipaa"),
    ),
)
CONTACT = whole_words(
    r"(?:\w*_)?(?:contacts?|contact[oe]s?|kontakte?|\w*kontakt|ansprechpartner|next_of_kin|nok"
    r"|emergency|notfall|guardian|call_?back|ruckruf|rueckruf|notify|reach(?:ed)?(?:_(?:at|by|to|on))?)"
    r"(?:_(?:to|at|by|on))?"
)
"""Names that say whom or where to call, and not how."""
BIRTH_PARTS = whole_words(r"birth_?(?:month|day)|geburts_?(?:monat|tag)")
"""A day and a month beside a year of birth: small numbers, and telling."""
CODES = whole_words(
    r"cvv2?|cvc2?|pin|pin_?code|otp|pass_?code|(?:verification|reset|auth)_code"
    r"|(?:access|activation|unlock|door|zugangs)_?code|code_(?:d_)?acces"
)
"""Short codes: they need not be long to tell."""
NUMBERED = frozenset({Sensitivity.PHONE, Sensitivity.CARD, Sensitivity.SSN, Sensitivity.IBAN})
"""Their values have digits."""
_DATE_DIGITS_MIN = 3
"""``9 Mar 80``; fewer are numbers of buildings, ``geb_nr``."""
TELLING_DIGITS_MIN = 4
"""Shorter numbers refute a name such as ``phone``: they are counts or flags."""
_STILL_DATA = names(
    """
    address addr adresse no nr num number numbers nummer value values val hash hashed digest enc
    encrypted cipher ciphertext crypt raw plain plaintext clear text last last4 four first home work
    office private personal primary secondary alt alternate alternative other others backup main
    old new prev previous current business mobile cell day evening normalized canonical lower
    md5 sha1 sha256 local key code secret str string data field seed link bin blob json ext
    extension full id ids of for from to and or a b c i ii
    """
)
"""Behind a telling word they leave the value in: ``ssn_last4``, ``password_hash``."""
_PLAIN_WORDS = re.compile(r"[^\W\d_]+(?:[ .:/_-][^\W\d_]+)*[ -]?\d{0,3}")
_STREET = re.compile(
    r"(?:^|\s)\d{1,5}[A-Za-z]?[,\s]\s*[^\W\d]\w*|[^\W\d_]{3,}\.?,?\s+\d{1,5}\s?[A-Za-z]?(?:$|[\s,/-])"
)
"""A house number and a word beside it, in either order."""
_STREET_CHARACTERS = 120
_FLAGS = ("0", "1", "yes", "no", "on", "off", "y", "n")
