"""What a model says is let in by its form and its place, however little else it got right."""

from __future__ import annotations

import pytest

from crmllm.extraction.admission import admitted, counts_things
from crmllm.extraction.extract import extract
from crmllm.extraction.rules.contacts import Person
from crmllm.extraction.rules.reader import Reading, read
from crmllm.extraction.rules.text import Candidate
from crmllm.extraction.types import Address, Item, Location, Span

from .mails import US
from .test_merge import answer, flat

BODY = """Hello Rosa,

{line}

Kind regards
Ida Brandt
"""
AUTHOR = Person("sender", name=Candidate("name", "Ida Brandt", 0, 0, 0.9, "signature"))


def _admitted(field: str, said: str, text: str, **more: object) -> str:
    item = Item(text, sender=Address("ida@brandt.example", "Ida Brandt"), us=US, products=("Flow 400",), **more)  # type: ignore[arg-type]
    reading = read(item)
    place = admitted(item, reading, next(iter(reading.persons), AUTHOR), field, said)
    return place.quote if place else ""


@pytest.mark.parametrize(
    ("field", "said", "text"),
    [
        (
            "title",
            "Plant Manager",
            "Hello,\nplease send the offer.\n\nRegards\nIda Brandt | Plant Manager | Brandt Ltd\n",
        ),
        ("company", "Brandt & Sons Ltd", "Hello,\nplease send the offer.\n\nRegards\nIda Brandt\nBrandt & Sons Ltd\n"),
        ("phone", "+49 30 901820", BODY.format(line="Please call me at +49 30 901820 before noon.")),
        ("name", "Ida", "Hello,\nplease send the offer.\n\nRegards\nIda\n"),
    ],
)
def test_words_with_the_form_of_their_field_in_a_place_of_the_author_are_let_in(
    field: str, said: str, text: str
) -> None:
    assert _admitted(field, said, text) == said


@pytest.mark.parametrize(
    ("field", "said", "text"),
    [
        # Not the form of the field.
        ("title", "World of Fun", "Hello,\nplease send it.\n\nRegards\nIda Brandt\nWorld of Fun\n"),
        ("company", "Hamburg", "Hello,\nplease send it.\n\nRegards\nIda Brandt\nHamburg\n"),
        ("phone", "08.07.2026", BODY.format(line="Please call me: 08.07.2026 suits best.")),
        # Half of what stands there.
        (
            "title",
            "Plant Manager",
            "Hello,\nplease send it.\n\nRegards\nIda Brandt\nPlant Manager Emeritus of Brandt Ltd\n",
        ),
        ("company", "Sons Ltd", "Hello,\nplease send it.\n\nRegards\nIda Brandt\nBrandt & Sons Ltd\n"),
        # Somebody else's.
        ("title", "Chief Engineer", BODY.format(line="We read what Lena Ostrow, Chief Engineer, wrote on savings.")),
        ("phone", "+49 30 901820", BODY.format(line="Senator Max Muster of the council  Phone  +49 30 901820")),
        ("phone", "+49 30 901820", BODY.format(line="Our invoice 44 mentions +49 30 901820 in passing.")),
        ("name", "Ben Harker", "Hello,\nplease send it.\n\nRegards\nBen Harker\n"),
    ],
)
def test_other_words_are_not(field: str, said: str, text: str) -> None:
    assert _admitted(field, said, text) == ""


def test_in_a_talk_a_number_is_theirs_who_says_it() -> None:
    text = "Rosa Lind: Which number?\n\nIda Brandt: +49 30 901820.\n"
    start = text.index("Ida")
    for speaker, said in (("Ida Brandt", "+49 30 901820"), ("Somebody", "")):
        turns = (Location(start, len(text), "00:10", speaker),)
        assert _admitted("phone", "+49 30 901820", text, kind="call", locations=turns) == said


def test_an_answer_that_is_wrong_elsewhere_still_fills_what_the_signature_states() -> None:
    signed = "Ida Brandt | Procurement Lead | Brandt Ltd | +49 30 901820"
    text = f"Hello,\nwe need a quote for the presses.\n\nRegards\n{signed}\n"
    item = Item(text, sender=Address("ida@brandt.example", "Ida Brandt"), us=US)
    wrong = answer(name="Max Invented", company="Nowhere Inc", phone="555 0100", title="Procurement Lead")
    assert flat(extract(item, wrong))["contacts.0.title"] == "Procurement Lead"


@pytest.mark.parametrize(
    ("text", "number", "counts"),
    [
        ("We need 45 magnetic flow meters.", "45", True),
        ("- 14 no. flow meters, DN80", "14", True),
        ("We decide in 2028 or later.", "2028", False),
        ("We like the Flow 400 very much.", "400", False),
        ("1    Flow 400  6     4,150.00", "1", False),
    ],
)
def test_a_number_counts_what_follows_it(text: str, number: str, counts: bool) -> None:
    start = text.index(number)
    item = Item(text, products=("Flow 400",))
    assert counts_things(item, text, Span(start, start + len(number), number)) is counts


def test_an_action_of_the_models_stands_in_a_sentence_that_asks() -> None:
    asked = Item("Guten Tag,\nProszę o pomoc.\n\nIda Brandt\n", us=US)
    told = Item("Guten Tag,\nmehr als 50.000 Euro dürfen es nicht werden.\n\nIda Brandt\n", us=US)
    assert all(one.text.value != "nicht werden" for one in extract(told, answer(action="nicht werden")).next_actions)
    reading: Reading = read(asked)
    if not reading.actions:  # the rules may come to read it themselves
        assert [one.text.value for one in extract(asked, answer(action="o pomoc")).next_actions] == ["o pomoc"]


def test_a_small_models_sale_does_not_turn_a_case_into_one() -> None:
    item = Item(
        "Hello,\nthe pump leaks since Monday and we cannot produce.\n\nRegards\nIda Brandt\n",
        sender=Address("ida@brandt.example", "Ida Brandt"),
        us=US,
    )
    alone = extract(item).category
    together = extract(item, answer(name="Ida Brandt", category="sales")).category
    assert alone is not None
    assert together is not None
    assert together.value == alone.value
