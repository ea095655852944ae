"""What a CRM is, as data: one YAML file a CRM, checked whole before the first request.

Addresses, queries and bodies are templates (engine.template). What is picked from answers is written in JMESPath.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from crmllm.connectors.engine import strategy, template
from crmllm.connectors.engine.declared import brought
from crmllm.connectors.engine.declared.access import Auth, Setting
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.events import Events, Listening
from crmllm.connectors.engine.declared.limits import ErrorRule, Limit
from crmllm.connectors.engine.declared.part import Part, Pick
from crmllm.connectors.engine.declared.streams import CALLS, FURTHER, Codec, Discovery, Stream, StreamName
from crmllm.connectors.engine.signatures import SCHEMES
from crmllm.core.errors import BadInput
from crmllm.crm.choices import Object
from crmllm.crm.fields import BUILT_IN

MAX_FILE = 1_000_000  # bytes of a declaration


class Declaration(Part):
    """One CRM."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]{1,38}$")
    label: str = Field(description="As people call it.")
    about: str = Field(default="", description="A sentence for the page where a CRM is chosen.")
    docs: str = Field(default="", description="The page of our documentation.")
    base: str = Field(description="Base address of all calls, a template over settings and kept options.")
    settings: list[Setting] = Field(default=[], description="What an admin types for every way of signing in.")
    values: dict[str, Any] = Field(default={}, description="What all templates may use: the version, for example.")
    headers: dict[str, Any] = Field(default={}, description="Sent with every call.")
    auth: list[Auth] = Field(min_length=1)
    test: Call = Field(description="A harmless call that shows whether we are let in.")
    keep: dict[str, Pick] = Field(default={}, description="What of the test's answer becomes an option.")
    streams: dict[str, Stream] = Field(description="The lists, by our object; also owner, product, stage.")
    discovery: Discovery | None = Field(default=None, description="How the CRM tells of its fields.")
    objects: Call | None = Field(default=None, description="Lists the CRM's own objects.")
    limits: dict[str, Limit] = Field(default={}, description="Windows of calls; “default” counts every call.")
    errors: list[ErrorRule] = Field(default=[], description="What its refusals mean; the first that fits counts.")
    message: Pick = Field(default="message", description="The CRM's own words in an error's body.")
    failed: Pick = Field(default="", description="True in the body of an answer that says 200 and means an error.")
    events: Events | None = Field(default=None, description="What it tells by itself.")
    listening: Listening | None = Field(default=None, description="What it tells to whoever listens.")
    strategy: str = Field(default="", description="Name of a registered strategy, for what data cannot say.")
    timeout: float = Field(default=30, gt=0, le=120)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        problems = [
            *self._unknown_names(),
            *self._unbrought(),
            *self._unknown_words(),
            *self._held(),
            *self._loose_ends(),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _unknown_names(self) -> list[str]:
        """Objects, fields, calls and limits that nobody knows."""
        known = {(spec.object.value, spec.name) for spec in BUILT_IN}
        objects = {*Object.values, *StreamName}
        found = []
        for name, stream in self.streams.items():
            if name not in objects and not (stream.object in Object.values and FURTHER.fullmatch(name)):
                found.append(f"there is no object “{name}”; known: {', '.join(sorted(objects))}")
                continue
            found += [f"{name} has no call “{one}”" for one in stream.calls if one not in CALLS]
            ours = self.object_of(name)
            if ours in Object.values:
                found += [f"{name} has no field “{one}”" for one in stream.fields if (ours, one) not in known]
                found += [f"{name} holds by no field “{one}”" for one in stream.holds if (ours, one) not in known]
            for call in stream.calls.values():
                found += [f"there is no limit “{one}”" for one in call.limits if one not in {"default", *self.limits}]
        return found

    def _unbrought(self) -> list[str]:
        """Names in templates that nobody brings: the engine at that place, a setting that is shown, or an answer."""
        typed = [*self.settings, *(one for way in self.auth for one in way.settings)]
        plain = {one.name for one in typed if one.kind != "secret"}
        always = {*self.values, *self.keep, *plain, *(one for way in self.auth for one in way.keep)}
        places: list[tuple[str, Any, set[str]]] = [
            ("base", self.base, always),
            ("headers", self.headers, always),
            ("test", brought.parts(self.test), always),
            ("objects", brought.parts(self.objects) if self.objects else [], always),
            ("discovery", brought.parts(self.discovery.call) if self.discovery else [], {*always, "object"}),
        ]
        for way in self.auth:
            entered = {*always, *(one.name for one in (*self.settings, *way.settings))}
            places.append((f"auth.{way.name}", brought.signing_in(way), entered))
            places.append((f"auth.{way.name}.headers", way.headers, {*entered, "token"}))
        more_of_one = strategy.find(self.strategy).brings if self.strategy in ("", *strategy.known()) else frozenset()
        for name, stream in self.streams.items():
            usual = {*always, *stream.values}
            for place, written, more in brought.templates(stream, more_of_one):
                places.append((f"{name}.{place}", written, usual | more))
        return [
            f"{place} takes “{one}”, which nothing brings"
            for place, written, known in places
            for one in sorted(template.names(written) - known)
        ]

    def _held(self) -> list[str]:
        """Calls whose answers are held though they tell of records."""
        records = {f"{name}.{one}": call for name, stream in self.streams.items() for one, call in stream.calls.items()}
        return [
            f"{name} may not be held: it tells of records"
            for name, call in records.items()
            if call.cache and not name.endswith(".describe")
        ]

    def _unknown_words(self) -> list[str]:
        """Filters, signature schemes and strategies that nobody knows."""
        found = [f"there is no filter “{one}”" for one in template.unknown_filters(self.model_dump(mode="json"))]
        if self.events is not None and self.events.signature.scheme not in SCHEMES:
            found.append(f"there is no signature scheme “{self.events.signature.scheme}”; known: {', '.join(SCHEMES)}")
        if self.strategy and self.strategy not in strategy.known():
            found.append(f"there is no strategy “{self.strategy}”")
        return found

    def _loose_ends(self) -> list[str]:
        """What must be there together."""
        found = []
        for name, stream in self.streams.items():
            if not stream.fixed and "list" not in stream.calls and "changed" not in stream.calls:
                found.append(f"{name} has neither “list” nor “changed”, nor “fixed” rows")
            if stream.object and (stream.object not in self.streams or not stream.mark):
                found.append(f"{name} is a further list of {stream.object}: it needs that one, and a mark for its ids")
            if "changed" in stream.calls and not stream.stamp:
                found.append(f"{name} is read by changes and has no “stamp”")
            if "create" in stream.calls and not (stream.our_id or stream.natural_key):
                found.append(
                    f"{name} can be created, but nothing tells whether that happened: give our_id or natural_key"
                )
            if ("create" in stream.calls or "update" in stream.calls) and "read" not in stream.calls:
                found.append(f"{name} can be written but not read back")
            if "create" in stream.calls and "find" not in stream.calls:
                found.append(f"{name} can be created, but not found again after an unclear answer")
            for field, mapped in stream.fields.items():
                if mapped.codec == Codec.REFERENCE and mapped.target not in self.streams:
                    found.append(f"{name}.{field} refers to “{mapped.target}”, which is not declared")
                if mapped.codec == Codec.CHOICE and not mapped.choices:
                    found.append(f"{name}.{field} has no choices")
                if mapped.codec == Codec.HEADLINE and mapped.writable:
                    found.append(f"{name}.{field} is a headline, which is only read: say writable: false")
        return found

    def object_of(self, name: str) -> str:
        """Our object that a list's records are; owners, products and stages are none."""
        stream = self.streams.get(name)
        return stream.object or name if stream else name

    def list_with(self, object_name: str, external_id: str) -> str:
        """The list that a record of an object is in: the mark of its id tells."""
        marked = (name for name, one in self.lists_of(object_name).items() if one.mark)
        return next((name for name in marked if external_id.startswith(self.streams[name].mark)), object_name)

    def lists_of(self, object_name: str) -> dict[str, Stream]:
        """The lists that hold records of an object, its own first; most objects have one."""
        return {
            object_name: self.streams[object_name],
            **{name: one for name, one in self.streams.items() if one.object == object_name},
        }

    def known(self) -> dict[str, Any]:
        """What templates may use before anybody has typed anything."""
        return {**self.values, **{one.name: one.default for one in self.settings if one.kind != "secret"}}

    def filled(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The same with what a connection was given; what is empty there counts as not given."""
        return {**self.known(), **{name: value for name, value in options.items() if value not in ("", None)}}

    def way(self, name: str) -> Auth:
        """The way of signing in of that name. Raises BadInput."""
        for one in self.auth:
            if one.name == name:
                return one
        raise BadInput(f"There is no way of signing in named “{name}”. Known: {', '.join(a.name for a in self.auth)}.")


def read(path: Path) -> Declaration:
    """The declaration in a file. Raises BadInput with every fault and where it is."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise BadInput(f"{path.name} is longer than {MAX_FILE:,} bytes.")
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Declaration.model_validate(written)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} is no YAML: {error}") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'declaration'}: {one['msg']}" for one in error.errors()]
        raise BadInput(f"{path.name}: " + "; ".join(faults)) from None
