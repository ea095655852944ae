"""Mail that needs no reading by the model, and why. In doubt a mail is read: a lost customer costs more than a call."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from crmllm.ingestion.mail.headers import Address
from crmllm.ingestion.mail.parse import ParsedMail
from crmllm.ingestion.mail.phrases import FORWARD_SUBJECT, REPLY_SUBJECT


class SkipCode(StrEnum):
    """Why a mail is not read further."""

    SPAM = "spam"
    BOUNCE = "bounce"
    RECEIPT = "receipt"
    AUTO_REPLY = "auto_reply"
    AUTOMATIC = "automatic"
    CALENDAR = "calendar"
    OWN = "own_outgoing"
    LIST = "list_mail"
    NEWSLETTER = "newsletter"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class SkipReason:
    """A code for programs and a sentence for people."""

    code: SkipCode
    sentence: str


_BOUNCE_SENDER = re.compile(r"(?:mailer-daemon|mail-daemon|mailerdaemon|mail\.daemon)$", re.IGNORECASE)
_POSTMASTER = re.compile(r"(?:postmaster|microsoftexchange[0-9a-f]+|mdaemon|mail-?system|mailsystem)$", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"\s*(?:undeliver(?:able|ed)|delivery (?:status notification|failure|has failed|report|notification)|returned mail|"
    r"mail delivery (?:failed|system|failure|subsystem)|failure notice|message (?:undeliverable|delivery failure)|"
    r"undelivered mail returned|warning: (?:could not send|message .{0,40}delayed)|unzustellbar|nicht zugestellt|"
    r"zustellung fehlgeschlagen|nachricht unzustellbar|non remis|échec de (?:la )?remise|message non distribué|"
    r"no se puede entregar|devuelto|entrega fallida|no entregado|mancato recapito|impossibile recapitare|"
    r"onbestelbaar|niet bezorgd|não entregue|falha na entrega|niedostarczon|nie dostarczono|nelze doručit|"
    r"kan inte levereras|kunne ikke leveres|ikke leveret|недоставленное|не доставлено|未送达|配信不能)",
    re.IGNORECASE,
)
_AUTO_REPLY_SUBJECT = re.compile(
    r"\s*(?:(?:automatic|auto(?:mated)?)[ -]?(?:reply|response|answer)|autoreply|autoresponse|"
    r"auto:|auto re:|out[ -]of[ -](?:the[ -])?office"
    r"(?: (?:auto ?reply|reply|message|notice|notification))?\s*(?:[:(\[-]|$)|ooo\s*[:-]|"
    r"vacation (?:reply|message|notice)|on vacation\s*[:-]|"
    r"i am (?:currently )?out of (?:the )?office|i'm out of (?:the )?office|"
    r"automatische (?:antwort|antwoord)|abwesenheits(?:notiz|meldung|nachricht|assistent)|"
    r"abwesenheit\s*[:-]|abwesend\s*[:-]|"
    r"außer haus\s*[:-]|nicht im (?:büro|haus)\s*[:-]|réponse automatique|absence du bureau|"
    r"message d'absence|absent\(?e?\)? du bureau|"
    r"respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)\s*(?:[:-]|$)|"
    r"automatisch antwoord|afwezig(?:heid)?(?:sbericht|sassistent|smelding)?\s*[:-]|niet aanwezig\s*[:-]|"
    r"resposta automática|ausência (?:do|temporária)|fora do escritório|odpowiedź automatyczna|automatyczna odpowiedź|"
    r"nieobecność|poza biurem|autosvar|automatiskt svar|frånvaro|automatisk svar|fravær(?:sbesked|"
    r"smelding)?|ikke til stede|"
    r"automaattinen vastaus|poissaolo|automatická odpov[eě]ď|mimo kancelář|automatikus válasz|"
    r"házon kívül|otomatik yanıt|"
    r"ofis dışında|автоматический ответ|автоответ|вне офиса|автоматична відповідь|αυτόματη απάντηση|răspuns automat|"
    r"automatski odgovor|samodejni odgovor|自动答复|自動返信|自動応答|不在通知|자동 회신|부재중)",
    re.IGNORECASE,
)
_NO_REPLY = re.compile(
    r"(?:no|do[._-]?not|dont|not)[._-]?reply|noreply|nao-?responda|no-?responder|ne-?pas-?repondre|nicht-?antworten|"
    r"notifications?|alerts?|bounces?|mailer|automat(?:ic|ed)",
    re.IGNORECASE,
)
_BULK_SENDER = re.compile(
    r"^(?:news|newsletters?|newsletter[._-].*|.*[._-]newsletter|mailings?|marketing|promo(?:tion)?s?|offers?|deals|digest|"
    r"updates?|announce(?:ments?)?|campaigns?|email|emails|e-?news|subscri(?:be|ptions?)|list|lists|owner-.*|.*-owner|"
    r".*-request|bounces?[+-].*|info-.*)$",
    re.IGNORECASE,
)
# Instructions for leaving a list; a customer who asks to be taken off one doesn't write like that.
_LEAVE = re.compile(
    r"(?:to|if you (?:would like|wish|want|prefer) (?:to|not to)|you (?:can|may))\s+(?:be removed|"
    r"unsubscribe|opt[ -]?out|stop receiving|"
    r"no longer (?:wish|want)|discontinue|receive|cancel your (?:subscription|membership)|remove yourself)[^.]{0,120}"
    r"(?:click|visit|go to|https?:|www\.|reply|send|e-?mail|here|link|below|address|@)|"
    r"unsubscribe\s*(?:here|link|now|:|\||<|https?:|from this (?:list|newsletter|mailing))|"
    r"(?:click|go|visit)[^.]{0,40}\bto\s+(?:unsubscribe|opt[ -]?out|be removed)|"
    r"(?:manage|update|change|edit) (?:your|my) (?:e-?mail |newsletter |communication |"
    r"subscription )*(?:preferences|subscriptions?|profile)|"
    r"you(?:'re| are| have been)? receiv(?:ing|ed) this (?:e-?mail|message|newsletter|mailing)[^.]{0,60}because|"
    r"this (?:e-?mail|message|newsletter) was sent to[^.]{0,80}(?:because|subscrib|by)|"
    r"view (?:this|it) (?:e-?mail |message )?in (?:your|a) browser|"
    r"(?:vom |den )?newsletter (?:hier )?(?:abbestellen|abmelden)|(?:um|"
    r"wenn sie)[^.]{0,80}(?:abzumelden|abmelden|abbestellen|austragen)[^.]{0,80}(?:klick|https?:|link|hier)|"
    r"(?:pour|si vous)[^.]{0,80}(?:désabonner|désinscrire|ne plus recevoir)[^.]{0,80}(?:cliqu|"
    r"https?:|lien|ici)|se désabonner|"
    r"(?:para|si)[^.]{0,80}(?:darse de baja|cancelar (?:su|la) suscripción|"
    r"dejar de recibir)[^.]{0,80}(?:clic|https?:|enlace|aquí)|"
    r"(?:per|se)[^.]{0,80}(?:cancellarsi|disiscriver|annullare l'iscrizione)[^.]{0,80}(?:clicc|https?:|link|qui)|"
    r"(?:om|als u)[^.]{0,80}(?:uitschrijven|afmelden|af te melden|"
    r"uit te schrijven)[^.]{0,80}(?:klik|https?:|link|hier)|"
    r"(?:para|se)[^.]{0,80}(?:cancelar a (?:sua )?(?:subscrição|inscrição)|deixar de receber)|"
    r"(?:aby|jeśli)[^.]{0,80}(?:wypisać|zrezygnować)[^.]{0,80}(?:klik|https?:|link)",
    re.IGNORECASE,
)
_CALENDAR_SENTENCES = {
    "REQUEST": "It is a calendar invitation.",
    "REPLY": "It is an answer to a calendar invitation.",
    "CANCEL": "It is a calendar cancellation.",
}
_MAILERS = ("x-campaign", "x-campaign-id", "x-campaignid", "x-mc-user", "x-bulkmail", "x-csa-complaints", "feedback-id")
_LOOKED_THROUGH_CHARS = 200_000


def skip_reason(
    mail: ParsedMail, *, text: str | None = None, own_addresses: Collection[str] = (), own_domains: Collection[str] = ()
) -> SkipReason | None:
    """Why this mail goes no further, or None if it must be read.

    `text` is the newest text as `segment` found it; without it the whole body counts.
    """
    own = _Own(own_addresses, own_domains)
    code, sentence = (
        _spam(mail)
        or _bounce(mail)
        or _calendar(mail)
        or _auto_reply(mail)
        or _outgoing(mail, own)
        or _bulk(mail, own)
        or _automatic(mail)
        or _empty(mail, text)
        or (None, "")
    )
    return SkipReason(code, sentence) if code else None


_Found = tuple[SkipCode, str] | None


class _Own:
    def __init__(self, addresses: Collection[str], domains: Collection[str]) -> None:
        self.addresses = {address.strip().casefold() for address in addresses}
        self.domains = tuple(domain.strip().casefold().lstrip("@.") for domain in domains if domain.strip("@. "))

    def owns(self, address: Address) -> bool:
        return address.email.casefold() in self.addresses or self.owns_domain(address.domain)

    def owns_domain(self, domain: str) -> bool:
        return any(domain == own or domain.endswith(f".{own}") for own in self.domains)


def _spam(mail: ParsedMail) -> _Found:
    flagged = (
        mail.header("x-spam-flag").lower().startswith("yes")
        or mail.header("x-spam-status").lower().startswith("yes")
        or mail.header("x-spam").lower() in ("yes", "true")
        or mail.header("x-rspamd-action").lower() in ("reject", "add header", "rewrite subject")
        or "rule=spam" in mail.header("x-proofpoint-spam-details").lower()
    )
    level = re.search(r"(?:^|SCL:)(\d)\b", mail.header("x-ms-exchange-organization-scl")) or re.search(
        r"SCL:(\d)\b", mail.header("x-forefront-antispam-report")
    )
    if flagged or (level and int(level[1]) >= 5):
        return SkipCode.SPAM, "The mail server marked it as spam."
    return None


def _bounce(mail: ParsedMail) -> _Found:
    if "disposition-notification" in mail.report_type:
        return SkipCode.RECEIPT, "It is a read receipt."
    local = mail.sender.email.rpartition("@")[0] if mail.sender else ""
    name = mail.sender.name if mail.sender else ""
    from_daemon = bool(_BOUNCE_SENDER.match(local or name))
    from_postmaster = bool(_POSTMASTER.match(local))
    telling = bool(_BOUNCE_SUBJECT.match(mail.subject))
    nobody = mail.header("return-path").strip() == "<>"
    if (
        "delivery-status" in mail.report_type
        or mail.headers.get("x-failed-recipients")
        or from_daemon
        or (telling and (from_postmaster or nobody))
    ):
        return (SkipCode.BOUNCE, "It is a delivery report: a mail of ours could not be delivered, or not yet.")
    return None


def _calendar(mail: ParsedMail) -> _Found:
    if mail.calendar_method and mail.calendar_method != "PUBLISH":
        return SkipCode.CALENDAR, _CALENDAR_SENTENCES.get(mail.calendar_method, "It is a calendar notice.")
    if mail.header("content-class").lower().endswith("calendarmessage"):
        return SkipCode.CALENDAR, "It is a calendar notice."
    return None


def _auto_reply(mail: ParsedMail) -> _Found:
    answered = "It is an automatic reply."
    submitted = mail.header("auto-submitted").lower()
    if submitted.startswith(("auto-replied", "auto-notified")):
        return SkipCode.AUTO_REPLY, answered
    if mail.header("x-autoreply").lower() in ("yes", "true", "1") or mail.headers.get("x-autorespond"):
        return SkipCode.AUTO_REPLY, answered
    if mail.headers.get("x-auto-reply-from") or mail.header("precedence").lower() in ("auto_reply", "auto-reply"):
        return SkipCode.AUTO_REPLY, answered
    if mail.header("x-ms-exchange-generated-message-source").lower().startswith("mailbox rules"):
        return SkipCode.AUTO_REPLY, answered
    if _AUTO_REPLY_SUBJECT.match(mail.subject):
        return SkipCode.AUTO_REPLY, "Its subject says that it is an automatic reply."
    return None


def _outgoing(mail: ParsedMail, own: _Own) -> _Found:
    """Our own words to somebody outside. What colleagues send each other, or forward to us, is read."""
    if mail.sender is None or not own.owns(mail.sender) or FORWARD_SUBJECT.match(mail.subject):
        return None
    others = [address for address in (*mail.to, *mail.cc) if address.email and not own.owns(address)]
    if others and not any(not own.owns(address) for address in mail.reply_to):
        return SkipCode.OWN, "It is our own mail to somebody outside."
    return None


def _bulk(mail: ParsedMail, own: _Own) -> _Found:
    if _through_own_list(mail, own):
        return None
    listed = any(mail.headers.get(name) for name in ("list-id", "list-post", "mailing-list", "x-mailing-list"))
    precedence = mail.header("precedence").lower()
    leave = bool(mail.headers.get("list-unsubscribe"))
    answers = bool(mail.in_reply_to or mail.references)
    local = mail.sender.email.rpartition("@")[0] if mail.sender else ""
    impersonal = bool(_BULK_SENDER.match(local) or _NO_REPLY.search(local))
    posted = bool(
        mail.headers.get("list-post") or mail.headers.get("mailing-list") or mail.headers.get("x-mailing-list")
    )
    if (posted or (listed and precedence == "list")) and not impersonal:
        return SkipCode.LIST, "It came through a mailing list."
    if mail.headers.get("list-unsubscribe-post") or (leave and not answers):
        return (SkipCode.NEWSLETTER, "It is a newsletter: it carries a header for unsubscribing.")
    if precedence in ("bulk", "junk") or (precedence == "list" and not answers) or listed:
        return (SkipCode.NEWSLETTER if not listed else SkipCode.LIST, "It was sent in bulk, as its headers say.")
    if any(mail.headers.get(name) for name in _MAILERS) and impersonal:
        return (SkipCode.NEWSLETTER, "It was sent by a mailing service from an address for bulk mail.")
    if answers or REPLY_SUBJECT.match(mail.subject) or FORWARD_SUBJECT.match(mail.subject):
        return None
    body = mail.body[:_LOOKED_THROUGH_CHARS]
    ways = len({match[0][:12].lower() for match in _LEAVE.finditer(body)})
    links = len(set(re.findall(r"https?://[^\s/>\"')]+[^\s>\"')]*", body + mail.html[:_LOOKED_THROUGH_CHARS])))
    if ways and (impersonal or ways >= 2 or links >= 4):
        return SkipCode.NEWSLETTER, "It is a newsletter: it says how to unsubscribe."
    return None


def _through_own_list(mail: ParsedMail, own: _Own) -> bool:
    """A group address of ours (sales@...) adds list headers to the mail of customers."""
    for name in ("list-id", "list-post", "mailing-list", "x-mailing-list"):
        for value in mail.headers.get(name, ()):
            for domain in re.findall(r"[\w-]+(?:\.[\w-]+)+", value.casefold()):
                if own.owns_domain(domain):
                    return True
    return False


def _automatic(mail: ParsedMail) -> _Found:
    """Notifications of programs; a web form names the person who filled it in as the one to answer."""
    local = mail.sender.email.rpartition("@")[0] if mail.sender else ""
    same = all(mail.sender is not None and address.email == mail.sender.email for address in mail.reply_to)
    if mail.header("auto-submitted").lower().startswith("auto-generated") and _NO_REPLY.search(local) and same:
        return (SkipCode.AUTOMATIC, "A program sent it, from an address that takes no answers.")
    return None


def _empty(mail: ParsedMail, text: str | None) -> _Found:
    if (mail.body if text is None else text).strip():
        return None
    if mail.attachments:
        return SkipCode.EMPTY, "It has no text of its own, only files."
    return SkipCode.EMPTY, "It has no text of its own."
