"""The door against the real vLLM server and its small model: a few generations, nothing made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync

from crmllm.core.crypto import new_key
from crmllm.extraction import tasks
from crmllm.extraction.models import Extraction
from crmllm.extraction.schema import MailAnswer
from crmllm.ingestion.choices import Status
from crmllm.llm import prompts
from crmllm.llm.client import Completion, Model, complete
from crmllm.llm.errors import InvalidAnswer, RequestRefused
from crmllm.llm.models import LlmCall, Prompt
from crmllm.llm.schemas import response_format
from tests.support.factories import TEXT, interaction
from tests.support.model_server import Person

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


@pytest.fixture(autouse=True)
def _real(real_model: str) -> None:
    prompts.forget()


@pytest.fixture
def ask_real(prompt: Prompt, subject: UUID) -> Callable[[str], Completion[Person]]:
    def ask(text: str) -> Completion[Person]:
        return async_to_sync(complete)(
            prompt="people",
            variables={"text": text},
            schema=Person,
            subject_id=subject,
            subject_type="test",
            key_id=new_key(),
        )

    return ask


def test_an_answer_fits_the_schema_and_is_recorded(ask_real: Callable[[str], Completion[Person]]) -> None:
    done = ask_real("Ada Lovelace is 36 years old.")
    assert isinstance(done.value, Person)
    assert done.mean_logprob is not None
    assert done.mean_logprob <= 0
    call = LlmCall.objects.get()
    assert (call.state, call.finish_reason) == ("answered", "stop")
    assert call.input_tokens > 10
    assert call.output_tokens == done.output_tokens > 3
    assert call.latency_ms > 0


def test_an_answer_that_the_limit_cuts_off_is_told_so(
    ask_real: Callable[[str], Completion[Person]], prompt: Prompt
) -> None:
    prompt.versions.update(settings={"max_tokens": 3})
    prompts.forget()
    with pytest.raises(InvalidAnswer) as caught:
        ask_real("Ada Lovelace is 36 years old.")
    assert caught.value.code == "answer_cut_off"
    assert LlmCall.objects.get().output_tokens == 3


def test_a_text_beyond_the_context_is_refused_by_the_server(ask_real: Callable[[str], Completion[Person]]) -> None:
    with pytest.raises(RequestRefused):
        ask_real("far too long " * 20_000)
    assert LlmCall.objects.get().state == "refused"


def test_the_server_takes_the_schema_of_the_extraction() -> None:
    assert len(response_format(MailAnswer)["json_schema"]["schema"]["properties"]) <= 30


def test_a_mail_goes_the_whole_way(monkeypatch: pytest.MonkeyPatch) -> None:
    class Run:
        def should_stop(self) -> bool:
            return False

        def tick(self, **counts: Any) -> None:
            counted.append(counts)

    counted: list[dict[str, Any]] = []
    monkeypatch.setattr(tasks, "embed_idle", lambda run: None)
    row = interaction(status=Status.PARSED)
    tasks.drain_extract(Run())
    row.refresh_from_db()
    assert row.status == Status.PROPOSED
    assert counted == [{"done": 1}]
    extraction = Extraction.objects.get()
    if LlmCall.objects.filter(state="answered").exists():
        assert extraction.prompt_version
    for value in extraction.values.filter(rejected="", inferred=False):
        for start, end in value.spans:
            assert 0 <= start < end <= len(TEXT)


def test_the_name_of_the_model_comes_from_the_server() -> None:
    async def main() -> str:
        async with Model() as model:
            return await model.name()

    assert "smollm2" in async_to_sync(main)().lower()
