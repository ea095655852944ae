"""Service requests: whether something is broken or wrong, in which words, and how urgent it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crmllm.extraction.rules import cues, trouble
from crmllm.extraction.rules.text import Candidate, flat, phrases, run

_PROBLEM = phrases(
    """
    error; errors; error message; problem; problems; issue; issues; trouble; broken; defective; defect; faulty;
    damaged; fails; failed; failing; failure; crash*; bug; not working; doesn't work; does not work; don't work;
    stopped working; won't start; won't open; won't print; can't log in; cannot log in; unable to; can't access;
    cannot access; locked out; outage; is down; went down; are down; offline; freezes; frozen; hangs; slow; leak*;
    trip; tripped; fault; restart; missing; wrong item; wrong size; wrong product; incorrect; malfunction*; complaint;
    complain; warranty; repair; replacement; not arrived; never arrived; hasn't arrived; not delivered; late delivery;
    stuck; timeout; times out; corrupted; lost data; data loss; support ticket; help desk; reset my password;
    password reset; how do i; how can i; no signal; not responding; keeps; returned; noise; overheating; typo;
    cosmetic; third time; dead; jam; jams; jammed; jamming; mirrored; upside down; stops; stopped; alarm; error code;
    squeaks; smears; smeared; blurry; misaligned; peeling; lifting; bounced; went wrong; gone wrong; acting up;
    technician; fehler; fehlermeldung; problem; probleme; storung; defekt; defekte; defekten; kaputt; beschadigt;
    funktioniert nicht; funktionieren nicht; geht nicht; gehen nicht; lauft nicht; ausgefallen; ausfall; absturz;
    sturzt; abgesturzt; nicht erreichbar; kann mich nicht; konnen nicht; startet nicht; reklamation; beschwerde;
    mangel; garantie; gewahrleistung; reparatur; ersatz; fehlt; fehlen; falsch geliefert; falsche ware;
    nicht angekommen; nicht geliefert; verspatet; steht still; stillstand; stehen still; hangt; haengt;
    passwort zurucksetzen; undicht; meldet; schonheitsfehler; tippfehler; rechtschreibfehler; klemmt; blockiert;
    streikt; schon wieder; stort; schmiert; verschmiert; spiegelverkehrt; techniker; alarm; rattert; uberhitzt;
    falsch gedruckt; erreur; erreurs; probleme; problemes; panne; en panne; alarme; fuit; defaut; defectueux;
    defectueuse; casse; cassee; endommage*; ne fonctionne pas; ne fonctionne plus; ne marche pas; ne marche plus;
    ne demarre; ne s'allume; bloque; bloquee; bug; plante; indisponible; inaccessible; impossible de; reclamation;
    garantie; reparation; remplacement; manque; manquant*; pas recu; pas arrive*; non livre; retard; a l'arret;
    mot de passe; fuite; dysfonctionnement; incident; faute de frappe; coquille; coince; s'arrete; alarme; technicien;
    bourrage; a l'envers; illisible; error; errores; problema; problemas; averia; pierde; gotea; averiad*; fallo;
    fallos; falla; defecto; defectuos*; roto; rota; danad*; no funciona; no funcionan; no arranca; no enciende;
    no podemos acceder; no puedo acceder; bloquead*; caido; caida; se cuelga; reclamacion; queja; garantia;
    reparacion; sustitucion; reemplazo; falta; faltan; no ha llegado; no hemos recibido; retraso; parada; contrasena;
    incidencia; fuga; parar; para sola; tercera vez; sin respuesta; errata; atasc*; se para; alarma; tecnico;
    al reves; ilegible; errore; errori; problema; problemi; guasto; guasta; guasti; difetto; difettos*; rotto; rotta;
    danneggiat*; non funziona; non funzionano; non parte; perde; non si avvia; non si accende; non riusciamo;
    non riesco; bloccat*; fermo; ferma; reclamo; lamentela; garanzia; riparazione; sostituzione; manca; mancano;
    non e arrivat*; non abbiamo ricevuto; ritardo; malfunzionamento; perdita; anomalia; segnaliamo; refuso;
    terza volta; inceppat*; si blocca; allarme; tecnico; al contrario; illeggibile; fout; foutmelding; probleem;
    problemen; storing; defect; defecte; kapot; beschadigd; werkt niet; werken niet; doet het niet; start niet;
    kan niet inloggen; kunnen niet; onbereikbaar; vastgelopen; loopt vast; klacht; garantie; reparatie; vervanging;
    ontbreekt; ontbreken; niet aangekomen; niet geleverd; niet ontvangen; vertraging; ligt stil; wachtwoord; lekt;
    lek; typefout; derde keer; blokkeert; vast; alarm; monteur; staat stil; onleesbaar; erro; erros; problema;
    problemas; avaria; avariad*; falha; falhas; defeito; defeituos*; partido; danificad*; nao funciona; nao funcionam;
    nao liga; nao arranca; nao conseguimos; nao consigo; bloquead*; reclamacao; queixa; garantia; reparacao;
    substituicao; falta; faltam; nao chegou; nao recebemos; atraso; parad*; senha; fuga; inoperacional; fora do ar;
    blad; bledy; bledu;
    awaria; awarii; awarie; problem; problemy; usterka; usterki; usterke; zepsut*; uszkodzon*; wadliw*; nie dziala;
    nie dzialaja; nie mozemy; nie moge; reklamacja; reklamacje; reklamacji; gwarancja; gwarancji; naprawa; naprawe;
    naprawy; wymiana; brakuje; brak; nie dotarl*; nie otrzymalismy; opoznienie; przecieka; wyciek; zablokowan*; stoi;
    serwisant; serwisanta; zacina; alarm; przestal*
"""
)
_STRONG = phrases(
    """
    error message; not working; doesn't work; does not work; stopped working; broken; defective; crash*; is down;
    outage; fehlermeldung; funktioniert nicht; geht nicht; defekt; kaputt; ausgefallen; steht still;
    ne fonctionne pas; ne fonctionne plus; en panne; ne marche plus; no funciona; averia*; non funziona; guasto;
    werkt niet; storing; kapot; nao funciona; avaria*; reklamation; complaint; reclamation; reclamo; klacht;
    reclamacion; nie dziala; nie dzialaja; awaria; awarii; zepsut*; uszkodzon*; reklamacja; reklamacje
"""
)
_LEVELS: tuple[tuple[str, float, str], ...] = (
    (
        "urgent",
        0.85,
        """
        urgent; urgently; very urgent; asap; as soon as possible; immediately; immediate; emergency; critical;
        production is down; production down; is down; are down; completely down; outage; standstill; at a standstill;
        line is stopped; nobody can work; won't restart; straight away; nobody has answered; at risk; no one can work;
        can't work; cannot work; losing money; queuing; queueing; every hour; every minute; right now; showstopper;
        highest priority; had to close; have had to close; had to evacuate; had to cancel all; mussten schliesen;
        mussten wir schliesen; mussten raumen; avons du fermer; avons du evacuer; avons du annuler;
        hemos tenido que suspender; hemos tenido que cerrar; tuvimos que cerrar; tuvimos que suspender;
        abbiamo dovuto chiudere; dovuto sospendere; moeten sluiten; moesten sluiten; tivemos de fechar;
        tivemos que fechar; tivemos de suspender; musielismy zamknac; musielismy odwolac;
        top priority; safety; dringend; sehr dringend; eilig; eilt; sofort; umgehend; schnellstmoglich; notfall;
        kritisch; steht still; stillstand; stehen still; produktion steht; niemand kann; komplett ausgefallen;
        totalausfall; hochste prioritat; unverzuglich; urgent; urgence; tres urgent; immediatement; au plus vite;
        des que possible; critique; a l'arret; plus personne ne peut; totalement bloque; bloques; production arretee;
        de toute urgence; urgente; urgencia; muy urgente; de inmediato; inmediatamente; cuanto antes;
        lo antes posible; critico; critica; parada; parados; produccion parada; nadie puede; emergencia; urgente;
        urgentissimo; urgenza; immediatamente; al piu presto; il prima possibile; critico; critica; fermo; ferma;
        fermi; produzione ferma; nessuno puo; emergenza; dringend; spoed; met spoed; onmiddellijk;
        nu direct; direct hulp; direct terug; staat stil; staan stil; zo snel mogelijk; kritiek; ligt stil;
        liggen stil; niemand kan; noodgeval; urgente;
        urgencia; imediatamente;
        o mais rapido; o quanto antes; critico; critica; parado; parada; parados; ninguem consegue; emergencia;
        pilne; pilnie; bardzo pilne; natychmiast;
        niezwlocznie; jak najszybciej; awaryjnie; pilny; pilnego; pilna; stoja; krytyczn*; linia stoi; produkcja stoi;
        nikt nie moze; stoimy; od razu; tout de suite; sans delai; d'urgence; ahora mismo; subito; meteen; agora mesmo
    """,
    ),
    (
        "high",
        0.65,
        """
        smell of burning; smells of burning; burning smell; smoke; smoking; sparks; injured; slipped; flooded;
        verbrannt; verschmort; brandgeruch; rauch; raucht; qualmt; funken; verletzt; ausgerutscht; odeur de brule;
        brule; fumee; etincelles; blesse; blessee; glisse; huele a quemado; olor a quemado; plastico quemado; humo;
        chispas; herido; resbalo; puzza di bruciato; odore di bruciato; fumo; scintille; ferito; scivolato; scivolata;
        brandlucht; rook; vonken; gewond; uitgegleden; cheiro a queimado; cheiro de queimado; fumo; fumaca; faiscas;
        ferido; escorregou; spalenizn*; spalenizna; dym; dymi; iskry; ranny; posliznal*;
        serious; severe; important; major; several users; many users; all users; whole team; entire team; every day;
        again; third time; second time; twice; repeatedly; recurring; still not; still waiting; unacceptable;
        escalate; escalation; deadline; high priority; customers are; data loss; lost data; blocked; schwerwiegend;
        gravierend; wichtig; mehrere nutzer; alle nutzer; alle mitarbeiter; ganze team; wiederholt; erneut;
        schon wieder; zum dritten mal; zum zweiten mal; zweites mal; drittes mal; immer noch; inakzeptabel; eskal*;
        hohe prioritat; datenverlust; taglich; grave; serieux; important; majeur; plusieurs utilisateurs;
        tous les utilisateurs; toute l'equipe; encore une fois; a nouveau; troisieme fois; deuxieme fois;
        toujours pas; inacceptable; perte de donnees; prioritaire; bloque; grave; serio; importante; varios usuarios;
        todos los usuarios; todo el equipo; otra vez; de nuevo; tercera vez; segunda vez; todavia no; sigue sin;
        inaceptable; perdida de datos; prioridad alta; bloqueado; grave; serio; importante; diversi utenti;
        tutti gli utenti; tutto il team; di nuovo; ancora una volta; terza volta; seconda volta; ancora non;
        inaccettabile; perdita di dati; priorita alta; bloccato; ernstig; belangrijk; meerdere gebruikers;
        alle gebruikers; hele team; opnieuw; alweer; derde keer; tweede keer; nog steeds; onacceptabel; dataverlies;
        hoge prioriteit; grave; serio; importante; varios utilizadores; todos os utilizadores; toda a equipa;
        outra vez; novamente; terceira vez; segunda vez; ainda nao; inaceitavel; perda de dados; prioridade alta;
        powazn*;
        wazne; wazna; wielu uzytkownikow; wszyscy uzytkownicy; caly zespol; ponownie; znowu; po raz trzeci;
        po raz drugi; trzeci raz; drugi raz; nadal nie; wciaz nie; niedopuszczaln*; utrata danych; wysoki priorytet;
        corre prisa; es corre prisa; in a row; not acceptable; hintereinander; in folge; nicht hinnehmbar;
        nicht akzeptabel; d'affilee;
        pas acceptable; semanas seguidas; dias seguidos; no es aceptable; di fila; non e accettabile; op rij;
        achter elkaar; niet acceptabel; vezes seguidas; nao e aceitavel; z rzedu; nie do przyjecia;
        c'est presse; is haastig; presto por favor; eile geboten; ha fretta
    """,
    ),
    (
        "low",
        0.8,
        """
        no rush; no hurry; whenever suits; whenever it suits; not urgent; whenever you; when you have time;
        when you get a chance; when you get round; at your leisure; con comodo; con calma; a l'occasion;
        quand vous voulez; cuando le venga bien; als het uitkomt; op uw gemak; rustig aan; quando der; przy okazji;
        in aller ruhe; minor; cosmetic;
        small thing; small question; quick question; just a question; nice to have; low priority; typo; not critical;
        no big deal; keine eile; nicht eilig; nicht dringend; eilt nicht; wenn sie zeit haben; bei gelegenheit;
        kleinigkeit; kosmetisch; kleine frage; kurze frage; schonheitsfehler; niedrige prioritat; tippfehler;
        nicht kritisch; pas urgent; rien d'urgent; quand vous aurez; petite question; mineur; mineure; cosmetique;
        detail; simple question; sans urgence; pas presse; no es urgente; sin prisa; cuando puedan; cuando pueda;
        pequena duda; una duda; menor; cosmetico; prioridad baja; no corre prisa; non urgente; non e urgente;
        nessuna fretta; senza fretta; quando potete; piccola domanda; minore; estetico; dettaglio; bassa priorita;
        geen haast; niet dringend; wanneer u tijd; kleine vraag; klein; cosmetisch; lage prioriteit;
        schoonheidsfoutje; sem pressa; nao e urgente; quando puderem; quando puder; pequena duvida; menor; cosmetico;
        baixa prioridade; bez pospiechu; nie pilne; niepilne; nie jest pilne; nie spieszy sie; w wolnej chwili;
        drobiazg; drobna sprawa; male pytanie; krotkie pytanie; kosmetyczn*; niski priorytet; literowka;
        no es urgente; rien de grave; nothing dramatic; not dramatic; nicht schlimm; niet erg; niente di grave;
        nada de grave; nada grave; nic powaznego; not the end of the world; at your convenience; when convenient
    """,
    ),
)
_LEVEL_ORDER = ("normal", "low", "high", "urgent")
_PATTERNS = tuple((level, confidence, phrases(listed)) for level, confidence, listed in _LEVELS)


# "No problem", "sans problème": an agreement.
_NONE = re.compile(
    r"\b(?:no|not a|without|any|kein(?:e|erlei)?|ohne|pas de|aucun|sans|sin|ningun|senza|nessun|non c'e|zonder|geen|"
    r"sem|nenhum|bez|nie ma|zaden) (?:problem\w*|probleem|trouble|issues?|stress|zmartwien)\b(?! \w* ?(?:geh|lo)st)"
)


def strength(text: str) -> float:
    """How much a text reports a problem: distinct problem words, the plain ones counting double."""
    folded = _NONE.sub(" ", flat(text))
    distinct = {match.group() for match in _PROBLEM.finditer(folded)}
    strong = {match.group() for match in _STRONG.finditer(folded)}
    return 0.5 * len(distinct) + 0.7 * len(strong)


def summary(text: str, start: int, end: int) -> Candidate | None:
    """The clause that tells the problem: by its words, and where no such word falls by how it is told."""
    rows = [
        (index, row)
        for index, row in enumerate(cues.clauses(text, start, end))
        if len(row.text.split()) >= 3 and not cues.is_competitor(row.text)
    ]
    ranked = [(_told(row.text) - 0.06 * index - 0.02 * max(0, len(row.text.split()) - 28), row) for index, row in rows]
    rank, best = max(ranked, key=lambda one: one[0], default=(0.0, None))
    if best is None or rank <= 0.2:
        return None
    words = best.text.rstrip(" .!?,;:")
    return Candidate(
        "summary",
        " ".join(words.split()),
        best.start,
        best.start + len(words),
        0.5,
        "the clause that tells the problem",
    )


def is_wish(folded: str) -> bool:
    """Whether a clause begins as a request: it says what is wanted, not what is wrong."""
    return _ASKS.search(folded) is not None


def _told(clause: str) -> float:
    """How much a clause tells what is wrong: its words, how it tells, and a little what is told in passing."""
    plain, hinted = trouble.score(clause)
    folded = run(clause)
    past = 0.5 * is_wish(folded) + 1.0 * bool(_MENDED.search(folded))
    return strength(clause) + plain + 0.3 * hinted - past


# A wish is no account of what is wrong.
_ASKS = re.compile(
    r"^\W*(?:and |und |et |y |e |en |i )?(?:is it possible|would it be possible|ist es moglich|ware es moglich|"
    r"(?:est|serait)-il possible|(?:es|seria) posible|(?:e|sarebbe) possibile|(?:is|zou) het mogelijk|da para|"
    r"(?:e|seria) possivel|czy mozna|kunnen jullie|podeis|podriais|kann man|kan iemand|please|kindly|could you|"
    r"can you|would you|bitte|konnten sie|merci de|"
    r"pourriez|veuillez|"
    r"por favor|pueden?|podrian?|les ruego|rogamos|per favore|potete|vi preghiamo|vi prego|graag|kunt u|gelieve|podem|"
    r"pode|"
    r"agradec\w+|pros\w+|uprzejmie pros\w+|czy moga|pedimos|peco|solicit\w+|exig\w+|(?:wir|ich) (?:bitten?|fordern?)|"
    r"(?:nous|je) vous (?:demand|pri|remerci)\w+|(?:vi|le) chied\w+|chiediamo|si prega|(?:wij|ik) verzoeken?|domaga\w+|"
    r"zada(?:m|my))\b"
)
# What is over is no longer the problem.
_MENDED = re.compile(
    r"\b(?:fixed|solved|repaired|resolved|behoben|gelost|repariert|repare\w?|resolu\w?|depanne\w?|resuelt[oa]|"
    r"reparad[oa]|"
    r"arreglad[oa]|solucionad[oa]|risolt[oa]|riparat[oa]|sistemat[oa]|opgelost|gerepareerd|verholpen|resolvid[oa]|"
    r"consertad[oa]|"
    r"naprawion\w+|naprawil\w*|rozwiazan\w+)\b(?<!not fixed)"
)


_GREETING = re.compile(
    r"^(?:hi|hello|hallo|hoi|dear|hey|good (?:morning|afternoon|evening)|morning|guten (?:tag|morgen|abend)|"
    r"sehr geehrte|liebe|moin|servus|bonjour|bonsoir|madame|monsieur|hola|buenos|buenas|estimad|buongiorno|buonasera|"
    r"salve|gentile|"
    r"goedemorgen|goedemiddag|goedendag|geachte|beste|dag|bom dia|boa tarde|ola|prezad|caro|cara)\b[^.!?]{0,50}$"
)


def opening(text: str, start: int, end: int) -> Candidate | None:
    """The first thing that a mail says after its greeting."""
    for row in cues.clauses(text, start, end):
        if len(row.text.split()) >= 4 and not _GREETING.match(run(row.text)) and not cues.is_competitor(row.text):
            words = row.text.rstrip(" .!?,;:")
            return Candidate(
                "summary", " ".join(words.split()), row.start, row.start + len(words), 0.4, "what it says first"
            )
    return None


def most_severe(text: str, stretches: Iterable[tuple[int, int]]) -> Candidate | None:
    """How urgent it is after all that somebody says in turns: the turn that makes it most urgent counts."""
    found = [severity(text, start, end) for start, end in stretches]
    return max(found, key=lambda one: _LEVEL_ORDER.index(one.value), default=None)


# "Not super urgent", "eilig ist es also nicht": a word of haste that is denied.
_HASTE = (
    r"(?:urgent\w*|urgenti|urgencia|urgence|dringend\w*|eilig\w*|haast\w*|spoed\w*|pilne\w*|pilna|bloquant\w*|"
    r"bloccant\w*|bloqueante\w*|blocking|blokkerend|blockierend|critical|kritisch|critique|critic[oa]|krytyczn\w+)"
)
# "Send it again", "opnieuw te ijken": what is to be done once more, not what happened once more.
_REDO = re.compile(
    r"\bagain (?:on|at|in|by)\b|\bopnieuw (?:te )?\w+en\b|\berneut (?:zu )?\w+e?n\b|"
    r"\b\w+(?:ar|er|ir|re)(?:nos|me|ci|mi)? (?:de nuevo|di nuovo|novamente|a nouveau|otra vez|outra vez)\b|"
    r"\bponownie \w+c\b|\b(?:charged|billed|debited|invoiced|paid)\b[^.;!?]{0,20}\btwice\b|"
    r"\btwice (?:charged|billed|debited)\b"
)
_NO_HASTE = re.compile(
    rf"\b(?:not|isn't|nothing|nicht|nichts|keine?|pas|rien|no|nada|non|nulla|niente|niet|niets|geen|nao|nie|nic)\s+"
    rf"(?!only|nur|seulement|solo|solamente|soltanto|alleen|apenas|tylko)(?:[^\W\d]+\s+){{0,3}}{_HASTE}\b|"
    rf"\b{_HASTE} (?:ist|is|war|es)\b[^.!?,;]{{0,20}}\b(?:nicht|niet)\b"
)


def of_bill(found: Candidate | None) -> Candidate | None:
    """How urgent a bill is: that something was said again tells of the mood, for a wrong bill stops nobody's work."""
    if found is None or found.value != "high":
        return found
    return replace(found, value="normal", rule="a bill stops nobody's work")


def severity(text: str, start: int, end: int) -> Candidate:
    """How urgent the writer makes it; "normal" where they say nothing."""
    folded = _REDO.sub(lambda match: " " * len(match.group()), flat(text))
    low = _PATTERNS[2][2].search(folded, start, end) or _NO_HASTE.search(folded, start, end)
    if low is not None:
        return Candidate("severity", "low", low.start(), low.end(), _PATTERNS[2][1], "low words")
    for level, confidence, pattern in _PATTERNS[:2]:
        match = pattern.search(folded, start, end)
        if match is not None:
            return Candidate(
                "severity",
                level,
                match.start(),
                match.end(),
                confidence,
                f"{level} words",
            )
    return Candidate("severity", "normal", start, start, 0.6, "nothing said")
