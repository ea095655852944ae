"""Typed readers of the environment.

Each reader documents its variable, so that `REGISTRY` is the one list of settings (shown on the Settings page and in
docs/settings.md, kept true by a test). A wrong value stops the start with the variable's name and what it may be.
A secret may also come from a file: NAME_FILE holds the path.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Setting:
    """One documented environment variable."""

    name: str
    kind: str
    default: str
    help: str
    secret: bool = False
    group: str = ""


REGISTRY: dict[str, Setting] = {}
_group = ""


def group(title: str) -> None:
    """The settings that follow belong together under this title."""
    global _group
    _group = title


def _register(name: str, kind: str, default: object, help: str, *, secret: bool = False) -> None:
    REGISTRY[name] = Setting(name, kind, "" if default is None else str(default), help, secret, _group)


def effective(setting: Setting) -> tuple[str, bool]:
    """What a setting is now, and whether that is its default. Of a secret only "set", or nothing."""
    named = next((os.environ[key] for key in (setting.name, f"{setting.name}_FILE") if os.environ.get(key)), None)
    if setting.secret:
        return "set" if named else "", named is None
    return setting.default if named is None else named, named is None


def _fail(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name} is {value!r}, but must be {wanted}.")


def text(name: str, default: str, help: str, *, choices: Sequence[str] = ()) -> str:
    """A string; with `choices`, one of them."""
    wanted = "one of " + ", ".join(choices) if choices else "text"
    _register(name, wanted, default, help)
    value = os.environ.get(name, default)
    if choices and value not in choices:
        raise _fail(name, value, wanted)
    return value


def matching(name: str, default: str, help: str, *, pattern: str, wanted: str) -> str:
    """A string of one shape; `wanted` says which, in words."""
    _register(name, wanted, default, help)
    value = os.environ.get(name, default)
    if not re.fullmatch(pattern, value):
        raise _fail(name, value, wanted)
    return value


def time_zone(name: str, default: str, help: str) -> str:
    """A time zone's name in the IANA database."""
    _register(name, "time zone: Europe/Amsterdam", default, help)
    value = os.environ.get(name, default)
    try:
        ZoneInfo(value)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise _fail(name, value, "a time zone such as Europe/Amsterdam") from None
    return value


def url(name: str, default: str, help: str) -> str:
    """A web address, or nothing; without a slash at its end."""
    _register(name, "web address", default, help)
    value = os.environ.get(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if value and not sound:
        raise _fail(name, value, "a web address: https://host/path")
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


def integer(name: str, default: int, help: str, *, low: int = 0, high: int = 2**31) -> int:
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
    return list(default) if value is None else [word.strip() for word in value.split(",") if word.strip()]


def secret(name: str, default: str, help: str) -> str:
    """A secret, from NAME or from the file that NAME_FILE names."""
    _register(name, "secret", "", help, secret=True)
    path = os.environ.get(f"{name}_FILE")
    if path and name in os.environ:
        raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set; set one of them.")
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{name}_FILE holds no text.") from None


def key(name: str, value: str) -> str:
    """Checks a secret that is a key: 32 bytes as URL-safe base64. Never shows it."""
    try:
        size = len(base64.b64decode(value, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if size != 32:
        raise ImproperlyConfigured(f"{name} must be 32 random bytes as URL-safe base64.")
    return value


def database(name: str, default: str, help: str) -> dict[str, object]:
    """A PostgreSQL address as Django's database settings; postgresql://user:password@host:port/name?sslmode=require."""
    _register(name, "PostgreSQL address", "", help, secret=True)
    address = secret(name, default, help)
    try:
        parts = urlsplit(address)
        port = parts.port
        sound = parts.scheme in ("postgres", "postgresql") and len(parts.path) > 1
    except ValueError:
        sound = False
    if not sound:
        raise ImproperlyConfigured(f"{name} must be a PostgreSQL address: postgresql://user:password@host:port/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or _host(parts),
        "PORT": options.pop("port", "") or str(port or ""),
        "OPTIONS": options,
    }


def _host(parts: SplitResult) -> str:
    """The host of an address; a socket's folder may be written %2Frun%2Fpostgresql, and keeps its capitals."""
    written = parts.netloc.rpartition("@")[2]
    return unquote(written.partition(":")[0]) if written.lower().startswith("%2f") else parts.hostname or ""


def is_encrypted_or_local(config: dict[str, object]) -> bool:
    """Whether a database connection is a Unix socket or asks for TLS."""
    options = config["OPTIONS"]
    assert isinstance(options, dict)
    hosts = str(config["HOST"]).split(",")
    is_socket = all(host.startswith("/") for host in hosts) and "hostaddr" not in options
    return is_socket or options.get("sslmode") in ("require", "verify-ca", "verify-full")
