"""What is wanted, how many and for how much, as people of eight countries write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmllm.extraction.rules import dates, deals, money, products, wording

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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Budżet 85 tys. zł netto", "85000"),
        ("net 40.000 EUR (47.600 EUR inkl. MwSt.)", "40000"),
        ("GBP 10,000 exclusive of VAT (GBP 12,000 inclusive)", "10000"),
        ("Brutto: 11.900 EUR, netto: 10.000 EUR", "10000"),
        ("list price 4,000 EUR, we pay 3,500 EUR", "3500"),
        ("your 20,000 EUR was far too expensive", None),
        ("cena katalogowa 4 000 zł", None),
        ("between 20,000 and 30,000 EUR", None),
        ("300 EUR per unit", None),
    ],
)
def test_the_sum_that_counts(text: str, value: str | None) -> None:
    total = money.deal_total(money.find(text))
    assert (None if total is None else money.plain(total.value)) == value


@pytest.mark.parametrize(
    ("language", "said", "plain"),
    [
        ("pl", "osiemdziesiąt pięć tysięcy złotych", "85000 złotych"),
        ("es", "el modelo doscientos y un cable", "el modelo 200 y un cable"),
        ("es", "treinta y dos mil euros", "32000 euros"),
        ("nl", "32 duizend euro", "32 duizend euro"),
        ("de", "am fünfzehnten Juli", "am 15 Juli"),
        ("en", "by the twenty-first of May", "by the 21 of May"),
        ("pl", "do trzydziestego czerwca", "do 30 czerwca"),
        ("nl", "op eenentwintigste april", "op 21 april"),
        ("en", "a second order in May", "a second order in May"),
    ],
)
def test_spoken_figures_and_days(language: str, said: str, plain: str) -> None:
    assert wording.spoken(said, language).text == plain


def test_the_figure_of_a_name_is_not_corrected() -> None:
    plain, _ = wording.corrected("We want 20 Orbis Pump 30, sorry, 25.", None, names=NAMES)
    assert "25 Orbis Pump 30" in plain.text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Ende nächsten Monats", "2026-06-30"),
        ("à la fin du mois prochain", "2026-06-30"),
        ("do końca przyszłego miesiąca", "2026-06-30"),
        ("15 czerwca", "2026-06-15"),
        ("w piątek", "2026-05-15"),
        ("on 20 April", "2026-04-20"),
        ("in January", "2027-01-31"),
    ],
)
def test_days_are_of_the_year_that_is_meant(text: str, day: str) -> None:
    assert [one.day.isoformat() for one in dates.find(text, datetime(2026, 5, 12, tzinfo=UTC))] == [day]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Mamy 60000 złotych, przepraszam, 55, bo zarząd obciął.", "55000 złotych"),
        ("We have 90,000 euros, sorry, 85, for the hall.", "85000 euros"),
        ("We have 90,000 euros, sorry, 3 weeks from now.", "90,000 euros"),
        ("We have 90,000 euros, sorry, 12, for the hall.", "90,000 euros"),
    ],
)
def test_who_corrects_a_sum_may_leave_its_thousands_out(text: str, plain: str) -> None:
    assert plain in wording.corrected(text, None)[0].text


def _deal(text: str, sent_at: datetime | None = datetime(2026, 5, 12, tzinfo=UTC)) -> deals.Deal:
    return deals.read(text, 0, len(text), sent_at=sent_at, names=NAMES, country="")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Issued on 3 June 2026. We want 3 Pump 30. In 2022 a hall cost us 40,000 EUR.", None),
        ("Spotkanie 25.09.2026. 3 x Pump 30. W 2022 zapłacili 40 000 zł u kogoś innego.", None),
        ("3 June 2026: we want 3 Pump 30, our budget for 2027 is 40,000 EUR.", "40000"),
    ],
)
def test_an_undated_paper_is_of_the_year_that_it_names_first(text: str, amount: str | None) -> None:
    deal = _deal(text, None)
    assert (None if deal.amount is None else deal.amount.value) == amount


@pytest.mark.parametrize(
    ("text", "commitment", "amount"),
    [
        ("Zamawiam 3 szt. Pump 30, razem 6 000 zł netto.", "firm", "6000"),
        ("Rezygnujemy z zakupu Pump 30, 6 000 zł to za dużo.", "negated", None),
        ("Chcielibyśmy kupić 3 szt. Pump 30.", "likely", None),
        ("Please book 3 Pump 30 for us, 6,000 EUR in total.", "firm", "6000"),
        ("We have gone with another maker; the Pump 30 at 6,000 EUR was too expensive.", "negated", None),
        ("We want 3 Pump 30 for Lyon. Our budget is 6,000 EUR (last year it was 4,500 EUR).", "likely", "6000"),
        ("We want 3 Pump 30 for Lyon. Sam had planned 9,000 EUR, but forget that figure.", "likely", None),
        ("Le confirmo el pedido de 2 Pump 60 por 6.000 euros.", "firm", "6000"),
    ],
)
def test_how_firm_and_for_how_much(text: str, commitment: str, amount: str | None) -> None:
    deal = _deal(text)
    assert deal.commitment is not None
    assert deal.commitment.value == commitment
    assert (None if deal.amount is None else deal.amount.value) == amount


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Akkoord met offerte 3318, dus 2 Pump 30 voor € 4.900.", "4900"),
        ("Auftrag 7714 über 4.900 €.", "4900"),
        ("Accordo su preventivo 8812: totale 4.900 euro.", "4900"),
    ],
)
def test_the_number_of_an_offer_is_no_sum(text: str, total: str) -> None:
    assert [money.plain(one.value) for one in money.find(text)] == [total]


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("We order 3 Orbis Panel at the price of 4,100 EUR.", "We order 3 Orbis Panel"),
        ("Wir bestellen 3 Orbis Panel zum Gesamtpreis von 4.100 EUR netto.", "Wir bestellen 3 Orbis Panel"),
        ("Nous commandons 3 Orbis Panel pour 4 100 euros.", "Nous commandons 3 Orbis Panel"),
        ("Encargamos 3 Orbis Panel por un importe de 4.100 €.", "Encargamos 3 Orbis Panel"),
        ("Ordiniamo 3 Orbis Panel al prezzo di 4.100 euro.", "Ordiniamo 3 Orbis Panel"),
        ("Wij bestellen 3 Orbis Panel voor 4.100 euro.", "Wij bestellen 3 Orbis Panel"),
        ("Encomendamos 3 Orbis Panel, pelo valor de 4.100 €.", "Encomendamos 3 Orbis Panel"),
        ("Zamawiamy 3 Orbis Panel za 4 100 zł netto.", "Zamawiamy 3 Orbis Panel"),
        # What is wanted behind the price stays with it.
        ("For 4,100 EUR we take 3 Orbis Panel.", "For 4,100 EUR we take 3 Orbis Panel"),
    ],
)
def test_a_summary_leaves_the_price_to_its_own_field(text: str, summary: str) -> None:
    deal = deals.read(text, 0, len(text), sent_at=None, names=NAMES, country="")
    assert deal.amount is not None and deal.amount.value == "4100"
    assert deal.summary is not None and deal.summary.value == summary


def test_a_long_refusal_is_summed_up_from_its_verb_on() -> None:
    text = (
        "Suite à la commission de mardi, je suis au regret de vous annoncer que la commune ne retiendra pas votre "
        "proposition pour Orbis Panel cette année."
    )
    deal = deals.read(text, 0, len(text), sent_at=None, names=NAMES, country="")
    assert deal.summary is not None and deal.summary.value.startswith("ne retiendra pas")


@pytest.mark.parametrize(
    "text",
    [
        "our order for 9 of them at £8,190 plus VAT (£9,828 altogether)",
        "our order for 9 of them for £8,190 plus VAT (£9,828 altogether)",
        "9 of them at £8,190 plus VAT, £9,828 in all",
    ],
)
def test_the_net_sum_counts_though_it_stands_where_a_unit_price_does(text: str) -> None:
    deal = deals.read(text, 0, len(text), sent_at=None, names=NAMES, country="GB")
    assert deal.amount is not None and deal.amount.value == "8190"


def test_a_unit_price_beside_its_total_stays_one() -> None:
    text = "9 of them at £910 plus VAT each, £9,828 in all"
    deal = deals.read(text, 0, len(text), sent_at=None, names=NAMES, country="GB")
    assert deal.amount is not None and deal.amount.value == "9828"
