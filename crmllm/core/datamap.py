"""The data map: what every stored field holds about people. An undeclared field fails a test, so that erasure, export
and retention never overlook one.

Each app declares its models in `datamap.py`: `declare("app.Model", field=Category.…)`; fields of no interest to anybody
(ids, times, states) are covered by `plain`.
"""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What a field tells about a person."""

    NONE = "none"  # ids, states, times, figures: nothing about a person by itself
    NAME = "name"  # names, job titles, organisations
    CONTACT = "contact"  # e-mail, phone, address
    CONTENT = "content"  # what people wrote, and values taken from it
    DERIVED = "derived"  # made from content by a machine: vectors, scores
    STAFF = "staff"  # our own people: logins, roles
    SECRET = "secret"  # noqa: S105 - the category of passwords, keys and tokens


_declared: dict[str, dict[str, Category]] = {}


def declare(model: str, *, plain: str = "", **fields: Category) -> None:
    """Declares the fields of `app.Model`; `plain` lists those of category NONE, separated by blanks."""
    entry = _declared.setdefault(model.lower(), {})
    entry.update(dict.fromkeys(plain.split(), Category.NONE))
    entry.update(fields)


def category(model: str, field: str) -> Category | None:
    """The category of a field, None when it was never declared."""
    return _declared.get(model.lower(), {}).get(field)


def declared() -> dict[str, dict[str, Category]]:
    return _declared


#: Fields of every BaseModel, and of every WorkItem, for `plain`.
BASE = "id created_at updated_at"
WORK = "attempts next_attempt_at lease_token leased_until error_code error_message"

declare("core.AuditEvent", plain="id at transaction actor_kind actor_id action subject_type subject_id commitment")
declare("core.AuditPayload", plain="event_id", payload=Category.CONTENT)
declare("core.AuditLink", plain="seq event_id transaction sealed_at hash")
declare("core.AuditKey", plain="month key_id")
declare("core.SavedView", plain=f"{BASE} user page name query")
declare("keys.ContentKey", plain="id created_at", wrapped=Category.SECRET)
declare("contenttypes.ContentType", plain="id app_label model")
