"""Our fields and theirs, both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmllm.connectors.engine.declared.streams import Stream
from crmllm.connectors.engine.mapping import FieldMapping, Reference, instant
from crmllm.core.errors import BadInput

ACCOUNT = uuid4()


def mapping(changed: dict[str, Any] | None = None, **fields: dict[str, Any]) -> FieldMapping:
    stream = Stream.model_validate(
        {"theirs": "Contact", "id": "Id", "stamp": "Changed", "fields": fields, "calls": {"list": {"path": "x"}}}
    )
    return FieldMapping(stream, {}, changed=changed or {})


def known(target: str, pk: UUID) -> str | None:
    return "001A" if (target, pk) == ("account", ACCOUNT) else None


def read(found: dict[str, Any], **fields: dict[str, Any]) -> dict[str, Any]:
    return mapping(**fields).row({"Id": 1, **found}).values


def test_absent_is_not_empty() -> None:
    fields: dict[str, Any] = {"title": {"theirs": "Title"}, "phone": {"theirs": "Phone"}}
    assert read({"Title": None}, **fields) == {"title": None}
    assert read({}, **fields) == {}


def test_a_row_without_an_id_is_refused() -> None:
    with pytest.raises(BadInput, match="without an id"):
        mapping(title={"theirs": "Title"}).row({"Title": "x"})


@pytest.mark.parametrize(
    ("field", "found", "value"),
    [
        ({"theirs": ["First", "Last"], "codec": "person"}, {"First": "Ada", "Last": "Lovelace"}, "Ada Lovelace"),
        ({"theirs": ["First", "Last"], "codec": "person"}, {"First": None, "Last": "Cher"}, "Cher"),
        ({"theirs": ["Street", "City"], "codec": "lines"}, {"Street": "Elm 1", "City": "Ulm"}, "Elm 1\nUlm"),
        ({"theirs": "Site", "codec": "domain"}, {"Site": "https://www.Firm.example/about"}, ["firm.example"]),
        ({"theirs": "Sum", "codec": "number"}, {"Sum": 1200.50}, "1200.5"),
        ({"theirs": "Sum", "codec": "numeral"}, {"Sum": "1200.50"}, "1200.5"),
        ({"theirs": "Day", "codec": "date"}, {"Day": "2026-11-22T23:00:00Z"}, "2026-11-22"),
        ({"theirs": "Day", "codec": "date"}, {"Day": {"year": 2026, "month": 1, "day": 5}}, "2026-01-05"),
        ({"theirs": "Day", "codec": "instant_date"}, {"Day": "1795305600000"}, "2026-11-22"),
        ({"theirs": "Kind", "codec": "choice", "choices": {"high": "1-High"}}, {"Kind": "1-High"}, "high"),
        ({"theirs": "Out", "codec": "choice", "choices": {"withdrawn": "true"}}, {"Out": True}, "withdrawn"),
        ({"theirs": "Tags", "codec": "joined"}, {"Tags": "a; b"}, ["a", "b"]),
        ({"theirs": "Owner.Name"}, {"Owner": {"Name": "Sam"}}, "Sam"),
        ({"theirs": "Mails", "pick": "Mails[?primary].value | [0]"}, {"Mails": [{"primary": True, "value": "x"}]}, "x"),
        ({"theirs": "Acc", "codec": "reference", "target": "account"}, {"Acc": 7}, Reference("account", "7")),
    ],
)
def test_a_value_is_read(field: dict[str, Any], found: dict[str, Any], value: Any) -> None:
    assert read(found, name=field) == {"name": value}


def test_what_has_no_form_here_is_left_and_named() -> None:
    row = mapping(kind={"theirs": "Kind", "codec": "choice", "choices": {"high": "1-High"}}).row(
        {"Id": 1, "Kind": "Escalated"}
    )
    assert (row.values, row.left) == ({}, ["kind"])


@pytest.mark.parametrize(
    ("field", "value", "body"),
    [
        ({"theirs": ["First", "Last"], "codec": "person"}, "Ada Lovelace", {"First": "Ada", "Last": "Lovelace"}),
        ({"theirs": ["First", "Last"], "codec": "person"}, "Cher", {"First": None, "Last": "Cher"}),
        ({"theirs": ["First", "Last"], "codec": "person"}, "Lovelace, Ada", {"First": "Ada", "Last": "Lovelace"}),
        ({"theirs": ["First", "Last"], "codec": "person"}, 'Jo "Kit" Ray', {"First": 'Jo "Kit"', "Last": "Ray"}),
        ({"theirs": ["Street", "City"], "codec": "lines"}, "Elm 1\nB\nUlm", {"Street": "Elm 1", "City": "B\nUlm"}),
        ({"theirs": "Site", "codec": "domain"}, ["a.example", "b.example"], {"Site": "a.example"}),
        ({"theirs": "Sum", "codec": "number"}, "48000.00", {"Sum": 48000}),
        ({"theirs": "Sum", "codec": "numeral"}, "0.10", {"Sum": "0.10"}),
        ({"theirs": "Out", "codec": "choice", "choices": {"withdrawn": "true"}}, "withdrawn", {"Out": True}),
        ({"theirs": "Title", "empty": ""}, None, {"Title": ""}),
        ({"theirs": "Sum", "written": {"Sum": {"decimal": "{value|text}"}}}, "1.5", {"Sum": {"decimal": "1.5"}}),
        ({"theirs": "Acc", "codec": "reference", "target": "account"}, str(ACCOUNT), {"Acc": "001A"}),
    ],
)  # fmt: skip
def test_a_value_is_written(field: dict[str, Any], value: Any, body: dict[str, Any]) -> None:
    assert mapping(name=field).body({"name": value}, known) == body


def test_what_the_crm_has_no_place_for_stays_with_us() -> None:
    fields = mapping(title={"theirs": "Title"}, phone={"theirs": "Phone", "writable": False})
    assert fields.body({"title": "CEO", "phone": "+49 1", "language": "de"}, known) == {"Title": "CEO"}
    assert fields.kept({"title": "CEO", "phone": "+49 1", "language": "de"}) == {"title": "CEO"}


def test_a_parent_that_the_crm_does_not_know_is_refused() -> None:
    fields = mapping(account={"theirs": "Acc", "codec": "reference", "target": "account"})
    with pytest.raises(BadInput, match="is not in this CRM"):
        fields.body({"account": str(uuid4())}, known)


def test_a_value_without_a_counterpart_is_refused() -> None:
    fields = mapping(kind={"theirs": "Kind", "codec": "choice", "choices": {"high": "1-High"}})
    with pytest.raises(BadInput, match="has no counterpart"):
        fields.body({"kind": "urgent"}, known)


def test_an_admin_adds_changes_and_takes_out_fields() -> None:
    fields = mapping(
        {"title": None, "phone": {"theirs": "Mobile"}}, title={"theirs": "Title"}, phone={"theirs": "Phone"}
    )
    assert fields.columns() == ["Mobile"]


@settings(max_examples=200)
@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_a_sum_comes_back_as_it_went(number: Decimal) -> None:
    for codec in ("number", "numeral"):
        fields = mapping(amount={"theirs": "Sum", "codec": codec})
        body = fields.body({"amount": str(number)}, known)
        assert Decimal(fields.row({"Id": 1, **body}).values["amount"]) == number


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_a_day_comes_back_as_it_went(day: date) -> None:
    for codec in ("date", "instant_date"):
        fields = mapping(close_date={"theirs": "Day", "codec": codec})
        body = fields.body({"close_date": day.isoformat()}, known)
        assert fields.row({"Id": 1, **body}).values["close_date"] == day.isoformat()


@given(st.lists(st.text("abcdefgäöüÉ😀-'.", min_size=1), min_size=1, max_size=4))
def test_no_word_of_a_name_is_lost(words: list[str]) -> None:
    fields = mapping(name={"theirs": ["First", "Last"], "codec": "person"})
    name = " ".join(words)
    body = fields.body({"name": name}, known)
    assert body["Last"], "CRMs insist on a family name"
    back = fields.row({"Id": 1, **body}).values["name"]
    assert sorted(back.replace(",", "").split()) == sorted(name.replace(",", "").split())
    assert fields.kept({"name": name})["name"] == back


@given(st.lists(st.text("abc äß1", min_size=1).filter(str.strip), min_size=1, max_size=6))
def test_no_line_of_an_address_is_lost(lines: list[str]) -> None:
    fields = mapping(address={"theirs": ["Street", "City", "Country"], "codec": "lines"})
    body = fields.body({"address": "\n".join(lines)}, known)
    assert fields.row({"Id": 1, **body}).values["address"] == "\n".join(line.strip() for line in lines)


@pytest.mark.parametrize(
    ("written", "form", "moment"),
    [
        ("2026-11-22T09:00:00.000+0000", "iso", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22 09:00:00", "iso", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("1795338000000", "milliseconds", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        (1795338000, "seconds", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ({"year": 2026, "month": 11, "day": 22, "hour": 9}, "iso", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("yesterday", "iso", None),
        ("", "iso", None),
        ("9" * 40, "milliseconds", None),
    ],
)
def test_a_moment_is_read_in_every_form(written: Any, form: str, moment: datetime | None) -> None:
    assert instant(written, form) == moment


@pytest.mark.parametrize(
    ("codec", "given"),
    [
        ("text", {"id": 5}),
        ("text", ["a"]),
        ("number", "1e999999"),
        ("numeral", "1e99999999"),
        ("numeral", "NaN"),
        ("number", float("inf")),
        ("number", {"amount": 5}),
        ("instant_date", "99999999999999999999"),
        ("instant_date", "²"),
        ("date", "2026-13-45"),
        ("boolean", "perhaps"),
        ("boolean", {"yes": True}),
        ("list", [{"id": 1}]),
        ("joined", {"a": 1}),
        ("reference", {"id": 1}),
    ],
)
def test_a_value_of_another_form_leaves_ours_as_it_is(codec: str, given: Any) -> None:
    row = mapping(field={"theirs": "X", "codec": codec, "target": "account"}).row({"Id": 1, "X": given})
    assert (row.values, row.left) == ({}, ["field"])


def test_a_path_that_does_not_fit_empties_nothing() -> None:
    fields: dict[str, Any] = {"kind": {"theirs": "A", "pick": "join('/', [A, B])"}}
    row = mapping(**fields).row({"Id": 1, "A": None, "B": 5})
    assert (row.values, row.left) == ({}, ["kind"])


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        ({"codec": "instant_date"}, "-86400000000", "1967-04-07"),
        ({"codec": "instant_date"}, 0, "1970-01-01"),
        ({"codec": "joined"}, ["a", "b"], ["a", "b"]),
        ({"codec": "list"}, "a", ["a"]),
    ],
)
def test_forms_that_mean_the_same(field: dict[str, Any], given: Any, value: Any) -> None:
    assert read({"X": given}, field={"theirs": "X", **field}) == {"field": value}


@pytest.mark.parametrize("given", [None, "", {}, [], True, "x" * 201])
def test_what_cannot_be_an_id_is_none(given: Any) -> None:
    with pytest.raises(BadInput):
        mapping().row({"Id": given})


def test_a_number_is_the_same_id_however_it_is_written() -> None:
    assert {mapping().row({"Id": one}).external_id for one in (7, 7.0, "7", " 7 ")} == {"7"}


@pytest.mark.parametrize("given", ["0001-01-01T00:00:00+14:00", [1], {"year": [1]}, {"year": 2026, "month": 0}, 1e300])
def test_what_is_no_moment_is_none(given: Any) -> None:
    assert instant(given) is None
    assert instant(given, "milliseconds") is None
