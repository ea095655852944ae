"""Converting a lead: Salesforce offers it by SOAP alone."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from lxml import etree

from crmllm.connectors.base import RemoteRefused, RemoteUnavailable
from crmllm.connectors.engine.declared.calls import Call
from crmllm.connectors.engine.errors import NeedsSignIn
from crmllm.connectors.engine.strategy import Conversion, Converted
from crmllm.connectors.engine.transport import Transport
from crmllm.core.guarded_http import Answer

NAMES = {"p": "urn:partner.soap.sforce.com"}
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com">'
    "<e:Header><SessionHeader><sessionId>{session}</sessionId></SessionHeader></e:Header>"
    "<e:Body><convertLead><leadConverts>{wishes}</leadConverts></convertLead></e:Body></e:Envelope>"
)
TO = {"account": "accountId", "contact": "contactId", "opportunity": "opportunityId"}


def convert(transport: Transport, call: Call, lead: str, wish: Conversion, status: str) -> Converted:
    """Converts one lead. Raises ConnectorError."""
    wishes = {
        "leadId": lead,
        "convertedStatus": status,
        "doNotCreateOpportunity": "false" if wish.opportunity or wish.to.get("opportunity") else "true",
        "opportunityName": wish.opportunity,
        **{name: wish.to.get(target, "") for target, name in TO.items()},
    }
    result = _parsed(_asked(transport, call, {name: value for name, value in wishes.items() if value}))
    found = {target: result.findtext(f"p:{name}", default="", namespaces=NAMES) for target, name in TO.items()}
    if result.findtext("p:success", namespaces=NAMES) != "true":
        said = result.findtext("p:errors/p:message", default="no reason given", namespaces=NAMES)
        code = result.findtext("p:errors/p:statusCode", default="", namespaces=NAMES)
        rule = transport.rule_for(None, {"message": said}, f"{code}: {said}")
        if rule is not None:
            raise transport.told(rule, {"message": said}, code)
        raise RemoteRefused(f"{transport.connection.name} did not convert the lead: {said[:160]}.")
    return Converted(**found)


def _asked(transport: Transport, call: Call, wishes: Mapping[str, str]) -> Answer:
    """The session goes along in the body: when it ends on the way, the body is made anew with the next one."""
    try:
        return transport.ask(call, {}, content=_envelope(transport.session.token(), wishes))
    except NeedsSignIn:
        return transport.ask(call, {}, content=_envelope(transport.session.token(), wishes))


def _envelope(session: str, wishes: Mapping[str, str]) -> bytes:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in wishes.items())
    return ENVELOPE.format(session=escape(session), wishes=inner).encode()


def _parsed(answer: Answer) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        found = etree.fromstring(answer.body, parser).find(".//p:result", NAMES)
    except etree.XMLSyntaxError:
        found = None
    if found is None:
        raise RemoteUnavailable("Salesforce's answer to the conversion cannot be read; the lead is looked up.")
    return found
