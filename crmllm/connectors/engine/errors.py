"""What went wrong between us and a CRM, beside the refusals that write-back knows (crmllm.connectors.base).

RemoteUnavailable            no clear answer
 +-- Unclear                 not now; `wait` says how long, where the CRM does
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

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from crmllm.connectors.base import ConnectorError, RemoteRefused, RemoteUnavailable
from crmllm.core.errors import BadInput
from crmllm.jobs.failures import report


class OddRecord(BadInput):
    """What a CRM gives as a record is none."""

    code = "odd_record"


#: What reading an answer of another form than the declared one comes to.
UNFORESEEN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError)


class Unclear(RemoteUnavailable):
    """The CRM does not say what it did, and may say when to come again."""

    def __init__(self, message: str, *, wait: float = 0) -> None:
        super().__init__(message)
        self.wait = wait


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
    return timedelta(seconds=error.wait) if isinstance(error, NotSent | Unclear) and error.wait else None


@contextmanager
def understood(name: str) -> Iterator[None]:
    """An answer in a form that nobody foresaw is no clear answer, and no reason for a stage to stop; a declaration that
    does not fit is the operator's to mend. Both are told in a sentence; where it happened is logged."""
    try:
        yield
    except UNFORESEEN as error:
        report(error, job="crm")
        raise Unclear(f"{name} answered in a form that nobody foresaw; it is asked again later.") from None
    except OddRecord as error:
        raise Unclear(f"{name}: {error.message}") from None
    except BadInput as error:
        raise RemoteRefused(f"{name}: {error.message}", code=error.code) from None
