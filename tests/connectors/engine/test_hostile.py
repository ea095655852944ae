"""A stranger's CRM and a stranger's declaration, made up by Hypothesis within what JSON and YAML allow."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmllm.connectors import registry
from crmllm.connectors.base import ConnectorError
from crmllm.connectors.engine import declaration
from crmllm.connectors.engine.mapping import FieldMapping
from crmllm.core.errors import BadInput
from tests.connectors.engine.test_strange_answers import answer, connection, items, names, speak

__all__ = ["connection", "speak"]

EXAMPLES = sorted((Path(__file__).parents[3] / "docs" / "examples").glob("*.yaml"))
ODD = [
    "",
    "\0",
    "\ud800",
    "-86400000",
    "1e999999",
    "NaN",
    "9" * 30,
    "²",
    "0001-01-01T00:00:00+14:00",
    "true",
    "x" * 300,
]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "name", "year"]), inner),
    max_leaves=4,
)


def places(vendor: str, name: str) -> list[str]:
    """The names in a row that a list's declaration looks at."""
    stream = registry.declaration(vendor).streams[name]
    mapped = {column.split(".")[0] for one in stream.fields.values() for column in one.columns}
    ties = {"companies", "contacts", "deals", "archived", "id", "Id", "outer", "metadata", "pipeline", "dealstage"}
    return sorted({*stream.columns, *mapped, *ties, "WhatId", "WhoId", "MasterRecordId", "IsDeleted"})


LISTS = [(vendor, name) for vendor in ("hubspot", "salesforce") for name in registry.declaration(vendor).streams]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_row_of_any_form_is_read_or_refused(data: st.DataObject) -> None:
    vendor, name = data.draw(st.sampled_from(LISTS))
    row = data.draw(st.dictionaries(st.sampled_from(places(vendor, name)), values) | values)
    mapping = FieldMapping(registry.declaration(vendor).streams[name], {}, changed={})
    try:
        read = mapping.row(row)
    except BadInput:
        return
    assert 0 < len(read.external_id) <= 200
    assert all(len(str(value)) < 1000 for value in read.values.values())


# --- pages


@pytest.mark.django_db(databases=["default", "keys"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_list_comes_whole_or_not_at_all(data: st.DataObject, speak: Any) -> None:
    """Pages of any size, empty ones, overlapping ones, cursors that are forgotten, links that go round, odd answers."""
    kind, total = data.draw(st.sampled_from(["cursor", "page", "offset", "next_url"])), data.draw(st.integers(0, 12))
    size, asked = data.draw(st.integers(1, 5)), []
    odd = [answer(status=502), answer(b"<html>"), answer({}), answer(None), answer(status=302), answer({"items": "x"})]

    def script(query: Any) -> Any:
        asked.append(query["url"])
        if data.draw(st.integers(0, 9)) == 0:
            return data.draw(st.sampled_from([*odd, answer({"message": "unknown cursor"}, status=400)]))
        if kind in ("page", "offset"):
            start = (int(query["page"]) - 1) * size if kind == "page" else int(query["offset"])
            return items(*range(total)[start : start + size])
        start = int(query.get("after") or 0)
        end = min(start + data.draw(st.integers(0, size)), total)
        back = data.draw(st.sampled_from([0, 0, 0, 1])) if end > start + 1 else 0
        onward = data.draw(st.sampled_from([end - back, end - back, end - back, 0])) if end < total else None
        told = f"?after={onward}" if kind == "next_url" else str(onward)
        return items(*range(start, end), **({} if onward is None else {"next": told}))

    paging = {"kind": kind, **({"next": "next"} if kind in ("cursor", "next_url") else {})}
    told = ""
    try:
        found = names(speak(script, **paging))
    except ConnectorError as error:
        told = error.message
    assert told.startswith(("Odd", "The CRM")) if told else set(found) == {str(one) for one in range(total)}
    assert len(asked) < 200
    assert {httpx.URL(one).host for one in asked} <= {"odd.example"}


# --- declarations

JUNK = [
    None, "", 0, -1, True, [], {}, "{", "{x|nobody}", "((((", "a[?", "x" * 5000, ["a"], {"a": 1}, 10**30, "@",
    "https://evil.example/", {"$json|nobody": 1}, {"...": 5}, {"?": 1}, float("nan"), "!!python/name:os.system",
]  # fmt: skip


def steps(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, one in inside:
        yield (*path, name)
        yield from steps(one, (*path, name))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_declaration_with_any_mistake_is_told_where_it_is(data: st.DataObject, tmp_path: Path) -> None:
    tree = copy.deepcopy(yaml.safe_load(data.draw(st.sampled_from(EXAMPLES)).read_text()))
    path = data.draw(st.sampled_from(list(steps(tree))))
    holder = tree
    for step in path[:-1]:
        holder = holder[step]
    if data.draw(st.booleans()):
        holder[path[-1]] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    elif isinstance(holder, dict):
        holder[data.draw(st.sampled_from([None, 5, "", "nobody", True]))] = holder.pop(path[-1])
    file = tmp_path / "odd.yaml"
    file.write_text(yaml.safe_dump(tree, allow_unicode=True))
    told = ""
    try:
        declaration.read(file)
    except BadInput as error:
        told = error.message
    assert not told or told.startswith("odd.yaml")
    assert not any(one in told for one in ("Traceback", "object at 0x", "pydantic.dev"))
