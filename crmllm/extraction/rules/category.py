"""What a mail is: only sales, support and billing may lead to CRM records, so the others need good reasons."""

from __future__ import annotations

import re

from crmllm.extraction.rules import cases, cues, deals, emails, pitch, products, trouble
from crmllm.extraction.rules.text import Candidate, Piece, flat, phrases, run
from crmllm.extraction.types import CRM_CATEGORIES, Item

# Enough for records, little enough for a person's look at them.
INSISTED = 0.55

_AUTO_SUBJECT = re.compile(
    r"^\W*(?:(?:re|aw|sv|antw)\s*:\s*)?(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|antwort)|"
    r"out of (?:the )?office|ooo\b|automatische antwort|abwesenheit\w*|abwesend|reponse automatique|"
    r"absence du bureau|absent|"
    r"respuesta automatica|fuera de la oficina|risposta automatica|fuori sede|assente|automatisch antwoord|"
    r"afwezig\w*|resposta automatica|ausencia|ausente|undeliver\w*|undelivered mail|delivery (?:status|failure)|"
    r"mail delivery|"
    r"returned mail|failure notice|unzustellbar\w*|nicht zustellbar|non remis|non-delivery|accepted|declined|"
    r"tentative(?:ly accepted)?|canceled event|zugesagt|abgelehnt|abgesagt|mit vorbehalt|accepte|refuse|aceptad\w|"
    r"automatyczna odpowiedz|poza biurem|nieobecnosc\w*|niedostarczon\w+|zaakceptowano|odrzucono|zaproszenie|"
    r"rechazad\w|accettat\w|rifiutat\w|"
    r"geaccepteerd|geweigerd|aceite|recusad\w|updated invitation|invitation|einladung|read(?: receipt)?|gelesen|lu|"
    r"ticket received|we received your)\s*[:\]-]|^\W*(?:automatic reply|out of office|autoreply|auto-reply)\b"
)
_AUTO_TEXT = re.compile(
    r"\b(?:i am|i'm|i will be) (?:currently )?(?:out of (?:the )?office|on (?:annual |parental |maternity )?leave|"
    r"on vacation|away)|this is an (?:automated|automatic|auto-generated)|automatically generated|"
    r"do not reply to this|"
    r"ich bin (?:zurzeit |derzeit |momentan |bis \w+ )*(?:nicht im (?:buro|haus)|abwesend|im urlaub|auser haus)|"
    r"automatisch (?:generiert|erstellt)|je suis (?:actuellement )?(?:absent|en conge)|"
    r"estoy (?:actualmente )?(?:fuera de la oficina|de vacaciones)|sono (?:attualmente )?(?:fuori (?:sede|ufficio)|"
    r"in ferie|assente)|ik ben (?:momenteel )?(?:afwezig|niet op kantoor|met vakantie)|"
    r"estou (?:atualmente )?(?:ausente|de ferias|fora do escritorio)|jestem (?:obecnie )?(?:poza biurem|na urlopie|"
    r"nieobecn\w)|"
    r"przebywam na urlopie|wiadomosc (?:zostala )?wygenerowan\w+ automatycznie|"
    r"limited access to (?:my )?e?-?mail|in dringenden fallen wenden|en cas d'urgence|"
    r"delivery to the following recipient|could not be delivered"
)
_NEWSLETTER = phrases(
    """
    unsubscribe; view in browser; view this email in your browser; view online; manage preferences;
    manage your preferences; update your preferences; newsletter; you are receiving this; you're receiving this;
    you received this email because; mailing list; opt out; privacy policy; this week's; top stories; read more;
    webinar; register now; early bird; abmelden; abbestellen; im browser ansehen; im browser anzeigen;
    newsletter abbestellen; sie erhalten diese e-mail; jetzt anmelden; mehr erfahren; weiterlesen; se desinscrire;
    se desabonner; voir dans le navigateur; lettre d'information; vous recevez cet; en savoir plus; darse de baja;
    ver en el navegador; boletin; recibe este correo; leer mas; disiscriviti; annulla iscrizione;
    visualizza nel browser; ricevi questa; leggi di piu; uitschrijven; afmelden; bekijk online; nieuwsbrief;
    u ontvangt deze; lees meer; cancelar subscricao; ver no navegador; boletim; recebe este; saiba mais; wypisz sie;
    zrezygnuj z subskrypcji; rezygnacja z subskrypcji; zobacz w przegladarce; wyswietl w przegladarce; biuletyn;
    otrzymujesz te wiadomosc; czytaj wiecej; dowiedz sie wiecej; zapisz sie; date de baja; dese de baja;
    recibir este boletin; ne plus recevoir; desinscrivez-vous; desabonnez-vous; non ricevere piu; schrijf je uit;
    deixar de receber; cancele a subscricao; kein newsletter mehr; wypisz sie tutaj
"""
)
_SPAM = phrases(
    """
    lottery; you have won; you won; winner; jackpot; viagra; cialis; casino; bitcoin; crypto investment;
    guaranteed profit; guaranteed return; inheritance; next of kin; beneficiary; late client; million dollars;
    million usd; usd million; strictly confidential; wire transfer fee; gift card; gift cards; claim your prize;
    claim your; click below to claim; verify your account; account will be suspended; account has been suspended;
    mailbox is full; mailbox quota; password will expire; password expires; confirm your password; act now;
    limited time; 100% free; work from home; earn money; make money fast; double your; cheap meds; weight loss; adult;
    hot singles; loan offer; business loan; pre-approved; preapproved; no paperwork; bank details; loan;
    low interest loan; no credit check; dear beneficiary; dear friend; god bless; barrister; prince;
    congratulations you; unpaid package; delivery fee; seed phrase; recorded you; pay bitcoin; replica watches;
    final notice; last notice; will be destroyed; within 24 hours; within 48 hours; customs fee; pay the fee;
    release your parcel; parcel is held; losing customers; page #1; page one of google; rank higher;
    first page of google; growth hacker; errors on your website; seo audit; increase traffic; more traffic;
    sie haben gewonnen; gewinn; gewinner; lotterie; erbschaft; millionen dollar; konto gesperrt; konto verifizieren;
    passwort lauft ab; postfach ist voll; kredit ohne schufa; geld verdienen; gutscheinkarte; jetzt klicken;
    paket konnte nicht; vous avez gagne; loterie; heritage; millions de dollars; votre compte sera suspendu;
    verifiez votre compte; cliquez ici; argent facile; credit rapide; ha ganado; loteria; herencia;
    millones de dolares; su cuenta sera; verifique su cuenta; haga clic aqui; dinero facil; ha vinto; lotteria;
    eredita; milioni di dollari; il suo account; verifica il tuo account; clicca qui; guadagna; u heeft gewonnen;
    loterij; erfenis; miljoen dollar; uw account wordt; klik hier; verdien; ganhou; loteria; heranca;
    milhoes de dolares; a sua conta sera; verifique a sua conta; clique aqui; ganhe dinheiro; wygrales; wygrana;
    loteria;
    spadek po; milion dolarow; kliknij tutaj; konto zostanie; zweryfikuj konto; szybka pozyczka; zarabiaj
"""
)
_VENDOR = phrases(
    """
    we offer; we provide; we specialize; we specialise; we are a leading; leading provider; leading supplier;
    our services include; our services; our agency; our company offers; our solution helps; our platform helps;
    i'd like to introduce; i would like to introduce; introduce our company; introduce myself; we help companies;
    we help businesses; we help teams; increase your; boost your; grow your; reduce your costs; save you;
    improve your ranking; seo; search engine; lead generation; web design; backlinks; outsourcing; offshore;
    candidate; candidates; freelancer; available from; hourly rate; day rate; send you the cv; send the cv; cvs;
    profile of; job opening; your hiring; recruitment; recruiter; recruiting; staffing; talent pool;
    perfect fit for your; your open position; your vacancy; our invoice; invoice for our services; our invoice no;
    please remit; remit payment to; our price list; our catalogue; our catalog; our new products;
    special offer for you; quick call to show; 15 minutes; 15-minute; worth a quick chat; are you the right person;
    who is responsible for; partnership opportunity; exclusive offer; we noticed your website; came across your;
    saw your website; visited your website; companies like yours; book a demo with us; happy to show you;
    would you be open to; our team of experts; we deliver high; our customers include; free audit; free consultation;
    payable within; due upon receipt; amount due to us; for services rendered; wir bieten ihnen; wir bieten;
    bieten wir; wir sind spezialisiert; wir sind ein fuhrender; fuhrender anbieter; unsere dienstleistungen;
    unsere agentur; unser unternehmen bietet; mochte ihnen unser; mochten ihnen unser; wir helfen unternehmen;
    wir unterstutzen unternehmen; steigern sie; senken sie; suchmaschinenoptimierung; personalvermittlung;
    personaldienstleist*; kandidat*; fachkrafte; stundensatz; tagessatz; lebenslauf; verfugbar ab; freiberufler;
    profil eines; bewerber*; ihre stellenanzeige; ihre vakanz; unsere rechnung; rechnung fur unsere; erlauben wir uns;
    zahlbar innerhalb; bitte uberweisen sie; uberweisen sie den; unser katalog; unsere preisliste; auf ihre webseite;
    ihrer webseite; wer ist bei ihnen zustandig; unverbindliches gesprach; unser angebot fur sie;
    fur unsere leistungen; kunden wie; nous proposons; nous vous proposons; nous offrons;
    notre societe est specialisee; specialises dans; notre agence; nos services; notre entreprise propose;
    nous aidons les entreprises; augmentez votre; boostez; referencement; recrutement; candidat; candidats;
    disponible a partir; taux journalier; cv; profil de; votre offre d'emploi; notre facture; notre catalogue;
    nos tarifs; votre site web; prestation de services; merci de regler; reglement a; pour nos prestations; ofrecemos;
    le ofrecemos; somos una empresa; nos especializamos; especializad*; nuestros servicios; nuestra agencia;
    nuestra empresa ofrece; ayudamos a empresas; aumente sus; mejore su; posicionamiento; candidato; candidatos;
    seleccion de personal; tarifa por hora; disponible a partir; curriculum; su oferta de empleo; nuestra factura;
    nuestro catalogo; su sitio web; por nuestros servicios; offriamo; vi offriamo; proponiamo; siamo un'azienda;
    siamo specializzati; specializzat*; i nostri servizi; la nostra agenzia; la nostra azienda offre;
    aiutiamo le aziende; aumentate; migliorate; candidato; candidati; ricerca del personale; tariffa oraria;
    disponibile da; curriculum; la nostra fattura; nostra fattura; il nostro catalogo; il vostro sito;
    per i nostri servizi; wij bieden; bieden wij; wij zijn gespecialiseerd; gespecialiseerd; onze diensten;
    ons bureau; ons bedrijf biedt; wij helpen bedrijven; verhoog uw; zoekmachine; kandidaat; kandidaten; beschikbaar;
    uurtarief; cv; monteur voor je; professional voor; detachering; vacature; werving; uw vacature; onze factuur;
    onze catalogus; uw website; voor onze diensten; oferecemos; somos uma empresa; especializad*; os nossos servicos;
    nossos servicos; a nossa agencia; ajudamos empresas; aumente; candidato; candidatos; recrutamento; valor hora;
    disponivel a partir; curriculo; a sua vaga; a nossa fatura; nossa fatura; o nosso catalogo; o seu site;
    pelos nossos servicos
"""
)
_BILLING = phrases(
    """
    nota fiscal; notas fiscais; boleto; estorno; estornar; cobrada duas vezes; cobrado duas vezes; em duplicidade;
    nf-e; duplicata; contas a pagar; cuentas por pagar; nota de debito; cargo duplicado; doble cobro;
    stornare; storno; stornat*; rimbors*; dubbel afgeschreven; teruggestort; terugstorten; terugbetaling;
    podwojnie; zwrot srodkow; nota ksiegowa; debited; debited twice; billed twice; overcharged; overpaid;
    invoice; invoices; invoiced; billing; billed; payment; payments; overdue; credit note; reminder; dunning;
    bank details; iban; remittance; paid; refund; double charged; charged twice; vat number; vat id; direct debit;
    statement of account; payment terms; purchase ledger; accounts payable; rechnung; rechnungen; rechnungsnummer;
    rechnungsbetrag; zahlung; zahlungsziel; zahlungserinnerung; mahnung; gutschrift; bankverbindung; uberwiesen;
    uberweisung; bezahlt; doppelt berechnet; abgebucht; lastschrift; umsatzsteuer; ust-id; buchhaltung;
    rechnungsadresse; facture; factures; facturation; facture en double; paiement; reglement; relance; un avoir;
    avoir de; rib; virement; rembours*; prelevement; tva; comptabilite; echeance; factura; facturas; facturacion;
    pago; pagos; transferencia; abono; recordatorio; vencid*; cobro; cobrado; domiciliacion; cif; contabilidad;
    rectificativa; fattura; fatture; fatturazione; pagamento; pagamenti; bonifico; nota di credito; sollecito;
    scadut*; addebito; addebitat*; partita iva; contabilita; factuur; facturen; facturatie; betaling; betalingen;
    betaald; creditnota; aanmaning; herinnering; incasso; afgeschreven; rekeningnummer; btw-nummer; boekhouding;
    fatura; faturas; faturacao; pagamento; pagamentos; transferencia; nota de credito; vencid*; cobranca; debito; nif;
    contabilidade; reembolso; faktura; faktury; fakture; fakturze; faktur; fakturami; platnosc; platnosci; zaplata;
    zaplacono; zaplacilismy; oplacona; oplacone; przelew; przelewu; przelewem; nota korygujaca; korekta; korekte;
    korygujac*; duplikat; duplikatu; zaleglosc; zaleglosci; wezwanie do zaplaty; ponaglenie; ksiegowosc; ksiegowosci;
    nip; termin platnosci; zwrot pieniedzy; obciazono; naliczono; past due; due date; net 30; net 60; domiciliar;
    addebito diretto; prelevement automatique; rechnungskopie; rechnungskorrektur; berichtigte rechnung; storno;
    stornorechnung; sepa; estratto conto; extracto; releve de compte; rekeningoverzicht; segunda via; 2a via;
    duplicado da fatura; duplicado de la factura; duplicata de la facture; zweitschrift
"""
)
_ENDS = re.compile(r"(?<=[.!?])\s+|\n")
# What was bought once, from us or from others, and what it cost is no matter of payment.
_BOUGHT = re.compile(
    r"\b(?:bought|purchased|gekauft|kauften|achetee?s?|comprad[oa]s?|compramos|comprat[oaie]|acquistat[oaie]|gekocht|"
    r"kochten|kupil\w*)\b(?![^.!?\n]*\b(?:invoice|rechnung|facture|factura|fattura|factuur|fatura|faktur)\w*)"
)
# Words of trade: who writes them speaks of buying and selling.
_TRADE = phrases(
    """
    a demo; product demo; demonstracao; demonstracoes; demonstracion; dimostrazione; demonstratie; vorfuhrtermin;
    prezentacj*; une demonstration; una demo; een demo; uma demo;
    please quote; could you quote; can you offer; send us a quote; interested in your; request for quotation;
    request a quote; requesting a quote; get a quote; a quote; quotation; your price; your prices; price for; prices;
    pricing; price list; your offer; your quote; your quotation; your proposal; place an order; want to order;
    like to order; want to buy; looking to buy; purchase order; order confirmation; our order; we order; our budget;
    budget; demo of; demonstration; do you sell; can you supply; lead time; delivery time; additional licences;
    additional licenses; more seats; seats; renew; renewal; discount; contract; the deal; go ahead; in stock; tender;
    trial; minimum order; bring down to; come down to; match that; would sign; we sign; signed; the job is yours;
    take over purchasing; taking over purchasing; purchasing; decided not to; the board said; bitte um ein angebot;
    angebot; angebote; angebot fur; um ein angebot; was kostet; was kosten; wurde das kosten; ihre preise; preise;
    preis; konditionen; wir bestellen; bestellen wir; bestellt; bestellung; mochten bestellen; unser budget; budget;
    liefern sie; konnen sie liefern; lieferzeit; lieferzeiten; verlangerung; verlangern; lizenzen; rabatt;
    wartungsvertrag; auftrag; prospekt; vorfuhrung; ausschreibung; haben zugestimmt; zugestimmt; haben uns fur;
    un devis; votre devis; demande de devis; votre offre; vos tarifs; tarif; tarifs; interesses par; nous interesse;
    combien coute; quel est le prix; votre prix; proposition chiffree; proposition; nous commandons; passer commande;
    commander; commande; notre commande; notre budget; budget; pouvez-vous livrer; nous livrer; delai de livraison;
    quel delai; renouvel*; licences; remise; bon de commande; conditions habituelles; nous retenons; c'est d'accord;
    un presupuesto; su presupuesto; presupuesto; presupuesto para; cotizacion; su oferta; sus precios; precio;
    precios;
    precio de; tarifas; interesados en; estamos interesados; cuanto cuesta; cual es el precio; hacer un pedido;
    nuestro pedido; nuestro presupuesto; plazo de entrega; renovar; licencias; descuento; pedido; el pedido;
    su propuesta; condiciones; lo cerramos; un preventivo; preventivo; vostro preventivo; preventivo per;
    un'offerta; vostra offerta; vostri prezzi; listino; interessati a; siamo interessati; ci interessano;
    quanto costa;
    qual e il prezzo; ordinare; nostro ordine; nostro budget; potete fornire; tempi di consegna; rinnovare; licenze;
    sconto; ordine; een offerte; uw offerte; offerte; offerte voor; offerte aanvragen; uw prijzen; prijs; een prijs;
    geinteresseerd in; wat kost; wij bestellen; bestelling; onze bestelling; bestelbon; ons budget; kunt u leveren;
    levertijd; verlengen; licenties; korting; akkoord; zijn we akkoord; um orcamento; orcamento; vosso orcamento;
    orcamento para; cotacao; vossa proposta; vossos precos; preco; interessados em; estamos interessados;
    quanto custa;
    qual o preco; encomendar; nossa encomenda; nosso orcamento; podem fornecer; prazo de entrega; renovar; licencas;
    desconto; encomenda; oferta; oferte; oferty; prosimy o oferte; wycena; wycene; wyceny; cena; ceny; cene; cennik;
    ile kosztuje; ile kosztuja; ile to kosztuje; zamowic; zamowienie; zamawiamy; zamowienia; zainteresowani;
    interesuje nas; interesuja nas; termin dostawy; czas dostawy; rabat; budzet; przetarg; przetargu; umowa; umowe;
    przedluzyc; przedluzenie; licencje; licencji; dotacja; dotacje; prezentacja; prezentacje; probny; probna
"""
)
# What a sale looks like that names none: a project, a decision, money set aside, a sample, the next delivery.
_PLANS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:we|i)(?:'re| are| will| plan to| want to| have to)? (?:open|opening|build|building|plan|planning|"
        r"expand\w*|"
        r"refurbish\w*|renovat\w+|equip\w*|furnish\w*|think(?:ing)? of|consider\w*|choose|run \w+ \w+ and|"
        r"replac\w+)\b|"
        r"\bwants? to (?:replace|buy|equip|renew|build|open|add)\b|\b(?:wir|unsere?|die \w+) (?:bauen|eroffnen|offnen|"
        r"planen|erweitern|mochten?|suchen|renovieren|modernisieren)\b|\b(?:umrusten|umbauen|anschaff\w+|neubau|"
        r"neu ausstatten)\b|\bnous (?:ouvrons|construisons|refaisons|renovons|agrandissons|equipons|prevoyons|"
        r"reconduisons|retenons|demenageons)\b|\bsouhait\w+ (?:equiper|remplacer|acquerir|renouveler|installer)\b|"
        r"\b(?:abrimos|construimos|ampliamos|reformamos|renovamos|montamos)\b|\b(?:wij|we) (?:openen|bouwen|richten|"
        r"breiden|vervangen|verbouwen|zoeken)\b|\bop zoek naar\b|\b(?:apriamo|costruiamo|ampliamo|rinnoviamo)\b",
        r"\b(?:board|council|director|management|committee|owners?|ceo|boss)\b[^.?!]{0,40}\b(?:said|approved|decided|"
        r"signed|released|agreed|asks|wants)\b|\b(?:freigegeben|zugestimmt|zur unterschrift|entscheidung|entscheiden|"
        r"a (?:valide|signe|accepte)|la decision|ha (?:aprobado|firmado|elegido)|la decision|heeft getekend|"
        r"goedgekeurd|de directie|ha (?:approvato|firmato))\b",
        r"\b(?:set aside|deposit|what do you charge|charge for|investments?|no money|eingeplant|anzahlung|"
        r"investition\w*|"
        r"kein geld|fordermittel|investissements?|acompte|inversion\w*|coste|anticipo|aanbetaling|investering\w*|"
        r"acconto)\b",
        r"\b(?:catalogue|catalog|dealer terms|terms|samples?|suppliers?|what is possible|available in|rental|lease|"
        r"leasing|"
        r"katalog|muster|mieten|miete|lieferanten?|vorlegen|anbieten|indikation|preisindikation|echantillons?|"
        r"location|"
        r"louer|combien|disponible en|proposez|fournisseurs?|muestras?|alquil\w+|catalogo|proveedor\w*|stalen|"
        r"prijslijst|"
        r"huren|bieden|leverancier\w*|campion\w+|offerta|fornitor\w+|amostras?)\b",
        r"\b(?:same terms|as last time|as usual|re-?order|refill|call-?off|order number|another (?:pallet|box|batch|"
        r"load|"
        r"set|dozen)|wie (?:letztes mal|immer|gehabt)|nachbestell\w+|abruf|lieferung an|meme conditions|"
        r"comme d'habitude|"
        r"livraison a|como siempre|mismas condiciones|entrega en|zoals altijd|nabestell\w+|levering aan|consegna a)\b",
        r"\b(?:at the (?:fair|show)|auf der messe|ortstermin|au salon|en la feria|op de beurs|in fiera|na feira|"
        r"schikt een "
        r"bezoek|nos visitan|come opmeten|venir a medir)\b",
    )
)
# Words of wishing: who needs a part and who needs a technician both use them.
_WANT = phrases(
    """
    we need; i need; we'd like; we would like; i would like; i'd like; please send us; please send me; could you send;
    can you send; how much; what would; do you offer; do you have; can you deliver; upgrade; looking for;
    wir benotigen;
    wir brauchen; ich benotige; wir mochten; ich mochte; hatten gern*; schicken sie uns; senden sie uns;
    konnten sie uns; interessieren uns fur; interesse an ihr*; suchen wir; wir suchen; haben sie; bieten sie; vertrag;
    nous avons besoin; nous souhaitons; je souhaite; nous aimerions; nous voudrions; cherchons; proposez-vous;
    avez-vous; necesitamos; necesito; queremos; nos gustaria; quisieramos; buscamos; pueden entregar; tienen; ofrecen;
    abbiamo bisogno; ci servono; ci serve; vorremmo; vorrei; avete; offrite; wij hebben nodig; we hebben nodig; nodig;
    wij willen; we willen; wij zouden graag; we zouden graag; ontvangen graag; zoeken wij; wij zoeken; heeft u;
    biedt u; precisamos; preciso de; gostariamos; gostaria; queremos; tem disponivel; oferecem; potrzebujemy;
    potrzebuje; chcielibysmy; chcialbym; chcialabym; chcemy; szukamy;
    poszukujemy; prosimy o przeslanie; prosze o przeslanie; czy macie; czy maja panstwo; myslimy o
"""
)
_PERSONAL = phrases(
    """
    happy birthday; birthday; wedding; dinner; barbecue; bbq; kids; mom; dad; grandma; weekend; movie; football;
    game tonight; golf; beer; beers; pub; love you; miss you; hugs; xoxo; vacation photos; holiday photos;
    school play; babysit*; party; lunch; my wife; my husband; honey; sweetheart; family; soccer; fishing; recipe;
    poker; geburtstag; hochzeit; grillen; kinder; mama; papa; oma; wochenende; kino; fusball; bier; hab dich lieb;
    kuss; urlaubsfotos; schulfest; meine frau; mein mann; familie; mittagessen; abendessen; anniversaire;
    mariage; diner; enfants; maman; papa; week-end; cine; biere; bisous; bises; ma femme; mon mari; famille;
    dejeuner; cumpleanos; boda; cena; ninos; mama; fin de semana; cine; futbol; cerveza; besos; abrazos;
    mi mujer; mi marido; familia; comida; compleanno; matrimonio; cena; bambini; mamma; fine settimana; calcio; birra;
    baci; mia moglie; mio marito; famiglia; pranzo; verjaardag; bruiloft; barbecue; kinderen; mama; weekend;
    voetbal; biertje; kusjes; mijn vrouw; mijn man; familie; lunch; aniversario; casamento; jantar; criancas;
    mae; fim de semana; futebol; cerveja; beijos; beijinhos; minha mulher; meu marido; familia; almoco; urodziny;
    wesele;
    slub; obiad; kolacja; dzieci; mama; tata; babcia; weekend; kino; mecz; piwo; calusy; buziaki; moja zona; moj maz;
    rodzina; rodzinie; zdjecia z wakacji
"""
)
# News of people and their numbers.
_NEWS = phrases(
    """
    retire; retiring; successor; takes over; taking over; take over; last day; leaving; left the company;
    new colleague;
    new number; new phone; new address; new office; direct line; my number; switched off; moved to; new role;
    promoted;
    on leave; back from; back at; nachfolger*; ubernimmt; letzter tag; verlasse; ruhestand; neue kollegin;
    neuer kollege; neue nummer; neue adresse; umgezogen; urlaub; successeur; dernier jour; retraite; nouveau numero;
    nouvelle adresse; conges; sucesor*; sustituye; ultimo dia; jubilo; nuevo numero; nueva direccion; vacaciones;
    successore; sostituisce; ultimo giorno; nuovo numero; nuovo indirizzo; ferie; opvolger; opgevolgd; laatste dag;
    pensioen; nieuw nummer; nieuw adres; verhuisd; vakantie; sucessor; novo numero; ferias; nastepca; przejmuje;
    przejmie; ostatni dzien; odchodze; emerytur*; nowy numer; nowy adres; urlop; urlopie
"""
)
# Meetings, thanks and greetings.
_COURTESY = phrases(
    """
    meeting; appointment; agenda; minutes; see you; call me; give me a call; ring me; come by; stop by; thanks for;
    thank you for; nice to meet; introduce; congratulations; merry christmas; happy new; termin; besprechung;
    protokoll;
    rufen sie mich; ruf mich; danke fur; vielen dank fur; frohe; reunion; rendez-vous; appelez-moi; merci pour; cita;
    llamame; llameme; gracias por; riunione; appuntamento; grazie per; vergadering; afspraak; bel me; bel mij;
    bedankt voor; dank voor; obrigado por; obrigada por; spotkanie; spotkania; dziekuje za; dziekujemy za;
    wesolych swiat;
    prosze o telefon; prosze zadzwonic; gratulacje
"""
)
# How much of a pitch or a trick makes one: two signs, or one that stands for nothing else.
PITCHED, TRICKED = 1.3, 1.3
# Characters in which a pitch shows itself.
MOST_READ = 6000
# A figure that may be a price: thousands with a mark between.
_SUM = re.compile(r"(?<![\w.,/-])\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{2})?(?![\w/-])")
_OUR_DOCUMENT = re.compile(
    r"\b(?:your|ihre?[rn]?|votre|vos|su|sus|vostra|vostre|uw|vossa|sua|panstwa)\s+(?:invoice|rechnung|facture|factura|"
    r"fattura|factuur|fatura|faktur|bill|reminder|mahnung|zahlungserinnerung|relance|mise en demeure|"
    r"requerimiento|recordatorio|sollecito|aanmaning|herinnering|cobranca|aviso|wezwani|ponagleni)\w*"
)
_DISPUTE = re.compile(
    r"\b(?:disput\w+|incorrect\w*|wrong\w*|overcharg\w+|mistake|credit note|correct(?:ed|ion)|beanstand\w+|reklam\w+|"
    r"mangelruge|kurzen|berichtig\w+|korr?ig\w+|korrektur|gutschrift|falsch\w*|contest\w+|erreur|erronee?|rectifi\w+|"
    r"corrig\w+|un avoir|errone[oa]|rectificat\w+|correg\w+|errore|errat[oa]|sbagliat[oa]|nota di credito|creditnota|"
    r"onjuist\w*|fout\w*|correctie|gecorrigeerd\w*|nota de credito|errad[oa]|correcao|korekt\w+|korygujac\w+|"
    r"bledn\w+)\b"
)
_CHARGED = re.compile(
    r"\b(?:charged|billed|berechnet|belastet|facture[es]?|cobrad[oa]s?|cobraron|addebitat[oaie]|berekend|cobraram|"
    r"naliczon\w+|obciazon\w+)\b"
)
# "A corrected invoice, please": nobody asks for one to buy something.
_CORRECTED = re.compile(
    r"\b(?:corrected|amended|revised|new|korrigiert\w*|berichtigt\w*|neue|rectifie\w*|corrigee?\w*|nouvelle|"
    r"rectificad\w+|corregid\w+|corrett\w+|rettificat\w+|gecorrigeerd\w*|aangepaste|nieuwe|corrigid\w+|retificad\w+|"
    r"skorygowan\w+|poprawion\w+) (?:rechnung|invoice|facture|factura|fattura|factuur|fatura|faktur\w)\b|"
    r"\b(?:facture|factura|fattura|fatura|faktur\w) (?:corrigee|rectifiee|corregida|rectificada|corretta|corrigida|"
    r"retificada|skorygowan\w|korygujac\w+|nouvelle)\b"
)
# What is wrong with a payment or a sum, in words that say so of nothing else.
_BILL_FAULT = re.compile(
    r"\b(?:(?:charged|billed|debited|paid|invoiced) (?:us |me )?(?:for it )?(?:twice|double)|already paid|twice|"
    r"instead of|"
    r"(?:doppelt|zweimal) (?:berechnet|abgebucht|belastet|bezahlt|gestellt)|bereits (?:bezahlt|uberwiesen|beglichen)|"
    r"statt|anstatt|obwohl|deux fois|double (?:prelevement|facturation)|deja (?:paye|regle)\w*|au lieu d[eu']|"
    r"dos veces|por duplicado|ya (?:pagad|abonad|pagam)\w+|en (?:vez|lugar) de|due volte|gia (?:pagat|saldat)\w+|"
    r"invece|"
    r"anziche|twee keer|dubbel|reeds betaald|al betaald|in plaats van|duas vezes|em (?:duplicado|vez d[aeo]s?)|"
    r"ja (?:pag|cancel)\w+|podwojnie|dwukrotnie|dwa razy|juz (?:zaplac|oplac)\w+|zamiast|nunca (?:se )?(?:presto|"
    r"recib|receb|prest)\w*|never (?:received|provided|ordered)|mai (?:ricevut|prestat)\w+|nie otrzyma\w+)(?!\w)"
)
_THEIR_DOCUMENT = re.compile(
    r"\b(?:our|unsere?|notre|nuestra|nostra|onze|nossa|nasza?)\s+(?:invoice|rechnung|facture|factura|fattura|factuur|"
    r"fatura|faktur)\w*|"
    r"\b(?:attached|enclosed|anbei|ci-joint\w*|adjunt\w*|allegat\w*|allego|bijgaand\w*|anexo)\b[^.\n]{0,30}\b"
    r"(?:invoice|rechnung|facture|factura|fattura|factuur|fatura)\b|payable within|zahlbar (?:bis|innerhalb)|"
    r"please (?:remit|transfer|pay)|"
    r"bitte (?:uberweisen|begleichen)|merci de (?:regler|proceder au reglement)|rogamos (?:abonen|el pago)|"
    r"si prega di (?:saldare|provvedere)|gelieve te betalen|agradecemos o pagamento|prosimy o (?:zaplate|uregulowanie|"
    r"przelew)"
)


def read(
    item: Item,
    body: str,
    *,
    signed: bool = False,
    form: bool = False,
    deal: float = 0.0,
    job: str = "",
    glad: bool = False,
) -> tuple[str, float, str]:
    """Category, how sure, and why, from headers first and words after.

    `signed` says that the author signs with a job or a company, `form` that the mail carries a filled-in web form,
    `deal` how much stands in it that makes a sale: a price, a number of products, an order; `job` is the author's;
    `glad` that its mood is good. What a person insists on is one of those that lead to records.
    """
    subject, text = flat(item.subject), flat(body)
    sender = item.sender.email.casefold() if item.sender is not None else ""
    if item.insisted:
        scores = _scores(item, f"{subject}\n{text}", text, sender, deal, job)
        likeliest = max(sorted(CRM_CATEGORIES, reverse=True), key=scores.__getitem__)
        return likeliest, INSISTED, "a person said that it is for us"
    forwarded = any(zone.kind.startswith("forwarded") for zone in item.zones)
    if (why := _automatic(item, subject, text, sender)) is not None:
        return "auto_reply", 0.92, why
    ours = bool(sender and item.us.owns(sender)) and not forwarded and not form
    if ours and all(item.us.owns(one.email) for one in item.recipients):
        return "internal", 0.93, "sent by our own side"
    both = f"{subject}\n{text}"
    scores = _scores(item, both, text, sender, deal, "" if ours else job)
    if ours:  # what we sell and offer is no pitch
        scores |= dict.fromkeys(("vendor", "spam", "newsletter"), 0.0)
    if signed:
        scores["personal"] *= 0.3
    ranked = sorted(scores.items(), key=lambda one: -one[1])
    best, value = ranked[0]
    if value < 0.5:
        return _of_few_words(scores, both, text, glad)
    margin = value - ranked[1][1]
    return best, min(0.93, 0.5 + 0.12 * margin + 0.04 * value), f"words of {best}"


def is_our_bill(text: str) -> bool:
    """Whether a paper speaks of our invoice to its writer, rather than being one."""
    folded = flat(text)
    return _OUR_DOCUMENT.search(folded) is not None or _DISPUTE.search(folded) is not None


def _without_purchases(folded: str) -> str:
    return "\n".join(line for line in _ENDS.split(folded) if not _BOUGHT.search(line))


def about_bill(text: str, start: int, end: int) -> Candidate | None:
    """The clause that says what it is about an invoice or a payment: by its words of money, faults and numbers."""
    best: tuple[float, Piece] | None = None
    for index, clause in enumerate(cues.clauses(text, start, end)):
        folded = run(clause.text)
        words_of_bills = len({match.group() for match in _BILLING.finditer(folded)} | set(_CHARGED.findall(folded)))
        if not words_of_bills or len(folded.split()) < 3:
            continue
        if _BOUGHT.search(folded) and not _DISPUTE.search(folded):
            continue
        wish = cases.is_wish(folded)
        fault = not wish and (
            any(pattern.search(folded) for pattern in (_DISPUTE, _BILL_FAULT))
            or cases.strength(folded) > 0
            or cues.is_negated(clause.text)
        )
        numbered = any(char.isdigit() for char in folded)
        rank = min(words_of_bills, 2) + 1.2 * fault + 0.6 * numbered - 1.0 * wish - 0.06 * index
        if best is None or rank > best[0]:
            best = (rank, clause)
    if best is None:
        return None
    piece = best[1]
    words = piece.text.rstrip(" .!?,;:")
    return Candidate(
        "summary", " ".join(words.split()), piece.start, piece.start + len(words), 0.5, "what is said of the invoice"
    )


_THANKED = re.compile(
    r"\b(?:thanks|thank you|dank\w*|merci|gracias|grazie|bedankt|obrigad\w+|dziek\w+|podziekowa\w+)\b"
)
# A day with an hour; somebody else's words that are passed on.
_APPOINTED = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|mon|diens|donners|frei|lun|mar|miercoles|mercredi|mercoledi|mittwoch|jueves|jeudi|"
    r"giovedi|viernes|vendredi|venerdi|maan|dins|woens|donder|vrij|segunda|terca|quarta|quinta|sexta|poniedzialek|"
    r"wtorek|srode?a?|czwartek|piatek)\w*(?:-feira)?[, ]{1,2}(?:(?:at|um|a|à|alle|om|as|o|las|le|morgens?|morning|the|"
    r"\d{1,2}\.?|den|dia)\s+){0,3}\d{1,2}(?:[:.h]\d{2})?\s*(?:h\b|uhr|uur|am\b|pm\b|o'clock|heures)?"
)
_SENT_ON = re.compile(
    r"\b(?:forward\w*|passing on|see below|weiterleit\w*|weitergeleitet|leite (?:ihnen|euch)|anfrage (?:meine[rs]|"
    r"unsere[rs])|"
    r"transfere|fais suivre|reenvi\w+|les paso|le paso|inoltr\w+|giro (?:la|a voi)|doorstur\w*|stuur\w* (?:u|je|"
    r"jullie) door|"
    r"reencaminh\w+|encaminh\w+|segue o pedido|przesylam (?:dalej|zapytanie|prosbe))\b"
)


def _of_few_words(scores: dict[str, float], both: str, text: str, glad: bool) -> tuple[str, float, str]:
    """A mail without telling words: who speaks neither of trade nor of people, and does not thank, tells how it is."""
    news = _NEWS.search(both) is not None
    thanked = glad and _THANKED.search(both) is not None
    if scores["support"] >= 0.3 and not news and not thanked:
        return "support", 0.4, "a word of trouble"
    if scores["personal"] > 0 and scores["sales"] < 0.3:
        return "personal", 0.4, "nothing of business in it"
    spoken_of = any(one.search(both) is not None for one in (_COURTESY, _SUM, _APPOINTED, _SENT_ON))
    says_else = news or spoken_of or products.counts_things(text)
    if scores["sales"] < 0.25 and len(text.split()) >= 8 and not says_else and not thanked:
        return "support", 0.35, "tells how something is"
    return "sales", 0.35, "nothing says otherwise"


def _automatic(item: Item, subject: str, text: str, sender: str) -> str | None:
    submitted = item.header("Auto-Submitted").casefold()
    if submitted and not submitted.startswith("no"):
        return "header Auto-Submitted"
    if (
        item.header("X-Autoreply")
        or item.header("X-Autorespond")
        or item.header("X-Auto-Response-Suppress").casefold() == "oof"
    ):
        return "header of an automatic reply"
    if (
        item.header("Precedence").casefold() in {"auto_reply", "auto-reply"}
        or "multipart/report" in item.header("Content-Type").casefold()
    ):
        return "header of an automatic reply"
    if "text/calendar" in item.header("Content-Type").casefold() or any(
        one.endswith(".ics") for one in item.attachments
    ):
        return "a calendar notice"
    if sender.partition("@")[0] in {"mailer-daemon", "postmaster"}:
        return "a mail server wrote it"
    if _AUTO_SUBJECT.search(subject):
        return "subject of an automatic reply"
    if _AUTO_TEXT.search(text[:600]):
        return "words of an automatic reply"
    return None


def _scores(item: Item, both: str, text: str, sender: str, deal: float, job: str) -> dict[str, float]:
    def distinct(pattern: re.Pattern[str], where: str) -> int:
        return len({match.group() for match in pattern.finditer(where)})

    listed = bool(
        item.header("List-Unsubscribe")
        or item.header("List-Id")
        or item.header("Precedence").casefold() in {"bulk", "list"}
    )
    newsletter, spam, vendor = (
        distinct(_NEWSLETTER, both),
        distinct(_SPAM, both),
        distinct(_VENDOR, both),
    )
    billing, trade, personal = (
        distinct(_BILLING, _without_purchases(both)),
        distinct(_TRADE, both),
        distinct(_PERSONAL, both),
    )
    want = min(2, distinct(_WANT, both))
    plain, hinted = trouble.score(f"{item.subject}.\n\n{text}")
    plans = sum(pattern.search(both) is not None for pattern in _PLANS)
    # Who speaks of a sale may say "not" and "but" as well.
    declined = deals.is_declined(both)
    told = plain + hinted * (0.35 if trade or plans or declined or deal >= 0.4 else 1.0)
    help_wanted = cases.strength(both) + told * (0.35 if _NEWS.search(both) else 1.0)
    free_mail = not emails.domain_label(sender) if sender else False
    supplier_bill = bool(_THEIR_DOCUMENT.search(both)) and not _OUR_DOCUMENT.search(both)
    shown = both[:MOST_READ].replace("\n", " ")
    sold, tricked = pitch.selling(shown, flat(job)), pitch.tricking(shown)
    corrected = bool(billing and _CORRECTED.search(both))
    if corrected:  # what was ordered and how many is told of the bill
        trade, deal = trade // 2, 0.3 * deal
    if sold >= PITCHED:  # they are the seller: the words of trade are about what they sell
        trade, plans, want, deal = trade // 3, 0, 0, 0.3 * deal
    return {
        "newsletter": (2.5 if listed else 0.0) + 0.9 * newsletter if listed or newsletter >= 2 else 0.3 * newsletter,
        "spam": (1.1 * spam if spam >= 2 else 0.4 * spam) + (tricked if tricked >= TRICKED else 0.3 * tricked),
        "vendor": (1.05 * vendor if vendor >= 2 else 0.4 * vendor)
        + (2.0 if supplier_bill and billing else 0.0)
        + (sold if sold >= PITCHED else 0.3 * sold),
        "billing": 0.75 * billing
        + 0.8 * corrected
        + 0.5 * bool(_BILLING.search(flat(item.subject)))
        + (1.0 if _OUR_DOCUMENT.search(both) else 0.0),
        "support": 0.8 * help_wanted,
        "sales": 0.75 * trade
        + 0.5 * plans
        + 0.3 * want
        + 0.6 * declined
        + deal
        + 0.2 * bool(item.products and any(flat(name) in text for name in item.products)),
        "personal": (0.7 * personal if personal >= 2 or not (trade or want) else 0.2 * personal)
        + (0.4 if free_mail and personal else 0.0),
    }
