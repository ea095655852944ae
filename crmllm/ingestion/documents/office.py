"""Word, PowerPoint and Excel files of today (Office Open XML): zip archives of XML. Macros are never opened."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from crmllm.ingestion.documents.paper import Paper, Refusal

MAX_PARTS = 5_000
MAX_UNPACKED = 200 * 2**20
MAX_RATIO = 200
RATIO_FREE = 20 * 2**20
MAX_CELLS = 200_000
MAX_SLIDES = 500
#: Longer paragraphs are prose, shorter ones may be the lines of an address.
LINE = 90
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def checked(reader: Callable[[bytes], Paper]) -> Callable[[bytes], Paper]:
    """Looks at the archive before a library does, and gives its failures one sentence."""

    def read(raw: bytes) -> Paper:
        _check(raw)
        try:
            return reader(raw)
        except (Refusal, MemoryError):
            raise
        except Exception as error:  # any of many, out of what strangers wrote
            raise Refusal("It is a broken Office file: it cannot be opened.") from error

    return read


def _check(raw: bytes) -> None:
    if raw.startswith(_OLE):
        if _LOCKED in raw:
            raise Refusal("It is protected with a password. Save it without one and try again.")
        raise Refusal("It is a file of an old Office version. Save it as .docx, .xlsx or .pptx and try again.")
    try:
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refusal("It is a broken Office file: it cannot be opened.") from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise Refusal(f"Unpacked it is larger than {MAX_UNPACKED // 2**20} MB, or of more than {MAX_PARTS} parts.")
    if unpacked > RATIO_FREE and unpacked > MAX_RATIO * len(raw):
        raise Refusal(f"It unpacks to more than {MAX_RATIO} times its size, as archives do that are made to do harm.")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Refusal("It holds macros. Save it without them (.docx, .xlsx, .pptx) and try again.")


def _properties(known: Any, paper: Paper) -> None:
    paper.title = str(known.title or "")[:200]
    moment = known.modified or known.created
    paper.written = moment.isoformat() if isinstance(moment, datetime) else ""


# --- Word


@checked
def docx(raw: bytes) -> Paper:
    from docx import Document

    document = Document(BytesIO(raw))
    paper = Paper()
    _properties(document.core_properties, paper)
    seen: set[str] = set()
    for section in document.sections:
        for head in (section.first_page_header, section.header):
            if not head.is_linked_to_previous:
                _once(paper, head._element, "header", seen)
    _walk(paper, document.element.body, [0, 0])
    for section in document.sections:
        for foot in (section.first_page_footer, section.footer):
            if not foot.is_linked_to_previous:
                _once(paper, foot._element, "footer", seen)
    return paper


def _once(paper: Paper, element: Any, label: str, seen: set[str]) -> None:
    text = "\n".join(_paragraph(paper, one) for one in element.iter(f"{_W}p"))
    if text not in seen:
        paper.add(text, label)
    seen.add(text)


def _walk(paper: Paper, parent: Any, counts: list[int]) -> None:
    """Paragraphs and tables in their order, also inside of content controls. `counts` are those seen so far."""
    for element in parent:
        if paper.is_full:
            return
        if element.tag == f"{_W}p":
            counts[0] += 1
            for box in _boxes(element):
                paper.add(box, f"text box at paragraph {counts[0]}")
            is_item = element.find(f"{_W}pPr/{_W}numPr") is not None
            text = _paragraph(paper, element)
            apart = len(text) > LINE or _is_heading(element)
            end = "\n\n" if apart else "\n"
            paper.add(f"- {text}" if is_item and text.strip() else text, f"paragraph {counts[0]}", end=end)
            if not text.strip():
                paper.gap()
        elif element.tag == f"{_W}tbl":
            counts[1] += 1
            paper.gap()
            _table(paper, element, counts[1])
            paper.gap()
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
            _walk(paper, element, counts)


def _is_heading(paragraph: Any) -> bool:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return style is not None and str(style.get(f"{_W}val")).lower().startswith(("heading", "title"))


def _table(paper: Paper, table: Any, number: int) -> None:
    """A row a line. Cells of several lines lay out a letterhead: they follow each other."""
    for row_number, row in enumerate(table.iter(f"{_W}tr"), start=1):
        label = f"table {number}, row {row_number}"
        cells = [
            "\n".join(line for one in cell.iterchildren(f"{_W}p") if (line := _paragraph(paper, one)).strip())
            for cell in row.iter(f"{_W}tc")
        ]
        if any("\n" in cell for cell in cells):
            for cell in cells:
                paper.add(cell, label)
        else:
            paper.add_row([(cell, label) for cell in cells])
        if paper.is_full:
            return


def _paragraph(paper: Paper, paragraph: Any) -> str:
    """The words of a paragraph that are seen; deleted ones and those of text boxes are none of them."""
    found: list[str] = []
    for run in paragraph.iter(f"{_W}r"):
        if any(one.tag == f"{_W}txbxContent" for one in _up_to(run, paragraph)):
            continue
        text = "".join(_run(run))
        if _is_hidden(run):
            paper.hide(text)
        else:
            found.append(text)
    return "".join(found)


def _run(run: Any) -> Iterator[str]:
    for element in run:
        if element.tag == f"{_W}t":
            yield element.text or ""
        elif element.tag == f"{_W}tab":
            yield "   "
        elif element.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif element.tag == f"{_W}noBreakHyphen":
            yield "-"


def _is_hidden(run: Any) -> bool:
    look = run.find(f"{_W}rPr")
    if look is None:
        return False
    vanish, colour = look.find(f"{_W}vanish"), look.find(f"{_W}color")
    if vanish is not None and vanish.get(f"{_W}val", "true") not in ("0", "false"):
        return True
    shaded = look.find(f"{_W}shd") is not None or look.find(f"{_W}highlight") is not None
    return colour is not None and str(colour.get(f"{_W}val")).upper() == "FFFFFF" and not shaded


def _up_to(element: Any, last: Any) -> Iterator[Any]:
    for one in element.iterancestors():
        if one is last:
            return
        yield one


def _boxes(paragraph: Any) -> Iterator[str]:
    """Text boxes; the copy for old programs says the same again."""
    seen: set[str] = set()
    for box in paragraph.iter(f"{_W}txbxContent"):
        lines = ["".join(word.text or "" for word in one.iter(f"{_W}t")) for one in box.iter(f"{_W}p")]
        text = "\n".join(lines).strip()
        if text and text not in seen:
            seen.add(text)
            yield text


# --- PowerPoint


@checked
def pptx(raw: bytes) -> Paper:
    from pptx import Presentation

    show = Presentation(BytesIO(raw))
    paper = Paper()
    _properties(show.core_properties, paper)
    if len(show.slides) > MAX_SLIDES:
        raise Refusal(f"It has more than {MAX_SLIDES} slides.")
    for number, slide in enumerate(show.slides, start=1):
        hidden = slide._element.get("show") == "0"
        for text in _shapes(slide.shapes):
            if hidden:
                paper.hide(text)
            else:
                paper.add(text, f"slide {number}")
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None and not hidden:
            paper.add(slide.notes_slide.notes_text_frame.text, f"notes of slide {number}")
    return paper


def _shapes(shapes: Any) -> Iterator[str]:
    for shape in sorted(shapes, key=lambda one: (one.top or 0, one.left or 0)):
        if getattr(shape, "has_table", False):
            rows = [" | ".join(cell.text.replace("\n", " ") for cell in row.cells) for row in shape.table.rows]
            yield "\n".join(rows)
        elif hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif shape.has_text_frame:
            yield shape.text_frame.text.replace("\v", "\n")


# --- Excel


@checked
def xlsx(raw: bytes) -> Paper:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(raw), read_only=True, data_only=True)
    paper = Paper()
    _properties(book.properties, paper)
    left = MAX_CELLS
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says of its own size is hearsay
        shown = sheet.sheet_state == "visible"
        for row in sheet.iter_rows():
            left -= len(row) or 1
            if left < 0:
                raise Refusal(f"It has more than {MAX_CELLS} cells.")
            cells = [(_cell(cell), f"{sheet.title}!{cell.coordinate}") for cell in row if cell.value not in (None, "")]
            if shown:
                paper.add_row(cells)
            else:
                paper.hide(" | ".join(text for text, _ in cells))
            if not cells:
                paper.gap()
            if paper.is_full:
                return paper
        paper.gap()
    return paper


_CURRENCY = re.compile(r"\[\$([^\]\-]{1,4})[^\]]*\]|([€$£¥])|\"([A-Z]{3}|[€$£¥])\"")


def _cell(cell: Any) -> str:
    """A value as a person sees it: whole numbers without a point, days without midnight, money with its currency."""
    value = cell.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return str(value)


def _number(value: float, shape: str) -> str:
    if "%" in shape:
        return f"{value * 100:g} %"
    currency = _CURRENCY.search(shape)
    sign = next((one for one in currency.groups() if one), "") if currency else ""
    if sign:
        return f"{sign} {value:,.2f}"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.10g}"
