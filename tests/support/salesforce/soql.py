"""Reads the part of SOQL that a connector writes: one object, its fields and its parents' fields, conditions, order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.support.salesforce.calls import Refused
from tests.support.salesforce.store import stamp

Path = tuple[str, ...]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*')
    |(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    |(?P<day>\d{4}-\d\d-\d\d)
    |(?P<number>[+-]?\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_][\w.]*)
    |(?P<sign><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Moment(str):
    """A literal with date and time."""


class Day(str):
    """A literal with a date alone."""


@dataclass(frozen=True)
class Compare:
    """field operator value; the value of IN is a list."""

    path: Path
    operator: str
    value: Any


@dataclass(frozen=True)
class Both:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Opposite:
    part: Condition


Condition = Compare | Both | Either | Opposite


@dataclass(frozen=True)
class Order:
    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True)
class Query:
    """One parsed query; `counts` when it asks for COUNT()."""

    object: str
    paths: tuple[Path, ...]
    counts: bool = False
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0

    def conjuncts(self) -> tuple[Condition, ...]:
        """Conditions that every row has to fulfil."""
        if self.where is None:
            return ()
        return self.where.parts if isinstance(self.where, Both) else (self.where,)

    def wanted(self, name: str) -> list[str] | None:
        """The values that a field may only have, where the query says so at its top."""
        for part in self.conjuncts():
            if isinstance(part, Compare) and len(part.path) == 1 and part.path[0].lower() == name.lower():
                if part.operator == "=" and isinstance(part.value, str):
                    return [part.value]
                if part.operator == "in":
                    return [str(value) for value in part.value]
        return None

    def starts_at(self) -> str:
        """No row with an earlier SystemModstamp fulfils the query; "" when nothing is known."""
        return _earliest(self.where)


def _earliest(node: Condition | None) -> str:
    if isinstance(node, Compare):
        counts = node.path[-1].lower() == "systemmodstamp" and len(node.path) == 1 and node.operator in ("=", ">", ">=")
        return str(node.value) if counts and isinstance(node.value, Moment) else ""
    if isinstance(node, Both):
        return max(map(_earliest, node.parts))
    return min(map(_earliest, node.parts)) if isinstance(node, Either) else ""


def parse(text: str) -> Query:
    """A query, or a refusal in the CRM's words."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, text.strip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise _malformed(f"unexpected token: '{text[at : at + 20]}'")
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        self.at = 0

    def query(self) -> Query:
        self.need("select")
        counts, paths = self.fields()
        self.need("from")
        name = self.name()
        where = self.condition() if self.skip("where") else None
        order = self.ordering() if self.skip("order") else ()
        limit = self.integer() if self.skip("limit") else None
        offset = self.integer() if self.skip("offset") else 0
        if self.at < len(self.tokens):
            raise _malformed(f"unexpected token: '{self.peek()[1]}'")
        return Query(name, paths, counts, where, order, limit, offset)

    def fields(self) -> tuple[bool, tuple[Path, ...]]:
        if self.skip("count"):
            self.need("(")
            self.need(")")
            return True, ()
        paths = [self.path()]
        while self.skip(","):
            paths.append(self.path())
        lowered = [tuple(part.lower() for part in path) for path in paths]
        if len(set(lowered)) < len(lowered):
            raise Refused(400, "INVALID_FIELD", "duplicate field selected")
        return False, tuple(paths)

    def condition(self) -> Condition:
        parts, joint = [self.term()], ""
        while self.peek()[1].lower() in ("and", "or"):
            word = self.take()[1].lower()
            if joint and word != joint:
                raise _malformed("AND and OR have to be kept apart by parentheses")
            joint = word
            parts.append(self.term())
        if len(parts) == 1:
            return parts[0]
        return Both(tuple(parts)) if joint == "and" else Either(tuple(parts))

    def term(self) -> Condition:
        if self.skip("not"):
            return Opposite(self.term())
        if self.skip("("):
            inner = self.condition()
            self.need(")")
            return inner
        path = self.path()
        negated = self.skip("not")
        operator = self.take()[1].lower().replace("<>", "!=")
        if operator in ("in", "includes", "excludes"):
            found: Condition = Compare(path, operator, self.values())
            return Opposite(found) if negated else found
        if negated or operator not in ("=", "!=", "<", ">", "<=", ">=", "like"):
            raise _malformed(f"unexpected token: '{operator}'")
        return Compare(path, operator, self.literal())

    def values(self) -> list[Any]:
        self.need("(")
        values = [self.literal()]
        while self.skip(","):
            values.append(self.literal())
        self.need(")")
        return values

    def literal(self) -> Any:
        kind, token = self.take()
        if kind == "text":
            return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), token[1:-1])
        if kind == "moment":
            return Moment(stamp(datetime.fromisoformat(token).astimezone(UTC)))
        if kind == "day":
            return Day(token)
        if kind == "number":
            return float(token)
        words = {"null": None, "true": True, "false": False}
        if token.lower() in words:
            return words[token.lower()]
        raise _malformed(f"unexpected token: '{token}'")

    def ordering(self) -> tuple[Order, ...]:
        self.need("by")
        orders: list[Order] = []
        while not orders or self.skip(","):
            path = self.path()
            descending = self.skip("desc") or (self.skip("asc") and False)
            last = self.skip("nulls") and self.take()[1].lower() == "last"
            orders.append(Order(path, descending, last))
        return tuple(orders)

    def path(self) -> Path:
        return tuple(self.name().split("."))

    def name(self) -> str:
        kind, token = self.take()
        if kind != "name":
            raise _malformed(f"unexpected token: '{token}'")
        return token

    def integer(self) -> int:
        kind, token = self.take()
        if kind != "number":
            raise _malformed(f"unexpected token: '{token}'")
        return int(float(token))

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "<EOF>")

    def take(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def skip(self, word: str) -> bool:
        kind, token = self.peek()
        found = kind != "text" and token.lower() == word
        self.at += found
        return found

    def need(self, word: str) -> None:
        if not self.skip(word):
            raise _malformed(f"expecting '{word}', found '{self.peek()[1]}'")


def _malformed(message: str) -> Refused:
    return Refused(400, "MALFORMED_QUERY", message)
