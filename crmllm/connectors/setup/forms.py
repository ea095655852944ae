"""The forms of a connection. Secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.connectors.choices import Direction
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.access import Auth, Setting
from crmllm.connectors.models import Connection, Stream
from crmllm.connectors.registry import object_of
from crmllm.connectors.setup import selectors
from crmllm.connectors.setup.selectors import Line
from crmllm.connectors.setup.services import Wanted, asked, field
from crmllm.crm.choices import Object

SELECT = {"class": "form-select"}


class ConnectionForm(forms.Form):
    """A name, and what the CRM's declaration asks for."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("What your people call it: Sales CRM."))

    def __init__(
        self, *args: Any, declared: Declaration, way: Auth, connection: Connection | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked(declared, way)
        for one in self.asked:
            self.fields[field(one.name)] = _input(one, connection, long=way.jwt is not None and one.name in way.jwt.key)
        if connection is None:
            self.fields["dry_run"] = forms.BooleanField(
                label=_("Only try: show what would be written, and write nothing"),
                required=False,
                initial=True,
                help_text=_("Switch it off on the connection's page once you like what you see."),
            )
        else:
            self.fields["name"].initial = connection.name

    @property
    def wanted(self) -> Wanted:
        cleaned = self.cleaned_data
        return Wanted(cleaned["name"], {one.name: cleaned.get(field(one.name)) or "" for one in self.asked})


def _input(one: Setting, connection: Connection | None, *, long: bool) -> forms.Field:
    """What is typed for a setting. What a connection has is filled in, but for secrets."""
    given = connection.options.get(one.name, "") if connection else one.default
    common: dict[str, Any] = {
        "label": one.label, "help_text": one.help, "required": one.required, "initial": given,
    }  # fmt: skip
    if one.kind == "choice":
        return forms.ChoiceField(choices=[(choice, choice) for choice in one.choices], **common)
    if one.kind != "secret":
        address = {"inputmode": "url"} if one.kind == "url" else {}
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **address})
        return forms.CharField(widget=widget, max_length=500, **common)
    common["initial"] = None
    if connection is not None:
        common["required"] = False
        common["help_text"] = _("Leave it empty to keep the present one.")
    hidden: forms.Widget = (
        _SecretText(attrs={"rows": 4}) if long else forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    return forms.CharField(widget=hidden, max_length=20_000, **common)


class _SecretText(forms.Textarea):
    """A secret of several lines, such as a private key; like a password it is not shown again after an error."""

    def format_value(self, value: Any) -> None:
        return None


class ObjectsForm(forms.Form):
    """For each object what is done with it, and whether this CRM is its system of record."""

    def __init__(self, *args: Any, streams: list[Stream], connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fresh = not any(row.reads or row.last_run_at for row in streams)
        for row in streams:
            label = selectors.label(row.name)
            writes = object_of(row) in Object.values and selectors.takes_changes(row)
            choices = [one for one in Direction if writes or one in (Direction.READ, Direction.OFF)]
            self.fields[row.name] = forms.ChoiceField(
                label=_("What is done with %(what)s") % {"what": label},
                choices=[(one.value, one.label) for one in choices],
                initial=choices[0] if fresh else row.direction,
                widget=forms.Select(attrs=SELECT),
            )
            if writes and row.name in Object.values:
                self.fields[f"master_{row.name}"] = forms.BooleanField(
                    label=_("System of record for %(what)s") % {"what": label},
                    required=False,
                    initial=row.name in connection.master_of,
                )


class FieldsForm(forms.Form):
    """Our fields beside theirs. `theirs-<field>`: "" for none, "=" as declared, or a name there."""

    def __init__(self, *args: Any, lines: list[Line], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            name = line.field.name
            usual = [("=", _("as usual: %(field)s") % {"field": line.usual})] if line.usual else []
            there = [(one.name, f"{one.label} ({one.name})") for one in line.options]
            if line.choice not in ("", "=", *(value for value, _label in there)):
                there.insert(0, (line.choice, line.choice))  # one that the CRM no longer shows
            self.fields[f"theirs-{name}"] = forms.ChoiceField(
                label=_("%(field)s there") % {"field": line.field.label},
                choices=[("", _("not connected")), *usual, *there],
                initial=line.choice or line.suggestion,
                required=False,
                widget=forms.Select(attrs=SELECT),
            )
            if line.writable:
                self.fields[f"write-{name}"] = forms.BooleanField(
                    label=_("Write %(field)s") % {"field": line.field.label}, required=False, initial=line.written
                )

    @property
    def choices(self) -> dict[str, str]:
        return {line.field.name: self.cleaned_data[f"theirs-{line.field.name}"] for line in self.lines}

    @property
    def writes(self) -> list[str] | None:
        """The fields that may be written; None when all may."""
        asked = [line.field.name for line in self.lines if line.writable]
        ticked = [name for name in asked if self.cleaned_data.get(f"write-{name}")]
        return None if ticked == asked else ticked

    def rows(self) -> list[tuple[Line, Any, Any]]:
        """Each line with its choice and its box."""
        return [
            (
                line,
                self[f"theirs-{line.field.name}"],
                self[f"write-{line.field.name}"] if line.writable else None,
            )
            for line in self.lines
        ]
