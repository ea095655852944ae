"""Person names: cleaning of header and written forms, the shape of a name, agreement with an e-mail address."""

from __future__ import annotations

import re
from functools import lru_cache

from nameparser.config import CONSTANTS

from crmllm.extraction.rules import emails, organisations, titles
from crmllm.extraction.rules.text import fold, letters

_HONORIFICS = frozenset(
    """
    dr dr. prof prof. professor mr mr. mrs mrs. ms ms. miss mx mx. sir dame herr frau hr hr. fr. m. mme mme. mlle
    mlle. monsieur madame mademoiselle maitre me sr. sra. sra srta srta. senor senora don dona sig sig. sig.ra
    sig.na signor signora dott dott. dott.ssa dottor dottoressa ing ing. avv avv. rag. geom. arch. arch dipl.-ing.
    dipl.-ing dipl.ing. dipl.-kfm. dipl.-kffr. dipl. dipl dipl.-wirt.-ing. dipl.-inf. dipl.-betriebsw. mag mag.
    dkfm. ddr. ddr bc. mgr mgr. mudr. rndr. judr. phdr. dhr dhr. mevr mevr. mw mw. ir ir. drs drs. eng eng. engo.
    dra dra. pan pani pr pr. rev rev. hon. lic. lic h.c. habil. med. rer. nat. jur. phil. pol. oec. techn. ra
    rechtsanwalt lektor ds. eng.a eng.o dr.a sr.a prof.a prof.ssa profa. profa dra.
    exmo. exma. ing.a arq. arq.a dr.-ing. prof.-dr. inz.
    """.split()
)
# Titles that are given names or initials too: taken away only where two words remain.
_ALSO_NAMES = frozenset(
    {"don", "dona", "pan", "pani", "mag", "arch", "ra", "ir", "ing", "m.", "pr", "eng", "dame", "sir", "rag.", "lic"}
)
_POST_NOMINALS = frozenset(
    """
    phd ph.d ph.d. dphil mba emba msc m.sc m.sc. bsc b.sc b.sc. ma m.a m.a. ba b.a b.a. beng meng b.eng b.eng. m.eng
    m.eng. llm ll.m ll.m. llb jd j.d. md m.d m.d. do rn cpa cfa cfp pmp cissp acca aca fca frm cma cia cisa esq esq.
    pe p.e p.e. p.eng. p.eng ceng dipl.-ing fcca frsa obe cbe mbe mcips fcips shrm-cp shrm-scp sphr phr csm cspo
    pmi-acp itil msw lcsw dds dvm mph mpa edd ed.d. dba rgn mrics frics riba aia leed csc cpsm cscp mcse prince2
    cpim fmva hons (hons)
    """.split()
)
_GENERATION = frozenset({"jr", "jr.", "sr", "ii", "iii", "iv", "junior", "senior"})
_PARTICLES = frozenset(
    """
    de da do dos das di del della dello degli dei du des la le les van von der den ter ten het 't zu zur zum vom af
    av bin ibn ben al el abu y e i dal dalla lo san st. st saint mac mc o' d' l' op in v. v.d. vd
    """.split()
)
_NICKNAME = re.compile(
    r"\s*(?:\((?!\d)[^()@]{1,25}\)|[\"“„«][^\"”“»@]{1,25}[\"”“»]|(?<=\s)[‘'][^'’@\s]{2,20}['’](?=\s))\s*"
)
_TOKEN = re.compile(r"^['’]?[^\W\d_](?:[^\W\d_]|['’´`.-])*$")
_EXCHANGE = re.compile(
    r"<?/O=.*$|\s*/[A-Z][\w ]*(?:/[\w ]+)*@.*$|/[A-Z]{2,}(?:/[A-Z]+)*$|@(?:ECT|ENRON)\b.*$",
    re.IGNORECASE,
)
_ON_BEHALF = re.compile(r"^\s*(?:i\.?\s?[AV]\.?|ppa\.?|p\.\s?p\.|p\.\s?o\.|im Auftrag|in Vertretung)\s+(?=\S+\s)")
_VIA = re.compile(r"\s+(?:via|über|through|from|at|@|bei|de chez|chez)\s+(?P<org>.+)$")
_NOT_NAME_WORDS = frozenset(
    """
    team support sales info service services office customer kundenservice kundendienst vertrieb einkauf buchhaltung
    the your our best kind regards thanks thank cheers hello hi dear sincerely yours merci cordialement bonjour
    gruss grusse freundliche freundlichen mit saludos cordiali saluti groet groeten atenciosamente obrigado gracias
    grazie danke dank bedankt phone tel mobile fax email e-mail mail web website address adresse new please note
    meeting order invoice quote sent from my iphone ipad android confidential notice department division abteilung
    no nr re fw fwd subject date to cc linkedin facebook twitter instagram youtube monday tuesday wednesday thursday
    friday january february march april june july august september october november december and und et enclosure
    attachment legal north south east west street avenue road privacy disclaimer p.s ps asap fyi newsletter noreply
    secretaria segreteria sekretariat secretariat secretariado secretariaat directiesecretariaat direccion direzione
    direction directie direcao presidencia presidenza zarzad zarzadu dzial acquisti compras achats inkoop zakupy
    zakupow administracion amministrazione administracao administratie ufficio oficina biuro departamento dpto depto
    dept dipartimento servizio servicio servico afdeling contabilidad contabilita contabilidade boekhouding
    crediteurenadministratie debiteurenadministratie personalamt bauamt hauptamt schulamt kammerei personalwesen
    personalabteilung buchhaltung rechnungswesen schulleitung rezeption verwaltung comptabilite ressources humaines
    intendance tresorerie tesoreria intendencia facturacion cobranzas recursos humanos ragioneria economato
    protocollo risorse umane fatturazione personeelszaken crediteuren debiteuren salarisadministratie tesouraria
    faturacao cobrancas financeiro kadry ksiegowosci dyrekcja sekretariaat payables receivables payroll
    ksiegowosc logistica logistik logistique logistiek logistyka
    system administrator admin webmaster mailer-daemon notification notifications account accounts
    """.split()
)


def clean(written: str) -> str:
    """A written name in its own order without titles, nicknames and post-nominals; "Last, First" turned round."""
    name = _ON_BEHALF.sub("", _EXCHANGE.sub("", written)).strip(" \t\"'“”,;:<>|*_-–•")
    if (via := _VIA.search(name)) is not None:
        name = name[: via.start()]
    name = _NICKNAME.sub(" ", name).strip(" ,")
    name = re.split(r"\s+[|•·/–—]\s+|\s+-\s+", name)[0]
    parts = [part.strip() for part in name.split(",") if part.strip()]
    while len(parts) > 1 and all(_is_suffix(token) for token in parts[-1].split()):
        parts.pop()
    if len(parts) == 2 and titles.is_whole_area(parts[1]) and len(parts[0].split()) > 1:
        parts.pop()  # "Jane Doe, Maintenance" is no "Last, First"
    if len(parts) == 2 and 1 <= len(parts[1].split()) <= 4 and not titles.has_head(parts[1]):
        parts = [f"{parts[1]} {parts[0]}"]
    tokens = parts[0].split() if parts else []
    while (
        len(tokens) > 1 and fold(tokens[0]) in _HONORIFICS and (len(tokens) > 2 or fold(tokens[0]) not in _ALSO_NAMES)
    ):
        tokens.pop(0)
    while len(tokens) > 1 and _is_suffix(tokens[-1]):
        tokens.pop()
    return " ".join(tokens).strip(" ,.;:") if len(tokens) > 1 or not parts else " ".join(tokens)


def _is_suffix(token: str) -> bool:
    bare = token.casefold().strip(",;()")
    known = bare.strip(".") in CONSTANTS.suffix_acronyms and len(bare) > 2 and token.strip(".,").isupper()
    return bare in _POST_NOMINALS or (known and bare not in _GENERATION)


@lru_cache(maxsize=8192)
def shape(written: str) -> float:
    """How much words look like a person's name by shape alone, 0 to 1. Expects a cleaned form."""
    tokens = written.split()
    if not 1 <= len(tokens) <= 6 or len(written) > 60 or any(char.isdigit() for char in written):
        return 0.0
    if any(fold(token).strip(".,") in _NOT_NAME_WORDS for token in tokens) or not all(map(_TOKEN.match, tokens)):
        return 0.0
    strong = [token for token in tokens if fold(token) not in _PARTICLES]
    if not strong or not all(_capital(token) for token in strong):
        return 0.0
    if organisations.legal_form(written) or organisations.is_place(written):
        return 0.1
    if len(tokens) == 1:
        return 0.35
    value = 0.8 if len(strong) in {2, 3} else 0.65
    if titles.has_head(written):
        value -= 0.45
    if organisations.has_word(written):
        value -= 0.35
    if len(strong) >= 2 and all(token.isupper() and len(token) <= 3 for token in strong):
        value -= 0.3
    return max(value, 0.0)


def _capital(token: str) -> bool:
    first = token.lstrip("'’(")[:1]
    return first.isupper() or not first.islower() or token[:2].casefold() in {"d'", "d’", "l'", "o'"}


@lru_cache(maxsize=8192)
def agrees_with_email(name: str, address: str) -> float:
    """How well a name explains the local part of an address, 0 to 1."""
    local = address.partition("@")[0]
    tokens = [letters(token) for token in re.split(r"[\s\-'’.]+", name) if letters(token)]
    whole = [letters(token) for token in name.split() if letters(token)]
    flat = re.sub(r"\d+$", "", letters(local))
    if not tokens or len(flat) < 2 or emails.is_generic(address):
        return 0.0
    forms = [flat, flat.replace("ae", "a").replace("oe", "o").replace("ue", "u")]
    for form in forms:
        if len(tokens) >= 2 and form in {
            "".join(whole),
            "".join(reversed(whole)),
            "".join(tokens),
        }:
            return 1.0
        first, last = tokens[0], whole[-1]
        if len(tokens) >= 2 and form in {
            first[0] + last,
            first + last[0],
            last + first[0],
            first + last,
            last + first,
        }:
            return 0.95
        parts = [letters(part) for part in re.split(r"[._+-]", local) if letters(part)]
        parts = (
            [part.replace("ae", "a").replace("oe", "o").replace("ue", "u") for part in parts] if form != flat else parts
        )
        if len(parts) >= 2 and all(
            any(token == part or (len(part) == 1 and token.startswith(part)) for token in tokens + whole)
            for part in parts
        ):
            return 0.95
        if len(last) >= 4 and last in form:
            return 0.8
        if len(first) >= 3 and form.startswith(first):
            return 0.6
        if len(form) <= 4 and form == "".join(token[0] for token in tokens):
            return 0.5
        if len(last) >= 6 and last[:6] in form:
            return 0.4
    return 0.0


# "Mª del Carmen" is María del Carmen.
_WRITTEN_OUT = {"ma": "maria", "fco": "francisco", "fdo": "fernando", "ant": "antonio", "jse": "jose"}


@lru_cache(maxsize=8192)
def same_person(one: str, other: str) -> bool:
    """Whether two written forms can be one person: equal surnames, and given names that agree or abbreviate."""
    first, second = ([letters(token) for token in clean(name).split() if letters(token)] for name in (one, other))
    if not first or not second:
        return False
    first, second = ([_WRITTEN_OUT.get(token, token) for token in name] for name in (first, second))
    if set(first) <= set(second) or set(second) <= set(first):
        return True
    if first[-1] != second[-1]:
        return False
    left, right = first[0], second[0]
    return left[0] == right[0] and (len(left) == 1 or len(right) == 1 or left[:3] == right[:3])


def fuller(one: str, other: str) -> str:
    """The fuller of two forms of a name: more whole words, then longer."""

    def weight(name: str) -> tuple[int, int, int]:
        tokens = name.split()
        return sum(len(letters(token)) > 1 for token in tokens), len(tokens), len(name)

    return one if weight(one) >= weight(other) else other


def header_company(written: str) -> str:
    """An employer named in a display name: "Jane Doe (Acme Ltd)", "Jane Doe | Acme", "Jane from Acme"."""
    if (via := _VIA.search(written)) is not None:
        employer = via.group("org").strip(" \"'")
        return employer if organisations.is_plausible(employer) else ""
    match = re.search(r"\(([^()@]{3,40})\)\s*$|\s[|–—]\s([^|@]{3,40})$|\s-\s([^@]{3,40})$", written)
    inner = next((group for group in match.groups() if group), "") if match else ""
    return inner.strip() if organisations.score(inner) >= 0.4 and len(inner.split()) <= 5 else ""
