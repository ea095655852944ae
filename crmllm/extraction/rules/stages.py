"""How far a sale has come, in the customer's own words, tense and doubt heeded.

"We have signed" and "we decided against it" say that it is over; "we will sign next week" and "the board approved the
budget" that it is as good as decided; "you are on the shortlist" that it is looked at in earnest. "We might sign", "if
we sign", "have you signed?", "our customer has signed" say nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmllm.extraction.rules import cues, deals, said, stance
from crmllm.extraction.rules.text import Piece, run
from crmllm.extraction.types import Item

WON, LOST, COMMITTED, FAVOURED = "won", "lost", "committed", "favoured"
LONGEST = 600

_DEAL = r"(?:contract|agreement|offer|quote|quotation|order|proposal|deal|paperwork|papers)"
_BOARD_EN = r"(?:board|management|directors?|ceo|cfo|committee|council|leadership|procurement|head office|headquarters)"

_SIGNS: dict[str, tuple[str, ...]] = {
    LOST: (
        r"\b(?:we|i)(?:'ve| have)? (?:now |finally |unfortunately |therefore )*decided (?:against (?:it|you\w*|"
        r"the|this|"
        r"buying|going)|not to (?:go ahead|go forward|proceed|buy|order|continue|move forward|renew|sign))",
        r"\b(?:we|i)(?:'ll| will| have| are|'re|'ve| am)? (?:\w+ )?(?:gone|go|going|went|chosen|chose|opted|"
        r"signed|placed the "
        r"order) (?:with |for )?(?:another|a different|a competitor|someone else|somebody else|other)\b",
        r"\b(?:the|this|our) (?:whole )?project (?:has been|was|is) (?:now )?(?:cancel\w+|stopped|called off|"
        r"dropped|shelved)",
        r"\bwe (?:will|are|shall) not (?:be )?(?:going ahead|go ahead|proceed\w*|moving forward|move forward|"
        r"ordering|order|"
        r"buying|buy|pursuing)",
        r"\b(?:we're|we are|i'm|i am) no longer interested",
        # German
        r"\b(?:gegen (?:ihr|das|sie|euer|eine|den|die)\w*(?: \w+){0,3}? entschieden|dagegen entschieden|haben uns "
        r"anders "
        r"entschieden)",
        r"\bfur (?:einen anderen|ein anderes|eine andere|die konkurrenz|einen mitbewerber|einen wettbewerber)(?: "
        r"\w+){0,3}? "
        r"entschieden",
        r"\b(?:projekt|vorhaben) (?:wurde|ist|wird) (?:\w+ )?(?:gestoppt|abgesagt|eingestellt|gestrichen|nicht "
        r"weiterverfolgt)",
        # French
        r"\b(?:avons|ai|a) (?:finalement |donc )?(?:decide de ne pas (?:donner suite|poursuivre|commander|signer)|"
        r"choisi un "
        r"autre|retenu un autre)",
        r"\bne (?:donnerons|donnons) pas suite|\bprojet (?:est|a ete) (?:\w+ )?(?:annule|abandonne|arrete)\b",
        # Spanish
        r"\b(?:hemos|he) (?:finalmente )?(?:decidido no (?:seguir|continuar|comprar|contratar|avanzar|firmar)|"
        r"elegido (?:a )?"
        r"otro|optado por otro)",
        r"\bproyecto (?:ha sido|esta|fue) (?:\w+ )?(?:cancelado|descartado)|\bno (?:vamos a seguir|seguiremos) "
        r"adelante",
        # Italian
        r"\b(?:abbiamo|ho) (?:infine |alla fine )?(?:deciso di non (?:procedere|proseguire|acquistare|continuare|"
        r"firmare)|"
        r"scelto un altro)",
        r"\bprogetto (?:e stato|e) (?:\w+ )?(?:annullato|cancellato|fermato)|\bnon procederemo\b",
        # Dutch
        r"\b(?:besloten|beslist)(?: om)? (?:\w+ ){0,3}?niet (?:door te gaan|verder te gaan|te bestellen|te tekenen)",
        r"\b(?:gekozen|kiezen) (?:we |wij )?voor een andere|\bproject (?:is|wordt) (?:\w+ )?(?:geannuleerd|"
        r"gestopt)|\bproject "
        r"gaat niet door|\bzien (?:\w+ )?af van",
        # Portuguese
        r"\b(?:decidimos|decidi) nao (?:avancar|prosseguir|comprar|continuar|assinar)|\b(?:escolhemos|optamos "
        r"por) outr[oa]",
        r"\bprojeto foi (?:cancelado|abandonado)|\bnao vamos avancar",
        # Polish
        r"\bzdecydowalismy sie nie (?:kontynuowac|kupowac|zamawiac|podpisywac)|\bzrezygnowalismy\b|\brezygnujemy "
        r"z (?:oferty|"
        r"zakupu|projektu|zamowienia)|\bwybralismy (?:innego|inna|konkurencj\w+)",
        r"\bprojekt zostal (?:anulowany|wstrzymany|odwolany)",
    ),
    WON: (
        rf"\b(?:we|i)(?:'ve| have)? (?:just |now |already |finally |both )*(?:signed|countersigned)(?: (?:and \w+ "
        rf")?(?:the |your |"
        rf"both )?{_DEAL}\b| ?(?=[.,;!]|$| (?:today|yesterday|this morning|it\b)))",
        rf"\b(?:signed|countersigned) {_DEAL} (?:is |are )?(?:attached|enclosed)|\battached (?:is|are|you (?:will "
        rf")?find|please "
        rf"find) (?:the |our |your )?(?:counter)?signed",
        rf"\bwe (?:hereby )?(?:accept|confirm) (?:your|the|our) {_DEAL}",
        r"\b(?:here is|attached is|please find attached|find attached|enclosed is) our (?:purchase )?order",
        r"\bwe(?:'ve| have) (?:just |now |already )*(?:placed|sent|issued) (?:you )?(?:the|our) (?:purchase )?order",
        r"\b(?:consider|treat) this (?:as )?our (?:firm )?order",
        # German
        r"\b(?:wir|ich) haben?(?: \w+){0,4}? (?:unterschrieben|unterzeichnet)\b|\bhaben? (?:wir|ich)(?: \w+){0,4}? "
        r"(?:unterschrieben|unterzeichnet)\b",
        r"\b(?:vertrag|angebot|auftrag) (?:ist|wurde) (?:\w+ )?(?:unterschrieben|unterzeichnet)",
        r"\banbei (?:\w+ ){0,3}?(?:unterschriebene\w*|unterzeichnete\w*)",
        r"\bhiermit (?:bestellen|beauftragen|bestelle|beauftrage)\b|\bnehmen (?:wir )?(?:ihr|das) angebot "
        r"(?:hiermit )?an\b",
        # French
        r"\b(?:nous avons|j'ai|on a)(?: \w+){0,3}? signe\b|\b(?:contrat|devis|bon de commande) (?:est|a ete) "
        r"(?:\w+ )?signe\b",
        r"\bci-joint (?:\w+ ){0,3}?signe\b|\bnous (?:acceptons|confirmons) (?:votre|la|notre) (?:offre|devis|commande|"
        r"proposition)",
        # Spanish
        r"\b(?:hemos|he)(?: \w+){0,2}? firmado\b|\bcontrato (?:esta|ha sido) (?:\w+ )?firmado\b|\badjunto (?:\w+ "
        r"){0,3}?"
        r"firmad[oa]\b|\b(?:aceptamos|confirmamos) (?:su|vuestra|la|el|nuestro) (?:oferta|presupuesto|pedido|"
        r"propuesta)",
        # Italian
        r"\b(?:abbiamo|ho)(?: \w+){0,2}? firmato\b|\bcontratto (?:e|e stato) (?:\w+ )?firmato\b|\bin allegato "
        r"(?:\w+ ){0,3}?"
        r"firmat[oa]\b|\b(?:accettiamo|confermiamo) (?:la |il |l')(?:vostr\w+ )?(?:offerta|preventivo|ordine|"
        r"proposta)",
        # Dutch
        r"\b(?:we|wij|ik) (?:hebben|heb)(?: \w+){0,4}? (?:getekend|ondertekend)\b|\b(?:contract|offerte) is "
        r"(?:\w+ )?(?:getekend|"
        r"ondertekend)\b|\bbijgaand (?:\w+ ){0,3}?(?:getekende|ondertekende)|\b(?:we|wij) (?:gaan akkoord met|"
        r"accepteren) (?:uw|"
        r"de|jullie) (?:offerte|voorstel)",
        # Portuguese
        r"\b(?:assinamos|assinei) (?:\w+ )?(?:contrato|proposta|acordo)|\bcontrato (?:esta|foi) (?:\w+ )?assinado|"
        r"\bem anexo "
        r"(?:\w+ ){0,3}?assinad[oa]\b|\b(?:aceitamos|confirmamos) a (?:vossa |sua )?(?:proposta|encomenda|oferta)",
        # Polish
        r"\b(?:podpisalismy|podpisalem|podpisalam)\b(?: \w+){0,2}? (?:umowe|oferte|zamowienie|kontrakt)|\bumowa "
        r"(?:jest|zostala) "
        r"(?:\w+ )?podpisana|\bw zalaczeniu (?:\w+ ){0,2}?podpisan\w+|\b(?:akceptujemy|przyjmujemy|potwierdzamy) "
        r"(?:panstwa |"
        r"wasza )?(?:oferte|zamowienie)",
    ),
    COMMITTED: (
        r"\b(?:we|i)(?:'ll| will| are going to|'re going to| am going to| shall) (?:\w+ )?(?:sign|countersign|"
        r"place (?:the|our) "
        r"order|order (?:it|them|from you)|send (?:you )?(?:the|our) (?:purchase order|order|po)|go ahead)\b",
        r"\b(?:we|i)(?:'re| are|'m| am) (?:ready|about) to (?:sign|order)\b",
        rf"\b{_BOARD_EN} (?:has |have )?(?:finally |now |just |formally )*(?:approved|signed off|agreed|given "
        rf"(?:the|its|their) "
        r"(?:ok|okay|approval|go-ahead|green light))",
        r"\b(?:budget|project|purchase|investment) (?:has been|was|is|got) (?:\w+ )?(?:approved|released|signed "
        r"off|granted)\b",
        # German
        r"\b(?:wir|ich) (?:werden?)(?: \w+){0,6}? (?:unterschreiben|unterzeichnen|bestellen|beauftragen)\b",
        r"\b(?:unterschreiben|unterzeichnen|bestellen) wir (?:\w+ ){0,2}?(?:nachste|morgen|diese|kommende|am|bis)|"
        r"\bwir "
        r"(?:unterschreiben|unterzeichnen|bestellen) (?:\w+ ){0,3}?(?:nachste|morgen|diese|kommende|am|bis)\b",
        r"\b(?:vorstand|geschaftsfuhrung|aufsichtsrat|gremium|geschaftsleitung|verwaltungsrat)(?: \w+){0,5}? "
        r"(?:genehmigt|"
        r"freigegeben|zugestimmt|bewilligt)\b|\bbudget (?:ist|wurde)(?: \w+){0,2}? (?:genehmigt|freigegeben|"
        r"bewilligt)",
        # French
        r"\bnous (?:allons (?:\w+ )?(?:signer|commander|passer commande)|signerons|commanderons)\b",
        r"\b(?:direction|conseil|comite)(?: \w+){0,4}? (?:a|ont) (?:\w+ )?(?:approuve|valide|accepte)\b|\bbudget "
        r"(?:est|a ete) "
        r"(?:\w+ )?(?:approuve|valide|accorde|debloque)\b",
        # Spanish
        r"\bvamos a (?:firmar|hacer el pedido)|\bfirmaremos\b|\bharemos el pedido\b",
        r"\b(?:direccion|consejo|junta|comite)(?: \w+){0,4}? (?:ha|han) (?:\w+ )?(?:aprobado|autorizado)\b|"
        r"\bpresupuesto (?:esta|"
        r"ha sido|fue) (?:\w+ )?aprobado\b",
        # Italian
        r"\bfirmeremo\b|\bordineremo\b|\bstiamo per firmare\b",
        r"\b(?:direzione|consiglio|cda|comitato)(?: \w+){0,4}? ha(?:nno)? (?:\w+ )?(?:approvato|autorizzato)\b|"
        r"\bbudget (?:e "
        r"stato|e) (?:\w+ )?approvato\b",
        # Dutch
        r"\b(?:we|wij) (?:zullen|gaan)(?: \w+){0,5}? (?:tekenen|ondertekenen|bestellen)\b|\b(?:tekenen|"
        r"ondertekenen|bestellen) "
        r"(?:we|wij) (?:\w+ )?(?:volgende|morgen|deze|op)\b|\b(?:we|wij) (?:tekenen|ondertekenen|bestellen) "
        r"(?:\w+ )?(?:volgende|"
        r"morgen|deze|op)\b",
        r"\b(?:directie|bestuur|raad)(?: \w+){0,4}? (?:heeft|hebben)(?: \w+){0,4}? (?:goedgekeurd|ingestemd)\b|"
        r"\bbudget is (?:\w+ "
        r")?goedgekeurd\b",
        # Portuguese
        r"\bvamos (?:assinar|encomendar|fazer a encomenda)\b|\bassinaremos\b",
        r"\b(?:direcao|conselho|administracao)(?: \w+){0,3}? (?:aprovou|autorizou|aprovaram)\b|\borcamento (?:foi|"
        r"esta) (?:\w+ )?"
        r"aprovado\b",
        # Polish
        r"\bpodpiszemy\b|\bzlozymy zamowienie\b|\bzamowimy\b",
        r"\b(?:zarzad|rada|dyrekcja|dyrektor)(?: \w+){0,3}? (?:zatwierdzil\w*|zaakceptowal\w*)|\bbudzet (?:zostal|"
        r"jest) (?:\w+ )?"
        r"zatwierdzony\b",
    ),
    FAVOURED: (
        r"\b(?:you are|you're|you made it|your offer is) (?:\w+ ){0,2}?(?:on|among|onto) (?:the|our) short "
        r"?-?list|\bwe(?:'ve| "
        r"have) (?:\w+ )?short ?-?listed you|\byou are our (?:preferred|favou?rite) (?:\w+ )?(?:supplier|vendor|"
        r"choice|option)",
        r"\b(?:sie sind|ihr angebot ist) (?:\w+ ){0,2}?in (?:der|die) engeren? (?:aus)?wahl|\bsie sind unser favorit",
        r"\bvous etes (?:\w+ )?(?:dans|sur) (?:la|notre) (?:liste restreinte|short ?-?list)|\bvous avez notre "
        r"preference",
        r"\b(?:estan|esta) (?:\w+ )?en (?:la|nuestra) (?:lista corta|short ?-?list)|\bson nuestr[oa] (?:primera "
        r"opcion|favorit\w+)",
        r"\bsiete (?:\w+ )?nella (?:rosa ristretta|short ?-?list)|\bsiete i nostri favoriti",
        r"\b(?:u staat|jullie staan) (?:\w+ )?op (?:de|onze) short ?-?list|\bu bent onze voorkeur\w*",
        r"\bestao (?:\w+ )?na (?:nossa )?(?:lista final|short ?-?list)|\bsao a nossa preferencia",
        r"\b(?:sa|jestescie) (?:panstwo )?na (?:naszej )?krotkiej liscie",
    ),
}
_TABLES = {name: re.compile("|".join(f"(?:{one})" for one in listed)) for name, listed in _SIGNS.items()}
_SURE = {LOST: 0.8, WON: 0.85, COMMITTED: 0.7, FAVOURED: 0.65}
_NOT = re.compile(
    r"\b(?:not|never|nothing|haven't|hasn't|won't|nicht|nie|kein\w*|noch nicht|pas|jamais|no|nunca|todavia|non|"
    r"niet|geen|nog|"
    r"nao|ainda|nie|jeszcze)\b|n't\b"
)
_UNDECIDED = re.compile(
    r"\b(?:not|haven't|nicht|pas|no|non|niet|nao|nie)(?: yet| noch| encore| aun| ancora| nog| ainda| jeszcze)? "
    r"(?:decided|"
    r"entschieden|dagegen|decide|decidido|deciso|besloten|decidimos|zdecydowalismy)\b"
)
# Signed is much that is no deal.
_OTHER_PAPERS = re.compile(
    r"\b(?:nda|non-disclosure|confidentiality|petition|delivery note|receipt|minutes|attendance|visitor|timesheet|"
    r"geheimhaltung\w*|vertraulichkeit\w*|lieferschein|protokoll|accord de confidentialite|bon de livraison|"
    r"confidencialidad|"
    r"albaran|riservatezza|bolla|geheimhouding\w*|pakbon|confidencialidade|guia de remessa|poufnosci)\b"
)
_OTHERS = re.compile(
    r"\b(?:our|my|their|his|her) (?:customers?|clients?|partners?|neighbou?rs?) (?:has|have|had|will)|\b(?:unser|"
    r"ihr) kunde|"
    r"\bnotre client\b|\bnuestro cliente\b|\bil nostro cliente\b|\bonze klant\b|\bo nosso cliente\b|\bnasz klient\b"
)
_CONDITION_AFTER = re.compile(
    r"\b(?:if|unless|provided|as soon as|once|subject to|wenn|falls|sofern|sobald|vorbehaltlich|sous reserve|a "
    r"condition|des que|"
    r"siempre que|cuando|a condizione|appena|mits|zodra|desde que|assim que|pod warunkiem|jesli|gdy)\b|\bsi\b|"
    r"\bse\b|\bals\b"
)


@dataclass(frozen=True, slots=True)
class Signal:
    """What a sentence says of the stage, and where."""

    value: str
    start: int
    end: int
    confidence: float


def find(item: Item) -> Signal | None:
    """How far the customer's side says the sale has come: the last end of it, else the last step."""
    found = [one for _, piece in said.by_customer(item).sentences() if (one := _in_sentence(piece)) is not None]
    ended = [one for one in found if one.value in (WON, LOST)]
    committed = [one for one in found if one.value == COMMITTED]
    return next((group[-1] for group in (ended, committed, found) if group), None)


def _in_sentence(sentence: Piece) -> Signal | None:
    folded = run(sentence.text)
    if len(folded) > LONGEST or folded.rstrip().endswith("?") or cues.is_past(sentence.text) or _OTHERS.search(folded):
        return None
    for value, pattern in _TABLES.items():
        for match in pattern.finditer(folded):
            if not _is_off(folded, match, value):
                start, end = match.span()
                return Signal(value, sentence.start + start, sentence.start + end, _SURE[value])
    return None


def _is_off(folded: str, match: re.Match[str], value: str) -> bool:
    before, after = folded[: match.start()], folded[match.end() :]
    near = before.split()[-2:]
    if value == LOST:
        denied = _UNDECIDED.search(folded) is not None
    else:
        denied = _NOT.search(" ".join([*near, match.group()])) is not None
        denied = denied or _NOT.match(after.lstrip()) is not None or _OTHER_PAPERS.search(folded) is not None
        denied = denied or _CONDITION_AFTER.search(after) is not None or deals.is_hedged(folded)
    return (
        denied
        or stance.is_doubted(before + match.group())
        or stance.is_reported(before)
        or stance.is_conditional(before)
    )
