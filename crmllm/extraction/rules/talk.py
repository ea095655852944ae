"""Calls, chats and notes: who is on which side, and what each side says, asks for and promises.

The result is the same `Reading` as that of a mail. Turns are read one by one: what the customer's side says counts;
what our side says counts where it was asked about or agreed to; the last figure on the table wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from crmllm.extraction.rules import (
    cases,
    category,
    contacts,
    cues,
    dates,
    deals,
    emails,
    language,
    money,
    organisations,
    people,
    phones,
    products,
    requests,
    sentiment,
    titles,
)
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Candidate, flat, letters, lines, mask, phrases, run, sentences, trimmed, words
from crmllm.extraction.types import Item, Participant
from crmllm.ingestion.kinds import people as lists
from crmllm.ingestion.kinds.talk import is_generic

KINDS = frozenset({"call", "meeting", "chat"})
MAX_ACTIONS = 10


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of words of one speaker. Notes are one turn a section, written down by us about them."""

    start: int
    end: int
    speaker: str = ""
    ours: bool = False
    name: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an attendance list: who, and what it says of them."""

    name: Candidate
    title: Candidate | None = None
    company: Candidate | None = None
    email: Candidate | None = None
    ours: bool = False


def read(item: Item) -> Reading:
    """All rules over one call, chat or set of notes."""
    machine = cues.aimed_at_machine(item.text) if item.wary else []
    text = mask(item.text, [*machine, *cues.quoted_lines(item.text)])
    listed = _entries(item, text)
    turns = _turns(item, text, listed)
    theirs = [turn for turn in turns if not turn.ours]
    body = "\n".join(text[turn.start : turn.end] for turn in theirs)
    tongue, sure = language.detect(body or text)
    countries = phones.regions(region=item.region, emails=_addresses(item), language=tongue)
    persons = _persons(item, text, turns, listed, countries)
    mood, mood_sure = sentiment.read(body)
    month_first = tongue == "en" and item.region.upper() in {"US", "PH"}
    reading = Reading(
        text=text,
        persons=persons,
        language=Candidate("language", tongue, 0, 0, sure, "common words"),
        category=Candidate("category", "", 0, 0, 0.0, ""),
        sentiment=Candidate("sentiment", mood, 0, 0, mood_sure, "words of praise and complaint"),
        machine_words=machine,
        countries=countries,
        month_first=month_first,
    )
    country = next((found for one in persons if one.phone and (found := phones.country_of(one.phone.value))), "")
    country = country or (countries[0] if countries and (item.region or len(countries) < 4) else "")
    reading.deal = _deal(item, text, turns, country, month_first)
    kind, kind_sure, why = _category(item, text, turns, reading.deal, bool(theirs) or bool(persons))
    reading.category = Candidate("category", kind, 0, 0, kind_sure, why)
    for turn in theirs:
        if reading.problem is None and cases.strength(text[turn.start : turn.end]) >= 0.5:
            reading.problem = cases.summary(text, turn.start, turn.end)
            reading.severity = cases.severity(text, turn.start, turn.end)
        if reading.opening is None:
            reading.opening = cases.opening(text, turn.start, turn.end)
    if reading.severity is None and theirs:
        reading.severity = cases.severity(text, theirs[0].start, theirs[0].end)
    known = [Entry(one.name, one.title, one.company) for one in persons if one.name is not None]
    reading.actions = _actions(item, text, turns, [*listed, *known], month_first)
    return reading


def _addresses(item: Item) -> list[str]:
    return [one.email for one in item.participants if one.email and not item.us.owns(one.email)]


# --- sides

_OURS_LABEL = re.compile(
    r"(?:agent|rep|sales(?: rep)?|account (?:manager|executive)|ae|sdr|us|me|support(?: agent)?|advisor|consultant|"
    r"bot|assistant|berater(?:in)?|vertrieb|vendeur|commercial|comercial|vendedor|verkoper|venditore)\s*\d?",
    re.IGNORECASE,
)
_THEIRS_LABEL = re.compile(
    r"(?:customer|client|prospect|buyer|caller|visitor|guest|user|kunde|kundin|interessent|besucher|cliente|klant|"
    r"visiteur|acheteur|comprador|lead)\s*\d?",
    re.IGNORECASE,
)
_PITCH = phrases(
    """
    our platform; our product; our pricing; our customers; our solution; our team can; we built; we offer; we can offer;
    i can offer; let me walk you through; walk you through; let me show you; i'll send you the proposal;
    send you a quote;
    send over the proposal; send over a quote; what challenges; what's your timeline; what is your timeline;
    how many users;
    what would it take; does that make sense; how does that sound; i'll send over; i can send you; our standard plan;
    discount; our implementation team; kick off implementation; kickoff call; calling because; reason i'm calling;
    prep the demo; our guarantee; we guarantee; our clients; companies like yours; we help; we work with; book a demo;
    30 minutes; send the contract; send you the contract; set it up specifically; case study; take you through;
    unser produkt; unsere kunden; wir bieten; ich schicke ihnen das angebot;
    notre solution;
    nos clients; nous proposons; je vous envoie le devis; nuestro producto; nuestros clientes; le envio el presupuesto
    """
)


def _entries(item: Item, text: str) -> list[Entry]:
    """Who is listed as present, with the words about them."""
    found: list[Entry] = []
    for start, end in lists.entries(text):
        line = text.rfind("\n", 0, start) + 1
        lead = re.search(r"(?:^|[:;,])[ \t*•-]*(?P<who>[^\W\d_][^:;,\n]{1,50}):[ \t]+[^:\n]*$", text[line:start])
        label = lead is not None and lists.LABEL.match(f"{lead['who']}:") is None
        about = (line + lead.start("who"), line + lead.end("who")) if lead is not None and label else None
        entry = _entry(item, text, start, end, about)
        if entry is not None:
            found.append(entry)
    return found


def _entry(item: Item, text: str, start: int, end: int, about: tuple[int, int] | None) -> Entry | None:
    line = text[start:end]
    cut = re.search(r"\s*[(<\[,;|]|\s[-–—]\s|\s(?:from|at|von|de|chez|van|da)\s(?=[A-ZÀ-Ý])", line)
    first = trimmed(text, start, start + cut.start() if cut else end, "*_-")
    name = people.clean(first.text)
    if not name or people.shape(name) < 0.3 or "@" in name or len(name.split()) > 5:
        return None
    title = company = email = None
    ours = item.us.employs(name)
    pieces = re.finditer(r"[^(),;|<>\[\]–—\n]+?(?=[(),;|<>\[\]–—\n]|\s-\s|$)", text[first.end : end])
    for match in pieces:
        piece = trimmed(text, first.end + match.start(), first.end + match.end(), "-*_ ")
        words = re.sub(r"^(?:from|at|von|bei|de|chez|van|da)\s+", "", piece.text)
        at = piece.end - len(words)
        if not words:
            continue
        if "@" in words:
            email = Candidate("email", words.lower(), at, piece.end, 0.95, "attendance list")
            ours = ours or item.us.owns(words)
        elif _is_us(item, words):
            ours = True
        elif title is None and _is_title(words):
            title = Candidate("title", words, at, piece.end, 0.85, "attendance list")
        elif company is None and words[:1].isupper() and organisations.is_plausible(words):
            company = Candidate("company", words, at, piece.end, 0.85, "attendance list")
    if about is not None and company is None:
        side = text[about[0] : about[1]]
        if _is_us(item, side) or _OURS_LABEL.fullmatch(side):
            ours = True
        elif not _THEIRS_LABEL.fullmatch(side):
            company = Candidate("company", side, *about, 0.8, "attendance list")
    return Entry(Candidate("name", name, first.start, first.end, 0.92, "attendance list"), title, company, email, ours)


def _is_title(written: str) -> bool:
    if organisations.legal_form(written):
        return False
    return titles.score(written) >= 0.8 or titles.is_whole_area(written) or organisations.is_department(written)


def _is_us(item: Item, words: str) -> bool:
    """Whether words name our own company, as people shorten it."""
    if re.fullmatch(r"\W*(?:us|we|wir|nous|our side|internal|intern)\W*", words, re.IGNORECASE):
        return True
    own, written = letters(item.us.company), letters(words)
    labels = {letters(domain.split(".")[0]) for domain in item.us.domains}
    return bool(len(written) >= 3 and own and (own.startswith(written) or written.startswith(own))) or written in labels


def _turns(item: Item, text: str, listed: list[Entry]) -> list[Turn]:
    """The turns of a talk with their sides; notes as sections that we wrote."""
    found: list[Turn] = []
    name = (0, 0)
    for zone in item.zones:
        if zone.kind == "speaker":
            name = (zone.start, zone.end)
        elif zone.kind == "turn":
            found.append(Turn(zone.start, zone.end, text[slice(*name)].strip(), name=name))
            name = (0, 0)
    if not found:
        sections = [zone for zone in item.zones if zone.kind == "notes"]
        if not item.zones:
            return [Turn(0, len(text))]
        return [Turn(zone.start, zone.end) for zone in sections if text[zone.start : zone.end].strip()]
    ours = _our_speakers(item, text, found, listed)
    return [replace(turn, ours=turn.speaker in ours) for turn in found]


def _our_speakers(item: Item, text: str, turns: list[Turn], listed: list[Entry]) -> set[str]:
    speakers = list(dict.fromkeys(turn.speaker for turn in turns))
    by_name = {one.name.casefold(): one for one in item.participants if one.name}
    ours = {who for who in speakers if _is_ours(item, who, by_name, listed, speakers)}
    for who in speakers:
        own = [turn for turn in turns if turn.speaker == who][:3]
        if who not in ours and any(_introduces_us(item, text[turn.start : turn.end]) for turn in own):
            ours.add(who)
    if not ours and len(speakers) > 1:
        scores = {who: _pitch(text, turns, who) for who in speakers}
        best = max(speakers, key=lambda who: scores[who])
        if scores[best] >= 2 and scores[best] > sorted(scores.values())[-2]:
            ours.add(best)
    return ours if len(ours) < len(speakers) or _all_staff(item, speakers) else set()


def _is_ours(item: Item, who: str, by_name: dict[str, Participant], listed: list[Entry], speakers: list[str]) -> bool:
    bare = re.sub(r"\s*[(\[|].*$", "", who).strip()
    about = re.search(r"[(\[|]\s*([^)\]]+)", who)
    if item.us.employs(bare) or _OURS_LABEL.fullmatch(bare) or (about is not None and _is_us(item, about[1])):
        return True
    if any(entry.ours and people.same_person(entry.name.value, bare) for entry in listed):
        return True
    known = by_name.get(bare.casefold())
    if known is not None and (item.us.owns(known.email) or (known.company and _is_us(item, known.company))):
        return True
    if known is not None and known.email:
        return False
    if any(people.same_person(entry.name.value, bare) for entry in listed):
        return False
    first = [one for one in item.us.staff if one.split() and one.split()[0].casefold() == bare.casefold()]
    return len(bare.split()) == 1 and len(first) == 1


def _all_staff(item: Item, speakers: list[str]) -> bool:
    return all(item.us.employs(re.sub(r"\s*[(\[|].*$", "", who).strip()) for who in speakers)


def _introduces_us(item: Item, words: str) -> bool:
    """ "This is Marcus from Northlight", said by Marcus."""
    for match in re.finditer(
        r"\b(?:from|at|with|von|bei|der|de|chez|van|da)\s+((?:[A-Z][\w&.-]*\s?){1,4})", words[:400]
    ):
        before = words[max(0, match.start() - 60) : match.start()].lower()
        said = re.search(
            r"\b(?:i'm|i am|this is|it's|calling|here|ich bin|hier ist|je suis|c'est|soy|habla|sono|ik ben)\b", before
        )
        if said and _is_us(item, match[1].strip(" .,")):
            return True
    return False


def _pitch(text: str, turns: list[Turn], who: str) -> int:
    return len(
        {
            hit.group()
            for turn in turns
            if turn.speaker == who
            for hit in _PITCH.finditer(flat(text[turn.start : turn.end]))
        }
    )


def _category(item: Item, text: str, turns: list[Turn], deal: deals.Deal, anybody: bool) -> tuple[str, float, str]:
    """A talk with a customer is about a sale, a problem or an invoice; only our own side talking is internal.

    Customers tell of problems in every sale: only one that weighs more than what they want makes it a service call.
    """
    theirs = [turn for turn in turns if not turn.ours]
    body = "\n".join(text[turn.start : turn.end] for turn in theirs)
    if not anybody:
        return "internal", 0.85, "only our own side speaks"
    kind, sure, why = category.read(replace(item, sender=None, headers=(), zones=()), body, signed=True)
    trouble = max((cases.strength(text[turn.start : turn.end]) for turn in theirs), default=0.0)
    ours = " ".join(text[turn.start : turn.end] for turn in turns if turn.ours)
    pitched = len({hit.group() for hit in _PITCH.finditer(flat(ours))})
    wanted = 0.7 * pitched
    if deal.asks or deal.amount:
        wanted += deal.demand + bool(deal.products) + bool(deal.quantity) + bool(deal.amount)
    if kind == "billing" or (kind == "vendor" and sure >= 0.7):
        return kind, sure, why
    if trouble > wanted and trouble >= (0.8 if wanted else 0.5):
        return "support", min(0.9, 0.5 + 0.1 * (trouble - wanted)), "words of trouble"
    return "sales", min(0.9, 0.55 + 0.08 * max(0.0, wanted - trouble)), "a talk about what is wanted"


# --- people

_INTRODUCED = re.compile(
    r"\b(?:(?:i'm|i am|my name is|this is|it's|ich bin|mein name ist|hier ist|hier spricht|je suis|je m'appelle|"
    r"soy|me llamo|sono|mi chiamo|ik ben|mijn naam is|sou|chamo-me)\s+)(?P<name>(?:[^\W\d_][\w'’-]*\s?){1,4})",
    re.IGNORECASE,
)
_JOB = re.compile(
    r"\b(?:i'm|i am|i work as|as|ich bin|als|je suis|en tant que|soy|como|sono|ik ben|sou)\s+(?:the |an? |here as |"
    r"die |der |"
    r"das |hier |le |la |l'|el |il |de |het |o |a )?(?P<job>[^,.;:!?\n]{4,60})",
    re.IGNORECASE,
)
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


def _persons(item: Item, text: str, turns: list[Turn], listed: list[Entry], countries: tuple[str, ...]) -> list[Person]:
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
        company = _told_company(item, text)
        for person in merged[:1]:
            person.company = company
    _share_company(merged)
    return merged


_WITH_COMPANY = re.compile(
    r"^[ \t#*_>-]*(?:(?:company|account|customer|client|kunde|firma|société|client|empresa|cliente|azienda|"
    r"klant)[*_]*[ \t]*:"
    r"[*_]*[ \t]*|[^\n]{0,60}?\b(?i:call|meeting|visit|demo|workshop|notes|chat|anruf|gespräch|besuch|termin|telefonat|"
    r"besprechung|"
    r"appel|réunion|visite|reunión|llamada|visita|incontro|chiamata|gesprek|bezoek)\b[^\n]{0,20}?\s"
    r"(?:with|at|mit|bei|avec|chez|con|en|met|bij|da|com)\s)(?P<company>[^\n,;:(|–—]{3,60}?)"
    r"(?=\s*(?:[\n,;:(|–—]|$|\s-\s|\d|\s(?:on|am|le|el|op|vom|about|re)\s))",
    re.MULTILINE,
)


def _told_company(item: Item, text: str) -> Candidate | None:
    """The customer in a title or a label above: "Call with Hartwell Foods", "Account: Hartwell Foods"."""
    limit = min(len(text), 600)
    places = [match.span("company") for match in _WITH_COMPANY.finditer(text, 0, limit)]
    behind = [re.compile(r"[ \t]*,[ \t]*([^\n,;:(|–—]{3,60})").match(text, end, limit) for _, end in places]
    places += [match.span(1) for match in behind if match is not None]
    title = re.match(r"[ \t#*]*([^\n,:–—|]{3,60}?)[ \t]*(?:[,:–—|]|\s-\s)", text)
    if title is not None and (organisations.has_word(title[1]) or organisations.legal_form(title[1])):
        places.append(title.span(1))
    for place in places:
        piece = trimmed(text, *place, " .*_#")
        written = piece.text
        named = organisations.legal_form(written) or organisations.has_word(written) or people.shape(written) < 0.6
        person = any(people.same_person(one.name, written) for one in item.participants if one.name)
        if written[:1].isupper() and not person and not _is_us(item, written) and organisations.is_plausible(written):
            return Candidate("company", written, piece.start, piece.end, 0.75 if named else 0.55, "named in the title")
    return None


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
    for turn in own:
        _own_reach(item, text, turn, person, countries, known)
    return person


def _introduced(text: str, turn: Turn, person: Person) -> None:
    """Name and job that somebody gives of themselves."""
    match = _INTRODUCED.search(text, turn.start, min(turn.end, turn.start + 400))
    if match is not None:
        tokens = re.match(r"(?:[^\W\d_a-zà-öø-ÿ][\w'’-]*\s?)+", match["name"])
        name = people.clean(tokens.group()) if tokens else ""
        known = person.name.value if person.name else ""
        fuller = known and people.same_person(name, known) and people.fuller(name, known) == name != known
        if tokens and people.shape(name) >= 0.6 and (fuller or (not known and len(name.split()) > 1)):
            start = match.start("name")
            person.name = Candidate("name", name, start, start + len(tokens.group().rstrip()), 0.85, "introduced")
    if person.title is None:
        for job in _JOB.finditer(text, turn.start, min(turn.end, turn.start + 400)):
            words = re.split(
                r"\s+(?:at|for|here|with|from|bei|von|der firma|chez|de chez|en|in|at)\s+(?=[A-ZÀ-Ý]|the\b)", job["job"]
            )[0]
            words = re.sub(r"\s+(?:here|hier|ici)$", "", words).strip()
            if titles.score(words) >= 0.9 and len(words.split()) <= 7:
                start = job.start("job")
                person.title = Candidate("title", words, start, start + len(words), 0.75, "introduced")
                break


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
            entry = _entry(item, text, match.start("name"), match.end("about"), None)
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


# --- what is on the table

_AGREES = re.compile(
    r"^\W*(?:yes|yeah|yep|right|correct|exactly|deal|agreed|ok(?:ay)?|sure|sounds? good|that works|perfect|great|"
    r"fine|done|"
    r"go ahead|let'?s do|ja|genau|richtig|stimmt|einverstanden|passt|gut|in ordnung|perfekt|oui|d'accord|exact\w*|"
    r"c'est bon|"
    r"parfait|entendu|si|de acuerdo|vale|correcto|exacto|perfecto|claro|d'accordo|esatto|va bene|perfetto|akkoord|"
    r"prima|"
    r"klopt|precies|sim|certo|combinado|perfeito)\b"
)
_REFUSES = re.compile(
    r"^\W*(?:no\b|nope|not\b|too (?:much|expensive|high)|that'?s (?:too|more than)|nein|zu (?:teuer|viel|hoch)|non|"
    r"trop|"
    r"demasiado|troppo|nee|te (?:duur|veel)|nao|caro)"
)
_ASKS_COUNT = re.compile(
    r"\b(?:how many|what quantity|wie viele|welche menge|combien d[e']|cuant[oa]s|quant[ie]\b|hoeveel|quant[oa]s)\b"
)
_ASKS_PRICE = re.compile(
    r"\b(?:budget|how much|what price|what figure|wie viel|welchen preis|preisvorstellung|combien|quel prix|"
    r"presupuesto|cuanto|"
    r"quanto|hoeveel|orcamento)\b"
)
_ASKS_WHEN = re.compile(
    r"\b(?:when (?:do|would|will|can|are|could) you|by when|what'?s your time\w*|decision|deadline|wann|bis wann|"
    r"quand|d'ici quand|"
    r"cuando|para cuando|quando|entro quando|wanneer)\b"
)
_CLOSING_WORDS = re.compile(
    r"\b(?:decid|decision|order|sign|approv|board|go ahead|contract|entscheid|bestell|unterschr|auftrag|freigabe|"
    r"vertrag|decis|"
    r"command|sign|valid|pedido|firm|aprob|ordin|contratt|beslis|bestel|teken|encomend|assin)"
)


#: Counts of things near a product, and articles: in talk they are times of day as often as numbers.
_GUESSED = 0.62
_GIVEN_UP = re.compile(
    r"\b(?:trade[ -]?in|trading in|old|replace|replacing|instead of|alte[nrs]?|ersetzen|statt|ancien\w*|remplac\w*|"
    r"vieja?|reemplaz\w*|vecchi\w|sostitu\w*|oude|vervang\w*)\b[^.,;]{0,20}$"
)


def _deal(item: Item, text: str, turns: list[Turn], country: str, month_first: bool) -> deals.Deal:
    """One deal out of all turns: what comes later counts, what the customer says before what we say."""
    whole = deals.Deal()
    best = -1.0
    offered: list[deals.Deal] = []
    for index, turn in enumerate(turns):
        part = deals.read(
            text,
            turn.start,
            turn.end,
            sent_at=item.sent_at,
            names=item.products,
            country=country,
            month_first=month_first,
        )
        if part.quantity is not None and part.quantity.confidence <= _GUESSED:
            part.quantity = None
        part.products = [
            one for one in part.products if not _GIVEN_UP.search(run(text[max(0, one.start - 30) : one.start]))
        ]
        if turn.ours:
            following = next((one for one in turns[index + 1 :] if not one.ours), None)
            answer = run(text[following.start : following.end]) if following else ""
            if not _REFUSES.match(answer):
                agreed = bool(_AGREES.match(answer))
                offered.append(_offered(part, 0.9 if agreed else 0.65))
                if agreed:
                    _take(whole, offered[-1], price_only=not deals_products(offered[-1]))
            whole.off += part.off
            continue
        question = turns[index - 1] if index and turns[index - 1].ours else None
        if question is not None:
            _answered(item, text, question, turn, part, country, month_first)
        _take(whole, part)
        if part.summary is not None and part.demand + 1.5 * bool(part.products) >= best:
            best, whole.summary = part.demand + 1.5 * bool(part.products), part.summary
        whole.demand += part.demand
        whole.asks = whole.asks or part.asks
        whole.decoys += part.decoys
        whole.off += part.off
        words_said = flat(text[part.commitment.start : part.commitment.end]) if part.commitment else ""
        _weigh(whole, part, words_said)
    for part in reversed(offered):  # what nobody spoke against and the customer did not name
        whole.products = whole.products or part.products
        whole.quantity = whole.quantity or part.quantity
        if whole.amount is None and part.amount is not None:
            whole.amount, whole.currency = part.amount, part.currency
    kept = {one.value for one in (*whole.products, whole.amount, whole.quantity) if one is not None}
    whole.decoys = [one for one in whole.decoys if one.value not in kept]
    return whole


def deals_products(part: deals.Deal) -> bool:
    """Whether a stretch names products."""
    return bool(part.products)


def _offered(part: deals.Deal, weight: float) -> deals.Deal:
    """What our side put on the table, as sure as it was answered."""

    def weighed(one: Candidate | None) -> Candidate | None:
        return None if one is None else replace(one, confidence=round(one.confidence * weight, 3))

    return deals.Deal(
        products=[
            replace(one, confidence=round(one.confidence * weight, 3)) for one in part.products if one.confidence >= 0.8
        ],
        quantity=weighed(part.quantity),
        amount=weighed(part.amount),
        currency=weighed(part.currency),
        close_by=weighed(part.close_by),
    )


def _take(whole: deals.Deal, part: deals.Deal, *, price_only: bool = False) -> None:
    """Lays a later stretch over what is known: its figures win, its products are added."""
    known = {letters(one.value) for one in whole.products}
    whole.products += [one for one in part.products if letters(one.value) not in known]
    if part.quantity is not None and not price_only:
        whole.quantity = part.quantity
    if part.amount is not None:
        whole.amount, whole.currency = part.amount, part.currency or whole.currency
    elif part.currency is not None and whole.currency is None:
        whole.currency = part.currency
    if part.close_by is not None:
        whole.close_by = part.close_by


_ONE_THING = re.compile(r"need|require|brauch|benotig|besoin|necesit|serv|nodig|precis")


def _weigh(whole: deals.Deal, part: deals.Deal, said_words: str) -> None:
    """The last clear word on how firm it is; a plain wish only where there is none."""
    said = part.commitment
    if said is None or said.rule == "a demand without conditions":
        whole.commitment = whole.commitment or said
        return
    concrete = bool(whole.products or whole.quantity or whole.amount)
    if said.value == "negated" and concrete and _ONE_THING.search(said_words):
        return  # "we no longer need that one" ends one wish, not the whole deal
    if said.value == "firm" and part.close_by is not None and "sign" in said_words:
        said = replace(said, value="likely", confidence=0.6, rule="will be signed later")
    weak = {"likely", "past"}
    if whole.commitment is None or said.value not in weak or whole.commitment.value in weak:
        whole.commitment = said


def _answered(
    item: Item, text: str, question: Turn, turn: Turn, part: deals.Deal, country: str, month_first: bool
) -> None:
    """A bare figure or day that answers our question: "How many?" "Forty." """
    asked = run(text[question.start : question.end])[-300:]
    if "?" not in asked:
        return
    numbers = list(re.finditer(r"(?<![\w.,])\d[\d.,']*(?![\w%])", text[turn.start : turn.end]))
    if part.quantity is None and _ASKS_COUNT.search(asked) and numbers:
        value = products.count(numbers[0].group().rstrip(".,"))
        place = (
            turn.start + numbers[0].start(),
            turn.start + numbers[0].start() + len(numbers[0].group().rstrip(".,")),
        )
        if value and value < 1_000_000:
            part.quantity = Candidate("quantity", str(value), *place, 0.8, "answer to how many")
    if part.amount is None and _ASKS_PRICE.search(asked) and not _ASKS_COUNT.search(asked):
        for match in numbers:
            written = match.group().rstrip(".,")
            if len(re.sub(r"\D", "", written)) >= 3:
                place = (turn.start + match.start(), turn.start + match.start() + len(written))
                part.amount = Candidate("amount", money.plain(money.number(written)), *place, 0.7, "answer to how much")
                if guessed := money.currency_of(country):
                    part.currency = Candidate("currency", guessed, *place, 0.55, "currency of the country")
                break
    if part.close_by is None and _ASKS_WHEN.search(asked) and _CLOSING_WORDS.search(asked):
        found = [
            one
            for one in dates.find(text, item.sent_at, turn.start, turn.end, month_first=month_first)
            if item.sent_at is None or one.day >= item.sent_at.date()
        ]
        if found:
            one = found[0]
            part.close_by = Candidate("close_by", one.day.isoformat(), one.start, one.end, 0.75, "answer to when")


# --- what is to be done

_CHATTER = phrases(
    """
    make that; make it; hear me; hear you; see my screen; share my screen; sharing my screen; repeat that;
    say that again; say again;
    hold on;
    bear with me; be right back; tell me more; tell me about; tell me a bit; walk me through; walk you through;
    help me understand;
    let me ask; ask you; let me see; let me just; give you some context; be honest; be upfront; give me a second;
    one moment;
    explain; think about it; catch up; let me share; let me know what you think; mind if i; can i ask;
    make sure i understand;
    understand; take you through; run through; dive in; jump in; start by; get started; jump right; be recording;
    record this;
    lauter sprechen; wiederholen; moment bitte; horen sie mich; erzahlen sie; un instant; vous m'entendez; repeter;
    un momento;
    me oye; me escucha; repetir; cuenteme; mi sente; ripetere; show you; be able to; talk about; get a sense;
    have a look at your
    """
)
_OPEN_QUESTION = re.compile(
    r"\b(?:when|what|which|how|why|who|wann|was|welche\w*|wie|warum|wer|quand|combien|quel\w*|comment|pourquoi|cuando|"
    r"cuant\w*|que|como|quando|quant\w*|come|wanneer|hoeveel|welke|hoe)\b[^.?!]*$"
)
_OWNER = re.compile(
    r"^(?P<who>@?[^\W\d_][\w.&'’-]*(?:[ \t][^\W\d_][\w.'’-]*){0,3}?)[ \t]*(?:\((?P<aside>[^)\n]{1,40})\))?[ \t]*"
    r"(?:[:→>]|->|=>|[-–—](?=[ \t])|(?<=[ \t])(?=(?:to|will|wird|soll|va|doit|enviar[aá]|zal|sends?|schickt|envoie|"
    r"env[ií]a|calls?|"
    r"confirms?|checks?|prepares?|signs?|orders?|decides?|klärt|prüft|bestätigt|unterschreibt)[ \t]))[ \t]*",
)
_VERB_LEAD = re.compile(r"^(?:to|will|wird|soll|va|doit|zal|shall)[ \t]+", re.IGNORECASE)
_TAIL_OWNER = re.compile(
    r"[ \t]*(?:[(\[](?P<who>[^)\]\n]{1,40})[)\]]|[-–—@][ \t]*(?P<bare>[A-Z]{2,3}|"
    r"[A-ZÀ-Ý][\w'’-]+(?:[ \t][A-ZÀ-Ý][\w'’-]+)?))[ \t.]*$"
)
_BULLET = re.compile(r"^[ \t]*(?:[-*•–+▪]|\d{1,2}[.)])?[ \t]*(?:\[[ xX]\][ \t]*)?")
_DONE = re.compile(r"^[ \t]*(?:[-*•–+]|\d{1,2}[.)])?[ \t]*\[[xX]\]")


def _actions(item: Item, text: str, turns: list[Turn], listed: list[Entry], month_first: bool) -> list[requests.Action]:
    """What either side asks for or promises, in order, each once."""
    found: list[requests.Action] = []
    for turn in turns:
        if not turn.speaker and item.kind == "meeting":
            continue
        for action in requests.find(text, turn.start, turn.end, sent_at=item.sent_at, month_first=month_first):
            words = flat(action.text.value)
            if _CHATTER.search(words) or len(words.split()) < 3:
                continue
            if turn.ours and _OPEN_QUESTION.search(
                run(text[max(turn.start, action.text.start - 50) : action.text.start])
            ):
                continue
            owner = action.owner if not turn.ours else "us" if action.owner == "them" else "them"
            found.append(replace(action, owner=owner))
    for zone in item.zones:
        if zone.kind == "actions":
            found += _listed_actions(item, text, zone.start, zone.end, listed, month_first)
    if item.kind == "meeting":
        found += _noted_actions(item, text, turns, listed, month_first)
    kept: list[requests.Action] = []
    for one in found:
        again = next((known for known in kept if _within(one, known) or _same_action(one, known)), None)
        if again is None:
            kept.append(one)
        elif one.due is not None and not _within(one, again):  # the later word on the same thing
            kept[kept.index(again)] = one
    return kept[-MAX_ACTIONS:] if len(kept) > MAX_ACTIONS else kept


def _same_action(one: requests.Action, other: requests.Action) -> bool:
    """Whether the same side is to do the same: asked for first, promised then."""
    first, second = ({word[:5] for word in words(action.text.value) if len(word) > 3} for action in (one, other))
    shared = len(first & second)
    return one.owner == other.owner and shared > 0 and 2 * shared >= 1.3 * max(len(first), len(second), 1)


def _within(one: requests.Action, other: requests.Action) -> bool:
    return one.text.start < other.text.end and other.text.start < one.text.end


def _listed_actions(
    item: Item, text: str, start: int, end: int, listed: list[Entry], month_first: bool
) -> list[requests.Action]:
    found = []
    for line in lines(text, start, end):
        if not line.text or _DONE.match(line.text):
            continue
        bullet = _BULLET.match(line.text)
        begin = line.start + (bullet.end() if bullet else 0)
        label = re.match(
            r"(?:actions?(?: items?)?|next steps?|to[ -]?dos?|aufgaben|tareas)[*_]*:[*_]*[ \t]*",
            text[begin : line.end],
            re.I,
        )
        begin += label.end() if label else 0
        for first, stop in _parts(text, begin, line.end) if label else [(begin, line.end)]:
            action = _listed_action(item, text, first, stop, listed, month_first)
            if action is not None:
                found.append(action)
    return found


def _parts(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """The actions of one line: apart by semicolons."""
    position = start
    for cut in re.finditer(r";", text[start:end]):
        yield position, start + cut.start()
        position = start + cut.end()
    yield position, end


def _listed_action(
    item: Item, text: str, start: int, end: int, listed: list[Entry], month_first: bool, *, owned: bool = False
) -> requests.Action | None:
    """One line of a list of actions: "DV: quote by Friday", "Gemma to send the plan", "send samples (Daan)"."""
    piece = trimmed(text, start, end)
    begin, stop, owner = piece.start, piece.end, ""
    lead = _OWNER.match(piece.text)
    if lead is not None and (owner := _side(item, lead["who"].lstrip("@"), listed)):
        begin += lead.end()
    if owned and not owner:
        return None
    verb = _VERB_LEAD.match(text[begin:stop])
    begin += verb.end() if verb else 0
    tail = _TAIL_OWNER.search(text[begin:stop])
    if not owner and tail is not None and (side := _side(item, (tail["who"] or tail["bare"]).lstrip("@"), listed)):
        owner, stop = side, begin + tail.start()
    words = trimmed(text, begin, stop, " .;,")
    due = next(
        (
            one
            for one in dates.find(text, item.sent_at, piece.start, piece.end, month_first=month_first)
            if item.sent_at is None or one.day >= item.sent_at.date()
        ),
        None,
    )
    if due is not None and words.start + 4 < due.start and due.end >= words.end - 2:
        lead = requests._LATE_DEADLINE.search(run(text[words.start : due.start]))
        words = trimmed(text, words.start, words.start + lead.start() if lead else due.start, " .;,(–-")
    bare = requests._without_ends(words.text)
    at = words.start + max(0, words.text.find(bare[:12])) if bare else words.start
    if len(re.findall(r"[^\W\d_]{2,}", bare)) < 1 or len(bare) < 5:
        return None
    return requests.Action(
        Candidate("text", " ".join(bare.split()), at, at + len(bare), 0.8 if owner else 0.65, "listed action"),
        owner or "us",
        Candidate("due", due.day.isoformat(), due.start, due.end, due.confidence * 0.9, f"due {due.kind}")
        if due
        else None,
    )


def _noted_actions(
    item: Item, text: str, turns: list[Turn], listed: list[Entry], month_first: bool
) -> list[requests.Action]:
    """Actions in the middle of notes: a line that begins with somebody who "will" or is "to" do something."""
    found = []
    for turn in turns:
        for sentence in sentences(text, turn.start, turn.end):
            bullet = _BULLET.match(sentence.text)
            begin = sentence.start + (bullet.end() if bullet else 0)
            if re.search(r"\b(?:to|will|wird|soll|va|doit|zal|→|->)\b|→|->", sentence.text[:60]):
                action = _listed_action(item, text, begin, sentence.end, listed, month_first, owned=True)
                if action is not None and not cues.is_negated(sentence.text) and not cues.is_past(sentence.text):
                    found.append(action)
    return found


_WE = re.compile(r"(?:we|us|me|i|wir|uns|ich|nous|moi|nosotros|noi|wij|ons|nós)", re.IGNORECASE)
_THEY = re.compile(
    r"(?:they|them|customer|client|cust|prospect|kunde|kundin|sie|eux|ils|elles?|ellos|cliente|klant|loro)",
    re.IGNORECASE,
)


def _side(item: Item, who: str, listed: list[Entry]) -> str:
    """us or them, for a name, initials, a pronoun or a company; empty for nobody."""
    who = who.strip(" .")
    if _WE.fullmatch(who) or item.us.employs(who) or _is_us(item, who):
        return "us"
    if _THEY.fullmatch(who):
        return "them"
    ours = [*item.us.staff, *(one.name.value for one in listed if one.ours)]
    theirs = [one.name.value for one in listed if not one.ours]
    theirs += [one.name for one in item.participants if one.name and not item.us.employs(one.name)]
    for side, names in (("them", theirs), ("us", ours)):
        if any(_calls(who, name) for name in names):
            return side
    if any(one.company and letters(one.company.value).startswith(letters(who)) and len(who) > 2 for one in listed):
        return "them"
    return ""


def _calls(who: str, name: str) -> bool:
    """Whether initials, a first name, a surname or a shortened name call a person."""
    tokens = [token for token in name.split() if token]
    initials = "".join(token[0] for token in tokens)
    if who.isupper() and 2 <= len(who) <= 4:
        return who in (initials, "".join(token[0] for token in tokens if token[0].isupper()))
    return who.casefold() in {name.casefold(), tokens[0].casefold(), tokens[-1].casefold()} if tokens else False
