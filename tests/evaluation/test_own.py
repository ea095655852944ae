"""The shipped set: whole, labelled by its own rules, and read by the rules with nothing made up."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crmllm.evaluation import formats, sets
from crmllm.evaluation.scorer import is_contained, proposed_values, proposes
from crmllm.extraction.types import CATEGORIES, CRM_CATEGORIES

LABELS = [json.loads(line) for line in (sets.OWN / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
ON_SALE = json.loads((sets.OWN / "crm.json").read_text(encoding="utf-8"))["us"]["products"]


def test_every_item_has_one_label_and_every_kind_and_language_is_there() -> None:
    files = {path.name for path in (sets.OWN / "items").iterdir()}
    assert len(files) >= 200
    assert Counter(label["file"] for label in LABELS) == Counter(files)
    assert {label["kind"] for label in LABELS} == {"email", "call", "meeting", "document", "web_form"}
    assert {label["language"] for label in LABELS} == {"en", "de", "fr", "es", "it", "nl", "pt", "pl"}
    assert {label["category"] for label in LABELS} == set(CATEGORIES)


def test_labels_say_what_the_items_say() -> None:
    wrong = []
    for case in formats.folder(sets.OWN):
        label, sample = case.sample.label, case.sample
        values = [(name, one[name]) for one in label["contacts"] for name in ("name", "title", "company", "email")]
        products = (label["opportunity"] or {}).get("products", ())
        wrong += [(sample.file, "products", one) for one in products if one not in ON_SALE]
        if label["kind"] != "call":  # spoken numbers are written as digits
            short = {one: one.removeprefix("Halden ").casefold() for one in products}  # how customers call them
            wrong += [(sample.file, "products", one) for one in products if short[one] not in sample.source.casefold()]
            amount = (label["opportunity"] or {}).get("amount")
            written = (amount, amount / 1000) if amount else ()  # thousands are also written as "210 tys."
            if amount and not any(is_contained(sample, "amount", one) for one in written):
                wrong.append((sample.file, "amount", amount))
        wrong += [(sample.file, name, one) for name, one in values if one and not is_contained(sample, name, one)]
        for banned in label["forbidden"]:
            wrong += [
                (sample.file, banned, one) for name, one in proposed_values(label) if proposes(banned, name, one, ())
            ]
        if label["category"] not in CRM_CATEGORIES and (label["contacts"] or label["opportunity"] or label["case"]):
            wrong.append((sample.file, "category", label["category"]))
    assert wrong == []


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_rules_alone_read_most_of_it() -> None:
    out = StringIO()
    call_command("evaluate", "extraction", "--own", "--without-model", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["items"] == len(LABELS)
    assert found["micro"]["f1"] >= 0.7
    assert 0 <= found["coverage_at_p99"] <= 1


def test_a_set_is_named_once() -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("evaluate", "extraction", "--own", "--data", str(sets.OWN))
