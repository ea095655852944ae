"""Answers that no document promises: each ends in the right kind of error and a sentence, and no list is cut short."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from crmllm.connectors.base import ConnectorError, RemoteRefused, RemoteUnavailable
from crmllm.connectors.engine import signatures
from crmllm.connectors.engine.bodies import PARSERS
from crmllm.connectors.engine.budget import learn
from crmllm.connectors.engine.connector import DeclaredConnector
from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.events import Signature
from crmllm.connectors.engine.declared.limits import Limit
from crmllm.connectors.engine.errors import NeedsSignIn, NotSent, Throttled, Unclear, told_wait
from crmllm.connectors.engine.mapping import FieldMapping
from crmllm.connectors.engine.reader import Position, Reader
from crmllm.connectors.engine.transport import Transport, pick
from crmllm.connectors.models import Connection, LimitWindow
from crmllm.core.crypto import Sealed, new_key
from crmllm.core.errors import BadInput
from crmllm.core.guarded_http import Answer

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

KEY = "key-of-the-tests"
Request = Mapping[str, Any]
Script = Callable[[Request], Answer]


def answer(body: Any = None, status: int = 200, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Answer(status, httpx.Headers({name.replace("_", "-"): one for name, one in headers.items()}), raw)


def declared(**paging: Any) -> Declaration:
    query = {"page?": "{page}", "offset?": "{offset}", "after?": "{cursor}"}
    listing = {"path": "things", "query": query, "rows": "items", "paging": paging}
    calls = {"list": listing, "read": {"path": "things/{id|path}"}}
    stream = {"theirs": "things", "id": "id", "fields": {"name": {"theirs": "name"}}, "calls": calls}
    way = {"name": "key", "label": "Key", "kind": "header", "headers": {"Authorization": "Key {key}"}}
    return Declaration.model_validate(
        {
            "key": "odd", "label": "Odd", "base": "https://odd.example/api", "test": {"path": "me", "row": "name"},
            "settings": [{"name": "key", "label": "Key", "kind": "secret"}], "auth": [way],
            "streams": {"account": stream},
        }
    )  # fmt: skip


@pytest.fixture
def connection() -> Connection:
    key_id = new_key()
    held = Sealed.of({"secrets": {"key": KEY}}, key_id)
    return Connection.objects.create(name="Odd", connector="odd", way="key", key_id=key_id, credentials=held)


@pytest.fixture
def speak(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Transport]:
    """A transport whose CRM answers by a function of the query, or always the same."""

    def make(script: Script | Answer, **paging: Any) -> Transport:
        def ask(self: Any, request: httpx.Request, **_: Any) -> Answer:
            return script if isinstance(script, Answer) else script({**request.url.params, "url": str(request.url)})

        monkeypatch.setattr("crmllm.core.guarded_http.GuardedClient.ask", ask)
        return Transport(connection, declared(**paging))

    return make


def names(transport: Transport) -> list[str]:
    stream = transport.declaration.streams["account"]
    reader = Reader(transport, stream, FieldMapping(stream, {}, changed={}))
    return [row.external_id for page in reader.pages(Position()) for row in page.rows]


def items(*ids: Any, **more: Any) -> Answer:
    return answer({"items": [{"id": one, "name": "A"} for one in ids], **more})


def test_a_redirect_is_no_success(speak: Callable[..., Transport]) -> None:
    transport = speak(answer(status=302, Location="https://elsewhere.example/login"))
    with pytest.raises(RemoteUnavailable, match="another address"):
        transport.send(transport.declaration.test, {})
    transport = speak(answer(["/a", "/b"], status=300))
    with pytest.raises(RemoteRefused, match="several records"):
        transport.send(transport.declaration.test, {})


@pytest.mark.parametrize(
    "body", [None, {}, {"items": None}, {"items": {"id": 1}}, {"message": "back at noon"}, [], "x", 5]
)
def test_an_answer_without_the_list_is_no_empty_list(speak: Callable[..., Transport], body: Any) -> None:
    with pytest.raises(RemoteUnavailable, match="without the list"):
        names(speak(answer(body)))


def test_nothing_to_list_may_be_told_by_the_status(speak: Callable[..., Transport]) -> None:
    assert names(speak(answer(status=204))) == []
    assert names(speak(items())) == []


@pytest.mark.parametrize("kind", ["page", "offset"])
@pytest.mark.parametrize("behind", [items(), answer({"detail": "Invalid page."}, status=404)])
def test_a_crm_that_gives_fewer_rows_than_asked_for_is_read_to_the_end(
    speak: Callable[..., Transport], kind: str, behind: Answer
) -> None:
    """It was asked for 100 at once and gives at most 2."""

    def script(query: Request) -> Answer:
        start = (int(query["page"]) - 1) * 2 if kind == "page" else int(query["offset"])
        found = [1, 2, 3, 4, 5][start : start + 2]
        return items(*found) if found else behind

    assert names(speak(script, kind=kind, size=100)) == ["1", "2", "3", "4", "5"]


def test_cursors_that_go_round_end(speak: Callable[..., Transport]) -> None:
    def script(query: Request) -> Answer:
        return items(1, next="b") if query.get("after") == "a" else items(2, next="a")

    with pytest.raises(RemoteUnavailable, match="again and again"):
        names(speak(script, kind="cursor", next="next"))


def test_pages_without_a_row_are_passed_but_not_for_ever(speak: Callable[..., Transport]) -> None:
    def some(query: Request) -> Answer:
        at = int(query.get("after") or 0)
        return items(*([7] if at == 20 else []), next=str(at + 1) if at < 20 else None)

    assert names(speak(some, kind="cursor", next="next")) == ["7"]

    def endless(query: Request) -> Answer:
        return items(next=str(int(query.get("after") or 0) + 1))

    with pytest.raises(RemoteUnavailable, match="again and again"):
        names(speak(endless, kind="cursor", next="next"))


@pytest.mark.parametrize(
    "link",
    [
        "https://odd.example/api/things?after=2", "http://odd.example/api/things?after=2", "/api/things?after=2",
        "https://odd.example:443/api/things?after=2", "https://ODD.example/api/things?after=2", "things?after=2",
    ],
)  # fmt: skip
def test_a_crm_behind_a_proxy_may_write_its_own_address_oddly(speak: Callable[..., Transport], link: str) -> None:
    def script(query: Request) -> Answer:
        assert query["url"].startswith("https://odd.example/api/things")
        return items(2) if query.get("after") == "2" else items(1, next=link)

    assert names(speak(script, kind="next_url", next="next")) == ["1", "2"]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/things", "https://odd.example.evil.example/", "//evil.example/x",
        "https://odd.example@evil.example/", "https://odd.example:8443/x", "https://[::1", "https://x@odd.example/",
        "https://odd.example\\@evil.example/", "file:///etc/passwd", "https://odd.example/\0",
    ],
)  # fmt: skip
def test_no_page_is_asked_for_elsewhere(speak: Callable[..., Transport], link: str) -> None:
    asked: list[str] = []

    def script(query: Request) -> Answer:
        asked.append(query["url"])
        return items(1, next=link)

    with pytest.raises(ConnectorError):
        names(speak(script, kind="next_url", next="next"))
    assert {httpx.URL(one).host for one in asked} == {"odd.example"}


def ages() -> Iterator[tuple[dict[str, str], float]]:
    now = datetime.now(UTC)
    ahead = now + timedelta(hours=1)
    yield {"Retry_After": "7"}, 7
    yield {"Retry_After": "99999999"}, 86_400
    yield {"Date": format_datetime(now, usegmt=True), "Retry_After": _date(now, 40)}, 40
    yield {"Date": format_datetime(ahead, usegmt=True), "Retry_After": _date(ahead, 40)}, 40  # its clock is wrong
    for odd in ("-5", "soon", "1e9", "", "٧", "Thu, 99 Foo 2026 25:00:00 GMT", _date(now, -500)):
        yield {"Retry_After": odd}, 10


def _date(at: datetime, seconds: int) -> str:
    return format_datetime(at + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(("headers", "wait"), list(ages()))
def test_how_long_a_crm_asks_to_wait(speak: Callable[..., Transport], headers: dict[str, str], wait: float) -> None:
    with pytest.raises(Throttled) as error:
        names(speak(answer({}, status=429, **{name: one.encode() for name, one in headers.items()})))  # type: ignore[arg-type]
    assert error.value.wait == wait


def test_who_is_unavailable_may_say_until_when(speak: Callable[..., Transport]) -> None:
    with pytest.raises(Unclear) as error:
        names(speak(answer(b"<html>", status=503, Retry_After="90")))
    assert told_wait(error.value) == timedelta(seconds=90)


def test_a_secret_that_a_crm_repeats_stays_out_of_the_sentence(speak: Callable[..., Transport]) -> None:
    with pytest.raises(RemoteRefused) as error:
        names(speak(answer({"message": f"Key {KEY} may not do this"}, status=403)))
    assert error.value.message == "Odd: we are not allowed to do this there. Key … may not do this"


@pytest.mark.parametrize("told", ["nothing", None, 5, [], {"a": 1}])
def test_a_path_finds_nothing_in_what_it_is_not_made_for(told: Any) -> None:
    assert pick("starts_with(kind, 'a') && join('/', parts)", {"kind": 5, "parts": told}) is None
    assert pick("sum(@)", told) in (None, 0)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (answer({}), NeedsSignIn),
        (answer({"error": "invalid_code"}), NeedsSignIn),
        (answer({"access_token": None}), NeedsSignIn),
        (answer(b"<html>we are back at noon</html>"), NotSent),
        (answer({"error": "busy"}, status=429), NotSent),
    ],
)
def test_signing_in_may_bring_no_token(connection: Connection, told: Answer, kind: type[Exception], speak: Any) -> None:
    session = speak(told).session
    session.way = session.way.model_copy(update={"kind": "client_credentials", "token": "https://odd.example/token"})
    with pytest.raises(kind) as error:
        session.renew("")
    assert type(error.value) is kind
    connection.refresh_from_db()
    assert (connection.state == "broken") is (kind is NeedsSignIn)


@pytest.mark.parametrize("told", ["3600", 3600.0, None, "soon", "", -5, 1e300, [], True])
def test_how_long_a_token_lasts_may_be_told_oddly(connection: Connection, told: Any, speak: Any) -> None:
    session = speak(answer({"access_token": "fresh-token", "expires_in": told})).session
    session.way = session.way.model_copy(update={"kind": "client_credentials", "token": "https://odd.example/token"})
    assert session.token() == "fresh-token"
    connection.refresh_from_db()
    assert connection.token_until is not None


@pytest.mark.parametrize("body", [None, {}, [], "gone", 0])
def test_an_answer_without_the_record_is_no_record_that_is_gone(speak: Callable[..., Transport], body: Any) -> None:
    transport = speak(answer(body))
    crm = DeclaredConnector(transport.connection, transport.declaration)
    with pytest.raises(RemoteUnavailable):
        crm.rows_by_id("account", ["7"])
    speak(answer(status=404))
    assert crm.rows_by_id("account", ["7"]) == []


def test_a_list_whose_next_page_is_always_refused_is_given_up(speak: Callable[..., Transport]) -> None:
    def script(query: Request) -> Answer:
        return answer({"message": "no"}, status=400) if query.get("after") else items(1, 2, next="b")

    with pytest.raises(RemoteRefused, match="status 400"):
        names(speak(script, kind="cursor", next="next"))


@pytest.mark.parametrize("told", ["9" * 400, "-1", "", "1e9", "٣٣٣٣٣٣٣٣٣٣٣٣٣"])
def test_a_moment_that_is_none_makes_no_signature(told: str) -> None:
    headers = {"X-HubSpot-Request-Timestamp": told, "X-HubSpot-Signature-v3": "x"}
    call = signatures.Call("POST", "https://us.example/hooks/1/", headers, b"[]")
    assert not signatures.genuine(call, Signature(scheme="hubspot_v3", secret="s"), ["secret"])


def test_events_in_a_form_that_cannot_be_kept() -> None:
    assert PARSERS["json"](rb'[{"objectId": "5\u0000"}]') == [{"objectId": "5"}]
    for body in (b"[" * 100_000, b"<html>", b"\xff"):
        with pytest.raises(BadInput, match="no JSON"):
            PARSERS["json"](body)


@pytest.mark.parametrize(
    ("told", "known"),
    [("used=99999999999999999999", []), ("used=5e3", []), ("used=²", []), ("used=", []), ("used=7", [7])],
)
def test_a_limit_told_oddly_stops_nothing(connection: Connection, told: str, known: list[int]) -> None:
    limits = {"default": Limit(seconds=60, calls=10, header="X-Usage", used=r"used=(\S*)")}
    learn(connection, limits, httpx.Headers({"X-Usage": told.encode()}))  # type: ignore[dict-item]
    assert list(LimitWindow.objects.values_list("used", flat=True)) == known


def test_an_answer_in_another_form_is_told_in_a_sentence(speak: Callable[..., Transport]) -> None:
    transport = speak(answer(["no", "record"]))
    with pytest.raises(RemoteUnavailable) as error:
        transport.listed(Call(path="x", rows="items"), {})
    assert error.value.message == "Odd answered without the list that was asked for."


def test_many_records_may_come_on_several_pages(speak: Callable[..., Transport]) -> None:
    call = Call.model_validate({"path": "x", "rows": "items", "paging": {"kind": "next_url", "next": "next"}})
    found = speak(lambda query: items(2) if "after" in query else items(1, next="x?after=1")).listed(call, {})
    assert [one["id"] for one in found] == [1, 2]
    with pytest.raises(RemoteUnavailable, match="again and again"):
        speak(items(1, next="x?after=1")).listed(call, {})
