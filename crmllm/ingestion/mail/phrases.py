"""The fixed words of mail in the languages of Europe and beyond: header labels, reply lines, greetings, sign-offs.

Only conventions of mail programs and of letter writing stand here; nothing about any particular sender.
"""

from __future__ import annotations

import re


def _any(text: str) -> str:
    """An alternation of the phrases in `text` (separated by |), longest first, any space matching any spaces."""
    pieces = re.split(r"\|(?![^()]*\))", text)
    phrases = sorted({phrase.strip() for phrase in pieces if phrase.strip()}, key=len, reverse=True)
    return "(?:" + "|".join(phrase.replace(" ", r"\s+") for phrase in phrases) + ")"


# The labels that mail programs write above a quoted message, by what they stand for.
LABELS: dict[str, str] = {
    "from": "from|von|de|da|van|od|från|fra|lähettäjä|feladó|kimden|gönderen|от|від|από|expéditeur|remitente|mittente|"
    "remetente|afzender|absender|nadawca|avsändare|afsender|avsender|odesílatel|odosielateľ|expeditor|dal|saatja|no|"
    "nuo|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|מאת|من|от кого|từ|dari|จาก",
    "sent": "sent|date|gesendet|datum|gesendet am|envoyé|date d'envoi|envoyé le|enviado|enviado el|"
    "enviada em|enviado em|"
    "enviada|fecha|data|inviato|data invio|verzonden|verstuurd|wysłano|wysłane|skickat|skickat den|"
    "sendt|dato|lähetetty|"
    "päivämäärä|päiväys|elküldve|dátum|gönderildi|gönderme tarihi|tarih|отправлено|дата|надіслано|στάλθηκε|ημερομηνία|"
    "odesláno|odoslané|trimis|dată|发送时间|日期|寄件日期|送信日時|日時|日付|보낸 날짜|보낸날짜|날짜|נשלח|תאריך|تاريخ|"
    "gửi|"
    "tanggal|дата отправки|poslano|poslané",
    "to": "to|an|à|a|para|aan|do|till|til|vastaanottaja|címzett|kime|alıcı|кому|προς|destinataire|destinatario|"
    "destinatário|per|komu|către|pentru|kam|收件人|收件者|宛先|받는 사람|받는사람|אל|إلى|đến|kepada|pour|adressat|naar",
    "cc": "cc|kopie|kopie an|copie à|copie|con copia|copia|kopia|kopi|kopio|másolat|bilgi|копия|"
    "κοιν|cópia|dw|udw|kopii|"
    "抄送|副本|참조|עותק|bcc|cci|cco|kk|bcc an",
    "subject": "subject|betreff|objet|asunto|oggetto|onderwerp|assunto|temat|ämne|emne|aihe|tárgy|"
    "konu|тема|θέμα|předmět|"
    "predmet|subiect|re|ang|betr|主题|主旨|件名|제목|נושא|الموضوع|chủ đề|subjek|sujet|теме",
    "other": "reply-to|antwort an|répondre à|responder a|rispondi a|importance|wichtigkeit|"
    "importancia|priorità|priority|"
    "attachments|anlagen|anhang|pièces jointes|datos adjuntos|allegati|bijlagen|anexos|organization|organisation|"
    "sent by|please respond to|return-path|message-id|mime-version|reply to",
}
ROLE_OF_LABEL: dict[str, str] = {
    label.strip(): role for role, labels in LABELS.items() for label in labels.split("|") if label.strip()
}
LABEL_LINE = re.compile(
    r"[ \t\u00a0|]*[*_]{0,2}(?P<label>" + "|".join(sorted(map(re.escape, ROLE_OF_LABEL), key=len, reverse=True)) + r")"
    r"[*_]{0,2}[ \t\u00a0]*[:\uff1a][*_]{0,2}(?P<value>.*)",
    re.IGNORECASE,
)

_ORIGINAL = _any(
    "original message|original mail|original email|original appointment|ursprüngliche nachricht|originalnachricht|"
    "ursprüngliche mail|original-nachricht|message d'origine|message original|e-mail d'origine|mensaje original|"
    "messaggio originale|oorspronkelijk bericht|oorspronkelijk e-mailbericht|mensagem original|oryginalna wiadomość|"
    "wiadomość oryginalna|wiadomość pierwotna|ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|"
    "opprinnelig melding|alkuperäinen viesti|eredeti üzenet|původní zpráva|pôvodná správa|orijinal mesaj|özgün ileti|"
    "исходное сообщение|оригинальное сообщение|αρχικό μήνυμα|mesaj original|mesajul original|原始邮件|原始郵件|"
    "元のメッセージ|original メッセージ|원본 메시지|reply message|mensagem encaminhada original|replied message|"
    "reply separator|antwort|quoted message"
)
_FORWARDED = _any(
    "forwarded message|forwarded by|forwarded mail|begin forwarded message|forwarded letter|forward header|"
    "begin forwarded|forwarded email|weitergeleitete nachricht|weitergeleitet von|weitergeleitete mail|"
    "anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|message transféré|message réexpédié|"
    "transféré par|réexpédié par|début du message réexpédié|début du message transféré|mensaje reenviado|reenviado por|"
    "inicio del mensaje reenviado|messaggio inoltrato|inoltrato da|inizio messaggio inoltrato|doorgestuurd bericht|"
    "doorgestuurd door|begin doorgestuurd bericht|mensagem encaminhada|encaminhado por|mensagem reencaminhada|"
    "início da mensagem encaminhada|início da mensagem reencaminhada|przekazana wiadomość|"
    "przesłana dalej|przekazane przez|"
    "wiadomość przekazana|początek przekazywanej wiadomości|vidarebefordrat meddelande|vidarebefordrat brev|"
    "vidarebefordrat av|videresendt meddelelse|videresendt besked|start på videresendt besked|videresendt af|"
    "videresendt melding|videresendt av|videresendt e-post|välitetty viesti|edelleenlähetetty viesti|"
    "välitetty viesti alkaa|továbbított üzenet|továbbított levél|přeposlaná zpráva|preposlaná správa|iletilmiş mesaj|"
    "yönlendirilen ileti|iletilen mesaj|пересылаемое сообщение|пересланное сообщение|переслане повідомлення|"
    "начало переадресованного сообщения|προωθημένο μήνυμα|mesaj redirecționat|转发的邮件|转发邮件|轉寄的郵件|轉寄郵件|"
    "転送メッセージ|転送されたメッセージ|전달된 메시지|전달 메시지"
)
_RULE = r"[-_=*~#\u2014\u2013]{2,}"
ORIGINAL_LINE = re.compile(rf"\s*{_RULE}\s*{_ORIGINAL}\b.{{0,120}}?\s*(?:{_RULE})?\s*$", re.IGNORECASE)
FORWARD_LINE = re.compile(
    rf"\s*(?:{_RULE}\s*{_FORWARDED}.{{0,300}}|{_FORWARDED}\s*[:\uff1a].{{0,5}}|"
    rf"{_FORWARDED}\s.{{3,200}}{_RULE})\s*$",
    re.IGNORECASE | re.DOTALL,
)

# The verb of a line such as "On Monday, Ann Example wrote:".
WROTE = re.compile(
    r"(?<!\w)"
    + _any(
        "wrote|writes|has written|said|says|schrieb|schreibt|hat geschrieben|schreef|heeft geschreven|schreven|a écrit|"
        "écrit|a scris|ha scritto|scrive|scritto|escribió|escribio|escribe|escreveu|escrigué|"
        "va escriure|napisał|napisała|"
        r"napisał\(a\)|pisze|skrev|har skrivit|kirjoitti|írta|ezt írta|következőt írta|napsal|"
        r"napsala|napsal\(a\)|napísal|"
        r"napísal\(a\)|je napisao|je napisal|написал|написала|написал\(а\)|пишет|писал|пише|"
        r"написав|yazdı|şunları yazdı|"
        "έγραψε|rašė|parašė|rakstīja|kirjutas|写道|寫道|書きました|wrote the following|님이 작성|viết|đã viết|"
        "menulis|כתב|כתבה|كتب"
    ),
    re.IGNORECASE,
)
OPENER = re.compile(
    r"[ \t*_]*(?:on|am|le|el|il giorno|il|op|em|no dia|a|den|pe|dne|dňa|dnia|w dniu|w|dana|u|в|на|в сообщении|στις|"
    r"mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|lun|mar|mer|jeu|ven|sam|dim|"
    r"quoting|zitat von|citando|citando a|citat|quote from|cytowanie|at|around|von|da|de|пн|вт|ср|"
    r"чт|пт|сб|вс|tir|ons|tors|fre)"
    r"(?![\w'’])|-{2,4}\s+[\"\w]|[ \t*_]*(?:\d{1,4}[-./]|\d{4}年|[\"“<]?\S+@|"
    r"[\"“]?[^\W\d_][\w.'’-]*(?:,?\s+[^\W\d_][\w.'’-]*){0,4}\s*<)",
    re.IGNORECASE,
)
GROUPWISE = re.compile(r"\s*>{2,3}\s*\S.{3,200}\d.{0,20}>{2,3}\s*$")
QUOTING = re.compile(
    r"\s*(?:quoting|zitat von|citando(?: a)?|citat från|quote from|cytowanie)\s.{3,120}[:\uff1a]\s*$", re.IGNORECASE
)

_MONTH = (
    r"(?:jan|feb|fév|fev|mar|mär|mrt|apr|avr|abr|kwi|may|mai|maj|mei|mag|maio|jun|jui|giu|cze|jul|lug|lip|aug|aoû|ago|"
    r"sep|set|wrz|oct|okt|out|ott|paź|nov|lis|dec|dez|déc|dic|gru|ene|gen|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)"
)
DATE = re.compile(
    r"\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b|\b\d{1,2}(?:st|nd|rd|th|\.|º|er|de)?[\s-]+(?:de\s+)?" + _MONTH + r"|"
    r"(?<!\w)" + _MONTH + r"\w{0,8}\.?\s+\d{1,2}\b|\d{4}年|\d{4}\.\s?\d{1,2}\.|\d{4}년",
    re.IGNORECASE,
)
TIME = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")
EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")

GREETING = re.compile(
    r"\s*(?:"
    + _any(
        "hi|hello|hey|hiya|dear|greetings|good morning|good afternoon|good evening|good day|"
        "morning|to whom it may concern|"
        "hallo|guten tag|guten morgen|guten abend|sehr geehrte|sehr geehrter|sehr geehrtes|liebe|"
        "lieber|moin|servus|grüezi|"
        "grüß gott|bonjour|bonsoir|cher|chère|chers|chères|madame|monsieur|mesdames|messieurs|salut|hola|buenos días|"
        "buenas tardes|buenas|estimado|estimada|estimados|estimadas|querido|querida|ciao|buongiorno|buonasera|gentile|"
        "gentili|egregio|gent|spett|salve|caro|cara|beste|geachte|hoi|goedemorgen|goedemiddag|dag|olá|ola|oi|bom dia|"
        "boa tarde|boa noite|prezado|prezada|prezados|exmo|exma|dzień dobry|witam|cześć|szanowny|szanowna|szanowni|hej|"
        "hejsan|tjena|bästa|goddag|god dag|god morgen|god morgon|kære|kjære|hei|hyvä|moi|terve|"
        "tere|kedves|tisztelt|szia|"
        "dobrý den|vážený|vážená|vážení|ahoj|merhaba|sayın|здравствуйте|добрый день|доброе утро|добрый вечер|привет|"
        "уважаемый|уважаемая|уважаемые|шановний|добрий день|γεια|αγαπητέ|αγαπητή|stimate|stimată|"
        "bună ziua|你好|您好|尊敬的|"
        "お世話になっております|こんにちは|안녕하세요|שלום|مرحبا|السلام عليكم|عزيزي|namaste"
    )
    + r")(?!\w)[^.?!]{0,60}[,;:!.\u2013\u2014-]{0,2}\s*$",
    re.IGNORECASE,
)

_SIGN_OFF = _any(
    "best regards|kind regards|warm regards|with kind regards|with best regards|warmest regards|regards|best wishes|"
    "with best wishes|kindest regards|many thanks|thanks|thank you|thanks again|thanks and regards|thanks & regards|"
    "thank you and regards|thx|thanks so much|thanks very much|thank you very much|"
    "thanks in advance|many thanks in advance|"
    "thank you in advance|sincerely|yours sincerely|sincerely yours|yours truly|very truly yours|yours faithfully|"
    "respectfully|cordially|cheers|all the best|best|take care|yours|talk soon|speak soon|"
    "have a nice day|have a great day|"
    "have a good weekend|have a great weekend|rgds|br|kr|bye|"
    "mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|mit freundlichem gruss|freundliche grüße|"
    "freundliche grüsse|beste grüße|beste grüsse|mit besten grüßen|viele grüße|viele grüsse|liebe grüße|liebe grüsse|"
    "herzliche grüße|herzliche grüsse|schöne grüße|schönen gruß|grüße|grüsse|gruß|gruss|mfg|lg|vg|"
    "hochachtungsvoll|danke|"
    "vielen dank|besten dank|herzlichen dank|danke und gruß|vielen dank im voraus|vielen dank und viele grüße|"
    "cordialement|bien cordialement|très cordialement|bien à vous|bien à toi|cdlt|cdt|sincères salutations|"
    "salutations distinguées|meilleures salutations|salutations|amicalement|bonne journée|bonne réception|merci|"
    "merci d'avance|merci beaucoup|respectueusement|à bientôt|"
    "saludos|un saludo|saludos cordiales|un cordial saludo|atentamente|reciba un cordial saludo|"
    "cordialmente|muchas gracias|"
    "gracias|gracias de antemano|atte|un abrazo|saludos y gracias|quedo atento|quedo atenta|"
    "cordiali saluti|distinti saluti|saluti|un saluto|un cordiale saluto|grazie|grazie mille|buona giornata|"
    "grazie e saluti|a presto|"
    "met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|mvg|"
    "groet|groeten|groetjes|"
    "hartelijke groet|bedankt|alvast bedankt|dank je wel|hoogachtend|"
    "atenciosamente|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|obrigado|"
    "obrigada|abraço|abraços|att|"
    "muito obrigado|muito obrigada|saudações|grato|grata|"
    "pozdrawiam|z poważaniem|serdecznie pozdrawiam|pozdrowienia|z wyrazami szacunku|dziękuję|"
    "dzięki|pozdrawiam serdecznie|"
    "med vänlig hälsning|med vänliga hälsningar|vänliga hälsningar|vänligen|hälsningar|mvh|tack|"
    "tack på förhand|vänlig hälsning|"
    "med venlig hilsen|venlig hilsen|de bedste hilsner|hilsen|vh|tak|på forhånd tak|"
    "med vennlig hilsen|vennlig hilsen|takk|"
    "ystävällisin terveisin|terveisin|kiitos|parhain terveisin|kiittäen|yst terv|"
    "üdvözlettel|tisztelettel|köszönettel|köszönöm|s pozdravem|s přátelským pozdravem|děkuji|s pozdravom|ďakujem|"
    "saygılarımla|iyi çalışmalar|teşekkürler|saygılar|с уважением|с наилучшими пожеланиями|спасибо|заранее спасибо|"
    "з повагою|με εκτίμηση|ευχαριστώ|cu stimă|cu respect|mulțumesc|o zi bună|s poštovanjem|lijep pozdrav|lep pozdrav|"
    "祝好|此致|谢谢|よろしくお願いします|よろしくお願いいたします|敬具|감사합니다|תודה|בברכה|شكرا|مع التحية|"
    "terima kasih"
)
SIGN_OFF_LINE = re.compile(
    rf"\s*(?P<phrase>{_SIGN_OFF}(?:\s*(?:,|und|and|et|y|e|&|/)\s*{_SIGN_OFF})?)\s*(?P<mark>[,.!;:\u2013\u2014-]{{0,4}})\s*(?P<rest>.{{0,40}})$",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"\s*\(?(?:"
    + _any(
        "sent from my|sent from|get outlook for|sent via|sent using|von meinem|gesendet von meinem|"
        "gesendet mit|von|gesendet von|"
        "envoyé de mon|envoyé depuis|envoyé à partir de|enviado desde mi|enviado desde|inviato da|verstuurd vanaf mijn|"
        "verzonden vanaf|enviado do meu|enviado a partir do|wysłano z|wysłane z|skickat från min|sendt fra min|"
        "lähetetty|отправлено с|отправлено из|iphone'umdan gönderildi|发自我的|從我的|iphoneから送信"
    )
    + r")\s.{0,40}(?:iphone|ipad|android|"
    r"samsung|blackberry|outlook|mobile|mobil|handy|phone|galaxy|huawei|windows|yahoo|mail|"
    r"tablet|telefon|smartphone|nokia|gmail|proton)\b.{0,60}$",
    re.IGNORECASE,
)

JOB_TITLE = re.compile(
    r"(?<!\w)(?:manager|director|president|officer|head\s+of|chief|ceo|cfo|cto|coo|cio|cmo|vp|svp|evp|vice|partner|associate|"
    r"assistant|engineer|consultant|analyst|specialist|coordinator|representative|counsel|attorney|lawyer|secretary|"
    r"administrator|developer|architect|designer|accountant|buyer|purchas\w+|procurement|sales|marketing|founder|owner|"
    r"supervisor|trader|broker|professor|lecturer|leiter\w*|leitung|geschäftsführ\w+|vertrieb\w*|einkauf|einkäufer\w*|"
    r"sachbearbeiter\w*|projektleit\w+|berater\w*|assistenz|prokurist\w*|vorstand|abteilung\w*|inhaber\w*|directeur|"
    r"directrice|responsable|gérante?|chargée?|ingénieur|commerciale?|acheteu\w+|conseill\w+|chef|adjointe?|gerente|"
    r"directora?|jefe|jefa|encargad\w+|ingenier\w+|comprador\w*|abogad\w+|direttore|direttrice|responsabile|titolare|"
    r"ingegnere|ufficio|addett\w+|manager|hoofd|directeur|adviseur|inkoper|verkoop|medewerk\w+|diretora?|gestora?|"
    r"coordenador\w*|kierownik|dyrektor|prezes|specjalista|handlowiec|chefen|säljare|inköpare|ansvarig|konsult|direktør|"
    r"leder|sælger|indkøber|konsulent|selger|johtaja|päällikkö|myynti|igazgató|ügyvezető|ředitel|jednatel|vedoucí|müdür\w*|"
    r"директор|менеджер|руководитель|начальник|специалист|инженер|経理|部長|課長|代表取締役|经理|总监|总经理)(?!\w)",
    re.IGNORECASE,
)
COMPANY = re.compile(
    r"(?<!\w)(?:inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|ohg|ug|e\.\s?k|mbh|"
    r"s\.?a\.?s?|s\.?a\.?r\.?l|sarl|eurl|s\.?l\.?u?|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|ab|oyj?|a/s|aps|as|asa|ltda|lda|s\.a|"
    r"sp\.\s?z\s?o\.?\s?o|s\.\s?r\.\s?o|a\.\s?s|kft|zrt|d\.o\.o|pty|pte|group|groupe|gruppe|holdings?|university|"
    r"universität|université|universidad|institute|institut|bank|partners|associates|solutions|services|systems|"
    r"consulting|industries|energy|ооо|оао|株式会社|有限公司)(?!\w)\.?",
    re.IGNORECASE,
)
CONTACT_LABEL = re.compile(
    r"(?<!\w)(?:tel|telephone|telefon|téléphone|tél|teléfono|telefono|telefoon|telefone|phone|ph|fax|telefax|mobile|mobil|"
    r"mob|cell|cellular|móvil|movil|celular|cellulare|portable|gsm|handy|office|direct|durchwahl|dw|desk|e-?mail|courriel|"
    r"correo|web|website|www|internet|skype|linkedin|pager|kom|komórka|tlf|puh|puhelin|mob|тел|моб|факс|t|f|m|p|d|e|w)"
    r"\s*[.:)\]\uff1a]",
    re.IGNORECASE,
)
PHONE = re.compile(r"(?<![\w.-])(?:\+|\(|\d)(?:(?!\s\s)[\s().\-/\u00a0\u2011]{0,3}\d){6,15}(?!\w)")
WEB = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.])[\w-]+\.(?:com|de|net|org|fr|es|it|nl|eu|co\.uk|ch|at|pl|se|io)\b",
    re.IGNORECASE,
)
ADDRESS_LINE = re.compile(
    r"\b[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b|\b[A-Z]{1,2}\d[A-Z\d]?\s+\d[A-Z]{2}\b|\b\d{4,5}\s+[A-ZÀ-Þ][\w\u00c0-\u024f-]+|"
    r"\b(?:[A-Z]{1,2}-)\d{4,5}\b|\b(?:p\.?\s?o\.?\s?box|postfach|suite|floor|street|avenue|blvd|boulevard|road|lane|drive|"
    r"plaza|platz|straße|strasse|str\.|weg|allee|rue|calle|avda|via|viale|piazza|laan|straat|rua|ulica|ul\.|gatan|vej|katu)"
    r"(?!\w)",
    re.IGNORECASE,
)

# Words of confidentiality notices and other boilerplate; one alone proves nothing, several in a paragraph do.
BOILERPLATE_WORDS = re.compile(
    r"(?<!\w)"
    + _any(
        r"confidential\w*|privileged|intended (?:only|solely)|intended recipient|(?:sole|"
        r"exclusive) use|named addressee|"
        r"unauthori[sz]ed|strictly prohibited|received this (?:e-?mail|message|communication|"
        r"transmission)\s*(?:in error)?|"
        r"in error|delete (?:it|this|the)|notify (?:the sender|us|me)|legally (?:binding|protected)|disclaim\w*|"
        r"accepts? no (?:liability|responsibility)|virus(?:es)?|distribution|dissemination|disclosure|copying|"
        r"views (?:expressed|or opinions)|monitored|attachments? (?:is|are|may)|addressee|proprietary|"
        r"vertraulich\w*|rechtlich geschützt\w*|bestimmungsgemäß\w*|richtige[rn]? adressat|irrtümlich|unbefugt\w*|"
        r"vernichten sie|informieren sie|nicht gestattet|weitergabe|unerlaubt\w*|adressat\w*|"
        r"confidentiel\w*|destinataires?|usage exclusif|par erreur|détruire|avertir l'expéditeur|interdite?|"
        r"pièces? jointes?|responsabilité|diffusion|"
        r"confidencial\w*|destinatarios?|por error|por engano|prohibid[oa]|proibid[oa]|"
        r"privilegiad[oa]|notifi\w+ al remitente|"
        r"elimin\w+|apague|divulga\w+|aviso legal|"
        r"riservat\w+|destinatari\w*|per errore|vietat\w+|cancellar\w+|informazioni contenute|d\.?lgs|privacy|gdpr|"
        r"vertrouwelijk\w*|geadresseerde\w*|bestemd voor|abusievelijk|ten onrechte|niet toegestaan|verwijderen|"
        r"poufn\w+|adresat\w*|omyłkow\w+|zabronion\w+|usunięc\w+|konfidentiell\w*|förtroligt?|fortrolig\w*|avsedd för|"
        r"mottagare\w*|modtager\w*|mottaker\w*|luottamuksell\w*|конфиденциальн\w+|получател\w+|уничтож\w+|bizalmas\w*|gizli\w*"
    ),
    re.IGNORECASE,
)
BOILERPLATE_LINE = re.compile(
    r"\s*[*_>-]{0,4}\s*(?:"
    + _any(
        r"please consider the environment|think before you print|think of the environment|"
        r"bitte denken sie an die umwelt|"
        r"bitte prüfen sie|pensez à l'environnement|avant d'imprimer|before printing|antes de imprimir|"
        r"virus-free\b|virenfrei|sans virus|this e-?mail has been (?:scanned|checked)|this message has been scanned|"
        r"diese e-?mail wurde auf viren|scanned by|checked by avg|no virus found|l'absence de virus|"
        r"(?:do you yahoo|get your free|join the world's largest|chat with friends online|msn photos|"
        r"express yourself instantly|stop more spam|add photos to your|protect your pc)|"
        r"(?:caution|warning|external|achtung|attention|vorsicht|externe? e-?mail|extern|"
        r"attenzione|atención)\s*[:!\]-]\s*"
        r"(?:this|diese|ce|cet|external|externe|questo|este|the|e-?mail|message|mail|sender|not)|"
        r"\[(?:external|extern|externe|ext)\]|you don't often get (?:e-?mail|email) from|"
        r"this (?:e-?mail|message) (?:originated|came|comes|was sent) from (?:an? )?(?:outside|external)|"
        r"(?:to )?unsubscribe(?:,| from| send| from this|:| or)|um sich abzumelden|pour se désabonner|"
        r"you received this message because you are subscribed|visit this group at|list info|mailing list info|"
        r"to (?:post|subscribe|unsubscribe)\b.{0,60}@"
    )
    + r")",
    re.IGNORECASE,
)
LIST_FOOTER = re.compile(r"\S+ mailing list\s*$|https?://\S+/(?:mailman|listinfo)/|^_{30,}\s*$", re.IGNORECASE)
FORWARD_SUBJECT = re.compile(
    r"\s*(?:\[[^\]]{0,40}\]\s*)?(?:fwd?|fw|wg|weitergeleitet|tr|transf|rv|reenv|i|inoltro|doorst|enc|res-enc|pd|vb|vs|vl|továbbítás|"
    r"fs|ilt|пересл|转发|轉寄|転送|전달)(?:\[\d+\])?\s*[:\uff1a]",
    re.IGNORECASE,
)
REPLY_SUBJECT = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|ref|rif|r|odp|res|ynt|回复|回覆|返信|답장|отв|vá|bls|atb|απ|תגובה|رد)(?:\[\d+\]|\(\d+\))?\s*[:\uff1a]",
    re.IGNORECASE,
)
