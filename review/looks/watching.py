"""Tells a manager of a pattern in somebody's figures: once, with the numbers, and to nobody else."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from crmllm.access.choices import PERMISSIONS
from crmllm.access.models import User
from crmllm.notifications.choices import Kind
from crmllm.notifications.services import notify
from review.looks.agreement import Share
from review.looks.choices import Pattern
from review.looks.models import Told
from review.looks.quality import caught
from review.people import managers_of

#: It is a pattern when even the upper end of the interval lies below this.
SHOULD_CATCH = 0.8


def watch() -> int:
    """Looks through everybody's figures. Returns how many patterns were told of."""
    people = list(User.objects.filter(is_active=True, role__in=PERMISSIONS["proposals.decide"]))
    shares = caught(people)
    with transaction.atomic():
        known = {row.user_id: row for row in Told.objects.select_for_update().filter(pattern=Pattern.UNCAUGHT)}
        told = 0
        for one in people:
            share = shares.get(one.pk, Share(0, 0))
            is_pattern = share.says_something and share.high < SHOULD_CATCH
            if is_pattern and one.pk not in known:
                told += _tell(one, share)
            elif not is_pattern and one.pk in known:
                known[one.pk].delete()
    return told


def _tell(person: User, share: Share) -> bool:
    _row, is_new = Told.objects.get_or_create(user=person, pattern=Pattern.UNCAUGHT)
    if is_new:
        sentence = _("%(name)s caught %(hits)d of %(count)d planted values. It may be worth a talk.")
        notify(
            kind=Kind.GUARDS,
            users=managers_of(person).values_list("pk", flat=True),
            sentence=sentence % {"name": person, "hits": share.hits, "count": share.count},
            link=reverse("guards:index"),
        )
    return is_new
