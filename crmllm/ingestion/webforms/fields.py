"""The fields of a form, as an admin types them: one a line, `Label : meaning`, with a star for those that are needed.

    Your name * : name
    E-mail * : email
    Machine of interest : product
    May we write to you about news? : consent

Without a meaning a field is shown and kept, and means nothing to the machine.
"""

from __future__ import annotations

import re
from typing import TypedDict

from crmllm.core.errors import BadInput
from crmllm.ingestion.kinds.forms import MEANINGS
from crmllm.ingestion.kinds.text import fold

MAX_FIELDS = 40
DEFAULT = """Your name * : name
Company : company
E-mail * : email
Phone : phone
Your message * : message"""


class Field(TypedDict):
    """One field of a form."""

    name: str
    label: str
    meaning: str
    required: bool


def parse(written: str) -> list[Field]:
    """Raises BadInput that names the line."""
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    if not 1 <= len(lines) <= MAX_FIELDS:
        raise BadInput("A form has from 1 to 40 fields.", fields={"fields": [f"Write from 1 to {MAX_FIELDS} lines."]})
    fields: list[Field] = []
    for line in lines:
        label, _, meaning = line.rpartition(":") if ":" in line else (line, "", "")
        meaning, required = meaning.strip().lower(), label.rstrip().endswith("*")
        label = " ".join(label.rstrip(" *").split())
        name = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40]
        if not name or len(label) > 100:
            raise _wrong(f"“{line[:40]}”: a label has letters or digits, at most 100 of them.")
        if meaning and meaning not in MEANINGS:
            raise _wrong(f"“{meaning[:20]}” is no meaning. Known are {', '.join(MEANINGS)}.")
        if any(one["name"] == name for one in fields):
            raise _wrong(f"“{label}” stands there twice.")
        fields.append(Field(name=name, label=label, meaning=meaning, required=required))
    if not any(one["meaning"] in ("email", "phone") for one in fields):
        raise _wrong("One field has to mean email or phone: else nobody can be answered.")
    return fields


def _wrong(sentence: str) -> BadInput:
    return BadInput("The fields are not right yet.", fields={"fields": [sentence]})


def written(fields: list[Field]) -> str:
    """The lines that `parse` reads."""
    return "\n".join(
        f"{one['label']}{' *' if one['required'] else ''}{' : ' + one['meaning'] if one['meaning'] else ''}"
        for one in fields
    )
