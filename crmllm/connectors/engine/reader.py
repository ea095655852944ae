"""Reads a stream page by page. Every page brings the position from which a later process goes on.

A pass by changes asks for what changed from (`since`, `last_id`) on, in the order of stamp and id, and pages through
the answer. How far it came is (`reached`, `reached_id`): a cursor that expired, or a CRM that lists only so many rows
of one search, costs nothing but a new question from there. Rows of the overlap come twice; whoever takes them over
knows them by their stamp.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from django.utils import timezone

from crmllm.connectors.base import RemoteGone, RemoteRefused, RemoteUnavailable
from crmllm.connectors.engine.completion import completed
from crmllm.connectors.engine.declared.calls import Call, Paging, PagingKind
from crmllm.connectors.engine.declared.streams import Stream
from crmllm.connectors.engine.errors import CursorExpired, Duplicate, FieldRefused
from crmllm.connectors.engine.mapping import FieldMapping, Row
from crmllm.connectors.engine.transport import Transport, pick
from crmllm.core.errors import BadInput
from crmllm.core.guarded_http import Answer

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
MAX_RESTARTS = 3  # without a step forward
MAX_EMPTY = 500  # pages without a row, one after the other
ROUND = "The CRM gives the same page again and again; it is asked again later."


@dataclass(frozen=True)
class Position:
    """How far a pass has come; plain enough for JSON. `full` says whether the pass reads everything."""

    full: bool = True
    since: str = ""
    last_id: str = ""
    reached: str = ""
    reached_id: str = ""
    cursor: str = ""
    count: int = 0
    newest: str = ""
    started: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Position:
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        return cls(**known)

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.since) if self.since else BEGINNING

    def anew(self) -> Position:
        """A new question from where the pass has come to; a list without stamps starts at its beginning.

        It begins with the last moment anew: which of the rows of one moment comes first is not every CRM's promise.
        Only where a whole page shares a moment the id tells how far we are.
        """
        since, last_id = self.since, self.last_id
        if self.reached:
            since, last_id = self.reached, self.reached_id if self.reached == self.since else ""
        return replace(self, since=since, last_id=last_id, cursor="", count=0)


@dataclass(frozen=True)
class Page:
    """Rows, rows that could not be read and why, and where the next page starts; `last` ends the pass."""

    rows: list[Row]
    unreadable: list[str]
    position: Position
    last: bool


class Reader:
    """Reads one stream of one connection."""

    def __init__(self, transport: Transport, stream: Stream, mapping: FieldMapping) -> None:
        self.transport, self.stream, self.mapping = transport, stream, mapping

    # --- passes

    def first(self, most: int) -> Page:
        """A few records, for somebody who wants to see some."""
        few = {
            name: call.model_copy(update={"paging": call.paging.model_copy(update={"size": most})})
            for name, call in self.stream.calls.items()
        }
        stream = self.stream.model_copy(update={"calls": few})
        page = next(Reader(self.transport, stream, self.mapping).pages(Position(full=True)))
        return replace(page, rows=page.rows[:most])

    def pages(self, position: Position) -> Iterator[Page]:
        """The pages from a position on. Raises ConnectorError."""
        if self.stream.fixed:
            yield Page([self.mapping.row(one) for one in self.stream.fixed], [], position, last=True)
            return
        call = self._call(position)
        by_stamp = call is self.stream.call("changed")
        restarts, before, asked, empty = 0, frozenset[str](), set[str](), 0
        while True:
            try:
                page, ids = self._page(call, position, by_stamp)
            except (CursorExpired, RemoteRefused) as error:
                restarts += 1
                if restarts > MAX_RESTARTS or not _of_cursor(error, position):
                    raise
                position, before = position.anew(), frozenset()
                asked.clear()
                continue
            except RemoteGone:  # some CRMs have no page behind the last one
                if not _counted(call.paging) or not position.cursor:
                    raise
                page, ids = Page([], [], replace(position, cursor=""), last=True), frozenset()
            empty = 0 if ids else empty + 1
            if empty > MAX_EMPTY or (page.position.cursor and page.position.cursor in asked):
                raise RemoteUnavailable(ROUND)
            asked.add(page.position.cursor)
            if ids and ids == before and not page.last:
                restarts += 1
                if restarts > MAX_RESTARTS or not by_stamp:
                    raise RemoteUnavailable(ROUND)
                position = position.anew()
                before = frozenset()
                asked.clear()
                continue
            if page.position.reached != position.reached:
                restarts = 0
            before = ids
            yield page
            if page.last:
                return
            position = page.position

    def _call(self, position: Position) -> Call:
        names = ("list", "changed") if position.full else ("changed", "list")
        found = next((call for name in names if (call := self.stream.call(name)) is not None), None)
        assert found is not None, "a declaration without both is refused"
        return found

    def _page(self, call: Call, position: Position, by_stamp: bool) -> tuple[Page, frozenset[str]]:
        answer = self._ask(call, position)
        body = self.transport.parsed(answer)
        found = completed(self.transport, self.stream, call, self._rows(call, answer, body))
        rows, unreadable = self._read(found)
        onward = _next(call.paging, answer, body, position, len(found))
        moved = _moved(position, rows, by_stamp, len(found))
        if onward is None and by_stamp and _capped(call.paging, position, len(found)):
            anew = moved.anew()
            if (anew.since, anew.last_id) == (position.since, position.last_id):
                raise RemoteUnavailable("More records share one moment than the CRM lists at once.")
            return Page(rows, unreadable, anew, last=False), frozenset()
        last = onward is None
        page = Page(rows, unreadable, replace(moved, cursor=onward or ""), last)
        return page, frozenset(row.external_id for row in rows)

    def _ask(self, call: Call, position: Position) -> Answer:
        url = position.cursor if position.cursor and call.paging.kind in (PagingKind.NEXT_URL, PagingKind.LINK) else ""
        return self.transport.ask(call, self.values(call, position), url=url)

    def values(self, call: Call, position: Position) -> dict[str, Any]:
        """What a listing call's template may use."""
        return {
            **self.stream.values,
            "object": self.stream.theirs,
            "columns": self.mapping.columns(),
            "since": position.at,
            "last_id": self.stream.inner(position.last_id) or call.paging.first_id or None,
            "now": timezone.now(),
            "cursor": position.cursor or None,
            "offset": position.count,
            "page": _page_of(position) + 1,
            "page_from_0": _page_of(position),
            "size": call.paging.size,
        }

    def _read(self, found: list[Any]) -> tuple[list[Row], list[str]]:
        rows, unreadable = [], []
        for one in found:
            try:
                rows.append(self.mapping.row(one))
            except (BadInput, AttributeError, TypeError) as error:
                unreadable.append(error.message if isinstance(error, BadInput) else "The record has an unknown form.")
        return rows, unreadable

    def after(self, position: Position) -> Position:
        """Where the next pass by changes begins: the newest change that was seen, less the overlap.

        Not later than this pass began: what changed behind its back on a long way is still to be read.
        """
        if not position.newest:
            return Position(full=False, since=position.since)
        seen = datetime.fromisoformat(position.newest)
        began = datetime.fromisoformat(position.started) if position.started else seen
        start = min(seen, began) - timedelta(seconds=self.stream.overlap)
        return Position(full=False, since=max(start, BEGINNING).isoformat(), newest=position.newest)

    # --- what is gone, and how many there are

    def deletions(self, since: datetime) -> Iterator[Row]:
        """Records that the CRM says were merged or deleted since then; nothing where it does not tell.

        `gone` lists rows as they were, `deleted` those of which only the id is left. A loser of a merge may be in both;
        it is told once, as merged.
        """
        merged: set[str] = set()
        for name in ("gone", "deleted"):
            call = self.stream.call(name)
            if call is None:
                continue
            for row in self._gone(call, Position(full=False, since=since.isoformat())):
                if row.external_id in merged:
                    continue
                if row.merged_into:
                    merged.add(row.external_id)
                yield row

    def _gone(self, call: Call, position: Position) -> Iterator[Row]:
        asked: set[str] = set()
        while True:
            try:
                answer = self._ask(call, position)
            except RemoteGone:
                if not _counted(call.paging) or not position.cursor:
                    raise
                return
            body = self.transport.parsed(answer)
            found = self._rows(call, answer, body)
            for row in self._read([one if isinstance(one, Mapping) else {self.stream.id: one} for one in found])[0]:
                row.deleted = True
                yield row
            onward = _next(call.paging, answer, body, position, len(found))
            if onward is None:
                return
            if onward in asked:
                raise RemoteUnavailable(ROUND)
            asked.add(onward)
            position = replace(position, cursor=onward, count=position.count + len(found))

    def count(self) -> int | None:
        """How many records the CRM counts; None where it does not tell."""
        call = self.stream.call("count")
        if call is None:
            return None
        answer = self.transport.ask(call, {**self.stream.values, "object": self.stream.theirs})
        found = pick(call.row, self.transport.parsed(answer))
        return int(found) if isinstance(found, int) or (isinstance(found, str) and found.isdecimal()) else None

    def _rows(self, call: Call, answer: Answer, body: Any) -> list[Any]:
        found = self.transport.rows(call, answer, body)
        if call.within:
            found = [{**one, "outer": outer} for outer in found for one in pick(call.within, outer) or []]
        return found if call.row == "@" else [pick(call.row, one) for one in found]


def _of_cursor(error: CursorExpired | RemoteRefused, position: Position) -> bool:
    """Whether the place in the list may be what a CRM refuses: it gave the page before without complaint."""
    return isinstance(error, CursorExpired) or bool(position.cursor and not isinstance(error, FieldRefused | Duplicate))


def _next(paging: Paging, answer: Answer, body: Any, position: Position, got: int) -> str | None:
    """The next page's address or cursor; None at the end."""
    match paging.kind:
        case PagingKind.NONE:
            return None
        case PagingKind.NEXT_URL | PagingKind.CURSOR:
            found = pick(paging.next, body)
            if not found or _capped(paging, position, got):
                return None
            if str(found) == position.cursor:
                raise RemoteUnavailable(ROUND)
            return str(found)
        case PagingKind.LINK:
            link = _links(answer).get("next")
            return None if not link or _capped(paging, position, got) else link
        case _:  # a short page is no end: the CRM may give fewer rows at once than it is asked for
            return None if not got or _capped(paging, position, got) else str(_page_of(position) + 1)


def _counted(paging: Paging) -> bool:
    return paging.kind in (PagingKind.OFFSET, PagingKind.PAGE)


def _page_of(position: Position) -> int:
    """How many pages came before."""
    return int(position.cursor) if position.cursor.isdecimal() else 0


def _links(answer: Answer) -> dict[str, str]:
    found = httpx.Response(200, headers=answer.headers).links
    return {name: one["url"] for name, one in found.items() if name and "url" in one}


def _capped(paging: Paging, position: Position, got: int) -> bool:
    return paging.cap is not None and got > 0 and position.count + got >= paging.cap


def _moved(position: Position, rows: list[Row], by_stamp: bool, got: int) -> Position:
    """The position behind these rows."""
    stamps = [row.modified_at for row in rows if row.modified_at is not None]
    newest = max([*stamps, *([datetime.fromisoformat(position.newest)] if position.newest else [])], default=None)
    moved = replace(position, count=position.count + got, newest=newest.isoformat() if newest else "")
    last = rows[-1] if rows else None
    if not by_stamp or last is None or last.modified_at is None:
        return moved
    return replace(moved, reached=last.modified_at.isoformat(), reached_id=last.external_id)
