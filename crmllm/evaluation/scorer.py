"""Scores predictions against labels as the evaluation format defines it; works on plain JSON data, so on anybody's."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from crmllm.extraction import grounding
from crmllm.extraction.calibration.curves import expected_error, reliability
from crmllm.extraction.rules import numerals, phones, products
from crmllm.extraction.rules.text import fold, words

Json = dict[str, Any]
Pair = tuple[Json | None, Json | None]

CONTACT = ("name", "title", "company", "email", "phone", "role")
OPPORTUNITY = ("summary", "quantity", "amount", "currency", "close_by", "commitment")
VERBATIM = frozenset({"name", "title", "company", "email", "phone", "products", "amount"})
FREE_TEXT = frozenset({"opportunity_summary", "case_summary", "action_text"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled item: its label, and all the words that came with it (headers and file names too)."""

    label: Json
    source: str = ""

    @property
    def file(self) -> str:
        return str(self.label.get("file", ""))

    @property
    def countries(self) -> tuple[str, ...]:
        """How to read national phone numbers of this item: its own country first."""
        region = str(self.label.get("region") or "")
        addresses = [str(one.get("email") or "") for one in self.label.get("contacts") or ()]
        return phones.regions(region=region, emails=addresses, language=str(self.label.get("language") or ""))


@dataclass(slots=True)
class Count:
    """Right, wrong and missed values of one field."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, other: Count) -> None:
        self.right, self.wrong, self.missed = (
            self.right + other.right,
            self.wrong + other.wrong,
            self.missed + other.missed,
        )

    def figures(self) -> dict[str, float | int]:
        proposed, labelled = self.right + self.wrong, self.right + self.missed
        precision = self.right / proposed if proposed else 0.0
        recall = self.right / labelled if labelled else 0.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "support": labelled}


@dataclass(slots=True)
class Score:
    """The counts over a set."""

    items: int = 0
    fields: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_kind: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    by_language: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    categories: Counter[bool] = field(default_factory=Counter)
    sentiments: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Each proposed value's field and confidence, and whether it was right.
    graded: list[tuple[str, float, bool]] = field(default_factory=list)
    invented: list[tuple[str, str, str]] = field(default_factory=list)
    forbidden: list[tuple[str, str, str]] = field(default_factory=list)

    def report(self) -> Json:
        """The figures as JSON data."""
        total = Count()
        for one in self.fields.values():
            total.add(one)
        judged = sum(self.categories.values())
        sure = [(confidence, right) for _, confidence, right in self.graded]
        return {
            "items": self.items,
            "fields": {name: self.fields[name].figures() for name in sorted(self.fields)},
            "micro": total.figures(),
            "kinds": {name: one.figures() for name, one in sorted(self.by_kind.items())},
            "languages": {name: one.figures() for name, one in sorted(self.by_language.items())},
            "category_accuracy": round(self.categories[True] / judged, 4) if judged else None,
            "sentiment_macro_f1": _macro_f1(self.sentiments),
            "invented": len(self.invented),
            "forbidden": len(self.forbidden),
            "coverage_at_p99": round(coverage(sure), 4),
            "ece": round(expected_error(reliability(sure)) or 0.0, 4),
        }


def score(samples: Iterable[tuple[Sample, Json]]) -> Score:
    """Compare predictions with labels, item by item."""
    result = Score()
    for sample, predicted in samples:
        score_item(result, sample, predicted)
    return result


def score_item(result: Score, sample: Sample, predicted: Json) -> None:
    """Adds one item to the counts."""
    label = sample.label
    result.items += 1
    outcome = [
        *_contacts(sample, label.get("contacts") or [], predicted.get("contacts") or []),
        *_opportunity(sample, label.get("opportunity"), predicted.get("opportunity")),
        *_case(sample, label.get("case"), predicted.get("case")),
        *_actions(sample, label.get("next_actions") or [], predicted.get("next_actions") or []),
    ]
    kind, language = str(label.get("kind") or ""), str(label.get("language") or "")
    for name, count, graded in outcome:
        for bucket in (result.fields[name], result.by_kind[kind], result.by_language[language]):
            bucket.add(count)
        result.graded += [(name, confidence, right) for confidence, right in graded]
    if label.get("category"):
        result.categories[label["category"] == predicted.get("category")] += 1
    if label.get("sentiment"):
        result.sentiments[str(label["sentiment"]), str(predicted.get("sentiment"))] += 1
    # What a person read there is there, however it is said: "eighty-two thousand", "210 tys.", a product's short name.
    labelled = {(name, normal(name, value, sample.countries)) for name, value in proposed_values(label)}
    for name, value in proposed_values(predicted):
        known = (name, normal(name, value, sample.countries)) in labelled
        if name in VERBATIM and not known and not is_contained(sample, name, value):
            result.invented.append((sample.file, name, str(value)))
    for banned in label.get("forbidden") or ():
        for name, value in proposed_values(predicted):
            if proposes(str(banned), name, value, sample.countries):
                result.forbidden.append((sample.file, str(banned), f"{name}: {value}"))
                break


# --- normal forms ------------------------------------------------------------------------------------------------


def normal(name: str, value: Any, countries: tuple[str, ...] = ()) -> str:
    """The form in which two values of a field are compared; empty for no value."""
    if value is None or value == "":
        return ""
    text = str(value).strip()
    match name:
        case "email":
            return text.lower()
        case "phone":
            return phones.e164(text, countries or ("US",))
        case "amount" | "quantity":
            number = as_number(text)
            return text if number is None else format(number.normalize(), "f")
        case "close_by" | "action_due":
            return _day(text)
        case "currency":
            return text.upper()
        case _:
            return re.sub(r"\s+", " ", text.casefold()).strip(" \t.,;:!?\"'()[]{}<>|*_–—-“”„«»")


def as_number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(" ", "").replace("\u00a0", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return text


def token_f1(one: str, other: str) -> float:
    """The harmonic mean of shared words, as in question answering."""
    left, right = Counter(words(one)), Counter(words(other))
    shared = sum((left & right).values())
    if not shared:
        return 0.0
    precision, recall = shared / sum(left.values()), shared / sum(right.values())
    return 2 * precision * recall / (precision + recall)


# --- fields ------------------------------------------------------------------------------------------------------

_Outcome = tuple[str, Count, list[tuple[float, bool]]]


def _confidence(record: Json | None, name: str) -> float:
    value = ((record or {}).get("confidence") or {}).get(name, 0.0)
    return float(value) if isinstance(value, (int, float)) else 0.0


def _compare(name: str, label: Any, predicted: Any, confidence: float, countries: tuple[str, ...] = ()) -> _Outcome:
    """One field of a paired record."""
    wanted, given = normal(name, label, countries), normal(name, predicted, countries)
    if not wanted and not given:
        return name, Count(), []
    if not given:
        return name, Count(missed=1), []
    right = bool(wanted) and (token_f1(str(label), str(predicted)) >= 0.5 if name in FREE_TEXT else wanted == given)
    return (
        name,
        Count(right=int(right), wrong=int(not right), missed=int(bool(wanted) and not right)),
        [(confidence, right)],
    )


def _contacts(sample: Sample, labels: list[Json], predicted: list[Json]) -> list[_Outcome]:
    outcome: list[_Outcome] = []
    for label, given in pair_contacts(labels, predicted):
        outcome += [
            _compare(name, (label or {}).get(name), (given or {}).get(name), _confidence(given, name), sample.countries)
            for name in CONTACT
        ]
    return outcome


def pair_contacts(labels: list[Json], predicted: list[Json]) -> list[Pair]:
    """Labels and predictions side by side: by e-mail, else by best name; None where there is no partner."""
    left, right = list(labels), list(predicted)
    pairs: list[Pair] = []
    for label in labels:
        email = normal("email", label.get("email"))
        partner = next((one for one in right if email and normal("email", one.get("email")) == email), None)
        if partner is not None:
            pairs.append((label, partner))
            left.remove(label)
            right.remove(partner)
    return pairs + _paired(left, right, "name")


def _paired(left: list[Json], right: list[Json], name: str, *, least: float = 0.0) -> list[Pair]:
    """Pairs by the words of a field that they share, the most alike first; what finds no partner stands alone."""
    ranked = sorted(
        (
            (token_f1(str(label.get(name) or ""), str(given.get(name) or "")), one, two)
            for one, label in enumerate(left)
            for two, given in enumerate(right)
        ),
        key=lambda found: -found[0],
    )
    labels, predicted = dict(enumerate(left)), dict(enumerate(right))
    pairs: list[Pair] = []
    for similarity, one, two in ranked:
        if similarity and similarity >= least and one in labels and two in predicted:
            pairs.append((labels.pop(one), predicted.pop(two)))
    return pairs + [(label, None) for label in labels.values()] + [(None, given) for given in predicted.values()]


def _opportunity(sample: Sample, label: Json | None, predicted: Json | None) -> list[_Outcome]:
    outcome = [
        _compare(
            "opportunity_summary" if name == "summary" else name,
            (label or {}).get(name),
            (predicted or {}).get(name),
            _confidence(predicted, name),
        )
        for name in OPPORTUNITY
    ]
    wanted = {normal("products", one) for one in (label or {}).get("products") or ()} - {""}
    confidences = ((predicted or {}).get("confidence") or {}).get("products") or []
    for index, one in enumerate((predicted or {}).get("products") or ()):
        right = normal("products", one) in wanted
        wanted.discard(normal("products", one))
        confidence = float(confidences[index]) if isinstance(confidences, list) and index < len(confidences) else 0.0
        outcome.append(("products", Count(right=int(right), wrong=int(not right)), [(confidence, right)]))
    if wanted:
        outcome.append(("products", Count(missed=len(wanted)), []))
    return outcome


def _case(sample: Sample, label: Json | None, predicted: Json | None) -> list[_Outcome]:
    return [
        _compare(field_name, (label or {}).get(name), (predicted or {}).get(name), _confidence(predicted, name))
        for name, field_name in (("summary", "case_summary"), ("severity", "severity"))
    ]


def _actions(sample: Sample, labels: list[Json], predicted: list[Json]) -> list[_Outcome]:
    return [
        _compare(field_name, (label or {}).get(name), (given or {}).get(name), _confidence(given, name))
        for label, given in _paired(labels, predicted, "text", least=0.5)
        for name, field_name in (("text", "action_text"), ("due", "action_due"), ("owner", "action_owner"))
    ]


# --- invented and forbidden --------------------------------------------------------------------------------------


def proposed_values(predicted: Json) -> list[tuple[str, Any]]:
    """Every value that a prediction would write, with its field name."""
    found: list[tuple[str, Any]] = []
    for contact in predicted.get("contacts") or ():
        found += [(name, contact.get(name)) for name in CONTACT if name != "role"]
    opportunity = predicted.get("opportunity") or {}
    found += [("opportunity_summary" if name == "summary" else name, opportunity.get(name)) for name in OPPORTUNITY]
    found += [("products", one) for one in opportunity.get("products") or ()]
    found += [("case_summary", (predicted.get("case") or {}).get("summary"))]
    for action in predicted.get("next_actions") or ():
        found += [("action_text", action.get("text")), ("action_due", action.get("due"))]
    return [(name, value) for name, value in found if value not in (None, "")]


def is_contained(sample: Sample, name: str, value: Any) -> bool:
    """Whether the item holds a verbatim value in any form."""
    text, written = sample.source, str(value)
    if name in {"phone", "amount"} and sample.label.get("kind") == "call" and written in _said(sample):
        return True
    if name == "phone":
        return grounding.locate(written, "phone", text, countries=sample.countries) is not None or _digits_in(
            written, text
        )
    if name == "amount":
        return grounding.locate(written, "amount", text) is not None
    if name == "email":
        return written.strip().lower() in text.lower() or grounding.locate(written, "text", text) is not None
    if grounding.locate(written, "text", text) is not None:
        return True
    if name == "products" and products.listed(text, (written,)):  # by the model in its name, as people write it
        return True
    known = set(words(text))
    parts = words(written)
    return bool(parts) and all(
        part in known or any(one.startswith(part) for one in known if len(part) >= 4) for part in parts
    )


def _said(sample: Sample) -> set[str]:
    """The numbers that a call says in words, as figures and as phone numbers."""
    found = {one.written for one in numerals.find(sample.source, str(sample.label.get("language") or "en"))}
    return found | {phones.e164(one, sample.countries) for one in found}


def _digits_in(written: str, text: str) -> bool:
    digits = re.sub(r"\D", "", written)[-8:]
    return len(digits) >= 6 and digits in re.sub(r"\D", "", text)


def proposes(banned: str, name: str, value: Any, countries: tuple[str, ...]) -> bool:
    """Whether a proposed value carries a forbidden one: amounts by value, numbers by number, words as whole words."""
    written = str(value)
    number = as_number(re.sub(r"(?i)\b(?:eur|usd|gbp|chf)\b|[€$£]", "", banned).strip().replace(",", ""))
    if number is not None:
        if name in {"amount", "quantity"}:
            given = as_number(written)
            return given is not None and given == number
        if name in {"close_by", "action_due", "currency"}:  # 30 is not what "2026-04-30" says
            return False
        if name not in {"phone", "email"}:
            return grounding.locate(format(number, "f"), "amount", written) is not None
    if name == "phone" and sum(char.isdigit() for char in banned) >= 6:
        return phones.e164(banned, countries) == phones.e164(written, countries)
    if "@" in banned or name == "email":
        return fold(banned) == fold(written) or (name != "email" and fold(banned) in fold(written))
    return grounding.locate(banned, "text", written) is not None


# --- summaries over a set ----------------------------------------------------------------------------------------


def coverage(graded: Sequence[tuple[float, bool]], precision: float = 0.99) -> float:
    """The share of right values above the lowest confidence at which precision still holds."""
    total = sum(right for _, right in graded)
    best = right_so_far = 0
    ordered = sorted(graded, key=lambda one: -one[0])
    for seen, (confidence, right) in enumerate(ordered, start=1):
        right_so_far += right
        last_of_equals = seen == len(ordered) or ordered[seen][0] < confidence
        if last_of_equals and right_so_far >= precision * seen:
            best = right_so_far
    return best / total if total else 0.0


def _macro_f1(pairs: Counter[tuple[str, str]]) -> float | None:
    """Mean F1 over the classes that the labels hold."""
    classes = sorted({label for label, _ in pairs})
    if not classes:
        return None
    total = 0.0
    for one in classes:
        right = pairs[one, one]
        given = sum(count for (_, predicted), count in pairs.items() if predicted == one)
        wanted = sum(count for (label, _), count in pairs.items() if label == one)
        total += 2 * right / (given + wanted) if given + wanted else 0.0
    return round(total / len(classes), 4)
