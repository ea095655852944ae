"""What the customer's side says about being reached: "don't call me", "you may write to me", "unsubscribe me".

Only words of the person themselves count, meant now and without a condition: not what somebody else is said to have
said, no question, no "maybe", no "you did not call", no "not before ten". The last word on a channel wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crmllm.extraction.rules import said, stance
from crmllm.extraction.rules.text import Piece, flat, run
from crmllm.extraction.types import Item

PHONE, EMAIL, MARKETING, ALL = "phone", "email", "marketing", "all"
GRANTED, WITHDRAWN = "granted", "withdrawn"
LONGEST = 600  # of a sentence, in characters: nobody says it in more
SHORT_BODY, LONG_BODY = 200, 1500

# --- "don't" -----------------------------------------------------------------------------------------------------

_ME = r"(?:me|us)"
_CALL, _CALLING = r"(?:cold-?call|call|phone|ring|telephone)", r"(?:cold-?calling|calling|phoning|ringing|telephoning)"
_MAILS = r"(?:e-?mails?|mails|messages)"
_NOT = r"(?:do not|don't|dont|never|must not|may not|should not|not to)(?: ever)?"
_NO_WISH = r"(?:i|we) (?:really )?(?:do not|don't|no longer|never) (?:want|wish|like|care)"

_WITHDRAWN: dict[str, tuple[str, ...]] = {
    PHONE: (
        # English
        rf"\b{_NOT} {_CALL} {_ME}\b",
        rf"\b(?:stop|quit|cease) {_CALLING}(?: {_ME}\b|(?= ?(?:[.,;:!?]|$|please|at once|immediately|and |or )))",
        r"(?:^|[,;:] )(?:please,? )?no (?:more )?(?:(?:phone|sales|cold|marketing) )?calls\b(?! (?:from|came|yet|"
        r"today|"
        r"were))",
        rf"\b{_NO_WISH} (?:to be (?:called|phoned|telephoned)|(?:to (?:receive|get) )?(?:any )?(?:more |further )?"
        r"(?:of your )?(?:phone |sales |cold )*calls|you to (?:call|phone))",
        r"\b(?:prefer|'d rather|would rather) not (?:to )?be (?:called|phoned)",
        # German
        r"\bruf(?:en sie|t|e)? (?:bitte )?(?:mich|uns) (?:\w+ ){0,2}?nicht (?:\w+ ){0,2}?an\b",
        r"\bbitte (?:(?:mich|uns) )?nicht (?:mehr |weiter )?anrufen\b",
        r"(?:\bbitte |^|[,;:] )keine (?:weiteren )?(?:werbe|telefon)?anrufe\b",
        r"\b(?:mochten?|will|wollen|wunschen?) (?:(?:ich|wir|kunftig|bitte|in zukunft) )*(?:nicht (?:mehr )?(?:\w+ "
        r"){0,2}?(?:angerufen|telefonisch kontaktiert) werden|keine (?:weiteren |werbe)?(?:telefon)?anrufe)",
        r"\b(?:horen sie|hort|hor) (?:bitte )?(?:damit )?auf,? (?:mich|uns) (?:\w+ )?anzurufen",
        r"\bunterlassen sie (?:bitte )?(?:kunftig |weitere |ihre |die )*(?:werbe|telefon)?anrufe",
        # French
        r"\bne (?:m'|me |nous )(?:appelez|rappelez|telephonez) (?:plus|pas|jamais)",
        r"\b(?:cessez|arretez) (?:\w+ )?de (?:m'|me |nous )(?:appeler|telephoner)",
        r"\bne (?:plus|pas|jamais) (?:m'|me |nous )(?:appeler|rappeler|telephoner)",
        r"(?:^|[,;:] )plus (?:d'appels?|de coups? de fil)\b",
        r"\bne (?:souhait\w+|veux|voulons|desir\w+) (?:plus|pas) (?:etre (?:appele|rappele|(?:demarche|"
        r"contacte)e? par "
        r"telephone)|recevoir (?:d'|vos |de vos |des )appels|d'appels)",
        # Spanish
        r"\bno (?:me|nos) (?:llamen|llame|llames|llameis|telefoneen?)\b",
        r"\b(?:deje|dejen|deja|dejad|paren?) (?:ya )?de (?:llamarme|llamarnos|telefonearme)",
        r"\bno (?:quiero|queremos|deseo|deseamos) (?:(?:recibir )?(?:mas )?(?:sus )?llamadas|que me (?:llamen|llame))",
        r"\bno vuelvan? a (?:llamarme|llamarnos)",
        r"(?:^|[,;:] )(?:por favor,? )?(?:no mas|nada de) llamadas",
        # Italian
        r"\bnon (?:mi|ci) (?:chiamate|chiami|chiamare|telefonate|telefoni|telefonare)\b",
        r"\bnon (?:chiamatemi|chiamateci|telefonatemi)\b",
        r"\bsmett(?:ete|a|etela|i) di (?:chiamarmi|chiamarci|telefonarmi)",
        r"\bnon (?:voglio|vogliamo|desidero|desideriamo) (?:piu )?(?:(?:ricevere )?(?:altre |vostre |le vostre )?"
        r"(?:chiamate|telefonate)|essere (?:chiamat[oaie]|contattat[oaie] (?:telefonicamente|per telefono)))",
        r"(?:^|[,;:] )(?:basta|niente piu|niente) (?:chiamate|telefonate)",
        # Dutch
        r"\bbel(?:t|len)? (?:u )?(?:mij|me|ons) (?:\w+ )?niet\b",
        r"\b(?:gelieve|graag|aub|alstublieft|wilt u|verzoek u) (?:mij |me |ons )?niet (?:meer )?(?:te )?bellen",
        r"\bstop(?:t|pen)? met (?:mij |me |ons )?(?:te )?bellen",
        r"\b(?:wil|willen|wens|wensen) (?:\w+ ){0,2}?niet (?:meer )?(?:door u )?gebeld (?:te )?worden",
        r"(?:^|[,;:] )(?:graag |aub )?geen telefoontjes\b",
        # Portuguese
        r"\bnao (?:me|nos) (?:ligue|liguem|telefone|telefonem)\b",
        r"\b(?:pare|parem|deixe|deixem) de (?:me )?(?:ligar|telefonar)",
        r"\bnao (?:quero|queremos|desejo|desejamos) (?:mais )?(?:(?:receber )?(?:mais )?(?:as vossas )?(?:chamadas|"
        r"telefonemas|ligacoes)|que me liguem)",
        r"(?:^|[,;:] )(?:chega de|nada de) (?:chamadas|telefonemas|ligacoes)",
        # Polish
        r"\bnie dzwon(?:ic|cie|cie panstwo)?\b(?! (?:ona|on|oni)\b)",
        r"\bprzesta(?:c|ncie|n) (?:do (?:mnie|nas) )?dzwonic",
        r"\bnie (?:chce|chcemy|zycze sobie|zyczymy sobie) (?:juz |wiecej |zadnych |otrzymywac )*(?:telefonow|kontaktu "
        r"telefonicznego|(?:ze|a)?by(?:scie)? do (?:mnie|nas) dzwon\w+)",
    ),
    EMAIL: (
        rf"\b{_NOT} (?:e-?mail|write to|write|message) {_ME}\b(?! off)",
        rf"\b{_NOT} send {_ME} (?:any )?(?:more |further |your )*{_MAILS}\b(?! (?:with|larger|over|bigger|without))",
        rf"\b(?:stop|quit|cease) (?:e-?mailing|mailing|messaging|writing(?: to)?)(?: {_ME}\b|(?= ?(?:[.,;:!?]|$|"
        rf"please|"
        r"at once|immediately|and |or )))",
        rf"\b(?:stop|quit|cease) sending {_ME} (?:any )?(?:more |further |these |those |your )*{_MAILS}",
        rf"(?:^|[,;:] )(?:please,? )?no more {_MAILS}\b",
        rf"\b{_NO_WISH} (?:to (?:receive|get) )?(?:any )?(?:more |further )?(?:of )?(?:your )?{_MAILS}",
        # German
        r"\bschreib(?:en sie|t|e)? (?:mir|uns) (?:bitte )?nicht(?: mehr)?\b(?! (?:an|unter|auf|uber))",
        r"\b(?:schick|send)(?:en sie|et|t|e)? (?:mir|uns) (?:bitte )?keine (?:weiteren )?(?:e-?mails|mails|"
        r"nachrichten)",
        r"(?:\bbitte |^|[,;:] )keine (?:weiteren )?(?:e-?mails|mails|nachrichten)(?: mehr)\b",
        r"\b(?:mochten?|will|wollen|wunschen?) (?:(?:ich|wir|kunftig|bitte|von ihnen) )*keine (?:weiteren "
        r")?(?:e-?mails|"
        r"mails|nachrichten)",
        r"\b(?:horen sie|hort|hor) (?:bitte )?(?:damit )?auf,? (?:mir|uns) (?:\w+ )?(?:zu schreiben|(?:e-?)?mails zu "
        r"(?:schicken|senden))",
        # French
        r"\bne (?:m'|nous )ecrivez (?:plus|pas|jamais)",
        r"\bne (?:m'|nous )envoyez (?:plus|pas|jamais) (?:d'|de |vos )(?:e-?mails?|mails?|courriels?|messages?)",
        r"\b(?:cessez|arretez) (?:\w+ )?de (?:m'|nous )(?:ecrire|envoyer (?:des|vos|ces) (?:e-?mails|mails|courriels|"
        r"messages))",
        r"\bne (?:plus|pas|jamais) (?:m'|nous )(?:ecrire|envoyer (?:d'|de |vos )(?:e-?mails?|mails?|courriels?|"
        r"messages?))",
        r"\bne (?:souhait\w+|veux|voulons|desir\w+) (?:plus|pas) recevoir (?:vos|de|d'|de vos|des) ?(?:e-?mails|mails|"
        r"courriels|messages)",
        # Spanish
        r"\bno (?:me|nos) (?:escriban|escriba|escribas|escribais)\b",
        r"\bno (?:me|nos) (?:envien|envie|manden|mande|envies|mandes) (?:mas )?(?:correos|e-?mails|mensajes)",
        r"\b(?:deje|dejen|deja|dejad|paren?) (?:ya )?de (?:escribirme|escribirnos|(?:enviarme|mandarme) (?:correos|"
        r"e-?mails|mensajes))",
        r"\bno (?:quiero|queremos|deseo|deseamos) (?:recibir )?mas (?:correos|e-?mails|mensajes)",
        r"\bno vuelvan? a (?:escribirme|escribirnos)",
        # Italian
        r"\bnon (?:mi|ci) (?:scrivete|scriva|scrivere)\b",
        r"\bnon (?:scrivetemi|scriveteci)\b",
        r"\bnon (?:mi |ci )?(?:inviate|mandate|invii|mandi)(?:mi|ci)? (?:piu )?(?:altre )?(?:e-?mail|mail|messaggi)",
        r"\bsmett(?:ete|a|etela|i) di (?:scrivermi|scriverci|(?:inviarmi|mandarmi) (?:e-?mail|mail|messaggi))",
        r"\bnon (?:voglio|vogliamo|desidero|desideriamo) (?:piu )?ricevere (?:altre |vostre |le vostre "
        r")?(?:e-?mail|mail|"
        r"messaggi)",
        # Dutch
        r"\b(?:schrijf|mail|e-mail)(?:t)? (?:u )?(?:mij|me|ons) (?:\w+ )?niet\b",
        r"\bstop(?:t|pen)? met (?:mij |me |ons )?(?:te )?(?:schrijven|mailen|e-mailen)",
        r"\bstuur(?:t)? (?:u )?(?:mij|me|ons) geen (?:e-?mails?|mails?|berichten)",
        r"(?:^|[,;:] )(?:graag |aub )?geen (?:e-?mails?|mails|berichten) meer\b",
        r"\b(?:wil|willen|wens|wensen) (?:\w+ )?geen (?:e-?mails?|mails|berichten) (?:meer )?(?:te )?(?:ontvangen|"
        r"krijgen)",
        # Portuguese
        r"\bnao (?:me|nos) (?:escreva|escrevam)\b",
        r"\bnao (?:me|nos) (?:envie|enviem|mande|mandem) (?:mais )?(?:e-?mails|mensagens|correios?)",
        r"\b(?:pare|parem|deixe|deixem) de (?:me )?(?:escrever|(?:enviar|mandar)(?:-me)? (?:e-?mails|mensagens))",
        r"\bnao (?:quero|queremos|desejo|desejamos) (?:receber )?(?:mais |os vossos )(?:e-?mails|mensagens)",
        # Polish
        r"\bnie pis(?:ac|zcie)\b(?: do (?:mnie|nas))?",
        r"\bprzesta(?:c|ncie|n) (?:do (?:mnie|nas) )?pisac",
        r"\bnie (?:wysylac|wysylajcie|przysylac|przysylajcie) (?:mi |nam )?(?:juz |wiecej )?(?:e-?maili|maili|"
        r"wiadomosci)",
        r"\bnie (?:chce|chcemy|zycze sobie|zyczymy sobie) (?:juz |wiecej |zadnych |otrzymywac |dostawac )*(?:e-?maili|"
        r"maili|wiadomosci)",
    ),
    MARKETING: (
        r"\bunsubscribe (?:me|us|my|this (?:e-?mail )?address)\b",
        r"^(?:please,? )?(?:remove|take|delete|strike) (?:me|us|my (?:e-?mail )?(?:address|name)|this address) "
        r"(?:from|off|"
        r"out of) (?:\w+ ){0,3}?(?:list|lists|newsletters?|mailings?|distribution)\b",
        r"\b(?:please|to|you|can|could|should) (?:please )?(?:remove|take|delete|strike) (?:me|us|my (?:e-?mail )?"
        r"(?:address|name)|this address) (?:from|off|out of) (?:\w+ ){0,3}?(?:list|lists|newsletters?|mailings?)\b",
        r"\b(?:i|we) (?:hereby |would like to |want to |wish to )*opt out\b",
        r"(?:^|[,;:] )(?:please,? )?no (?:more )?(?:newsletters?|advertising|marketing (?:e-?mails|mails)|promotional "
        r"(?:e-?mails|mails))",
        rf"\b{_NOT} send {_ME} (?:any )?(?:more |further |your )*(?:newsletters?|advertis\w+|promotion\w*(?: "
        rf"e-?mails)?|"
        r"marketing (?:e-?mails|mails|material\w*))",
        rf"\b{_NO_WISH} (?:to (?:receive|get) )?(?:any )?(?:more |further )?(?:your |the )?(?:newsletters?|"
        rf"advertising|"
        r"marketing (?:e-?mails|mails))",
        r"\b(?:stop|cease) sending (?:me|us) (?:your |the |these )?(?:newsletters?|advertising|promotions?)",
        r"\b(?:i|we) object to (?:\w+ ){0,6}?(?:direct )?marketing",
        # German
        r"\b(?:melden|tragen|nehmen|streichen|loschen|entfernen) sie (?:bitte )?(?:mich|uns|meine "
        r"(?:e-?mail-?)?adresse)"
        r" (?:\w+ ){0,5}?(?:\w*verteiler|\w*newsletter|mailingliste|\w*liste)\b",
        r"\b(?:vom|aus dem|den|ihren|von ihrem|aus ihrem|aus der|von der) (?:\w+ )?(?:newsletter|\w*verteiler|"
        r"mailingliste) (?:bitte )?(?:abmelden|abbestellen|austragen|nehmen|streichen|loschen|entfernen|kundigen)",
        r"\bnewsletter (?:bitte )?(?:abbestellen|abmelden|nicht mehr)",
        r"(?:\bbitte |^|[,;:] )keine (?:weitere )?(?:werbung|newsletter|werbe-?mails?)\b",
        r"\b(?:mochten?|will|wollen|wunschen?) (?:(?:ich|wir|kunftig|bitte|von ihnen) )*keine[n]? (?:weitere "
        r")?(?:werbung|"
        r"newsletter|werbe-?mails?)",
        r"\b(?:schick|send)(?:en sie|et|t|e)? (?:mir|uns) (?:bitte )?keine[n]? (?:weitere )?(?:werbung|newsletter)",
        r"\bwiderspreche[n]? (?:\w+ ){0,6}?(?:werb\w+|direktwerbung|\w*marketing\w*)",
        # French
        r"\b(?:desabonnez|desinscrivez)[- ](?:moi|nous)",
        r"\b(?:veuillez|merci de|souhait\w+|voudr\w+|veux|pouvez-vous) (?:me |nous )(?:desabonner|desinscrire)",
        r"\b(?:retirez|supprimez|enlevez|rayez)(?:-moi|-nous| mon (?:adresse|nom|e-?mail)) de (?:\w+ )?(?:listes?|"
        r"newsletter|fichiers?|lettre)",
        r"\b(?:me|nous) (?:retirer|supprimer|enlever) de (?:\w+ )?(?:listes?|newsletter|fichiers?)",
        r"\bne (?:souhait\w+|veux|voulons|desir\w+) (?:plus|pas) (?:recevoir )?(?:votre|la|de|vos) (?:newsletter|"
        r"publicites?|lettre d'information)",
        r"\bm'oppose a (?:\w+ ){0,5}?(?:prospection|demarchage)",
        # Spanish
        r"\b(?:denme|deme|dame|dennos|me den|darme|darnos) de baja(?= ?(?:[.,;:!?]|$|por favor|de (?:\w+ )?(?:lista|"
        r"boletin|newsletter|correo|suscripcion|envios)))",
        r"\b(?:eliminen|elimine|borren|borre|quiten|quite)(?:me|nos| mi (?:correo|direccion|nombre)) de (?:\w+ )?"
        r"(?:listas?|boletin|newsletter)",
        r"\bno (?:quiero|queremos|deseo|deseamos) (?:recibir )?(?:mas )?(?:su |el |la )?(?:publicidad|boletin\w*|"
        r"newsletter\w*)",
        r"\bno (?:me|nos) (?:envien|envie|manden|mande) (?:mas )?(?:publicidad|boletin\w*|newsletter\w*)",
        # Italian
        r"\b(?:cancellatemi|rimuovetemi|toglietemi|disiscrivetemi|cancellarmi|rimuovermi|togliermi|disiscrivermi) "
        r"d(?:alla|alle|ai|al|a) (?:\w+ )?(?:list\w+|newsletter|mailing)",
        r"\b(?:cancellate|rimuovete|togliete) il mio (?:indirizzo|nome|nominativo) d(?:alla|alle|ai|al)",
        r"\bnon (?:voglio|vogliamo|desidero|desideriamo) (?:piu )?(?:ricevere )?(?:la (?:vostra )?)?(?:newsletter|"
        r"pubblicita)",
        # Dutch
        r"\b(?:schrijf|meld|haal|verwijder) (?:u )?(?:mij|me|ons|mijn (?:e-mail)?adres) (?:\w+ ){0,2}?(?:uit|af|"
        r"van|voor) "
        r"(?:\w+ ){0,3}?(?:nieuwsbrief|mailinglijst|\w*lijst|mailing)",
        r"\b(?:mij|me|ons) (?:graag )?(?:uitschrijven|afmelden) (?:voor|van|uit) (?:\w+ )?(?:nieuwsbrief|\w*lijst)",
        r"\bschrijf (?:mij|me|ons) (?:aub |alstublieft )?uit\b",
        r"(?:^|[,;:] )(?:graag |aub )?geen (?:reclame|nieuwsbrie\w+)\b",
        r"\b(?:wil|willen|wens|wensen) (?:\w+ )?geen (?:reclame|nieuwsbrie\w+)",
        # Portuguese
        r"\b(?:removam|remova|retirem|retire|tirem|tire|eliminem)(?:-me|-nos| o meu (?:e-?mail|endereco|nome)) d[ae] "
        r"(?:\w+ )?(?:lista|newsletter)",
        r"\bcancel(?:em|e|ar) a (?:minha )?(?:subscricao|inscricao|assinatura) d[ae] newsletter",
        r"\bnao (?:quero|queremos|desejo|desejamos) (?:mais )?(?:receber )?(?:mais )?(?:a (?:vossa )?)?(?:newsletter|"
        r"publicidade)",
        # Polish
        r"\bwypis(?:ac|zcie|ze) (?:mnie|nas)\b",
        r"\b(?:usunac|usuncie) (?:mnie|nas|moj adres|moj e-?mail) z (?:\w+ )?(?:listy|newslettera|mailingu|bazy "
        r"mailingowej)",
        r"\brezygnuj(?:e|emy) z (?:\w+ )?newslettera",
        r"\bnie (?:chce|chcemy|zycze sobie|zyczymy sobie) (?:\w+ ){0,2}?(?:reklam|newslettera|ofert "
        r"marketingowych|mailingu)",
    ),
    ALL: (
        rf"\b{_NOT} (?:contact|bother|approach|reach out to|get in touch with) {_ME}\b",
        rf"\b(?:stop|quit|cease) (?:contacting|bothering|approaching) {_ME}\b",
        rf"\b{_NO_WISH} (?:to be (?:contacted|approached|bothered)|you to contact)",
        r"\bleave (?:me|us) alone\b",
        r"\b(?:withdraw|revoke) (?:my|our) (?:\w+ )?consent\b",
        r"(?:^|[,;:] )(?:please,? )?no (?:more|further) contact\b",
        # German
        r"\bkontaktier(?:en sie|t|e)? (?:mich|uns) (?:bitte )?(?:kunftig )?nicht",
        r"\b(?:mochten?|will|wollen|wunschen?) (?:(?:ich|wir|kunftig|bitte) )*(?:nicht (?:mehr |weiter )?(?:von "
        r"ihnen )?"
        r"kontaktiert werden|keine (?:weitere )?kontaktaufnahme)",
        r"\b(?:lassen sie|lasst|lass) (?:mich|uns) (?:bitte )?in ruhe",
        r"\bwiderrufe[n]? (?:\w+ ){0,3}?(?:einwilligung|zustimmung)",
        r"\bziehe[n]? (?:\w+ ){0,3}?(?:einwilligung|zustimmung) zuruck",
        # French
        r"\bne (?:me|nous) (?:contactez|sollicitez|derangez) (?:plus|pas|jamais)",
        r"\b(?:cessez|arretez) (?:\w+ )?de (?:me|nous) (?:contacter|solliciter|deranger)",
        r"\bne (?:plus|pas|jamais) (?:me|nous) (?:contacter|solliciter|deranger)",
        r"\bne (?:souhait\w+|veux|voulons|desir\w+) (?:plus|pas) etre (?:contacte|sollicite|demarche)e?s?(?! par "
        r"telephone)",
        r"\blaissez-(?:moi|nous) tranquilles?",
        r"\bretir(?:e|ons) (?:mon|notre) consentement",
        # Spanish
        r"\bno (?:me|nos) (?:contacten|contacte|molesten)\b",
        r"\bno se pongan? (?:mas )?en contacto con(?:migo| nosotros)",
        r"\b(?:deje|dejen|paren?) de (?:contactarme|contactarnos|molestarme)",
        r"\bno (?:quiero|queremos|deseo|deseamos) (?:ser contactad[oa]s?|que me contacten)",
        r"\bdejen(?:me|nos) en paz",
        r"\b(?:retiro|revoco|retiramos) (?:mi|nuestro) consentimiento",
        # Italian
        r"\bnon (?:mi|ci) (?:contattate|contatti|contattare|disturbate)\b",
        r"\bnon (?:contattatemi|contattateci)\b",
        r"\bsmett(?:ete|a|etela) di (?:contattarmi|contattarci|disturbarmi)",
        r"\bnon (?:voglio|vogliamo|desidero|desideriamo) (?:piu )?essere (?:ri)?contattat[oaie](?! "
        r"(?:telefonicamente|per "
        r"telefono))",
        r"\blasciate(?:mi|ci) in pace",
        r"\b(?:ritiro|revoco) il (?:mio )?consenso",
        # Dutch
        r"\bneem(?:t)? (?:u )?geen contact (?:meer )?(?:met (?:mij|me|ons) )?(?:meer )?op",
        r"\bbenader(?:t)? (?:u )?(?:mij|me|ons) (?:\w+ )?niet\b",
        r"\b(?:wil|willen|wens|wensen) (?:\w+ ){0,2}?niet (?:meer )?(?:door u )?(?:benaderd|gecontacteerd) (?:te "
        r")?worden",
        r"\blaat (?:u )?(?:mij|me|ons) met rust",
        r"\btrek (?:\w+ )?(?:mijn|onze) toestemming in",
        # Portuguese
        r"\bnao (?:me|nos) (?:contacte|contactem|contate|contatem|incomodem)\b",
        r"\bnao entrem? (?:mais )?em conta[c]?to comigo",
        r"\b(?:pare|parem|deixe|deixem) de (?:me )?conta[c]?tar",
        r"\bnao (?:quero|queremos|desejo|desejamos) (?:mais )?ser conta[c]?tad[oa]s?",
        r"\bdeixem-(?:me|nos) em paz",
        r"\b(?:retiro|revogo) o meu consentimento",
        # Polish
        r"\bnie kontakt(?:owac|ujcie) sie(?: wiecej)? (?:ze mna|z nami)",
        r"\bnie (?:chce|chcemy|zycze sobie|zyczymy sobie) (?:juz |wiecej |zadnego |dalszego )*(?:kontaktu(?! "
        r"telef)|byc "
        r"kontaktowan\w+)",
        r"\b(?:wycofuje|cofam|odwoluje) (?:moja |swoja )?zgode",
        r"\b(?:dajcie|prosze dac) mi spokoj",
        r"\bzaprzestanie kontakt\w+",
    ),
}

# --- "you may" ---------------------------------------------------------------------------------------------------

_GRANTED: dict[str, tuple[str, ...]] = {
    PHONE: (
        rf"\byou (?:\w+ )?(?:may|can|are welcome to|are free to|have my (?:permission|consent) to) (?:also |always |"
        rf"certainly |gladly |of course )?{_CALL} {_ME}\b",
        r"\b(?:i|we)(?:'m|'re| am| are)? (?:agree|consent|happy|fine|ok|okay) (?:to|with) (?:be called|being called|"
        r"being phoned|(?:receiving )?(?:phone )?calls)",
        r"\bsie (?:durfen|konnen) (?:mich|uns) (?:\w+ ){0,2}?anrufen",
        r"\bmit (?:ihren )?(?:werbe|telefon)?anrufen (?:\w+ ){0,2}?einverstanden",
        r"\beinverstanden,? (?:dass sie (?:mich|uns) anrufen|angerufen zu werden)",
        r"\bvous pouvez (?:toujours |aussi |bien sur )?(?:m'appeler|me telephoner|nous appeler)",
        r"\bj'accepte (?:d'etre (?:appele|contactee? par telephone)|vos appels|les appels)",
        r"\b(?:me )?pueden? (?:\w+ )?(?:llamar|llamarme|llamarnos)\b",
        r"\bacepto (?:que me llamen|recibir (?:sus )?llamadas)",
        r"\b(?:mi )?(?:potete|puo) (?:pure |anche |tranquillamente |sempre )?(?:chiamarmi|telefonarmi|chiamarci)",
        r"\bmi (?:potete|puo) (?:pure |anche |sempre )?(?:chiamare|telefonare)",
        r"\bacconsento (?:a essere chiamat[oa]|alle (?:chiamate|telefonate))",
        r"\b(?:u|jij|je|jullie) (?:mag|mogen|kunt|kan|kunnen) (?:mij|me|ons) (?:\w+ )?(?:op)?bellen",
        r"\b(?:ga akkoord|akkoord) met (?:telefonisch contact|telefoontjes)",
        r"\b(?:pode|podem) (?:ligar-me|telefonar-me|me ligar|ligar-nos)",
        r"\bautorizo (?:o contacto telefonico|que me liguem)",
        r"\b(?:moga|mozecie|moze) (?:panstwo |pan |pani )?(?:\w+ )?(?:do mnie |do nas )?(?:za)?dzwonic",
        r"\b(?:zgadzam sie|wyrazam zgode) na (?:kontakt telefoniczny|telefony)",
    ),
    EMAIL: (
        rf"\byou (?:\w+ )?(?:may|can|are welcome to|have my (?:permission|consent) to) (?:also |always "
        rf")?(?:e-?mail|write "
        rf"to) {_ME}\b",
        rf"\b(?:i|we)(?:'m|'re| am| are)? (?:agree|consent|happy) to (?:receive|receiving) (?:your )?{_MAILS}",
        r"\bsie (?:durfen|konnen) (?:mir|uns) (?:\w+ ){0,2}?(?:schreiben|(?:e-?mails|mails) (?:schicken|senden))",
        r"\bvous pouvez (?:toujours |aussi |bien sur )?(?:m'ecrire|m'envoyer (?:des|vos) (?:e-?mails|mails|"
        r"courriels))",
        r"\bpueden? escribir(?:me|nos)\b",
        r"\b(?:mi )?(?:potete|puo) (?:pure |anche |sempre )?scriver(?:mi|ci)\b",
        r"\b(?:u|jij|je|jullie) (?:mag|mogen|kunt|kan|kunnen) (?:mij|me|ons) (?:\w+ )?(?:mailen|e-mailen|schrijven)",
        r"\b(?:pode|podem) (?:escrever-me|me escrever)",
        r"\bwyrazam zgode na (?:kontakt (?:mailowy|e-mailowy)|otrzymywanie (?:e-?maili|maili|wiadomosci))",
    ),
    MARKETING: (
        r"\b(?:subscribe (?:me|us) to|sign (?:me|us) up for) (?:your |the )?newsletter",
        r"\b(?:i|we)(?:'d|'m| am| are)? (?:\w+ )?(?:like|want|happy|agree|consent|wish) to (?:receive|get|"
        r"subscribe to) "
        r"(?:your |the )?(?:newsletter|marketing)",
        r"\bkeep (?:me|us) on (?:your|the) (?:mailing |newsletter )?list",
        r"\b(?:mochten?|wurden?) (?:(?:ich|wir|gerne?|ihren|den|bitte) )*newsletter (?:\w+ )?(?:erhalten|bekommen|"
        r"abonnieren)",
        r"\bjournal d'information\b|\babonnez[- ](?:moi|nous) a (?:votre|la) newsletter",
        r"\b(?:souhait\w+|voudr\w+|aimer\w+) (?:recevoir|(?:m'|nous )abonner a) (?:votre|la) newsletter",
        r"(?<!no )\b(?:quiero|queremos|deseo|acepto|quisiera) recibir (?:su|el|la) (?:boletin|newsletter|publicidad)",
        r"(?<!non )\b(?:vorrei|voglio|desidero|acconsento a) (?:ricevere|iscrivermi alla) (?:la )?(?:vostra "
        r")?newsletter",
        r"\b(?:wil|willen|ontvang|ontvangen) graag (?:uw|de|jullie) nieuwsbrief",
        r"(?<!nao )\b(?:quero|desejo|gostaria de|aceito) (?:receber|subscrever) (?:a )?(?:vossa |sua )?newsletter",
        r"(?<!nie )\b(?:chce|chcialbym|chcialabym|wyrazam zgode na) (?:otrzymywac|otrzymywanie) (?:\w+ "
        r")?newsletter\w*",
    ),
    ALL: (
        rf"\byou (?:\w+ )?(?:may|are welcome to|have my (?:permission|consent) to) (?:also |always )?contact {_ME}\b",
        r"\b(?:i|we) (?:agree|consent) to (?:be|being) contacted",
        r"\bsie durfen (?:mich|uns) (?:\w+ ){0,2}?kontaktieren",
        r"\bj'accepte d'etre contactee?\b(?! par telephone)",
        r"\bacepto (?:que me contacten|ser contactad[oa])",
        r"\bacconsento a essere contattat[oa]",
        r"\b(?:u|jij|je|jullie) (?:mag|mogen) (?:\w+ )?contact met (?:mij|me|ons) opnemen",
        r"\b(?:aceito ser contactad[oa]|autorizo o contacto\b(?! telef))",
        r"\bwyrazam zgode na kontakt\b(?! (?:telef|mail|e-mail))",
    ),
}

# What our notes say about somebody: "asked not to be called".
_NOTED: dict[str, tuple[str, ...]] = {
    PHONE: (
        r"\b(?:does not|doesn't|do not|don't|no longer) wants? (?:to be called|(?:any )?(?:more |further "
        r")?(?:phone )?calls|"
        r"us to call)|\bwants? no (?:more )?(?:phone )?calls|\basked (?:us )?(?:not to (?:be called|call|phone)|"
        r"to stop "
        r"calling)",
        r"\b(?:mochte|will|wunscht) (?:\w+ ){0,2}?(?:nicht (?:mehr )?angerufen werden|keine anrufe)",
        r"\bne (?:souhaite|veut) (?:plus|pas) etre appelee?",
        r"\bno quiere (?:que (?:le|la) llame\w*|(?:mas )?llamadas)",
        r"\bnon vuole (?:piu )?essere chiamat[oa]",
        r"\bwil (?:\w+ )?niet (?:meer )?gebeld worden",
        r"\bnao quer (?:mais )?(?:que lhe liguem|chamadas)",
        r"\bnie (?:chce|zyczy sobie) (?:\w+ )?(?:telefonow|kontaktu telefonicznego)",
    ),
    EMAIL: (
        r"\b(?:does not|doesn't|do not|don't|no longer) wants? (?:to (?:receive|get) )?(?:any )?(?:more |our "
        r")?e-?mails|"
        r"\bwants? no (?:more )?e-?mails|\basked (?:us )?to stop (?:writing|e-?mailing)",
        r"\b(?:mochte|will|wunscht) (?:\w+ ){0,2}?keine (?:e-?mails|mails)",
        r"\bne (?:souhaite|veut) (?:plus|pas) recevoir (?:d'e-?mails|de mails|nos (?:e-?mails|mails))",
        r"\bno quiere (?:recibir )?(?:mas )?correos",
        r"\bnon vuole (?:piu )?ricevere (?:e-?mail|mail)",
        r"\bwil geen (?:e-?mails?|mails) (?:meer )?ontvangen",
        r"\bnao quer (?:receber )?(?:mais )?e-?mails",
        r"\bnie (?:chce|zyczy sobie) (?:\w+ )?(?:e-?maili|maili)",
    ),
    MARKETING: (r"\b(?:does not|doesn't|no longer) wants? (?:the |our )?newsletter|\bunsubscribe (?:her|him|them)\b",),
    ALL: (
        r"\b(?:does not|doesn't|no longer) wants? to be contacted|\basked (?:us )?not to (?:be contacted|contact)",
        r"\b(?:mochte|will|wunscht) (?:\w+ ){0,2}?nicht (?:mehr )?kontaktiert werden",
        r"\bne (?:souhaite|veut) (?:plus|pas) etre contactee?",
        r"\bno quiere (?:ser contactad[oa]|que (?:le|la) contacten)",
        r"\bnon vuole (?:piu )?essere contattat[oa]",
        r"\bwil (?:\w+ )?niet (?:meer )?benaderd worden",
        r"\bnao quer (?:mais )?ser contactad[oa]",
        r"\bnie (?:chce|zyczy sobie) (?:\w+ )?kontaktu(?! telef)",
    ),
}
# A single way named as the only one closes the other: "please contact me only by e-mail".
_ONLY_MAIL = re.compile(
    r"\b(?:contact|reach|answer) (?:me|us) (?:only |exclusively )(?:by|via|through) e-?mail|"
    r"\b(?:contact|reach) (?:me|us) (?:by|via|through) e-?mail (?:only|exclusively)|"
    r"\bkontaktieren sie (?:mich|uns) (?:bitte )?(?:nur|ausschliesslich|ausschlieslich) (?:noch )?(?:per|uber) "
    r"e-?mail|"
    r"\b(?:contactez|joignez)-(?:moi|nous) (?:uniquement|seulement) par (?:e-?mail|mail|courriel)|"
    r"\b(?:contacten|contacte)(?:me|nos) (?:solo|unicamente|solamente) por (?:correo|e-?mail)|"
    r"\bcontattate(?:mi|ci) (?:solo|soltanto|esclusivamente) (?:via|per|tramite) (?:e-?mail|mail)|"
    r"\bneem(?:t)? (?:alleen|uitsluitend) (?:per|via) (?:e-?mail|mail) contact|"
    r"\bcontacte(?:m)?-(?:me|nos) (?:apenas|so|somente) por e-?mail|"
    r"\bprosze o kontakt (?:tylko|wylacznie) (?:mailowy|e-mailowy|przez e-?mail)"
)
# Instructions to readers: whoever writes so does not speak of themselves.
_CLICK = re.compile(r"\b(?:click|klicken|cliquez|haga clic|clic en|clicca\w*|fare clic|klik|clique|kliknij)\b")
_WEB_ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
_BARE = re.compile(
    r"(?:please )?(?:unsubscribe|remove|opt out)(?: please)?|bitte (?:abmelden|austragen)|desinscription|"
    r"desabonnement|"
    r"baja|disiscrizione|uitschrijven|afmelden|remover|wypisz|stop"
)

# --- what takes it off the table ---------------------------------------------------------------------------------

_FROM_NOW = re.compile(
    r"\b(?:from now on|from today|any ?more(?= ?(?:[.,;:!?]|$))|ab sofort|ab jetzt|von nun an|ab heute|a partir "
    r"de (?:maintenant|ahora|agora|"
    r"hoy|hoje)|a partir d'aujourd'hui|desormais|dorenavant|d'ora in poi|da adesso|vanaf nu|voortaan|doravante|od "
    r"teraz|"
    r"od dzis|right now and ever)\b"
)
_LATER_CONDITION = re.compile(
    r"\b(?:if|when|whenever|wenn|falls|solange|quand|lorsque|cuando|quando|wanneer|gdy|jesli|while|as long as)\b"
)
_UNLESS = re.compile(
    r"\b(?:unless|except|es sei denn|ausser|auser|sauf|a moins|salvo|excepto|a menos|tranne|a meno|tenzij|behalve|"
    r"a nao ser|"
    r"exceto|chyba ze|z wyjatkiem)\b"
)
_LIMIT = re.compile(
    # English
    r"\b(?:before|after|until|till|today|tonight|tomorrow|this (?:week|month|morning|afternoon|evening|year)|next "
    r"(?:week|month)|on (?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|my |this |that |the |his |her )|at "
    r"(?:weekends?|night|lunch\w*|work|home|the office|this|that|\d)|during|between|(?:so|too|that) (?:late|"
    r"early)|yet|for "
    r"now|for the moment|at the moment|right now|just now|in the (?:morning|evening|afternoon)|over the|about|"
    r"regarding|"
    r"names?|a)\b"
    # German
    r"|\b(?:vor|nach|bis|heute|morgen|diesen?|dieser|nachsten?|am|wahrend|im|zwischen|nachts|abends|morgens|"
    r"mittags|so "
    r"(?:spat|fruh)|derzeit|momentan|gerade|jetzt|unter (?:dieser|der)|auf (?:dem|der|meinem|diesem)|wegen|beim)\b"
    # French
    r"|\b(?:avant|apres|jusqu|aujourd'hui|demain|ce (?:matin|soir)|cette semaine|la semaine prochaine|le (?:lundi|"
    r"mardi|"
    r"mercredi|jeudi|vendredi|samedi|dimanche|week-end|soir|matin)|pendant|entre|pour (?:l'instant|le moment)|sur "
    r"(?:mon|ce|"
    r"ma)|au sujet|en ce moment|si (?:tard|tot))\b"
    # Spanish, Portuguese
    r"|\b(?:antes|despues|depois|hasta|ate|hoy|hoje|manana|amanha|esta (?:semana|tarde|manana|noche)|los (?:lunes|"
    r"martes|"
    r"miercoles|jueves|viernes|sabados|domingos|fines)|durante|entre|por (?:ahora|agora|enquanto)|de momento|por "
    r"el momento|a "
    r"este (?:numero|telefono)|al (?:movil|fijo)|para (?:o|este)|neste|mientras|enquanto|tan (?:tarde|temprano))\b"
    # Italian
    r"|\b(?:prima|dopo|fino|oggi|domani|questa (?:settimana|mattina|sera)|tra|per (?:ora|il momento)|adesso|al "
    r"momento|su "
    r"questo|sul|mentre|nel weekend|cosi tardi)\b"
    # Dutch
    r"|\b(?:voor (?:\d\w*|\w+ uur|maandag|dinsdag|woensdag|donderdag|vrijdag)|na (?:\d\w*|\w+ uur)|tot|vandaag|"
    r"deze week|"
    r"volgende week|in het weekend|tijdens|tussen|op (?:dit|mijn|het|deze|maandag|vrijdag)|voorlopig|even|zo laat|'s "
    r"(?:avonds|ochtends))\b"
    # Polish
    r"|\b(?:przed|po (?:\d\w*|godz\w*|poludniu)|do (?:\d\w*|godz\w*|poniedzialku|piatku|konca)|dzis|dzisiaj|jutro|"
    r"w (?:tym|"
    r"tygodniu|weekend\w*|piatek|poniedzialek|nocy)|podczas|miedzy|na (?:razie|ten|moj)|teraz|tak pozno|w sprawie)\b"
)
_PAST = re.compile(
    r"\b(?:used to|last (?:year|month|week)|fruher|damals|autrefois|antes de|in passato|vroeger|dawniej)\b"
)
# A request in the form of a question is one; any other question is not.
_POLITE = re.compile(
    r"^\W*(?:and |so |but |und |also |et |y |e |en |i |please |bitte )?(?:could|can|would|will|konn\w*|wurde\w*|"
    r"durfte|"
    r"pourr\w*|pouvez|podri\w*|pued\w*|potre\w*|pot\w*|kun\w*|kan|wil\w*|zou\w*|pod\w*|czy mo\w*|mo[gz]\w*)\b"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody allows or forbids, where it stands, and whose word it is."""

    channel: str
    state: str
    start: int
    end: int
    confidence: float
    name: str = ""
    email: str = ""


def _compiled(tables: dict[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    return {channel: re.compile("|".join(f"(?:{one})" for one in listed)) for channel, listed in tables.items()}


_NO, _YES, _NOTED_NO = _compiled(_WITHDRAWN), _compiled(_GRANTED), _compiled(_NOTED)
# Said anew of a narrower way, a statement about all ways is about that one.
_BY_PHONE = re.compile(
    r"\b(?:by|over the|on the|via) (?:tele)?phone|telefonisch|per telefon|par telephone|por telefono|por telefone|"
    r"telefonicamente|per telefono|telefonicznie|przez telefon|met de telefoon"
)
_BY_MAIL = re.compile(r"\b(?:by|via|per|par|por|tramite|przez) (?:e-?mail|mail|correo|courriel)\b|mailowo")


def find(item: Item) -> list[Statement]:
    """What the customer's side of an item allows and forbids, the last word on each channel by each person."""
    if _is_bulk(item):
        return []
    spoken = said.by_customer(item)
    latest: dict[tuple[str, str, str], Statement] = {}
    for stretch, sentence in spoken.sentences():
        for one in _in_sentence(sentence, noted=stretch.noted):
            if one.channel == MARKETING and _is_mailing(item, spoken.text[stretch.start : stretch.end]):
                continue
            key = (stretch.name, stretch.email, one.channel)
            if one.channel == ALL:
                latest = {known: row for known, row in latest.items() if known[:2] != key[:2]}
            latest.pop(key, None)
            latest[key] = Statement(
                one.channel, one.state, one.start, one.end, one.confidence, stretch.name, stretch.email
            )
    if not latest:
        return list(_bare(item, spoken))
    return sorted(latest.values(), key=lambda one: one.start)


def _is_bulk(item: Item) -> bool:
    """Whether a machine sent it to many: its footer speaks of unsubscribing, nobody does."""
    bulk = item.header("Precedence").strip().lower() in {"bulk", "list", "junk"}
    return bulk or bool(item.header("List-Unsubscribe")) or bool(item.header("List-Id"))


def _is_mailing(item: Item, body: str) -> bool:
    """Whether a mail is long and full of addresses, as newsletters are: what stands at its foot is nobody's wish."""
    return item.kind == "email" and len(body) > LONG_BODY and _WEB_ADDRESS.search(body) is not None


def _in_sentence(sentence: Piece, *, noted: bool) -> Iterator[Statement]:
    if len(sentence.text) > LONGEST or "http" in sentence.text:
        return
    folded = run(sentence.text)
    if _CLICK.search(folded):
        return
    folded = _FROM_NOW.sub(lambda match: " " * len(match.group()), folded)
    if folded.rstrip().endswith("?") and not _POLITE.search(folded):
        return
    taken: list[tuple[int, int]] = []
    if (only := _ONLY_MAIL.search(folded)) is not None and not _is_off(folded, only):
        yield _statement(sentence, only, PHONE, WITHDRAWN, 0.7)
    tables = [(WITHDRAWN, _NO, 0.92)] + ([(WITHDRAWN, _NOTED_NO, 0.75)] if noted else [(GRANTED, _YES, 0.75)])
    for state, table, sure in tables:
        for channel, pattern in table.items():
            for match in pattern.finditer(folded):
                inside = any(start < match.end() and match.start() < end for start, end in taken)
                if inside or _is_off(folded, match):
                    continue
                taken.append(match.span())
                sure_here = 0.7 if _UNLESS.search(folded, match.end()) else sure
                yield _statement(sentence, match, _narrowed(folded, match, channel), state, sure_here)


def _statement(sentence: Piece, match: re.Match[str], channel: str, state: str, sure: float) -> Statement:
    start = match.start() + len(match.group()) - len(match.group().lstrip(" ,;:"))
    return Statement(channel, state, sentence.start + start, sentence.start + match.end(), sure)


def _narrowed(folded: str, match: re.Match[str], channel: str) -> str:
    """ "Don't contact me by phone" is about the phone alone."""
    if channel != ALL:
        return channel
    near = re.split(r"[,;:]|\b(?:but|aber|sondern|mais|pero|ma|maar|mas|ale)\b", folded[match.start() :])[0]
    by_phone, by_mail = _BY_PHONE.search(near) is not None, _BY_MAIL.search(near) is not None
    if by_phone == by_mail:
        return ALL
    return PHONE if by_phone else EMAIL


def _is_off(folded: str, match: re.Match[str]) -> bool:
    """Whether the words around take a statement back: a condition, a time, a doubt, somebody else's words, the past."""
    before, after = folded[: match.start() + 1], folded[match.end() :]
    near = re.split(r"[,;:!.]|\b(?:but|aber|sondern|mais|pero|ma|maar|mas|ale|and|und|et|en|i)\b", after)[0]
    close = re.split(r"[,;:!.]", folded[: match.start()])[-1]
    return bool(
        stance.is_conditional(folded[: match.start()])
        or _LATER_CONDITION.search(near)
        or (_LIMIT.search(near) and not _UNLESS.search(near))
        or _TIME_BEFORE.search(close)
        or stance.is_doubted(before)
        or _PAST.search(before)
        or stance.is_reported(before)
    )


# A time named before the words limits them as well: "this week please don't call me".
_TIME_BEFORE = re.compile(
    r"\b(?:until|till|before|this week|today|tomorrow|during|bis|heute|diese woche|wahrend|jusqu'\w*|aujourd'hui|"
    r"cette "
    r"semaine|hasta|hoy|esta semana|fino|oggi|questa settimana|tot|vandaag|deze week|ate|hoje|esta semana|do "
    r"(?:piatku|"
    r"poniedzialku)|dzis|dzisiaj|w tym tygodniu)\b"
)


def _bare(item: Item, spoken: said.Said) -> Iterator[Statement]:
    """A message of one word: "Unsubscribe"."""
    for stretch in spoken.stretches:
        body = spoken.text[stretch.start : stretch.end]
        first = next((piece for piece in _lines(body)), None)
        if first is None or len(body.strip()) > SHORT_BODY or item.kind not in ("email", "chat"):
            continue
        start, words = first
        bare = _BARE.fullmatch(flat(words).strip(" .!"))
        if bare is None or (bare.group() == "stop" and len(body.split()) > 1):
            continue
        place = stretch.start + start
        yield Statement(MARKETING, WITHDRAWN, place, place + len(words), 0.8, stretch.name, stretch.email)


def _lines(body: str) -> Iterator[tuple[int, str]]:
    """The lines of a text that are neither empty nor a greeting, with their places."""
    for match in re.finditer(r"[^\n]+", body):
        words = match.group().strip()
        if words and not re.fullmatch(
            r"(?:hi|hello|hallo|dear|guten tag|bonjour|hola|ciao|ola)\b[^.!?]{0,30}", flat(words)
        ):
            yield match.start() + match.group().index(words), words
