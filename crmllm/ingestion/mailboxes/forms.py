"""The form of a mailbox. The password goes in and never comes out."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.crm.models import CrmUser
from crmllm.ingestion.models import Mailbox


class MailboxForm(forms.ModelForm[Mailbox]):
    """Where the mailbox is, how to get in, and whose its mails are."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    owner = forms.ModelChoiceField(
        CrmUser.objects.filter(active=True).order_by("name"),
        required=False,
        empty_label=_("nobody"),
        label=_("Owner of its mails"),
        help_text=_("For mails of senders that the CRM does not know. Without owner and team everybody sees them."),
    )

    class Meta:
        model = Mailbox
        fields = ("name", "host", "port", "tls", "username", "password", "folder", "owner", "team", "active")
        labels: ClassVar = {
            "name": _("Name"),
            "host": _("IMAP server"),
            "port": _("Port"),
            "tls": _("Encryption"),
            "username": _("User name"),
            "folder": _("Folder"),
            "team": _("Team of its mails"),
            "active": _("Fetch mail from here"),
        }
        help_texts: ClassVar = {
            "port": _("993 for TLS, 143 for STARTTLS."),
            "tls": _("Without encryption password and mails travel in the clear: only inside one machine."),
            "folder": _("Messages are only read: nothing is moved, deleted or marked as seen."),
        }
        widgets: ClassVar = {"username": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["port"].widget.attrs |= {"min": 1, "max": 65535}
        if self.instance.password is not None:
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Leave it empty to keep the present one.")

    def clean_port(self) -> int:
        port: int = self.cleaned_data["port"]
        if not 1 <= port <= 65535:
            raise forms.ValidationError(_("A port is a number from 1 to 65535."))
        return port

    def _post_clean(self) -> None:
        """Leaves the row alone: only the service writes it, and an empty password must not reach it."""
