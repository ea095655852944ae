"""Constructions that say how firm a sale is: ordered, under somebody else's condition, declined.

Where fixed phrases (in `deals`) name such words one by one, these leave room for what speakers put between them:
"it *all* depends on", "nous ne donnons *donc* pas suite". Eight languages, folded text.
"""

from __future__ import annotations

import re

# Up to three words of any kind.
_SOME = r"(?:\w+ ){0,3}?"

# "Only if the grant comes": what the buyer does not hold in their own hand.
_ONLY_IF = re.compile(
    r"\b(?:(?:but )?only (?:if|once|when|provided)|nur(?: dann)?,? (?:wenn|falls|sofern)|(?:seulement|uniquement) "
    r"(?:si|quand|lorsque)|(?:solo|solamente|unicamente|siempre y cuando) (?:si|cuando)|(?:solo|soltanto|solamente) "
    r"(?:se|quando)|(?:alleen|enkel|pas) (?:als|indien|wanneer)|(?:so|apenas|somente) (?:se|quando)|"
    r"(?:tylko|dopiero|wylacznie),? (?:jesli|jezeli|gdy|kiedy|o ile)|pod warunkiem,? ze|siempre y cuando|"
    r"desde que|a condicao de)(?P<what>[^.;!?]{0,70})"
)
# Who gives the money or the leave, where the buyer's side does not.
_OUTSIDE = (
    r"(?:grants?|funding|funds|subsid\w+|permits?|planning permission|licen[cs]e|landlord|council|ministry|insurer|"
    r"forder\w+|zuschus\w*|zuwendung\w*|genehmigung\w*|\w*haushalt\w*|kreistag\w*|\w*rat|vermieter\w*|ministerium|"
    r"versicherung|trager\w*|mittel|subvention\w*|permis|autorisation|region|mairie|departement|bailleur|assurance|"
    r"ministere|subvencion\w*|ayudas?|permiso|licencia|ayuntamiento|junta|ministerio|casero|aseguradora|fondos|"
    r"contribut\w+|fondi|bando|permesso|autorizzazione|comune|regione|ministero|assicurazione|finanziament\w+|"
    r"subsidie\w*|vergunning\w*|gemeente\w*|provincie|verhuurder|verzekera\w+|subsidio\w*|subvenca\w*|verbas?|"
    r"licenca|alvara|camara|prefeitura|governo|senhorio|seguradora|fundos|dotacj\w+|dofinansowani\w+|grant\w*|"
    r"srodki|srodkow|pozwoleni\w+|zgod\w+|rad[ay] \w+|gmin\w+|ministerstw\w+|kuratorium|powiat\w*)"
)
_IF = r"(?:if|once|when|provided|wenn|falls|sofern|sobald|si|quand|des que|cuando|se|quando|appena|als|indien|"
_IF += r"zodra|mits|caso|assim que|jesli|jezeli|gdy|kiedy|o ile)"
_IF_OUTSIDE = re.compile(rf"\b{_IF} {_SOME}{_OUTSIDE}\b")
# A price or a day of delivery is the deal's own condition, and so is what we are to do.
_OWN_TERMS = re.compile(
    r"\b(?:price|prices|discount\w*|deliver\w*|you|your|preis\w*|rabatt|skonto|liefer\w*|sie|ihr|ihnen|prix|remise|"
    r"livr\w+|vous|votre|precio\w*|descuento\w*|entreg\w+|ustedes?|prezz\w+|sconto\w*|consegn\w+|potete|riuscite|"
    r"prijs|korting|lever\w*|jullie|u|uw|preco\w*|desconto\w*|cen[aey]|rabat\w*|dostaw\w+|dostarcz\w+|panstwo)\b"
)
_FEW = r"(?: \w+){0,2}"
_DEPENDS = re.compile(
    rf"\b(?:(?:depends?|depending|hinges?|contingent|conditional){_FEW} (?:on|upon)|"
    rf"(?:hangs|hanging){_FEW} on|subj(?:ect|\.)? to|"
    rf"(?:hang\w*|abhang\w*) {_SOME}(?:davon|von) [^.;!?]{{0,60}}\bab\b|(?:hangt|hangen|steht und fallt) {_SOME}"
    rf"(?:davon ab|mit)\b|(?:depend|dependra){_FEW} (?:de|du|des|d')|suspendu\w* a|"
    rf"(?:depende|dependera){_FEW} (?:del?|d[ao]s?)|supeditad\w+ a|"
    rf"(?:dipende|dipendera){_FEW} (?:da|dal|dalla|dai|dalle|dall')|"
    rf"(?:hangt|hangen|afhangen) [^.;!?]{{0,30}}\b(?:van|af)\b|(?:zalezy|zalezec|uzaleznion\w+){_FEW} od)(?!\w)"
)
_UNDECIDED = re.compile(
    rf"\b(?:can(?:no|')t|cannot|nicht|ne peux|ne pouvons|no (?:puedo|podemos)|non (?:posso|possiamo)|kan|kunnen|nao "
    rf"(?:posso|podemos)|nie (?:moge|mozemy)) {_SOME}(?:commit|festlegen|m'engager|nous engager|comprometer\w*|"
    rf"sbilanciar\w+|impegnar\w+|toezeggen|vastleggen|obiecac|zobowiazac)\b|\b(?:kann|konnen|mochte) {_SOME}"
    rf"(?:mich|uns) {_SOME}(?:noch )?nicht festlegen\b|\bfestlegen (?:kann|konnen|will|mochte) {_SOME}nicht\b"
)

_BUY = (
    r"(?:buy\w*|order\w*|purchas\w+|tak(?:e|ing) (?:it|them|the)|proceed\w*|going (?:ahead|forward|through)|go "
    r"(?:ahead|forward|through)|moving (?:ahead|forward)|move (?:ahead|forward)|sign\w*|renew\w*)"
)
_DECLINED = re.compile(
    rf"\b(?:(?:won't|will not|wouldn't|not (?:going to)?|aren't|isn't|no longer) (?:be )?(?:now )?{_BUY}\b(?! only)|"
    r"(?:we|they|he|she|i)(?:'ll| will| have|'ve| has)? (?:to )?pass(?:ed)? on (?:it|this|that|the|your|\d)|"
    # As notes tell it of the others.
    r"(?:descartan|descartaron|descartam|descartaram|scartano|hanno scartato|verwerfen|renoncent|renuncian|renunciam|"
    r"rinunciano) (?:al?|aux?|las?|los|les?|il|i|gli|das|die|den|[aà]s?|os?)\b|"
    r"^pass(?:ed)? on the|(?:pulled|pulling|backed|backing) out\b|walk(?:ed|ing)? away from|"
    r"(?<!noch )nicht (?:mehr )?(?:zu )?(?:beschaffen|anschaffen|anzuschaffen|erwerben|kaufen|beauftragen)\b|"
    r"(?:besloten|beslist) [^.;!?]{0,40}\bgeen [^.;!?]{1,50}\b(?:aan te schaffen|te kopen|te bestellen|af te nemen)\b|"
    r"(?:schaffen|kopen|bestellen) (?:we |wij )[^.;!?]{0,30}\b(?:niet|geen)\b|no adquirir\w+|n'acqu\w+ (?:pas|plus)|"
    r"ne fer\w+ pas l'acquisition|nie zakupi\w+|"
    rf"(?:kaufen|bestellen|nehmen|beauftragen|verlangern) (?:wir |ich )?{_SOME}{_SOME}(?:doch )?nicht(?! nur| vor)\b|"
    rf"(?:wir|ich) (?:springen|springe|steigen|steige|treten|trete|nehmen|nehme) {_SOME}(?:ab|aus|zuruck|"
    r"abstand)\b|"
    rf"ne (?:donn|pass|pren|command|achet|poursuiv|sign|renouvel|retien|retiendr)\w* (?:\w+ )?(?:pas|plus)\b|"
    r"n'(?:achet|ir)\w* (?:\w+ )?(?:pas|plus)\b|laiss(?:ons|e) tomber|(?:on |nous )?(?:abandonn(?:ons|e)|"
    r"renonc(?:ons|e))\b|(?:we|ich|wir) "
    r"(?:laten|lassen|lasse) (?:het|es|das) (?:maar )?(?:zitten|bleiben|sein)|lo dejamos (?:estar|correr)|lasciamo "
    r"stare|"
    r"rezygnuj(?:e|emy)\b|odpuszcza(?:m|my)\b|desistimos\b|"
    r""
    r"no (?:les? |la |lo |los |las |se |nos )*(?:vamos a|voy a|va a|van a)? ?(?:comprar\w*|compramos|encargar\w*|"
    r"contratar\w*|pedir(?:los|las|lo|la)|firmar\w*|renovar\w*|seguir adelante|quedarnos)\b|"
    r"(?:se|nos) (?:echan?|echamos) atras|"
    r"non (?:l[oaie] |ne |si )?(?:compr|acquist|ordin|prend|proced|prosegu|firm|rinnov)(?:iamo|eremo|emo|"
    r"ono|a|e|iremo)\b|"
    r"(?:abbiamo|ha|hanno) (?:deciso|scelto) di non|(?:si )?tira(?:no|rsi)? indietro|lasciamo perdere|"
    rf"(?:kopen|bestellen|nemen|tekenen|verlengen) (?:we |wij )?{_SOME}{_SOME}niet\b(?! alleen)|(?:we|wij) (?:haken|"
    rf"zien) {_SOME}{_SOME}(?:af|vanaf)\b|(?:ziet|zien) {_SOME}af van|"
    r"nao (?:vamos|vou|vai|vao|iremos|ira)? ?(?:mais |ja |agora )*(?:comprar|levar|avancar|seguir|fechar|contratar|"
    r"encomendar|renovar|assinar|ficar com|querer)\b|desisti(?:u|ram|ndo)? d[aeo]s?\b|"
    r"nie (?:bedziemy |bede |beda )?(?:kupi\w+|kupuj\w+|bierz\w+|wezm\w+|zamow\w+|zamawia\w+|podpisz\w+|przedluz\w+)\b|"
    r"(?:odstepuj\w+|odstapil\w+|wycofal\w+|wycofuj\w+) (?:sie )?(?:z|od)\b)"
)

_DEAL_NOUN = (
    r"(?:order|purchase|deal|auftrag|bestellung|commande|achat|devis|offre|pedido|compra|oferta|presupuesto|ordine|"
    r"acquisto|offerta|preventivo|bestelling|opdracht|offerte|encomenda|proposta|orcamento|zamowienie|zakup|ofert\w)"
)
_SETTLED = (
    r"(?:confirmed|placed|accepted|approved|given|erteilt|vergeben|bestatigt|ausgelost|validee?|confirmee?|passee?|"
    r"signee?|acceptee?|confirmad[oa]|aceptad[oa]|formalizad[oa]|cerrad[oa]|confermat[oa]|accettat[oa]|inviat[oa]|"
    r"geplaatst|bevestigd|gegeven|verstrekt|aceite|fechad[oa]|adjudicad[oa]|zlozone|potwierdzone|przyjeta|"
    r"zaakceptowan[aey])"
)
_ORDERED = re.compile(
    rf"\b(?:{_DEAL_NOUN} (?:is |was |has been |ist |wurde |wird |est |a ete |esta |queda |ha sido |e |e stato |foi |"
    rf"jest |zostal[oa]? )?(?:hereby |hiermit |now |damit |desormais |ya |gia |hierbij |ja |juz )?{_SETTLED}(?!\w)|"
    r"put (?:us|me) down for|we(?:'re| are) going ahead|we(?:'ll| will) go ahead|let's (?:do it|go for it|go ahead)|"
    r"it's a (?:deal|yes)|(?:that's|it's) settled|we have a deal|you(?:'ve| have) got (?:a deal|yourself)|"
    r"(?:das )?(?:machen|nehmen) wir so\b|geht klar|abgemacht|wir schlagen (?:ein|zu)|einigen wir uns auf|"
    r"(?:on|nous) (?:part\w*|y va|fonce|valid\w+|sign\w+) (?:sur|pour|le devis|les?|la|vos|votre|\d)|marche "
    r"conclu|affaire conclue|c'est (?:bon|ok|valide|decide|d'accord) pour nous|"
    r"trato hecho|nos l[oa]s? quedamos|adelante con|(?:nos )?quedamos con \d|"
    r"affare fatto|(?:allora |si,? )*procediamo(?! (?:con calma|per gradi))|andiamo avanti con|l[oaie] prendiamo|"
    r"prendiamo (?=\d|due|tre|quattro|cinque)|"
    r"(?:dat|het) is (?:een )?(?:deal|afgesproken)|we (?:doen|nemen) (?:het|ze|er \d)|(?:is|zijn|gaan) akkoord(?! "
    r"(?:als|mits|nodig|van|vereist))|"
    r"negocio fechado|(?:esta )?fechado[,.!]|(?:vamos )?(?:ficar|ficamos) com \d|pode(?:m)? (?:faturar|mandar vir)|"
    r"adjudic(?:amos|ou|aram)|"
    r"(?:bierzemy|kupujemy) (?=\d|te|to|je|oba|obie|dw|trz|czter|pie|szes|sied|osi|dzie)|umowa stoi|"
    r"decydujemy sie na)"
)
# As it is said aloud, at the end of a clause: "wir machen das", "confermiamo tutto", "we'll take it".
_SAID_YES = re.compile(
    r"\b(?:(?:we|i)(?:'ll| will) (?:take|have) (?:it|them|all|both|all of them)|(?:count|sign|book) us in|"
    r"(?:wir machen|machen wir|wir nehmen|nehmen wir) (?:das|es|sie|die|beide|alle|alles)(?: so| gerne)?|"
    r"(?:on|nous) (?:prend|prenons) (?:tout|les \w+|le tout)|(?:vous pouvez|tu peux|pouvez) (?:\w+ )?(?:lancer|passer|"
    r"enregistrer) la commande|lancez la commande|"
    r"(?:lo|los|las) (?:hacemos|cogemos|compramos)|(?:lo |les? )?confirmamos todo|pueden? (?:tramitar|lanzar) el "
    r"pedido|"
    r"confermiamo (?:tutto|il tutto|l'ordine)|ci stiamo|prendiamo tutto|lo facciamo|proced(?:a|ete) (?:pure|con "
    r"l'ordine)|"
    r"we gaan ervoor|we gaan het doen|doen we|we nemen (?:ze|het) allemaal|"
    r"(?:pode|podem) avancar(?: com (?:a|o) (?:encomenda|pedido))?|vamos (?:avancar|em frente)|ficamos com (?:tudo|"
    r"todos|todas)|"
    r"zamawiamy (?:to|te|je|wszystko)(?: \w+)?|(?:dobra,? |ok,? )?(?:biore|bierzemy)|wchodzimy w to|bierzemy "
    r"wszystko)(?=\s*(?:[.,;:!–-]|$))"
)
# "We are going with you", "your offer was chosen": the buyer has made the choice.
_YOURS = (
    r"(?:your (?:offer|proposal|quote|bid)|ihr\w* (?:angebot|vorschlag)|euer\w* (?:angebot|vorschlag)|votre (?:offre|"
    r"proposition|devis)|(?:su|vuestra?|tu) (?:oferta|propuesta|presupuesto)|(?:la )?(?:vostra|sua) (?:offerta|"
    r"proposta)|(?:il )?vostro preventivo|(?:uw|jullie|je) (?:offerte|voorstel)|(?:a )?(?:vossa|sua) (?:proposta|"
    r"oferta)|(?:panstwa|wasza) ofert\w+)"
)
_PICKED = (
    r"(?:chosen|selected|accepted|successful|ausgewahlt|angenommen|gewonnen|retenue?|choisie?|acceptee?|elegid[oa]|"
    r"seleccionad[oa]|aceptad[oa]|scelt[oa]|accettat[oa]|gekozen|aanvaard|escolhida|selecionada|vencedora|aceite|"
    r"aprovada|wybran[aey]|przyjet[aey]|najlepsza)"
)
_CHOSEN = re.compile(
    rf"\b(?:{_YOURS} (?:\w+ ){{0,2}}?(?:is|was|ist|wurde|hat|est|a ete|a|es|ha sido|fue|e|e stata|is|werd|foi|e|"
    rf"jest|zostala) (?:\w+ ){{0,3}}?{_PICKED}|(?:avons|ai|a) (?:\w+ )?(?:retenu|choisi) {_YOURS}|(?:abbiamo|ho) "
    rf"(?:\w+ )?scelto {_YOURS}|(?:escolhemos|selecionamos) {_YOURS}|(?:wybralismy|wybralam|wybralem) {_YOURS}|"
    rf"(?:chose|chosen|accepted|picked) {_YOURS}|fur {_YOURS} entschieden|(?:hemos|nos hemos) (?:elegido|"
    rf"decidido por) {_YOURS}|(?:voor|op) {_YOURS} gevallen|gekozen voor {_YOURS}|"
    r"(?:we(?:'re| are| have decided to)|i'm) (?:going|go|signing|working) with you|you(?:'ve| have) (?:won|got) "
    r"(?:the|it|our)|sie (?:haben|erhalten|bekommen) (?:von uns )?den zuschlag|vous avez (?:gagne|remporte|le "
    r"marche)|(?:vous etes|c'est vous) (?:\w+ )?(?:retenus?|que nous retenons)|(?:gaan|ga) (?:\w+ ){0,3}?met "
    r"(?:jullie|u|je) in zee|in zee (?:gaan )?met (?:jullie|u)\b|"
    r"(?:they |he |she )?(?:approve|accept|agree to|genehmigen|approuve|approuvent|valide|valident|accepte|acceptent|"
    r"aprueba|"
    r"aprueban|acepta|aceptan|approva|approvano|accetta|accettano|aprova|aprovam|aceita|aceitam|akceptuj\w+|"
    r"przyjmuj\w+)"
    r"s? (?:our|unser\w*|notre|nos|nuestr\w+|(?:la |il )?nostr\w+|(?:a )?nossa|nasz\w*) (?:offer|proposal|quote|"
    r"angebot|"
    r"vorschlag|offre|proposition|devis|oferta|propuesta|presupuesto|offerta|proposta|preventivo|oferte)|"
    r"(?:bierzemy|kupujemy|wezmiemy)(?! (?:pod|udzial|sobie|przyklad|odpowiedzialnosc)\b) (?=\w+)|"
    r"(?:ficamos|vamos ficar) com a (?:vossa |sua )?(?:proposta|oferta)|compt\w+ parmi vos clients|ihr neuer kunde|"
    r"prendiamo (?:il|i|la|le) (?=\w)|nos (?:quedamos|vamos) con (?=(?:ustedes|vosotros|el|la|los|las) ))"
)
_NOT_YET = re.compile(
    r"\b(?:not|isn't|hasn't|never|nicht|noch|pas|encore|no|aun|todavia|non|ancora|niet|nog|nao|ainda|nie|jeszcze|if|"
    r"when|once|wenn|falls|sobald|si(?!,)|quand|cuando|se|quando|als|zodra|caso|jesli|jezeli|gdy)\b[^.;!?]{0,40}$"
)
# "We award it by the end of September."
_AHEAD = re.compile(
    r"[^.;!?]{0,12}\b(?:by|until|bis|d'ici|avant|antes|hasta|entro|prima|voor|uiterlijk|ate|do|przed)\b"
)


# "For now we won't", "it is only an idea", "the money is not there yet": put off, not off.
_FOR_NOW = (
    r"(?:for now|for the (?:moment|time being)|at (?:the moment|this stage|present)|right now|just yet|vorerst|"
    r"vorlaufig|einstweilen|derzeit|im moment|momentan|zurzeit|aktuell|pour l'instant|pour le moment|actuellement|"
    r"por ahora|por el momento|de momento|por lo pronto|per ora|per adesso|per il momento|al momento|voorlopig|"
    r"vooralsnog|op dit moment|voor nu|momenteel|por enquanto|por agora|para ja|de momento|no momento|na razie|poki co|"
    r"w tej chwili|obecnie|na ten moment)"
)
_NOT = r"(?:(?:not|won't|can't|cannot|don't|aren't|nicht|keine?\w*|ne|no|non|niet|geen|nao|nie) |n')"
_DOES = (
    r"(?:buy\w*|order\w*|sign\w*|go(?:ing)? ahead|commit\w*|proceed\w*|decid\w+|kauf\w+|bestell\w+|unterschreib\w+|"
    r"entscheid\w+|festlegen|achet\w+|command\w+|sign\w+|engag\w+|decid\w+|compr\w+|contrat\w+|firm\w+|cerr\w+|"
    r"acquist\w+|procedere|procediamo|decis\w+|kopen|bestellen|tekenen|beslis\w+|afnemen|fech\w+|avanc\w+|assin\w+|"
    r"encomend\w+|kupi\w+|kupuj\w+|zamaw\w+|zamow\w+|podpis\w+|decydow\w+|zdecyd\w+)"
)
_PUT_OFF = re.compile(
    rf"\b{_FOR_NOW}\b[^.;!?]{{0,40}}\b{_NOT}[^.;!?]{{0,30}}\b{_DOES}\b|\b{_NOT}[^.;!?]{{0,40}}\b{_DOES}\b"
    rf"[^.;!?]{{0,40}}\b{_FOR_NOW}\b|\b{_DOES} [^.;!?]{{0,40}}\b{_FOR_NOW}\b[^.;!?]{{0,20}} "
    r"(?:not|nicht|pas|niet|nie)\b"
)
_IDEA = re.compile(
    r"\b(?:(?:only|just|merely) an idea|(?:nur|bloss|blos|erst) (?:so )?eine (?:idee|uberlegung)|(?:qu'une|juste une|"
    r"seulement une|simple) (?:idee|reflexion)|(?:solo|solamente|apenas|simplemente) una idea|(?:solo|soltanto|ancora) "
    r"un'idea|(?:maar|slechts|alleen|nog) een idee|(?:so|apenas) uma ideia|(?:tylko|dopiero|na razie) (?:luzny )?"
    r"pomysl|(?:my|our) hands are tied|mir sind die hande gebunden|j'ai les mains liees|tengo las manos atadas|"
    r"ho le mani legate|mijn handen zijn gebonden|tenho as maos atadas|mam zwiazane rece|"
    r"no (?:money|funds?|budget)\b[^.;!?]{0,30}\b(?:yet|so far|at the moment)|(?:money|funds?|budget) (?:isn't|is not|"
    r"aren't|are not) (?:there|available|secured)|(?:geld|mittel|budget) (?:ist|sind|haben wir) (?:\w+ )?(?:noch )?"
    r"nicht (?:da|vorhanden|verfugbar)|(?:haben|gibt es) (?:noch |derzeit )?kein geld|(?:l'argent|le budget|les fonds)"
    r"[^.;!?]{0,30}\b(?:pas (?:encore )?la|pas disponibles?)|(?:el dinero|los fondos) (?:aun |todavia )?no (?:esta|"
    r"estan|hay)|no (?:hay|tenemos) (?:aun |todavia )?(?:dinero|fondos)|i soldi (?:\w+ )?non ci sono|(?:non|ancora "
    r"non) (?:abbiamo|ci sono) (?:ancora )?(?:i )?(?:soldi|fondi)|(?:er is|hebben) (?:nu |nog )?geen geld|o dinheiro "
    r"(?:ainda )?nao|nao (?:ha|temos) (?:ainda )?(?:dinheiro|verba)|(?:pieniedzy|srodkow|funduszy) (?:jeszcze )?"
    r"nie (?:ma|mamy)|nie mamy (?:jeszcze |na to )?(?:pieniedzy|srodkow|funduszy))\b"
)

_NO = r"(?:not|n't|hasn't|haven't|isn't|aren't|nicht|keine?\w*|pas|n'est|no|non|niet|geen|nao|nie)"
_NAUGHT = (
    r"(?:nothing|no|not|can't|cannot|won't|nichts?|kein\w*|rien|pas|no|nada|nulla|niente|non|niets|niks|niet|geen|nao|"
    r"nada|nic|nie)"
)
_THAT = r"(?:it|that|them|das|die|den|cela|ca|eso|ello|ella|quello|quella|questo|dat|die|isso|ele|ela|tego|niej|niego)"
# What somebody outside has not given yet, and what does not happen without it.
_WAITS = re.compile(
    rf"\b{_OUTSIDE}(?: [\w']+){{0,4}}? {_NO}(?: [\w']+){{0,3}}? (?:approved|granted|confirmed|secured|through|"
    r"bewilligt|genehmigt|zugesagt|durch|accordee?s?|votee?s?|validee?s?|acquise?s?|concedid\w+|aprobad\w+|"
    r"confirmad\w+|concess\w+|approvat\w+|deliberat\w+|confermat\w+|toegekend|goedgekeurd|rond|aprovad\w+|"
    rf"przyznan\w+|zatwierdzon\w+|uchwalon\w+)\b|\b(?:without|ohne|sans|sin|senza|zonder|sem|bez) (?:\w+ ){{0,2}}?"
    rf"(?:{_OUTSIDE}|{_THAT})(?!\w)[^.;!?]{{0,25}}?\b{_NAUGHT}\b|\b(?:nothing|nichts|rien|nada|niente|nulla|niets|niks|"
    r"nic)(?: \w+)? (?:before|until|vor|bevor|avant|tant que|antes|hasta|prima|finche|voor|totdat|ate|przed|dopoki)\b"
)


def condition(folded: str) -> re.Match[str] | None:
    """Words that make a sale hang on somebody or something outside of it."""
    only = _ONLY_IF.search(folded)
    if only is not None and not _OWN_TERMS.search(only["what"]):
        return only
    return (
        _IF_OUTSIDE.search(folded)
        or _DEPENDS.search(folded)
        or _UNDECIDED.search(folded)
        or _PUT_OFF.search(folded)
        or _WAITS.search(folded)
        or _IDEA.search(folded)
    )


def chosen(folded: str) -> bool:
    """Whether a sentence says that our offer was chosen."""
    match = _CHOSEN.search(folded)
    return match is not None and not folded.endswith("?") and _NOT_YET.search(folded[: match.start()]) is None


_TERM = re.compile(
    r"(?:provided that|vorausgesetzt|sofern|falls|a condition que|siempre que|a condizione che|op voorwaarde|mits|"
    r"desde que|"
    r"o ile|unless|tenzij)\b(?: \w+){0,3}? (?:price|prices|discount\w*|deliver\w*|preis\w*|rabatt|liefer\w*|prix|"
    r"remise|"
    r"livr\w+|precio\w*|descuento\w*|entreg\w+|prezz\w+|sconto\w*|consegn\w+|prijs|korting|lever\w*|preco\w*|"
    r"desconto\w*|cen[aey]|rabat\w*|dostaw\w+|dostarcz\w+)\b"
)


_IF_TERM = re.compile(
    r"\b(?:if|wenn|falls|sofern|si|se|als|mits|jesli|jezeli|o ile|caso)\b(?: \w+){0,4}? (?:price|discount\w*|"
    r"deliver\w*|"
    r"shipping|preis\w*|rabatt|liefer\w*|versand|prix|remise|livr\w+|port|precio\w*|descuento\w*|entreg\w+|portes|"
    r"prezz\w+|sconto\w*|consegn\w+|spedizione|prijs|korting|lever\w*|verzend\w*|preco\w*|desconto\w*|cen[aey]|"
    r"rabat\w*|"
    r"dostaw\w+)\b"
)


def sets_a_term(folded: str, start: int) -> bool:
    """Whether an order goes on with a price or a delivery that it hangs on: "we take four if delivery is free"."""
    return _IF_TERM.search(folded, start) is not None


def on_own_terms(folded: str, condition: re.Match[str]) -> bool:
    """Whether a condition is one of the deal's own, its price or its delivery: that leaves the wish as it is."""
    return _TERM.match(folded, condition.start()) is not None


def put_off(folded: str) -> bool:
    """Whether nothing is bought for now, or not without what others give: that is no refusal."""
    return _PUT_OFF.search(folded) is not None or _WAITS.search(folded) is not None


def refusal(folded: str) -> re.Match[str] | None:
    """Words that say that nothing is bought."""
    return None if folded.rstrip().endswith("?") or put_off(folded) else _DECLINED.search(folded)


def order(folded: str) -> re.Match[str] | None:
    """Words that settle a purchase, unless they are asked, denied, still to come or on some condition."""
    match = _ORDERED.search(folded) or _CHOSEN.search(folded) or _SAID_YES.search(folded)
    if match is None or folded.rstrip().endswith("?") or _ONLY_IF.search(folded):
        return None
    return None if _NOT_YET.search(folded[: match.start()]) or _AHEAD.match(folded, match.end()) else match


# "You'll have the signed order by Friday": the paper is on its way, the deal was made before.
_PAPER = (
    r"(?:orders?|pos?|contract|agreement|original|paperwork|bestellung|auftrag|vertrag|bestellschein|bon(?: \w+){0,3}|"
    r"commande|contrat|devis|pedido|contrato|presupuesto|orden|ordine|contratto|preventivo|bestelling|opdracht|"
    r"overeenkomst|offerte|encomenda|proposta|zamowieni\w+|umow\w+|ofert\w+|kontrakt)"
)
_LEAVES = re.compile(
    rf"\b{_PAPER}\b[^.;!?]{{0,60}}\b(?:send\w*|follow\w*|with you|from (?:me|us)|your way|reach\w*|schick\w*|send\w*|"
    r"folgt|bekommen|erhalten|zukommen|raus|zu|envoy\w*|envoie|enverr\w+|parviendr\w+|partira|envi\w+|mand\w+|"
    r"llegar\w*|"
    r"remit\w+|invi\w+|sped\w+|arriv\w+|stur\w+|stuur\w*|mail\w*|volgt|toe|segu\w+|cheg\w+|wysl\w+|odesl\w+|przesl\w+|"
    rf"dosl\w+|dotrz\w+|fax\w*)\b|\b(?:send\w*|have|get|receive|schick\w*|bekommen|erhalten|envoie|enverr\w+|recevrez|"
    r"envi\w+|mand\w+|hago llegar|haremos llegar|recibir\w+|remit\w+|invi\w+|sped\w+|ricever\w+|stuur\w*|sturen|"
    rf"mail\w*|ontvang\w*|krijg\w*|receber\w+|wysl\w+|odesl\w+|przesl\w+|dosl\w+|otrzyma\w+|"
    rf"dosta\w+)\b[^.;!?]{{0,60}}\b{_PAPER}\b"
)
_SIGNS = re.compile(
    r"\b(?:sign|signs|decide\w*|unterschreib\w+|unterzeichn(?:en|e|et)|entscheid\w+|signer\w+|signons|firmare\w+|"
    r"firmamos|firmer\w+|firmiamo|firmano|tekenen|tekent|beslis\w+|assinar\w+|assinamos|podpisz\w+|podpisuj\w+)\b"
)


def only_sends_paper(folded: str) -> bool:
    """Whether a sentence says that the paper of a deal is sent, not that it is signed or decided then."""
    return _LEAVES.search(folded) is not None and _SIGNS.search(folded) is None
