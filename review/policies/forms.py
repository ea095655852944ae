"""A new policy, as a manager fills it in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.crm import selectors as crm
from crmllm.crm.choices import Object, Risk

SOURCES = [
    ("", _("wherever it was read")),
    ("header", _("the message's header")),
    ("rule", _("rules")),
    ("model", _("the model")),
    ("both", _("rules and model alike")),
    ("learned", _("classifiers, where the rules had no words")),
]


class ScopeForm(forms.Form):
    """What a policy covers; the page shows what each target would bring for it."""

    object = forms.ChoiceField(label=_("Object"), choices=Object.choices)
    field = forms.ChoiceField(label=_("Field"), required=False)
    source = forms.ChoiceField(label=_("Read by"), choices=SOURCES, required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        chosen = (data or {}).get("object") or Object.CONTACT
        known = crm.field_map(chosen) if chosen in Object.values else {}
        allowed = [(one.name, str(one.label)) for one in known.values() if one.risk != Risk.HIGH]
        self.fields["field"].choices = [("", _("all fields that may be automated")), *allowed]  # type: ignore[attr-defined]


class PromiseForm(forms.Form):
    """What is promised of it."""

    one_in = forms.IntegerField(
        label=_("At most 1 wrong in"), min_value=10, max_value=10_000, initial=200, help_text=_("values written.")
    )
    confidence = forms.FloatField(
        label=_("Confidence"), min_value=0.8, max_value=0.999, initial=0.95, help_text=_("0.95 is 95 %.")
    )
    sample_share = forms.FloatField(
        label=_("Share that is looked at blindly"), min_value=0.01, max_value=1, initial=0.05,
        help_text=_("The first 20 after each start always are."),
    )  # fmt: skip
    whole_history = forms.BooleanField(
        label=_("The confidence holds for all derivations together"),
        required=False,
        help_text=_("Otherwise for each by itself. Stricter: needs about two thirds more decisions, applies less."),
    )
