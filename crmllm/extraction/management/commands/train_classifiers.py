"""`manage.py train_classifiers`: makes the weights of the small classifiers anew, from the hand-written banks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from crmllm.extraction.classify import judge, tongues, training


class Command(BaseCommand):
    help = "Trains the small classifiers and writes their weights."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--task", choices=[*sorted(training.TASKS), *tongues.TASKS], help="Only this one.")
        parser.add_argument("--to", type=Path, default=judge.WEIGHTS, help="Folder of the weights.")

    def handle(self, *args: Any, **options: Any) -> None:
        for task in [options["task"]] if options["task"] else [*sorted(training.TASKS), *tongues.TASKS]:
            train = tongues.train if task in tongues.TASKS else training.train
            done = train(task, options["to"], self.stderr.write)
            self.stdout.write(
                f"{done.task}: macro-F1 {done.macro_f1:.3f} on bank lines kept apart, "
                f"{done.elsewhere:.3f} in other languages"
            )
