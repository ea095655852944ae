"""Products asked for and how many: from the company's own product list first, else from the shape of a demand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crmllm.extraction.rules.text import Piece, flat, run, sentences, trimmed

_UNITS = (
    r"(?:units?|pieces?|pcs\.?|items?|licen[cs]es?|licen[cs]e keys?|seats?|users?|sets?|boxes|box|packs?|"
    r"subscriptions?|copies|devices?|pairs?|pallets?|rolls?|kits?|"
    r"stuck|stk\.?|st\.|einheiten?|lizenzen|lizenz|platze|arbeitsplatze|nutzer|benutzer|packungen|kartons|paletten|"
    r"exemplare|gerate|"
    r"unites?|pieces|licences?|postes|utilisateurs|exemplaires|lots?|cartons|palettes|"
    r"unidades?|piezas|licencias?|usuarios|puestos|cajas|equipos|pezzi|pezzo|unita|licenze|licenza|postazioni|utenti|"
    r"scatole|confezioni|"
    r"stuks?|eenheden|licenties|licentie|gebruikers|dozen|pecas|licencas|licenca|usuarios|utilizadores|caixas|"
    r"uds?\.?|ud\.|sztuk[ia]?|szt\.?|licencj[aiei]\w*|egzemplarz\w*|komplet\w*|zestaw\w*|stanowisk\w*|uzytkownik\w*|"
    r"opakowa\w+)"
)
_WORDS = {
    "one": 1, "sixteen": 16, "eighteen": 18, "seventy": 70, "ninety": 90, "sechzig": 60, "siebzig": 70,
    "achtzig": 80, "neunzig": 90, "zweihundert": 200, "soixante": 60, "deux cents": 200, "sesenta": 60,
    "setenta": 70, "ochenta": 80, "noventa": 90, "doscientos": 200, "quaranta": 40, "sessanta": 60, "settanta": 70,
    "ottanta": 80, "novanta": 90, "duecento": 200, "veertig": 40, "zestig": 60, "zeventig": 70, "tachtig": 80,
    "negentig": 90, "tweehonderd": 200, "sessenta": 60, "oitenta": 80, "duzentos": 200,
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "fifteen": 15, "twenty": 20,
    "twenty-five": 25, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "eighty": 80, "hundred": 100,
    "a hundred": 100, "one hundred": 100, "a dozen": 12, "two dozen": 24, "two hundred": 200,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11,
    "zwolf": 12, "funfzehn": 15, "zwanzig": 20,
    "dreisig": 30, "vierzig": 40, "funfzig": 50, "hundert": 100, "ein dutzend": 12, "deux": 2, "trois": 3,
    "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
    "onze": 11, "douze": 12, "une douzaine de": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40,
    "cinquante": 50, "cent": 100, "dos": 2, "tres": 3, "cuatro": 4,
    "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12, "quince": 15, "veinte": 20,
    "treinta": 30, "cuarenta": 40, "cincuenta": 50, "cien": 100, "una docena de": 12,
    "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7, "otto": 8, "nove": 9, "dieci": 10,
    "dodici": 12, "quindici": 15, "venti": 20, "trenta": 30, "cinquanta": 50, "cento": 100,
    "una dozzina di": 12, "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "negen": 9, "tien": 10,
    "twaalf": 12, "vijftien": 15, "twintig": 20, "dertig": 30, "vijftig": 50, "honderd": 100,
    "een dozijn": 12, "dois": 2, "duas": 2, "quatro": 4, "sete": 7, "oito": 8, "dez": 10, "doze": 12, "vinte": 20,
    "trinta": 30, "quarenta": 40, "cinquenta": 50, "cem": 100, "uma duzia de": 12,
    "thirteen": 13, "fourteen": 14, "seventeen": 17, "nineteen": 19, "dreizehn": 13, "vierzehn": 14, "sechzehn": 16,
    "siebzehn": 17, "achtzehn": 18, "neunzehn": 19, "treize": 13, "quatorze": 14, "seize": 16, "dix-sept": 17,
    "dix-huit": 18, "dix-neuf": 19, "trece": 13, "catorce": 14, "dieciseis": 16, "diecisiete": 17, "dieciocho": 18,
    "diecinueve": 19, "undici": 11, "tredici": 13, "quattordici": 14, "sedici": 16, "diciassette": 17, "diciotto": 18,
    "diciannove": 19, "dertien": 13, "veertien": 14, "zestien": 16, "zeventien": 17, "achttien": 18, "negentien": 19,
    "treze": 13, "catorze": 14, "dezasseis": 16, "dezesseis": 16, "dezassete": 17, "dezessete": 17, "dezoito": 18,
    "dezanove": 19, "dezenove": 19, "dwa": 2, "dwie": 2, "dwoch": 2, "trzy": 3, "trzech": 3, "cztery": 4,
    "czterech": 4, "piec": 5, "pieciu": 5, "szesc": 6, "szesciu": 6, "siedem": 7, "siedmiu": 7, "osiem": 8,
    "osmiu": 8, "dziewiec": 9, "dziewieciu": 9, "dziesiec": 10, "dziesieciu": 10, "jedenascie": 11, "jedenastu": 11,
    "dwanascie": 12, "dwunastu": 12, "tuzin": 12, "trzynascie": 13, "czternascie": 14, "pietnascie": 15,
    "pietnastu": 15, "szesnascie": 16, "siedemnascie": 17, "osiemnascie": 18, "dziewietnascie": 19, "dwadziescia": 20,
    "dwudziestu": 20, "trzydziesci": 30, "czterdziesci": 40, "piecdziesiat": 50, "sto": 100,
}  # fmt: skip
_N = r"(?:\d{1,3}(?:[.,' ]\d{3})+|\d{1,6}|" + "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)) + r")"
# "nine instead of twelve": the number that counts stands first.
_REPLACED = (
    r"(?:instead of|rather than|and not|not|statt|anstatt|und nicht|nicht|au lieu de|et non|et pas|pas|en lugar de|"
    r"en vez de|y no|no|invece di|al posto di|e non|in plaats van|en niet|niet|em vez de|e nao|zamiast|a nie)\s+"
    rf"{_N},?"
)
_FILL = (
    rf"(?:\s*(?:x|×|\*)\s*|,(?=\s+{_REPLACED})\s+|\s+)(?:(?:of|more|additional|new|further|extra|other|units?|of the|"
    r"of your|weitere|zusatzliche|neue|supplementaires|nouveaux|nouvelles|mas|nuevas|nuevos|adicionales|"
    r"altre|altri|nuove|nuovi|extra|nieuwe|novas|novos|mais|die|der|den|das|the|your|our|ihrer?|ihre|von|vom|de|des|"
    r"d'|du|di|del|della|dei|delle|van|da|do|dos|das|vos|nos|seiner|seats|of our|nowych|nowe|dodatkow\w+|kolejn\w+|"
    rf"{_REPLACED})\s+){{0,3}}"
    rf"(?:{_UNITS}\s*(?:{_REPLACED}\s+)?(?:(?:of|for|fur|von|vom|der|des|de|du|d'|pour|para|del|"
    rf"dello|della|dei|di|per|van|voor|da|do|dos|das)\s+)?(?:(?:the|"
    rf"your|our|die|der|den|das|ihre[rn]?|ihr|le|la|les|vos|votre|el|los|las|su|il|lo|gli|het|de|uw|o|a|os|"
    rf"as)\s+)?)?[\"“„«']?\s*"
)
_DEMAND = re.compile(
    r"\b(?:order\w*|quot\w+|offer\w*|buy\w*|purchas\w*|need\w*|want\w*|require\w*|looking for|interested in|price\w*|"
    r"pricing|supply|get|take|bestell\w*|angebot\w*|kaufen|brauch\w*|benotig\w*|mochten|hatten gern\w*|interess\w*|"
    r"preis\w*|"
    r"command\w*|devis|offre|achet\w*|besoin\w*|souhait\w*|voudr\w*|aimer\w*|tarif\w*|prix|pedi\w*|presupuest\w*|"
    r"oferta|comprar|necesit\w*|quer\w*|gustaria|precio\w*|ordin\w*|preventiv\w*|offert\w*|acquist\w*|serv\w*|"
    r"vorr\w*|bisogn\w*|prezz\w*|bestel\w*|offerte|kopen|nodig|willen|graag|prij\w*|encomend\w*|orcament\w*|"
    r"propost\w*|precis\w*|gostar\w*|prec\w*|licen\w*)\b"
)
_STOP = frozenset(
    """
    for to by in at with from per of and or before until asap as on this that which we i our the a an if is are would
    will can could please including plus fur zu bis im am mit von und oder vor so bald ab inklusive sowie pour a au
    avec de et ou avant des d'ici dans y o para por con en antes hasta entro per con e prima da di voor tot met en of
    vanaf binnen para com e ou ate antes por no na um uma each je zum zur inkl incl including delivered geliefert
    """.split()
)
_NOT_PRODUCT = frozenset(
    """
    day days week weeks month months year years hour hours minute minutes people employees persons colleagues staff
    eur euro euros usd dollars percent tage tagen wochen monate monaten jahre jahren stunden minuten mitarbeiter
    mitarbeiterinnen personen kollegen uhr prozent jours semaines mois ans heures personnes collaborateurs employes
    salaries dias semanas meses anos horas personas empleados giorni settimane mesi anni ore persone dipendenti dagen
    weken maanden jaar uur personen medewerkers dias semanas meses anos horas pessoas colaboradores am pm st nd rd th
    times mal fois veces volte keer vezes offices sites locations standorte niederlassungen questions fragen points
    options k mio million january february march april may june july august september october november december januar
    februar marz mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre octobre
    novembre decembre gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre dicembre
    januari februari maart augustus janeiro fevereiro marco maio junho julho setembro outubro novembro dezembro
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia enero febrero
    marzo abril mayo junio julio septiembre octubre noviembre diciembre calls meetings
    grand thousand thousands pounds dollars invoices invoice rechnungen rechnung factures facturas fatture facturen
    shifts turns nights times turni notti volte righe schichten nachte zeilen equipes nuits lignes turnos noches noites
    filas linhas diensten nachten regels zmiany noce wiersze
    degree degrees dpi copies rolls lines lanes halls plants machines technicians visits trips days items things ways
    reasons steps parts tausend mille mila duizend users utilisateurs usuarios utenti gebruikers nutzer benutzer
    """.split()
)


@dataclass(frozen=True, slots=True)
class Product:
    """A product named in the text: its name as we know it, its place, how sure."""

    name: str
    start: int
    end: int
    confidence: float
    listed: bool


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count with its place, and the product that it counts where known."""

    value: int
    start: int
    end: int
    product: str
    confidence: float


_COMMON_WORDS = frozenset(
    """
    annual basic premium standard service support professional enterprise rental compressor software cloud smart
    digital transfer pump monitoring plan training maintenance installation module system unit licence license starter
    advanced business home office mobile desktop server wartung schulung paket lizenz contrat maintenance servicio
    mantenimiento servizio onderhoud manutencao gold silver platinum express classic compact portable industrial
    """.split()
)


# Words that grade a product and never name it alone.
_TIERS = frozenset(
    """
    annual basic premium standard professional enterprise rental smart digital starter advanced business home office
    mobile desktop gold silver platinum express classic compact portable industrial plus pro max mini lite light
    """.split()
)
# What stands before a thing that is meant: an article, a possessive, a number.
_NAMED_BEFORE = re.compile(
    r"(?<!\w)(?:\d+|x|the|an?|your|our|this|that|these|another|one|der|die|das|den|dem|des|ein\w*|kein\w*|ihr\w*|"
    r"unser\w*|zum|zur|vom|le|la|les|un|une|des|du|vos|votre|nos|notre|cet|cette|l|el|los|las|una|unos|unas|su|sus|"
    r"nuestr\w*|del|il|lo|gli|i|uno|dello|della|dei|delle|vostr\w*|nostr\w*|het|de|een|jullie|uw|onze|ons|o|os|as|um|"
    r"uma|do|da|dos|das|vosso|vossa|nosso|nossa|szt\.?|sztuk\w*|stuck|stk\.?|pcs\.?|units?)['\s]\s*"
    r"(?:(?:of|new|extra|second|neue[nrs]?|weitere[nrs]?|nouve\w+|nuev\w+|nuov\w+|nieuwe|nov[ao]s?|now\w+)\s+)?$"
)
_COUNTED_BEFORE = re.compile(rf"(?<!\w){_N}\s+(?:{_UNITS}\s+)?(?:[^\W\d_]+\s+)?$")
_PLACE_BEFORE = re.compile(
    r"(?<!\w)(?:in|into|from|to|via|dans|en|nella?|nel|na|no|w|do|aus|naar|uit)\s+(?:the|die|der|den|le|la|el|de|"
    r"a)?\s*$"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """One way to write a product of the list; `bare` forms are ordinary nouns that need a sign that they are meant."""

    pattern: re.Pattern[str]
    name: str
    confidence: float
    bare: bool = False

    def fits(self, text: str, folded: str, start: int, end: int) -> bool:
        if not self.bare:
            return True
        before, written = folded[max(0, start - 24) : start], folded[start:end]
        if re.match(r"\s+(?:of|von|de|di|van)\s", folded[end : end + 6]):
            return False  # "our panel of experts"
        capital = text[start : start + 1].isupper()
        if written.rstrip("s") in _COMMON_WORDS:
            return capital and not _PLACE_BEFORE.search(before)
        return capital or any(shown.search(before) for shown in (_NAMED_BEFORE, _COUNTED_BEFORE))


def _short_forms(name: str) -> list[str]:
    """What people say for a catalogue name: the model in it ("HX-12" of "HX-12 transfer pump", "Pro" never alone)."""
    tokens = re.findall(r"[^\s,()]+", name)
    runs: list[list[str]] = [[]]
    for token in tokens:
        if token[:1].isupper() or any(char.isdigit() for char in token):
            runs[-1].append(token)
        elif runs[-1]:
            runs.append([])
    forms = {" ".join(run_found) for run_found in runs if run_found}
    forms |= {
        token
        for token in tokens
        if len(token) >= 4 and re.search(r"[^\W\d_]", token) and re.search(r"\d|[a-z][A-Z]", token)
    }
    return [form for form in forms if _is_distinctive(form) and form != name]


def _is_distinctive(form: str) -> bool:
    """Whether a short form cannot be an ordinary word: a model number, an inner capital, or a rare capitalised word."""
    tokens = form.split()
    if any(
        flat(token) not in _COMMON_WORDS and (re.search(r"\d", token) or re.search(r"[a-z][A-Z]", token))
        for token in tokens
    ):
        return sum(char.isalnum() for char in form) >= 3
    rare = [token for token in tokens if flat(token) not in _COMMON_WORDS and len(token) >= 5]
    return bool(rare)


def _brands(names: tuple[str, ...]) -> frozenset[str]:
    """First words that several names share; of a single name its first word, where more than one follows or a thing."""
    first = [name.split()[0] for name in names if len(name.split()) > 1 and name.split()[0].isalpha()]
    return frozenset(word for word in first if first.count(word) > 1 or len(names) == 1)


def _without_brand(name: str, brands: frozenset[str]) -> str:
    """ "Flow 400" of "Brand Flow 400"; empty where what is left names nothing by itself."""
    first, _, rest = name.partition(" ")
    words = rest.split()
    if (
        first not in brands
        or not words
        or all(flat(word) in _TIERS or not re.search(r"[^\W\d_]", word) for word in words)
    ):
        return ""
    return rest if sum(char.isalnum() for char in rest) >= 4 else ""


def _in_other_words(rest: str) -> str:
    """A pattern for a name of two words as neighbours say it: "kit de calibration", "Kalibrierkit"."""
    words = flat(rest).split()
    if len(words) != 2 or len(words[0]) < 8 or not all(word.isalpha() for word in words):
        return ""
    stem = re.sub(r"[ck]", "[ck]", words[0][:6])
    thing = re.sub(r"[ck]", "[ck]", words[1]) + r"(?:s|es|e|y|i|ow|u)?"
    joint = r"\s+(?:(?:de|di|da|do|of|for|fur|pour|para|per|voor|zur|zum|la|das?)\s+|d'|l'){0,2}"
    return rf"(?<![\w-])(?:{thing}{joint}{stem}\w*|{stem}\w*[\s-]?{thing})(?!\w)"


@lru_cache(maxsize=64)
def _forms(names: tuple[str, ...]) -> tuple[_Form, ...]:
    """Patterns for full names and for short forms that only one product has, longest first."""
    owners: dict[str, set[str]] = {}
    brands = _brands(names)
    rests = {name: _without_brand(name, brands) for name in names}
    for name in names:
        for form in {*_short_forms(name), *([rests[name]] if rests[name] else [])}:
            owners.setdefault(form, set()).add(name)
    listed_forms = [(name, name, 0.93) for name in names]
    listed_forms += [
        (form, next(iter(whose)), 0.85) for form, whose in owners.items() if len(whose) == 1 and form not in names
    ]
    made = []
    for form, name, confidence in sorted(listed_forms, key=lambda one: -len(one[0])):
        tokens = re.findall(r"[^\W_]+|[^\s\w-]", flat(form))
        if tokens:
            # Any word of it may carry a plural: "Sealkits S4", "GTX Pros".
            body = r"[\s-]*".join(
                re.escape(token) + (r"(?:'?s|e|en|es|n|ow|y|a|u)?" if token.isalpha() and len(token) > 2 else "")
                for token in tokens
            )
            bare = form == rests[name] and len(tokens) == 1 and not re.search(r"\d|[a-z][A-Z]", form)
            made.append(_Form(re.compile(rf"(?<![\w-]){body}(?:'?s|er)?(?!\w)"), name, confidence, bare))
    for name in names:
        if other := _in_other_words(rests[name] or name):
            made.append(_Form(re.compile(other), name, 0.8))
    return tuple(made)


def listed(text: str, names: tuple[str, ...], start: int = 0, end: int | None = None) -> list[Product]:
    """Products of our own list named in the text, in full, without the brand or by their model, in order."""
    folded, limit = flat(text), len(text) if end is None else end
    found: list[Product] = []
    for form in _forms(names):
        for match in form.pattern.finditer(folded, start, limit):
            if any(one.start < match.end() and match.start() < one.end for one in found):
                continue
            if form.fits(text, folded, match.start(), match.end()):
                found.append(Product(form.name, match.start(), match.end(), form.confidence, True))
    found += _by_number(folded, names, found, start, limit)
    return sorted(found, key=lambda one: one.start)


def _by_number(folded: str, names: tuple[str, ...], found: list[Product], start: int, limit: int) -> list[Product]:
    """Sister models called by their number after one of the family was named: "Flow 200 or the 400", "two 400s"."""
    families: dict[str, dict[str, str]] = {}
    for name in names:
        words, _, number = name.rpartition(" ")
        if words and number.isdigit() and len(number) >= 2:
            families.setdefault(words, {})[number] = name
    more: list[Product] = []
    for family in {one.name.rpartition(" ")[0] for one in found} & families.keys():
        models = families[family]
        numbers = "|".join(map(re.escape, models))
        called = re.compile(
            rf"(?<![\w.,€$£-])(?:(?P<many>{numbers})(?:'?s|er[ns]?)(?!\w)|"
            rf"(?:the|der|die|den|das|le|les|el|los|il|de|het|os|or|oder|ou)\s+(?P<one>{numbers})(?=\s*(?:[,;:)?!]|"
            rf"\.(?!\d)|$)))"
        )
        for match in called.finditer(folded, start, limit):
            group = "many" if match["many"] else "one"
            if not any(one.start < match.end(group) and match.start(group) < one.end for one in [*found, *more]):
                more.append(Product(models[match[group]], match.start(group), match.end(group), 0.8, True))
    return more


def demanded(sentence: Piece) -> list[tuple[Product, Quantity | None]]:
    """
    Products that are not on our list, from "12 x Office Chair" or "a quote for 40 standing desks" in one sentence.
    """
    folded = run(sentence.text)
    if not _DEMAND.search(folded):
        return []
    found: list[tuple[Product, Quantity | None]] = []
    for match in re.finditer(
        rf"(?<![\w.,/#:€$£-])(?P<n>{_N})(?![\d%]|[.,:/-]\d|\.\s){_FILL}(?=(?P<np>[^\W_]))",
        folded,
    ):
        value = count(match["n"])
        piece = _noun_phrase(sentence.text, match.end())
        if (
            value is None
            or value < 1
            or piece is None
            or not 2 <= len(piece.text) <= 60
            or _looks_like_year(match["n"])
        ):
            continue
        start = sentence.start + piece.start
        product = Product(piece.text, start, sentence.start + piece.end, 0.6, False)
        place = sentence.start + match.start("n")
        found.append((product, Quantity(value, place, place + len(match["n"]), piece.text, 0.75)))
    return found


def _looks_like_year(written: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", written) is not None


def _noun_phrase(text: str, start: int) -> Piece | None:
    """The words from a place on that name a thing: up to a small word, a stop or five words."""
    tokens = list(
        re.finditer(
            r"[^\s,;:.!?()\"”“„»«]+(?:\.\d[\w.]*)?|[,;:.!?()\"”“„»«]",
            text[start : start + 90],
        )
    )
    taken: list[re.Match[str]] = []
    for token in tokens:
        word = flat(token.group())
        if not any(char.isalnum() for char in word) or word in _STOP or len(taken) == 5:
            break
        if not taken and (word in _NOT_PRODUCT or word.isdigit()):
            return None
        taken.append(token)
    while taken and re.fullmatch(_UNITS, flat(taken[-1].group())):
        taken.pop()
    if not taken or flat(taken[0].group()) in _NOT_PRODUCT:
        return None
    named = _proper_run(taken)
    if named:
        taken = named
    elif (
        len(taken) > 3
        or not all(token.group().replace("-", "").isalpha() for token in taken)
        or not re.search(r"(?:s|x|en|i|e|er)$", flat(taken[-1].group()))
    ):
        return None  # a plain noun phrase is short and plural
    return trimmed(text, start + taken[0].start(), start + taken[-1].end(), "\"'“”„«»")


def _proper_run(tokens: list[re.Match[str]]) -> list[re.Match[str]]:
    """The first run of words written like a name or a model ("GTX Pro", "TT-600"), empty where there is none."""
    run_found: list[re.Match[str]] = []
    for token in tokens:
        proper = token.group()[:1].isupper() or any(char.isdigit() for char in token.group())
        if proper:
            run_found.append(token)
        elif run_found:
            break
    has_letter = any(char.isalpha() for token in run_found for char in token.group())
    return run_found if has_letter else []


def quantities(text: str, products: list[Product], start: int = 0, end: int | None = None) -> list[Quantity]:
    """
    Counts that belong to a named product ("12 x GTX Pro", "GTX Pro (12 Stück)"), or to a unit alone ("12 licences").
    """
    limit = len(text) if end is None else end
    folded = _unnumbered(flat(text), products)
    found: list[Quantity] = []
    before = re.compile(rf"(?<![\w.,/#:-])(?P<n>{_N})(?![\d%]){_FILL}(?:[^\W\d_][\w-]{{3,}}\s+)?$")
    article = re.compile(
        r"(?<!\w)(?:a|an|another|eine?[nmrs]?|une?|otr[oa]|un[oa]?|een|uma?)\s+(?:(?:weitere[nrs]?|zusatzliche[nrs]?|"
        r"neue[nrs]?|new|further|second|autre|nouve\w+|"
        r"nuev[oa]|altr[oa]|nuov[oa]|extra|nieuwe|outr[oa]|nov[oa])\s+)?(?:[^\W\d_][\w-]{3,}\s+)?$"
    )
    after = re.compile(
        rf"^[\"”“»']?\s*(?:{_UNITS}\s*)?(?:[x×*:(–-]|,?\s*(?:qty|quantity|menge|anzahl|quantite|cantidad|quantita|"
        rf"aantal|quantidade)\.?:?)\s*(?P<n>{_N})(?:\s*(?:x|×|{_UNITS}))?(?![\w.,]*\d)(?!\s*(?:€|eur|usd|\$|£|chf|%))"
    )
    for product in products:
        window_start = max(start, product.start - 60)
        match = before.search(folded[window_start : product.start])
        if match is not None and (value := count(match["n"])) is not None and not _looks_like_year(match["n"]):
            place = window_start + match.start("n")
            found.append(Quantity(value, place, place + len(match["n"]), product.name, 0.92))
            continue
        match = after.match(folded[product.end : min(limit, product.end + 40)])
        if match is not None and (value := count(match["n"])) is not None and not _looks_like_year(match["n"]):
            place = product.end + match.start("n")
            found.append(Quantity(value, place, place + len(match["n"]), product.name, 0.85))
            continue
        people = _HEADS.match(folded[product.end : min(limit, product.end + 60)])
        if people is not None and (value := count(people["n"])) is not None and value > 1:
            place = product.end + people.start("n")
            found.append(Quantity(value, place, place + len(people["n"]), product.name, 0.65))
            continue
        single = article.search(folded[window_start : product.start])
        if single is not None:
            place = window_start + single.start()
            found.append(Quantity(1, place, place + len(single.group().split()[0]), product.name, 0.6))
    units = re.compile(
        rf"(?<![\w.,/#:€$£-])(?P<n>{_N})\s*(?:x\s*)?(?:(?:more|additional|new|further|named|weitere|zusatzliche|"
        rf"nouvelles|nuevas|altre|extra|novas)\s+)?{_UNITS}(?!\w)"
        rf"|(?:qty|quantity|menge|anzahl|quantite|cantidad|quantita|aantal|"
        rf"quantidade)\.?\s*:?\s*(?P<m>\d{{1,6}})(?!\w|[.,]\d)"
    )
    for match in units.finditer(folded, start, limit):
        group = "n" if match["n"] else "m"
        value = count(match[group])
        if value and not _looks_like_year(match[group]) and not any(one.start == match.start(group) for one in found):
            found.append(Quantity(value, match.start(group), match.end(group), "", 0.7))
    if not found:
        found = _counted_things(text, products, start, limit)
    return sorted(found, key=lambda one: one.start)


_DUTCH = re.compile(r"(?<!\w)(?:het|een|wij|we|ik|voor|graag|uw|niet|met|zijn|is|onze)(?!\w)")


def _unnumbered(folded: str, products: list[Product]) -> str:
    """The text with the figures in product names made letters: the 400 of "Flow 400" counts nothing."""
    if len(_DUTCH.findall(folded)) >= 2:
        folded = re.sub(r"(?<!\w)onze(?!\w)", "ons_", folded)  # "our" there, "eleven" in Portuguese and French
    for product in products:
        name = re.sub(r"\d", "n", folded[product.start : product.end])
        folded = folded[: product.start] + name + folded[product.end :]
    return folded


# "Flow for 3 people", "DockMate para 5 muelles": what stands right behind a product says how many of it.
_FOR = re.compile(
    r"\s+(?:(?:ongeveer|about|around|circa|ca\.?|etwa|environ|unos|cerca de)\s+)?(?:for|fur|pour|para|per|voor|dla|"
    r"p/|f\.|"
    r"sur|an|na|en|su|em|at|in|op)\s+(?:(?:so|about|around|circa|ca\.?|etwa|environ|unos|unas|cerca de|ok\.|okolo|our|"
    r"unsere|nos|nuestros|nuestras|i nostri|le nostre|onze|ons_|os nossos|as nossas|nasze|all|all our|alle|"
    r"alle unsere|tous|tous nos|toutes nos|todos|todos nuestros|los|las|tutti|tutti i|i|le|gli|al onze|todos os|os|"
    r"as|the|die|unsere|les|de|wszystkich|wszystkie|naszych)\s+)?"
)
_HEADCOUNT = frozenset(
    """
    people persons employees users personen leute mitarbeiter nutzer benutzer personnes utilisateurs salaries personas
    usuarios empleados persone utenti dipendenti gebruikers medewerkers pessoas utilizadores colaboradores sites
    locations standorte machines lines halls plants
    staff workers teachers nurses drivers carers members pupils guests beschaftigte beschaftigten angestellte
    pflegekrafte fahrer lehrkrafte lehrer kollegen mitarbeitende mitarbeitenden kopfe agents collaborateurs soignants
    enseignants chauffeurs saisonniers adherents postes trabajadores operarios profesores docentes enfermeras
    conductores socios lavoratori collaboratori infermieri infermiere autisti docenti insegnanti volontari soci addetti
    personeelsleden werknemers collega's chauffeurs docenten leerkrachten verpleegkundigen vrijwilligers leden
    funcionarios trabalhadores enfermeiros motoristas professores voluntarios osob osoby osobami pracownikow
    pracownicy nauczycieli kierowcow pielegniarek
    """.split()
)
# "Roster for all 85 staff": how many people a product is for, right behind it.
_HEADS = re.compile(
    rf"{_FOR.pattern}(?P<n>{_N})\s+(?:{'|'.join(sorted(map(re.escape, _HEADCOUNT), key=len, reverse=True))})(?!\w)"
)


def _counted_things(text: str, products: list[Product], start: int, limit: int) -> list[Quantity]:
    """What a product is wanted for ("FlowGuard for twelve pumps"): a count of things in its own sentence."""
    found: list[Quantity] = []
    for product in products[:1]:
        sentence = next((one for one in sentences(text, start, limit) if one.start <= product.start < one.end), None)
        if sentence is None:
            continue
        folded = run(_unnumbered(flat(text), products)[sentence.start : sentence.end])
        for match in re.finditer(rf"(?<![\w.,/#:€$£-])(?P<n>{_N})\s+(?P<thing>[^\W\d_]{{4,}})(?!\w)", folded):
            value = count(match["n"])
            beside = _FOR.fullmatch(folded[product.end - sentence.start : match.start("n")]) is not None
            countable = match["thing"] not in _NOT_PRODUCT | set(_WORDS) or (beside and match["thing"] in _HEADCOUNT)
            if value and value > 1 and countable and not _looks_like_year(match["n"]):
                place = sentence.start + match.start("n")
                found.append(Quantity(value, place, place + len(match["n"]), "", 0.65 if beside else 0.61))
                break
    return found


def counts_things(text: str) -> bool:
    """Whether a text counts three or more of something that can be bought: no days, people or degrees."""
    for match in re.finditer(rf"(?<![\w.,/#:€$£-])(?P<n>{_N})\s+(?P<thing>[^\W\d_]{{4,}})(?!\w)", flat(text)):
        value = count(match["n"])
        if (
            value
            and value > 2
            and match["thing"] not in _NOT_PRODUCT | set(_WORDS)
            and not _looks_like_year(match["n"])
        ):
            return True
    return False


def count(written: str) -> int | None:
    """The number that digits or number words write; None where they write none."""
    folded = flat(written).strip()
    if folded in _WORDS:
        return _WORDS[folded]
    digits = re.sub(r"[.,' ]", "", folded)
    return int(digits) if digits.isdigit() else None


def number_words(text: str, wanted: int) -> list[tuple[int, int]]:
    """Where a number is written in words ("zwölf", "a dozen")."""
    spelled = [word for word, value in _WORDS.items() if value == wanted]
    if not spelled:
        return []
    pattern = r"(?<!\w)(?:" + "|".join(re.escape(word) for word in sorted(spelled, key=len, reverse=True)) + r")(?!\w)"
    return [match.span() for match in re.finditer(pattern, flat(text))]
