"""Learning from decisions: what becomes an example, what never does, and the way to a registered version."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmllm.access.models import User
from crmllm.core.audit import SYSTEM
from crmllm.core.crypto import Sealed
from crmllm.core.runtime.home import Home
from crmllm.evaluation import answers, decisions, finetune, model
from crmllm.evaluation.formats import Labelled
from crmllm.evaluation.model import Asked
from crmllm.extraction.models import Extraction
from crmllm.extraction.schema import MailAnswer, ModelAnswer
from crmllm.extraction.types import Item, to_json
from crmllm.llm.models import ModelVersion
from crmllm.privacy.choices import ConsentState, Purpose
from crmllm.privacy.services import record_consent
from crmllm.proposals import services as proposals
from crmllm.proposals.models import Decision, Proposal
from tests.support import factories

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture
def made(reviewer: User) -> dict[str, Proposal]:
    """The proposals of one mail, and what was found in it."""
    found = factories.proposals()
    row = found["contact"].interaction
    Extraction.objects.filter(interaction=row).update(result=Sealed.of(to_json(factories.found()), row.key_id))
    return found


def approve(user: User, proposal: Proposal, **edits: Any) -> None:
    proposal.refresh_from_db()
    changes = {change.field: str(change.pk) for change in proposal.changes.all()}
    proposals.approve(user=user, proposal=proposal, edits={changes[name]: one for name, one in edits.items()})


def test_a_mail_that_is_not_settled_teaches_nothing(made: dict[str, Proposal], reviewer: User) -> None:
    approve(reviewer, made["account"])
    assert list(decisions.decided()) == []


def test_decisions_correct_what_was_found(made: dict[str, Proposal], reviewer: User) -> None:
    approve(reviewer, made["account"], name="Betasoloin AG")
    approve(reviewer, made["contact"], title="Procurement")
    approve(reviewer, made["opportunity"], quantity=13)
    proposals.reject(user=reviewer, proposal=made["activity"], reason="Wrong value")
    (one,) = decisions.decided()
    answer = one.answer
    assert (answer.name, answer.title, answer.company) == ("Maria Ruiz", "Procurement", "Betasoloin AG")
    assert answer.phone == "+49 30 901820", "as written: code brings it into form"
    assert (answer.products, answer.quantity, answer.currency) == (["GTX Pro"], "13", "EUR")
    assert answer.action == "", "a rejected proposal was wrong"
    assert set(one.decisions) == set(Decision.objects.values_list("pk", flat=True))


@pytest.mark.parametrize("who", ["m@x.example", "maria.ruiz@betasoloin.example"])
def test_who_does_not_want_it_is_not_learned_from(made: dict[str, Proposal], reviewer: User, who: str) -> None:
    for name in ("account", "contact", "opportunity", "activity"):
        approve(reviewer, made[name])
    assert len(list(decisions.decided())) == 1
    record_consent(actor=SYSTEM, person=who, purpose=Purpose.TRAINING, state=ConsentState.WITHDRAWN, source="mail")
    assert list(decisions.decided()) == []


def test_real_names_are_learned_only_when_asked_for(made: dict[str, Proposal], reviewer: User) -> None:
    for name in ("account", "contact", "opportunity", "activity"):
        approve(reviewer, made[name])
    plain = finetune.prepare(finetune.Options(examples=3, pseudonymise=False))
    other = finetune.prepare(finetune.Options(examples=3))
    none = finetune.prepare(finetune.Options(examples=3, with_decisions=False))
    assert "Maria Ruiz" in json.dumps(plain.rows) + str(plain.held_decided)
    assert "Ruiz" not in json.dumps(other.rows) + str(other.held_decided)
    assert len(none.rows) == 3
    assert none.trained_on == []
    learned = len(other.trained_on) == 4 and len(other.rows) == 3 + finetune.REPEATS
    held_back = not other.trained_on and len(other.held_decided) == 1
    assert learned or held_back, "one mail is either learned from or measured with, never both"


TRAINER = """
import json, pathlib, sys
model, examples, folder = (pathlib.Path(one) for one in sys.argv[1:4])
rows = [json.loads(line) for line in examples.read_text().splitlines()]
assert all(set(row) == {"messages", "answer"} for row in rows)
folder.mkdir()
(folder / "adapter_config.json").write_text(json.dumps({"r": 16, "base_model_name_or_path": "tiny"}))
(folder / "adapter_model.safetensors").write_bytes(str(examples).encode())
print("Loading weights")
print(json.dumps({"event": "step", "step": 5, "of": len(rows), "loss": 0.5, "seconds": 9}))
print(json.dumps({"event": "end", "step": 5}))
"""


@pytest.fixture
def trainer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[str], None]:
    """A trainer that a test writes, in the place of ours; nothing is measured with a server."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(Path("/usr/bin/env").resolve().parent / "python3")
    (tmp_path / "model").mkdir()
    monkeypatch.setattr(finetune, "home", lambda: Home(tmp_path / "home"))  # adapters are named by the second
    monkeypatch.setattr(finetune, "MODEL_SERVER", tmp_path)
    monkeypatch.setattr(finetune, "settings_model", lambda: tmp_path / "model")
    monkeypatch.setattr(finetune, "TRAINER", tmp_path / "train.py")
    figures = {"made_up_all": {"new": 0.9, "current": 0.8}}
    monkeypatch.setattr(finetune, "measure", lambda folder, lesson, learned, tell: figures)
    settings.LLM_BASE_URL = ""

    def write(text: str) -> None:
        (tmp_path / "train.py").write_text(text)

    write(TRAINER)
    return write


def test_the_command_trains_and_registers_a_candidate(
    trainer: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("finetune", "--examples", "4", "--without-decisions", "--minutes", "1")
    row = ModelVersion.objects.get(shipped=False)
    assert (row.state, row.settings["steps"], row.figures["made_up_all"]["new"]) == ("candidate", 5, 0.9)
    told = json.loads((Path(row.path) / "training.json").read_text())
    assert told["settings"]["examples"] == 4
    examples = Path((Path(row.path) / "adapter_model.safetensors").read_text())
    assert not examples.exists(), "people's words do not stay behind"
    printed = capsys.readouterr()
    assert "step 5 of at most 4, loss 0.5" in printed.err
    assert "0.900   0.800" in printed.out


def test_it_learns_with_the_version_of_the_prompt_that_is_named(trainer: Callable[[str], None]) -> None:
    few = ("finetune", "--examples", "2", "--without-decisions")
    call_command(*few, "--prompt-version", "4")
    assert ModelVersion.objects.get(shipped=False).settings["prompt"] == "extract-mail 4"
    with pytest.raises(CommandError, match="no version 77"):
        call_command(*few, "--prompt-version", "77")


def test_a_training_that_stops_registers_nothing(trainer: Callable[[str], None]) -> None:
    trainer("raise SystemExit('out of memory')")
    with pytest.raises(CommandError, match="stopped"):
        call_command("finetune", "--examples", "2", "--without-decisions")
    assert not ModelVersion.objects.filter(shipped=False).exists()


def test_a_model_of_somebody_else_is_not_ours_to_train(settings: Any) -> None:
    settings.LLM_BASE_URL = "http://models.example/v1"
    with pytest.raises(CommandError, match="LLM_BASE_URL"):
        call_command("finetune")


def test_answers_are_graded_key_by_key() -> None:
    def said(**values: Any) -> MailAnswer:
        return MailAnswer(category="sales", sentiment="neutral", **values)

    right = said(name="Ada Lovelace", title="Builder", products=["A", "B"], action="send us the price list")
    given = said(name="ada lovelace", phone="1", products=["A", "C"], action="send the price list")
    figures = answers.score([(right, given)])
    assert (figures["name"], figures["title"], figures["products"], figures["action"]) == (1.0, 0.0, 0.5, 1.0)
    assert "phone" not in figures, "nothing was to be found there"
    assert answers.score([(right, None)])["all"] == 0.0
    assert 0.5 < figures["all"] < 1.0


# --- a server that does not answer


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A model server that answers so many of the items it is asked about, and none of the others."""
    monkeypatch.setattr(model, "model_server", nullcontext)

    def write(answered: int) -> None:
        async def ask(cases: list[Labelled], *_: object) -> list[Asked]:
            right = Asked((ModelAnswer(MailAnswer(category="sales", sentiment="neutral"), None, "v2"),), calls=1)
            return [right if at < answered else Asked(failed=True) for at in range(len(cases))]

        monkeypatch.setattr(model, "_ask_all", ask)

    return write


def test_a_model_that_answers_nothing_is_no_measure(answering: Callable[[int], None]) -> None:
    answering(0)
    with pytest.raises(CommandError, match="none of 3 questions"):
        call_command("evaluate", "extraction", "--own", "--limit", "3", "--json")


def test_what_stays_unanswered_is_counted(answering: Callable[[int], None], capsys: pytest.CaptureFixture[str]) -> None:
    answering(2)
    call_command("evaluate", "extraction", "--own", "--limit", "3", "--json")
    assert json.loads(capsys.readouterr().out)["unanswered"] == 1


@pytest.mark.parametrize(("answered", "figures", "word"), [(1, 1.0, "1 of 2"), (0, None, "none of 2")])
def test_a_training_is_measured_by_the_answers_there_are(
    answering: Callable[[int], None], answered: int, figures: float | None, word: str
) -> None:
    answering(answered)
    held = [(Item(text="We want two pumps."), MailAnswer(category="sales", sentiment="neutral"))] * 2
    said: list[str] = []
    found = finetune._scores("crm", held, said.append)
    assert found.get("category") == figures
    assert word in said[0]
