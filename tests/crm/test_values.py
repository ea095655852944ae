"""Values in their one form."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from crmllm.core.errors import BadInput
from crmllm.crm import values
from crmllm.crm.choices import FieldType
from crmllm.crm.models import FieldDef

EMAIL = FieldDef(name="email", label="E-mail", type=FieldType.EMAIL)
TEXT = FieldDef(name="text", label="Text", type=FieldType.TEXT)
PART = st.text("abyz09.-_+@!é ", max_size=12)


def stands(address: str) -> bool:
    try:
        validate_email(address.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return False
    return True


@given(
    st.one_of(
        st.emails(), st.builds("{}@{}.{}".format, PART, PART, st.sampled_from(["example", "de", "c", "1x", "-a"]))
    )
)
@settings(max_examples=300, deadline=None)
def test_an_address_is_taken_if_and_only_if_the_long_look_takes_it(address: str) -> None:
    try:
        taken = values.normalise(EMAIL, address)
    except BadInput:
        assert not stands(address)
    else:
        assert stands(address) and taken == address.strip().casefold()


@pytest.mark.parametrize(
    ("written", "kept"),
    [("a\x00b", "ab"), (" a\nb ", "a\nb"), ("a\u200bb\x7f", "a\u200bb"), ("plain", "plain"), ("\ud83da", "a")],
)
def test_texts_lose_control_letters_and_halves_of_letters(written: str, kept: str) -> None:
    assert values.normalise(TEXT, written) == kept
