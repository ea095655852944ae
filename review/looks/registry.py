"""Who hears what a blind look found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from crmllm.core.registry import Registry

if TYPE_CHECKING:
    from review.looks.models import Look

Heard = Callable[["Look"], None]

#: Called in the transaction in which a look is decided: `agreed` says whether the person agrees with what was applied,
#: `lines` what they said of each value. The transaction may queue no write: the database refuses it.
verdicts: Registry[Heard] = Registry()
#: Called in the transaction in which that person takes the verdict back; the look waits for them again.
taken_back: Registry[Heard] = Registry()
