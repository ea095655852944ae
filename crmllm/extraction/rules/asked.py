"""Ways of asking beside the plain ones of `requests`: among people who know each other, with much courtesy, or by
saying what would help. Eight languages, folded text.
"""

from __future__ import annotations

import re

# Among people on first names, and with a bow.
_FAMILIAR = (
    r"(?:could|can|would|will) (?:one|some|any) of you(?: please)?|(?:konnte|kann) (?:einer|eine|jemand) von (?:euch|"
    r"ihnen)|l'un de vous (?:peut|pourrait)(?:-il)?|(?:puede|podria) alguno de (?:ustedes|vosotros)|(?:uno|qualcuno) "
    r"di voi (?:puo|potrebbe)|(?:kan|zou) (?:een|iemand) van jullie|algum de voces (?:pode|poderia)|ktos z (?:was|"
    r"panstwa) (?:moglby|moze)|il (?:me|nous) fau(?:t|drait) (?=(?:votre|vos) )|"
    r"(?:konnt|konntet|wurdet|wollt|mogt|durft) ihr(?: mir| uns)?(?: bitte)?|(?:magst|willst) du(?: mir| uns)?|"
    r"(?:seid|sei|seien sie|waren sie|wart ihr|warst du) (?:bitte )?so (?:nett|gut|lieb|freundlich)(?: und)?,?|"
    r"(?:would|could) you be so (?:kind|good) (?:as to|and)|(?:might|may) i ask you to|"
    r"ayez l'(?:obligeance|amabilite) de|auriez-vous l'(?:obligeance|amabilite) de|(?:tu|vous) (?:peux|pouvez) "
    r"(?=(?:me|m'|nous)\b)|"
    r"(?:tenga|tengan|tened) la (?:bondad|amabilidad) de|(?:hagan|haga|haced)(?:me|nos)? el favor de|"
    r"(?:abbia|abbiate) la (?:cortesia|gentilezza) di|(?:mi|ci) (?:fa|fate|fai) (?:la cortesia|il favore) di|"
    r"(?:zou|zouden) (?:u|jullie|je) zo (?:vriendelijk|goed) (?:willen )?(?:zijn )?(?:om)?|wees zo (?:vriendelijk|"
    r"goed)(?: om)?|"
    r"por (?:gentileza|obsequio|especial favor)|(?:facam|faca|fazem|faz)(?:-me|-nos)? o favor de|"
    r"(?:tenham|tenha) a (?:bondade|amabilidade|gentileza) de|"
    r"(?:badzcie|niech panstwo beda) tak (?:mili|uprzejmi),? (?:i )?|(?:mozesz|mozecie|moglbys|moglabys)(?: mi| nam)?"
)
# "What would help is a one-page comparison", "we would be grateful for a price".
_WOULD_HELP = (
    r"what (?:would|could) (?:really |also )?help(?: me| us)?(?: (?:most|now))? (?:is|would be)|"
    r"(?:it )?would help(?: me| us)? (?:if you could|to (?:have|get|see))|"
    r"was (?:mir|uns) (?:\w+ )?(?:helfen|weiterhelfen) wurde,? (?:ist|ware)|"
    r"(?:geholfen|hilfreich) ware (?:mir |uns )?(?:\w+ )?(?:mit)?|"
    r"ce qui (?:m'|nous )(?:aiderait|rendrait service),? (?:c'est|ce serait)|"
    r"lo que (?:me|nos) (?:ayudaria|vendria bien) (?:es|seria)|"
    r"(?:quello|cio) che (?:mi|ci) (?:aiuterebbe|servirebbe) (?:e|sarebbe)|"
    r"wat (?:mij|me|ons) (?:\w+ )?zou helpen,? (?:is|zou zijn)|wat zou helpen,? is|"
    r"o que (?:me|nos) (?:ajudaria|ajudava|daria jeito) (?:e|era|seria)|"
    r"(?:pomogloby|pomocne byloby|przydaloby sie|przydalaby sie|przydalby sie)(?: mi| nam)?|"
    r"(?:(?:waren|ware|sind|bin) (?:wir|ich)|(?:wir|ich) (?:waren|ware|sind|bin)) (?:ihnen |euch |dir )?(?:\w+ )?"
    r"(?:fur (?=[^.?!]{4,120}\bdankbar\b)|dankbar "
    r"fur)|(?:i|we)(?:'d| would) (?:be (?:very |most )?grateful for|(?:really |much )?appreciate) (?=(?:a|an|the|your|"
    r"some)\b)|"
    r"(?:je|nous) vous (?:serais|serions) (?:\w+ )?reconnaissants? de|"
    r"(?:le|vi) (?:sarei|saremmo) (?:molto )?grat[oaie] (?:di|per|se)|"
    r"(?:zouden|zou) (?:wij |we |ik )?(?:u |jullie )?(?:\w+ )?(?:erkentelijk|dankbaar) zijn (?:voor|als)"
)
#: A part of a larger pattern.
ASKED = f"{_FAMILIAR}|{_WOULD_HELP}"

# "Have you got a price list?": a question for a paper or a figure asks for it.
_PAPERS = (
    r"(?:price list|brochure|catalogue|catalog|data ?sheet|manual|template|example|sample|reference\w*|certificate|"
    r"preisliste|prospekt|katalog|datenblatt|anleitung|vorlage|muster|referenz\w*|zertifikat|tarifs?|brochure|"
    r"documentation|plaquette|fiche|notice|modele|certificat|lista de precios|tarifas?|folleto|catalogo|ficha|"
    r"ejemplo|plantilla|certificado|listino|opuscolo|scheda|esempio|modello|certificato|prijslijst|folder|brochure|"
    r"handleiding|voorbeeld|certificaat|tabela de precos|brochura|ficha|exemplo|modelo|certificado|cennik\w*|"
    r"katalog\w*|broszur\w+|instrukcj\w+|wzor\w*|przyklad\w*|certyfikat\w*)"
)
HAVE_YOU = (
    rf"(?:(?:do you|would you) (?:happen to )?have|have you(?: got)?|haben sie|habt ihr|hatten sie|avez-vous|"
    rf"auriez-vous|vous avez|tienen|tiene|teneis|disponen de|avete|avreste|avrebbe|heeft u|hebben jullie|heb je|tem|"
    rf"teem|macie|maja panstwo|czy macie|czy maja panstwo) [^.?!]{{0,40}}\b{_PAPERS}\b[^.!?]{{0,80}}(?=\?)"
)

#: "A visit next Tuesday would suit us": asked for by saying what would be welcome.
WELCOME = re.compile(
    r"\b(?:(?:a|an|the|your)\s+(?P<en>(?:\w+ )?(?:visit|call|meeting|demo|demonstration|appointment))\b[^.?!]{0,40}\b"
    r"(?:would (?:suit|be (?:fine|good|great|best|welcome|helpful))|suits|works)\b"
    r"|(?:ein|eine|ihr|dein)\s+(?P<de>(?:besuch|anruf|termin|ruckruf|vorfuhrung|telefonat))\b[^.?!]{0,40}\b(?:passen|"
    r"passt|"
    r"ware "
    r"(?:gut|schon|nett|toll|uns recht|hilfreich))\b"
    r"|une?\s+(?P<fr>(?:visite|appel|rendez-vous|demonstration|reunion))\b[^.?!]{0,40}\b(?:conviendrait|nous convient|"
    r"serait (?:bien|utile|parfait))\b"
    r"|una?\s+(?P<es>(?:visita|llamada|reunion|demostracion|cita))\b[^.?!]{0,40}\b(?:vendria bien|viene bien|"
    r"iria bien)\b"
    r"|een\s+(?P<nl>(?:bezoek|telefoontje|afspraak|demonstratie|overleg))\b[^.?!]{0,40}\b(?:schikt|goed uit|zou fijn|"
    r"past)\b)"
)

# The modal verbs that ask in one sentence and tell in another: "può inviarmi", "il programma può servire".
_MODAL = re.compile(
    r"(?:puo|potrebbe|puede|pueden|podria|podrian|pode|podem|poderia|poderiam|podia|podiam)(?:-me|-nos)?\W*$"
)
_BEFORE_ASKING = frozenset(
    """
    e ed y i me nos mi ci le lhe lhes si cuando quando se gentilmente cortesemente amablemente tambien anche tambem
    entonces allora entao usted ustedes lei voi voce voces senhor senhora senores signore signora pues poi ya gia ja
    luis please quindi asi assim pero ma mas tal talvez forse quizas bem favor lo la los las o a os as
    """.split()
)


def is_stated(folded: str, opening: re.Match[str]) -> bool:
    """Whether a modal verb tells what something can do, and asks nobody: "el programa puede servir"."""
    if folded.rstrip().endswith("?") or _MODAL.match(opening.group().strip(" ,")) is None:
        return False
    before = folded[: opening.start()].rstrip(" ")
    word = re.search(r"[^\W\d_]+$", before)
    return word is not None and (word.group() in {"no", "non", "nao", "que", "che"} or _names(word.group()))


def _names(word: str) -> bool:
    return word not in _BEFORE_ASKING and len(word) > 2
