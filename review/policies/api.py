"""/api/v1/policies/: what is applied without a person, with which promise, and switching it on and off."""

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
from crmllm.crm.choices import Object
from review.policies import selectors, services
from review.policies.choices import State
from review.policies.models import ReviewPolicy


class PolicyLine(serializers.Serializer[Any]):
    """One policy: at most one wrong in `one_in`; `threshold` is null while none is proven."""

    id = serializers.UUIDField()
    object = serializers.ChoiceField(choices=Object.choices)
    field = serializers.CharField(help_text="Empty: all fields that may be automated.")
    source = serializers.CharField(help_text="Empty: any.")  # type: ignore[assignment]
    one_in = serializers.IntegerField()
    confidence = serializers.FloatField()
    whole_history = serializers.BooleanField()
    sample_share = serializers.FloatField()
    state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField()
    threshold = serializers.FloatField(allow_null=True)
    decisions = serializers.IntegerField(allow_null=True, help_text="That the threshold rests on.")
    applied = serializers.IntegerField()
    looked_at = serializers.IntegerField()
    wrong = serializers.IntegerField()


class Move(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[State.SHADOW, State.ON, State.OFF])


class PolicyViewSet(ReadViewSet[ReviewPolicy]):
    """Policies. They are made on their page, which shows what each target would bring."""

    permission = selectors.READ
    serializer_class = PolicyLine
    queryset = ReviewPolicy.objects.none()

    def rows(self) -> QuerySet[ReviewPolicy]:
        return selectors.policies(self.person)

    def shown(self, rows: list[ReviewPolicy]) -> Sequence[dict[str, Any]]:
        return [_shown(one) for one in rows]

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return _shown(selectors.policy(self.person, pk))

    @extend_schema(request=Move)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Switches it on, on paper or off."""
        row = selectors.policy(self.person, pk, permission=services.PERMISSION)
        given = Move(data=request.data)
        given.is_valid(raise_exception=True)
        services.move(user=self.person, policy=row, state=State(given.validated_data["state"]))
        return Response(self.shown_whole(pk))


def _shown(row: ReviewPolicy) -> dict[str, Any]:
    plain = ("object", "field", "source", "one_in", "confidence", "whole_history", "sample_share", "state", "reason")
    return {
        "id": str(row.pk),
        **{name: getattr(row, name) for name in (*plain, "applied", "looked_at", "wrong")},
        "threshold": row.fit.threshold if row.fit else None,
        "decisions": row.fit.decisions if row.fit else None,
    }
