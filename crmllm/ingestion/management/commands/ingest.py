"""`manage.py ingest PATH...`: takes in mails, transcripts, notes, documents, .zip of them, and folders of them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crmllm.core import audit
from crmllm.core.errors import CrmllmError
from crmllm.core.management.base import DatabaseCommand
from crmllm.ingestion import services
from crmllm.ingestion.choices import Kind, Origin
from crmllm.ingestion.services import Tally

ACTOR = audit.System("command line")
LINE_EVERY = 500


class Command(DatabaseCommand):
    help = (
        "Takes in mails and mailboxes, transcripts, notes, chats and documents, .zip files or folders of them. "
        "What is known already stays one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--kind", choices=Kind.values, default="", help="what they are, where the names do not say")
        parser.add_argument("--json", action="store_true", help="print the totals as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [path for path in options["paths"] if not path.exists()]
        total = Tally()
        for path in options["paths"]:
            if path not in missing:
                total.merge(self._take_in(path, options["kind"]))
        if options["json"]:
            self.stdout.write(json.dumps({"entries": total.entries, **asdict(total), "missing": len(missing)}))
        else:
            self.stdout.write(in_words(total))
        if missing:
            raise CommandError("Not found: " + ", ".join(str(path) for path in missing))

    def _take_in(self, path: Path, kind: str) -> Tally:
        with _shown(path.name or str(path), self.stderr) as progress:
            try:
                return services.import_archive(
                    actor=ACTOR,
                    source=path,
                    origin=Origin.COMMAND,
                    kind=kind,
                    progress=progress,
                    processes=os.cpu_count() or 1,
                )
            except CrmllmError as error:
                raise CommandError(f"{path}: {error.message}") from error


def in_words(total: Tally) -> str:
    """The totals, so that a reader can add them up: entries = new + known + refused."""
    read = total.new - total.skipped - total.failed
    return (
        f"{total.entries} messages: {total.new} new, {total.known} known already, {total.refused} refused.\n"
        f"Of the new ones {read} were read, {total.skipped} skipped with a reason, {total.failed} could not be parsed."
    )


@contextmanager
def _shown(name: str, stderr: Any) -> Iterator[Callable[[Tally], None]]:
    """Progress on standard error: a moving line on a terminal, a plain line now and then elsewhere."""
    if sys.stderr.isatty():
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(name, total=None)
            yield lambda tally: bar.update(task, completed=tally.entries)
        return
    said = 0

    def line(tally: Tally) -> None:
        nonlocal said
        if tally.entries - said >= LINE_EVERY:
            said = tally.entries
            stderr.write(f"{name}: {tally.entries} messages")

    yield line
