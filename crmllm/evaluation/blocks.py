"""Scores one contact against a signature block for which each field may have several accepted values."""

from __future__ import annotations

from typing import Any

from crmllm.evaluation.formats import Labelled
from crmllm.evaluation.scorer import Count, Score, is_contained, normal, proposed_values, token_f1
from crmllm.extraction.types import CONTACT_FIELDS

Json = dict[str, Any]


def score(pairs: list[tuple[Labelled, Json]]) -> Score:
    """Recall over annotated fields, precision inside the blocks; any of a field's annotated values is right."""
    result = Score()
    for labelled, predicted in pairs:
        result.items += 1
        contact = _closest(labelled, predicted.get("contacts") or [])
        for name in CONTACT_FIELDS:
            accepted = {normal(name, one, labelled.sample.countries) for one in labelled.accepted.get(name, ())} - {""}
            given = normal(name, contact.get(name), labelled.sample.countries)
            required = bool(accepted) and name not in labelled.optional
            # An address from the header that the block does not repeat is neither right nor wrong.
            if name in (contact.get("inferred") or ()) and given not in accepted:
                given = ""
            if given and not accepted and name in labelled.optional:
                continue
            right = bool(given) and given in accepted
            count = Count(int(right), int(bool(given) and not right), int(required and not right))
            result.fields[name].add(count)
            result.by_kind["email"].add(count)
            result.by_language[str(labelled.sample.label["language"])].add(count)
            if given:
                result.graded.append((name, float((contact.get("confidence") or {}).get(name, 0.0)), right))
        result.invented += [
            (labelled.sample.file, name, str(value))
            for name, value in proposed_values({"contacts": predicted.get("contacts")})
            if not is_contained(labelled.sample, name, value)
        ]
    return result


def _closest(labelled: Labelled, contacts: list[Json]) -> Json:
    """The predicted contact that the block belongs to: by e-mail, else by name, else the author."""
    emails = {normal("email", one) for one in labelled.accepted.get("email", ())}
    for one in contacts:
        if one.get("email") and normal("email", one["email"]) in emails:
            return one
    names = labelled.accepted.get("name", [])
    ranked = sorted(
        contacts, key=lambda one: -max((token_f1(str(one.get("name") or ""), name) for name in names), default=0.0)
    )
    return ranked[0] if ranked else {}
