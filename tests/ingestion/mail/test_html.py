"""HTML mail: the text people see, what is hidden from them, and the safe copy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmllm.ingestion.mail.html import Hint, HintKind, read_html, transfer_hints, without_links


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("one   two\n three", "one two three"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p class=MsoNormal>a</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>b</p>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<table><tr><td>20</td><td>pumps</td></tr><tr><td>3</td><td>valves</td></tr></table>", "20\tpumps\n3\tvalves"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a <b>b</b><i>c</i>, d", "a bc, d"),
        ("<style>p{}</style><script>x()</script><title>t</title>a", "a"),
        ("&lt;b&gt; &amp; &euro;", "<b> & €"),
        ("", ""),
    ],
)
def test_text_as_people_see_it(source: str, text: str) -> None:
    assert read_html(source).text == text


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">SECRET</div>',
        '<div style="DISPLAY : None !important">SECRET</div>',
        '<p style="visibility:hidden">SECRET</p>',
        '<span style="font-size:0">SECRET</span>',
        '<span style="font-size:1px">SECRET</span>',
        '<span style="color:#fff">SECRET</span>',
        '<font color="white">SECRET</font>',
        '<div style="background:#000"><span style="color:rgb(3,3,3)">SECRET</span></div>',
        '<table bgcolor="#336699"><tr><td><span style="color:#336699">SECRET</span></td></tr></table>',
        '<span style="opacity:0">SECRET</span>',
        '<span style="color:transparent">SECRET</span>',
        '<div style="max-height:0;overflow:hidden">SECRET</div>',
        '<div style="text-indent:-9999px">SECRET</div>',
        '<div style="position:absolute;left:-5000px">SECRET</div>',
        "<div hidden>SECRET</div>",
        "<!-- SECRET -->",
        "<style>.x{display:none}</style><div class=x>SECRET</div>",
        "<style>@media screen{p.x{display:none}}</style><p class=x>SECRET</p>",
    ],
)
def test_hidden_words_are_kept_out_of_text_and_copy_but_told(hidden: str) -> None:
    view = read_html(f"<p>Dear Ann</p>{hidden}<p>Bob</p>")
    assert view.text == "Dear Ann\n\nBob"
    assert "SECRET" not in view.html
    assert [found.text for found in view.hidden] == ["SECRET"]


@pytest.mark.parametrize(
    "source",
    [
        '<td bgcolor="#003366"><font color="white">WORDS</font></td>',
        '<div style="background-color:#036;color:#fff">WORDS</div>',
        '<div style="background-image:url(x)"><span style="color:#fff">WORDS</span></div>',
        "<style>.dark td{background:#000}</style><table class=dark><tr><td style='color:#fff'>WORDS</td></tr></table>",
        "<style>@media (max-width:600px){.x{display:none}}</style><div class=x>WORDS</div>",
        '<div style="color:#fff"><span style="color:#333">WORDS</span></div>',
        '<div style="font-size:0"><span style="font-size:14px">WORDS</span></div>',
        "<!--[if mso]><table><tr><td><![endif]-->WORDS",
    ],
)
def test_what_can_be_seen_is_not_taken_for_hidden(source: str) -> None:
    view = read_html(f"<table><tr>{source}</tr></table>" if source.startswith("<td") else source)
    assert view.text == "WORDS"
    assert view.hidden == []


def test_the_copy_loads_and_runs_nothing() -> None:
    view = read_html(
        '<img src="https://track.example/p.gif"><img src="cid:1"><script>x()</script><a href="javascript:x()">a</a>'
        '<a href="https://example.com">b</a><div style="background:url(https://track.example)" onclick="x()">c</div>'
        '<iframe src="https://e.example"></iframe><link rel=stylesheet href=x><form action=x><input></form>'
        '<svg><image href="https://e.example"/></svg><base href="https://e.example"><meta http-equiv=refresh content=0>'
    )
    for forbidden in ("src=", "script", "style", "onclick", "iframe", "track", "form", "svg", "base", "meta", "cid:"):
        assert forbidden not in view.html
    assert 'href="https://example.com"' in view.html
    assert "noopener" in view.html


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("a<div class=gmail_quote>On x:<div>old</div></div>", HintKind.QUOTED, "On x:\nold"),
        ("a<blockquote type=cite>old</blockquote>b", HintKind.QUOTED, "old"),
        ("a<div id=divRplyFwdMsg>From: x</div><div>old</div>", HintKind.HISTORY, "From: x\nold"),
        ("a<div id=appendonsend></div><div>old</div>", HintKind.HISTORY, "old"),
        ("a<div class=gmail_signature>Ann</div>", HintKind.SIGNATURE, "Ann"),
        ('a<div class="moz-signature">Ann</div>', HintKind.SIGNATURE, "Ann"),
        ("a<blockquote>in</blockquote>", HintKind.INDENTED, "in"),
    ],
)
def test_hints_of_mail_programs(source: str, kind: HintKind, words: str) -> None:
    view = read_html(source)
    assert [(hint.kind, view.text[hint.start : hint.end].strip()) for hint in view.hints] == [(kind, words)]


def test_an_answer_between_gmail_quotations_is_not_quoted() -> None:
    view = read_html("<div class=gmail_quote><blockquote class=gmail_quote>old</blockquote>new</div>")
    assert [view.text[hint.start : hint.end].strip() for hint in view.hints] == ["old"]


def test_hints_move_to_the_plain_text_of_the_same_message() -> None:
    source = "Yes, we take it.\nAnn Example\nBuyer of Pumps"
    plain = "> old\n\nYes, we\ntake it.\n\n*Ann Example*\nBuyer of Pumps\n"
    (moved,) = transfer_hints([Hint(17, len(source), HintKind.SIGNATURE)], source, plain)
    assert plain[moved.start : moved.end] == "Ann Example*\nBuyer of Pumps"


def test_html_nested_too_deep_is_cut_and_told() -> None:
    view = read_html("<div>" * 5_000 + "deep")
    assert any("nested too deep" in defect for defect in view.defects)


def test_too_many_tags_are_cut_and_told() -> None:
    view = read_html("<b>a</b>" * 200_000)
    assert any("too long" in defect for defect in view.defects)
    assert view.text.startswith("aaa")


_PIECES = st.sampled_from(
    "<div>|</div>|<p style='|color:#fff'>|<!--|-->|<table><td>|<blockquote type=cite>|&nbsp;|&#0;|<style>a{|}|<pre>|\n"
    "|<br>|\u200b|<div class=gmail_quote>|<img src=x>|<a href='javascript:x'>".split("|")
)


@settings(deadline=None)
@given(st.lists(_PIECES | st.text(max_size=10), max_size=30).map("".join))
def test_no_html_crashes_the_reader(source: str) -> None:
    view = read_html(source)
    assert "\x00" not in view.text
    assert "javascript:" not in view.html.replace("&", "").lower() or "href" not in view.html
    assert all(0 <= hint.start < hint.end <= len(view.text) for hint in view.hints)


def test_a_control_character_beside_what_is_dropped_is_no_obstacle() -> None:
    assert "color" in read_html("\x1f<!---->color:#fff'>").text
    assert read_html("a<script>x</script>&#31;b").text


def test_a_copy_to_look_at_has_no_links() -> None:
    view = read_html('<p>see <a href="https://example.com">our <b>order</b></a></p><ol start="3"><li>x</li></ol>')
    assert "https://example.com" in view.html
    shown = without_links(view.html)
    assert "href" not in shown
    assert "<b>order</b>" in shown
    assert 'start="3"' in shown


def test_links_are_told_with_what_they_say() -> None:
    view = read_html('<a href="https://kane.example/x">our <b>order</b></a><a name="x">y</a>')
    assert view.links == [("https://kane.example/x", "our order")]
