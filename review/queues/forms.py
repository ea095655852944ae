"""Forms of the queues: what is in one, and whose work an item becomes."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.access.models import Team, User
from crmllm.crm.choices import Object, Risk
from crmllm.ingestion.choices import Kind, Origin
from crmllm.ingestion.models import Mailbox
from review.queues import selectors
from review.queues.models import ReviewQueue


def _boxes(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None: all.")
    )


class QueueForm(forms.ModelForm[ReviewQueue]):
    """A queue, as a manager describes it."""

    objects_in = _boxes(_("Proposals about"), Object.choices)
    kinds = _boxes(_("What came in"), Kind.choices)
    origins = _boxes(_("How it came in"), Origin.choices)
    risk = forms.ChoiceField(label=_("Highest risk"), choices=[("", _("any")), *Risk.choices], required=False)
    team = forms.ModelChoiceField(
        Team.objects.all(), required=False, empty_label=_("everybody"), label=_("Team"),
        help_text=_("Only what belongs to this team, and only its people see the queue."),
    )  # fmt: skip
    mailbox = forms.ModelChoiceField(
        Mailbox.objects.order_by("name"), required=False, empty_label=_("any"), label=_("Mailbox")
    )

    class Meta:
        model = ReviewQueue
        fields = ("name", "position", "hours", "order", "team", "objects_in", "risk", "kinds", "origins", "mailbox")
        labels: ClassVar = {
            "name": _("Name"),
            "position": _("Place"),
            "hours": _("To be decided within (hours)"),
            "order": _("Order"),
        }
        help_texts: ClassVar = {
            "position": _("An item counts for the first queue that it fits; the lowest place is asked first."),
            "hours": _("Of high risk or much value it is due sooner: the hours are divided by risk times value."),
        }


class HandOnForm(forms.Form):
    """To one person, or to one team."""

    user = forms.ModelChoiceField(User.objects.none(), required=False, empty_label=_("nobody"), label=_("Person"))
    team = forms.ModelChoiceField(Team.objects.none(), required=False, empty_label=_("no team"), label=_("or team"))

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = selectors.colleagues(actor)  # type: ignore[attr-defined]
        self.fields["team"].queryset = selectors.teams()  # type: ignore[attr-defined]


class EscalateForm(forms.Form):
    """Up to a manager, with the reason."""

    manager = forms.ChoiceField(label=_("To"))
    reason = forms.CharField(
        label=_("What is unclear"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), strip=True
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in selectors.managers(actor)}
        self.fields["manager"].choices = [(pk, str(one)) for pk, one in self.people.items()]  # type: ignore[attr-defined]

    def chosen(self) -> User:
        return self.people[self.cleaned_data["manager"]]


class CommentForm(forms.Form):
    """Something to say about an item."""

    text = forms.CharField(
        label=_("Comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("@login tells somebody. It is encrypted and erased with the message."),
    )  # fmt: skip
