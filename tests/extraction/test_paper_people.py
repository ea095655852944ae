"""Who stands behind a paper: labels of many forms, values under their labels, an office over a name."""

from __future__ import annotations

import pytest

from crmllm.evaluation.formats import Household, kind_item
from crmllm.extraction.extract import extract
from crmllm.extraction.types import Us
from crmllm.ingestion import kinds

US = Us("Northlight Marking B.V.", frozenset({"northlight.example"}), staff=frozenset({"Daan Verhoeven"}))


def people(text: str) -> list[tuple[str, str, str, str]]:
    reader = kinds.find("x.txt", text.encode(), kind="document")
    assert reader is not None
    item = kind_item(reader.read(text.encode(), "x.txt"), "document", Household(US, ()))
    return [
        tuple(value.value if value else "" for value in (one.name, one.title, one.company, one.phone))
        for one in extract(item, gated=False).contacts
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "FAULT REPORT\n\nSite:         Larkfield Foods, Bakery 3\nReported by:  Rowan Ashby, Stores Manager\n"
            "Telephone:    0131 496 0999\n\nThe printer stopped.",
            ("Rowan Ashby", "Stores Manager", "Larkfield Foods", "+441314960999"),
        ),
        (
            "# Storingsmelding\n\nKlant: Zuivelfabriek Oost B.V.\nGemeld door: Tom Aalders, monteur\n\nNiets werkt.",
            ("Tom Aalders", "monteur", "Zuivelfabriek Oost B.V.", ""),
        ),
        (
            "Pedido de compra 12\n\nEmpresa\nAceites Montalbán, S.L.\nSolicitante\nEva Ruiz Soler, Jefa de Compras\n"
            "Teléfono\n911 239 999\n",
            ("Eva Ruiz Soler", "Jefa de Compras", "Aceites Montalbán, S.L.", "+34911239999"),
        ),
        (
            "# Zapytanie ofertowe\n\n**Zamawiający:** Cukrownia Bielik sp. z o.o.\n"
            "**Osoba do kontaktu:** Anna Kos, kierownik zakupów, tel. 22 123 99 00\n",
            ("Anna Kos", "kierownik zakupów", "Cukrownia Bielik sp. z o.o.", "+48221239900"),
        ),
        (
            "OGGETTO: RECLAMO\n\nLa stampante è ferma da lunedì.\n\nIl Direttore di Stabilimento\nDott. Carlo Neri\n"
            "CARTIERA LIGURE S.P.A.\n",
            ("Carlo Neri", "Direttore di Stabilimento", "CARTIERA LIGURE S.P.A.", ""),
        ),
    ],
)
def test_who_stands_behind_a_paper(text: str, expected: tuple[str, str, str, str]) -> None:
    assert people(text) == [expected]


def test_a_company_under_a_department_is_nobody() -> None:
    assert people("Pedido 7\n\nDos impresoras.\n\nJefe de Compras\nAceites Montalbán, S.L.\n") == []
