"""Collections of requests as a witness: does a request of ours have the form of one that the vendor shows?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.contract.prism import kind

#: {{variables}} and <PLACES> of the collections' addresses stand for one step of a path each.
_STEP = re.compile(r"\{\{.+?\}\}|<.+?>|:\w+")
_SHOWN = re.compile(r"HEAD|GET|PATCH|DELETE|POST|PUT")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request of ours, as far as a collection can speak of it: names, no values."""

    method: str
    path: str
    query: frozenset[str]
    body: frozenset[str] | None  # the names in a form or in a JSON object; None for another body, or none
    grant: str = ""

    @classmethod
    def of(cls, method: str, path: str, query: str, media: str, body: bytes) -> Request:
        names = frozenset(parse_qs(query, keep_blank_values=True))
        found: frozenset[str] | None = None
        grant = ""
        if media.startswith(FORM):
            form = parse_qs(body.decode(), keep_blank_values=True)
            found, grant = frozenset(form), form.get("grant_type", [""])[0]
        elif "json" in media and body:
            written = json.loads(body)
            found = frozenset(written) if isinstance(written, dict) else None
        return cls(method, path.rstrip("/"), names, found, grant)

    def __str__(self) -> str:
        names = f"?{'&'.join(sorted(self.query))}" if self.query else ""
        body = f" {{{', '.join(sorted(self.body))}}}" if self.body is not None else ""
        return f"{self.method} {kind(self.path)}{names}{self.grant and f' ({self.grant})'}{body}"


@dataclass(frozen=True)
class Template:
    """A request as a collection shows it."""

    name: str
    methods: frozenset[str]
    path: re.Pattern[str]
    query: frozenset[str]
    body: frozenset[str] | None  # the names that it shows; None: any
    is_form: bool = False
    grant: str = ""

    def fits(self, request: Request) -> bool:
        """The same method, path and grant, no parameter that it does not show, and a body of its kind.

        A form holds no name that is not shown; a JSON object holds those that are, for they are examples of the least.
        """
        if request.method not in self.methods or not self.path.fullmatch(request.path):
            return False
        if self.grant != request.grant or not request.query <= self.query:
            return False
        if self.body is None or request.body is None:
            return True
        return request.body <= self.body if self.is_form else self.body <= request.body


def templates(folder: Path) -> list[Template]:
    """What the collections' files show, one request a file."""
    found = []
    for file in sorted(folder.rglob("*.json")):
        written = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(written, dict) and "url" in written and "method" in written:
            found.append(_template(written))
    return found


def _template(written: dict[str, Any]) -> Template:
    address = re.sub(r"^(\{\{(_endpoint|url|site)\}\})+", "", written["url"])
    parts = urlsplit(address)
    path = "".join(re.escape(one) for one in re.split(f"({_STEP.pattern})", parts.path.rstrip("/")) if one)
    path = re.sub("|".join({re.escape(re.escape(one)) for one in _STEP.findall(parts.path)}) or "(?!)", "[^/]+", path)
    query = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    query |= {one["key"] for one in written.get("queryParams") or [] if one.get("key")}
    form = {one["key"]: one.get("value") or "" for one in written.get("data") or [] if one.get("key")}
    return Template(
        name=written["name"],
        methods=frozenset({written["method"], *_others(written.get("description") or "")}),
        path=re.compile(path),
        query=frozenset(query),
        body=frozenset(form) if form else _names(written),
        is_form=bool(form),
        grant=form.get("grant_type", ""),
    )


def _others(description: str) -> list[str]:
    """Further methods: a last line like "GET, PATCH, DELETE" of the description."""
    last = description.strip().splitlines()[-1:] or [""]
    words = [one.strip() for one in last[0].split(",")]
    return words if all(_SHOWN.fullmatch(one) for one in words) else []


def _names(written: dict[str, Any]) -> frozenset[str] | None:
    """The names of the JSON body that it shows; None for none, and for a record, whose fields are the org's own."""
    try:
        body = json.loads(written.get("rawModeData") or "null")
    except ValueError:
        return None
    return frozenset(body) if isinstance(body, dict) and "}}/sobjects/" not in written["url"] else None


def unknown(requests: Iterable[Request], shown: list[Template]) -> list[Request]:
    """The requests that no template fits."""
    return [one for one in requests if not any(template.fits(one) for template in shown)]
