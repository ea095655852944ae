"""langextract: a task, one example, and spans of the text as the answer."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import langextract
from langextract.data import ExampleData, Extraction
from langextract.factory import ModelConfig
from lines import FIELDS, TASK, main

EXAMPLE = ExampleData(
    text=(
        "Hello,\nplease call me back about the pumps.\n\nKind regards\nAnna Lindqvist\nHead of Maintenance\n"
        "Norrvik Bruk AB\nanna.lindqvist@norrvik.example\n+46 8 555 010 20"
    ),
    extractions=[
        Extraction("name", "Anna Lindqvist"),
        Extraction("title", "Head of Maintenance"),
        Extraction("company", "Norrvik Bruk AB"),
        Extraction("email", "anna.lindqvist@norrvik.example"),
        Extraction("phone", "+46 8 555 010 20"),
    ],
)


def ask(options: argparse.Namespace, items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    settings = {"base_url": options.url, "api_key": options.key, "temperature": 0.0, "max_output_tokens": 1024}
    model = ModelConfig(options.model, "OpenAILanguageModel", settings)

    def one(item: dict[str, Any]) -> dict[str, Any]:
        try:
            with contextlib.redirect_stdout(sys.stderr):
                found = langextract.extract(
                    item["text"],
                    prompt_description=TASK,
                    examples=[EXAMPLE],
                    config=model,
                    use_schema_constraints=True,
                    max_char_buffer=8000,
                    show_progress=False,
                )
        except Exception as error:
            return {"id": item["id"], "failed": type(error).__name__}
        return {"id": item["id"], "contact": _contact(found.extractions or [])}

    with ThreadPoolExecutor(options.concurrency) as pool:
        yield from pool.map(one, items)


def _contact(extractions: list[Extraction]) -> dict[str, str]:
    """The first of each field that stands in the text: langextract says itself which ones do."""
    contact: dict[str, str] = {}
    for one in extractions:
        if one.extraction_class in FIELDS and one.char_interval is not None:
            contact.setdefault(one.extraction_class, one.extraction_text)
    return contact


if __name__ == "__main__":
    main(ask)
