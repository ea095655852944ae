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
    r"|(?:podesle|podeslemy|przysle|przyslemy|dosle|doslemy|przekaze|przekazemy|zrobie|zrobimy|zajme sie|zajmiemy sie|"
    r"zloze|zlozymy|zapytam|zapytamy|porozmawiam|skonsultuje|skonsultujemy|omowie|omowimy|ustale|ustalimy|zglosze|"
    r"zglosimy|wyjasnie|wystawie|wystawimy|wymienie|wymienimy|dowiem sie|odbiore|przywioze|zarezerwuje|zmierze|"
    r"zmierzymy|zorganizuje|przekieruje|wyznacze|skieruje)(?!\w)"
)
