"""Job titles: the vocabulary of a dozen languages and the shapes that occupations take."""

from __future__ import annotations

import re
from functools import lru_cache

from crmllm.extraction.rules.text import flat, fold, phrase_pattern, phrases

# A trailing * leaves the word's end open (Leiter, Leiterin, Leiterinnen).
_HEADS: tuple[str, ...] = tuple(
    # English
    """
    manager director officer president vice-president vice chief head lead engineer analyst consultant specialist
    coordinator co-ordinator administrator assistant secretary executive representative rep buyer purchaser accountant
    controller treasurer counsel attorney lawyer solicitor paralegal partner founder co-founder cofounder owner
    co-owner principal associate developer programmer designer architect scientist researcher professor lecturer
    teacher technician supervisor superintendent foreman planner strategist advisor adviser agent broker trader editor
    journalist producer nurse doctor physician surgeon chairman chairwoman chairperson chair deputy ceo cto cfo coo
    cio ciso cmo cpo cro chro cdo md gm dga hse qhse hseq vp svp evp avp pm intern trainee operator dispatcher
    clerk receptionist librarian
    translator writer copywriter photographer chef dean postdoc fellow minister mayor judge recruiter marketer
    salesman salesperson merchandiser inspector auditor surveyor instructor trainer coach therapist pharmacist dentist
    veterinarian biologist chemist physicist economist statistician geologist machinist mechanic electrician plumber
    carpenter concierge proprietor registrar curator underwriter actuary bookkeeper storekeeper warehouseman webmaster
    sysadmin spokesperson spokesman ambassador captain pilot steward organizer organiser estimator brewer grower
    farmer miller baker butcher winemaker quarryman keeper handler rigger fitter welder machinist chairperson
    scheduler tester counselor counsellor conductor student programmer/analyst buyer/planner procurement purchasing
    """
    # English trades
    """
    millwright wheelwright brewmaster cheesemaker distiller maltster stillman bursar warden custodian
    troubleshooter shipwright boatbuilder
    """
    # Schools, clinics, town halls, hotels and shops
    """
    caretaker headteacher headmaster headmistress deputy-head housekeeper matron midwife paramedic alderman
    councillor councilor town-clerk sheriff vicar hotelier shopkeeper florist chemist optician
    direktorin *direktorin rektor* *rektor konrektor* schulsekretarin *sekretarin *arzt *arztin hebamme landrat*
    stadtrat* *bibliothekar* kammerer* pfarrer* hotelier* wirt wirtin kuster* erzieher*
    gouvernante proviseur proviseure principale bibliothecaire infirmier-chef sage-femme pharmacien pharmacienne
    maire echevin echevine concierge hotelier hoteliere restaurateur restauratrice opticien libraire fleuriste
    alcalde alcaldesa concejal concejala edil conserje enfermero enfermera farmaceutico farmaceutica bibliotecario
    bibliotecaria hostelero hostelera gobernanta vereador vereadora autarca zelador zeladora enfermeiro enfermeira
    farmaceutica hoteleiro hoteleira governanta diretor-geral prefeito prefeita
    preside vicepreside sindaco vicesindaco assessore governante portinaio bidello farmacista caposala infermiere
    infermiera albergatore albergatrice libraio libraia ottico bibliotecario primario
    wethouder huisarts schoolhoofd rector conrector conservator apotheker verpleegkundige verloskundige conciergerie
    griffier hotelier winkelier schepen
    wojt burmistrz* radny radna soltys* wicewojt* piel*gniark* oddzialow* bibliotekar* lekarz* aptekarz* aptekark*
    hotelarz* wozn* sklepikar*
    """
    # German
    """
    *leiter* *fuhrer* *berater* *ingenieur* *entwickler* *kaufer* *meister* *techniker* *kaufmann* *kauffrau*
    *referent* *arbeiter* *assistent* *beauftragte* *verantwortliche* inhaber* *koordinator* *buchhalter* *leitung
    vorstand* prokurist* vorsitzende* gesellschafter* *anwalt* *anwaltin* dozent* disponent* *planer* *verwalter*
    *trainer* *manager* sekretar* *spezialist* architekt* *vertreter* haendler* *hausmeister* verkaufer*
    stellvertretende* stellv werkstudent* praktikant* auszubildende* *berechtigte* *fachkraft* *wissenschaftler* i.v.
    *chefin *betreuer* *brauer* *winzer* *muller* *backer* *fahrer* *pfleger* *bauer studentin *redakteur*
    geschaftsleitung geschaftsfuhrung ltg ltr *administrator* *mechaniker* *mechatroniker* *elektriker* *elektroniker*
    betriebsschlosser* industriemeister* *bearbeiter* *vorbereiter* *laborant* chemiker* betriebswirt* landwirt*
    fachwirt* *aufseher* *besitzer* *teilhaber* *wachter* hauswart* platzwart* *sprecherin* *bevollmachtigte*
    """
    # French
    """
    directeur directrice responsable chef cheffe charge chargee gerant gerante presidente ingenieur ingenieure
    conseiller conseillere assistante technicien technicienne commercial commerciale acheteur acheteuse comptable
    consultante gestionnaire secretaire developpeur developpeuse architecte professeur professeure maitre enseignant
    enseignante chercheur chercheuse enseignant-chercheur doctorant doctorante stagiaire coordinateur coordinatrice
    delegue deleguee animateur animatrice administrateur administratrice adjoint adjointe attache attachee associe
    associee fondateur fondatrice co-fondateur co-fondatrice cofondateur cofondatrice co-responsable juriste avocat
    avocate medecin infirmier infirmiere operateur operatrice formateur formatrice redacteur redactrice traducteur
    traductrice vendeur vendeuse dirigeant dirigeante cogerant cogerante pdg dg drh daf rssi dsi redacteur specialiste
    expert experte avocats etudiant etudiante clerc mannequin cameraman archiviste plombier membre resp pilote chargee
    alternant apprenti superviseur correspondant correspondante contremaitre electricien electricienne mecanicien
    mecanicienne automaticien automaticienne electromecanicien intendant intendante regisseur brasseur vigneron
    oenologue econome magasinier preparateur preparatrice agent approvisionneur approvisionneuse
    """
    # Spanish, Portuguese
    """
    directora gerente jefe jefa ingeniero ingeniera encargado encargada coordinador coordinadora comprador compradora
    consejero consejera asesor asesora administradora tecnico tecnica abogado abogada contable secretario secretaria
    socio socia propietario propietaria ejecutivo ejecutiva desarrollador desarrolladora analista consultor consultora
    profesor profesora presidenta vicepresidente subdirector subdirectora responsable representante vendedor vendedora
    fundador fundadora diretor diretora responsavel engenheiro engenheira coordenador coordenadora chefe supervisora
    advogado advogada contador contadora proprietario assessor assessora encarregado encarregada estagiario
    administrador gestor gestora electricista eletricista mecanico mecanica operario operaria enologo enologa
    bodeguero apoderado apoderada tecnologo tecnologa maestro maestra mestre operador operadora almacenista
    proprietaria socio-gerente dueno duena gerenta
    """
    # Italian
    """
    direttore direttrice responsabile amministratore amministratrice titolare ingegnere capo addetto addetta
    consulente impiegato impiegata commerciale coordinatore coordinatrice tecnica presidente avvocato ragioniere
    segretaria segretario fondatore fondatrice rappresentante progettista tecnologo venditore venditrice geometra
    architetto procuratore vicedirettore specialista perito capoturno capofficina caporeparto capocantiere manutentore
    elettricista meccanico magazziniere dirigente casaro referente proprietario proprietaria contabile
    """
    # Dutch
    """ directeur *directeur hoofd *inkoper *inkoopster *voorbereider *technicus *eigenaresse
    *coordinator ploegbaas *meester* elektricien *beheerster directrice teeltchef adviseur medewerker medewerkster
    verkoper eigenaar bestuurder *leider
    ontwikkelaar beheerder *manager vertegenwoordiger secretaris *secretaresse officemanager assistente boekhouder
    monteur voorzitter
    zaakvoerder bedrijfsleider docent onderzoeker stagiair"""
    # Nordic, Polish, Czech, Hungarian, Turkish
    """
    direktor *direktor vd inkopare ansvarig saljare *chef *ansvarig *leder indkober innkjoper johtaja *johtaja
    *paallikko ostaja kierowni* dyrektor* wicedyrektor* prezes* wiceprezes* specjalist* inzynier* menedzer* menadzer*
    wlasciciel* wspolwlasciciel* kupiec handlow* reditel szef* glown* zastepc* brygadzist* mistrz* technolog
    technologiem
    mechanik mechanikiem automatyk automatykiem elektryk elektrykiem energetyk energetykiem ksiegow* koordynator*
    konstruktor* projektant* serwisant* magazynier* dyspozytor* pelnomocni* referent* laborant* analityk analitykiem
    zaopatrzeniowiec zaopatrzeniowcem sekretark* asystent* naczelni* opiekun* prokurent* informaty* doradc* doradczyn*
    przedstawiciel* recepcjonist* administrator*
    reditelka vedouci jednatel nakupci igazgato vezeto mudur muduru uzmani muhendis
    """.split()
)
_PATTERN = re.compile(
    r"(?<![^\W_])(?:"
    + "|".join(
        ("\\w*" if word.startswith("*") else "")
        + re.escape(word.strip("*"))
        + ("\\w{0,5}" if word.endswith("*") else "")
        for word in sorted(dict.fromkeys(_HEADS), key=len, reverse=True)
    )
    + r")(?![^\W_])"
)
# French (and Spanish, Italian) occupations by their ending: weak, and only as the first word of a line.
_OCCUPATION = re.compile(
    r"^(?:co-?)?[a-z]{3,}(?:eur|euse|trice|iere|ienne|ier|icien|iste|logue|graphe|naire|ologa|ologo|adora)"
    r"(?=\s|$|-)"
)
_LABEL = re.compile(
    r"^\s*(?:job\s*title|title|position|role|fonction|poste|titre|funktion|stellung|cargo|puesto|ruolo|posizione|"
    r"functie|"
    r"mansione|funcao)\s*[:=]\s*",
    re.IGNORECASE,
)
# What may follow a head after a comma or dash and still belongs to the title.
_AREAS = phrase_pattern(
    tuple(
        """
        research*; development; r&d; client*; customer*; sales; marketing; operation*; finance; financial; legal; it;
        information*; technolog*; purchasing; procurement; supply*; logistic*; human resources; hr; people; talent;
        europe; emea; dach; apac; americas; asia*; north*; south*; east*; west*; central*; region*; global;
        international; corporate; commercial*; product*; project*; program*; quality; engineering; production;
        manufacturing; maintenance; facilities; security; compliance; risk; strategy; business*; account*;
        key account*; partner*; channel*; public*; government*; communication*; media; design; data; digital;
        infrastructure; network*; platform; software; hardware; support; service*; training; education; health*;
        safety; regulatory*; policy; power*; energy; trading; settlement*; credit; tax; audit; investor*; relations;
        treasury; planning; einkauf; vertrieb; verkauf; technik; entwicklung; produktion; logistik; personal;
        buchhaltung; verwaltung; instandhaltung; achats; ventes; production; technique; informatique; rh; qualite;
        relation*; compras; ventas; acquisti; vendite; inkoop; verkoop; general; senior; junior; indirect*; mro;
        capex; plant*; site; field; inside; retail; wholesale; b2b; enterprise
    """.split(";")
    )
)
# Not a title: what a line about a department, an opening hour or a slogan contains.
_NOT_TITLE = re.compile(r"https?:|www\.|@|\d{3,}|[!?]|\b(?:we|wir|nous|please|bitte)\b", re.IGNORECASE)
_SMALL = re.compile(r"[^\w&/'’.+-]+")


@lru_cache(maxsize=4096)
def score(line: str) -> float:
    """How much a stretch of words looks like a job title, 0 to 1."""
    written = line.strip(" \t,;|-–•*_()")
    if not written or len(written) > 110 or _NOT_TITLE.search(written):
        return 0.0
    folded = fold(written)
    tokens = [token for token in _SMALL.split(folded) if token]
    if not tokens or len(tokens) > 14:
        return 0.0
    match = _PATTERN.search(folded)
    if match is None:
        return 0.45 if _OCCUPATION.match(folded) and len(tokens) <= 7 else 0.0
    # The head stands early or last in a title; in a sentence it stands anywhere and small words surround it.
    lower = sum(token[:1].islower() for token in written.split())
    if len(tokens) > 8 and lower > len(tokens) * 0.7:
        return 0.25
    return 0.9


def labelled(line: str) -> int:
    """How many leading characters are a label such as "Position:"; 0 when there is none."""
    match = _LABEL.match(line)
    return match.end() if match else 0


def is_area(words: str) -> bool:
    """Whether words after a comma or dash name the field of a job ("Research"), not an employer."""
    return _AREAS.match(flat(words.strip())) is not None


_DEPARTMENTS = phrases(
    """
    purchasing; procurement; stores; accounts; accounts payable; accounts receivable; accounting; finance; sales;
    marketing; operations; logistics; maintenance; production; quality; engineering; it; it support; administration;
    ict; hrm; hse; qhse; edv; rrhh; drh; dsi;
    office; warehouse; technical services; technical department; customer service; human resources; hr; legal;
    facilities; supply chain; planning; reception; dispatch; einkauf; strategischer einkauf; technischer einkauf;
    vertrieb; buchhaltung; finanzbuchhaltung; rechnungswesen; technik; instandhaltung; produktion; logistik; versand;
    verwaltung; personal; personalabteilung; marketing; entwicklung; konstruktion; qualitat; qualitatssicherung;
    arbeitsvorbereitung; lager; sekretariat; geschaftsleitung; empfang; abfullung; werkstatt; disposition; achats;
    service achats; comptabilite; service technique; technique; maintenance; logistique; production; qualite;
    administration; direction; ventes; informatique; approvisionnement; ressources humaines; atelier; magasin;
    compras; contabilidad; mantenimiento; logistica; produccion; calidad; administracion; direccion; ventas;
    informatica; recursos humanos; almacen; taller; financas; contabilidade; manutencao; producao; qualidade;
    administracao; vendas; acquisti; ufficio acquisti; ufficio tecnico; amministrazione; contabilita; manutenzione;
    logistica; produzione; qualita; direzione; vendite; magazzino; risorse umane; inkoop; verkoop; boekhouding;
    crediteuren; debiteuren; technische dienst; onderhoud; logistiek; productie; kwaliteit; administratie; directie;
    magazijn; personeelszaken; bedrijfsbureau
"""
)


def is_whole_area(words: str) -> bool:
    """Whether words are the name of a department and nothing else ("Technische dienst")."""
    return _DEPARTMENTS.fullmatch(flat(words.strip(" ,;.-"))) is not None


def has_head(words: str) -> bool:
    """Whether a job word stands in the words at all."""
    return _PATTERN.search(fold(words)) is not None
