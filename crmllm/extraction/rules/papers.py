"""Documents: orders, quotations, contracts, letters. Who issues or signs, to whom, what is bought, for how much.

Such papers speak in labels and tables more than in sentences. A line is cut into its columns; a label
("Ansprechpartner", "Attn.", "Authorised by") opens a person, labels under it in the same column tell more of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation

from crmllm.extraction.rules import (
    cases,
    category,
    cues,
    dates,
    deals,
    emails,
    language,
    money,
    organisations,
    paper_asks,
    paper_deals,
    paper_rows,
    paper_signers,
    people,
    phones,
    pitch,
    products,
    reader,
    sentiment,
    titles,
)
from crmllm.extraction.rules.contacts import Part, Person
from crmllm.extraction.rules.paper_rows import Row
from crmllm.extraction.rules.paper_words import (
    AMOUNT,
    COMPLAINT,
    CONTRACT,
    DISCOUNT,
    HEADING_MARK,
    INVOICE,
    NET,
    ORDER,
    ORDER_DATE,
    PAPER_WORDS,
    PERSON_LABEL,
    QUANTITY,
    QUANTITY_HEAD,
    REFERENCE,
    REQUEST,
    SALUTATION,
    SUBJECT,
    SUBTOTAL,
    SUPPLIER,
    TAX,
    TELLS,
    TOTAL,
)
from crmllm.extraction.rules.reader import Reading
from crmllm.extraction.rules.text import Candidate, Piece, flat, letters, mask, run, trimmed
from crmllm.extraction.types import Item, Role

# What a paper calls itself is no name.
_ITSELF = re.compile("|".join(one.pattern for one in (ORDER, REQUEST, CONTRACT, COMPLAINT, INVOICE)))
TABLE = "table of a document"
# Any day serves to recognise one.
_ANY_DAY = datetime(2026, 1, 7)


def read(item: Item) -> Reading:
    """The same reading as that of a mail, out of labels, tables and sentences."""
    marks = [match.span() for match in HEADING_MARK.finditer(item.text)]
    text = mask(item.text, [*cues.aimed_at_machine(item.text), *marks])
    rows = list(paper_rows.rows(text))
    tongue, sure = _tongue(text)
    theirs = [one.value for one in emails.find(text) if not item.us.owns(one.value)]
    countries = phones.regions(region=item.region, emails=theirs, language=tongue, text=text)
    company = _company(item, text, rows)
    persons = _persons(item, text, rows, countries, company)
    mood, mood_sure = sentiment.read(text)
    reading = Reading(
        text=text,
        persons=persons,
        language=Candidate("language", tongue, 0, 0, sure, "common words"),
        category=Candidate("category", "sales", 0, 0, 0.5, ""),
        sentiment=Candidate("sentiment", mood, 0, 0, mood_sure, "words of praise and complaint"),
        machine_words=cues.aimed_at_machine(item.text),
        countries=countries,
        month_first=reader.is_month_first(item, tongue) or (tongue == "en" and "US" in countries[:1]),
    )
    part = Part(0, len(text), len(text), None, None)
    # Tables and labels are no sentences: what they say is read by their columns.
    prose = mask(text, [(row.start, row.end) for row in rows if len(row.cells) > 1 or _is_label(row)])
    prose = mask(prose, _cards(rows, persons))
    persons += paper_signers.mentioned(item, prose, company, [one.name.value for one in persons if one.name])
    reader.read_part(reading, item, prose, part, countries, reading.month_first)
    _read_labels(item, reading, text)
    head = flat("\n".join([item.subject, *(text[row.start : row.end] for row in rows[:25])]))
    reading.deal = _deal(item, reading, text, rows, head)
    _read_body(reading, prose, rows)
    kind, kind_sure, why = _category(item, text, head, reading, company)
    reading.category = Candidate("category", kind, 0, 0, kind_sure, why)
    if kind == "support" and COMPLAINT.search(head[:1500]) and not ORDER.search(head) and not REQUEST.search(head):
        reading.deal = None  # what is counted there is what does not work
    return reading


def _cards(rows: list[Row], persons: list[Person]) -> list[tuple[int, int]]:
    """The lines of a signature: they say who somebody is, and no more."""
    told = [
        one
        for person in persons
        for one in (person.name, person.title, person.email, person.phone)
        if one is not None and one.end > one.start
    ]
    return [
        (row.start, row.end)
        for row in rows
        if len(" ".join(row.flat).split()) < 10 and any(row.start <= one.start < row.end for one in told)
    ]


def _read_body(reading: Reading, prose: str, rows: list[Row]) -> None:
    """What is wrong, out of the body of a letter: its head and its subject line only name the matter."""
    above: list[tuple[int, int]] = []
    for row in rows[:30]:
        if SUBJECT.match(" ".join(row.flat)):
            above.append((row.start, row.end))
        elif row.cells and (length := len(" ".join(row.flat).split())) > 4:
            if length > 9 or row.flat[-1].endswith((".", "!", "?")):
                break
            above.append((row.start, row.end))
        else:
            above.append((row.start, row.end))
    body = mask(prose, above)
    if not body.strip():
        return

    def is_above(found: Candidate | None) -> bool:
        return found is not None and any(start <= found.start < end for start, end in above)

    if is_above(reading.problem):
        reading.problem = cases.summary(body, 0, len(body)) or cases.opening(body, 0, len(body)) or reading.problem
    if is_above(reading.bill):
        reading.bill = category.about_bill(body, 0, len(body)) or reading.bill
    if is_above(reading.opening):
        reading.opening = cases.opening(body, 0, len(body)) or reading.opening


def _read_labels(item: Item, reading: Reading, text: str) -> None:
    """What stands behind labels of trouble and of wishes, where sentences do not say it already."""
    reading.problem = paper_asks.trouble(text) or reading.problem
    asked = paper_asks.actions(text, sent_at=item.sent_at, month_first=reading.month_first)
    said = [
        one
        for one in reading.actions
        if not any(one.text.start < two.text.end and two.text.start < one.text.end for two in asked)
    ]
    reading.actions = paper_asks.without_repeats([*asked, *said])


def _tongue(text: str) -> tuple[str, float]:
    """The language: of its sentences where there are some, else of what stands on forms."""
    tongue, sure = language.detect(text)
    if sure >= 0.7:
        return tongue, sure
    known = Counter(re.findall(r"[a-z]{2,}", flat(text)))
    votes = {name: sum(min(3, known[word]) for word in words.split()) for name, words in PAPER_WORDS.items()}
    best = max(votes, key=lambda name: votes[name])
    return (best, 0.7) if votes[best] >= 3 and votes[best] > votes.get(tongue, 0) else (tongue, sure)


def _is_label(row: Row) -> bool:
    words = row.flat[0] if row.flat else ""
    told = PERSON_LABEL.match(words) or TELLS.match(words) or REFERENCE.match(words)
    return len(words) < 100 and told is not None


# --- people


def _persons(
    item: Item, text: str, rows: list[Row], countries: tuple[str, ...], company: Candidate | None
) -> list[Person]:
    found = [
        *_labelled(item, text, rows, countries),
        *paper_signers.find(item, text, rows, countries),
    ]
    kept: list[Person] = []
    for person in found:
        if person.name is None or not _is_theirs(item, person):
            continue
        twin = next((one for one in kept if one.name and people.same_person(one.name.value, person.name.value)), None)
        if twin is None:
            kept.append(person)
            continue
        for name in ("title", "company", "email", "phone"):
            if getattr(twin, name) is None:
                setattr(twin, name, getattr(person, name))
        if twin.role == "recipient" and person.role == "sender":
            twin.role = "sender"
    for person in kept:
        _complete(item, text, person, company)
    return kept


def _is_theirs(item: Item, person: Person) -> bool:
    if person.email is not None and item.us.owns(person.email.value):
        return False
    if person.company is not None and _is_ours(item, person.company.value):
        return False
    return person.name is not None and not item.us.employs(person.name.value)


def _complete(item: Item, text: str, person: Person, company: Candidate | None) -> None:
    """An address that is theirs by its name, wherever it stands; and the company of the letterhead."""
    assert person.name is not None
    if person.email is None:
        near = [one for one in emails.find(text) if not item.us.owns(one.value)]
        own = [one for one in near if people.agrees_with_email(person.name.value, one.value) >= 0.75]
        if own:
            person.email = Candidate("email", own[0].value, own[0].start, own[0].end, 0.8, "agrees with the name")
    if person.company is None and company is not None:
        person.company = company


def _labelled(item: Item, text: str, rows: list[Row], countries: tuple[str, ...]) -> list[Person]:
    """People behind labels, with what stands on their line and under it."""
    found: list[Person] = []
    open_in: dict[int, Person] = {}
    empty = since = 0
    for number, row in enumerate(rows):
        empty = empty + 1 if not row.cells else 0
        since += not row.cells
        if empty > 1:
            open_in.clear()
        column = 0
        while column < len(row.cells):
            cell, words = row.cells[column], row.flat[column]
            label = PERSON_LABEL.match(words)
            tells = TELLS.match(words)
            if label is not None:
                value, column = _value(text, rows, number, column, label.end())
                person = _opened(item, text, value, label, countries) if value is not None else None
                if person is not None:
                    if label["issuer"] is None and label["addressee"] is None and column in open_in:
                        open_in[column].name = open_in[column].name or person.name
                    else:
                        found.append(person)
                        open_in[column] = person
                        since = -1 if value is not None and value.start > row.end else 0
            elif tells is not None:
                value, column = _value(text, rows, number, column, tells.end())
                target = open_in.get(column) or (next(iter(open_in.values())) if len(open_in) == 1 else None)
                if target is not None and value is not None:
                    _tell(item, text, target, tells, value, countries)
            elif since <= 0 and (target := open_in.get(column)) is not None:
                _loose(item, text, target, cell, countries)
            column += 1
    return found


def _value(text: str, rows: list[Row], number: int, column: int, after: int) -> tuple[Piece | None, int]:
    """What a label is followed by: the rest of its cell, the next cell, or the line below; and in which column."""
    row = rows[number]
    cell = row.cells[column]
    rest = trimmed(text, cell.start + after, cell.end, "*_")
    if rest.text:
        return rest, column
    if column + 1 < len(row.cells):
        return row.cells[column + 1], column + 1
    below = next((one for one in rows[number + 1 : number + 3] if one.cells), None)
    if below is not None and len(below.cells) == 1 and not TELLS.match(below.flat[0]) and len(row.cells) == 1:
        return below.cells[0], column
    return None, column


def _opened(item: Item, text: str, value: Piece, label: re.Match[str], countries: tuple[str, ...]) -> Person | None:
    """A person from "Dr. Sabine Kühn, Leiterin Einkauf, Tel. …"."""
    end = next((match.start() for match in re.finditer(r",\s+|\s+[-–—/|]\s+|\s*[(<\[;]", value.text)), len(value.text))
    name = people.clean(SALUTATION.sub("", value.text[:end]))
    if len(name.split()) < 2 or people.shape(name) < 0.6 or organisations.legal_form(name) or titles.score(name) >= 0.9:
        return None
    role: Role = "recipient" if label["addressee"] else "sender"
    known = trimmed(text, value.start, value.start + end)
    person = Person(role, name=Candidate("name", name, known.start, known.end, 0.88, "behind a label"))
    if end < len(value.text):
        for part in re.finditer(r"[^,;()<>|\[\]]+", value.text[end:]):
            at = value.start + end + part.start()
            _loose(item, text, person, trimmed(text, at, at + len(part.group()), "-–/"), countries)
    return person


def _tell(
    item: Item, text: str, person: Person, tells: re.Match[str], value: Piece, countries: tuple[str, ...]
) -> None:
    """One labelled line about a person."""
    if tells["title"] and person.title is None:
        person.title = Candidate("title", value.text, value.start, value.end, 0.88, "behind a label")
    elif tells["company"] and person.company is None and organisations.is_plausible(value.text):
        person.company = Candidate("company", value.text, value.start, value.end, 0.85, "behind a label")
    else:
        _loose(item, text, person, value, countries, phone=bool(tells["phone"]))


def _loose(
    item: Item, text: str, person: Person, piece: Piece, countries: tuple[str, ...], *, phone: bool = False
) -> None:
    """A line under a name: a job, a number, an address, by its shape."""
    mails = emails.find(text[piece.start : piece.end])
    if mails and person.email is None and not item.us.owns(mails[0].value) and not emails.is_generic(mails[0].value):
        at = piece.start + mails[0].start
        person.email = Candidate("email", mails[0].value, at, piece.start + mails[0].end, 0.9, "beside the name")
    begin = text.rfind("\n", 0, piece.start) + 1 if phone else piece.start
    numbers = [
        one for one in phones.find(text, begin, piece.end, countries, signature=True) if one.start >= piece.start
    ]
    if (number := phones.first_of(numbers)) is not None:
        if person.phone is None:
            person.phone = Candidate(
                "phone", number.e164, number.start, number.end, number.confidence, "beside the name"
            )
    elif mails:
        return
    elif person.title is None and titles.score(piece.text) >= 0.6 and len(piece.text) <= 60:
        person.title = Candidate("title", piece.text, piece.start, piece.end, 0.8, "beside the name")
    elif person.company is None and organisations.legal_form(piece.text) and len(piece.text) <= 80:
        person.company = Candidate("company", piece.text, piece.start, piece.end, 0.8, "beside the name")


def _company(item: Item, text: str, rows: list[Row]) -> Candidate | None:
    """Whose paper it is: the company with a legal form that is named first and most, and is not ours."""
    named: Counter[str] = Counter()
    first: dict[str, Candidate] = {}
    for number, row in enumerate(rows):
        before = rows[number - 1].flat if number and rows[number - 1].cells else []
        if row.flat and (
            SUPPLIER.match(row.flat[0]) or (len(before) == 1 and SUPPLIER.fullmatch(before[0].strip(" :") + ":"))
        ):
            continue
        for cell in row.cells:
            for candidate in _organisations(text, cell):
                if _is_ours(item, candidate.value):
                    continue
                key = letters(candidate.value)
                named[key] += 1
                first.setdefault(key, candidate)
    if not first:
        return _named_customer(item, text, rows) or _letterhead(item, text, rows)
    return max(first.values(), key=lambda one: (min(3, named[letters(one.value)]) - one.start / 2000, -one.start))


def _named_customer(item: Item, text: str, rows: list[Row]) -> Candidate | None:
    """The customer behind a label where no name with a legal form stands in the paper."""
    for number, row in enumerate(rows):
        for column, words in enumerate(row.flat):
            tells = TELLS.match(words)
            if tells is None or not tells["company"]:
                continue
            value, _ = _value(text, rows, number, column, tells.end())
            if value is None:
                continue
            piece = trimmed(text, value.start, value.start + len(re.split(r"[,;(|]", value.text)[0]))
            plausible = organisations.is_plausible(piece.text) and not organisations.is_address(piece.text)
            if (
                plausible
                and piece.text[:1].isupper()
                and 2 <= len(piece.text.split()) <= 8
                and not _is_ours(item, piece.text)
            ):
                return Candidate("company", piece.text, piece.start, piece.end, 0.75, "behind a label")
    return None


def _letterhead(item: Item, text: str, rows: list[Row]) -> Candidate | None:
    """A house without a legal form at the head of its paper: a school, a town, a clinic."""
    for row in [row for row in rows if row.cells][:4]:
        if SUPPLIER.match(row.flat[0]):
            return None
        whole = row.cells[0]
        cell = trimmed(text, whole.start, whole.start + len(re.split(r"\s[-–—]\s", whole.text)[0]), "*_")
        words = flat(cell.text)
        if not organisations.has_word(cell.text) or len(words.split()) > 9 or any(mark in words for mark in ":,;"):
            continue
        named = not organisations.is_department(cell.text) and not organisations.is_address(cell.text)
        if named and cell.text[:1].isupper() and len(words.split()) > 1 and not _ITSELF.match(words):
            return None if _is_ours(item, cell.text) else Candidate("company", *_placed(cell), 0.7, "letterhead")
    return _over_address(item, rows)


_PLAIN_NAME = re.compile(r"[A-ZÀ-ÖØ-ÞŁŚŻ][^:,;.!?\d|]{3,60}")


def _over_address(item: Item, rows: list[Row]) -> Candidate | None:
    """The first line of a letter, where an address or place and day stand under it: "Whitcombe Poultry"."""
    written = [row for row in rows if row.cells]
    if len(written) < 4:
        return None
    cell, below = written[0].cells[0], written[1].cells[0]
    if not _PLAIN_NAME.fullmatch(cell.text) or not 2 <= len(cell.text.split()) <= 6 or _ITSELF.search(flat(cell.text)):
        return None
    capitals = [word[:1].isupper() for word in cell.text.split() if len(word) > 3]
    placed = organisations.is_address(below.text) or bool(dates.find(below.text, _ANY_DAY))
    if not placed or not capitals or not all(capitals) or PERSON_LABEL.match(flat(cell.text)):
        return None
    if _is_ours(item, cell.text) or organisations.is_department(cell.text) or titles.has_head(cell.text):
        return None
    return Candidate("company", *_placed(cell), 0.6, "over an address")


def _placed(cell: Piece) -> tuple[str, int, int]:
    return cell.text, cell.start, cell.end


_FROM = re.compile(
    r"(?:from|von|de|da|van|od|expediteur|remitente|mittente|absender|afzender|remetente|nadawca)\s*:\s*"
)


def _organisations(text: str, cell: Piece) -> Iterator[Candidate]:
    tells = TELLS.match(flat(cell.text))
    lead = _FROM.match(flat(cell.text))
    start = cell.start + (tells.end() if tells and tells["company"] else lead.end() if lead else 0)
    whole = trimmed(text, start, cell.end, "*_")
    if (
        whole.text
        and organisations.legal_form(whole.text)
        and len(whole.text) <= 70
        and "," not in whole.text
        and whole.text.count(" ") <= 8
    ):
        yield Candidate("company", whole.text, whole.start, whole.end, 0.8, "letterhead")
        return
    for piece, _, why in organisations.in_text(text, start, cell.end):
        if why == "legal form":
            yield Candidate("company", piece.text, piece.start, piece.end, 0.75, "named in the document")


def _is_ours(item: Item, name: str) -> bool:
    own, written = letters(item.us.company), letters(name)
    if own and written and (own.startswith(written) or written.startswith(own)):
        return True
    labels = {letters(domain.split(".")[0]) for domain in item.us.domains}
    return any(label and len(label) > 3 and written.startswith(label) for label in labels)


# --- what is bought


def _deal(item: Item, reading: Reading, text: str, rows: list[Row], head: str) -> deals.Deal | None:
    deal = reading.deal or deals.Deal()
    total = _total(text, rows) or (_stated(text) if deal.amount is None else None)
    if total is not None:
        deal.amount = total
        deal.currency = _currency(reading, text, rows) or deal.currency
    _list_products(deal, item, text)
    line = _main_line(item, text)
    if line is not None:
        product, quantity = line
        if quantity is not None:
            deal.quantity = quantity
        if product is not None and not deal.products:
            deal.products = [product]
    ordered = next(
        (match for line in head.split("\n") if len(line.split()) < 10 and (match := ORDER.search(line))), None
    )
    signed = CONTRACT.search(head) if ordered is None and not REQUEST.search(head) else None
    if ordered is not None or (signed is not None and reading.persons):
        start = next(
            (
                at
                for row in rows
                for cell, words in zip(row.cells, row.flat, strict=True)
                if (ORDER if ordered else CONTRACT).search(words)
                for at in [cell]
            ),
            None,
        )
        unsaid = deal.commitment is None or deal.commitment.end == deal.commitment.start
        if start is not None and (unsaid or ordered is not None):
            deal.commitment = Candidate("commitment", "firm", start.start, start.end, 0.85, "an order or a contract")
            deal.signs.setdefault("firm", (start.start, start.end))
        if (day := _day(item, reading, text, rows)) is not None:
            deal.close_by = day
    elif (day := paper_deals.award(text, rows, item.sent_at, month_first=reading.month_first)) is not None:
        deal.close_by = day
    deals.settle(deal)  # the sums of its table, too, are those of a deal that was declined
    if ordered or signed or REQUEST.search(head) or total is not None:
        deal.demand = max(deal.demand, 0.5)
    if (
        deal.demand
        and (summary := paper_deals.summary(text, rows, deal, item.products, table=line is not None)) is not None
    ):
        deal.summary = summary
    return deal if deal.demand or reading.deal is not None else None


def _list_products(deal: deals.Deal, item: Item, text: str) -> None:
    """Products of our list anywhere in the document; what sentences seem to want counts only without them."""
    listed = [one for one in products.listed(text, item.products) if any(map(str.isalpha, text[one.start : one.end]))]
    if not listed:
        return
    first = {one.name: one for one in reversed(listed)}
    known = [one for one in deal.products if one.value in first]
    names = {one.value for one in known}
    deal.products = known + [
        Candidate("products", one.name, one.start, one.end, one.confidence, TABLE)
        for one in sorted(first.values(), key=lambda one: one.start)
        if one.name not in names
    ]


def _total(text: str, rows: list[Row]) -> Candidate | None:
    """The net sum where it is stated, else the total."""
    net: list[Candidate] = []
    sub: list[Candidate] = []
    total: list[Candidate] = []
    taxed = discounted = False
    for row in rows:
        words = " ".join(row.flat)
        if len(words) > 140 or _is_prose(row):
            continue
        label = re.split(r"\d", words, maxsplit=1)[0] if not words[:1].isdigit() else words
        if TAX.search(words) and not TOTAL.search(label) and not re.match(r"net|imponibile|base|sub", words):
            taxed = True
            continue
        discounted = discounted or (bool(sub) and bool(DISCOUNT.search(label)))
        is_net, is_sub, is_total = NET.search(words), SUBTOTAL.search(label), TOTAL.search(label)
        if not (is_net or is_sub or is_total):
            continue
        found = _net_amount(text, row) or _last_amount(text, row)
        if found is None:
            continue
        if is_net and (is_total or is_net.start() < 30):
            net.append(found)
        elif is_sub:
            sub.append(found)
        elif is_total:
            total.append(found)
    if net:
        return net[-1]
    if sub and taxed and not discounted:
        return sub[-1]
    return total[-1] if total else None


def _is_prose(row: Row) -> bool:
    """A line of a letter: its sums are read with its sentence."""
    return len(row.cells) == 1 and len(row.flat[0].split()) > 10 and ":" not in row.flat[0][:40]


def _stated(text: str) -> Candidate | None:
    """A single sum behind "Budget" or the like, outside of sentences and tables."""
    stated = [one for one in money.find(text) if one.kind == "total" and one.stated_total and one.currency]
    if len({one.value for one in stated}) != 1:
        return None
    return Candidate("amount", money.plain(stated[0].value), stated[0].start, stated[0].end, 0.8, "stated sum")


def _net_amount(text: str, row: Row) -> Candidate | None:
    """The sum that a row itself calls net where it has the gross one too: "118 000 € HT, soit 141 600 € TTC"."""
    sums = money.find(text, row.start, row.end)
    net = [one for one in sums if not one.gross]
    if not net or not any(one.gross for one in sums):
        return None
    return Candidate("amount", money.plain(net[-1].value), net[-1].start, net[-1].end, 0.9, TABLE)


def _last_amount(text: str, row: Row) -> Candidate | None:
    found = list(AMOUNT.finditer(text, row.start, row.end))
    if not found:
        return None
    last = found[-1]
    try:
        value = money.number(last[0])
    except InvalidOperation:
        return None
    if value <= Decimal(0) or (value < 100 and len(found) > 1 and "%" in text[row.start : row.end]):
        return None
    return Candidate("amount", money.plain(value), last.start(), last.end(), 0.9, TABLE)


def _currency(reading: Reading, text: str, rows: list[Row]) -> Candidate | None:
    """The one that stands with the sums, else in the head of the table."""
    sums = [one for one in money.find(text) if one.currency]
    if sums:
        common = Counter(one.currency for one in sums).most_common(1)[0][0]
        place = next(one for one in sums if one.currency == common)
        return Candidate("currency", common, place.start, place.end, 0.9, TABLE)
    written = re.search(r"\b(?:EUR|USD|GBP|CHF|PLN|SEK|DKK|NOK|CZK|HUF|CAD|AUD|BRL|MXN)\b", text)
    if written is not None:
        return Candidate("currency", written[0], written.start(), written.end(), 0.9, TABLE)
    sign = re.search(r"[€£$]", text)
    if sign is not None:
        return Candidate(
            "currency", {"€": "EUR", "£": "GBP", "$": "USD"}[sign[0]], sign.start(), sign.end(), 0.85, TABLE
        )
    guessed = money.currency_of(reading.countries[0] if reading.countries else "")
    return Candidate("currency", guessed, 0, 0, 0.5, "currency of the country") if guessed else None


def _main_line(item: Item, text: str) -> tuple[Candidate | None, Candidate | None] | None:
    """Product and quantity of the line of a table that costs most."""
    rows = list(paper_rows.rows(text, paper_rows.NARROW))
    for number, row in enumerate(rows):
        column = next((at for at, words in enumerate(row.flat) if QUANTITY_HEAD.match(words.strip(" .:"))), None)
        if column is None or len(row.cells) < 2:
            continue
        best: tuple[Decimal, Candidate | None, Candidate | None] | None = None
        for line in rows[number + 1 : number + 60]:
            words = " ".join(line.flat)
            if not line.cells:
                continue
            if TOTAL.match(words) or SUBTOTAL.match(words) or NET.match(words):
                break
            found = _line(item, text, line, column, len(row.cells))
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        if best is not None:
            return best[1], best[2]
    return None


def _line(
    item: Item, text: str, row: Row, column: int, width: int
) -> tuple[Decimal, Candidate | None, Candidate | None] | None:
    aside = len(row.cells) - width  # a column without a head, or a cell without words, stands to the left
    at = column + aside if column and (aside > 0 or (aside < 0 and not row.flat[0].isdigit())) else column
    quantity = _quantity(row.cells[at]) if 0 <= at < len(row.cells) else None
    if quantity is None:
        return None
    listed = products.listed(text, item.products, row.start, row.end)
    product = None
    if listed:
        product = Candidate("products", listed[0].name, listed[0].start, listed[0].end, listed[0].confidence, TABLE)
    elif not item.products:
        named = [
            cell for number, cell in enumerate(row.cells) if number != at and sum(map(str.isalpha, cell.text)) >= 3
        ]
        if named:
            cell = max(named, key=lambda one: sum(map(str.isalpha, one.text)))
            product = Candidate("products", cell.text, cell.start, cell.end, 0.75, TABLE)
    sums = _last_amount(text, row)
    return (Decimal(sums.value) if sums else Decimal(0)), product, quantity


def _quantity(cell: Piece) -> Candidate | None:
    match = QUANTITY.match(flat(cell.text).strip())
    return (
        Candidate("quantity", str(int(match[1])), cell.start, cell.end, 0.88, TABLE)
        if match and int(match[1])
        else None
    )


def _day(item: Item, reading: Reading, text: str, rows: list[Row]) -> Candidate | None:
    """The day of an order or a signature: the document's own."""
    for row in rows[:60]:
        words = " ".join(row.flat)
        if ORDER_DATE.search(words) and len(words) < 120:
            days = dates.find(text, item.sent_at, row.start, row.end, month_first=reading.month_first)
            days = [one for one in days if one.kind == "day"]
            if days and (item.sent_at is None or days[0].day == item.sent_at.date()):
                return Candidate(
                    "close_by", days[0].day.isoformat(), days[0].start, days[0].end, 0.8, "day of the order"
                )
    return None


def _calls_itself_invoice(head: str) -> bool:
    """Whether the word stands in a line of its own and not in the sentences of a letter."""
    lines = [line for line in head[:600].split("\n") if not SUBJECT.match(line)]
    return any(INVOICE.search(line) and len(line.split()) < 9 for line in lines)


def _category(item: Item, text: str, head: str, reading: Reading, company: Candidate | None) -> tuple[str, float, str]:
    """What a paper calls itself decides; else its words."""
    top = head[:1500]
    if COMPLAINT.search(top):
        return "support", 0.85, "calls itself a complaint"
    ours = text.casefold().find(item.us.company.casefold()) if item.us.company else -1
    by_them = company is not None and (ours < 0 or company.start < ours)
    if INVOICE.search(top[:600]) and category.is_our_bill(text):
        return "billing", 0.7, "speaks of our invoice"
    if not item.us.company or not text[:200].casefold().startswith(item.us.company.casefold()):
        if pitch.selling(run(text[: category.MOST_READ])) >= category.PITCHED:
            return "vendor", 0.7, "somebody offers us something"
    if ORDER.search(top) or REQUEST.search(top):
        return "sales", 0.85, "calls itself an order or a quotation"
    if _calls_itself_invoice(head):
        return ("vendor", 0.65, "somebody's invoice") if by_them else ("billing", 0.7, "our invoice")
    if CONTRACT.search(top[:600]):
        return "sales", 0.75, "calls itself a contract"
    kind, sure, why = category.read(item, text, signed=bool(reading.persons), deal=reader.deal_weight(reading.deal))
    if kind in ("personal", "newsletter", "spam") and sure < 0.8 and reading.persons:
        return "sales", 0.5, "a business letter"
    return kind, sure, why
