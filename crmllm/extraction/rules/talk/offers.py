"""What one side offers to do and the other side lets it: "Shall I send you a summary?" "Yes, please." Folded text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from crmllm.extraction.rules import dates, requests
from crmllm.extraction.rules.text import Candidate, run, sentences

_OFFER = re.compile(
    r"\b(?:(?:shall|should) (?:i|we)|(?:do you want|would you like) (?:me|us) to|(?:soll|sollen) (?:ich|wir)|"
    r"(?:mochten|wollen) sie,? dass (?:ich|wir)|(?:voulez|souhaitez)-vous qu(?:e (?:je|nous)|'on)|"
    r"vous voulez qu(?:e (?:je|nous)|'on)|(?:quiere|quieres|quieren|quereis) que|(?:vuole|vuoi|volete) che|"
    r"(?:quer|queres|querem) que(?: eu)?|(?:zal|zullen) (?:ik|we|wij)|wilt? u dat (?:ik|we)|"
    r"wil je dat (?:ik|we)|(?:czy )?(?:chce|chca) (?:pan|pani|panstwo),? zeby\w*|(?:czy )?(?:mam|mamy)(?= \w+ \w+))\s+"
)
_NO = re.compile(
    r"^\W*(?:no\b|nope|not (?:necessary|now|yet)|don't|nein|nicht notig|noch nicht|non(?! appena)\b|pas (?:besoin|la "
    r"peine)|"
    r"no hace falta|nee\b|hoeft niet|nao\b|nie\b)"
)
# "You'll have it by Monday": until when, of what was just spoken about.
_DELIVERED = re.compile(
    r"\b(?:you(?:'ll| will) (?:have|get|receive) (?:it|them|that)|(?:das|es|die|den|dieses?) (?:haben|bekommen|kriegen|"
    r"erhalten) sie|(?:haben|bekommen|kriegen|erhalten) sie (?:das|es|ihn)?|vous (?:l'|les )(?:aurez|avez|recevrez)|"
    r"(?:lo|la|los|las) (?:tiene|tendra|recibe|recibira)n?|(?:ce |ve )?(?:l'|lo |la |li |le )(?:ha|avra|avete|avrete|"
    r"riceve"
    r"ra?)|(?:die|dat|het|ze) (?:heeft|krijgt|ontvangt|heb|krijg) (?:u|je|jullie)|(?:u|je) (?:krijgt|hebt|heeft) "
    r"(?:het|"
    r"ze)|(?:tem|tera|recebe|vai te)-?(?:n?[oa]s?)|(?:dostanie|bedzie mial[ao]?) (?:pan|pani|panstwo)?(?: to| ja| je)?)"
    r"(?!\w)"
)
# A nod is no request, however polite: "That would be great, yes please".
_NOD = re.compile(
    r"\W*(?:that(?:'d| would) be|yes|yeah|sure|ok|great|perfect|ja|gern\w*|das ware|oui|volontiers|ce serait|avec "
    r"plaisir|"
    r"si|claro|seria|perfecto|certo|sarebbe|va bene|sim|otimo|tak|chetnie|poprosze|graag|dat zou|prima|agrad\w+)\b"
)


def offered(
    text: str, start: int, end: int, answer: str, *, sent_at: datetime | None, month_first: bool = False
) -> list[requests.Action]:
    """What somebody offers to do in one turn, where the answer does not wave it off; theirs to do who speaks."""
    if _NO.match(answer):
        return []
    found = []
    for sentence in sentences(text, start, end):
        folded = run(sentence.text)
        opening = _OFFER.search(folded)
        if opening is None or not folded.rstrip().endswith("?"):
            continue
        piece = requests.words_of(sentence, opening.end())
        if len(re.findall(r"[^\W\d_]{2,}", piece.text)) < 2:
            continue
        due = requests.due_of(text, sentence, piece, sent_at, month_first)
        words = Candidate("text", " ".join(piece.text.split()), piece.start, piece.end, 0.6, "offer")
        found.append(requests.Action(words, "them", due))
    return found


def is_nod(words: str) -> bool:
    """Whether a few words only agree to what was offered."""
    return len(words.split()) <= 5 and _NOD.match(run(words)) is not None


# "Sì, glielo mando", "Dobrze, zaraz wyślę": what it is was said in the question.
_IT = re.compile(
    r"\b(?:it|that|them|das|es|ihn|le|la|les|lo|las|los|gliel[aeo]|ve l[aeo]|dat|het|ze|o|a|os|as|lhos?|lhas?|to|go|"
    r"ja)\b"
)


def is_echo(words: str) -> bool:
    """Whether a promise only says yes to what was asked just before."""
    count = len(re.sub(r"^\w+, ", "", words).split())
    return count <= 2 or (count <= 8 and _IT.search(run(words)) is not None and _AND_MORE.search(run(words)) is None)


_AND_MORE = re.compile(r",? (?:and|und|et|y|e|ed|en|i|oraz) \w+")


def dated(
    text: str, start: int, end: int, found: list[requests.Action], owner: str, sent_at: datetime | None
) -> list[requests.Action]:
    """The last action of that side, with the day by which the other side is told to have it."""
    for sentence in sentences(text, start, end):
        if _DELIVERED.search(run(sentence.text)) is None:
            continue
        days = dates.find(text, sent_at, sentence.start, sentence.end)
        last = next((one for one in reversed(found) if one.owner == owner and one.due is None), None)
        if days and last is not None:
            day = days[0]
            due = Candidate("due", day.day.isoformat(), day.start, day.end, day.confidence * 0.8, f"due {day.kind}")
            found[found.index(last)] = replace(last, due=due)
    return found


def is_delivery(words: str) -> bool:
    """Whether words promise nothing but that "it" will come: what it is was said before."""
    return len(words.split()) <= 6 and _DELIVERED.search(run(words)) is not None
