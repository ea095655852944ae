"""Forms made from field definitions: to edit a record, and to fill one in by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.crm.choices import FieldType
from crmllm.crm.models import FieldDef

ONE_A_LINE = _("One a line.")


def as_typed(value: Any) -> str:
    """A value as it stands in an input: of a list one value a line, for names may hold commas."""
    return "" if value is None else "\n".join(value) if isinstance(value, list) else str(value)


def typed(data: Mapping[str, str], name: str) -> str:
    """What an input holds now, to be compared with `as_typed`: browsers send two characters for the end of a line."""
    return data.get(name, "").replace("\r\n", "\n").strip()


class RecordForm(forms.Form):
    """One input a field. What counts as a value is decided by crm.values, not here."""

    def __init__(self, object_name: str, fields: list[FieldDef], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.object_name = object_name
        for field in fields:
            self.fields[field.name] = _input(field)

    def refuse(self, errors: dict[str, list[str]], message: str) -> None:
        """Shows the refusal of a service beside the fields that it names."""
        self.full_clean()
        for name, sentences in (errors or {"": [message]}).items():
            self.add_error(name if name in self.fields else None, sentences)


def _input(field: FieldDef) -> forms.Field:
    if field.type == FieldType.PICKLIST:
        choices = [("", ""), *((choice, choice) for choice in field.choices)]
        return forms.ChoiceField(label=field.label, choices=choices, required=field.required)
    help_text = ONE_A_LINE if field.type == FieldType.LIST else ""
    return forms.CharField(label=field.label, required=field.required, widget=_widget(field), help_text=help_text)


def _widget(field: FieldDef) -> forms.Widget:
    if field.type in (FieldType.LONG_TEXT, FieldType.LIST):
        return forms.Textarea(attrs={"rows": 3})
    kinds = {FieldType.DATE: "date", FieldType.EMAIL: "email", FieldType.PHONE: "tel"}
    return forms.TextInput(attrs={"type": kinds.get(FieldType(field.type), "text")})
