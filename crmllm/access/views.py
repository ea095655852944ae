"""Log-in, one's own account, and the settings pages about people, teams, field visibility and tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crmllm.access import selectors, services, tokens
from crmllm.access.choices import PERMISSIONS, Role
from crmllm.access.filters import TokenFilter, UserFilter
from crmllm.access.forms import (
    NewUserForm,
    PasswordForm,
    ProfileForm,
    SignInForm,
    TeamForm,
    TokenForm,
    UserForm,
    VisibilityForm,
)
from crmllm.access.lockout import check_address
from crmllm.access.models import ApiToken, Team, User
from crmllm.access.rules import load, person, require
from crmllm.access.sso import providers
from crmllm.core import audit
from crmllm.core.errors import BadInput, NotFound
from crmllm.core.forms import carried_out, form_page
from crmllm.core.keymap import GROUPS, KEYMAP, Shortcut
from crmllm.core.lists import Column, Empty, ListPage, ListSpec, respond
from crmllm.core.registry import profile as profile_parts
from crmllm.crm.choices import Object
from crmllm.crm.models import FieldDef
from crmllm.settings import env

LIST = ("GET", "HEAD", "POST")


# --- the door


class SignIn(LoginView):
    """The log-in page. Wrong passwords are counted (crmllm.access.lockout)."""

    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_address(request)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"sso_providers": providers()}


class ChangePassword(PasswordChangeView):
    """One's own password; the other sessions end."""

    def form_valid(self, form: Any) -> HttpResponse:
        user = person(self.request)
        with transaction.atomic():
            audit.record(actor=user, action="user.password_changed", subject_type="user", subject_id=user.id)
            return super().form_valid(form)


# --- one's own account


@require_http_methods(LIST)
def profile(request: HttpRequest) -> HttpResponse:
    """What somebody may change about themselves."""
    user = person(request)
    if request.method == "POST":
        services.choose_single_keys(actor=user, wanted="single_keys" in request.POST)
        messages.success(request, _("Saved."))
        return redirect("profile")
    context: dict[str, Any] = {
        "facts": _facts(user),
        "form": ProfileForm(instance=user),
        "password_url": reverse("password_change") if user.has_usable_password() else None,
        "tokens_url": reverse("settings:tokens"),
    }
    for _name, part in profile_parts.items():
        context |= part(request)
    return render(request, "access/profile.html", context)


@require_http_methods(LIST)
def keys(request: HttpRequest) -> HttpResponse:
    """The keys of all actions, and one's own for them."""
    user = person(request)
    typed: dict[str, str] = {}
    refused: BadInput | None = None
    if request.method == "POST":
        if "reset" not in request.POST:
            typed = {action: " ".join(request.POST.get(action, "").split()) for action in KEYMAP}
        try:
            services.choose_keys(actor=user, wanted=typed)
        except BadInput as error:
            refused = error
        else:
            messages.success(request, _("Saved."))
            return redirect("keys")
    groups = [(title, [_key_row(one, user, typed, refused) for one in group]) for title, group in GROUPS]
    context = {"groups": groups, "refused": refused, "own": bool(user.keys)}
    return render(request, "access/keys.html", context, status=422 if refused else 200)


def _key_row(one: Shortcut, user: User, typed: dict[str, str], refused: BadInput | None) -> dict[str, Any]:
    own = " ".join(user.keys.get(one.action, []))
    return {
        "shortcut": one,
        "value": typed.get(one.action, "") if refused else own,
        "error": " ".join(refused.fields.get(one.action, [])) if refused else "",
    }


def _facts(user: User) -> list[dict[str, Any]]:
    facts = [
        (_("Name"), user.get_full_name()),
        (_("Login"), user.username),
        (_("E-mail"), user.email),
        (_("Role"), user.get_role_display()),
        (_("Team"), user.team),
    ]
    return [{"label": label, "value": value or _("none")} for label, value in facts]


# --- settings: the installation


@require_GET
def installation(request: HttpRequest) -> HttpResponse:
    """What the operator set in the environment, secrets left out."""
    require(person(request), "settings.view")
    groups: dict[str, list[dict[str, Any]]] = {}
    for setting in env.REGISTRY.values():
        value, from_default = env.effective(setting)
        groups.setdefault(setting.group, []).append(
            {"name": setting.name, "value": value, "default": setting.default, "help": setting.help,
             "secret": setting.secret, "from_default": from_default}
        )  # fmt: skip
    listed = [{"title": title, "settings": entries} for title, entries in groups.items()]
    return render(request, "core/setting_list.html", {"groups": listed})


# --- settings: people

PEOPLE: ListSpec[User] = ListSpec(
    name="people",
    title=gettext_lazy("People"),
    columns=(
        Column("name", gettext_lazy("Name"), str, sort=(Lower("last_name"), Lower("first_name"))),
        Column("login", gettext_lazy("Login"), lambda user: user.username, sort=(Lower("username"),)),
        Column("role", gettext_lazy("Role"), lambda user: user.get_role_display(), sort=("role",)),
        Column("team", gettext_lazy("Team"), lambda user: user.team, sort=(Lower("team__name"),), css="cell-wide"),
        Column(
            "seen", gettext_lazy("Last seen"), lambda user: user.last_login,
            sort=(F("last_login"),), css="cell-end",
        ),
    ),
    empty=Empty(gettext_lazy("Nobody yet"), gettext_lazy("Add the people who will work here."), icon="users"),
    order="name",
    filterset=UserFilter,
    search=selectors.search_people,
    level=2,
)  # fmt: skip


@require_http_methods(LIST)
def people(request: HttpRequest) -> HttpResponseBase:
    """Who may log in, and what each role may do."""
    user = person(request)

    def more(page: ListPage[User]) -> dict[str, Any]:
        return {
            "people": [_person_row(row) for row in page.rows],
            "roles": _roles(),
            "add_url": reverse("settings:people-add") if user.may("settings.manage") else None,
        }

    return respond(request, PEOPLE, selectors.people(user), "access/user_list.html", context=more)


def _person_row(user: User) -> dict[str, Any]:
    return {
        "url": reverse("settings:people-detail", args=[user.pk]),
        "name": str(user),
        "login": user.username,
        "role": user.get_role_display(),
        "team": user.team,
        "active": user.is_active,
        "last_login": user.last_login,
        "from_sso": getattr(user, "from_sso", False),
    }


ROLE_TEXTS = {
    Role.REVIEWER: gettext_lazy("Decides proposals; sees every record."),
    Role.REP: gettext_lazy("Sees and changes what they or their team own, and what nobody owns."),
    Role.MANAGER: gettext_lazy("As a rep, and sees the jobs."),
    Role.COMPLIANCE: gettext_lazy("Sees everything and carries out privacy requests; changes no records."),
    Role.ADMIN: gettext_lazy("Sees everything, sets up connections, people and rules."),
    Role.AUDITOR: gettext_lazy("Only reads, the audit trail included."),
}


def _roles() -> list[dict[str, Any]]:
    return [
        {
            "label": role.label,
            "text": ROLE_TEXTS[role],
            "permissions": [name for name, roles in PERMISSIONS.items() if role in roles],
        }
        for role in Role
    ]


@require_http_methods(LIST)
def add_person(request: HttpRequest) -> HttpResponse:
    """Somebody new."""
    actor = person(request)
    require(actor, "settings.manage")
    form = NewUserForm(request.POST or None)
    made: list[User] = []

    def make() -> None:
        values = form.cleaned_data
        made.append(services.create_user(actor=actor, **values | {"password": values["password"] or None}))

    if carried_out(request, form, make):
        messages.success(request, _("%(name)s can log in now.") % {"name": made[0]})
        return redirect("settings:people-detail", made[0].pk)
    return form_page(request, _("Add a person"), form, reverse("settings:people"))


@require_http_methods(LIST)
def edit_person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person: what an admin changes, and what others may read."""
    actor = person(request)
    user = load(actor, selectors.people(actor), pk)
    context: dict[str, Any] = {"person": user, "row": _person_row(user), "facts": _facts(user)}
    if request.method == "POST":
        require(actor, "settings.manage")
    elif not actor.may("settings.manage"):
        return render(request, "access/user_detail.html", context)
    form = UserForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if carried_out(request, form, lambda: services.update_user(actor=actor, user=user, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("settings:people-detail", pk)
    context |= {
        "form": form,
        "password_form": PasswordForm(),
        "tokens": selectors.tokens_of(actor, user),
        "can_manage": True,
    }
    return render(request, "access/user_detail.html", context, status=422 if form.errors else 200)


@require_POST
def switch_person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Switches a login off, or on again."""
    actor = person(request)
    user = load(actor, selectors.people(actor), pk, permission="settings.manage")
    if user.is_active:
        services.deactivate_user(actor=actor, user=user)
        messages.success(request, _("The login is switched off; sessions and tokens ended."))
    else:
        services.activate_user(actor=actor, user=user)
        messages.success(request, _("The login works again."))
    return redirect("settings:people-detail", pk)


@require_POST
def set_password(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new password for somebody who forgot theirs."""
    actor = person(request)
    user = load(actor, selectors.people(actor), pk, permission="settings.manage")
    form = PasswordForm(request.POST)
    change = lambda: services.set_password(actor=actor, user=user, password=form.cleaned_data["password"])  # noqa: E731
    if carried_out(request, form, change):
        messages.success(request, _("The new password counts from now on."))
        return redirect("settings:people-detail", pk)
    return form_page(request, _("New password for %(name)s") % {"name": user}, form,
                      reverse("settings:people-detail", args=[pk]))  # fmt: skip


# --- settings: teams


@require_http_methods(LIST)
def teams(request: HttpRequest) -> HttpResponse:
    """The teams, and a form for a new one."""
    actor = person(request)
    require(actor, "settings.view")
    form = TeamForm(request.POST or None)
    if request.method == "POST":
        require(actor, "settings.manage")
        if carried_out(request, form, lambda: services.create_team(actor=actor, name=form.cleaned_data["name"])):
            messages.success(request, _("The team is there; put people into it on their pages."))
            return redirect("settings:teams")
    context = {"teams": selectors.teams(actor), "form": form if actor.may("settings.manage") else None}
    return render(request, "access/team_list.html", context, status=422 if form.errors else 200)


@require_http_methods(LIST)
def rename_team(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another name for a team."""
    actor = person(request)
    require(actor, "settings.manage")
    team = load(actor, Team.objects.all(), pk)
    form = TeamForm(request.POST or None, initial={"name": team.name})
    rename = lambda: services.rename_team(actor=actor, team=team, name=form.cleaned_data["name"])  # noqa: E731
    if carried_out(request, form, rename):
        return redirect("settings:teams")
    return form_page(request, _("Rename a team"), form, reverse("settings:teams"))


# --- settings: who sees which field


@require_http_methods(LIST)
def fields(request: HttpRequest, object_name: str = Object.CONTACT) -> HttpResponse:
    """For each field of an object its risk, and the roles that do not see it."""
    actor = person(request)
    require(actor, "settings.view")
    if object_name not in Object.values:
        raise NotFound(_("There is no such kind of record."))
    rows = list(FieldDef.objects.filter(object=object_name))
    # No ticked box at all is an answer too: everybody sees everything.
    posted = request.POST if request.method == "POST" else None
    form = VisibilityForm(posted, fields=rows)
    if posted is not None:
        require(actor, "settings.manage")

        def save() -> None:
            with transaction.atomic():
                for row in rows:
                    if risk := form.cleaned_data[f"risk-{row.id}"]:
                        services.set_field_risk(actor=actor, field=row, risk=risk)
                    if str(row.id) in form.fields:
                        services.hide_field(actor=actor, field=row, roles=form.cleaned_data[str(row.id)])

        if carried_out(request, form, save):
            messages.success(request, _("Saved. It counts from the next page that somebody opens."))
            return redirect("settings:fields-of", object_name)
    context = {
        "objects": [
            {
                "label": item.label,
                "url": reverse("settings:fields-of", args=[item.value]),
                "active": item == object_name,
            }
            for item in Object
        ],
        "roles": [role.label for role in Role if role != Role.ADMIN],
        "rows": [
            (row, form[f"risk-{row.id}"], form[str(row.id)] if str(row.id) in form.fields else None) for row in rows
        ],
        "form": form,
        "can_manage": actor.may("settings.manage"),
    }
    return render(request, "access/field_list.html", context, status=422 if form.errors else 200)


# --- settings: API tokens

TOKENS: ListSpec[ApiToken] = ListSpec(
    name="tokens",
    title=gettext_lazy("API tokens"),
    columns=(
        Column("name", gettext_lazy("Name"), lambda token: token.name, sort=(Lower("name"),)),
        Column("state", gettext_lazy("State"), lambda token: token_state(token)[0]),
        Column("expires", gettext_lazy("Valid until"), lambda token: token.expires_at, sort=("expires_at",)),
        Column(
            "used", gettext_lazy("Last used"), lambda token: token.last_used_at,
            sort=("last_used_at",), css="cell-end",
        ),
        Column(
            "made", gettext_lazy("Made"), lambda token: token.created_at,
            sort=("created_at",), css="cell-end cell-wide",
        ),
    ),
    empty=Empty(
        gettext_lazy("No tokens yet"), gettext_lazy("A program that uses the API in your name needs one."), icon="key"
    ),
    order="-made",
    filterset=TokenFilter,
    level=2,
)  # fmt: skip


def token_state(token: ApiToken) -> tuple[str, str]:
    """A token's state in a word, and the tone of that word."""
    if token.revoked_at:
        return _("revoked"), "muted"
    if token.expires_at and token.expires_at <= timezone.now():
        return _("expired"), "muted"
    return _("valid"), "good"


@require_http_methods(LIST)
def own_tokens(request: HttpRequest) -> HttpResponseBase:
    """One's own API tokens."""

    def more(page: ListPage[ApiToken]) -> dict[str, Any]:
        return {"tokens": [_token_row(token) for token in page.rows], "form": TokenForm(),
                "new_url": reverse("settings:tokens-new")}  # fmt: skip

    return respond(request, TOKENS, selectors.own_tokens(person(request)), "access/token_list.html", context=more)


def _token_row(token: ApiToken) -> dict[str, Any]:
    state, tone = token_state(token)
    return {
        "name": token.name,
        "prefix": token.prefix,
        "created_at": token.created_at,
        "last_used_at": token.last_used_at,
        "expires_at": token.expires_at,
        "state": state,
        "tone": tone,
        "revoke_url": reverse("settings:tokens-revoke", args=[token.pk]) if tone == "good" else "",
    }


@never_cache
@require_POST
def new_token(request: HttpRequest) -> HttpResponse:
    """Makes a token and shows it: not after a redirect, so that it is stored nowhere on its way."""
    actor = person(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return form_page(request, _("New token"), form, reverse("settings:tokens"))
    days = form.cleaned_data["days"]
    token, value = tokens.create_token(
        actor=actor, user=actor, name=form.cleaned_data["name"],
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )  # fmt: skip
    return render(request, "access/token_made.html", {"token": token, "value": value})


@require_POST
def revoke_token(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ends a token: one's own, or for an admin anybody's."""
    actor = person(request)
    token = ApiToken.objects.select_related("user").filter(pk=pk).first()
    if token is None or (token.user_id != actor.id and not actor.may("settings.manage")):
        raise NotFound(_("There is no such token, or it is not yours."))
    tokens.revoke_token(actor=actor, token=token)
    messages.success(request, _("The token is revoked."))
    if token.user_id == actor.id:
        return redirect("settings:tokens")
    return redirect("settings:people-detail", token.user_id)
