"""What a test may do to the org: from Python, or by POST /__control__/do {"what": "hide_field", ...}."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.support.salesforce import writes
from tests.support.salesforce.events import outbound_message
from tests.support.salesforce.oauth import ClientApp
from tests.support.salesforce.schema import EXTERNAL_ID, Field, text
from tests.support.salesforce.store import Row, long_id

if TYPE_CHECKING:
    from tests.support.salesforce.server import Salesforce


class Controls:
    """Everything that people and administrators do in the CRM; each public method is one such thing."""

    def __init__(self, sf: Salesforce) -> None:
        self._sf = sf

    def __getattribute__(self, name: str) -> Any:
        """Every method runs while no request does."""
        found = object.__getattribute__(self, name)
        if name.startswith("_") or not callable(found):
            return found
        lock = object.__getattribute__(self, "_sf").lock

        def locked(*args: Any, **kwargs: Any) -> Any:
            with lock:
                return found(*args, **kwargs)

        return locked

    # --- records -----------------------------------------------------------------------------------------------------

    def load(self, kind: str, rows: Sequence[Row], at: str = "", user: str = "") -> list[str]:
        """Rows that were there before; `at` (2026-11-22T09:00:00.000+0000) gives them all the same stamp."""
        org, made = self._sf.org, self._sf.org.objects[kind]
        ids = []
        for row in rows:
            defaults = {f.name: f.default for f in made.fields.values() if f.default is not None}
            whole = defaults | {"OwnerId": user or org.admin} | dict(row)
            ids.append(org.insert(kind, whole | writes.derived(org, kind, whole, {}), user or org.admin, at))
        return ids

    def create(self, kind: str, values: Row, user: str = "") -> str:
        """Someone makes a record in the CRM; all of its rules hold."""
        org = self._sf.org
        return writes.save(org, self._sf.rules, user or org.admin, org.objects[kind], values, force=True)

    def change(self, kind: str, record_id: str, changes: Row, user: str = "") -> None:
        """Someone changes a record in the CRM."""
        org = self._sf.org
        writes.save(org, writes.Rules(), user or org.admin, org.objects[kind], changes, record_id, force=True)

    def delete(self, kind: str, record_id: str) -> None:
        """Someone puts a record into the recycle bin."""
        org = self._sf.org
        writes.delete(org, writes.Rules(), org.admin, org.objects[kind], record_id)

    def undelete(self, kind: str, record_id: str) -> None:
        """Someone takes a record out of the recycle bin."""
        writes.undelete(self._sf.org, self._sf.org.admin, self._sf.org.objects[kind], record_id)

    def purge(self, kind: str, record_id: str) -> None:
        """Someone empties the recycle bin."""
        self._sf.org.remove(kind, long_id(record_id), self._sf.org.admin)

    def merge(self, kind: str, winner: str, losers: Sequence[str]) -> None:
        """Someone merges records that are the same."""
        writes.merge(self._sf.org, self._sf.org.admin, self._sf.org.objects[kind], winner, list(losers))

    def row(self, kind: str, record_id: str) -> dict[str, Any] | None:
        """A row as it is, whoever may see it."""
        found = self._sf.org.row(kind, record_id)
        return dict(found) if found else None

    def rows(self, kind: str, **wanted: Any) -> list[dict[str, Any]]:
        """Living rows that have these values."""
        alive = [dict(row) for row in self._sf.org.tables[kind].rows.values() if not row["IsDeleted"]]
        return [row for row in alive if all(row.get(name) == value for name, value in wanted.items())]

    def ledger(self, kind: str = "", since: int = 0) -> list[dict[str, Any]]:
        """Every committed write, in its order."""
        return [asdict(write) for write in self._sf.org.ledger[since:] if kind in ("", write.object)]

    # --- people and what they may do ---------------------------------------------------------------------------------

    def add_user(self, username: str, first: str, last: str) -> str:
        """A new person, who can sign in."""
        user = self._sf.org.add_user(username, first, last)
        self._sf.sign_in.users[username] = user
        return user

    def add_queue(self, name: str) -> str:
        """A group that can own leads and cases."""
        return self._sf.org.insert("Group", {"Name": name, "DeveloperName": name, "Type": "Queue"})

    def deactivate(self, user: str) -> None:
        """A person has left: they keep their records and cannot sign in."""
        self._sf.org.update("User", user, {"IsActive": False})
        self._sf.sign_in.inactive.add(user)
        self.expire_tokens(user)

    def hide_field(self, kind: str, name: str, user: str = "", hidden: bool = True) -> None:
        """Takes the right to read a field (from everyone), or gives it back."""
        _set(self._sf.org.access.hidden_fields, (user, kind, name), hidden)
        self._sf.org.schema_changed()

    def lock_field(self, kind: str, name: str, user: str = "", locked: bool = True) -> None:
        """Takes the right to write a field, or gives it back."""
        _set(self._sf.org.access.locked_fields, (user, kind, name), locked)
        self._sf.org.schema_changed()

    def hide_row(self, record_id: str, user: str = "", hidden: bool = True) -> None:
        """A record is no longer shared with a person (with anyone), or is again."""
        _set(self._sf.org.access.hidden_rows, (user, record_id), hidden)

    def lock_row(self, record_id: str, user: str = "", locked: bool = True) -> None:
        """A record can only be read."""
        _set(self._sf.org.access.locked_rows, (user, record_id), locked)

    def forbid(self, kind: str, what: str, user: str = "", forbidden: bool = True) -> None:
        """Takes a right on an object: create, edit, delete, see; or on no object: hardDelete."""
        _set(self._sf.org.access.refused, (user, kind, what), forbidden)

    # --- the administrator's settings --------------------------------------------------------------------------------

    def add_field(self, kind: str, name: str, type: str = "string", **more: Any) -> None:
        """A new field, in the words of schema.Field."""
        made = Field(name, type, **({"length": 255} | more))
        self._sf.org.objects[kind].fields[name] = made
        if made.unique or made.external:
            self._sf.org.tables[kind].index(name)
        self._sf.org.schema_changed()

    def remove_field(self, kind: str, name: str) -> None:
        """A field goes, with its values."""
        self._sf.org.objects[kind].fields.pop(name, None)
        self._sf.org.tables[kind].lookup.pop(name, None)
        self._sf.org.schema_changed()

    def external_ids(self, on: bool) -> None:
        """The connector's field for its own ids exists on every object, or on none."""
        for kind in self._sf.org.objects.values():
            if kind.writable and on:
                kind.fields[EXTERNAL_ID] = text(EXTERNAL_ID, 64, unique=True, external=True)
                self._sf.org.tables[kind.name].index(EXTERNAL_ID)
            else:
                self.remove_field(kind.name, EXTERNAL_ID)
        self._sf.org.schema_changed()

    def set_choices(self, kind: str, name: str, values: Sequence[str], restricted: bool = True) -> None:
        """The values of a pick-list, and whether others are refused."""
        made = self._sf.org.objects[kind].fields[name]
        made.values, made.restricted = list(values), restricted
        self._sf.org.schema_changed()

    def add_validation(self, kind: str, name: str, pattern: str, message: str) -> None:
        """Refuses records whose field matches the pattern as a whole."""
        self._sf.rules.validations.append(writes.Validation(kind, name, pattern, message))

    def clear_validations(self) -> None:
        """No rules any more."""
        self._sf.rules.validations.clear()

    def forbid_duplicates(self, kind: str, name: str, on: bool = True) -> None:
        """A duplicate rule on one field."""
        _set(self._sf.rules.duplicates, (kind, name), on)

    def hold_lock(self, record_id: str, times: int = 1) -> None:
        """Another transaction holds this row while the next writes come."""
        self._sf.rules.busy[long_id(record_id)] = times

    # --- clock, limits, sign-in --------------------------------------------------------------------------------------

    def set_clock(self, skew: float = 0, stands_at: str = "") -> None:
        """The CRM's clock is wrong by so many seconds, or stands still."""
        clock = self._sf.org.clock
        clock.skew, clock.stands_at = skew, datetime.fromisoformat(stands_at) if stands_at else None

    def set_limits(self, api_max: int | None = None, api_used: int | None = None) -> None:
        """The day's pool of requests."""
        self._sf.api_max = self._sf.api_max if api_max is None else api_max
        self._sf.api_used = self._sf.api_used if api_used is None else api_used

    def set_pages(self, size: int = 0, bulk_polls: int = 0) -> None:
        """Rows on a page (0: what the client wishes), and how often a bulk job says that it is not done yet."""
        self._sf.page_size, self._sf.bulk_polls = size, bulk_polls

    def expire_cursors(self) -> None:
        """Open queries cannot be read on."""
        self._sf.cursors.clear()

    def forget_deletions(self, before: str) -> None:
        """The log of deletions starts here."""
        self._sf.deletions_since = before

    def register_app(self, client_id: str, client_secret: str, run_as: str = "", public_key: str = "") -> None:
        """An external client app; `run_as` is a user id, the key checks signed statements."""
        self._sf.sign_in.apps[client_id] = ClientApp(client_id, client_secret, run_as, public_key)

    def signs_in(self, user: str | None) -> None:
        """Who sits at the browser next; None says no."""
        self._sf.sign_in.signs_in = user

    def expire_tokens(self, user: str = "") -> None:
        """Sessions end, for everyone or one user; refresh tokens still work."""
        sign_in = self._sf.sign_in
        sign_in.access = {token: whose for token, whose in sign_in.access.items() if user and whose != user}

    def revoke_access(self) -> None:
        """Nobody's connection works until they sign in again."""
        self.expire_tokens()
        self._sf.sign_in.refresh.clear()

    def rotate_refresh_tokens(self, on: bool = True) -> None:
        """Each refresh gives a new refresh token and ends the old one."""
        self._sf.sign_in.rotates = on

    # --- events ------------------------------------------------------------------------------------------------------

    def outbound_message(
        self, kind: str, ids: Sequence[str], fields: Sequence[str] = (), organization: str = "", first: int = 1
    ) -> str:
        """The notification that the CRM would post about these rows."""
        return outbound_message(
            self._sf.org, kind, ids, fields, "https://acme.my.salesforce.example", organization, first
        )


def _set(values: set[Any], value: Any, on: bool) -> None:
    if on:
        values.add(value)
    else:
        values.discard(value)
