"""How fast mail is stored, beside django-mailbox: the same file, the same PostgreSQL server, one run.

Both go through the door that a user of theirs would take: here `import_archive` as `manage.py ingest` calls it, there
`Mailbox.get_new_mail`. We do more with each message (newest text, filters, encryption, audit, ledger, the original
kept); the peer stores it parsed.
The work happens in a process of its own, with the peer among the installed applications and in databases that are made
for it and dropped afterwards: the installation's own data is not touched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

MESSAGES = 1000
ROUNDS = 3


def mail() -> Iterable[dict[str, Any]]:
    """Messages stored per second, ours and the peer's; the median of some rounds that take turns."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "crmllm.settings.bench", "LOG_LEVEL": "ERROR"}
    done = subprocess.run(
        [sys.executable, "-m", "crmllm.ingestion.bench"], env=environment, stdout=subprocess.PIPE, check=True, text=True
    )
    figures = json.loads(done.stdout)
    yield {
        "what": f"mail stored per second ({figures['messages']} messages, django-mailbox)",
        "ours": figures["ours"],
        "peer": figures["peer"],
        "ratio": figures["ours"] / figures["peer"],
        "goal": 3.0,
    }


def corpus(today: date, count: int) -> Iterator[bytes]:
    """`count` different messages: the demo mailbox over and over, each with an id and words of its own."""
    from crmllm.ingestion.demo import messages

    templates = [raw for _, raw in messages(today)]
    for number in range(count):
        raw = templates[number % len(templates)]
        yield f"X-Bench: {number}\r\n".encode() + _renamed(raw, number)


def _renamed(raw: bytes, number: int) -> bytes:
    head, border, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    for i, line in enumerate(lines):
        if line.lower().startswith(b"message-id:"):
            lines[i] = line.replace(b"<", f"<{number}.".encode(), 1)
    return b"\r\n".join(lines) + border + body


def _write_mbox(path: Path, messages: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for raw in messages:
            text = raw.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
            file.write(b"From bench Tue Nov 10 09:00:00 2026\n" + text + b"\n\n")


# --- in the process of its own


def _main() -> None:
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False, parallel=0)
    try:
        figures = _measure()
    finally:
        teardown_databases(databases, verbosity=0)
        from django.conf import settings

        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    sys.stdout.write(json.dumps(figures))


def _measure() -> dict[str, Any]:
    from django.utils import timezone

    speeds: dict[Callable[[Path], int], list[float]] = {_ours: [], _peers: []}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS):
            path = Path(folder) / f"{number}.mbox"
            everything = corpus(timezone.localdate(), MESSAGES * (number + 1))
            _write_mbox(path, list(everything)[-MESSAGES:])
            for store, measured in speeds.items():
                copy = Path(folder) / "copy.mbox"  # the peer takes the messages out of its file
                shutil.copy(path, copy)
                started = time.perf_counter()
                stored = store(copy)
                measured.append(MESSAGES / (time.perf_counter() - started))
                if stored != MESSAGES:
                    raise RuntimeError(f"{store.__name__} stored {stored} of {MESSAGES} messages.")
    return {"messages": MESSAGES, "ours": median(speeds[_ours]), "peer": median(speeds[_peers])}


def _ours(path: Path) -> int:
    from crmllm.core import audit
    from crmllm.ingestion.choices import Origin
    from crmllm.ingestion.services import import_archive

    tally = import_archive(actor=audit.SYSTEM, source=path, origin=Origin.COMMAND, processes=os.cpu_count() or 1)
    return tally.new


def _peers(path: Path) -> int:
    from django_mailbox.models import Mailbox

    mailbox = Mailbox.objects.create(name=path.name, uri=f"mbox://{path}")
    return sum(1 for _ in mailbox.get_new_mail())


if __name__ == "__main__":
    _main()
