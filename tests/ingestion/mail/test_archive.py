"""Files, folders and archives of mail: every message comes out, every trap is refused by name."""

from __future__ import annotations

import io
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmllm.ingestion.mail import archive
from crmllm.ingestion.mail.archive import Entry, Refused, iterate

ONE = b"From: ann@example.com\nSubject: one\n\nFirst.\n"
TWO = b"From: bob@example.com\nSubject: two\n\nSecond.\n"
LINE = b"From ann@example.com Mon May  3 10:00:00 2021\n"
MBOX = LINE + ONE + b"\n" + LINE + TWO


def zipped(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return out.getvalue()


def read(content: bytes, name: str = "upload.bin") -> list[Entry]:
    return list(iterate(io.BytesIO(content), name))


def refusals(entries: list[Entry]) -> list[str]:
    return [content.reason for _, content in entries if isinstance(content, Refused)]


def test_one_message() -> None:
    assert read(ONE, "a.eml") == [("a.eml", ONE)]
    assert read(LINE + ONE, "a.eml") == [("a.eml", LINE + ONE)]


def test_a_mailbox_is_split_at_its_from_lines() -> None:
    names, contents = zip(*read(MBOX, "box.mbox"), strict=True)
    assert names == ("box.mbox#1", "box.mbox#2")
    assert contents[0] == LINE + ONE + b"\n"
    assert contents[1] == LINE + TWO


def test_from_in_a_text_does_not_split_and_escapes_are_undone() -> None:
    body = b"\nFrom here to there.\n>From now on.\n>>From old.\n"
    ((_, content),) = read(LINE + ONE + body, "box")
    assert isinstance(content, bytes)
    assert content.endswith(b"\nFrom here to there.\nFrom now on.\n>From old.\n")


def test_a_zip_of_messages_mailboxes_and_one_more_zip() -> None:
    inner = zipped(("deep.eml", TWO))
    entries = read(zipped(("a.eml", ONE), ("box.mbox", MBOX), ("inner.zip", inner), ("__MACOSX/x", b"x")), "up.zip")
    assert [name for name, _ in entries] == [
        "up.zip/a.eml",
        "up.zip/box.mbox#1",
        "up.zip/box.mbox#2",
        "up.zip/inner.zip/deep.eml",
    ]
    assert refusals(entries) == []


def test_zips_nested_twice_are_refused() -> None:
    entries = read(zipped(("b.zip", zipped(("c.zip", zipped(("d.eml", ONE)))))), "a.zip")
    assert len(entries) == 1
    assert "inside of archives" in refusals(entries)[0]


@pytest.mark.parametrize("name", ["../a.eml", "x/../../a.eml", "/etc/a.eml", "C:\\a.eml", "..\\a.eml"])
def test_names_that_point_outside_are_refused(name: str) -> None:
    assert "outside" in refusals(read(zipped((name, ONE))))[0]


def test_a_bomb_is_refused_and_its_neighbours_are_read() -> None:
    entries = read(zipped(("bomb.eml", b"\0" * (archive.RATIO_FREE_BYTES + 1)), ("a.eml", ONE)), "z.zip")
    assert "trap" in refusals(entries)[0]
    assert entries[1] == ("z.zip/a.eml", ONE)


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    content = bytearray(zipped(("a.eml", ONE + b"x" * 5_000)))
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")
    content[22:26] = (10).to_bytes(4, "little")
    (reason,) = refusals(read(bytes(content)))
    assert "unpacks to more" in reason or "damaged" in reason


def test_encrypted_entries_are_refused() -> None:
    content = bytearray(zipped(("a.eml", ONE)))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refusals(read(bytes(content)))[0]


def test_links_and_other_files_are_refused() -> None:
    link = zipfile.ZipInfo("link.eml")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(link, "/etc/passwd")
        packed.writestr("photo.jpg", b"\xff\xd8\xff")
    found = refusals(read(out.getvalue()))
    assert "a link" in found[0]
    assert "no mail" in found[1]


@pytest.mark.parametrize("name", ["notes.txt", "table.parquet", "README.md", "deep/settings.ini"])
def test_among_mails_a_file_that_looks_like_none_is_refused(name: str, tmp_path: Path) -> None:
    other = b"A plan: first things first.\n\nFrom here: nothing follows.\n"
    entries = read(zipped((name, other), ("a.eml", ONE)), "up.zip")
    assert entries == [(f"up.zip/{name}", Refused(entries[0][1].reason)), ("up.zip/a.eml", ONE)]  # type: ignore[union-attr]
    assert "It is no mail" in refusals(entries)[0]
    (tmp_path / "deep").mkdir()
    (tmp_path / name).write_bytes(other)
    assert refusals(list(iterate(tmp_path))) == refusals(entries)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("saved.txt", ONE),
        ("saved.txt", ONE.replace(b"\n", b"\r")),
        ("saved.txt", ONE.decode().encode("utf-16")),
        ("archive.backup", b"X-Odd: yes\n" + ONE),
        ("1604912400.M5P6.mx.example.com:2,S", b"whatever"),
        ("17.", b"whatever"),
        ("message", b"whatever"),
        ("broken.eml", b"whatever"),
    ],
)
def test_what_may_be_a_mail_is_left_to_the_reader(name: str, content: bytes) -> None:
    assert read(zipped((name, content)), "up.zip") == [(f"up.zip/{name}", content)]


def test_a_file_chosen_by_itself_is_left_to_the_reader() -> None:
    assert read(b"A plan.", "notes.txt") == [("notes.txt", b"A plan.")]


def test_too_many_entries_and_too_much_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive._Budget, "__init__", lambda self, whole: _limit(self, 3, 10_000))
    entries = read(zipped(*[(f"{number}.eml", ONE) for number in range(5)]))
    assert sum(isinstance(content, bytes) for _, content in entries) == 3
    assert "the rest was not read" in refusals(entries)[0]
    monkeypatch.setattr(archive._Budget, "__init__", lambda self, whole: _limit(self, 100, 2 * len(ONE)))
    entries = read(zipped(*[(f"{number}.eml", ONE) for number in range(3)]))
    assert "more than is allowed" in refusals(entries)[0]


def _limit(budget: archive._Budget, entries: int, total: int) -> None:
    budget.entries, budget.total, budget.whole = entries, total, archive.no_other


def test_a_damaged_archive_is_told() -> None:
    assert "damaged" in refusals(read(zipped(("a.eml", ONE))[:-10]))[0]
    content = bytearray(zipped(("a.eml", ONE * 100), compression=zipfile.ZIP_STORED))
    content[100] ^= 0xFF
    assert "damaged" in refusals(read(bytes(content)))[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0rest", "Outlook .msg"),
        (b"!BDNrest", ".pst"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"", "empty"),
        (b"\n\n", "empty"),
    ],
)
def test_foreign_files_are_refused_by_name(content: bytes, words: str) -> None:
    assert words in refusals(read(content))[0]


def test_a_message_over_the_limit_is_refused_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MESSAGE_BYTES", 200)
    entries = read(LINE + ONE + b"x\n" * 200 + b"\n" + LINE + TWO, "box.mbox")
    assert "larger than the limit" in refusals(entries)[0]
    assert entries[1][1] == LINE + TWO
    assert "larger than the limit" in refusals(read(ONE * 10, "a.eml"))[0]


def test_a_large_mailbox_is_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.mbox"
    message = LINE + ONE + b"x" * 100_000 + b"\n\n"
    with path.open("wb") as file:
        for _ in range(400):
            file.write(message)
    tracemalloc.start()
    count = sum(isinstance(content, bytes) for _, content in iterate(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 400
    assert peak < 5_000_000 < os.path.getsize(path)


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "b.eml").write_bytes(TWO)
    (tmp_path / "sub" / "a.eml").write_bytes(ONE)
    (tmp_path / "link.eml").symlink_to(tmp_path / "b.eml")
    assert list(iterate(tmp_path)) == [("b.eml", TWO), ("sub/a.eml", ONE)]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "could not be read" in refusals(list(iterate(tmp_path / "none.eml")))[0]


def test_a_stream_that_cannot_be_rewound() -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    content = zipped(("a.eml", ONE))
    assert list(iterate(Stream(content), "s.zip")) == [("s.zip/a.eml", ONE)]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([LINE, ONE, b"\n", b"From \n", b">From x\n"]) | st.binary(max_size=40), max_size=12).map(
        b"".join
    )
)
def test_no_bytes_crash_the_archive(content: bytes) -> None:
    for name, found in read(content, "x"):
        assert name
        assert isinstance(found, bytes | Refused)


@settings(deadline=None)
@given(st.data())
def test_no_broken_zip_crashes_the_archive(data: st.DataObject) -> None:
    content = bytearray(zipped(("a.eml", ONE), ("b.mbox", MBOX)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    for _, found in read(bytes(content), "x.zip"):
        assert isinstance(found, bytes | Refused)
