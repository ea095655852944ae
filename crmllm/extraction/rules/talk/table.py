"""One deal out of all turns: what the customer says, what we say and they agree to; the last figure counts."""

from __future__ import annotations

import re
from dataclasses import replace

from crmllm.extraction.rules import (
    dates,
    deals,
    foreign_offers,
    money,
    products,
)
from crmllm.extraction.rules.talk.sides import Turn
from crmllm.extraction.rules.text import Candidate, flat, letters, run
from crmllm.extraction.types import Item

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
    r"quanto|hoeveel|orcamento|darf (?:das|es|der spas) kosten|(?:can|may|should) it cost|mag (?:het|dat) kosten|"
    r"(?:puede|podria) costar|pode custar|moze kosztowac)\b"
)
_PRICED = re.compile(
    r"\d[\d.,' ]*(?:€|\$|£|eur\w*|euros?|usd|dollars?|gbp|pounds?|chf|pln|zl|zlotych)(?!\w)[^?]*\?|[€$£]\s?\d[^?]*\?"
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


# "Do you have other offers?": the sum in the answer is somebody else's.
_OF_OTHERS = re.compile(
    r"\b(?:other|another|competing|andere[nrs]?|weitere[nrs]?|autres?|otr[oa]s?|altr[aeio]|altre|un'altra|outr[oa]s?|"
    r"inn[aeyą]\w*)"
    r" (?:\w+ )?(?:offers?|quot\w+|bids?|suppliers?|vendors?|angebote?|anbieter\w*|lieferant\w*|offres?|devis|"
    r"fournisseurs?|ofertas?|presupuestos?|proveedor\w*|offert[ae]s?|preventiv[oi]|fornitor[ei]|leveranciers?|"
    r"aanbieders?|propostas?|orcamentos?|fornecedor\w*|ofert\w*|dostawc\w+)\b|\bvergleichsangebot\w*"
)
#: Counts of things near a product, and articles: in talk they are times of day as often as numbers.
_GUESSED = 0.62
_GIVEN_UP = re.compile(
    r"\b(?:trade[ -]?in|trading in|old|replace|replacing|instead of|alte[nrs]?|ersetzen|statt|ancien\w*|remplac\w*|"
    r"vieja?|reemplaz\w*|vecchi\w|sostitu\w*|oude|vervang\w*)\b[^.,;(]{0,20}$"
)


def deal_of(item: Item, text: str, turns: list[Turn], country: str, month_first: bool) -> deals.Deal:
    """One deal out of all turns: what comes later counts, what the customer says before what we say."""
    whole = deals.Deal()
    best = -1.0
    offered: list[deals.Deal] = []
    sides = (*foreign_offers.sides(item, ()), *(turn.speaker for turn in turns))
    for index, turn in enumerate(turns):
        part = deals.read(
            text,
            turn.start,
            turn.end,
            sent_at=item.sent_at,
            names=item.products,
            country=country,
            month_first=month_first,
            sides=sides,
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
                    _take(whole, offered[-1], price_only=not offered[-1].products)
            whole.off += part.off
            continue
        question = turns[index - 1] if index and turns[index - 1].ours else None
        if question is not None:
            _answered(item, text, question, turn, part, country, month_first)
            if _OF_OTHERS.search(run(text[question.start : question.end])) and part.amount is not None:
                part.decoys.append(replace(part.amount, confidence=0.0, rule="competitor"))
                part.amount = part.currency = None
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
    deals.settle(whole)
    kept = {one.value for one in (*whole.products, whole.amount, whole.quantity) if one is not None}
    whole.decoys = [one for one in whole.decoys if one.value not in kept]
    return whole


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
    priced = _PRICED.search(asked) is not None  # "Still twelve thousand?" "Eleven eight."
    if part.amount is None and (priced or _ASKS_PRICE.search(asked)) and not _ASKS_COUNT.search(asked):
        for match in numbers[:1] if priced and numbers and numbers[0].start() < 16 else [] if priced else numbers:
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
