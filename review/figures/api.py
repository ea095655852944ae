"""GET /api/v1/review-figures/: what the Figures page shows, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crmllm.access.models import User
from review.figures import selectors
from review.figures.asked import Asked
from review.figures.selectors import Pace
from review.figures.views import as_share


class PaceLine(serializers.Serializer[Any]):
    """How much was decided, and how fast; `person` is absent in the total."""

    person = serializers.UUIDField(required=False)
    name = serializers.CharField(required=False)
    decisions = serializers.IntegerField()
    edited = serializers.IntegerField()
    rejected = serializers.IntegerField()
    skipped = serializers.IntegerField()
    taken_back = serializers.IntegerField()
    hours = serializers.IntegerField(help_text="Clock hours in which something was decided.")
    an_hour = serializers.FloatField(allow_null=True)
    median_ms = serializers.FloatField(allow_null=True)
    p90_ms = serializers.FloatField(allow_null=True)


class ShareLine(serializers.Serializer[Any]):
    """So many of so many, with Wilson's interval at 95 %."""

    hits = serializers.IntegerField()
    count = serializers.IntegerField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class FieldLine(serializers.Serializer[Any]):
    """What people said of the values of one field."""

    field = serializers.CharField()
    kept = serializers.IntegerField()
    edited = serializers.IntegerField()
    rejected = serializers.IntegerField()
    automatic = serializers.IntegerField()
    automatic_undone = serializers.IntegerField()


class ReasonLine(serializers.Serializer[Any]):
    """How often a reason was given; an empty one stands for people's own words."""

    reason = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class DayLine(serializers.Serializer[Any]):
    """What came in and what was decided on one day."""

    day = serializers.DateField()
    came = serializers.IntegerField()
    decided = serializers.IntegerField()
    automatic = serializers.IntegerField()


class ReviewFiguresAnswer(serializers.Serializer[Any]):
    """The figures of a period."""

    total = PaceLine()
    people = PaceLine(many=True)
    fields = FieldLine(many=True)  # type: ignore[assignment]
    reasons = ReasonLine(many=True)
    days = DayLine(many=True)
    automation = ShareLine()
    agreement = ShareLine()
    in_time = ShareLine()
    errors = serializers.DictField(child=serializers.IntegerField())  # type: ignore[assignment]
    open_now = serializers.IntegerField()


class ReviewFigures(APIView):
    """The figures of the review for a period, a team, a person and an object."""

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("from", "to", "team", "person", "object")],
        responses=ReviewFiguresAnswer,
    )
    def get(self, request: Request) -> Response:
        found = selectors.figures(cast(User, request.user), Asked.of(request.query_params))
        return Response(
            {
                "total": _pace(found.total),
                "people": [{"person": one.person, "name": one.name} | _pace(one.pace) for one in found.people],
                "fields": [asdict(one) for one in found.fields],
                "reasons": [{"reason": reason, "count": count} for reason, count in found.reasons],
                "days": [asdict(day) for day in found.days],
                "automation": as_share(found.automation),
                "agreement": as_share(found.agreement),
                "in_time": as_share(found.in_time),
                "errors": found.errors,
                "open_now": found.open_now,
            }
        )


def _pace(pace: Pace) -> dict[str, Any]:
    return asdict(pace) | {"an_hour": pace.an_hour}
