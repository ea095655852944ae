"""Vendored files are what VENDOR.md says, and the sprite holds exactly the icons that are used."""

import hashlib
import re
from pathlib import Path

import pytest

from crmllm.core.templatetags.ui import KIND_ICONS

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (VENDOR / "VENDOR.md").read_text(encoding="utf-8").splitlines()
    if re.search(r"\| [0-9a-f]{64} \|$", line)
]
# In a template by name, or in Python as the icon of an empty state, a bulk action or a badge.
IN_TEMPLATES = re.compile(r"""(?:\{% icon |symbol=|icon\|default:)"([a-z0-9-]+)\"""")
IN_PYTHON = re.compile(r"""\bicon(?:=|": )"([a-z0-9-]+)\"""")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_vendored_file_is_the_pinned_one(row: list[str]) -> None:
    assert hashlib.sha256((VENDOR / row[0]).read_bytes()).hexdigest() == row[-1]


def test_every_vendored_file_is_listed() -> None:
    held = {path.name for path in VENDOR.iterdir() if path.suffix in {".css", ".js", ".svg"}}
    assert held == {row[0] for row in ROWS}


def test_sprite_holds_the_icons_that_are_used() -> None:
    used = set(KIND_ICONS.values())
    for path in (ROOT / "templates").rglob("*.html"):
        used |= set(IN_TEMPLATES.findall(path.read_text(encoding="utf-8")))
    for package in ("crmllm", "review", "tests/support"):
        for path in (ROOT / package).rglob("*.py"):
            used |= set(IN_PYTHON.findall(path.read_text(encoding="utf-8")))
    held = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (VENDOR / "icons.svg").read_text(encoding="utf-8")))
    assert held == used
