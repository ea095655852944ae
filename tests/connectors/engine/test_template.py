"""Placeholders in calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.connectors.engine.template import FILTERS, fill, unknown_filters
from crmllm.core.errors import BadInput

AT = datetime(2026, 11, 22, 9, 5, 7, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "values", "filled"),
    [
        ("{size}", {"size": 100}, 100),
        ("{cursor}", {"cursor": None}, None),
        ("/x/{id|path}/y", {"id": "a/b c"}, "/x/a%2Fb%20c/y"),
        ("{a}-{b}", {"a": 1, "b": None}, "1-"),
        ({"after?": "{cursor}", "limit": "{size}"}, {"cursor": None, "size": 5}, {"limit": 5}),
        ({"after?": "{cursor}"}, {"cursor": "x"}, {"after": "x"}),
        ({"...": "{body}", "own": 1}, {"body": {"name": "Ada"}}, {"name": "Ada", "own": 1}),
        ({"{field}": "{value}"}, {"field": "email", "value": "a@b.example"}, {"email": "a@b.example"}),
        ({"d": {"$json|base64url": ["code", "=", "{id}"]}}, {"id": 7}, {"d": "WyJjb2RlIiwiPSIsN10="}),
        ([{"to": "{connection.id}"}], {"connection": {"id": 3}}, [{"to": 3}]),
        ("query { nodes { id {columns|blank} } }", {"columns": ["a", "b"]}, "query { nodes { id a b } }"),
        (True, {}, True),
    ],
)
def test_a_template_is_filled(written: Any, values: dict[str, Any], filled: Any) -> None:
    assert fill(written, values) == filled


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("iso", AT, "2026-11-22T09:05:07.250Z"),
        ("iso", AT.astimezone(timezone(timedelta(hours=5))), "2026-11-22T09:05:07.250Z"),
        ("milliseconds", AT, 1795338307250),
        ("seconds", AT, 1795338307),
        ("http_date", AT, "Sun, 22 Nov 2026 09:05:07 GMT"),
        ("http_date", "2026-11-22T09:05:07.000+0000", "Sun, 22 Nov 2026 09:05:07 GMT"),
        ("soql", "O'Brien \\ Söhne", "'O\\'Brien \\\\ Söhne'"),
        ("year", "2026-11-22", 2026),
        ("day", "2026-11-22", 22),
        ("comma", ["a", "b"], "a,b"),
        ("numbers", ["1", "22"], [1, 22]),
    ],
)
def test_a_filter_writes_a_value_as_its_place_asks(name: str, value: Any, written: Any) -> None:
    assert fill(f"{{x|{name}}}", {"x": value}) == written


def test_an_unknown_name_and_an_unknown_filter_are_named() -> None:
    with pytest.raises(BadInput, match=r"stands for nothing here\. Known: id, size"):
        fill("{idd}", {"id": 1, "size": 2})
    with pytest.raises(BadInput, match="no filter “shout”"):
        fill("{id|shout}", {"id": 1})
    assert unknown_filters({"a": ["{id|iso}", "{id|shout}"]}) == ["shout"]


@given(st.text())
def test_a_value_is_never_read_as_a_template(text: str) -> None:
    """What stands in a value was written by strangers."""
    assert fill("{x}", {"x": text}) == text
    assert fill("<{x}>", {"x": text}) == f"<{text}>"


@given(st.text())
def test_no_text_leaves_its_soql_literal(text: str) -> None:
    literal = FILTERS["soql"](text)
    inside = literal[1:-1]
    assert (literal[0], literal[-1]) == ("'", "'")
    rest = inside.replace("\\\\", "").replace("\\'", "")
    assert "'" not in rest
    assert "\\" not in rest
