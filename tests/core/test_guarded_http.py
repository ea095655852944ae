"""Addresses that people type: never into our own network."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import httpx
import pytest

from crmllm.core.guarded_http import Answer, GuardedClient, Refused, TooLarge, Unreachable, check, may_ask, networks

LOCAL = ("127.0.0.0/8", "::1/128")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path:
            case "/long":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"x" * 3_000_000)
            case "/slow":
                self.send_response(200)
                self.end_headers()
                for _ in range(20):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
            case "/elsewhere":
                self.send_response(302)
                self.send_header("Location", "http://169.254.169.254/latest/meta-data")
                self.end_headers()
            case "/packed" | "/packed-wrongly":
                packed = gzip.compress(b'{"name": "Ada"}')
                body = packed if self.path == "/packed" else packed[:-6] + b"xxxxxx"
                self.send_response(200)
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            case "/broken":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            case _:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    family, *_, here = socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)[0]  # ::1 on many machines

    class Server(ThreadingHTTPServer):
        address_family = family

    server = Server(here, Handler)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@pytest.fixture
def ask(port: int) -> Callable[..., Any]:
    def asked(path: str = "/", host: str = "localhost", allowed: tuple[str, ...] = LOCAL, total: float = 60) -> Any:
        client = GuardedClient(allowed=allowed, timeout=60, max_bytes=1_000_000, total=total)
        return client.ask(client.build("GET", f"http://{host}:{port}{path}"))

    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b:1::1",
        "::127.0.0.1", "::ffff:0:127.0.0.1", "192.0.0.192", "fec0::1", "5f00::1",
    ],
)  # fmt: skip
def test_addresses_of_private_networks_are_refused(address: str) -> None:
    assert not may_ask(ip_address(address), [])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_may_be_asked(address: str) -> None:
    assert may_ask(ip_address(address), [])


def test_a_network_that_the_settings_name_may_be_asked_and_no_other() -> None:
    allowed = networks(["10.8.0.0/16"])
    assert may_ask(ip_address("10.8.1.1"), allowed)
    assert may_ask(ip_address("::ffff:10.8.1.1"), allowed)
    assert not may_ask(ip_address("10.9.1.1"), allowed)


def test_a_name_is_asked_at_the_address_that_was_checked(ask: Callable[..., Any], port: int) -> None:
    assert ask().text == f"localhost:{port}"
    with pytest.raises(Refused, match="private network"):
        ask(allowed=())


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost."])
def test_other_writings_of_this_machine_are_known(ask: Callable[..., Any], host: str) -> None:
    with pytest.raises((Refused, Unreachable)):
        ask(host=host, allowed=())


def test_a_name_that_changes_its_mind_gains_nothing(ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the second answer points inside; it is never asked for."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    asked: list[str] = []

    def resolve(host: str, port: int, **options: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Refused, match="without encryption"):
        ask(host="rebind.example", allowed=())
    assert asked == ["rebind.example"]


def test_a_redirect_is_handed_back_and_not_followed(ask: Callable[..., Any]) -> None:
    assert ask("/elsewhere").status == 302


def test_an_answer_without_end_is_given_up(ask: Callable[..., Any]) -> None:
    with pytest.raises(TooLarge, match="longer than 1 MB"):
        ask("/long")
    with pytest.raises(TooLarge, match="took too long"):
        ask("/slow", total=0.3)


def test_whether_a_request_may_have_arrived_is_told(ask: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unreachable) as broken:
        ask("/broken")
    assert broken.value.sent

    def unknown_to_all(*_: Any, **__: Any) -> Any:  # some networks answer every name
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown_to_all)
    with pytest.raises(Unreachable) as unknown:
        ask(host="nobody.invalid")
    assert not unknown.value.sent


def test_a_packed_answer_is_read_unpacked(ask: Callable[..., Any]) -> None:
    assert ask("/packed").json() == {"name": "Ada"}
    with pytest.raises(Unreachable, match="broke off"):
        ask("/packed-wrongly")


@pytest.mark.parametrize(
    ("body", "kind", "found"),
    [
        ('{"a": "ä"}'.encode(), "application/json", "ä"),
        (b"\xef\xbb\xbf" + '{"a": "ä"}'.encode(), "application/json;charset=UTF-8", "ä"),
        ('{"a": "ä"}'.encode("latin-1"), 'application/json; charset="iso-8859-1"', "ä"),
        (b'{"a": "ok"}', "application/json; charset=nobodys", "ok"),
        (rb'{"a": "x\u0000y \ud83d\ude00\ud800"}', "application/json", "xy \N{GRINNING FACE}"),
    ],
)
def test_json_is_read_in_whatever_letters_it_comes(body: bytes, kind: str, found: str) -> None:
    assert Answer(200, httpx.Headers({"Content-Type": kind}), body).json() == {"a": found}


@pytest.mark.parametrize("body", [b"<html>", b'{"a": ', b"[" * 200_000, b"9" * 5000, b"\xff\xfe\xfd"])
def test_what_is_no_json_is_told_as_that(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the json module's own words
        Answer(200, httpx.Headers(), body).json()


@pytest.mark.parametrize(
    "written", ["https://[::1", "https://xn--/", "https://a\nb.example", "\0", "https://x.example:y"]
)
def test_what_is_no_address_is_refused_in_a_sentence(ask: Callable[..., Any], written: str) -> None:
    with pytest.raises(Refused, match="no address"):
        check(written, [])
    with pytest.raises(Refused, match="no address"):
        GuardedClient(allowed=[], timeout=1, max_bytes=1, total=1).build("GET", written)


def test_a_key_that_no_header_can_hold_is_refused_in_a_sentence() -> None:
    client = GuardedClient(allowed=[], timeout=1, max_bytes=1, total=1)
    with pytest.raises(Refused, match="no place there"):
        client.build("GET", "https://crm.example", headers={"Authorization": "Key schlüssel\N{EURO SIGN}"})
