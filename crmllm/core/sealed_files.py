"""Large content that waits on disk: sealed piece by piece under one content key, readable from any place."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO
from uuid import UUID

from django.core.files.base import File

from crmllm.core.crypto import Sealed
from crmllm.core.errors import CrmllmError

PIECE = 2**20
NUMBER = 8  # bytes before each piece that say which one it is: pieces cannot change places
OVERHEAD = len(b"\x02") + 16 + 12 + 16 + NUMBER  # kind, key id, nonce, tag, number


def write_sealed(path: Path, source: IO[bytes] | File[bytes], key_id: UUID) -> int:
    """Writes a private file and sees it safely on disk. Returns the size of its content."""
    size = number = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := _exactly(source, PIECE):
            file.write(Sealed.of_bytes(number.to_bytes(NUMBER, "big") + piece, key_id).blob)
            size, number = size + len(piece), number + 1
        file.flush()
        os.fsync(file.fileno())
    return size


def _exactly(source: IO[bytes] | File[bytes], size: int) -> bytes:
    """`size` bytes, fewer only at the end, from a file that may hand out fewer at a time."""
    parts = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def open_sealed(path: Path) -> io.BufferedReader:
    """The content, as a binary file that can seek. Raises FileNotFoundError; reading raises Erased without the key."""
    return io.BufferedReader(_SealedReader(path), buffer_size=PIECE)


class _SealedReader(io.RawIOBase):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb")
        sealed = os.fstat(self._file.fileno()).st_size
        pieces = -(-sealed // (PIECE + OVERHEAD))
        self._size = sealed - pieces * OVERHEAD
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        number, skip = divmod(self._at, PIECE)
        piece = self._piece(number)[skip : skip + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _piece(self, number: int) -> bytes:
        self._file.seek(number * (PIECE + OVERHEAD))
        plain = Sealed(self._file.read(PIECE + OVERHEAD)).open_bytes()
        if int.from_bytes(plain[:NUMBER], "big") != number:
            raise CrmllmError("A sealed file was altered and cannot be read.", code="tampered")
        return plain[NUMBER:]

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
