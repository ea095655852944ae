"""/api/v1/rollbacks/: plan one (the dry run), start it, stop it, and see how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crmllm.api.views import ReadViewSet
from review.rollback import selectors, services
from review.rollback.choices import State, Subject
from review.rollback.models import Rollback


class RollbackLine(serializers.Serializer[Any]):
    """One roll-back, with how many of its items are where."""

    id = serializers.UUIDField()
    subject_type = serializers.ChoiceField(choices=Subject.choices)
    subject_id = serializers.UUIDField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    items = serializers.DictField(child=serializers.IntegerField(), help_text="{result: how many}")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class Plan(serializers.Serializer[Any]):
    subject_type = serializers.ChoiceField(choices=Subject.choices)
    subject_id = serializers.UUIDField()


class RollbackViewSet(ReadViewSet[Rollback]):
    """Roll-backs."""

    permission = selectors.READ
    serializer_class = RollbackLine
    queryset = Rollback.objects.none()

    def rows(self) -> QuerySet[Rollback]:
        return selectors.rollbacks(self.person)

    def shown(self, rows: list[Rollback]) -> Sequence[dict[str, Any]]:
        return [_shown(one) for one in rows]

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return _shown(selectors.rollback(self.person, pk))

    @extend_schema(request=Plan)
    def create(self, request: Request) -> Response:
        """The dry run: lists what would be taken back, and what stands in the way. Nothing is taken back yet."""
        given = Plan(data=request.data)
        given.is_valid(raise_exception=True)
        row = services.plan(user=self.person, **given.validated_data)
        return Response(_shown(row), status=201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """Begins to take back."""
        services.start(user=self.person, rollback=selectors.rollback(self.person, pk))
        return Response(self.shown_whole(pk))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Stops it after the present batch, or drops the plan."""
        services.cancel(user=self.person, rollback=selectors.rollback(self.person, pk))
        return Response(self.shown_whole(pk))


def _shown(row: Rollback) -> dict[str, Any]:
    plain = ("subject_type", "subject", "state", "created_at", "finished_at")
    return {
        "id": str(row.pk),
        "subject_id": str(row.subject_id),
        "items": dict(selectors.counts(row)),
        **{name: getattr(row, name) for name in plain},
    }
