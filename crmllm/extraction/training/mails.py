"""Whole mails: a plan of what is said, the words for it, and the answer that a careful reader would give.

A mail is put together from sentences of one language, a greeting, a sign-off and a signature, cut into parts by the
same code that reads real mail, and checked: an answer never holds a value that the parts left over do not state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

from crmllm.extraction.schema import MailAnswer
from crmllm.extraction.training.dates import limit
from crmllm.extraction.training.people import Made, brand, currency_of, money, person, phone, product
from crmllm.extraction.training.phrases import PHRASES
from crmllm.extraction.training.signatures import DEVICES, Signature, signature
from crmllm.extraction.training.words import WORDS
from crmllm.extraction.types import Address, Item, Us, Zone
from crmllm.ingestion.mail.headers import Address as HeaderAddress
from crmllm.ingestion.mail.segment import segment

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")
SHARES = (30, 13, 18, 9, 9, 7, 7, 7)
# What mails are about, and how often. `block` is a signature without a mail around it.
KINDS = {"sale": 50, "case": 13, "billing": 6, "talk": 17, "vendor": 4, "internal": 4, "newsletter": 3, "auto": 3,
         "private": 3, "spam": 2, "block": 11}  # fmt: skip
MADE_CATEGORY = {"sale": "sales", "case": "support", "billing": "billing", "talk": "sales", "vendor": "vendor",
                 "internal": "internal", "newsletter": "newsletter", "auto": "auto_reply", "private": "personal",
                 "spam": "spam", "block": "sales"}  # fmt: skip
MAX_LINE = 150
_SLOT = re.compile(r"\{([a-z0-9]+)\}")
_MARKED = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Example:
    """One mail and what should be read from it."""

    item: Item
    answer: MailAnswer
    language: str
    kind: str


@dataclass(slots=True)
class _Draft:
    """A mail in the making. `answer` collects what its sentences state."""

    chance: Random
    language: str
    us: Us
    products: tuple[str, ...]
    author: Made
    sent_at: datetime
    currency: str
    sentences: list[str] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    fill: dict[str, str] = field(default_factory=dict)
    amount: str = ""

    def say(self, key: str, *, due: bool = True) -> str:
        """Adds a sentence for a purpose; returns its marked words, which are the answer to it."""
        template = self.chance.choice(PHRASES[self.language][key])
        if not due:
            template = re.sub(r"\s*\{by\}", "", template)
        day = ""
        if "{by}" in template:
            words, day = limit(self.chance, self.language, self.sent_at)
            self.fill["by"] = words
        self.fill["day"] = day
        if "{m}" in template:
            self.fill["m"], self.amount = money(self.chance, self.language, self.currency)
            self.fill["m2"] = money(self.chance, self.language, self.currency)[0]
        written = _SLOT.sub(lambda found: self.fill[found[1]], template)
        marked = _MARKED.search(written)
        self.sentences.append(_MARKED.sub(r"\1", written))
        return marked[1].rstrip(" ,.;!?")[:MAX_LINE] if marked else ""


def examples(seed: int, count: int) -> Iterator[Example]:
    """So many examples; the same seed gives the same ones."""
    for number in range(count):
        yield example(Random(f"{seed}/{number}"))  # noqa: S311 - nothing secret


def example(chance: Random) -> Example:
    language = chance.choices(LANGUAGES, SHARES)[0]
    kind = chance.choices(list(KINDS), list(KINDS.values()))[0]
    draft = _draft(chance, language)
    if kind == "block":
        return _block(draft)
    _PLANS[kind](draft)
    return _finished(draft, kind)


def _draft(chance: Random, language: str) -> _Draft:
    ours = person(chance, chance.choice(LANGUAGES))
    known = chance.random() < 0.75
    us = Us(
        company=ours.company if known else "", domains=frozenset({ours.domain}),
        staff=frozenset({ours.name}), addresses=frozenset({ours.email.lower()}),
    )  # fmt: skip
    products = tuple(product(chance) for _ in range(chance.randint(2, 7))) if chance.random() < 0.7 else ()
    sent_at = datetime(2000, 1, 3, tzinfo=timezone(timedelta(hours=WORDS[language].zone))) + timedelta(
        days=chance.randint(0, 10_200), minutes=chance.randint(420, 1260)
    )
    draft = _Draft(
        chance, language, us if chance.random() < 0.9 else Us(), products, person(chance, language), sent_at,
        currency_of(chance, language),
    )  # fmt: skip
    other = person(chance, language)
    draft.fill = {
        "p": chance.choice(products) if products and chance.random() < 0.85 else product(chance),
        "q": _count(chance),
        "n": other.name, "t": other.title, "f": other.phone, "e": other.email, "c": other.company,
        "x": chance.choice(["", "E-", "RE-", "INV-", "20", "#"]) + str(chance.randint(100, 99999)),
    }  # fmt: skip
    return draft


def _count(chance: Random) -> str:
    return str(chance.choice([chance.randint(2, 20), chance.randint(2, 60) * 5, chance.randint(1, 30) * 50,
                              chance.randint(21, 999)]))  # fmt: skip


# --- what mails say ----------------------------------------------------------------------------------------------


def _sale(draft: _Draft) -> None:
    chance, said = draft.chance, draft.answer
    said |= {"sentiment": "neutral", "commitment": "likely"}  # a wish without conditions
    stance = chance.choices(["firm", "likely", "hedged", "negated", "none"], [22, 14, 26, 16, 22])[0]
    _opening(draft)
    if stance == "negated":
        draft.say("negated")
        said |= {"commitment": "negated"}
        _requests(draft, 0.3)
        return
    if stance == "firm":
        said["sale"] = draft.say("firm")
        said |= {"products": [draft.fill["p"]], "quantity": draft.fill["q"], "commitment": "firm"}
    elif chance.random() < 0.72:
        said["sale"] = draft.say("need")
        if "{q}" not in draft.sentences[-1]:
            said |= {"products": [draft.fill["p"]], "quantity": draft.fill["q"]}
    else:
        said["sale"] = draft.say("need0")
        said["products"] = [draft.fill["p"]]
    extra = [key for key, share in (("total", 0.42), ("decide", 0.3), ("deliver", 0.2), ("unit", 0.14), ("range", 0.08),
                                    ("rival", 0.12), ("past", 0.1)) if chance.random() < share]  # fmt: skip
    chance.shuffle(extra)
    for key in extra:
        _detail(draft, key)
    if stance in ("likely", "hedged"):
        draft.say(stance)
        said["commitment"] = stance
    _requests(draft, 0.75)


def _detail(draft: _Draft, key: str) -> None:
    """A figure or a date, or one that must not be taken for it."""
    kept = dict(draft.fill)
    if key in ("rival", "past"):
        draft.fill |= {"q": _count(draft.chance), "p": product(draft.chance), "c": brand(draft.chance)}
    draft.say(key)
    if key == "total":
        draft.answer |= {"amount": draft.amount, "currency": draft.currency}
    if key == "decide" and draft.fill["day"]:
        draft.answer["close_by"] = draft.fill["day"]
    draft.fill = kept


def _requests(draft: _Draft, share: float) -> None:
    """What is asked for and promised, each with its day."""
    chance, said = draft.chance, draft.answer
    wanted = [key for key in ("ask", "ask", "promise") if chance.random() < share * (0.9 if key == "ask" else 0.35)]
    for key in wanted[:2]:
        which = "2" if said.get("action") else ""
        text = draft.say(key, due=chance.random() < 0.6)
        if text and text != said.get("action"):
            said |= {f"action{which}": text, f"owner{which}": "us" if key == "ask" else "them"}
            if draft.fill["day"]:
                said[f"due{which}"] = draft.fill["day"]


def _case(draft: _Draft) -> None:
    chance, said = draft.chance, draft.answer
    severity = chance.choices(["low", "normal", "high", "urgent"], [18, 40, 24, 18])[0]
    _opening(draft)
    said["problem"] = draft.say(severity)
    said |= {"severity": severity, "sentiment": "neutral"}
    _mood(draft, 0.12, 0.38)
    _requests(draft, 0.5)


def _billing(draft: _Draft) -> None:
    _opening(draft)
    draft.answer |= {"problem": draft.say("billing"), "severity": "normal", "sentiment": "neutral"}
    _mood(draft, 0.1, 0.3)
    _requests(draft, 0.5)


def _talk(draft: _Draft) -> None:
    """Mail without anything to sell: questions, thanks, promises."""
    draft.answer["sentiment"] = "neutral"
    _opening(draft)
    _mood(draft, 0.3, 0.12)
    if draft.chance.random() < 0.15:
        _detail(draft, "past")
    _chatter(draft, 0.6)
    _requests(draft, 0.7)


def _mood(draft: _Draft, good: float, bad: float) -> None:
    throw = draft.chance.random()
    if throw < good:
        draft.say("good")
        draft.answer["sentiment"] = "positive"
    elif throw < good + bad:
        draft.say("bad")
        draft.answer["sentiment"] = "negative"


def _opening(draft: _Draft) -> None:
    if draft.chance.random() < 0.5:
        draft.say("open")
    _chatter(draft, 0.22)


def _chatter(draft: _Draft, share: float) -> None:
    """Sentences that state nothing for the CRM, often with other people's names in them."""
    while draft.chance.random() < share:
        other = person(draft.chance, draft.language)
        kept, draft.fill = draft.fill, draft.fill | {"n": other.name, "c": other.company}
        draft.say("fill")
        draft.fill = kept


def _plain(key: str, sentiment: str = "neutral") -> Any:
    """A mail of one sentence that leads to no record."""

    def plan(draft: _Draft) -> None:
        draft.say(key)
        if draft.chance.random() < 0.25:
            draft.say(key)
        draft.answer["sentiment"] = sentiment

    return plan


_PLANS = {
    "sale": _sale, "case": _case, "billing": _billing, "talk": _talk, "vendor": _plain("vendor"),
    "internal": _plain("intern"), "newsletter": _plain("news"), "auto": _plain("auto"),
    "private": _plain("private", "positive"), "spam": _plain("spam"),
}  # fmt: skip


# --- from sentences to a mail ------------------------------------------------------------------------------------


def _finished(draft: _Draft, kind: str) -> Example:
    chance, language, who = draft.chance, draft.language, draft.author
    if kind == "internal" and draft.us.domains:
        domain = min(draft.us.domains)
        who = draft.author = person(chance, language, at=person(chance, language))
        who = draft.author = _of_ours(who, draft.us.company or who.company, domain)
    impersonal = kind in ("newsletter", "spam") or (kind == "auto" and chance.random() < 0.4)
    if not impersonal:
        _people(draft, kind)
    style = chance.choices(["full", "first", "name", "none"], [72, 10, 12, 6])[0] if not impersonal else "none"
    signed = signature(chance, who, language) if style == "full" else Signature(())
    body = _body(draft, style, signed)
    sender = _sender(draft, impersonal)
    subject = _subject(draft, kind)
    item = _item(draft, body, sender, subject)
    answer = {"category": MADE_CATEGORY[kind], **draft.answer}
    if not impersonal:
        in_header = sender.name if sender is not None and len(sender.name.split()) > 1 else ""
        named = {"full": signed.name, "name": who.name, "first": in_header or who.first, "none": in_header}[style]
        answer |= {"name": named, "title": signed.title, "company": signed.company}
        answer["phone"] = draft.answer.get("phone") or signed.phone
    return Example(item, _answer(answer, item), language, kind)


def _of_ours(who: Made, house: str, domain: str) -> Made:
    return replace(who, company=house, domain=domain, email=f"{who.email.split('@')[0]}@{domain}")


def _people(draft: _Draft, kind: str) -> None:
    """Other persons: a colleague is a contact, an assistant is not."""
    chance = draft.chance
    if kind in ("sale", "case", "billing", "talk") and chance.random() < 0.24:
        other = person(chance, draft.language, at=draft.author)
        kept = dict(draft.fill)
        draft.fill |= {"n": other.name, "t": other.title, "f": other.phone, "e": other.email}
        template_start = len(draft.sentences)
        draft.say("other")
        said = draft.sentences[template_start]
        found = {"name2": other.name, "title2": other.title, "email2": other.email, "phone2": other.phone}
        draft.answer |= {key: value for key, value in found.items() if value in said}
        draft.fill = kept
    if chance.random() < 0.06:
        other = person(chance, draft.language)
        draft.fill |= {"n": other.name, "f": other.phone}
        draft.say("helper")
    if chance.random() < 0.08:
        draft.fill["f"] = phone(chance, WORDS[draft.language])
        draft.say("callme")
        draft.answer["phone"] = draft.fill["f"]


def _body(draft: _Draft, style: str, signed: Signature) -> str:
    chance, words = draft.chance, PHRASES[draft.language]
    parts: list[str] = []
    if chance.random() < 0.85:
        greeting = chance.choice(words["greet"])
        if chance.random() < 0.3:
            greeting = f"{greeting.rstrip(',')} {chance.choice(WORDS[draft.language].first)},"
        parts.append(greeting)
    parts.append(_paragraphs(chance, draft.sentences))
    if style != "none" and chance.random() < 0.85:
        parts.append(chance.choice(words["bye"]))
    who = draft.author
    if style in ("first", "name"):
        parts.append(who.first if style == "first" else who.name)
    if style == "full":
        if chance.random() < 0.25:
            parts.append(who.first)
        mark = chance.choice(["", "", "", "-- \n", "--\n", "____________________\n"])
        parts.append(mark + "\n".join(signed.lines))
    gap = "\n\n" if chance.random() < 0.8 else "\n"
    text = gap.join(parts)
    if chance.random() < 0.06:
        text += f"\n\n{chance.choice(DEVICES)}"
    if chance.random() < 0.14:
        text += f"\n\n{' '.join(words['foot'])}"
    if chance.random() < 0.17:
        text += _older(draft)
    return text


def _paragraphs(chance: Random, sentences: list[str]) -> str:
    """Sentences as running text, paragraphs or a list."""
    shape = chance.random()
    if shape < 0.2:
        return "\n".join(sentences)
    if shape < 0.28:
        return "\n".join(f"- {one}" for one in sentences)
    if shape < 0.5 and len(sentences) > 2:
        return " ".join(sentences[:2]) + "\n\n" + " ".join(sentences[2:])
    return " ".join(sentences)


def _older(draft: _Draft) -> str:
    """Quoted history with other people in it; nothing of it belongs into an answer."""
    chance, language = draft.chance, draft.language
    other = person(chance, language)
    before = draft.sent_at - timedelta(days=chance.randint(1, 9))
    line = chance.choice(PHRASES[language]["quote"])
    head = _SLOT.sub(
        lambda found: {"n": other.name, "e": other.email, "date": before.strftime("%d.%m.%Y %H:%M")}[found[1]], line
    )
    block = [chance.choice(PHRASES[language]["open"]), *signature(chance, other, language).lines]
    marked = chance.random() < 0.6 or not head.startswith("-")
    return f"\n\n{head}\n" + "\n".join(f"> {one}" if marked else one for one in block)


def _sender(draft: _Draft, impersonal: bool) -> Address | None:
    chance, who = draft.chance, draft.author
    throw = chance.random()
    if throw < 0.06:
        return None
    if impersonal:
        return Address(f"{chance.choice(['news', 'info', 'noreply', 'team'])}@{who.domain}", brand(chance))
    if throw < 0.2:
        return Address(who.email.lower(), "")
    ways = [f"{who.first} {who.last}", f"{who.last}, {who.first}", who.first, who.name]
    return Address(who.email.lower(), chance.choices(ways, [6, 1, 1, 2])[0])


def _subject(draft: _Draft, kind: str) -> str:
    key = {"sale": "s_sale", "case": "s_case", "billing": "s_bill"}.get(kind, "s_any")
    chosen = draft.chance.choice(PHRASES[draft.language][key if draft.chance.random() < 0.85 else "s_any"])
    return _SLOT.sub(lambda found: draft.fill[found[1]], chosen)


def _item(draft: _Draft, body: str, sender: Address | None, subject: str) -> Item:
    """The mail as the product would read it."""
    header = HeaderAddress(sender.name, sender.email) if sender is not None else None
    parts = segment(body, subject=subject, sender=header)
    to = tuple(Address(one, "", "recipient") for one in sorted(draft.us.addresses))
    return Item(
        text=parts.text,
        zones=tuple(Zone(str(zone.kind), zone.start, zone.end) for zone in parts.text_zones),
        subject=subject, sender=sender, recipients=to,
        sent_at=draft.sent_at if draft.chance.random() < 0.95 else None,
        us=draft.us, products=draft.products, region=WORDS[draft.language].region,
    )  # fmt: skip


def _block(draft: _Draft) -> Example:
    """A signature block alone, as it may be left of a mail."""
    signed = signature(draft.chance, draft.author, draft.language)
    text = "\n".join(signed.lines)
    item = Item(text, zones=(Zone("signature", 0, len(text)),), region=WORDS[draft.language].region)
    said = {"category": "sales", "sentiment": "neutral", "name": signed.name, "title": signed.title,
            "company": signed.company, "phone": signed.phone}  # fmt: skip
    return Example(item, _answer(said, item), draft.language, "block")


def _answer(said: dict[str, Any], item: Item) -> MailAnswer:
    """The answer without what the text does not show: the cutting of mails may have taken it away."""
    squeezed = " ".join(item.text.split())
    header = item.sender.name if item.sender is not None else ""
    kept = dict(said)
    for key in ("name", "title", "company", "phone", "name2", "title2", "email2", "phone2", "quantity"):
        value = str(kept.get(key) or "")
        if value and value not in squeezed and not (key == "name" and value == header):
            kept.pop(key)
    if "products" in kept:
        kept["products"] = [one for one in kept["products"] if one in squeezed]
    if item.sent_at is None:
        for key in ("close_by", "due", "due2"):
            kept.pop(key, None)
    fields = MailAnswer.model_fields
    return MailAnswer(**{key: value for key, value in kept.items() if key in fields and value})
