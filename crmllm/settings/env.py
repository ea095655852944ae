"""Typed readers of the environment.

Each reader documents its variable, so that `REGISTRY` is the one list of settings (shown on the Settings page and in
docs/settings.md, kept true by a test). A wrong value stops the start with the variable's name and what it may be.
A secret may also come from a file: NAME_FILE holds the path.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Setting:
    """One documented environment variable."""

    name: str
    kind: str
    default: str
    help: str
    secret: bool = False


REGISTRY: dict[str, Setting] = {}


def _register(
    name: str, kind: str, default: object, help: str, *, secret: bool = False
) -> None:
    REGISTRY[name] = Setting(
        name, kind, "" if default is None else str(default), help, secret
    )


def _fail(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {value!r}, but must be {wanted}.")


def text(name: str, default: str, help: str, *, choices: Sequence[str] = ()) -> str:
    """A string; with `choices`, one of them."""
    _register(
        name, "one of " + ", ".join(choices) if choices else "text", default, help
    )
    value = os.environ.get(name, default)
    if choices and value not in choices:
        raise _fail(name, value, "one of " + ", ".join(choices))
    return value


def flag(name: str, default: bool, help: str) -> bool:
    """yes/no, true/false, on/off, 1/0."""
    _register(name, "yes or no", "yes" if default else "no", help)
    value = os.environ.get(name)
    if value is None:
        return default
    known = {
        "yes": True,
        "true": True,
        "on": True,
        "1": True,
        "no": False,
        "false": False,
        "off": False,
        "0": False,
    }
    if value.lower() not in known:
        raise _fail(name, value, "yes or no")
    return known[value.lower()]


def integer(
    name: str, default: int, help: str, *, low: int = 0, high: int = 2**31
) -> int:
    """A whole number between `low` and `high`, both included."""
    _register(name, f"whole number, {low} to {high}", default, help)
    value = os.environ.get(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise _fail(name, value, "a whole number") from None
    if not low <= number <= high:
        raise _fail(name, value, f"between {low} and {high}")
    return number


def words(name: str, default: Sequence[str], help: str) -> list[str]:
    """A list, separated by commas."""
    _register(name, "list, separated by commas", ",".join(default), help)
    value = os.environ.get(name)
    return (
        list(default)
        if value is None
        else [word.strip() for word in value.split(",") if word.strip()]
    )


def secret(name: str, default: str, help: str) -> str:
    """A secret, from NAME or from the file that NAME_FILE names."""
    _register(name, "secret", "", help, secret=True)
    path = os.environ.get(f"{name}_FILE")
    if path and name in os.environ:
        raise ImproperlyConfigured(
            f"Both {name} and {name}_FILE are set; set one of them."
        )
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE cannot be read: {error.strerror}."
        ) from None


def database(name: str, default: str, help: str) -> dict[str, object]:
    """A PostgreSQL address as Django's database settings; postgresql://user:password@host:port/name?sslmode=require."""
    _register(name, "PostgreSQL address", "", help, secret=True)
    url = secret(name, default, help)
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or len(parts.path) < 2:
        raise ImproperlyConfigured(
            f"{name} must be a PostgreSQL address: postgresql://user:password@host:port/name."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": options,
    }


def is_encrypted_or_local(config: dict[str, object]) -> bool:
    """Whether a database connection is a Unix socket or asks for TLS."""
    options = config["OPTIONS"]
    assert isinstance(options, dict)
    mode = options.get("sslmode", "prefer")
    return str(config["HOST"]).startswith("/") or mode in (
        "require",
        "verify-ca",
        "verify-full",
    )
