"""Identifiers of people in one written form, and their blind indexes."""

from __future__ import annotations

from contextlib import suppress

import phonenumbers

from crmllm.core.crypto import blind_index

#: Domains that say nothing about where somebody works.
FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.fr",
        "yahoo.de",
        "yahoo.co.uk",
        "aol.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "gmx.ch",
        "web.de",
        "t-online.de",
        "freenet.de",
        "mail.com",
        "proton.me",
        "protonmail.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "laposte.net",
        "sfr.fr",
        "libero.it",
        "virgilio.it",
        "tiscali.it",
        "ziggo.nl",
        "kpnmail.nl",
        "planet.nl",
        "hetnet.nl",
        "telenet.be",
        "skynet.be",
        "bluewin.ch",
        "terra.es",
        "wp.pl",
        "o2.pl",
        "seznam.cz",
        "mail.ru",
        "yandex.ru",
        "qq.com",
        "163.com",
        "126.com",
        "zoho.com",
        "fastmail.com",
        "hey.com",
    ]
)


def normal_email(value: str) -> str:
    """Lower case, no blanks, international domains in their ASCII form where they have one."""
    local, _, domain = value.strip().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return f"{local}@{domain}".casefold() if local else value.strip().casefold()


def normal_phone(value: str, region: str = "") -> str:
    """E.164 where the number can be read (`region` as ISO 3166), else its digits."""
    try:
        number = phonenumbers.parse(value, region or None)
    except phonenumbers.NumberParseException:
        return "".join(char for char in value if char.isdigit())
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable_phone(value: str) -> str:
    """A number with the blanks that people expect; as it is where it cannot be read."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def email_index(value: str) -> bytes:
    """What an e-mail address is looked up by."""
    return blind_index("email", normal_email(value))


def phone_index(value: str, region: str = "") -> bytes:
    """What a phone number is looked up by."""
    return blind_index("phone", normal_phone(value, region))


def domain_of(email: str) -> str:
    """The domain of an address, normalised."""
    return normal_email(email).rpartition("@")[2]


def company_domain(email: str | None) -> str:
    """The domain of an address where it tells an organisation; else empty."""
    domain = domain_of(email) if email else ""
    return "" if domain in FREE_MAIL else domain
