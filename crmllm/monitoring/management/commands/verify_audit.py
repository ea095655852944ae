"""`manage.py verify_audit [--json]`: walks the whole chain; ends with status 1 at a broken one and names the place."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from django.core.management.base import CommandParser

from crmllm.core import audit
from crmllm.core.management.base import DatabaseCommand


class Command(DatabaseCommand):
    help = "Verifies the audit trail: numbers, hashes, details still kept, signed checkpoints."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="One JSON object in place of sentences.")

    def handle(self, *args: object, json: bool, **options: object) -> None:
        verdict = audit.verify()
        self.stdout.write(_as_json(verdict) if json else _as_text(verdict))
        if not verdict.whole:
            sys.exit(1)


def _as_json(verdict: audit.Verdict) -> str:
    return json.dumps({"whole": verdict.whole} | asdict(verdict))


def _as_text(verdict: audit.Verdict) -> str:
    lines = [f"BROKEN: {verdict.broken}" if verdict.broken else "The chain is whole."]
    lines.append(f"{verdict.sealed} events sealed, {verdict.unsealed} waiting for the sealer.")
    if verdict.late:
        lines.append("ALARM: events have waited for over a minute. Is the sealer (manage.py audit_sealer) running?")
    return "\n".join(lines)
