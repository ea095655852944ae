"""What the model is asked to answer: one flat object, short keys, bounded strings, closed choices.

26 fields, below the 30 that keep small and large models alike reliable. Empty text means "not stated"; the schema is
also the grammar that the model server enforces, so every length is bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Short = Annotated[str, StringConstraints(max_length=80)]
Line = Annotated[str, StringConstraints(max_length=160)]
Code = Annotated[str, StringConstraints(max_length=24)]


class MailAnswer(BaseModel):
    """The model's reading of one mail. Key order is the order in which the model writes: easy and certain first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    category: Literal[
        "sales", "support", "billing", "vendor", "internal", "newsletter", "auto_reply", "spam", "personal"
    ]
    sentiment: Literal["positive", "neutral", "negative"]
    name: Short = Field(default="", description="full name of the mail's author, as written")
    title: Short = Field(default="", description="job title of the author, as written")
    company: Short = Field(default="", description="company of the author, as written, with its legal form")
    phone: Code = Field(default="", description="phone of the author, never a fax or an assistant's")
    name2: Short = Field(default="", description="another contact of the customer named in the mail")
    title2: Short = ""
    email2: Short = ""
    phone2: Code = ""
    sale: Line = Field(default="", description="the possible sale in one short sentence, empty for none")
    products: list[Short] = Field(default_factory=list, max_length=5)
    quantity: Code = Field(default="", description="number of the main product, digits only")
    amount: Code = Field(default="", description="total price or budget, digits only")
    currency: Literal[
        "",
        "EUR",
        "USD",
        "GBP",
        "CHF",
        "PLN",
        "SEK",
        "DKK",
        "NOK",
        "CZK",
        "HUF",
        "CAD",
        "AUD",
        "BRL",
        "MXN",
        "INR",
        "JPY",
        "CNY",
    ] = ""
    close_by: Code = Field(default="", description="date of decision or order, YYYY-MM-DD")
    commitment: Literal["", "firm", "likely", "hedged", "negated", "past"] = ""
    problem: Line = Field(default="", description="the problem reported, in one short sentence, empty for none")
    severity: Literal["", "low", "normal", "high", "urgent"] = ""
    action: Line = Field(default="", description="what is asked for or promised, in one short sentence")
    owner: Literal["", "us", "them"] = ""
    due: Code = Field(default="", description="date by which, YYYY-MM-DD")
    action2: Line = ""
    owner2: Literal["", "us", "them"] = ""
    due2: Code = ""


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A validated answer with what is known of the call that gave it."""

    value: MailAnswer
    mean_logprob: float | None = None
    prompt_version: str = ""
