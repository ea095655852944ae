"""Identifiers of people in one written form, and their blind indexes."""

from __future__ import annotations

import phonenumbers

from crmllm.core.crypto import blind_index


def normal_email(value: str) -> str:
    """Lower case, no blanks, international domains in their ASCII form where they have one."""
    local, _, domain = value.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        pass
    return f"{local}@{domain}".casefold() if local else value.strip().casefold()


def normal_phone(value: str, region: str = "") -> str:
    """E.164 where the number can be read (`region` as ISO 3166), else its digits."""
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        return "".join(char for char in value if char.isdigit())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_index(value: str) -> bytes:
    """What an e-mail address is looked up by."""
    return blind_index("email", normal_email(value))


def phone_index(value: str, region: str = "") -> bytes:
    """What a phone number is looked up by."""
    return blind_index("phone", normal_phone(value, region))


def domain_of(email: str) -> str:
    """The domain of an address, normalised."""
    return normal_email(email).rpartition("@")[2]
