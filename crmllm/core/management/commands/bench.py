"""`manage.py bench [NAME...]`: measures us against our peers and prints the ratios."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from crmllm.core.management.base import DatabaseCommand
from crmllm.core.registry import benches


class Command(DatabaseCommand):
    needs_demo = False
    help = "Measures parts of crmllm, each beside its peer in the same run. Without names: all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="which: " + ", ".join(benches.names()))
        parser.add_argument("--json", action="store_true", help="print only JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["names"] or benches.names()
        unknown = sorted(set(names) - set(benches.names()))
        if unknown:
            raise CommandError(f"There is no bench {', '.join(unknown)}. Known: {', '.join(benches.names())}.")
        rows: list[dict[str, Any]] = []
        for name in names:
            self.stderr.write(f"{name} …")
            rows += [{"bench": name, **row} for row in benches[name]()]
        if not options["json"]:
            Console(file=self.stdout, width=140).print(_table(rows))  # type: ignore[arg-type]
        self.stdout.write(json.dumps(rows))


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("bench", "what")
    for name in ("ours", "peer", "ratio", "goal"):
        table.add_column(name, justify="right")
    for row in rows:
        figures = (_figure(row.get(name)) for name in ("ours", "peer", "ratio", "goal"))
        table.add_row(row["bench"], str(row["what"]), *figures)
    return table


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
