"""What a CRM tells by itself: sent to us, or to whoever listens. Each is only a hint to read a record anew."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from crmllm.connectors.engine.declared.part import Part, Pick


class Signature(Part):
    """How a CRM signs its events; `scheme` names a strategy of engine.webhooks."""

    scheme: str = Field(description="A name from the list below.")
    secret: str = Field(description="Name of the setting that holds the secret.")
    headers: dict[str, str] = Field(default={}, description="Which headers a scheme looks at.")
    window: int = Field(default=300, gt=0, description="Seconds that a signature is good for.")


class Events(Part):
    """Events that a CRM sends to us. Each is only a hint: the record is read anew before anything changes."""

    signature: Signature = Field(description="How events are known to be the CRM's.")
    form: Literal["json", "xml"] = "json"
    rows: Pick = "@"
    sender: Pick = Field(default="", description="Where a body names whose events they are.")
    sender_is: str = Field(default="", description="The setting that says whose events are taken.")
    reply: str = Field(default="", description="What is answered, where the CRM waits for certain words.")
    reply_type: str = "text/plain"
    key: Pick = Field(description="What makes an event the same event when it comes twice.")
    at: Pick = Field(default="", description="When it happened.")
    at_format: Literal["iso", "milliseconds", "seconds"] = "iso"
    object: Pick = Field(description="The kind of record, in the CRM's word.")
    objects: dict[str, str] = Field(description="The CRM's word to the object's name; others are left.")
    id: Pick = Field(description="The record's id.")
    deleted: Pick = Field(default="", description="True when the event tells of a deletion.")


class Listening(Part):
    """Changes that a CRM tells to whoever listens: Bayeux long polling (CometD) with its replay extension.

    What comes is kept as an event is: a hint to read the record anew.
    """

    path: str = Field(description="Where the CRM speaks, below the base address or an address of its own.")
    channel: str = Field(description="What is listened to.")
    setting: str = Field(description="The setting by which an admin wants it: “yes”.")
    row: Pick = Field(default="@", description="In a message's data: what tells of the change.")
    key: Pick = Field(description="What makes a change the same change when it comes twice.")
    at: Pick = Field(default="", description="When it happened, in milliseconds.")
    object: Pick = Field(description="The kind of record, in the CRM's word.")
    objects: dict[str, str] = Field(description="The CRM's word to the list's name; others are left.")
    ids: Pick = Field(description="The records' ids; one with a * stands for all.")
    deleted: Pick = Field(default="", description="True when they were deleted.")
    missed: Pick = Field(default="", description="True when the CRM could not tell all: the list's changes are read.")
    own: Pick = Field(default="", description="True for what we wrote ourselves.")
