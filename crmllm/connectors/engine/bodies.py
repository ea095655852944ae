"""In which form events come: one parser a form, all of them giving plain structures that JMESPath can pick from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from crmllm.core.errors import BadInput
from crmllm.core.guarded_http import read_json

DEEPEST = 20  # elements within elements


def _json(body: bytes) -> Any:
    try:
        return read_json(body)
    except ValueError:
        raise BadInput("The body is no JSON.") from None


def _xml(body: bytes) -> Any:
    """{name: text or what is inside}, without namespaces; one that comes several times is a list, "@name" an attribute.

    Nothing outside is fetched and no entity is resolved: whoever calls is a stranger until the body was looked at.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise BadInput("The body is no XML.") from None
    if root.getroottree().docinfo.doctype:
        raise BadInput("The body declares a document type; that is not taken.")
    return {_name(root.tag): _inside(root, DEEPEST)}


def _inside(element: etree._Element, deep: int) -> Any:
    if not deep:
        raise BadInput("The body is nested too deeply.")
    children = [child for child in element if isinstance(child.tag, str)]
    found: dict[str, Any] = {f"@{_name(name)}": str(value) for name, value in element.attrib.items()}
    if not children and not found:
        return element.text or ""
    for child in children:
        name, value = _name(child.tag), _inside(child, deep - 1)
        held = found.get(name)
        found[name] = value if held is None else [*held, value] if isinstance(held, list) else [held, value]
    return found


def _name(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


PARSERS: dict[str, Callable[[bytes], Any]] = {"json": _json, "xml": _xml}
