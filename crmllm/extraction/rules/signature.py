"""The signature block: where it stands, and whose name, title, company, e-mail and phone it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from crmllm.extraction.rules import emails, organisations, people, phones, titles
from crmllm.extraction.rules.text import (
    Candidate,
    Piece,
    fold,
    lines,
    trimmed,
)
from crmllm.extraction.types import Zone

SIGN_OFF = re.compile(
    r"^\W*(?:(?:many |best |kind(?:est)? |warm(?:est)? |with (?:best |kind |warm )?)?(?:regards|wishes)|best|cheers|"
    r"thanks?(?: you)?"
    r"(?: (?:and|&) (?:best |kind )?regards| so much| again| in advance| very much)?|many thanks|"
    r"(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|yours|respectfully|cordially|take care|br|rgds|"
    r"(?:mit )?(?:den )?(?:freundlichen?|besten?|herzlichen?|lieben?|viele[n]?|schonen?) (?:\w+ )?gru(?:ss|sse|"
    r"ssen)(?: aus .{2,30})?|"
    r"hochachtungsvoll|mfg|lg|vg|bg|gruss|gruesse|grusse|mit freundlichen gruessen|vielen dank(?: und .{2,40})?|"
    r"danke(?: und .{2,40})?|"
    r"(?:bien )?(?:tres )?cordialement(?: a vous)?|cdt|cordiales salutations|(?:meilleures|sinceres) salutations|"
    r"bien a vous|"
    r"salutations(?: distinguees)?|merci(?: d'avance| beaucoup)?|(?:un )?(?:cordial(?:es)? |"
    r"afectuoso )?saludos?(?: cordiales)?|"
    r"atentamente|atte|muchas gracias|gracias(?: de antemano)?|un abrazo|(?:cordiali|distinti|migliori) saluti|"
    r"saluti(?: cordiali)?|grazie(?: mille)?|"
    r"cordialmente|(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en)?|mvg|groet(?:en|jes)?|hoogachtend|"
    r"alvast bedankt|bedankt|"
    r"(?:melhores |com os melhores )?cumprimentos|atenciosamente|att|abracos?|obrigad[oa]|"
    r"(?:med )?vanlig(?:a)? halsning(?:ar)?|"
    r"med venlig hilsen|mvh|vennlig hilsen|ystavallisin terveisin|pozdrawiam|z powazaniem|s pozdravem|udvozlettel|"
    r"saygilarimla)"
    r"[\s,.!:;–-]*$"
)
_SIGN_OFF_LEAD = re.compile(
    r"^(?:best|cheers|thanks|regards|kind regards|best regards|gru(?:ß|ss)|viele grüße|lg|vg|mfg|cordialement|merci|"
    r"saludos|gracias|"
    r"saluti|grazie|groet(?:en|jes)?|mvg|abraços?|obrigad[oa]),\s+",
    re.IGNORECASE,
)
# Greetings that are short enough to stand before the name without a comma: "LG Jonas".
_SHORT_SIGN_OFF = re.compile(r"^(?i:lg|vg|mfg|bg|gr|br|mvg|grtz|cdlt|cdt|abs|pozdr|xx|xoxo)[.,!]*\s+(?=[^\W\d_a-z])")
_DISCLAIMER = re.compile(
    r"confidential|privileged|intended (?:only|solely)|vertraulich|disclaimer|confidentiel|confidencial|riservat|"
    r"vertrouwelijk|"
    r"unsubscribe|virus|think before you print|please consider the environment|amtsgericht|registergericht|"
    r"handelsregister|"
    r"geschaftsfuhrer(?:in)?\s*:|geschaftsfuhrung\s*:|vorstand\s*:|aufsichtsrat|sitz der gesellschaft|"
    r"registered (?:office|in|address)|"
    r"ust-?id|siret|capital (?:de|social)|company (?:no|reg)|vat (?:no|reg|id)|sent from my|von meinem \w+ gesendet|"
    r"envoye de mon|get outlook",
)
# Lines about somebody else: an assistant, a secretary, a deputy, an emergency contact.
_SOMEBODY_ELSE = re.compile(
    r"^\W*(?:(?:my|his|her|meine?|mon|ma|mi|il mio|la mia|mijn|minha|meu)\s+)?(?:(?:executive|personal|team)\s+)?"
    r"(?:assistan\w*|assistenz|assistentin|secretar\w*|sekretariat|secretariat|segreteria|secretaria|pa|"
    r"ea)\s*(?:to\b.*)?[:–-]|"
    r"\b(?:assistant|assistentin|assistante|secretary)\s*:\s*\w",
)
_FILE = re.compile(r"\.(?:docx?|xlsx?|pdf|pptx?|zip|csv|png|jpe?g|gif|txt)\W*$")
_URL = re.compile(
    r"<?(?:https?://|www\.)[^\s>|]+>?|<?\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|fr|de|eu|io|it|es|nl|be|ch|at|co\.uk|"
    r"uk|info|biz|pt|pl|us|example|test)\b(?:/[^\s>|]*)?>?"
)
_NOISE = re.compile(
    r"\[?<?(?:cid:[^\s>\]]+|image\d*\.\w+|mailto:[^\s>\]]*)>?\]?|\[(?:logo|image|plan|cid)[^\]]*\]|<[^<>\s]*>",
    re.IGNORECASE,
)
_LABEL_ONLY = re.compile(
    r"^[\W_]*(?:(?<!\w)(?:tel\w*|phone\w*|fax\w*|mobil\w*|mobiel|cell\w*|handy|port(?:able)?|gsm|e-?mails?|mails?|"
    r"courriel|web(?:site)?|internet|site|"
    r"office|bureau|direct(?: dial| line)?|durchwahl|standard|contact|kontakt|home|work|main|ext|poste|movil|correo|"
    r"adresse|address|no|nr|n|"
    r"skype|linkedin|facebook|twitter|instagram|youtube|xing|ld|ph|fon|telefax|visit|ou|or|oder|und|and|et|ligne|"
    r"directe|principale|mob|web page|page|envoye a|sent to|s|t|f|m|e|w|p|d|c|o)(?!\w)[\W_]*)+$"
)
_LABEL_BEFORE = re.compile(
    r"(?<!\w)(?:(?:t[ée]l\w*|phone|mobile?|mobil|mob|cell|fax|port(?:able)?|direct|office|ligne|directe|bureau|"
    r"standard|e-?mail|mail|courriel|"
    r"contact|web|site|[tmfpe])(?!\w)[ .:]*)+(?=\x1f)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"\s*[\x1f|•·;●■▪¦\t]+\s*|\s+[-–—/~]+\s+|\s{3,}|\s+[-–—]\s*$")
_JOINABLE = re.compile(r"^\s*(?:[-–—,/&]|\|)\s*$")
_EDGES = ' \t,;:|-–—•·*_>=#~+\x1f"“”„'
_AT = re.compile(r"\s+(?:at|@|bei(?: der)?|chez|presso|en|bij|na|of)\s+(?=[A-ZÀ-Þ0-9])|,\s+")
_NAME_LABEL = re.compile(
    r"^\s*(?:(?:full |your |contact )?name|nom(?: et prénom)?|nombre|nome|naam|ansprechpartner(?:in)?|"
    r"contact(?: person)?)\s*[:=]\s*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Card:
    """What one block says about one person."""

    name: Candidate | None = None
    title: Candidate | None = None
    company: Candidate | None = None
    email: Candidate | None = None
    phone: Candidate | None = None
    start: int = 0
    end: int = 0
    decoys: list[Candidate] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A part of a line between separators."""

    piece: Piece
    line: int
    order: int


def locate(
    text: str,
    zones: tuple[Zone, ...],
    start: int = 0,
    end: int | None = None,
    *,
    address: str = "",
    header_name: str = "",
) -> tuple[int, int] | None:
    """Where the author's signature block stands between two places, sign-off line included; None without one."""
    limit = len(text) if end is None else end
    marked = [zone for zone in zones if zone.kind in {"signature", "signoff"} and start <= zone.start < limit]
    if marked:
        return min(zone.start for zone in marked), min(max(zone.end for zone in marked), limit)
    rows = [trimmed(text, row.start, row.end, "> *") for row in lines(text, start, limit)]
    rows = [row for row in rows if row.text]
    best: tuple[float, int, int] | None = None
    for index, row in enumerate(rows):
        bonus = _opening(row, address, header_name)
        if bonus == 0.0:
            continue
        block = _block(rows[index:])
        rank = bonus + _contact_features(block[1:] if len(block) > 1 else [], row)
        if len(block) > 1 or bonus >= 1.0:
            if best is None or rank > best[0] or (rank == best[0] and row.start > best[1]):
                best = (rank, row.start, block[-1].end)
    if best is None or best[0] < 1.4:
        return None
    return best[1], best[2]


def _opening(row: Piece, address: str, header_name: str) -> float:
    """How much a line looks like the first of a signature block: sign-off, dashes, or a person's name."""
    if row.text in {"--", "---", "—", "__"}:
        return 1.0
    if len(row.text) > 70:
        return 0.0
    if SIGN_OFF.match(fold(row.text)):
        return 1.1
    name = people.clean(re.split(r"\s*[,|(]\s*|\s+[-–—]\s+", row.text)[0])
    shape = people.shape(name)
    if shape < 0.3:
        return 0.0
    known = bool(header_name) and people.same_person(name, header_name)
    if len(name.split()) == 1:
        return 0.5 if known else 0.0
    return (
        shape + (0.6 if known else 0.0) + (0.4 if address and people.agrees_with_email(name, address) >= 0.8 else 0.0)
    )


def _block(rows: list[Piece]) -> list[Piece]:
    """The run of short lines from an opening on: it stops where the mail goes on or the legal footer starts."""
    block = rows[:1]
    for row in rows[1:15]:
        folded = fold(row.text)
        if len(row.text) > 110 or (_DISCLAIMER.search(folded) and len(row.text) > 60):
            break
        if _is_sentence(row.text) or re.match(r"(?:from|von|de|da|van|gesendet|envoye|enviado|sent)\s*:", folded):
            break
        block.append(row)
    return block


def _is_sentence(line: str) -> bool:
    tokens = line.split()
    lower = sum(token[:1].islower() for token in tokens)
    return (
        len(tokens) >= 6
        and lower >= len(tokens) * 0.5
        and titles.score(line) < 0.5
        and not organisations.is_address(line)
    )


def _contact_features(rows: list[Piece], opening: Piece) -> float:
    """How many kinds of contact data a block holds, the first lines counting most."""
    rank = 0.0
    text = "\n".join([opening.text, *(row.text for row in rows)])
    if emails.find(text):
        rank += 0.8
    if re.search(r"(?:\d[\s().-]*){7,}", text):
        rank += 0.8
    near = [opening, *rows[:5]]
    if any(titles.score(part) >= 0.45 for row in near for part in re.split(r"\s[-|–]\s|, ", row.text, maxsplit=1)[:2]):
        rank += 0.7
    if any(organisations.score(row.text) >= 0.7 for row in rows[:6]):
        rank += 0.6
    if any(people.shape(people.clean(row.text)) >= 0.5 for row in rows[:3]):
        rank += 0.5
    elif len(rows) and SIGN_OFF.match(fold(opening.text)) and people.shape(people.clean(rows[0].text)) >= 0.3:
        rank += 0.4
    return rank


def parse(
    text: str,
    start: int,
    end: int,
    *,
    countries: tuple[str, ...],
    address: str = "",
    header_name: str = "",
) -> Card:
    """The card of the person who signs. `address` and `header_name` come from the mail's header where known."""
    card = Card(start=start, end=end)
    rows = _own_rows(text, start, end)
    if not rows:
        return card
    first, last = rows[0].start, rows[-1].end
    found_emails = [
        replace(one, start=one.start + first, end=one.end + first)
        for one in emails.find(text[first:last])
        if _inside(rows, one.start + first)
    ]
    found_phones = [
        one for one in phones.find(text, first, last, countries, signature=True) if _inside(rows, one.start)
    ]
    segments = _segments(text, rows, found_emails, found_phones)
    card.name = _name(segments, address or _single_personal(found_emails), header_name)
    name = card.name.value if card.name else header_name
    card.email = _email(found_emails, address, name)
    label = emails.domain_label(address) or (emails.domain_label(card.email.value) if card.email else "")
    rest = [
        _Segment(piece, one.line, one.order)
        for one in _without(segments, card.name)
        for piece in _job_and_company(one.piece, label)
    ]
    card.title = _title(text, rest, label, card.name)
    rest = _without(rest, card.title)
    card.company = _company(text, rest, label, card, bool(emails.domain_label(address)))
    if address and card.title is None and card.name is not None and card.company is not None:
        card.title = _between(rest, card.name, card.company)
    if (number := phones.first_of(found_phones)) is not None:
        card.phone = Candidate(
            "phone",
            number.e164,
            number.start,
            number.end,
            number.confidence,
            f"signature {number.kind}",
        )
    return card


def _own_rows(text: str, start: int, end: int) -> list[Piece]:
    """The block's lines without quote marks, sign-off, disclaimer and lines about somebody else."""
    rows: list[Piece] = []
    for number, row in enumerate(lines(text, start, end)):
        clean = trimmed(text, row.start, row.end, "> ")
        led = _SIGN_OFF_LEAD.match(clean.text) or _SHORT_SIGN_OFF.match(clean.text) if number < 3 else None
        if led is not None and people.shape(people.clean(clean.text[led.end() :])) >= 0.3:
            clean = trimmed(text, clean.start + led.end(), clean.end)  # "Gruß, Bergmann"
        folded = fold(clean.text)
        if not clean.text or (number < 3 and SIGN_OFF.match(folded)) or re.fullmatch(r"[\W_]+", clean.text):
            continue
        if _DISCLAIMER.search(folded):
            if len(clean.text) > 60:
                break
            continue
        if _SOMEBODY_ELSE.search(folded) or clean.text.startswith("<<") or _FILE.search(folded):
            continue
        rows.append(clean)
    return rows


def _inside(rows: list[Piece], offset: int) -> bool:
    return any(row.start <= offset < row.end for row in rows)


def _single_personal(found: list[Candidate]) -> str:
    personal = [one.value for one in found if not emails.is_generic(one.value)]
    return personal[0] if personal else ""


def _segments(text: str, rows: list[Piece], mails: list[Candidate], numbers: list[phones.Phone]) -> list[_Segment]:
    """The lines cut at separators, with addresses, numbers, links and bare labels taken out."""
    taken = [(one.start, one.end) for one in mails] + [(one.start, one.end) for one in numbers]
    found: list[_Segment] = []
    for line_number, row in enumerate(rows):
        chars = list(row.text)
        for pattern in (_NOISE, _URL):
            for match in pattern.finditer(row.text):
                chars[match.start() : match.end()] = "\x1f" * (match.end() - match.start())
        for first, last in taken:
            for index in range(max(first, row.start), min(last, row.end)):
                chars[index - row.start] = "\x1f"
        line = _LABEL_BEFORE.sub(lambda match: "\x1f" * len(match.group()), "".join(chars))
        address_line = organisations.is_address(row.text)
        position = 0
        for gap in [*_SEPARATOR.finditer(line), None]:
            stop = gap.start() if gap else len(line)
            piece = trimmed(text, row.start + position, row.start + stop, _EDGES + "\x1f")
            if (
                piece.text
                and not _LABEL_ONLY.match(fold(piece.text))
                and "\x1f" not in line[piece.start - row.start : piece.end - row.start]
            ):
                if not (address_line and position and organisations.score(piece.text) < 0.7):
                    found.append(_Segment(piece, line_number, len(found)))
            position = gap.end() if gap else stop
    return found


def _name(segments: list[_Segment], address: str, header_name: str) -> Candidate | None:
    """The likeliest name among the segments' beginnings."""
    best: tuple[float, Piece, str] | None = None
    for segment in segments[:14]:
        for piece in _name_pieces(segment.piece):
            value = people.clean(piece.text)
            shape = people.shape(value)
            same = bool(header_name) and people.same_person(value, header_name)
            # "facilities@" agrees with the Facilities Manager, whose name it is not.
            agreement = people.agrees_with_email(value, address) if address and titles.score(value) < 0.9 else 0.0
            if shape == 0.0 or (shape < 0.3 and not same and agreement < 0.8):
                continue
            if len(value.split()) == 1 and not (same and agreement):
                continue
            if organisations.is_department(value) or (organisations.is_address(value) and not same and agreement < 0.8):
                continue
            rank = shape + 0.7 * agreement + 0.8 * same + max(0.0, 0.4 - 0.12 * segment.order)
            if header_name and not same and agreement < 0.6:
                rank -= 0.15
            if (
                not header_name
                and agreement == 0.0
                and len(address.partition("@")[0]) >= 8
                and not emails.is_generic(address)
            ):
                rank -= 0.5  # the address is somebody's full name, and not this one's
            if best is None or rank > best[0] + 1e-9:
                best = (rank, piece, value)
    if best is None or best[0] < 0.75:
        return None
    return Candidate(
        "name",
        best[2],
        best[1].start,
        best[1].end,
        min(0.97, 0.45 + best[0] / 4),
        "signature name",
    )


def _name_pieces(piece: Piece) -> list[Piece]:
    """The stretches of a segment that may be the name: whole, before a comma or bracket, before a job word."""
    labelled = _NAME_LABEL.match(piece.text)
    if labelled:
        piece = trimmed(piece.text, labelled.end(), len(piece.text)) and Piece(
            piece.start + labelled.end(), piece.end, piece.text[labelled.end() :]
        )
    pieces = [piece]
    cut = re.search(r"\s*[,(]\s*", piece.text)
    if cut and cut.start() > 3:
        head = Piece(piece.start, piece.start + cut.start(), piece.text[: cut.start()])
        after = piece.text[cut.end() :].strip(" )")
        if (
            titles.score(after) >= 0.35
            or titles.is_whole_area(after)
            or organisations.score(after) >= 0.7
            or "(" in cut.group()
            or people._is_suffix(after.split(",")[0].strip())
        ):
            pieces = [head] if people._is_suffix(after.split(",")[0].strip()) is False else [piece, head]
    tokens = list(re.finditer(r"\S+", piece.text))
    if len(tokens) >= 3 and titles.has_head(piece.text):
        for count in (2, 3):
            if len(tokens) > count and titles.has_head(tokens[count].group()):
                end = tokens[count - 1].end()
                pieces.append(Piece(piece.start, piece.start + end, piece.text[:end]))
                break
    return pieces


def _without(segments: list[_Segment], taken: Candidate | None) -> list[_Segment]:
    """The segments with a found value's place cut out of them."""
    if taken is None:
        return segments
    rest: list[_Segment] = []
    for segment in segments:
        piece = segment.piece
        if piece.end <= taken.start or piece.start >= taken.end:
            rest.append(segment)
            continue
        for first, last in ((piece.start, taken.start), (taken.end, piece.end)):
            if last > first:
                offset = first - piece.start
                part = trimmed_piece(piece.text[offset : offset + last - first], first)
                if part.text and not _LABEL_ONLY.match(fold(part.text)):
                    rest.append(_Segment(part, segment.line, segment.order))
    return rest


def trimmed_piece(text: str, offset: int) -> Piece:
    """A stretch without separators at its ends, its place counted from an offset."""
    inner = trimmed(text, 0, len(text), _EDGES + "()")
    return Piece(offset + inner.start, offset + inner.end, inner.text)


def _email(found: list[Candidate], address: str, name: str) -> Candidate | None:
    """The signer's own address among those written in the block."""
    if not found:
        return None
    for one in found:
        if one.value == address.lower():
            return one
    ranked = sorted(
        found,
        key=lambda one: (
            -people.agrees_with_email(name, one.value) if name else 0.0,
            emails.is_generic(one.value),
            one.start,
        ),
    )
    return ranked[0]


def _title(text: str, segments: list[_Segment], label: str, name: Candidate | None) -> Candidate | None:
    """The first line that reads as a job, with its field of work, without its employer."""
    best: tuple[float, _Segment, Piece] | None = None
    after_name = next((one.order for one in segments if name and one.piece.start >= name.end), None)
    for segment in segments:
        piece = segment.piece
        marked = titles.labelled(piece.text)
        if marked:
            piece = trimmed_piece(piece.text[marked:], piece.start + marked)
        rank = 1.2 if marked else max(titles.score(piece.text), _department(piece.text, segment.order, after_name))
        if rank < 0.3 or (organisations.legal_form(piece.text) and not _AT.search(piece.text)):
            continue
        if piece.text.startswith("(") and ")" not in piece.text:  # the half of an aside: "(Secretary: Ms Doe"
            continue
        if (
            rank < 1
            and organisations.is_address(piece.text)
            and (rank < 0.9 or any(one.isdigit() for one in piece.text))
        ):
            continue
        if (
            not marked
            and label
            and not _AT.search(piece.text)
            and organisations.matches_domain(piece.text, label) >= 0.8
        ):
            continue
        rank += 0.35 if after_name == segment.order else 0.0
        rank -= 0.02 * segment.order
        if best is None or rank > best[0]:
            best = (rank, segment, piece)
    if best is None or best[0] < 0.15:
        return None
    rank, segment, piece = best
    piece = _without_employer(piece, label, segments, segment)
    piece = _with_area(text, piece, segments, segment)
    return Candidate(
        "title",
        piece.text,
        piece.start,
        piece.end,
        min(0.92, 0.35 + rank * 0.6),
        "signature title",
    )


def _between(segments: list[_Segment], name: Candidate, company: Candidate) -> Candidate | None:
    """The one line between name and company is the job, in whatever words."""
    inner = [one.piece for one in segments if name.end <= one.piece.start and one.piece.end <= company.start]
    if len(inner) != 1 or not 1 <= len(inner[0].text.split()) <= 5 or any(char.isdigit() for char in inner[0].text):
        return None
    if (
        organisations.is_address(inner[0].text)
        or organisations.score(inner[0].text) >= 0.7
        or company.confidence < 0.85
    ):
        return None
    return Candidate("title", inner[0].text, inner[0].start, inner[0].end, 0.55, "line between name and company")


def _department(line: str, order: int, after_name: int | None) -> float:
    """A bare field of work ("Einkauf", "Stores") right after the name stands for the job."""
    head = _AT.split(line, maxsplit=1)[0]
    if order != after_name or len(head.split()) > 3 or any(char.isdigit() for char in head):
        return 0.0
    return 0.5 if titles.is_whole_area(head) else 0.0


def _without_employer(piece: Piece, label: str, segments: list[_Segment], own: _Segment) -> Piece:
    """A title without the employer that follows it after "at" or a comma."""
    others = [one for one in segments if one is not own]
    has_company = any(organisations.score(one.piece.text, label) >= 0.7 for one in others)
    for cut in _AT.finditer(piece.text):
        head, tail = piece.text[: cut.start()], piece.text[cut.end() :]
        if not titles.has_head(head) and titles.score(head) < 0.3 and not titles.is_whole_area(head):
            continue
        comma = cut.group().startswith(",")
        sure = organisations.legal_form(tail) or (label and organisations.matches_domain(tail, label) >= 0.8)
        likely = not titles.is_area(tail) and not titles.has_head(tail) and not has_company
        if cut.group().strip() in {"of", "en", "na"} and not sure:
            continue
        if sure or (likely and (comma or cut.group().strip() in {"at", "@", "bei", "chez", "presso", "bij"})):
            return Piece(piece.start, piece.start + cut.start(), head)
    return piece


def _with_area(text: str, piece: Piece, segments: list[_Segment], own: _Segment) -> Piece:
    """A title with its field of work where a dash or slash cut it off ("Managing Director - Research")."""
    for other in segments:
        if other.line != own.line or other.piece.start < piece.end:
            continue
        if _JOINABLE.match(text[piece.end : other.piece.start]) and "|" not in text[piece.end : other.piece.start]:
            joins = titles.is_area(other.piece.text) and organisations.score(other.piece.text) < 0.7
            if joins and len(other.piece.text.split()) <= 4:
                return Piece(piece.start, other.piece.end, text[piece.start : other.piece.end])
        break
    return piece


def _company(text: str, segments: list[_Segment], label: str, card: Card, real_domain: bool) -> Candidate | None:
    """The best company line; a weak one counts only close to name or title."""
    anchors = [one.start for one in (card.name, card.title) if one is not None]
    best: tuple[float, Piece, str] | None = None
    for segment in segments:
        for piece, why in _company_pieces(segment.piece):
            if not organisations.is_plausible(piece.text):
                continue
            rank = 1.1 if why == "label" else organisations.score(piece.text, label)
            if rank < 0.3 or (titles.score(piece.text) >= 0.3 and rank < 0.9):
                continue
            if card.name is not None and people.same_person(piece.text, card.name.value):
                continue
            distance = min(
                (abs(text.count("\n", min(piece.start, at), max(piece.start, at))) for at in anchors),
                default=0,
            )
            if rank < 0.7:
                rank -= 0.06 * max(0, distance - 1)
                if len(piece.text.split()) == 1 and piece.text.islower():
                    continue
            if 0.3 <= rank < 0.5 and real_domain and (len(piece.text.split()) == 1 or piece.text.endswith(".")):
                continue  # one bare word that the sender's domain knows nothing of is a town or a slip
            rank -= 0.005 * segment.order
            if best is None or rank > best[0] + 0.011:
                best = (rank, piece, why)
    if best is None or best[0] < 0.3:
        return None
    rank, piece, why = best
    piece = _with_brand(text, piece, label)
    return Candidate(
        "company",
        piece.text,
        piece.start,
        piece.end,
        min(0.93, 0.25 + rank * 0.68),
        f"signature {why}",
    )


def _job_and_company(piece: Piece, label: str) -> list[Piece]:
    """A line that names job and company in one breath, where the sender's domain knows where the company begins."""
    tokens = list(re.finditer(r"\S+", piece.text))
    best: tuple[float, int] | None = None
    for cut in range(1, min(4, len(tokens) - 1)) if label and not _AT.search(piece.text) else ():
        head, tail = piece.text[: tokens[cut - 1].end()], piece.text[tokens[cut].start() :]
        agreement = organisations.matches_domain(tail, label)
        if titles.score(head) >= 0.9 and agreement >= 0.8 and (tail[0].isupper() or piece.text.islower()):
            best = max(best or (0.0, 0), (agreement, cut))
    if best is None:
        return [piece]
    head_end, tail_start = tokens[best[1] - 1].end(), tokens[best[1]].start()
    return [
        Piece(piece.start, piece.start + head_end, piece.text[:head_end]),
        Piece(piece.start + tail_start, piece.end, piece.text[tail_start:]),
    ]


_BRAND = re.compile(r"(?:^|[|,]\s*)([^\W\d_][\w&'.]*(?:[ -][\w&'.]+){0,2})\s+[–—-]\s+$")


def _with_brand(text: str, piece: Piece, label: str) -> Piece:
    """A company with the brand before its dash, where the sender's domain knows it: "Seabra – Transportes, Lda."."""
    line_start = text.rfind("\n", 0, piece.start) + 1
    brand = _BRAND.search(text[line_start : piece.start])
    if brand is None or not label or not organisations.legal_form(piece.text):
        return piece
    if organisations.matches_domain(brand[1], label) < 0.8 or titles.score(brand[1]) >= 0.3:
        return piece
    start = line_start + brand.start(1)
    return Piece(start, piece.end, text[start : piece.end])


def _company_pieces(piece: Piece) -> list[tuple[Piece, str]]:
    """The stretches of a segment that may be the company: labelled, whole, or before an address part."""
    marked = organisations.labelled(piece.text)
    if marked:
        return [(trimmed_piece(piece.text[marked:], piece.start + marked), "label")]
    lead = re.match(r"^(?:at|@|bei|chez|presso|bij|c/o)\s+", piece.text, re.IGNORECASE)
    if lead:
        piece = trimmed_piece(piece.text[lead.end() :], piece.start + lead.end())
    pieces = []
    for cut in re.finditer(r",\s+", piece.text):
        head, tail = piece.text[: cut.start()], piece.text[cut.end() :]
        lead_in = titles.score(head) >= 0.9 or titles.is_whole_area(head) or organisations.is_department(head)
        if lead_in and organisations.score(tail) >= 0.4 and not organisations.is_address(tail):
            pieces.append((trimmed_piece(tail, piece.start + cut.end()), "line"))  # "Procurement, Acme Ltd"
            break
        if organisations.legal_form("x, " + tail) and not organisations.is_address(tail) and len(tail) <= 12:
            continue
        if organisations.is_address(tail) or any(char.isdigit() for char in tail) or organisations.is_place(tail):
            pieces.append((trimmed_piece(head, piece.start), "line"))
            break
    if not pieces:
        pieces.append((trimmed_piece(piece.text, piece.start), "line"))
    return pieces
