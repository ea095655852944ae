"""Only flat, small schemas are sent; what is sent is strict."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, create_model

from crmllm.llm.schemas import MAX_FIELDS, SchemaRefused, flat_schema, response_format


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Good(BaseModel):
    name: str = Field(max_length=80)
    amount: float | None = None
    kind: Literal["a", "b"] = "a"
    colour: Colour = Colour.RED
    products: list[str] = Field(default_factory=list, max_length=5)


def test_a_flat_model_becomes_a_strict_schema() -> None:
    made = flat_schema(Good)
    assert made["required"] == ["name"], "what has a default may be left out"
    assert made["additionalProperties"] is False
    assert made["properties"]["name"] == {"type": "string", "maxLength": 80}
    assert made["properties"]["amount"] == {"anyOf": [{"type": "number"}, {"type": "null"}]}
    assert made["properties"]["kind"]["enum"] == ["a", "b"]
    assert made["properties"]["colour"]["enum"] == ["red", "blue"], "references are resolved"
    assert made["properties"]["products"] == {"type": "array", "items": {"type": "string"}, "maxItems": 5}
    assert "$defs" not in made


def test_strict_is_said_only_of_a_schema_without_optional_fields() -> None:
    assert response_format(create_model("Full", a=(str, ...), b=(int, ...)))["json_schema"]["strict"] is True
    assert response_format(Good)["json_schema"]["strict"] is False


def test_the_same_schema_is_built_once() -> None:
    assert response_format(Good) is response_format(Good)


class Inner(BaseModel):
    x: str


@pytest.mark.parametrize(
    "kind", [Inner, list[Inner], dict[str, str], str | int, list[list[str]], Inner | None, Any], ids=str
)
def test_what_is_not_flat_is_refused(kind: Any) -> None:
    with pytest.raises(SchemaRefused, match=r"Bad\.field"):
        flat_schema(create_model("Bad", field=(kind, ...)))


@pytest.mark.parametrize(("count", "fits"), [(0, False), (1, True), (MAX_FIELDS, True), (MAX_FIELDS + 1, False)])
def test_the_number_of_fields_is_limited(count: int, fits: bool) -> None:
    fields: Any = {f"f{number}": (str, ...) for number in range(count)}
    model = create_model("Wide", **fields)
    if fits:
        assert len(flat_schema(model)["properties"]) == count
    else:
        with pytest.raises(SchemaRefused, match=str(count)):
            flat_schema(model)
