"""What I am told: one box for each kind and channel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from crmllm.access.models import User
from crmllm.notifications.choices import Channel, Kind
from crmllm.notifications.selectors import choices_of


class ChoicesForm(forms.Form):
    """Boxes as this person has them now. Mail can only be chosen where mail is set up."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for (kind, channel), wanted in choices_of(user).items():
            if channel == Channel.MAIL and not settings.EMAIL_HOST:
                continue
            label = _("%(kind)s: %(channel)s") % {"kind": Kind(kind).label, "channel": Channel(channel).label}
            self.fields[f"{kind}.{channel}"] = forms.BooleanField(required=False, initial=wanted, label=label)

    def chosen(self) -> dict[tuple[str, str], bool]:
        """The answer: {(kind, channel): wanted}."""
        pairs = {tuple(name.split(".")): wanted for name, wanted in self.cleaned_data.items()}
        return {(kind, channel): bool(wanted) for (kind, channel), wanted in pairs.items()}
