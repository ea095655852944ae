"""The only writer of people and teams. Somebody can always administer: the last active admin stays one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from crmllm.access.choices import Role
from crmllm.access.models import Team, User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.errors import BadInput, Conflict
from crmllm.core.keymap import KEYMAP, clashes, is_key, keys_of
from crmllm.crm.choices import Risk
from crmllm.crm.models import FieldDef


class UserChanges(TypedDict, total=False):
    """What an admin may change about somebody."""

    role: Role | str
    team: Team | None
    email: str
    first_name: str
    last_name: str


def create_user(
    *,
    actor: audit.Actor,
    username: str,
    role: Role | str,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    team: Team | None = None,
    password: str | None = None,
) -> User:
    """Makes a login; without a password it can be used through single sign-on only."""
    _require_admin(actor)
    user = User(
        username=User.normalize_username(username), role=role, email=email, first_name=first_name,
        last_name=last_name, team=team,
    )  # fmt: skip
    _check_password(password, user)
    user.set_password(password)
    _check(user)
    with transaction.atomic():
        if User.objects.filter(username__iexact=user.username).exists():
            raise Conflict("There is a login with this name already.", fields={"username": ["This name is taken."]})
        try:
            user.save(force_insert=True)
        except IntegrityError:
            raise Conflict("There is a login with this name already.") from None
        _record(actor, "user.created", user, {"role": user.role, "team": user.team_id})
    return user


def update_user(*, actor: audit.Actor, user: User, **changes: Unpack[UserChanges]) -> User:
    """Changes names, address, role or team. What is the same already leaves no trace."""
    _require_admin(actor)
    with transaction.atomic():
        current, admins = _locked(user)
        changed = [name for name, value in changes.items() if getattr(current, name) != value]
        if not changed:
            return current
        details: dict[str, Any] = {"changed": sorted(changed)}
        if "role" in changed:
            _keep_an_admin(current, admins)
            details["role"] = [current.role, str(changes["role"])]
        for name in changed:
            setattr(current, name, changes[name])  # type: ignore[literal-required]
        _check(current)
        current.save(update_fields=changed)
        _record(actor, "user.changed", current, details)
    return current


def deactivate_user(*, actor: audit.Actor, user: User) -> User:
    """Switches a login off: sessions and tokens stop working at once, the person's history stays."""
    _require_admin(actor)
    with transaction.atomic():
        current, admins = _locked(user)
        if current.is_active:
            _keep_an_admin(current, admins)
            current.is_active = False
            current.save(update_fields=["is_active"])
            _record(actor, "user.deactivated", current, {})
    return current


def activate_user(*, actor: audit.Actor, user: User) -> User:
    """Switches a login on again."""
    _require_admin(actor)
    with transaction.atomic():
        current, _admins = _locked(user)
        if not current.is_active:
            current.is_active = True
            current.save(update_fields=["is_active"])
            _record(actor, "user.activated", current, {})
    return current


def set_password(*, actor: audit.Actor, user: User, password: str) -> None:
    """Gives somebody a new password; their sessions end."""
    _require_admin(actor)
    _check_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        _record(actor, "user.password_set", user, {})


def choose_single_keys(*, actor: User, wanted: bool) -> None:
    """A person's own choice: single-letter commands on or off."""
    User.objects.filter(pk=actor.pk).update(single_keys=wanted)


def choose_keys(*, actor: User, wanted: Mapping[str, str]) -> None:
    """Sets a person's own keys: {action: key}; an action without one has its usual key again.

    Raises BadInput, with a sentence for each action, for what is no key and for a key that another action has.
    """
    own = {action: [key] for action, key in wanted.items() if action in KEYMAP and key}
    own = {action: keys for action, keys in own.items() if tuple(keys) != KEYMAP[action].keys}
    wrong = {
        action: [_("“%(key)s” is no key that can be chosen.") % {"key": keys[0]}]
        for action, keys in own.items()
        if not is_key(keys[0])
    }
    order = sorted(KEYMAP, key=lambda action: action in own)  # who chose a taken key is told, not who has it as usual
    table = {action: keys_of(action, own) for action in order if action not in wrong}
    for action, holder in clashes(table).items():
        wrong[action] = [_("This key does something else already: %(what)s.") % {"what": str(KEYMAP[holder].help)}]
    if wrong:
        raise BadInput(_("Two actions cannot have one key, and each needs one. Nothing was changed."), fields=wrong)
    with transaction.atomic():
        User.objects.filter(pk=actor.pk).update(keys=own)
        audit.record(actor=actor, action="user.keys_chosen", subject_type="user", subject_id=actor.pk, details=own)


def create_team(*, actor: audit.Actor, name: str) -> Team:
    """Makes a team."""
    _require_admin(actor)
    return _save_team(actor, Team(name=name.strip()), "team.created")


def rename_team(*, actor: audit.Actor, team: Team, name: str) -> Team:
    """Gives a team another name. Teams are never deleted: their records would become everybody's."""
    _require_admin(actor)
    team.name = name.strip()
    return _save_team(actor, team, "team.renamed")


def _save_team(actor: audit.Actor, team: Team, action: str) -> Team:
    if not team.name:
        raise BadInput("A team needs a name.", fields={"name": ["This is needed."]})
    with transaction.atomic():
        if Team.objects.filter(name__iexact=team.name).exclude(pk=team.pk).exists():
            raise Conflict("There is a team with this name already.", fields={"name": ["This name is taken."]})
        team.save()
        audit.record(actor=actor, action=action, subject_type="team", subject_id=team.id, details={"name": team.name})
    return team


def hide_field(*, actor: User, field: FieldDef, roles: Iterable[str]) -> None:
    """Sets who does not see a field. Admins set it, so they see all; a required field is seen by everybody."""
    require(actor, "settings.manage")
    hidden = sorted({str(Role(role)) for role in roles})
    if Role.ADMIN in hidden:
        raise BadInput("Admins see every field.")
    if hidden and field.required:
        raise BadInput(f"{field.label} is needed to work with a record: it cannot be hidden.")
    with transaction.atomic():
        current = FieldDef.objects.select_for_update().get(pk=field.pk)
        if sorted(current.hidden_from) == hidden:
            return
        audit.record(
            actor=actor, action="field.visibility_changed", subject_type="field", subject_id=field.id,
            details={"field": str(current), "hidden_from": [sorted(current.hidden_from), hidden]},
        )  # fmt: skip
        current.hidden_from = hidden
        current.save(update_fields=["hidden_from", "updated_at"])


def set_field_risk(*, actor: User, field: FieldDef, risk: str) -> None:
    """Sets how much harm a wrong value does: one of high risk is never applied without a person."""
    require(actor, "settings.manage")
    if risk not in Risk.values:
        raise BadInput("There is no such risk.")
    with transaction.atomic():
        current = FieldDef.objects.select_for_update().get(pk=field.pk)
        if current.risk == risk:
            return
        audit.record(
            actor=actor, action="field.risk_changed", subject_type="field", subject_id=field.id,
            details={"field": str(current), "risk": [current.risk, risk]},
        )  # fmt: skip
        current.risk = risk
        current.save(update_fields=["risk", "updated_at"])


def _require_admin(actor: audit.Actor) -> None:
    if isinstance(actor, User):
        require(actor, "settings.manage")


def _locked(user: User) -> tuple[User, set[UUID]]:
    """The person, locked together with the active admins, whose ids come along: two admins cannot leave at once.

    One statement in one order, so that two such changes wait for each other and never in a circle.
    """
    rows = User.objects.select_for_update().filter(Q(pk=user.pk) | Q(role=Role.ADMIN, is_active=True)).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[user.pk], {row.pk for row in found.values() if row.is_active and row.role == Role.ADMIN}


def _keep_an_admin(user: User, admins: set[UUID]) -> None:
    """Raises Conflict when `user` is the only active admin."""
    if admins == {user.pk}:
        raise Conflict("This is the last active admin. Make somebody else an admin first.", code="last_admin")


def _check(user: User) -> None:
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise BadInput("Some fields are wrong.", fields=error.message_dict) from None


def _check_password(password: str | None, user: User) -> None:
    try:
        if password is not None:
            validate_password(password, user)
    except ValidationError as error:
        raise BadInput("This password is too easy to guess.", fields={"password": error.messages}) from None


def _record(actor: audit.Actor, action: str, user: User, details: dict[str, Any]) -> None:
    audit.record(actor=actor, action=action, subject_type="user", subject_id=user.id, details=details)
