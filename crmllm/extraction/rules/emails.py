"""E-mail addresses as written, the plainly disguised ones ("name (at) host.example") included."""

from __future__ import annotations

import re

from crmllm.extraction.rules.text import Candidate

_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
_HOST = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}"
_PLAIN = re.compile(rf"(?<![\w.+-])(?:mailto:)?({_LOCAL}@{_HOST})(?![\w@])")
_DISGUISED = re.compile(
    r"(?<![\w.+-])([\w.+-]{2,64})\s?[\[({]\s?(?:at|ät|arobase|chez|@)\s?[\])}]\s?"
    r"([\w-]+(?:(?:\.|\s?[\[({]\s?(?:dot|punkt|point|punto)\s?[\])}]\s?)[\w-]+)+)",
    re.IGNORECASE,
)
_DOT_WORD = re.compile(r"\s?[\[({]\s?(?:dot|punkt|point|punto)\s?[\])}]\s?", re.IGNORECASE)

FREE_MAIL = frozenset(
    "gmail googlemail outlook hotmail live msn yahoo ymail icloud me mac aol gmx web t-online freenet posteo proton "
    "protonmail pm mail orange wanadoo free laposte sfr libero tiscali virgilio alice terra uol bol sapo hushmail "
    "mailbox zoho fastmail yandex qq 163 126 bluewin telenet skynet ziggo kpnmail planet xs4all seznam wp onet interia "
    "o2 inbox rambler comcast verizon att sbcglobal btinternet".split()
)
_GENERIC_LOCAL = frozenset(
    "info sales support contact kontakt office hello hi mail team admin service einkauf vertrieb buchhaltung "
    "purchasing procurement billing accounts accounting invoice invoices rechnung orders bestellung order noreply "
    "no-reply "
    "donotreply do-not-reply newsletter news marketing hr jobs karriere career help helpdesk webmaster postmaster "
    "mailer-daemon notifications notification alerts contacto ventas compras info-de achats comptabilite commercial "
    "acquisti vendite amministrazione inkoop verkoop administratie compras financeiro vendas it press presse kunden "
    "customerservice customer-service kundenservice reception empfang zentrale secretariat sekretariat "
    "secretaria secretariado segreteria secretariaat sekretariat sekretariaat direccion direction direzione directie "
    "administracion administracao administration contabilidad contabilita contabilidade compta finance finanzen "
    "facturacion facturation fatturazione faturacao faturamento cobranca crediteuren debiteuren boekhouding "
    "ksiegowosc zamowienia zakupy biuro dzialzakupow handlowy encomendas pedidos ordini commandes bestellingen "
    "logistik logistica logistique logistiek logistyka warehouse lager magazzino almacen magazijn magazyn "
    "technik tecnico technique soporte suporte assistenza helpline help-desk desk ti atendimento atencion "
    "recepcion recepcao portineria recursos rh hr-team personal personalabteilung qualita calidad qualite "
    "personalamt bauamt hauptamt schulamt kammerei kammereiamt stadtkasse gemeindekasse rathaus personalwesen lohn "
    "pflegedienst verwaltung schulleitung rezeption werkstatt disposition payroll payables receivables facilities "
    "estates bursar bursary registrar frontdesk front-desk operations maintenance mairie intendance economat gestion "
    "secretariatgeneral ressourceshumaines paie tresorerie rrhh nominas tesoreria intendencia jefatura gerencia "
    "sistemas mantenimiento taller ayuntamiento ragioneria economato protocollo tesoreria personale paghe segretario "
    "presidenza direttivo manutenzione officina proloco comune personeelszaken salaris salarisadministratie "
    "planning werkplaats gemeente bestuur bestuurssecretariaat tesouraria pessoal salarios rececao oficinas "
    "manutencao camara prefeitura kadry place dyrekcja warsztat recepcja urzad gmina sekretarz skarbnik "
    "rechnungen rechnungswesen buero buro ufficio oficina kantoor dyspozytor serwis pomoc klient klienci".split()
)


def find(text: str) -> list[Candidate]:
    """Every address in a text, lower-case, in order."""
    found = []
    for match in _PLAIN.finditer(text):
        address, start = match.group(1), match.start(1)
        shift = len(address) - len(address.lstrip("'*_=|`"))
        address = address[shift:]
        if "@" in address[1:]:
            found.append(
                Candidate(
                    "email",
                    address.lower(),
                    start + shift,
                    match.end(1),
                    0.97,
                    "written address",
                )
            )
    for match in _DISGUISED.finditer(text):
        host = _DOT_WORD.sub(".", match.group(2))
        if "." in host:
            address = f"{match.group(1)}@{host}".lower()
            found.append(
                Candidate(
                    "email",
                    address,
                    match.start(),
                    match.end(),
                    0.85,
                    "disguised address",
                )
            )
    return sorted(found, key=lambda one: one.start)


def is_usable(address: str) -> bool:
    """Whether mail could be sent to an address as it is written."""
    return re.fullmatch(f"{_LOCAL}@{_HOST}", address) is not None


def domain_label(address: str) -> str:
    """The telling part of the domain ("acme" of jane@mail.acme.example); empty for free-mail hosts."""
    labels = address.rpartition("@")[2].casefold().split(".")
    if len(labels) < 2:
        return ""
    second_level = len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in {"co", "com", "org", "net", "ac", "gov"}
    label = labels[-3] if second_level else labels[-2]
    return "" if label in FREE_MAIL else label


def is_generic(address: str) -> bool:
    """Whether an address belongs to a function ("info@"), not to a person."""
    local = address.partition("@")[0].casefold()
    return local in _GENERIC_LOCAL or re.split(r"[._+-]", local)[0] in {
        "noreply",
        "donotreply",
        "bounce",
        "mailer",
    }
