"""Reads a document in a process of its own: `python -m crmllm.ingestion.documents.apart FORMAT` from standard input.

The libraries that open what strangers made are large. Here a crash, an endless loop or a file made to fill the memory
ends that process only, and becomes a sentence.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from crmllm.ingestion.documents.paper import Format, Paper, Refusal

SECONDS = 90  # OCR has a shorter limit of its own, and gives a better reason
CPU_SECONDS = 45
MEMORY = 2 * 2**30
MAX_BYTES = 100 * 2**20
_ROOT = Path(__file__).resolve().parents[3]


def read(wanted: str, raw: bytes, *, seconds: float = SECONDS) -> Paper:
    """Raises Refusal, nothing else, whatever the bytes are."""
    if len(raw) > MAX_BYTES:
        raise Refusal(f"It is larger than {MAX_BYTES // 2**20} MB.")
    command = [sys.executable, "-m", "crmllm.ingestion.documents.apart", wanted]
    # Nothing of our secrets: what is opened there was made by strangers.
    environment = {"PATH": os.environ.get("PATH", ""), "OPENBLAS_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            command, input=raw, capture_output=True, timeout=seconds, cwd=_ROOT, env=environment, check=False
        )
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired as error:
        raise Refusal(f"Reading it took longer than {seconds:g} seconds.") from error
    except ValueError as error:
        raise Refusal("It is broken, or made so that reading it needs more time or memory than is allowed.") from error
    if "refusal" in answer:
        raise Refusal(answer["refusal"])
    places = [(start, end, label) for start, end, label in answer.pop("places")]
    return Paper(places=places, **answer)


def formats() -> dict[str, Format]:
    """Every format by name. The libraries are loaded here, in the process that needs them."""
    from crmllm.ingestion.documents import ocr, office, pdf

    return {"pdf": pdf.read, "docx": office.docx, "pptx": office.pptx, "xlsx": office.xlsx, "picture": ocr.read}


def read_here(wanted: str, raw: bytes) -> Paper:
    """Reads in this process, without its limits."""
    paper = formats()[wanted](raw)
    if not any(char.isalnum() for char in paper.text):
        raise Refusal("It holds no text.")
    return paper


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the time limit of the caller holds there too
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(wanted: str) -> None:
    _limit()
    raw = sys.stdin.buffer.read()
    answer: dict[str, object]
    try:
        answer = asdict(read_here(wanted, raw))
    except Refusal as refusal:
        answer = {"refusal": refusal.reason}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1])
