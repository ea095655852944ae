"""Outbound messages: SOAP notifications of changed rows, as the CRM posts them. They carry no signature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from tests.support.salesforce.store import Org

MOST = 100  # notifications in one message


def outbound_message(
    org: Org, kind: str, ids: Sequence[str], fields: Iterable[str], base: str, organization: str = "", first: int = 1
) -> str:
    """The message about these rows; a forged one names another organization, a replayed one repeats its numbers."""
    if len(ids) > MOST:
        raise ValueError(f"one message has at most {MOST} notifications")
    notifications = []
    for place, record_id in enumerate(ids, first):
        row = org.tables[kind].rows.get(record_id, {"Id": record_id})
        values = "".join(f"<sf:{name}>{escape(_text(row.get(name)))}</sf:{name}>" for name in ("Id", *fields))
        notifications.append(
            f"<Notification><Id>04l{place:012d}AAA</Id>"
            f"<sObject xsi:type={quoteattr('sf:' + kind)}>{values}</sObject></Notification>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound"'
        ' xmlns:sf="urn:sobject.enterprise.soap.sforce.com">'
        f"<OrganizationId>{organization or org.id}</OrganizationId><ActionId>04k000000000001AAA</ActionId>"
        f"<EnterpriseUrl>{base}/services/Soap/c/68.0</EnterpriseUrl><PartnerUrl>{base}/services/Soap/u/68.0</PartnerUrl>"
        f"{''.join(notifications)}</notifications></soapenv:Body></soapenv:Envelope>"
    )


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
