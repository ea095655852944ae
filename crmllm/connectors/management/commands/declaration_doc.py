"""`manage.py declaration_doc`: docs/declarations.md, written from what the engine accepts."""

from __future__ import annotations

import types
import typing
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic.fields import FieldInfo

from crmllm.connectors.engine import declaration, template
from crmllm.connectors.engine.declared import access, calls, events, limits, streams
from crmllm.connectors.engine.declared.part import Part, is_path, is_pattern
from crmllm.connectors.engine.declared.streams import CALLS
from crmllm.connectors.engine.signatures import SCHEMES

HEAD = """\
# What a declaration may hold

A CRM of your own is one YAML file: [custom-crm.md](custom-crm.md) tells how to write one. This page lists every key; it
is written by `manage.py declaration_doc` from what the engine accepts. **Bold** keys must be given. A *template* may
hold `{placeholders}`; a *JMESPath* says where something stands in an answer.
"""
PARTS: tuple[type[Part], ...] = (
    declaration.Declaration,
    access.Auth,
    access.Jwt,
    access.Setting,
    streams.Stream,
    streams.FieldMap,
    calls.Call,
    calls.Paging,
    limits.Limit,
    limits.ErrorRule,
    events.Events,
    events.Listening,
    events.Signature,
    streams.Discovery,
)
WORDS: tuple[type[StrEnum], ...] = (
    access.AuthKind,
    calls.PagingKind,
    streams.Codec,
    limits.Problem,
)


def document() -> str:
    """The whole page."""
    return "\n".join([HEAD, *map(_part, PARTS), *map(_words, WORDS), _names()])


def _part(part: type[Part]) -> str:
    lines = [
        f"## {part.__name__}",
        "",
        str(part.__doc__).strip(),
        "",
        "| Key | What it is | Default | Meaning |",
        "|---|---|---|---|",
    ]
    for name, field in part.model_fields.items():
        key = f"**`{name}`**" if field.is_required() else f"`{name}`"
        cells = (key, _kind(field), _default(field), field.description or "")
        lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join([*lines, ""])


def _kind(field: FieldInfo) -> str:
    """The type in words of YAML."""
    if is_path in [getattr(one, "func", None) for one in field.metadata]:
        return "JMESPath"
    if is_pattern in [getattr(one, "func", None) for one in field.metadata]:
        return "regular expression"
    return _name(field.annotation)


def _name(kind: Any) -> str:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _name(inner[0])
    if origin is typing.Literal:
        return ", ".join(f"`{one}`" for one in inner)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_name(one) for one in inner if one is not type(None))
    if origin is list:
        return f"list of {_name(inner[0])}"
    if origin is dict:
        return f"names with {_name(inner[1])}"
    if kind is Any:
        return "anything"
    if isinstance(kind, type) and issubclass(kind, Part | StrEnum):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return {str: "text", int: "whole number", float: "number", bool: "yes or no"}.get(kind, str(kind))


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True) if not field.is_required() else None
    if value in (None, "", [], {}) or isinstance(value, Part):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _words(words: type[StrEnum]) -> str:
    return "\n".join(
        [f"## {words.__name__}", "", str(words.__doc__).strip(), "", ", ".join(f"`{one}`" for one in words), ""]
    )


def _names() -> str:
    """Names that are no keys: calls, filters, signature schemes."""
    return "\n".join(
        [
            "## Names",
            "",
            f"Calls of a stream: {', '.join(f'`{one}`' for one in sorted(CALLS))}.",
            "",
            f"Filters of placeholders: {', '.join(f'`{one}`' for one in sorted(template.FILTERS))}.",
            "",
            f"Signature schemes: {', '.join(f'`{one}`' for one in sorted(SCHEMES))}.",
            "",
        ]
    )


class Command(BaseCommand):
    help = "Writes docs/declarations.md; --check only says whether it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "declarations.md"
        if not options["check"]:
            path.write_text(document(), encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != document():
            raise CommandError("docs/declarations.md is not up to date: run `manage.py declaration_doc`.")
