"""`migrate` brings both databases up to date, the keys first: content cannot be stored without them."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import DEFAULT_DB_ALIAS


class Command(Migrate):
    """Django's migrate; without --database for the keys as well."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] == DEFAULT_DB_ALIAS and not options.get("app_label"):
            super().handle(*args, **{**options, "database": "keys"})
        super().handle(*args, **options)
