"""HTML mail: the text that a person sees, what is hidden from them, hints about zones, and a safe copy to show."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate, islice

import nh3
from lxml import etree

from crmllm.ingestion.mail.charsets import canonical, spelled

MAX_HTML_CHARS = 1_000_000
MAX_HTML_TAGS = 60_000
MAX_HIDDEN_CHARS = 20_000
MAX_CSS_CHARS = 100_000
MAX_HINTS = 500
MAX_LINKS = 300
MAX_LINK_CHARS = 500
MAX_TRANSFERRED_HINTS = 50
TINY_FONT_PIXELS = 2.0
FAR_OFF_PIXELS = -500.0
FAINTEST = 0.05

Colour = tuple[int, int, int]
_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)
_COLOURS: dict[str, Colour] = {
    "white": _WHITE,
    "black": _BLACK,
    "red": (255, 0, 0),
    "lime": (0, 255, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "yellow": (255, 255, 0),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "maroon": (128, 0, 0),
    "purple": (128, 0, 128),
    "teal": (0, 128, 128),
    "orange": (255, 165, 0),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "ghostwhite": (248, 248, 255),
}
_SAME_COLOUR = 24

_BLOCK_NAMES = (
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption figure footer form h1 h2"
    " h3 h4 h5 h6 header hr li main menu nav ol p pre section summary table tbody tfoot thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"])
_UNSEEN_NAMES = (
    "head script style title meta link base template object embed iframe applet audio video canvas svg math map"
    " frameset noframes datalist select"
)
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_SHOWN_NAMES = (
    "a abbr b big blockquote br center code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre q s small"
    " span strike strong sub sup table tbody td tfoot th thead tr tt u ul var"
)
_SHOWN_TAGS = set(_SHOWN_NAMES.split())
_SHOWN_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}
_UNSEEN_CONTENT = {"script", "style", "title", "head", "template", "iframe", "object", "svg", "math", "noframes"}

_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|%|in|cm|mm)?")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+%?))?")
_HEX = re.compile(r"#([0-9a-f]{3,8})\b")
_RULE = re.compile(r"(?<![^{}])([^{}]+)\{([^{}]*)\}")
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_HSL = re.compile(r"hsla?\(\s*[\d.]+(?:deg)?[\s,]+([\d.]+)%[\s,]+([\d.]+)%")
_CLIPPED = re.compile(r"inset\(\s*(?:100|[5-9]\d)%|circle\(\s*0|polygon\(\s*\)")
_SHRUNK = re.compile(r"scale[xy3d]*\(\s*0?(?:\.0\d*)?\s*[,)]")
_MOVED = re.compile(r"translate[xy3d]*\(\s*(-?[\d.]+\w*)")
_SIMPLE_SELECTOR = re.compile(r"([a-z0-9]+)?([.#][\w-]+)?")
_CONDITIONAL = re.compile(r"^\s*\[(?:if|endif)[^\]]*\]")
_TAG = re.compile(r"<[^<>]*>")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")


class HintKind(StrEnum):
    """What the markup says about a stretch of text."""

    QUOTED = "quoted"
    HISTORY = "history"  # from here on everything is older
    INDENTED = "indented"  # a blockquote of unknown purpose
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Hint:
    """A stretch of the body, in code points, that the markup tells something about."""

    start: int
    end: int
    kind: HintKind


@dataclass(frozen=True, slots=True)
class HiddenText:
    """Words in the message that a person who reads it doesn't see, and how they were hidden."""

    how: str
    text: str


@dataclass(slots=True)
class HtmlView:
    """What was read out of one HTML part."""

    text: str = ""
    html: str = ""
    hints: list[Hint] = field(default_factory=list)
    hidden: list[HiddenText] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # where to, and the words that are shown
    defects: list[str] = field(default_factory=list)


def read_html(source: str) -> HtmlView:
    """Read an HTML part; never raises, whatever it holds."""
    view = HtmlView()
    room = _room(source)
    if room < len(source):
        view.defects.append("The HTML is too long; the rest of it was not read.")
        source = source[:room]
    root = _tree(source, view)
    if root is None:
        return view
    _remove_hidden(root, view)
    view.links = [(link.get("href", "")[:MAX_LINK_CHARS], _words(link)) for link in islice(_links(root), MAX_LINKS)]
    writer = _Writer()
    _write(root, writer)
    view.text, view.hints = writer.finish()
    removed = "".join(writer.invisible)
    if removed:
        view.hidden.append(HiddenText("invisible characters", spelled(removed)))
    # The tree is at most 256 deep: the sanitiser takes quadratic time on deeper ones.
    markup = etree.tostring(root, encoding="unicode", method="html")
    view.html = nh3.clean(
        markup,
        tags=_SHOWN_TAGS,
        attributes=_SHOWN_ATTRIBUTES,
        clean_content_tags=_UNSEEN_CONTENT,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return view


def without_links(html: str) -> str:
    """A safe copy in which nothing can be followed: who reviews a hostile mail must not be one click from its page."""
    attributes = {tag: names for tag, names in _SHOWN_ATTRIBUTES.items() if tag != "a"}
    return nh3.clean(html, tags=_SHOWN_TAGS, attributes=attributes, link_rel=None)


def _links(root: etree._Element) -> Iterator[etree._Element]:
    return (one for one in root.iter("a", "area") if one.get("href"))


def _words(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())[:MAX_LINK_CHARS]


def _room(source: str) -> int:
    """How much of the source is within the limits on its length and on its tags."""
    opened = -1
    if source.count("<") > 2 * MAX_HTML_TAGS:
        for _ in range(2 * MAX_HTML_TAGS):
            opened = source.find("<", opened + 1)
    return min(MAX_HTML_CHARS, len(source) if opened < 0 else opened)


def _tree(source: str, view: HtmlView) -> etree._Element | None:
    data = source.replace("\x00", "").encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None
    if any("depth" in (entry.message or "") for entry in parser.error_log):
        view.defects.append("The HTML is nested too deep; the rest of it was not read.")
    return root


# --- what is hidden ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    """The inherited look of an element: its colours (None: unknown) and whether its own text can be seen."""

    ink: Colour | None = _BLACK
    paper: Colour | None = _WHITE
    tiny: bool = False
    invisible: bool = False

    @property
    def hides(self) -> str:
        if self.tiny:
            return "tiny type"
        if self.invisible:
            return "not visible"
        if (
            self.ink
            and self.paper
            and sum(abs(a - b) for a, b in zip(self.ink, self.paper, strict=True)) <= _SAME_COLOUR
        ):
            return "colour of the background"
        return ""


def _remove_hidden(root: etree._Element, view: HtmlView) -> None:
    """Take out of the tree what a person can't see, and keep its words apart."""
    sheet = _Stylesheet(root)
    found: list[tuple[str, str]] = []
    looks: list[_Look] = [_Look()]
    doomed: list[etree._Element] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, element in walk:
        if event == "comment":
            text = _comment_text(element.text or "")
            if text:
                found.append(("comment", text))
            doomed.append(element)
            _hide_tail(element, looks[-1], found)
        elif event == "start":
            style = sheet.style_of(element)
            how = _hidden_by(element, style)
            if how or element.tag in _UNSEEN:
                if how:
                    found.append((how, "".join(element.itertext(tag=None))))
                doomed.append(element)
                walk.skip_subtree()
            look = _look(element, style, looks[-1], sheet) if style or element.attrib else looks[-1]
            looks.append(look)
            if look.hides and element.text and element.text.strip() and not how:
                found.append((look.hides, element.text))
                element.text = None
        else:
            looks.pop()
            _hide_tail(element, looks[-1], found)
    for element in doomed:
        _drop(element)
    _record(found, view)


def _hide_tail(element: etree._Element, look: _Look, found: list[tuple[str, str]]) -> None:
    if element.tail and look.hides and element.tail.strip():
        found.append((look.hides, element.tail))
        element.tail = None


def _record(found: list[tuple[str, str]], view: HtmlView) -> None:
    room = MAX_HIDDEN_CHARS
    for how, text in found:
        text = " ".join(canonical(text)[0].split())[:room]
        if text and room > 0:
            view.hidden.append(HiddenText(how, text))
            room -= len(text)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        element.clear(keep_tail=True)
        return
    if element.tail:
        previous = element.getprevious()
        if previous is None:
            parent.text = _fit((parent.text or "") + element.tail)
        else:
            previous.tail = _fit((previous.tail or "") + element.tail)
    parent.remove(element)


def _fit(text: str) -> str:
    """Text that lxml takes back: its parser lets control characters in that its own setter refuses."""
    return _UNFIT.sub(" ", text)


def _comment_text(comment: str) -> str:
    """The words of a comment; the conditional comments of mail programs hold markup only."""
    text = _TAG.sub(" ", _CONDITIONAL.sub("", comment).replace("<![endif]", " "))
    text = " ".join(text.split())
    return text if re.search(r"\w{2}", text) and text != "endif" else ""


def _hidden_by(element: etree._Element, style: dict[str, str]) -> str:
    """How the whole subtree of an element is hidden; empty if it is not."""
    if "hidden" in element.attrib or (element.tag == "input" and element.get("type", "").lower() == "hidden"):
        return "not displayed"
    if not style:
        return ""
    if style.get("display", "").startswith("none"):
        return "not displayed"
    if (opacity := _share(style.get("opacity"))) is not None and opacity <= FAINTEST:
        return "transparent"
    clipped = style.get("overflow", style.get("overflow-y", "")).startswith(("hidden", "clip"))
    boxes = (style.get(name) for name in ("height", "max-height", "width", "max-width"))
    if clipped and any(value is not None and 0 <= value <= 1 for value in map(_pixels, boxes)):
        return "no room"
    placed = ("text-indent", "left", "top", "right", "margin-left", "margin-top")
    if any((_pixels(style.get(name)) or 0) <= FAR_OFF_PIXELS for name in placed):
        return "outside of the page"
    if re.match(r"rect\(\s*0\w*[\s,]+0\w*[\s,]+0\w*[\s,]+0", style.get("clip", "")):
        return "no room"
    if _CLIPPED.match(style.get("clip-path", "")) or _SHRUNK.search(style.get("transform", "")):
        return "no room"
    if any((_pixels(moved) or 0) <= FAR_OFF_PIXELS for moved in _MOVED.findall(style.get("transform", ""))):
        return "outside of the page"
    return ""


def _look(element: etree._Element, style: dict[str, str], look: _Look, sheet: _Stylesheet) -> _Look:
    ink, paper, tiny, invisible = look.ink, look.paper, look.tiny, look.invisible
    colour = style.get("color") or (element.get("color", "") if element.tag == "font" else "")
    if colour:
        alpha = _alpha(colour)
        transparent = colour.strip().lower() == "transparent" or (alpha is not None and alpha <= FAINTEST)
        ink, invisible = _colour(colour), invisible or transparent
    background = style.get("background-color") or style.get("background") or element.get("bgcolor") or ""
    if (
        "background" in element.attrib
        or "background-image" in style
        or "url(" in background
        or "gradient" in background
    ):
        paper = None
    elif background and not background.strip().lower().startswith(("transparent", "none", "inherit", "initial")):
        paper = _colour(background)
    if sheet.unknown_backgrounds:
        paper = None
    size = style.get("font-size") or _size_of_shorthand(style.get("font", ""))
    if size:
        pixels = _pixels(size)
        tiny = pixels < TINY_FONT_PIXELS if pixels is not None else tiny and not size[:1].isalpha()
    visibility = style.get("visibility", "")
    if visibility:
        invisible = visibility.startswith(("hidden", "collapse"))
    return _Look(ink, paper, tiny, invisible)


def _size_of_shorthand(value: str) -> str:
    match = re.search(r"(\d*\.?\d+(?:px|pt|em|rem|%))", value)
    return match[1] if match else ""


def _number(value: str | None) -> float | None:
    match = _LENGTH.match(value.strip()) if value else None
    return float(match[1]) if match else None


def _pixels(value: str | None) -> float | None:
    match = _LENGTH.match(value.strip()) if value else None
    if not match:
        return None
    scale = {"pt": 1.33, "em": 16.0, "rem": 16.0, "%": 0.16, "in": 96.0, "cm": 37.8, "mm": 3.78}
    return float(match[1]) * scale.get(match[2] or "px", 1.0)


def _share(value: str | None) -> float | None:
    """A share as a number or in percent."""
    number = _number(value)
    return number / 100 if number is not None and value and "%" in value else number


def _alpha(value: str) -> float | None:
    if (digits := _HEX.search(value.lower())) and len(digits[1]) in (4, 8):
        return int(digits[1][3] * 2 if len(digits[1]) == 4 else digits[1][6:], 16) / 255
    match = _RGB.search(value.lower())
    return _share(match[4]) if match and match[4] else None


def _colour(value: str) -> Colour | None:
    value = value.strip().lower()
    if match := _HEX.search(value):
        digits = match[1]
        if len(digits) in (3, 4):
            digits = "".join(digit * 2 for digit in digits[:3])
        if len(digits) >= 6:
            return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
        return None
    if match := _RGB.search(value):
        return int(match[1][:3]), int(match[2][:3]), int(match[3][:3])
    if (match := _HSL.search(value)) and (match[1] == "0" or match[2] in ("0", "100")):
        grey = round(float(match[2]) * 2.55)  # other hues are of no interest: they are seen on white and on black
        return grey, grey, grey
    return next((_COLOURS[word] for word in re.findall(r"[a-z]+", value) if word in _COLOURS), None)


class _Stylesheet:
    """The rules of the style elements that can be told apart without a browser: by tag, class and id."""

    def __init__(self, root: etree._Element) -> None:
        self.rules: dict[str, dict[str, str]] = {}
        self.unknown_backgrounds = False
        css = "".join(style.text or "" for style in root.iter("style"))[:MAX_CSS_CHARS]
        for selectors, body in _unconditional_rules(_CSS_COMMENT.sub(" ", css.lower())):
            declared = _declarations(body)
            for selector in selectors.split(","):
                selector = selector.strip()
                if _SIMPLE_SELECTOR.fullmatch(selector) and selector:
                    self.rules.setdefault(selector, {}).update(declared)
                elif any(name.startswith("background") for name in declared):
                    self.unknown_backgrounds = True

    def style_of(self, element: etree._Element) -> dict[str, str]:
        """What is declared for an element, its own style attribute last."""
        inline = element.get("style")
        if not self.rules:
            return _declarations(inline.lower()) if inline else {}
        tag = str(element.tag)
        style = dict(self.rules.get(tag, ()))
        names = [f".{name}" for name in element.get("class", "").lower().split()[:20]]
        names += [f"#{element.get('id', '').lower()}"]
        for name in names:
            style.update(self.rules.get(name, ()))
            style.update(self.rules.get(tag + name, ()))
        if inline:
            style.update(_declarations(inline.lower()))
        return style


def _unconditional_rules(css: str) -> Iterator[tuple[str, str]]:
    """Rules that hold on every screen: those inside of a media query with a condition are left out."""
    position = 0
    while (at := css.find("@media", position)) >= 0:
        yield from ((match[1], match[2]) for match in _RULE.finditer(css, position, at))
        opened = css.find("{", at)
        if opened < 0:
            return
        depth, end = 1, opened + 1
        for mark in re.finditer(r"[{}]", css[opened + 1 :]):
            depth += 1 if mark[0] == "{" else -1
            end = opened + 1 + mark.end()
            if depth == 0:
                break
        if "(" not in css[at:opened] and "print" not in css[at:opened]:
            yield from ((match[1], match[2]) for match in _RULE.finditer(css, opened + 1, end))
        position = end
    yield from ((match[1], match[2]) for match in _RULE.finditer(css, position))


def _declarations(body: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in body[:4_000].split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, colon, value in pairs if colon}


# --- what is seen ------------------------------------------------------------------------------------------------


class _Writer:
    """Writes text the way a screen shows it: spaces collapse, blocks stand on lines of their own."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.line_start = True
        self.blank = True
        self.touched = False
        self.space = False
        self.hints: list[Hint] = []
        self.invisible: list[str] = []

    def _emit(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def text(self, value: str, preformatted: bool) -> None:
        value, removed = canonical(value)
        if removed:
            self.invisible.append(removed)
        if preformatted:
            if value:
                self._emit(value)
                self.line_start = self.blank = value.endswith("\n")
            return
        words = value.split()
        if not words:
            self.space = self.space or (bool(value) and not self.line_start)
            self.touched = self.touched or "\xa0" in value
            return
        if not self.line_start and (self.space or value[0].isspace()):
            self._emit(" ")
        self._emit(" ".join(words))
        self.line_start = self.blank = self.touched = False
        self.space = value[-1].isspace()

    def line(self) -> None:
        """Begin a new line unless at the start of one already."""
        if not self.line_start or self.touched:
            self.newline()

    def newline(self) -> None:
        self.blank = self.line_start
        if not "".join(self.parts[-3:]).endswith("\n\n\n"):
            self._emit("\n")
        self.line_start, self.space, self.touched = True, False, False

    def gap(self) -> None:
        """Leave one blank line, as between paragraphs."""
        self.line()
        if not self.blank and self.parts:
            self.newline()

    def finish(self) -> tuple[str, list[Hint]]:
        """The text without blank lines around it, and the hints moved along."""
        text = "".join(self.parts)
        lead = len(text) - len(text.lstrip("\n"))
        text = text.strip("\n")
        moved = (
            Hint(max(0, hint.start - lead), min(len(text), hint.end - lead), hint.kind)
            for hint in self.hints
            if min(len(text), hint.end - lead) > max(0, hint.start - lead)
        )
        return text, sorted(moved, key=lambda hint: (hint.start, -hint.end))


def _write(root: etree._Element, out: _Writer) -> None:
    opened: list[tuple[int, HintKind | None]] = []
    history: int | None = None
    preformatted = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
        tag = element.tag
        if event == "comment" or not isinstance(tag, str):
            if event != "start" and element.tail:
                out.text(element.tail, preformatted > 0)
            continue
        if event == "start":
            _open(element, tag, out)
            preformatted += tag in ("pre", "textarea")
            kind = _hint_kind(element, tag)
            if kind is HintKind.HISTORY and history is None:
                out.line()
                history = out.length
            elif kind:
                out.line()
            opened.append((out.length, kind))
            if element.text:
                out.text(element.text, preformatted > 0)
        else:
            preformatted -= tag in ("pre", "textarea")
            start, kind = opened.pop()
            if kind and kind is not HintKind.HISTORY and len(out.hints) < MAX_HINTS:
                out.hints.append(Hint(start, out.length, kind))
            _close(element, tag, out)
            if element.tail:
                out.text(element.tail, preformatted > 0)
    if history is not None:
        out.hints.append(Hint(history, out.length, HintKind.HISTORY))


def _open(element: etree._Element, tag: str, out: _Writer) -> None:
    if tag == "br":
        out.newline()
    elif tag in _BLOCKS:
        if tag in _SPACED and not _tight(element):
            out.gap()
        else:
            out.line()
        if tag == "li":
            out.text("- ", False)
    elif tag in ("td", "th") and not out.line_start:
        out._emit("\t")
        out.space, out.line_start = False, True


def _close(element: etree._Element, tag: str, out: _Writer) -> None:
    if tag in _BLOCKS:
        out.line()
        if tag in _SPACED and not _tight(element):
            out.gap()
    elif tag in ("td", "th"):
        out.line_start = False if out.parts and not out.parts[-1].endswith("\n") else out.line_start


_TIGHT_PARENTS = frozenset(["li", "td", "th", "ul", "ol"])


def _tight(element: etree._Element) -> bool:
    """Paragraphs that mail programs draw without a gap, and lists or tables inside of one another."""
    if element.tag in ("ul", "ol", "table"):
        parent = element.getparent()
        return parent is not None and parent.tag in _TIGHT_PARENTS
    style = element.get("style", "").replace(" ", "").lower()
    return element.get("class", "").lower().startswith("mso") or "margin:0" in style or "margin-bottom:0" in style


_HISTORY_IDS = re.compile(
    r"divrplyfwdmsg|appendonsend|stopspelling|zwchr|olk_src_body_section|isforwardcontent|reply-intro|"
    r"mail-editor-reference-message|ymail_android_signature_link_quoted|originalmessage|oriMsgHtmlSeperator",
    re.IGNORECASE,
)
_HISTORY_CLASSES = re.compile(r"outlookmessageheader|oriMsgHtmlSeperator|moz-email-headers-table", re.IGNORECASE)
_QUOTE_CLASSES = re.compile(
    r"gmail_attr|gmail_extra_quote|moz-cite-prefix|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|"
    r"mail_quote|mailru-blockquote|airmail_on|front-blockquote|freebirdmailquote|history_container",
    re.IGNORECASE,
)
_SIGNATURE_MARKS = re.compile(
    r"gmail_signature(?!_prefix)|moz-signature|applemailsignature|protonmail_signature|tutanota_signature|"
    r"mail-signature|ydp\w*signature|^signature$|ms-outlook-mobile-signature|ms-outlook-ios-signature|elementtoproof_signature|"
    r"airmail_sign|sigbox|email-signature",
    re.IGNORECASE,
)


def _hint_kind(element: etree._Element, tag: str) -> HintKind | None:
    if tag == "blockquote":
        classes = element.get("class", "")
        cited = element.get("type", "").lower() == "cite" or "cite" in element.attrib or "quote" in classes
        return HintKind.QUOTED if cited else HintKind.INDENTED
    if tag not in ("div", "span", "hr", "pre", "table", "p", "a", "section", "font"):
        return None
    identity, classes = element.get("id", ""), element.get("class", "")
    if _HISTORY_IDS.search(identity) or _HISTORY_CLASSES.search(classes):
        return HintKind.HISTORY
    if "data-signatureblock" in element.attrib or element.get("data-smartmail", "") == "gmail_signature":
        return HintKind.SIGNATURE
    for name in (identity, *classes.split()[:20]):
        if _SIGNATURE_MARKS.search(name):
            return HintKind.SIGNATURE
    if "gmail_quote" in classes:
        # With a blockquote inside, the blockquote is the quotation and words beside it are an answer between the lines.
        return HintKind.QUOTED if next(element.iter("blockquote"), None) is None else None
    return HintKind.QUOTED if _QUOTE_CLASSES.search(classes) or _QUOTE_CLASSES.search(identity) else None


def transfer_hints(hints: list[Hint], source: str, target: str) -> tuple[Hint, ...]:
    """Find the stretches of `source` (text of the HTML) again in `target` (the plain text of the same message)."""
    if not hints or not target:
        return ()
    here, there = _Squeezed(source), _Squeezed(target)
    found: list[Hint] = []
    for hint in hints[:MAX_TRANSFERRED_HINTS]:
        words = here.text[here.squeezed(hint.start) : here.squeezed(hint.end)]
        head, tail = words[:60], words[-40:]
        at = there.text.find(head) if len(words) >= 8 else -1
        if at < 0 or there.text.find(head, at + 1) >= 0:
            continue
        closing = there.text.find(tail, at)
        end = closing + len(tail) if closing >= 0 else -1
        if hint.kind is HintKind.HISTORY:
            end = len(there.text)
        if end > at:
            found.append(Hint(there.original(at), there.original(end - 1) + 1, hint.kind))
    return tuple(found)


class _Squeezed:
    """Text without spaces and plain-text decoration, and the way from its offsets to the original and back."""

    _KEPT = re.compile(r"[^\s>*_|<\[\]-]+")

    def __init__(self, text: str) -> None:
        runs = [(match.start(), match[0]) for match in self._KEPT.finditer(text)]
        self.text = "".join(run for _, run in runs)
        self._starts = [start for start, _ in runs]
        self._firsts = [0, *accumulate(len(run) for _, run in runs)]

    def original(self, squeezed: int) -> int:
        run = bisect_right(self._firsts, squeezed) - 1
        return self._starts[run] + squeezed - self._firsts[run]

    def squeezed(self, original: int) -> int:
        run = bisect_right(self._starts, original) - 1
        if run < 0:
            return 0
        return min(self._firsts[run] + original - self._starts[run], self._firsts[run + 1])
