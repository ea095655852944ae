"""Who people say they are: "this is Ana Reis, head of purchasing at Norte Foods", "ich bin bei der Firma Lindner".

One shape in every language: something that leads in ("I'm", or one's own name), then a name, a job and an employer,
each of which may be missing. A job is known by its words or by its place between an article or a name and an employer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmllm.extraction.rules import organisations, people, titles
from crmllm.extraction.rules.text import Candidate, Piece, flat, sentences, trimmed

# What people say before their name, and before their job.
_LEAD = re.compile(
    r"(?<!\w)(?:i'm|i am|my name is|my name's|you're speaking (?:to|with)|i work as|i work here as|i'm here as|"
    r"ich bin|ich heisse|ich heise|mein name ist|hier ist|hier spricht|sie sprechen mit|ich arbeite als|"
    r"je suis|je m'appelle|mon nom est|je travaille comme|"
    r"soy|me llamo|mi nombre es|les? habla|trabajo como|"
    r"sono|mi chiamo|il mio nome e|le parla|lavoro come|"
    r"ik ben|ik heet|mijn naam is|[uj]e? spreekt met|ik werk als|"
    r"sou|chamo-me|meu nome e|daqui fala|trabalho como|"
    r"jestem|nazywam sie|mam na imie|z tej strony|przy telefonie|pracuje jako"
    # These are common words: they lead in at the beginning, or behind a greeting.
    r"|(?:^|(?<=[,.!?] ))(?:(?:and|so|well|und|et|y|e|en|i) )?(?:as|in my role as|als|en tant que|como|come|jako)"
    r"(?= (?!(?:you|i|we|it|said|soon|far|well|per|sie|ich|wir|vous|usted|lei|u|a rule|always)\b))"
    r"|(?:^|(?<=[,.!?] ))(?:this is|it's|ici|c'est|aqui|qui|qui e|met|dit is|fala|aqui e|mowi|tu|tutaj))[ ,]+"
)
_AND = re.compile(
    r"[ ,–-]*(?:(?:and|und|et|y|e|en|i|a)[ ]+)?(?:also[ ]+)?(?:i'm|i am|i work as|ich bin|je suis|soy|sono|ik ben|"
    r"sou|jestem)[ ]+"
)
# "I look after procurement for ...": what somebody does for an employer, and no job that could be quoted.
_WORKS = re.compile(
    r"\b(?:i|we) (?:work|look after|run|head(?: up)?|oversee|lead|manage|handle|buy|take care|deal|do|represent|"
    r"speak|am responsible|"
    r"am in charge)\b|\bi'm (?:responsible|in charge|calling|ringing|phoning)\b|\bon behalf of\b|"
    r"\bich (?:arbeite|leite|kummere mich|bin zustandig|betreue|rufe an|vertrete|melde mich)\b|"
    r"\bje (?:travaille|m'occupe|gere|dirige|represente|vous appelle)\b|"
    r"\b(?:trabajo|llevo|me encargo|dirijo|represento|le llamo|llamo)\b|"
    r"\b(?:lavoro|mi occupo|gestisco|dirigo|rappresento|la chiamo|chiamo)\b|"
    r"\bik (?:werk|ga over|regel|leid|bel|vertegenwoordig)\b|"
    r"\b(?:trabalho|trato|giro|dirijo|represento|ligo|estou a ligar)\b|"
    r"\b(?:pracuje|zajmuje sie|odpowiadam|kieruje|prowadze|reprezentuje|dzwonie)\b"
)
_HERE = re.compile(
    r"[ ]+(?:here|speaking|am apparat|hier|à l'appareil|a l'appareil|al aparato|aqui|qui|aan de lijn|przy telefonie)\b"
)
_ARTICLE = re.compile(
    r"(?:here as[ ]+)?(?P<article>the|an?|der|die|das|den|ein|eine|le|la|l'|un|une|el|una|il|lo|de|het|een|o|a|um|uma)"
    r"(?:[ ]+|(?<='))",
)
_ADVERB = re.compile(
    r"(?:(?:also|only|just|currently|now|here|hier|nur|auch|derzeit|aktuell|ici|actuellement|actualmente|aqui|qui|"
    r"attualmente|momenteel|atualmente|tutaj|tu|obecnie)[ ]+)+"
)
# Between a job and an employer. The weak ones stand inside of jobs and of company names as well.
_STRONG = (
    r"at|with|for|from|over at|here at|working for|bei|vom|beim|aus|chez|aux|presso|in forza alla?|bij|em|w|we|z|ze"
)
_WEAK = r"of|im|am|von|de|du|des|d'|del|della|dello|dell'|dei|delle|da|do|das|dos|di|van|na|no|en|au|a la|à la|in|per"
_THE = r"(?:the|der|die|das|dem|den|la|le|les|l'|el|los|las|il|lo|i|gli|de|het|o|a|os|as)"
_FIRM = (
    r"(?i:company|factory|fábrica|usine|fabbrica|fabriek|fabryk\w+|tienda|taller|firma|firmy|firmie|firm|société|"
    r"societe|entreprise|empresa|azienda|ditta|società|bedrijf|spółki|"
    r"spółce|companhia|compañía)"
)
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĪĹĽŁŃŇŐŒŔŘŚŞŠŤŪŮŰŹŻŽ0-9][\w'’.&-]*"
_OF = (
    r"(?:of|de|di|del|della|dei|degli|delle|des|du|d'|da|do|dos|das|la|le|les|van|von|der|den|ter|et|&|\+|"
    r"(?:am|im|zum|zur)(?! (?:\d|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Januar|Februar|März|"
    r"April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Moment|Thema|Angebot)))"
)
_KIN = (
    r"(?:and|und|et|y|e|en|i)[ ](?:Sons?|Daughters?|Brothers?|Partners?|Co|Company|Söhne|Sohn|Töchter|Partner|Fils|"
    r"Filles|"
    r"Frères|Associés|Hijos|Hermanos|Figli|Fratelli|Zonen|Zn|Filhos|Irmãos|Synowie|Wspólnicy)\b"
)
# What an employer is, written small before its name: "lycée Saint-Aubin", "asesoría Pineda", "przychodnia Pod Lipami".
_KIND = (
    r"(?:(?:lycée|collège|école|mairie|clinique|hôpital|hôtel|cabinet|maison|crèche|résidence|restaurant|boulangerie|"
    r"asesoría|colegio|instituto|clínica|hospital|hotel|restaurante|supermercado|residencia|gestoría|bodega|"
    r"ayuntamiento|escuela|farmacia|scuola|liceo|istituto|comune|clinica|ospedale|albergo|studio|ristorante|cantina|"
    r"cooperativa|farmácia|escola|câmara|centro|padaria|residência|hoteli?|przychodni\w*|szkoł\w*|gmin\w*|hurtowni\w*|"
    r"kancelari\w*|szpital\w*|restauracj\w*|piekarni\w*|school|basisschool|gemeente|praktijk|bakkerij|garage)[ ]"
    r"(?:(?:de|da|di|do|del|della|du|des|pod|przy|d')[ ]?)?)?"
)
_ORG = rf"(?P<org>{_KIND}{_CAPITAL}(?:[ ](?:{_KIN}|(?:{_OF}[ ]){{0,2}}{_CAPITAL})){{0,6}})"
_EMPLOYER = re.compile(
    rf"(?:^|(?<=[ ,]))(?:(?P<strong>{_STRONG})|(?P<weak>{_WEAK}))(?:[ ]|(?<='))(?:{_THE}(?:[ ]|(?<=')))?"
    rf"(?P<firm>{_FIRM}[ ]+)?{_ORG}"
)
_LEADING = re.compile(rf"^(?:{_STRONG}|{_WEAK})(?:[ ]+|(?<='))(?:{_THE}(?:[ ]+|(?<=')))?")
_NEXT = re.compile(rf"[ ]*(?:(?:{_STRONG})[ ])?(?:{_THE}[ ])?(?:{_FIRM}[ ])?{_ORG}(?=[ ]*(?:[,.;!?]|$))")
_NAME = re.compile(rf"{_CAPITAL}(?:[ ](?:(?:{_OF}|zu|ten|dal|al)[ ]){{0,2}}{_CAPITAL}){{0,4}}")
_COMMA = re.compile(r"[ ]*[,–-]+[ ]*")
_STOP = re.compile(r"[,;:.!?–(]|\s-\s|$")
_LINK = re.compile(rf"[ ]{_OF}[ ]")
# Words that stand where a job would and name none.
_NO_JOB = re.compile(
    r"\b(?:one|guy|person|man|woman|new|calling|customer|client|kunde|kundin|cliente|klant|client|klient\w*|neue[rn]?|"
    r"right|wrong|same|first|only|back|looking|happy|sure|reason|problem|good|big|whole|thing|that's|i|we|you|he|"
    r"she|it|"
    r"they|who|was|were|is|are|ich|wir|sie|er|ist|war|je|nous|vous|il|elle|est|yo|es|io|e|wij|zijn|eu|ja|my|jest|"
    r"with|mit|avec|con|met|com)\b"
)
# "kierownikiem produkcji Cukrowni Śnieżka": a case ending does what elsewhere "of" does.
_RUN_ON = re.compile(
    rf"(?P<job>[^\W\d_A-Z][\w-]*(?:[ ][^\W\d_A-Z][\w-]*){{0,3}})[ ](?P<org>{_CAPITAL}(?:[ ]{_CAPITAL}){{1,4}})"
)
_JOB_END = re.compile(
    r"\s+(?:(?:of|at) (?:the|our) [a-z]+(?= I\b|,? we\b|$)|I(?:['’](?:ve|m|d|ll))?|ich|wir|we|j'|je|nous|io|ik|le|la|"
    r"up here|down here|here|hier|ici|aquí|qui|aqui|tutaj|so|but|aber|mais|ma|maar|mas|ale|i szuka\w*|and we|"
    r"and i|"
    r"und wir|und ich|et nous|et on|et je|y nos|y esta\w*|e abb\w*|en we|en ik|e precis\w*|i potrzeb\w*)(?!\w)"
)
_BESIDE = frozenset({"with", "aus", "z", "ze", "w", "we"})  # beside a colleague, out of a town, in a place
_PRONOUN = re.compile(r"(?:i|we|you|ich|wir|je|nous|yo|io|ik|wij|eu|ja|my|that's)\b")
_CONJUNCTION = re.compile(r"\s+(?:and|und|et|y|e|en|i)\s+")
# Founders own companies; heads and directors lead fields of work.
_OWNS = re.compile(r"\b(?:owner|founder|co-?founder|co-?owner|proprietor|partner|president|ceo|md|chairman|manager)$")
_FIRST_CHARS = 600


@dataclass(frozen=True, slots=True)
class Introduction:
    """What somebody said of themselves, with its places."""

    name: Candidate | None = None
    title: Candidate | None = None
    company: Candidate | None = None


def find(text: str, start: int, end: int, known: str = "") -> Introduction:
    """What the first sentences of somebody's words say of them; `known` is their name as far as it is known."""
    name = title = company = None
    for sentence in sentences(text, start, min(end, start + _FIRST_CHARS)):
        for opening, sure in _openings(sentence, known):
            found = _read(sentence, opening, known, sure)
            name, title, company = name or found.name, title or found.title, company or found.company
        company = company or _worked_for(sentence)
        if title and company:
            break
    return Introduction(name, title, company)


def _worked_for(sentence: Piece) -> Candidate | None:
    """The employer of "I look after capital projects for ..."; towns are where people are, not whom they work for."""
    words = sentence.text.replace("\n", " ")
    lead = _WORKS.search(flat(words))
    if lead is None:
        return None
    for match in _EMPLOYER.finditer(words, lead.end(), lead.end() + 90):
        tail = match["org"].rstrip(".")
        named = match["strong"] and match["strong"] not in _BESIDE
        told = (
            match["firm"] or tail[:1].islower() or (named and (len(tail.split()) > 1 or organisations.has_word(tail)))
        )
        if told and not _is_field(tail) and not organisations.is_place(tail) and people.shape(tail) < 0.9:
            return _candidate("company", sentence, match.start("org"), tail, 0.72)
    return None


def _openings(sentence: Piece, known: str) -> list[tuple[int, bool]]:
    """Where a name or a job may begin, and whether one's own name was said just there."""
    folded = flat(sentence.text).replace("\n", " ")
    found = [(match.end(), False) for match in _LEAD.finditer(folded)]
    tokens = known.split()
    for words in (known, *tokens[-1:], *tokens[:1]):
        at = folded.find(flat(words)) if words else -1
        if at >= 0 and at in {place for place, _ in found}:
            break  # their own name: the same surname elsewhere may be the firm's
        if at >= 0:
            before = folded[:at].rstrip()
            if not before or before[-1] in ",.:!?–-" or len(before) < 24:
                found.append((at, True))
                break
    return sorted(found)[:6]


def _read(sentence: Piece, opening: int, known: str, own: bool) -> Introduction:
    """Name, job and employer from one place of a sentence on."""
    words = sentence.text.replace("\n", " ")
    folded = flat(words)
    name, at = _name(sentence, words, opening, known)
    named = name is not None
    if own and not named:
        return Introduction()
    if named and (again := _AND.match(folded, at)) is not None:
        at = again.end()
    if named and (here := _HERE.match(folded, at)) is not None:
        at = here.end()
    comma = _COMMA.match(words, at)
    apart = comma is not None
    at = comma.end() if comma else at + (len(words[at:]) - len(words[at:].lstrip()))
    if (adverb := _ADVERB.match(folded, at)) is not None:
        at = adverb.end()
    article = _ARTICLE.match(folded, at)
    if article is not None and words[article.start() : article.start() + 1].islower():
        at = article.end()
    else:
        article = None
    title = company = None
    for _ in range(3 if named else 1):  # "Ana Reis, that's with one s, purchasing at ..."
        stop = _STOP.search(words, at)
        clause = words[at : stop.start() if stop else len(words)]
        title, company = _job(sentence, clause, at, by_place=(named and apart) or article is not None, named=named)
        if company is None and title is not None and stop is not None and stop.group() == ",":
            company = _after_comma(sentence, words, stop.end())
        if company is None and title is None and named and apart and own:
            company = _bare(sentence, clause, at)
        if company and title is None and stop is not None and stop.group() == ",":
            title = _job_after(sentence, words, stop.end())
        if title or company or stop is None or stop.group() != ",":
            break
        at = stop.end() + len(words[stop.end() :]) - len(words[stop.end() :].lstrip())
        apart = True
    return Introduction(name, title, company)


def _name(sentence: Piece, words: str, at: int, known: str) -> tuple[Candidate | None, int]:
    """The name that begins at a place; of a known person any part of theirs will do, and nobody else's."""
    match = _NAME.match(words, at)
    if match is None:
        return None, at
    written = re.split(r"(?<=[^\W\d_]{3})[.]", match.group())[0]
    cut = _LINK.search(written)
    if cut is not None and (known or re.search(rf"\b{_FIRM}\b", written) or organisations.has_word(written)):
        shorter = written[: cut.start()]
        if not known or people.same_person(shorter, known):
            behind = {flat(word) for word in written[cut.end() :].split()}  # "Ana da Loja Prado" is no Ana da Silva
            written = written if behind <= {flat(word) for word in known.split()} else shorter
    value = people.clean(written)
    same = bool(known) and people.same_person(value, known)
    if not same and (known or len(value.split()) < 2 or people.shape(value) < 0.6 or organisations.has_word(value)):
        return None, at
    end = at + len(written)
    piece = trimmed(sentence.text, at, end, ",. ")
    place = sentence.start + piece.start
    return Candidate("name", value, place, sentence.start + piece.end, 0.85, "introduced"), end


def _job(
    sentence: Piece, clause: str, at: int, *, by_place: bool, named: bool
) -> tuple[Candidate | None, Candidate | None]:
    """The job and the employer of one clause."""
    for match in _EMPLOYER.finditer(clause):
        lead = _LEADING.match(flat(clause)) if named else None
        head = clause[lead.end() if lead and lead.end() < match.start() else 0 : match.start()].strip(" ,")
        tail = match["org"].rstrip(".")
        if _is_field(tail) or organisations.is_place(tail):
            continue
        job = _is_job(head)
        placed = by_place and _could_be_job(head)
        if head and not job and not placed:
            continue
        if not head and not (named or match["firm"]):
            continue
        if match["weak"] and not match["firm"] and not _leads_in(match["weak"], head, tail, named):
            continue
        title = None
        if head:
            title = _candidate("title", sentence, at + clause.index(head), head, 0.8 if job else 0.7)
        sure = 0.82 if match["strong"] or match["firm"] else 0.74
        return title, _candidate("company", sentence, at + match.start("org"), tail, sure)
    if (run_on := _RUN_ON.match(clause)) is not None and _is_job(run_on["job"]) and not _is_field(run_on["org"]):
        return (
            _candidate("title", sentence, at, run_on["job"], 0.75),
            _candidate("company", sentence, at + run_on.start("org"), run_on["org"].rstrip("."), 0.68),
        )
    head = _JOB_END.split(clause)[0]
    for conjunction in _CONJUNCTION.finditer(head):
        if not (titles.has_head(head[conjunction.end() :]) or titles.is_area(head[conjunction.end() :])):
            head = head[: conjunction.start()]  # "gerente y necesitamos ...", but "brewer and owner"
            break
    if _is_job(head.strip()) and len(head.split()) <= 7:
        return _candidate("title", sentence, at + len(head) - len(head.lstrip()), head.strip(), 0.75), None
    return None, None


def _is_field(words: str) -> bool:
    return titles.is_whole_area(words) or (len(words.split()) == 1 and titles.is_area(words))


def _is_job(words: str) -> bool:
    short = len(words.split()) <= 8 and not words[:1].isdigit() and _PRONOUN.match(flat(words)) is None
    return bool(words) and short and (titles.score(words) >= 0.9 or _is_part(words))


def _is_part(words: str) -> bool:
    """Whether words name the department that somebody speaks for."""
    return titles.is_whole_area(words) or organisations.is_department(words)


def _could_be_job(words: str) -> bool:
    """Whether words may be a job by their place alone: few, no verb's company, nothing that names somebody else."""
    folded = flat(words)
    lower = not any(char.isupper() or char.isdigit() for char in words) or titles.has_head(words)
    return 1 <= len(words.split()) <= 4 and lower and _NO_JOB.search(folded) is None


def _leads_in(word: str, head: str, tail: str, named: bool) -> bool:
    """Whether "of", "de", "van" stands before an employer and not within a job ("Head of Hatchery Science")."""
    if word in {"of", "in", "im", "am", "per", "en", "na", "no"}:
        sure = bool(organisations.legal_form(tail)) or organisations.has_word(tail)
        return (
            sure
            or (word == "of" and _OWNS.search(flat(head)) is not None)
            or (word in {"en", "im", "na", "no"} and len(tail.split()) > 1)
        )
    return bool(head) or named


def _job_after(sentence: Piece, words: str, at: int) -> Candidate | None:
    """The job after "Name of Employer, ...", by an article before it or its own words."""
    at += len(words[at:]) - len(words[at:].lstrip())
    again = _AND.match(flat(words), at)
    at = again.end() if again else at
    article = _ARTICLE.match(flat(words), at)
    begin = article.end() if article else at
    stop = _STOP.search(words, begin)
    clause = _JOB_END.split(words[begin : stop.start() if stop else len(words)])[0].strip()
    if not (_is_job(clause) or (article is not None and len(clause.split()) <= 3 and _could_be_job(clause))):
        return None
    return _candidate("title", sentence, begin, clause, 0.7)


def _after_comma(sentence: Piece, words: str, at: int) -> Candidate | None:
    """The employer after "Name, job, ..."."""
    match = _NEXT.match(words, at)
    if match is None or not (organisations.has_word(match["org"]) or len(match["org"].split()) > 1):
        return None
    return _bare(sentence, match["org"], match.start("org"))


def _bare(sentence: Piece, clause: str, at: int) -> Candidate | None:
    """A clause that is an employer's name and nothing else."""
    match = re.fullmatch(rf"(?:{_FIRM}[ ])?{_ORG}[ .]*", clause.strip())
    if match is None or organisations.is_place(match["org"]) or not organisations.is_plausible(match["org"]):
        return None
    if len(match["org"].split()) < 2 and not organisations.legal_form(clause):
        return None
    lead = len(clause) - len(clause.lstrip())
    return _candidate("company", sentence, at + lead + match.start("org"), match["org"].rstrip("."), 0.7)


def _candidate(field: str, sentence: Piece, at: int, value: str, sure: float) -> Candidate:
    return Candidate(field, value, sentence.start + at, sentence.start + at + len(value), sure, "introduced")
