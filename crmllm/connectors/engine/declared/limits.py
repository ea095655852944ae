"""How much may be asked of a CRM, and what its refusals mean."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from crmllm.connectors.engine.declared.part import Part, Pattern, Pick


class Limit(Part):
    """A window in which only so much may be asked for."""

    seconds: int = Field(gt=0)
    calls: int = Field(gt=0, description="Until the CRM's own headers say otherwise.")
    share: float = Field(default=0.8, gt=0, le=1, description="What background work may use; the rest is people's.")
    header: str = Field(default="", description="The header that tells how things stand.")
    used: Pattern = Field(default="", description="Group 1 of the header: calls used.")
    left: Pattern = Field(default="", description="Group 1 of the header: calls left.")
    most: Pattern = Field(default="", description="Group 1 of the header or of `most_header`: calls allowed.")
    most_header: str = Field(default="", description="The header for `most`, where it is another.")


class Problem(StrEnum):
    """What a CRM's refusal means, and with it what is done."""

    SIGNED_OUT = "signed_out"  # a new token, once
    NEEDS_SIGN_IN = "needs_sign_in"  # a person has to sign in again
    THROTTLED = "throttled"  # slower, soon again
    QUOTA = "quota"  # nothing until the window ends
    UNAVAILABLE = "unavailable"  # no clear answer
    LOCKED = "locked"  # soon again; nothing was done
    MOVED = "moved"
    GONE = "gone"
    DUPLICATE = "duplicate"
    FORBIDDEN = "forbidden"
    FIELD = "field"  # a field is not there (any more), or hidden from us
    VALUE = "value"  # the CRM refuses a value
    CURSOR = "cursor"  # the position is no longer known there
    REFUSED = "refused"


class ErrorRule(Part):
    """Which answer means what. The first rule that fits counts."""

    problem: Problem = Field(description="What the answer means.")
    status: list[int] = Field(default=[], description="Of HTTP; none for any.")
    where: Pick = Field(default="", description="True in the answer's body.")
    matches: Pattern = Field(default="", description="Found in the body as text.")
    say: str = Field(description="A sentence for the operator; {message} is the CRM's own.")
    wait: float = Field(default=0, ge=0, description="Seconds until it is worth another try.")
    name: Pattern = Field(default="", description="Group 1 in the body names the field.")
