"""`manage.py load_demo`: the made-up company, all of it, in order; again changes nothing."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from crmllm.core.errors import CrmllmError
from crmllm.core.management.base import DatabaseCommand
from crmllm.core.registry import demo_data


class Command(DatabaseCommand):
    needs_demo = False
    help = "Loads the made-up demo company. What is there already stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="also in production")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION and not options["force"]:
            raise CommandError(
                "This installation runs in production mode; the demo company does not belong there. "
                "--force loads it all the same."
            )
        loaders = demo_data.items()
        for number, (name, load) in enumerate(loaders, start=1):
            self.stdout.write(f"[{number}/{len(loaders)}] {name} …", ending=" ")
            self.stdout.flush()
            started = time.perf_counter()
            try:
                load()
            except CrmllmError as error:
                raise CommandError(f"{name}: {error.message}") from error
            self.stdout.write(f"done in {time.perf_counter() - started:.1f} s")
