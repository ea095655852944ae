"""What the review adds to the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from crmllm.access.rules import person
from review import selectors
from review.selectors import QueueView


def waiting(request: HttpRequest) -> dict[str, Any]:
    """The top of the queue."""
    user, view = person(request), QueueView()
    return selectors.top(user, view) | {"decides": user.may("proposals.decide")}
