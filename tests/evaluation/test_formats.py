"""Readers, and the command over the sample set: the whole way from files to figures."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crmllm.evaluation import blocks, formats
from crmllm.evaluation.formats import BadSet
from crmllm.extraction.extract import extract

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

SAMPLES = Path(__file__).parent.parent / "data" / "extraction"


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def evaluate(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("evaluate", "extraction", "--without-model", "--json", *words, stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def test_the_sample_set_is_read_with_nothing_invented_and_nothing_forbidden(tmp_path: Path) -> None:
    result = evaluate("--data", str(SAMPLES), "--predictions", str(tmp_path / "out.jsonl"))
    assert result["items"] == len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert (result["invented"], result["forbidden"], result["model"]) == (0, 0, "")
    assert result["micro"]["f1"] >= 0.85
    assert result["category_accuracy"] >= 0.95


def test_predictions_have_the_labels_keys_and_confidences(tmp_path: Path) -> None:
    evaluate("--data", str(SAMPLES), "--limit", "1", "--predictions", str(tmp_path / "out.jsonl"))
    line = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    label = json.loads((SAMPLES / "labels.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert set(label) - {"forbidden"} <= set(line)
    assert set(label["contacts"][0]) <= set(line["contacts"][0])
    assert 0 < line["contacts"][0]["confidence"]["name"] < 1


def test_a_table_for_people() -> None:
    out = StringIO()
    call_command("evaluate", "extraction", "--without-model", "--data", str(SAMPLES), "--limit", "3", stdout=out)
    assert "all (micro)" in out.getvalue()


@pytest.mark.parametrize("content", [None, "", "no json"])
def test_what_is_no_set_is_named(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "labels.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=r"labels\.jsonl|empty"):
        evaluate("--data", str(tmp_path))
    with pytest.raises(CommandError, match="no folder"):
        evaluate("--data", str(tmp_path / "none"))


def test_our_side_is_guessed_from_the_addressees_without_crm_json(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    rows = []
    for number in range(3):
        mail = f"From: Ann Bee <ann@cust{number}.example>\nTo: sales@we.example\nSubject: x\n\nPlease send a quote.\n"
        (tmp_path / "items" / f"{number}.eml").write_text(mail, encoding="utf-8")
        rows.append({"file": f"{number}.eml", "kind": "email", "language": "en"})
    write_lines(tmp_path / "labels.jsonl", rows)
    assert {one.item.us.domains for one in formats.folder(tmp_path)} == {frozenset({"we.example"})}


def test_a_file_that_cannot_be_read_counts_as_missed(tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "a.eml").write_bytes(b"")
    contact = {"name": "Ann Bee", "title": None, "company": None, "email": None, "phone": None, "role": "sender"}
    write_lines(
        tmp_path / "labels.jsonl", [{"file": "a.eml", "kind": "email", "language": "en", "contacts": [contact]}]
    )
    assert evaluate("--data", str(tmp_path))["fields"]["name"]["recall"] == 0.0


def test_textmine_joins_tokens_and_scores_any_annotated_value(tmp_path: Path) -> None:
    text = "Odile Marchand\nFondatrice et CEO\nPapeterie Vezin\n05 36 49 00 71 / 05 36 49 00 72\nodile@vezin.example"

    def token(form: str, label: str) -> dict[str, Any]:
        begin = text.index(form)
        return {"form": form, "label": label, "begin": begin, "end": begin + len(form)}

    annotations = [
        token("Odile", "Human"), token("Marchand", "Human"), token("Fondatrice", "Function"), token("CEO", "Function"),
        token("Papeterie", "Organization"), token("Vezin", "Organization"), token("05 36 49 00 71", "Phone_Number"),
        token("05 36 49 00 72", "Phone_Number"), token("odile@vezin.example", "Email"),
    ]  # fmt: skip
    write_lines(tmp_path / "x.jsonl", [{"identifier": 1, "id": "x-1", "text": text, "annotations": annotations}])
    case = next(formats.textmine(tmp_path))
    assert case.accepted["title"][0] == "Fondatrice et CEO"
    assert case.accepted["phone"] == ["05 36 49 00 71", "05 36 49 00 72"]
    result = evaluate("--data", str(tmp_path), "--format", "textmine")
    assert result["micro"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 5}


def test_quagga_reads_a_block_inside_its_authors_part(tmp_path: Path) -> None:
    body = (
        "Please call.\n\nAda Stone\nTrader\nStone Corp.\n713-555-0101\n\n"
        "-----Original Message-----\nFrom: Bo Reed\nSent: Monday, May 7, 2001 9:00 AM\nTo: Ada Stone\nSubject: s\n\n"
        "hello\n\nBo Reed\nBroker\nReed LLC\n713-555-0102\n"
    )
    (tmp_path / "eml").mkdir()
    (tmp_path / "eml" / "m1.eml").write_text(
        f"From: ada@stone.example\nTo: x@y.example\nSubject: s\n\n{body}", encoding="utf-8"
    )
    head = (body.index("-----Original"), body.index("Subject: s\n") + len("Subject: s"))
    spans = [{"start": head[0], "end": head[1], "type": "Header/Person/From", "text": body[slice(*head)]}]
    write_lines(tmp_path / "spans.jsonl", [{"id": "m1", "text": body, "spans": spans, "headers": {}}])

    def block(first: str, fields: dict[str, list[str]]) -> dict[str, Any]:
        start = body.index(first) if first.startswith("Ada") else body.rindex(first)
        end = body.index("\n", body.index(fields["phone"][0])) + 1
        return {"start": start, "end": end, "block": body[start:end], "complete": True, "fields": fields}

    ada = block(
        "Ada Stone",
        {"name": ["Ada Stone"], "position": ["Trader"], "organisation": ["Stone Corp."], "phone": ["713-555-0101"]},
    )
    bo = block(
        "Bo Reed",
        {"name": ["Bo Reed"], "position": ["Broker"], "organisation": ["Reed LLC"], "phone": ["713-555-0102"]},
    )
    unmarked = {"start": 0, "end": 3, "block": "x", "complete": False, "fields": {}}
    write_lines(
        tmp_path / "signature_contacts.jsonl",
        [{"id": "m1", "from": "ada@stone.example", "x_from": "Ada Stone", "signatures": [ada, bo, unmarked]}],
    )
    result = evaluate("--data", str(tmp_path), "--format", "quagga")
    assert result["items"] == 2
    assert result["micro"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 8}


def test_a_wrong_contact_costs_precision_and_recall(tmp_path: Path) -> None:
    text = "Odile Marchand"
    write_lines(
        tmp_path / "x.jsonl", [{"id": "x-1", "text": text, "annotations": [{"label": "Human", "begin": 0, "end": 14}]}]
    )
    case = next(formats.textmine(tmp_path))
    wrong = {"contacts": [{"name": "Odile Marchande", "email": None}]}
    figures = blocks.score([(case, wrong)]).report()
    assert figures["fields"]["name"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}
    assert figures["invented"] == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSet, match=r"spans\.jsonl"):
        list(formats.quagga(tmp_path))


def test_calls_notes_and_chats_of_a_folder_are_read_by_their_kind(tmp_path: Path) -> None:
    items = tmp_path / "items"
    items.mkdir()
    cue = "00:00:01.000 --> 00:00:02.000\n<v Anna Nowak>We need thirty, sorry, forty pumps.\n"
    (items / "a.vtt").write_text(f"WEBVTT\n\nNOTE Date: 2026-03-12\n\n{cue}")
    (items / "b.txt").write_text("Anna Nowak: We need forty pumps by Friday.\nTom Lee: Noted.\n")
    (items / "c.md").write_text("# Visit at Nowak Ltd\n\nAttendees: Anna Nowak\n\nActions\n- Anna: send plan\n")
    crm = {"us": {"company": "Pumpworks", "staff": [{"name": "Tom Lee", "email": "tom@pumpworks.example"}]}}
    (tmp_path / "crm.json").write_text(json.dumps(crm | {"products": ["Pump"]}))
    labels = [
        {"file": name, "kind": kind} for name, kind in (("a.vtt", "call"), ("b.txt", "call"), ("c.md", "meeting"))
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, labels)))
    cases = list(formats.folder(tmp_path))
    found = [extract(case.item) for case in cases]
    assert [case.item.kind for case in cases] == ["call", "call", "meeting"]
    assert [[one.name.value for one in each.contacts if one.name] for each in found] == [["Anna Nowak"]] * 3
    quantities = [one.opportunity.quantity for one in found if one.opportunity and one.opportunity.quantity]
    assert [(one.value, one.evidence[0].quote) for one in quantities] == [("40", "forty"), ("40", "forty")]
    assert "Anna Nowak: We need thirty" in cases[0].sample.source
