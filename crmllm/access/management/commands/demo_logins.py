"""`manage.py demo_logins`: with which names and password the demo can be tried."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from crmllm.access.demo import logins
from crmllm.core.management.base import DatabaseCommand


class Command(DatabaseCommand):
    help = "Prints the demo logins."

    def handle(self, *args: Any, **options: Any) -> None:
        found = logins()
        if not found:
            raise CommandError("There are no demo logins yet: `manage.py load_demo` makes them.")
        width = max(len(user.username) for user in found)
        for user in found:
            self.stdout.write(f"{user.username:<{width}}  {user.get_role_display()}, {user.get_full_name()}")
        known = settings.DEMO_PASSWORD and found[0].check_password(settings.DEMO_PASSWORD)
        self.stdout.write(f"Password: {settings.DEMO_PASSWORD if known else 'changed since the demo was loaded'}")
