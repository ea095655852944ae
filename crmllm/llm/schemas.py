"""What an answer may look like: flat pydantic models with few fields, as a strict JSON schema for the model server.

Grammar compilers have no time limit and choke on depth and unions, so a schema that is not flat is refused before any
request: by the tests that build it, and by the first call at the latest.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pydantic import BaseModel

MAX_FIELDS = 30
SCALARS = frozenset({"string", "integer", "number", "boolean"})


class SchemaRefused(TypeError):
    """An answer schema that we do not send: a fault of the programmer."""


@lru_cache(maxsize=64)
def response_format(schema: type[BaseModel]) -> dict[str, Any]:
    """The `response_format` of a request for answers of this shape."""
    made = flat_schema(schema)
    complete = len(made["required"]) == len(made["properties"])  # OpenAI's strict mode knows no optional fields
    return {"type": "json_schema", "json_schema": {"name": schema.__name__, "schema": made, "strict": complete}}


def flat_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a flat model: fields with a default may be left out, no others added. Raises SchemaRefused.

    Leaving out what there is nothing to say about makes an answer several times shorter.
    """
    made = schema.model_json_schema()
    fields: dict[str, Any] = made.get("properties", {})
    if not 0 < len(fields) <= MAX_FIELDS:
        raise SchemaRefused(f"{schema.__name__} has {len(fields)} fields; one call asks for 1 to {MAX_FIELDS}.")
    definitions = made.get("$defs", {})
    return {
        "type": "object",
        "properties": {name: _field(f"{schema.__name__}.{name}", field, definitions) for name, field in fields.items()},
        "required": made.get("required", []),
        "additionalProperties": False,
    }


def _field(name: str, field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """One field without its titles and defaults: a scalar, an enumeration, one of them or null, or a list of them."""
    if "$ref" in field:
        field = definitions[field["$ref"].removeprefix("#/$defs/")]
    kept = {key: value for key, value in field.items() if key not in ("title", "default", "examples", "deprecated")}
    if "anyOf" in kept:
        kept["anyOf"] = [_field(name, option, definitions) for option in kept["anyOf"]]
        kinds = [option.get("type") for option in kept["anyOf"]]
        if len(kinds) == 2 and kinds.count("null") == 1:
            return kept
        raise SchemaRefused(f"{name} may be more than one thing; only 'one kind or null' can be asked for.")
    kind = kept.get("type")
    if kind == "array":
        kept["items"] = _field(f"{name}[]", kept.get("items", {}), definitions)
        if kept["items"].get("type") not in SCALARS:
            raise SchemaRefused(f"{name} is a list of more than plain values; answers must be flat.")
        return kept
    if kind in SCALARS or kind == "null" or "enum" in kept or "const" in kept:
        return kept
    raise SchemaRefused(f"{name} is not a plain value; answers must be flat.")
