"""Every key of the pages, in one table: buttons, help and the browser tests all read it.

A template marks what a key presses with ``{% key "approve" %}`` and shows it with ``{% kbd "approve" %}``; app.js only
knows how to press the marked thing. A key counts only while its element can be seen, so ``1`` to ``8`` need no mode.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Shortcut:
    """One action, the keys that start it and its help.

    A key is named as ``KeyboardEvent.key`` does ("Shift+Enter" apart); "g h" is two in a row.
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
    Shortcut("quoted", ("q",), _("Show or hide the quoted history")),
)
MOVE = (
    Shortcut("next", ("j", "ArrowDown"), _("Next line")),
    Shortcut("previous", ("k", "ArrowUp"), _("Line before")),
    Shortcut("first", ("Home",), _("First line")),
    Shortcut("last", ("End",), _("Last line")),
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
KEYMAP: dict[str, Shortcut] = {shortcut.action: shortcut for _title, group in GROUPS for shortcut in group}
