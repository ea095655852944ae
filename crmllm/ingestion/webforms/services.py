"""What changes web forms, and how one entry comes in: proved, counted, stored, and only then answered."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crmllm.access.models import Team, User
from crmllm.access.rules import require
from crmllm.core import audit
from crmllm.core.crypto import Sealed, blind_index, drop_keys
from crmllm.core.errors import BadInput, Conflict, Forbidden, TooMany
from crmllm.crm.models import CrmUser
from crmllm.ingestion import services
from crmllm.ingestion.choices import Origin
from crmllm.ingestion.kinds.forms import WEB_FORM
from crmllm.ingestion.models import WebForm, WebFormEntry
from crmllm.ingestion.reading import File
from crmllm.ingestion.webforms import signing
from crmllm.ingestion.webforms.fields import Field
from crmllm.privacy.choices import ConsentState, Purpose
from crmllm.privacy.selectors import may_process
from crmllm.privacy.services import record_consent

SENDER = audit.System("web form")
TOKEN_FIELD = "form_token"  # noqa: S105 - the name of an input
#: Hidden from people; programs that fill in whatever they find give themselves away.
TRAP_FIELD = "contact_website"
FASTEST_SECONDS = 3
ADDRESS_LIMIT, ADDRESS_WINDOW = 10, timedelta(minutes=10)
MAX_VALUE = 10_000
KEPT_FOR = timedelta(days=90)
VERDICTS = {
    "form_trap": "Taken for spam: a field that people cannot see was filled in.",
    "form_too_fast": "Taken for spam: it was sent faster than anybody can fill it in.",
}


class Changes(TypedDict, total=False):
    """What an admin sets."""

    name: str
    fields: list[Field]
    origins: list[str]
    thanks: str
    hourly_limit: int
    owner: CrmUser | None
    team: Team | None


# --- settings


def create_form(*, actor: User, **changes: Unpack[Changes]) -> tuple[WebForm, str]:
    """Adds a form; returns it with its secret, which is shown this once."""
    require(actor, "settings.manage")
    form, secret = WebForm(public_id=secrets.token_urlsafe(16)), _new_secret()
    form.secret = Sealed.of(secret, form.key_id)
    with transaction.atomic():
        _assign(form, changes)
        form.save(force_insert=True)
        _record(actor, "webform.created", form)
    return form, secret


def update_form(*, actor: User, form: WebForm, **changes: Unpack[Changes]) -> WebForm:
    """Changes its settings; pages that stand open go on to work."""
    require(actor, "settings.manage")
    with transaction.atomic():
        current = _locked(form)
        changed = sorted(name for name, value in changes.items() if getattr(current, name) != value)
        _assign(current, changes)
        current.save()
        _record(actor, "webform.changed", current, changed=changed)
    return current


def rotate_secret(*, actor: User, form: WebForm) -> str:
    """Gives it a new secret: what was signed with the old one is refused from now on."""
    require(actor, "settings.manage")
    secret = _new_secret()
    with transaction.atomic():
        current = _locked(form)
        current.secret = Sealed.of(secret, current.key_id)
        current.save(update_fields=["secret", "updated_at"])
        _record(actor, "webform.secret_rotated", current)
    return secret


def set_active(*, actor: User, form: WebForm, active: bool) -> WebForm:
    """Opens or closes the form to the public."""
    require(actor, "settings.manage")
    with transaction.atomic():
        current = _locked(form)
        if current.active == active:
            raise Conflict(_("It is so already."))
        current.active = active
        current.save(update_fields=["active", "updated_at"])
        _record(actor, "webform.enabled" if active else "webform.disabled", current)
    return current


def delete_form(*, actor: User, form: WebForm) -> None:
    """Forgets a form and its secret; what came through it stays."""
    require(actor, "settings.manage")
    with transaction.atomic():
        _record(actor, "webform.deleted", form)
        form.delete()
        transaction.on_commit(lambda: drop_keys([form.key_id]))


def _new_secret() -> str:
    return secrets.token_urlsafe(32)


def _locked(form: WebForm) -> WebForm:
    return WebForm.objects.select_for_update(of=("self",)).get(pk=form.pk)


def _assign(form: WebForm, changes: Changes) -> None:
    for name, value in changes.items():
        setattr(form, name, value)
    if WebForm.objects.filter(name__iexact=form.name).exclude(pk=form.pk).exists():
        raise Conflict(_("There is a form of this name already."), fields={"name": [_("This name is taken.")]})


def _record(actor: audit.Actor, action: str, form: WebForm, **details: Any) -> None:
    audit.record(actor=actor, action=action, subject_type="webform", subject_id=form.pk, details=details)


# --- what people send


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that carries a filled-in form."""

    body: bytes
    values: Mapping[str, str]
    address: str = ""
    page: str = ""
    signed_at: str = ""
    signature: str = ""


def token(form: WebForm) -> str:
    """A fresh proof for a page that shows the form."""
    return signing.make_token(_secret(form), form.public_id, time.time())


def submit(*, form: WebForm, sent: Sent) -> WebFormEntry:
    """Takes in one entry; sent twice it is the one that is there already.

    What is taken for spam is stored as a skipped interaction, and its sender learns nothing of it. Raises Forbidden,
    BadInput, Conflict and TooMany for what is not taken in.
    """
    proof = _proof(form, sent)
    values = {name: value.strip()[:MAX_VALUE] for name, value in sent.values.items()}
    entry = WebFormEntry(
        form=form,
        signature_index=blind_index("form-proof", f"{form.pk}:{proof.unique}"),
        body_index=blind_index("form-body", _digest(form, values)),
        address_index=blind_index("form-address", sent.address),
        verdict=_verdict(values, proof),
    )
    if (known := _known(entry)) is not None:
        return known
    _require_room(form, entry, proof)
    if not entry.verdict:
        _require_filled(form, values)
    try:
        return _store(form, entry, values, sent.page)
    except IntegrityError:  # the second click was faster
        if (known := _known(entry)) is None:
            raise
        return known


def _proof(form: WebForm, sent: Sent) -> signing.Proof:
    try:
        if sent.signature:
            return signing.check_signature(
                _secret(form), form.public_id, sent.signed_at, sent.body, sent.signature, time.time()
            )
        return signing.check_token(_secret(form), form.public_id, sent.values.get(TOKEN_FIELD, ""), time.time())
    except signing.NotSigned as problem:
        if problem.expired:
            raise Forbidden(_("The form stood open for too long. Please send it once more."), code="expired") from None
        raise Forbidden(_("The form was not signed by us. Load it anew and send it again."), code="signature") from None


def _secret(form: WebForm) -> str:
    secret: str = form.secret.open()
    return secret


def _digest(form: WebForm, values: Mapping[str, str]) -> str:
    told = [values.get(one["name"], "") for one in form.fields]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _verdict(values: Mapping[str, str], proof: signing.Proof) -> str:
    if values.get(TRAP_FIELD):
        return "form_trap"
    return "form_too_fast" if not proof.by_server and proof.seconds_ago < FASTEST_SECONDS else ""


def _known(entry: WebFormEntry) -> WebFormEntry | None:
    """The entry that this proof was used for. With other words than those it is a token that somebody kept."""
    known = WebFormEntry.objects.filter(signature_index=entry.signature_index).first()
    if known is not None and bytes(known.body_index) != bytes(entry.body_index):
        raise Conflict(_("This form was sent already. Load it anew to send something else."), code="sent_already")
    return known


def _require_room(form: WebForm, entry: WebFormEntry, proof: signing.Proof) -> None:
    """An operator's server sends for many people: for it only the limit of the form holds."""
    now = timezone.now()
    lately = WebFormEntry.objects.filter(address_index=entry.address_index, created_at__gt=now - ADDRESS_WINDOW)
    if not proof.by_server and lately.count() >= ADDRESS_LIMIT:
        raise TooMany(_("Too much was sent from your network in a short time. Please try again in ten minutes."))
    if form.entries.filter(created_at__gt=now - timedelta(hours=1)).count() >= form.hourly_limit:
        raise TooMany(_("This form is sent very often right now. Please try again in an hour."))


def _require_filled(form: WebForm, values: Mapping[str, str]) -> None:
    wrong: dict[str, list[str]] = {}
    for one in form.fields:
        value = values.get(one["name"], "")
        if one["required"] and not value:
            wrong[one["name"]] = [_("Please fill this in.")]
        elif one["meaning"] == "email" and value and not _is_email(value):
            wrong[one["name"]] = [_("This is no e-mail address.")]
    if wrong:
        raise BadInput(_("Something is missing yet."), fields=wrong)
    if not any(values.get(one["name"]) for one in form.fields):
        raise BadInput(_("The form is empty."))


def _is_email(value: str) -> bool:
    name, at, host = value.rpartition("@")
    return bool(name and at and "." in host.strip(".") and not any(char.isspace() for char in value))


def _store(form: WebForm, entry: WebFormEntry, values: Mapping[str, str], page: str) -> WebFormEntry:
    with transaction.atomic():
        entry.save(force_insert=True)
        received = services.receive_files(
            actor=SENDER, files=[File(_raw(form, entry, values, page), form.name, WEB_FORM)],
            origin=Origin.FORM,
        )[0]  # fmt: skip
        row = received.interaction
        if row.owner_id is None and row.team_id is None and (form.owner_id or form.team_id):
            row.owner_id, row.team_id = form.owner_id, form.team_id
            row.save(update_fields=["owner", "team", "updated_at"])
        entry.interaction = row
        entry.save(update_fields=["interaction", "updated_at"])
        if not entry.verdict:
            _keep_consent(form, values)
    return entry


def _raw(form: WebForm, entry: WebFormEntry, values: Mapping[str, str], page: str) -> bytes:
    """The item as it is stored and replayed. The reader takes meanings and verdict from here."""
    fields = [
        {"label": one["label"], "meaning": one["meaning"], "value": _shown(one, values[one["name"]])}
        for one in form.fields
        if values.get(one["name"])
    ]
    told: dict[str, Any] = {
        "entry": str(entry.pk), "form": form.name, "page": page, "submitted_at": timezone.localtime().isoformat(),
        "fields": fields or [{"label": "Form", "meaning": "", "value": "(empty)"}],
    }  # fmt: skip
    if entry.verdict:
        told["spam"] = {"code": entry.verdict, "sentence": VERDICTS[entry.verdict]}
    return json.dumps(told, ensure_ascii=False).encode()


def _shown(field: Field, value: str) -> str:
    return "yes" if field["meaning"] == "consent" and value.lower() in ("on", "true", "1", "yes") else value


def _keep_consent(form: WebForm, values: Mapping[str, str]) -> None:
    """Keeps a ticked box as a statement. Nobody proved whose address it is: it never undoes a withdrawal."""
    told = {one["meaning"]: values.get(one["name"], "") for one in form.fields}
    email = told.get("email", "")
    agreed = told.get("consent", "").lower() in ("on", "true", "1", "yes")
    if agreed and email and may_process(email, Purpose.OUTREACH):
        record_consent(
            actor=SENDER, person=email, purpose=Purpose.OUTREACH, state=ConsentState.GRANTED,
            source=f"web form {form.name}"[:200],
        )  # fmt: skip


def forget_old_entries() -> None:
    """Forgets who sent what from where; the interactions stay."""
    WebFormEntry.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
