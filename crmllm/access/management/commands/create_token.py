"""`manage.py create_token USER`: the token is the last word on standard output."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from crmllm.access.models import User
from crmllm.access.tokens import create_token
from crmllm.core import audit
from crmllm.core.management.base import DatabaseCommand


class Command(DatabaseCommand):
    help = "Makes an API token for somebody and prints it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="login name")
        parser.add_argument("--name", default="command line", help="what the token is for")
        parser.add_argument("--days", type=int, default=0, help="how long it is valid; without it until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no login {options['user']!r}. `manage.py demo_logins` lists the demo's.")
        if not user.is_active:
            raise CommandError(f"The login {user.username!r} is switched off: its tokens would not work.")
        if options["days"] < 0 or options["days"] > 36_500:
            raise CommandError("--days must be between 1 and 36500, or left out.")
        expires_at = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        _token, value = create_token(actor=audit.SYSTEM, user=user, name=options["name"][:80], expires_at=expires_at)
        self.stdout.write(f"Token of {user.username} ({user.role}), shown only now: {value}")
