"""What the promise of policies is worth, over made-up histories with a known truth: one table."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from review.policies import simulation

NOTES = """
automated, at the end: share of values applied without a person, over all and in the last quarter.
broken: derivations that put a threshold in force above which more than 1 in N is truly wrong; with "whole history" the
  column to look at is ever: histories in which any threshold that was ever in force did.
false: histories with a fall-back while the promise held. fell: with one after things went wrong.
wrong writes until then: median / 95 in 100 / most, from the moment things went wrong to the fall-back or the end.
fixed: a policy that applies what is above a fixed confidence, on the same histories, from the first value on."""


class Command(BaseCommand):
    """`manage.py simulate_policy --histories 1000`"""

    help = "Shows over made-up histories how often a policy's promise is kept, and what drift and adversaries cost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--histories", type=int, default=1000, help="So many of each setting.")

    def handle(self, *args: Any, **options: Any) -> None:
        count = options["histories"]
        rows = [simulation.summed(one, simulation.run(one, count)) for one in simulation.settings()]
        for line in simulation.table(rows):
            self.stdout.write(line)
        self.stdout.write(NOTES)
