"""`evaluate peers`: what is asked of the other libraries, and how their answers are counted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crmllm.evaluation import extraction, sets
from crmllm.evaluation.peers import compare

STAND_IN = """
import json, sys
assert "--url" in sys.argv and "--model" in sys.argv and "--concurrency" in sys.argv
for line in sys.stdin:
    item = json.loads(line)
    if item["id"] == 0:
        print(json.dumps({"id": 0, "failed": "Timeout"}))
    elif item["id"] != 1:  # one gets no line at all
        sender = item["text"].partition("<")[2].partition(">")[0]
        print(json.dumps({"id": item["id"], "contact": {"email": sender, "name": None, "phone": "+49 30 0"}}))
"""


@pytest.fixture
def options() -> extraction.Options:
    return extraction.Options(data=sets.OWN, limit=12)


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program in the place of a peer's: it answers with the sender's address and a number of its own."""
    (tmp_path / "stand_in.py").write_text(STAND_IN)
    monkeypatch.setattr(compare, "ENVIRONMENT", Path(sys.prefix))
    return str(tmp_path / "stand_in.py")


def test_answers_of_a_peer_are_counted_as_ours_are(options: extraction.Options, peer: str) -> None:
    cases = extraction.read(options, lambda items, _: items)
    predicted, cost, failed = compare._peer(peer, cases, "small")

    assert failed == 2
    assert cost.seconds > 0
    figures = compare._figures(options, cases, predicted, cost, failed)
    senders = [one for case in cases for one in case.sample.label["contacts"] if one["role"] == "sender"]
    assert figures["fields"]["email"]["support"] == sum(bool(one["email"]) for one in senders)
    assert 0 < figures["fields"]["email"]["recall"] < 1
    assert figures["fields"]["phone"]["recall"] == 0
    assert figures["invented"] == 10  # a number that stands nowhere, in each answer
    assert "role" not in figures["fields"]


def test_only_the_writer_counts(options: extraction.Options) -> None:
    cases = extraction.read(options, lambda items, _: items)
    ours = compare._predictions(options, cases, compare.no_model())
    with_others = [one | {"contacts": [*one["contacts"], {"role": "mentioned", "name": "Nobody Else"}]} for one in ours]
    cost = compare.Cost(1.0)

    assert compare._figures(options, cases, with_others, cost, 0) == compare._figures(options, cases, ours, cost, 0)


def test_without_the_peers_a_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "ENVIRONMENT", tmp_path)
    with pytest.raises(CommandError, match="make setup-peers"):
        call_command("evaluate", "peers", "--own", "--limit", "1")


def test_tokens_are_what_the_server_counts() -> None:
    page = (
        '# HELP vllm:prompt_tokens_total x\nvllm:prompt_tokens_total{engine="0",model_name="small"} 1200.0\n'
        'vllm:generation_tokens_total{engine="0",model_name="small"} 1.5e+02\nvllm:request_success_total 9.0\n'
    )
    assert [float(one["count"]) for one in compare._COUNTED.finditer(page)] == [1200, 150]
