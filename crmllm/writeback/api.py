"""/api/v1/writebacks/: approved changes on their way to the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crmllm.access.rules import load
from crmllm.api.views import ReadViewSet
from crmllm.core.lists import narrow
from crmllm.crm.choices import Object
from crmllm.writeback import selectors, services
from crmllm.writeback.choices import Operation, State
from crmllm.writeback.models import Writeback


class WritebackFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list may be asked for."""

    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    proposal = django_filters.UUIDFilter(field_name="proposal_id")
    interaction = django_filters.UUIDFilter(field_name="proposal__interaction_id")
    record = django_filters.UUIDFilter(field_name="target_id")

    class Meta:
        model = Writeback
        fields: ClassVar[list[str]] = []


class WritebackLine(serializers.Serializer[Any]):
    """One write of one record to one connection."""

    id = serializers.UUIDField()
    proposal = serializers.UUIDField()
    connection = serializers.CharField()
    operation = serializers.ChoiceField(choices=Operation.choices)
    object = serializers.ChoiceField(choices=Object.choices)
    record = serializers.UUIDField()
    seq = serializers.IntegerField()
    state = serializers.ChoiceField(choices=State.choices)
    undoes = serializers.UUIDField(allow_null=True)
    attempts = serializers.IntegerField()
    error = serializers.DictField(allow_null=True)
    created_at = serializers.DateTimeField()
    verified_at = serializers.DateTimeField(allow_null=True)


class WritebackViewSet(ReadViewSet[Writeback]):
    """The outbox."""

    permission = "interactions.view"
    serializer_class = WritebackLine
    queryset = Writeback.objects.none()

    def rows(self) -> QuerySet[Writeback]:
        return narrow(selectors.writebacks(self.person), WritebackFilter, self.request.query_params)[0]

    def shown(self, rows: list[Writeback]) -> Sequence[dict[str, Any]]:
        return [selectors.show(row) for row in rows]

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return selectors.show(load(self.person, selectors.writebacks(self.person), pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Sends a failed write again."""
        self.shown_whole(pk)
        services.retry(
            actor=self.person,
            pk=load(self.person, selectors.writebacks(self.person), pk).pk,
        )
        return Response(self.shown_whole(pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Gives up a write that was never sent, or that failed."""
        services.cancel(
            actor=self.person,
            pk=load(self.person, selectors.writebacks(self.person), pk).pk,
        )
        return Response(self.shown_whole(pk))
