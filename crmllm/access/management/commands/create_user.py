"""`manage.py create_user NAME --role admin`: the first admin of an installation, or any other login."""

from __future__ import annotations

import os
import secrets
from typing import Any

from django.core.management.base import CommandError, CommandParser

from crmllm.access.choices import Role
from crmllm.access.services import create_user
from crmllm.core import audit
from crmllm.core.errors import CrmllmError
from crmllm.core.management.base import DatabaseCommand


class Command(DatabaseCommand):
    help = "Makes a login. The password comes from the variable NEW_PASSWORD, or is made up and printed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", choices=Role.values, required=True)
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        given = os.environ.get("NEW_PASSWORD")
        password = given or secrets.token_urlsafe(15)
        try:
            user = create_user(
                actor=audit.SYSTEM, username=options["username"], role=options["role"], email=options["email"],
                password=password,
            )  # fmt: skip
        except CrmllmError as error:
            details = " ".join(part for parts in error.fields.values() for part in parts)
            raise CommandError(f"{error.message} {details}".strip()) from None
        self.stdout.write(f"{user.username} can log in as {user.get_role_display()}.")
        if not given:
            self.stdout.write(f"Password, shown only now: {password}")
