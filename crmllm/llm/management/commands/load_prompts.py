"""`manage.py load_prompts`: stores the prompt versions that came with the code and are not stored yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from crmllm.core.errors import CrmllmError
from crmllm.core.management.base import DatabaseCommand
from crmllm.llm import prompts


class Command(DatabaseCommand):
    needs_demo = False
    help = "Stores the prompt versions that came with the code and are not stored yet."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = prompts.load()
        except CrmllmError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{count} new prompt version{'' if count == 1 else 's'} stored.")
