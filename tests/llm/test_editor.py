"""Writing the next version of a prompt, two versions side by side, and how each did on the evaluation sets."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from crmllm.access.models import User
from crmllm.core.errors import BadInput, Conflict, Forbidden
from crmllm.core.models import AuditEvent
from crmllm.evaluation import extraction, selectors
from crmllm.evaluation.model import Answers, Asked
from crmllm.evaluation.models import EvaluationRun
from crmllm.llm import prompts, services
from crmllm.llm.differences import Line, compared
from crmllm.llm.models import ModelVersion, Prompt, PromptVersion
from crmllm.llm.prompts import WRITTEN_FROM, PromptFile
from crmllm.notifications.models import Notification

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

NAME = "extract-mail"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    ModelVersion.objects.all().delete()
    prompts.forget()
    yield
    prompts.forget()


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def base() -> PromptVersion:
    return PromptVersion.objects.get(prompt__name=NAME, number=5)


def filled_in(base: PromptVersion, **changes: Any) -> dict[str, Any]:
    given = {
        "purpose": base.prompt.description, "note": "Shorter", "system": base.system, "user": base.user,
        "temperature": "0", "max_tokens": "640", "seed": "1", "small_version": "4",
    }  # fmt: skip
    return given | changes


def url(number: int = 5) -> str:
    return reverse("llm:write", args=[NAME, number])


# --- writing


def test_the_form_begins_with_what_the_version_says(client: Client, base: PromptVersion) -> None:
    text = client.get(url()).content.decode()
    assert "You read one business mail" in text
    assert "{context}, {products}, {recipients}" in text


def test_a_new_version_is_kept_frozen_and_not_in_use(client: Client, admin: User, base: PromptVersion) -> None:
    sent = filled_in(base, system="Read the mail.\r\nAnswer in JSON.\r\n", temperature="0.5", logprobs="on")
    answer = client.post(url(), sent)
    made = PromptVersion.objects.get(prompt__name=NAME, number=WRITTEN_FROM)
    assert answer.headers["Location"] == reverse("llm:version", args=[NAME, WRITTEN_FROM])
    assert (made.system, made.user, made.note) == ("Read the mail.\nAnswer in JSON.", base.user, "Shorter")
    assert made.settings == {"temperature": 0.5, "small_version": 4, "logprobs": True}
    assert (made.live, made.author) == (False, admin)
    event = AuditEvent.objects.get(action="prompt.version_written")
    assert (event.actor_id, event.subject_id) == (admin.pk, made.prompt_id)
    text = client.get(answer.headers["Location"]).content.decode()
    assert "Read the mail." in text and "ada" in text
    assert client.post(reverse("llm:use", args=[NAME, WRITTEN_FROM])).status_code == 302
    assert prompts.choose(NAME, admin.pk, "a-large-model").number == WRITTEN_FROM


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"user": "{text} {customer}"}, "Nobody fills in {customer}."),
        ({"user": "Mail: {subject}"}, "{text} is missing"),
        ({"system": "Read {text}."}, "filled in in the user text alone"),
        ({"user": "   "}, "This field is required."),
        ({"max_tokens": "99999"}, "less than or equal to 8192"),
        ({"small_version": "77"}, "There is no version 77."),
        ({}, "says exactly this already"),
        ({"note": ""}, "This field is required."),
    ],
)
def test_what_could_not_be_asked_is_refused_with_a_sentence(
    client: Client, base: PromptVersion, changes: dict[str, str], sentence: str
) -> None:
    count = PromptVersion.objects.count()
    answer = client.post(url(), filled_in(base, **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert PromptVersion.objects.count() == count


def test_only_an_admin_writes(auditor: User, base: PromptVersion) -> None:
    client = Client()
    client.force_login(auditor)
    assert client.get(url()).status_code == client.post(url(), filled_in(base)).status_code == 403
    assert url() not in client.get(reverse("llm:version", args=[NAME, 5])).content.decode()
    with pytest.raises(Forbidden):
        services.write_version(
            user=auditor, prompt=base.prompt, purpose="", note="", system="s", template="{text}", settings={}
        )


def written(admin: User, base: PromptVersion, system: str) -> PromptVersion:
    return services.write_version(
        user=admin, prompt=base.prompt, purpose="", note="", system=system, template="{text}", settings={}
    )


def test_versions_written_here_count_on_by_themselves_and_once(admin: User, base: PromptVersion) -> None:
    assert [written(admin, base, text).number for text in ("a", "b")] == [WRITTEN_FROM, WRITTEN_FROM + 1]
    with pytest.raises(Conflict):
        written(admin, base, "b")
    with pytest.raises(BadInput):
        written(admin, base, "x" * (prompts.LONGEST + 1))


def shipped(number: int) -> PromptFile:
    return PromptFile(NAME, number, "", "", "new", "{text}", {})


def test_an_update_of_the_program_takes_over_from_its_own_version_alone(admin: User, base: PromptVersion) -> None:
    own = written(admin, base, "ours")
    prompts.store(shipped(6))
    assert PromptVersion.objects.get(prompt__name=NAME, live=True).number == 6
    services.set_live_version(user=admin, version=own)
    prompts.store(shipped(7))
    assert PromptVersion.objects.get(prompt__name=NAME, live=True).number == own.number


# --- side by side


def test_lines_are_compared() -> None:
    before = "\n".join(["same"] * 9 + ["old"] + ["end"])
    after = "\n".join(["same"] * 9 + ["new"] + ["end"])
    assert compared(before, after) == [
        Line("skipped", count=6), *[Line("same", "same")] * 3, Line("removed", "old"), Line("added", "new"),
        Line("same", "end"),
    ]  # fmt: skip
    assert compared("a", "a") == [Line("same", "a")]


def test_added_and_removed_lines_are_told_by_word_and_sign(client: Client, base: PromptVersion) -> None:
    text = client.get(reverse("llm:compare", args=[NAME]), {"before": 2, "after": 5}).content.decode()
    assert "added:" in text and "<ins>{context}</ins>" in text
    assert "removed:" not in text
    back = client.get(reverse("llm:compare", args=[NAME]), {"before": 5, "after": 2}).content.decode()
    assert "removed:" in back and "<del>{context}</del>" in back
    assert "small_version: 4" in back


def test_without_a_choice_the_one_in_use_and_the_newest_other_are_compared(client: Client) -> None:
    for asked in ({}, {"before": "x", "after": "99"}):
        assert "from version 4 to 5" in client.get(reverse("llm:compare", args=[NAME]), asked).content.decode()
    assert client.get(reverse("llm:compare", args=["nothing"])).status_code == 404


def test_what_a_version_says_is_shown_as_text(client: Client, admin: User, base: PromptVersion) -> None:
    made = written(admin, base, "<script>alert(1)</script>")
    asked = {"before": 3, "after": made.number}
    assert "<script>alert" not in client.get(reverse("llm:compare", args=[NAME]), asked).content.decode()


# --- who is asked, and scores


def test_the_page_tells_who_is_asked_with_which_version(client: Client) -> None:
    ModelVersion.objects.create(
        name="crm-1", base="smollm2-135m-crm", path="/x", sha256="0", settings={"prompt": "extract-mail 2"}
    )
    prompts.forget()
    text = " ".join(client.get(reverse("llm:prompts")).content.decode().split())
    assert "<td>crm-1, smollm2-135m-crm</td>" in text
    assert "<td>every other model</td>" in text


@pytest.fixture
def asked_with(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """What the evaluation asked its model with; it answers nothing."""
    seen: list[dict[str, int]] = []

    def ask_all(cases: list[Any], *, name: str, versions_of: dict[str, int], gated: bool) -> Answers:
        seen.append(versions_of)
        number = versions_of.get(NAME, 5)
        return Answers([Asked(prompt_version=f"{NAME} v{number}", model="tiny") for _ in cases])

    monkeypatch.setattr(extraction, "ask_all", ask_all)
    return seen


def evaluate(*more: str) -> EvaluationRun:
    call_command("evaluate", "extraction", "--own", "--limit", "3", "--json", *more, stdout=StringIO())
    return EvaluationRun.objects.latest("created_at")


def test_a_run_asks_with_the_named_version_and_keeps_it(client: Client, asked_with: list[dict[str, int]]) -> None:
    usual, trial = evaluate(), evaluate("--prompt", NAME, "v2")
    assert asked_with == [{}, {NAME: 2}]
    assert (usual.result["prompt_versions"], trial.result["prompt_versions"]) == ([f"{NAME} v5"], [f"{NAME} v2"])
    assert trial.prompt_version == f"{NAME} v2"
    text = client.get(reverse("llm:prompts")).content.decode()
    assert reverse("evaluation:run", args=[usual.pk]) in text
    own = client.get(reverse("llm:version", args=[NAME, 2])).content.decode()
    assert reverse("evaluation:run", args=[trial.pk]) in own
    assert reverse("evaluation:run", args=[usual.pk]) not in own
    assert "manage.py evaluate extraction --own --prompt extract-mail v2" in own


def test_a_trial_raises_no_alarm_and_is_no_measure_for_later_runs(
    admin: User, asked_with: list[dict[str, int]]
) -> None:
    first = evaluate()
    EvaluationRun.objects.update(score=0.99)
    trial = evaluate("--prompt", NAME, "2")
    assert not Notification.objects.exists()
    last = evaluate()
    assert selectors.previous(last) == first
    assert trial.result["trial"] is True
    assert Notification.objects.exists()


@pytest.mark.parametrize(
    "words", [("--prompt", NAME, "x"), ("--prompt", NAME), ("--without-model", "--prompt", NAME, "2")]
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        evaluate(*words)


def test_a_version_that_is_not_there_is_told_before_a_server_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmllm.evaluation.model.model_server", lambda: pytest.fail("nobody needs it"))
    with pytest.raises(CommandError, match="no version 77"):
        evaluate("--prompt", NAME, "v77")
    assert Prompt.objects.filter(name=NAME).exists()
