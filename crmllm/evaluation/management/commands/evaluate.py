"""`manage.py evaluate SUBJECT ...`: measure a part of the product against labels; progress goes to standard error."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import track

from crmllm.evaluation import extraction
from crmllm.evaluation.formats import BadSet, Labelled
from crmllm.evaluation.model import NoModel


class Command(BaseCommand):
    help = "Measures a part of the product against labelled data."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        subjects = parser.add_subparsers(dest="subject", required=True)
        one = subjects.add_parser("extraction", help="Values read from mails, calls, notes, documents and forms.")
        one.add_argument("--json", action="store_true", help="Only JSON on standard output.")
        extraction.add_arguments(one)

    def handle(self, *args: Any, **options: Any) -> None:
        asked = extraction.Options(
            data=options["data"],
            format=options["format"],
            limit=options["limit"],
            without_model=options["without_model"],
            predictions=options["predictions"],
        )
        try:
            report = extraction.run(asked, _progress)
        except (BadSet, NoModel) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.stdout.write(extraction.table(report))


def _progress(items: Iterable[Labelled], doing: str) -> Iterable[Labelled]:
    return track(items, description=doing, console=Console(stderr=True), disable=not sys.stderr.isatty())
