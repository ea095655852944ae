"""Lists as people type them: one value a line, because the name of a product may hold a comma."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from crmllm.access.models import User
from crmllm.core.errors import BadInput
from crmllm.crm import selectors, services, values
from crmllm.crm.choices import FieldType
from crmllm.crm.forms import as_typed
from crmllm.crm.models import FieldDef, Opportunity, Pipeline, Product, Stage
from crmllm.crm.selectors import in_words
from crmllm.crm.services import Writer, WriterKind

pytestmark = pytest.mark.django_db(databases=["default", "keys"])

DOMAINS = FieldDef(object="account", name="domains", label="Mail domains", type=FieldType.LIST)
PRODUCTS = FieldDef(object="opportunity", name="products", label="Products", type=FieldType.LIST)
VALVE, PUMP = "Valve, 2 inch", "Pump, large"


@pytest.fixture
def valve() -> Product:
    return Product.objects.create(sku="V-2", name=VALVE)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"{VALVE}\r\n{PUMP}", [VALVE, PUMP]),
        (f"\n{VALVE}\n\n  {PUMP} \n{VALVE}\n", [VALVE, PUMP]),
        ("Roll Stand, Blade Set", ["Roll Stand", "Blade Set"]),
        ("Roll Stand,, Roll Stand ,", ["Roll Stand"]),
        (PUMP, ["Pump", "large"]),
        (VALVE, [VALVE]),
        (" valve, 2 INCH\n", ["valve, 2 INCH"]),
        (f"{VALVE}, {PUMP}", ["Valve", "2 inch", "Pump", "large"]),
        (" \n ", []),
    ],
)
@pytest.mark.usefixtures("valve")
def test_lines_divide_and_commas_only_where_there_are_none(typed: str, meant: list[str]) -> None:
    assert values.normalise(PRODUCTS, typed) == meant


@pytest.mark.usefixtures("valve")
def test_a_products_name_is_whole_among_products_only() -> None:
    assert values.normalise(DOMAINS, VALVE) == ["Valve", "2 inch"]


def test_a_list_that_programs_send_is_left_as_it_is() -> None:
    assert values.normalise(PRODUCTS, [PUMP, VALVE]) == [PUMP, VALVE]
    with pytest.raises(BadInput, match="a list of at most 50 texts"):
        values.normalise(PRODUCTS, "\n".join(map(str, range(51))))


_NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=40)


@given(st.lists(_NAMES, min_size=2, max_size=20, unique=True))
def test_what_is_shown_in_an_input_is_read_back_as_it_was(names: list[str]) -> None:
    assert values.normalise(DOMAINS, as_typed(names).replace("\n", "\r\n")) == names


def test_names_with_commas_are_told_apart_where_they_are_shown() -> None:
    assert in_words(PRODUCTS, [VALVE, PUMP], {}) == "Valve, 2 inch; Pump, large"
    assert in_words(PRODUCTS, ["Roll Stand", "Blade Set"], {}) == "Roll Stand, Blade Set"


def test_the_form_of_a_record_takes_one_a_line(page: Client, reviewer: User) -> None:
    stage = Stage.objects.create(pipeline=Pipeline.objects.create(name="Sales"), name="New", position=1, probability=10)
    given = {"name": "Valves", "summary": "Two\nlines", "stage": str(stage.pk), "products": [PUMP]}
    row = services.create_record(
        actor=reviewer, object_name="opportunity", changes=given, writer=Writer(WriterKind.PERSON, reviewer.pk)
    )
    url = reverse("crm:edit", args=["opportunity", row.pk])
    form = page.get(url).context["form"]
    assert (form["products"].value(), str(form["products"].help_text)) == (PUMP, "One a line.")
    assert "<textarea" in str(form["products"])

    fields = {name: value for name, value in form.initial.items() if name in form.fields}
    fields["summary"] = "Two\r\nlines"
    assert page.post(url, fields).status_code == 302
    assert Opportunity.objects.get().version == row.version  # nothing was changed, line ends and commas included

    assert page.post(url, fields | {"products": f"{PUMP}\r\n{VALVE}"}).status_code == 302
    saved = selectors.by_id("opportunity", row.pk)
    assert isinstance(saved, Opportunity)
    assert saved.products == [PUMP, VALVE]
