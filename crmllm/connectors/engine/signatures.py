"""Is it really the CRM that speaks? One function a scheme; each compares in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from crmllm.connectors.engine.declared.events import Signature


@dataclass(frozen=True)
class Call:
    """What came in. `url` is our public address of it, as the CRM called it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


def _fresh(stamp: str, window: int, *, milliseconds: bool) -> bool:
    """Whether a moment lies within the window around now."""
    if not re.fullmatch(r"\d{1,16}", stamp, re.ASCII):
        return False
    seconds = int(stamp) / (1000 if milliseconds else 1)
    return abs(time.time() - seconds) <= window


#: HubSpot decodes just these in the address before it signs.
_DECODED = {
    "%3A": ":", "%2F": "/", "%3F": "?", "%40": "@", "%21": "!", "%24": "$",
    "%27": "'", "%28": "(", "%29": ")", "%2A": "*", "%2C": ",", "%3B": ";",
}  # fmt: skip


def hubspot_v3(call: Call, spec: Signature, secret: str) -> bool:
    """base64(HMAC-SHA256(method + address + body + timestamp)), in X-HubSpot-Signature-v3."""
    stamp = call.headers.get("X-HubSpot-Request-Timestamp", "")
    given = call.headers.get("X-HubSpot-Signature-v3", "")
    if not given or not _fresh(stamp, spec.window, milliseconds=True):
        return False
    url = call.url
    for escaped, plain in _DECODED.items():
        url = url.replace(escaped, plain).replace(escaped.lower(), plain)
    source = call.method.encode() + url.encode() + call.body + stamp.encode()
    wanted = base64.b64encode(hmac.new(secret.encode(), source, hashlib.sha256).digest())
    return hmac.compare_digest(wanted, given.encode())


def hmac_sha256(call: Call, spec: Signature, secret: str) -> bool:
    """hex(HMAC-SHA256(timestamp + "." + body)), the headers as declared: {signature: ..., timestamp: ...}."""
    given = call.headers.get(spec.headers.get("signature", ""), "").removeprefix("sha256=")
    name = spec.headers.get("timestamp", "")
    stamp = call.headers.get(name, "") if name else ""
    if not given or (name and not _fresh(stamp, spec.window, milliseconds=False)):
        return False
    source = f"{stamp}.".encode() + call.body if name else call.body
    wanted = hmac.new(secret.encode(), source, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.lower().encode())


def shared_header(call: Call, spec: Signature, secret: str) -> bool:
    """A secret in a header that the admin chose; says who speaks, not what was said: all of it is read anew anyway."""
    return hmac.compare_digest(call.headers.get(spec.headers.get("secret", ""), "").encode(), secret.encode())


def in_address(call: Call, spec: Signature, secret: str) -> bool:
    """A secret in the address that the admin gave the CRM (?secret=...), for those that can send no header either."""
    given = parse_qs(urlsplit(call.url).query).get("secret", [""])[0]
    return hmac.compare_digest(given.encode(), secret.encode())


def basic(call: Call, spec: Signature, secret: str) -> bool:
    """HTTP Basic: "user:password" is the secret."""
    wanted = "Basic " + base64.b64encode(secret.encode()).decode()
    return hmac.compare_digest(call.headers.get("Authorization", "").encode(), wanted.encode())


SCHEMES: dict[str, Callable[[Call, Signature, str], bool]] = {
    "hubspot_v3": hubspot_v3,
    "hmac_sha256": hmac_sha256,
    "shared_header": shared_header,
    "in_address": in_address,
    "basic": basic,
}


def genuine(call: Call, spec: Signature, secrets: list[str]) -> bool:
    """Whether one of the secrets fits: while a secret is being changed, the old one still counts."""
    return any(SCHEMES[spec.scheme](call, spec, secret) for secret in secrets if secret)
