"""The model is asked where its answer could change something, and nowhere else."""

from __future__ import annotations

import pytest

from crmllm.extraction.asking import is_worthwhile
from crmllm.extraction.rules.reader import read
from crmllm.extraction.types import Address, Item

from .mails import US

SIGNED = "\n\nKind regards\nLena Farrow\nChief of Print\nFarrow & Daughters Ltd\n+44 113 496 0221\n"


def item(text: str, name: str = "Lena Farrow") -> Item:
    return Item(text, sender=Address("lena@farrow.example", name), us=US, products=("RX press",))


@pytest.mark.parametrize(
    "text",
    [
        # All that stands in it has been read.
        "Hello Rosa,\nplease send me an offer for six RX press by Friday." + SIGNED,
        # No business of the CRM's.
        "I am out of the office until 3 August and will answer your message after my return.\n\nLena Farrow\n",
        "This week in Press Weekly\n\n1. Ink prices\n2. Interview: Max Stone, CEO of Stone Ltd\n\nUnsubscribe\n",
    ],
)
def test_not_where_nothing_is_to_be_had(text: str) -> None:
    one = item(text)
    assert not is_worthwhile(one, read(one))


@pytest.mark.parametrize("field", ["name", "title", "company", "phone"])
def test_where_words_have_the_form_of_what_is_missing(field: str) -> None:
    one = item("Hello Rosa,\nplease send me an offer for six RX press by Friday." + SIGNED, "")
    reading = read(one)
    assert not is_worthwhile(one, reading)
    setattr(reading.persons[0], field, None)
    assert is_worthwhile(one, reading)


def test_where_a_sale_lacks_its_count_though_something_is_counted() -> None:
    one = item("Hello Rosa,\nplease send me an offer for six RX press by Friday, for 14 machines." + SIGNED)
    reading = read(one)
    assert reading.deal is not None
    assert not is_worthwhile(one, reading)
    reading.deal.quantity = None
    assert is_worthwhile(one, reading)


def test_ungated_every_sort_of_item_is_looked_at() -> None:
    text = "I am out of the office until 3 August.\n\nBest\nLena Farrow | Chief of Print | Farrow & Daughters Ltd\n"
    one = item(text, "")
    reading = read(one)
    reading.persons[0].title = None
    assert not is_worthwhile(one, reading)
    assert is_worthwhile(one, reading, gated=False)
