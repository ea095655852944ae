"""The possible sale in a mail: what, how many, for how much, until when, and how firm."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from crmllm.extraction.rules import cues, dates, deal_summary, firmness, foreign_offers, money, products, requests
from crmllm.extraction.rules.deal_summary import blocked as _blocked
from crmllm.extraction.rules.text import Candidate, Piece, flat, phrases, run, sentences

_DEMAND = phrases(
    """
    quote; quotation; offer; order; orders; ordering; purchase order; pricing; price list; proposal; budget; buy;
    buying; purchase; purchasing; interested in; interest in; trial; demo; licences; licenses; seats; subscription;
    upgrade; rfq; rfp; tender; contract; go ahead; move forward; we need; we want; we would like; we'd like;
    looking for; supply us; deal; renew*; rollout; roll-out; angebot; angebote; angebots; kostenvoranschlag;
    bestellen; bestellung; bestellen wir; auftrag; preis; preise; preisliste; budget; kaufen; anschaffen; anschaffung;
    beschaffen; interesse; interessieren; lizenzen; ausschreibung; vertrag; benotigen; brauchen; hatten gerne;
    testzugang; verlangern; beauftragen; devis; offre; commande; commander; tarif; tarifs; prix; budget; acheter;
    achat; acquerir; interesses; interesse; licences; appel d'offres; contrat; souhaitons; besoin; demonstration;
    renouvel*; presupuesto; cotizacion; oferta; pedido; pedir; encargar; precio; precios; comprar; compra; adquirir;
    interesados; interesa; licencias; licitacion; contrato; necesitamos; queremos; demostracion; renovar; preventivo;
    offerta; ordine; ordinare; prezzo; prezzi; listino; acquistare; acquisto; comprare; interessati; licenze; gara;
    contratto; ci servono; vorremmo; dimostrazione; rinnov*; offerte; bestelling; bestellen; prijs; prijzen;
    prijsopgave; budget; kopen; aanschaffen; aanschaf; interesse; geinteresseerd; licenties; aanbesteding; contract;
    nodig; verlengen; orcamento; proposta; cotacao; encomenda; encomendar; pedido; preco; precos; comprar; compra;
    adquirir; interessados; interesse; licencas; concurso; contrato; precisamos; queremos; renovar;
    zamow*; zamaw*; oferte; oferta; ofert; wycen*; cennik*; cena; cene; ceny; budzet*; kupic; kupno; kupujemy; zakup*;
    potrzeb*; szukamy; interesuj*; zainteresowan*; licencj*; przetarg*; umow*; chcemy; chcielibysmy; chcialbym;
    chcialabym; bierzemy; odnow*; przedluz*; zapotrzebowanie
"""
)
_FIRM = phrases(
    """
    consider this our order; consider this as our order; treat this as our order; this is our order; als bestellung;
    als auftrag; vaut commande; tient lieu de commande; como pedido; como nuestro pedido; vale come ordine;
    come nostro ordine; als onze bestelling; als bestelling; vale como encomenda; como nossa encomenda;
    we hereby order; hereby order; we order; i order; please find attached our purchase order;
    attached purchase order; purchase order attached; attached po; po attached; our po; po number;
    purchase order number; we accept your offer; we accept the offer; we accept your quote; accept the quote;
    accept your proposal; go ahead; please proceed; order confirmed; confirm the order; confirm our order;
    signed contract; signed copy; signed the contract; signed quote; signed offer; deal is done; we'll take;
    we will take; consider it booked; consider it ordered; go on then; yes please order; order it; please order;
    purchase order; firm order; consider it sold; book us; you have a deal; ready to sign; count us in; sign off;
    bestellen wir; bestelle ich; hiermit bestellen; wir bestellen; ich bestelle; erteilen wir den auftrag;
    erteilen ihnen den auftrag; auftrag erteilen; wir nehmen das angebot an; liefern sie uns bitte;
    bitte liefern sie uns; sirvannos; servirnos; vi ordiniamo;
    ordiniamo altri; ordiniamo altre; graag bestellen; bestellen graag; queremos encomendar; pretendemos encomendar;
    quero encomendar; nehmen ihr angebot an; nehmen wir an;
    angebot angenommen; beauftragen wir; wir beauftragen; verbindlich; wir nehmen die; machen wir so;
    bestellung anbei; anbei die bestellung; anbei unsere bestellung; unterschriebene*; unterzeichnete*;
    bestatigen die bestellung; bestatigen den auftrag; wir nehmen; nous commandons; nous vous commandons;
    je vous commande; commandons ferme; commande ferme; je commande; nous passons commande; passer commande;
    bon de commande; nous confirmons la commande; confirmons notre commande; je confirme la commande;
    nous acceptons votre; acceptons l'offre; bon pour accord; devis signe; contrat signe; ci-joint notre commande;
    vous pouvez proceder; accord pour; hacemos el pedido; realizamos el pedido; queda confirmado; pedido confirmado;
    confirmado el pedido; pedido numero; confirmamos el pedido; confirmo el pedido; pedido en firme;
    aceptamos su oferta; aceptamos la oferta; aceptamos el presupuesto; adjunto pedido; orden de compra;
    contrato firmado; adelante con; queremos formalizar; nos quedamos con; ordiniamo; ordine confermato; ordine fermo;
    confermiamo l'ordine; confermo l'ordine; accettiamo l'offerta; accettiamo la vostra; accettiamo il preventivo;
    in allegato l'ordine; ordine di acquisto; contratto firmato; procedete; potete procedere; wij bestellen;
    we bestellen; bestellen wij; bestellen we; bestel ze; bestel maar; hierbij de order; hierbij de bestelling;
    hierbij bestellen; hierbij plaatsen; plaatsen wij de; bevestigen de bestelling; bevestigen wij de;
    akkoord met de offerte; akkoord met offerte; akkoord met jullie; akkoord met het voorstel; akkoord met uw;
    we gaan akkoord; wij gaan akkoord; getekende offerte; inkooporder;
    bestelbon; ga maar door; encomendamos; encomenda confirmada; confirmamos a encomenda; confirmamos o pedido;
    confirmo a encomenda; aceitamos a proposta; aceitamos o orcamento; aceitamos a vossa; nota de encomenda;
    ordem de compra; contrato assinado; podem avancar; podem prosseguir; fechamos;
    we accept; i accept; please book; please invoice us; here is our order; this is an order; here's our order;
    wir nehmen an; ich nehme das angebot an; hiermit beauftrage*; auftrag ist erteilt; auftrag erteilt;
    bestatigen wir die bestellung; bestatige die bestellung; bestatige den auftrag;
    bestatige ich unsere bestellung; confirme notre commande; confirme la commande; confirme ma commande;
    nous validons le devis; devis valide; bon pour commande; les confirmo el pedido; confirmo el pedido;
    confirmamos el pedido; le confirmo el pedido; damos el visto bueno; le confermo l'ordine; vi confermo l'ordine;
    inviamo l'ordine; ik bestel; bevestig de bestelling; bevestig ik de bestelling; opdracht verleend;
    confirmo a encomenda; confirmo o pedido; damos luz verde; zamawiam; zamawiamy; niniejszym zamawiam*;
    skladam zamowienie; skladamy zamowienie; przyjmujemy oferte; przyjmuje oferte; akceptujemy oferte;
    akceptuje oferte; potwierdzam zamowienie; potwierdzamy zamowienie; podpisana umowa; podpisane zamowienie;
    w zalaczeniu zamowienie; bestel ik; bestellen wij hierbij; bij dezen bestel*; bij deze bestel*; hierbij bestel*;
    beauftragen wir sie; adjudicar-vos; adjudicar-lhes; adjudicamos-vos; les adjudicamos; le adjudicamos;
    cursamos pedido; cursamos el pedido; nous vous passons commande; passons commande; vi affidiamo; affidiamo a voi;
    we would like to place an order; we should like to go ahead; we would like to go ahead; we'd like to go ahead;
    we would like to proceed; udzielamy zamowienia; zlecamy panstwu;
    geven wij opdracht; geven we opdracht; geven wij u opdracht; conferiamo incarico; conferiamo l'incarico;
    donnons ordre; damos orden de; ordenamos el suministro;
    confermarle l'ordine; confermarvi l'ordine; vous confirmer la commande; vous confirmer notre commande;
    confirmarles el pedido; confirmarle el pedido; confirmar-vos a encomenda; den auftrag zu bestatigen;
    die bestellung zu bestatigen; unsere bestellung zu bestatigen
"""
)
_HEAD = 1000
_WHOLE_DATE = re.compile(
    r"(?<![\w./-])(?:\d{1,2}[./-]\d{1,2}[./-](20\d\d)|(20\d\d)-\d\d-\d\d|"
    r"\d{1,2}\.? (?:de )?[a-z]{3,10}\.? (?:de )?(20\d\d)|[a-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? (20\d\d))(?![\w-])"
)
# "PO 4500 is attached": the number stands between.
_ORDER_ENCLOSED = re.compile(
    r"\b(?:po|purchase order|order|bestellung|commande|pedido|ordine|bestelling|encomenda)\b(?: [\w#/.-]*\d[\w/-]*|"
    r" is| "
    r"are| liegt| est| va| e){1,3} (?:attached|enclosed|anbei|bei|beigefugt|ci-jointe?|jointe?|adjunt\w+|allegat\w+|"
    r"bijgevoegd|em anexo)(?!\w)"
)
_HEDGED = phrases(
    """
    if the budget; if budget; subject to; pending; once approved; if approved; when approved; no budget;
    not have the budget; not have budget; budget isn't; might; maybe; perhaps; not sure; unsure; uncertain; possibly;
    considering; thinking about; thinking of; exploring; nothing decided; not decided; not yet decided;
    haven't decided; depends on; depending on; too early; early days; no promises; can't commit; cannot commit;
    not commit*; tentative*; provisional*; provided that the board; board approval; if we get; if we win;
    if the board; if the council; if management; if our management; if the bank; if the customer; if our customer;
    if the grant; if the funding; if the permit; if the project; if the tender; if headquarters; if head office;
    if corporate; nothing is promised; no guarantee; can't promise; cannot promise; no yes; can't say yes;
    cannot say yes; provided that; not yet approved; awaiting approval; still need approval; needs approval;
    may need; may be interested; no commitment; non-binding; ballpark; rough idea; for planning; next year perhaps;
    if all goes well; if things go well; unless; on hold; wait for; vielleicht; eventuell; moglicherweise; falls;
    vorbehaltlich; unter vorbehalt; sofern; kein budget; noch kein budget; budget noch nicht; noch nicht entschieden;
    noch nicht freigegeben; noch offen; nicht sicher; unsicher; hangt davon ab; abhangig von; uberlegen;
    unverbindlich; wenn das budget; wenn der vorstand; wenn die geschaftsfuhrung; wenn der kunde; wenn die bank;
    wenn die genehmigung; wenn die forderung; wenn die investition*; vorausgesetzt; nichts versprechen;
    noch keine zusage; stimmt zu; wenn wir den; freigabe steht; freigabe fehlt; muss noch; mussen erst; konnte sein;
    ware denkbar; gegebenenfalls; ggf; zur orientierung; grob; zustimmung; peut-etre; eventuellement; sous reserve;
    si le budget; si la direction; si le conseil; si le client; si la banque; si le permis; si la subvention;
    a condition que; rien promettre; pas encore decide; rien n'est decide; pas sur; pas certain; depend de; dependra;
    en attente; a l'etude; reflechissons; envisageons; pas de budget; pas encore valide; sans engagement;
    a titre indicatif; si nous obtenons; si tout va bien; si le projet; il se peut; pourrait etre; pourrait se faire;
    on pourrait; quiza; quizas; tal vez;
    a lo mejor; posiblemente; depende de; dependera; sujeto a; si el presupuesto; si la direccion; si el cliente;
    si el banco; si nos conceden; siempre que; no puedo decirte que si; no hay nada seguro; no prometo;
    no esta decidido; aun no hemos decidido; no hay presupuesto; sin presupuesto; pendiente de; estamos pensando;
    estamos valorando; sin compromiso; orientativo; si nos aprueban; si conseguimos; puede que; podria ser; podriamos;
    forse; magari;
    eventualmente; dipende da; dipendera; salvo approvazione; soggetto a; se il budget; se la direzione;
    se il cliente; se la banca; se il comune; a condizione che; non posso promettere; non abbiamo ancora deciso;
    non e deciso; non c'e budget; senza budget; in attesa di; stiamo valutando; stiamo pensando; senza impegno;
    indicativo; se otteniamo; potremmo; potrebbe essere; misschien; wellicht; mogelijk; eventueel; afhankelijk van;
    hangt af van; onder voorbehoud; als het budget; als de directie; als de klant; als de bank; als de vergunning;
    op voorwaarde; kan niets beloven; nog niet besloten; nog niet beslist; nog geen budget; geen budget;
    in afwachting; overwegen; denken erover; vrijblijvend; indicatie; mits; tenzij; weten nog niet; talvez; se calhar;
    possivelmente; depende de; dependera; sujeito a; se o orcamento; se a direcao; se o cliente; se o banco;
    desde que; nao posso prometer; ainda nao decidimos; nada decidido; sem orcamento; nao ha orcamento; a aguardar;
    aguardando; pendente de; estamos a ponderar; estamos pensando; sem compromisso; indicativo; se conseguirmos;
    poderiamos; pode ser que;
    moze; byc moze; ewentualnie; jesli budzet; jezeli budzet; jesli zarzad; jezeli zarzad; jesli dostaniemy;
    jezeli dostaniemy; o ile; zalezy od; nic nie obiecuj*; nie moge obiecac; nie obiecuj*; bez zobowiazan;
    niezobowiazujac*; zastanawiamy sie; rozwazamy; jeszcze nie zdecydowal*; nie podjelismy decyzji; nie ma budzetu;
    orientacyjn*; haven't released; hasn't released; not released; hasn't been released; no money yet; not funded;
    out of my hands; congelando; congelad* los gastos; no depende de mi; nicht in meiner hand; gele les depenses;
    non dipende da me; nao depende de mim; nie zalezy ode mnie; if the licence; if we do get; don't hold me to;
    do not hold me to; nothing signed off;
    once we have the funding; je ne peux rien signer; tant que le conseil; wenn die mittel; no podemos asegurar;
    niente di deciso; niets toezeggen; nada garantido;
    leaning towards waiting; wait until; waiting until;
    not approved; approval pending; pending approval; subject to approval; to be approved; nicht genehmigt;
    nicht freigegeben; noch nicht bewilligt; a valider; a faire valider; non valide; pas valide; por aprobar;
    sin aprobar; pdte. de; pdte de; da approvare; non approvato; non ancora approvato; nog niet akkoord;
    nog niet goedgekeurd; niet goedgekeurd; falta aprovac*; falta aprovar; por aprovar; a aprovar; nao aprovado;
    niezatwierdzon*; nie zatwierdzon*; do zatwierdzenia; do akceptacji
"""
)
_POLITE = re.compile(
    r"(?:maybe|perhaps|possibly) (?:you|someone|somebody)|(?:could|can|would) you (?:maybe|perhaps|possibly)|"
    r"as soon as possible|if (?:at all )?possible|(?:vielleicht|eventuell) (?:konnen|konnten|kannst|konntest)|"
    r"(?:konnen|konnten|kannst|konntest) (?:sie|du|ihr)(?: \w+){0,3} (?:vielleicht|eventuell)|(?:falls|wenn|sofern) "
    r"(?:es )?(?:\w+ )?moglich|so (?:bald|schnell) wie moglich|moglicherweise konn\w+ sie|peut-etre "
    r"(?:pouvez|pourriez|que vous)|(?:pouvez|pourriez)-vous peut-etre|si possible|(?:quizas?|tal vez) (?:pued\w+|"
    r"podri\w+)"
    r"|lo antes posible|si es posible|forse (?:pu[oo]|potete|potrebbe|potreste)|se possibile|(?:il|al) piu presto|"
    r"(?:misschien|wellicht) (?:kunt|kun|kan)|(?:kunt|kun|zou|kan) (?:u|je|jij)(?: \w+){0,3} (?:misschien|wellicht|"
    r"mogelijk|eventueel)|zo (?:snel|spoedig) mogelijk|indien mogelijk|(?:is|zou) het mogelijk|als (?:het )?mogelijk|"
    r"talvez (?:possa|pudess)\w*|se possivel|o mais (?:rapido|breve) possivel"
)
_CLOSING = phrases(
    """
    decide; decision; decided; deciding; order by; order before; place the order; placing; sign; signed; signing;
    signature; purchase; buy; commit; close; finalize; finalise; settle on; choose; choosing; pick a supplier;
    select a supplier; spent by; make a choice; award; go ahead; approve; approval; award; po by; contract; go-ahead;
    wrap this up; conclude; order; ordering; budget expires; budget has to be spent; renew; valid until; conclusion;
    make up our mind; entscheid*; entscheiden; beschluss; bestell*; beauftrag*; auftrag; unterschreib*; unterzeichn*;
    unterschrift; vergabe; vergeben; zusage; kaufen; abschluss; abschliesen; unterschrieben; unterzeichnet; auswahlen;
    auswahl; festlegen; wahlen; vertrag; freigabe; budget muss; beschaff*; decider; decision; decid*; choisir; choix;
    firmo; assino; je signe; signons; teken; tekent;
    trancherons; tranche; tranchera; trancheront; statue; statuera; se prononce; se prononcera; decidera; choisirons;
    command*; signer; signature; signerons; achet*;
    contrat; conclure; attribution; valider;
    validation; trancher; decidir; decision; decid*; elegir; elegiremos; pedido; pedir; firmar; firma; firmaremos;
    comprar; compra; contrato; cerrar; adjudic*; aprobacion; formalizar; decidere; decisione; decid*; firmiamo;
    firmeremo; scegliere; sceglieremo; ordin*; firmare; firma; acquist*; contratto; chiudere; concludere; aggiudic*;
    approvazione; beslissen; beslissing; kiezen; kiezen we; beslis*; besluit*; bestel*; tekenen; ondertekenen;
    ondertekening; kopen; contract; afronden; gunning; goedkeuring; decidir; decisao; decid*; encomend*; assinar;
    assinatura; comprar; compra; contrato; fechar; adjudic*; aprovacao; formalizar;
    zdecyd*; decyzj*; podpis*; zamow*; zamaw*; umow*; zakup*; wybor*; wybierzemy; zatwierdz*; rozstrzyg*; akceptacj*;
    goedkeur*; akkoord; beslissen; gunnen; handtekening; signoff; sign-off; gemeinderat; gremium; sitzung; deliber*;
    comprarl*; firmarl*; cerrarl*; acquistarl*; chiuderl*; compra-l*; fecha-l*; vergadering; vergadert; beschliest;
    conseil municipal; pleno; giunta; raadsvergadering; sesja rady; walne; knoop;
    firmaria*; firmeremmo; signerions; signerait; podpisaliby*; comprariamos;
    acheterions; encomendariamos; assinariamos
"""
)
_DELIVERY = phrases(
    """
    deliver*; delivery; ship; shipped; shipping; arrive*; installation; installed; install; go live; go-live; live by;
    in use; on site; lead time; dispatch*; start date; start using; running by; event; opening; liefer*; geliefert;
    lieferung; versand; versendet; montage; installation; installiert; inbetriebnahme; eintreffen; einsatzbereit;
    liefertermin; livr*; livraison; expedi*; installation; mise en service; installe*; entreg*; entrega; envio;
    instalacion; puesta en marcha; conseg*; consegna; spedizione; installazione; messa in servizio; lever*; levering;
    geleverd; installatie; verzend*; ingebruikname; entrega; instalacao;
    dostaw*; dostarcz*; wysylk*; montaz*; instalacj*; uruchom*; odbior*
"""
)
# Who wants what: the verbs that carry a wish. A noun such as "price" or a bare number carries none.
_WISH = re.compile(
    r"\b(?:"
    # English
    r"(?:we|i)(?:'d|'ll|'re|'m| would| will| are| am| do| also| still| really| now| currently| urgently| probably|"
    r" definitely| just){0,3} (?:need|want|like|love|require|plan|planning|intend|intending|expect|wish|hope|hoping|"
    r"order|ordering|buy|buying|purchase|purchasing|take|sign|renew|renewing|upgrade|upgrading|extend|rent|lease|"
    r"look(?:ing)? (?:for|to|at)|ready to|keen (?:to|on)|interested in|after)"
    r"|(?:is|are) (?:looking (?:for|to)|interested in|planning (?:to|on)|ready to|keen (?:to|on))"
    r"|(?:looking (?:for|to (?:buy|order|purchase|get|replace|upgrade|add))|interested in|want(?:s)? to "
    r"(?:buy|order|purchase|get|replace|upgrade|add|renew|go)|needs? to (?:buy|order|replace|upgrade|add)|"
    r"(?:would |will |can )?places? (?:the|an|our) order)"
    r"|(?:how much (?:would|is|are|do|does)|what (?:would|does|do|is your|are your))\b(?=[^.?!]{0,120}\b(?:cost|"
    r"price\w*|"
    r"quote|"
    r"charge|seat|licen\w+))"
    # German
    r"|(?:wir|ich)(?: \w+){0,2}? (?:brauche[nt]?|benotigen?|mochten?|wollen|will|planen?|suchen?|hatten? gern\w*|"
    r"interessieren?|bestellen?|kaufen?|wunschen?|nehmen?|beabsichtigen?|uberlegen zu|freuen uns auf ihr)"
    r"|(?:brauchen?|benotigen?|mochten?|wollen|suchen?|hatten?|interessieren?|planen?|bestellen?|beabsichtigen?|"
    r"wunschen?|nehmen?|unterschreiben?|unterzeichnen?) (?:wir|ich)|(?:wird|werden) (?:\w+ ){0,4}(?:benotigt|"
    r"gebraucht|gesucht)"
    r"|(?:interesse an|interessiert an|bitten? (?:wir |ich )?um (?:ein|ihr|das)|was kosten?|wie viel kosten?)"
    # French
    r"|(?:nous|je|on)(?: \w+)? (?:souhait\w+|voul\w+|voudr\w+|aimer\w+|cherch\w+|recherch\w+|envisage\w*|"
    r"prevoy\w+|commandons|commande|desir\w+|pren\w+|signons|signerons|signerai|pouvons signer|pens\w+ (?:a|acheter|"
    r"commander)|compt\w+)"
    r"|(?:nous avons|nous aurions|j'ai|j'aurais|on a) (?:\w+ )?besoin|il (?:nous|me|m'en|nous en) fau\w+|"
    r"(?:interesse\w*|interesses) par|combien (?:coute\w*|pour)|quel (?:est|serait) (?:le|votre) (?:prix|tarif)"
    # Spanish
    r"|(?:necesit\w+|quer(?:emos|riamos|ria)|quisier\w+|quiero|(?:nos|me) (?:gustaria|interesa\w*|hacen? falta|"
    r"vendria\w* bien)|(?:estamos|estoy) (?:buscando|interesad\w+|pensando en (?:comprar|pedir|renovar))|buscamos|"
    r"deseamos|pensamos (?:comprar|pedir)|firmamos|firmaremos|nos llevamos|tenemos previsto|cuanto (?:cuesta\w*|"
    r"costaria\w*|valen?))"
    # Italian
    r"|(?:(?:ci|mi) (?:serv\w+|interess\w+|occorr\w+|piacerebbe)|vorremmo|vorrei|abbiamo bisogno|avremmo bisogno|"
    r"ho bisogno|avrei bisogno|cerchiamo|stiamo cercando|siamo interessat\w+|sono interessat\w+|desider\w+|"
    r"prendiamo|firmiamo|firmeremo|intendiamo|pensiamo di|quanto cost\w+)"
    # Dutch
    r"|(?:wij|we|ik)(?: \w+){0,2}? (?:willen|wil|zoeken|zoek|bestellen|bestel|tekenen|teken|wensen|overwegen te|"
    r"hebben \w+ nodig|"
    r"denken aan|zouden|zou)|(?:willen|zoeken|zouden|hebben|nemen|tekenen|teken|neem|wil|zou|zoek) (?:wij|we|ik)|"
    r"(?:zijn|ben) "
    r"(?:wij |we |ik )?(?:geinteresseerd|op zoek)|op zoek naar|wat kost\w*|(?:wij|we|ik) (?:heb|hebben)\b[^.?!]{0,60}"
    r"\bnodig"
    # Portuguese
    r"|(?:precis(?:amos|o|avamos|ariamos)|gostar(?:iamos|ia)|quer(?:emos|iamos|o)|estamos interessad\w+|"
    r"procuramos|pretendemos|ficamos com|assinamos|necessitamos|quanto cust\w+)"
    # Polish
    r"|(?:potrzebuj\w+|chcemy|chcielibysmy|chcialbym|chcialabym|szukamy|bierzemy|planujemy|zamierzamy|kupimy|"
    r"prosz\w+ o (?:oferte|wycene|cene)|jestesmy zainteresowan\w+|interesuj\w+ nas|ile kosztuj\w+|podpiszemy)"
    r")(?!\w)"
)
_DECLINE = phrases(
    """
    decided against; decided not to; not to buy; not to go ahead; not going ahead; no longer need;
    no longer interested; no longer require; not interested; cancel the; cancel our; withdraw; went with;
    going with another; chosen another; chose another; will not be proceeding; won't be proceeding; not proceed*;
    have to decline; must decline; not moving forward; not pursue; off the table; project is dead;
    project was cancelled; has been cancelled; won't be renewing; not renew; haben uns gegen; dagegen entschieden;
    entschieden nicht; nicht zu kaufen; anders entschieden; nicht mehr benotigen; kein interesse; kein bedarf;
    stornieren; absagen; nicht weiterverfolgen; verzichten; anderen anbieter entschieden;
    anderen anbieter gewahlt; anderen anbieter beauftragt; bestellung zuruck; projekt gestoppt;
    kundigen; ne donnerons pas suite; avons choisi un autre; retenu un autre; plus besoin; plus interesses;
    pas interesses; annuler; annulons; renoncons; renonce a; renonce au; renonce aux; renoncer a; decline*;
    rinunciato a; rinunciato all'acquisto; rinunciare; renunciado a; renunciamos a; renunciar a; zrezygnowa*;
    afgezien van; sehen davon ab; davon abgesehen; nehmen abstand; abdicamos; hemos decidido no; ya no necesitamos;
    no estamos interesados; cancelar; anular; elegido a otro proveedor; elegido otro proveedor; optado por otro;
    decidido por otro; nos quedamos con otro; descartamos; no seguiremos; abbiamo deciso di non;
    non siamo piu interessati; non ci serve piu; annullare; annulliamo; rinunciamo; scelto un altro;
    zien af; niet meer nodig; geen interesse; annuleren; andere leverancier gekozen; kiezen voor een andere;
    gaat niet door; besloten niet; decidimos nao; ja nao precisamos; nao temos interesse; cancelar; desistimos;
    escolhemos outro; optamos por outro; nao vamos avancar;
    gone with; we went for another; decided in favour of another; for a competitor; have to say no; must say no;
    going elsewhere; gone elsewhere; gehen mit einem anderen; kommt fur uns nicht in frage;
    n'allons pas donner suite; ne pas donner suite; pas donner suite; no vamos a contratar; no vamos a comprar;
    no vamos a continuar; no contrataremos; no seguiremos adelante; non procederemo; non proseguiamo;
    non andremo avanti; non andiamo avanti; non daremo seguito; niet verder met; niet verder gaan; gaan niet verder;
    zullen niet verder; nao vamos dar seguimento; nie zdecydowal*; nie bedziemy kontynuow*; nie decydujemy sie;
    mussen ihnen absagen;
    mussen wir absagen; leider absagen; nicht zustande; a retenu une autre; nous avons retenu; partons avec un autre;
    hemos elegido a otr*; no seguir adelante; no vamos a seguir; abbiamo scelto un'altra; non procediamo;
    non proseguiremo; hebben gekozen voor een ander*; we gaan niet; zien we af; optou por nao; optamos por nao;
    nao vamos comprar; nao vamos seguir; nao seguir com; rezygnuj*; zrezygnowal*; nie jestesmy zainteresowan*;
    nie kupimy; nie zdecydujemy sie; wybralismy inn*; odwoluj* zamowienie; anuluj*; wycofuj*; nie skorzystamy;
    sticking with; won't be buying; won't be ordering; pulled the plug; bleiben beim; bleiben bei unser*;
    n'acheterons pas;
    ne commanderons pas; ne renouvellerons pas; avons opte pour un autre; avons opte pour une autre; ne se fera pas;
    no compraremos; no renovaremos; hemos optado por otr*; no sale adelante; non acquisteremo; non compreremo;
    non rinnoveremo; abbiamo optato per un altr*; non se ne fa; kopen we niet; kopen wij niet; blijven bij onze;
    nao vamos contratar; nao vamos adquirir; optou por outr*; optamos por outr*; nao avancamos; nao vai avancar;
    nie wyrazil* zgody; nie otrzymal* zgody; nie dojdzie do skutku; nie zdecydowalismy; nie bedziemy kupowac
"""
)


# The longest stretch of words that is quoted for a wish.
MAX_SIGN = 110
LONGEST_SENTENCE = 600  # what is longer has no full stops and is no sentence


@dataclass(slots=True)
class Deal:
    """Candidates for one opportunity."""

    summary: Candidate | None = None
    products: list[Candidate] = field(default_factory=list)
    quantity: Candidate | None = None
    amount: Candidate | None = None
    currency: Candidate | None = None
    close_by: Candidate | None = None
    commitment: Candidate | None = None
    demand: float = 0.0
    asks: bool = False  # a sentence asks for a price, an offer or an order
    decoys: list[Candidate] = field(default_factory=list)
    off: list[tuple[int, int, str]] = field(default_factory=list)  # places off the table, with the reason
    # The words that speak for each degree of commitment, whichever was chosen.
    signs: dict[str, tuple[int, int]] = field(default_factory=dict)


def read(
    text: str,
    start: int,
    end: int,
    *,
    sent_at: datetime | None,
    names: tuple[str, ...],
    country: str,
    month_first: bool = False,
    sides: Iterable[str] = (),
) -> Deal:
    """The deal spoken of between two places of a mail's body; `sides` are the names of whom it is between."""
    deal = Deal()
    year = sent_at.year if sent_at is not None else _year_of(text)
    deal.off = off = cues.off_the_table(text, start, end, year)
    off += foreign_offers.places(text, start, end, (*names, *sides))
    rows = sentences(text, start, end)
    _products(deal, text, rows, off, names, start, end)
    _price(deal, text, off, start, end, country)
    _close_by(deal, text, rows, off, sent_at, month_first)
    _commitment(deal, rows, off)
    if deal.commitment is not None and deal.commitment.value == "negated" and not deal.products:
        _negated_products(deal)
    settle(deal)
    _papers_follow(deal, rows)
    deal.summary = deal_summary.find(text, start, end, deal, off, _DEMAND)
    return deal


def _year_of(text: str) -> int | None:
    """The year in which an undated paper was written: that of the first whole date in it."""
    found = _WHOLE_DATE.search(flat(text[:_HEAD]))
    return int(next(one for one in found.groups() if one)) if found else None


def settle(deal: Deal) -> None:
    """A deal that was declined has no price any more, and no day on which it closes."""
    if deal.commitment is None or deal.commitment.value != "negated":
        return
    if deal.amount is not None:
        deal.decoys.append(replace(deal.amount, confidence=0.0, rule="the deal is off"))
    deal.amount = deal.currency = deal.close_by = None


def _papers_follow(deal: Deal, rows: list[Piece]) -> None:
    """A deal that is made does not close on the day on which its paper arrives."""
    if deal.close_by is None or deal.commitment is None or deal.commitment.value != "firm":
        return
    day, order = deal.close_by, deal.commitment
    row = next((one for one in rows if one.start <= day.start < one.end), None)
    if row is not None and not row.start <= order.start < row.end and firmness.only_sends_paper(run(row.text)):
        deal.close_by = None


def _negated_products(deal: Deal) -> None:
    """A deal that is off as a whole is still about its products, and about how many of them."""
    for one in [one for one in deal.decoys if one.rule == "negated"]:
        kept = replace(one, confidence=0.7, rule="no longer wanted")
        if one.field == "products":
            deal.decoys.remove(one)
            if one.value not in {known.value for known in deal.products}:
                deal.products.append(kept)
        elif one.field == "quantity" and deal.quantity is None:
            deal.decoys.remove(one)
            deal.quantity = kept


def _mostly_blocked(off: list[tuple[int, int, str]], start: int, end: int) -> str:
    """Why a stretch is off the table as a whole: an aside at its end takes nothing from what is said before it."""
    return next((reason for first, last, reason in off if 2 * (min(last, end) - max(first, start)) > end - start), "")


def _products(
    deal: Deal,
    text: str,
    rows: list[Piece],
    off: list[tuple[int, int, str]],
    names: tuple[str, ...],
    start: int,
    end: int,
) -> None:
    named = products.listed(text, names, start, end)
    loose = [pair for row in rows for pair in products.demanded(row)]
    counted = [count for _, count in loose if count is not None]
    if names:
        # Who keeps a list sells what is on it: other things in a demand are the customer's or a supplier's. Where the
        # list's words do not stand at all, the customer has other words for them, and how many is still said.
        loose, counted = [], [] if named else counted
    counts = products.quantities(text, named, start, end) + counted
    kept: dict[str, Candidate] = {}
    for product in [*named, *(product for product, _ in loose)]:
        one = Candidate(
            "products",
            product.name,
            product.start,
            product.end,
            product.confidence,
            "product list" if product.listed else "demand",
        )
        if reason := _blocked(off, product.start, product.end):
            deal.decoys.append(Candidate("products", product.name, product.start, product.end, 0.0, reason))
        else:
            kept.setdefault(product.name.casefold(), one)
    deal.products = list(kept.values())
    live = [one for one in counts if not _blocked(off, one.start, one.end)]
    deal.decoys += [
        Candidate(
            "quantity",
            str(one.value),
            one.start,
            one.end,
            0.0,
            _blocked(off, one.start, one.end),
        )
        for one in counts
        if one not in live
    ]
    main = deal.products[0].value if deal.products else ""
    own = [one for one in live if one.product and one.product == main] or [one for one in live if one.product] or live
    stated = [one for one in own if one.confidence > 0.6]  # "a pump" counts only where no number does
    own = stated or own
    if own:
        last = own[-1]  # the last figure on the table counts
        deal.quantity = Candidate(
            "quantity",
            str(last.value),
            last.start,
            last.end,
            last.confidence,
            "count of the main product",
        )


def _price(
    deal: Deal,
    text: str,
    off: list[tuple[int, int, str]],
    start: int,
    end: int,
    country: str,
) -> None:
    sums = money.find(text, start, end)
    live = [one for one in sums if not _blocked(off, one.start, one.end)]
    for one in sums:
        if one not in live or one.kind == "other":
            reason = _blocked(off, one.start, one.end) or "not the price of the deal"
            deal.decoys.append(Candidate("amount", money.plain(one.value), one.start, one.end, 0.0, reason))
    total = money.deal_total(live)
    for one in live:
        if one.gross and total is not None and one is not total:
            deal.decoys.append(
                Candidate("amount", money.plain(one.value), one.start, one.end, 0.0, "gross, the net sum counts")
            )
    if total is None:
        known = next(
            (one for one in live if one.currency and one.kind in {"unit", "range"}),
            None,
        )
        if known is not None:
            deal.currency = Candidate(
                "currency",
                known.currency,
                known.start,
                known.end,
                0.7,
                "currency of a unit price or range",
            )
        return
    deal.amount = Candidate(
        "amount",
        money.plain(total.value),
        total.start,
        total.end,
        total.confidence - 0.05 * (len(live) > 2),
        "deal total",
    )
    currency = total.currency or next((one.currency for one in live if one.currency), "")
    if currency:
        deal.currency = Candidate(
            "currency",
            currency,
            total.start,
            total.end,
            0.93 if total.currency else 0.8,
            "written currency",
        )
    elif guessed := money.currency_of(country):
        deal.currency = Candidate("currency", guessed, total.start, total.end, 0.6, "currency of the country")


def _close_by(
    deal: Deal,
    text: str,
    rows: list[Piece],
    off: list[tuple[int, int, str]],
    sent_at: datetime | None,
    month_first: bool,
) -> None:
    best: tuple[float, dates.Found] | None = None
    for row in rows:
        folded = run(row.text)
        closing = [match.start() for match in _CLOSING.finditer(folded)]
        if not closing:
            continue
        delivery = [match.start() for match in _DELIVERY.finditer(folded)]
        for one in dates.find(text, sent_at, row.start, row.end, month_first=month_first):
            place = one.start - row.start
            if _blocked(off, one.start, one.end) == "past" or (sent_at is not None and one.day < sent_at.date()):
                continue
            near = min(_distance(folded, at, place, one.end - row.start) for at in closing)
            if delivery and min(_distance(folded, at, place, one.end - row.start) for at in delivery) < near:
                continue
            if _is_deadline_of_request(folded[:place]):
                continue
            rank = one.confidence - 0.004 * near
            if best is None or rank > best[0]:
                best = (rank, one)
    if best is not None and best[0] > 0.35:
        one = best[1]
        deal.close_by = Candidate(
            "close_by",
            one.day.isoformat(),
            one.start,
            one.end,
            min(0.9, best[0]),
            f"closing {one.kind}",
        )


_ASKED = re.compile(
    r"\b(?:send|call|ring|phone|answer|reply|confirm|schick\w*|send\w*|bestatig\w*|nennen|envoy\w*|confirm\w*|"
    r"envi\w*|mand\w*|invi\w*|stuur|sturen|bevestig\w*|let me|tell|hear|quote|offer|"
    r"angebot|devis|presupuesto|preventivo|offerte|orcamento|proposal)\b(?P<rest>[^.;?!]*)$"
)
_CLOSING_VERB = re.compile(
    r"\b(?:decid\w*|entscheid\w*|sign|signing|unterschr\w*|unterzeichn\w*|choose|settle|(?:we|i|to|and|will|"
    r"would) order|bestell\w* (?:wir|ich)|(?:wir|ich) bestell\w*|signer\w*|firm\w+|tekenen|assin\w*|award|"
    r"zdecyduj\w+|podpis\w+|zamow\w+)\b"
)


def _is_deadline_of_request(before: str) -> bool:
    """Whether a date is the day by which we are asked to send or answer something, not the day of the deal."""
    asked = _ASKED.search(before)
    return asked is not None and _CLOSING_VERB.search(asked["rest"]) is None


def _distance(sentence: str, cue: int, start: int, end: int) -> int:
    """How far a cue stands from a date: words before it weigh more than words after it, commas push apart."""
    between = sentence[cue:start] if cue < start else sentence[end:cue]
    return len(between) * (1 if cue < start else 2) + 15 * between.count(",")


def _commitment(deal: Deal, rows: list[Piece], off: list[tuple[int, int, str]]) -> None:
    """How firm the wish is, each degree with the words that carry it; a degree that no words carry has no place."""
    signs: dict[str, tuple[int, int]] = {}
    demand = 0.0
    live = wished = False
    for row in rows:
        folded = run(row.text)
        wanted = _DEMAND.search(folded)
        demand += 0.35 * len({match.group() for match in _DEMAND.finditer(folded)})
        if (match := _declined(folded)) is not None:
            signs.setdefault("negated", _place(row, match))
            live = wished  # thanks for an offer, said before it was declined, want nothing
        elif (match := _hedge(folded)) is not None:
            signs.setdefault("hedged", _place(row, match))
        elif (match := _firm(folded)) is not None:
            signs.setdefault("firm", _place(row, match))
        elif wanted is not None or _names_something(deal, row):
            first = row.start + (wanted.start() if wanted is not None else 0)
            last = row.start + (wanted.end() if wanted is not None else len(folded))
            blocked = _blocked(off, first, last) if wanted is not None else _mostly_blocked(off, first, last)
            told = cues.past_words(row.text) if blocked == "past" else _wish(folded) if not blocked else None
            live = live or (wanted is not None and not blocked)
            wished = wished or (not blocked and _wish(folded) is not None)
            if told is not None:
                signs.setdefault("past" if blocked else "likely", (row.start + told[0], row.start + told[1]))
    if "likely" not in signs and deal.close_by is not None:
        _decides(signs, rows, deal.close_by)
    deal.signs = signs
    deal.asks = live or "firm" in signs
    deal.demand = (
        demand + (0.8 if deal.products else 0.0) + (0.5 if deal.amount else 0.0) + (0.5 if deal.quantity else 0.0)
    )
    concrete = bool(deal.products or deal.quantity or deal.amount)
    for value, there, confidence in (
        ("negated", "negated" in signs and not (live and concrete), 0.8),
        ("hedged", "hedged" in signs, 0.75),
        ("firm", "firm" in signs, 0.85),
        ("likely", live, 0.7 if "likely" in signs else 0.55),
        ("negated", "negated" in signs, 0.7),
        ("past", "past" in signs, 0.6),
        ("likely", concrete, 0.5),
    ):
        if there:
            start, end = signs.get(value, (0, 0))
            rule = f"{value} words" if end else "a demand without conditions"
            deal.commitment = Candidate("commitment", value, start, end, confidence, rule)
            return


def _names_something(deal: Deal, row: Piece) -> bool:
    """Whether a product, number or price of the deal stands in a sentence."""
    named = [*deal.products, deal.quantity, deal.amount]
    return any(one is not None and row.start <= one.start < row.end for one in named)


def _decides(signs: dict[str, tuple[int, int]], rows: list[Piece], day: Candidate) -> None:
    """Who names the day on which they decide or sign means it: the verb beside the day carries that."""
    for row in rows:
        if row.start <= day.start < row.end and (match := _CLOSING_VERB.search(run(row.text))) is not None:
            signs["likely"] = _place(row, match)


def _place(row: Piece, match: re.Match[str]) -> tuple[int, int]:
    return row.start + match.start(), row.start + match.end()


# "Haben uns letztlich gegen ... entschieden": what is decided against stands between.
_AGAINST = re.compile(
    r"\b(?:(?:\w+-)?\w*proje[ckt]\w*|proyecto|progetto|vorhaben)\b[^.?!]{0,60}\b(?:abandonne\w*|annule\w*|"
    r"cancelad\w*|"
    r"anulad\w*|annullat\w*|geschrapt|stopgezet|afgeblazen|odwolan\w*|anulowan\w*|wstrzyman\w*|gestrichen|streichen|"
    r"eingestellt|gestoppt|abgesagt|cancell?ed|scrapped|shelved)\b|\bkommt\b[^.?!]{0,40}\bnicht (?:mehr )?in frage\b|"
    r"\b(?:uns|mich|sich) (?:\w+ ){0,3}gegen [^.?!]{1,60}\bentschieden\b|\bpas (?:retenu|choisi) (?:votre|vos)\b|"
    r"\bsehen? (?:wir|ich)\b[^.?!]{0,40}\bab\b|\b(?:wir|ich) sehen? (?:\w+ ){0,3}von [^.?!]{1,50} ab\b|"
    r"\bgaan (?:\w+ ){0,3}niet (?:\w+ ){0,3}verder\b|\bziet? (?:\w+ ){0,3}af van\b|"
    r"\b(?:niet|nicht|non|no|nao|nie) (?:voor|fur|per|por|pela|pelo|na) (?:u|uw|sie|ihr\w*|voi|ustedes|vos\w*|"
    r"panstwa)\b"
    r"[^.?!]{0,40}\b(?:gekozen|entschieden|scelt\w|optad\w|zdecydowal\w+)\b"
)


def _declined(folded: str) -> re.Match[str] | None:
    if firmness.put_off(folded) or firmness.chosen(folded):
        return None
    return _DECLINE.search(folded) or _AGAINST.search(folded) or firmness.refusal(folded)


def is_declined(text: str) -> bool:
    """Whether a text says that nothing will come of a sale."""
    return _declined(run(text)) is not None


def speaks_of(text: str) -> bool:
    """Whether a sentence wants, orders, doubts or declines something: words of a sale, not of a request."""
    folded = run(text)
    return any(one is not None for one in (_DEMAND.search(folded), _firm(folded), _hedge(folded), _declined(folded)))


def _hedge(folded: str) -> re.Match[str] | None:
    """A condition or doubt; "perhaps you could", "as soon as possible" and "if possible" are courtesy."""
    plain = _POLITE.sub(lambda match: " " * len(match.group()), folded)
    doubts = (one for one in _HEDGED.finditer(plain) if not firmness.on_own_terms(plain, one))
    return next(doubts, None) or firmness.condition(plain)


def is_hedged(folded: str) -> bool:
    """Whether a folded sentence sets a condition or doubts."""
    return _hedge(folded) is not None


# "The invoice lacks our purchase order's number": the order was placed long ago.
_NUMBER_ON_BILL = re.compile(
    r"\b(?:invoice|rechnung|facture|factura|fattura|factuur|fatura|faktur\w+)\b[^.;!?]{0,60}\b(?:number|no|reference|"
    r"nummer|bestellnummer|numero|referencia|riferimento|bestelnummer|numer\w*)\b"
)


def _firm(folded: str) -> re.Match[str] | None:
    """An order, unless the sentence asks or sets a condition before it."""
    match = _FIRM.search(folded) or _ORDER_ENCLOSED.search(folded) or firmness.order(folded)
    if match is None or folded.rstrip().endswith("?") or _NUMBER_ON_BILL.search(folded):
        return None
    asked = re.search(r"\b(?:if|wenn|falls|si(?!,)|se|als)\b", folded[: match.start()])
    return None if asked or firmness.sets_a_term(folded, match.end()) else match


def _wish(folded: str) -> tuple[int, int] | None:
    """The words of a sentence that carry the wish: its verb, or the request in it."""
    folded = folded[:LONGEST_SENTENCE]
    wish = _WISH.search(folded)
    if wish is not None:
        return wish.span()
    start = requests.opening(folded)
    if start is None:
        return None
    stop = re.compile(r"[;:]\s|[\s.?!,;:]*$").search(folded, start)
    end = stop.start() if stop is not None else len(folded)
    asked_for = _DEMAND.search(folded, start, end)
    if end - start > MAX_SIGN and asked_for is not None:
        end = asked_for.end()
    return (start, end) if end - start <= MAX_SIGN and " " in folded[start:end] else None
