"""How something is meant: asked, under a condition, doubted, or somebody else's words. Eight languages, folded text."""

from __future__ import annotations

import re

_CONDITION = (
    r"(?:if|unless|whether|in case|when|whenever|wenn|falls|sofern|sobald|si|s'il|quand|lorsque|cuando|se|quando|als|"
    r"indien|wanneer|jesli|jezeli|gdy|gdyby|czy)"
)
_OPEN_CONDITION = re.compile(rf"(?:^|[,;:] |\b(?:and|und|et|y|e|en|i|but|aber|that|dass) ){_CONDITION}\b[^,;:]*$")
_REPORTED = re.compile(
    r"\b(?:said|says|told|asks|wrote|writes|sagte?|sagt|meinte?|schrieb|a dit|dit que|disait|dijo|dice|ha detto|"
    r"diceva|zei|zegt|disse|diz|powiedzial\w*|mowi)\b"
)
_MYSELF = re.compile(r"\b(?:i|we|ich|wir|je|j'ai|nous|yo|io|ik|wij|eu|ja|have|habe|hemos|ho|heb|avons)\b[^,;:]*$")
_NOT_SAID = re.compile(
    r"\b(?:not saying|never said|didn't say|did not say|don't mean|doesn't mean|does not mean|not that|no reason to|"
    r"nicht gesagt|nie gesagt|heist nicht|bedeutet nicht|ne dis pas|n'ai pas dit|ne veut pas dire|no digo|no he "
    r"dicho|no "
    r"significa|non dico|non ho detto|non significa|zeg niet|niet gezegd|betekent niet|nao digo|nao disse|nao "
    r"significa|nie "
    r"mowie|nie znaczy|nie powiedzial\w*)\b"
)
_HEDGED = re.compile(
    r"\b(?:might|maybe|perhaps|possibly|may have to|considering|thinking of|thinking about|vielleicht|eventuell|"
    r"uberlegen?|"
    r"moglicherweise|peut-etre|eventuellement|quizas?|tal vez|a lo mejor|forse|magari|misschien|wellicht|talvez|"
    r"se calhar|byc "
    r"moze|zastanawiam)\b"
)


def is_conditional(before: str) -> bool:
    """Whether words that follow stand in a condition that is still open: "if you call", but not "if so, call"."""
    return _OPEN_CONDITION.search(before) is not None


def is_doubted(before: str) -> bool:
    """Whether what follows is only thought of, or said not to have been said."""
    return _HEDGED.search(before) is not None or _NOT_SAID.search(before) is not None


def is_reported(before: str) -> bool:
    """Whether somebody else is said to have said it."""
    reported = _REPORTED.search(before)
    return reported is not None and _MYSELF.search(before[: reported.start()]) is None
