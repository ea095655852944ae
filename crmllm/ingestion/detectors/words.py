"""Words that speak to a machine: commands against its instructions, roles, turns of a conversation, control tokens.

Patterns run over folded text with the same places. One strong sign is enough, weak ones count in pairs within a
sentence: ordinary mails name a CRM, a stage or a review, but hardly two of them as an order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

MAX_CHARS = 100_000
MOST = 10


class _Flat(dict[int, str]):
    """A table for `str.translate` that fills itself: lower case without accents, one character for each."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        flat = "l" if char in "\u0142\u0141" else unicodedata.normalize("NFKD", char)[:1].lower()[:1] or char
        return self.setdefault(code, flat)


_FLAT = _Flat()

_AI = (
    r"(?:ai|a\.i\.|ki|ia|llm|gpt|chatgpt|chatbot|bot|artificial intelligence|language model|automated (?:system|agent|"
    r"reader|assistant)|machine reading|crm (?:assistant|agent|system)|kunstliche intelligenz|sprachmodell|"
    r"intelligence artificielle|modele de langage|inteligencia artificial|modelo de lenguaje|intelligenza artificiale|"
    r"modello linguistico|kunstmatige intelligentie|taalmodel|modelo de linguagem|sztuczn\w+ inteligencj\w+|"
    r"model\w* jezykow\w+)(?:s|[- ](?:assistant|agent|system|model|assistent|systeem|asystent)\w*)?"
)
_RULES = (
    r"(?:instruction|prompt|guideline|directive|command|rule|anweisung|vorgabe|instruktion|befehl|regel|consigne|regle|"
    r"instruccion|indicacion|regla|istruzion|regol|indicazion|instructie|opdracht|instruc|instrucoes|diretri|regra|"
    r"instrukcj|polecen|zasad)\w*"
)
_EARLIER = (
    r"(?:all|any|every|each|your|the|previous|prior|above|earlier|preceding|these|those|alle|aller|bisherigen|vorherigen|"
    r"obigen|ihre|deine|vorigen|toutes?|tous|les|vos|tes|precedentes?|ci-dessus|todas?|todos|las|los|tus|sus|"
    r"anteriores|tutte|tutti|le|ogni|precedenti|eerdere|vorige|bovenstaande|jouw|as|suas|wszystkie|poprzednie|"
    r"wczesniejsze|powyzsze|other|further|of)"
)
_STRONG = re.compile(
    rf"\b(?:ignore[rz]?|disregard|forget|override|bypass|ignorier\w*|vergiss|vergessen sie|missachte\w*|oublie[rz]?|"
    rf"ignora\w*|olvida\w*|dimentica\w*|negeer|vergeet|desconsider\w*|esque[cç]a\w*|zignoruj\w*|zapomnij)\s+"
    rf"(?:{_EARLIER}\s+){{1,4}}{_RULES}"
    rf"|\b(?:instructions?|rules?) (?:above|before this|so far) (?:are|is) (?:void|cancelled|no longer)"
    rf"|\b(?:dear|hello|hi|hey|liebe|hallo|chere?|bonjour|querid[oa]|hola|cara|gentile|ciao|beste|prezada|droga)\s+{_AI}\b"
    rf"|\b(?:note|message|instruction|attention|important|reminder|hinweis|nachricht|anweisung|achtung|wichtig|message|"
    rf"avis|nota|mensaje|aviso|messaggio|avviso|bericht|opmerking|let op|mensagem|wiadomosc|uwaga)\w*\s*:?\s+"
    rf"(?:to|for|an|fur|pour|a|para|per|voor|aan|dla|do)\s+(?:the |all |any |every |die |das |den |alle |l'|la |le |"
    rf"les |el |il |lo |de |het |a |o |os |as )?{_AI}\b"
    rf"|\bto (?:all|any|every) {_AI}\b"
    rf"|\b(?:you are|you're|act as|du bist|sie sind|agiere als|tu es|vous etes|eres|actua como|sei|agisci come|je bent|"
    rf"voce e|aja como|jestes)\s+(?:now |jetzt |nun |desormais |maintenant |ahora |ora |adesso |nu |agora |teraz )?"
    rf"(?:an? |the |ein\w* |une? |un[oa]? |het |een |uma? )?(?:{_AI}|assistant\w*|assistent\w*|asistente|assistente|"
    rf"asystent\w*|crm|administrator|unrestricted)\b"
    rf"|\bif (?:you are|you're|the) (?:an? )?{_AI}\b|\bai (?:assistant|agent|model)\s*:|,\s*ai assistant\b"
    rf"|\b(?:system|developer|hidden|initial|original)[ -]?(?:prompt|override|instructions)\b"
    rf"|\bdeveloper (?:mode|message)\b|\bsystem instruction\b|\bmessage systeme\b"
    rf"|\b(?:respond|reply|answer|output|repondez|responde|antworte|antworten sie|rispondi|antwoord)\s+(?:only |nur )?"
    rf"(?:with|in|as|en|mit|als|con)\s+(?:the following |this )?(?:json|yaml|!\[)"
    rf"|\breturn only (?:this|the)\s+(?:json|yaml)"
    rf"|^[^\w\n]{{0,6}}user\s*:[^\n]*\n+[^\w\n]{{0,6}}assistant\s*:"
    rf"|^[^\w\n]{{0,6}}(?:system|developer)\s*:\s*[^\n]{{0,60}}\b(?:you|contact\w*|kontakt|approve|verified|ignore|"
    rf"override|instruction\w*|amount|owner|from now on|ab jetzt)\b|\brole\s*:\s*(?:system|assistant)\b"
    rf"|<\|[\w ]{{2,30}}\|>|\[/?inst\]|<</?sys>>|#{{2,4}} ?(?:system|instruction|response|assistant)s?\s*:"
    rf"|</?(?:start_of_turn|end_of_turn|tool_call|tool_response|im_start|im_end|system|instructions?|prompt)>"
    rf"|<\s*/\s*(?:mail|transcript|notes|chat|document|form)\s*>"
    rf"|[\"'](?:category|sentiment|stage|owner|amount|name|company)[\"']\s*:\s*[\"'\d][^\n]{{0,80}}[\"'](?:category|"
    rf"sentiment|stage|owner|amount|name|company)[\"']\s*:|\{{\s*[\"'](?:category|amount|stage|name)[\"']\s*:"
    rf"|^.{{0,40}}\bfor automated systems\b",
    re.MULTILINE,
)
_WEAK = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:in|into|im|ins|dans le|en el|nel|in het|no|w) "
        r"(?:the |your |ihr\w* |votre |su |vostro |uw |vosso )?crm\b",
        r"\b(?:to |auf |in die |in )?(?:stage|stufe|phase|etape|etapa|fase) "
        r"(?:closed[- ]won|won|gewonnen|gagne|ganad\w|vinta)",
        r"\b(?:without|skip|ohne|sans|sin|senza|zonder|sem|bez) (?:the |any |die |la )?"
        r"(?:review|approval|prufung|freigabe|"
        r"validation|revision|approvazione|controle|aprovacao|weryfikacji)",
        r"\b(?:approve|genehmig\w+|approuve\w*|aprueba\w*|approva\w*|keur\w*) (?:every|all|alle|tou\w+|tod\w+|tutt\w+)",
        r"\b(?:assign|reassign|move) (?:it|the opportunity|this deal|the deal|our opportunity) (?:to|automatically)",
        r"\bautomatically\b|\bautomatisch\b|\bautomatiquement\b|\bautomaticamente\b",
        r"\b(?:lead score|deal stage|win probability|record owner|crm field)\b",
    )
)
_ANY_WEAK = re.compile("|".join(f"(?:{pattern.pattern})" for pattern in _WEAK))
#: Said with blanks between the letters, or with digits for them.
_SQUEEZED = re.compile(
    r"(?:ignore|disregard|forget)(?:all|any|the|your)?(?:previous|prior|above|earlier)(?:instruction|rule|prompt)s?"
    r"|ignoriere?(?:alle)?(?:bisherigen|vorherigen)anweisungen"
)
_DIGITS = str.maketrans("013457@$", "oieastas")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+|\n|$)")


def aimed_at_machines(text: str) -> list[tuple[int, int]]:
    """The places of words that speak to a machine, whole sentences, in order; at most MOST."""
    text = text[:MAX_CHARS]
    folded = text.translate(_FLAT)
    found: list[tuple[int, int]] = []
    for start, end in sorted((*_strong(text, folded), *_weak(text, folded), *_squeezed(text, folded))):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        elif len(found) < MOST:
            found.append((start, end))
    return found


def _strong(text: str, folded: str) -> Iterator[tuple[int, int]]:
    for match in _STRONG.finditer(folded):
        yield _around(text, match.start(), match.end())


def _weak(text: str, folded: str) -> Iterator[tuple[int, int]]:
    if _ANY_WEAK.search(folded) is None:  # true of nearly every mail, and there are many
        return
    for sentence in _SENTENCE.finditer(folded):
        if sum(pattern.search(sentence[0]) is not None for pattern in _WEAK) > 1:
            yield _trimmed(text, sentence.start(), sentence.end())


def _squeezed(text: str, folded: str) -> Iterator[tuple[int, int]]:
    folded = folded.translate(_DIGITS)
    if _SQUEEZED.search("".join(filter(str.isalpha, folded))) is None:
        return
    letters = [(place, char) for place, char in enumerate(folded) if char.isalpha()]
    for match in _SQUEEZED.finditer("".join(char for _, char in letters)):
        yield _around(text, letters[match.start()][0], letters[match.end() - 1][0] + 1)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The rest of the sentence around a place; a line or a full stop ends it."""
    before = max(text.rfind(mark, 0, start) + 1 for mark in "\n.!?")
    after = min((place for mark in ("\n", ". ", "! ", "? ") if (place := text.find(mark, end)) >= 0), default=len(text))
    return _trimmed(text, min(before, start), min(max(after + 1, end), len(text)))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
