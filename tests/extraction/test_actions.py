"""Next actions: what is asked of us, what they promise, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from crmllm.extraction.rules import requests
from crmllm.extraction.rules.requests import Action

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "cases" / "actions.yaml").read_text(encoding="utf-8")
)
SENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday


def find(text: str) -> list[Action]:
    return requests.find(text, 0, len(text), sent_at=SENT)


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:40] for case in CASES])
def test_who_does_what_until_when(case: dict[str, Any]) -> None:
    found = find(case["text"])
    assert len(found) == len(case["actions"]), found
    for action, wanted in zip(found, case["actions"], strict=True):
        assert (action.owner, action.due.value if action.due else None) == (wanted["owner"], wanted["due"])
        assert wanted["text"].casefold() in action.text.value.casefold()
