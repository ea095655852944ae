"""/api/v1/connections/, /streams/ and /sync-runs/: the connected CRMs, and how their reading stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crmllm.access.rules import load
from crmllm.api.views import ReadViewSet
from crmllm.connectors import selectors
from crmllm.connectors.choices import ConnectionState, Direction, RunKind, RunState
from crmllm.connectors.models import Connection, Stream, SyncRun
from crmllm.connectors.sync import selectors as sync
from crmllm.connectors.sync import services
from crmllm.core.errors import NotFound
from crmllm.core.lists import narrow


class ConnectionLine(serializers.Serializer[Any]):
    """One connected CRM; its settings and secrets are not told."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    connector = serializers.CharField()
    state = serializers.ChoiceField(choices=ConnectionState.choices)
    reason = serializers.CharField()
    dry_run = serializers.BooleanField()
    master_of = serializers.ListField(child=serializers.CharField())
    records = serializers.IntegerField()


class ConnectionViewSet(ReadViewSet[Connection]):
    """The CRMs that are connected."""

    permission = "settings.view"
    serializer_class = ConnectionLine
    queryset = Connection.objects.none()

    def rows(self) -> QuerySet[Connection]:
        return selectors.connections(self.person)

    def shown(self, rows: list[Connection]) -> Sequence[dict[str, Any]]:
        return [_connection(row) for row in rows]

    def shown_whole(self, pk: str) -> dict[str, Any]:
        row = self.rows().filter(pk=pk).first() if _is_uuid(pk) else None
        if row is None:
            raise NotFound("There is no such connection.")
        return _connection(row)


class StreamFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list may be asked for."""

    connection = django_filters.UUIDFilter()
    name = django_filters.CharFilter()

    class Meta:
        model = Stream
        fields: ClassVar[list[str]] = []


class StreamLine(serializers.Serializer[Any]):
    """One list of a CRM: how far it is read, and when it is read again."""

    id = serializers.UUIDField()
    connection = serializers.UUIDField()
    name = serializers.CharField()
    direction = serializers.ChoiceField(choices=Direction.choices)
    paused = serializers.BooleanField()
    running = serializers.BooleanField()
    read_until = serializers.DateTimeField(allow_null=True)
    last_run_at = serializers.DateTimeField(allow_null=True)
    last_full_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    skipped = serializers.IntegerField()
    hidden = serializers.ListField(child=serializers.CharField())
    error = serializers.DictField(allow_null=True)


class ReadNow(serializers.Serializer[Any]):
    """What is to be read: what changed, or everything."""

    everything = serializers.BooleanField(default=False)


class Pause(serializers.Serializer[Any]):
    """Whether reading rests."""

    paused = serializers.BooleanField()


class StreamViewSet(ReadViewSet[Stream]):
    """The lists that are kept in step with a CRM."""

    permission = "settings.view"
    serializer_class = StreamLine
    queryset = Stream.objects.none()

    def rows(self) -> QuerySet[Stream]:
        rows, _bound = narrow(sync.streams(self.person), StreamFilter, self.request.query_params)
        return rows

    def shown(self, rows: list[Stream]) -> Sequence[dict[str, Any]]:
        by_id = {line.row.pk: line for line in sync.lines(rows)}
        return [_stream(by_id[row.pk]) for row in rows]

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return _stream(sync.lines([self._row(pk)])[0])

    def _row(self, pk: str) -> Stream:
        return load(self.person, sync.streams(self.person), pk)

    @extend_schema(request=ReadNow, responses=StreamLine)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Reads it now."""
        asked = ReadNow(data=request.data)
        asked.is_valid(raise_exception=True)
        services.read_now(actor=self.person, stream=self._row(pk), full=asked.validated_data["everything"])
        return Response(self.shown_whole(pk))

    @extend_schema(request=Pause, responses=StreamLine)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Lets its reading rest, or go on."""
        asked = Pause(data=request.data)
        asked.is_valid(raise_exception=True)
        services.set_paused(actor=self.person, stream=self._row(pk), paused=asked.validated_data["paused"])
        return Response(self.shown_whole(pk))


class RunFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list may be asked for."""

    stream = django_filters.UUIDFilter()
    connection = django_filters.UUIDFilter(field_name="stream__connection")
    state = django_filters.MultipleChoiceFilter(choices=RunState.choices)
    kind = django_filters.MultipleChoiceFilter(choices=RunKind.choices)

    class Meta:
        model = SyncRun
        fields: ClassVar[list[str]] = []


class RunLine(serializers.Serializer[Any]):
    """One read of a list: what came, and what became of it."""

    id = serializers.UUIDField()
    stream = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=RunKind.choices)
    state = serializers.ChoiceField(choices=RunState.choices)
    counts = serializers.DictField(child=serializers.IntegerField())
    there = serializers.IntegerField(allow_null=True)
    here = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SyncRunViewSet(ReadViewSet[SyncRun]):
    """What was read, newest first."""

    permission = "settings.view"
    serializer_class = RunLine
    queryset = SyncRun.objects.none()

    def rows(self) -> QuerySet[SyncRun]:
        rows, _bound = narrow(sync.runs(self.person), RunFilter, self.request.query_params)
        return rows

    def shown(self, rows: list[SyncRun]) -> Sequence[dict[str, Any]]:
        return [_run(row) for row in rows]

    def shown_whole(self, pk: str) -> dict[str, Any]:
        row = sync.runs(self.person).filter(pk=pk).first() if _is_uuid(pk) else None
        if row is None:
            raise NotFound("There is no such run.")
        return _run(row)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _connection(row: Connection) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "connector": row.connector,
        "state": row.state,
        "reason": row.state_reason,
        "dry_run": row.dry_run,
        "master_of": row.master_of,
        "records": row.known,  # type: ignore[attr-defined]
    }


def _stream(line: sync.StreamLine) -> dict[str, Any]:
    row = line.row
    return {
        "id": str(row.pk),
        "connection": str(row.connection_id),
        "name": row.name,
        "direction": row.direction,
        "paused": row.paused,
        "running": line.running,
        "read_until": row.read_until,
        "last_run_at": row.last_run_at,
        "last_full_at": row.last_full_at,
        "next_at": line.next_at,
        "skipped": line.skipped,
        "hidden": row.hidden,
        "error": {"code": row.error_code, "message": row.error_message} if row.error_code else None,
    }


def _run(row: SyncRun) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "stream": str(row.stream_id),
        "kind": row.kind,
        "state": row.state,
        "counts": row.counts,
        "there": row.there,
        "here": row.here,
        "reason": row.reason,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }
