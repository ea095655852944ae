"""What fields a CRM has, as it tells itself: names, types, pick-lists, and what may be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from crmllm.connectors.engine.declaration import Declaration
from crmllm.connectors.engine.declared.streams import Discovery, Stream
from crmllm.connectors.engine.transport import Transport, pick
from crmllm.core.errors import BadInput

MAX_FIELDS = 2000  # of one object
MAX_CHOICES = 500  # of one pick-list


@dataclass(frozen=True)
class RemoteField:
    """One field of an object there. `type` is in our words, empty for one that we have no word for."""

    name: str
    label: str
    type: str = ""
    their_type: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)  # (value, label)
    writable: bool = True
    required: bool = False
    reference: str = ""

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> RemoteField:
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        return cls(**{**known, "choices": [(value, label) for value, label in stored.get("choices", [])]})

    def stored(self) -> dict[str, Any]:
        return asdict(self)


def discover(transport: Transport, declaration: Declaration, stream: Stream) -> list[RemoteField]:
    """The fields of an object, by label. Raises BadInput when the CRM does not tell, ConnectorError."""
    spec = declaration.discovery
    if spec is None:
        raise BadInput("This CRM does not tell which fields it has; its declaration names those that are used.")
    call = stream.call("describe") or spec.call
    found = pick(call.rows or "@", transport.send(call, {"object": stream.theirs}))
    if not isinstance(found, list):
        raise BadInput("The CRM answered without a list of fields.")
    fields = [one for row in found[:MAX_FIELDS] if (one := _field(spec, row)) is not None]
    return sorted(fields, key=lambda one: (one.label.casefold(), one.name))


def _field(spec: Discovery, row: Any) -> RemoteField | None:
    name = pick(spec.name, row)
    if name in (None, ""):
        return None
    their_type = str(pick(spec.type, row) or "")
    writable = pick(spec.writable, row) if spec.writable else True
    reference = pick(spec.reference, row) if spec.reference else None
    return RemoteField(
        name=str(name)[:120],
        label=str(pick(spec.label, row) or name)[:200],
        type=spec.types.get(their_type, ""),
        their_type=their_type[:60],
        choices=_choices(pick(spec.choices, row) if spec.choices else None),
        writable=bool(writable),
        required=bool(pick(spec.required, row)) if spec.required else False,
        reference=_reference(reference),
    )


def _choices(found: Any) -> list[tuple[str, str]]:
    """A pick-list's values: plain ones, or {value, label}."""
    if not isinstance(found, list):
        return []
    pairs = [
        (one.get("value"), one.get("label") or one.get("value")) if isinstance(one, Mapping) else (one, one)
        for one in found[:MAX_CHOICES]
    ]
    return [(str(value), str(label)) for value, label in pairs if value not in (None, "")]


def _reference(found: Any) -> str:
    named = found[0] if isinstance(found, list) and found else found
    return "" if named in (None, [], "") else str(named)[:120]
