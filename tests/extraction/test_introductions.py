"""Who people say they are: name, job and employer in their own words, in eight languages; and what says none of it."""

from __future__ import annotations

import pytest

from crmllm.extraction.rules import introductions


def told(words: str, known: str = "") -> tuple[str, str, str]:
    found = introductions.find(words, 0, len(words), known)
    for one in (found.title, found.company):
        assert one is None or words[one.start : one.end] == one.value
    name, title, company = (one.value if one else "" for one in (found.name, found.title, found.company))
    return name, title, company


@pytest.mark.parametrize(
    ("words", "known", "title", "company"),
    [
        (
            "This is Rowan Ashby, head of maintenance at Larkfield Foods.",
            "Rowan Ashby",
            "head of maintenance",
            "Larkfield Foods",
        ),
        ("Rowan Ashby here, stores lead at Larkfield Foods.", "Rowan Ashby", "stores lead", "Larkfield Foods"),
        ("I'm the plant engineer at Brackley Mills and we have a leak.", "Rowan", "plant engineer", "Brackley Mills"),
        (
            "Ashby, that's with a Y, goods inwards at Larkfield Foods.",
            "Rowan Ashby",
            "goods inwards",
            "Larkfield Foods",
        ),
        ("I look after procurement for Larkfield Foods.", "Rowan Ashby", "", "Larkfield Foods"),
        ("Ich bin der Einkaufsleiter bei der Molkerei Hoheneck.", "Uwe Link", "Einkaufsleiter", "Molkerei Hoheneck"),
        ("Hier ist Jana Möller von der Firma Steinbach Guss.", "", "", "Steinbach Guss"),
        ("Ich bin bei der Firma Kessler Pumpen für die Technik da.", "Uwe Link", "", "Kessler Pumpen"),
        (
            "Ich bin die Direktorin vom Gymnasium am Stadtpark.",
            "Ute Link",
            "Direktorin",
            "Gymnasium am Stadtpark",
        ),
        ("Ich bin der Küchenchef vom Gasthof zur Post.", "Uwe Link", "Küchenchef", "Gasthof zur Post"),
        ("Link, Papierfabrik Aue, guten Morgen.", "Uwe Link", "", "Papierfabrik Aue"),
        (
            "Je suis le responsable maintenance chez Verreries du Lac.",
            "Paul Roux",
            "responsable maintenance",
            "Verreries du Lac",
        ),
        ("Soy Eva Ruiz, jefa de compras de Aceites Montalbán.", "Eva Ruiz", "jefa de compras", "Aceites Montalbán"),
        ("Soy responsable de compras y necesitamos dos más.", "Eva Ruiz", "responsable de compras", ""),
        (
            "Sono il direttore di produzione della Cartiera Ligure.",
            "Carla Neri",
            "direttore di produzione",
            "Cartiera Ligure",
        ),
        (
            "U spreekt met Tom Aalders, hoofd inkoop van Zuivelfabriek Oost.",
            "Tom Aalders",
            "hoofd inkoop",
            "Zuivelfabriek Oost",
        ),
        ("Sou a diretora de compras da Vidreira Central.", "Rita Alves", "diretora de compras", "Vidreira Central"),
        ("Tu Anna Kos z firmy Wodkan Śląsk.", "Anna Kos", "", "Wodkan Śląsk"),
        ("Jestem kierownikiem zakupów w Mleczarni Podgórze.", "Anna Kos", "kierownikiem zakupów", "Mleczarni Podgórze"),
        (
            "Jestem kierownikiem produkcji Cukrowni Bielik i szukamy czujnika.",
            "Anna Kos",
            "kierownikiem produkcji",
            "Cukrowni Bielik",
        ),
    ],
)
def test_people_say_who_they_are(words: str, known: str, title: str, company: str) -> None:
    assert told(words, known)[1:] == (title, company)


@pytest.mark.parametrize(
    "words",
    [
        "I'm sitting at Gate Four.",
        "I'm at Lunch with Tom Brook at Acme Foods.",
        "We met Tom Brook, head of sales at Acme Foods.",
        "I'm the new guy at Larkfield Foods.",
        "I'm the customer at Larkfield Foods.",
        "That's not what the manager at Acme Foods said.",
        "I work with Tom Brook on this.",
        "Ich bin gerade in Hamburg bei Freunden.",
        "Ik bel voor de derde keer over de Flow 200.",
    ],
)
def test_what_people_say_of_others_and_of_places_is_nothing_of_their_own(words: str) -> None:
    assert told(words, "Rowan Ashby") == ("", "", "")


def test_a_field_of_work_is_no_employer() -> None:
    assert told("I'm the director of Quality.", "Rowan Ashby")[1:] == ("director of Quality", "")
    assert told("I'm director of Hatchery Science at Larkfield Foods.", "Rowan Ashby")[1:] == (
        "director of Hatchery Science",
        "Larkfield Foods",
    )


def test_a_name_is_taken_only_of_who_speaks() -> None:
    assert told("My name is Rowan Ashby and I'm the dairy manager at Larkfield Foods.")[0] == "Rowan Ashby"
    assert told("This is Tom Brook, our buyer.", "Rowan Ashby")[0] == ""


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("Aqui é a Rita da Loja Alves Moda.", "Rita Alves"),
        ("Soy Eva de la Tienda Ruiz Hogar.", "Eva Ruiz"),
    ],
)
def test_the_employer_behind_a_first_name_is_no_part_of_it(words: str, known: str) -> None:
    assert told(words, known)[0] in {"", known.split()[0]}
