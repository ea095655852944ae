"""Who asks, and the two questions of every selector: which rows, and which fields, may this person see?

A package tells once how its model is owned (`own`); rules may grow, callers do not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from crmllm.access.models import User
from crmllm.core.errors import Forbidden, NotFound

Row = TypeVar("Row", bound=Model)
Rule = Callable[[User], Q]

_rules: dict[type[Model], Rule] = {}
_private: set[type[Model]] = set()
_hidden_fields: list[Callable[[User, str], frozenset[str]]] = []


def person(request: HttpRequest) -> User:
    """Who is signed in; LoginRequiredMiddleware lets nobody else reach a page."""
    assert isinstance(request.user, User)
    return request.user


def own(model: type[Model], *, path: str = "") -> None:
    """Declares that rows of `model` have `owner` and `team`, directly or at the end of `path` (`"proposal__"`)."""
    owner, team = f"{path}owner", f"{path}team"

    def rule(user: User) -> Q:
        theirs = Q(**{f"{owner}__user": user}) | Q(**{f"{owner}__isnull": True, f"{team}__isnull": True})
        return theirs | Q(**{team: user.team}) if user.team_id else theirs

    _rules[model] = rule


def everyone(model: type[Model]) -> None:
    """Declares that rows of `model` are for all who are signed in: products, stages."""
    _rules[model] = lambda user: Q()


def private(model: type[Model], *, path: str = "user") -> None:
    """Declares that rows of `model` are for the one person at the end of `path`, whatever the roles of others."""
    _rules[model] = lambda user: Q(**{path: user})
    _private.add(model)


def restricted(model: type[Model], rule: Rule) -> None:
    """Declares which rows of `model` those see who do not see all."""
    _rules[model] = rule


def hides(source: Callable[[User, str], frozenset[str]]) -> None:
    """Adds a source of hidden fields: a function from user and object name to field names."""
    _hidden_fields.append(source)


def visible(user: User, rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that this person may see."""
    if not user.is_authenticated or not user.is_active:
        return rows.none()
    rule = _rules.get(rows.model)
    if rule is None:
        raise LookupError(f"Nobody declared who sees {rows.model._meta.label}: call own(), everyone() or private().")
    return rows if user.sees_all and rows.model not in _private else rows.filter(rule(user))


def fields_for(user: User, object_name: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that this person may see, in their order."""
    hidden: set[str] = set().union(*(source(user, object_name) for source in _hidden_fields))
    return [name for name in names if name not in hidden]


def require(user: User, permission: str) -> None:
    """Raises Forbidden when the person's role does not allow it."""
    if not user.may(permission):
        raise Forbidden("Your role does not allow this. Ask an admin if you need it.")


def load(user: User, rows: QuerySet[Row], pk: object, *, permission: str = "") -> Row:
    """The one row: a stranger gets NotFound, a reader who wants more Forbidden."""
    try:
        row = visible(user, rows).get(pk=pk)
    except (ObjectDoesNotExist, ValueError, ValidationError):
        raise NotFound("There is no such item, or it is not yours to see.") from None
    if permission:
        require(user, permission)
    return row
