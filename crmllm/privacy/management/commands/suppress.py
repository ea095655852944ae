"""`manage.py suppress IDENTIFIER --reason WHY`: somebody who was erased must not come back."""

from __future__ import annotations

import sys

from django.core.management.base import CommandError, CommandParser

from crmllm.core import audit
from crmllm.core.errors import CrmllmError
from crmllm.core.management.base import DatabaseCommand
from crmllm.privacy import services


class Command(DatabaseCommand):
    help = "Puts an e-mail address or phone number on the suppression list, or takes it off again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "identifier",
            help="E-mail or phone; - reads it from standard input, which keeps it out of the shell's history.",
        )
        parser.add_argument("--reason", default="", help="Why; needed to add.")
        parser.add_argument("--remove", action="store_true", help="Takes it off the list.")

    def handle(self, *args: object, identifier: str, reason: str, remove: bool, **options: object) -> None:
        given = sys.stdin.readline().strip() if identifier == "-" else identifier
        actor = audit.System("manage.py suppress")
        try:
            if remove:
                services.unsuppress(actor=actor, identifier=given)
            else:
                services.suppress(actor=actor, identifier=given, reason=reason)
        except CrmllmError as error:
            raise CommandError(error.message) from None
        self.stdout.write("Removed from the list." if remove else "On the list.")
