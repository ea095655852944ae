"""/api/v1/proposals/: what the machine proposes, and the verdicts."""

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

from crmllm.api.views import ReadViewSet
from crmllm.core.lists import narrow
from crmllm.crm.choices import Object, Risk
from crmllm.proposals import selectors, services
from crmllm.proposals.choices import Action, State
from crmllm.proposals.models import Proposal


class ProposalFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What the list may be asked for."""

    interaction = django_filters.UUIDFilter(field_name="interaction_id")
    state = django_filters.MultipleChoiceFilter(choices=State.choices)
    object = django_filters.ChoiceFilter(choices=Object.choices)

    class Meta:
        model = Proposal
        fields: ClassVar[list[str]] = []


class EvidenceLine(serializers.Serializer[Any]):
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    quote = serializers.CharField()


class ChangeLine(serializers.Serializer[Any]):
    """One field: what the CRM held, what is proposed, and the words that support it."""

    id = serializers.UUIDField()
    field = serializers.CharField()
    risk = serializers.ChoiceField(choices=Risk.choices)
    old = serializers.JSONField(allow_null=True)
    proposed = serializers.JSONField(allow_null=True)
    confidence = serializers.FloatField()
    inferred = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]
    origin = serializers.DictField(child=serializers.CharField(), allow_null=True)
    checks = serializers.ListField(child=serializers.DictField())
    evidence = EvidenceLine(many=True)


class ProposalWhole(serializers.Serializer[Any]):
    """A set of changes to one record; `record` is null until a create is written."""

    id = serializers.UUIDField()
    interaction = serializers.UUIDField()
    object = serializers.ChoiceField(choices=Object.choices)
    action = serializers.ChoiceField(choices=Action.choices)
    record = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    note = serializers.CharField()
    match = serializers.DictField()
    can_approve = serializers.BooleanField()
    may_apply_alone = serializers.BooleanField()
    blocked_by = serializers.ListField(child=serializers.CharField())
    needs = serializers.ListField(child=serializers.UUIDField())
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    changes = ChangeLine(many=True)


class Undone(ProposalWhole):
    """The proposal, and all that was taken back with it, in order."""

    undone = serializers.ListField(child=serializers.UUIDField())


class Approval(serializers.Serializer[Any]):
    milliseconds = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False, allow_null=True)


class Edit(Approval):
    changes = serializers.DictField(child=serializers.JSONField(allow_null=True), allow_empty=False)


class Rejection(Approval):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ProposalViewSet(ReadViewSet[Proposal]):
    """Proposals and the decisions on them."""

    permission = "interactions.view"
    serializer_class = ProposalWhole
    queryset = Proposal.objects.none()

    def rows(self) -> QuerySet[Proposal]:
        return narrow(selectors.whole(selectors.proposals(self.person)), ProposalFilter, self.request.query_params)[0]

    def shown(self, rows: list[Proposal]) -> Sequence[dict[str, Any]]:
        return selectors.show_many(self.person, rows)

    def shown_whole(self, pk: str) -> dict[str, Any]:
        return selectors.show(self.person, selectors.proposal(self.person, pk))

    @extend_schema(request=Approval)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Approves it as it stands; the write goes to the outbox in the same transaction."""
        given = _checked(Approval, request)
        services.approve(
            user=self.person,
            proposal=self._deciding(pk),
            milliseconds=given.get("milliseconds"),
        )
        return Response(self.shown_whole(pk))

    @extend_schema(request=Edit)
    @action(detail=True, methods=["post"])
    def edit(self, request: Request, pk: str) -> Response:
        """Approves it with a person's own values: {"changes": {id: value}}; null leaves the field as it is."""
        given = _checked(Edit, request)
        services.approve(
            user=self.person,
            proposal=self._deciding(pk),
            edits=given["changes"],
            milliseconds=given.get("milliseconds"),
        )
        return Response(self.shown_whole(pk))

    @extend_schema(request=Rejection)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Refuses it, with a reason."""
        given = _checked(Rejection, request)
        services.reject(
            user=self.person,
            proposal=self._deciding(pk),
            reason=given["reason"],
            milliseconds=given.get("milliseconds"),
        )
        return Response(self.shown_whole(pk))

    @extend_schema(request=Approval)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Leaves the decision for later."""
        given = _checked(Approval, request)
        services.skip(
            user=self.person,
            proposal=self._deciding(pk),
            milliseconds=given.get("milliseconds"),
        )
        return Response(self.shown_whole(pk))

    @extend_schema(request=Approval, responses=Undone)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Takes the decision back, and first what hangs on it; `undone` lists all of it."""
        given = _checked(Approval, request)
        undone = services.undo(
            user=self.person,
            proposal=self._deciding(pk),
            milliseconds=given.get("milliseconds"),
        )
        return Response(self.shown_whole(pk) | {"undone": [str(row.pk) for row in undone]})

    def _deciding(self, pk: str) -> Proposal:
        return selectors.proposal(self.person, pk, permission="proposals.decide")


def _checked(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = form(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)
