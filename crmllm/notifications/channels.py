"""The ways out of the house: mail, and one signed webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import time

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from crmllm.core.errors import Unavailable
from crmllm.notifications.choices import Channel
from crmllm.notifications.models import Delivery

TIMEOUT = 10.0
SIGNATURE = "Crmllm-Signature"


class NotSent(Unavailable):
    """It did not arrive; it is tried again."""

    code = "not_sent"


def send(row: Delivery) -> None:
    """Sends one message. Raises NotSent."""
    if row.channel == Channel.MAIL:
        _mail(row)
    else:
        _webhook(row)


def _mail(row: Delivery) -> None:
    assert row.user is not None
    text = row.sentence if not row.link else f"{row.sentence}\n\n{_absolute(row.link)}"
    # The id is fixed, so that a mail server which got it twice can tell.
    headers = {"Message-ID": f"<{row.pk}@{settings.SITE_URL.partition('://')[2].partition('/')[0]}>"}
    message = EmailMessage(row.sentence, text, settings.EMAIL_FROM, [row.user.email], headers=headers)
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        # Its text may quote the address.
        raise NotSent(_("The mail server did not take it (%(kind)s).") % {"kind": type(error).__name__}) from None


def _webhook(row: Delivery) -> None:
    body = json.dumps(
        {
            "id": str(row.pk),
            "kind": row.kind,
            "sentence": row.sentence,
            "link": _absolute(row.link),
            "at": row.created_at.isoformat(),
        }
    ).encode()
    headers = {"Content-Type": "application/json", SIGNATURE: sign(body, at=int(time.time()))}
    try:
        answer = httpx.post(settings.WEBHOOK_URL, content=body, headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise NotSent(_("The webhook did not answer (%(kind)s).") % {"kind": type(error).__name__}) from None
    if not answer.is_success:
        raise NotSent(_("The webhook answered with status %(status)d.") % {"status": answer.status_code})


def sign(body: bytes, *, at: int) -> str:
    """`t=1700000000,v1=<HMAC-SHA256 over "t.body">`, keyed with WEBHOOK_SECRET; a receiver refuses what is old."""
    mac = hmac.new(settings.WEBHOOK_SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def _absolute(link: str) -> str:
    return f"{settings.SITE_URL}{link}" if link.startswith("/") else link
