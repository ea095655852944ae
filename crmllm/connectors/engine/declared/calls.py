"""One request as a template, and how to get the next page of a list."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from crmllm.connectors.engine.declared.part import Part, Pick


class PagingKind(StrEnum):
    """How a CRM says that there is more."""

    NONE = "none"
    NEXT_URL = "next_url"  # the answer holds the address of the next page
    CURSOR = "cursor"  # the answer holds a {cursor} for the next call
    OFFSET = "offset"  # {offset} counts rows
    PAGE = "page"  # {page} counts pages from 1, {page_from_0} from 0
    LINK = "link"  # a Link header with rel="next"


class Paging(Part):
    """How to get the next page of a call."""

    kind: PagingKind = Field(default=PagingKind.NONE, description="How the next page is asked for.")
    next: Pick = Field(default="", description="The next address or cursor in the answer; empty ends the list.")
    size: int = Field(default=100, gt=0, description="Rows that are asked for, as {size}.")
    first_id: str = Field(default="", description="What {last_id} is before there is one: less than every id.")
    cap: int | None = Field(default=None, gt=0, description="Rows after which the CRM refuses to go on.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind in (PagingKind.NEXT_URL, PagingKind.CURSOR) and not self.next:
            raise ValueError(f"paging by {self.kind} needs “next”")
        return self


class Call(Part):
    """One request, as a template."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field(default="GET", description="Of HTTP.")
    path: str = Field(description="Below the base address, or an address of its own.")
    query: dict[str, Any] = Field(default={}, description="What stands behind the question mark; a list comes often.")
    headers: dict[str, Any] = Field(default={}, description="Beside those of the CRM and of signing in.")
    body: Any = Field(default=None, description="Goes as JSON.")
    form: bool = Field(default=False, description="The body goes as a form instead of JSON.")
    rows: Pick = Field(default="", description="The list in the answer.")
    within: Pick = Field(default="", description="The list in each row that holds the records; the row is their outer.")
    row: Pick = Field(default="@", description="The record in the answer, or in an element of the list.")
    complete: bool = Field(default=False, description="The rows lack what the stream's “complete” calls bring.")
    id: Pick = Field(default="", description="The new record's id in the answer to a create.")
    paging: Paging = Field(default=Paging(), description="How a list goes on.")
    size: int = Field(default=1, gt=0, description="Most records in one call of a batch.")
    item: Any = Field(default=None, description="What stands for one record in a batch's {items}.")
    done: Pick = Field(default="", description="In a batch's answer: whether an element tells of success.")
    problem: Pick = Field(default="", description="In a batch's answer: an element's error.")
    key: Pick = Field(default="", description="In a batch's answer: what an element answers to; else by order.")
    guard: dict[str, str] = Field(default={}, description="Headers of a conditional write, with {etag}.")
    limits: list[str] = Field(default=["default"], description="Names of the limits that the call counts towards.")
    cost: int = Field(default=1, ge=0, description="What one call costs there.")
    cache: Literal["", "etag", "modified"] = Field(
        default="", description="Held until the CRM says by its ETag or Last-Modified that it is new; for fields only."
    )
