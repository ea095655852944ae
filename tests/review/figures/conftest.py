"""The time of day of the tests that count days."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone


@pytest.fixture(autouse=True)
def _about_noon(settings: Any) -> None:
    """The company lives where it is about noon: yesterday is kept only some hours after midnight."""
    settings.TIME_ZONE = f"Etc/GMT{timezone.now().hour - 12:+d}"  # the sign is the other way round in these names
