"""What takes a statement off the table: negation, the past, a competitor, words aimed at the machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crmllm.extraction.rules import firmness
from crmllm.extraction.rules.text import Piece, flat, phrases, run, sentences, trimmed

# --- words aimed at the machine ----------------------------------------------------------------------------------

_MACHINE = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,3}(?:instruction|prompt|rule|guideline|direction|"
    r"above|context)"
    r"|(?:ignorier\w*|vergiss|missachte\w*|vergessen sie)\s+(?:\w+\s+){0,4}(?:anweisung|instruktion|regel|vorgabe|"
    r"prompt)"
    r"|(?:ignore[zr]?|oublie[zr]?)\s+(?:\w+\s+){0,4}(?:instruction|consigne|regle)"
    r"|(?:ignora\w*|olvida\w*|omite|omita)\s+(?:\w+\s+){0,4}(?:instruccion|regla|istruzion|regol|instruc|instrucoes)"
    r"|(?:negeer|vergeet)\s+(?:\w+\s+){0,4}(?:instructie|regel|opdracht)"
    r"|(?:desconsider\w*|ignore)\s+(?:\w+\s+){0,4}instru"
    r"|\b(?:system|developer)\s*(?:prompt|message|note|override|instruction)s?\b|^[^\w\n]*(?:system|assistant|"
    r"developer|user)\s*:"
    r"|</?(?:start_of_turn|end_of_turn|tool_call|tool_response)>|\breturn only (?:this|the following)\b"
    r"|[\"'](?:category|name|company|amount|quantity|stage|owner|role|content)[\"']\s*:\s*[\"'{\[\d]"
    r"|<\|[\w ]+\|>|\[/?inst\]|<<sys>>|###\s*(?:system|instruction|human|assistant)|</?(?:system|instructions?|"
    r"prompt|mail|data)>"
    r"|\b(?:language model|chatgpt|gpt-?\d|\bllm\b|sprachmodell|modele de langage|modelo de lenguaje|"
    r"modello linguistico|taalmodel|modelo de linguagem)"
    r"|\b(?:ai|ki|ia|bot|machine|automated)[ -]?(?:assistant|agent|system|model|parser|reader|extractor|assistent\w*|"
    r"modell)\b"
    r"|\b(?:you are|du bist|sie sind|tu es|vous etes|eres|sei|je bent|voce e)\s+(?:now\s+|jetzt\s+|nun\s+)?(?:an?\s+|"
    r"ein\w*\s+|un\w?\s+|het\s+|een\s+)?"
    r"(?:ai|ki|ia|assistant|assistent|crm|bot|model)\b"
    r"|\b(?:note|message|attention|instruction|hinweis|nachricht|anweisung|achtung|nota|message|attenzione|atencion|"
    r"let op|opmerking|aviso)\w*\s+"
    r"(?:to|for|an|fur|a|pour|para|per|voor|ao|aan)?\s*(?:the|die|das|den|l'|la|le|el|il|de|het|o|all|any|"
    r"every)?\s*(?:ai|ki|ia|crm|assistant|bot|model|system|parser|automat\w+|software)\b"
    r"|\b(?:set|change|update|mark|record|create|add|write|enter|log|store|save|insert|delete|export|put|raise|"
    r"assign|approve)\b[^.!?\n]{0,80}\b(?:crm|opportunity|pipeline|deal stage|database|record as|lead score|field)\b"
    r"|\bset (?:the )?(?:account |contact |deal |record )?(?:amount|value|priority|stage|owner|severity|deal|budget|"
    r"probability|confidence)\b"
    r"|\b(?:hey|hi|hello|dear|ok(?:ay)?|hallo|liebe\w*|bonjour|hola|ciao|hoi|ola|czesc)[ ,]+(?:note[ -]?tak\w+|"
    r"transcri\w+|recorder|recording|dictation|protokollant\w*|mitschrift|secretaire automatique|transcript\w*)\b"
    r"|\b(?:create|add|insert) (?:a |an )?(?:new )?(?:contact|lead|opportunity|record|account)\b"
    r"|\b(?:lege|legen sie|trage|tragen sie|setze|setzen sie|erstelle|speichere|andere|aktualisiere|"
    r"erfasse)\b[^.!?\n]{0,80}\b(?:crm|opportunity|datensatz|verkaufschance|kontakt\w* an|datenbank|feld|"
    r"betrag auf)\b"
    r"|\b(?:cree[rz]?|mets|mettez|enregistre[rz]?|ajoute[rz]?|modifie[rz]?|inscri\w+)\b[^.!?\n]{0,80}\b(?:crm|"
    r"opportunite|fiche|base de donnees|champ)\b"
    r"|\b(?:crea|cree|registra|registre|anade|agrega|pon|ponga|modifica|imposta|aggiungi|inserisci|salva|maak|zet|"
    r"voeg|registreer|wijzig|crie|adicione|registe|altere|defina)\b"
    r"[^.!?\n]{0,80}\b(?:crm|oportunidad|opportunita|opportuniteit|oportunidade|base de datos|database|campo|veld)\b"
    r"|\b(?:respond|reply|answer|output|return)\s+(?:only\s+)?(?:with|in|as)\s+(?:the following\s+)?(?:json|\{)",
    re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


def aimed_at_machine(text: str, end: int | None = None) -> list[tuple[int, int]]:
    """Places that speak to a machine and not to a person: the sentence (in a signature the line) on to the end.

    Nothing is read from there. Such words can be hidden anywhere, so a whole paragraph is given up rather than trusted.
    """
    limit = len(text) if end is None else end
    found: list[tuple[int, int]] = []
    folded = flat(text)
    for match in _MACHINE.finditer(folded):
        first = match.start() + len(match.group()) - len(match.group().lstrip())
        start = text.rfind("\n", 0, first) + 1
        if first < limit:  # in running text: from its sentence on
            start = max(
                text.rfind("\n\n", 0, first), *(text.rfind(mark, 0, first) for mark in (". ", "! ", "? ", ".\n")), 0
            )
        stop = text.find("\n\n", match.end())
        stop = len(text) if stop < 0 else stop
        found.append((start, min(stop, limit) if first < limit else stop))
    return found


def quoted_lines(text: str) -> list[tuple[int, int]]:
    """Lines that quote somebody ("> ..."), where the segmenter left any."""
    return [match.span() for match in _QUOTED_LINE.finditer(text)]


# --- negation, past, competitor ----------------------------------------------------------------------------------

_HARMLESS = phrases(
    """
    don't hesitate; do not hesitate; don't forget; not later than; no later than; no more than; not more than;
    not exceed; no problem; don't worry; do not worry; not only; why not; nicht spater als; nicht mehr als;
    kein problem; zogern sie nicht; nicht uberschreiten; nicht nur; n'hesitez pas; pas plus de; pas de probleme;
    au plus tard; no mas de; no dude*; non solo; non esitate; non oltre; non piu di; niet meer dan; geen probleem;
    aarzel niet; niet later dan; nao mais de; nao hesite*; sem problema; no mas tarde; ne tarder pas; can't wait;
    cannot wait; not sure if; not yet; noch nicht; pas encore; todavia no; non ancora; nog niet; ainda nao; if not;
    wenn nicht; no se si; aun no
"""
)
_NUMERAL = (
    r"(?:[€$£]\s?)?(?:\d[\d.,' ]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|twelve|zwei|drei|vier|funf|"
    r"sechs|sieben|acht|neun|zehn|zwolf|deux|trois|quatre|cinq|sept|huit|neuf|dix|douze|dos|tres|cuatro|cinco|seis|"
    r"siete|ocho|nueve|"
    r"diez|doce|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|dodici|twee|drie|vijf|zes|zeven|negen|tien|twaalf|"
    r"dois|"
    r"duas|quatro|sete|oito|dez|doze|dwa|dwie|trzy|cztery|piec|szesc|siedem|osiem|dziewiec|dziesiec|dwanascie)"
)
_NEGATION = phrases(
    """
    no longer; not need*; don't need; do not need; not interested; don't want; do not want; not going ahead;
    not go ahead; not going to; won't; will not; not proceed*; not moving forward; not move forward; decided against;
    decided not; cancel*; withdraw*; not buy*; not order*; don't require; dropped; not pursue; not renew*;
    isn't needed; is not needed; no need; have to pass; off the table; fell through; scrapped; ruled out; nicht mehr;
    kein*; doch nicht; storn*; abgesagt; absagen; verzichten; nicht bestellen; nicht weiterverfolgen;
    nicht weiter verfolgen; nicht benotigen; brauchen nicht; entfallt; haben uns gegen; dagegen entschieden;
    nicht interessiert; wird nichts; n'avons plus; ne souhaitons plus; ne voulons plus; plus besoin; pas besoin;
    annul*; renon*; ne sommes plus; ne sommes pas; n'est plus; ne donnerons pas suite; ne souhaitons pas;
    ne voulons pas; pas interesse*; ya no; no necesit*; no queremos; no vamos a; cancel*; anul*; descart*;
    no estamos interesad*; no nos interesa; no seguiremos; hemos decidido no; no procede*; non ci serve; non serve*;
    non vogliamo; non siamo piu; non abbiamo piu; annull*; rinunci*; abbiamo deciso di non; non siamo interessat*;
    non procederemo; non intendiamo; niet meer; geen; annuler*; afzien; niet nodig; niet door; zien af;
    niet geinteresseerd; niet bestellen; gaat niet door; nao precis*; ja nao; nao quer*; cancel*; desist*; nao vamos;
    nao temos interesse; nao avancar*; nao iremos;
    rejected; turned down; abgelehnt; refuse par; rechazad*; respint*; rifiutat*; afgewezen; recusad*; odrzucon*;
    nie potrzeb*; juz nie; nie chcemy; rezygnuj*; zrezygnowal*; anuluj*; nie kupimy; nie jestesmy zainteresowan*;
    odwoluj*
"""
)
_INSTEAD = phrases(
    """
    instead of; rather than; not the; not for; but not; in place of; as opposed to; anstatt; statt; anstelle;
    nicht die; nicht das; nicht den; nicht fur; und nicht; au lieu de; au lieu des; plutot que; et non; pas les;
    pas le; pas la; en lugar de; en vez de; y no; invece di; invece del; invece dei; al posto di; e non;
    in plaats van; niet de; niet het; em vez de; ao inves de; e nao
"""
)
_NUMBER_NEXT = re.compile(rf"\s+{_NUMERAL}(?!\w)")
_NOT_THE_NUMBER = re.compile(
    r"(?<!\w)(?:instead of|rather than|not|statt|anstatt|anstelle von|nicht|au lieu de|plutot que|et non|pas|"
    r"en lugar de|en vez de|y no|no|invece di|al posto di|e non|non|in plaats van|niet|em vez de|ao inves de|e nao|nao|"
    rf"zamiast|a nie|nie)\s+(?:the |die |den |les |de |las |los |le |i |as |os |het )?{_NUMERAL}(?!\w)(?!\s?%)"
)
# "... but forget that figure": what the sentence said before does not count.
_TAKEN_BACK = re.compile(
    r"\b(?:(?:forget|ignore|disregard|never mind|scrap) (?:that|this|the|what)|"
    r"vergessen sie (?:das|die|den|diese\w*|was)|vergiss (?:das|die|den|was)|(?<!n')oublie[zr]? (?:ce|cette|le|la)|"
    r"(?<!no )olvid[ea] (?:esa|ese|esta|este|lo|la|el)|"
    r"(?<!non )dimentic\w+ (?:quell\w*|quest\w*|la|il)|vergeet (?:dat|die|het|wat)|"
    r"(?<!nao )esque[cç]\w+ (?:esse|essa|isso|o|a)|"
    r"(?<!nie )(?:zapomni\w+|pomin\w+) (?:o|te|ten|to)) ?(?:\w+ )?(?:figure|number|sum|amount|price|quote|"
    r"offer|zahl|summe|betrag|preis|angebot|chiffre|montant|prix|cifra|importe|precio|prezzo|importo|bedrag|prijs|"
    r"getal|numero|"
    r"valor|preco|kwo\w+|liczb\w+|cen\w+|(?:\w+ )?(?:wrote|said|told|schrieb|sagte|gesagt|geschrieben))\b"
)
_PAST = phrases(
    """
    last year; years ago; year ago; months ago; previously; used to; back then; last time; last spring; last summer;
    last autumn; last winter; last order; previous order; at the time; formerly; in the past; originally; before that;
    our old; bought from; already bought; already purchased; had bought; had ordered; we bought; we purchased;
    we paid; letztes jahr; im letzten jahr; letzten jahres; vorigen jahr*; voriges jahr; vorjahr*; vor zwei jahren;
    vor drei jahren; damals; seinerzeit; beim letzten mal; letzten bestellung; letzte bestellung; ursprunglich;
    bereits gekauft; haben wir gekauft; gekauft hatten; bezahlt hatten; haben wir bezahlt; kauften wir;
    l'annee derniere; l'an dernier; l'an passe; autrefois; auparavant; precedemment; la derniere fois;
    derniere commande; initialement; a l'epoque; avions achete; avions commande; avons achete; avions paye;
    avons paye; el ano pasado; hace un ano; hace dos; hace tres; anteriormente; en su dia; la ultima vez;
    ultimo pedido; en el pasado; compramos; pagamos; habiamos; inicialmente; l'anno scorso; anni fa; un anno fa;
    mesi fa; in passato; precedentemente; l'ultima volta; ultimo ordine; avevamo; abbiamo comprato;
    abbiamo acquistato; abbiamo pagato; inizialmente; vorig jaar; jaar geleden; maanden geleden; destijds; eerder;
    vroeger; vorige keer; laatste bestelling; oorspronkelijk; hadden we; kochten; betaalden; no ano passado;
    ha um ano; ha dois anos; ha tres; anteriormente; na altura; da ultima vez; ultima encomenda; ultimo pedido;
    compramos; pagamos; tinhamos; inicialmente;
    last yr; w zeszlym roku; w ubieglym roku; rok temu; lata temu; lat temu; poprzednio; wczesniej; ostatnim razem;
    ostatnie zamowienie; kupilismy; zaplacilismy; zamowilismy; pierwotnie; predecessor; vorganger*; predecesseur;
    ancien directeur; antecesor*; predecessore; voorganger; antecessor*; poprzednik*;
    we spent; they spent; company spent; had spent; they bought; ont achete; avait achete; avons depense; gastamos;
    compraron; hanno acquistato; hanno comprato; abbiamo speso; hebben gekocht; gastaram; compraram;
    kupili; kupila; kupil; zaplacili; wydali; wydalismy
"""
)
_COMPETITOR = phrases(
    """
    competitor*; competing; competition; other vendor*; another vendor; other supplier*; another supplier;
    other provider*; another provider; alternative offer; rival*; elsewhere; current supplier; current vendor;
    current provider; existing supplier; mitbewerb*; wettbewerb*; konkurren*; anderer anbieter; anderen anbieter*;
    anderem anbieter; bisheriger lieferant; bisherigen lieferanten; derzeitiger lieferant; concurren*;
    autre fournisseur; autres fournisseurs; fournisseur actuel; prestataire actuel; competenc*; competidor*;
    otro proveedor; otros proveedores; proveedor actual; concorren*; altro fornitore; altri fornitori;
    fornitore attuale; concurrent*; andere leverancier*; andere aanbieder*; huidige leverancier; outro fornecedor;
    outros fornecedores; fornecedor atual; have quoted us; has quoted us; quoted us; offered us; is offering us;
    offers us; bietet uns; hat uns angeboten; haben uns angeboten; nous propose; nous a propose; nos ofrece;
    nos ha ofrecido; ci offre; ci ha offerto; biedt ons; oferece-nos; ofereceu-nos;
    the other quote; other firm; other company; their rep; they quoted; they offered; they charge; andere firma;
    anderen firma; autre societe; autre entreprise; otra empresa; altra azienda; altra ditta; ander bedrijf;
    outra empresa; konkurencj*; inny dostawca; innego dostawcy; inna firma; innej firmy; dotychczasow* dostawc*
"""
)
_CLAUSE = re.compile(
    r"[;:]\s+|,?\s+(?=(?:but|aber|sondern|jedoch|mais|pero|sino|ma(?= )|per[oò]|maar|mas|however|so|now|jetzt|nun|"
    r"désormais|ahora|adesso|nu|agora|this time|diesmal|cette fois|esta vez|questa volta|dit keer|desta vez)\b)|"
    r"\s+[–—-]\s+|,\s+(?=(?:we|wir|nous|now|instead|dafür|please|could you|can you|bitte|könnten|merci de|pourriez|"
    r"pouvez|por favor|graag|gelieve|kunt u)\b)",
    re.IGNORECASE,
)


def clauses(text: str, start: int = 0, end: int | None = None) -> Iterator[Piece]:
    """Sentences cut further where the mind changes ("but", "sondern", "mais")."""
    for sentence in sentences(text, start, end):
        position = sentence.start
        for cut in _CLAUSE.finditer(text, sentence.start, sentence.end):
            piece = trimmed(text, position, cut.start())
            if piece.text:
                yield piece
            position = cut.end()
        piece = trimmed(text, position, sentence.end)
        if piece.text:
            yield piece


def _harmless_out(clause: str) -> str:
    return _HARMLESS.sub(lambda match: " " * len(match.group()), run(clause))


def is_negated(clause: str) -> bool:
    """Whether a clause says that something is not, or no longer, wanted."""
    return _NEGATION.search(_harmless_out(clause)) is not None


_AGO = re.compile(
    r"\b(?:vor \w+ (?:jahren?|monaten?)|il y a \w+ (?:ans?|mois)|(?:haben|hatten) wir fruher|fruher (?:haben|hatten|"
    r"war))\b"
)


# "(then at 1,100 each)": an aside that begins with "then" tells of what was.
_THEN = re.compile(
    r"^\((?:then|back then|at the time|damals|alors|a l'epoque|entonces|allora|all'epoca|toen|destijds|entao|na altura|"
    r"a data|wtedy|wowczas)\b"
)


# "The same as last time" says how, not when.
_AS_LAST_TIME = re.compile(
    r"\b(?:as|like|wie|comme|como|come|zoals|als|jak) (?:(?:the|beim|im|la|l'|de|da|o|en la|a) ?)?(?:last (?:time|"
    r"spring|"
    r"summer|autumn|winter|year|order)|previous(?:ly| order)|letzt\w+ (?:mal|bestellung)|vorige keer|derniere (?:fois|"
    r"commande)|ultima (?:vez|volta|encomenda)|ultimo (?:pedido|ordine)|laatste bestelling|ostatnim razem|ostatnio|"
    r"poprzednio)\b"
)


# "Desde hace dos semanas": what began then and goes on.
_ONGOING = re.compile(r"\b(?:desde hace|desde ha|depuis|ormai da) \w+")


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def is_past(clause: str, year: int | None = None) -> bool:
    """Whether a clause tells of what was; years before the mail's own count."""
    folded = _ONGOING.sub(_blank, _AS_LAST_TIME.sub(" ", run(clause)))
    if _PAST.search(folded) or _AGO.search(folded) or _THEN.match(folded):
        return True
    past_years = re.findall(
        r"(?<![\w./-])(?:in|im|en|nel|since|seit|vom|von|aus|w|z|del|du|do|depuis|desde|dal|van|em|of|"
        r"from)\s+(20[0-4]\d|19[89]\d)(?![\w./-])",
        folded,
    )
    return year is not None and any(int(one) < year for one in past_years)


def past_words(clause: str) -> tuple[int, int] | None:
    """Where the words stand that put a clause into the past, if there are any."""
    folded = _ONGOING.sub(_blank, run(clause))
    match = _PAST.search(folded) or _AGO.search(folded)
    return match.span() if match is not None else None


# "Somebody offered ...": a third person's offer, never "you offered", "as quoted", "the price offered".
_THIRD_OFFER = re.compile(
    r"\b(?!(?:you|we|i|as|the|a|be|been|was|were|is|are|price|prices|amount|not|to|your|our|they)\b)\w+ (?:has |"
    r"have |had |also |just |already )?"
    r"(?:offered|quoted|is offering)\b"
)


def is_competitor(clause: str) -> bool:
    """Whether a clause speaks of another supplier's offer."""
    folded = run(clause)
    third = _THIRD_OFFER.search(folded)
    if third is not None and not re.search(r"\b(?:you|we|i)\b", folded[max(0, third.start() - 25) : third.end()]):
        return True
    return _COMPETITOR.search(run(clause)) is not None


_ASIDE = re.compile(r"\([^()\n]{4,200}\)")


def _with_asides(found: Iterator[Piece]) -> Iterator[Piece]:
    """Clauses without what stands in brackets, and that by itself: "our budget is 5,000 (last year it was 4,000)"."""
    for clause in found:
        yield Piece(clause.start, clause.end, _ASIDE.sub(lambda match: " " * len(match.group()), clause.text))
        for aside in _ASIDE.finditer(clause.text):
            yield Piece(clause.start + aside.start(), clause.start + aside.end(), aside.group())


def _lies_in(clause: Piece, stretches: list[Piece]) -> bool:
    return any(one.start <= clause.start < one.end for one in stretches)


def off_the_table(text: str, start: int, end: int, year: int | None) -> list[tuple[int, int, str]]:
    """Places from which no product, number or price may be taken, each with the reason: negated, past or competitor."""
    found: list[tuple[int, int, str]] = []
    put_off = [one for one in sentences(text, start, end) if firmness.put_off(run(one.text))]
    for clause in _with_asides(clauses(text, start, end)):
        if _TAKEN_BACK.search(run(clause.text)):
            first = max(one.start for one in sentences(text, start, clause.end) if one.start <= clause.start)
            found.append((first, clause.end, "negated"))
        elif is_competitor(clause.text):
            found.append((clause.start, clause.end, "competitor"))
        elif is_negated(clause.text) and not _lies_in(clause, put_off):
            found.append((clause.start, clause.end, "negated"))
        elif is_past(clause.text, year):
            found.append((clause.start, clause.end, "past"))
        elif not _lies_in(clause, put_off):  # what is put off is still wanted
            folded = run(clause.text)
            for match in _NOT_THE_NUMBER.finditer(folded):
                found.append((clause.start + match.start(), clause.start + match.end(), "negated"))
            for match in _INSTEAD.finditer(folded):
                if _NUMBER_NEXT.match(folded, match.end()):
                    continue  # only the number is off: the thing behind it is still meant
                negated = re.match(r"\s*(?:[^\s,;.)]+\s*){0,4}", clause.text[match.end() :])
                last = clause.start + match.end() + (negated.end() if negated else 0)
                found.append((clause.start + match.start(), last, "negated"))
    return found
