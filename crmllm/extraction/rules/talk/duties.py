"""How notes say that somebody is to do something: "Joost stuurt ...", "O Nuno ficou de mandar ...", a table's row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crmllm.extraction.rules.talk import tables
from crmllm.extraction.rules.text import Piece, flat

# What somebody is noted to do next, in the present or the future; by language, folded text.
DOES = re.compile(
    r"(?:(?:nous|ci|nos|ons|uns|us|les?|gli|vi|lui|leur|also|anche|auch|noch|ook|juz|tez) )?(?:will|shall|to|must|is "
    r"(?:to|going to)|has (?:to|agreed to|promised)|needs to|agreed to|agrees to|undertakes|"
    r"promised|"
    r"sends?|gets|delivers?|replaces?|checks?|calls?|confirms?|orders?|pays|prepares?|signs?|ships?|provides?|emails?|"
    r"books?|shares|updates|arranges?|fixes|corrects?|issues|reissues?|drafts?|follows? up|brings?|"
    r"(?:schick|send|versend|liefer|pruf|klar|ruf|bestatig|bestell|zahl|bezahl|bereit|unterschreib|tausch|besorg|"
    r"reich|erstell|meld|kummer|organisier|bring|mail|uberweis|korrigier|stell|vereinbar|informier|hol|uberarbeit|"
    r"aktualisier|reparier|behebt?|stornier|installier|veranlass|besprech|schreib|leg)(?:et|t|e)|gibt|lasst|tragt|"
    r"bespricht|ubernimmt|misst|nennt|sammelt|wird|soll|muss|"
    r"(?:envoi|livr|verifi|appell|rappell|confirm|command|pai|pay|prepar|sign|remplac|adress|redig|corrig|organis|"
    r"relanc|contact|partag|communiqu|install|pass|valid|complet|transmettr|fournir|donn|relev|mesur|indiqu|"
    r"list)(?:e|era|a)|fournit|transmet|"
    r"(?:nous )?ouvre|etablit|doit|va|fait|se charge|s'occupe|s'engage|"
    r"envia|manda|entrega|revisa|llama|confirma|pide|paga|prepara|firma|cambia|sustituye|facilita|pasa|corrige|emite|"
    r"tramita|comprueba|consulta|organiza|repara|instala|verifica|actualiza|redacta|hace llegar|se encarga|queda en|"
    r"quedo en|debe|"
    r"invia|consegna|chiama|richiama|conferma|ordina|sostituisce|fornisce|spedisce|risponde|controlla|corregge|emette|"
    r"aggiorna|comunica|contatta|organizza|concorda|fissa|gira|indica|misura|raccoglie|condivide|provvede|si "
    r"(?:impegna|occupa)|deve|"
    r"(?:stuur|verstuur|lever|controleer|bel|bevestig|bestel|betaal|maak|teken|vervang|mail|plan|regel|check|geef|zoek|"
    r"vraag|neem|breng|zet|installeer|herstel|repareer|corrigeer|crediteer|haal|overleg|schrijf|verzorg)t|laat|zal|"
    r"moet|"
    r"liga|substitui|assina|trata|fornece|marca|agenda|partilha|responde|valida|atualiza|contacta|reencaminha|vai|"
    r"fica de|ficou de|"
    r"(?:wysl|przesl|odesl|sprawdz|zadzwon|oddzwon|potwierdz|zamow|zaplac|podpisz|wymien|popraw|napraw|zrob|wystaw|"
    r"umow|ustal|uzupeln|wyjasn|zorganizuj|zainstaluj|napisz|zglos|przygotuj|skoryguj|dolacz)(?:i|e|y)|dostarczy|poda|"
    r"zapyta|przekaze|opracuje|da znac|ma (?=\w+c\b)|zobowiaz\w+ sie|"
    # The written future of the Romance languages.
    r"(?!(?:sera|tendra|habra|podra|querra|estara|tera|podera|sara|avra|potra|dovra)\b)\w{2,}(?:ar|er|ir)a)(?!\w)"
)
# A promise is told in the past and is still to be kept.
PLEDGED = re.compile(
    r"\b(?:promised|agreed to|undertook|zugesagt|versprochen|s'est engagee?|a promis|quedo en|se comprometio|"
    r"si e impegnat[oa]|ha promesso|heeft toegezegd|beloofde|ficou de|comprometeu-se|zobowiazal\w* sie|obiecal\w*)\b"
)
# "Next review 24 Sept": when one meets again, which nobody has to do.
_AGAIN = re.compile(
    r"\W*(?:next|nachste\w*|prochaine?|proxim[oa]|prossim[oa]|volgende?|kolejn\w+|nastepn\w+|new)?\s*(?:review|meeting|"
    r"call|check-?in|catch-?up|termin|treffen|besprechung|telefonat|jour fixe|point(?: \w+)?|reunion(?: \w+)?|"
    r"rendez-vous|llamada|appuntamento|riunione|chiamata|overleg|afspraak|gesprek|reuniao|chamada|spotkanie|rozmowa)"
    r"(?:\s+(?:on|am|le|el|il|op|em|dia|w dniu|dnia))?\W*"
)

_WHO = (
    r"who|owner|responsible|assignee|by whom|wer|verantwortlich\w*|zustandig|qui|responsable|resp\.?|quien|chi|"
    r"responsabile|wie|verantwoordelijke?|quem|responsavel|kto|odpowiedzialn\w+|name|naam|nom|nombre|nome"
)
_WHAT = (
    r"what|actions?|action items?|tasks?|to-?do|items?|was|aufgaben?|massnahmen?|quoi|taches?|que|tareas?|accion\w*|"
    r"compromisos?|cosa|che cosa|azion[ei]|attivita|wat|acties?|actiepunt|taak|o que|tarefas?|aco?es|acao|co|"
    r"zadani[ae]|dzialani[ae]"
)
_WHEN = (
    r"when|due(?: date)?|by(?: when)?|deadline|date|wann|bis(?: wann)?|termin|frist|datum|quand|echeance|delai|pour|"
    r"cuando|fecha|plazo|quando|scadenza|entro|data|wanneer|tegen|prazo|ate|kiedy|do kiedy"
)
_HEADS = {name: re.compile(words) for name, words in (("who", _WHO), ("what", _WHAT), ("when", _WHEN))}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of actions."""

    who: Piece
    what: Piece
    when: Piece | None


def rows(text: str) -> Iterator[Row]:
    """The rows of every table whose head names who does what."""
    for found in tables.rows(text, _HEADS, {"who", "what"}):
        when = found.get("when")
        yield Row(found["who"], found["what"], when if when is not None and when.text else None)


def is_next_meeting(words: str) -> bool:
    """Whether words say only that there is to be another meeting."""
    return _AGAIN.fullmatch(flat(words)) is not None
