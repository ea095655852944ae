"""What either side of a talk is to do: asked for, promised, or listed in notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crmllm.extraction.rules import (
    cues,
    dates,
    people,
    requests,
)
from crmllm.extraction.rules.talk import duties, offers
from crmllm.extraction.rules.talk.sides import Entry, Turn, is_one_of_us, is_us, shortens
from crmllm.extraction.rules.text import Candidate, flat, letters, lines, phrases, run, sentences, trimmed, words
from crmllm.extraction.types import Item

MAX_ACTIONS = 10


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
    have a look at your; la escucho; le escucho; mi dica; dites-moi tout; digame; slucham
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
_LAST_DAY = re.compile(r"\s(?P<day>\d{1,2}[./]\d{1,2})\.?$")
_BULLET = re.compile(r"^[ \t]*(?:[-*•–+▪]|\d{1,2}[.)])?[ \t]*(?:\[[ xX]\][ \t]*)?")
_DONE = re.compile(r"^[ \t]*(?:[-*•–+]|\d{1,2}[.)])?[ \t]*\[[xX]\]")


def actions_of(
    item: Item, text: str, turns: list[Turn], listed: list[Entry], month_first: bool
) -> list[requests.Action]:
    """What either side asks for or promises, in order, each once."""
    found: list[requests.Action] = []
    for index, turn in enumerate(turns):
        if not turn.speaker and item.kind == "meeting":
            continue
        doer = "us" if turn.ours else "them"
        found = offers.dated(text, turn.start, turn.end, found, doer, item.sent_at)
        for action in requests.find(text, turn.start, turn.end, sent_at=item.sent_at, month_first=month_first):
            words = flat(action.text.value)
            least = 2 if action.text.rule == "promise" and len(words) > 12 else 3
            if _CHATTER.search(words) or len(words.split()) < least or action.text.rule == requests.QUESTION:
                continue
            if offers.is_nod(words) or offers.is_delivery(words):
                continue
            if turn.ours and _OPEN_QUESTION.search(
                run(text[max(turn.start, action.text.start - 50) : action.text.start])
            ):
                continue
            owner = action.owner if not turn.ours else "us" if action.owner == "them" else "them"
            asked = [one for one in found if index and turns[index - 1].start <= one.text.start < turns[index - 1].end]
            if action.text.rule == "promise" and any(one.owner == owner for one in asked) and offers.is_echo(words):
                continue
            found.append(replace(action, owner=owner))
        answer = next((one for one in turns[index + 1 :] if one.ours != turn.ours), None)
        said = run(text[answer.start : answer.end]) if answer else ""
        for action in offers.offered(text, turn.start, turn.end, said, sent_at=item.sent_at, month_first=month_first):
            found.append(replace(action, owner=doer))
    for zone in item.zones:
        if zone.kind == "actions":
            found += _listed_actions(item, text, zone.start, zone.end, listed, month_first)
    if item.kind == "meeting":
        found += _noted_actions(item, text, turns, listed, month_first)
        found += _tabled_actions(item, text, listed, month_first)
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
        if not line.text or _DONE.match(line.text) or line.text.startswith("|"):
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
    begins = _OF_TWO.match(text, begin, stop) or _OF_ONE.match(text, begin, stop)
    if not owner and begins is not None:
        owner = _side(item, begins["who"], listed)  # "Ewa prześle zestawienie": no colon in between
        if not owner and (again := _OF_ONE.match(text, begin, stop)) is not None:
            owner = _side(item, again["who"], listed)
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
        lead = requests._LATE_DEADLINE.search(run(text[words.start : due.start]).replace("(", " "))
        words = trimmed(text, words.start, words.start + lead.start() if lead else due.start, " .;,(–-")
    if due is None and (last := _LAST_DAY.search(words.text)) is not None:  # "Piet wymieni czytnik 27.10"
        named = dates.find(f"({last['day']})", item.sent_at)
        if named and (item.sent_at is None or named[0].day >= item.sent_at.date()):
            begun = words.start + last.start("day")
            due = replace(named[0], start=begun, end=begun + len(last["day"]))
            words = trimmed(text, words.start, words.start + last.start(), " .;,(–-")
    bare = requests._without_ends(words.text)
    is_name = all(word[:1].isupper() for word in bare.split())
    if is_name and (item.us.employs(bare) or any(people.same_person(one.name.value, bare) for one in listed)):
        return None  # "Marlin: Piet Aldenhoff" says who was there
    at = words.start + max(0, words.text.find(bare[:12])) if bare else words.start
    if len(re.findall(r"[^\W\d_]{2,}", bare)) < 1 or len(bare) < 5 or (not owner and duties.is_next_meeting(bare)):
        return None
    return requests.Action(
        Candidate("text", " ".join(bare.split()), at, at + len(bare), 0.8 if owner else 0.65, "listed action"),
        owner or "us",
        Candidate("due", due.day.isoformat(), due.start, due.end, due.confidence * 0.9, f"due {due.kind}")
        if due
        else None,
    )


# How notes write down what is to be done: the plain verb, at the beginning or (German, Dutch) at the end.
_VERB_FIRST = re.compile(
    r"(?:(?:l[oae]s?|il|se|si)\s)?(?:\w{2,}(?:ar|er|ir|are|ere|ire|rre)(?:l[oaie]s?|les?|ne)?|"
    r"[^\W\d_]{3,}[sc]?c)(?:\s+sie)?\s"
)
_VERB_LAST = re.compile(r"(?:^|\s)(?P<verb>(?!ge|be?reits)[^\W\dA-ZÄÖÜ_]{3,}(?:en|eln|ern))$")
_NO_VERB = frozenset(
    "zufrieden einverstanden offen unzufrieden verboten eben neben wegen gegen oben unten beiden allen keinen einen "
    "seinen ihren meinen unseren diesen jeden anderen kosten daten wochen tevreden open binnen buiten boven morgen "
    "tegen samen zeven negen tien dagen weken personen".split()
)
_HONORIFIC = (
    r"(?:(?:(?:[OAoa]|[Dd](?:er|ie)|[Ll]a|[Ii]l|[Ee]l)[ \t]+)?"
    r"(?:(?:Hrn?|Fr|Herrn?|Frau|Mr|Mrs|Ms|M|Mme|Mlle|[Pp]|[Pp]ani?|Sra?|Sr\.?ª|Sig(?:\.ra|ra|nora?)?|dhr|mevr|mw|Dra?|"
    r"D|Dña|Señora?)\.?[ \t]+)|(?:[OA]|[Ll]a|[Ii]l|[Dd](?:er|ie))[ \t]+)"
)
_HONOURED = re.compile(rf"^{_HONORIFIC}(?=\S)")
_OF_ONE, _OF_TWO = (
    re.compile(
        rf"(?P<told>(?:AP|Action|TODO|Aktion)[ \t]+)?{_HONORIFIC}?"
        rf"(?P<who>[^\W\d_][\w'’-]*\.?{more})(?P<mark>[ \t]*(?::|->|=>|→))?[ \t]+"
    )
    for more in ("", r"[ \t][^\W\d_][\w'’-]*")
)


def _noted_action(
    item: Item, text: str, start: int, end: int, listed: list[Entry], month_first: bool
) -> requests.Action | None:
    """ "Lotte: offer by 3 May", "p. Kos prześle schemat": ours behind a colon, anybody's behind a verb of doing."""
    for lead in (_OF_TWO.match(text, start, end), _OF_ONE.match(text, start, end)):
        if lead is None or not (side := _side(item, lead["who"], listed)):
            continue
        does = duties.DOES.match(flat(text[lead.end() : end]))
        if not (does or lead["told"] or (lead["mark"] and (side == "us" or _is_to_do(text[lead.end() : end])))):
            continue
        action = _listed_action(item, text, lead.end(), end, listed, month_first)
        return replace(action, owner=side) if action is not None else None
    return None


def _is_to_do(words: str) -> bool:
    """Whether notes tell of something to be done: "enviar el plano", "Pläne schicken", "send the plan"."""
    folded = flat(words)
    if len(words.split()) < 2 or cues.is_past(words):
        return False
    if requests.is_command(folded) or _VERB_FIRST.match(folded):
        return True
    kept = requests._without_ends(words.strip(" .;")).strip()
    last = _VERB_LAST.search(re.split(r"[,(]", kept)[0].strip())
    return last is not None and flat(last["verb"]) not in _NO_VERB


def _tabled_actions(item: Item, text: str, listed: list[Entry], month_first: bool) -> list[requests.Action]:
    """The rows of a table that says who does what until when."""
    found = []
    for row in duties.rows(text):
        action = _listed_action(item, text, row.what.start, row.what.end, listed, month_first)
        if action is None:
            continue
        due = action.due
        if row.when is not None:
            days = dates.find(text, item.sent_at, row.when.start, row.when.end, month_first=month_first)
            due = (
                Candidate("due", days[0].day.isoformat(), days[0].start, days[0].end, 0.85, "due day") if days else due
            )
        found.append(replace(action, owner=_side(item, row.who.text, listed) or action.owner, due=due))
    return found


# German "will" is a wish.
_WANTS = re.compile(r"\bwill (?:die|den|das|der|dem|ein\w*|sich|noch|nicht|auch|kein\w*|im|in den|mit|bis|ab|alle)\b")


def _noted_actions(
    item: Item, text: str, turns: list[Turn], listed: list[Entry], month_first: bool
) -> list[requests.Action]:
    """Actions in the middle of notes: a line that begins with somebody who "will" or is "to" do something."""
    found = []
    for turn in turns:
        for sentence in sentences(text, turn.start, turn.end):
            bullet = _BULLET.match(sentence.text)
            begin = sentence.start + (bullet.end() if bullet else 0)
            if not _WANTS.search(sentence.text) and re.search(
                r"\b(?:to|will|wird|soll|va|doit|zal|→|->)\b|→|->", sentence.text[:60]
            ):
                action = _listed_action(item, text, begin, sentence.end, listed, month_first, owned=True)
                if action is not None and not cues.is_negated(sentence.text) and not cues.is_past(sentence.text):
                    found.append(action)
                    continue
            if _WANTS.search(sentence.text):
                continue
            past = cues.is_past(sentence.text) and not duties.PLEDGED.search(flat(sentence.text))
            if cues.is_negated(sentence.text) or past or len(sentence.text) > 160:
                continue
            noted = _noted_action(item, text, begin, sentence.end, listed, month_first)
            if noted is not None:
                found.append(noted)
    return found


_WE = re.compile(r"(?:we|us|me|i|wir|uns|ich|nous|moi|nosotros|noi|wij|ons|nós)", re.IGNORECASE)
_THEY = re.compile(
    r"(?:they|them|customer|client|cust|prospect|kunde|kundin|sie|eux|ils|elles?|ellos|cliente|klant|loro)",
    re.IGNORECASE,
)


def _side(item: Item, who: str, listed: list[Entry]) -> str:
    """us or them, for a name, initials, a pronoun or a company; empty for nobody."""
    who = _HONOURED.sub("", who).strip(" .")
    if _WE.fullmatch(who) or item.us.employs(who) or is_us(item, who):
        return "us"
    if _THEY.fullmatch(who):
        return "them"
    ours = [*item.us.staff, *(one.name.value for one in listed if one.ours)]
    theirs = [one.name.value for one in listed if not one.ours]
    theirs += [
        one.name
        for one in item.participants
        if one.name and not (item.us.employs(one.name) or is_one_of_us(item, one.name))
    ]
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
    if len(who.split()) > 1 and shortens(who, name):
        return True
    return who.casefold() in {name.casefold(), tokens[0].casefold(), tokens[-1].casefold()} if tokens else False
