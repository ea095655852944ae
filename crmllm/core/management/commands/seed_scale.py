"""`manage.py seed_scale 1000000` fills a test installation, to see how it behaves when it is full."""

from __future__ import annotations

import argparse
import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from crmllm.core.management.base import DatabaseCommand
from crmllm.core.registry import seed_scale


class Command(DatabaseCommand):
    """Runs the registered seeds."""

    help = "Adds made-up rows: about COUNT proposals, a tenth of them open. Not in production."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("count", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is a production installation; it is not filled with made-up rows.")
        for name, seed in seed_scale.items():
            started = time.perf_counter()
            self.stderr.write(f"{name} …")
            seed(options["count"])
            self.stderr.write(f"    done in {time.perf_counter() - started:.1f} s")
