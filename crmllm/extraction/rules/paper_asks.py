"""What a paper asks for behind its labels: offers by a day, what a service report describes and what is wished."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from crmllm.extraction.rules import dates, requests
from crmllm.extraction.rules.text import Candidate, Piece, flat, lines, sentences, trimmed

LABEL = "label of a document"
_MARK = r"\s*(?:\([^)\n]*\))?\s*(?::|$)"
# By when offers are to be there. The words say what is asked for, the day behind them until when.
_OFFERS = re.compile(
    r"(?:(?:closing date|deadline|due date) for (?:tenders?|bids?|offers?|quotations?|quotes?|proposals?|responses)|"
    r"(?:tender|bid|quotation|proposal|submission|response)s? (?:deadline|due(?: date| by)?)|"
    r"submission of (?:tenders|bids|offers|quotations|proposals)|"
    r"(?:angebots|einreichungs|abgabe)(?:frist|schluss|termin)|(?:abgabe|einreichung|eingang) (?:der|des) angebote?s?|"
    r"(?:date limite (?:de|pour la) )?(?:remise|reception|depot|presentation) des (?:offres|plis|candidatures)|"
    r"(?:(?:fecha limite|plazo) (?:de|para la) )?(?:presentacion|entrega|recepcion) de (?:las )?(?:ofertas|propuestas)|"
    r"(?:(?:termine|scadenza)(?: ultimo)? (?:di|per la) )?(?:presentazione|ricezione|invio) (?:delle )?offerte|"
    r"(?:uiterste|sluitings)(?:datum|termijn)(?: (?:voor )?(?:het )?(?:indienen|indiening|ontvangst)?(?: van)?"
    r"(?: de)? ?(?:offertes?|inschrijving(?:en)?))?|indien(?:en|ing) (?:van )?(?:de )?offertes?|"
    r"(?:(?:prazo|data limite) (?:para|de) (?:a )?)?(?:apresentacao|entrega|envio|rececao) d[ae]s? propostas?|"
    r"termin (?:skladania|zlozenia|nadsylania) ofert\w*|skladanie ofert)"
    rf"(?:{_MARK}|\s+(?=(?:by|until|before|no later than|bis|spatestens|avant|au plus tard|hasta|antes|entro|uiterlijk|"
    r"voor|ate|do|najpozniej)\b|\d{1,2}[ ./]))"
)
# What the customer wishes, at the foot of a service report.
_WISHES = re.compile(
    r"(?:(?:customer|client)(?:'s)? (?:requests?|wishes|asks for)|requested (?:action|measures?)|action requested|"
    r"kundenwunsch|(?:gewunschte|erbetene|geforderte) massnahmen?|gewunscht(?: wird)?|forderung|bitte um|"
    r"demande du client|(?:action|intervention)s? (?:demandee|souhaitee)s?|"
    r"(?:peticion|solicitud)(?: del cliente)?|(?:accion|actuacion) solicitada|"
    r"richiest[ae](?: del cliente)?|intervento richiesto|"
    r"(?:verzoek|wens)(?: van de)?(?: klant)?|gewenste (?:actie|maatregel)|"
    r"(?:pedido|solicitacao)(?: do cliente)?|(?:acao|intervencao) (?:pedida|pretendida|solicitada)|"
    r"(?:zyczenie|zadanie|prosba) klienta|oczekiwan[ea] (?:dzialani[ea]|rozwiazanie)|wnioskowane dzialanie)"
    rf"{_MARK}"
)
# What is wrong, in the middle of one.
_TROUBLE = re.compile(
    r"(?:findings?|(?:fault|defect|problem|issue|incident)(?: description)?|"
    r"description(?: of (?:the )?(?:fault|defect|problem|issue|incident))?|observations?|"
    r"(?:fehler|storungs|mangel|problem|schadens)?beschreibung|festgestellt\w*(?: mangel)?|befund|sachverhalt|"
    r"constat(?:ation)?s?|description (?:de la panne|du probleme|du defaut|de l'incident)|panne constatee|"
    r"descripcion(?: de la (?:averia|incidencia)| del (?:problema|fallo))?|averia|incidencia|"
    r"descrizione(?: del (?:guasto|problema|difetto))?|guasto|anomalia riscontrata|"
    r"omschrijving(?: van de (?:storing|klacht))?|(?:storings|klacht|probleem)omschrijving|bevindingen|"
    r"descricao(?: d[ao] (?:avaria|problema|anomalia))?|"
    r"(?:situacao|avaria|anomalia) (?:encontrada|detetada|verificada)|"
    r"opis(?: (?:usterki|awarii|problemu|wady))?|stwierdzono)"
    rf"{_MARK}"
)


def actions(text: str, *, sent_at: datetime | None, month_first: bool = False) -> list[requests.Action]:
    """What is asked of us behind labels, in order: offers by a day, and what the customer wishes."""
    found: list[requests.Action] = []
    for line, label, rest in labelled(text, _OFFERS):
        days = dates.find(text, sent_at, rest.start, rest.end, month_first=month_first)
        if not days:
            continue
        words = trimmed(text, line.start + _lead(line.text), line.start + label, " :*-–•")
        due = Candidate("due", days[0].day.isoformat(), days[0].start, days[0].end, 0.8, LABEL)
        found.append(requests.Action(Candidate("text", words.text, words.start, words.end, 0.7, LABEL), "us", due))
    for _, _, rest in labelled(text, _WISHES):
        wish = next(iter(sentences(text, rest.start, rest.end)), None)
        if wish is not None and len(wish.text.split()) > 1:
            found.append(requests.wished(text, wish, sent_at=sent_at, month_first=month_first, rule=LABEL))
    return found


_OFFER = re.compile(
    r"\b(?:offers?|quot\w+|tenders?|bids?|proposals?|\w*angebot\w*|offres?|devis|ofertas?|presupuesto\w*|offert[aei]s?|"
    r"preventiv\w+|propost\w+|orcament\w+|ofert\w*|wycen\w*)\b"
)


def without_repeats(found: list[requests.Action]) -> list[requests.Action]:
    """An offer is asked for once: the day behind a label or in a later sentence is that of the one asked for before."""
    offers = [one for one in found if one.owner == "us" and _OFFER.search(flat(one.text.value))]
    if not any(one.due for one in offers):
        return found
    return [one for one in found if one.due is not None or one not in offers]


def trouble(text: str) -> Candidate | None:
    """The sentence behind the label of what is wrong."""
    for _, _, rest in labelled(text, _TROUBLE):
        told = next((one for one in sentences(text, rest.start, rest.end) if len(one.text.split()) > 2), None)
        if told is not None:
            words = told.text.rstrip(" .!?,;:")
            return Candidate("summary", " ".join(words.split()), told.start, told.start + len(words), 0.6, LABEL)
    return None


_NUMBERED = re.compile(r"[ \-–•*#|]*(?:(?:\d{1,2}\.?)+[.)]?\s+|[a-z]\)\s+)?[ *_]*")


def _lead(line: str) -> int:
    """How long the bullet or the number before a label is."""
    match = _NUMBERED.match(line)
    return match.end() if match else 0


def labelled(text: str, label: re.Pattern[str]) -> Iterator[tuple[Piece, int, Piece]]:
    """Lines with such a label, how long it is, and what stands behind it: on its line, else under it to a gap."""
    rows = list(lines(text))
    for number, row in enumerate(rows):
        match = label.match(flat(row.text), _lead(row.text))
        if match is None:
            continue
        if rest := row.text[match.end() :].strip(" *|"):
            start = row.start + row.text.index(rest, match.end())
            yield row, match.end(), Piece(start, row.end, rest)
            continue
        below: list[Piece] = []
        for one in rows[number + 1 :]:
            if one.text:
                below.append(one)
            elif below:
                break
        if below:
            yield row, match.end(), Piece(below[0].start, below[-1].end, text[below[0].start : below[-1].end])
