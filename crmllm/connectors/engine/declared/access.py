"""What an admin types when a connection is made, and how it signs in."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.declared.part import Part, Pattern, Pick


class Setting(Part):
    """Something that an admin types when a connection is made. Secrets are sealed, the rest is plain."""

    name: str = Field(description="As templates name it.")
    label: str = Field(description="As the form names it.")
    kind: Literal["text", "url", "secret", "choice"] = Field(
        default="text", description="A secret is never shown again."
    )
    choices: list[str] = Field(default=[], description="Of a choice.")
    required: bool = Field(default=True, description="Whether it must be given.")
    pattern: Pattern = Field(default="", description="What all of it has to look like; the help says it in words.")
    default: str = Field(default="", description="What stands in the form.")
    help: str = Field(default="", description="A sentence below the box.")


class AuthKind(StrEnum):
    """The ways of signing in that the engine knows."""

    HEADER = "header"  # what the admin typed goes along as it is
    CODE = "oauth_code"  # a person signs in there; refresh token
    CLIENT = "client_credentials"
    JWT = "jwt_bearer"
    SESSION = "session"  # a call that signs in and yields a token


class Jwt(Part):
    """The assertion of the JWT bearer flow (RFC 7523); all values are templates over the settings."""

    issuer: str = Field(description="Who speaks: the client's id.")
    subject: str = Field(description="For whom: the user's name there.")
    audience: str = Field(description="To whom: the server that signs in.")
    key: str = Field(description="The private key, in PEM form.")
    minutes: int = Field(default=3, ge=1, le=10, description="How long it is good for.")


class Auth(Part):
    """One way of signing in."""

    name: str = Field(description="Kept with the connection.")
    label: str = Field(description="As the form names it.")
    kind: AuthKind = Field(description="What is done.")
    settings: list[Setting] = Field(default=[], description="What an admin types for this way alone.")
    headers: dict[str, str] = Field(description="Sent with each call; {token} is the access token.")
    authorize: str = Field(default="", description="Where the browser goes.")
    token: str = Field(default="", description="Where tokens are got.")
    revoke: str = Field(default="", description="Where they are given back.")
    parameters: dict[str, str] = Field(default={}, description="Further parameters of the authorize address.")
    form: dict[str, str] = Field(default={}, description="Further fields of the token request.")
    scopes: list[str] = Field(default=[], description="What is asked for.")
    pkce: bool = Field(default=True, description="Whether the CRM takes part in PKCE (RFC 7636).")
    client_in: Literal["body", "basic"] = Field(default="body", description="Where the client's id and secret go.")
    lifetime: int = Field(default=3600, gt=0, description="Seconds, where the answer does not say.")
    keep: dict[str, Pick] = Field(default={}, description="What of the token's answer becomes an option.")
    jwt: Jwt | None = Field(default=None, description="For jwt_bearer.")
    login: Call | None = Field(default=None, description="For session: the call that signs in.")
    picked: Pick = Field(default="access_token", description="Where the session call's answer has the token.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needs = {
            AuthKind.HEADER: (),
            AuthKind.CODE: ("authorize", "token"),
            AuthKind.CLIENT: ("token",),
            AuthKind.JWT: ("token", "jwt"),
            AuthKind.SESSION: ("login",),
        }[self.kind]
        missing = [name for name in needs if not getattr(self, name)]
        if missing:
            raise ValueError(f"signing in by {self.kind} needs {', '.join(missing)}")
        return self
