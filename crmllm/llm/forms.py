"""The form in which a person writes the next version of a prompt."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.llm.models import PromptVersion
from crmllm.llm.prompts import LONGEST, RequestSettings

USUAL = RequestSettings()


class VersionForm(forms.Form):
    """Begins with what another version says."""

    purpose = forms.CharField(label=_("Purpose"), max_length=200, help_text=_("Of the prompt, for all its versions."))
    note = forms.CharField(label=_("Note"), max_length=200, help_text=_("What is different in this version, and why."))
    system = forms.CharField(
        label=_("System"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 18, "class": "prompt-text"}),
        help_text=_("The same for every item: the model server keeps it in its cache."),
    )
    user = forms.CharField(
        label=_("User"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 16, "class": "prompt-text"})
    )
    temperature = forms.FloatField(
        label=_("Temperature"),
        min_value=0,
        max_value=2,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
        help_text=_("0: the same answer every time."),
    )
    max_tokens = forms.IntegerField(label=_("Longest answer, in tokens"), min_value=1, max_value=8192)
    seed = forms.IntegerField(label=_("Seed"), min_value=0, max_value=2**31 - 1)
    small_version = forms.IntegerField(
        label=_("Version for small models"),
        min_value=0,
        help_text=_("The packaged model is asked with that version while this one is in use; 0: with this one."),
    )
    logprobs = forms.BooleanField(
        label=_("Ask how probable each word is"),
        required=False,
        help_text=_("Helps to calibrate confidences, where the server can tell."),
    )

    def __init__(self, *args: Any, base: PromptVersion, variables: frozenset[str], **kwargs: Any) -> None:
        settings = RequestSettings.of(base.settings)
        kwargs["initial"] = {
            "purpose": base.prompt.description,
            "system": base.system,
            "user": base.user,
            **{name: getattr(settings, name) for name in RequestSettings.__slots__},
        }
        super().__init__(*args, **kwargs)
        named = ", ".join(f"{{{name}}}" for name in sorted(variables))
        self.fields["user"].help_text = _("Variables that are filled in: %(names)s.") % {"names": named}

    def settings(self) -> dict[str, Any]:
        """The settings that differ from the usual ones."""
        given = {name: self.cleaned_data[name] for name in RequestSettings.__slots__}
        return {name: value for name, value in given.items() if value != getattr(USUAL, name)}
