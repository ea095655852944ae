"""The people of the customer's side: who took part, and whom they named."""

from __future__ import annotations

import re
from dataclasses import replace

from crmllm.extraction.rules import (
    contacts,
    dates,
    emails,
    introductions,
    organisations,
    people,
    phones,
    products,
    titles,
)
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.talk import present
from crmllm.extraction.rules.talk.sides import Entry, Turn, entry_of, is_us
from crmllm.extraction.rules.text import Candidate, flat, letters, mask, phrases, run, trimmed
from crmllm.extraction.types import Item, Participant
from crmllm.ingestion.kinds.talk import is_generic

_MET = re.compile(
    r"\b(?:[Ss]poke(?:n)? (?:to|with)|[Tt]alked (?:to|with)|[Cc]all(?:ed)? (?:with|from|to)|[Mm]et(?: with)?|"
    r"[Mm]eeting with|"
    r"[Vv]isit(?:ed)?(?: (?:to|at))?|[Gg]espräch mit|[Tt]elefonat mit|[Tt]elefoniert mit|[Tt]reffen mit|[Tt]ermin mit|"
    r"[Aa]nruf von|[Aa]ppel (?:avec|de)|[Rr](?:endez-vous|DV) avec|[Ee]ntretien avec|[Rr]eunión con|[Ll]lamada con|"
    r"[Hh]ablé con|[Ii]ncontro con|[Cc]hiamata con|[Gg]esprek met|[Bb]elletje met)\s+"
    rf"{contacts._HONORIFIC}(?P<name>{contacts._NAME})"
    r"(?P<about>[ ]*\([^)\n]{2,80}\)|,[^.\n]{2,80}?(?=[.;\n]|,\s)|\s(?:from|at|of|von|de|chez|bei|"
    r"van)\s[A-ZÀ-Ý][^.,;\n]{1,50})?"
)


def persons_of(
    item: Item, text: str, turns: list[Turn], listed: list[Entry], countries: tuple[str, ...]
) -> list[Person]:
    """Who took part for the customer, then who else they named."""
    found = [_attending(item, entry) for entry in listed if not entry.ours]
    known = {one.name.casefold(): one for one in item.participants if one.name}
    speakers = dict.fromkeys(turn.speaker for turn in turns if turn.speaker and not turn.ours)
    for speaker in speakers:
        own = [turn for turn in turns if turn.speaker == speaker]
        found.append(_speaking(item, text, speaker, own, known, countries))
    if not any(turn.speaker for turn in turns):
        found += _met(item, text, turns) if not found else []
        _reachable(item, text, found, countries)
    for turn in turns:
        if not turn.ours:
            part = contacts.Part(turn.start, turn.end, turn.end, None, None)
            found += contacts._mentioned(item, text, part, countries)
    merged = contacts._merged(item, [one for one in found if contacts._wanted(item, one)])
    if not any(person.company for person in merged):
        company = told_company(item, text)
        for person in merged[:1]:
            person.company = company
    _share_company(merged)
    return merged


_WITH_COMPANY = re.compile(
    r"^[ \t#*_>-]*(?:(?:company|account|customer|client|kunde|firma|société|client|empresa|cliente|azienda|"
    r"klant)[*_]*[ \t]*:"
    r"[*_]*[ \t]*|[^\n]{0,60}?\b(?i:call|meeting|visit|demo|workshop|notes|chat|anruf|gespräch|besuch|termin|"
    r"telefonat|"
    r"besprechung|"
    r"appel|réunion|visite|reunión|llamada|visita|incontro|chiamata|gesprek|bezoek)\b[^\n]{0,20}?\s"
    r"(?:with|at|mit|bei|avec|chez|con|en|met|bij|da|com)\s)(?P<company>[^\n,;:(|–—]{3,60}?)"
    r"(?=\s*(?:[\n,;:(|–—]|$|\s-\s|\d|\s(?:on|am|le|el|op|vom|about|re)\s))",
    re.MULTILINE,
)


def told_company(item: Item, text: str) -> Candidate | None:
    """The customer in a title or a label above: "Call with Hartwell Foods", "Account: Hartwell Foods"."""
    if (titled := _titled(item, text)) is not None:
        return titled
    limit = min(len(text), 600)
    places = [match.span("company") for match in _WITH_COMPANY.finditer(text, 0, limit)]
    behind = [re.compile(r"[ \t]*,[ \t]*([^\n,;:(|–—]{3,60})").match(text, end, limit) for _, end in places]
    places += [match.span(1) for match in behind if match is not None]
    title = re.match(r"[ \t#*]*([^\n,:–—|]{3,60}?)[ \t]*(?:[,:–—|]|\s-\s)", text)
    if title is not None and (organisations.has_word(title[1]) or organisations.legal_form(title[1])):
        places.append(title.span(1))
    if (before := present.customer(text[:limit])) is not None:
        places.insert(0, before)
    for place in places:
        piece = trimmed(text, *place, " .*_#")
        written = piece.text
        named = organisations.legal_form(written) or organisations.has_word(written) or people.shape(written) < 0.6
        person = any(people.same_person(one.name, written) for one in item.participants if one.name)
        if written[:1].isupper() and not person and not is_us(item, written) and organisations.is_plausible(written):
            return Candidate("company", written, piece.start, piece.end, 0.75 if named else 0.55, "named in the title")
    return None


# What a title calls the meeting, and what it may be about: neither is the customer.
_OCCASION = phrases(
    """
    meeting*; call*; visit; site visit; demo*; workshop; notes; quick notes; minutes; review; service review;
    quarterly;
    weekly; monthly; annual; kick-off; kickoff; sync; catch-up; catch up; follow-up; debrief; report; trip report;
    summary; conference call; video call; teams; zoom; phone call; besprechung*; besuch; besuchsbericht; bericht;
    gesprach*; gesprachsnotiz; protokoll; telko; telefonat; telefonnotiz; aktennotiz; notiz*; termin; vor-ort-termin;
    videokonferenz; telefonkonferenz; jour fixe; kundentermin; kundenbesuch; cr; compte rendu; compte-rendu; visite;
    reunion; appel; rdv; rendez-vous; point; entretien; visio; notes rapides; acta; llamada; visita; notas;
    notas rapidas;
    seguimiento; informe; videollamada; minuta; verbale; riunione; sopralluogo; chiamata; incontro; note; appunti;
    resoconto; videochiamata; gespreksverslag; verslag; bezoek; bezoekverslag; overleg; notulen; gesprek;
    telefoongesprek;
    reuniao; chamada; ata; relatorio; acompanhamento; videochamada; notatka; notatki; spotkani*; rozmow*; wizyt*;
    client; customer; account; kunde; kunden; cliente; klant; klient*; servicebesuch; servicebezoek;
    protokol; wideokonferencj*; telekonferencj*; telefon*; podsumowanie
    """
)
_SUBJECT = phrases(
    """
    upgrade*; project*; expansion; budget*; planning; pricing; price*; status; update; rollout; integration; contract*;
    renewal; pilot; issue*; problem*; pipeline; forecast; strategy; onboarding; training; agenda; discussion;
    sales; team;
    internal; projekt*; planung; vertrieb; angebot*; preis*; erweiterung; schulung; team*; strategie; vertrag*; intern;
    projet*; offre; prix; contrat*; formation; interne; equipe; proyecto*; oferta*; precio*; contrato*; formacion;
    progetto; offerta*; prezz*; contratto; formazione; offerte; prijs*; contracten; training; projeto*; proposta*;
    ofert*; cen*; umow*; szkoleni*; wewnetrzn*; budzet*
    """
)
_BETWEEN_NAMES = re.compile(
    r"(?:with|w/|at|of|for|from|to|a|al|alla|ao|aos|au|aux|zur|zum|naar|do|mit|bei|beim|von|der|die|das|dem|in|im|"
    r"avec|chez|de|du|des|la|le|les|con|en|el|di|"
    r"del|"
    r"della|"
    r"da|do|dos|das|presso|met|bij|van|com|na|no|z|ze|w|we|u|ze spotkania)\b"
)
_FIGURE = re.compile(r"(?<![Nn][ro°º])(?<![Nn][ro°º]\.)(?:\s+|(?<!\s))\d")  # a school's number is part of its name
_PART = re.compile(r"[^\n,:;()|/–—]+?(?=\s*[\n,:;()|/–—]|\s-+\s|\s*$)")


def _titled(item: Item, text: str) -> Candidate | None:
    """The customer in the first line of notes: what is left of it without occasion, date and place words."""
    first = re.search(r"\S[^\n]*", text[:400])
    if first is None or item.kind != "meeting":
        return None
    line = mask(text[: first.end()], [(one.start, one.end) for one in dates.find(text, item.sent_at, 0, first.end())])
    if not _OCCASION.search(flat(line)):
        return None
    for part in _PART.finditer(line, first.start()):
        piece = trimmed(text, part.start(), part.end(), " .*_#-")
        start, end = piece.start, piece.end
        while start < end:
            folded = flat(text[start:end])
            word = _OCCASION.match(folded) or _BETWEEN_NAMES.match(folded)
            if word is None:
                break
            start = trimmed(line, start + word.end(), end, " .*_#-").start
        figure = _FIGURE.search(line[start:end])  # "Tolland Cider 2 jul 26"
        blank = re.search(r"\s{2,}", line[start:end])
        end = min([end, *(start + one.start() for one in (figure, blank) if one is not None)])
        left = trimmed(text, start, end, " .*_#-")
        if _is_customer(item, left.text):
            return Candidate("company", left.text, left.start, left.end, 0.7, "named in the title")
    return None


def _is_customer(item: Item, written: str) -> bool:
    folded = flat(written)
    if not written[:1].isupper() or _OCCASION.search(folded) or _SUBJECT.search(folded) or is_us(item, written):
        return False
    if any(people.same_person(name, written) for name in [*item.us.staff, *(one.name for one in item.participants)]):
        return False
    if products.listed(written, item.products) or organisations.is_place(written) or titles.has_head(written):
        return False
    if not organisations.is_plausible(written) or len(written.split()) > 8:
        return False
    return organisations.has_word(written) or bool(organisations.legal_form(written)) or len(written.split()) > 1


def _attending(item: Item, entry: Entry) -> Person:
    return Person("sender", entry.name, entry.title, entry.company, entry.email)


def _speaking(
    item: Item, text: str, speaker: str, own: list[Turn], known: dict[str, Participant], countries: tuple[str, ...]
) -> Person:
    """A speaker: by the label, made fuller by what they say of themselves."""
    person = Person("sender")
    bare = re.sub(r"\s*[(\[|].*$", "", speaker).strip()
    where = next((turn.name for turn in own if turn.name[1] > turn.name[0]), (0, 0))
    if not is_generic(bare):
        at = where[0] + max(0, text[slice(*where)].find(bare))
        value = people.clean(bare)
        sure = 0.93 if len(value.split()) > 1 else 0.7
        person.name = Candidate("name", value, at, at + len(bare), sure, "speaker")
    about = re.search(r"[(\[|]\s*([^)\]|]{2,60})", speaker)
    if about is not None and not item.us.employs(bare):
        start = where[0] + text[slice(*where)].find(about[1])
        field = "title" if titles.score(about[1]) >= 0.8 else "company"
        setattr(
            person, field, Candidate(field, about[1].strip(), start, start + len(about[1].strip()), 0.85, "speaker")
        )
    for turn in own[:6]:
        _introduced(text, turn, person)
    if person.company is not None and is_us(item, person.company.value):
        person.company = None
    for turn in own:
        _own_reach(item, text, turn, person, countries, known)
    return person


def _introduced(text: str, turn: Turn, person: Person) -> None:
    """Name, job and employer that somebody gives of themselves."""
    known = person.name.value if person.name else ""
    told = introductions.find(text, turn.start, turn.end, known)
    if told.name is not None and (not known or people.fuller(told.name.value, known) == told.name.value != known):
        person.name = told.name
    person.title = person.title or told.title
    person.company = person.company or told.company


def _own_reach(
    item: Item, text: str, turn: Turn, person: Person, countries: tuple[str, ...], known: dict[str, Participant]
) -> None:
    part = contacts.Part(turn.start, turn.end, turn.end, None, None)
    if person.company is None and (company := contacts._own_company(item, text, part, "")) is not None:
        person.company = company
    if person.phone is None:
        person.phone = contacts._own_number(text, part, countries)
    for address in emails.find(text[turn.start : turn.end]):
        mine = re.search(
            r"\b(?:my|meine?|mon|mi|mio|mijn|meu|me)\b", run(text[turn.start : turn.start + address.start])[-60:]
        )
        name = person.name.value if person.name else ""
        if (
            person.email is None
            and not item.us.owns(address.value)
            and (mine or people.agrees_with_email(name, address.value) >= 0.6)
        ):
            place = (turn.start + address.start, turn.start + address.end)
            person.email = Candidate("email", address.value, *place, 0.9, "said")
    told = known.get(person.name.value.casefold()) if person.name else None
    if told is not None and person.email is None and told.email:
        person.email = contacts._located(text, "email", told.email, 0.95)


def _met(item: Item, text: str, turns: list[Turn]) -> list[Person]:
    """Whom notes say that we met or spoke to."""
    found: list[Person] = []
    for match in _MET.finditer(text):
        name = people.clean(match["name"])
        if people.shape(name) < 0.6 or len(name.split()) < 2 or item.us.employs(name) or organisations.has_word(name):
            continue
        person = Person("sender", name=Candidate("name", name, *match.span("name"), 0.85, "met"))
        if match["about"]:
            entry = entry_of(item, text, match.start("name"), match.end("about"), None)
            if entry is not None and not entry.ours:
                person.title, person.company, person.email = entry.title, entry.company, entry.email
        found.append(person)
    return found


def _reachable(item: Item, text: str, found: list[Person], countries: tuple[str, ...]) -> None:
    """Addresses and numbers in notes that belong to somebody who attended: beside the name, or by the address "
    "itself."""
    for address in emails.find(text):
        for person in found:
            if (
                person.email is None
                and person.name
                and people.agrees_with_email(person.name.value, address.value) >= 0.6
            ):
                person.email = Candidate(
                    "email", address.value, address.start, address.end, 0.88, "written like the name"
                )
    for person in found:
        if person.name is None or person.phone is not None:
            continue
        surname = re.escape(flat(person.name.value.split()[-1]))
        for match in re.finditer(rf"(?<!\w){surname}(?!\w)", flat(text)):
            line = text.find("\n", match.end())
            number = phones.first_of(
                phones.find(text, match.end(), len(text) if line < 0 else line, countries, signature=True)
            )
            if number is not None and number.start - match.end() < 90:
                person.phone = Candidate("phone", number.e164, number.start, number.end, 0.8, "beside the name")
                break


def _share_company(found: list[Person]) -> None:
    """Where only one company of the other side is named, all who took part for it work there."""
    named = {letters(one.company.value): one.company for one in found if one.company is not None}
    if len(named) != 1:
        return
    company = next(iter(named.values()))
    for person in found:
        if person.company is None and person.role == "sender":
            person.company = replace(company, confidence=company.confidence * 0.75, rule="a colleague's company")
