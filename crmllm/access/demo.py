"""The people of the made-up company: one login for each role, named after it, and some colleagues."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from crmllm.access import services
from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.core import audit
from crmllm.core.errors import BadInput


@cache
def company() -> dict[str, Any]:
    """The made-up company: teams, people, offices (crmllm/crm/demo/company.json)."""
    text = files("crmllm.crm.demo").joinpath("company.json").read_text(encoding="utf-8")
    described: dict[str, Any] = json.loads(text)
    return described


def load_people() -> None:
    """Makes the teams and logins that are not there yet; what somebody changed since stays."""
    if not settings.DEMO_PASSWORD:
        raise BadInput("Set DEMO_PASSWORD first: in production the demo logins have no known password.")
    teams = {entry["key"]: _team(entry["name"]) for entry in company()["teams"]}
    there = set(User.objects.values_list("username", flat=True))
    missing = [entry for entry in company()["users"] if entry["username"] not in there]
    if not missing:
        return
    for entry in missing:
        services.create_user(
            actor=audit.SYSTEM, username=entry["username"], role=Role(entry["role"]), email=entry["email"],
            first_name=entry["first_name"], last_name=entry["last_name"], team=teams[entry["team"]],
        )  # fmt: skip
    # One hash for all: hashing is slow on purpose, and the password is the same.
    names = [entry["username"] for entry in missing]
    User.objects.filter(username__in=names).update(password=make_password(settings.DEMO_PASSWORD))


def logins() -> list[User]:
    """The demo logins that are named after their role, in the order of the roles."""
    found = {user.username: user for user in User.objects.filter(username__in=Role.values, is_active=True)}
    return [found[role] for role in Role.values if role in found]


def _team(name: str) -> Team:
    return Team.objects.filter(name=name).first() or services.create_team(actor=audit.SYSTEM, name=name)
