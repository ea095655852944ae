"""Time limits in words, and the day that they mean seen from the day of a mail."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from random import Random

from crmllm.extraction.training.phrases import PHRASES
from crmllm.extraction.training.words import WORDS

_SLOT = re.compile(r"\{([a-z]+)\}")


def limit(chance: Random, language: str, sent_at: datetime) -> tuple[str, str]:
    """Words such as "by Friday" in a language, and the ISO day."""
    forms = PHRASES[language]["by"]
    at = chance.randrange(len(forms))
    today = sent_at.date()
    form = forms[at]
    slots = set(_SLOT.findall(form))
    if "day" in slots:
        day = today + timedelta(days=chance.randint(1, 6))
        return form.replace("{day}", WORDS[language].days[day.weekday()]), day.isoformat()
    if "month" in slots:
        first = (today.replace(day=1) + timedelta(days=31 * chance.randint(1, 5))).replace(day=1)
        return form.replace("{month}", _month(language, first)), _last(first).isoformat()
    if slots:
        day = today + timedelta(days=chance.randint(3, 120))
        written = {"dm": _day_month(chance, language, day), "num": _numeric(language, day)}
        written["dmy"] = f"{_day_month(chance, language, day)}{',' if language == 'en' else ''} {day.year}"
        return _SLOT.sub(lambda found: written[found[1]], form), day.isoformat()
    # What is left, in this order: the end of the month, tomorrow, next week.
    plain = [index for index, one in enumerate(forms) if not _SLOT.search(one)]
    days = (_last(today), today + timedelta(days=1), today + timedelta(days=11 - today.weekday()))
    return form, days[plain.index(at)].isoformat()


def _last(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _month(language: str, day: date) -> str:
    return WORDS[language].months[day.month - 1]


def _day_month(chance: Random, language: str, day: date) -> str:
    month = _month(language, day)
    if language == "en":
        return f"{month} {day.day}" if chance.random() < 0.6 else f"{day.day} {month}"
    if language == "de":
        return f"{day.day}. {month}"
    if language in ("es", "pt"):
        return f"{day.day} de {month}"
    return f"{day.day} {month}"


def _numeric(language: str, day: date) -> str:
    """Numbers only; in English the month's first, as most of our English mails come from there."""
    pattern = {"en": "%m/%d/%Y", "de": "%d.%m.%Y", "pl": "%d.%m.%Y", "nl": "%d-%m-%Y"}.get(language, "%d/%m/%Y")
    return day.strftime(pattern)
