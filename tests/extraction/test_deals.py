"""What is wanted, how many and for how much, as people of eight countries write it."""

from __future__ import annotations

import pytest

from crmllm.extraction.rules import products

NAMES = ("Orbis Pump 30", "Orbis Pump 60", "Orbis Panel", "Orbis Cloud", "DriveCare Gold", "Installation Kit")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("we need 12 of the Pump 30s and two panels", [("Orbis Pump 30", 12), ("Orbis Panel", 2)]),
        ("wir nehmen neun statt zwölf Stück von der Pump 60", [("Orbis Pump 60", 9)]),
        ("15 unidades de la Pump 30 y no 12", [("Orbis Pump 30", 15)]),
        ("trois panels et un kit d'installation", [("Orbis Panel", 3), ("Installation Kit", 1)]),
        ("5 szt. Pump 60 i dwa panele", [("Orbis Pump 60", 5), ("Orbis Panel", 2)]),
        ("Pump 30: 3, Panel: 2", [("Orbis Pump 30", 3), ("Orbis Panel", 2)]),
        ("quattro Pump 30", [("Orbis Pump 30", 4)]),
        ("zes stuks van de Pump 30", [("Orbis Pump 30", 6)]),
        ("dez unidades da Pump 60", [("Orbis Pump 60", 10)]),
    ],
)
def test_listed_products_are_counted_without_their_brand(text: str, wanted: list[tuple[str, int]]) -> None:
    named = products.listed(text, NAMES)
    assert list(dict.fromkeys(one.name for one in named)) == [name for name, _ in wanted]
    counted = {one.product: one.value for one in products.quantities(text, named) if one.product}
    assert counted == dict(wanted)


@pytest.mark.parametrize(
    "text",
    ["our panel of experts met", "we keep our data in the cloud", "we moved to the Cloud", "30 pumps of another make"],
)
def test_ordinary_words_name_no_product(text: str) -> None:
    assert products.listed(text, NAMES) == []


def test_a_sister_model_is_known_by_its_number_once_the_family_is() -> None:
    assert [one.name for one in products.listed("the Pump 30 or the 60, please", NAMES)] == [
        "Orbis Pump 30",
        "Orbis Pump 60",
    ]
    assert products.listed("the 60, please", NAMES) == []


def test_the_number_in_a_name_counts_nothing() -> None:
    text = "the Pump 60 for our three lines"
    assert all(one.value != 60 for one in products.quantities(text, products.listed(text, NAMES)))
