"""Web forms: labelled fields as JSON, from our own endpoint or as any form builder sends them.

Each answer stands on a line of its own behind its label. The zone around it says what it means (`field:email`), so that
extraction takes it as it is; a message is a zone `message` and is read like a mail.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from crmllm.ingestion.kinds.text import decode, fold
from crmllm.ingestion.kinds.types import Location, Participant, Read, Reader, Unreadable, Zone
from crmllm.ingestion.mail.charsets import canonical
from crmllm.ingestion.mail.headers import Address

MAX_FIELDS = 100
MAX_VALUE = 20_000
MAX_LABEL = 100

#: What a field can mean, with the words that labels use for it; the first meaning with a matching word wins.
MEANINGS: dict[str, str] = {
    "consent": "consent einwilligung einverstanden datenschutz privacy newsletter gdpr dsgvo rgpd agree opt-in "
    "accept consentement consentimiento consenso toestemming consentimento zgoda marketing",
    "email": "e-mail email mail courriel correo poczta mailadresse emailadresse e-mailadres emailadres mailadres "
    "posta-elettronica mel",
    "first_name": "first-name firstname given-name vorname prenom voornaam nome-proprio primeiro-nome imie",
    "last_name": "last-name lastname surname family-name nachname familienname nom-de-famille apellido apellidos "
    "cognome achternaam apelido sobrenome nazwisko",
    "phone": "phone telephone tel telefon telefonnummer telefono telefoon telefone mobile handy gsm rufnummer "
    "ruckruf movil cellulare celular telemovel mobiel komorka telefonu telefoniczny telefoonnummer "
    "mobiltelefon handynummer mobilnummer whatsapp portable tfno tlf tlfno telf cell cel fone fono 06-nummer 06",
    "company": "company organisation organization firma unternehmen societe entreprise empresa azienda bedrijf "
    "bedrijfsnaam firmenname ditta ragione-sociale companyname compania societa organisatie firmy "
    "institution einrichtung etablissement institucion entidad organizacion istituzione ente "
    "organizzazione struttura instelling instituicao entidade organizacao instytucja organizacja school "
    "schule ecole escuela colegio scuola escola szkola association verein business betrieb praxis kanzlei "
    "werkstatt praktijk kantoor winkel cabinet commerce enseigne negocio comercio clinica despacho taller "
    "attivita studio esercizio negozio estabelecimento escritorio loja consultorio placowka zaklad sklep "
    "biuro kancelaria practice",
    "title": "title position job role jobtitle funktion fonction cargo puesto ruolo functie poste rolle funcao "
    "stanowisko qualifica mansione rol funkcja occupation profession beruf beroep profesion professione "
    "profissao zawod",
    "quantity": "quantity qty amount-of number-of menge anzahl stuckzahl quantite cantidad quantita aantal quantidade "
    "ilosc liczba units seats how-many nombre-d-appareils nombre-d-unites nombre-de-postes "
    "numero-de-unidades numero-de-equipos numero-di-pezzi combien cuantos cuantas unidades quante quanti hoeveel "
    "pezzi stuks sztuk ile",
    "amount": "budget price value amount betrag preis montant importe presupuesto importo bedrag orcamento valor "
    "budzet kwota",
    "close_by": "decision order-date deadline decide-by entscheidung when-do-you by-when",
    "product": "product products produkt produit producto prodotto produto produkty interest interested artikel "
    "article item model modell modele modelo modello",
    "message": "message nachricht comment comments question questions enquiry inquiry anfrage details bemerkung "
    "mitteilung mensaje messaggio bericht mensagem commentaire notes note text body description anliegen "
    "how-can vraag pregunta richiesta demande consulta opmerking pedido remarks tell-us wiadomosc tresc "
    "zapytanie pytanie uwagi mensaje-libre observaciones duvida comentario comentarios commentaires "
    "kommentar kommentare commento commenti komentarz opis beschreibung testo texto tekst cuentenos "
    "parlez-nous raccontaci nos-conte wat-kunnen-wij en-que-podemos come-possiamo como-podemos jak-mozemy "
    "wie-konnen-wir beschrijving omschrijving toelichting descripcion descrizione descricao observacoes "
    "osservazioni precisions describe descreva describa descriva decrivez beschreiben omschrijf opisz",
    "name": "name nom nombre nome naam nominativo imie-i-nazwisko ansprechpartner ansprechpartnerin contact-person "
    "fullname",
}  # fmt: skip
#: Words that make a label ask for something else: "company size", "number of employees", "preferred contact time".
_ELSE = frozenset(
    "size website web homepage url city town country land pays pais paese kraj miasto ulica branza industry "
    "sector branche street strasse zip plz postcode ort employees mitarbeiter staff effectif salaries empleados "
    "trabajadores dipendenti addetti medewerkers personeel funcionarios colaboradores pracownikow preferred "
    "method time reason hear code state region vat".split()
)
_META = {
    "submitted_at": "submitted timestamp created time received eingegangen gesendet abgesendet zeitstempel envoye "
    "soumis enviado enviada inviato inviata ingezonden verzonden wyslano zgloszono przeslano",
    "form": "form form-name formular",
    "page": "page url source referrer referer page-url site",
}
# "date", "fecha de envío", "data zgłoszenia": when a form was sent, not a day that it asks for.
_SENT_ON = re.compile(
    r"(?:date|datum|data|fecha|zeitpunkt)(?:-(?:of|d|de|di|do|da|van|der|del))?"
    r"(?:-(?:submission|entry|envoi|soumission|demande|envio|solicitud|pedido|invio|richiesta|inzending|verzending|"
    r"aanvraag|eingang|anfrage|einsendung|zgloszenia|wyslania|przeslania))?"
)
#: Labels that ask for given name and surname at once.
_WHOLE_NAMES = frozenset(
    "contact imie-i-nazwisko nom-et-prenom nombre-y-apellidos nome-e-cognome vor-und-nachname".split()
)
# What nobody asks for by a label that we know is a message where it is written in sentences.
_FEWEST_WORDS = 8
_DROPPED = frozenset({"id", "ip", "user-agent", "useragent", "token", "csrf", "captcha", "utm-source", "utm-medium"})


@dataclass(frozen=True, slots=True)
class Field:
    """One answer with its label and what it means (a key of MEANINGS, or empty)."""

    label: str
    value: str
    meaning: str = ""


def meaning(label: str) -> str:
    """What a label asks for, in eight languages; empty where it is none of what we know."""
    words = _key(label)
    if words in _WHOLE_NAMES:
        return "name"
    if _ELSE & set(words.split("-")):
        return ""
    for name, known in MEANINGS.items():
        if any(f"-{word}-" in f"-{words}-" for word in known.split()):
            return name
    return ""


def _key(label: str) -> str:
    """A label or an input's name in lower case and without accents, words apart by hyphens: firstName is first-name."""
    return re.sub(r"[^a-z0-9]+", "-", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", label)).replace("ł", "l")).strip("-")


def read_form(raw: bytes, name: str) -> Read:
    """One filled-in form."""
    try:
        data = json.loads(decode(raw))
    except (ValueError, RecursionError):
        raise Unreadable("It is no JSON, so no fields of a form.") from None
    if not isinstance(data, dict):
        raise Unreadable("It is no form: a form is one JSON object with its fields.")
    fields, told = _fields(data)
    if not fields:
        raise Unreadable("It holds no field with an answer.")
    text, zones, locations = _written(fields)
    sender = _sender(fields)
    company = next((one.value for one in fields if one.meaning == "company"), "")
    form = str(told.get("form") or "").strip() or "Web form"
    return Read(
        text=text,
        zones=zones,
        locations=locations,
        subject=" · ".join(one for one in (form[:80], company[:80]) if one),
        sender=sender,
        participants=(Participant(sender.name, sender.email),) if sender else (),
        occurred_at=_moment(told.get("submitted_at")),
        extra={"page": str(told.get("page") or "")[:500], "fields": [[one.label, one.value] for one in fields]},
        skip=_verdict(data.get("spam")),
        fingerprint=f"form:{data['entry']}" if isinstance(data.get("entry"), str) else "",
    )


def _verdict(spam: Any) -> tuple[str, str] | None:
    """Why our own door took it for spam."""
    if not isinstance(spam, dict) or not (spam.get("code") and spam.get("sentence")):
        return None
    return str(spam["code"]), str(spam["sentence"])


def _fields(data: dict[str, Any]) -> tuple[list[Field], dict[str, Any]]:
    """The answers in their order, and what is told of the form itself."""
    listed = data.get("fields", data.get("data", data.get("answers")))
    pairs = list(_pairs(listed if isinstance(listed, dict | list) else data))
    told: dict[str, Any] = {}
    outer = data.items() if isinstance(listed, dict | list) else ()
    fields: list[Field] = []
    for label, value, meant in [*((str(key), one, "") for key, one in outer if one is not listed), *pairs]:
        key = _key(label)
        meta = next((name for name, words in _META.items() if key.startswith(tuple(words.split()))), "")
        if _SENT_ON.fullmatch(key) and _moment(value) is not None:
            told.setdefault("submitted_at", value)
            continue
        what = meant or meaning(label)
        if key in _DROPPED or key in ("entry", "spam"):
            continue
        if meta and not meant and (what == "" or key in (meta, meta.replace("_", "-"))) and isinstance(value, str):
            told.setdefault(meta, value)
        elif (written := _answer(value)) and len(fields) < MAX_FIELDS:
            fields.append(Field(" ".join(canonical(label)[0].split())[:MAX_LABEL] or "Field", written, what))
    return _with_halves_of_names(fields), told


def _with_halves_of_names(fields: list[Field]) -> list[Field]:
    """ "Nom" beside "Prénom" is the surname, "Nome" beside "Cognome" the given name."""
    known = {one.meaning for one in fields}
    if "name" not in known or not known & {"first_name", "last_name"}:
        return fields
    half = "first_name" if "last_name" in known else "last_name"
    if half in known:
        return fields
    return [replace(one, meaning=half) if one.meaning == "name" else one for one in fields]


def _pairs(listed: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any, str]]:
    """(label, value, meaning) of fields that come as an object or as a list of objects."""
    if isinstance(listed, dict):
        yield from ((str(key), value, "") for key, value in listed.items())
        return
    for one in listed:
        if isinstance(one, dict):
            label = one.get("label") or one.get("name") or one.get("field") or one.get("question") or ""
            meant = str(one.get("meaning") or "")
            yield str(label), one.get("value", one.get("answer")), meant if meant in MEANINGS else ""


def _answer(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        flat = [_answer(one) for one in value[:MAX_FIELDS] if not isinstance(one, list)]
        return ", ".join(one for one in flat if one)[:MAX_VALUE]
    if isinstance(value, int | float):
        return f"{value:.12g}"
    return canonical(value)[0].strip()[:MAX_VALUE] if isinstance(value, str) else ""


def _written(fields: Iterable[Field]) -> tuple[str, tuple[Zone, ...], tuple[Location, ...]]:
    text, zones, locations = "", [], []
    for one in fields:
        long = one.meaning == "message" or "\n" in one.value or (not one.meaning and _is_written(one.value))
        lead = f"{one.label}:\n" if long else f"{one.label}: "
        start = len(text) + len(lead)
        end = start + len(one.value)
        text += f"{lead}{one.value}\n\n" if long else f"{lead}{one.value}\n"
        kind = "message" if one.meaning == "message" or (long and not one.meaning) else f"field:{one.meaning}"
        zones.append(Zone(kind, start, end))
        locations.append(Location(start, end, f"field “{one.label}”"))
    return text, (Zone("card:sender", 0, len(text)), *zones), tuple(locations)


def _is_written(value: str) -> bool:
    """Whether an answer is written in sentences, and not chosen from a list."""
    return len(value.split()) >= _FEWEST_WORDS and value.rstrip()[-1:] in ".!?"


def _sender(fields: list[Field]) -> Address | None:
    found: dict[str, str] = {}
    for one in fields:
        found.setdefault(one.meaning, " ".join(one.value.split()))
    parts = [found[part] for part in ("first_name", "last_name") if part in found]
    name = found.get("name") or " ".join(parts)
    email = found.get("email", "").lower()
    email = email if re.fullmatch(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}", email) else ""
    return Address(name[:200], email) if name or email else None


def _moment(told: Any) -> datetime | None:
    if not isinstance(told, str):
        return None
    try:
        found = datetime.fromisoformat(told.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def fits_form(raw: bytes, name: str) -> float:
    """How much a JSON file looks like one filled-in form: a few short answers, one of which reaches a person."""
    try:
        data = json.loads(raw[:200_000])
    except (ValueError, RecursionError):
        return 0.0
    if not isinstance(data, dict):
        return 0.0
    meant = {one.meaning for one in _fields(data)[0]}
    return 0.9 if {"email", "phone"} & meant and meant & {"name", "last_name", "message", "company"} else 0.3


WEB_FORM = Reader("web-form", "web_form", (".json",), ("application/json",), read_form, fits_form)
