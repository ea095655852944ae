"""/api/v1/jobs/: visible runs of background work."""

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
from crmllm.jobs import selectors, services
from crmllm.jobs.choices import Cluster, RunState
from crmllm.jobs.models import JobRun


class JobFilter(django_filters.FilterSet):  # type: ignore[misc]  # type: ignore[misc]
    """What the list may be asked for."""

    state = django_filters.MultipleChoiceFilter(choices=RunState.choices)
    name = django_filters.CharFilter()

    class Meta:
        model = JobRun
        fields: ClassVar[list[str]] = []


class JobLine(serializers.Serializer[Any]):
    """One run of a stage, of a schedule, or of something that a person started."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    cluster = serializers.ChoiceField(choices=Cluster.choices)
    state = serializers.ChoiceField(choices=RunState.choices)
    progress = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    failures = serializers.IntegerField()
    message = serializers.CharField()
    error = serializers.DictField(allow_null=True)
    cancel_requested = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class JobViewSet(ReadViewSet[JobRun]):
    """What runs, ran and failed."""

    permission = "jobs.view"
    serializer_class = JobLine
    queryset = JobRun.objects.none()

    def rows(self) -> QuerySet[JobRun]:
        rows, _bound = narrow(selectors.runs(self.person), JobFilter, self.request.query_params)
        return rows

    def shown(self, rows: list[JobRun]) -> Sequence[dict[str, Any]]:
        return [_show(row) for row in rows]

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return _show(self._run(pk))

    def _run(self, pk: str) -> JobRun:
        return load(self.person, selectors.runs(self.person), pk)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stops a run after its present item; a stage then rests until it is retried."""
        return Response(_show(services.cancel(user=self.person, run=self._run(pk))))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Does it again; answers with the new run, or with the old one when a stage goes on."""
        return Response(_show(services.retry(user=self.person, run=self._run(pk))))


def _show(row: JobRun) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "label": selectors.label(row.name),
        "cluster": row.cluster,
        "state": row.state,
        "progress": row.progress,
        "total": row.total,
        "failures": row.failures,
        "message": row.message,
        "error": {"code": row.error_code, "message": row.error_message} if row.error_code else None,
        "cancel_requested": row.cancel_requested,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
    }
