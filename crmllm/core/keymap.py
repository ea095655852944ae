"""Every key of the pages, in one table: buttons, help and the browser tests all read it.

A template marks what a key presses with ``{% key "approve" %}`` and shows it with ``{% kbd "approve" %}``; app.js only
knows how to press the marked thing. A key counts only while its element can be seen, so ``1`` to ``8`` need no mode.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Shortcut:
    """One action, the keys that start it and its help.

    A key is named as ``KeyboardEvent.key`` does ("Shift+Enter" and "Space" apart); "g h" is two in a row.
    """

    action: str
    keys: tuple[str, ...]
    help: str | Promise


REVIEW = (
    Shortcut("approve", ("Enter",), _("Approve and go on")),
    Shortcut("approve-all", ("Shift+Enter",), _("Approve all of this message and go on")),
    Shortcut("reject", ("x",), _("Reject; then 1 to 8 for the reason")),
    Shortcut("edit", ("e",), _("Edit the values")),
    Shortcut("skip", ("s",), _("Skip for now")),
    Shortcut("undo", ("z",), _("Undo the last decision")),
    Shortcut("identity", ("i",), _("Who is this? Then 1 to 5 for one of the records")),
    Shortcut("open-record", ("o",), _("Open the record in the CRM")),
    Shortcut("bulk", ("b",), _("Decide many of this kind at once")),
    Shortcut("quoted", ("q",), _("Show or hide the quoted history")),
)
MOVE = (
    Shortcut("next", ("j", "ArrowDown"), _("Next line")),
    Shortcut("previous", ("k", "ArrowUp"), _("Line before")),
    Shortcut("first", ("Home",), _("First line")),
    Shortcut("last", ("End",), _("Last line")),
    Shortcut("leave-line", ("Space", "n"), _("Leave this line out, or take it in again")),
)
GO = (
    Shortcut("go-home", ("g h",), _("Home")),
    Shortcut("go-review", ("g r",), _("Review")),
    Shortcut("go-interactions", ("g i",), _("Interactions")),
    Shortcut("go-crm", ("g c",), _("Records")),
    Shortcut("go-jobs", ("g j",), _("Jobs")),
    Shortcut("go-settings", ("g s",), _("Settings")),
    Shortcut("go-notifications", ("g n",), _("Notifications")),
)
ANYWHERE = (
    Shortcut("search", ("/",), _("Search")),
    Shortcut("help", ("?",), _("These keys")),
)

GROUPS: tuple[tuple[str | Promise, tuple[Shortcut, ...]], ...] = (
    (_("Decide"), REVIEW),
    (_("Move"), MOVE),
    (_("Go to"), GO),
    (_("Anywhere"), ANYWHERE),
)
#: Pressed by number inside an open menu, or by the browser itself: nobody's to give away.
RESERVED = frozenset({*"123456789", "Escape", "Tab"})
#: Names that a key may have beside its one letter.
NAMED = frozenset({"Enter", "Shift+Enter", "Space", "Home", "End", "PageUp", "PageDown", "Backspace", "Delete",
                   "Insert", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight"})  # fmt: skip
KEYMAP: dict[str, Shortcut] = {shortcut.action: shortcut for _title, group in GROUPS for shortcut in group}


def groups_for(own: Mapping[str, list[str]]) -> list[tuple[str | Promise, list[Shortcut]]]:
    """The table with a person's own keys in it."""
    return [(title, [replace(one, keys=keys_of(one.action, own)) for one in group]) for title, group in GROUPS]


def keys_of(action: str, own: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The keys of an action, for somebody who chose some of their own."""
    return tuple(own.get(action) or KEYMAP[action].keys)


def is_key(name: str) -> bool:
    """Whether this names a key, or two in a row, that an action may have."""
    parts = name.split(" ")
    return 1 <= len(parts) <= 2 and all(
        part not in RESERVED and (part in NAMED or (len(part) == 1 and part.isprintable())) for part in parts
    )


def clashes(chosen: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Actions that cannot have their keys, with the action that has the key already, in the order of the table.

    A key clashes with the same key, and with one that begins a sequence of two.
    """
    taken: dict[str, str] = {}
    found: dict[str, str] = {}
    for action, keys in chosen.items():
        for key in keys:
            first = key.split(" ")[0]
            for other, holder in taken.items():
                same = other == key or (first == other or other.split(" ")[0] == key)
                if same and holder != action:
                    found.setdefault(action, holder)
            taken.setdefault(key, action)
    return found
