"""/api/v1/interactions/: put in what came, see what became of it, replay it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any, ClassVar

import django_filters
from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser, FormParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from crmllm.api.views import ReadViewSet
from crmllm.core.errors import BadInput, TooLarge
from crmllm.core.lists import narrow
from crmllm.ingestion import kinds, selectors, services
from crmllm.ingestion.choices import Kind, Origin, Status
from crmllm.ingestion.models import Interaction


class FileParser(BaseParser):
    """The body is one item of a type that somebody reads: a mail as it travels, a transcript, a document."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(settings.UPLOAD_MAX_BYTES + 1)
        if len(raw) > settings.UPLOAD_MAX_BYTES:
            raise TooLarge(f"The message is larger than {settings.UPLOAD_MAX_BYTES // 2**20} MB.")
        return raw


def parsers() -> list[type[BaseParser]]:
    """One parser for each content type of `kinds`, so that others are answered with 415."""
    known = [type("FileParser", (FileParser,), {"media_type": name}) for name in kinds.content_types()]
    return [*known, MultiPartParser]


class InteractionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list may be asked for."""

    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    kind = django_filters.ChoiceFilter(choices=Kind.choices)
    category = django_filters.CharFilter()
    since = django_filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lt")

    class Meta:
        model = Interaction
        fields: ClassVar[list[str]] = []


class Reason(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()


class InteractionLine(serializers.Serializer[Any]):
    """An interaction in a list."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    origin = serializers.ChoiceField(choices=Origin.choices)
    subject = serializers.CharField()
    sender_name = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    category = serializers.CharField()
    sentiment = serializers.CharField()
    reason = Reason(allow_null=True)
    open_proposals = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class LedgerLine(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    step = serializers.CharField()
    code = serializers.CharField()
    sentence = serializers.CharField()
    generation = serializers.IntegerField()


class InteractionWhole(InteractionLine):
    """An interaction with the newest text and the ledger. Offsets anywhere count code points of `text`."""

    text = serializers.CharField()
    zones = serializers.ListField(child=serializers.DictField())
    locations = serializers.ListField(child=serializers.DictField())
    participants = serializers.ListField(child=serializers.DictField())
    sender = serializers.DictField(allow_null=True)
    to = serializers.ListField(child=serializers.DictField())
    cc = serializers.ListField(child=serializers.DictField())
    sent_at = serializers.DateTimeField(allow_null=True)
    warnings = serializers.ListField(child=serializers.CharField())
    generation = serializers.IntegerField()
    attachments = serializers.ListField(child=serializers.DictField())
    ledger = LedgerLine(many=True)


class Accepted(serializers.Serializer[Any]):
    """What a new or known interaction is answered with; `items` where several came in one request."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)


class NewFiles(serializers.Serializer[Any]):
    """Files that come in; `kind` where their names do not say what they are (.txt may be a call, notes or a chat)."""

    file = serializers.ListField(child=serializers.FileField())
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)


class Again(serializers.Serializer[Any]):
    """How a replay is meant: `anyway` says that the message is for us, whatever a filter took it for."""

    anyway = serializers.BooleanField(default=False)


def _kind(given: str) -> str:
    if given and given not in Kind:
        raise BadInput(f"There is no such kind; known are {', '.join(Kind.values)}.", fields={"kind": ["Unknown."]})
    return given


class InteractionViewSet(ReadViewSet[Interaction]):
    """Interactions: what came in, how far it is, and why."""

    permission = "interactions.view"
    serializer_class = InteractionLine
    queryset = Interaction.objects.none()
    parser_classes = parsers()

    def rows(self) -> QuerySet[Interaction]:
        rows = selectors.interactions(self.person)
        rows = selectors.search(rows, self.request.query_params.get("search", ""))
        return narrow(rows, InteractionFilter, self.request.query_params)[0]

    def shown(self, rows: list[Interaction]) -> Sequence[dict[str, Any]]:
        return [selectors.show(row) for row in rows]

    @extend_schema(responses=InteractionWhole)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.shown_whole(pk))

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return selectors.show_whole(selectors.interaction(self.person, pk))

    @extend_schema(
        request={
            **dict.fromkeys(kinds.content_types(), OpenApiTypes.BINARY),
            "multipart/form-data": NewFiles,
        },
        parameters=[OpenApiParameter("kind", enum=Kind.values, description="What the body is, where that is open.")],
        responses={201: Accepted, 200: Accepted},
    )
    def create(self, request: Request) -> Response:
        """Takes in one item (a mail as message/rfc822, a transcript as text/vtt, …), or the files of a multipart form.

        Files are read by their ending: mails and mailboxes, transcripts, notes, chats, documents, and .zip of them.
        201: new. 200: known already. Several files or messages are answered with `items`, too.
        """
        sent: Any = request.data
        if isinstance(sent, bytes):
            received = [
                services.receive(
                    actor=self.person,
                    raw=sent,
                    origin=Origin.API,
                    content_type=request.content_type or "",
                    kind=_kind(request.query_params.get("kind", "")),
                )
            ]
        else:
            received = self._files(request, _kind(sent.get("kind", "")))
        answers = [{"id": str(one.interaction.pk), "status": one.interaction.status} for one in received]
        created = any(one.created for one in received)
        return Response(
            answers[0] | ({"items": answers} if len(answers) > 1 else {}),
            status=201 if created else 200,
        )

    def _files(self, request: Request, kind: str) -> list[services.Received]:
        files = [file for _, group in request.FILES.lists() for file in group]
        if not files:
            raise BadInput("Send a mail as message/rfc822, or files as multipart/form-data.")
        received, refused = [], []
        for file in files:
            taken, reasons = services.receive_file(
                actor=self.person,
                file=file,
                name=file.name or "upload",
                origin=Origin.API,
                kind=kind,
            )
            received += taken
            refused += reasons
        if not received:
            raise BadInput(" ".join(refused[:5]) or "The files hold no message.", code="refused")
        return received

    @extend_schema(request=Again, responses=InteractionWhole)
    @action(detail=True, methods=["post"], parser_classes=[JSONParser, FormParser])
    def replay(self, request: Request, pk: str) -> Response:
        """Sends the interaction through all stages again."""
        row = selectors.interaction(self.person, pk, permission="interactions.add")
        asked = Again(data=request.data)
        asked.is_valid(raise_exception=True)
        services.replay(actor=self.person, interaction=row, anyway=asked.validated_data["anyway"])
        return Response(self.shown_whole(pk))


LIST_PARAMETERS = [OpenApiParameter("search", str, description="Sender: exact e-mail or part of the name.")]
InteractionViewSet.list = extend_schema(parameters=LIST_PARAMETERS)(InteractionViewSet.list)  # type: ignore[method-assign]
