"""What proves that a form may be sent: a token that we put into the page, or the signature of the operator's server.

    token      "<seconds>.<nonce>.<HMAC-SHA256 of 'token:<form>:<seconds>:<nonce>'>"
    signature  HMAC-SHA256 of "body:<form>:<seconds>:" and the bytes of the request, in hexadecimal

Both are keyed with the form's secret and carry the time, so that they cannot be kept for later.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass

TOKEN_SECONDS = 24 * 3600
SIGNATURE_SECONDS = 300
_TOKEN = re.compile(r"(\d{1,12})\.([\w-]{8,64})\.([0-9a-f]{64})")


class NotSigned(Exception):
    """Neither a valid token nor a valid signature; `expired` says that it once was one."""

    def __init__(self, *, expired: bool = False) -> None:
        super().__init__("expired" if expired else "not signed")
        self.expired = expired


@dataclass(frozen=True, slots=True)
class Proof:
    """A valid proof: what is unique about it, when it was made, and whether a server of the operator's made it."""

    unique: str
    seconds_ago: float
    by_server: bool = False


def make_token(secret: str, form: str, now: float) -> str:
    seconds, nonce = int(now), secrets.token_urlsafe(12)
    return f"{seconds}.{nonce}.{_hash(secret, f'token:{form}:{seconds}:{nonce}'.encode())}"


def check_token(secret: str, form: str, token: str, now: float) -> Proof:
    """Raises NotSigned."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise NotSigned
    seconds, nonce, given = found.groups()
    if not hmac.compare_digest(given, _hash(secret, f"token:{form}:{seconds}:{nonce}".encode())):
        raise NotSigned
    ago = now - int(seconds)
    if ago > TOKEN_SECONDS:
        raise NotSigned(expired=True)
    return Proof(nonce, ago)


def sign_body(secret: str, form: str, seconds: str, body: bytes) -> str:
    return _hash(secret, f"body:{form}:{seconds}:".encode() + body)


def check_signature(secret: str, form: str, seconds: str, body: bytes, given: str, now: float) -> Proof:
    """Raises NotSigned."""
    if not re.fullmatch(r"\d{1,12}", seconds) or not given.isascii():
        raise NotSigned
    if not hmac.compare_digest(given.lower(), sign_body(secret, form, seconds, body)):
        raise NotSigned
    ago = now - int(seconds)
    if abs(ago) > SIGNATURE_SECONDS:
        raise NotSigned(expired=True)
    return Proof(given.lower(), ago, by_server=True)


def _hash(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, "sha256").hexdigest()
