"""Competitors that the customer's side names: those that we know, and others by the words around them.

"We also have an offer from Norvant" tells of a competitor that nobody has listed. Names that are ours, the customer's
own, a product's or a person's are none; nor is what is denied, long past, somebody else's, or only quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from crmllm.extraction.rules import cues, organisations, said, stance
from crmllm.extraction.rules.text import Piece, flat, letters, run, trimmed
from crmllm.extraction.types import Item

LISTED, WORDED, DOUBTED = 0.9, 0.5, 0.4
LONGEST = 600

_NAME = r"(?P<name>[A-Z0-9À-ÖØ-ÞĄĆĘŁŃÓŚŹŻ][\w&’'.-]*(?:[ \n](?:&[ \n])?[A-Z0-9À-ÖØ-ÞĄĆĘŁŃÓŚŹŻ][\w&’'.-]*){0,3})"
_GLUE = (
    r"(?:the |der |die |das |dem |den |firma |der firma |chez |la société |société |la empresa |empresa |la ditta |"
    r"ditta |o |a |os |firmy |spółki )?"
)

# Who offers: "an offer from N", "N has offered us", "cheaper than N", "we chose N". Case counts in the name alone.
_BEFORE = (
    # offers of somebody
    r"(?:offer|offers|quote|quotes|quotation|quotations|proposal|proposals|bid|bids) (?:from|by)",
    r"(?:angebot|angebote|offerte|offerten) (?:von|der|des|vom)",
    r"(?:offre|offres|devis|proposition|propositions) (?:de|du|des|d')",
    r"(?:oferta|ofertas|presupuesto|presupuestos|propuesta|propuestas|cotización) (?:de|del)",
    r"(?:offerta|offerte|preventivo|preventivi|proposta|proposte) (?:di|da|della|dalla|del|dal)",
    r"(?:offerte|offertes|aanbieding|aanbiedingen|voorstel|prijsopgave) van",
    r"(?:proposta|propostas|orçamento|orçamentos|oferta|ofertas) (?:de|da|do)",
    r"(?:ofertę|oferta|oferty|wycenę|propozycję) (?:od|firmy|z)",
    # by their name
    r"(?:competitor|competitors|rival|vendor|alternative supplier)(?: called| named| such as| like)?",
    r"(?:mitbewerber|wettbewerber|konkurrent|konkurrenten)(?: namens| wie)?",
    r"(?:concurrent|concurrents|concurrence)(?: comme| nommé)?",
    r"(?:competidor|competidores|concorrente|concorrenti|concorrentes|concurrent|konkurent|konkurenta|konkurencja)"
    r"(?: como| come| zoals)?",
    # compared with
    r"(?:compared|comparing)(?: \w+){0,3} (?:to|with)|(?:cheaper|faster|better) than",
    r"im Vergleich (?:zu|mit)|(?:günstiger|billiger|besser|schneller) als",
    r"par rapport à|moins chers? que|moins chères? que",
    r"en comparación con|más barat[oa]s? que",
    r"rispetto a|più economic[oaie]+ di|meno car[oaie]+ di",
    r"vergeleken met|goedkoper dan",
    r"em comparação com|mais barat[oa]s? (?:do )?que",
    r"w porównaniu (?:z|do)|tańsz\w+ niż",
    # taken instead
    r"(?:go|going|gone|went|signed) with|(?:chosen|chose|choose|selected|opted for|decided for|in favour of|in "
    r"favor of)",
    r"(?:entschieden|entscheiden) (?:wir )?(?:uns )?für|für",
    r"(?:avons|a|ont) (?:finalement )?(?:choisi|retenu)|opté pour",
    r"(?:elegido|escogido) a|optado por|hemos elegido",
    r"(?:abbiamo|ha) (?:infine )?scelto|optato per",
    r"(?:gekozen|kiezen) (?:we |wij )?voor",
    r"escolhemos(?: a| o)?|optámos por|optamos por",
    r"wybraliśmy|zdecydowaliśmy się na",
)
_AFTER = (
    r"(?:(?:has|have|had|also|just|already|now) )*(?:offered|quoted|is offering|offers|is quoting) us",
    r"(?:is|are|was) (?:\w+ )?(?:cheaper|much cheaper|less expensive)",
    r"(?:hat|haben) uns\b[^.!?]{0,60}\b(?:angeboten|geboten)|bietet uns|bieten uns",
    r"nous (?:a |ont )?(?:propose|proposé|offre|offert)",
    r"nos (?:ha |han )?(?:ofrece|ofrecido|ofrecen|propuesto)",
    r"ci (?:ha |hanno )?(?:offre|offerto|proposto|propone)",
    r"(?:biedt|bood|heeft|hebben) ons\b",
    r"(?:ofereceu|oferece|propôs)-nos|nos ofereceu",
    r"(?:zaoferował\w*|zaproponował\w*|oferuje|proponuje) nam",
)
_THEIR_PERSON = re.compile(r"\b(?:[Tt]heir|[Ii]hr|[Ll]eur|[Ll]oro|[Hh]un|[Ii]ch) $")
# "für" alone is too much: only where the sentence decides.
_DECIDES = re.compile(r"\bentschieden\b|\bentscheiden\b")
_FOREIGN = re.compile(
    r"\b(?:our|my|their|his|her) (?:customers?|clients?|friends?|neighbou?rs?)|\b(?:unser\w*|mein\w*) (?:kund\w+|"
    r"freund\w*|"
    r"nachbar\w*)|\b(?:notre|nos|mon) (?:clients?|amis?|voisins?)|\b(?:nuestr[oa]s?|mi) (?:clientes?|amig[oa]s?|"
    r"vecinos?)|"
    r"\b(?:il nostro|i nostri|un nostro|mio) (?:client[ei]|amic[oi]|vicin[oi])|\b(?:onze?|mijn) (?:klant\w*|vriend\w*|"
    r"buur\w*)|\b(?:o nosso|os nossos|meu) (?:clientes?|amigos?|vizinhos?)|\b(?:nasz\w*|moj\w*) (?:klient\w*|"
    r"znajom\w*|"
    r"sasiad\w*)"
)
_DENIED = re.compile(
    r"\b(?:no|not|never|neither|without|don't|do not|haven't|have not|isn't|kein\w*|nicht|ohne|weder|pas|aucun\w*|"
    r"sans|ni|"
    r"ningun\w*|sin|nessun\w*|senza|non|geen|niet|zonder|nao|nenhum\w*|sem|nie|zadn\w*|bez)\b[^,;:.!?]*$"
)
_RULED_OUT = re.compile(
    r"\b(?:ruled out|turned down|declined|rejected|dropped|stopped using|moved away from|left|switched from|"
    r"instead of|rather "
    r"than|abgelehnt|ausgeschlossen|statt|anstatt|au lieu de|ecarte|quitte|en lugar de|descartado|invece di|"
    r"scartato|in plaats "
    r"van|afgewezen|em vez de|descartamos|zamiast|odrzucil\w*)\b"
)
_NO_NAMES = frozenset(
    """
    january february march april may june july august september october november december januar februar marz
    mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre octobre novembre
    decembre enero febrero marzo mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio
    aprile maggio giugno luglio settembre ottobre dicembre januari februari maart mei augustus monday tuesday
    wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag lundi mardi mercredi
    jeudi vendredi lunes martes miercoles jueves viernes lunedi martedi mercoledi giovedi venerdi maandag
    dinsdag woensdag donderdag vrijdag q1 q2 q3 q4 you your yours us our ihnen ihrer ihr sie vous votre usted
    ustedes su voi vostra lei u uw jullie voces vossa panstwa pana pani mr mrs ms dr herr frau herrn monsieur
    madame senor senora signor mevrouw meneer i we wir ich it the last today yesterday
    """.split()
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A competitor named in the text: our own name for it where we list it, its place, how sure."""

    name: str
    start: int
    end: int
    confidence: float
    listed: bool


def find(item: Item, others: Iterable[str] = ()) -> list[Mention]:
    """The competitors that the customer's side names. `others` are names that are none: people and companies found."""
    spoken = said.by_customer(item)
    own = {letters(name) for name in (item.us.company, *item.products, *others) if name}
    own |= {letters(domain.split(".")[0]) for domain in item.us.domains}
    found: dict[str, Mention] = {}
    for _, sentence in spoken.sentences():
        if len(sentence.text) > LONGEST or _is_off(sentence):
            continue
        for one in (*_listed(sentence, item.rivals), *_worded(sentence, item)):
            key = letters(one.name)
            known = any(
                key == name or (len(key) > 3 and (name.startswith(key) or key.startswith(name))) for name in own
            )
            if known or _is_denied(sentence, one):
                continue
            twin = next((name for name in found if name.startswith(key) or key.startswith(name)), key)
            if twin not in found or (one.listed and not found[twin].listed):
                found[twin] = one
    return sorted(found.values(), key=lambda one: one.start)


def _is_off(sentence: Piece) -> bool:
    folded = run(sentence.text)
    return bool(_FOREIGN.search(folded)) or cues.is_past(sentence.text)


def _is_denied(sentence: Piece, one: Mention) -> bool:
    before = run(sentence.text)[: one.start - sentence.start]
    return bool(
        _DENIED.search(before)
        or _RULED_OUT.search(before.rsplit(",", 1)[-1])
        or stance.is_reported(before)
        or stance.is_conditional(before)
    )


@lru_cache(maxsize=16)
def _patterns(rivals: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    """One pattern for each written form, longest first. A short form or plain word needs its capitals."""
    made = []
    for written, name in sorted(rivals, key=lambda pair: -len(pair[0])):
        tokens = re.findall(r"[^\s-]+", written)
        if tokens:
            made.append((re.compile(r"(?<![\w@.-])" + r"[\s-]+".join(map(re.escape, tokens)) + r"(?![\w@]|-\w)"), name))
    return tuple(made)


def _listed(sentence: Piece, rivals: tuple[tuple[str, str], ...]) -> Iterator[Mention]:
    for pattern, name in _patterns(rivals):
        for match in pattern.finditer(sentence.text):
            sure = DOUBTED + 0.2 if stance.is_doubted(run(sentence.text)[: match.start()]) else LISTED
            yield Mention(name, sentence.start + match.start(), sentence.start + match.end(), sure, True)


_WORDING = [
    *(re.compile(rf"(?<![\w])(?i:{lead})[ \n](?i:{_GLUE}){_NAME}") for lead in _BEFORE),
    *(re.compile(rf"(?<![\w]){_NAME}[ \n](?i:{tail})") for tail in _AFTER),
]


def _worded(sentence: Piece, item: Item) -> Iterator[Mention]:
    for pattern in _WORDING:
        for match in pattern.finditer(sentence.text):
            place = trimmed(sentence.text, *match.span("name"), ".,;:'’-")
            place = _without_small_words(sentence.text, place)
            if not _is_company(place.text, item):
                continue
            if len(place.text.split()) == 1 and re.search(rf"(?<!\w){re.escape(place.text.lower())}(?!\w)", item.text):
                continue  # an ordinary word at a sentence's beginning
            if _THEIR_PERSON.search(sentence.text[: place.start]):
                continue
            if match.group().casefold().startswith("für") and not _DECIDES.search(run(sentence.text)):
                continue
            sure = DOUBTED if stance.is_doubted(run(sentence.text)[: place.start]) else WORDED
            yield Mention(place.text, sentence.start + place.start, sentence.start + place.end, sure, False)


def _without_small_words(text: str, place: Piece) -> Piece:
    """A name without the article or the greeting that a sentence's beginning writes with a capital."""
    tokens = list(re.finditer(r"\S+", place.text))
    while tokens and flat(tokens[0].group()).strip(".") in _OPENING:
        tokens.pop(0)
    start = place.start + (tokens[0].start() if tokens else len(place.text))
    return trimmed(text, start, place.end)


_OPENING = frozenset(
    "the der die das le la les el los il lo gli i o os a an also but and und et y e en mais aber maar ale".split()
)


def _is_company(name: str, item: Item) -> bool:
    tokens = [flat(token).strip(".'’-") for token in name.split()]
    if not tokens or len(name) < 3 or len(name) > 60 or not organisations.is_plausible(name):
        return False
    if any(token in _NO_NAMES for token in tokens) or not any(char.isalpha() for char in name):
        return False
    if name[:1].isdigit() and len(tokens) == 1:
        return False
    return not item.us.employs(name) and not any(
        flat(one).split()[0] == tokens[0] for one in item.us.staff if one.split()
    )
