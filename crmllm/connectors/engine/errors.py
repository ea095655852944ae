"""What went wrong between us and a CRM, beside the refusals that write-back knows (crmllm.connectors.base).

RemoteUnavailable            no clear answer
 +-- NotSent                 nothing left the house, or the CRM says that it did nothing: safe to try again
      +-- Throttled          slower; `wait` seconds
      +-- QuotaGone          nothing until the window ends
      +-- NeedsSignIn        a person has to sign in again
RemoteRefused
 +-- FieldRefused            a field is not there, or hidden from us; `field` names it
 +-- Duplicate               the CRM has such a record already
CursorExpired                the position is not known there any more
"""

from __future__ import annotations

from datetime import timedelta

from crmllm.connectors.base import ConnectorError, RemoteRefused, RemoteUnavailable


class NotSent(RemoteUnavailable):
    """The CRM did nothing: it was not reached, or says so."""

    code = "crm_not_reached"

    def __init__(self, message: str, *, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


class Throttled(NotSent):
    code = "crm_throttled"


class QuotaGone(NotSent):
    code = "crm_quota"


class NeedsSignIn(NotSent):
    code = "crm_needs_sign_in"


class FieldRefused(RemoteRefused):
    code = "crm_field"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Duplicate(RemoteRefused):
    code = "crm_duplicate"


class CursorExpired(ConnectorError):
    code = "crm_cursor"


def told_wait(error: Exception) -> timedelta | None:
    """How long the CRM asks us to wait; None when it does not say."""
    return timedelta(seconds=error.wait) if isinstance(error, NotSent) and error.wait else None
