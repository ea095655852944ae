"""Who took part in a meeting, as notes of all kinds say it: labelled, on a side, or in a line of their own."""

from __future__ import annotations

import pytest

from crmllm.evaluation.formats import Household, kind_item
from crmllm.extraction.extract import extract
from crmllm.extraction.types import Extracted, Us
from crmllm.ingestion import kinds

US = Us(
    "Northlight Marking B.V.", frozenset({"northlight.example"}), staff=frozenset({"Daan Verhoeven", "Lotte Brandsma"})
)
NOTED = "\n\n- they want four inkjet coders and will decide in May\n"


def meeting(text: str) -> Extracted:
    reader = kinds.find("x.md", text.encode(), kind="meeting")
    assert reader is not None
    item = kind_item(reader.read(text.encode(), "x.md"), "meeting", Household(US, ("CJ-8 continuous inkjet coder",)))
    return extract(item, gated=False)


def people(head: str) -> list[tuple[str, str, str]]:
    return [
        tuple(value.value if value else "" for value in (one.name, one.title, one.company))
        for one in meeting(head + NOTED).contacts
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            "# Site visit Larkfield Foods, 3 June 2026\nIn the room: Rowan Ashby (MD), Kemi Adu (QA lead), Daan V.",
            [("Rowan Ashby", "MD", "Larkfield Foods"), ("Kemi Adu", "QA lead", "Larkfield Foods")],
        ),
        (
            "Besuchsbericht Molkerei Hoheneck (03.06.2026)\nTeiln.: Fr. Dr. Jana Möller (Werkleitung), D. Verhoeven",
            [("Jana Möller", "Werkleitung", "Molkerei Hoheneck")],
        ),
        (
            "# CR réunion – Verreries du Lac – 3 juin 2026\n\nParticipants :\n"
            "- Côté client : Paul Roux (directeur), Anne Petit (méthodes)\n- Côté Northlight : Daan Verhoeven",
            [("Paul Roux", "directeur", "Verreries du Lac"), ("Anne Petit", "méthodes", "Verreries du Lac")],
        ),
        (
            "Notatka ze spotkania – Cukrownia Bielik – 3.06.2026\nUczestnicy: Anna Kos (gł. księgowa), Lotte Brandsma",
            [("Anna Kos", "gł. księgowa", "Cukrownia Bielik")],
        ),
        (
            "Visita Aceites Montalbán, 3 de junio\n\nEva Ruiz (jefa de compras) / Lotte",
            [("Eva Ruiz", "jefa de compras", "Aceites Montalbán")],
        ),
        (
            "Overleg Zuivelfabriek Oost\nMet: Tom de Boer (inkoper) en Mies Aalders (eigenaar) en Daan",
            [("Tom de Boer", "inkoper", "Zuivelfabriek Oost"), ("Mies Aalders", "eigenaar", "Zuivelfabriek Oost")],
        ),
        (
            "Verbale\nPresenti: Rosa Bini (direttrice), Ugo Lai (RSPP), entrambi Istituto Manzù; Lotte Brandsma",
            [("Rosa Bini", "direttrice", "Istituto Manzù"), ("Ugo Lai", "RSPP", "Istituto Manzù")],
        ),
        (
            "Protokół\nObecni: Ewa Kos (dyrektorka), Jan Wilk (informatyk), oboje Szkoła Podstawowa w Rybnie, LB",
            [
                ("Ewa Kos", "dyrektorka", "Szkoła Podstawowa w Rybnie"),
                ("Jan Wilk", "informatyk", "Szkoła Podstawowa w Rybnie"),
            ],
        ),
        ("# Clinic\nPresent: Rowan Ashby (buyer, Larkfield Foods), LB", [("Rowan Ashby", "buyer", "Larkfield Foods")]),
        (
            "Kick-off\nPresent: Rowan Ashby (Cellar Hand, Larkfield Foods); Daan Verhoeven",
            [("Rowan Ashby", "Cellar Hand", "Larkfield Foods")],
        ),
    ],
)
def test_who_took_part(head: str, expected: list[tuple[str, str, str]]) -> None:
    assert people(head) == expected


@pytest.mark.parametrize(
    "title",
    ["Project review - Pipeline Upgrade", "Weekly Pricing Review", "Demo CJ-8", "Call with Northlight", "Team Meeting"],
)
def test_a_title_without_a_customer_gives_no_company(title: str) -> None:
    assert people(f"{title}\n\nAttendees: Rowan Ashby (buyer), Daan Verhoeven") == [("Rowan Ashby", "buyer", "")]


def test_only_our_own_people_are_no_contacts() -> None:
    assert people("Pipeline call\nPresent: Daan Verhoeven, L. Brandsma") == []


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("- Lotte: revised offer by 12 June 2026", "us"),
        ("- Rowan sends the floor plan", "them"),
        ("- AP Rowan: photos of the line", "them"),
        ("- Hr. Ashby schickt den Grundriss", "them"),
        ("- p. Ashby prześle rzut hali", "them"),
        ("- we: two references", "us"),
        ("- Rowan: send the floor plan", "them"),
        ("- Ashby: enviar el plano de la sala", "them"),
        ("- Rowan: mandare le foto", "them"),
        ("- R. Ashby: pagar o restante", "them"),
        ("- Ashby : donner les créneaux", "them"),
        ("- p. Ashby: sprawdzić sieć w salach", "them"),
        ("- Fr. Ashby: Pläne mailen bis 9. Juni", "them"),
        ("- Hr. Ashby -> Seriennummern durchgeben", "them"),
        ("- Rowan: lijst met lokalen sturen", "them"),
    ],
)
def test_what_is_noted_to_be_done(line: str, owner: str) -> None:
    head = "Visit Larkfield Foods, 3 June 2026\nPresent: Rowan Ashby (buyer), Lotte Brandsma\n\n- four coders wanted\n"
    assert [one.owner.value for one in meeting(head + line).next_actions if one.owner] == [owner]


@pytest.mark.parametrize(
    "line",
    ["- Rowan: no order before autumn", "- Rowan likes the coder", "- Rowan did not sign",
     "- Rowan: mit dem Muster zufrieden", "- Rowan: caro pero bueno", "- Rowan: retidas porque o IVA está errado",
     "- Rowan: très déçu du délai", "- Rowan: nie ma budżetu"],
)  # fmt: skip
def test_what_people_think_is_nothing_to_be_done(line: str) -> None:
    head = "Visit Larkfield Foods, 3 June 2026\nPresent: Rowan Ashby (buyer), Lotte Brandsma\n\n- four coders wanted\n"
    assert meeting(head + line).next_actions == ()


@pytest.mark.parametrize(
    ("trouble", "task"),
    [
        ("4 coders no longer start since the summer holidays", "Lotte: plan the firmware update for the broken coders"),
        ("4 coders reageren niet meer sinds de vakantie", "Lotte: storing laten verhelpen, uiterlijk 16 juni"),
        ("fatura 88 com erro no valor", "Lotte: corrigir o erro da fatura e emitir nota até 19/06"),
    ],
)
def test_what_is_to_be_done_is_not_the_trouble(trouble: str, task: str) -> None:
    head = "Service review Larkfield Foods, 3 June 2026\nPresent: Rowan Ashby (buyer), Lotte Brandsma\n\n"
    case = meeting(f"{head}- {trouble}\n- {task}\n").case
    assert case is not None and case.summary is not None
    assert trouble[:14] in case.summary.value
