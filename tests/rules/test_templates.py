"""What every template keeps to: no inline script or style, documented context, links that work without scripts."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "templates"
TEMPLATES = sorted(ROOT.rglob("*.html"))
FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=|<style\b"),
    "inline script": re.compile(r"<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|javascript:"),
    "hx-on or evaluated values": re.compile(r"hx-on|hx-vars|js:|hx-trigger=\"[^\"]*\["),
    "something from elsewhere": re.compile(r"(?:src|href)=\"(?:https?:)?//"),
}
OPENING_TAG = re.compile(r"<(?P<name>[a-z]+)\b(?P<rest>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.S)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_template_keeps_the_rules(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [rule for rule, pattern in FORBIDDEN.items() if pattern.search(text)] == []
    assert "{% comment %}" in text[:400] or "{#" in text[:400], "say on top what context it needs"
    for tag in OPENING_TAG.finditer(text):
        rest = tag["rest"]
        if tag["name"] == "a" and "hx-get" in rest:
            assert "href=" in rest, "a link works without scripts"
        if "hx-post" in rest:
            assert tag["name"] == "form" and "action=" in rest, "hx-post stands on a real form"


@pytest.mark.parametrize(
    "text",
    [
        '<p style="x">',
        "<script>x</script>",
        '<a onclick="x">',
        '<a hx-on:click="x">',
        '<img src="https://cdn.example/x.png">',
    ],
)
def test_rules_would_find_it(text: str) -> None:
    assert any(pattern.search(text) for pattern in FORBIDDEN.values())
