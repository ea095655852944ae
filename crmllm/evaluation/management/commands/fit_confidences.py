"""`manage.py fit_confidences`: makes the curve anew that says what confidences are worth before anybody has decided."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from crmllm.core.management.base import DatabaseCommand
from crmllm.evaluation.confidences import fit_shipped
from crmllm.llm.server.own import NoModel


class Command(DatabaseCommand):
    needs_demo = False
    help = "Fits the confidences that ship on the evaluation set that ships, and writes them into the package."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--without-model", action="store_true", help="Go by what the rules say alone.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = fit_shipped(with_model=not options["without_model"])
        except NoModel as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{done.values} values; calibration error {done.raw_error:.3f} raw, {done.error:.3f} by fits that have not "
            "seen the item."
        )
