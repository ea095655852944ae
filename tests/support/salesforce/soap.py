"""What Salesforce offers over SOAP only: converting leads, merging, and taking rows out of the recycle bin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.support.salesforce.calls import Refused, Reply
from tests.support.salesforce.schema import CONVERTED
from tests.support.salesforce.store import long_id
from tests.support.salesforce.writes import merge, save, undelete

if TYPE_CHECKING:
    from tests.support.salesforce.server import Salesforce

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER = "urn:partner.soap.sforce.com"
Words = dict[str, Any]
TO_CONTACT = (
    *("FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "Fax", "LeadSource"),
    *("Description", "HasOptedOutOfEmail", "DoNotCall"),
)


def call_soap(sf: Salesforce, body: bytes) -> Reply:
    """One call of the partner API."""
    try:
        root = ElementTree.fromstring(body)
        session = root.findtext(f".//{{{PARTNER}}}sessionId") or ""
        operation = root.findall(f"{{{ENVELOPE}}}Body/*")[0]
        name = operation.tag.removeprefix(f"{{{PARTNER}}}")
        work = OPERATIONS[name]
    except (ElementTree.ParseError, IndexError, KeyError):
        return _fault("sf:MALFORMED_QUERY", "the request is not understood")
    user = sf.sign_in.access.get(session)
    if user is None:
        return _fault("sf:INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
    results = []
    for words in _items(operation):
        try:
            with sf.org.all_or_none():
                results.append(work(sf, user, words) + "<success>true</success>")
        except Refused as refused:
            fields = "".join(f"<fields>{name}</fields>" for name in refused.fields or ())
            message = f"<message>{escape(refused.message)}</message><statusCode>{refused.code}</statusCode>"
            results.append(f"<errors>{fields}{message}</errors><success>false</success>")
    answer = "".join(f"<result>{result}</result>" for result in results)
    return _envelope(200, f'<{name}Response xmlns="{PARTNER}">{answer}</{name}Response>')


def _convert(sf: Salesforce, user: str, words: Words) -> str:
    lead = sf.org.visible(user, "Lead", str(words.get("leadId")))
    if lead["IsConverted"]:
        raise Refused(400, "CANNOT_UPDATE_CONVERTED_LEAD", "lead is converted already")
    if words.get("convertedStatus") != CONVERTED:
        raise Refused(400, "INVALID_STATUS", f"invalid convertedStatus: {words.get('convertedStatus')}")
    owner = {"OwnerId": words.get("ownerId") or lead["OwnerId"]}
    account = _or_new(sf, user, "Account", words.get("accountId"), {"Name": lead["Company"], **owner})
    person = {name: lead[name] for name in TO_CONTACT if lead.get(name) is not None}
    contact = _or_new(sf, user, "Contact", words.get("contactId"), {**person, "AccountId": account, **owner})
    deal = None
    if words.get("doNotCreateOpportunity") != "true":
        close = f"{sf.org.clock.now():%Y-%m-%d}"
        name = words.get("opportunityName") or lead["Company"]
        values = {"Name": name, "StageName": "Prospecting", "CloseDate": close, "AccountId": account, **owner}
        deal = _or_new(sf, user, "Opportunity", words.get("opportunityId"), values)
    became = {"ConvertedAccountId": account, "ConvertedContactId": contact, "ConvertedOpportunityId": deal}
    converted = {"IsConverted": True, "Status": CONVERTED, "ConvertedDate": f"{sf.org.clock.now():%Y-%m-%d}"}
    sf.org.update("Lead", lead["Id"], converted | became, user, "convert")
    ids = {"accountId": account, "contactId": contact, "leadId": lead["Id"], "opportunityId": deal}
    return "".join(f"<{name}>{value}</{name}>" for name, value in ids.items() if value)


def _or_new(sf: Salesforce, user: str, kind: str, record_id: str | None, values: Words) -> str:
    """An existing record only gets what it lacks."""
    if not record_id:
        return save(sf.org, sf.rules, user, sf.org.objects[kind], values)
    row = sf.org.visible(user, kind, record_id)
    lacking = {name: value for name, value in values.items() if row.get(name) is None}
    if lacking:
        save(sf.org, sf.rules, user, sf.org.objects[kind], lacking, row["Id"])
    return str(row["Id"])


def _undelete(sf: Salesforce, user: str, words: Words) -> str:
    record_id = long_id(str(words["ids"]))
    kind = sf.org.kind_of(record_id)
    if kind is None:
        raise Refused(400, "MALFORMED_ID", f"bad id {record_id}")
    undelete(sf.org, user, kind, record_id)
    return f"<id>{record_id}</id>"


def _merge(sf: Salesforce, user: str, words: Words) -> str:
    winner = long_id(str(words["masterRecord"]["Id"]))
    kind = sf.org.kind_of(winner)
    losers = words["recordToMergeIds"]
    losers = [long_id(one) for one in (losers if isinstance(losers, list) else [losers])]
    if kind is None:
        raise Refused(400, "MALFORMED_ID", f"bad id {winner}")
    for record_id in (winner, *losers):
        sf.org.visible(user, kind.name, record_id)
    merge(sf.org, user, kind, winner, losers)
    return f"<id>{winner}</id>" + "".join(f"<mergedRecordIds>{one}</mergedRecordIds>" for one in losers)


OPERATIONS: dict[str, Callable[[Any, str, Words], str]] = {
    "convertLead": _convert,
    "undelete": _undelete,
    "merge": _merge,
}


def _items(operation: Any) -> list[Words]:
    """Each child of the operation is one piece of work."""
    return [_words(child) if len(child) else {_local(child): child.text} for child in operation]


def _words(element: Any) -> Words:
    words: Words = {}
    for child in element:
        name, value = _local(child), _words(child) if len(child) else child.text
        words[name] = [*_as_list(words[name]), value] if name in words else value
    return words


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _fault(code: str, message: str) -> Reply:
    return _envelope(
        500, f"<soapenv:Fault><faultcode>{code}</faultcode><faultstring>{escape(message)}</faultstring></soapenv:Fault>"
    )


def _envelope(status: int, body: str) -> Reply:
    start = f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:sf="{PARTNER}">'
    whole = f"{start}<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    return Reply(status, whole.encode(), media="text/xml;charset=UTF-8")
