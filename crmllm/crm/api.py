"""/api/v1/accounts|contacts|leads|opportunities|cases|activities/: the canonical records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from crmllm.api.views import ReadViewSet
from crmllm.crm import selectors
from crmllm.crm.choices import Object
from crmllm.crm.models import MODELS, Record

PLURALS = {
    Object.ACCOUNT: "accounts",
    Object.CONTACT: "contacts",
    Object.LEAD: "leads",
    Object.OPPORTUNITY: "opportunities",
    Object.CASE: "cases",
    Object.ACTIVITY: "activities",
}


class RecordLine(serializers.Serializer[Any]):
    """A record with the fields that the caller may see; which ones there are depends on the object and on the role."""

    id = serializers.UUIDField()
    object = serializers.ChoiceField(choices=Object.choices)
    name = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RecordViewSet(ReadViewSet[Record]):
    """The records of one object; `?search=` takes part of a name, or an exact e-mail, phone or domain."""

    object_name: ClassVar[Object]
    permission = "records.view"
    serializer_class = RecordLine

    def rows(self) -> QuerySet[Record]:
        rows = selectors.records(self.person, self.object_name).order_by("-created_at", "-id")
        return selectors.search(rows, self.request.query_params.get("search", ""))

    def shown(self, rows: list[Record]) -> Sequence[dict[str, Any]]:
        return selectors.show(self.person, rows, self.object_name)

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return selectors.show(
            self.person,
            [selectors.record(self.person, self.object_name, pk)],
            self.object_name,
        )[0]

    @extend_schema(parameters=[OpenApiParameter("search", str)])
    def list(self, request: Request) -> Response:
        return super().list(request)


def viewset_for(object_name: Object) -> type[RecordViewSet]:
    """The view set of one object."""
    model = MODELS[object_name]
    body = {
        "object_name": object_name,
        "queryset": model._default_manager.none(),
        "__doc__": RecordViewSet.__doc__,
    }
    return type(f"{model.__name__}ViewSet", (RecordViewSet,), body)
