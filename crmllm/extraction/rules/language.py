"""Which language a mail is written in, from its commonest words; scripts decide where words cannot."""

from __future__ import annotations

import re
from functools import lru_cache

from crmllm.extraction.rules.text import flat

_COMMON: dict[str, str] = {
    "en": """
    the and you for with this that have are please thank thanks we our your would will can could be is of to in on it
    i not from at as if my regards hello hi dear need know let has but was they an by or do just get what when which
    """,
    "de": """
    der die das und ich wir sie ist nicht mit für auf ein eine einen dem den des im zu von bitte vielen dank haben uns
    unser unsere ihre ihr ihnen sind wird werden können könnten auch noch sehr geehrte geehrter hallo grüße gruß guten
    tag an als bei nach über wie oder es war aber wurde gerne freundlichen möchten
    """,
    "fr": """
    le la les et vous nous je pour avec est une un des du de en dans sur que qui pas ne ce cette votre vos notre nos
    bonjour merci cordialement au aux sont avons avez serait par plus être il elle mais bien si se s'il d'un
    """,
    "es": """
    el los las y que para con por una un es en del se no su sus nos nuestro nuestra hola gracias saludos buenos buenas
    días tardes estamos queremos puede pueden como más pero si ya esta este le les muy usted ustedes necesitamos
    """,
    "it": """
    il lo gli che per con una un è di del della in si non sono nostro nostra vostro vostra buongiorno salve grazie
    saluti cordiali vorremmo abbiamo alla al dei delle anche come più ma se ci vi può questo questa nel siamo
    """,
    "nl": """
    de het een en van ik wij we u dat niet met voor op te is zijn hebben graag bedankt groeten groet vriendelijke
    goedemiddag goedemorgen beste ons onze uw kunnen kunt wordt ook nog aan bij naar als maar om er dit deze zou
    willen
    """,
    "pt": """
    o os as e que para com por uma um é em do da dos das no na não se nos nosso nossa bom dia obrigado obrigada olá
    cumprimentos gostaríamos temos pode podem mais mas já esta este você vocês precisamos ao pelo pela muito estamos
    """,
    "pl": "i w na z do nie się jest że to dla od po o jak proszę dziękuję pozdrawiam dzień dobry czy są państwa",
    "sv": "och att det som en på är av för med till den inte vi jag har om ni hej tack hälsningar vänliga kan från",
    "da": "og at det som en på er af for med til den ikke vi jeg har om hej tak hilsen venlig kan fra jer",
    "nb": "og at det som en på er av for med til den ikke vi jeg har om hei takk hilsen vennlig kan fra dere",
    "cs": "a v na se že je to s z do o pro jsme prosím děkuji dobrý den pozdravem jako ale vás nám",
    "hu": "a az és hogy nem is egy van meg ez köszönöm üdvözlettel kérem tisztelt jó napot nekünk",
    "fi": "ja on ei että se hän olemme kiitos terveisin hei voisitteko meillä tämä mutta ovat",
    "tr": "ve bir bu için ile da de çok olarak merhaba teşekkürler saygılarımla lütfen",
    "ro": "și de la în cu pe nu este pentru vă mulțumesc bună ziua care sunt noi din",
}  # fmt: skip
_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("ja", r"[\u3040-\u30ff]"), ("ko", r"[\uac00-\ud7af]"), ("zh", r"[\u4e00-\u9fff]"), ("uk", r"[іїєґІЇЄҐ]"),
    ("ru", r"[\u0400-\u04ff]"), ("el", r"[\u0370-\u03ff]"), ("ar", r"[\u0600-\u06ff]"), ("he", r"[\u0590-\u05ff]"),
    ("th", r"[\u0e00-\u0e7f]"), ("hi", r"[\u0900-\u097f]"),
)  # fmt: skip
_WEIGHTS: dict[str, dict[str, float]] = {}
for _language, _words in _COMMON.items():
    for _word in dict.fromkeys(flat(_words).split()):
        _WEIGHTS.setdefault(_word, {})[_language] = 1.0
for _shared in _WEIGHTS.values():
    for _language in _shared:
        _shared[_language] = 1.0 / len(_shared)


@lru_cache(maxsize=256)
def detect(text: str) -> tuple[str, float]:
    """The language (BCP 47) and how sure; ("", 0.0) for a text without words."""
    sample = text[:6000]
    total = sum(char.isalpha() for char in sample)
    if not total:
        return "", 0.0
    for language, script in _SCRIPTS:
        if len(re.findall(script, sample)) > 0.2 * total:
            return language, 0.95
    scores: dict[str, float] = {}
    for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", flat(sample)):
        for language, weight in _WEIGHTS.get(word, {}).items():
            scores[language] = scores.get(language, 0.0) + weight
    if not scores:
        return "", 0.0
    ranked = sorted(scores.items(), key=lambda one: -one[1])
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else ("", 0.0)
    sure = min(0.98, 0.5 + (best[1] - second[1]) / (best[1] + second[1] + 2.0) / 1.2)
    return best[0], sure
