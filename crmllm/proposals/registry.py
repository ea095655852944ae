"""Who wants to know of new proposals. Higher packages fill this when their app is ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmllm.core.registry import Registry
from crmllm.proposals.models import Proposal

#: Called inside the transaction in which one message's proposals are made, with all of them, parents first.
proposed: Registry[Callable[[Sequence[Proposal]], None]] = Registry()
