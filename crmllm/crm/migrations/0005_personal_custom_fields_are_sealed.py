"""Custom fields that hold personal data are sealed, as built-in ones are; also what was written before."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.db import migrations

from crmllm.core.crypto import Erased, Sealed

OBJECTS = ("Account", "Contact", "Lead", "Opportunity", "Case", "Activity")


def seal(apps: Any, schema_editor: Any) -> None:
    definitions = apps.get_model("crm", "FieldDef").objects.filter(custom=True).exclude(category="none")
    definitions.update(sealed=True)
    names: dict[str, set[str]] = {}
    for field in definitions:
        names.setdefault(field.object, set()).add(field.name)
    for model in (apps.get_model("crm", name) for name in OBJECTS):
        wanted = names.get(model.__name__.lower())
        if not wanted:
            continue
        for row in model.objects.exclude(custom={}).iterator(500):
            row.custom = {name: _kept(row, value) if name in wanted else value for name, value in row.custom.items()}
            row.save(update_fields=["custom"])


def _kept(row: Any, value: Any) -> Any:
    if value is None or isinstance(value, dict):
        return value
    try:
        return {"sealed": b64encode(Sealed.of(value, row.key_id).blob).decode()}
    except Erased:
        return None


class Migration(migrations.Migration):
    dependencies = [("crm", "0004_leads_facts")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop, elidable=True)]
