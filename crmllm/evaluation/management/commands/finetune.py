"""`manage.py finetune`: trains the model on what people decided, and offers the result under Settings > Models."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from crmllm.core.audit import SYSTEM
from crmllm.core.management.base import DatabaseCommand
from crmllm.evaluation import finetune
from crmllm.llm.errors import PromptMissing
from crmllm.llm.server.own import NoModel


class Command(DatabaseCommand):
    needs_demo = False
    help = "Trains an adapter of the model from decisions and made-up mails, measures it, and offers it for use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        usual = finetune.Options()
        parser.add_argument("--minutes", type=float, default=usual.minutes, help="Stop after so long.")
        parser.add_argument("--steps", type=int, default=usual.steps, help="Stop after so many; as the time allows.")
        parser.add_argument("--examples", type=int, default=usual.examples, help="Made-up mails to learn from.")
        parser.add_argument("--seed", type=int, default=usual.seed, help="The same seed, the same examples and order.")
        parser.add_argument("--threads", type=int, default=usual.threads, help="Cores to use; all unless told.")
        parser.add_argument("--start", default="", metavar="FOLDER", help="Go on from this adapter.")
        parser.add_argument(
            "--prompt-version",
            type=int,
            default=usual.prompt_version,
            metavar="N",
            help="Learn with this version of the mail prompt; the one that the model is asked with unless told.",
        )
        parser.add_argument("--without-decisions", action="store_true", help="Made-up mails alone.")
        parser.add_argument(
            "--with-real-names",
            action="store_true",
            help="Learn names as they are; else made-up ones take their place.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not finetune.is_possible():
            raise CommandError("LLM_BASE_URL names a server of somebody else's: train where that model is served.")
        asked = finetune.Options(
            minutes=options["minutes"],
            steps=options["steps"],
            examples=options["examples"],
            seed=options["seed"],
            with_decisions=not options["without_decisions"],
            pseudonymise=not options["with_real_names"],
            threads=options["threads"],
            start=options["start"],
            prompt_version=options["prompt_version"],
        )
        try:
            version = finetune.run(asked, lambda text: print(text, file=sys.stderr), actor=SYSTEM)
        except (finetune.FinetuneFailed, NoModel, PromptMissing) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(table(version.figures))
        self.stdout.write(f"{version.name} is ready to be tried: Settings, Models.")


def table(figures: dict[str, dict[str, float | None]]) -> str:
    """The figures for people."""
    lines = [f"{'F1 (on the set with the rules)':<32}{'new':>8}{'in use':>8}"]
    for name, one in figures.items():
        lines.append(f"{name.replace('_', ' '):<32}{_figure(one['new'])}{_figure(one['current'])}")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return f"{'–' if value is None else format(value, '.3f'):>8}"
