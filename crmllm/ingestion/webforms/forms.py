"""The settings of a web form, as an admin fills them in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.access.models import Team
from crmllm.core.errors import BadInput
from crmllm.crm.models import CrmUser
from crmllm.ingestion.kinds.forms import MEANINGS
from crmllm.ingestion.models import WebForm
from crmllm.ingestion.webforms import fields as lines


class WebFormForm(forms.Form):
    """Name, fields, where it may stand, and whose its entries are."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Heads the form, and tells its entries apart."))
    fields_text = forms.CharField(
        label=_("Fields"),
        initial=lines.DEFAULT,
        widget=forms.Textarea(attrs={"rows": 9, "spellcheck": "false"}),
        help_text=_("One a line: the label, a star if it is needed, a colon, and what it means: %(meanings)s.")
        % {"meanings": ", ".join(MEANINGS)},
    )
    origins = forms.CharField(
        label=_("Sites that may show it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "https://www.example.com"}),
        help_text=_("One address a line. Our own page of the form always works."),
    )
    thanks = forms.CharField(label=_("Thanks"), required=False, max_length=300, help_text=_("Shown after sending."))
    hourly_limit = forms.IntegerField(label=_("Most entries in an hour"), min_value=1, max_value=100_000, initial=200)
    owner = forms.ModelChoiceField(
        CrmUser.objects.filter(active=True).order_by("name"),
        required=False,
        empty_label=_("nobody"),
        label=_("Owner of its entries"),
        help_text=_("For senders that the CRM does not know. Without owner and team everybody sees them."),
    )
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), required=False, empty_label=_("none"), label=_("Team of its entries")
    )

    def __init__(self, *args: Any, row: WebForm | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {
                "name": row.name,
                "fields_text": lines.written(row.fields),
                "origins": "\n".join(row.origins),
                "thanks": row.thanks,
                "hourly_limit": row.hourly_limit,
                "owner": row.owner_id,
                "team": row.team_id,
            }
        super().__init__(*args, **kwargs)

    def clean_fields_text(self) -> list[lines.Field]:
        try:
            return lines.parse(self.cleaned_data["fields_text"])
        except BadInput as error:
            raise forms.ValidationError(error.fields["fields"]) from None

    def clean_origins(self) -> list[str]:
        found = []
        for line in self.cleaned_data["origins"].split():
            parts = urlsplit(line)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or "@" in line:
                raise forms.ValidationError(_("Write a site as https://www.example.com, without a path."))
            found.append(f"{parts.scheme}://{parts.netloc}".lower())
        return list(dict.fromkeys(found))

    def changes(self) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        return given | {"fields": given.pop("fields_text")}
