"""POST /api/v1/leads/{id}/convert/: a lead becomes an account, a contact and perhaps an opportunity."""

from __future__ import annotations

from typing import Any, TypeVar, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crmllm.access.models import User
from crmllm.connectors.conversion import services
from crmllm.crm import selectors
from crmllm.crm.choices import Object
from crmllm.crm.models import Account, Contact, Lead, Record

Kind = TypeVar("Kind", bound=Record)


class ConversionWish(serializers.Serializer[Any]):
    """Into which records; new ones where none is named."""

    account = serializers.UUIDField(required=False, allow_null=True)
    contact = serializers.UUIDField(required=False, allow_null=True)
    opportunity = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="A name makes one.")


class ConversionLine(serializers.Serializer[Any]):
    """What the lead became."""

    lead = serializers.UUIDField()
    account = serializers.UUIDField()
    contact = serializers.UUIDField()
    opportunity = serializers.UUIDField(allow_null=True)


class ConvertLead(APIView):
    """Converts a lead, in the CRM that is master of leads and here."""

    @extend_schema(request=ConversionWish, responses=ConversionLine)
    def post(self, request: Request, pk: UUID) -> Response:
        person = cast(User, request.user)
        asked = ConversionWish(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        made = services.convert_lead(
            actor=person,
            lead=_given(person, Lead, pk),
            account=_given(person, Account, wish["account"]) if wish.get("account") else None,
            contact=_given(person, Contact, wish["contact"]) if wish.get("contact") else None,
            opportunity=wish.get("opportunity", ""),
        )
        return Response(
            {
                "lead": str(made.lead.pk),
                "account": str(made.account.pk),
                "contact": str(made.contact.pk),
                "opportunity": str(made.opportunity.pk) if made.opportunity else None,
            }
        )


def _given(person: User, model: type[Kind], pk: UUID) -> Kind:
    """A record that this person may change: a stranger gets NotFound, a reader Forbidden."""
    found = selectors.record(person, Object(model.object_name), str(pk), permission="records.change")
    return cast(Kind, found)
