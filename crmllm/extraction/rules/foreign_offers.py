"""What somebody else offers, told by their name: "the offer from Merrow is 9,000", "Merrow verlangt 9.000".

Their price is not the deal's. Whoever is neither we nor the customer counts as somebody else, known as a competitor or
not. Eight languages, folded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.cues import clauses
from crmllm.extraction.rules.text import Piece, letters, run
from crmllm.extraction.types import Item

_NAME = r"(?P<name>[\w&'-]+(?: (?:&|and|und|et|y|e|en|i)? ?[\w&'.-]+){0,2}?)"
_OFFER = (
    r"(?:(?:counter)?offers?|quotes?|quotations?|bids?|proposals?|prices?|angebote?s?|preise?|kostenvoranschlag|devis|"
    r"offres?|propositions?|prix|ofertas?|presupuestos?|propuestas?|precios?|offert[ae]|preventiv[oi]|propost[ae]|"
    r"prezz[oi]|offertes?|prijs|prijzen|propostas?|orcamentos?|precos?|ofert[ay]|wycen[ay]|cen[ay])"
)
_OF = (
    r"(?:of|from|by|von(?: der firma| firma)?|der firma|de chez|de la (?:societe|maison|empresa|casa)|de l'entreprise|"
    r"de|d'|del?la|dello|del|di|da|do|dos|van|firmy|od(?: firmy)?)"
)
# "The offer from Merrow"; in Polish the name follows by itself.
_THEIRS = re.compile(rf"\b{_OFFER} {_OF}(?:(?<=')| )(?:the |die |der |la |le |il |o |a |de |het )?{_NAME}(?![\w'-])")
_THEIRS_POLISH = re.compile(rf"\b(?:ofert[ay]|wycen[ay]|cen[ay]) {_NAME}(?![\w'-])")
_MONEY = r"[^.;!?\d]{0,25}?\d"
_ASKING = (
    r"(?:wants|asks(?: for)?|charges|demands|offers|(?:is|are|comes? in|came in) at|verlangt|bietet|nimmt|"
    r"(?:hat|haben) uns(?=.*\b(?:an)?geboten\b)|demande|propose|facture|offre|est a|pide|ofrece|cobra|esta en|chiede|"
    r"propone|fa|sta a|vraagt|biedt|rekent|zit op|pede|oferece|esta em|chce|oferuje|zada|proponuje|bierze|wycenila?)"
)
_WANTS = re.compile(rf"{_NAME} (?:has |now |only |just |nous |nos |os |ci |ons )?{_ASKING}(?= ){_MONEY}")
_FROM_THEM = re.compile(
    rf"\b(?:from|by|von|de chez|de|da|di|van|od) {_NAME} (?:we|i|haben|habe|liegt|nous|j'ai|on|tenemos|tengo|abbiamo|"
    rf"ho|hebben|heb|temos|tenho|mamy|mam)\b[^.;!?]*{_OFFER}"
)
# "They stay with Merrow, who ask 9,000".
_STAY = re.compile(
    r"\b(?:stay(?:s|ing|ed)? with|(?:went|gone|going) with|bleib\w* (?:wir |sie )?bei|restent (?:chez|avec)|"
    rf"quedan? con|restano con|blijv\w+ bij|ficam com|zostaja przy) (?:a |o |la |il |de )?{_NAME}(?![\w'-])"
)
_HAD_IN = re.compile(rf"\bhad {_NAME} (?:in|over|round)\b")
# Capital letters that name nobody else: the reader in languages that honour them so, titles, days, months, articles,
# those of the customer's side who grant money.
_NOBODY = frozenset(
    """
    ihnen ihr ihre ihrem ihren ihrer sie euch dir panstwa panstwo pana pani panu usted ustedes lei voi vostra suo sua u
    uw jullie vous votre you your yours us we i our mr mrs ms dr herr herrn frau monsieur madame mme sr sra sig dhr mevr
    pan nr no ref eur usd gbp chf pln vat net
    monday tuesday wednesday thursday friday montag dienstag mittwoch donnerstag freitag lundi mardi mercredi jeudi
    vendredi january february march april may june july august september october november december januar februar marz
    mai juni juli oktober dezember it that this who what he she they das es er der die wer ce cela il elle on eso esto
    dit dat het to ono isso the a an die la le les los las lo il gli un una une ein eine el de een o os as
    unser unsere unserem mein meine notre mon ma nuestro nuestra mi nostro nostra mio mia onze ons mijn nosso nossa meu
    minha nasz nasza nasze moj moja budget preis price prix precio prezzo prijs preco cena rabatt summe total
    board management finance head headquarters vorstand geschaftsfuhrung geschaftsleitung leitung chef chefin zentrale
    direction direccion gerencia direzione directie bestuur direcao zarzad dyrekcja centrala
    """.split()
)

_BETWEEN = frozenset("& and und et y e en i".split())
# Where common nouns are written small, a capital letter behind an article is a name: "A Merrow pede 9.000".
_ARTICLES = frozenset("a o la il le el".split())


def sides(item: Item, persons: Iterable[Person]) -> Iterator[str]:
    """The names of both sides: ours, and whoever writes or takes part."""
    yield from (item.us.company, *item.us.staff, *(domain.split(".")[0] for domain in item.us.domains))
    yield from (one.name for one in (item.sender, *item.recipients, *item.participants) if one is not None and one.name)
    for person in persons:
        yield from (one.value for one in (person.name, person.company) if one is not None)


def places(text: str, start: int, end: int, known: Iterable[str]) -> list[tuple[int, int, str]]:
    """Clauses that tell what somebody else asks or offers; `known` are the names of both sides and of our products."""
    own = {letters(part) for one in known for part in (one, *one.split()) if len(letters(part)) > 2}
    return [
        (clause.start, clause.end, "competitor")
        for clause in clauses(text, start, end)
        if re.search(r"\d", clause.text) and any(_is_somebody(name, own) for name in _named(clause))
    ]


def _named(clause: Piece) -> Iterator[str]:
    """The names in a clause that offer something, as written."""
    folded = run(clause.text)
    for pattern in (_THEIRS, _THEIRS_POLISH, _WANTS, _FROM_THEM, _STAY, _HAD_IN):
        for match in pattern.finditer(folded):
            yield clause.text[match.start("name") : match.end("name")]


def _is_somebody(name: str, own: set[str]) -> bool:
    """Whether words are a proper name, of neither side."""
    parts = name.split()
    if len(parts) > 1 and letters(parts[0]) in _ARTICLES:
        parts = parts[1:]
    if not parts or letters(parts[0]) in _NOBODY:
        return False
    if not all(part[:1].isupper() or part.casefold() in _BETWEEN for part in parts):
        return False
    return not any(letters(part) in own for part in (name, *parts))
