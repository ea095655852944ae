"""HTTP to addresses that a person typed: never into our own network, never further than asked, never without end.

A name is resolved here, every address behind it is checked, and the connection goes to the address that was checked:
a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpx

from crmllm.core.errors import BadInput, Unavailable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Refused(BadInput):
    """The address may not be asked."""

    code = "address_refused"


class TooLarge(Unavailable):
    """The answer is larger than it may be, or takes longer than it may take."""

    code = "answer_too_large"


class Unreachable(Unavailable):
    """No answer came. `sent` tells whether the request may have arrived."""

    code = "no_answer"

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


@dataclass(frozen=True)
class Answer:
    """What came back, whole and unpacked."""

    status: int
    headers: httpx.Headers
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return read_json(self._decoded())

    def _decoded(self) -> bytes | str:
        """JSON is UTF-8; who writes it otherwise says so, or it is not read."""
        named = re.search(r"charset=\"?([\w.-]+)", self.headers.get("Content-Type", ""), re.IGNORECASE)
        try:
            return self.body.decode(named[1]) if named and named[1].lower() not in ("utf-8", "utf8") else self.body
        except LookupError:
            return self.body

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def date(self, header: str) -> datetime | None:
        """The moment in a header, None where it holds none."""
        try:
            found = parsedate_to_datetime(self.headers.get(header, "").strip())
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, TypeError, OverflowError):
            return None


def read_json(body: bytes | str) -> Any:
    """JSON of a stranger, without letters that no text of ours may hold. Raises ValueError."""
    text = body if isinstance(body, str) else body.decode(json.detect_encoding(body))
    try:
        found = json.loads(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return _clean(found) if _UNFIT.search(text) else found


#: NUL, which no text of the database holds, and halves of letters: as JSON escapes them.
_UNFIT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNFIT_LETTER = re.compile("[\x00\ud800-\udfff]")


def _clean(found: Any) -> Any:
    if isinstance(found, str):
        return _UNFIT_LETTER.sub("", found)
    if isinstance(found, dict):
        return {_clean(name): _clean(one) for name, one in found.items()}
    return [_clean(one) for one in found] if isinstance(found, list) else found


def networks(written: Iterable[str]) -> list[Network]:
    return [ip_network(one, strict=False) for one in written]


#: IPv6 addresses that lead to an IPv4 address which nobody checked: NAT64, 6to4, Teredo, SIIT, IPv4-compatible ones
#: (RFC 6052, 8215, 3056, 4380, 2765, 4291).
_TRANSLATED = [
    IPv6Network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0:0/96", "::/96")
]
#: What Python takes for public and nobody on the net is: protocol assignments (one cloud keeps its metadata there),
#: site-local addresses and segment routing.
_NOBODYS = networks(["192.0.0.0/24", "fec0::/10", "5f00::/16"])


def may_ask(address: Address, allowed: Iterable[Network]) -> bool:
    """Public addresses, and those of our own network that the settings name."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if any(address.version == network.version and address in network for network in allowed):
        return True
    if isinstance(address, IPv6Address) and any(address in network for network in _TRANSLATED):
        return False
    if any(address.version == network.version and address in network for network in _NOBODYS):
        return False
    return address.is_global and not address.is_multicast


def _checked(url: httpx.URL, allowed: list[Network]) -> Address:
    """The address behind a URL that may be asked. Raises Refused or Unreachable."""
    host = url.host
    if url.scheme not in ("http", "https") or not host:
        raise Refused("Only http and https addresses can be asked.")
    try:
        found = socket.getaddrinfo(host, url.port or (443 if url.scheme == "https" else 80), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"There is no host named {host}.", sent=False) from None
    addresses = [ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for address in addresses:
        if not may_ask(address, allowed):
            raise Refused(
                f"{host} is an address inside a private network. If it is meant, name its network in CRM_NETWORKS."
            )
    if url.scheme == "http" and addresses[0].is_global:
        raise Refused(f"{host} is asked without encryption; only https is allowed outside of your network.")
    return addresses[0]


def check(url: str, allowed: Iterable[str]) -> None:
    """Whether an address that somebody types may be asked at all. Raises Refused or Unreachable."""
    _checked(_parsed(url), networks(allowed))


def _parsed(url: str) -> httpx.URL:
    """Raises Refused for what is no address; some slips show only when the host is asked for."""
    try:
        parsed = httpx.URL(url)
        _ = parsed.host
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise Refused("This is no address of a web server.") from None
    return parsed


class _Guard(httpx.BaseTransport):
    """Resolves, checks, and connects to what was checked."""

    def __init__(self, allowed: list[Network]) -> None:
        self.allowed = allowed
        self.below = httpx.HTTPTransport(retries=0, limits=httpx.Limits(max_connections=20, keepalive_expiry=30))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = _checked(request.url, self.allowed)
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host=str(address))
        return self.below.handle_request(request)

    def close(self) -> None:
        self.below.close()


class GuardedClient:
    """Asks, follows no redirect, and gives up on answers that are too large or take too long."""

    def __init__(self, *, allowed: Iterable[str], timeout: float, max_bytes: int, total: float) -> None:
        self.max_bytes, self.total = max_bytes, total
        self._client = httpx.Client(
            transport=_Guard(networks(allowed)), timeout=timeout, follow_redirects=False, trust_env=False
        )

    def ask(self, request: httpx.Request, *, total: float | None = None) -> Answer:
        """Sends one request. Raises Refused, Unreachable or TooLarge."""
        ends = time.monotonic() + (total or self.total)
        try:
            answer = self._client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(f"It cannot be reached ({type(error).__name__}).", sent=False) from None
        except httpx.LocalProtocolError:
            raise Refused(
                "What was entered cannot be sent: an address or a key holds letters that have no place there."
            ) from None
        except httpx.TransportError as error:
            raise Unreachable(f"It gave no answer ({type(error).__name__}).", sent=True) from None
        try:
            return Answer(answer.status_code, answer.headers, self._body(answer, ends))
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Unreachable(f"Its answer broke off ({type(error).__name__}).", sent=True) from None
        finally:
            answer.close()

    def _body(self, answer: httpx.Response, ends: float) -> bytes:
        body = bytearray()
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > self.max_bytes:
                raise TooLarge(f"The answer is longer than {self.max_bytes // 1_000_000} MB.")
            if time.monotonic() > ends:
                raise TooLarge("The answer took too long.")
        return bytes(body)

    def build(self, method: str, url: str, **options: Any) -> httpx.Request:
        """Raises Refused for an address that is none, and for a header that cannot be sent."""
        try:
            return self._client.build_request(method, _parsed(url), **options)
        except UnicodeError:
            raise Refused("What was entered cannot be sent: a key holds letters that have no place there.") from None

    def close(self) -> None:
        self._client.close()
