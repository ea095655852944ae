"""Sums of money in European and US writing: value, currency, and what kind of sum it is.

Kinds: total (a price, a budget, a ceiling), unit (per seat, per month: never totalled), range (no single value),
other (a discount, freight, a turnover: not the price of the deal).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from crmllm.extraction.rules.text import flat, phrases

_SYMBOLS = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD",
    "dollars": "USD", "dolares": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "pfund": "GBP",
    "quid": "GBP",
    "chf": "CHF", "sfr": "CHF", "fr": "CHF", "franken": "CHF", "francs": "CHF", "franchi": "CHF", "pln": "PLN",
    "zł": "PLN", "zl": "PLN", "zloty": "PLN", "zlote": "PLN", "zlotych": "PLN", "zlotego": "PLN", "dolarow": "USD",
    "dollari": "USD", "dollaro": "USD", "funtow": "GBP", "sterline": "GBP", "libras": "GBP", "livres sterling": "GBP",
    "francos": "CHF", "frankow": "CHF",
    "sek": "SEK", "dkk": "DKK", "nok": "NOK", "kr": "SEK", "kronor": "SEK", "kroner": "DKK", "czk": "CZK",
    "kc": "CZK", "huf": "HUF", "ft": "HUF",
    "cad": "CAD", "c$": "CAD", "aud": "AUD", "a$": "AUD", "nzd": "NZD", "brl": "BRL", "r$": "BRL", "reais": "BRL",
    "real": "BRL", "mxn": "MXN",
    "pesos": "MXN", "inr": "INR", "₹": "INR", "rs": "INR", "rupees": "INR", "jpy": "JPY", "¥": "JPY", "yen": "JPY",
    "cny": "CNY", "rmb": "CNY",
    "sgd": "SGD", "s$": "SGD", "hkd": "HKD", "hk$": "HKD", "zar": "ZAR", "aed": "AED", "sar": "SAR", "try": "TRY",
    "₺": "TRY", "ron": "RON", "lei": "RON",
    "kes": "KES", "ksh": "KES", "ngn": "NGN", "₦": "NGN", "ghs": "GHS", "xof": "XOF", "xaf": "XAF", "fcfa": "XOF",
    "mad": "MAD", "tnd": "TND", "egp": "EGP", "ars": "ARS", "clp": "CLP", "cop": "COP", "pen": "PEN", "aoa": "AOA",
    "thb": "THB", "idr": "IDR", "myr": "MYR", "php": "PHP", "vnd": "VND", "twd": "TWD", "qar": "QAR", "kwd": "KWD",
    "bgn": "BGN", "rub": "RUB", "uah": "UAH", "ils": "ILS", "krw": "KRW", "teur": "EUR", "keur": "EUR",
    "meur": "EUR", "k€": "EUR", "t€": "EUR", "m€": "EUR", "tchf": "CHF", "kchf": "CHF", "kusd": "USD", "eurs": "EUR",
}  # fmt: skip
_LEADING_FACTOR = {
    "t€": 1000,
    "k€": 1000,
    "m€": 1_000_000,
    "teur": 1000,
    "keur": 1000,
    "meur": 1_000_000,
    "tchf": 1000,
    "kchf": 1000,
    "kusd": 1000,
}
_COUNTRY_CURRENCY = {
    "DE": "EUR", "AT": "EUR", "FR": "EUR", "ES": "EUR", "IT": "EUR", "NL": "EUR", "BE": "EUR", "PT": "EUR",
    "IE": "EUR", "FI": "EUR", "LU": "EUR", "GR": "EUR",
    "SK": "EUR", "SI": "EUR", "HR": "EUR", "US": "USD", "GB": "GBP", "CH": "CHF", "PL": "PLN", "SE": "SEK",
    "DK": "DKK", "NO": "NOK", "CZ": "CZK", "HU": "HUF",
    "CA": "CAD", "AU": "AUD", "BR": "BRL", "MX": "MXN", "IN": "INR", "JP": "JPY", "SG": "SGD", "NZ": "NZD",
    "TR": "TRY", "RO": "RON",
}  # fmt: skip
_FACTORS: tuple[tuple[str, int], ...] = (
    (r"k|tsd\.?|tys\.?|tysi[ae]\w+|tausend|thousand|mila|mil(?!\w)|duizend|mille|grand", 1000),
    (
        r"mio\.?|mill?ion(?:s|en|es|i|ow|y|a)?|miljoenen|mln\.?|mn|mm|millones|milioni|milhoes|milhao|miljoen|millon|"
        r"milione|m",
        1_000_000,
    ),
    (r"mrd\.?|mld\.?|bn|billions?|milliarden?|miliardi|milliards?|b", 1_000_000_000),
    (r"lakhs?|lacs?", 100_000),
    (r"crores?|cr", 10_000_000),
)
_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,3})?(?!\d)"
_FACTOR = "|".join(f"(?:{words})" for words, _ in _FACTORS)
_UNIT = "|".join(sorted(map(re.escape, _SYMBOLS), key=len, reverse=True))
_MONEY = re.compile(
    rf"(?<![\w.,/-])(?:(?P<before>{_UNIT})\.?[ \u00a0]?)?(?P<number>{_NUMBER})(?:,[-–]{{1,2}}|\.[-–]{{1,2}})?"
    rf"(?:[ \u00a0\u202f]?(?P<factor>{_FACTOR})(?![a-z]))?(?:[ \u00a0\u202f]?(?:de |d'|"
    rf"\()?(?P<after>{_UNIT})(?![a-z]))?(?![\d%])",
)
_RANGE_JOIN = re.compile(r"^\s*(?:-|–|—|to|bis|a|y|e|et|and|und|en|tot|ate|hasta|bis zu)\s*$")
_RANGE_OPEN = re.compile(r"(?:between|zwischen|entre|tra|fra|tussen|from|von|de|da|van)\s*$")
_EACH_OF = (
    r"(?:uni[a-z]*|seat|user|month|piece|licen\w*|lizenz|week|day|hour|head|person\w*|box|device|pallet|stuks?|stuck|"
    r"maand|"
    r"mes[ei]?|mois|gebruiker|nutzer|utilisateur|usuario|utente|pezzo|pieza|peca|poste|puesto|postazione|monat|tag|"
    r"stunde|"
    r"jour|heure|dia|hora|giorno|ora|metre|meter|kg|lit\w+|nacht|night|item|employee|mitarbeiter|arbeitsplatz|lote|"
    r"caja|"
    r"scatola|doos|kiste|karton|carton)(?!\w)"
)
_PER = re.compile(
    r"^\s*(?:\([^)]{0,20}\)\s*)?(?:net\w*\s+|netto\s+|ht\s+)?"
    rf"(?:/\s?\w+|(?:per|par|por) {_EACH_OF}|pro (?!jahr)\w+|je\s+\w+|each|apiece|"
    r"a (?:piece|month|unit|seat|user|head)|monthly|p\.?\s?m\.?(?!\w)|das stuck|monatlich|(?:la )?piece|l'unite|"
    r"chacun\w*|mensuel\w*|cada un\w|la unidad|al mes|mensual\w*|"
    r"a testa|cad(?:auno|\.)|al (?:pezzo|mese)|l'uno|mensil\w*|a unidade|cada|pp(?!\w)|p\.p\.)"
)
# "At 48,600 total": the whole, whatever is counted before it.
_ALTOGETHER = re.compile(
    r"^\s*(?:(?:in|im|en|au|no|w)\s+)?(?:total\w*|totaal|insgesamt|gesamt|altogether|overall|all[- ]in|complessiv\w+|"
    r"lacznie|razem)(?!\w)"
)
_PER_BEFORE = re.compile(
    r"(?:unit price|price per \w+|per[- ]unit(?: price)?|stuckpreis|einzelpreis|preis pro \w+|prix unitaire|"
    r"prix par \w+|precio unitario|prezzo unitario|"
    r"stukprijs|preco unitario|list price per \w+|je|\d\s+(?:[\w-]+\s+){1,4}(?:a|at|zu))\W*(?:is|of|von|de|di|van|"
    r"est|es|e|ist|at|bei)?\W*$"
)
_NOT_DEAL = phrases(
    """
    discount; rebate; off; shipping; freight; delivery fee; deposit; penalty; turnover; revenue; share capital;
    capital; vat; tax; damage; damages; credit note; refund; fine; salary; fee waived; invest*; raised; funding;
    valuation; loss; losses; save; saves; saving*; rabatt; nachlass; skonto; versand; versandkosten; fracht;
    anzahlung; umsatz; stammkapital; mwst; steuer; schaden; gutschrift; erstattung; lieferkosten; mahngebuhr*; gehalt;
    remise; rabais; port; livraison; acompte; chiffre d'affaires; tva; avoir; remboursement; frais de port; frais;
    descuento; envio; anticipo; facturacion; iva; portes; reembolso; fianza; sconto; spedizione; acconto; fatturato;
    rimborso; trasporto; korting; verzendkosten; aanbetaling; omzet; btw; terugbetaling; desconto; frete; sinal;
    faturacao; reembolso; rabat*; upust*; zaliczk*; zadatek; obrot*; przychod*; kaucj*; dostaw*; fracht; zwrot*;
    list price*; rrp; listenpreis*; prix catalogue; prix public; precio de lista; precio de catalogo;
    prezzo di listino; prezzi di listino; catalogusprijs; adviesprijs; preco de tabela; cena katalogowa;
    ceny katalogowej; cennik*
"""
)
_TOO_MUCH = re.compile(
    r"^[^.!?;\d]{0,24}\b(?:too (?:much|high|expensive|far|steep|rich)|out of reach|zu (?:teuer|hoch|viel)|trop (?:"
    r"cher|eleve|haut)\w*|demasiad\w+|troppo|te (?:duur|veel|hoog)|muito acima|demais|"
    r"za (?:drogo|duzo|wysok\w+))\b"
)
_GROSS_BEFORE = re.compile(
    r"(?:\bgross|\bbrutto\w*|\bttc|\binc(?:l\w*)?\.? (?:vat|btw)|\binkl\.? (?:mwst|ust)|\biva inclu(?:id[oa]|sa)|"
    r"toutes taxes comprises)"
    r"\W*(?:total\w*|amount|price|betrag|summe)?\W*(?:is|of|von)?\W*(?:[a-z]{3}|[€$£])?\s*$"
)
_GROSS = re.compile(
    r"^\W*(?:gross|inclusive\b|including (?:vat|tax)|vat inclu|brutto|ttc|iva incluid[oa]|iva inclusa|"
    r"incl(?:uding|\.|usive)?(?: of)? (?:vat|btw|tva|iva)|"
    r"inkl\.? \w*(?:mwst|ust)|inc\.? vat|con iva|com iva|toutes taxes|lordi|bruto)"
)
_NET = re.compile(
    r"^\W*(?:net\b|netto|ht\b|hors taxes?|zzgl|plus (?:vat|mwst)|excl\w*|exkl\w*|ohne mwst|before (?:vat|tax)|"
    r"\+ ?(?:vat|btw|mwst|tva)|bez vat|hors tva|ex\.? vat|sin iva|mas iva|\+ ?iva|piu iva|oltre iva|"
    r"acrescid\w+ d[eo] iva|mais iva|plus (?:tva|btw|ust)|\+ ?ust|hors t\.v\.a|powiekszon\w+ o vat|"
    r"sem iva|neto|netti)(?!\w*\s*:)"
)
_TOTAL = phrases(
    """
    total; in total; overall; budget; ceiling; cap; limit; maximum; max; up to; at most; altogether; sum; all in;
    all-in; contract value; order value; deal value; purchase price; offer of; agree*; accept*; settle*; final;
    gesamt; gesamtpreis; gesamtbetrag; gesamtsumme; gesamtwert; insgesamt; auftragswert; auftragssumme; bestellwert;
    obergrenze; hochstens; maximal; bis zu; angebotspreis; summe; pauschal; festpreis; einverstanden; enveloppe;
    plafond; montant; montant total; au total; jusqu'a; maximum; d'accord; accord; presupuesto; importe;
    importe total; en total; como maximo; hasta; tope; techo; acuerdo; totale; in totale; importo; tetto; massimo;
    fino a; complessiv*; accordo; totaal; totaalbedrag; plafond; maximaal; tot; bedrag; akkoord; orcamento; montante;
    valor; valor total; no total; ate; no maximo; teto; acordo; razem; lacznie; w sumie; ogolem; budzet*; kwot*;
    maksymaln*; maksimum; do kwoty; zgoda
"""
)
_MONEY_WORD = phrases(
    """
    budget; price; priced; cost; costs; spend; pay; quote; offer; total; amount; value; ceiling; figure; preis;
    kosten; angebot; betrag; summe; obergrenze; prix; cout; montant; offre; devis; enveloppe; precio; coste; importe;
    presupuesto; oferta; prezzo; costo; importo; offerta; prijs; bedrag; offerte; preco; custo; valor; orcamento;
    proposta; budzet*; cena; cene; koszt*; kwot*; oferta
"""
)


@dataclass(frozen=True, slots=True)
class Found:
    """A sum: its value, currency (empty where not written), place, kind and how sure."""

    value: Decimal
    currency: str
    start: int
    end: int
    kind: str  # total, unit, range, other
    stated_total: bool
    net: bool
    gross: bool
    confidence: float


def currency_of(country: str) -> str:
    """The currency of a country, empty where unknown."""
    return _COUNTRY_CURRENCY.get(country.upper(), "")


def number(written: str, *, scaled: bool = False) -> Decimal:
    """The value of a written number: the last separator is decimal unless exactly three digits follow it."""
    digits = re.sub(r"['’\u00a0\u202f ]", "", written)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return Decimal(digits)
    both = "." in digits and "," in digits
    repeated = digits.count(digits[last]) > 1
    decimals = len(digits) - last - 1
    if repeated or (decimals == 3 and not both and not scaled):
        return Decimal(re.sub(r"[.,]", "", digits))
    return Decimal(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])


def plain(value: Decimal) -> str:
    """A value as a plain decimal without trailing zeros: 52000, 1249.5."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def find(text: str, start: int = 0, end: int | None = None) -> list[Found]:
    """Every sum between two places. Numbers without a currency count only beside a word such as "budget"."""
    limit = len(text) if end is None else end
    folded = flat(text)
    matches = [match for match in _MONEY.finditer(folded, start, limit) if _is_money(folded, match, limit)]
    found: list[Found] = []
    skip_until = -1
    for index, match in enumerate(matches):
        if match.start() < skip_until:
            continue
        value, currency = _value(match)
        partner = _range_partner(
            folded,
            match,
            matches[index + 1] if index + 1 < len(matches) else None,
            limit,
        )
        if partner is not None:
            found.append(
                Found(
                    value,
                    currency,
                    match.start(),
                    partner,
                    "range",
                    False,
                    False,
                    False,
                    0.9,
                )
            )
            skip_until = partner
            continue
        after, before = (
            folded[match.end() : min(limit, match.end() + 40)],
            folded[max(start, match.start() - 45) : match.start()],
        )
        before = re.split(r"[.!?\n;](?:\s|$)", before)[-1]
        kind = (
            "unit"
            if _PER.match(after) or (_PER_BEFORE.search(before) and not _ALTOGETHER.match(after))
            else "other"
            if _is_other(before, after) or _TOO_MUCH.match(after)
            else "total"
        )
        context = before[-40:] + " " + re.split(r"[.!?\n]", after)[0]
        stated = bool(_TOTAL.search(context))
        confidence = (0.9 if currency else 0.7) + (0.05 if stated else 0.0)
        found.append(
            Found(
                value,
                currency,
                match.start(),
                match.end(),
                kind,
                stated,
                bool(_NET.match(after)),
                bool(_GROSS.match(after) or (_GROSS_BEFORE.search(before) and not _NET.match(after))),
                confidence,
            )
        )
    return found


# "Offer 3318": papers have numbers, and a sum behind one has a sign, a mark of thousands or a preposition.
_NUMBERED = re.compile(
    r"\b(?:offer|quote|quotation|proposal|contract|angebot|auftrag|offre|devis|commande|contrat|oferta|presupuesto|"
    r"pedido|contrato|offerta|preventivo|ordine|contratto|offerte|bestelling|proposta|orcamento|encomenda|"
    r"ofert[aeyę]|zamowieni[ea])\s*$"
)


def _is_money(folded: str, match: re.Match[str], limit: int) -> bool:
    if (
        match["before"] in {"fr", "rs", "ft", "kr", "real", "try", "lei"}
        and match["number"].isdigit()
        and len(match["number"]) < 2
    ):
        return False
    if match["before"] or match["after"]:
        return True
    value, _ = _value(match)
    if value < 500 or _looks_like_year(match) or folded[match.end() : match.end() + 1] in {"-", "/"}:
        return False
    around = folded[max(0, match.start() - 40) : match.start()]
    around = re.split(r"[.!?\n;](?:\s|$)", around)[-1]
    if re.search(
        r"(?:no|nr|num\w*|#|order|invoice|ticket|case|rechnung|bestellung|kunden\w*|tel\w*|phone|plz|id)\.?\s*:?\s*$",
        around,
    ):
        return False
    if match["number"].isdigit() and _NUMBERED.search(around):
        return False
    if (
        match["factor"] is None
        and re.match(r"\s*(?:[a-z]{4,}|x\b|st\b)", folded[match.end() : limit])
        and not re.match(
            r"\s*(?:net|gross|netto|brutto|total|max|for|fur|pour|para|per|voor|excl|plus|inc|and|or|with|before|"
            r"until)",
            folded[match.end() : limit],
        )
    ):
        return False  # "5000 employees"
    return _MONEY_WORD.search(around) is not None


def _looks_like_year(match: re.Match[str]) -> bool:
    return match["factor"] is None and re.fullmatch(r"(?:19|20)\d\d", match["number"]) is not None


def _value(match: re.Match[str]) -> tuple[Decimal, str]:
    before, after, factor = (
        match["before"] or "",
        match["after"] or "",
        match["factor"] or "",
    )
    value = number(match["number"], scaled=bool(factor))
    for words, multiple in _FACTORS:
        if factor and re.fullmatch(words, factor):
            value *= multiple
            break
    else:
        value *= _LEADING_FACTOR.get(after, _LEADING_FACTOR.get(before, 1))
    currency = _SYMBOLS.get(before) or _SYMBOLS.get(after) or ""
    return value, currency


def _range_partner(folded: str, match: re.Match[str], following: re.Match[str] | None, limit: int) -> int | None:
    """Where a range that starts with this number ends ("40-50k", "between 40k and 50k"); None where it is none."""
    if following is not None and _RANGE_JOIN.match(folded[match.end() : following.start()]):
        joint = folded[match.end() : following.start()].strip()
        opened = _RANGE_OPEN.search(folded[max(0, match.start() - 12) : match.start()].rstrip())
        if joint in {"-", "–", "—", "to", "bis", "a", "tot", "ate", "hasta"} or opened:
            return following.end()
    before = folded[max(0, match.start() - 24) : match.start()]
    lower = re.search(
        rf"(?<![\w.,])(?:{_UNIT})?\s?(?:{_NUMBER})\s?(?:{_FACTOR})?\s*(?:-|–|—|to|bis|a|tot|hasta|ate)\s*(?:{_UNIT})?$",
        before,
    )
    if lower is not None:
        return match.end()
    opened_pair = re.search(
        rf"(?:between|zwischen|entre|tra|fra|tussen)\s+(?:{_UNIT})?\s?(?:{_NUMBER})\s?(?:{_FACTOR})?\s+\w{{1,3}}\s*$",
        before,
    )
    return match.end() if opened_pair is not None else None


def _is_other(before: str, after: str) -> bool:
    near = before[-28:]
    last = next(reversed(list(_NOT_DEAL.finditer(near))), None)
    if (
        last is not None
        and not re.search(
            r"(?:zzgl|plus|excl\w*|without|ohne|after|nach|incl\w*|inkl)\W*\w*\W*$",
            near[: last.start()],
        )
        and not _TOTAL.search(near[last.end() :])
    ):
        return True
    return (
        re.match(
            r"\W*(?:off\b|discount|rabatt|de remise|de descuento|di sconto|korting|de desconto|in damages|turnover|"
            r"revenue|umsatz|ouvertur|versand|shipping)",
            after,
        )
        is not None
    )


def _is_gross_of(one: Found, totals: list[Found]) -> bool:
    """Whether a sum is a net one with its tax, stated behind it: "15.200 € + IVA (totale 18.544 €)"."""
    return not one.net and any(
        other.net and 0 < one.start - other.end < 60 and Decimal("1.03") < one.value / other.value < Decimal("1.28")
        for other in totals
        if other.value > 0
    )


def deal_total(found: list[Found]) -> Found | None:
    """The sum of the deal: the last figure on the table, net where both stand; none beside ranges and unit prices."""
    totals = [one for one in found if one.kind == "total"]
    # "9 of them at 8,190 plus VAT (9,828 altogether)": what looked like a unit price is the net sum.
    totals = [one for one in found if one in totals or any(_is_gross_of(other, [one]) for other in totals)]
    if any(one.net for one in totals) or len({one.gross for one in totals}) == 2:
        totals = [one for one in totals if not one.gross and not _is_gross_of(one, totals)]
    if not totals:
        return None
    if found and found[-1].kind == "range" and not any(one.stated_total for one in totals):
        return None
    stated = [one for one in totals if one.stated_total]
    return (stated or totals)[-1]
