"""`manage.py seed_scale`: many made-up rows, never in production."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmllm.core.management.commands import seed_scale as command
from crmllm.core.registry import Registry

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_every_registered_seed_is_asked_for_its_share(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, int]] = []
    seeds: Registry[Any] = Registry()
    seeds.add("second", lambda count: asked.append(("second", count)), order=20)
    seeds.add("first", lambda count: asked.append(("first", count)), order=10)
    monkeypatch.setattr(command, "seed_scale", seeds)
    call_command("seed_scale", "1000")
    assert asked == [("first", 1000), ("second", 1000)]
    assert "first …" in capsys.readouterr().err


def test_production_is_not_filled(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("seed_scale", "1000")
