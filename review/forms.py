"""The form to fill by hand, made from the field definitions of an object."""

from __future__ import annotations

from typing import Any

from django import forms

from crmllm.crm.choices import FieldType
from crmllm.crm.models import FieldDef

_WIDGETS: dict[str, Any] = {
    FieldType.LONG_TEXT: forms.Textarea(attrs={"rows": 3}),
    FieldType.DATE: forms.DateInput(attrs={"type": "date"}),
    FieldType.EMAIL: forms.EmailInput(),
    FieldType.PHONE: forms.TextInput(attrs={"type": "tel"}),
}


class RecordForm(forms.Form):
    """One input a field. What counts as a value is decided by crm.values, not here."""

    def __init__(self, object_name: str, fields: list[FieldDef], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.object_name = object_name
        for field in fields:
            self.fields[field.name] = self._field(field)

    @staticmethod
    def _field(field: FieldDef) -> forms.Field:
        if field.type == FieldType.PICKLIST:
            choices = [("", ""), *((choice, choice) for choice in field.choices)]
            return forms.ChoiceField(label=field.label, choices=choices, required=field.required)
        widget = _WIDGETS.get(field.type, forms.TextInput())
        return forms.CharField(label=field.label, required=field.required, widget=widget)
