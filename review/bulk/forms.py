"""The form that begins a decision about many."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.proposals.choices import REJECT_REASONS, Verdict


class BulkForm(forms.Form):
    """What to do with all of them."""

    verdict = forms.ChoiceField(
        label=_("Decision"),
        choices=[(Verdict.APPROVE, _("Approve all")), (Verdict.REJECT, _("Reject all"))],
        widget=forms.RadioSelect,
        initial=Verdict.APPROVE,
    )
    reason = forms.ChoiceField(
        label=_("Reason of a rejection"),
        choices=[("", _("none")), *((reason, reason) for reason in REJECT_REASONS)],
        required=False,
    )
