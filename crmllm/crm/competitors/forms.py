"""A competitor, as an admin describes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.crm.models import Competitor


class CompetitorForm(forms.Form):
    """Its name and how else people write it."""

    name = forms.CharField(label=_("Name"), max_length=160, help_text=_("As it stands on opportunities."))
    also_known_as = forms.CharField(
        label=_("Also written as"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line, with its capitals: a short form, an old name. Each leads to the name above."),
    )
    active = forms.BooleanField(
        label=_("Look for it in messages"), required=False, initial=True, help_text=_("Records keep it either way.")
    )

    def __init__(self, *args: Any, row: Competitor | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {
                "name": row.name,
                "also_known_as": "\n".join(row.also_known_as),
                "active": row.active,
            }
        super().__init__(*args, **kwargs)

    def changes(self) -> dict[str, Any]:
        """What the service takes."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "also_known_as": given["also_known_as"].splitlines(),
            "active": given["active"],
        }
