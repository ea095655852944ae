"""Company names: legal forms of many countries, telling words, and agreement with the e-mail domain."""

from __future__ import annotations

import re
from functools import lru_cache

from crmllm.extraction.rules.text import Piece, fold, letters, trimmed

_LEGAL = (
    r"g?gmbh(?:\s*&\s*co\.?\s*(?:kg(?:aa)?|ohg))?|mbh|ges\.?m\.?b\.?h\.?|ag(?:\s*&\s*co\.?\s*kg)?|kgaa|kg|ohg|gbr|"
    r"ug(?:\s*\(haftungsbeschrankt\))?|"
    r"e\.\s?k\.?|e\.\s?v\.?|eg|se|ltd\.?|limited|llc|l\.l\.c\.|llp|l\.p\.|inc\.?|incorporated|corp\.?|corporation|"
    r"co\.|company|plc|pte\.?|pty\.?|"
    r"pvt\.?|s\.\s?a\.\s?s\.?|s\.\s?a\.\s?r\.\s?l\.?|sarl|sasu?|eurl|snc|sci|s\.\s?a\.?|sa|s\.\s?l\.\s?u?\.?|slu?|"
    r"s\.\s?p\.\s?a\.?|spa|"
    r"s\.\s?r\.\s?l\.?|srls?|s\.\s?a\.\s?r\.?|b\.\s?v\.?|bvba|bv|n\.\s?v\.?|nv|v\.\s?o\.\s?f\.?|vof|cv|a/s|aps|asa|"
    r"ab|as|oyj?|oy\s+ab|"
    r"lda\.?|ltda\.?|eireli|sp\.?\s*z\s*o\.?\s?o\.?|s\.\s?r\.\s?o\.?|a\.\s?s\.?|kft\.?|zrt\.?|d\.\s?o\.\s?o\.?|"
    r"d\.\s?d\.?|ou|uab|sia|"
    r"sp\. ?[jkp]\.|k\.k\.|pjsc|oao|ooo|n\.a\.|sarl-s|s\.\s?c\.|s\.\s?coop\.?|coop|ev"
)
# "Sa" and "As" are words too: short forms count only in capitals or with stops, which _legal_end checks.
_LEGAL_END = re.compile(rf"(?<=[\s,])(?:{_LEGAL})(?=$|[\s,;.)|])")
_WORDS = frozenset(
    """
    group holding holdings solutions systems system technologies technology tech bank banque banca banco university
    universitat universite universidad universita universiteit college institute institut instituto istituto school
    schule ecole hospital klinik klinikum clinic clinique consulting consultants partners associates services
    industries industrie industria logistics logistik logistique logistica foods food energy energie energia media
    software labs lab laboratories studio studios agency agentur agence agencia association verband verein society
    societe foundation stiftung fondation council ministry mairie stadtwerke werke maschinenbau anlagenbau technik
    handel brothers freres gebruder hotel hotels restaurant verlag spedition transport transports trading
    international enterprises manufacturing engineering pharma pharmaceuticals medical biotech robotics automation
    electronics electric motors insurance versicherung versicherungen assurances capital ventures investments realty
    estate properties construction bau metall metallbau stahlbau elektro elektrotechnik druck druckerei bakery
    backerei brauerei brewery cafe store stores shop market markets supermarket club airlines airways railways
    shipping freight telecom communications network networks digital interactive analytics dynamics instruments tools
    werkzeuge werkzeugbau kunststoffe kunststofftechnik textiles textil furniture mobel meubles garden realtors auto
    autohaus garage records books pictures films press publishing news laboratorio laboratorios grupo gruppe gruppo
    groupe groep gesellschaft compagnie compania companhia officine fratelli hermanos irmaos zonen sons sohne fils
    hnos cooperativa genossenschaft maatschappij bouw techniek handelsonderneming praxis kanzlei apotheke pharmacy
    notaire etude cabinet federal commission committee authority department club union fund trust exchange corporation
    works mills farm farms dairy vineyards winery cour tribunal centre center zentrum centro chambre kammer office
    borough municipality academy nursery library museum hospice parish gemeinde landkreis landratsamt rathaus bucherei
    bibliothek seniorenstift seniorenheim pflegeheim universitatsklinikum krankenhaus gymnasium grundschule realschule
    kita kindergarten ville commune lycee college mediatheque ehpad prefecture departement office ayuntamiento
    diputacion colegio residencia biblioteca clinica fundacion comune provincia scuola liceo ospedale ospedaliera
    ospedaliero istituto fondazione gemeente provincie basisschool zorgcentrum ziekenhuis stichting bibliotheek
    kinderopvang camara municipio freguesia escola santa-casa misericordia associacao fundacao szkola szpital urzad
    stadt samtgemeinde reederei brauhaus gasthof gasthaus pension camping solicitors advocaten notariskantoor avocats
    abogados advogados avvocati terme teatro theater theatre pousada pensjonat uzdrowisko restauracja restaurante
    ristorante gimnasio veterinary dental zorggroep creche agriturismo bodegas cooperative kaasboerderij boerderij
    gmina biblioteka fundacja stowarzyszenie centrum przedszkole liceum przychodnia kancelaria hurtownia spoldzielnia
    municipality housing parks recreation trust charity parroquia mancomunidad waterschap
    basisscholen thuiszorg onlus loco hopital clinica mutuelle domaine hofgut weingut molkerei huerta huertas
    cabildo consorcio consorzio azienda albergo caseificio cantina cantine hospitais colegios escolas prefeitura
    """.split()
)
_DEPARTMENT = re.compile(
    r"^(?:(?:the\s+)?(?:department|dept\.?|abteilung|abt\.|service|departement|pole|direction|division|unit|team|"
    r"bereich|ufficio|"
    r"departamento|dpto\.?|afdeling|faculty|fakultat|fachbereich|sektion|section|reparto)\b"
    r"|.*\b(?:department|dept\.?|abteilung|division|afdeling|team|desk)$)"
)
_ADDRESS = re.compile(
    r"(?:^|\s|,)(?:street|st\.|road|rd\.?|avenue|av\.?|ave\.?|lane|ln\.|drive|dr\.|boulevard|blvd\.?|bd|court|plaza|"
    r"square|suite|ste\.?|floor|fl\.|"
    r"room|building|bldg\.?|bat\.?|batiment|immeuble|parkway|pkwy|highway|hwy|way|po box|p\.\s?o\.\s?box|postfach|"
    r"rue|chemin|place|allee|impasse|route|cours|"
    r"quai|esplanade|zone|za|zi|zac|cedex|cs\s?\d+|bp\s?\d+|calle|c/|avda\.?|avenida|plaza|paseo|poligono|carrer|via|"
    r"viale|"
    r"piazza|corso|largo|strada|straat|laan|weg|plein|gracht|kade|rua|praca|travessa|estrada|ulica|ul\.|espace|"
    r"residence|campus)(?=$|\s|,|\d)"
    r"|\w{3,}(?:strasse|str\.|weg|gasse|platz|allee|ring|damm|ufer|straat|laan|gatan|vagen|vej|gade|katu|tie|"
    r"utca)(?=$|\s|,|\d)"
)
_POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}-)?\d{4,6}\b\s*[-–,]?\s*[^\W\d]|\b[A-Z]{2}\s+\d{5}(?:-\d{4})?\b|"
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b|\b\d{4}\s?[A-Z]{2}\b|\b\d{5}(?:-\d{4})?\s*$"
)
_ROOM = re.compile(r"^[A-Z]{1,4}[ -]?\d{2,5}[A-Za-z]?$")
_STATE_ZIP = re.compile(r",\s*[A-Z]{2}\s+\d{5}|/[A-Z]\d$|,\s*[A-Z][a-z]{2,4}\.$")
_NUMBER_FIRST = re.compile(r"^\d+[a-z]?\s*(?:[,-]|bis|ter)?\s+\D")
_LABEL = re.compile(
    r"^\s*(?:company|organi[sz]ation|employer|firma|unternehmen|soci[ée]t[ée]|entreprise|organisme|empresa|azienda|"
    r"societ[àa]|"
    r"ditta|bedrijf|organisatie)(?:\s*name)?\s*[:=]\s*",
    re.IGNORECASE,
)
_COUNTRY_OR_CITY = frozenset(
    """
    france germany deutschland austria osterreich switzerland schweiz suisse spain espana italy italia portugal brasil
    brazil netherlands nederland belgium belgique usa uk england ireland poland polska sweden denmark norway finland
    europe canada mexico india japan china singapore australia paris london berlin madrid roma rome milano milan wien
    vienna zurich munchen munich hamburg frankfurt barcelona lisboa lisbon porto amsterdam rotterdam bruxelles
    brussels dublin warszawa praha stockholm kobenhavn oslo helsinki houston chicago boston york
    """.split()
)


@lru_cache(maxsize=4096)
def legal_form(name: str) -> str:
    """The legal form that ends or stands in a name ("GmbH & Co. KG"), or an empty text."""
    folded = fold(name)
    if len(folded) != len(name):  # ligatures moved the offsets: compare without them
        name = folded
    for match in _LEGAL_END.finditer(folded):
        written = name[match.start() : match.end()]
        if "." in written or len(written) > 4 or written.isupper() or written[:1].isupper():
            return written
    return ""


@lru_cache(maxsize=4096)
def has_word(name: str) -> bool:
    """Whether a word typical of company names stands in it."""
    return any(token in _WORDS for token in re.split(r"[^\w]+", fold(name)))


@lru_cache(maxsize=4096)
def is_address(line: str) -> bool:
    """Whether a line is (part of) a postal address."""
    folded = fold(line)
    if legal_form(line) and not any(char.isdigit() for char in line):
        return False
    return bool(_NUMBER_FIRST.match(folded) or _ADDRESS.search(folded) or _POSTCODE.search(line)) or is_place(line)


def is_place(line: str) -> bool:
    """Whether a line is only countries and large cities."""
    tokens = [token for token in re.split(r"\W+", fold(line)) if token]
    return bool(tokens) and all(token in _COUNTRY_OR_CITY or token in {"cedex", "and", "new"} for token in tokens)


def is_department(line: str) -> bool:
    """Whether a line names a part of a company."""
    return _DEPARTMENT.match(fold(line.strip())) is not None and not legal_form(line)


def labelled(line: str) -> int:
    """How many leading characters are a label such as "Company:"; 0 when there is none."""
    match = _LABEL.match(line)
    return match.end() if match else 0


@lru_cache(maxsize=4096)
def matches_domain(name: str, domain_label: str) -> float:
    """How well a name agrees with the telling part of an e-mail domain, 0 to 1."""
    label = letters(domain_label)
    if len(label) < 2:
        return 0.0
    form = legal_form(name)
    core = letters(name.replace(form, " ") if form else name)
    tokens = [letters(token) for token in re.split(r"[\s&/,.-]+", name) if letters(token)]
    initials = "".join(token[0] for token in tokens)
    if core == label or letters(name) == label:
        return 1.0
    if len(label) >= 2 and initials.startswith(label) and len(tokens) >= 2:
        return 0.8
    if len(label) >= 4 and (label in core or (len(core) >= 4 and core in label)):
        return 0.9
    joined = [token for token in tokens if len(token) >= 4 and token in label]
    if joined and sum(map(len, joined)) >= 0.6 * len(label):
        return 0.8
    return 0.6 if tokens and len(tokens[0]) >= 4 and label.startswith(tokens[0][:5]) else 0.0


# Headers of a broken mail, code, tables and links; "re:publica" and "Toys\"R\"Us" keep their marks.
_HEADER_LIKE = re.compile(
    r"^(?:[a-z]+(?:-[a-z]+)+|from|to|cc|bcc|subject|date|sent|received|von|an|betreff|gesendet|datum|de|a|objet|envoye|"
    r"asunto|fecha|enviado|oggetto|inviato|onderwerp|verzonden|assunto)\s*:(?=\s|$)|[\w-]:\s+\S+/\S|"
    r"\b(?:text|image|audio|video|application|multipart|message|font)/[\w.+-]+|"
    r"\b(?:charset|boundary|filename|format|name)\s*=|=\?[\w-]+\?[bq]\?"
)
_FOREIGN_MARKS = re.compile(r"[\\<>{}\[\]^~=%$€£§|;_*#@]|::|--|\.\.|//")
_MARK = re.compile(r"[^\w\s]")


def is_plausible(name: str) -> bool:
    """Whether words could be written on a company's door at all: no mail header, no code, not mostly marks."""
    written = name.strip()
    if not any(char.isalpha() for char in written) or _HEADER_LIKE.search(fold(written)):
        return False
    spelled = sum(char.isalnum() for char in written)
    marks = len(_MARK.findall(written)) - written.count(".") - written.count("&")
    return _FOREIGN_MARKS.search(written) is None and marks <= max(3, spelled * 0.25)


@lru_cache(maxsize=4096)
def score(line: str, domain_label: str = "") -> float:
    """How much a stretch of words looks like a company name, 0 to 1."""
    written = line.strip(" \t,;|-–•*_()")
    tokens = written.split()
    if not is_plausible(written) or len(tokens) > 10 or len(written) > 80 or is_department(written):
        return 0.0
    if re.search(r"https?:|www\.|[!?]|\.(?:com|fr|de|net|org|eu|it|es|nl)\b", written):
        return 0.0
    if legal_form(written):
        return 0.95
    agreement = matches_domain(written, domain_label) if domain_label else 0.0
    if agreement >= 0.8:
        return 0.93
    if is_address(written) or _ROOM.match(written) or _STATE_ZIP.search(written):
        return 0.0
    if not any(char.isupper() or char.isdigit() for char in written):
        return 0.1 if agreement < 0.6 else 0.6
    if has_word(written):
        return 0.75
    capital = sum(token[:1].isupper() or token[:1].isdigit() for token in tokens)
    return 0.6 if agreement >= 0.6 else 0.45 if capital >= len(tokens) * 0.5 else 0.2


_NAME_WORD = r"(?:[A-ZÀ-ÖØ-ÞĀ-Ž0-9][\w&'’.+-]*|&|and|und|et|y|e|en|de|di|del|della|des|du|la|le|van|von|der|for)"
_IN_TEXT = re.compile(
    r"(?:\b(?:from|at|with|of|representing|on behalf of|von(?: der)?|bei(?: der)?|für die|der|chez|de chez|"
    r"de la société|de|"
    r"en|desde|de parte de|da|di|dalla|presso|per conto di|bij|van|namens|em|na|company,?|firma|société|empresa|"
    r"azienda|bedrijf)\s+)"
    rf"((?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w&'’.+-]*|\d[\w-]*)(?:[ ]{_NAME_WORD}){{0,6}})"
)
_LEGAL_IN_TEXT = re.compile(
    rf"((?:[A-ZÀ-ÖØ-ÞĀ-Ž][\w&'’.+-]*)(?:[ ]{_NAME_WORD}){{0,5}}?,?[ ](?:GmbH(?: & Co\.? KG)?|AG|SE|KG|OHG|UG|Ltd\.?|"
    rf"Limited|LLC|LLP|"
    r"Inc\.?|Corp\.?|PLC|plc|S\.?A\.?S\.?|SARL|S\.?A\.?R\.?L\.?|S\.A\.|SA|S\.?L\.?U?\.?|S\.?p\.?A\.?|S\.?r\.?l\.?|"
    r"B\.?V\.?|N\.?V\.?|A/S|ApS|"
    r"AB|Oyj?|AS|Lda\.?|Ltda\.?|Sp\. z o\.o\.|s\.r\.o\.|Kft\.?|d\.o\.o\.))(?![\w])"
)


def in_text(text: str, start: int, end: int) -> list[tuple[Piece, float, str]]:
    """Companies named in running text: with a legal form, or after "from", "at", "bei", "chez" and the like."""
    found: list[tuple[Piece, float, str]] = []
    for match in _LEGAL_IN_TEXT.finditer(text, start, end):
        found.append((_without_lead(text, match.start(1), match.end(1)), 0.85, "legal form"))
    for match in _IN_TEXT.finditer(text, start, end):
        piece = trimmed(text, match.start(1), match.end(1), ".,;:")
        if not any(piece.start < known.end and known.start < piece.end for known, _, _ in found):
            found.append((piece, 0.45, "after a preposition"))
    return found


def _without_lead(text: str, start: int, end: int) -> Piece:
    """The name without a capitalised sentence word before it ("We at Acme Ltd" starts at Acme)."""
    lead = re.compile(
        r"(?:Hi|Hello|Dear|We|Our|The|I|From|At|Die|Der|Das|Wir|Bei|Von|Nous|Chez|La|Le|El|En|Da|Di|De|Firma)\s+"
    )
    while (match := lead.match(text, start, end)) is not None:
        start = match.end()
    return trimmed(text, start, end, ",;:")
