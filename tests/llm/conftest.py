"""A prompt, a subject, and a way to ask a made-up model server for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync

from crmllm.core.crypto import new_key
from crmllm.core.ids import uuid7
from crmllm.llm import prompts
from crmllm.llm.client import Completion, Model
from crmllm.llm.models import Prompt
from tests.support.model_server import Person, Server


@pytest.fixture
def prompt(db: None) -> Iterator[Prompt]:
    """A prompt named `people`, version 1 live."""
    row = Prompt.objects.create(name="people")
    row.versions.create(
        number=1,
        system="You read people.",
        user="Text: {text}",
        settings={"max_tokens": 64, "logprobs": True},
        live=True,
    )
    prompts.forget()
    yield row
    prompts.forget()


@pytest.fixture
def subject() -> UUID:
    return uuid7()


@pytest.fixture
def ask(prompt: Prompt, subject: UUID) -> Callable[..., Completion[Person]]:
    """Asks a Server for a Person."""
    key_id = new_key()

    def run(server: Server, text: str = "Ada, 36") -> Completion[Person]:
        async def main() -> Completion[Person]:
            async with Model(transport=server) as model:
                return await model.complete(
                    prompt="people",
                    variables={"text": text},
                    schema=Person,
                    subject_id=subject,
                    subject_type="test",
                    key_id=key_id,
                )

        return async_to_sync(main)()

    return run
