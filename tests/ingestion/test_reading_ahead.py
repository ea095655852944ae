"""Many files are read in processes beside the one that stores them: the same readings, in the same order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from crmllm.core import audit
from crmllm.ingestion import kinds
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.models import Interaction, Refused
from crmllm.ingestion.reading import File, read_ahead
from crmllm.ingestion.services import BATCH, import_archive

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keys"])


@dataclass
class Some:
    files: list[File]


def mail(number: int) -> bytes:
    return (
        f"From: Kim Berg <kim{number}@buyer.example>\nTo: sales@ours.example\nSubject: Inquiry {number}\n"
        f"Message-ID: <{number}@buyer.example>\n\nHello,\n\nplease send me {number} brochures.\n\nKim\n"
    ).encode()


def test_processes_read_what_one_reads() -> None:
    note = kinds.find("notes.md", b"Attendees: Kim", kind="meeting")
    assert note is not None
    batches = [Some([File(mail(10 * n + i)) for i in range(10)] + [File(b"\0\0", "x.eml")]) for n in range(6)]
    batches.append(Some([File(b"Attendees: Kim Berg\n- send brochures", "notes.md", note)]))

    alone = [(batch.files, readings) for batch, readings in read_ahead(iter(batches), 1)]
    together = [(batch.files, readings) for batch, readings in read_ahead(iter(batches), 3)]

    assert together == alone
    assert [len(readings) for _, readings in together] == [11] * 6 + [1]


def test_an_import_by_several_processes_stores_everything_once(tmp_path: Path) -> None:
    count = 2 * BATCH + 7
    for number in range(count):
        (tmp_path / f"{number:05d}.eml").write_bytes(mail(number % (count - 5)))
    (tmp_path / "picture.xyz").write_bytes(b"\x89nothing that anybody reads")

    tally = import_archive(actor=audit.SYSTEM, source=tmp_path, origin=Origin.COMMAND, processes=2)

    assert (tally.new, tally.known, tally.refused, tally.failed) == (count - 5, 5, 1, 0)
    assert Interaction.objects.count() == count - 5
    assert Refused.objects.count() == 1
