"""Values of fields in their one JSON form, the form in which proposals, writes and the API speak of them.

text, pick-list: str · e-mail: lower case · phone: E.164 · date: YYYY-MM-DD · amount: "48000.00" · whole number: int ·
list: [str] · reference: id as str. None is "no value"; an empty text means the same and is stored as "".
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.conf import settings
from email_validator import EmailNotValidError, validate_email

from crmllm.core.crypto import Sealed, open_or, preload
from crmllm.core.errors import BadInput
from crmllm.core.identifiers import email_index, normal_phone, phone_index
from crmllm.crm.choices import FieldType
from crmllm.crm.models import FieldDef, Product, Record

#: In `custom`, a sealed value stands as {SEALED: base64}; no value of a field is a dictionary.
SEALED = "sealed"
MAX_TEXT, MAX_LONG_TEXT, MAX_LIST = 200, 20_000, 50
#: Addresses that need no longer look: letters, digits and few signs before the @, plain host names behind it.
_PLAIN_EMAIL = re.compile(
    r"(?=.{6,200}$)(?=[^@]{1,64}@)[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,20}", re.I | re.A
)
_INDEXES = {"email": email_index, "phone": phone_index}


def normalise(field: FieldDef, value: Any) -> Any:
    """The JSON form of what a person, a machine or a CRM gave. Raises BadInput with a sentence."""
    if value is None or value == "" or value == []:
        return None
    try:
        return _NORMALISERS[FieldType(field.type)](field, value)
    except (ValueError, TypeError, InvalidOperation, EmailNotValidError):
        raise _bad(field, f"“{field.label}” must be {_WANTED[FieldType(field.type)]}.") from None


def _bad(field: FieldDef, message: str) -> BadInput:
    return BadInput(message, fields={field.name: [message]})


def refuse_missing(fields: list[FieldDef]) -> None:
    """Raises BadInput that names the required fields that were left out."""
    raise BadInput(
        f"Still needed: {', '.join(field.label for field in fields)}.",
        fields={field.name: [f"“{field.label}” is needed."] for field in fields},
    )


def _text(field: FieldDef, value: Any) -> str:
    if not isinstance(value, str | int | float | Decimal):
        raise TypeError
    text = str(value)
    if not text.isprintable():
        text = "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))
    text = text.strip()
    limit = MAX_LONG_TEXT if field.type == FieldType.LONG_TEXT else MAX_TEXT
    if len(text) > limit:
        raise _bad(field, f"“{field.label}” is too long: at most {limit} characters.")
    return text


def _email(field: FieldDef, value: Any) -> str:
    text = _text(field, value)
    if not _PLAIN_EMAIL.fullmatch(text):  # the long look is for the others: most of a CRM's addresses are plain
        # Reserved test domains are fine for us: whether mail arrives there is not the question.
        validate_email(text, check_deliverability=False, globally_deliverable=False)
    return text.casefold()


def _phone(field: FieldDef, value: Any) -> str:
    text = _text(field, value)
    if sum(char.isdigit() for char in text) < 5:
        raise ValueError
    return normal_phone(text, settings.DEFAULT_REGION)


def _decimal(field: FieldDef, value: Any) -> str:
    number = Decimal(str(value).strip())
    if not number.is_finite() or abs(number) >= Decimal("1e14"):
        raise ValueError
    return str(number.quantize(Decimal("0.01")))


def _integer(field: FieldDef, value: Any) -> int:
    number = Decimal(str(value).strip())
    if number != number.to_integral_value() or not 0 <= number < 2**31:
        raise ValueError
    return int(number)


def _date(field: FieldDef, value: Any) -> str:
    return date.fromisoformat(str(value).strip()[:10]).isoformat()


def _picked(field: FieldDef, value: Any) -> str:
    text = _text(field, value)
    if text not in field.choices:
        raise _bad(field, f"“{field.label}” must be one of: {', '.join(field.choices)}.")
    return text


def _list(field: FieldDef, value: Any) -> list[str]:
    parts = _lines(field, value) if isinstance(value, str) else list(value)
    texts = [_text(field, part) for part in parts]
    if len(texts) > MAX_LIST:
        raise ValueError
    return list(dict.fromkeys(text for text in texts if text))


def _lines(field: FieldDef, typed: str) -> list[str]:
    """A list as people type it: one value a line. Commas divide a lone line that is not the name of a product."""
    lines = re.split(r"[\r\n]+", typed.strip())
    return lines if len(lines) > 1 or _is_product(field, lines[0]) else lines[0].split(",")


def _is_product(field: FieldDef, text: str) -> bool:
    return field.name == "products" and "," in text and Product.objects.filter(name__iexact=text).exists()


def _reference(field: FieldDef, value: Any) -> str:
    return str(UUID(str(value)))


_NORMALISERS = {
    FieldType.TEXT: _text,
    FieldType.LONG_TEXT: _text,
    FieldType.URL: _text,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.DATE: _date,
    FieldType.DECIMAL: _decimal,
    FieldType.INTEGER: _integer,
    FieldType.PICKLIST: _picked,
    FieldType.LIST: _list,
    FieldType.REFERENCE: _reference,
}
_WANTED = {
    FieldType.TEXT: "a text",
    FieldType.LONG_TEXT: "a text",
    FieldType.URL: "a web address",
    FieldType.EMAIL: "an e-mail address such as name@example.com",
    FieldType.PHONE: "a phone number such as +31 20 555 0100",
    FieldType.DATE: "a date such as 2026-03-31",
    FieldType.DECIMAL: "a number such as 48000.00",
    FieldType.INTEGER: "a whole number",
    FieldType.PICKLIST: "one of its values",
    FieldType.LIST: f"a list of at most {MAX_LIST} texts",
    FieldType.REFERENCE: "the id of a record",
}


def same(field: FieldDef, left: Any, right: Any) -> bool:
    """Whether two JSON values mean the same: blanks and case of texts count, the order of a list does not."""
    if field.type == FieldType.LIST:
        return sorted(left or []) == sorted(right or [])
    return (left or None) == (right or None) if not isinstance(left, int) else left == right


def joined(held: Sequence[str] | None, more: Iterable[str]) -> list[str]:
    """A list with what it lacks at its end; case and blanks make no difference, and what is held stays as written."""
    found = {_bare(one): one for one in held or ()}
    for one in more:
        found.setdefault(_bare(one), one)
    return list(found.values())


def _bare(text: str) -> str:
    return "".join(text.casefold().split())


def read(record: Record, fields: list[FieldDef]) -> dict[str, Any]:
    """The values of a record in JSON form; sealed ones are opened with one look-up of keys."""
    preload_many([record], fields)
    return {field.name: _read(record, field) for field in fields}


def preload_many(records: Iterable[Record], fields: Sequence[FieldDef]) -> None:
    """Fetches the keys of many records with one query, before their values are read one by one."""
    preload(*(_sealed(record, field) for record in records for field in fields if field.sealed))


def _sealed(record: Record, field: FieldDef) -> Sealed | None:
    """The sealed value of a field; None where there is none, or where it was written before its field was sealed."""
    if not field.custom:
        held: Sealed | None = getattr(record, field.name)
        return held
    kept = record.custom.get(field.name)
    return Sealed(b64decode(kept[SEALED])) if isinstance(kept, dict) else None


def _read(record: Record, field: FieldDef) -> Any:
    sealed = _sealed(record, field) if field.sealed else None
    if sealed is not None:
        return open_or(sealed)
    if field.custom:
        return record.custom.get(field.name)
    if field.type == FieldType.REFERENCE:
        value = getattr(record, f"{field.name}_id")
        return str(value) if value else None
    value = getattr(record, field.name)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal("0.01")))
    return None if value in ("", []) else value


def assign(record: Record, fields: Mapping[str, FieldDef], values: Mapping[str, Any]) -> None:
    """Puts JSON values into a record's columns, sealing and indexing where the field asks for it. Does not save."""
    for name, value in values.items():
        _assign(record, fields[name], value)


def _assign(record: Record, field: FieldDef, value: Any) -> None:
    if field.custom:
        kept = value
        if field.sealed and value is not None:
            kept = {SEALED: b64encode(Sealed.of(value, record.key_id).blob).decode()}
        record.custom = {**record.custom, field.name: kept}
    elif field.type == FieldType.REFERENCE:
        setattr(record, f"{field.name}_id", UUID(value) if value else None)
    elif field.sealed:
        setattr(
            record,
            field.name,
            Sealed.of(value, record.key_id) if value is not None else None,
        )
        if field.name in _INDEXES and hasattr(record, f"{field.name}_index"):
            setattr(
                record,
                f"{field.name}_index",
                _INDEXES[field.name](value) if value else None,
            )
    else:
        setattr(record, field.name, _column(field, value))


def _column(field: FieldDef, value: Any) -> Any:
    if value is None:
        nothing: dict[str, Any] = {
            FieldType.DATE: None,
            FieldType.DECIMAL: None,
            FieldType.INTEGER: None,
        }
        return nothing.get(field.type, [] if field.type == FieldType.LIST else "")
    if field.type == FieldType.DATE:
        return date.fromisoformat(value)
    return Decimal(value) if field.type == FieldType.DECIMAL else value
