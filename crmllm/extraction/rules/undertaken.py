"""What the customer's side lets us have: somebody of theirs sends it, or it is on its way. Eight languages, folded.

What the writer does themselves is known by `promises`; here somebody else acts ("our office will send you"), or nobody
is named ("you'll have it by Friday", "le bon vous parviendra").
"""

from __future__ import annotations

#: "If anything changes I'll reach out": nobody has undertaken anything.
IF_CHANGED = (
    r"\b(?:(?:if|should|in case) (?:anything|something|things|the situation|that|this|plans?)\b[^.;!?]{0,20}\bchang\w+|"
    r"(?:falls|wenn|sollte) sich (?:\w+ ){0,4}(?:andert|andern|geandert)|si (?:\w+ ){0,4}(?:change|evolue|changeait)|"
    r"(?:si|en caso de que) (?:\w+ ){0,3}(?:cambia|cambiara|cambios?)|se (?:\w+ ){0,4}(?:cambia|cambiasse|cambiare)|"
    r"(?:als|mocht|indien) (?:\w+ ){0,4}(?:verandert|veranderen|wijzigt)|(?:se|caso) (?:\w+ ){0,3}(?:mudar|mude|"
    r"alterar)|w razie (?:\w+ )?(?:zmian\w*|czego)|(?:jesli|jezeli|gdyby) (?:\w+ ){0,3}(?:sie )?(?:zmieni\w*))\b"
)
# What is sent when a deal is made or a case is told.
_THING = (
    r"(?:orders?|po|contract|agreement|forms?|documents?|papers?|paperwork|payment|list|data|photos?|pictures?|"
    r"bestellung|auftrag|vertrag|formular\w*|unterlagen|zahlung|liste|daten|fotos?|bilder|bon|commande|contrat|"
    r"formulaire|documents?|paiement|virement|liste|photos?|pedido|contrato|formulario|documentos?|documentacion|pago|"
    r"transferencia|listado|fotos?|ordine|contratto|modulo|documenti|pagamento|bonifico|elenco|foto|bestelling|"
    r"opdracht|overeenkomst|formulier\w*|stukken|betaling|lijst|encomenda|formulario|documentos?|pagamento|"
    r"transferencia|lista|zamowieni\w+|umow\w+|formularz\w*|dokument\w*|platnosc|przelew|liste)"
)
_SOON = (
    r"(?:from (?:me|us|our)|by|before|tomorrow|today|next|on|this|within|in the|shortly|manana|hoy|antes|el|la semana|"
    r"esta|domani|oggi|entro|prima|lunedi|martedi|mercoledi|giovedi|venerdi|amanha|hoje|ate|na|jutro|dzis|do|przed|w)"
)
#: A part of a larger pattern: what we are about to get, and from whom of theirs.
COMING = (
    rf"\byou(?:'ll| will) (?:have|get|receive|see)(?= [^.?!]*\b{_THING}\b[^.?!]*\b{_SOON}\b)|"
    r"\bwill (?:reach you|be with you|be in your inbox|follow (?:by|on|tomorrow|next|this))\b|"
    r"(?<!you )(?<!they )\bwill (?:send|email|mail|post|forward|bring|let) you\b|"
    r"\b(?:schickt|sendet|mailt|faxt|ubersendet|ubermittelt|reicht|uberweist) (?:ihnen|euch|dir)\b|"
    r"\bgeht (?:ihnen|euch|dir) [^.?!]{0,50}\bzu\b|\bbekommt ihr\b|\berhaltet ihr\b|"
    r"\bvous parviendr(?:a|ont)\b|\bvous (?:sera|seront) (?:envoye|transmis|adresse|retourne)e?s?\b|"
    r"\bvous (?:fera|feront|fait) (?:parvenir|suivre)\b|\bvous (?:transmettra|adressera|communiquera|remettra)\b|"
    r"\bvous aurez(?= [^.?!]{0,40}\b(?:demain|lundi|mardi|mercredi|jeudi|vendredi|d'ici|avant|semaine)\b)|"
    r"\b(?:le|les|os|te) (?:llegara|llegaran|haran llegar|enviara|enviaran|mandara|remitira|pasara|facilitara)\b|"
    rf"\b(?:recibiran?|tendran?)(?= [^.?!]*\b{_THING}\b[^.?!]*\b{_SOON}\b)|"
    r"\b(?:vi|le|ti) (?:arrivera|arriveranno|perverra|verra inviat[oa]|verranno inviat[ie]|spedira|trasmettera|girera|"
    r"fara avere|faranno avere)\b|"
    rf"\b(?:ricever(?:a|ete)|avrete|avra)(?= [^.?!]*\b{_THING}\b[^.?!]*\b{_SOON}\b)|"
    r"\b(?:stuurt|mailt|zendt|bezorgt|brengt) (?:u|je|jou|jullie)\b|\b(?:bereikt|bereiken) (?:u|jullie|je)\b|"
    r"\bwordt (?:u|je|jullie) (?:toegestuurd|toegezonden|nagestuurd)\b|"
    r"\b(?:chegara|chegarao|seguira|seguirao|sera enviad[oa]|serao enviad[oa]s)\b|"
    r"\b(?:enviara|mandara|remetera|fara chegar|enviar|mandar)-(?:lhes?|vos|te)-?(?:a|ao)?\b|"
    r"\b(?:vai|vao) (?:enviar|mandar|remeter|fazer chegar)(?:-vos|-lhes?|-te)?\b|"
    rf"\breceberao(?= [^.?!]*\b{_THING}\b)|"
    r"\b(?:wysle|przesle|przekaze|dostarczy|dosle|odesle) (?:panstwu|panu|pani|wam|ci)\b|"
    rf"\b(?:otrzymaja|dostana|otrzymacie|dostaniecie) (?:panstwo )?(?=[^.?!]*\b{_THING}\b)|\bdotrze do\b"
)
