"""instructor: a pydantic model of the answer, enforced by the server's JSON schema, one retry with the error."""

import argparse
import asyncio
from typing import Any

import instructor
from lines import FIELDS, TASK, main
from openai import AsyncOpenAI
from pydantic import BaseModel, ConfigDict, Field

RETRIES = 1


class Person(BaseModel):
    """The writer of the message. Every key is asked for: small models leave out what they may leave out."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=80, description="full name, empty if it is not stated")
    title: str = Field(max_length=80, description="job title, empty if it is not stated")
    company: str = Field(max_length=80, description="company, empty if it is not stated")
    email: str = Field(max_length=80, description="e-mail address, empty if it is not stated")
    phone: str = Field(max_length=40, description="phone number, empty if it is not stated")


def ask(options: argparse.Namespace, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return asyncio.run(_ask_all(options, items))


async def _ask_all(options: argparse.Namespace, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    plain = AsyncOpenAI(base_url=options.url, api_key=options.key, timeout=600)
    client = instructor.from_openai(plain, mode=instructor.Mode.JSON_SCHEMA)
    slots = asyncio.Semaphore(options.concurrency)

    async def one(item: dict[str, Any]) -> dict[str, Any]:
        async with slots:
            try:
                found = await client.chat.completions.create(
                    model=options.model,
                    response_model=Person,
                    messages=[{"role": "system", "content": TASK}, {"role": "user", "content": item["text"]}],
                    max_retries=RETRIES,
                    max_tokens=256,
                    temperature=0,
                )
            except Exception as error:
                return {"id": item["id"], "failed": type(error).__name__}
        return {"id": item["id"], "contact": {name: getattr(found, name) for name in FIELDS}}

    return list(await asyncio.gather(*(one(item) for item in items)))


if __name__ == "__main__":
    main(ask)
