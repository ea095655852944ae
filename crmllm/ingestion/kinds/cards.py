"""Contact cards (.vcf) and calendar invitations (.ics).

Both are written out as text that a person can check. Zones say what is what: `card:<role>` around a person, `field:<…>`
around what the file tells of them, `event:<…>` around the meeting itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from crmllm.ingestion.kinds.text import decode
from crmllm.ingestion.kinds.types import Location, Participant, Read, Reader, Unreadable, Zone
from crmllm.ingestion.mail.charsets import canonical
from crmllm.ingestion.mail.headers import Address

MAX_CARDS = 200
MAX_ATTENDEES = 100
MAX_LINE = 300
MAX_NOTE = 20_000
_BEGIN = re.compile(r"^BEGIN:VCARD[ \t]*$", re.IGNORECASE | re.MULTILINE)
_END = re.compile(r"^END:VCARD\b", re.IGNORECASE | re.MULTILINE)
_PICTURES = re.compile(
    r"^(?:[\w-]+\.)?(?:photo|logo|sound|key)[;:][^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)


class _Page:
    """Text that grows line by line, with zones and locations."""

    def __init__(self) -> None:
        self.text = ""
        self.zones: list[Zone] = []
        self.locations: list[Location] = []

    def line(self, label: str, value: str, zone: str = "") -> None:
        value = " ".join(canonical(value)[0].split())[:MAX_LINE]
        if value:
            start = len(self.text) + len(label)
            self.text += f"{label}{value}\n"
            if zone:
                self.zones.append(Zone(zone, start, start + len(value)))

    def block(self, value: str, zone: str) -> None:
        value = canonical(value)[0].strip()[:MAX_NOTE]
        if value:
            start = len(self.text) + 1
            self.text += f"\n{value}\n"
            self.zones.append(Zone(zone, start, start + len(value)))

    def person(self, role: str, since: int, label: str) -> None:
        """Everything since an offset is told of one person."""
        if self.text[since:].strip():
            self.zones.append(Zone(f"card:{role}", since, len(self.text)))
            self.locations.append(Location(since, len(self.text), label))


# --- contact cards


def read_cards(raw: bytes, name: str) -> Read:
    """One or many contact cards; what a card says that cannot be read is left out."""
    import vobject

    text = _PICTURES.sub("", f"{decode(raw)}\n")
    found = [_END.split(block)[0].strip("\n") for block in _BEGIN.split(text)[1:]]
    if len(found) > MAX_CARDS:
        raise Unreadable(f"It holds more than {MAX_CARDS} contact cards. Import such a list into the CRM itself.")
    page, people = _Page(), []
    for number, block in enumerate(found, start=1):
        try:
            card = vobject.readOne(f"BEGIN:VCARD\n{block}\nEND:VCARD\n", allowQP=True, ignoreUnreadable=True)
            people += [person] if (person := _card(page, card.contents, number)) else []
        except Exception:  # noqa: S112 - a broken card does not take the others with it
            continue
    if not people:
        raise Unreadable("It holds no contact card with a name or an address.")
    told = people[0].name or people[0].email
    more = f" and {len(people) - 1} more" if len(people) > 1 else ""
    return Read(
        text=page.text,
        zones=tuple(page.zones),
        locations=tuple(page.locations),
        subject=f"Contact card: {told}{more}",
        participants=tuple(people),
    )


def _card(page: _Page, told: dict[str, Any], number: int) -> Participant | None:
    email, phone = _first(told, "email").lower(), _phone(told.get("tel", ()))
    name, title, company = _full_name(told), _first(told, "title") or _first(told, "role"), _first(told, "org")
    if not (name or email or phone):
        return None
    since = len(page.text)
    page.line("Name: ", name, "field:name")
    page.line("Title: ", title, "field:title")
    page.line("Company: ", company, "field:company")
    page.line("Phone: ", phone, "field:phone")
    page.line("E-mail: ", email, "field:email")
    page.block(_first(told, "note"), "message")
    page.person("mentioned", since, f"card {number}")
    page.text += "\n"
    return Participant(name[:80], email, title[:120], company[:120])


def _first(told: dict[str, Any], key: str) -> str:
    """The first value of a property; of an organisation without its departments."""
    for one in told.get(key, ()):
        value = one.value[0] if isinstance(one.value, list) and one.value else one.value
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _full_name(told: dict[str, Any]) -> str:
    """First and last name where the card keeps them apart, else the name as it is to be shown."""
    for one in told.get("n", ()):
        parts = [_joined(getattr(one.value, part, "")) for part in ("given", "additional", "family")]
        if parts[0] and parts[2]:
            return " ".join(part for part in parts if part)
    shown = _first(told, "fn")
    return "" if "@" in shown or shown == _first(told, "org") else shown


def _joined(part: Any) -> str:
    return " ".join(part) if isinstance(part, list) else str(part or "").strip()


def _phone(listed: Iterable[Any]) -> str:
    """The first number that is no fax."""
    for one in listed:
        kinds = {kind.lower() for kind in one.params.get("TYPE", ())} | {kind.lower() for kind in one.params}
        if not kinds & {"fax", "pager", "bbs"} and isinstance(one.value, str):
            return one.value.removeprefix("tel:").strip()
    return ""


# --- invitations


def read_invitation(raw: bytes, name: str) -> Read:
    """The first event of a calendar file, with who was invited."""
    from icalendar import Calendar

    try:
        calendars = Calendar.from_ical(decode(raw).encode(), multiple=True)
        found = next(((calendar, event) for calendar in calendars for event in calendar.walk("VEVENT")), None)
        if found is None:
            raise Unreadable("It holds no meeting.")
        return _invitation(*found)
    except Unreadable:
        raise
    except Exception as error:  # any of many, out of what strangers wrote
        raise Unreadable("It is a broken calendar file.") from error


def _invitation(calendar: Any, event: Any) -> Read:
    method = str(calendar.get("METHOD", "")).upper()
    title = " ".join(str(event.get("SUMMARY", "")).split()) or "Meeting"
    start, end = _when(event, "DTSTART"), _when(event, "DTEND")
    page = _Page()
    page.line("Meeting: ", title, "event:summary")
    page.line("Start: ", _written(start), "event:start")
    page.line("End: ", _written(end))
    page.line("Place: ", str(event.get("LOCATION", "")))
    organiser = _invited(event.get("ORGANIZER"))
    guests = [one for listed in _listed(event.get("ATTENDEE")) if (one := _invited(listed))][:MAX_ATTENDEES]
    known = {one.email: one for one in ([organiser] if organiser else []) + guests if one.email}
    for one in known.values():
        since = len(page.text)
        page.line("Organiser: " if one is organiser else "Invited: ", one.name, "field:name")
        page.line("E-mail: ", one.email, "field:email")
        page.person("sender", since, "organiser" if one is organiser else "invited")
    page.block(str(event.get("DESCRIPTION", "")), "message")
    stamp = _when(event, "DTSTAMP")
    uid = str(event.get("UID", ""))
    return Read(
        text=page.text,
        zones=tuple(page.zones),
        locations=tuple(page.locations),
        subject=title[:200],
        sender=Address(organiser.name, organiser.email) if organiser and organiser.email else None,
        participants=tuple(known.values()),
        occurred_at=_instant(stamp) or _instant(start),
        skip=_skip(method, str(event.get("STATUS", "")).upper()),
        fingerprint=f"ics:{uid}:{event.get('SEQUENCE', 0)}:{method}" if uid else "",
    )


def _skip(method: str, status: str) -> tuple[str, str] | None:
    if method in ("REPLY", "REFRESH", "DECLINECOUNTER"):
        return "calendar_reply", "It is a program's answer to an invitation."
    if method == "CANCEL" or status == "CANCELLED":
        return "cancelled_meeting", "It tells that a meeting was cancelled."
    return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _invited(value: Any) -> Participant | None:
    """Who is behind a calendar address; rooms and machines are nobody."""
    if value is None or str(value.params.get("CUTYPE", "")).upper() in ("ROOM", "RESOURCE"):
        return None
    email = re.sub(r"^mailto:", "", str(value), flags=re.IGNORECASE).strip().lower()
    name = " ".join(str(value.params.get("CN", "")).strip("\"' ").split())
    return Participant("" if "@" in name else name[:80], email if "@" in email and " " not in email else "")


def _when(event: Any, key: str) -> date | None:
    """A day, or a moment with its zone."""
    try:
        found = event.decoded(key, None)
    except Exception:  # a date that is none
        return None
    return found if isinstance(found, date) else None


def _written(moment: date | None) -> str:
    if isinstance(moment, datetime):
        return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()
    return moment.isoformat() if moment else ""


def _instant(moment: date | None) -> datetime | None:
    if not isinstance(moment, datetime):
        return datetime(moment.year, moment.month, moment.day, 12, tzinfo=UTC) if moment else None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


VCARD = Reader("vcard", "document", (".vcf", ".vcard"), ("text/vcard", "text/x-vcard"), read_cards)
INVITATION = Reader("invitation", "meeting", (".ics",), ("text/calendar",), read_invitation)
