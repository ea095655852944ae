"""The words of forms, orders and letters: what papers call themselves, their labels and their sums. Folded text."""

from __future__ import annotations

import re

ISSUER = (
    r"(?:ihr |your |votre |our |unser )?(?:reported by|raised by|contacted by|completed by|filled in by|gemeldet von|"
    r"ausgefullt von|anforderer|gemeld door|aanvrager|ingevuld door|melder|demande par|redige par|signale par|"
    r"declarant|"
    r"solicitante|contactos?|informado por|comunicado por|responsavel|responsable|pessoa de contato|solicitado por|"
    r"richiedente|compilato da|segnalato da|responsabile(?: acquisti)?|osoba (?:do kontaktu|kontaktowa|"
    r"odpowiedzialna)|"
    r"kontakt|zglaszajac[ay]|(?:(?:zamowienie|zgloszenie|pismo|zapytanie) )?(?:zglosil|sporzadzil|przygotowal|"
    r"zlozyl)a?|prowadzacy|zamowil(?:a)?|podpisal(?:a)?|ansprechpartner(?:in)?|ansprechperson|"
    r"kontaktperson|kontakt|"
    r"(?:sach)?bearbeiter(?:in)?|besteller(?:in)?|einkaufer(?:in)?|erstellt von|ausgestellt von|unterzeichnet von|"
    r"unterzeichner(?:in)?|verantwortlich(?:e|er)?|projektleit(?:er|ung)|contact(?: person| name)?|point of contact|"
    r"buyer(?: contact| name)?|purchaser|purchasing (?:contact|agent|officer)|procurement (?:contact|lead)|ordered by|"
    r"requested by|requester|requestor|issued by|prepared by|submitted by|authori[sz]ed (?:by|signatory)|approved by|"
    r"signed(?: by| for the (?:customer|buyer|client))?|signatory|project (?:manager|lead)|client contact|"
    r"customer contact|interlocuteur|interlocutrice|personne a contacter|acheteu(?:r|se)|demandeur|etabli par|"
    r"signe par|emis par|signataire|responsable(?: achats)?|"
    r"(?:persona de )?contacto|comprador(?:a)?|solicitad[oa] por|firmad[oa] por|emitid[oa] por|autorizad[oa] por|"
    r"aufgenommen von|erfasst von|bearbeitet von|im auftrag|saisi par|commande par|valide par|contact client|"
    r"(?:responsavel|responsable|contacto|contato) (?:no|del?|do|en el) cliente|preenchido por|elaborado por|"
    r"emitido por|cumplimentado por|redatto da|ordinato da|referente (?:del )?cliente|contactpersoon klant|"
    r"opgenomen door|referente|(?:affaire|dossier) suivie? par|suivi par|(?:mas )?informacion|informes|"
    r"redacta(?:do por)?|fdo|informazioni|per informazioni|(?:responsabile (?:unico )?del )procedimento|"
    r"inlichtingen(?: bij)?|"
    r"(?:for )?(?:further )?(?:information|enquiries|queries)|auskunfte?(?: erteilt)?|"
    r"(?:informacji|wyjasnien) udziela|sprawe prowadzi|informacoes|esclarecimentos|"
    r"contatto|persona di riferimento|richiesto da|firmato da|emesso da|acquisti|"
    r"contactpersoon|inkoper|"
    r"besteld door|aangevraagd door|ondertekend door|opgesteld door|pessoa de contacto|assinado por)"
)
ADDRESSEE = (
    r"(?:attn|attention|for the attention of|z\.? ?hd|zu handen(?: von)?|a l'attention de|a la atencion de|att|"
    r"alla cortese attenzione(?: di)?|all'attenzione di|c\.? ?a|t\.? ?a\.? ?v|ter attentie van|ao cuidado de|a/c|"
    r"prepared for|quote for|quotation for|proposal for|erstellt fur|angebot fur|prepare pour|preparado para|"
    r"preparato per|opgesteld voor|deliver(?:y)? to|ship to|site contact|delivery contact|lieferkontakt)"
)
PERSON_LABEL = re.compile(
    rf"(?P<label>(?P<issuer>{ISSUER})|(?P<addressee>{ADDRESSEE})|name|nom|nombre|naam|nome)\.?[ ]?"
    r"(?P<mark>[:.]|$)[ ]*"
)
TELLS = re.compile(
    r"(?P<label>(?P<title>title|job title|position|function|role|funktion|fonction|cargo|functie|ruolo|stellung)|"
    r"(?P<company>company|customer|client|buyer|site|plant|maitre d'ouvrage|"
    r"contracting authority|entidad (?:contratante|adjudicadora)|auftraggeberin|vergabestelle|zamawiajacy|"
    r"klient|firma|nabywca|opdrachtgever|besteller|empresa|entidade|ente|committente|stabilimento|firma|kunde|"
    r"auftraggeber|besteller|unternehmen|societe|entreprise|"
    r"empresa|cliente|azienda|bedrijf|klant|organi[sz]ation)|(?P<email>e-?mail|mail|courriel|"
    r"correo(?: electronico)?|e-?mail-?adres\w*)|"
    r"(?P<phone>(?:tele)?phone|tel|mobiel|gsm|movil|telemovel|cellulare|komorka|telefon kom|telefon|telefono|"
    r"telefoon|telefone|mobile|mobil|cell|direct|durchwahl|"
    r"phone/fax|rufnummer))[. ]*(?P<mark>:|$)[ ]*"
)
SUBJECT = re.compile(
    r"\W*(?:subject|re|ref|regarding|concerning|betreff|betrifft|betr\.|objet|concerne|asunto|ref\.|oggetto|onderwerp|"
    r"betreft?|assunto|dotyczy|temat)\s*:"
)
SUPPLIER = re.compile(
    r"(?:supplier|vendor|seller|lieferant|verkaufer|auftragnehmer|fournisseur|proveedor|fornitore|leverancier|"
    r"fornecedor|dostawca|wykonawca|sprzedawca|do|"
    r"an|to|competitor|bank|carrier|spedition)\b[ ]*(?::|$)"
)
CLOSING = re.compile(
    r"(?:mit freundlichen? gru(?:ss|ß|s)|freundliche gruss?e|mit besten grussen|hochachtungsvoll|(?:yours |very )"
    r"(?:sincerely|faithfully|truly)|sincerely|(?:best|kind|warm) regards|regards|respectfully|cordialement|"
    r"(?:je vous prie|nous vous prions|veuillez) (?:d')?agreer|salutations|bien a vous|atentamente|cordialmente|"
    r"un cordial saludo|saludos|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|hoogachtend|"
    r"com os (?:meus |nossos )?(?:melhores )?cumprimentos|(?:muito )?(?:respeitosamente|atenciosamente|atentamente)|"
    r"cumprimentos|"
    r"muy atentamente|(?:le|les) saluda|reciba[n]? (?:un|nuestros)|in fede|con osservanza|cordialita|met hoogachting|"
    r"(?:de )?(?:hartelijke )?groet(?:en|jes)?\W*$|m\.?v\.?g\b|mfg\b|vg\b|lg\b|(?:schone|liebe|viele|beste) gruss?e|"
    r"avec (?:mes|nos) (?:meilleures )?salutations|bien cordialement|sinceres salutations|con estima|com estima|"
    r"um abraco|abracos?\W*$|z szacunkiem|pozdrowienia|(?:all the )?best\W*$|cheers\W*$|"
    r"z (?:powazaniem|wyrazami szacunku|pozdrowieniami)|lacze (?:wyrazy|pozdrowienia)|pozdrawiam)"
)
# "Pedido del cliente" is no order but what a customer asks for.
_NO_ORDER = (
    r"(?! (?:do cliente|del cliente|de (?:asist\w+|assist\w+|interven\w+|inform\w+|esclarec\w+|orcamento|cotac\w+|"
    r"cotiz\w+|presupuesto|proposta|oferta|segunda|descul\w+))\b)"
)
ORDER = re.compile(
    r"\b(?:purchase order|order form|(?:^|\W)order (?:no|nr|number|#)|bestellung|bestellnummer|auftragserteilung|"
    r"(?m:^\W*(?:auftrag|order|commande|ordine|zamowienie|bestelling|opdracht)\W*$)|auftrag n(?:r|o)|"
    rf"bon de commande|commande (?:n|no|ferme)|orden de compra|pedido(?: de compra)?{_NO_ORDER}|ordine d'acquisto|"
    r"ordine (?:n|di)|zamowienie (?:nr|n\.|numer|zakupu|\d)|inkooporder|bestelbon|bestelling|encomenda|"
    r"nota de encomenda)\b"
)
CONTRACT = re.compile(
    r"\b(?:contract|agreement|vertrag|rahmenvertrag|contrat|contrato|acuerdo|contratto|overeenkomst|acordo)\b"
)
REQUEST = re.compile(
    r"\b(?:request for (?:quotation|quote|proposal|information)|rf[qp]|quotation|quote|proposal|enquiry|tender|"
    r"angebot(?:sanfrage)?|anfrage|ausschreibung|lastenheft|devis|appel d'offres|cahier des charges|pliego|"
    r"presupuesto|oferta|preventivo|offerta|offerte(?:aanvraag)?|orcamento|proposta|"
    r"marche public|licitacion|bando(?: di gara)?|capitolato|disciplinare|aanbesteding|bestek|caderno de encargos|"
    r"concurso publico|zapytanie (?:ofertowe|o cene)|przetarg|postepowanie o udzielenie|statement of work)\b"
)
COMPLAINT = re.compile(
    r"\b(?:complaint|defect report|warranty claim|fault report|service request|reklamation|mangelruge|"
    r"mangelanzeige|storungsmeldung|reclamation|reclamacion|reclamo|klacht|reclamacao|reklamacja|"
    r"service (?:visit |call )?report|(?:service|einsatz|storungs)bericht|rapport d'intervention|bon d'intervention|"
    r"compte rendu d'intervention|declaration de panne|parte de (?:averia|incidencia|asistencia|servicio)|"
    r"informe de (?:averia|incidencia|asistencia|servicio)|(?:rapporto|verbale) (?:di |d')?(?:intervento|assistenza)|"
    r"segnalazione (?:di )?guasto|service ?rapport|storingsmelding|werkbon|"
    r"relatorio de (?:assistencia|intervencao|servico|avaria)|participacao de avaria|protokol serwisow\w+|"
    r"zgloszenie (?:usterki|awarii|serwisowe|reklamacyjne))\b"
)
INVOICE = re.compile(
    r"\b(?:invoice|rechnung|facture|factura|fattura|factuur|fatura|faktura|mahnung|credit note|gutschrift)\b"
)

NET = re.compile(
    r"\b(?:net(?: total| amount| value| price| sum)?|total net|netto(?:betrag|summe|gesamt(?:betrag)?|wert|preis)?|"
    r"summe netto|gesamt(?:betrag|summe|preis)? netto|excl|exclusive of vat|ex(?:cluding)? vat|before (?:vat|tax)|"
    r"hors taxes?|ht|h\.t|base imponible|sin iva|mas iva|oltre iva|piu iva|acrescid[oa] d[eo] iva|exclusief|"
    r"plus (?:vat|tva|mwst|btw)|imponibile|totale netto|iva esclusa|sem iva|exkl|zzgl|subtotaal)\b"
)
SUBTOTAL = re.compile(r"\b(?:sub-?total|zwischensumme|sous-?total|subtotale|total parcial)\b")
TOTAL = re.compile(
    r"\b(?:(?:grand |order |contract |overall )?total(?: (?:amount|price|value|cost|due))?|"
    r"(?:contract|order) (?:value|sum)|"
    r"gesamt(?:betrag|summe|preis|wert)?|auftragswert|bestellwert|endbetrag|summe|montant(?: total)?|prix total|"
    r"importe(?: total)?|importo(?: totale)?|totale|totaal(?:bedrag)?|valor total|auftragssumme|vertragswert|"
    r"razem|lacznie|(?:wartosc|kwota)(?: \w+)?)\b"
)
TAX = re.compile(r"\b(?:vat|tax|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|iva|btw|moms|mva)\b")
DISCOUNT = re.compile(r"\b(?:discount|rabatt|nachlass|remise|descuento|sconto|korting|desconto|skonto)\b")
AMOUNT = re.compile(
    r"\d{1,3}(?:[.,'’\u202f\u00a0 ]\d{3})+(?:[.,]\d{1,2})?(?![\d%])|\d+[.,]\d{2}(?![\d%])|\d+(?![\d.,%])"
)
QUANTITY_HEAD = re.compile(
    r"^(?:qty|quantity|menge|anzahl|stuck|stk|qte|quantite|cantidad|cant|q\.?ta|quantita|aantal|quantidade|qtd|ilosc|"
    r"liczba|units?|"
    r"pcs)\.?$"
)
QUANTITY = re.compile(
    r"^(\d{1,6})(?:[.,]0+)?(?:\s?(?:x|pcs?|pieces?|stk|stuck|st|units?|ud|uds|pz|licen\w*|seats?|users?|un|unid|szt|ea|"
    r"each))?\.?$"
)
ORDER_DATE = re.compile(
    r"\b(?:(?:order |po |purchase |contract |signature |issue )?date|dated|signed on|effective date|"
    r"(?:bestell|auftrags|vertrags)?datum|"
    r"date(?: de (?:la )?commande)?|fecha|data|besteldatum|den|le|il|el)\b[ :.]*"
)
HEADING_MARK = re.compile(r"^#{1,6} ", re.MULTILINE)
SALUTATION = re.compile(
    r"^(?:herrn?|frau|mr|mrs|ms|mme|m|monsieur|madame|sr|sra|sig|dhr|mevr|exm[oa])\b\.?\s+", re.IGNORECASE
)
#: Words of forms and tables, by language: such papers have too few sentences to tell it from.
PAPER_WORDS = {
    "en": "total date order contact phone quantity delivery terms buyer supplier price item payment purchase signed",
    "de": "datum bestellung menge gesamt lieferung telefon preis angebot netto firma ansprechpartner einkauf zahlung",
    "fr": "commande quantite livraison prix montant devis tva telephone societe reference paiement du",
    "es": "pedido cantidad entrega precio importe fecha empresa telefono proveedor presupuesto pago del",
    "it": "ordine quantita consegna prezzo importo azienda telefono fornitore preventivo imponibile pagamento del",
    "nl": "bestelling aantal levering prijs bedrag datum bedrijf telefoon leverancier offerte betaling btw",
    "pl": "zamowienie ilosc cena wartosc kwota netto brutto razem dostawca zamawiajacy data termin dostawy platnosc",
    "pt": "encomenda quantidade entrega preco valor empresa telefone fornecedor orcamento pagamento da",
}
REFERENCE = re.compile(
    r"(?:[\w.]+ ){0,2}(?:date|datum|fecha|data|no|nr|number|nummer|numero|ref|reference|referenz|terms|from|von)\.? ?:"
)
