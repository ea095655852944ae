"""Who sells to whom: what sellers write to strangers and to their own customers, and what tricksters write to anybody.

Words of trade stand in every offer, whoever makes it. What tells a seller is the direction: they speak of what is ours
to gain, of our order with them, and ask for a moment of our time. Eight languages, folded text.
"""

from __future__ import annotations

import re

# Each pattern is one kind of sign with its weight; a kind counts once.
_SELLS: tuple[tuple[float, str], ...] = (
    # They offer, in the first person and to us.
    (
        1.0,
        r"\b(?:(?:we|i)(?:'d|'ll| would| can| could| will| are able to)?(?: also| gladly| now)? (?:like to "
        r"(?:introduce|"
        r"present|propose|offer)|offer(?! of)(?! \d)|provide (?:you|companies|businesses)|specialise|specialize|help "
        r"(?:companies|"
        r"businesses|teams|firms|manufacturers|organisations|organizations|you)|put your)|(?:pleased|happy|delighted) "
        r"to "
        r"(?:offer|quote|introduce|present)|our company (?:offers|provides|supplies|specialises|specializes)"
        r"|wir (?:\w+ )?bieten|bieten (?:wir|ihnen)|(?:wir|ich)[^.!?;]{0,40} ihnen[^.!?;]{0,60} (?:anbieten|"
        r"vorstellen|"
        r"prasentieren|unterbreiten)|(?:unterstutzen|helfen|beraten) (?:wir )?(?:unternehmen|firmen|betriebe\w*|"
        r"mittelstand\w*)|sind (?:wir )?spezialisiert"
        r"|(?:nous|je) vous (?:propos\w+|offr\w+|presente)|(?:pouvons|puis|pourrions|souhait\w+|aimer\w+|permets "
        r"de)(?:-nous)? vous "
        r"(?:proposer|offrir|presenter|faire decouvrir)|(?:aidons|accompagnons) les (?:entreprises|pme|industriels)"
        r"|(?:les|le|os) (?:ofrec\w+|propon\w+|presento|presentamos)|(?:podemos|podriamos|puedo|quer\w+) (?:ofrec|"
        r"presentar)\w+|"
        r"ayudamos a (?:empresas|negocios|companias)"
        r"|(?:vi|le) (?:offriamo|proponiamo|propongo|presento|presentiamo)|(?:possiamo|posso|vorrei|vorremmo) "
        r"(?:offrir|proporr|propor|"
        r"presentar|illustrar)\w+|aiutiamo (?:le )?(?:aziende|imprese)"
        r"|(?:wij|we) bieden|bieden (?:wij|we|u)|(?:kunnen|kan|willen|wil) (?:wij|we|ik) u[^.!?;]{0,60} (?:aanbieden|"
        r"bieden|"
        r"voorstellen|presenteren)|(?:helpen|ondersteunen) (?:wij )?(?:bedrijven|ondernemers|mkb\w*)"
        r"|(?:oferecemos|propomos|apresentamos)(?:-\w+)?|(?:podemos|posso|gostari\w+ de|queri\w+) (?:oferecer|propor|"
        r"apresentar)\w*|ajudamos (?:as )?empresas"
        r"|(?:oferujemy|proponujemy|prezentujemy)|(?:mozemy|chcemy|chcielibysmy|chcial\w+bym|pragniemy|"
        r"moge)[^.!?;]{0,30} "
        r"(?:zaoferowac|zaproponowac|przedstawic (?:panstwu|naszą|nasza|nasze))|pomagamy (?:firmom|"
        r"przedsiebior\w+))\b",
    ),
    # Their quote comes with it.
    (
        1.4,
        r"\b(?:(?:attached|enclosed|find|here is)[^.!?;]{0,30}\bour (?:quot(?:e|ation)|estimate|offer|price list)"
        r"|(?:anbei|im anhang|beigefugt|beiliegend|hiermit)[^.!?;]{0,40}\bunser(?:en|em)? (?:angebot|kostenvoranschlag)"
        r"|(?:ci-joint|en piece jointe|veuillez trouver)[^.!?;]{0,30}\b(?:notre|nos) (?:devis|offre|cotation)"
        r"|(?:adjunt\w+|envi(?:o|amos)|remitimos)[^.!?;]{0,30}\bnuestr[ao] (?:presupuesto|oferta|cotizacion)"
        r"|(?:in allegato|allegh\w+|inviamo|trasmettiamo)[^.!?;]{0,30}\bnostr[oa] (?:preventivo|offerta)"
        r"|(?:bijgaand|in de bijlage|hierbij|bijgevoegd)[^.!?;]{0,30}\bonze (?:offerte|prijsopgave)"
        r"|(?:em anexo|segue|anexamos|enviamos)[^.!?;]{0,30}\bnoss[oa] (?:orcamento|proposta|cotacao)"
        r"|(?:w zalaczeniu|przesylam\w?|zalaczam\w?)[^.!?;]{0,30}\bnasz\w* (?:ofert\w*|wycen\w*))\b",
    ),
    # They place people, for a share of what these will earn.
    (
        1.4,
        r"\b(?:(?:great|perfect|strong|ideal|excellent) (?:fit|match) for (?!us\b|me\b)\w+"
        r"|(?:fees?|honorar|vermittlungs\w+|provision|commission|honoraires|comision|honorarios|commissione|compenso|"
        r"vergoeding|bemiddelings\w+|comissao|prowizj\w+)\b[^.!?;]{0,45}\b(?:salary|\w*gehalts?|salaire|salario|"
        r"retribuzione|\w*salaris|remuneracao|wynagrodzeni\w+))\b",
    ),
    # They want a moment, a visit, or to know who decides.
    (
        1.0,
        r"\b(?:(?:\d+|five|ten|fifteen|twenty|few)[- ]min(?:ute)?s? (?:of your time|call|chat|demo|meeting|to (?:show|"
        r"explain|present))|worth a "
        r"(?:quick |short |brief )?(?:chat|call)|open to a (?:\w+ )?(?:call|chat|meeting|demo)|(?:is|are|am) (?:\w+ "
        r")?(?:you|i) "
        r"(?:\w+ )?(?:the right person|speaking (?:to|with) (?:the|whoever))|(?:who|person|whoever) (?:is |in "
        r")?(?:responsible|charge|looks after|"
        r"handles|deals with) (?:for|of|your)?|(?:may|can|could|shall|should) i (?:give you a call|call you|come by|"
        r"stop by|drop by|show you|"
        r"present|pop in|send you (?:our|some|a (?:sample|brochure|catalog\w*)))"
        r"|darf ich (?:sie|ihnen|mich|kurz|unverbindlich)?[^.!?;]{0,50}(?:anrufen|vorbeikommen|vorstellen|zeigen|"
        r"zusenden|"
        r"zuschicken|unterbreiten|kontaktieren)|wer (?:ist )?(?:bei ihnen|in ihrem haus\w*)[^.!?;]{0,40}(?:zustandig|"
        r"verantwortlich|"
        r"kummert)|(?:nur|kurze|wenige|paar|in) (?:\w+ )?minuten (?:ihrer )?(?:zeit|gesprach)|der richtige "
        r"ansprechpartner"
        r"|puis-je vous (?:appeler|presenter|envoyer|rencontrer|contacter|montrer|rappeler)|(?:quelques|cinq|dix|"
        r"quinze|\d+) "
        r"minutes (?:de votre temps|suffisent|d'echange|pour vous)|personne (?:en charge|responsable) d\w+|qui "
        r"s'occupe d\w+"
        r"|puedo (?:llamar|visitar|ensenar|mandar|enviar|mostrar|presentar)(?:les?|os|te)\b|(?:cinco|diez|quince|unos|"
        r"\d+) minutos (?:de su "
        r"tiempo|para)|(?:solo|bastan|necesito)[^.!?;]{0,15} minutos|encargad[oa] de (?:las|los|la|el|compras)|quien "
        r"lleva (?:las|los|la|el)"
        r"|posso (?:chiamar|passar|mostrar|illustrar|inviar|presentar|venir)\w*|bastano [^.!?;]{0,15}minuti|(?:cinque|"
        r"dieci|quindici|\d+) "
        r"minuti del (?:suo|vostro)|(?:con )?chi si occupa d\w+|responsabile (?:degli )?acquisti"
        r"|mag ik (?:u |je |eens |even |vrijblijvend )*[^.!?;]{0,40}(?:bellen|langskomen|sturen|toesturen|laten zien|"
        r"voorstellen|opstellen)|(?:vijf|tien|vijftien|paar|\d+) (?:minuten|minuutjes) (?:van uw )?tijd|wie (?:gaat|"
        r"is) (?:er )?bij "
        r"(?:u|jullie)"
        r"|posso (?:ligar|enviar|visitar|mostrar|telefonar|contactar)(?:-\w+)?|(?:cinco|dez|quinze|\d+) minutos do "
        r"(?:seu|vosso)|quem trata d\w+|"
        r"pessoa responsavel|responsavel (?:pelas|pelos|de) compras"
        r"|czy (?:moge|moglbym|moglabym) (?:zadzwonic|przyjechac|przeslac|wyslac|przedstawic|umowic|zaprezentowac)|"
        r"czy rozmawiam z "
        r"osoba|osob\w+ odpowiedzialn\w+|kto u panstwa|(?:zajmie|wystarczy|tylko|kilka) (?:\w+ )?minut"
        r"|(?:\d+|ten|fifteen|zehn|funfzehn|dix|quinze|diez|quince|dieci|quindici|tien|vijftien|dez|pietnascie) "
        r"(?:min\w*)\b[^.!?;]{0,40}\b(?:this week|next week|tuesday|diese woche|nachste woche|cette semaine|"
        r"esta semana|"
        r"questa settimana|giovedi|deze week|w tym tygodniu|per una (?:breve )?chiamata|na krotka rozmowe|bate-papo|"
        r"pour (?:en discuter|echanger)|para (?:que te cuente|contarle|charlar))"
        r"|(?:zullen|kunnen) we (?:deze week |binnenkort |even )+(?:bellen|kennismaken))\b",
    ),
    # What we shall gain.
    (
        0.9,
        r"\b(?:(?:save|saves|reduce|reduces|cut|cuts|lower|boost|boosts|increase|increases|double|improve|improves|"
        r"grow|"
        r"put|skyrocket|slash)\b[^.!?;]{0,25}\byour (?:\w+ )?(?:cost\w*|bill\w*|sales|traffic|revenue|turnover|"
        r"website|ranking\w*|business|profit\w*|"
        r"efficiency|visibility|margin\w*|company|energy|customers|leads|productivity|spend\w*)|(?:save|saves) (?:you "
        r")?(?:up to )?\d+ ?%"
        r"|(?:sparen|senken|steigern|optimieren|verdoppeln|reduzieren) sie|ihre (?:\w+ )?(?:kosten|umsatze|umsatz|"
        r"sichtbarkeit|stromrechnung|energiekosten|"
        r"telefonkosten|versandkosten) (?:\w+ )?(?:senken|steigern|erhohen|reduzieren|sparen)"
        r"|(?:reduisez|economisez|augmentez|boostez|optimisez|doublez)|(?:reduire|augmenter|optimiser|alleger) vos "
        r"(?:\w+)"
        r"|(?:ahorre|ahorren|reduzca|reduzcan|aumente|aumenten|mejore|mejoren|duplique)\b|(?:ahorrar|reducir|aumentar|"
        r"mejorar) (?:en )?sus?\b"
        r"|(?:risparmiate|risparmi|riducete|aumentate|migliorate|ottimizzate)\b|(?:ridurre|aumentare|risparmiare|"
        r"migliorare) (?:sull[ae]|l[ae]|i|il) "
        r"(?:vostr\w|su\w)"
        r"|bespaar\b|bespaart u|verlaag uw|verhoog uw|uw (?:\w+ )?(?:kosten|omzet|energierekening) (?:\w+ "
        r")?(?:verlagen|verhogen|besparen)"
        r"|(?:poupe|poupem|economize|economizem|reduza|reduzam|aumente|aumentem)\b|(?:reduzir|aumentar|poupar) "
        r"(?:n?[ao]s )?(?:suas?|vossas?|seus|vossos)\b"
        r"|(?:zaoszczedz|zaoszczedzic|zaoszczedza|oszczedzaj|obniz|zwieksz|zwiekszyc|obnizyc)\w*\b)",
    ),
    # Their goods and services.
    (
        0.8,
        r"\b(?:our (?:\w+ )?(?:services|solutions|tariffs?|rates|price list|catalogue|catalog|candidates|specialists|"
        r"consultants|experts|"
        r"agency|special offers?|product range|customers include|clients include|exhibition)"
        r"|unser\w* (?:\w+ )?(?:leistungen|dienstleistung\w*|losung\w*|preisliste|katalog|tarif\w*|sortiment|agentur|"
        r"kandidat\w*|aktionspreis\w*|"
        r"sonderangebot\w*|experten)"
        r"|(?:nos|notre) (?:\w+ )?(?:services|solutions?|tarifs?|catalogue|gamme|agence|candidats|experts|prestations)"
        r"|nuestr\w+ (?:\w+ )?(?:servicios|solucion\w*|tarifas?|catalogo|agencia|candidatos|expertos|gama)"
        r"|nostr\w (?:\w+ )?(?:serviz\w+|soluzion\w|tariff\w|catalogo|agenzia|candidati|esperti|listino|gamma)"
        r"|onze (?:\w+ )?(?:diensten|oplossing\w*|tarieven|prijslijst|catalogus|kandidaten|experts|specialisten|"
        r"assortiment)"
        r"|noss\w+ (?:\w+ )?(?:servicos|soluc\w+|tarif\w+|catalogo|agencia|candidatos|especialistas|gama)"
        r"|nasz\w* (?:\w+ )?(?:uslug\w*|rozwiaza\w*|cennik\w*|katalog\w*|taryf\w*|kandydat\w*|agencj\w*|ofert\w*|"
        r"asortyment\w*|ekspert\w*|"
        r"specjali\w+))\b",
    ),
    # Prices "from", and nothing to lose.
    (
        0.6,
        r"\b(?:(?:starting (?:at|from)|from|as low as|ab|des|a partir de|desde|a partire da|vanaf|od|already from) "
        r"(?:only |nur |just |solo |"
        r"slechts |tylko )?(?:(?:[€$£]|eur|usd|gbp|pln) ?)\d[\d.,]*|(?:ab|a partir de|desde|a partire da|vanaf|od|"
        r"starting (?:at|from)) (?:nur |solo |"
        r"slechts |tylko )?\d[\d.,]* ?(?:€|euro?s?\b|eur\b|zl\b|pln\b|chf\b)|vanaf \d+,\d\d per|ab \d+,\d\d pro"
        r"|free (?:trial|audit|consultation|samples?|analysis|assessment)|no obligation|without obligation|"
        r"kostenlose\w* (?:beratung|analyse|"
        r"erstgesprach|probe\w*)|sans engagement|gratuit\w* et sans|sin compromiso|senza impegno|vrijblijvend "
        r"(?:langskomen|gesprek|kennismaken|langs)|"
        r"sem compromisso|bez zobowiazan|niezobowiazujac\w+|special (?:offer|price|discount) for you|introductory "
        r"(?:offer|price)|"
        r"only \w+ (?:places|seats|spots|stands) left|almost (?:sold out|fully booked)|(?:fast|quasi|casi|quase|bijna|"
        r"prawie) (?:ausgebucht|complet\w*|agotad\w*|"
        r"esgotad\w*|uitverkocht|esaurit\w*|wyprzedan\w*))",
    ),
    # Our order with them, their answer to us.
    (
        1.3,
        r"\b(?:(?:further to|following|thank you for|thanks for|regarding|with reference to|in response to) your "
        r"(?:\w+ )?(?:order|enquiry|inquiry|purchase)|"
        r"delivery of your order|your order (?:no\.? |number |\d|with us|has|will|is|was|of)|(?:goods|items|articles) "
        r"(?:that )?you ordered|ordered by you|we look forward to "
        r"(?:receiving )?your (?:valued |esteemed )?order"
        r"|(?:danke|dank) fur (?:ihre[nr]?) (?:\w+ )?(?:bestellung|anfrage|auftrag)|ihre bestellung (?:nr|vom|\w*\d|"
        r"wird|wurde|ist|hat|verzogert|verschiebt)|(?:von ihnen|die sie) "
        r"bestellte[nrs]?|(?:bezugnehmend auf|gemas|auf) ihre anfrage|freuen uns auf ihre[n]? (?:\w+ )?(?:auftrag|"
        r"bestellung)|ihr auftrag (?:nr|vom|\w*\d|wird|wurde|ist)"
        r"|(?:merci (?:pour|de)|suite a) votre (?:\w+ )?(?:commande|demande de (?:prix|devis))|votre commande (?:n|du|"
        r"\w*\d|sera|est|a ete|partira)|dans l'attente de votre commande"
        r"|(?:gracias por|en respuesta a|respecto a) su (?:pedido|solicitud de (?:precio|oferta|presupuesto))|su "
        r"pedido (?:n|del?|\w*\d|saldra|sera|esta|ha sido)|a la espera de su pedido"
        r"|(?:grazie per il|in riferimento al) (?:vostro|suo) ordine|(?:vostro|suo) ordine (?:n|del|\w*\d|sara|e "
        r"stato|e in)|(?:vostra|sua) richiesta (?:di offerta|d'offerta)|da voi ordinat\w"
        r"|(?:bedankt|dank) voor uw (?:bestelling|aanvraag|order)|uw bestelling (?:nr|van|\w*\d|wordt|is|werd)|door u "
        r"bestelde|(?:naar aanleiding van|n\.a\.v\.) uw aanvraag"
        r"|obrigad\w pel[ao] (?:sua|seu|vossa|vosso) (?:encomenda|pedido)|(?:sua|vossa) encomenda (?:n|de|\w*\d|sera|"
        r"foi|esta)|em resposta ao (?:seu|vosso) pedido"
        r"|dziekujemy za (?:panstwa |zlozone |zlozenie )*(?:zamowieni\w+|zapytani\w+)|panstwa zamowieni\w+ (?:nr|z|"
        r"\w*\d|zostanie|zostalo|jest|opozni)|w odpowiedzi na (?:panstwa )?zapytanie|"
        r"zamowion\w+ przez panstwa)",
    ),
    # What only who sells arranges.
    (
        0.9,
        r"\b(?:(?:shall|should|may|can) (?:i|we) (?:reserve|book|put you down)|(?:want|like) (?:me|us) to (?:reserve|"
        r"book)|offer (?:is )?valid|validity ?: ?\d+|"
        r"prices? (?:are )?subject to change|"
        r"soll(?:en)? (?:ich|wir) [^.!?;]{0,40}(?:reservieren|vormerken|buchen)|angebot (?:ist )?(?:gultig|"
        r"freibleibend)|gultig bis|preisanpassung|"
        r"(?:souhait\w+|voulez)[- ]vous que (?:je|nous) \w*reserv\w+|offre valable|"
        r"quiere\w* que (?:les? |os )?reserv\w+|oferta valida|"
        r"(?:vuole|volete) che (?:le |vi )?riserv\w+|offerta valida|"
        r"zal ik [^.!?;]{0,40}reserveren|(?:offerte|aanbieding) (?:is )?geldig|"
        r"quer(?:em)? que (?:eu |lhe )?reserv\w+|(?:proposta|oferta) valida|"
        r"czy (?:mam|mamy) [^.!?;]{0,40}zarezerwowac|oferta (?:jest )?wazna)\b",
    ),
    # They know us from outside.
    (
        0.7,
        r"\b(?:(?:came across|noticed|looked at|visited|been following) (?:that )?your (?:company|website|profile|"
        r"site|job|linkedin|vacanc\w+|advert\w*)|"
        r"(?:dear|hello) (?:purchasing|procurement|buyer|business owner|website owner|ceo)|"
        r"(?:auf|durch) ihre[nr]? (?:webseite|website|homepage|firma|unternehmen|stellenanzeige)|an die "
        r"einkaufsabteilung|liebe einkauf\w+|"
        r"(?:decouvert|visite|vu) votre (?:site|entreprise|annonce)|service (?:des )?achats|"
        r"(?:visto|visitado) su (?:web|pagina|empresa|anuncio)|departamento de compras|"
        r"(?:visto|visitato|notato) (?:il vostro|la vostra) (?:sito|azienda|annuncio)|ufficio acquisti|"
        r"(?:zag|gezien|bekeken|bezocht)[^.!?;]{0,20} uw (?:website|bedrijf|vacature)|afdeling inkoop|"
        r"(?:vi|visitei|encontrei) (?:o|a) (?:seu|sua|vosso|vossa) (?:site|empresa|anuncio)|"
        r"(?:trafil\w+|znalaz\w+|widzial\w+) [^.!?;]{0,20}panstwa (?:stron\w*|firm\w*|ogloszen\w*|profil\w*)|dzial\w* "
        r"zakupow)\b",
    ),
    # People for hire.
    (
        0.9,
        r"\b(?:(?:available|beschikbaar|verfugbar|disponible|disponibile|disponivel|dostepn\w+) (?:immediately|"
        r"per direct|ab "
        r"sofort|de suite|inmediatamente|subito|de imediato|od zaraz)|per direct beschikbaar|ab sofort verfugbar|"
        r"(?:perfect|goed|perfekt|hervorragend|parfaitement|perfectamente|perfettamente) (?:bij (?:jullie|u)|zu ihr\w* "
        r"(?:team|unternehmen))|would (?:be a perfect|perfectly) fit|(?:our|suitable|qualified|excellent|strong|"
        r"experienced) candidates?|(?:hourly|day|daily) rate|open "
        r"(?:position|role|vacanc\w+)s?|recruit\w+|staffing|temp(?:orary)? workers|"
        r"personalvermitt\w+|leiharbeit\w*|zeitarbeit\w*|stundensatz|stellenanzeige|offene stellen?|"
        r"recrut\w+|interimaires?|candidats?|tarif horaire|seleccion de personal|candidatos?|empresa de trabajo "
        r"temporal|"
        r"ricerca (?:e selezione|del personale)|candidat[oi]|somministrazione|kandidat\w*|uitzend\w*|detacher\w*|"
        r"vacatures?|recrutamento|trabalho temporario|"
        r"rekrut\w+|kandyda\w+|pracownik\w+ tymczasow\w+|ofert\w+ pracy)\b",
    ),
    # Being found and followed.
    (
        1.0,
        r"\b(?:seo|backlinks?|lead generation|search engines?|page one|link building|google ads|web ?design|website "
        r"redesign|digital marketing|e-?mail lists?|contact lists?|"
        r"suchmaschin\w+|webdesign|referencement|moteurs? de recherche|posicionamiento (?:web|seo)|paginas? web|"
        r"motori di ricerca|siti web|zoekmachine\w*|"
        r"motores de busca|criacao de sites|pozycjonowani\w+|wyszukiwar\w+)\b",
    ),
)
# Jobs of those who sell.
_SELLERS_JOB = re.compile(
    r"\b(?:sales|account (?:manager|executive)|key account|business development|inside sales|vertrieb\w*|"
    r"ausendienst\w*|"
    r"commercial(?:e)?|attache commercial|comercial|ejecutiv[oa] de cuentas|ventas|vendit\w+|commerciale|agente di "
    r"commercio|"
    r"verkoop\w*|accountmanager|vendas|handlow\w+|sprzedaz\w*|recruit\w+|personalberat\w+|"
    r"growth|business develop\w+|lead gen\w*|headhunt\w*|werving|doradca biznes\w*|doradczyni biznes\w*|"
    r"konsultant handl\w*|"
    r"consultor de negocios|consulente commerciale|commercial grands comptes)\b"
)
# They speak of what they want from us, or already have of ours.
_BUYS = re.compile(
    r"\b(?:your (?:offer|quote|quotation|price|prices|price list|catalogue|proposal|product\w*|machine\w*|invoice|"
    r"technician|support|device|meter)|(?:please|could you|can you|kindly) "
    r"(?:quote|send us (?:a|your)|offer)|interested in your|we(?:'d| would)? (?:need|want to (?:buy|order)|like to "
    r"(?:buy|order)|order|bought|purchased)|our order|"
    r"quote (?:us|me)|request for quotation|"
    r"ihr(?:e[nrs]?)? (?:angebot|preis\w*|produkt\w*|gerat\w*|rechnung|auftragsbestatigung|techniker)|"
    r"bitte[^.!?;]{0,30} (?:ein )?angebot|(?:wir|ich) (?:brauche\w*|benotige\w*|bestelle\w*|suche\w*)|"
    r"votre (?:offre|devis|prix|produit|facture|proposition)|nous (?:avons besoin|commandons|cherchons|recherchons)|"
    r"(?:un|le) devis (?:pour|svp)|"
    r"su (?:oferta|presupuesto|precio|propuesta|producto|factura)|necesitamos|queremos (?:comprar|pedir)|"
    r"vostr[ao] (?:offerta|preventivo|prezzo|proposta|prodotto|fattura)|ci serv\w+|abbiamo bisogno|"
    r"uw (?:offerte|prijs|prijzen|voorstel|product\w*|factuur)|(?:wij|we) (?:hebben|zoeken)[^.!?;]{0,30} nodig|"
    r"voss[ao] (?:proposta|orcamento|preco|produto|fatura)|sua (?:proposta|fatura)|precisamos|"
    r"panstwa (?:ofert\w+|cen\w*|produkt\w*|faktur\w*|propozycj\w+)|potrzebujemy|chcemy (?:kupic|zamowic)|prosze o "
    r"(?:oferte|wycene)|prosimy o (?:oferte|wycene))\b"
)

_TRICKS: tuple[tuple[float, str], ...] = (
    # Click here, now.
    (
        0.8,
        r"\b(?:click (?:here|below|the link|on the link)|act (?:now|fast)|(?:hier|jetzt) klicken|klicken sie (?:hier|"
        r"auf)|cliquez (?:ici|sur)|"
        r"(?:haga|haz) clic|pulse (?:aqui|el enlace|en)|pinche aqui|clicca (?:qui|sul|su)|cliccare|klik (?:hier|op)|"
        r"clique (?:aqui|no)|kliknij|kliknac)\b|>>>|<<<",
    ),
    # Before it is too late.
    (
        0.7,
        r"\b(?:only today|today only|limited (?:time|offer|places)|within (?:24|48|12) hours|last chance|expires "
        r"(?:today|soon|in)|only \d+ (?:places|left)|nur heute|"
        r"nur noch heute|innerhalb von (?:24|48) stunden|aujourd'hui seulement|offre limitee|sous (?:24|48) ?h\w*|"
        r"solo hoy|en (?:24|48) horas|"
        r"solo oggi|entro (?:24|48) ore|alleen vandaag|binnen (?:24|48) uur|so hoje|apenas hoje|em (?:24|48) horas|"
        r"tylko dzis\w*|w ciagu (?:24|48) godzin)\b",
    ),
    # Money for nothing.
    (
        1.0,
        r"\b(?:earns? (?:up to )?[$€£]?\d+|earn money|make money|(?:usd|eur|dollars|euros?) (?:every|a|per) (?:day|"
        r"week)|passive income|autopilot|crypto\w*|bitcoins?|forex|"
        r"trading (?:bot|robot|signals)|jackpot|lotter\w+|loteri\w+|lotteri\w+|loterij|casino|(?:you|sie|vous|ha|u|"
        r"ganhou|hai) (?:have |haben |avez |vinto |heeft |hebt )?(?:won|gewonnen|gagne|"
        r"ganado|vinto)\b|inheritance|erbschaft|heritage|herencia|eredita|erfenis|heranca|spadek po|million "
        r"(?:dollars|usd|euros?)|geld verdienen|gagnez|"
        r"gane dinero|guadagna|verdien geld|ganhe dinheiro|zarabiaj|wygral\w+|dofinansowanie dla ciebie)\b",
    ),
    # What a stranger leaves us, for our bank details.
    (
        1.0,
        r"\b(?:(?:send|provide|reply with|envoyez|transmettez|envie|envia|indique|informe|inserisci|invia|inviate|"
        r"vul|stuur|"
        r"podaj|przeslij|wyslij|senden sie|geben sie)\b[^.!?]{0,60}\b(?:bank (?:account|details)|kontodaten|bankdaten|"
        r"bankverbindung|coordonnees bancaires|datos bancarios|dati (?:bancari|della (?:tua )?carta)|dados bancarios|"
        r"bankgegevens|numer konta|pesel|senha|wachtwoord|passport|pasaporte|passaporto|paspoort))\b",
    ),
    (
        1.0,
        r"\b(?:(?:compensation|release|donation|inheritance) fund|(?:leguer|legue) [^.!?]{0,30}(?:somme|fortune|biens)|"
        r"leguer|don de mes biens|maladie incurable|enfermedad terminal|(?:sorteado|sorteada|premiad[oa])\b|"
        r"resultado ganador\w*|"
        r"(?:receber|cobrar|ricevere|ontvangen|odebrac|recevoir|claim) (?:o |su |il |uw |de |votre |your )?(?:premio|"
        r"prijs|"
        r"nagrode|prix|prize|gain)|zostal\w* wylosowan\w+|gelukkige winnaar|sie wurden ausgewahlt)\b",
    ),
    # Credit without questions.
    (
        1.0,
        r"\b(?:(?:business |personal |instant |cheap )?loans?\b[^.!?]{0,60}\b(?:approved|no (?:credit check|paperwork|"
        r"collateral)|within|low interest|up to)|pre-?approved|pre-?selected|"
        r"no (?:credit check|paperwork)|kredit\w* (?:ohne|sofort)|ohne schufa|sofortkredit|credit (?:rapide|sans)|"
        r"pret (?:approuve|sans|rapide)|preseleccionad\w|prestamos? (?:aprobado|sin|"
        r"rapido)|sin (?:papeleos?|avales?|aval)|prestit\w (?:approvato|senza|veloc\w+)|senza (?:busta paga|garanzie)|"
        r"lening (?:zonder|goedgekeurd)|zonder bkr|emprestimo (?:aprovado|"
        r"sem|rapido)|pozyczk\w+ (?:bez|od reki|online)|kredyt\w* bez|chwilowk\w+)\b",
    ),
    # Accounts, parcels and passwords that somebody else keeps for us.
    (
        1.0,
        r"\b(?:(?:account|mailbox|password|package|parcel|konto|postfach|passwort|paket|compte|colis|messagerie|"
        r"cuenta|paquete|buzon|casella|pacco|account|wachtwoord|pakket|postvak|"
        r"conta|encomenda|caixa de correio|skrzynk\w+|haslo|paczk\w+)\b[^.!?]{0,60}\b(?:suspended|locked|expires?|"
        r"will be (?:closed|deleted|deactivated)|on hold|is held|gesperrt|lauft ab|deaktiviert|geloscht|"
        r"zuruckgehalten|suspendu|expire|bloque|retenu|suspendida|caduca|retenido|bloquead[ao]|sospes[oa]|scade|"
        r"scadra|in giacenza|bloccat[oa]|geblokkeerd|verloopt|vastgehouden|suspensa|expira|retida|wygas\w+|"
        r"zablokowan\w+|zawieszon\w+|wstrzyman\w+)|(?:verify|confirm|update) your (?:account|password|identity|"
        r"details|mailbox|bank)|(?:bestatigen|verifizieren|aktualisieren) sie ihr\w* (?:konto|"
        r"daten|passwort|identitat)|(?:verifiez|confirmez|mettez a jour) (?:votre|vos) (?:compte|mot de passe|"
        r"identite|coordonnees|donnees)|(?:verifique|confirme|actualice) (?:su|sus) (?:cuenta|"
        r"contrasena|datos|identidad)|(?:verifica|verificate|conferma|confermate|aggiorna) (?:il tuo|la tua|i tuoi|il "
        r"suo|i suoi) (?:conto|account|password|dati|identita)|(?:verifieer|bevestig|controleer) uw "
        r"(?:account|wachtwoord|gegevens|identiteit)|(?:verifique|confirme|atualize) (?:a sua|os seus) (?:conta|senha|"
        r"dados)|(?:zweryfikuj|potwierdz|zaktualizuj) (?:swoje |swoja )?(?:konto|haslo|"
        r"dane|tozsamosc))\b",
    ),
    # Strangers who fall in love.
    (
        1.0,
        r"\b(?:hot singles|dating|my (?:photos|pictures)|lonely|(?:saw|seen|found) your profile|meine (?:fotos|"
        r"bilder)|dein profil|einsam|mes photos|ton profil|rencontres? (?:coquine|"
        r"chaude)\w*|mis fotos|tu perfil|le mie foto|il tuo profilo|mijn foto's|je profiel|minhas fotos|(?:o )?teu "
        r"perfil|seu perfil|moje zdjecia|twoj profil|randk\w+|viagra|cialis|weight loss|"
        r"escort\w*)\b",
    ),
    # Links for the buyers of links, and pages on top.
    (
        0.9,
        r"\b(?:page one|first page|rank(?:ing)? (?:higher|#?1)|guest posts?|backlinks?|more traffic|free audit|get "
        r"more (?:leads|customers|visitors)|buy (?:followers|likes))\b",
    ),
)
_SELL_PATTERNS = tuple((weight, re.compile(pattern)) for weight, pattern in _SELLS)
_TRICK_PATTERNS = tuple((weight, re.compile(pattern)) for weight, pattern in _TRICKS)
_CRY = re.compile(r"!{2,}|[$€]{2,}")
_REFUSED = re.compile(
    r"\b(?:we(?:'re| are) not interested|not interested,? thank|no interest|we (?:already|don't) (?:have a supplier|"
    r"need any)|kein interesse|nicht interessiert|pas interess\w+|"
    r"(?:no nos|no estamos) interesa\w*|non (?:siamo|ci) interessa\w*|geen interesse|niet geinteresseerd|nao "
    r"(?:estamos|temos) interess\w*|nie jestesmy zainteresowan\w+|"
    r"take (?:us|me) off your list|don't call (?:us|me|here) again|rufen sie (?:bitte )?nicht (?:mehr|wieder) an)\b"
)


def selling(folded: str, job: str = "") -> float:
    """How much a text, `flat` and without line breaks, is written by somebody who sells to its reader."""
    signs = sum(weight for weight, pattern in _SELL_PATTERNS if pattern.search(folded))
    if signs and job and _SELLERS_JOB.search(job):
        signs += 0.8
    return max(0.0, signs - 0.7 * len({match.group() for match in _BUYS.finditer(folded)}))


def tricking(folded: str) -> float:
    """How much a text is written to trick whoever reads it: what is promised or threatened, and the haste."""
    signs = [weight for weight, pattern in _TRICK_PATTERNS if pattern.search(folded)]
    return sum(signs) + (0.5 if signs and _CRY.search(folded) else 0.0)


def is_refused(folded: str) -> bool:
    """Whether somebody tells a seller no."""
    return _REFUSED.search(folded) is not None
