"""What the peers' programs share: items on standard input, contacts on standard output, a line of JSON each.

Runs in the peers' environment, so it knows nothing of the rest of crmllm.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

FIELDS = ("name", "title", "company", "email", "phone")
TASK = (
    "Read the contact details of the person who wrote this message: full name, job title, company, e-mail address and "
    "phone number, exactly as they are written. Leave out what the message does not say."
)


def main(ask: Callable[[argparse.Namespace, list[dict[str, Any]]], Iterable[dict[str, Any]]]) -> None:
    """Reads the items, has them asked, and writes {id, contact} or {id, failed} for each as it comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--key", default="none")
    parser.add_argument("--model", required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    options = parser.parse_args()
    items = [json.loads(line) for line in sys.stdin]
    out = sys.stdout  # held here: while a library's own words are turned away, sys.stdout is another one
    for answer in ask(options, items):
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()
