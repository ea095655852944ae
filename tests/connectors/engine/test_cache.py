"""What a CRM tells of its fields is asked for again only when it is new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.utils import timezone

from crmllm.connectors import registry
from crmllm.connectors.engine import cache
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.models import CachedAnswer, Connection
from crmllm.core.crypto import new_key
from crmllm.core.guarded_http import Answer

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

CALL = Call(path="fields", cache="etag")


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(name="Acme", connector="toy", key_id=new_key())


def asked(connection: Connection, status: int, body: bytes = b"", path: str = "fields", **headers: str) -> Any:
    """One call: the mark that went out, and the answer that came of it."""
    request = httpx.Request("GET", f"https://crm.example/{path}")
    held = cache.offer(connection, CALL, request)
    answer = Answer(status, httpx.Headers(headers), body)
    return request.headers.get("If-None-Match"), cache.settled(connection, CALL, request, held, answer)


def test_an_answer_is_held_until_it_is_new(connection: Connection) -> None:
    assert asked(connection, 200, b"one", ETag='"1"')[0] is None
    mark, answer = asked(connection, 304)
    assert (mark, answer.status, answer.body) == ('"1"', 200, b"one")
    assert asked(connection, 200, b"two", ETag='"2"')[1].body == b"two"
    assert asked(connection, 304)[1].body == b"two"
    assert CachedAnswer.objects.count() == 1 and b"two" not in CachedAnswer.objects.get().body.blob
    assert asked(connection, 304, path="other")[1].status == 304, "nobody holds this one"


def test_what_cannot_be_held_is_not(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    for status, headers in ((200, {}), (200, {"ETag": "x" * 300}), (404, {"ETag": '"1"'})):
        asked(connection, status, b"one", **headers)
    monkeypatch.setattr(cache, "LARGEST", 2)
    asked(connection, 200, b"one", ETag='"1"')
    assert not CachedAnswer.objects.exists()


def test_it_is_asked_for_in_whole_after_a_day_and_few_are_kept(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MOST", 3)
    for number in range(5):
        asked(connection, 200, b"one", path=f"fields/{number}", ETag='"1"')
    assert CachedAnswer.objects.count() == 3
    assert asked(connection, 200, b"one", path="fields/4", ETag='"1"')[0] == '"1"'
    CachedAnswer.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert asked(connection, 200, b"one", path="fields/4", ETag='"1"')[0] is None
    assert asked(connection, 304, path="fields/4")[0] == '"1"', "and is held again"


def test_records_are_never_held() -> None:
    written = registry.declaration("salesforce").model_dump(mode="json", exclude_defaults=True)
    written["streams"]["contact"]["calls"]["read"]["cache"] = "etag"
    with pytest.raises(ValueError, match=r"contact\.read may not be held"):
        Declaration.model_validate(written)
