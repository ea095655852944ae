"""The people of the customer's side: who writes, who is written to, who is named as a contact."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmllm.extraction.rules import (
    cues,
    emails,
    organisations,
    people,
    phones,
    signature,
    titles,
)
from crmllm.extraction.rules.text import (
    Candidate,
    Piece,
    flat,
    fold,
    letters,
    phrases,
    run,
    sentences,
    trimmed,
)
from crmllm.extraction.types import Address, Item, Role, Zone

HEADER = "header"
FORM = "form field"


@dataclass(slots=True)
class Person:
    """Candidates for one contact; `header` names fields that come from the mail's header alone."""

    role: Role
    name: Candidate | None = None
    title: Candidate | None = None
    company: Candidate | None = None
    email: Candidate | None = None
    phone: Candidate | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text by one author, with the place of their signature."""

    start: int
    end: int
    body_end: int
    sign: tuple[int, int] | None
    author: Address | None
    forwarded: bool = False


_FROM_LINE = re.compile(
    r"^[ \t>*]*(?:from|von|de|da|van|od|fra|från)[ \t]*:[ \t*]*(?P<value>\S[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_FORM_LINE = re.compile(
    r"^[ \t>*-]*(?P<label>(?:full |your |first |last |contact )?name|vorname|nachname|nom(?: et prénom)?|prénom|"
    r"nombre(?: y apellidos)?|apellidos|nome(?: e cognome)?|cognome|naam|apelido|ansprechpartner(?:in)?|"
    r"company(?: name)?|organi[sz]ation|firma|unternehmen|soci[ée]t[ée]|entreprise|empresa|azienda|bedrijf|title|"
    r"job title|position|funktion|fonction|cargo|puesto|ruolo|functie|"
    r"phone(?: number)?|telephone|tel\.?|telefon(?:nummer)?|téléphone|tel[ée]fono|telefono|telefoon|telefone|mobile|"
    r"e-?mail(?: address)?|courriel|correo|e-mail-adresse)[ \t]*[:=][ \t]*(?P<value>\S[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_SELF = re.compile(
    r"\b(?:i am|i'm|my name is|this is|here is|we are|we're|we at|here at|on behalf of|i work (?:for|at)|i lead|"
    r"i run|i manage|ich bin|mein name ist|wir sind|wir von|wir bei|wir, die|hier ist|im namen|im auftrag|"
    r"ich arbeite|ich leite|je suis|je m'appelle|nous sommes|"
    r"au nom de|je travaille|chez|soy|me llamo|mi nombre es|somos|en nombre de|trabajo|le escribo de|escribo desde|"
    r"sono|mi chiamo|siamo|per conto di|lavoro|scrivo da|ik ben|mijn naam is|wij zijn|we zijn|namens|ik werk|sou|"
    r"chamo-me|o meu nome|em nome|trabalho|escrevo)\b"
)
_MY_NUMBER = re.compile(
    r"\b(?:my|me|meine[rn]?|mich|mir|mon|ma|moi|me joindre|m'appeler|mi|conmigo|llamarme|mio|mia|mijn|mij|meu|minha|"
    r"comigo|call us|reach us|ring us|rufen sie uns|uns (?:bitte )?(?:unter|zuruck|an)|nous (?:rappeler|appeler|"
    r"joindre|"
    r"contacter)|(?:r?appelez|joignez|contactez)-nous|llam\w+|llamad\w*|(?:ri)?chiam\w+|ligu\w+|ligar|bel(?:len)?|"
    r"(?:za|od)dzwon\w*|(?:prosze|prosimy) o (?:\w+ )?(?:telefon|kontakt))\b"
)
_NEW_NUMBER = re.compile(
    r"\b(?:new (?:\w+ )?(?:number|line|phone|mobile)|from now on|(?:reach|call|ring|phone) me|neue (?:\w+)?nummer|"
    r"ab sofort|nouveau numero|desormais|nuevo numero|a partir de ahora|"
    r"nuovo numero|d'ora in poi|nieuw nummer|voortaan|novo numero|a partir de agora|best number)\b"
)
_OLD_NUMBER = re.compile(
    r"\b(?:old|former|previous|alte[rn]?|bisherige[rn]?|ancien\w*|viejo|antiguo|anterior|vecchi[oa]|oude?|antig[oa])\b"
)
_NAME = (
    r"[^\W\d_a-zà-öø-ÿ][\w'’.-]*(?:[ \n](?:(?:van|von|der|den|de|da|di|del|della|la|le|dos|bin|al|zu|ter|"
    r"ten)[ \n]){0,2}[^\W\d_a-zà-öø-ÿ][\w'’-]+){1,3}"
)
_HONORIFIC = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|M|Mme|Mlle|Monsieur|Madame|Sr|Sra|Señora?|[Ss]ig(?:\.ra)?|[Ss]ignora?|"
    r"[Ss]ignor|[Dd]ott(?:\.ssa)?|[Dd]ottor|[Dd]ottoressa|[Dd]hr|[Mm]evr|[Mm]evrouw|[Mm]eneer|[Dd]e heer|Eng|[Ii]ng|"
    r"[Ii]r|Lic|Arq|[Aa]vv|[Rr]ag|[Gg]eom|Don|Doña|[Pp]an[ai]?|Dra?)\.?[ºª°]?[ \n]+)*"
)
_OURS = re.compile(
    rf"\b(?:(?:[Mm]y|[Oo]ur|[Mm]eine?[mnrs]?|[Uu]nsere?[mnrs]?|[Mm]on|[Mm]a|[Nn]otre|[Mm]i|[Nn]uestr[oa]|"
    rf"[Ii]l nostro|[Ll]a nostra|[Nn]ostr[oa]|[Ii]l mio|[Ll]a mia|[Mm]ijn|[Oo]nze|[Oo] nosso|[Aa] nossa|[Nn]oss[oa]|"
    rf"[Oo] meu|[Aa] minha))"
    rf"[ \n](?P<what>[^.,;:()\n]{{3,50}}?),?[ \n]{_HONORIFIC}(?P<name>{_NAME})"
)
_IS_OURS = re.compile(
    rf"{_HONORIFIC}(?P<name>{_NAME}),?[ \n](?:(?:is|ist|est|es|è|é|is)[ \n])?(?:our|unser[e]?|notre|nuestr[oa]|"
    rf"il nostro|la nostra|onze|o nosso|a nossa|my|mein[e]?)[ \n](?P<what>[^.,;:()]{{3,50}})"
)
_ASK_THEM = re.compile(
    rf"\b(?:[Pp]lease[ \n])?(?:contact|call|copy|cc|write[ \n]to|reach[ \n]out[ \n]to|speak[ \n](?:to|with)|"
    rf"talk[ \n]to|get[ \n]in[ \n]touch[ \n]with|add|include|address[ \n]it[ \n]to|send[ \n]it[ \n]to|ship[ \n]to|"
    rf"kontaktieren[ \n]Sie|wenden[ \n]Sie[ \n]sich[ \n](?:bitte[ \n])?an|rufen[ \n]Sie|"
    rf"sprechen[ \n]Sie[ \n]mit|schicken[ \n]Sie[ \n](?:es|sie|das)[ \n]an|contacter|contactez|joindre|appeler|"
    rf"adressez-vous[ \n]à|contact[ea]r?[ \n](?:a|con)|llame[ \n]a|hable[ \n]con|diríjase[ \n]a|contatt[ai](?:re|"
    rf"te)?|chiamate|parlate[ \n]con|rivolgersi[ \n]a|contact[ \n]op[ \n]met|neem[ \n]contact[ \n]op[ \n]met|bel|"
    rf"contact(?:e|ar)[ \n](?:a|o|com)|ligue[ \n](?:a|ao|à)|fale[ \n]com)"
    rf"[ \n](?:bitte[ \n])?{_HONORIFIC}(?P<name>{_NAME})"
)
# An assistant writes for somebody: an honorific or a job beside the name says that it is a person's.
_FOR_WHOM = re.compile(
    rf"\b(?:[Oo]n behalf of|[Ii]m (?:Auftrag|Namen) (?:von|des|der)|à la demande de|[Dd]e la part de|[Aa]u nom de|"
    rf"[Ee]n nombre del?|[Pp]or encargo del?|[Dd]e parte del?|[Pp]er conto (?:di|del|della|dell')|"
    rf"[Aa] nome (?:di|del|della)|[Nn]amens|[Ii]n opdracht van|[Ee]m nome d[eoa]|[Aa] pedido d[eoa]|"
    rf"[Dd]a parte d[eoa])[ \n]?(?P<honour>{_HONORIFIC})(?P<name>{_NAME})"
    rf"(?:[ \n]?\((?P<inner>[^()\n]{{3,45}})\)|,[ \n](?P<outer>[^,.;:()]{{3,45}})(?=[,.]))?"
)
_BY_ADDRESS = re.compile(
    rf"{_HONORIFIC}(?P<name>{_NAME})[ \n]*(?:[(<\[,:–-]|at|unter|sous|en|su|op)[ \n]*(?:mailto:)?(?=[\w.+-]+@[\w-]+\.)"
)
_SUCCESSOR = re.compile(
    rf"\b(?:successor|replacement|Nachfolger(?:in)?|successeur|sucesor[a]?|successore|opvolger|sucessor[a]?|"
    rf"new[ \n]contact(?:[ \n]person)?|neue[r]?[ \n]Ansprechpartner(?:in)?|nouvel[ \n]interlocuteur|"
    rf"nuevo[ \n]contacto|nuovo[ \n]referente|nieuwe[ \n]contactpersoon|novo[ \n]contacto)"
    rf"(?:[ \n](?:is|will[ \n]be|ist|wird|est|sera|es|será|è|sarà|wordt|é))?:?,?[ \n]{_HONORIFIC}(?P<name>{_NAME})"
)
_TAKES_OVER = re.compile(
    rf"{_HONORIFIC}(?P<name>{_NAME})[ \n](?:takes[ \n]over|is[ \n]taking[ \n]over|will[ \n]take[ \n]over|"
    rf"has[ \n]taken[ \n]over|übernimmt|prend[ \n]le[ \n]relais|prend[ \n]la[ \n]suite|se[ \n]hará[ \n]cargo|asume|"
    rf"prende[ \n]il[ \n]suo[ \n]posto|subentra|neemt[ \n]het[ \n]over|assume)"
)
_NOT_THEM = phrases(
    """
    left the company; has left; have left; no longer with; no longer works; no longer work; retired; passed away;
    assistant; secretary; my wife; my husband; my son; my daughter; my brother; my sister; my mother; my father;
    your colleague; your rep; your sales; your engineer; your technician; your team; from your; nicht mehr bei;
    nicht mehr im unternehmen; ausgeschieden; hat uns verlassen; im ruhestand; assistent*; assistenz; sekretar*;
    meine frau; mein mann; mein sohn; meine tochter; mein bruder; meine schwester; ihr kollege; ihre kollegin;
    ihrem kollegen; ihrer kollegin; ihr mitarbeiter; ihr vertreter; ihr techniker; a quitte; n'est plus; assistante;
    secretaire; ma femme; mon mari; mon fils; ma fille; mon frere; ma soeur; votre collegue; votre commercial;
    votre technicien; ya no trabaja; ya no esta; ha dejado; asistente; secretari*; mi mujer; mi marido; mi hijo;
    mi hija; su companer*; su colega; su tecnico; non lavora piu; ha lasciato; assistente; segretari*; mia moglie;
    mio marito; mio figlio; mia figlia; il vostro collega; la vostra collega; vostro tecnico; niet meer werkzaam;
    werkt niet meer; heeft ons verlaten; mijn vrouw; mijn man; uw collega; ja nao trabalha; deixou a empresa;
    a minha mulher; o meu marido; o vosso colega; competitor*; konkurren*; mitbewerb*; wettbewerb*; concurrent*;
    competidor*; concorren*
"""
)
_NEW = re.compile(r"(?:new|neue[rnms]?|nouve\w+|nuev[oa]|nuov[oa]|nieuwe|nov[oa])\s+", re.IGNORECASE)
_RELATION = phrases(
    "colleague; kolleg*; collegue; collega; colega; companer*; partner; teammate; co-worker; contact person; "
    "ansprechpartner*; interlocuteur; team member; mitarbeiter*; collaborat*"
)
_NO_TITLE = frozenset(
    "colleague colleagues kollege kollegin kollegen collegue collega colega companero companera friend partner team "
    "boss chef".split()
)


def is_somebody_else(sentence: str) -> bool:
    """Whether words around a name make it no contact: an assistant, a relative, a competitor, who has left."""
    return _NOT_THEM.search(run(sentence)) is not None or cues.is_competitor(sentence)


def parts(item: Item, text: str) -> list[Part]:
    """The text by author: the mail's own words, and the newest forwarded message where one was sent on."""
    forwarded = [zone for zone in item.zones if zone.kind.startswith("forwarded")]
    split = min((zone.start for zone in forwarded), default=len(text))
    found: list[Part] = []
    own_zones = tuple(zone for zone in item.zones if not zone.kind.startswith("forwarded"))
    if text[:split].strip():
        found.append(_part(item, text, 0, split, own_zones, item.sender, False))
    if forwarded:
        inner = tuple(zone for zone in item.zones if zone.kind == "forwarded_signature")
        body = [zone.start for zone in forwarded if zone.kind in {"forwarded", "forwarded_signature"}]
        found.append(
            _part(
                item,
                text,
                min(body, default=split),
                len(text),
                inner,
                _forwarded_author(text, split),
                True,
            )
        )
    return found


def _part(
    item: Item,
    text: str,
    start: int,
    end: int,
    zones: tuple[Zone, ...],
    author: Address | None,
    forwarded: bool,
) -> Part:
    plain = tuple(
        Zone(
            "signature" if zone.kind == "forwarded_signature" else zone.kind,
            zone.start,
            zone.end,
        )
        for zone in zones
    )
    header_name = people.clean(author.name) if author else ""
    header_name = header_name.title() if header_name.islower() else header_name
    address = author.email if author else ""
    signed = [zone for zone in plain if zone.kind == "signature"]
    ours = [zone.start for zone in signed if not item.us.owns(address) and _signed_by_us(item, text, zone)]
    if ours:  # a signature of our own people below says nothing about who writes
        end = min(ours)
        plain = tuple(zone for zone in plain if zone.end <= end)
        signed = [zone for zone in signed if zone.end <= end]
    sign = signature.locate(
        text,
        plain if signed else (),
        start,
        end,
        address=address,
        header_name=header_name,
    )
    if sign is None and not signed:
        sign = signature.locate(text, plain, start, end, address=address, header_name=header_name)
    body_end = (
        sign[0] if sign and sign[0] > start and text[start : sign[0]].strip() else (end if sign is None else start)
    )
    return Part(start, end, body_end if body_end > start else end, sign, author, forwarded)


def _signed_by_us(item: Item, text: str, zone: Zone) -> bool:
    """Whether the first line with letters of a signature is one of our own people."""
    lines = (" ".join(line.split()) for line in text[zone.start : zone.end].splitlines())
    return item.us.employs(next((line for line in lines if any(char.isalpha() for char in line)), ""))


def _forwarded_author(text: str, start: int) -> Address | None:
    match = _FROM_LINE.search(text, start)
    if match is None:
        return None
    value = match["value"].strip()
    found = emails.find(value)
    name = value[: found[0].start].strip(" <\"'[(") if found else value
    name = re.sub(r"\s*[\[<(]?mailto:.*$", "", name).strip(" \"'*")
    return Address(email=found[0].value if found else "", name=name, role="mentioned")


def find(item: Item, text: str, found_parts: list[Part], language: str) -> list[Person]:
    """Everybody of the customer's side. `text` is the item's text with untrusted places blanked."""
    people_found: list[Person] = []
    countries = _countries(item, text, language)
    for part in found_parts:
        author = part.author
        ours = bool(
            author and (item.us.owns(author.email) or (author.name and item.us.employs(people.clean(author.name))))
        )
        machine = author is not None and author.email.partition("@")[0].startswith(
            ("noreply", "no-reply", "donotreply", "form", "web")
        )
        if ours or machine:
            form = _form(item, text, part, countries)
            if form is not None:
                people_found.append(form)
            elif machine and not ours and author is not None:
                people_found.append(_author(item, text, part, countries))
        else:
            people_found.append(_author(item, text, part, countries))
        people_found += _mentioned(item, text, part, countries)
    people_found += _recipients(item, text)
    for person in people_found:
        if person.role == "recipient":
            _referred(text, found_parts, person, countries)
    return _merged(item, [one for one in people_found if _wanted(item, one)])


def _countries(item: Item, text: str, language: str) -> tuple[str, ...]:
    known = [item.sender.email] if item.sender and not item.us.owns(item.sender.email) else []
    return phones.regions(region=item.region, emails=known, language=language)


def _author(item: Item, text: str, part: Part, countries: tuple[str, ...]) -> Person:
    """The contact who wrote a part: header first, filled and made fuller by the signature and the body's own words."""
    author = part.author
    role: Role = "mentioned" if part.forwarded else "sender"
    person = Person(role)
    address = author.email if author and emails.is_usable(author.email) else ""
    header_name = _header_name(author)
    card = signature.Card()
    if part.sign is not None:
        block = text[part.sign[0] : part.sign[1]]
        card = signature.parse(
            text,
            *part.sign,
            countries=phones.regions(region="", emails=(address,), text=block)
            if _tells_country(block, address)
            else countries,
            address=address,
            header_name=header_name,
        )
    person.name = _full_name(text, card.name, header_name, part)
    person.title, person.company, person.phone = card.title, card.company, card.phone
    if address:
        person.email = _located(text, "email", address, 0.97)
    elif card.email is not None:
        person.email = card.email
    if author is not None and person.company is None and (company := people.header_company(author.name)):
        person.company = _located(text, "company", company, 0.7)
    if person.company is None:
        person.company = _own_company(item, text, part, address)
    number = _own_number(text, part, countries)
    if number is not None and (person.phone is None or number.start < person.phone.start):
        person.phone = number
    return person


def _tells_country(block: str, address: str) -> bool:
    ending = address.rpartition(".")[2]
    return len(ending) == 2 or phones.names_country(block)


def _header_name(author: Address | None) -> str:
    """The display name where it is a person's, cleaned; empty for "Sales Team", addresses and the like."""
    if author is None or not author.name or "@" in author.name:
        return ""
    name = people.clean(author.name)
    name = name.title() if name.islower() and len(name) > 2 else name  # as phones write it
    if emails.is_generic(author.email) and (people.shape(name) < 0.6 or organisations.has_word(name)):
        return ""
    return name if people.shape(name) >= 0.3 and not organisations.legal_form(name) else ""


def _full_name(text: str, signed: Candidate | None, header_name: str, part: Part) -> Candidate | None:
    """The fuller of header and signature, where they are the same person; the signature where the header names none."""
    if signed is not None and (not header_name or not people.same_person(signed.value, header_name)):
        if (
            header_name
            and len(header_name.split()) > 1
            and part.author
            and people.agrees_with_email(header_name, part.author.email) >= 0.6
        ):
            return _located(text, "name", header_name, 0.8)
        return signed
    turned = signed is not None and _is_turned(signed.value, header_name)  # "TANABE Hiroshi"
    if signed is not None and not turned and people.fuller(signed.value, header_name) == signed.value:
        return Candidate("name", signed.value, signed.start, signed.end, 0.97, "header and signature")
    if header_name:
        return _located(text, "name", header_name, 0.93 if len(header_name.split()) > 1 else 0.6)
    return None


def _is_turned(signed: str, header_name: str) -> bool:
    """Whether a signature gives the header's name with its surname first and in capitals."""
    tokens, others = signed.split(), header_name.split()
    if len(tokens) < 2 or not tokens[0].isupper() or len(tokens[0]) < 3 or tokens[-1].isupper():
        return False
    return [one.casefold() for one in tokens] != [one.casefold() for one in others] and letters(others[-1]) == letters(
        tokens[0]
    )


def _located(text: str, field: str, value: str, confidence: float) -> Candidate:
    """A value from the header, with its place in the text where it stands there too (else an empty place)."""
    pattern = r"[\s\u00a0]+".join(re.escape(flat(token)) for token in value.split())
    match = re.search(rf"(?<![\w@.-]){pattern}(?![\w@-])", flat(text))
    start, end = match.span() if match else (0, 0)
    return Candidate(field, value, start, end, confidence, HEADER)


def _own_company(item: Item, text: str, part: Part, address: str) -> Candidate | None:
    """The employer that the writer names in the body: "I'm ... from Acme Ltd", "we at Acme"."""
    label = emails.domain_label(address)
    best: tuple[float, Piece, str] | None = None
    for index, sentence in enumerate(sentences(text, part.start, part.body_end)[:12]):
        if cues.is_competitor(sentence.text) or cues.is_past(sentence.text):
            continue
        own = _SELF.search(run(sentence.text))
        for piece, rank, why in organisations.in_text(text, sentence.start, sentence.end):
            if _is_ours(item, piece.text):
                continue
            agreement = organisations.matches_domain(piece.text, label) if label else 0.0
            if not own and agreement < 0.8:
                continue
            if (
                own
                and why != "legal form"
                and agreement < 0.6
                and (
                    index > 3 or people.shape(people.clean(piece.text)) == 0 or own.end() > piece.start - sentence.start
                )
            ):
                if index > 3 or own.start() > piece.start - sentence.start:
                    continue
            rank += 0.35 * agreement - 0.02 * index
            if (why == "legal form" or agreement >= 0.6 or organisations.has_word(piece.text)) and (
                best is None or rank > best[0]
            ):
                best = (rank, piece, why)
    if best is None:
        return None
    return Candidate(
        "company",
        best[1].text,
        best[1].start,
        best[1].end,
        min(0.88, best[0]),
        f"body, {best[2]}",
    )


def _is_ours(item: Item, name: str) -> bool:
    own = letters(item.us.company)
    written = letters(name)
    if own and written and (own.startswith(written) or written.startswith(own)):
        return True
    return any(written and written == letters(domain.split(".")[0]) for domain in item.us.domains)


def _own_number(text: str, part: Part, countries: tuple[str, ...]) -> Candidate | None:
    """A number that the writer gives as their own, or as their new one, in the body; never an old one."""
    for sentence in sentences(text, part.start, part.body_end):
        folded = run(sentence.text)
        new = _NEW_NUMBER.search(folded)
        if not (new or _MY_NUMBER.search(folded)) or re.search(
            r"assistan|assistenz|secretar|sekretar|segretar", folded
        ):
            continue
        if new is None and cues.is_negated(sentence.text):
            continue
        found = phones.find(text, sentence.start, sentence.end, countries, signature=new is not None)
        previous = 0
        for number in found:
            before = folded[previous : number.start - sentence.start]
            previous = number.end - sentence.start
            if number.kind in {"phone", "mobile"} and not _OLD_NUMBER.search(before[-40:]):
                return Candidate(
                    "phone", number.e164, number.start, number.end, number.confidence - 0.1, "own number in the body"
                )
    return None


_FORM_KEYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("first", ("first name", "vorname", "prenom")),
    ("last", ("last name", "nachname", "apellidos", "cognome", "apelido")),
    ("email", ("mail", "courriel", "correo")),
    ("phone", ("phone", "tel", "mobile")),
    (
        "company",
        ("company", "organi", "firma", "unternehmen", "societe", "entreprise", "empresa", "azienda", "bedrijf"),
    ),
    ("title", ("title", "position", "funktion", "fonction", "cargo", "puesto", "ruolo", "functie")),
    ("name", ("name", "nom", "naam", "ansprech")),
)


def _form(item: Item, text: str, part: Part, countries: tuple[str, ...]) -> Person | None:
    """Who filled in a web form, from its labelled lines."""
    person = Person("sender")
    pieces: dict[str, Piece] = {}
    for match in _FORM_LINE.finditer(text, part.start, part.end):
        label = fold(match["label"])
        value = trimmed(text, match.start("value"), match.end("value"), "*")
        for key, words in _FORM_KEYS:
            if any(word in label for word in words) and not (key == "name" and "company" in label):
                pieces.setdefault(key, value)
                break
    if "email" not in pieces and "phone" not in pieces:
        return None
    if "name" in pieces:
        full = people.clean(pieces["name"].text)
        person.name = Candidate("name", full, pieces["name"].start, pieces["name"].end, 0.93, FORM)
    elif "first" in pieces and "last" in pieces and pieces["first"].end < pieces["last"].start:
        full = f"{pieces['first'].text} {pieces['last'].text}"
        person.name = Candidate("name", full, pieces["last"].start, pieces["last"].end, 0.85, "form fields")
    if "company" in pieces and organisations.is_plausible(pieces["company"].text):
        person.company = Candidate(
            "company",
            pieces["company"].text,
            pieces["company"].start,
            pieces["company"].end,
            0.93,
            FORM,
        )
    if "title" in pieces:
        person.title = Candidate(
            "title",
            pieces["title"].text,
            pieces["title"].start,
            pieces["title"].end,
            0.9,
            FORM,
        )
    if "email" in pieces and (found := emails.find(text[pieces["email"].start : pieces["email"].end])):
        person.email = Candidate(
            "email",
            found[0].value,
            pieces["email"].start + found[0].start,
            pieces["email"].start + found[0].end,
            0.97,
            FORM,
        )
    if "phone" in pieces:
        mails = (person.email.value,) if person.email else ()
        known = phones.regions(region=item.region, emails=mails, text=text[part.start : part.end]) + countries
        number = phones.first_of(phones.find(text, pieces["phone"].start, pieces["phone"].end, known, signature=True))
        if number is not None:
            person.phone = Candidate("phone", number.e164, number.start, number.end, 0.93, FORM)
    return person


def _mentioned(item: Item, text: str, part: Part, countries: tuple[str, ...]) -> list[Person]:
    """People whom the writer names as contacts of their own side."""
    found: list[Person] = []
    for sentence in sentences(text, part.start, part.body_end):
        if cues.is_competitor(sentence.text):
            continue
        for pattern, has_title in (
            (_OURS, True),
            (_IS_OURS, True),
            (_SUCCESSOR, False),
            (_TAKES_OVER, False),
            (_ASK_THEM, False),
            (_BY_ADDRESS, False),
            (_FOR_WHOM, False),
        ):
            for match in pattern.finditer(text, sentence.start, sentence.end):
                if part.sign is not None and part.sign[0] <= match.start("name") < part.sign[1]:
                    continue
                local = run(text[max(sentence.start, match.start() - 30) : min(sentence.end, match.end() + 40)])
                excluded = _NOT_THEM.search(local)
                if excluded is not None and not (
                    pattern in {_SUCCESSOR, _TAKES_OVER, _ASK_THEM, _FOR_WHOM}
                    and "assist" not in local
                    and "your" not in local
                ):
                    continue
                person = _named(item, text, match, has_title)
                if person is None or any(
                    one.name and person.name and people.same_person(one.name.value, person.name.value) for one in found
                ):
                    continue
                if pattern is _FOR_WHOM and not _told_job(match, person):
                    continue
                _reach(item, text, sentence, match.end("name"), person, countries)
                found.append(person)
    return found


def _named(item: Item, text: str, match: re.Match[str], has_title: bool) -> Person | None:
    start, end = match.span("name")
    tokens = [
        trimmed(text, start + one.start(), start + one.end(), ".,") for one in re.finditer(r"\S+", text[start:end])
    ]
    # A name is never longer than its capitalised run; a job or company word before or after it is none of it.
    while len(tokens) > 2 and (titles.has_head(tokens[-1].text) or organisations.has_word(tokens[-1].text)):
        tokens.pop()
    while len(tokens) > 2 and has_title and any(titles.has_head(one.text) for one in tokens[:-2]):
        tokens.pop(0)
    value = people.clean(" ".join(one.text for one in tokens))
    if people.shape(value) < 0.6 or len(value.split()) < 2 or organisations.is_place(value) or item.us.employs(value):
        return None
    person = Person(
        "mentioned", name=Candidate("name", value, tokens[0].start, tokens[-1].end, 0.7, "named as a contact")
    )
    if not has_title:
        return person
    what = trimmed(
        text, match.start("what"), tokens[0].start if match.start("what") < start else match.end("what"), ","
    )
    if not (titles.has_head(what.text) or _RELATION.search(run(what.text))):
        return None
    lead = _NEW.match(what.text)
    words = _HONOUR_BEHIND.sub("", what.text[lead.end() if lead else 0 :])
    words = re.split(r"\s+(?:and|und|et|y|e|en|who|which|will|wird|is|ist|at|bei|in|on|for|für|from)\s+", words)[
        0
    ].strip(" ,")
    at = what.start + what.text.find(words)
    if words and titles.score(words) >= 0.9 and fold(words) not in _NO_TITLE and len(words.split()) <= 6:
        person.title = Candidate("title", " ".join(words.split()), at, at + len(words), 0.6, "named with a job")
    return person


def _told_job(match: re.Match[str], person: Person) -> bool:
    """The job that stands beside whom somebody writes for; False where nothing says that it is a person."""
    for group in ("inner", "outer"):
        written = " ".join((match[group] or "").split())
        if written and (titles.score(written) >= 0.9 or titles.is_whole_area(written)):
            start, end = match.span(group)
            person.title = Candidate("title", written, start, end, 0.7, "beside the name")
    return bool(match["honour"]) or person.title is not None


_HONOUR_BEHIND = re.compile(
    r",?\s+(?:mr|mrs|ms|mme|mlle|m|monsieur|madame|herrn?|frau|sr|sra|dhr|de heer|mevrouw|dott|ing|eng|dr|pan|"
    r"pani)\.?[ºª°]?$",
    re.IGNORECASE,
)


def _reach(
    item: Item,
    text: str,
    sentence: Piece,
    after: int,
    person: Person,
    countries: tuple[str, ...],
) -> None:
    """E-mail and phone that follow a name in the same or the next sentence, before anybody else's."""
    limit = min(len(text), sentence.end + 120)
    limit = min([limit, *(row.start for row in sentences(text, sentence.end, limit)[1:2])])
    address = next(iter(emails.find(text[after:limit])), None)
    if address is not None and person.name is not None and not item.us.owns(address.value):
        near = address.start < 60 or people.agrees_with_email(person.name.value, address.value) >= 0.6
        if near:
            person.email = Candidate(
                "email",
                address.value,
                after + address.start,
                after + address.end,
                0.85,
                "beside the name",
            )
    number = phones.first_of(phones.find(text, after, min(limit, sentence.end), countries, signature=True))
    if number is not None and number.start - after < 90:
        person.phone = Candidate("phone", number.e164, number.start, number.end, 0.75, "beside the name")


def _recipients(item: Item, text: str) -> list[Person]:
    found = []
    if item.sender is not None and item.us.owns(item.sender.email):
        return []
    for address in item.recipients:
        name = _header_name(address)
        if (
            not emails.is_usable(address.email)
            or item.us.owns(address.email)
            or (emails.is_generic(address.email) and not name)
        ):
            continue
        if item.sender is not None and address.email.casefold() == item.sender.email.casefold():
            continue
        person = Person("recipient", email=_located(text, "email", address.email.lower(), 0.9))
        if name:
            person.name = _located(text, "name", name, 0.85 if len(name.split()) > 1 else 0.5)
        found.append(person)
    return found


def _referred(text: str, found_parts: list[Part], person: Person, countries: tuple[str, ...]) -> None:
    """What the body says of a recipient by surname: "Herr Yilmaz, Tel. ...", "Ms Brandt (Purchasing)"."""
    if person.name is None or len(person.name.value.split()) < 2:
        return
    surname = re.escape(flat(person.name.value.split()[-1]))
    for part in found_parts:
        match = re.search(rf"(?<!\w){surname}(?!\w)", flat(text[part.start : part.body_end]))
        if match is None:
            continue
        after = part.start + match.end()
        bracket = re.match(r"\s*\(([^(),\n]{3,40})[,)]", text[after : part.body_end])
        if bracket and (titles.score(bracket[1]) >= 0.9 or titles.is_whole_area(bracket[1])):
            start = after + bracket.start(1)
            person.title = Candidate(
                "title", bracket[1].strip(), start, start + len(bracket[1].rstrip()), 0.7, "in brackets after the name"
            )
        sentence = next(
            (one for one in sentences(text, part.start, part.body_end) if one.start <= after <= one.end), None
        )
        number = (
            phones.first_of(phones.find(text, after, sentence.end, countries, signature=True)) if sentence else None
        )
        if number is not None and number.start - after < 90:
            person.phone = Candidate("phone", number.e164, number.start, number.end, 0.75, "after the name")
        return


def _share_company(found: list[Person]) -> None:
    """Colleagues of the author work where the author works: same e-mail domain, or named as "our ..."."""
    known = {emails.domain_label(one.email.value): one.company for one in found if one.email and one.company}
    author = next((one for one in found if one.role == "sender" and one.company), None)
    for person in found:
        if person.company is not None:
            continue
        label = emails.domain_label(person.email.value) if person.email else ""
        company = known.get(label) if label else None
        if (
            company is None
            and author is not None
            and person.title is not None
            and person.role == "mentioned"
            and not label
        ):
            company = author.company
        if company is not None:
            person.company = Candidate(
                "company", company.value, company.start, company.end, company.confidence * 0.8, "a colleague's company"
            )


def _wanted(item: Item, person: Person) -> bool:
    """Whether a person may be a contact at all: not ours, and something to know them by."""
    if person.email is not None and item.us.owns(person.email.value):
        return False
    if person.name is not None and item.us.employs(person.name.value):
        return False
    return person.name is not None or person.email is not None or person.phone is not None


def _merged(item: Item, found: list[Person]) -> list[Person]:
    """The same person once, knowing what each mention knows; sender before recipient before mentioned."""
    kept: list[Person] = []
    for person in found:
        twin = next((one for one in kept if _same(one, person)), None)
        if twin is None:
            kept.append(person)
            continue
        for field in ("title", "company", "email", "phone"):
            if getattr(twin, field) is None:
                setattr(twin, field, getattr(person, field))
        if person.name and (twin.name is None or people.fuller(twin.name.value, person.name.value) != twin.name.value):
            twin.name = person.name
        if twin.role == "mentioned" and person.role == "recipient":
            twin.role = "recipient"
    _share_company(kept)
    return kept


def _same(one: Person, other: Person) -> bool:
    if one.email is not None and other.email is not None:
        return one.email.value.casefold() == other.email.value.casefold()
    return bool(one.name and other.name and people.same_person(one.name.value, other.name.value))
