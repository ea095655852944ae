"""How often people are asked for a blind look."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.looks.models import GuardSettings


class GuardsForm(forms.Form):
    """Shares in percent, as people speak of them."""

    second_percent = forms.FloatField(
        label=_("Second reviews, %"), min_value=0, max_value=20,
        help_text=_("So many of a hundred decisions are shown to another person, who does not know the first."),
    )  # fmt: skip
    planted_on = forms.BooleanField(
        label=_("Plant wrong values"), required=False,
        help_text=_("Only with the consent of those who decide: tell them before you switch it on."),
    )  # fmt: skip
    planted_percent = forms.FloatField(
        label=_("Planted values, %"), min_value=0, max_value=20,
        help_text=_("So many of a hundred decisions come back to another person with one value wrong on purpose."),
    )  # fmt: skip
    fast_ms = forms.IntegerField(
        label=_("Fast below, ms"), min_value=0, max_value=60_000,
        help_text=_("For cards of several lines; for each person a quarter of their own median, if that is more."),
    )  # fmt: skip

    @classmethod
    def of(cls, row: GuardSettings) -> GuardsForm:
        return cls(
            initial={
                "second_percent": round(row.second_share * 100, 2),
                "planted_on": row.planted_on,
                "planted_percent": round(row.planted_share * 100, 2),
                "fast_ms": row.fast_ms,
            }
        )

    @property
    def values(self) -> dict[str, Any]:
        """What `settling.set_guards` takes."""
        data = self.cleaned_data
        return {
            "second_share": data["second_percent"] / 100,
            "planted_on": data["planted_on"],
            "planted_share": data["planted_percent"] / 100,
            "fast_ms": data["fast_ms"],
        }
