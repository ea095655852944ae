"""What kind of change a proposal is, in one word: those that share it may be decided together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

LONGEST = 160
#: A reference to another record of the same message says nothing about how the values were found.
_LEFT_OUT = "match"


def pattern(object_name: str, action: str, kind: str, found: Iterable[tuple[str, str]]) -> str:
    """`contact.update.email:phone=rule,title=model`: the object, what is done, in what it was written, and each field
    with who found its value. Holds no content. The longest are cut, and told apart by a hash."""
    fields = ",".join(sorted(f"{field}={source}" for field, source in found if source != _LEFT_OUT))
    text = f"{object_name}.{action}.{kind}:{fields}"
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 17]}#{hashlib.sha256(text.encode()).hexdigest()[:16]}"
