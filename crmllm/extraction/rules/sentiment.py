"""The customer's mood from words of praise and complaint, turned by a negation before them."""

from __future__ import annotations

import re

from crmllm.extraction.rules.text import flat, phrases

_GOOD = phrases(
    """
    great; excellent; amazing; awesome; fantastic; wonderful; perfect; love; loved; loving; best; good job; well done;
    happy; pleased; delighted; impressed; helpful; thrilled; brilliant; outstanding; superb; smooth; smoothly; kudos;
    appreciate; appreciated; thank you so much; thanks so much; thank you very much; many thanks; thanks a lot; thx;
    thanks; thank you; rocks; cool; nice; glad; satisfied; excited; looking forward; enjoy*; good news; works well;
    works great; works perfectly; highly recommend; recommend; amazingly; beautiful; friendly; professional;
    quick response; fast response; impressive; yay; woohoo; can't wait; congrats; congratulations; lifesaver;
    worth it; on point; a pleasure; comfortable; favorite; favourite; :); :-); ); :d; <3; hervorragend; ausgezeichnet;
    super; toll; klasse; perfekt; prima; begeistert; zufrieden; sehr zufrieden; freuen uns; freue mich; erfreut;
    vielen herzlichen dank; herzlichen dank; grosartig; wunderbar; einwandfrei; reibungslos; schnelle hilfe; top;
    spitze; empfehlen; gute arbeit; uberzeugt; angenehm; gut gefallen; lob; excellent; excellente; parfait; parfaite;
    super; genial; geniale; formidable; ravi; ravis; ravie; satisfait*; tres content*; content; contents; heureux;
    felicitations; bravo; impeccable; merci beaucoup; un grand merci; mille mercis; remarquable; agreable;
    impressionn*; enchante*; plaisir; excelente; excelentes; perfecto; perfecta; genial; fantastico; fantastica;
    estupendo; maravillos*; encantad*; content*; satisfech*; muy bien; enhorabuena; felicidades; muchisimas gracias;
    muchas gracias; impecable; impresionad*; feliz; felices; un placer; buen trabajo; gran trabajo; eccellente;
    ottimo; ottima; ottimi; perfetto; perfetta; fantastico; fantastica; splendido; meraviglios*; soddisfatt*;
    molto contenti; contenti; contento; felici; felice; complimenti; grazie mille; impeccabile; bravissimi;
    entusiast*; piacere; lieti; bel lavoro; ottimo lavoro; uitstekend; geweldig; fantastisch; perfect; prima; blij;
    tevreden; enthousiast; complimenten; hartelijk dank; heel erg bedankt; super; keurig; mooi; fijn; prettig; top;
    goed werk; onder de indruk; otimo; otima; excelente; perfeito; perfeita; fantastico; fantastica; maravilhos*;
    satisfeit*; contente*; felizes; feliz; parabens; muito obrigad*; impecavel; adoramos; adorei; excelente trabalho;
    bom trabalho; encantad*; prazer
"""
)
_BAD = phrases(
    """
    terrible; awful; horrible; worst; bad; poor; poorly; useless; unacceptable; ridiculous; disappointed;
    disappointing; disappointment; angry; furious; upset; annoyed; annoying; frustrated; frustrating; frustration;
    hate; hated; sucks; suck; fail; failed; fails; failure; broken; rude; never again; waste; wasted; joke; pathetic;
    disgusted; disgusting; unhappy; dissatisfied; unprofessional; lost; losing; stranded; stuck; delayed; delay;
    delays; late; cancelled; canceled; cancellation; cancel; waiting; waited; on hold; hours; no response; no reply;
    no answer; nobody; no one; still no; still not; still waiting; not working; doesn't work; does not work; won't;
    can't; cannot; never; wrong; error; errors; problem; problems; issue; issues; trouble; complaint; complain;
    refund; unable; missed; missing; damaged; defective; crash*; down; outage; slow; mess; nightmare; insult*; liar;
    lied; lies; scam; shame; shameful; fix; worse; wtf; ugh; really?; seriously; unreliable; overcharged; charged;
    incompetent; lack of; third time; again and again; escalate; lawyer; legal action; terminate; sick of; fed up;
    tired of; ruined; rebook*; hung up; ignored; not happy; unfortunately; what a; bags; luggage; :(; :-(; :/;
    failing; sorry excuse; schlecht; schlechte; schlechter; katastroph*; furchtbar; schrecklich; unzufrieden;
    enttauscht; enttauschend; enttauschung; argerlich; verargert; wutend; frustriert; inakzeptabel; unmoglich;
    unverschamt; zumutung; unprofessionell; reklamation; beschwerde; beschweren; mangelhaft; defekt; kaputt; fehler;
    problem; probleme; funktioniert nicht; geht nicht; verspatet; verspatung; immer noch nicht; noch immer; niemand;
    keine antwort; keine ruckmeldung; schon wieder; zum dritten mal; geduld; kundigen; anwalt; leider; ausfall;
    ausgefallen; steht still; falsch; mangel; nie wieder; verlieren; mauvais; mauvaise; terrible; horrible; decu;
    decus; decue; decevant; mecontent*; inacceptable; inadmissible; scandaleux; furieux; en colere; frustr*; agace*;
    honteux; probleme; problemes; erreur; erreurs; panne; en panne; ne fonctionne pas; ne fonctionne plus;
    ne marche pas; ne marche plus; retard; retards; toujours pas; aucune reponse; personne; plainte; reclamation;
    rembours*; casse; defectueu*; regrettable; malheureusement; troisieme fois; insatisf*; deplorable; lamentable;
    ras le bol; resilier; bloque; avocat; catastroph*; malo; mala; mal; terrible; horrible; pesimo; pesima;
    decepcionad*; decepcion; decepcionante; insatisfech*; descontent*; molest*; enfadad*; indignad*; inaceptable;
    vergonzos*; verguenza; frustrad*; problema; problemas; error; errores; averia; fallo; no funciona; no funcionan;
    retraso; retrasos; todavia no; sigue sin; nadie; sin respuesta; queja; reclamacion; reembolso; roto; defectuos*;
    lamentable; desgraciadamente; lamentablemente; tercera vez; hart*; cancelar; abogado; parados; peor; pessimo;
    pessima; terribile; orribile; delus*; deludente; insoddisfatt*; scontent*; inaccettabile; vergogn*; arrabbiat*;
    furios*; frustr*; problema; problemi; errore; errori; guasto; guasta; non funziona; non funzionano; ritardo;
    ritardi; ancora non; nessuno; nessuna risposta; reclamo; lamentela; rimborso; rotto; difettos*; purtroppo;
    terza volta; stufi; disdire; avvocato; fermo; ferma; peggio; disservizio; inammissibile; slecht; slechte;
    vreselijk; verschrikkelijk; teleurgesteld; teleurstellend; ontevreden; boos; woedend; gefrustreerd; onacceptabel;
    schandalig; belachelijk; probleem; problemen; fout; fouten; storing; kapot; defect; werkt niet; werken niet;
    vertraging; te laat; nog steeds niet; nog steeds; niemand; geen antwoord; geen reactie; klacht; terugbetaling;
    helaas; derde keer; zat; opzeggen; advocaat; ligt stil; ergernis; mau; ma; pessimo; pessima; terrivel; horrivel;
    dececionad*; decepcionad*; desiludid*; insatisfeit*; descontent*; inaceitavel; vergonh*; furios*; frustrad*;
    problema; problemas; erro; erros; avaria; falha; nao funciona; nao funcionam; atraso; atrasos; ainda nao; ninguem;
    sem resposta; queixa; reclamacao; reembolso; partido; defeituos*; infelizmente; terceira vez; fart*; cancelar;
    advogado; parado; parada; pior; lamentavel
"""
)
_NOT = re.compile(
    r"(?:\b(?:not|no|never|n't|cannot|can't|don't|didn't|isn't|wasn't|aren't|without|hardly|nicht|kein\w*|nie|ohne|"
    r"ne|pas|jamais|sans|aucun\w*|sin|nunca|non|senza|mai|niet|geen|nooit|zonder|nao|sem)\b|n't)(?:\s+\w+){0,2}\s*$"
)
# Courtesies say nothing about the mood.
_COURTESY = re.compile(
    r"\b(?:best|kind|warm|good)(?: regards| wishes| morning| afternoon| evening| day)|thanks?(?: you)?(?: very much|"
    r" so much| a lot)? (?:in advance|for \w+)|(?:many )?thanks?(?: you)?[,.!]*\s*$"
    r"|vielen (?:herzlichen )?dank(?: im voraus)?|besten dank|danke (?:im voraus|fur)|"
    r"merci (?:beaucoup )?(?:d'avance|pour)|merci(?: beaucoup)?[,.!]*\s*$|muchas gracias(?: de antemano| por)?|"
    r"grazie mille(?: in anticipo| per)?|grazie[,.!]*\s*$|hartelijk dank(?: alvast| voor)?|alvast bedankt|"
    r"muito obrigad[oa](?: desde ja| pela| pelo)?"
    r"|looking forward to|love to (?:see|have|get|hear)|(?:please|let me know).{0,20}(?:problem|issue|question)s?|"
    r"best (?:price|offer|time|way|date)|no problem|happy to (?:help|talk|discuss|hear|jump)|freuen uns auf|"
    r"freue mich auf|glad to|nice to|great to (?:meet|talk|speak)|un placer|if you have any|pleasure to",
    re.MULTILINE,
)


def score(text: str) -> float:
    """Praise minus complaint, every distinct phrase once, negated ones turned round; exclamation adds weight."""
    folded = _COURTESY.sub(lambda match: " " * len(match.group()), flat(text))
    total = 0.0
    seen: set[str] = set()
    for sign, pattern in ((1.0, _GOOD), (-1.0, _BAD)):
        for match in pattern.finditer(folded):
            phrase = match.group()
            if phrase in seen:
                continue
            seen.add(phrase)
            turned = _NOT.search(folded[max(0, match.start() - 28) : match.start()]) is not None
            weight = 0.45 if phrase in _WEAK else 1.0
            if turned:
                total += -0.8 * weight if sign > 0 else 0.15
            else:
                total += sign * weight
    return total


_WEAK = frozenset(
    """
    thanks thank you cool nice good late hours never can't cannot won't problem problems issue issues error errors fix
    wrong charged lost cancel cancelled refund waiting slow down missing late delay delayed hold nobody what a bags
    luggage really? seriously unable trouble leider unfortunately malheureusement lamentablemente purtroppo helaas
    infelizmente probleme problema problemi probleem problemen fehler erreur erreurs mal ma mau personne nadie nessuno
    niemand ninguem retard atraso ritardo perfect parfait perfecto prima super top mooi fijn plaisir piacere prazer
    contento content cancelar
    """.split()
) | {"thank you", "what a", "really?", ":)", ":-)", ";)"}


def read(text: str) -> tuple[str, float]:
    """positive, neutral or negative, and how sure."""
    value = score(text)
    limit = 0.4 if len(text) < 300 else 0.8  # one word sets the mood of a short message, not of a long one
    if value <= -limit:
        return "negative", min(0.92, 0.6 + 0.08 * -value)
    if value >= limit:
        return "positive", min(0.9, 0.58 + 0.08 * value)
    return "neutral", 0.62 - 0.15 * abs(value)
