"""People for tests."""

from __future__ import annotations

from typing import Any

from crmllm.access.choices import Role
from crmllm.access.models import Team, User

PASSWORD = "correct horse battery"


def make_user(username: str, role: Role | str = Role.REP, team: Team | None = None, **fields: Any) -> User:
    """A login whose password is PASSWORD."""
    user = User(username=username, role=role, team=team, **fields)
    user.set_password(PASSWORD)
    user.save()
    return user
