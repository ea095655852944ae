"""What the review adds to the home page."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest

from crmllm.access.models import User
from review import selectors
from review.selectors import QueueView


def waiting(request: HttpRequest) -> dict[str, Any]:
    """The top of the queue."""
    user, view = cast(User, request.user), QueueView()
    return selectors.top(user, view)
