"""What people say of their own doing in the present tense: "le mando la foto", "ich bespreche das", "podeślę wymiary".

The verb is known by the first person and by whom or what it is for; folded text, seven languages (English promises with
"I'll", see `requests`).
"""

from __future__ import annotations

# Italian and Spanish: what one says, asks or feels, and what is no verb at all.
_NO_DEED = (
    r"(?:chiedo|prego|ringrazio|scrivo|ricordo|auguro|dico|sono|ho|contatto|segnalo|foto|auto|moto|radio|video|primo|"
    r"secondo|nostro|vostro|solo|loro|metto|propongo|informo|contesto|respondo|pido|ruego|agradezco|escribo|digo|deseo|"
    r"confirmo|recuerdo|contacto|comunico|saludo|solicito|cuento|tengo|necesito|quiero|comento|llego|primero)\b"
)
# German as it is spoken, without its last "e"; everywhere what one sees to oneself, or has others see to.
_SPOKEN = (
    r"|ich (?:geb|schick|mach|meld|ruf|schau|schreib|bring|hol|frag|klar|pruf|leit|stell|besorg|kummer|sag|mail|guck) "
    r"(?:(?:mich|mir|uns|ihnen|euch|dir|das|es|die|den|dem|sie|mal|noch|gleich|dann|da|morgen|heute|nachher) )+"
    r"(?:\w)"
    r"|(?:geb|schick|mach|meld|ruf|schau|schreib|bring|hol|frag|klar|pruf|leit|stell|besorg|kummer|sag|mail)e? ich "
    r"(?:ihnen|euch|dir|das|es|mich|mir|mal|gleich)(?!\w)"
    r"|ich (?:schaue|sehe) (?:mir|uns) (?:das|es|die|den|mal|gleich)(?!\w)"
    r"|ich (?:lasse|lass) (?:das|es|die|den|ihnen|mal|gleich|morgen|heute)(?!\w)"
    r"|(?:je|on|nous) (?:fais|fait|faisons) (?:\w+ ){0,2}?(?:verifier|envoyer|controler|intervenir|passer|partir)(?!\w)"
    r"|(?:je|on|nous) (?:prends|prend|prenons) la main|on vous (?:en |l'|le |la |les )*(?!(?:a|avait|remercie|prie|"
    r"demande|"
    r"attend|ecoute|ecrit|doit|souhaite)\b)\w{3,}(?:e|t|ra)(?!\w)"
    r"|(?:je|nous) vous (?:en |l'|le |la |les )*(?:communique|communiquerai|redis|redirai|dis|dirai|laisse|passe|"
    r"prepare|montre|donne|donnerai|tiens|propose|livre|bloque|reserve|etablis|"
    r"communiquons|redisons|dirons|laissons|preparons|donnons|livrons|etablissons)(?!\w)"
    r"|faccio (?:subito |poi )?\w{3,}(?:are|ere|ire)(?!\w)|(?:le|vi|ti) (?:faccio|facciamo) \w{3,}(?:are|ere|ire)(?!\w)"
    r"|(?:ya )?(?:le|les|te|os) (?:digo|decimos|comento|cuento) (?:algo|cosas|manana|luego|en cuanto)(?!\w)"
    r"|digo-(?:lhes?|te|vos) (?:qualquer coisa|alguma coisa|algo|depois|amanha|logo)(?!\w)"
    r"|(?<!nao )(?:ligo|envio|mando|preparo|trato|passo|confirmo|agendo|marco)-(?:lhes?|te|vos)(?!\w)"
    r"|(?:overleg|bespreek|regel|plan|zoek|mail|stuur|bel|check|vraag|zet|maak|geef|laat) ik (?:het|dit|dat|de|een|u|"
    r"je|"
    r"jullie|er|even|ze|met)(?!\w)|ik (?:activeer|herstel|vervang|corrigeer|verstuur|crediteer|open|verwijder|wijzig) "
    r"|(?:hoor|hoort|horen) (?:je|u|jullie) [^.?!]{0,40}\bvan (?:me|mij|ons)(?!\w)"
    r"|(?:od|ode)zw(?:e|iemy) sie|wracam do (?:pan|was)|dosylam|wysylam (?:jeszcze|zaraz|dzis|jutro)"
    r"|je note de (?:vous )?(?=\w+er\b)|dan (?:haal|zet|maak|doe|regel|stuur|pas) ik (?:de|het|dat|een|u|je)(?!\w)"
    r"|(?:nadam|nadamy|zalatwie|zalatwimy|przywieziemy|zamontujemy|zrealizujemy)(?!\w)"
    r"|(?:zadzwonie|oddzwonie|napisze|naprawie|poprawie|usune|uruchomie|zresetuje|skoryguje|skontaktuje)(?!\w)"
)
#: A part of a larger pattern: what one does oneself.
OWN_DOING = (
    rf"(?:le|la|vi|ti|gliel[aeo]|ve l[aeo]) (?!\w+iamo\b|{_NO_DEED})(?:do|\w{{2,}}o)(?!\w)"
    r"|(?:mando|invio|spedisco|preparo|verifico|controllo|porto|faccio|chiedo|sento|organizzo|fisso) (?:subito|io|"
    r"domani|oggi|poi|intanto|volentieri|un[ao']?|il|lo|la|i|gli|le)(?!\w)"
    rf"|(?:les?|te|os) (?!{_NO_DEED})(?:\w{{3,}}o|doy|hago|traigo|pongo)(?!\w)"
    r"|(?:je|j') ?(?:(?:vous|te) )?l(?:e|a|es) \w{3,}(?:e|s|rai)(?!\w)|j'(?:envoie|appelle|organise|apporte|avertis|"
    r"informe|imprime|installe|enverrai|appellerai)(?!\w)|je (?:verifie|transmets|regarde|demande|prepare|passe|"
    r"prends|reserve|commande|mets) (?!(?:si|pourquoi|comment|rendez-vous)\b)(?:\w)"
    r"|ich (?:bespreche|stelle|komme|hole|maile|leite|veranlasse|organisiere|buche|bringe|lege|schaue|checke|"
    r"informiere|kummere|frage|stecke|trage|notiere|suche|setze|mache) (?!(?:mich (?:auf|uber)|mir|gerne?|gerade)\b)"
    r"(?:das|es|den|die|dem|ihnen|euch|dir|sie|mich|ein\w*|alles|morgen|heute|dann|gleich|mal|noch|nach|vorbei)(?!\w)"
    r"|ik (?:stem|plan|zet|geef|meld|maak|haal|breng|zorg|stel|koppel|leg|schrijf|reserveer|boek|organiseer|controleer|"
    r"kijk|noteer|spreek) (?!(?:me|mij|graag|u aan|me aan)\b)(?:het|dit|dat|de|een|alles|u|je|jou|jullie|even|"
    r"morgen|vandaag|dan|alvast|voor|er|af|na)(?!\w)"
    r"|(?<!nao )(?:eu )?(?:lhes?|te|vos|o|a|os|as|lho|lha) (?:envio|mando|ligo|preparo|trago|digo|aviso|reencaminho|"
    r"passo|encaminho)(?!\w)"
    r"|(?!prosimy|musimy|chcemy|mamy|widzimy|wiemy)\w{5,}(?:imy|ymy|emy|amy) (?:panstwu|panu|pani|wam)(?!\w)"
    r"|(?:podesle|podeslemy|przysle|przyslemy|dosle|doslemy|przekaze|przekazemy|zrobie|zrobimy|zajme sie|zajmiemy sie|"
    r"zloze|zlozymy|zapytam|zapytamy|porozmawiam|skonsultuje|skonsultujemy|omowie|omowimy|ustale|ustalimy|zglosze|"
    r"zglosimy|wyjasnie|wystawie|wystawimy|wymienie|wymienimy|dowiem sie|odbiore|przywioze|zarezerwuje|zmierze|"
    r"zmierzymy|zorganizuje|przekieruje|wyznacze|skieruje)(?!\w)"
    rf"{_SPOKEN}"
    # What one will do, by the ending of the verb.
    r"|(?<!no )(?:le|les|te|os|se l[aeo]s?) (?!(?:quiere|requiere|prefiere|sugiere|refiere|espere|compare|prepare)\b)"
    r"\w{2,}(?:[aei]re|[aei]remos)(?!\w)|(?:vi|le|ti|la) (?!vorremo\b)\w{3,}(?:[aei]ro|[aei]remo)(?!\w)"
    r"|(?:je|nous) vous (?:l'|le |la |en |les )?\w{3,}(?:rai|rons)(?!\w)|\w{3,}-(?:lhe|vos|te|lhes)-(?:ei|emos)(?!\w)"
)
# Who is calling, and from where: no deed to come.
CALLING = (
    r"(?:(?:le|les|te|os) llam(?:o|amos)|(?:la|le|vi|ti) chiam(?:o|iamo)|(?:je|nous) (?:vous )?appel(?:le|ons)|"
    r"je vous appelle|ich ruf(?:e)?|wir rufen|ligo(?:-lhes?)?|(?:ik|we|wij) bel(?:len)?(?: u| je)?) "
    r"(?:de|desde|del|da|dal|dalla|dallo|dell'|per|por|porque|pelo|pela|pour|parce|concernant|au sujet|perche|vom|von|"
    r"wegen|an wegen|aus|van|namens|omdat|over)\b"
)
