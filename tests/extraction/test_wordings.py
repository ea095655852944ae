"""The same things said in eight languages: days, haste, refusals, requests, names, counts and kinds of mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crmllm.extraction.extract import extract
from crmllm.extraction.rules import cases, dates, deals, people, phones, products, requests
from crmllm.extraction.rules.text import sentences
from crmllm.extraction.types import Address, Contact, Extracted, Item, Us
from crmllm.ingestion.kinds.forms import read_form
from crmllm.ingestion.kinds.text import moment

SENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)  # a Wednesday
US = Us(company="Ourfirm Ltd", domains=frozenset({"ourfirm.example"}), staff=frozenset({"Rosa Lind"}))


def read(text: str, sender: Address, subject: str = "", names: tuple[str, ...] = ()) -> Extracted:
    return extract(Item(text, subject=subject, sender=sender, sent_at=SENT, us=US, products=names))


def author(text: str, name: str, email: str) -> Contact:
    return read(text, Address(email, name)).contacts[0]


def written(one: Contact) -> tuple[str | None, str | None, str | None]:
    values = (one.name, one.title, one.company)
    name, title, company = (value.value if value is not None else None for value in values)
    return name, title, company


# --- days and haste


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("please answer by 17/3", "2026-03-17"),
        ("à rendre avant le 17/03", "2026-03-17"),
        ("hay que mandarlo antes del 17/3", "2026-03-17"),
        ("da consegnare entro il 17/3", "2026-03-17"),
        ("graag uiterlijk 17-3", "2026-03-17"),
        ("preciso disso até 17/03", "2026-03-17"),
        ("proszę odesłać do 17.03", "2026-03-17"),
        ("plan senden (17/3)", "2026-03-17"),
        ("mando amanhã, ou na segunda.", "2026-03-05"),
        ("a reunião fica para terça às 9h", "2026-03-10"),
    ],
)
def test_short_days_are_days_where_words_lead_in(text: str, day: str) -> None:
    assert [one.day.isoformat() for one in dates.find(text, SENT)][:1] == [day]


@pytest.mark.parametrize(
    "text",
    [
        "we need 3/4 inch pipe",
        "open 24/7",
        "up to 2.5 %",
        "do 2.5 tys. zł",
        "na segunda vez funcionou",
        "the same price as in April",
        "mêmes conditions que comme en avril",
        "alle condizioni di aprile",
        "tegen dezelfde prijs als in april",
        "na warunkach jak w kwietniu",
    ],
)
def test_fractions_ordinals_and_what_was_are_no_days(text: str) -> None:
    assert dates.find(text, SENT) == []


@pytest.mark.parametrize(
    ("line", "month"),
    [("Rozmowa, 7 stycznia 2026", 1), ("Notatka 12 września 2026", 9), ("30 października 2026", 10)],
)
def test_the_day_of_a_polish_talk_is_read(line: str, month: int) -> None:
    found = moment(line)
    assert found is not None and found.month == month


@pytest.mark.parametrize(
    "text",
    [
        "The screen flickers. It is not that urgent.",
        "Der Bildschirm flackert, dringend ist das nicht.",
        "L'écran clignote, rien de vraiment urgent.",
        "La pantalla parpadea, no es muy urgente.",
        "Lo schermo lampeggia, ma non è affatto urgente.",
        "Het scherm knippert, er is geen echte haast.",
        "O ecrã pisca, não é propriamente urgente.",
        "Ekran migocze, nie jest to bardzo pilne.",
    ],
)
def test_denied_haste_is_low(text: str) -> None:
    assert cases.severity(text, 0, len(text)).value == "low"


def test_haste_that_is_more_than_haste_stays() -> None:
    text = "This is not only urgent, it is a disaster: the line is at a standstill."
    assert cases.severity(text, 0, len(text)).value == "urgent"


# --- sales


@pytest.mark.parametrize(
    "text",
    [
        "Wir haben uns nach langer Beratung gegen Ihre Pumpen entschieden.",
        "Nous n'allons malheureusement pas donner suite à votre offre.",
        "Al final no vamos a comprar la bomba.",
        "La informo che non procederemo con la pompa.",
        "Helaas gaan wij niet verder met de pomp.",
        "Infelizmente decidimos não avançar com a bomba.",
        "Niestety nie zdecydowaliśmy się na pompę.",
        "Leider wurde das Projekt mit der Pumpe gestrichen.",
        "El proyecto de la bomba fue cancelado por la dirección.",
        "Het pompproject is helaas geschrapt.",
        "Die Pumpe kommt für uns leider nicht in Frage.",
    ],
)
def test_a_refusal_is_no_sale_and_no_request_for_help(text: str) -> None:
    assert deals.is_declined(text)
    found = read(text, Address("ana@reis.example", "Ana Reis"), "Pump", ("Pump",))
    assert found.category is not None and found.category.value == "sales"


def test_a_choice_for_us_is_no_refusal() -> None:
    assert not deals.is_declined("Wir haben uns für Ihre Pumpen entschieden.")
    assert not deals.is_declined("Abbiamo scelto la vostra offerta.")


def test_thanks_for_an_offer_do_not_keep_a_declined_sale_alive() -> None:
    text = "Danke für Ihr Angebot. Wir haben uns gegen FlowGuard entschieden."
    deal = deals.read(text, 0, len(text), sent_at=SENT, names=("FlowGuard",), country="DE")
    assert deal.commitment is not None and deal.commitment.value == "negated"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("FlowGuard for 6 people, what does it cost?", 6),
        ("¿Cuánto cuesta FlowGuard para 6 personas?", 6),
        ("FlowGuard voor 7 installaties", 7),
        ("FlowGuard dla 9 linii", 9),
        ("Demonstratie van FlowGuard bij onze vestiging, wij zien uit naar uw antwoord", None),
        ("una dimostrazione di FlowGuard nella settimana del 19 ottobre", None),
        ("pokaz FlowGuard w tygodniu od 19 października", None),
    ],
)
def test_how_many_stands_behind_a_product(text: str, count: int | None) -> None:
    found = products.quantities(text, products.listed(text, ("FlowGuard",)))
    assert (found[-1].value if found else None) == count


@pytest.mark.parametrize(
    "text",
    [
        "We want 5 more FlowGuard as last spring (then at 900 EUR each).",
        "Bitte liefern Sie uns 5 FlowGuard wie im Frühjahr (damals 900 EUR je Stück).",
        "Vi ordiniamo altri 5 FlowGuard come sempre (allora 900 EUR cadauno).",
        "Zamawiamy 5 szt. FlowGuard jak zwykle (wtedy 900 EUR za sztukę).",
    ],
)
def test_an_aside_about_then_takes_nothing_from_the_order(text: str) -> None:
    deal = deals.read(text, 0, len(text), sent_at=SENT, names=("FlowGuard",), country="")
    assert deal.quantity is not None and deal.quantity.value == "5"
    assert deal.amount is None
    assert deal.commitment is not None and deal.commitment.value != "past"


@pytest.mark.parametrize("text", ["poz. 3, 20 szt. FlowGuard", "Bitte 20 Stk. FlowGuard", "20 pcs. FlowGuard"])
def test_units_end_no_sentence(text: str) -> None:
    assert len(sentences(text)) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("L'écran du lecteur reste noir. Est-il possible de le remplacer sous garantie ?", "reste noir"),
        ("El lector ya no enciende. ¿Es posible cambiarlo por garantía?", "no enciende"),
        ("De lezer start niet meer. Is het mogelijk hem onder garantie te vervangen?", "start niet"),
    ],
)
def test_a_wish_to_have_it_replaced_is_not_what_is_wrong(text: str, said: str) -> None:
    summary = cases.summary(text, 0, len(text))
    assert summary is not None and said in summary.value


def test_a_day_after_its_month_ends_a_sentence_and_one_before_it_does_not() -> None:
    assert [one.text for one in sentences("Due March 13. We will call.")] == ["Due March 13.", "We will call."]
    assert len(sentences("Wir kommen am 13. März vorbei.")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Nos lo cobraron el día 5. Les ruego que lo devuelvan.",
        "Prélevé deux fois le 5. Pouvez-vous nous rembourser ?",
        "È arrivato il 3. Vi chiediamo un rimborso.",
        "It came on the 5. Please refund it.",
        "Abgebucht am 5. Bitte erstatten Sie das.",
    ],
)
def test_a_day_without_its_month_may_end_a_sentence(text: str) -> None:
    assert len(sentences(text)) == 2


def test_who_writes_small_ends_sentences_all_the_same() -> None:
    text = "de klok loopt achter sinds maandag. niet dringend maar graag snel. kunnen jullie meekijken?"
    assert len(sentences(text)) == 3
    assert len(sentences("Wir liefern Schrauben einschl. passender Muttern. Danke.")) == 2


# --- requests


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Pourriez-vous regarder ?", "Pourriez-vous regarder"),
        ("Potete controllare?", "Potete controllare"),
        ("¿Podéis mirarlo?", "Podéis mirarlo"),
        ("Podem confirmar?", "Podem confirmar"),
        ("Kunnen jullie hem ophalen?", "hem ophalen"),
        ("Solicitamos o reembolso.", "Solicitamos o reembolso"),
        ("Richiamateci appena possibile.", "Richiamateci appena possibile"),
        ("Me enviem a fatura de abril.", "enviem a fatura"),
        ("Wir planen einen Anbau und bitten um ein Angebot.", "ein Angebot"),
        ("We ship a lot and would like a quote for tape.", "a quote for tape"),
        ("Je voudrais connaître le prix du ruban.", "prix du ruban"),
        ("Please see below, could you send them the leaflet?", "send them the leaflet"),
    ],
)
def test_what_is_asked_for_is_read(text: str, words: str) -> None:
    found = requests.find(text, 0, len(text), sent_at=SENT)
    assert [(one.owner, words in one.text.value) for one in found] == [("us", True)]


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("Morgen stuur ik je de tekening.", "them"),
        ("Ik overleg met de directie en kom erop terug.", "them"),
        ("En we willen de bestelling voor mei plaatsen.", ""),
        ("No vamos a pedir nada este año.", ""),
        ("Così non si può andare avanti.", ""),
    ],
)
def test_a_promise_is_told_from_a_plan(text: str, owner: str) -> None:
    assert requests.owner(text) == owner


# --- people


@pytest.mark.parametrize(
    ("text", "sender", "wanted"),
    [
        (
            "La fattura è giusta.\n\nSaluti\nOrietta Bassi\nUfficio Contabilità\nBassi Vetri S.r.l.",
            Address("contabilita@bassi.example", "Contabilità"),
            "Orietta Bassi",
        ),
        (
            "Klopt de factuur?\n\nMvg\nWim ter Horst\nBoekhouding\nHorst Bouw B.V.",
            Address("boekhouding@horst.example", ""),
            "Wim ter Horst",
        ),
        (
            "Prosimy o fakturę.\n\nPozdrawiam\nDanuta Wrzos\nGłówna Księgowa\nWrzos Sp. z o.o.",
            Address("ksiegowosc@wrzos.example", ""),
            "Danuta Wrzos",
        ),
        ("Danke und bis bald\n\nLG Mika", Address("mika@werft.example", "mika"), "Mika"),
        (
            "Klaar.\n\nMet groet,\nir. Geert 't Lam\nHoofd Techniek\nLam B.V.",
            Address("g.tlam@lam.example", "Ir. Geert 't Lam"),
            "Geert 't Lam",
        ),
        (
            "We look forward to it.\n\nBest regards\nMORITA Kenji\nBuyer\nMorita Co., Ltd.",
            Address("k.morita@morita.example", "Kenji Morita"),
            "Kenji Morita",
        ),
    ],
)
def test_who_signs(text: str, sender: Address, wanted: str) -> None:
    assert written(read(text, sender).contacts[0])[0] == wanted


@pytest.mark.parametrize(
    ("line", "address", "company"),
    [
        ("BRANDO – Transportes, Lda.", "rui@brando.example", "BRANDO – Transportes, Lda."),
        ("KERNIG - Agentur für Marken GmbH", "rui@kernig.example", "KERNIG - Agentur für Marken GmbH"),
        ("Betriebsleiter Stadtbad Herlen", "rui@stadtbad-herlen.example", "Stadtbad Herlen"),
        ("Mede-eigenaar Camping De Duif", "rui@campingdeduif.example", "Camping De Duif"),
        # What the domain does not know is no part of the name.
        ("Diretora de Compras – Adega Nova, Lda.", "rui@adeganova.example", "Adega Nova, Lda."),
    ],
)
def test_a_brand_before_a_dash_belongs_to_the_company(line: str, address: str, company: str) -> None:
    found = read(f"Até breve.\n\nCumprimentos,\nRui Pires\n{line}", Address(address, "Rui Pires"))
    assert written(found.contacts[0])[2] == company


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("Ich schreibe im Auftrag von Frau Jutta Brehm (Prokuristin).", "Jutta Brehm", "Prokuristin"),
        ("Per conto del dott. Ugo Serra, Direttore Generale, chiedo una visita.", "Ugo Serra", "Direttore Generale"),
        ("Namens onze directeur, de heer Bram Vos, vraag ik een afspraak aan.", "Bram Vos", "directeur"),
        ("Escribo en nombre de Doña Elsa Mora, Gerente, para pedir una visita.", "Elsa Mora", "Gerente"),
    ],
)
def test_whom_an_assistant_writes_for(text: str, name: str, title: str) -> None:
    found = read(text, Address("desk@brehm.example", "Front Desk"))
    assert (name, title) in [written(one)[:2] for one in found.contacts]


def test_a_company_that_somebody_writes_for_is_nobody() -> None:
    found = read("I am writing on behalf of Green Valley about a visit.", Address("jo@valley.example", "Jo Lark"))
    assert [written(one)[0] for one in found.contacts] == ["Jo Lark"]


def test_shortened_given_names_are_the_same_person() -> None:
    assert people.same_person("Mª Luisa Prado", "María Luisa Prado Sanz")
    assert not people.same_person("Mª Luisa Prado", "Elena Prado")


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("Llámenme hoy al 655 010 235.", "es", "+34655010235"),
        ("Richiamateci al 333 5550146, grazie.", "it", "+393335550146"),
        ("Me liguem no (11) 95550-1235.", "pt", "+5511955501235"),
        ("Proszę o szybki telefon: 605 555 035.", "pl", "+48605555035"),
    ],
)
def test_the_number_to_call_back_is_the_writers(text: str, language: str, number: str) -> None:
    item = Item(text, sender=Address("ana@reis.example", "Ana Reis"), region=language.upper().replace("PT", "BR"))
    phone = extract(item).contacts[0].phone
    assert phone is not None and phone.value == number


def test_an_extension_of_a_fax_makes_no_fax_of_the_number_before_it() -> None:
    text = "Tel. 04841 / 555 12-31, Fax -40"
    assert [one.kind for one in phones.find(text, 0, len(text), ("DE",), signature=True)] == ["phone"]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"nom": "Petit", "prénom": "Zoé"}, "Zoé Petit"),
        ({"nome": "Ugo", "cognome": "Serra"}, "Ugo Serra"),
        ({"imię": "Danuta", "nazwisko": "Wrzos"}, "Danuta Wrzos"),
        ({"imię i nazwisko": "Danuta Wrzos"}, "Danuta Wrzos"),
        ({"nombre": "Elsa", "apellidos": "Mora Gil"}, "Elsa Mora Gil"),
    ],
)
def test_two_fields_make_one_name(fields: dict[str, str], name: str) -> None:
    form = read_form(json.dumps({**fields, "email": "x@reis.example"}).encode(), "form.json")
    assert form.sender is not None and form.sender.name == name


# --- kinds of mail


@pytest.mark.parametrize(
    "text",
    [
        "Nochmals herzlichen Dank, die Einweisung war super und alle sind begeistert. Bis zum nächsten Mal!",
        "Muchísimas gracias por la visita de ayer, ha sido estupenda y estamos encantados con todo.",
        "Hartelijk dank voor de uitleg van gisteren, het hele team is superenthousiast over het resultaat!",
        "Muito obrigada pela visita de ontem, a equipa adorou e já está a usar tudo no dia a dia.",
        "Martedì alle 9 va benissimo per noi, portate per favore due campioni e il catalogo stampato.",
        "Past goed, woensdag om 14 uur bij ons, neem gerust een collega mee naar de afspraak.",
    ],
)
def test_thanks_and_appointments_are_no_request_for_help(text: str) -> None:
    category = read(text, Address("ana@reis.example", "Ana Reis")).category
    assert category is not None and category.value == "sales"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        (
            "Ik heb een zeer ervaren planner voor jullie, per direct beschikbaar. Zullen we deze week even bellen?",
            "vendor",
        ),
        ("Pomagamy firmom pozyskiwać klientów. Czy znajdzie Pan 10 minut w tym tygodniu?", "vendor"),
        ("Parabéns, você foi sorteado! Informe seus dados bancários e senha para receber o prêmio.", "spam"),
        (
            "Atteinte d'une maladie incurable, je veux vous léguer ma fortune. Envoyez-moi vos coordonnées bancaires.",
            "spam",
        ),
        ("A nota fiscal 77 foi cobrada em duplicidade, solicitamos o estorno do boleto.", "billing"),
    ],
)
def test_sellers_tricksters_and_bills(text: str, category: str) -> None:
    found = read(text, Address("kim@sender.example", "Kim Ash")).category
    assert found is not None and found.value == category
