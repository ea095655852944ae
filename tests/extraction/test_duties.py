"""What notes say is to be done, by whom and until when: tables, lines without a colon, days in brackets, pledges."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmllm.extraction.rules import dates
from crmllm.extraction.rules.talk import duties, present
from tests.extraction.test_attending import meeting, people

HEAD = "Visit Larkfield Foods, 3 June 2026\nPresent: Rowan Ashby (buyer), Lotte Brandsma\n\n- four coders wanted\n"
NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)


def tasks(text: str) -> list[tuple[str, str, str]]:
    return [
        (one.text.value, one.owner.value if one.owner else "", one.due.value if one.due else "")
        for one in meeting(text).next_actions
        if one.text is not None
    ]


@pytest.mark.parametrize(
    "heads",
    [
        "| Who | What | When |",
        "| Wer | Was | Bis wann |",
        "| Qui | Quoi | Échéance |",
        "| Quién | Tarea | Fecha |",
        "| Chi | Azione | Scadenza |",
        "| Wie | Actie | Wanneer |",
        "| Responsável | Tarefa | Prazo |",
        "| Kto | Zadanie | Termin |",
    ],
)
def test_a_table_says_who_does_what_until_when(heads: str) -> None:
    table = f"\n{heads}\n|---|---|---|\n| Lotte | revised drawing | 12/06/2026 |\n| Rowan | sample bottles | |\n"
    assert tasks(HEAD + table) == [("revised drawing", "us", "2026-06-12"), ("sample bottles", "them", "")]


def test_a_table_of_other_things_holds_no_actions() -> None:
    assert not list(duties.rows("| Line | Speed |\n|---|---|\n| 1 | 40 per minute |\n"))
    assert tasks(HEAD + "\n| Line | Speed |\n|---|---|\n| Rowan | 40 per minute |\n") == []


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("- Rowan emails the floor plan", "them"),
        ("- Rowan mailt den Hallenplan", "them"),
        ("- M. Ashby nous ouvre un accès au réseau", "them"),
        ("- Rowan comprueba la red de la nave", "them"),
        ("- Rowan fornisce le misure del nastro", "them"),
        ("- Rowan geeft de maten door", "them"),
        ("- O Rowan ficou de mandar as medidas", "them"),
        ("- Pan Ashby poprawi rysunek hali", "them"),
        ("- Lotte escribirá al transportista", "us"),
    ],
)
def test_what_somebody_is_noted_to_do_next(line: str, owner: str) -> None:
    assert [(who) for _, who, _ in tasks(HEAD + line)] == [owner]


@pytest.mark.parametrize("heading", ["**Offene Punkte**", "## Qui fait quoi", "Wie doet wat", "Actielijst:"])
def test_under_a_heading_of_actions_a_name_is_enough(heading: str) -> None:
    text = f"{HEAD}\n{heading}\n- Rowan stelt de lijst samen\n- Lotte: drawing (12.06.)\n"
    assert [(owner, due) for _, owner, due in tasks(text)] == [("them", ""), ("us", "2026-06-12")]


@pytest.mark.parametrize(
    "line", ["- next review 24 Sept", "- point téléphonique le 15/06", "- nächster Termin am 24.09."]
)
def test_when_one_meets_again_is_nobodys_task(line: str) -> None:
    assert tasks(f"{HEAD}\nNext steps:\n- Rowan: send samples\n{line}\n") == [("send samples", "them", "")]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("até dia 24", "2026-06-24"),
        ("by the 24th", "2026-06-24"),
        ("entro il 2", "2026-07-02"),
        ("point le 15/06", "2026-06-15"),
        ("devis - 12/06", "2026-06-12"),
        ("do 24-ego", "2026-06-24"),
        ("voor de 24e", "2026-06-24"),
    ],
)
def test_bare_days(words: str, day: str) -> None:
    assert [one.day.isoformat() for one in dates.find(words, NOON)] == [day]


@pytest.mark.parametrize("words", ["on the 3rd floor", "op 24/7 basis", "entro il 10% di sconto", "- 3/4 of the units"])
def test_what_only_looks_like_a_day(words: str) -> None:
    assert dates.find(words, NOON) == []


@pytest.mark.parametrize(
    "told",
    [
        "Met Ana Reis, head buyer, and their bookkeeper Tom Aalders.",
        "Participaram a Dra. Ana Reis (head buyer) e o Tom Aalders (bookkeeper).",
        "C'erano: Ana Reis (head buyer) e Tom Aalders (bookkeeper)",
        "Gesproken met Ana Reis (head buyer) en Tom Aalders (bookkeeper)",
    ],
)
def test_who_was_there_is_told_in_a_sentence(told: str) -> None:
    head = f"Notes from visit to Larkfield Foods Ltd, 3 June 2026\n\n{told}\n"
    firm = "Larkfield Foods Ltd"
    assert people(head) == [("Ana Reis", "head buyer", firm), ("Tom Aalders", "bookkeeper", firm)]


def test_the_customer_stands_before_those_who_were_met() -> None:
    head = "Verslag 3 juni 2026\nLarkveld Drukwerk BV, met Kees Smit (eigenaar) en dochter Lies (boekhouding)\n"
    firm = "Larkveld Drukwerk BV"
    assert people(head) == [("Kees Smit", "eigenaar", firm), ("Lies", "boekhouding", firm)]
    assert present.customer("Call with Ana: she (owner) was late") is None


def test_notes_of_our_own_people_are_internal() -> None:
    text = "Jour fixe Vertrieb, 3. Juni 2026\nanwesend: Daan, Lotte\n\n- Frau Reis entscheidet im Juli (9.500)\n"
    assert meeting(text).category.value == "internal"


def test_what_is_fine_with_the_bills_is_no_complaint_about_them() -> None:
    text = f"{HEAD}- coder on line 2 prints the date twice since May\n- invoices: no remarks\n"
    read = meeting(text)
    assert read.case is not None and read.case.summary is not None
    assert "prints the date twice" in read.case.summary.value


@pytest.mark.parametrize(
    "heads", ["| Name | Role |", "| Nom | Fonction |", "| Nombre | Cargo |", "| Imię i nazwisko | Stanowisko |"]
)
def test_a_table_says_who_was_there(heads: str) -> None:
    table = f"{heads}\n|---|---|\n| Ana Reis | head buyer |\n| Tom Aalders | bookkeeper |\n"
    head = f"# Visit – Larkfield Foods Ltd\n\n{table}"
    firm = "Larkfield Foods Ltd"
    assert people(head) == [("Ana Reis", "head buyer", firm), ("Tom Aalders", "bookkeeper", firm)]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("Frau Silke Bauer, Amtsleiterin, Gemeinde Lindau", ("Silke Bauer", "Amtsleiterin", "Gemeinde Lindau")),
        ("Tom Baker (operations manager, Larkfield Foods)", ("Tom Baker", "operations manager", "Larkfield Foods")),
        ("Bart de Groot (ICT, Larkfield Foods)", ("Bart de Groot", "ICT", "Larkfield Foods")),
    ],
)
def test_surnames_that_are_jobs_and_departments_that_are_letters(entry: str, expected: tuple[str, str, str]) -> None:
    assert people(f"Notes, 3 June 2026\nPresent: {entry}; D. Verhoeven") == [expected]


@pytest.mark.parametrize(
    "line",
    ["- Rowan ci gira le misure 27.10", "- Ashby übernimmt die Messung 27.10.", "- Rowan also checks the belt 27.10"],
)
def test_a_helper_word_before_the_verb_and_a_day_without_a_year(line: str) -> None:
    ((text, owner, due),) = tasks(HEAD + line)
    assert (owner, due) == ("them", "2026-10-27")
    assert "27" not in text


def test_our_own_name_behind_our_company_is_no_task() -> None:
    assert tasks(f"{HEAD}\nNorthlight: Daan Verhoeven\n") == []


def test_german_will_is_a_wish() -> None:
    assert tasks(HEAD + "- Rowan will die Zeiterfassung im Werk ersetzen") == []
