"""What a request for help looks like when it names no "problem": things that do not do what they should, questions how
something is done, what was tried, wrong and damaged goods. Eight languages, Italian and Portuguese less fully.
"""

from __future__ import annotations

import re

from crmllm.extraction.rules.text import run, sentences

_FUNCTION = (
    r"(?:work|start|open|close|print|connect|load|log|sign in|respond|react|read|show|turn|charge|boot|run|stay|save|"
    r"scan|weigh|cut|seal|fit|fire up|heat|cool|hold|come (?:on|up)|go (?:on|off|out)|switch|recogni[sz]e|find the|"
    r"let (?:me|us)|accept (?:my|our|the)|print|sync|update|import|export|stop)"
)
_GOODS = (
    r"(?:parcel|box(?:es)?|crates?|bottles?|carton|cartons|goods|pallet|pallets|delivery|shipment|parts?|items?|"
    r"package|rolls?|lieferung|paket|karton\w*|ware|palette\w*|teile?|colis|cartons?|livraison|palettes?|flacons?|"
    r"paquete|cajas?|entrega|palets?|piezas?|mercancia|pakket|dozen|doos|levering|zending|pallets?|merce|scatole|"
    r"consegna|encomenda|caixas)"
)
_DAMAGED = (
    r"(?:broken|damaged|crushed|cracked|dented|torn|open|wet|bent|scratched|incomplete|kaputt|zerbrochen|beschadigt|"
    r"eingedruckt|verbogen|nass|unvollstandig|abime\w*|brise\w*|casse\w*|ouvert\w*|ecrase\w*|incomplete?|rot[oa]s?|"
    r"danad[oa]s?|abiert[oa]s?|golpead[oa]s?|incomplet[oa]|stuk|gebroken|beschadigd|gedeukt|onvolledig|rott[oaie]|"
    r"danneggiat[oaie]|partid[oa]s?|danificad[oa]s?)"
)
# Each pattern is one kind of sign with its weight; a kind counts at most twice.
_SIGNS: tuple[tuple[float, str], ...] = (
    # It does not do what it should.
    (
        0.9,
        rf"\b(?:does|did|do|will|would|is|are)(?: not|n't)(?: \w+)? {_FUNCTION}\w*|\b(?:can't|cannot|can not|could "
        rf"not|"
        r"couldn't|unable to|not able to|never|no longer)(?: \w+)? (?:log|sign in|connect|print|open|start|save|"
        r"find the|"
        rf"download|upload|get in|get it to|ship|access|use the|see the|receive the)|\b(?:won't|no longer|never) "
        rf"(?!take|buy|need|want|require|order){_FUNCTION}\w*|\bkeeps? (?:\w+ )?\w+ing\b",
    ),
    (
        0.9,
        r"\b(?:lasst|lassen) sich (?:\w+ ){0,3}nicht\b|\b(?:funktionier\w*|synchronisier\w*|registrier\w*|erfasst|"
        r"geht|gehen|lauft|laufen|druckt|startet|"
        r"offnet|schliest|reagiert|verbindet|ladt|halt|zeigt|dreht|kuhlt|heizt|speichert|erkennt|kommt|kommen)\b"
        r"[^.!?;]{0,60}\b(?:nicht|nichts|nur noch|nicht mehr|keine?)\b|\b(?:kann|konnen)\b[^.!?;]{0,40}\b(?:nicht|"
        r"nichts)"
        r"\b[^.!?;]{0,30}\b(?:anmelden|einloggen|offnen|drucken|speichern|starten|zugreifen|laden|arbeiten|"
        r"produzieren|"
        r"weiterarbeiten|versenden)",
    ),
    (
        0.9,
        r"\bn(?:e |')(?:\w+ )?(?:fonctionne\w*|marche\w*|demarre\w*|s'allume\w*|s'ouvre\w*|ferme\w*|imprime\w*|"
        r"repond\w*|"
        r"capte\w*|synchronise\w*|enregistre\w*|envoie\w*|charge\w*|tient|tourne\w*|s'affiche\w*|lit|coupe\w*|"
        r"chauffe\w*|arrive (?:plus|pas))\b|\bn'arriv\w+ "
        r"(?:plus|pas) a\b|\b(?:impossible|pas moyen) d[e']",
    ),
    (
        0.9,
        r"\bno (?:se |me |nos |le )?(?:funciona\w*|arranca\w*|enciende\w*|abre\w*|cierra\w*|carga\w*|imprime\w*|"
        r"responde\w*|conecta\w*|sincroniza\w*|registra\w*|envia\w*|llega\w*|deja\w*|reconoce\w*|guarda\w*|lee\w*|"
        r"corta\w*|calienta\w*|enfria\w*|"
        r"aparece\w*|podemos (?:entrar|acceder|imprimir|trabajar)|puedo (?:entrar|acceder|imprimir|trabajar))",
    ),
    (
        0.9,
        r"\b(?:werkt|werken|doet|doen|synchroniseert|registreert|start|starten|opent|openen|sluit|sluiten|print|"
        r"drukt|reageert|reageren|laden|laadt|gaat|"
        r"draait|leest|koelt|verwarmt|komt|"
        r"lukt)\b[^.!?;]{0,40}\b(?:niet|niets|niks|niet meer)\b|\b(?:kan|kunnen|krijg|krijgen)\b[^.!?;]{0,40}\bniet\b"
        r"[^.!?;]{0,25}\b(?:inloggen|openen|printen|starten|opslaan|bereiken|werken|in)\b",
    ),
    (
        0.9,
        r"\bnon (?:si |mi |ci )?(?:funziona\w*|parte|accende|apre|chiude|carica|stampa|risponde|collega|sincronizza|"
        r"registra|salva|mostra|legge|taglia|"
        r"scalda|raffredda|riesc\w+ a)|\bnao (?:se |me )?(?:funciona\w*|arranca|liga|abre|fecha|carrega|"
        r"sincroniza\w*|regista\w*|guarda|mostra|aparece\w*|imprime|"
        r"responde|"
        r"le|corta|consig\w+)",
    ),
    (
        0.9,
        r"\bnie (?:mozna|mozemy|moge|da sie|dziala\w*|laczy\w*|uruchamia\w*|wlacza\w*|otwiera\w*|zamyka\w*|drukuje|"
        r"reaguje|odpowiada\w*|laduje|pokazuje|wyswietla|zapisuje|startuje|chlodzi|grzeje|wysyla|rejestruje|widac|"
        r"widzi|"
        r"pobiera|liczy|zalogow\w+)\b|\b(?:przestal\w*|nagle|ciagle|wciaz) (?:nie )?(?:dzial\w+|pokazyw\w+|wysyl\w+|"
        r"reagow\w+|laczy\w+|sie (?:zawiesza|wylacza|zacina|psuje))",
    ),
    # It shows what cannot be, or nothing.
    (
        0.9,
        r"\b(?:no|without|missing|lost) (?:(?:any|the|all) )?(?:data|readings?|signal|connection|picture|pressure|"
        r"power)\b|"
        r"\b(?:ohne|keine?) (?:daten|werte|messwerte|verbindung|signal|strom|druck|anzeige)\b|\bsendet? "
        r"[^.!?;]{0,30}keine\b|"
        r"\b(?:sans|aucune?|plus de|pas de) (?:donnees?|signal|connexion|mesures?|affichage|courant|pression)\b|"
        r"\b(?:sin|ningun\w*) (?:datos?|senal|conexion|lecturas?|imagen|corriente|presion)\b|"
        r"\b(?:senza|nessun\w*) (?:dat[oi]|segnale|connessione|lettur\w|corrente|pressione)\b|"
        r"\b(?:geen|zonder) (?:data|gegevens|signaal|verbinding|metingen|beeld|stroom|druk)\b|"
        r"\b(?:sem|nenhuma?) (?:dados|sinal|ligacao|conexao|leituras?|imagem|energia|pressao)\b|"
        r"\b(?:brak|bez) (?:danych|sygnalu|polaczenia|odczyt\w+|obrazu|zasilania|cisnienia)\b|"
        r"\b(?:reads?|shows?|reports?|displays?|gives?)\b[^.!?;]{0,30}\b(?:impossible|wrong|negative|nonsense|zero|"
        r"too "
        r"(?:high|low|much|little)|(?:percent|%) (?:too )?(?:high|low)|an? error)\b|"
        r"\b(?:zeigt|zeigen|meldet|misst|messen|liefert)\b[^.!?;]{0,40}\b(?:falsch\w*|unmoglich\w*|negativ\w*|"
        r"unsinn\w*|"
        r"zu (?:hoch|niedrig|viel|wenig)|fehler|null)\b|"
        r"\b(?:affiche|indique|donne|mesure)nt?\b[^.!?;]{0,30}\b(?:faux|fausses?|impossibles?|negati\w+|erreur|trop|"
        r"zero|aberrant\w*)\b|"
        r"\b(?:marca|muestra|da|indica|mide)n?\b[^.!?;]{0,30}\b(?:imposibles?|negativ\w+|errone\w+|error|mal|cero|"
        r"disparatad\w+)\b|"
        r"\b(?:segna|mostra|indica|misura|da)(?:no)?\b[^.!?;]{0,30}\b(?:impossibil\w|negativ\w|errat\w|sbagliat\w|"
        r"errore|troppo|zero)\b|"
        r"\b(?:toont|geeft|meet|meldt|geven|meten)\b[^.!?;]{0,30}\b(?:onmogelijke?|negatieve?|verkeerde?|foute?|te "
        r"(?:hoog|laag|"
        r"veel|weinig)|nul)\b|"
        r"\b(?:mostra|indica|da|mede|marca)m?\b[^.!?;]{0,30}\b(?:impossive\w+|negativ\w+|errad\w+|erro|demais|zero)\b|"
        r"\b(?:pokazuj\w+|wskazuj\w+|wyswietla\w*|podaj\w+)\b[^.!?;]{0,30}\b(?:blad|bledn\w+|zle|niemozliw\w+|"
        r"ujemn\w+|zero|"
        r"za (?:duzo|malo))\b",
    ),
    # It stands still.
    (
        0.9,
        r"\b(?:froze|frozen|frozen up|seized|tripped|jammed|dropped (?:off|out)|drops? out|went (?:dead|dark|blank)|"
        r"at a standstill|"
        r"stehen geblieben|stehengeblieben|eingefroren|ausgefallen|abgestuerzt|bleibt (?:\w+ )?(?:dunkel|schwarz|"
        r"stehen|aus)|steht still|"
        r"fige\w?|tombe\w? en panne|a l'arret|reste (?:noir|eteint|bloque)\w*|"
        r"se (?:quedo|queda|ha quedado) (?:parad\w|bloquead\w|en blanco|colgad\w)|(?:esta|estan|tenemos) "
        r"[^.!?;]{0,20}parad[oa]s?|"
        r"(?:si e|si sono) (?:fermat\w|bloccat\w|spent\w|guastat\w)|(?:e|sono) ferm[oaie]\b|"
        r"(?:staat|ligt|liggen|staan) (?:\w+ )?stil|vastgelopen|uitgevallen|blijft (?:zwart|donker|leeg|hangen)|"
        r"travou|travad[oa]|avariou|(?:esta|estao|ficou) [^.!?;]{0,20}parad[oa]s?|"
        r"zawiesil\w*|zacial\w*|zepsul\w*|zgasl\w*|(?:linia|produkcja|maszyna|urzadzenie|zaklad) stoi|stoi (?:linia|"
        r"produkcja|maszyna))\b",
    ),
    # Since when.
    (
        0.5,
        r"\b(?:ever since|since (?:the (?:last |latest |new )?(?:update|upgrade|weekend|move|power|storm|change|"
        r"repair|"
        r"service|night)|yesterday|this morning|last (?:night|week)|(?:mon|tues|wednes|thurs|fri|satur|sun)day\w*|we "
        r"(?:changed|updated|installed|moved|replaced|cleaned))|after the (?:last |latest )?(?:update|upgrade|repair|"
        r"service|power cut))|\b(?:began|started|begun) (?:this morning|yesterday|last night|after)"
        r"|\bseit (?:heute|gestern|vorgestern|dem (?:letzten |neuen )?(?:update|umbau|wochenende|wechsel|neustart)|"
        r"der "
        r"(?:letzten |neuen )?(?:version|wartung|reparatur|umstellung|nacht)|montag|dienstag|mittwoch|donnerstag|"
        r"freitag|"
        r"heut|letzter woche|\d+[: ])"
        r"|\bdepuis (?:ce matin|hier|avant-hier|cette nuit|lundi|mardi|mercredi|jeudi|vendredi|"
        r"la (?:derniere )?(?:mise a "
        r"jour|panne|maintenance|coupure)|le (?:dernier )?(?:changement|demenagement|week-end))"
        r"|\bdesde (?:ayer|esta (?:manana|noche)|hoy|el (?:lunes|martes|miercoles|jueves|viernes|cambio|corte)|"
        r"la (?:ultima "
        r")?(?:actualizacion|revision|averia))"
        r"|\bsinds (?:gister\w*|vanmorgen|vannacht|vandaag|maandag|dinsdag|woensdag|donderdag|vrijdag|de (?:laatste |"
        r"nieuwe )?(?:update|versie|storing|beurt)|het (?:weekend|onderhoud))"
        r"|\b(?:da (?:ieri|stamattina|lunedi|stanotte)|dopo l'(?:ultimo )?aggiornamento|desde ontem|"
        r"desde a atualizacao)|\b(?:od (?:wczoraj|rana|dzis\w*|wczorajszego|ostatniej aktualizacji|aktualizacji|"
        r"poniedzialku|wtorku|"
        r"srody|czwartku|piatku|soboty|niedzieli)|po (?:ostatniej )?aktualizacji)\b",
    ),
    # How is it done?
    (
        1.0,
        r"\bhow (?:do|does|can|could|would|should|must) (?:i|we|you|one|it|they)\b(?![^.?!]{0,50}\b(?:order|buy|pay|"
        r"cost|purchase|price))|\b(?:is there (?:a|any|some) (?:way|setting|option|button|guide)|where (?:do|can|"
        r"could|"
        r"would) (?:i|we|you|one)|where (?:is|are) the (?:setting|button|menu|option)\w*|is it possible to (?!order|"
        r"buy|get "
        r"a (?:quote|price)|rent|lease)|what (?:is|are) the (?:right|correct|proper) \w+)"
        r"|\bwie (?:kann|konnen|bekomme\w*|stelle\w*|mache\w*|lasst|geht|andere\w*|richte\w*|setze\w*|schalte\w*|"
        r"wechsle\w*|losche\w*) (?:ich|wir|man|sich|das)\b(?![^.?!]{0,50}\b(?:bestell|kauf|kost))|\bwo (?:kann|konnen|"
        r"finde\w*|stelle\w*|sehe\w*|andere\w*) (?:ich|wir|man)\b|\bgibt es (?:dafur|dazu|eine (?:moglichkeit|"
        r"einstellung|anleitung))"
        r"|\bcomment (?:puis-je|pouvons-nous|peut-on|faut-il|faire|on|changer|regler|remplacer|modifier|supprimer|"
        r"configurer|activer|reinitialiser|se)\b|\bou (?:trouve|puis-je|peut-on|se trouve|faut-il|trouver)\b"
        r"|\b(?:como (?:puedo|podemos|se|hago|hacemos|cambio|configuro)|donde (?:se|puedo|podemos|encuentro|esta la "
        r"opcion))\b(?![^.?!]{0,50}\b(?:pedir|comprar|pagar))"
        r"|\bhoe (?:kan|kunnen|moet|zet|stel|krijg|verander|wijzig|vervang|verwijder|reset)\b|\bwaar (?:kan|kunnen|"
        r"vind|"
        r"vinden|zie|stel|staat de (?:instelling|knop))\b|\bis er een (?:manier|instelling)"
        r"|\b(?:come (?:posso|possiamo|si|faccio)|dove (?:si|trovo|posso))\b|\bcomo (?:posso|se|faco)\b|\bjak (?:moge|"
        r"mozna|mozemy|zmienic|"
        r"ustawic|wlaczyc|wylaczyc|zresetowac|usunac|wymienic|skonfigurowac)\b|\bgdzie (?:moge|mozna|znajde|jest "
        r"ustawienie)\b",
    ),
    (
        0.8,
        r"(?:^|[ ,;:(])(?:how|wie|comment(?! (?:on|about))|como|hoe|de quelle facon|de que manera|"
        r"op welke manier)\b(?! (?:much|"
        r"many|long|"
        r"soon|about|do you (?:charge|price)|viel\w*|lange|geht es (?:weiter|ihnen|dir)|combien|veel|lang|gaat het|va|"
        r"estas?|are you|is (?:it|everything)|(?:shall|do|should) we (?:proceed|go on)))(?![^?]{0,150}\b(?:cost\w*|"
        r"price\w*|"
        r"order\w*|pay|kost\w*|preis\w*|bestell\w*|coute\w*|prix|command\w*|cuesta\w*|precio\w*|pedir|prijs|"
        r"prezz\w*)\b)"
        r"[^?.!]{8,200}\?",
    ),
    # It does it wrongly, twice, or loses something on the way.
    (
        0.9,
        r"\b(?:show|display|print|export|import|calculate|count|round|send|book|record)s? (?:\w+ ){0,5}?(?:twice|"
        r"double|"
        r"wrong\w*|incorrect\w*)\b|\b(?:zeig|druck|exportier|importier|berechne|rechne|zahl|rund|send|buch|erfass)\w* "
        r"(?:\w+ ){0,6}?(?:falsch\w*|doppelt\w*|zweimal)\b|\b(?:affiche|exporte|importe|calcule|compte|arrondit|"
        r"imprime|"
        r"envoie|enregistre)\w* (?:\w+ ){0,5}?(?:faux|fausses?|mal|en double|deux fois|errone\w*|incorrect\w*)\b|\b"
        r"(?:muestra|exporta|importa|calcula|cuenta|redondea|imprime|envia|registra)n? (?:\w+ ){0,5}?(?:mal|doble|"
        r"dos veces|"
        r"duplicad\w*|equivocad\w*|erroneo\w*|incorrect\w*)\b|\b(?:mostra|esporta|importa|calcola|conta|arrotonda|"
        r"stampa|invia|registra)(?:no)? (?:\w+ ){0,5}?(?:male|doppi\w*|due volte|sbagliat\w*|errat\w*)\b|\b(?:toont|"
        r"exporteert|importeert|berekent|telt|rondt|drukt|stuurt|registreert) (?:\w+ ){0,5}?(?:verkeerd\w*|dubbel\w*|"
        r"twee keer|foute?)\b|\b(?:mostra|exporta|importa|calcula|conta|arredonda|imprime|envia|regista)m? (?:\w+ "
        r"){0,5}?"
        r"(?:mal|errad\w*|duas vezes|duplicad\w*|trocad\w*)\b|\b(?:pokazuj|eksportuj|importuj|licz|nalicz|zaokragl|"
        r"druk|"
        r"wysyl|zapisuj)\w* (?:\w+ ){0,5}?(?:zle|zly\w*|bledn\w+|podwojn\w+|dwa razy|dwukrotnie)\b|\b(?:gubi|gubia|"
        r"traci "
        r"(?:dane|polaczenie)|verliert (?:\w+ ){0,4}(?:daten|verbindung|zeit\w*|uhrzeit)|loses? (?:\w+ ){0,2}(?:data|"
        r"connection|time|entries)|perd (?:\w+ ){0,3}(?:donnees|connexion|heure|l'heure)|verliest (?:\w+ "
        r"){0,3}(?:gegevens|"
        r"verbinding|tijd))\b",
    ),
    # Somebody has complained already.
    (
        0.7,
        r"\b(?:complained|have had complaints|(?:hat|haben) (?:sich )?(?:\w+ )?(?:beschwert|reklamiert)|s'est "
        r"plainte?|se "
        r"sont plaints|se ha(?:n)? quejado|si (?:e|sono) lamentat[oaie]|(?:heeft|hebben) geklaagd|kreeg klachten|"
        r"queix(?:ou|aram)-se|skarz\w+ sie)\b",
    ),
    # Somebody has to make up for it by hand.
    (
        0.7,
        r"\b(?:redo|correct|re-?enter|fix|adjust)\w* (?:\w+ ){0,4}(?:by hand|manually)\b|\b(?:von hand|manuell|"
        r"handisch)\b[^.!?;]{0,30}\b(?:korrigier|nachtrag|eingeb|erfass|berichtig)\w*|\b(?:korrigier|nachtrag)\w* "
        r"(?:\w+ ){0,4}(?:von hand|manuell)\b|\b(?:corriger|refaire|ressaisir|saisir|rectifier) (?:\w+ ){0,4}(?:a la "
        r"main|"
        r"manuellement)\b|\b(?:corregir|rehacer|meter|apuntar|introducir)\w* (?:\w+ ){0,4}(?:a mano|manualmente)\b|"
        r"\b(?:correggere|rifare|reinserire|inserire) (?:\w+ ){0,4}(?:a mano|manualmente)\b|\bdovut[oa] rifare\b|"
        r"\b(?:handmatig|met de hand)\b[^.!?;]{0,30}\b(?:corriger|invoer|aanpass|herstel|verbeter)\w*|\b(?:corrigir|"
        r"refazer|lancar|introduzir) (?:\w+ ){0,4}(?:a mao|manualmente)\b|\b(?:poprawia|poprawiac|wpisuje|wpisywac|"
        r"przepisuje) (?:\w+ ){0,4}recznie\b|\brecznie (?:poprawi|wpis|przepis)\w*",
    ),
    # What was tried, and in vain.
    (
        0.6,
        r"\b(?:we|i)(?:'ve| have)?(?: already| also)? (?:tried|restarted|rebooted|cleaned|replaced|reset|unplugged|"
        r"swapped|"
        r"reinstalled|checked (?:the|our))|\b(?:made no difference|no (?:effect|luck|success)|without (?:success|"
        r"result)|in vain|did not help|didn't help|still the same)"
        r"|\b(?:neustart|neu gestartet|haben (?:wir )?[^.!?;]{0,40}(?:getauscht|ausgetauscht|versucht|probiert|"
        r"gereinigt|"
        r"zuruckgesetzt|neu installiert)|ohne erfolg|nicht geholfen|nichts gebracht|weiterhin)"
        r"|\b(?:avons|ai) (?:deja )?(?:essaye|change|redemarre|debranche|verifie|nettoye|remplace|reinstalle)\b|"
        r"\bsans "
        r"(?:effet|resultat|succes)|rien n'y fait"
        r"|\b(?:hemos|he) (?:ya )?(?:subido|probado|reiniciado|cambiado|limpiado|comprobado|desenchufado|intentado)\b|"
        r"sin "
        r"(?:exito|resultado)|sigue igual"
        r"|\b(?:hebben|heb) [^.!?;]{0,40}(?:geprobeerd|herstart|vervangen|schoongemaakt|opnieuw ingesteld|gereset)|"
        r"zonder "
        r"(?:succes|resultaat)|helpt niet"
        r"|\babbiamo (?:gia )?(?:riavviato|provato|cambiato|pulito|sostituito)\b|senza (?:esito|successo)|"
        r"\b(?:restart\w*|probowali\w*|wymienili\w*|sprawdzili\w*|czyscili\w*|resetowali\w*)\b[^.!?;]{0,40}\b(?:nic|"
        r"nie|bez)\b|"
        r"bez (?:skutku|rezultatu|powodzenia)|nic nie (?:dal\w*|pomog\w*)|\b(?:ja|já) (?:reiniciamos|trocamos|"
        r"limpamos|desligamos)",
    ),
    # What should we do? Somebody must come.
    (
        0.7,
        r"\bwhat (?:should|can|do|shall|else) (?:we|i)\b(?: \w+)? (?:do|try)|\bwhat now\b|\bwhat to do\b|"
        r"\bis it safe\b|"
        r"\bcan (?:somebody|someone|anyone) (?:come|help|look|check|ring|call|let)|\bcould (?:somebody|"
        r"someone) (?:come|"
        r"help|look|check)|\b(?:come and (?:look|fix|repair)|have a look at it|send (?:a|an|us a|somebody|someone|us "
        r"somebody)(?: \w+)? ?(?:technician|engineer|mechanic|over|out|round)?\b(?=[^.?!]{0,80}(?:today|tomorrow|"
        r"urgent|"
        r"look|"
        r"technician|engineer|mechanic|fix|repair)))|\bsomebody on the phone\b|\bneed (?:help|assistance|support) "
        r"|\bwas (?:konnen|sollen|mussen) wir\b|\bwas nun\b|\bkann (?:jemand|einer)\b|\b(?:schick\w*|"
        r"send\w*) [^.!?]{0,40}"
        r"(?:jemanden|techniker|monteur)|\bkonn\w+ (?:sie|ihr) (?:das |uns |mir )?(?:bitte )?(?:prufen|helfen|"
        r"nachsehen)|"
        r"\bvorbei(?:kommen|schicken|schauen)|\bkonn\w+ (?:sie|ihr) (?:das|uns|mir) [^.?!]{0,30}(?:prufen|helfen)"
        r"|\bque (?:devons|faire|pouvons|dois)\b|\bfaut-il (?:la |le |les )?(?:reinitialiser|renvoyer|retourner|"
        r"changer|"
        r"arreter)|\b(?:pouvez|pourriez)-vous [^.?!]{0,25}(?:aider|depanner|rappeler|verifier ce|regarder|intervenir)|"
        r"\b(?:envoyer|passer) (?:un technicien|quelqu'un)"
        r"|\bque (?:podemos|debemos|hacemos|hago|puedo) ?(?:hacer)?\b|\b(?:me|nos) (?:puede|pueden|podria\w*) ayudar|"
        r"\bpueden (?:venir|mandar|enviar) (?:a alguien|un tecnico|manana|hoy)|\bpueden venir\b"
        r"|\bwat (?:moeten|kunnen|moet|kan) (?:we|wij|ik)\b|\bkan er (?:iemand|\w+ iemand)|\b(?:kunnen|kunt|"
        r"kan) (?:jullie|"
        r"u|iemand|je) [^.?!]{0,25}(?:meekijken|helpen|kijken|langskomen)|\biemand (?:langs|sturen|komen)"
        r"|\b(?:cosa (?:dobbiamo|possiamo) fare|potete aiutar\w*|mandare (?:un tecnico|qualcuno))|"
        r"\bpros\w+ o pomoc\b|\bco (?:mamy|mozemy|powinnismy) zrobic\b|\bpotrzebn\w+ (?:pomoc|serwisant)\b|"
        r"\b(?:przysl\w+|przyslac|przyslanie) [^.!?;]{0,25}(?:serwisant\w*|kogos|technik\w*)|\bpodem (?:ajudar|enviar "
        r"um tecnico)\b|"
        r"\b(?:precis\w+ de ajuda|necesit\w+ ayuda|besoin d'aide|hulp nodig|brauch\w+ hilfe|abbiamo bisogno di aiuto)",
    ),
    # Signs of a sick machine.
    (
        0.7,
        r"\b(?:beep\w*|blink\w*|flash\w*|flicker\w*|burning smell|odd smell|smell of|smokes?|smoking|overheat\w*|"
        r"red (?:light|"
        r"lamp|triangle|led)|blank (?:page|screen|label)s?|empty (?:page|label|screen)s?|black screen|(?:screen|"
        r"display)"
        r"(?: \w+)? (?:stays|is|goes|shows) (?:black|blank|dark|nothing|frozen)|backwards|mirrored|jumps? between|"
        r"drifts?|"
        r"trips? the|leaks?|leaking|rattl\w+|grinding|shuts? (?:itself )?(?:down|off)|stands? still|stopped working|"
        r"error code|fault code)\b"
        r"|\b(?:piept|blinkt|flackert|leuchtet rot|riecht|schleif\w+|klappert|bleibt (?:schwarz|leer|dunkel|hangen|"
        r"stehen)|"
        r"schliest sich|sturzt ab|steht seit|stehen seit|schritttempo|leere (?:seite|etikett)\w*|"
        r"wirft [^.!?]{0,30} aus)\b"
        r"|\b(?:s'eteint|s'arrete|se bloque|clignote|bip|sort des|tourne sans fin|tourne dans le vide|affiche (?:e|"
        r"err)\w*|"
        r"ecran (?:noir|vide|blanc)|(?:pages?|etiquettes?) (?:blanches?|vides?)|odeur|bruit|fuit|chauffe trop)\b"
        r"|\b(?:se (?:sale|para|apaga|bloquea|cuelga|atasca|sobrecalienta)|pita|parpadea|pantalla (?:negra|en blanco)|"
        r"huele|hace ruido|marca siempre|me echa|(?:hora|horas) atrasad\w*)\b"
        r"|\b(?:piept|knippert|loeit|lekt|ratelt|rookt|stinkt|zwart scherm|scherm (?:blijft|is) (?:zwart|leeg)|"
        r"valt uit|"
        r"slaat (?:af|op hol)|leeg etiket|lege etiketten|(?:is|blijft) (?:sinds \w+ )?leeg)\b"
        r"|\b(?:si (?:spegne|blocca|ferma)|lampeggia|segna sempre|schermo nero)\b|\b(?:miga|mruga|piszczy|przecieka|"
        r"cieknie|"
        r"wycieka|halasuje|stuka|przegrzewa|dymi|czarny ekran|pusty ekran|wylacza sie|zawiesza sie|zacina sie)\b",
    ),
    # Access.
    (
        0.9,
        r"\b(?:password|passwort|kennwort|mot de passe|contrasena|wachtwoord|palavra-passe|reset mail|reset link|"
        r"log(?:ging)? "
        r"?in|sign(?:ing)? in|login|anmeldung|einloggen|me connecter|nous connecter|connexion|iniciar sesion|inloggen|"
        r"accesso "
        r"negato|locked out|account (?:is |ist )?(?:locked|blocked|gesperrt|geblokkeerd)|compte bloque|"
        r"cuenta bloqueada|"
        r"nicht in das portal|nicht ins portal)\b",
    ),
    # Since it was changed it is no longer what it was.
    (
        0.6,
        r"\b(?:ever since|since|after) (?:\w+ ){0,3}(?:updat\w+|upgrad\w+|(?:new|latest) (?:version|release))\b|"
        r"\bseit (?:\w+ ){0,3}(?:\w*update|umstellung|aktualisierung|neuen version)\b|"
        r"\bdepuis (?:\w+ ){0,3}(?:mise a jour|mises a jour|nouvelle version|migration)\b|"
        r"\bdesde (?:que )?(?:\w+ ){0,3}(?:actualiza\w+|atualiza\w+|nueva version|nova versao)\b|"
        r"\b(?:da quando|dopo)(?: \w+){0,3} (?:aggiorna\w+|nuova versione)\b|"
        r"\bsinds (?:\w+ ){0,3}(?:update|nieuwe versie|bijgewerkt)\b|"
        r"\bod (?:\w+ ){0,3}(?:aktualizac\w+|nowej wersji)\b",
    ),
    # Goods that came wrong or damaged.
    (
        0.9,
        rf"\b{_GOODS}\b[^.!?]{{0,50}}\b{_DAMAGED}\b|\b(?:arrived|came|kam|kamen|arrive\w*|llego|llegaron|llegado|"
        rf"aangekomen|arrivat\w+|chegou)\b[^.!?]{{0,30}}\b{_DAMAGED}\b|"
        r"\b(?:wrong (?:part|size|item|colou?r|goods|product)\w*|"
        r"falsch\w* (?:teil|grose|artikel|farbe|ware)\w*|verkeerde? (?:maat|artikel|kleur|onderdeel)\w*|"
        r"mauvaise? (?:taille|"
        r"piece|article|couleur)\w*|(?:talla|pieza|referencia) equivocada)|\b(?:nur|only|seulement|solo|slechts|"
        r"maar) \d+ "
        r"(?:statt|instead of|au lieu de|en vez de|en lugar de|in plaats van)|\bgrose \w+ statt\b|"
        r"\bgeschickt\b[^.!?]{0,20}"
        r"\bstatt\b|\bstatt \w+ geschickt|\b(?:il manque|es fehl\w+|faltan|er ontbre\w+|mancano)\b(?![^.!?]{0,40}"
        r"\b(?:facture|rechnung|factura|factuur|fattura|avoir)\b)|\b(?:got|received|kregen|"
        r"erhielten|erhalten|bekommen|recu|attendions|recibimos|recibido|ricevuto|delivered|geliefert|geleverd|"
        r"livre\w*|"
        r"entregado)\b[^.!?]{0,60}\b(?:instead of|statt|anstelle|au lieu d|en vez de|en lugar de|in plaats van|invece "
        r"di)|\b(?:nachlieferung|rucksendung|rma|under warranty|auf "
        r"garantie|sous garantie|en garantia|onder garantie)\b|\bdelivery note says\b",
    ),
    # Where one looks for help.
    (
        0.5,
        r"\b(?:manual|handbook|user guide|short guide|serial (?:number|no)|firmware|log ?file|software version|"
        r"version "
        r"\d|screenshot|anleitung|handbuch|seriennummer|protokolldatei|notice d'utilisation|dans la notice|mode "
        r"d'emploi|numero de serie|el manual|manual de|handleiding|serienummer|manuale|dear support|hello support|"
        r"support "
        r"team|helpdesk|help desk|kundendienst|servicetechniker)\b",
    ),
)
# What is told in passing wherever something is wrong, and seldom where somebody buys.
_HINTS: tuple[tuple[float, str], ...] = (
    # Something is not, or nothing happens; who wants something seldom speaks so.
    (
        0.5,
        r"\b(?!(?:i|we|you|if)\b)\w+ (?:\w+ )?(?:does|do|did|is|are|was|were|has|have|had|will|would|can|could)(?:n't|"
        r" not)\b|\bnot at all\b|\b(?:there is|there are|shows?|says?|gives?|get|got|comes?) no\b|\bnothing\b|"
        r"\bnobody\b|\bno longer\b|\bno \w+ (?:at all|comes|appears|shows)\b|\b(?:nicht|nichts|niemand|nirgends|"
        r"nie)\b|\bkeine?[nmrs]?\b|\b(?:ne|n')\b[^.?!]{1,25}\b(?:pas|plus|rien|jamais|aucun\w*)\b|\b(?:aucun\w*|"
        r"rien)\b|\bno (?:se|me|nos|le|hay|puede\w*|est\w+|\w+[ae]n?)\b|\b(?:nada|nadie|ningun\w*|nunca)\b|\b(?:niet|"
        r"niets|niemand|nergens|nooit|geen)\b|\bnon\b|\b(?:nulla|niente|nessun\w*)\b|\bnao\b",
    ),
    # Against what one expects.
    (
        0.15,
        r"\b(?:although|though|yet|still|even|instead|only|just|but|obwohl|trotzdem|dennoch|nur|erst|aber|immer noch|"
        r"noch immer|pourtant|bien que|seulement|mais|toujours|alors que|aunque|sin embargo|solo|pero|sigue\w*|hoewel|"
        r"toch|slechts|alleen|maar|nog steeds|steeds|eppure|ma|ancora|mas)\b",
    ),
    # When it began, how often.
    (
        0.3,
        r"\b(?:this morning|yesterday|last night|overnight|suddenly|again|every time|each time|twice|three times|"
        r"all (?:day|night)|for (?:two|three|\d+) (?:days|hours|weeks)|since|heute (?:morgen|fruh|nacht)|gestern|"
        r"vorgestern|seit|plotzlich|wieder|jedes mal|dreimal|zweimal|fruher|nach dem|ce matin|hier|cette nuit|depuis|"
        r"soudain|chaque fois|trois fois|deux fois|de nouveau|chaque soir|esta manana|ayer|anoche|desde|de repente|"
        r"otra vez|cada vez|dos dias|tres veces|vanmorgen|vannacht|gisteren|sinds|plotseling|ineens|weer|elke keer|"
        r"telkens|zodra|als ik|stamattina|ieri|improvvisamente|dopo)\b",
    ),
    # Parts of machines and programs.
    (
        0.3,
        r"\b(?:screens?|page|button|message|door|doors|motor|engine|sensor|light|lamp|machine|machines|printer|app|"
        r"update|software|system|computer|laptop|phone|list|import|upload|export|user|users|menu|device|unit|battery|"
        r"temperature|pressure|water|oil|noise|cable|switch|power|key|keys|handle|wheel|brakes?|valve|filter|belt|fan|"
        r"display|backup|browser|file|files|row|rows|bildschirm|seite|knopf|taste|meldung|tur|tor|lampe|maschine|"
        r"drucker|treiber|anlage|gerat|akku|druck|wasser|ol|kabel|schalter|strom|rad|ventil|datei|liste|benutzer|"
        r"ecran|page|bouton|message|porte|portail|moteur|capteur|lumiere|imprimante|logiciel|appareil|batterie|eau|"
        r"huile|cable|fichier|acces|caisse|pantalla|pagina|boton|mensaje|puerta|puertas|ascensor|motor|luz|impresora|"
        r"programa|equipo|bateria|agua|aceite|cable|archivo|copia|horno|scherm|pagina|knop|melding|deur|poort|motor|"
        r"lamp|apparaat|toestel|accu|water|olie|kabel|bestand|telefoon|schermo|porta|cancello|macchina|motore|"
        r"telecomando|acqua|olio)\b",
    ),
    # Is that how it should be? May one?
    (
        0.5,
        r"\b(?:any idea|what is going on|is (?:it|this) (?:ok|okay|fine|safe|normal|serious|right|my|me)|did it|"
        r"do i (?:have|need)|should i|am i doing|ist das (?:normal|schlimm|richtig)|darf man|kann man|soll ich|"
        r"muss ich|est-ce (?:normal|grave)|dois-je|peut-on|es (?:grave|normal)|debo|tengo que|ligt (?:dat|het) aan|"
        r"is (?:dat|het) (?:normaal|erg)|moet ik|mag (?:ik|je)|e normale|devo|explain|difference between|erklaren|"
        r"unterschied|expliquer|explicar|uitleggen)\b",
    ),
)
_SIGN_PATTERNS = tuple((weight, re.compile(pattern)) for weight, pattern in _SIGNS)
_HINT_PATTERNS = tuple((weight, re.compile(pattern)) for weight, pattern in _HINTS)


def score(text: str) -> tuple[float, float]:
    """How much a text asks for help, by plain signs and by hints; a second sentence of the same kind counts half."""
    folded = [run(piece.text) for piece in sentences(text)]
    return _sum(_SIGN_PATTERNS, folded), _sum(_HINT_PATTERNS, folded)


def _sum(patterns: tuple[tuple[float, re.Pattern[str]], ...], folded: list[str]) -> float:
    total = 0.0
    for weight, pattern in patterns:
        hits = sum(pattern.search(sentence) is not None for sentence in folded)
        total += weight * (min(hits, 2) + 1) / 2 if hits else 0.0
    return total
