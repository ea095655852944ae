"""Forms of the people pages. Ours take the services' word for what is right, so that API, command and page agree."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.crm.choices import Risk


class SignInForm(AuthenticationForm):
    """Name and password."""

    error_messages = {
        "invalid_login": _("This name and password do not belong together. Mind capital letters."),
        "inactive": _("This login is switched off."),
    }


class UserForm(forms.ModelForm[User]):
    """What an admin changes about somebody."""

    team = forms.ModelChoiceField(Team.objects.all(), required=False, empty_label=_("no team"), label=_("Team"))

    class Meta:
        model = User
        fields: tuple[str, ...] = ("first_name", "last_name", "email", "role", "team")


class NewUserForm(UserForm):
    """Somebody new."""

    password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Leave it empty for somebody who uses single sign-on only."),
    )

    class Meta(UserForm.Meta):
        fields = ("username", *UserForm.Meta.fields)
        widgets: ClassVar = {"username": forms.TextInput(attrs={"autocomplete": "off"})}


class PasswordForm(forms.Form):
    """A new password for somebody who forgot theirs."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Tell it in person; it can be changed under Account."),
    )


class ProfileForm(forms.ModelForm[User]):
    """What people change about themselves."""

    class Meta:
        model = User
        fields = ("single_keys",)
        labels: ClassVar = {"single_keys": _("Single-letter keys")}
        help_texts: ClassVar = {"single_keys": _("Off for speech input, or when keys are pressed by accident.")}


class TeamForm(forms.Form):
    """A team's name."""

    name = forms.CharField(label=_("Name"), max_length=80)


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("a year")), (0, _("until it is revoked"))],
        initial=90,
    )


class VisibilityForm(forms.Form):
    """For each field of an object its risk, and the roles that do not see it: one group of boxes."""

    def __init__(self, *args: Any, fields: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in Role if role != Role.ADMIN]
        for field in fields:
            self.fields[f"risk-{field.id}"] = forms.ChoiceField(
                label=_("Risk of %(field)s") % {"field": field.label}, choices=Risk.choices, initial=field.risk,
                required=False, widget=forms.Select(attrs={"class": "form-select"}),
            )  # fmt: skip
            if field.required:
                continue
            self.fields[str(field.id)] = forms.MultipleChoiceField(
                label=field.label, choices=roles, required=False, initial=field.hidden_from,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
