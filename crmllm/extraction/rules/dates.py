"""Dates as written and as meant, resolved against the mail's own date in the mail's own offset.

A period means its last day, a week its Friday, "mid-March" the 15th, "before X" X itself. Written by hand because the
words are few and the meaning of each is fixed by those rules; a general date parser is slower and guesses differently.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crmllm.extraction.rules.text import flat

_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "january jan januar janner janvier enero gennaio januari janeiro ene genn janv leden styczen stycznia styczniu",
        "february feb februar feber fevrier febrero febbraio februari fevereiro fev fevr febr luty lutego lutym",
        "march mar marz maerz mars marzo maart marco mrz mrt marzec marca marcu",
        "april apr avril abril aprile abr avr kwiecien kwietnia kwietniu",
        "may mai mayo maggio mei maio mag maj maja maju",
        "june jun juni juin junio giugno junho giu czerwiec czerwca czerwcu",
        "july jul juli juillet julio luglio julho lug juil lipiec lipca lipcu",
        "august aug aout agosto augustus ago sierpien sierpnia sierpniu",
        "september sep sept septembre septiembre settembre setembro set wrzesien wrzesnia wrzesniu",
        "october oct oktober okt octobre octubre ottobre outubro out ott pazdziernik pazdziernika pazdzierniku",
        "november nov novembre noviembre novembro listopad listopada listopadzie",
        "december dec dezember dez decembre diciembre dicembre dezembro dic grudzien grudnia grudniu",
    ),
    start=1,
):
    for _name in _names.split():
        _MONTHS.setdefault(_name.rstrip("."), _number)
_WEEKDAYS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "monday mon montag lundi lunes lunedi maandag segunda-feira segunda poniedzialek poniedzialku",
        "tuesday tue tues dienstag mardi martes martedi dinsdag terca-feira terca wtorek wtorku",
        "wednesday wed mittwoch mercredi miercoles mercoledi woensdag quarta-feira quarta sroda srode srody",
        "thursday thu thur thurs donnerstag jeudi jueves giovedi donderdag quinta-feira quinta czwartek czwartku",
        "friday fri freitag vendredi viernes venerdi vrijdag sexta-feira sexta piatek piatku",
        "saturday sat samstag sonnabend samedi sabado sabato zaterdag sobota sobote soboty",
        "sunday sun sonntag dimanche domingo domenica zondag niedziela niedziele niedzieli",
    )
):
    for _name in _names.split():
        _WEEKDAYS.setdefault(_name, _number)
_NUMBERS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "one a an ein eine einem einer einen un une uno una een um uma",
        "two zwei deux dos due twee dois duas dwa dwie",
        "three drei trois tres tre drie trzy",
        "four vier quatre cuatro quattro quatro cztery",
        "five funf cinq cinco cinque vijf",
        "six sechs sei seis zes",
        "seven sieben sept siete sette zeven sete",
        "eight acht huit ocho otto oito",
        "nine neun neuf nueve nove negen",
        "ten zehn dix diez dieci tien dez",
    ),
    start=1,
):
    for _name in _names.split():
        _NUMBERS.setdefault(_name, _number)
_NUMBERS |= {
    "fourteen": 14,
    "vierzehn": 14,
    "quinze": 15,
    "quince": 15,
    "quindici": 15,
    "twelve": 12,
    "couple of": 2,
    "dwoch": 2,
    "trzech": 3,
    "czterech": 4,
    "pieciu": 5,
    "siedmiu": 7,
    "dziesieciu": 10,
    "czternastu": 14,
}


def _any(table: dict[str, int], least: int = 1) -> str:
    return (
        "(?:"
        + "|".join(
            sorted(
                (re.escape(key) for key in table if len(key) >= least),
                key=len,
                reverse=True,
            )
        )
        + ")"
    )


MONTH = rf"(?:{_any(_MONTHS, 4)}|may|mai|mei|maj)"
_MONTH = _any(_MONTHS) + r"\.?"
_DAY = _any(_WEEKDAYS, 3)
_COUNT = r"(?:\d{1,3}|" + "|".join(sorted(map(re.escape, _NUMBERS), key=len, reverse=True)) + ")"
_OF = (
    r"(?:\s+(?:of|des|de|du|d'|del|di|van|vom|of the|de la|do|da|der))?(?:\s+(?:the|le|la|el|il|lo|het|de|o|a|this|"
    r"diesen|diesem|ce|este|questo|deze))?"
)
_NEXT = (
    r"(?:next|coming|following|nachste[nrms]?|kommende[nrms]?|folgende[nrms]?|prochaine?|prochain|proxim[oa]|"
    r"que viene|prossim[oa]|volgende?|komende?|przyszl\w+|nastepn\w+|"
    r"proxim[oa])"
)
_THIS = (
    r"(?:this|current|diese[nrms]?|laufende[nrms]?|cette|cet|ce|est[ea]|quest[oa]|deze|dit|nest[ea]|tego|tym|biezac\w+)"
)
_END = r"(?:end|ende|fin|finales|final|fine|eind|einde|fim|close|koniec|konca|koncem|koncu)"
_MID = r"(?:mid|middle|mitte|mi|mediados|meta|medio|half|medium|meados|polow[aey]|polowie)"
_START = r"(?:beginning|start|early|anfang|debut|principios|inizio|begin|inicio|poczat\w+)"
_UNIT_DAY = (
    r"(?:(?:working |business |calendar )?days?|tage?n?|werktage?n?|arbeitstage?n?|jours?(?: ouvr\w+)?|"
    r"dias?(?: habiles| uteis)?|giorn[oi](?: lavorativi)?|(?:werk)?dagen|dag|dni(?: robocz\w+)?)"
)
_UNIT_HOURS = r"(?:hours|hrs|stunden|heures|horas|ore|uur|godzin\w*)"
_UNIT_WEEK = r"(?:weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken|week|tydzien|tygodni\w*)"
_UNIT_MONTH = r"(?:months?|monate?n?|monats|miesi[ae]c\w*|mois|mes|meses|mes[ei]|maanden|maand)"
_YEAR = r"(?:year|jahre?s?|annee|an|ano|anno|jaar|rok|roku)"
_IN = (
    r"(?:in|za|w ciagu|within|innerhalb von|binnen|innerhalb|dans|sous|d'ici|en|dentro de|dentro|entro|tra|fra|over|em|"
    r"in the next|in den nachsten|dans les|en los proximos)"
)
_QUARTER = (
    r"(?:q\s?(?P<{0}>[1-4])(?:[ /]*(?P<{1}>20\d\d|\d\d)(?!\d))?|(?P<{2}>1|2|3|4|first|second|third|fourth|"
    r"erste[ns]?|zweite[ns]?|dritte[ns]?|vierte[ns]?|premier|deuxieme|troisieme|quatrieme|primer|segundo|"
    r"tercer|cuarto|primo|secondo|terzo|quarto)(?:st|nd|rd|th|er|e|º|°|\.)?\s?(?:quarter|quartals?|trimestre|"
    r"kwartaal))"
)
# A bare "by the 24th" ends there, or goes on with a small word: "on the 3rd floor" is no day.
_DAY_BEHIND = (
    r"\s*(?:[\n,;:.!?)|]|$)|\s+(?:at|please|so|if|and|or|then|latest|und|oder|um|wenn|kommen|kommt|et|ou|a|si|y|o|"
    r"e|se|alle|en|of|om|als|as|ao|i|lub|o)\b"
)

_PATTERN = re.compile(
    "|".join(
        (
            rf"(?P<midweek>(?:{_MID}|midden|halverwege|w polowie)[- ]?(?:{_OF}|\s+della)\s*-?"
            rf"(?P<mw_next>{_NEXT}\s+)?(?:week|woche|semaine|semana|settimana|tygodnia)(?P<mw_next2>\s+{_NEXT})?(?!\w))",
            rf"(?P<mid>{_MID}[- ]?{_OF}\s*-?(?P<mid_month>{_MONTH})(?:\s+(?P<mid_year>20\d\d))?)",
            rf"(?P<end>{_END}{_OF}\s+(?:(?:mois de |mois d'|mes de |mese di |mes de |"
            rf"month of )?(?P<end_month>{_MONTH})(?:\s+(?:de\s+)?(?P<end_year>20\d\d))?|"
            rf"(?P<end_next>{_NEXT}\s+)?(?P<end_unit>{_UNIT_WEEK}|{_UNIT_MONTH}|{_YEAR}|quarter|quartals?|trimestre|"
            rf"kwartal\w*|kwartaal|day|tages|business)(?P<end_next2>\s+{_NEXT})?)(?![\w-]))",
            rf"(?P<nth>(?P<nth_n>first|second|third|fourth|last|ersten?|zweiten?|dritten?|letzten?|premiere|deuxieme|"
            rf"derniere|primera|segunda|ultima|prima|seconda|eerste|tweede|"
            rf"laatste)\s+{_UNIT_WEEK}{_OF}\s+(?P<nth_month>{_MONTH}))",
            rf"(?P<start>{_START}{_OF}\s+(?P<start_month>{_MONTH})(?:\s+(?P<start_year>20\d\d))?)",
            r"(?P<compound>(?:monats|jahres|wochen|quartals)ende|fin de mois|weekend|maandeinde|jaareinde)",
            r"(?P<iso>(?P<iso_y>20\d\d)-(?P<iso_m>\d{2})-(?P<iso_d>\d{2}))",
            r"(?P<num>(?P<num_a>\d{1,2})(?P<num_s>[./-])(?P<num_b>\d{1,2})(?:(?P=num_s)(?P<num_y>20\d\d|\d{2})(?!\d)|"
            r"(?=\.?(?:\s|[,;:!?)]|$))))",
            rf"(?P<dm>(?P<dm_d>\d{{1,2}})(?:\.|st|nd|rd|th|er|º|°)?(?:\s+(?:of|de|"
            rf"di))?\s*(?P<dm_m>{_MONTH})(?:,?\s+(?:de\s+|del\s+)?(?P<dm_y>20\d\d))?)",
            rf"(?P<md>(?P<md_m>{_MONTH})\s+(?:the\s+)?(?P<md_d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d|"
            rf"[.:]\d)(?:,?\s+(?P<md_y>20\d\d))?)",
            r"(?P<cw>(?:kw|calendar week|kalenderwoche|week|semaine|semana|settimana|wk|"
            r"cw)\s?(?:n[o°º]?\s?)?(?P<cw_n>\d{1,2})(?!\d|\s*(?:days|hours|%)))",
            _QUARTER.format("q_n", "q_y", "q_word").join(("(?P<q>", r"(?:\s+(?P<q_y2>20\d\d))?)")),
            rf"(?P<relunit>(?P<ru_next>{_NEXT}|{_THIS})\s+(?P<ru_unit>{_UNIT_WEEK}|{_UNIT_MONTH}|quarter|quartal|"
            rf"trimestre|kwartaal|{_YEAR})(?!\w))",
            rf"(?P<unitnext>(?P<un_unit>{_UNIT_WEEK}|{_UNIT_MONTH}|trimestre)\s+(?:prochaine?|proxim[oa]|que viene|"
            rf"prossim[oa]|que vem)(?!\w))",
            rf"(?P<wd>(?:(?P<wd_mod>{_NEXT}|{_THIS})\s+)?(?P<wd_n>{_DAY})(?P<wd_post>\s+(?:prochain|proximo|"
            rf"que viene|prossimo|que vem|week|next week|nachster woche|nachste woche|de la semaine prochaine|"
            rf"volgende week|in einer woche))?(?![\w-]))",
            rf"(?P<in>{_IN}\s+(?P<in_n>{_COUNT})\s+(?:(?P<in_d>{_UNIT_DAY})|(?P<in_w>{_UNIT_WEEK})|"
            rf"(?P<in_m>{_UNIT_MONTH}))(?!\w)|{_IN}\s+(?P<in_h>24|48|72|96)\s*{_UNIT_HOURS}(?!\w))",
            r"(?P<thismonth>(?P<tm_d>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:(?:of|de|del|van(?: de)?)\s+)?(?:this month|"
            r"dieses monats|d\. ?m\.|ce mois|du mois|courant|est[ea] mes|del mes|del corrente|corrente(?: mese)?|"
            r"questo mese|deze maand|deste mes|tego miesiaca|biezacego miesiaca)(?!\w))",
            r"(?P<dayonly>(?:(?:by|before|until|on) the (?P<do_en>\d{1,2})(?:st|nd|rd|th)|(?:am|bis(?: zum)?|zum) "
            r"(?P<do_de>\d{1,2})\.|(?:pour|avant|d'ici|d'ici au|au plus tard) le "
            r"(?P<do_fr>\d{1,2})|(?:el )?dia (?P<do_es>\d{1,2})|(?:entro il|il giorno) (?P<do_it>\d{1,2})|(?:voor|op|"
            r"tegen|uiterlijk) de (?P<do_nl>\d{1,2})(?:e|ste|de)|do (?P<do_pl>\d{1,2})-?ego|do dnia (?P<do_pl2>"
            r"\d{1,2})\.?)(?!\s*(?:[%€$£\d./-]\d|[%€$£]|\w*(?:eur|uur|h\b)|(?:de |di |of |van )?"
            rf"(?:{_MONTH})))(?={_DAY_BEHIND}))",
            r"(?P<aftertomorrow>day after tomorrow|ubermorgen|apres-demain|pasado manana|dopodomani|overmorgen|"
            r"depois de amanha|pojutrze)",
            r"(?P<tomorrow>tomorrow|morgen(?! +(?:zusammen|allerseits|frau|herr))|demain|manana(?! por la manana)|"
            r"domani|domattina|domani mattina|amanha|jutro|jutra)",
            r"(?P<today>(?:later |in the course of )?today|(?:im laufe|noch im laufe) des (?:tages|heutigen tages)|"
            r"dans la journee|en cours de journee|(?:a lo largo|en el transcurso) del dia|in giornata|nel corso della "
            r"giornata|(?:in de loop van|nog in) (?:de|deze) dag|(?:ao longo|no decorrer) do dia|"
            r"(?:jeszcze )?w ciagu dnia|"
            r"tonight|this afternoon|this morning|this evening|\beod\b|end of day|end of business|"
            r"\bcob\b|close of business|heute|aujourd'hui|ce soir|cet apres-midi|hoy|esta tarde|oggi|stasera|vandaag|"
            r"vanmiddag|hoje|dzis|dzisiaj)",
            rf"(?P<month>(?P<mo_mod>{_NEXT}\s+)?(?P<mo_m>{_any(_MONTHS, 4)})"
            r"(?:\s+(?:de\s+)?(?P<mo_y>20\d\d))?(?![\w-]))",
        )
    ).join((r"(?<![\w/])(?:", r")(?!\w)")),
)
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "premier": 1, "deuxieme": 2, "troisieme": 3, "quatrieme": 4,
    "primer": 1, "segundo": 2, "tercer": 3, "cuarto": 4, "primo": 1, "secondo": 2, "terzo": 3, "quarto": 4,
}  # fmt: skip
# "may", "mars", "set", "sat" and the like are words too: alone they are months or days only with more around them.
_AMBIGUOUS = {
    "may",
    "mai",
    "mars",
    "mars.",
    "march",
    "sun",
    "sat",
    "mon",
    "wed",
    "segunda",
    "terca",
    "quarta",
    "quinta",
    "sexta",
    "set",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A date phrase: the day it means, its place, and how exact it is."""

    day: date
    start: int
    end: int
    kind: str  # day, week, period
    confidence: float


def find(
    text: str,
    sent_at: datetime | None,
    start: int = 0,
    end: int | None = None,
    *,
    month_first: bool = False,
) -> list[Found]:
    """Every date phrase between two places; relative ones need to know when the mail was sent."""
    today = sent_at.date() if sent_at is not None else None
    limit = len(text) if end is None else end
    found: list[Found] = []
    for match in _PATTERN.finditer(flat(text), start, limit):
        group = match.lastgroup or ""
        kind = next((name for name in _RESOLVERS if match.groupdict().get(name)), group)
        resolver = _RESOLVERS.get(kind)
        if resolver is None:
            continue
        try:
            resolved = resolver(match, today, month_first)
        except ValueError:
            continue
        if resolved is not None:
            day, precision, confidence = resolved
            found.append(Found(day, match.start(), match.end(), precision, confidence))
    return found


_Resolved = tuple[date, str, float] | None


_LATELY = 30  # days


def _year_for(month: int, day: int, written: str | None, today: date | None) -> int | None:
    """The written year, else the one that makes the day the nearest to come."""
    if written:
        return int(written) + (2000 if len(written) == 2 else 0)
    if today is None:
        return None
    this_year = date(today.year, month, min(day, calendar.monthrange(today.year, month)[1]))
    gone = (today - this_year).days
    # A day of the last months is told of; one that is long gone is meant of next year.
    return today.year + 1 if gone > _LATELY else today.year


def _day(month: int, day: int, year: str | None, today: date | None, confidence: float = 0.93) -> _Resolved:
    full = _year_for(month, day, year, today)
    return None if full is None else (date(full, month, day), "day", confidence)


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month_end(month: int, year: str | None, today: date | None, confidence: float) -> _Resolved:
    full = _year_for(month, 31, year, today)
    return None if full is None else (_last(full, month), "period", confidence)


def _friday(day: date, weeks: int = 0) -> date:
    return day - timedelta(days=day.weekday()) + timedelta(days=4, weeks=weeks)


def _quarter_end(year: int, quarter: int) -> date:
    year, quarter = year + (quarter - 1) // 4, (quarter - 1) % 4 + 1
    return _last(year, quarter * 3)


def _add_months(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _unit_end(unit: str, today: date, ahead: int) -> _Resolved:
    """The last day of this or a coming week, month, quarter or year."""
    if re.match(r"(?:business|day|tages)", unit):
        return today, "day", 0.85
    if re.fullmatch(_UNIT_WEEK, unit):
        return _friday(today, ahead), "week", 0.85
    if re.fullmatch(_UNIT_MONTH, unit):
        shifted = _add_months(today.replace(day=1), ahead)
        return _last(shifted.year, shifted.month), "period", 0.85
    if re.match(r"(?:quart|trim|kwart)", unit):
        return (
            _quarter_end(today.year, (today.month - 1) // 3 + 1 + ahead),
            "period",
            0.85,
        )
    return date(today.year + ahead, 12, 31), "period", 0.85


def _iso(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    return (
        date(int(match["iso_y"]), int(match["iso_m"]), int(match["iso_d"])),
        "day",
        0.97,
    )


# "by 27/10", "entro il 27/10", "do 3.11", "(27/10)": what stands before a day says that it is one.
_DAY_LEAD = re.compile(
    r"(?:(?<!\w)(?:by|before|until|due|deadline|bis(?: zum| spatestens)?|vor dem|spatestens|avant(?: le)?|pour le|"
    r"d'ici(?: au| le)?|au plus tard le|antes del?|para el|hasta el|a mas tardar el|entro(?: il)?|prima del|per il|"
    r"voor|tot|uiterlijk|ate(?: ao| o)?|antes do|para o|do(?: dnia)?|przed|najpozniej|termin|decision|decisione|"
    r"decisao|decyzja|besluit|entscheidung)\s*:?|[(–])\s*$"
)
_ARTICLE_LEAD = re.compile(r"(?<!\w)(?:le|il|el|dia|em|am|op|zum|dnia)\s+$")  # "point le 15/06"
# "quote - 12/06", "| 12/06 |": a day by itself behind a dash, or in a cell of a table.
_LAST_LEAD = re.compile(r"[\w)]\s+[-–—|]\s*$|[,;]\s*$|\|\s*$")
_QUANTITY_BEHIND = re.compile(
    r"\s*(?:[%€$£]|(?:mio|mln|mill\w*|mil|tys|tsd|k|m|eur\w*|usd|gbp|chf|pln|zl|brl|kg|km|cm|mm|h|std|"
    r"stunden|hours|uur|etat\w*|pro|po)\b)"
)


def _is_led_in(match: re.Match[str]) -> bool:
    """Whether the words before two numbers make them a day and none behind a quantity; in brackets they stand alone."""
    before, behind = match.string[max(0, match.start() - 24) : match.start()], match.string[match.end() :][:12]
    if before.rstrip().endswith("("):
        return behind.lstrip(".").startswith(")")
    if match["num_s"] == "/" and match.group() != "24/7" and _ARTICLE_LEAD.search(before) is not None:
        return _QUANTITY_BEHIND.match(behind) is None
    if _LAST_LEAD.search(before) is not None:
        return re.match(r"\.?\s*(?:[\n|)]|$)", behind) is not None
    return _DAY_LEAD.search(before) is not None and _QUANTITY_BEHIND.match(behind) is None


def _num(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    first, second, separator, year = (
        int(match["num_a"]),
        int(match["num_b"]),
        match["num_s"],
        match["num_y"],
    )
    led = not year and _is_led_in(match)
    if not year and separator != "." and not led and not (separator == "/" and month_first):
        return None  # "3/4" or "24-7" is no date without a year
    if (
        separator == "."
        and not year
        and not led
        and not match.string[match.end() - 1 : match.end() + 1].startswith((".", str(second)[-1] + "."))
    ):
        return None  # "2.5" is a number, "2.5." a day
    american = separator == "/" and (month_first or second > 12) and first <= 12
    day, month = (second, first) if american else (first, second)
    return (
        _day(
            month,
            day,
            year,
            today,
            0.93 if year and (day > 12 or separator == ".") else 0.8,
        )
        if 1 <= month <= 12
        else None
    )


def _dm(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    return _day(_MONTHS[match["dm_m"].rstrip(".")], int(match["dm_d"]), match["dm_y"], today)


def _md(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    return _day(_MONTHS[match["md_m"].rstrip(".")], int(match["md_d"]), match["md_y"], today)


def _mid(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    return _day(_MONTHS[match["mid_month"].rstrip(".")], 15, match["mid_year"], today, 0.9)


def _midweek(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    if today is None:
        return None
    ahead = 1 if match["mw_next"] or match["mw_next2"] else 0
    wednesday = _friday(today, ahead) - timedelta(days=2)
    return (wednesday if wednesday >= today else wednesday + timedelta(days=7)), "day", 0.8


def _start(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    return _day(_MONTHS[match["start_month"].rstrip(".")], 10, match["start_year"], today, 0.5)


def _end(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    if match["end_month"]:
        return _month_end(_MONTHS[match["end_month"].rstrip(".")], match["end_year"], today, 0.93)
    ahead = 1 if match["end_next"] or match["end_next2"] else 0
    return None if today is None else _unit_end(match["end_unit"], today, ahead)


def _compound(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    word = match["compound"]
    if today is None or word == "weekend":
        return None
    unit = (
        "month"
        if word.startswith(("monat", "fin", "maand"))
        else "year"
        if word.startswith("ja")
        else "week"
        if word.startswith("w")
        else "quarter"
    )
    return _unit_end(unit, today, 0)


def _cw(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    if today is None:
        return None
    number = int(match["cw_n"])
    day = date.fromisocalendar(today.isocalendar().year, number, 5)
    return (
        (day if day >= today - timedelta(days=4) else date.fromisocalendar(today.isocalendar().year + 1, number, 5)),
        "week",
        0.88,
    )


def _q(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    word = match["q_n"] or match["q_word"]
    number = int(word) if word.isdigit() else _ORDINALS.get(word) or {"er": 1, "zw": 2, "dr": 3, "vi": 4}[word[:2]]
    written = match["q_y"] or match["q_y2"]
    if not written and today is None:
        return None
    year = int(written) + (2000 if len(written) == 2 else 0) if written else today.year  # type: ignore[union-attr]
    day = _quarter_end(year, number)
    if not written and today is not None and day < today:
        day = _quarter_end(year + 1, number)
    return day, "period", 0.88


def _relunit(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    if today is None:
        return None
    ahead = 0 if re.fullmatch(_THIS, match["ru_next"]) else 1
    return _unit_end(match["ru_unit"], today, ahead)


def _unitnext(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    return None if today is None else _unit_end(match["un_unit"], today, 1)


# "terça às 10h", "na segunda eu mando": Portuguese days without their "-feira", which are ordinals too.
_SHORT_DAY_LEAD = re.compile(r"(?<!\w)(?:na|ate|ate a|para|nesta|pra|ja na)\s+$")
_SHORT_DAY_END = re.compile(
    r"(?=\s*[.,;!?)]|\s*$)|\s+(?:de manha|a tarde|a noite|sem falta|eu|te|lhe|vos|vou|vamos|envi\w+|mand\w+|lig\w+)\b"
)


def _is_short_day(match: re.Match[str]) -> bool:
    if not match["wd_n"].startswith(("seg", "ter", "qua", "qui", "sex")):
        return False
    behind = match.string[match.end() : match.end() + 14]
    led = _SHORT_DAY_LEAD.search(match.string[max(0, match.start() - 10) : match.start()]) is not None
    return re.match(r"\s+as\s+\d", behind) is not None or (led and _SHORT_DAY_END.match(behind) is not None)


def _wd(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    if today is None or (match["wd_n"] in _AMBIGUOUS and not match["wd_mod"] and not _is_short_day(match)):
        return None
    wanted = _WEEKDAYS[match["wd_n"]]
    ahead = (wanted - today.weekday()) % 7 or 7
    day = today + timedelta(days=ahead)
    post = match["wd_post"] or ""
    english_next = bool(match["wd_mod"]) and match["wd_mod"] == "next"
    same_week = day.isocalendar()[:2] == today.isocalendar()[:2]
    if same_week and (english_next or re.search(r"week|woche|semaine", post)):
        day += timedelta(days=7)  # "next Friday", said on Monday, is the Friday of next week
    return day, "day", 0.78 if english_next and same_week else 0.9


def _in(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    if today is None:
        return None
    if match["in_h"]:
        return today + timedelta(days=int(match["in_h"]) // 24), "day", 0.8
    count = int(match["in_n"]) if match["in_n"].isdigit() else _NUMBERS[match["in_n"]]
    if match["in_d"]:
        if re.search(
            r"work|business|werkt|arbeits|ouvr|habil|uteis|lavorativ|werkd",
            match["in_d"],
        ):
            day = today
            while count:
                day += timedelta(days=1)
                count -= day.weekday() < 5
            return day, "day", 0.8
        return today + timedelta(days=count), "day", 0.85
    if match["in_w"]:
        return today + timedelta(weeks=count), "day", 0.82
    return _add_months(today, count), "day", 0.78


def _thismonth(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    return None if today is None else (date(today.year, today.month, int(match["tm_d"])), "day", 0.9)


def _dayonly(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    """The next such day: "by the 24th", "até dia 24"."""
    written = next(value for name, value in match.groupdict().items() if name.startswith("do_") and value)
    if today is None:
        return None
    number = int(written)
    ahead = today if number >= today.day else _add_months(date(today.year, today.month, 1), 1)
    return ahead.replace(day=number), "day", 0.8


# "the same terms as in March" looks back.
_AS_THEN = re.compile(
    r"(?<!\w)(?:(?:as|like|than) (?:in|of|last)|wie (?:im|letzten)|als (?:in|afgelopen)|zoals in|comme en|qu'en|"
    r"como (?:en|em|los de|las de|los del|os de)|que en|come (?:a|in|quelli di)|che a|(?:condi\w+|prezz\w+|preci\w+|"
    r"prec\w+|voorwaarden|termini) (?:di|de|del|do|van)|(?:co|jak) w)\s+$"
)


def _month(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    name = match["mo_m"].rstrip(".")
    before = match.string[max(0, match.start() - 24) : match.start()]
    if not match["mo_y"] and _AS_THEN.search(before):
        return None
    if (
        name in _AMBIGUOUS
        and not match["mo_y"]
        and not re.search(r"(?:in|by|until|before|of|bis|im|en|d'ici|before|for) $", before)
    ):
        return None
    return _month_end(_MONTHS[name], match["mo_y"], today, 0.75)


def _offset(days: int) -> Callable[[re.Match[str], date | None, bool], _Resolved]:
    return lambda match, today, month_first: None if today is None else (today + timedelta(days=days), "day", 0.9)


_NTH = {"f": 0, "s": 1, "t": 2, "e": 0, "z": 1, "d": 1, "p": 0}


def _nth(match: re.Match[str], today: date | None, month_first: bool) -> _Resolved:
    """The Friday of the first, second, third or last week of a month."""
    month, word = _MONTHS[match["nth_month"].rstrip(".")], match["nth_n"]
    year = _year_for(month, 28, None, today)
    if year is None:
        return None
    if word.startswith(("l", "ult", "derni")):
        last = _last(year, month)
        return last - timedelta(days=(last.weekday() - 4) % 7), "week", 0.8
    number = {"fourth": 3, "third": 2, "dritte": 2, "dritten": 2, "tweede": 1}.get(word, _NTH.get(word[0], 0))
    first = date(year, month, 1)
    friday = first + timedelta(days=(4 - first.weekday()) % 7)
    return friday + timedelta(weeks=number), "week", 0.8


_RESOLVERS: dict[str, Callable[[re.Match[str], date | None, bool], _Resolved]] = {
    "nth": _nth, "midweek": _midweek, "mid": _mid, "end": _end, "start": _start, "compound": _compound, "iso": _iso,
    "num": _num,
    "dm": _dm, "md": _md, "cw": _cw,
    "q": _q, "relunit": _relunit, "unitnext": _unitnext, "wd": _wd, "in": _in, "thismonth": _thismonth,
    "dayonly": _dayonly,
    "aftertomorrow": _offset(2),
    "tomorrow": _offset(1), "today": _offset(0), "month": _month,
}  # fmt: skip
