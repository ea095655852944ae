"""The demo documents, forms, contact cards and invitations.

Makes real files out of plain text: a PDF, a Word, PowerPoint or Excel file, a picture.

Lines of " | " are rows of a table. Good enough for demo items and tests; what comes out opens in every program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

from crmllm.ingestion.demo import dated

_TOP, _STEP = 800, 14
_COLUMNS = (56, 270, 350, 440, 520)  # the first one is wide: it names things


def papers(today: date) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of every demo document, web form, contact card and invitation, in the order of the names.

    The text of a document lies in a file with the ending that it gets and `.txt` behind it.
    """
    home = Path(__file__).parent
    for path in sorted(path for folder in ("documents", "forms", "cards") for path in (home / folder).iterdir()):
        text = dated(path.read_text(encoding="utf-8"), today).removesuffix("\n")
        name = path.name.removesuffix(".txt")
        yield name, _made(name.rpartition(".")[2], text)


def _made(ending: str, text: str) -> bytes:
    pages = text.split("\n=====\n")
    if ending == "pdf":
        return pdf(pages)
    if ending == "docx":
        return docx(text)
    if ending == "pptx":
        return pptx(pages)
    return xlsx({"Request": text}) if ending == "xlsx" else text.encode()


def pdf(pages: Sequence[str]) -> bytes:
    """One page a text, in Helvetica; letters outside of Windows-1252 become question marks."""
    first = 4
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        content = _page(page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first + 2 * number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream")
    return _assembled(objects)


def _page(text: str) -> bytes:
    drawn = []
    for row, line in enumerate(text.split("\n")):
        for column, cell in enumerate(line.split(" | ")):
            safe = cell.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252", "replace")
            x, y = _COLUMNS[min(column, len(_COLUMNS) - 1)], _TOP - row * _STEP
            drawn.append(f"1 0 0 1 {x} {y} Tm ".encode() + b"(" + safe + b") Tj")
    return b"BT /F1 10 Tf\n" + b"\n".join(drawn) + b"\nET"


def _assembled(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def docx(text: str) -> bytes:
    """Paragraphs and tables; a line that starts with "# " is a heading."""
    from docx import Document

    document = Document()
    for block in _blocks(text):
        if isinstance(block, list):
            table = document.add_table(rows=len(block), cols=max(len(row) for row in block))
            for row, cells in zip(table.rows, block, strict=True):
                for cell, words in zip(row.cells, cells, strict=False):
                    cell.text = words
        elif block.startswith("# "):
            document.add_heading(block[2:], level=1)
        else:
            document.add_paragraph(block)
    return _saved(document)


def _blocks(text: str) -> list[str | list[list[str]]]:
    """Lines, and tables of lines that follow each other."""
    found: list[str | list[list[str]]] = []
    for line in text.split("\n"):
        if " | " not in line:
            found.append(line)
        elif found and isinstance(found[-1], list):
            found[-1].append(line.split(" | "))
        else:
            found.append([line.split(" | ")])
    return found


def pptx(slides: Sequence[str]) -> bytes:
    """One slide a text: its first line is the title."""
    from pptx import Presentation

    show = Presentation()
    for text in slides:
        title, _, body = text.partition("\n")
        slide = show.slides.add_slide(show.slide_layouts[1])
        for shape, words in zip(slide.placeholders, (title, body), strict=True):
            shape.text_frame.text = words
    return _saved(show)


def xlsx(sheets: dict[str, str]) -> bytes:
    """One sheet a text; whole numbers and decimals become numbers."""
    from openpyxl import Workbook

    book = Workbook()
    for number, (title, text) in enumerate(sheets.items()):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = title
        for line in text.split("\n"):
            sheet.append([_cell(words) for words in line.split(" | ")])
    return _saved(book)


def _cell(words: str) -> str | float:
    return float(words) if words.replace(".", "", 1).isdigit() else words


def picture(text: str) -> bytes:
    """The text as a scanner would see it."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (900, 40 + 18 * len(text.split("\n"))), 255)
    ImageDraw.Draw(image).text((20, 20), text, fill=0)
    return _saved(image, "PNG")


def _saved(made: object, *how: str) -> bytes:
    file = BytesIO()
    made.save(file, *how)  # type: ignore[attr-defined]
    return file.getvalue()
