"""Declarations: checked whole, every fault with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from crmllm.connectors.engine import declaration
from crmllm.connectors.management.commands import declaration_doc
from crmllm.core.errors import BadInput

ROOT = Path(settings.BASE_DIR)
SHIPPED = [*ROOT.glob("crmllm/connectors/*/connector.yaml"), *ROOT.glob("docs/examples/*.yaml")]

WHOLE: dict[str, Any] = {
    "key": "my-crm",
    "label": "My CRM",
    "base": "{address}/api",
    "settings": [
        {"name": "address", "label": "Address", "kind": "url"},
        {"name": "key", "label": "Key", "kind": "secret"},
    ],
    "auth": [{"name": "key", "label": "Key", "kind": "header", "headers": {"X-Key": "{key}"}}],
    "test": {"path": "me"},
    "streams": {
        "contact": {
            "theirs": "people",
            "id": "id",
            "stamp": "changed",
            "our_id": "ours",
            "fields": {"name": {"theirs": "name"}},
            "calls": {
                "changed": {"path": "people", "query": {"since": "{since|iso}"}, "rows": "items"},
                "read": {"path": "people/{id}"},
                "find": {"path": "people", "query": {"ours": "{our_id}"}, "rows": "items"},
                "create": {"method": "POST", "path": "people", "body": "{body}", "id": "id"},
            },
        }
    },
}


@pytest.fixture
def refusal(tmp_path: Path) -> Callable[..., str]:
    """What is said of the declaration with something changed: refusal("streams.contact.id", None)."""

    def told(place: str, value: Any) -> str:
        changed: dict[str, Any] = yaml.safe_load(yaml.safe_dump(WHOLE))
        *path, last = place.split(".")
        inside = changed
        for step in path:
            inside = inside.setdefault(step, {})
        if value is None:
            inside.pop(last)
        else:
            inside[last] = value
        file = tmp_path / "my.yaml"
        file.write_text(yaml.safe_dump(changed))
        with pytest.raises(BadInput) as refused:
            declaration.read(file)
        return refused.value.message

    return told


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_shipped_is_whole(path: Path) -> None:
    assert declaration.read(path).streams


def test_the_page_about_declarations_is_up_to_date() -> None:
    assert (ROOT / "docs" / "declarations.md").read_text(encoding="utf-8") == declaration_doc.document()


def test_an_old_page_about_declarations_is_noticed_and_written_anew(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "declarations.md").write_text("old")
    with pytest.raises(CommandError, match="not up to date"):
        call_command("declaration_doc", "--check")
    call_command("declaration_doc")
    call_command("declaration_doc", "--check")


def test_a_whole_declaration_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(yaml.safe_dump(WHOLE))
    assert declaration.read(file).streams["contact"].theirs == "people"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("colour", "blue", "colour: Extra inputs are not permitted"),
        ("base", None, "base: Field required"),
        ("key", "My CRM!", "key: String should match pattern"),
        ("streams.people", {"theirs": "x", "id": "id", "fixed": [{"id": 1}]}, "no object “people”; known: account"),
        ("streams.contact.fields.shoe_size", {"theirs": "shoe"}, "contact has no field “shoe_size”"),
        ("streams.contact.fields.account", {"theirs": "f", "codec": "reference", "target": "case"}, "is not declared"),
        ("streams.contact.fields.language", {"theirs": "tongue", "codec": "choice"}, "contact.language has no choices"),
        ("streams.contact.calls.fetch", {"path": "x"}, "contact has no call “fetch”"),
        ("streams.contact.calls.changed", None, "contact has neither “list” nor “changed”"),
        ("streams.contact.calls.read", None, "contact can be written but not read back"),
        ("streams.contact.calls.find", None, "but not found again after an unclear answer"),
        ("streams.contact.our_id", None, "nothing tells whether that happened"),
        ("streams.contact.stamp", None, "contact is read by changes and has no “stamp”"),
        ("streams.contact.url", "{address}/{portal}/{id}", "contact.url takes “portal”, which nothing brings"),
        ("streams.contact.calls.read.path", "contacts/{ident}", "calls.read takes “ident”, which nothing brings"),
        ("streams.contact.calls.read.query", {"after": "{since}"}, "contact.calls.read takes “since”"),
        ("streams.contact.defaults", {"made": "{moment}"}, "contact.defaults takes “moment”"),
        ("test.query", {"version": "{version}"}, "test takes “version”, which nothing brings"),
        ("headers", {"X-Key": "{key}"}, "headers takes “key”, which nothing brings"),  # secrets are for signing in
        ("streams.contact.id", "id[", "streams.contact.id: Value error, “id[” is no JMESPath"),
        ("streams.contact.calls.changed.query.since", "{since|swatch}", "there is no filter “swatch”"),
        ("streams.contact.calls.changed.limits", ["hourly"], "there is no limit “hourly”"),
        ("streams.contact.calls.changed.paging", {"kind": "cursor"}, "paging by cursor needs “next”"),
        ("auth", [{"name": "x", "label": "x", "kind": "oauth_code", "headers": {}}], "needs authorize, token"),
        ("errors", [{"problem": "refused", "say": "x", "matches": "("}], "is no regular expression"),
        ("strategy", "unheard-of", "there is no strategy “unheard-of”"),
        ("timeout", 3600, "timeout: Input should be less than or equal to 120"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(refusal: Callable[..., str], place: str, value: Any, said: str) -> None:
    assert said in refusal(place, value)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(yaml.safe_dump({**WHOLE, "label": None, "colour": "blue", "timeout": -1}))
    with pytest.raises(BadInput) as refused:
        declaration.read(file)
    assert all(name in refused.value.message for name in ("label", "colour", "timeout"))


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe", b"!!python/object/apply:os.system ['true']", b"just text"])
def test_what_is_no_declaration_is_refused_and_runs_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "my.yaml"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=r"my\.yaml"):
        declaration.read(file)


def test_a_file_that_is_not_there_or_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        declaration.read(tmp_path / "nobody.yaml")
    long = tmp_path / "long.yaml"
    long.write_bytes(b"#" * (declaration.MAX_FILE + 1))
    with pytest.raises(BadInput, match="longer than"):
        declaration.read(long)
