"""Documents: PDF, Word, PowerPoint, Excel, HTML, plain text, and pictures of text where there is an OCR tool."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from crmllm.ingestion.documents import apart
from crmllm.ingestion.documents.paper import Paper, Refusal
from crmllm.ingestion.kinds.text import decode, moment
from crmllm.ingestion.kinds.types import Location, Participant, Read, Reader, Unreadable
from crmllm.ingestion.mail.html import read_html

MAX_PARTICIPANTS = 20
MAX_COMPANIES = 3
_HEAD_LINES = 60
_DATED = re.compile(
    r"(?:^|[\s|(])(?:date(?: of issue| issued)?|order date|issued(?: on)?|dated|"
    r"(?:bestell|angebots|rechnungs|beleg|auftrags)?datum|date(?: de la)? commande|date du devis|le|"
    r"fecha(?: del? pedido)?|data(?: ordine| documento)?|besteldatum|data da encomenda)[ \t|:.]+(?=\S)",
    re.IGNORECASE,
)
_PLACE_AND_DAY = re.compile(
    r"^[^\W\d_][^\n,|]{1,40},[ \t]*(?:den |le |the |il |el )?(?=\d|[^\W\d_]{3,10}\.? \d)", re.IGNORECASE
)
_ENDS_IN_DAY = re.compile(r"^.{0,50}(?:^|[\s(])\S{1,4}(?:[ ./-]\S{1,10}){1,2}[ ./-]?(?:20)?\d\d\)?[ \t]*$")
_KIND_OF_PAPER = re.compile(
    r"\b(?:purchase order|order confirmation|order form|quotation|quote|proposal|contract|agreement|invoice|"
    r"request for|statement of work|bestellung|angebot|angebotsanfrage|auftragsbestätigung|anfrage|rahmenvertrag|"
    r"vertrag|rechnung|ausschreibung|bon de commande|devis|commande|contrat|appel d'offres|pedido|presupuesto|contrato|"
    r"oferta|ordine|preventivo|contratto|offerte(?:aanvraag)?|bestelling|overeenkomst|"
    r"bestelbon|encomenda|orçamento|proposta|complaint|reklamation|mängelrüge|réclamation|reclamación|reclamo|klacht)\b",
    re.IGNORECASE,
)
_SALUTATION = re.compile(
    r"^(?:dear|sehr geehrte|to whom|madame|monsieur|estimad|gentil|egregi|geachte|beste|prezad|exm)",
    re.IGNORECASE | re.MULTILINE,
)
_COMPANY = re.compile(
    r"(?:\b(?:GmbH(?: & Co\.? KG)?|AG|KG|Ltd|LLC|Inc|plc|SAS|SARL|SA|NV|BV|AB|AS|Oy|eGen)|"
    r"\b(?:B\.V|N\.V|S\.A|S\.L|S\.r\.l|S\.p\.A|e\.K)|A/S)\.?$"
)
#: What stands before a party's name in the head of an agreement.
_BEFORE_PARTY = re.compile(
    r"^(?:(?:between|and|for|zwischen|und|für|entre|et|pour|para|tra|per|tussen|voor|między|pomiędzy|dla)\s+)+",
    re.IGNORECASE,
)
_NO_TITLES = frozenset({"anonymous", "untitled", "powerpoint presentation", "word document", "document"})
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_MONTH_FIRST = re.compile(r"US\$|\bUSD\b|\$ ?\d|,[ ][A-Z]{2}[ ]\d{5}\b|\b(?:Inc|LLC)\b")


def _read_apart(wanted: str) -> Callable[[bytes, str], Read]:
    def read(raw: bytes, name: str) -> Read:
        try:
            return _read(apart.read(wanted, raw), name)
        except Refusal as refusal:
            raise Unreadable(refusal.reason) from None

    return read


def read_text(raw: bytes, name: str) -> Read:
    """Plain text and Markdown, with its paragraphs numbered."""
    return _read(_paragraphs(decode(raw)), name)


def read_page(raw: bytes, name: str) -> Read:
    """A saved web page, or a report in HTML. What a reader would not see of it is kept apart."""
    view = read_html(decode(raw))
    paper = _paragraphs(view.text)
    for one in view.hidden:
        paper.hide(one.text)
    return _read(paper, name)


def _paragraphs(text: str) -> Paper:
    paper = Paper(text=text.strip("\n"))
    for number, block in enumerate(re.finditer(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*", paper.text), start=1):
        paper.places.append((block.start(), block.end(), f"paragraph {number}"))
    if not any(char.isalnum() for char in paper.text):
        raise Unreadable("It holds no words.")
    return paper


def _read(paper: Paper, name: str) -> Read:
    return Read(
        text=paper.text,
        locations=tuple(Location(start, end, label) for start, end, label in paper.places),
        subject=_subject(paper, name),
        participants=_people(paper.text),
        occurred_at=_dated(paper.text) or moment(name.rpartition("/")[2]) or _written(paper.written),
        warnings=("hidden_text",) if paper.hidden else (),
        hidden_text=paper.hidden,
    )


def _subject(paper: Paper, name: str) -> str:
    """The line near the top that says what the document is, else its title, else the file's name."""
    head = [" ".join(line.strip(" #*|_-").split()) for line in paper.text.splitlines()[:_HEAD_LINES]]
    told = next((line for line in head if len(line) <= 90 and _KIND_OF_PAPER.search(line)), "")
    title = " ".join(paper.title.strip("()").split())
    heading = next((line.strip("# ") for line in paper.text.splitlines()[:3] if line.startswith("#")), "")
    if paper.places and paper.places[0][2].startswith("slide"):
        heading = heading or next((line for line in head if line), "")
    title = "" if title.lower() in _NO_TITLES else title
    return (
        told or heading or title or re.sub(r"[_-]+", " ", re.sub(r"\.\w{1,5}$", "", name.rpartition("/")[2])).strip()
    )[:200]


def _people(text: str) -> tuple[Participant, ...]:
    """The companies in its head, and whom it gives a way to reach; people are for extraction to find."""
    addresses = dict.fromkeys(match[0].lower().strip(".") for match in _EMAIL.finditer(text[:200_000]))
    companies = [Participant(name, company=name) for name in dict.fromkeys(_companies(text))]
    return (*companies[:MAX_COMPANIES], *(Participant("", address) for address in list(addresses)[:MAX_PARTICIPANTS]))


def _companies(text: str) -> Iterator[str]:
    """What ends in a legal form, alone in its line or cell."""
    for line in text.splitlines()[:_HEAD_LINES]:
        for cell in re.split(r"[|,(;]| {3,}|\t", line):
            name = _BEFORE_PARTY.sub("", re.sub(r"^.{0,25}:\s+", "", " ".join(cell.strip(" #*-").split())))
            if 5 <= len(name) <= 70 and _COMPANY.search(name):
                yield name


def _dated(text: str) -> datetime | None:
    """The day that the document gives as its own."""
    month_first = _MONTH_FIRST.search(text[:20_000]) is not None
    lines = text.splitlines()[:_HEAD_LINES]
    for line in lines:
        for label in _DATED.finditer(line):
            if found := moment(line[label.end() : label.end() + 30], month_first=month_first):
                return found
    for line in lines:
        place = _PLACE_AND_DAY.match(line.strip())
        if place and len(line) < 80 and (found := moment(line.strip()[place.end() :], month_first=month_first)):
            return found
    last = (moment(line.strip()[-30:], month_first=month_first) for line in lines if _ENDS_IN_DAY.search(line))
    return next((found for found in last if found), None)


def _written(told: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(told) if told else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def fits_text(raw: bytes, name: str) -> float:
    """How much a text looks like a business document: it names itself one, and has the marks of a letter."""
    try:
        text = decode(raw[:30_000])
    except Unreadable:
        return 0.0
    head = "\n".join(text.splitlines()[:25])
    return min(0.9, 0.32 + 0.3 * bool(_KIND_OF_PAPER.search(head)) + 0.25 * bool(_SALUTATION.search(text)))


_OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = Reader("pdf", "document", (".pdf",), ("application/pdf",), _read_apart("pdf"))
DOCX = Reader("docx", "document", (".docx",), (f"{_OFFICE}wordprocessingml.document",), _read_apart("docx"))
PPTX = Reader("pptx", "document", (".pptx",), (f"{_OFFICE}presentationml.presentation",), _read_apart("pptx"))
XLSX = Reader("xlsx", "document", (".xlsx",), (f"{_OFFICE}spreadsheetml.sheet",), _read_apart("xlsx"))
PICTURE = Reader(
    "picture", "document", (".png", ".jpg", ".jpeg", ".tif", ".tiff"), ("image/png", "image/jpeg", "image/tiff"),
    _read_apart("picture"),
)  # fmt: skip
PAGE = Reader("html", "document", (".html", ".htm"), ("text/html",), read_page)
TEXT = Reader("document-txt", "document", (".txt", ".md"), ("text/plain", "text/markdown"), read_text, fits_text)
DOCUMENTS = (PDF, DOCX, PPTX, XLSX, PICTURE, PAGE, TEXT)

#: What to do with files that look like documents and are not read.
ADVICE = {
    ".doc": "save it as .docx", ".xls": "save it as .xlsx", ".ppt": "save it as .pptx",
    ".docm": "it may hold macros, save it as .docx", ".xlsm": "it may hold macros, save it as .xlsx",
    ".pptm": "it may hold macros, save it as .pptx", ".rtf": "save it as .docx", ".odt": "save it as .docx",
    ".ods": "save it as .xlsx", ".odp": "save it as .pptx", ".pages": "save it as .docx", ".msg": "save it as .eml",
}  # fmt: skip
