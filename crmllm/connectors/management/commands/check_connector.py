"""`manage.py check_connector FILE`: is the declaration of a CRM whole? Every fault is named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crmllm.connectors.engine import declaration
from crmllm.connectors.engine.budget import Priority
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.models import Connection
from crmllm.core.errors import BadInput, CrmllmError
from crmllm.core.management.base import make_ready


class Command(BaseCommand):
    """Checks a declaration, and with a connection that it answers; nothing is changed."""

    help = "Checks the declaration of a CRM; with --connection also that it lets us in."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The declaration, a YAML file.")
        parser.add_argument("--connection", default="", help="Name of a connection, whose settings the test call uses.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = declaration.read(options["file"])
        except BadInput as error:
            name, _colon, faults = error.message.partition(": ")
            raise CommandError("\n  ".join([f"{name} is not whole:", *faults.split("; ")])) from None
        self.stdout.write(f"{options['file'].name} is whole: {found.label} ({found.key}).")
        for name, stream in found.streams.items():
            calls = ", ".join(sorted(stream.calls)) or "fixed values"
            self.stdout.write(f"  {name}: {stream.theirs}, {len(stream.fields)} fields; {calls}")
        if options["connection"]:
            self._ask(found, options["connection"])

    def _ask(self, found: Declaration, name: str) -> None:
        make_ready(self.stdout, demo=False)
        connection = Connection.objects.filter(name=name).first()
        if connection is None:
            raise CommandError(f"There is no connection named “{name}”.")
        if connection.connector != found.key:
            raise CommandError(f"“{name}” is a connection to {connection.connector}, not to {found.key}.")
        try:
            told = DeclaredConnector(connection, found, priority=Priority.PERSON).test()
        except CrmllmError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{name} lets us in and answers: {str(told)[:200]}")
