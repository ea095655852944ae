"""`manage.py evaluate SUBJECT ...`: measure a part of the product against labels; progress goes to standard error."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.utils import Error as DatabaseError
from rich.console import Console
from rich.progress import track

from crmllm.core.errors import CrmllmError
from crmllm.evaluation import classification, extraction, figures, sentences, sets
from crmllm.evaluation.formats import BadSet
from crmllm.evaluation.peers import compare
from crmllm.llm.errors import LlmError
from crmllm.llm.server.own import NoModel

Json = dict[str, Any]
Item = TypeVar("Item")


def _progress(items: Iterable[Item], doing: str) -> Iterable[Item]:
    return track(items, description=doing, console=Console(stderr=True), disable=not sys.stderr.isatty())


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that can be measured."""

    help: str
    add_arguments: Callable[[ArgumentParser], None]
    options: type[extraction.Options] | type[sentences.Options]
    run: Callable[..., Json]
    table: Callable[[Json], str]
    kept: bool = True  # in the history of runs, which compares us with ourselves


SUBJECTS: dict[str, Subject] = {
    "extraction": Subject(
        "Values read from mails, calls, notes, documents and forms.",
        extraction.add_arguments, extraction.Options, extraction.run, extraction.table,
    ),
    "peers": Subject(
        "Who wrote an item: ours with and without the model, beside instructor and langextract.",
        compare.add_arguments, extraction.Options, compare.run, compare.table, kept=False,
    ),
    "classification": Subject(
        "The category of mails, calls, notes, documents and forms.",
        classification.add_arguments, extraction.Options, classification.run, figures.table,
    ),
    "sentiment": Subject(
        "The mood of single texts.",
        sentences.add_arguments, sentences.Options, partial(sentences.run, sentences.SENTIMENT), figures.table,
    ),
    "actions": Subject(
        "Whether single sentences ask for something.",
        sentences.add_arguments, sentences.Options, partial(sentences.run, sentences.ACTIONS), figures.table,
    ),
}  # fmt: skip


class Command(BaseCommand):
    help = "Measures a part of the product against labelled data."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        subjects = parser.add_subparsers(dest="subject", required=True)
        for name, subject in SUBJECTS.items():
            one = subjects.add_parser(name, help=subject.help)
            one.add_argument("--json", action="store_true", help="Only JSON on standard output.")
            subject.add_arguments(one)

    def handle(self, *args: Any, **options: Any) -> None:
        subject = SUBJECTS[options["subject"]]
        names = subject.options.__dataclass_fields__
        asked = subject.options(**{name: options[name] for name in names if name in options})
        try:
            report = subject.run(asked, _progress)
        except (BadSet, NoModel, LlmError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            json.dumps(report, ensure_ascii=False, indent=2) if options["json"] else subject.table(report)
        )
        if subject.kept:
            self._keep(options["subject"], asked, report)

    def _keep(self, subject: str, asked: extraction.Options | sentences.Options, report: Json) -> None:
        """Stores the figures for the history. They were said already: a missing database must not lose them."""
        from crmllm.evaluation.services import record_run

        read = [getattr(asked, name, None) for name in ("format", "text", "label", "limit")]
        try:
            call_command("migrate", verbosity=0, stdout=sys.stderr)
            record_run(
                subject=subject,
                dataset=sets.name(asked.data),
                fingerprint=sets.fingerprint(asked.data, subject, *read),
                report=report,
            )
        except (CrmllmError, DatabaseError, OSError) as error:
            self.stderr.write(f"The run could not be kept for the history ({type(error).__name__}).")
