"""What our commands share: they work on a set-up that was never started, and say what is wrong in a sentence."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from crmllm.core.sql import setup_lock


class DatabaseCommand(BaseCommand):
    """A command that reads or writes the database, and makes it ready first where that was not done yet.

    `needs_demo`: on a new, empty database the demo company is loaded too, as `make run` does.
    """

    needs_demo = True

    def execute(self, *args: Any, **options: Any) -> str | None:
        make_ready(self.stderr, demo=self.needs_demo)
        return super().execute(*args, **options)


def make_ready(say: OutputWrapper, *, demo: bool) -> None:
    """Migrates a database that is behind, and loads the demo company into an empty one.

    In production that is the operator's business: raises CommandError there.
    """
    if not _unapplied():
        return
    if settings.PRODUCTION:
        raise CommandError("The database is not up to date. Run `manage.py migrate` first.")
    with setup_lock():
        if not _unapplied():
            return
        new = "access_user" not in connections["default"].introspection.table_names()
        say.write("Bringing the database up to date …", style_func=str)
        call_command("migrate", verbosity=0)
        if new and demo:
            say.write("Loading the demo company …", style_func=str)
            call_command("load_demo", stdout=say)


def _unapplied() -> bool:
    for name in ("keys", "default"):
        executor = MigrationExecutor(connections[name])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return True
    return False
