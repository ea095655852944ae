"""Content encryption: one key for each content item, wrapped by the master key, and blind indexes for exact look-up.

A `Sealed` value is what the database holds: version, id of its key, nonce, AES-256-GCM ciphertext. It opens itself when
asked, so loading a row decrypts nothing, and dropping the key row makes every copy unreadable, backups of the main
database included. Unwrapped keys are kept in memory for a few seconds only, for the same reason.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from crmllm.core.bulk import insert_many
from crmllm.core.errors import CrmllmError
from crmllm.core.ids import uuid7
from crmllm.core.keys.models import ContentKey

JSON, RAW = b"\x01", b"\x02"
KEY_LIFETIME = 10.0  # seconds that an unwrapped key may stay in memory
KEY_CACHE = 4096


class Erased(CrmllmError):
    """The content's key is gone: it was erased."""

    code = "erased"
    status = 410

    def __init__(self) -> None:
        super().__init__("This content was erased.")


@lru_cache(maxsize=16)
def derive(purpose: str, secret: str) -> bytes:
    """32 bytes for one purpose out of a base64 secret (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(
        base64.urlsafe_b64decode(secret)
    )


class _KeyRing:
    """Unwrapped keys of the last seconds, bounded, safe between threads."""

    def __init__(self) -> None:
        self._keys: OrderedDict[UUID, tuple[float, AESGCM]] = OrderedDict()
        self._lock = threading.Lock()
        self._master: AESGCM | None = None

    @property
    def master(self) -> AESGCM:
        if self._master is None:
            self._master = AESGCM(derive("crmllm content keys", settings.MASTER_KEY))
        return self._master

    def put(self, key_id: UUID, key: AESGCM) -> None:
        with self._lock:
            self._keys[key_id] = (time.monotonic() + KEY_LIFETIME, key)
            self._keys.move_to_end(key_id)
            while len(self._keys) > KEY_CACHE:
                self._keys.popitem(last=False)

    def peek(self, key_id: UUID) -> AESGCM | None:
        with self._lock:
            kept = self._keys.get(key_id)
        return kept[1] if kept and kept[0] > time.monotonic() else None

    def load(self, key_ids: Iterable[UUID]) -> None:
        """Unwraps the keys that are not in memory, in one query."""
        missing = [key_id for key_id in set(key_ids) if self.peek(key_id) is None]
        if not missing:
            return
        for row in ContentKey.objects.filter(id__in=missing):
            wrapped = bytes(row.wrapped)
            self.put(
                row.id,
                AESGCM(self.master.decrypt(wrapped[:12], wrapped[12:], row.id.bytes)),
            )

    def get(self, key_id: UUID) -> AESGCM:
        key = self.peek(key_id)
        if key is None:
            self.load([key_id])
            key = self.peek(key_id)
        if key is None:
            raise Erased
        return key

    def forget(self, key_ids: Iterable[UUID] | None = None) -> None:
        with self._lock:
            for key_id in list(self._keys) if key_ids is None else key_ids:
                self._keys.pop(key_id, None)


ring = _KeyRing()


def new_keys(count: int) -> list[UUID]:
    """Makes `count` content keys in one statement. Call it before the transaction that uses them: an unused key is
    harmless, content without its key is lost."""
    rows, keys = [], []
    for _ in range(count):
        key_id, key, nonce = uuid7(), AESGCM.generate_key(256), os.urandom(12)
        rows.append(ContentKey(id=key_id, wrapped=nonce + ring.master.encrypt(nonce, key, key_id.bytes)))
        keys.append((key_id, AESGCM(key)))
    insert_many(rows)
    for key_id, cipher in keys:
        ring.put(key_id, cipher)
    return [row.id for row in rows]


def new_key() -> UUID:
    """Makes one content key."""
    return new_keys(1)[0]


def drop_keys(key_ids: Iterable[UUID]) -> int:
    """Erases: nothing sealed under these keys can be opened again. Returns how many keys there were."""
    ids = list(key_ids)
    ring.forget(ids)
    return ContentKey.objects.filter(id__in=ids).delete()[0]


class Sealed:
    """An encrypted value, as it lies in the database."""

    __slots__ = ("blob",)

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    @classmethod
    def of(cls, value: Any, key_id: UUID) -> Sealed:
        """Seals anything that JSON can hold."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        # Lone surrogates (broken mail) must survive the way to the database and back.
        return cls._seal(JSON, text.encode("utf-8", "surrogatepass"), key_id)

    @classmethod
    def of_bytes(cls, value: bytes, key_id: UUID) -> Sealed:
        return cls._seal(RAW, value, key_id)

    @classmethod
    def _seal(cls, kind: bytes, plain: bytes, key_id: UUID) -> Sealed:
        nonce = os.urandom(12)
        head = kind + key_id.bytes
        return cls(head + nonce + ring.get(key_id).encrypt(nonce, plain, head))

    @property
    def key_id(self) -> UUID:
        return UUID(bytes=self.blob[1:17])

    def open(self) -> Any:
        """The value. Raises Erased when its key is gone."""
        return json.loads(self._plain(JSON).decode("utf-8", "surrogatepass"))

    def open_bytes(self) -> bytes:
        return self._plain(RAW)

    def _plain(self, kind: bytes) -> bytes:
        head, nonce, body = self.blob[:17], self.blob[17:29], self.blob[29:]
        if head[:1] != kind:
            raise ValueError("A sealed value was opened as another kind.")
        try:
            return ring.get(self.key_id).decrypt(nonce, body, head)
        except InvalidTag:
            raise CrmllmError("An encrypted value was altered and cannot be read.", code="tampered") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.blob == other.blob

    def __hash__(self) -> int:
        return hash(self.blob)

    def __repr__(self) -> str:
        return f"<Sealed {len(self.blob)} bytes>"


def open_or(sealed: Sealed | None, default: Any = None) -> Any:
    """The value, or `default` where there is none or it was erased."""
    if sealed is None:
        return default
    try:
        return sealed.open()
    except Erased:
        return default


def preload(*sealed: Sealed | None) -> None:
    """Fetches the keys of many sealed values with one query, before opening them one by one."""
    ring.load(value.key_id for value in sealed if value is not None)


def blind_index(kind: str, value: str) -> bytes:
    """A keyed hash for exact look-up of an encrypted value: normalise first, compare for equality only."""
    key = derive("crmllm blind index", settings.MASTER_KEY)
    return hmac.new(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
