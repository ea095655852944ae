"""What a person chooses when a lead is converted: for each of its three outcomes a new record or one that is there."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from crmllm.access.models import User
from crmllm.core.errors import BadInput
from crmllm.crm import selectors, values
from crmllm.crm.choices import Object
from crmllm.crm.models import Account, Contact, Lead, Opportunity, Record

MOST = 20  # records that are offered
NEW, NONE = "new", "none"


class ConversionForm(forms.Form):
    """Offers the records that look like the lead; any other is found by its name."""

    account = forms.ChoiceField(label=_("Account"))
    other_account = forms.CharField(
        label=_("Or another account"), required=False, max_length=160, help_text=_("Its name, as it stands there.")
    )
    contact = forms.ChoiceField(label=_("Contact"))
    other_contact = forms.CharField(
        label=_("Or another contact"), required=False, max_length=160, help_text=_("The name or e-mail address.")
    )
    opportunity = forms.ChoiceField(label=_("Opportunity"))
    opportunity_name = forms.CharField(
        label=_("Name of the new opportunity"), required=False, max_length=120, help_text=_("Empty: none is made.")
    )

    def __init__(self, *args: Any, user: User, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        held = self._told(lead)
        firm, email = str(held.get("company") or lead.name), str(held.get("email") or "")
        self.found = {
            Object.ACCOUNT: self._like(Object.ACCOUNT, firm, email.rpartition("@")[2]),
            Object.CONTACT: self._like(Object.CONTACT, lead.name, email),
            Object.OPPORTUNITY: self._like(Object.OPPORTUNITY, firm),
        }
        self._offer(Object.ACCOUNT, (NEW, _("A new one: %(name)s") % {"name": firm}))
        self._offer(Object.CONTACT, (NEW, _("A new one: %(name)s") % {"name": lead.name}))
        self._offer(Object.OPPORTUNITY, (NEW, _("A new one, by the name below, or none")))

    def _told(self, lead: Lead) -> dict[str, Any]:
        """The values that this person may see: what is hidden finds nothing."""
        fields = [one for one in selectors.visible_fields(self.user, Object.LEAD) if one.name in ("company", "email")]
        return values.read(lead, fields)

    def _like(self, name: Object, *terms: str) -> dict[str, Record]:
        found: dict[str, Record] = {}
        for term in filter(None, terms):
            rows = selectors.search(selectors.records(self.user, name), term).order_by("name")
            found |= {str(row.pk): row for row in rows[:MOST]}
        return found

    def _offer(self, name: Object, new: tuple[str, Any]) -> None:
        known = [(pk, row.name) for pk, row in self.found[name].items()]
        cast(forms.ChoiceField, self.fields[name]).choices = [new, *known]

    # --- what was chosen

    def chosen(self) -> dict[str, Any]:
        """What the service takes. Raises BadInput, at the field that leads to no record or to several."""
        account = self._one(Object.ACCOUNT, "other_account")
        contact = self._one(Object.CONTACT, "other_contact")
        deal = self.found[Object.OPPORTUNITY].get(self.cleaned_data["opportunity"])
        return {
            "account": cast(Account | None, account),
            "contact": cast(Contact | None, contact),
            "opportunity": cast(Opportunity, deal) if deal else self.cleaned_data["opportunity_name"].strip(),
        }

    def _one(self, name: Object, other: str) -> Record | None:
        term = self.cleaned_data[other].strip()
        if not term:
            return self.found[name].get(self.cleaned_data[name])
        rows = list(selectors.search(selectors.records(self.user, name), term)[:MOST])
        same = [row for row in rows if row.name.casefold() == term.casefold()] or rows
        if len(same) != 1:
            said = _("Several records fit; write the whole name.") if same else _("No record that you may see fits.")
            raise BadInput(str(said), fields={other: [str(said)]})
        return same[0]

    def refuse(self, error: BadInput) -> None:
        """Shows a refusal beside the fields that it names."""
        for name, sentences in (error.fields or {"": [error.message]}).items():
            self.add_error(name if name in self.fields else None, sentences)
