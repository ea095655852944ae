"""Answers that a CRM need not send again: what it tells of its fields is kept, and asked for only when it is new.

A call that says `cache: etag` or `cache: modified` goes out with the mark of the answer that is held; the CRM answers
304 when that still holds. Only for what says nothing of people: lists of fields and objects. It is sealed all the same,
for somebody's name may stand in a pick-list. A held answer is asked for anew in whole after a day: not every CRM counts
a change of permissions as a change of fields.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

import httpx
from django.utils import timezone

from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.models import CachedAnswer, Connection
from crmllm.core.crypto import Erased, Sealed
from crmllm.core.guarded_http import Answer

LASTS = timedelta(days=1)
LARGEST = 2_000_000  # bytes of an answer
MOST = 200  # answers of one connection

#: How a held answer is known: the CRM's header, and the one that asks whether it still holds.
HEADERS = {"etag": ("ETag", "If-None-Match"), "modified": ("Last-Modified", "If-Modified-Since")}


def offer(connection: Connection, call: Call, request: httpx.Request) -> CachedAnswer | None:
    """Tells the CRM which answer we hold, and returns that."""
    if not call.cache:
        return None
    held = CachedAnswer.objects.filter(connection=connection, key=_key(request)).first()
    if held is None or held.created_at < timezone.now() - LASTS:
        return None
    request.headers[HEADERS[call.cache][1]] = held.mark
    return held


def settled(
    connection: Connection, call: Call, request: httpx.Request, held: CachedAnswer | None, answer: Answer
) -> Answer:
    """The answer itself: the held one where the CRM says that it still holds, else the new one, which is kept."""
    if held is not None and answer.status == 304:
        return Answer(200, answer.headers, held.body.open_bytes())
    if call.cache and answer.status == 200:
        _keep(connection, call, request, answer)
    return answer


def _keep(connection: Connection, call: Call, request: httpx.Request, answer: Answer) -> None:
    mark = answer.headers.get(HEADERS[call.cache][0], "")
    rows = CachedAnswer.objects.filter(connection=connection)
    rows.filter(key=_key(request)).delete()
    if not mark or len(mark) > 200 or len(answer.body) > LARGEST or _may_change_unseen(call, answer):
        return
    try:
        body = Sealed.of_bytes(answer.body, connection.key_id)
    except Erased:
        return
    CachedAnswer.objects.bulk_create(
        [CachedAnswer(connection=connection, key=_key(request), mark=mark, body=body)], ignore_conflicts=True
    )
    old = list(rows.order_by("-created_at").values_list("pk", flat=True)[MOST:])
    rows.filter(pk__in=old).delete()


def _may_change_unseen(call: Call, answer: Answer) -> bool:
    """Last-Modified goes by the second: what was given within it may become another without a new mark (RFC 9110,
    section 8.8.2.2)."""
    if call.cache != "modified":
        return False
    changed, given = answer.date("Last-Modified"), answer.date("Date") or timezone.now()
    return changed is None or given - changed <= timedelta(seconds=1)


def _key(request: httpx.Request) -> str:
    return hashlib.sha256(f"{request.method} {request.url}".encode()).hexdigest()
