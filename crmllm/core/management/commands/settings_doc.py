"""`manage.py settings_doc`: docs/settings.md, written from the one list of settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from crmllm.settings import env

HEAD = """\
# Settings

All settings are environment variables, read once at the start. A wrong value stops the start with the variable's name
and what it may be. A secret may also come from a file: `NAME_FILE` holds its path. `CRMLLM_ENV=production` refuses to
start with debug on, without secrets of its own, or with a database connection that is neither encrypted nor a Unix
socket.

This page is written by `manage.py settings_doc`; Settings, Installation shows the values in force.
"""
TABLE = """
## {group}

| Variable | What it may be | Default | Meaning |
|---|---|---|---|
"""


def document() -> str:
    """The whole page."""
    groups = dict.fromkeys(setting.group for setting in env.REGISTRY.values())
    return HEAD + "".join(
        TABLE.format(group=group) + "".join(_line(each) for each in env.REGISTRY.values() if each.group == group)
        for group in groups
    )


def _line(setting: env.Setting) -> str:
    default = f"`{setting.default}`" if setting.default else ""
    cells = (f"`{setting.name}`", setting.kind, default, setting.help)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |\n"


class Command(BaseCommand):
    help = "Writes docs/settings.md; --check only says whether it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "settings.md"
        if not options["check"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(document(), encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != document():
            raise CommandError("docs/settings.md is not up to date: run `manage.py settings_doc`.")
