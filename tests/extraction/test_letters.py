"""Letters, orders and tenders as people really lay them out: who signs, what it is about, what is asked until when."""

from __future__ import annotations

import pytest

from crmllm.evaluation.formats import Household, kind_item
from crmllm.extraction.extract import extract
from crmllm.extraction.types import Extracted, Us
from crmllm.ingestion import kinds

US = Us("Ovenmakers NV", frozenset({"ovenmakers.example"}), staff=frozenset({"Lies Maes"}))
PRODUCTS = ("Kiln K4", "Shelf set")


def read(text: str) -> Extracted:
    reader = kinds.find("x.txt", text.encode(), kind="document")
    assert reader is not None
    item = kind_item(reader.read(text.encode(), "x.txt"), "document", Household(US, PRODUCTS))
    return extract(item, gated=False)


def told(text: str) -> dict[str, str]:
    return {name: value.value for name, value in read(text).values()}


def people(text: str) -> list[tuple[str, str, str, str]]:
    return [
        tuple(value.value if value else "" for value in (one.name, one.title, one.company, one.email))
        for one in read(text).contacts
    ]


# --- who


@pytest.mark.parametrize(
    ("foot", "title"),
    [
        ("Edmund Gale\nEstate Manager\nedmund@potters.example", "Estate Manager"),
        ("Edmund Gale, Estate Manager\nedmund@potters.example", "Estate Manager"),
        ("i. A. Edmund Gale\nBuchhaltung\nedmund@potters.example", "Buchhaltung"),
        ("Edmund Gale\nDirecteur\nTél. 01 99 00 45 00 - edmund@potters.example", "Directeur"),
        ("Fdo.: Edmund Gale, Gerente\nedmund@potters.example", "Gerente"),
        ("Dott. Edmund Gale\nResponsabile Acquisti\nedmund@potters.example", "Responsabile Acquisti"),
        ("Groet,\n\nEdmund Gale\nEigenaar\nedmund@potters.example", "Eigenaar"),
        ("Edmund Gale\nDiretor Financeiro\n(11) 5555-0192 | edmund@potters.example", "Diretor Financeiro"),
        ("Edmund Gale\nKierownik Zakupów\ntel. 22 123 99 00, edmund@potters.example", "Kierownik Zakupów"),
    ],
)
def test_who_signs_at_the_foot_needs_no_closing_words(foot: str, title: str) -> None:
    assert people(f"Potters Guild Ltd\n4 May 2026\n\nThe Kiln K4 is standing still.\n\n{foot}\n") == [
        ("Edmund Gale", title, "Potters Guild Ltd", "edmund@potters.example")
    ]


@pytest.mark.parametrize(
    ("name", "title", "box"),
    [("Ruth Amsel", "Facilities Manager", "facilities"), ("Ines Prado", "Directora de Mantenimiento", "mantenimiento")],
)
def test_a_mailbox_named_after_the_job_does_not_make_the_job_a_name(name: str, title: str, box: str) -> None:
    letter = f"Potters Guild Ltd\n\nThe Kiln K4 is cold.\n\nYours sincerely,\n{name}\n{title}\n{box}@potters.example\n"
    assert people(letter) == [(name, title, "Potters Guild Ltd", f"{box}@potters.example")]


def test_on_behalf_of_is_no_company() -> None:
    letter = (
        "Stadt Ostheide · Schulamt\n\n3. Mai 2026\n\nBitte rufen Sie uns an.\n\nMit freundlichen Grüßen\nim Auftrag\n\n"
    )
    assert people(f"{letter}Ruth Amsel\nSachgebietsleiterin\n") == [
        ("Ruth Amsel", "Sachgebietsleiterin", "Stadt Ostheide", "")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Affaire suivie par : Ruth Amsel, Directrice", "Información: Ruth Amsel, Directora",
        "Responsabile del procedimento: Ruth Amsel, Direttrice", "Inlichtingen: Ruth Amsel, Directeur",
        "Auskunft erteilt: Ruth Amsel, Direktorin", "Enquiries: Ruth Amsel, Director",
        "Informacji udziela: Ruth Amsel, Dyrektor", "Esclarecimentos: Ruth Amsel, Diretora",
    ],
)  # fmt: skip
def test_more_labels_that_name_whom_to_ask(line: str) -> None:
    assert [one[0] for one in people(f"Potters Guild Ltd\n\nPurchase order 4\n2 Kiln K4\n\n{line}\n")] == ["Ruth Amsel"]


def test_a_house_is_named_over_its_address() -> None:
    letter = "Whitcombe Poultry\nLower Barn, 3 Stoke Road\n2 May 2026\n\nThe Kiln K4 is cold.\n\nJo Whitcombe\nFarmer\n"
    assert people(letter)[0][2] == "Whitcombe Poultry"


@pytest.mark.parametrize(
    "sentence",
    [
        "Mme Ruth Amsel, adjointe aux écoles, a vu le four.",
        "Our bursar, Ruth Amsel, has seen the kiln.",
        "Vino también Ruth Amsel, directora de compras.",
    ],
)
def test_people_named_beside_their_job_are_mentioned(sentence: str) -> None:
    letter = f"Potters Guild Ltd\n4 May 2026\n\n{sentence}\n\nEdmund Gale\nEstate Manager\n"
    assert [(one[0], one[2]) for one in people(letter)] == [
        ("Edmund Gale", "Potters Guild Ltd"), ("Ruth Amsel", "Potters Guild Ltd"),
    ]  # fmt: skip


def test_your_people_and_ours_are_not_mentioned() -> None:
    letter = (
        "Potters Guild Ltd\n4 May 2026\n\nYour engineer, Ruth Amsel, was late. Lies Maes, Sales Manager, knows.\n\n"
    )
    assert [one[0] for one in people(f"{letter}Edmund Gale\nEstate Manager\n")] == ["Edmund Gale"]


# --- what


def test_an_order_is_told_by_its_title_without_a_number_and_by_all_its_lines() -> None:
    table = "Qty   Item   Total\n6   Kiln K4   24.900,00\n2   Shelf set   1.600,00\n"
    order = told(f"Hallenbad Velsum B.V.\n\nInkooporder 2026-3307\n\n{table}\nTotaal 26.500,00 EUR\n")
    assert order["opportunity.summary"] == "Inkooporder: 6 Kiln K4, 2 Shelf set"


@pytest.mark.parametrize(
    "label", ["Objet", "Objeto", "Oggetto", "Gegenstand der Ausschreibung", "Przedmiot zamówienia", "Scope"]
)
def test_a_tender_is_told_by_what_it_says_it_is_for(label: str) -> None:
    paper = f"Gemeente Velsum\nRequest for quotation 7\n\n1. {label}: 20 Kiln K4 for the schools of the town\n"
    assert told(paper)["opportunity.summary"] == "20 Kiln K4 for the schools of the town"


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Invitation to tender", "Award: 4 September 2026"), ("Ausschreibung", "Der Zuschlag erfolgt am 04.09.2026."),
        ("Appel d'offres", "Remise : 2 août 2026 à 12 h. Attribution : 4 septembre 2026."),
        ("Licitación", "4. Adjudicación prevista: 4 de septiembre de 2026"),
        ("Bando di gara", "Aggiudicazione: 4 settembre 2026"), ("Offerteaanvraag", "Gunning 4 september 2026"),
        ("Concurso público", "Decisão: 04/09/2026"), ("Zapytanie ofertowe", "Rozstrzygnięcie: 4 września 2026 r."),
    ],
)  # fmt: skip
def test_a_tender_closes_on_the_day_of_its_award(head: str, row: str) -> None:
    paper = f"Gemeente Velsum\n{head}\n1.7.2026\n\n20 Kiln K4\n{row}\nLevering: 30.11.2026\n"
    assert told(paper)["opportunity.close_by"] == "2026-09-04"


@pytest.mark.parametrize(
    "sentence",
    [
        "Le conseil a renoncé à l'achat des 4 Kiln K4.", "Abbiamo rinunciato all'acquisto dei 4 Kiln K4.",
        "Hemos renunciado a la compra de 4 Kiln K4.", "Zrezygnowaliśmy z zakupu 4 Kiln K4.",
        "Wir sehen davon ab, die 4 Kiln K4 zu beschaffen.",
    ],
)  # fmt: skip
def test_giving_up_a_purchase_declines_it(sentence: str) -> None:
    letter = told(f"Potters Guild Ltd\n4 May 2026\n\n{sentence}\n\nEdmund Gale\nDirector\n")
    assert letter["opportunity.commitment"] == "negated"


@pytest.mark.parametrize(
    "sentence",
    [
        "We will take 3 Kiln K4 provided that delivery is before June.",
        "Queremos 3 Kiln K4 siempre que la entrega sea antes de junio.",
        "Vorremmo 3 Kiln K4 a condizione che la consegna sia entro giugno.",
        "Wir brauchen 3 Kiln K4, sofern die Lieferung bis Juni klappt.",
    ],
)
def test_a_term_of_delivery_or_price_hedges_nothing(sentence: str) -> None:
    letter = told(f"Potters Guild Ltd\n4 May 2026\n\n{sentence}\n\nEdmund Gale\nDirector\n")
    assert letter["opportunity.commitment"] != "hedged"


def test_a_letter_that_names_an_invoice_is_not_one() -> None:
    letter = (
        "Potters Guild Ltd\n4 May 2026\n\nHereby we order 2 Kiln K4. Please send the invoice to our usual address.\n"
    )
    assert told(f"{letter}\nEdmund Gale\nDirector\n")["category"] == "sales"


# --- trouble


@pytest.mark.parametrize(
    ("subject", "trouble"),
    [
        ("Oggetto: segnalazione guasto", "Il forno perde acqua da giovedì."),
        ("Onderwerp: klacht over een storing", "De oven start niet meer op."),
        ("Subject: complaint about a fault", "The kiln no longer heats."),
        ("Betreff: Reklamation einer Störung", "Der Ofen startet nicht mehr."),
    ],
)
def test_what_is_wrong_is_told_by_the_body_and_not_by_the_subject(subject: str, trouble: str) -> None:
    letter = told(f"Potters Guild Ltd\n4 May 2026\n\n{subject}\n\nOvenmakers,\n\n{trouble}\n\nEdmund Gale\nDirector\n")
    assert letter["case.summary"] == trouble.rstrip(".")


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("The kiln stopped and there is a smell of burning.", "high"),
        ("Der Ofen ist defekt, es riecht nach Brandgeruch.", "high"),
        ("El horno no funciona y hemos tenido que cerrar.", "urgent"),
        ("The kiln is broken. Please calibrate it again by Friday.", "normal"),
        ("De oven is kapot. Graag opnieuw te ijken.", "normal"),
        ("Il forno è rotto, con comodo passate a vedere.", "low"),
    ],
)
def test_danger_and_closed_doors_are_severe_and_doing_again_is_not(words: str, level: str) -> None:
    letter = told(f"Fault report\n\nPotters Guild Ltd\n\n{words}\n")
    assert letter["case.severity"] == level


@pytest.mark.parametrize(
    "fault",
    [
        "You charged us twice for March", "Rechnung 7 wurde doppelt berechnet", "La facture 7 a été prélevée deux fois",
        "La factura 7 se ha cobrado dos veces", "La fattura 7 è stata addebitata due volte",
        "Factuur 7 is dubbel afgeschreven", "A fatura 7 foi cobrada duas vezes", "Fakturę 7 naliczono podwójnie",
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_bill_is_said_before_what_is_wished(fault: str) -> None:
    letter = f"Potters Guild Ltd\n4 May 2026\n\nRe: your invoice 7\n\n{fault}.\n\nPlease refund the payment.\n\n"
    assert told(f"{letter}Edmund Gale\nDirector\n")["case.summary"] == fault


# --- what is asked


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Exigimos que envíen un técnico.", "envíen un técnico"),
        ("Nous exigeons que vous remplaciez le four.", "remplaciez le four"),
        ("Wij eisen dat u de oven vervangt.", "u de oven vervangt"),
        ("Żądamy wymiany pieca.", "wymiany pieca"),
        ("- Send an engineer by Friday.", "Send an engineer"),
        ("Den Termin bestätigen Sie uns bitte bis zum 20.05. schriftlich.", "schriftlich"),
    ],
)
def test_demands_and_bullets_ask(sentence: str, words: str) -> None:
    letter = f"Potters Guild Ltd\n4 May 2026\n\nThe kiln no longer heats.\n\n{sentence}\n\nEdmund Gale\nDirector\n"
    actions = read(letter).next_actions
    assert [(one.owner.value if one.owner else "", words in one.text.value) for one in actions] == [("us", True)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Vi chiediamo di sostituire le macchine entro il 28 agosto e di farci sapere chi paga.",
        "Nous vous demandons de remplacer le four avant le 28 août et de nous prêter un appareil.",
        "Les rogamos que envíen un técnico antes del 28 de agosto y que nos digan el precio.",
        "Please replace the kiln by 28 August and tell us who pays for it.",
    ],
)
def test_two_asks_are_two_where_one_has_its_day(sentence: str) -> None:
    actions = read(f"Potters Guild Ltd\n4 May 2026\n\n{sentence}\n\nEdmund Gale\nDirector\n").next_actions
    assert [one.due.value if one.due else None for one in actions] == ["2026-08-28", None]


def test_thanks_in_advance_ask_for_nothing_and_polish_letters_promise() -> None:
    assert read("Potters Guild Ltd\n4 May 2026\n\nLe four marche bien. Merci d'avance.\n").next_actions == ()
    actions = read("Potters Guild Ltd\n4 maja 2026\n\nUdostępnimy Państwu sale po godzinie 15.\n").next_actions
    assert [one.owner.value if one.owner else "" for one in actions] == ["them"]


def test_an_offer_is_asked_for_once() -> None:
    letter = "Potters Guild Ltd\n4. Mai 2026\n\nWir möchten Sie um ein Angebot über 4 Kiln K4 bitten.\n\n"
    ask = "Senden Sie uns das Angebot bitte bis zum 18. Mai.\n\nEdmund Gale\nDirektor\n"
    actions = read(letter + ask).next_actions
    assert [one.due.value if one.due else None for one in actions] == ["2026-05-18"]


def test_a_signature_is_no_sentence() -> None:
    letter = "Potters Guild Ltd\n4 May 2026\n\nThe kiln is fine.\n\nEdmund Gale\nService Order Manager\n01632 960417\n"
    assert read(letter).next_actions == ()


# --- sums, terms and time


@pytest.mark.parametrize(
    "sums",
    [
        "15.200,00 € + IVA (totale 18.544,00 €)", "EUR 15.200,00 exclusief btw (EUR 18.392,00 inclusief)",
        "15 200 € HT, soit 18 240 € TTC",
    ],
)  # fmt: skip
def test_the_sum_behind_a_net_one_is_its_gross_one(sums: str) -> None:
    letter = f"Potters Guild Ltd\n4 May 2026\n\nWe hereby order 16 Kiln K4 as you offered them to us, for {sums}.\n\n"
    assert told(f"{letter}Edmund Gale\nDirector\n")["opportunity.amount"] == "15200"


@pytest.mark.parametrize(
    "sentence",
    [
        "We'll take 4 Kiln K4 if delivery is free.", "Nous prenons 4 Kiln K4 si la livraison est offerte.",
        "Wir nehmen die 4 Kiln K4, wenn die Lieferung frei ist.", "Ordiniamo 4 Kiln K4 se la consegna è gratuita.",
    ],
)  # fmt: skip
def test_an_order_that_hangs_on_a_term_is_likely(sentence: str) -> None:
    letter = f"Potters Guild Ltd\n4 May 2026\n\n{sentence}\n\nEdmund Gale\nDirector\n"
    assert told(letter)["opportunity.commitment"] == "likely"


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Convidamos V. Exas. a enviar uma proposta até 29 de maio.", "enviar uma proposta"),
        ("Zwracamy się z prośbą o wystawienie korekty do 29 maja.", "wystawienie korekty"),
        ("Wij nodigen u uit om een offerte te sturen uiterlijk 29 mei.", "een offerte te sturen"),
    ],
)
def test_formal_invitations_and_requests_ask(sentence: str, words: str) -> None:
    actions = read(f"Potters Guild Ltd\n4 May 2026\n\nThe kiln is old.\n\n{sentence}\n\nEdmund Gale\nDirector\n")
    assert [(one.text.value, one.due.value if one.due else "") for one in actions.next_actions] == [
        (words, "2026-05-29")
    ]


def test_what_has_gone_on_since_a_day_is_what_is_wrong_now() -> None:
    trouble = "Desde hace dos semanas el horno pierde agua y se apagan los seis Kiln K4"
    letter = f"Potters Guild Ltd\n\nAsunto: incidencia\n\n{trouble}.\n\nUn saludo,\nInes Prado\nAdministradora\n"
    assert told(letter)["case.summary"] == trouble


def test_a_letter_about_an_invoice_is_no_invoice() -> None:
    letter = "Domaine de la Vernède\nRoute des Vignes 3\n4 mai 2026\n\nObjet : facture 4402\n\n"
    said = "La facture 4402 est au nom de notre ancienne société. Merci de la corriger.\n\nInes Prado\nComptable\n"
    assert told(letter + said)["category"] == "billing"


@pytest.mark.parametrize(
    ("thanks", "refusal"),
    [
        ("Thank you for your offer of 15,200 EUR.", "We won't be buying the 16 Kiln K4."),
        ("Vielen Dank für Ihr Angebot über 15.200 EUR.", "Wir werden die 16 Kiln K4 nicht anschaffen."),
        ("Hartelijk dank voor uw offerte van 15.200 euro.", "Wij hebben besloten geen 16 Kiln K4 aan te schaffen."),
        ("Merci pour votre offre de 15 200 €.", "Nous renonçons à l'achat des 16 Kiln K4."),
    ],
)
def test_the_sum_that_a_refusal_thanks_for_stands_nowhere(thanks: str, refusal: str) -> None:
    values = told(f"Potters Guild Ltd\n4 May 2026\n\n{thanks} {refusal}\n\nEdmund Gale\nDirector\n")
    assert values["opportunity.commitment"] == "negated"
    assert "opportunity.amount" not in values
    assert "15" not in values["opportunity.summary"]


@pytest.mark.parametrize(
    "row",
    [
        "Importo a base d'asta: € 28.500,00 oltre IVA (€ 34.770,00 IVA inclusa)",
        "Budget: 28.500,00 EUR exclusief btw, 34.485,00 EUR incl. btw",
        "Valor: 28.500,00 € acrescido de IVA",
    ],
)
def test_the_sum_without_tax_counts_where_both_stand_in_a_row(row: str) -> None:
    assert told(f"Gemeente Velsum\nRequest for quotation 7\n\n30 Kiln K4\n{row}\n")["opportunity.amount"] == "28500"
