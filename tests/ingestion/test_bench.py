"""The bench measures what it says: different messages, all of them stored, beside a peer."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crmllm.core import registry
from crmllm.ingestion import bench
from crmllm.ingestion.models import Interaction


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_messages_are_all_different_and_all_stored(tmp_path: Path) -> None:
    raws = list(bench.corpus(date(2026, 11, 20), 200))
    path = tmp_path / "bench.mbox"
    bench._write_mbox(path, raws)
    assert bench._ours(path) == len(raws) == Interaction.objects.count()


@pytest.mark.django_db(databases=["default", "keys"])
def test_bench_prints_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    benches: registry.Registry[registry.Callable[[], object]] = registry.Registry()
    benches.add("one", lambda: [{"what": "things", "ours": 1500.0, "peer": 500.0, "ratio": 3.0}])
    benches.add("two", lambda: pytest.fail("not asked for"))
    monkeypatch.setattr("crmllm.core.management.commands.bench.benches", benches)
    out = io.StringIO()
    call_command("bench", "one", stdout=out, stderr=io.StringIO())
    table, _, figures = out.getvalue().rstrip().rpartition("\n")
    assert "3.00" in table
    assert json.loads(figures) == [{"bench": "one", "what": "things", "ours": 1500.0, "peer": 500.0, "ratio": 3.0}]
    with pytest.raises(CommandError, match="Known: one, two"):
        call_command("bench", "three")
