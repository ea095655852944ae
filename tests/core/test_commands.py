"""Commands work on a set-up that was never started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from crmllm.core.management.base import DatabaseCommand
from crmllm.core.runtime.home import REPOSITORY

#: `make run` makes the database ready before it starts the first two; the others need none, or make their own.
OTHERS = {
    "qcluster", "audit_sealer", "settings_doc", "declaration_doc", "check_connector", "migrate", "evaluate",
    "train_classifiers", "simulate_policy",
}  # fmt: skip
OURS = {app.name for app in apps.get_app_configs() if app.name.startswith(("crmllm.", "review"))}


def test_every_command_of_ours_makes_the_database_ready() -> None:
    ours = {name: app for name, app in get_commands().items() if app in OURS}
    assert "verify_audit" in ours
    bare = {name for name, app in ours.items() if not isinstance(load_command_class(app, name), DatabaseCommand)}
    assert bare <= OTHERS


@pytest.mark.django_db(databases=["default", "keys"])
def test_in_production_a_database_that_is_behind_is_the_operators_business(settings: Any) -> None:
    settings.PRODUCTION = True
    last = MigrationLoader(connections["default"]).graph.leaf_nodes("core")[0]
    MigrationRecorder(connections["default"]).record_unapplied(*last)
    with pytest.raises(CommandError, match=r"Run `manage\.py migrate` first"):
        call_command("verify_audit")


def test_a_command_sets_up_a_new_home_and_answers(tmp_path: Path) -> None:
    def manage(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(REPOSITORY / "manage.py"), *words]
        environment = os.environ | {"CRMLLM_HOME": str(tmp_path / "h")}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=True)

    made = manage("create_token", "reviewer")
    assert made.stdout.split()[-1].startswith("crm_")
    assert "Loading the demo company" in made.stderr
    again = manage("verify_audit")
    assert "Bringing" not in again.stderr
