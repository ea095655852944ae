"""Next actions: what the writer asks us for, and what they say they will do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from crmllm.extraction.rules import cues, dates
from crmllm.extraction.rules.asked import ASKED, HAVE_YOU, WELCOME, is_stated
from crmllm.extraction.rules.promises import CALLING, OWN_DOING
from crmllm.extraction.rules.text import Candidate, Piece, flat, run, sentences, trimmed
from crmllm.extraction.rules.undertaken import COMING, IF_CHANGED

# What opens a request; the words after it say what is asked for.
_ASK = re.compile(
    r"\b(?:"
    # English
    r"(?:could|can|would|will) (?:you|someone|somebody|anyone|your team)(?: guys| all)?(?: please| kindly| maybe|"
    r" perhaps| possibly| also)?(?: be able to| be so kind as to| mind)?"
    r"|(?:please|pls|plz|kindly)(?: could you| can you| also)?|(?:i|we) (?:would|'d) (?:appreciate|"
    r"be grateful)(?: it)? if you (?:could|would|can)|(?:i|we)'d (?:appreciate|be grateful)(?: it)? if you (?:could|"
    r"would|can)"
    r"|(?:i|we) (?:kindly )?(?:ask|request)(?: that)? you(?: to)?|(?:i|we) need you to|(?:i|we) want you to|"
    r"i'd like you to|we'd like you to|would you like to|you (?:need|should|must|have) to|make sure|be sure to"
    r"|(?:could|can|may) (?:i|we) (?:please )?(?:have|get|ask for)|(?:do you think you|is there any way you|"
    r"is it possible|would it be possible)(?: could| can)?(?: to)?"
    # German
    r"|(?:konnten|konnen|wurden|wollen|mochten) sie(?: mir| uns)?(?: bitte)?|(?:kannst|konntest|wurdest) du(?: mir|"
    r" uns| bitte)*|(?:ich|wir) bitten? (?:sie )?(?:um|darum)?|bitten? (?:wir |ich )?um|bitte|ich bitte|"
    r"wir bitten um|ware es moglich"
    # French
    r"|(?:pouvez|pourriez)-vous|(?:peux|pourrais)-tu|merci (?:de(?: bien vouloir)?|d'(?!avance))|veuillez|"
    r"je vous (?:prie|saurais gre|remercie) de(?: bien vouloir)?|nous vous (?:prions|remercions) de(?: bien vouloir)?|"
    r"(?:je|nous) vous (?:demand|invit)(?:e|ons)(?: donc)? (?:de|d'|a)|"
    r"(?:est|serait)-il possible (?:de|d')"
    r"|vous serait-il possible (?:de|d')|s'il vous plait|svp"
    # Spanish
    r"|(?<!no )(?<!se )(?:podria|podrias|podrian|podriais|puede|puedes|pueden|podeis)(?:n)?(?: usted(?:es)?)?|por "
    r"favor|favor de|"
    r"(?:me permito|quiero|quisiera|quisieramos|venimos a|vengo a) solicitar(?:le|les)?|(?:le|les|te) (?:ruego|"
    r"rogamos|pido|pedimos|agradeceria|agradeceriamos)(?: que)?|(?:rogamos|solicito|solicitamos|agradeceria|"
    r"agradeceriamos)(?: que| nos)?|(?:es|seria) posible|(?:necesit\w+|queremos|quiero|quisier\w+|esper(?:o|amos)) que "
    r"(?:nos |me )?(?:lo |la |los |las )?|precis(?:o|amos)(?: de)? que |(?:j'ai|nous avons) besoin qu(?:e |')|"
    r"(?:ho|abbiamo) bisogno che |potrzebujemy, zeby "
    # Italian
    r"|(?<!si )(?<!non )(?:potrebbe|potreste|potresti|puo|puoi|potete)|per (?:favore|cortesia|piacere)|(?:vi|le|la|"
    r"ti) (?:prego|"
    r"preghiamo|chiedo|chiediamo|sarei grat[oa])(?: di)?|(?:si prega|preghiamo|chiediamo)(?: di)?|(?:e|"
    r"sarebbe) possibile(?! che)|"
    r"cortesemente|(?:vi|la) invit(?:o|iamo) a"
    # Dutch
    r"|(?:kunt|zou|wilt|zoudt) u(?: mij| ons)?(?: alstublieft| misschien| s\.?v\.?p\.?)?|(?:kun|kunnen|kan|zou|"
    r"zouden|wil|"
    r"willen) (?:je|jij|jullie)(?: mij| ons)?|(?:is|zou) het mogelijk(?: om)?|gelieve|alstublieft|alsjeblieft|graag|"
    r"wij verzoeken u"
    r"|(?:we|i) demand(?: that)? you|(?:nous |j')?exige(?:ons)?(?: de vous)?(?: que| de)|exig(?:imos|o)(?: que)?|"
    r"(?:esigiamo|esigo|pretendiamo)(?: che| di)?|(?:wij|we|ik) eisen? dat|(?:zadamy|zadam|domagamy sie|domagam sie)|"
    r"wir verlangen(?:,? dass sie)?|(?:sie werden|werden sie|u wordt|siete|e|es) (?:aufgefordert|verzocht|pregat[oi]),?"
    r"|(?:les?|os) (?:invit|requer)(?:o|amos|imos) a|(?:convid(?:o|amos)|nous (?:vous )?convions)"
    r"(?: v\. ?exas?\.?)?(?:-vos|-los)? a|(?:zwracam|zwracamy) sie (?:do panstwa )?z (?:uprzejma )?prosba o|"
    r"(?:fordern|laden) (?:wir )?sie (?:hiermit |hoflich )?(?:auf|ein),?|nodigen (?:wij )?u (?:graag )?uit(?: om|"
    r" voor)?|"
    r"wir fordern sie auf|(?:wzywamy|wnosimy) (?:do|o)"
    # Portuguese
    r"|(?<!nao )(?<!se )(?:poderia|poderiam|poderao|pode|podem|podia|podiam)(?:-me|-nos)?|agradec(?:o|emos|ia|iamos|"
    r"eria|"
    r"eriamos)(?!-)(?! (?:muito )?(?:desde ja )?(?:a |o |pel[ao] )?(?:vossa |sua |vosso |seu )?(?:atencao|proposta|"
    r"oferta|contac?to|disponibilidade|interesse|tempo|paciencia|visita|simpatia)\b)(?: que|"
    r" se)?|peco(?:-lhe| que)?|pedimos(?: que)?|solicit(?:o|amos)(?: que)?|(?:venho|vimos|gostaria de|gostariamos de) "
    r"solicitar|queiram?|(?:e|seria) possivel|da para"
    # Polish
    r"|(?:uprzejmie |bardzo |serdecznie )?(?!prosze (?:pana|pani|panstwa),)pros(?:ze|imy|ilbym|ilabym|ilibysmy)(?: "
    r"panstwa| pana| pania)?(?: tylko|"
    r" pilnie)?"
    r"(?: o)?|czy (?:moglby|moglaby|mogliby|moglibyscie|moze|moga|mozecie|da sie|mozna)(?: pan| pani|"
    r" panstwo)?(?: prosic"
    rf"(?: o)?)?|{ASKED}|"
    r"(?:by(?:lbym|labym|libysmy)) wdzieczn[iya] (?:za|o)|niech (?:pan|pani|panstwo|ktos)|poprosze(?: o)?|"
    r"(?:mamy|mam) prosbe o"
    r")(?:(?!\w)|(?<=[' ]))[, ]*"
)
_IMPERATIVE = re.compile(
    r"^(?:[-*•–▪►·] +|\d{1,2}[.)] +)?"
    r"(?:and |then |so |also |just |ok,? |thanks,? |hi \w+,? |hello,? |if (?:so|not|possible),? )*(?P<verb>send|"
    r"call|phone|ring|confirm|check|review|provide|schedule|arrange|forward|fix|advise|give|tell|reply|respond|"
    r"update|ensure|prepare|quote|book|include|add|remove|"
    r"cancel|contact|take|look|see|read|print|sign|return|get|set|let (?:me|us) know|keep|change|use|follow|submit|"
    r"complete|attend|join|bring|note|ask|email|mail|fax|copy|"
    r"invite|meet|talk|discuss|find|verify|approve|ship|deliver|replace|refund|reset|renew|extend|process|issue|"
    r"share|draft|file|remind|plan|click|visit|go|come|try|put|move|pass|hold|stop|start|make|turn|write|leave|help|"
    r"pay|buy|order|reserve|register|"
    r"halten sie|kommen sie|machen sie|korrigieren sie|liefern sie|bringen sie|sagen sie(?!,| mal\b)|informieren sie|"
    r"nehmen sie|"
    r"erklaren sie|stellen sie|uberprufen sie|schickt|ruft|gebt|meldet euch|pruft|melde dich|gib|sag|halte mich|"
    r"halt mich|fragen sie|sprechen sie|"
    r"tenez|dites|precisez|verifiez|validez|joignez|passez|tiens|mantengame|mantenganos|mantenme|avisame|avisenos|"
    r"aviseme|"
    r"pasame|pasanos|pasenme|pasenos|mi tenga|tenetemi|teneteci|houd me|houd ons|hou me|hou ons|"
    r"senden sie|schicken sie|rufen sie|bestatigen sie|prufen sie|geben sie|teilen sie|melden sie|lassen sie|"
    r"nennen sie|schick|sende|ruf|"
    r"envoyez|appelez|confirmez|faites|donnez|rappelez|transmettez|indiquez|adressez|envienos|envieme|envieos|enviad|"
    r"mandenos|mandeme|llamenos|llameme|confirmen\w*|confirme|digame(?!,)|diganos|"
    r"inviateci|mandateci|inviatemi|mandatemi|chiamatemi|chiamateci|fatemi sapere|fateci sapere|mi mandi|mi invii|"
    r"ci mandi|ci invii|mi chiami|mi faccia sapere|ci faccia sapere|confermate|"
    r"stuur|bel|bestel|bevestig|geef|laat|neem|me llamas|me envias|nos envias|enviame|envianos|llamame|llamanos|"
    r"mandame|mandanos|me mandas|confirmame|me confirmas|mi chiami|mi mandi|mandami|mandaci|chiamami|me ligas|"
    r"envia-me|bel me|bel je|stuur je|bevestig je|kom|rappelle|envoie|confirme|envie-nos|envie-me|enviem\w*|mande\w*|"
    r"ligue\w*|confirmem|digam\w*|"
    r"przeslij(?:cie)?|wyslij(?:cie)?|zadzwon(?:cie)?|daj(?:cie)? znac|potwierdz(?:cie)?|sprawdz(?:cie)?|"
    r"przygotuj(?:cie)?|napisz(?:cie)?|oddzwon(?:cie)?|anuluj(?:cie)?|wystaw(?:cie)?|"
    r"richiamatemi|richiamateci|ricontattatemi|ricontattateci|rispondete(?:mi|ci|le|gli)?|contattatemi|contattateci|"
    r"portate|verificate|controllate|mandate|inviate|spedite|preparate|mi richiami|ci richiami|mi ricontatti|"
    r"traigan?|traed|respond[ae]n?\w{0,4}|enviennos|envienme|envien|llamennos|indiquen\w{0,3}|sirvan\w{0,3}|revisen|"
    r"preparen|confirmadnos|llamadnos|decidme|decidnos|enviadnos|mandadnos|"
    r"(?:me|nos) (?:liguem?|enviem?|mandem?|digam?|confirmem?|informem?|passem?|retornem?)|tragam?|respondam?|"
    r"contactem\w{0,4}|contacte-\w+|preparem|verifiquem|"
    r"neemt|kijk|breng|lever|zet|controleer|reken|"
    r"przywiez(?:cie)?|odpisz(?:cie)?|zarezerwuj(?:cie)?|podaj(?:cie)?|"
    r"llamenme|llamadme|enviadme|mandadme|diganme|confirmadme|fatemi avere|fateci avere|speditemi|speditici|"
    r"envie-me|mandem-me|liguem-me|digam-me|bellen jullie|mail me|mail ons|rappelez-moi|dites-moi|tenez-moi|"
    r"envoyez-moi|envoyez-nous|donnez-moi|schickt mir|schickt uns|ruft mich|sagt mir|sagt uns)(?!\w)"
)
# What the writer says they need from us counts as asked for.
_NEED = re.compile(
    r"\b(?:"
    # Something to meet or talk about.
    r"(?:can|could|may|shall) we (?=(?:schedule|meet|talk|speak|set up|arrange|book|discuss|have (?:a|another) )\b)"
    r"|(?:konnen|konnten|wollen) wir (?=[^.?!]{0,50}\b(?:telefonieren|sprechen|treffen|termin|besprechen|"
    r"vereinbaren)\b)"
    r"|(?:pouvons-nous|pourrions-nous|peut-on|pourrait-on) (?=(?:se|nous|convenir|fixer|parler|en parler|organiser|"
    r"prevoir)\b)"
    r"|(?:podemos|podriamos) (?=(?:hablar|vernos|quedar|fijar|agendar|reunirnos|concertar)\b)"
    r"|(?:possiamo|potremmo) (?=(?:sentirci|vederci|fissare|parlare|parlarne|incontrarci)\b)"
    r"|(?:kunnen|zullen|zouden) (?:we|wij) (?=[^.?!]{0,40}\b(?:afspreken|bellen|overleggen|spreken|inplannen|"
    r"bespreken)\b)"
    # What they wait for.
    r"|(?:i|we)(?:'m| am|'re| are)? (?:wait(?:ing)? for|await(?:ing)?) (?=(?:your|the|a|an)\b)|(?:ich|"
    r"wir) warten? (?:noch )?auf "
    r"(?=(?:ihr|dein|eine?|die|das|den)\w* )|(?:j'attends|nous attendons|dans l'attente de) (?=(?:votre|vos|le|la|"
    r"une?) )|"
    r"(?:espero|esperamos|quedo a la espera de|quedamos a la espera de) (?=(?:su|sus|tu|vuestra?|el|la|una?) )|"
    r"(?:attendo|attendiamo|resto in attesa di|restiamo in attesa di) (?=(?:la|il|un\w*) )|(?:ik|wij|"
    r"we) wachten? (?:nog )?op "
    r"(?=(?:uw|je|jullie|een|de|het) )"
    # Papers and people that they need.
    r"|(?:i|we)(?:'ll| will)?(?: also| still)? need (?=(?:a|an|the|your|some|two|three)\b[^.]{0,40}\b(?:drawings?|"
    r"data sheets?|"
    r"certificates?|details|dimensions|plans?|contract|form|report|documents?|samples?|feedback|decision|dates?|"
    r"manual|"
    r"list|figures?|measurements)\b)|(?:i|we) need (?=(?:some(?:body|one)|one of (?:your|you)|an? (?:engineer|"
    r"technician|colleague))\b)"
    r"|il (?:nous|me|nous en) fau(?:t|drait|dra) (?:donc |aussi )?(?=(?:votre|vos|un|une|le|la) "
    r"(?:devis|offre|tarifs?|prix|reponse|facture|technicien|confirmation|rendez-vous)\b)|"
    r"oczekuj(?:e|emy) (?:od panstwa |na )?(?=\w{4,})"
    r"|(?P<due>(?:(?:the|your|das|ihr|die|votre|le|la|il|el|su|l'|de|uw|o|a|vossa) ?)?(?:quot\w+|offers?|tenders?|"
    r"bids?|angebote?|"
    r"devis|offres?|ofertas?|presupuestos?|preventiv[oi]|offert[aei]s?|propostas?|oferty?)(?: \w+){0,2} (?:must|"
    r"should|has to|"
    r"have to|muss|mussen|sollte|doit|doivent|devra|devront|debe\w*|deve|devono|dovra\w*|moet|moeten|dient|dienen|"
    r"deve\w*|musi|"
    r"powinn\w+)\b)"
    r"|(?:kann|konnte) (?:\w+ ){0,2}(?=jemand\b)|kan er (?:\w+ ){0,2}(?=iemand\b)|quelqu'un (?:peut-il|pourrait-il|"
    r"peut|"
    r"pourrait) |(?:puede|pueden|podria) (?=(?:venir|llamar\w*|pasar\w*) alguien)|alguien (?:puede|podria) |"
    r"qualcuno (?:puo|"
    r"potrebbe) |some(?:one|body) (?:from your (?:side|team|office) )?(?:should|needs to|must) "
    r"|(?:i|we) (?:would|'d) (?:like|love|need) to (?:receive|get|see|know|schedule|arrange|book|set up|discuss|"
    r"speak|talk|request|ask)|(?:i|we)'d (?:like|love) to (?:receive|get|see|know|schedule|arrange|book|set up|"
    r"discuss|speak|talk|request|ask)"
    r"|(?:i|we) (?:would|'d) like (?=(?:a|an|the|your|some)\b[^.]*\b(?:quote|quotation|offer|proposal|demo|call|"
    r"meeting|price|invoice|refund|sample|trial|copy))|(?:i|we)'d like (?=(?:a|an|the|your|some)\b[^.]*\b(?:quote|"
    r"quotation|offer|proposal|demo|call|meeting|price|invoice|refund|sample|trial|copy))"
    r"|(?:i|we) need (?=(?:a|an|the|your|some|to know)\b[^.]*\b(?:quote|quotation|offer|proposal|demo|call|price|"
    r"invoice|refund|replacement|answer|solution|technician|copy|update|confirmation|access|know))|(?:i|we) (?:am|"
    r"are) waiting for|let (?:me|us) know|get back to (?:me|us)|looking for a (?=(?:quote|quotation|offer|proposal|"
    r"demo))"
    r"|(?:wir|ich) (?:hatten?|hatte) gern\w*|(?:wir|ich) (?:mochten|mochte|wunschen|brauchen|brauche|benotigen|"
    r"benotige) (?=[^.]*\b(?:angebot|termin|ruckruf|demo|preis\w*|rechnung|muster|ersatz|auskunft|ruckmeldung|"
    r"techniker|antwort|losung|kostenvoranschlag))"
    r"|(?:nous|je) (?:souhait\w+|aimer\w+|voudr\w+|desir\w+) (?:recevoir|obtenir|avoir|connaitre|savoir|organiser|"
    r"planifier|convenir)|(?:nous aurions|j'aurais|nous avons|j'ai) besoin (?=d[eu'][^.]*\b(?:devis|offre|"
    r"rendez-vous|facture|prix|reponse|demonstration|technicien|remplacement))"
    r"|(?:nos|me) gustaria (?:recibir|tener|saber|conocer|concertar|organizar|agendar)|(?:necesitamos|queremos|"
    r"quisieramos|quisiera|querria|querriamos|desearia|deseamos|me gustaria|quiero|"
    r"necesito) (?=[^.]*\b(?:presupuesto|oferta|cotizacion|reunion|llamada|demostracion|factura|precio|respuesta|"
    r"tecnico|sustitucion))"
    r"|(?:vorremmo|vorrei|gradiremmo|desideriamo|ci serve|ci servirebbe|avremmo bisogno di|"
    r"abbiamo bisogno di) (?=[^.]*\b(?:preventivo|offerta|incontro|appuntamento|chiamata|demo\w*|fattura|prezz\w*|"
    r"risposta|tecnico|sostituzione|ricevere|sapere))"
    r"|(?:wij|we|ik) (?:ontvangen|ontvang|willen|wil|zouden|zou|hebben|heb) graag|(?:wij|we|ik) (?:willen|wil|zouden|"
    r"zou) graag|(?:gostariamos|gostaria|queriamos|precisamos|preciso|precisava|necessitamos) de "
    r"(?=[^.]*\b(?:orcamento|proposta|cotacao|reuniao|chamada|demonstracao|fatura|preco|resposta|receber|saber|"
    r"agendar|tecnico))"
    # What they ask to be given, as a question; what they look for, without saying who.
    r"|(?:konnten|konnen|durften) wir (?=[^.?!]{0,80}\b(?:bekommen|haben|erhalten|kriegen)\b)|(?:bekommen|"
    r"kriegen) wir "
    r"(?=[^.?!]*\b(?:angebot|preis\w*|rechnung|termin|muster|unterlagen|gutschrift|bestatigung|datenblatt)\b)"
    r"|(?:pourrions-nous|pouvons-nous|peut-on|pourrait-on|puis-je|pourrais-je) (?=(?:avoir|recevoir|obtenir)\b)"
    r"|(?:podriamos|podemos|podria|puedo) (?=(?:tener|recibir|contar)\b)|(?:potremmo|possiamo|potrei|posso) "
    r"(?=(?:avere|ricevere)\b)|(?:kunnen|mogen|zouden) (?:we|wij) (?=[^.?!]{0,60}\b(?:ontvangen|krijgen|hebben)\b)"
    r"|(?:podemos|poderiamos|posso|podia) (?=(?:ter|receber)\b)|czy (?:mozemy|mozna|moge) (?=(?:prosic|dostac|"
    r"otrzymac)\b)"
    r"|¿?(?:me|nos) (?=(?:envia|manda|dice|pasa|confirma|llama|hace|prepara|reserva)[ns]?\b[^.!]*\?)"
    r"|(?:ci|mi) (?=(?:fate sapere|fate avere|richiamate|chiamate|ricontattate|richiama|mandate|inviate|dite|"
    r"confermate|fa sapere|manda|invia|dice|confermi|mandi|"
    r"invii|dici|fai sapere|fai avere|giri|prepari)\b)"
    r"|(?:chcielibysmy|chcialbym|chcialabym) (?:prosic o |otrzymac |dostac |umowic |poznac |zamowic wizyt\w* )"
    r"|(?:potrzebujemy|potrzebuje) (?=[^.]{0,60}\b(?:ofert\w*|wycen\w*|faktur\w*|cen\w*|serwisant\w*|odpowiedzi|"
    r"potwierdzen\w*|duplikat\w*|termin\w*)\b)|czekam(?:y)? na (?=(?:odpowiedz|ofert\w*|wycen\w*|faktur\w*|kontakt|"
    r"potwierdzen\w*|panstwa)\b)"
    r"|(?:quedo|quedamos|sigo|seguimos) a la espera de (?=\w)|let (?:me|us) have (?=\w)"
    r"|(?:and|und|et|y|e|ed|en|i) (?:would (?:like|love|need)|'d like|aimerions|aimerais|souhait(?:ons|ez|erions|"
    r"erais)|"
    r"voudri(?:ons|ez)|desirons|gostariamos|gostaria|queremos|quisieramos|vorremmo|vorrei|desideriamo|willen graag|"
    r"hatten? gern\w*|mochten|chcielibysmy|prosimy o|ontvangen graag)(?: de)? (?=(?:[^.?!]|"
    r"(?<=\d)\.){0,50}\b(?:quot\w+|offers?|proposal|"
    r"prices?|demo\w*|call|meeting|devis|offre|tarifs?|prix|rendez-vous|presupuesto|cotizacion|oferta|precio|reunion|"
    r"preventivo|offerta|prezz[oi]|incontro|offerte|prijs\w*|afspraak|orcamento|proposta|preco|reuniao|angebot|"
    r"preis\w*|"
    r"termin|auskunft|ofert\w*|wycen\w*|cen[aey])\b)"
    r"|(?:ontvangen|krijgen|zien) (?:wij |we )?graag (?=[^.?!]{0,40}\b(?:offerte|prijs\w*|voorstel|factuur|"
    r"bevestiging)\b)"
    r"|(?:gostaria|gostariamos) de (?=(?:saber|conhecer|receber|cotar|orcar|pedir)\b)|(?:quisiera|quisieramos|"
    r"me gustaria|nos gustaria|queria|queriamos) (?=(?:cotizar|saber|conocer|pedir|solicitar|recibir)\b)"
    r"|(?:mochte|mochten|wurde|wurden) (?:ich|wir) (?:gern\w* )?(?=[^.?!]{0,60}\b(?:vereinbaren|anfragen|bitten|"
    r"erhalten)\b)"
    r"|^(?:need|needing|looking for|requesting|after) (?=(?:a|an|some|your)\b[^.]*\b(?:quote|quotation|offer|price|"
    r"proposal|demo|call|copy|invoice))"
    r")(?:(?!\w)|(?<=[' ]))[, ]*"
)
_PROMISE = re.compile(
    rf"\b(?!{CALLING})"
    r"(?:(?:i|we)(?:'ll\b| will\b| shall\b| am going to| are going to|'re going to|'m going to)(?: then| also|"
    r" now)?(?! (?:not|need|require|be (?:happy|glad|able|using|needing)|have to|want|buy|take|see\b))"
    r"|(?:i|we) promise to|(?:our|my) \w+(?: \w+)? will(?! (?:not|need|be))|you(?:'ll| will) (?:hear from|have it|"
    r"have them|receive|get) "
    r"(?=[^.?!]*\b(?:us|me|from|by|tomorrow|next|on|this)\b)|let me (?=(?:check|send|get|ask|find|confirm|come back|"
    r"talk))"
    r"|(?:ich|wir) (?:werden?|sende?n?|schicken?|melden?|rufen?|liefern|bestatigen?|klaren?|prufen?|kommen?|geben?|"
    r"uberweisen?|reichen?|ubermitteln?|stellen|besprechen) (?!ihr|ihnen nicht|nicht)(?=.*)|(?:melde|"
    r"melden) (?:ich mich|wir uns)|(?:sende|senden|schicke|schicken) (?:ich|wir)"
    r"|(?P<turned>(?:sende|schicke|reiche|bringe|liefere|gebe|maile|rufe|klare|prufe|uberweise|bestatige|besorge|"
    r"bespreche|unterschreibe|unterzeichne|bezahle|zahle|kummere|schaue|frage|hole)n? (?:ich|wir)(?! (?:nicht|gern|"
    r"gerne)\b))"
    r"|(?:horen|erhalten|bekommen|kriegen) sie [^.?!]{0,40}(?:von uns|von mir)|sie (?:horen|erhalten|bekommen) "
    r"(?:[^.?!]{0,40})(?:von uns|von mir)"
    r"|(?:je|nous) (?:vais|allons|vous (?:envoie|envoyons|enverrai|enverrons|rappelle|rappellerai|rappellerons|"
    r"confirme|confirmons|confirmerai|confirmerons|transmets|transmettrons|ferai|ferons|fais parvenir|"
    r"faisons parvenir|fais suivre|remets|recontacte\w*|adresse\w*|"
    r"tiendr\w+)|reviens|reviendrai|reviendrons|revenons) ?"
    r"|(?:te|le|les|os) (?:llamo|llamamos|envio|enviamos|mando|mandamos|confirmo|confirmamos|paso|pasamos|digo|"
    r"decimos|"
    r"aviso|avisamos|escribo|escribimos)(?! adjunt)|(?:quedo|quedamos) en (?=\w+r(?:l[eo]s?|te|os)?\b)|(?:tendra\w*|"
    r"recibira\w*) (?:nuestr\w+|noticias)"
    r"|(?:le|les|te|os) (?:enviare|enviaremos|llamare|llamaremos|mandare|mandaremos|confirmare|confirmaremos|hare|"
    r"haremos)|(?:enviare|enviaremos|llamare|llamaremos|confirmare|confirmaremos|revisaremos|hablare|"
    r"hablaremos)(?!\w)|(?<!no )(?:voy|vamos) a (?!apostar|necesitar|querer|abrir|comprar|ser|tener|estar)"
    r"|(?:vi|le|ti) (?:invier\w+|mander\w+|far\w+ (?:sapere|avere)|chiamer\w+|confermer\w+|richiamer\w+|"
    r"contatter\w+)|(?:invieremo|invierò|manderemo|confermeremo|chiameremo|verificheremo|parlero|parleremo)(?!\w)"
    r"|(?:u hoort|je hoort|jullie horen) [^.?!]{0,40}(?:van ons|van mij|van me)"
    r"|(?:stuur|mail|bel|regel|lever|breng|vraag|check|bevestig|laat|geef)(?:en)? (?:ik|wij|we) (?:u|je|jou|jullie|het|"
    r"dit|dat|hem|haar|de|een|even)(?!\w)"
    r"|(?:ik|wij|we) (?:overleg|overleggen|check|checken|bespreek|bespreken)(?!\w)"
    r"|(?:ik|wij|we) (?:stuur|sturen|zal|zullen|bellen?(?! (?:voor|over|omdat|namens|in verband|wegens))|"
    r"bel(?! (?:voor|over|omdat|namens|in verband|wegens))|kom|komen|bevestig|bevestigen|laat|laten|neem|nemen|ga|"
    r"gaan(?! (?:ons|onze|ook|volgend|dit jaar|binnenkort)\b))(?! graag)(?!\w)"
    r"|(?P<said>\b(?!(?:habe|hatte|mochte|wurde|bitte|konnte|sollte|wollte|musste|kenne|danke|hoffe|wunsche|brauche|"
    r"sehe|"
    r"finde|gebe|frage|glaube|erwarte|denke|verstehe|meine|weisse)\b)\w{3,}e (?:ich|wir) (?:ihnen|sie|dir|euch|mich))"
    r"|(?:le|vi|ti|la|gliel[oa]) (?:mando|preparo|invio|confermo|richiamo|chiamo|giro|spedisco|faccio avere|"
    r"faccio sapere|"
    r"mandiamo|inviamo|prepariamo|confermiamo|richiamiamo)(?!\w)"
    r"|\b(?!(?:agradeco|peco|desejo|devo|digo|escrevo|solicito|pedimos|agradecemos|desejamos)-)\w{3,}"
    r"(?:o|amos|emos|imos)-(?:lhes?|vos|te)(?!\w)|(?:envio|enviamos|mando|mandamos) (?=(?:o|a|os|as)\b)|"
    r"eu (?:preparo|envio|mando|trato|confirmo|ligo|vejo)(?!\w)"
    r"|(?:wysle|wyslemy|przesle|przeslemy|zadzwonie|zadzwonimy|oddzwonie|potwierdze|potwierdzimy|dam znac|damy znac|"
    r"sprawdze|sprawdzimy|przygotuje|przygotujemy|podpisze|podpiszemy|zaplace|zaplacimy|dostarcze|dostarczymy|"
    r"uzupelnie|odesle|odeslemy|umowie)(?!\w)"
    r"|(?:les?|os|te) (?:preparo|preparamos|remito|remitimos|reenvio|hago llegar|busco)(?!\w)"
    r"|ik (?:regel(?! (?:ook|hier|er|bij|alle|altijd)\b)|mail|fax|zoek|bereid|onderteken|check|vraag)(?! (?:me|mij|u|"
    r"je)\b)(?!\w)"
    r"|je (?:prepare|vous prepare|vous faxe|vous donne|m'en occupe|verifie)(?!\w)"
    # What we are about to get, and who of theirs gets in touch.
    r"|(?P<given>\b(?:krijgt?|ontvangt?) (?:u|je|jij|jullie)\b(?! (?:van|een) (?:ons|mij)?\?)|\b(?:bekommen|"
    r"erhalten) sie (?=(?:am|"
    r"bis|morgen|heute|noch|diese|nachste|montag|dienstag|mittwoch|donnerstag|freitag))|\bvous recevrez\b|"
    r"\b(?:meldet|melden) sich\b[^.?!]{0,60}\b(?:bei ihnen|bei euch|bei dir)\b|\bwird sich\b[^.?!]{0,40}\bmelden\b|"
    r"\b(?:vous (?:contactera|appellera|rappellera|ecrira|enverra)|prendra contact avec vous)\b|"
    r"\b(?:(?:le|les|te|os) (?:contactara|llamara|escribira|enviara|hara llegar)|se pondra en contacto)\b|"
    r"\b(?:(?:vi|la|ti) (?:contattera|chiamera|scrivera|inviera|mandera)|si mettera in contatto)\b|"
    r"\bneemt (?:\w+ ){0,3}contact (?:met (?:u|je|jullie) )?op\b|\bbelt (?:u|je|jullie)\b|"
    r"\bentrara em contacto\b|\b(?:skontaktuje sie|odezwie sie)\b)(?!\w)"
    rf"|{OWN_DOING}"
    rf"|(?P<coming>{COMING})(?!\w)"
    # Papers that are about to leave their house.
    r"|(?P<leaves>(?:\b(?:the|our|my|die|der|den|unsere?|das|le|la|notre|l'|el|nuestr[oa]|il|lo|nostr[oa]|de|het|"
    r"onze|o|a|"
    r"noss[oa]|signed|original)[ ])?\b(?:\w+ ){0,2}(?:order|po|original|contract|form|bestellung|auftrag|vertrag|"
    r"unterlagen|bon de commande|commande|contrat|pedido|contrato|ordine|contratto|bestelling|opdracht|encomenda|"
    r"zamowienie|umowa)(?: \w+){0,2} (?:follows|will follow|goes out|will go out|is on its way|will be with you|"
    r"geht\b[^.?!]{0,30}\b(?:raus|heraus|zu)|folgt|kommt|partira|suivra|suit|saldra|sigue|partira|seguira|segue|volgt|"
    r"gaat\b[^.?!]{0,30}\b(?:uit|weg)|komt eraan|wyjdzie|zostanie wyslan\w))(?!\w)"
    r"|(?:enviarei|enviaremos|ligarei|ligaremos|confirmarei|confirmaremos|mandarei|falarei|entrarei|entraremos|"
    r"(?<!nao )vou|"
    r"(?<!nao )(?<!no )vamos(?! (?:a )?(?:necesitar|querer|precisar|abrir|comprar|ter|ser|estar|construir|renovar|"
    r"mudar|crescer)\b))(?!\w)"
    r")"
)
_PLEASANTRY = re.compile(
    # "Thanks, won't you?": a question only by its tail.
    r"^(?:thanks?|thank you|danke|merci|gracias|grazie|bedankt|obrigad[oa]|dziek\w+)\b[^.!?]{0,60}\?|"
    r"(?:don'?t|do not) hesitate|feel free|please find|please see (?:below|attached)|see attached|please note that|"
    r"if you have any (?:further )?questions|any questions|please excuse|please accept|"
    r"zogern sie nicht|bei (?:ruckfragen|fragen)|fur (?:ruckfragen|weitere fragen)|anbei|n'hesitez|trouverez|"
    r"veuillez (?:trouver|agreer|recevoir|accepter)|je vous prie d'agreer|no dud\w+|quedamos a su disposicion|"
    r"quedo a su disposicion|"
    r"encontrara|non esit\w+|in allegato|a disposizione|rimaniamo|aarzel|in de bijlage|nao hesit\w+|em anexo|"
    r"ao dispor|consider the environment|think before|take care|have a (?:nice|great|good)|see you|"
    r"this (?:e-?mail|message)|intended recipient|unsubscribe|click here|notify the sender|delete (?:it|this)|"
    r"thank you for|thanks for|let me know what you think"
)
_TAIL = re.compile(
    r"(?:, (?:(?:and |und |et |y |e |en |i )?(?:lei|loro|usted|ustedes|o senhor|a senhora|pan|pani|panstwo|u|vous|you|"
    r"sie)(?= (?!(?:know|see|conosce|savez|sabe)\b)\w+ \w))|, (?:i'm|i am|i|we|it|that|then|otherwise|ich|wir|es|je|"
    r"nous|ik|wij|yo|io) |,? (?:because|since|as we|as i|"
    r"so that|so we|otherwise|if possible|thanks|thank you|please)|,? (?:weil|da wir|da ich|damit|sonst|dann|"
    r"falls moglich|vielen dank|danke)|,? (?:car|parce que|afin que|afin de|merci|sinon|puis|si possible)|"
    r",? (?:porque|"
    r"ya que|para que|gracias|si es posible)"
    r"|,? (?:perche|poiche|cosi|grazie|se possibile)|,? (?:omdat|zodat|bedankt|dan|indien mogelijk)|,? (?:porque|"
    r"uma vez que|obrigad[oa]|se possivel))(?!\w).*$",
    re.DOTALL,
)
# Not an action of its own: a nod, a warning, a link.
_EMPTY = re.compile(
    r"(?:(?:put|sign|count|pencil) (?:us|me) (?:down|up|in)\b|(?:tragen|merken|notieren) sie (?:uns|mich)\b|(?:notez|"
    r"comptez|inscrivez)-(?:nous|moi)\b|(?:apunt|anot)\w{1,4}(?:nos|me)\b|(?:segna|metti|conta)\w*(?:ci|mi)\b|"
    r"(?:zet|noteer|schrijf) (?:ons|mij|me)\b|[^.?!]{0,40}\bin zee\b|inscrevam?-(?:nos|me)\b|"
    r"(?:zapisa|wpisa)\w+ (?:nas|mnie)\b|go ahead\b.{0,20}$|(?:take|consider|treat) this\b|do not|don't|never|"
    r"read (?:more|on)|leave:|note\b|"
    r"see (?:you|below)|keep up|be (?:aware|"
    r"advised)|take care|have a)"
)
_CUT = re.compile(r"\s+[–—-]\s+|\s+(?=\([^()]{12,}\))|;\s+|:\s+(?=[A-Za-zÀ-ÿ])|\?\s+|!\s+")


# "Let's meet", "we should": a plan that involves the reader. Only for judging single sentences.
_PLAN = re.compile(
    r"\b(?:let'?s|let us|(?:i|we|you|someone) (?:should|need to|must|have to)|(?:can|could|shall|may) (?:we|i)|"
    r"if you (?:could|can|would)|would be (?:great|helpful|good)"
    r"|(?:don'?t|do not) hesitate|feel free|hope (?:to|we)|would (?:like|love) to|look(?:ing)? forward|any chance|"
    r"(?:and|then|to) (?:call|send|let me|tell|discuss|meet)|give (?:me|us)|send (?:me|us|it)|lassen sie uns|parlons|"
    r"hablemos|parliamone)\b"
)


# A question for a price, a way or a day: it asks for an answer where nothing else is asked for.
_QUESTION = re.compile(
    rf"(?:{HAVE_YOU}|"
    r"what (?:does|do|would|will|is|are)\b[^?]{0,60}\b(?:cost|price|prices|come to|run to|mean|lead time)\b|"
    r"how much\b|how (?:do|can|should) (?:i|we)\b|"
    r"was (?:kostet|kosten|wurden?|ware)\b[^?]{0,80}|wie (?:teuer|viel kost\w+)\b|wie (?:kann|konnen|bekommen|machen) "
    r"(?:ich|wir)\b|(?:bis )?wann (?:kommt|kann|konnen|ware|erhalten|bekommen)\b|"
    r"(?:c'est |a )?combien\b|quel(?:s|le|les)? (?:est|sont|serait|"
    r"seraient)\b[^?]{0,20}\b"
    r"(?:prix|tarifs?|delais?|cout)\b|comment (?:on|faire|faut-il|puis-je|peut-on|dois-je)\b|"
    r"cuanto (?:cuesta|costaria|vale|valdria|seria|saldrian?|nos)\b|que (?:precio|plazo|coste)\b|como (?:puedo|"
    r"podemos|hago|se)\b|"
    r"quanto (?:costa|costano|costerebb\w+|verrebbe|viene|sarebbe|ci)\b|qual e il (?:prezzo|costo)\b|come (?:posso|"
    r"possiamo|si)\b|"
    r"(?:wat|hoeveel) (?:kost|kosten|zou|zouden|komt)\b|hoe (?:kan|kunnen|moet|moeten) (?:ik|we|wij)\b|"
    r"wanneer (?:komt|kan|kunnen)\b|"
    r"quanto (?:custa|custam|custaria|fica|ficaria|sairia|seria)\b|qual (?:e|seria) o (?:preco|custo|prazo)\b|"
    r"como (?:posso|"
    r"podemos)\b|"
    r"ile (?:kosztuj\w+|kosztowal\w+|bysmy|by|to|wynosi|wyniesie|trwa)\b|jak(?:a|i) (?:jest|bylaby|bylby|bedzie) "
    r"(?:cena|koszt|termin)\b|kiedy (?:mozna|mozemy|moge|bedzie|przyjedzie|dostaniemy)\b|jak (?:moge|mozemy|to)\b)"
)
_CONFIRMS_NOW = re.compile(
    r"(?:confirm\w{0,4}|bestatigen?|bevestig\w*|potwierdzam\w*) (?:(?:ich|wir|ik|wij|we|hiermit|hierbij|you|le|les|"
    r"por la presente|"
    r"con la "
    r"presente|por este medio) )*(?:our|the|my|notre|la|le|l'|unsere\w*|die|den|el|nuestr[oa]|il|nostr[oa]|de|onze|"
    r"o|a|noss[oa])? ?"
    r"(?:order|commande|bestellung|auftrag|pedido|ordine|bestelling|encomenda|zamowieni\w+)\b"
)

# Deadlines are cut from an action's words wherever they lie; any day serves to recognise them.
_ANY_DAY = datetime(2026, 1, 7)


@dataclass(frozen=True, slots=True)
class Action:
    """One request or promise: its words, who acts, until when."""

    text: Candidate
    owner: str
    due: Candidate | None


def asks(sentence: str) -> float:
    """How much a single sentence asks its reader to do something, 0 to 1."""
    folded = run(sentence.strip())
    if re.search(r"please find|see attached|unsubscribe", folded):
        return 0.3
    if _ASK.search(folded):
        return 0.9
    if _NEED.search(folded):
        return 0.8
    if _IMPERATIVE.match(folded.lstrip(" \"'*-•>0123456789.)")):
        return 0.75
    if _PLAN.search(folded) or _PROMISE.search(folded):
        return 0.6
    if folded.endswith("?"):
        return 0.55
    return 0.1


def owner(sentence: str) -> str:
    """Who is to act by a sentence that asks or promises: "us" or "them", empty for one that does neither."""
    return _who(run(sentence.strip()))[0]


def is_pleasantry(sentence: str) -> bool:
    """Whether a sentence thanks, greets or invites to call at any time: it asks for nothing."""
    return _PLEASANTRY.search(run(sentence.strip())) is not None


def opening(folded: str) -> int | None:
    """Where the words begin that ask the reader for something, in a sentence folded by `run`; None without any."""
    hits = [match.start() for match in (_asking(folded), _NEED.search(folded)) if match is not None]
    if (imperative := _IMPERATIVE.match(folded)) is not None:
        hits.append(imperative.start("verb"))
    return min(hits, default=None)


def find(
    text: str,
    start: int,
    end: int,
    *,
    sent_at: datetime | None,
    month_first: bool = False,
) -> list[Action]:
    """Requests to us and promises of the writer between two places, in order."""
    year = sent_at.year if sent_at is not None else None
    off = cues.off_the_table(text, start, end, year)
    found: list[Action] = []
    for whole in sentences(text, start, end):
        sentence = _behind_pointer(whole)
        folded = run(sentence.text)
        if _PLEASANTRY.search(folded) or len(folded) > 400:
            continue
        owner, begin, confidence = _who(folded)
        if owner == "them" and re.search(IF_CHANGED, folded):
            continue
        if not owner or (owner == "them" and _CONFIRMS_NOW.match(folded, max(0, begin))):
            continue
        piece = _named_before(sentence, begin, _words(sentence, begin))
        spoken = re.findall(r"[^\W\d_]{2,}", piece.text)
        if (
            len(spoken) == 1 and begin <= piece.start - sentence.start
        ):  # "could you check?", "confirm it by Friday" without its day: more of it stays
            piece = _with_asking(sentence, begin, piece) or _words(sentence, begin, whole=True)
            spoken = re.findall(r"[^\W\d_]{2,}", piece.text)
        if len(spoken) < 2 or len(piece.text) < 8 or _EMPTY.match(run(piece.text)):
            continue
        blocked = {
            reason
            for first, last, reason in off
            if 2 * (min(last, piece.end) - max(first, piece.start)) > piece.end - piece.start
        }
        if blocked & {"past", "competitor"} or (blocked and any(char.isdigit() for char in piece.text)):
            continue
        pieces = _split(piece)
        for number, one in enumerate(pieces):
            rule = "request" if owner == "us" else "promise"
            before = [Piece(sentence.start, one.start, "")] if number else []
            words = Candidate("text", _without_day(" ".join(one.text.split())), one.start, one.end, confidence, rule)
            found.append(Action(words, owner, _due(text, sentence, one, before, sent_at, month_first)))
    if not any(one.owner == "us" for one in found):
        found += _questions(text, start, end)
    return found[:6]


def wished(
    text: str, wish: Piece, *, sent_at: datetime | None, month_first: bool = False, rule: str = "request"
) -> Action:
    """A sentence that is known to say what is wished, whether it has words of asking or none."""
    owner, begin, _ = _who(run(wish.text))
    piece = _words(wish, begin if owner == "us" else 0)
    words = Candidate("text", " ".join(piece.text.split()), piece.start, piece.end, 0.65, rule)
    return Action(words, "us", _due(text, wish, piece, [], sent_at, month_first))


def words_of(sentence: Piece, begin: int) -> Piece:
    """The words of an action that begins somewhere in a sentence."""
    return _words(sentence, begin)


def due_of(text: str, sentence: Piece, piece: Piece, sent_at: datetime | None, month_first: bool) -> Candidate | None:
    """Until when an action of a sentence is to be done."""
    return _due(text, sentence, piece, [], sent_at, month_first)


def _with_asking(sentence: Piece, begin: int, piece: Piece) -> Piece | None:
    """What is asked for in one word, with the words that ask: "podem verificar", "Solicitamos o estorno"."""
    for pattern in (_ASK, _NEED):
        for hit in pattern.finditer(run(sentence.text)):
            if hit.end() == begin and re.search(r"\w{3,}", hit.group()):
                words = trimmed(sentence.text, hit.start(), piece.end - sentence.start, " ,;:–-")
                return Piece(sentence.start + words.start, sentence.start + words.end, words.text)
    return None


# "Please see below, can you quote them?": what is asked for stands behind the pointer.
_POINTER = re.compile(
    r"^(?:please (?:see|find)|see|anbei|siehe|ci-joint\w*|ci-dessous|veuillez trouver|adjunt\w+|in allegato|bijgaand|"
    r"hierbij|"
    r"em anexo|segue|w zalaczeniu)\b[^,.;!?]{0,70}[,;]\s+"
)


def _behind_pointer(sentence: Piece) -> Piece:
    pointer = _POINTER.match(run(sentence.text))
    if pointer is None or _ASK.search(run(sentence.text), pointer.end() - 1) is None:
        return sentence
    return Piece(sentence.start + pointer.end(), sentence.end, sentence.text[pointer.end() :])


def _named_before(sentence: Piece, begin: int, piece: Piece) -> Piece:
    """What is asked for stands before the asking where only a day follows: "The offer, please, by Friday"."""
    left = [one for one in dates.find(piece.text, _ANY_DAY) if one.start < 16]
    rest = re.findall(r"[^\W\d_]{3,}", piece.text[left[0].end :] if left else "")
    if not left or len(rest) > 1 or begin < 8:
        return piece
    asked = next((hit for hit in _ASK.finditer(run(sentence.text)) if hit.end() == begin), None)
    words = trimmed(sentence.text, 0, asked.start() if asked else 0, " ,;:–-")
    if len(words.text) < 5 or len(words.text.split()) > 8:
        return piece
    return Piece(sentence.start + words.start, sentence.start + words.end, words.text)


def _questions(text: str, start: int, end: int) -> list[Action]:
    """The first question for a price, a way or a day."""
    for sentence in sentences(text, start, end):
        if not sentence.text.rstrip().endswith("?") or len(sentence.text) > 300:
            continue
        match = _QUESTION.search(run(sentence.text))
        if match is None or cues.is_competitor(sentence.text):
            continue
        words = trimmed(text, sentence.start + match.start(), sentence.end, " ?!.¿")
        return [
            Action(Candidate("text", " ".join(words.text.split()), words.start, words.end, 0.55, QUESTION), "us", None)
        ]
    return []


QUESTION = "question"
_AND_THEN = re.compile(
    r",?\s+(?:and|und|et|y|e|en)\s+(?:please\s+|bitte\s+)?(?=(?:send|call|confirm|check|let|give|tell|prepare|"
    r"forward|deliver|cancel|arrange|include|add|book|fix|replace|"
    r"senden sie|schicken sie|rufen sie|bestatigen sie|geben sie|teilen sie|nennen sie|envoyez|appelez|confirmez|"
    r"indiquez|d'envoyer|de nous envoyer)\b)"
)
# What follows in the same breath is part of it unless one of the two has a day of its own.
_AND_ALSO = re.compile(
    r",?\s+(?:and|und|et|y|e|en|oraz|i)\s+(?=(?:"
    # An infinitive beside another: "di sostituire le macchine e di farci sapere", "envoyer un avoir et de confirmer".
    r"di \w+(?:are|ere|ire|[aei]r(?:ci|mi|lo|la|li|le))\b|(?:d'ici la,? )?de (?:nous |me |vous )?\w+(?:er|ir|re)\b|"
    r"que (?:nos|me) \w+[aeonm]\b|\w+[aei]r-?(?:nos|me)\b|(?:ons|mij) \w+ te\b|(?:refund|replace|issue|return|repair|"
    r"tell|advise|explain|reimburse|invoice|quote)\b|(?:uns |mir )\w+ \w+|o (?:informacj|wiadomosc|potwierdzeni)\w+))"
)


def _split(piece: Piece) -> list[Piece]:
    """Two actions where a second one follows after "and" ("deliver to gate 3, and send me the confirmation")."""
    cut = _AND_THEN.search(run(piece.text))
    if cut is None and (also := _AND_ALSO.search(run(piece.text))) is not None:
        dated = [bool(dates.find(one, _ANY_DAY)) for one in (piece.text[: also.start()], piece.text[also.end() :])]
        cut = also if any(dated) else None
    if cut is None or cut.start() < 12 or len(piece.text) - cut.end() < 12:
        return [piece]
    first = _without_ends(piece.text[: cut.start()].rstrip(" ,"))
    second = piece.text[cut.end() :]
    return (
        [
            Piece(piece.start, piece.start + len(first), first),
            Piece(piece.start + cut.end(), piece.end, second),
        ]
        if piece.text.startswith(first)
        else [piece]
    )


def _asking(folded: str) -> re.Match[str] | None:
    """The first words that ask the reader; a modal verb that only tells what something can do is none."""
    return next((match for match in _ASK.finditer(folded) if not is_stated(folded, match)), None)


def _who(folded: str) -> tuple[str, int, float]:
    """Who is to act, where the words of the action start, and how sure; an empty owner for no action."""
    promise, ask, need = _PROMISE.search(folded), _asking(folded), _NEED.search(folded)
    imperative = _IMPERATIVE.match(folded)
    welcome = WELCOME.search(folded)
    opening = min(
        (match for match in (ask, need) if match is not None),
        key=lambda match: match.start(),
        default=None,
    )
    if promise is not None and (opening is None or promise.start() < opening.start()) and imperative is None:
        return "them", _after_subject(folded, promise), 0.6
    if imperative is not None and (opening is None or imperative.start("verb") < opening.start()):
        return "us", imperative.start("verb"), 0.6
    if opening is not None:
        if opening.end() >= len(folded) - 4:  # "..., please." says it before
            return "us", 0, 0.5
        begin = (
            opening.start()
            if opening.groupdict().get("due")
            or opening.group().strip().startswith("let ")
            or opening.group().strip().startswith("get back")
            else opening.end()
        )
        return "us", begin, 0.65
    if imperative is not None:
        return "us", imperative.start("verb"), 0.55
    if welcome is not None:
        return "us", next(welcome.start(name) for name, text in welcome.groupdict().items() if text), 0.55
    return "", 0, 0.0


def is_command(folded: str) -> bool:
    """Whether words begin with a verb that tells somebody to do something."""
    return _IMPERATIVE.match(folded) is not None


# The thing is named before the verb: "l'ordine ve lo mando", "podpisaną umowę odeślę".
_OBJECT_FIRST = re.compile(
    r"(?:ve|te|ce|me) l[aeo] |gliel[aeo] |(?:se|te|os) l[ao]s? |(?:lho|lha|vo-l[ao]) |(?:wysle|wyslemy|przesle|"
    r"przeslemy|odesle|odeslemy|podesle|podeslemy|dosle|doslemy|przekaze|dostarcze|dostarczymy|przygotuje|podpisze|"
    r"zaplace)\b"
)


def _after_subject(folded: str, promise: re.Match[str]) -> int:
    """Where the promised action starts: after "I will", "je vous"; at the verb itself elsewhere."""
    if promise["turned"] or promise["said"] or promise["leaves"] or promise["given"]:
        return 0  # "The drawings I send you": what it is about stands before the verb
    if promise["coming"] or _OBJECT_FIRST.match(folded, promise.start()):
        cuts = [
            cut.end() for cut in re.finditer(r"[,;:] ", folded[: promise.start()]) if promise.start() - cut.end() > 8
        ]
        return max(cuts, default=0)
    subject = re.match(
        r"(?:(?:i|we)(?:'ll| will| shall| am going to| are going to|'re going to|'m going to)(?: then| also| now)?|"
        r"our \w+(?: \w+)? will|my \w+(?: \w+)? will|"
        r"(?:ich|wir) werden?|(?:ich|wir)|(?:je|nous) (?:vais|allons)|(?:je|nous)(?: vous)?|(?:voy|vamos) a|vou|"
        r"vamos|(?:ik|wij|we) (?:zal|zullen|ga|gaan)|(?:ik|wij|we)|(?:vi|le|ti|les|os|te))\s+",
        folded[promise.start() :],
    )
    return promise.start() + (subject.end() if subject else 0)


def _words(sentence: Piece, begin: int, *, whole: bool = False) -> Piece:
    """The action's own words: from its verb to the end of the clause that holds it; `whole` with day and number."""
    rest = sentence.text[begin:]
    cut = _CUT.search(rest)
    stop = cut.start() if cut and cut.start() > 8 else len(rest)
    tail = _TAIL.search(run(rest[:stop]))
    if tail is not None and tail.start() > 8:
        stop = tail.start()
    words = rest[:stop]
    left = len(words) - len(words.lstrip(" ,:;-–"))
    kept = words.strip(" ,:;-–").rstrip(" .!?,;:")
    kept = kept if whole else _LOOSE_END.sub("", _without_ends(kept))
    left = rest.find(kept[:12], left) if kept else left
    return Piece(sentence.start + begin + left, sentence.start + begin + left + len(kept), kept)


_LOOSE_END = re.compile(r"[\s,]+(?:and|und|et|y|e|en|i)$")
# A deadline or a number at the end is told apart from the action itself; "me", "us" at its start say nothing.
_DEADLINE_LEAD = (
    r"(?:by|before|until|till|on|no later than|not later than|bis(?: zum| spatestens)?|vor(?: dem)?|am|"
    r"avant(?: le)?|d'ici(?: au| le)?|pour(?: le)?|antes (?:del?|de la)|para (?:el|la)|hasta(?: el)?|"
    r"entro(?: il| la)?|prima (?:di|del)|voor|tot|uiterlijk|op|nog|noch|ate(?: ao?)?(?: dia)?|this|deze|"
    r"diese[nr]?|l'|dell'|do(?: dnia)?|przed|na|najpozniej|next|in|at|the|la|el|le|der|die|das|den|de|w|we|il|em)"
)
_LATE_DEADLINE = re.compile(rf"(?:[\s,]+{_DEADLINE_LEAD})+[\s]*$")
_EARLY_DEADLINE = re.compile(rf"^(?:{_DEADLINE_LEAD}\s+)*$")
_UNTIL = re.compile(
    r"\b(?:by|before|until|till|than|bis|spatestens|vor|avant|d'ici|au plus tard|antes|hasta|entro|prima|voor|tot|"
    r"uiterlijk|ate|do|przed|najpozniej)\b"
)
_LATE_PHONE = re.compile(r"[\s,]+(?:or|oder|ou|o|of|on|at|under|unter|au|al|op|no|tel\.?|:)*\s*\+?\(?\d[\d\s().-]{6,}$")
_PRONOUN = re.compile(r"^(?:me|us|mir|uns|nous|nos|mij|ons|ci|mi|je|wij|we|vous|te|le|les|for you)\s+(?=\S+\s+\S+)")


def _without_ends(words: str) -> str:
    """The action without a deadline, a number to call, or a bare pronoun at its ends."""
    kept = words
    phone = _LATE_PHONE.search(flat(kept))
    if phone is not None and phone.start() > 6 and not dates.find(kept[phone.start() :], _ANY_DAY):
        kept = kept[: phone.start()]
    for one in reversed(dates.find(kept, _ANY_DAY)):
        lead = _LATE_DEADLINE.search(run(kept[: one.start]))
        if lead is not None and one.end >= len(kept) - 2 and lead.start() > 6:
            kept = kept[: lead.start()]
        elif one.start < 24 and _EARLY_DEADLINE.match(run(kept[: one.start])) and len(kept) - one.end > 8:
            kept = kept[one.end :]
    kept = kept.strip(" ,:;-–.")
    pronoun = _PRONOUN.match(run(kept))
    return kept[pronoun.end() :] if pronoun is not None and len(kept.split()) > 3 else kept


def _without_day(words: str) -> str:
    """An action's words without a deadline in their middle: "den Termin bis zum 20.03. schriftlich bestätigen"."""
    for one in reversed(dates.find(words, _ANY_DAY)):
        lead = _LATE_DEADLINE.search(run(words[: one.start]))
        before, after = words[: lead.start()].strip() if lead else "", words[one.end :].strip(" .")
        if lead is not None and _UNTIL.search(lead.group()) and len(before.split()) > 1 and after:
            words = f"{before} {after}"
    return words


def _due(
    text: str,
    sentence: Piece,
    piece: Piece,
    earlier: list[Piece],
    sent_at: datetime | None,
    month_first: bool,
) -> Candidate | None:
    """The date by which it is to happen: in its own words, else in its sentence, never in what was asked before."""
    found = dates.find(text, sent_at, sentence.start, sentence.end, month_first=month_first)
    found = [one for one in found if not any(other.start <= one.start < other.end for other in earlier)]
    if sent_at is not None:
        found = [one for one in found if one.day >= sent_at.date()]
    inside = [one for one in found if piece.start <= one.start < piece.end]
    inside = inside or [one for one in found if one.start >= piece.start] or found
    if not inside:
        return None
    one = inside[0]
    return Candidate(
        "due",
        one.day.isoformat(),
        one.start,
        one.end,
        one.confidence * 0.85,
        f"due {one.kind}",
    )
