"""Who is on which side of a talk: by attendance lists, labels, our staff, and what people say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from crmllm.extraction.rules import (
    organisations,
    people,
    titles,
)
from crmllm.extraction.rules.talk import present
from crmllm.extraction.rules.text import Candidate, flat, letters, phrases, trimmed
from crmllm.extraction.types import Item, Participant
from crmllm.ingestion.kinds import people as lists


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
PITCH = phrases(
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


def entries_of(item: Item, text: str) -> list[Entry]:
    """Who is listed as present, with the words about them."""
    found = _listed(item, text, lists.entries(text))
    if item.kind == "meeting" and not any(not one.ours for one in found):
        found += _unlabelled(item, text)
    if item.kind == "meeting" and not any(not one.ours for one in found):
        found += _told(item, text)
    if item.kind == "meeting" and not any(not one.ours for one in found):
        found += _tabled(item, text)
    return found


def _tabled(item: Item, text: str) -> list[Entry]:
    """People in the rows of a table whose head says name and function."""
    found = []
    for name, title, company in present.rows(text):
        entry = entry_of(item, text, *name, None)
        if entry is not None:
            job = entry.title or Candidate("title", text[slice(*title)], *title, 0.85, "attendance list")
            firm = Candidate("company", text[slice(*company)], *company, 0.85, "attendance list") if company else None
            found.append(replace(entry, title=job, company=entry.company or firm))
    return found


def _told(item: Item, text: str) -> list[Entry]:
    """People that a sentence says were there; one without a full name only beside what they are."""
    jobs = {(start, end): job for start, end, job in present.places(text)}
    found = []
    for one in _listed(item, text, jobs):
        job = next((job for (start, end), job in jobs.items() if job and start <= one.name.start < end), None)
        if job is not None and one.title is None:
            one = replace(one, title=Candidate("title", text[slice(*job)], *job, 0.8, "told to be there"))
        if one.ours or len(one.name.value.split()) > 1 or one.title is not None:
            found.append(one)
    return found


# "both Larkfield Foods", behind the people.
_SHARED = re.compile(
    r"(?i:both|all|beide|alle|tou(?:s|tes)(?: les)?(?: deux| trois)?|ambos|ambas|tod[oa]s|entramb[ei]|tutt[ei]|beiden|"
    r"allen|obaj|obie|oboje|wszyscy)\s+(?:(?:from|at|of|von|de|chez|di|da|van|z) )?(?P<company>[^\W\d_a-z].{2,60})$"
)


def _listed(item: Item, text: str, places: Iterable[tuple[int, int]]) -> list[Entry]:
    found: list[Entry] = []
    above = -1
    for start, end in places:
        line = text.rfind("\n", 0, start) + 1
        lead = re.search(r"(?:^|[:;,])[ \t*•-]*(?P<who>[^\W\d_][^:;,\n]{1,50}):[ \t]+[^:\n]*$", text[line:start])
        label = lead is not None and lists.LABEL.match(f"{lead['who'].strip()}:") is None
        about = (line + lead.start("who"), line + lead.end("who")) if lead is not None and label else None
        words = text[start:end]
        if found and line == above and found[-1].title is None and "(" not in words and _is_title(words):
            found[-1] = replace(found[-1], title=Candidate("title", words, start, end, 0.8, "attendance list"))
            continue
        if (shared := _SHARED.match(words)) is not None and found and above == line:
            company = Candidate("company", shared["company"], start + shared.start("company"), end, 0.85, "of them all")
            found = [one if one.ours else replace(_with_short_title(one), company=company) for one in found]
            continue
        entry = entry_of(item, text, start, end, about)
        if entry is not None:
            found.append(entry)
            above = line
    return found


def _with_short_title(one: Entry) -> Entry:
    """Where the company stands elsewhere, what is in brackets is a job: "Pietro Lai (DSGA)"."""
    if one.title is not None or one.company is None or organisations.legal_form(one.company.value):
        return one
    return replace(one, title=replace(one.company, field="title"))


def _unlabelled(item: Item, text: str) -> list[Entry]:
    """People on a line of their own at the top of notes: "Ana Reis (buyer), Tom" says itself what it is."""
    position = 0
    for number, line in enumerate(text.splitlines(keepends=True)[:8]):
        bare = line.strip()
        if number and bare and len(bare) < 200 and re.search(r"\([^)\d]{2,60}\)", bare):
            places = list(lists.cut(text, position, position + len(line.rstrip())))
            entries = [entry_of(item, text, *place, None) for place in places]
            told = any(one is not None and not one.ours and (one.title or one.company) for one in entries)
            if told and all(one is not None for one in entries):
                return [one for one in entries if one is not None]
        position += len(line)
    return []


#: What a list puts before or after the name of a side.
_SIDE = re.compile(
    r"^(?:côté|cote|from|for|seitens|von|seite|lato|lado|por parte de|da parte di|van|namens|po stronie|ze strony|per|"
    r"pelo|pela|do lado d[aeo])\s+|[\s-]*(?:side|seite|team|zijde)$",
    re.IGNORECASE,
)


def entry_of(item: Item, text: str, start: int, end: int, about: tuple[int, int] | None) -> Entry | None:
    line = text[start:end]
    cut = re.search(r"\s*[(<\[,;|]|\s[-–—]\s|\s(?:from|at|von|de|chez|van|da)\s(?=[A-ZÀ-Ý])", line)
    if cut is not None and re.match(r"\s(?:de|van|von|da)\s[^,(]+\s*(?:$|[(,])", cut.group() + line[cut.end() :]):
        later = re.search(r"\s*[(<\[,;|]|\s[-–—]\s", line)  # "Marijke de Vries (owner)" is her name
        whole = line[: later.start()] if later else line
        cut = later if len(whole.split()) <= 4 and not organisations.has_word(whole) else cut
    first = trimmed(text, start, start + cut.start() if cut else end, "*_-")
    name = people.clean(first.text)
    if not name or people.shape(name) < 0.3 or "@" in name or len(name.split()) > 5:
        return None
    if titles.score(name) >= 0.9 and not _is_called_like_a_job(first.text, name, text[first.end : end]):
        return None
    title = company = email = None
    ours = item.us.employs(name) or is_one_of_us(item, name)
    pieces = list(re.finditer(r"[^(),;|<>\[\]–—\n]+?(?=[(),;|<>\[\]–—\n]|\s-\s|$)", text[first.end : end]))
    pieces = [one for one in pieces if one.group().strip(" -*_")]
    for number, match in enumerate(pieces):
        piece = trimmed(text, first.end + match.start(), first.end + match.end(), "-*_ ")
        words = re.sub(r"^(?:from|at|von|bei|de|chez|van|da|z|ze)\s+", "", piece.text)
        at = piece.end - len(words)
        if not words:
            continue
        if "@" in words:
            email = Candidate("email", words.lower(), at, piece.end, 0.95, "attendance list")
            ours = ours or item.us.owns(words)
        elif is_us(item, words):
            ours = True
        elif title is None and (
            _is_title(words)
            or (
                not any(_is_title(one.group().strip(" -*_")) for one in pieces[number + 1 :])
                and _stands_for_title(words, number, len(pieces))
            )
        ):
            title = Candidate("title", words, at, piece.end, 0.85, "attendance list")
        elif company is None and words[:1].isupper() and organisations.is_plausible(words):
            company = Candidate("company", words, at, piece.end, 0.85, "attendance list")
    if about is not None and company is None:
        side = text[about[0] : about[1]].strip()
        bare = _SIDE.sub("", side).strip()
        if is_us(item, bare) or _OURS_LABEL.fullmatch(bare):
            ours = True
        elif not _THEIRS_LABEL.fullmatch(bare) and bare[:1].isupper():
            at = about[0] + text[about[0] : about[1]].find(bare)
            company = Candidate("company", bare, at, at + len(bare), 0.8, "attendance list")
    return Entry(Candidate("name", name, first.start, first.end, 0.92, "attendance list"), title, company, email, ours)


def is_one_of_us(item: Item, name: str) -> bool:
    """A first name, initials, or initial and surname ("T. Brandsma", "Lotte B.", "LB"), of somebody on our staff."""
    if name.isupper() and len(name) > 1 and name in {"".join(word[0] for word in one.split()) for one in item.us.staff}:
        return True
    shortened = len(name.split()) == 1 or any(len(letters(token)) == 1 for token in name.split())
    return shortened and any(shortens(name, one) for one in item.us.staff)


def shortens(name: str, full: str) -> bool:
    short, whole = [letters(token) for token in name.split()], [letters(token) for token in full.split()]
    if len(short) == 1:
        return bool(whole) and short[0] in (whole[0], whole[-1])
    return len(short) == len(whole) and all(b.startswith(a) for a, b in zip(short, whole, strict=True))


# "Frau Bauer", "Mr Baker": surnames that were jobs once.
_MR = re.compile(
    r"(?:Hrn?|Herrn?|Fr|Frau|Mrs?|Ms|M|Mme|Mlle|Sra?|Señora?|Sig(?:\.ra|nora?)?|dhr|mevr|mw|pan|pani|p|Dra?)\.?[ \t]",
    re.I,
)


def _is_called_like_a_job(written: str, name: str, behind: str) -> bool:
    """Whether a job's word is a surname here: behind a title of address, or with a job of its own after it."""
    first = name.split()[0]
    if len(name.split()) != 2 or not name.split()[1][:1].isupper() or titles.score(first) or titles.is_area(first):
        return False
    return _MR.match(written) is not None or any(_is_title(one.strip(" -*_")) for one in re.split(r"[(),;|]", behind))


def _stands_for_title(words: str, number: int, count: int) -> bool:
    """A job by its place: in small letters, or before the employer in "Name (job, employer)"."""
    if words[:1].isdigit() or organisations.legal_form(words):
        return False
    if words[:1].islower():
        return len(words.split()) <= 6
    return number == 0 and count == 2 and not organisations.has_word(words) and len(words.split()) <= 4


def _is_title(written: str) -> bool:
    if organisations.legal_form(written):
        return False
    return titles.score(written) >= 0.8 or titles.is_whole_area(written) or organisations.is_department(written)


def is_us(item: Item, words: str) -> bool:
    """Whether words name our own company, as people shorten it."""
    if re.fullmatch(r"\W*(?:us|we|wir|nous|our side|internal|intern)\W*", words, re.IGNORECASE):
        return True
    own, written = letters(item.us.company), letters(words)
    labels = {letters(domain.split(".")[0]) for domain in item.us.domains}
    return bool(len(written) >= 3 and own and (own.startswith(written) or written.startswith(own))) or written in labels


def turns_of(item: Item, text: str, listed: list[Entry]) -> list[Turn]:
    """The turns of a talk with their sides; notes as sections that we wrote."""
    found: list[Turn] = []
    name = (0, 0)
    for zone in item.zones:
        if zone.kind == "speaker":
            name = (zone.start, zone.end)
        elif zone.kind == "turn":
            speaker = text[slice(*name)].strip() or _speaker_at(item, zone.start)
            found.append(Turn(zone.start, zone.end, speaker, name=name))
            name = (0, 0)
    if not found:
        sections = [zone for zone in item.zones if zone.kind == "notes"]
        if not item.zones:
            return [Turn(0, len(text))]
        return [Turn(zone.start, zone.end) for zone in sections if text[zone.start : zone.end].strip()]
    ours = _our_speakers(item, text, found, listed)
    return [replace(turn, ours=turn.speaker in ours) for turn in found]


def _speaker_at(item: Item, place: int) -> str:
    """Who speaks at a place: a window may begin in the middle of a turn."""
    return next((one.speaker for one in item.locations if one.start <= place < one.end), "")


def with_our_speakers(item: Item) -> Item:
    """The item, knowing who of its speakers is on our side: a window of it may not tell."""
    listed = entries_of(item, item.text)
    ours = {turn.speaker for turn in turns_of(item, item.text, listed) if turn.ours and turn.speaker}
    ours |= {one.name.value for one in listed if one.ours}
    return replace(item, us=replace(item.us, staff=item.us.staff | ours))


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
    if item.us.employs(bare) or _OURS_LABEL.fullmatch(bare) or (about is not None and is_us(item, about[1])):
        return True
    if any(entry.ours and people.same_person(entry.name.value, bare) for entry in listed):
        return True
    known = by_name.get(bare.casefold())
    if known is not None and (item.us.owns(known.email) or (known.company and is_us(item, known.company))):
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
        if said and is_us(item, match[1].strip(" .,")):
            return True
    return False


def _pitch(text: str, turns: list[Turn], who: str) -> int:
    return len(
        {
            hit.group()
            for turn in turns
            if turn.speaker == who
            for hit in PITCH.finditer(flat(text[turn.start : turn.end]))
        }
    )
