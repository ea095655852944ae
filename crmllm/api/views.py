"""What the API's views share: a list and a detail over a selector, answered as the selectors show rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from crmllm.access.models import User
from crmllm.access.rules import require

Row = TypeVar("Row", bound=Model)


class ReadViewSet(ABC, GenericViewSet[Row], Generic[Row]):
    """GET list and GET detail. A subclass says which rows, how they look, and what may be asked of the list."""

    permission: str = ""
    filter_backends: Sequence[Any] = ()

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.permission:
            require(self.person, self.permission)

    @abstractmethod
    def rows(self) -> QuerySet[Row]:
        """The visible rows, filtered as the query asks."""

    @abstractmethod
    def shown(self, rows: list[Row]) -> Sequence[Mapping[str, Any]]:
        """Rows of a list as plain data."""

    @abstractmethod
    def shown_whole(self, pk: str) -> Mapping[str, Any]:
        """One row as plain data; raises NotFound."""

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.shown(list(page or [])))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.shown_whole(pk))
