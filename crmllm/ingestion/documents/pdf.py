"""PDF. Text is laid out as on the page, so that the columns of a table stay beside each other."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from crmllm.ingestion.documents import ocr
from crmllm.ingestion.documents.paper import Paper, Refusal

MAX_PAGES = 500
#: With fewer letters than this on its pages, a PDF is a picture of text.
FEW_LETTERS = 12
_WIDE = re.compile(r"(?<=\S)[ \t]{3,}")


def read(raw: bytes) -> Paper:
    try:
        document = PdfReader(BytesIO(raw), strict=False)
        if document.is_encrypted and not document.decrypt(""):
            raise Refusal("It is protected with a password. Save it without one and try again.")
        count = len(document.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise Refusal("It is a broken PDF: no page of it can be opened.") from error
    if count > MAX_PAGES:
        raise Refusal(f"It has more than {MAX_PAGES} pages.")
    paper = Paper()
    _properties(document, paper)
    pages = [_text(document.pages[number]) for number in range(count)]
    if sum(char.isalnum() for page in pages for char in page) < FEW_LETTERS:
        if not ocr.is_installed():
            raise Refusal(
                ocr.MISSING if any(_has_picture(page) for page in document.pages[:3]) else "It holds no text."
            )
        pages = ocr.of_pages(document.pages)
    for number, page in enumerate(pages, start=1):
        paper.add(page, f"page {number}")
        if paper.is_full:
            break
    return paper


def _text(page: PageObject) -> str:
    """The page as it is laid out; where that fails, its words in the order in which they were written."""
    try:
        laid_out = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=True)
    except Exception:  # any of many, out of what strangers wrote
        laid_out = ""
    if not laid_out.strip():
        try:
            laid_out = page.extract_text()
        except Exception:
            return ""
    lines = _unindented(laid_out).splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_WIDE.sub("   ", line) for line in lines))


def _unindented(text: str) -> str:
    """Without the margin of the page, and without deep indents: an address on the right is no code."""
    return "\n".join(line.strip() for line in text.splitlines())


def _has_picture(page: PageObject) -> bool:
    try:
        return len(page.images) > 0
    except Exception:
        return False


def _properties(document: PdfReader, paper: Paper) -> None:
    try:
        known = document.metadata
        paper.title = str(known.title or "")[:200] if known else ""
        made: datetime | None = known.creation_date if known else None
        paper.written = made.isoformat() if made else ""
    except Exception:  # dates and titles are often broken, and never needed
        return
