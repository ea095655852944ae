"""Pictures of text, read by tesseract where the operator installed it; without it they are refused with the reason."""

from __future__ import annotations

import shutil
import subprocess
import time
import warnings
from collections.abc import Sequence
from io import BytesIO

from PIL import Image
from pypdf import PageObject

from crmllm.ingestion.documents.paper import Paper, Refusal

SECONDS = 60.0
MAX_PIXELS = 60_000_000
MAX_PICTURES = 50
LANGUAGES = ("eng", "deu", "fra", "spa", "ita", "nld", "por", "pol")
MISSING = (
    "It is a picture of text. Such files are read once the OCR tool tesseract is installed on the server; "
    "this one can be replayed then."
)
_TOO_LONG = f"It is a picture of text, and reading it took longer than {SECONDS:.0f} seconds."


def is_installed() -> bool:
    return shutil.which("tesseract") is not None


def read(raw: bytes) -> Paper:
    """A picture."""
    picture = _opened(raw)
    if not is_installed():
        raise Refusal(MISSING)
    paper = Paper()
    deadline = time.monotonic() + SECONDS
    for number in range(min(getattr(picture, "n_frames", 1), MAX_PICTURES)):
        picture.seek(number)
        paper.add(_recognised(picture, deadline), f"page {number + 1}")
    if not paper.text.strip():
        raise Refusal("It is a picture without readable text.")
    return paper


def of_pages(pages: Sequence[PageObject]) -> list[str]:
    """What stands in the pictures of each page of a PDF."""
    deadline = time.monotonic() + SECONDS
    found = []
    for page in pages[:MAX_PICTURES]:
        try:
            pictures = [_opened(one.data) for one in page.images]
        except (Refusal, ValueError, KeyError, OSError, NotImplementedError):
            pictures = []
        largest = max(pictures, key=lambda one: one.width * one.height, default=None)
        found.append(_recognised(largest, deadline) if largest is not None else "")
    if not any(text.strip() for text in found):
        raise Refusal("It is a picture without readable text.")
    return found


def _opened(raw: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(BytesIO(raw))
            if picture.width * picture.height > MAX_PIXELS:
                raise Refusal(f"It is a picture of more than {MAX_PIXELS // 1_000_000} million pixels.")
            picture.load()
    except Refusal:
        raise
    except Exception as error:
        raise Refusal("It is a broken picture.") from error
    return picture


def _recognised(picture: Image.Image, deadline: float) -> str:
    left = deadline - time.monotonic()
    if left <= 0:
        raise Refusal(_TOO_LONG)
    file = BytesIO()
    picture.convert("L").save(file, "PNG")
    try:
        done = subprocess.run(
            ["tesseract", "stdin", "stdout", "-l", _languages()], input=file.getvalue(), capture_output=True,
            timeout=left, check=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refusal(_TOO_LONG) from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise Refusal("It is a picture of text, and the OCR tool failed on it.") from error
    return done.stdout.decode("utf-8", "replace")


def _languages() -> str:
    """Those of ours that are installed."""
    try:
        listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=10, check=True)
    except (subprocess.SubprocessError, OSError):
        return LANGUAGES[0]
    known = set(listed.stdout.decode("utf-8", "replace").split())
    return "+".join(one for one in LANGUAGES if one in known) or LANGUAGES[0]
