"""The words that show a mood, language by language; how they are weighed stands in `sentiment`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words."""

    praise: str
    liking: str
    complaint: str
    dislike: str
    fault: str
    courtesy: str
    negation: str
    more: str
    less: str
    condition: str


LEXICON: dict[str, Words] = {
    "en": Words(
        praise="""
        great; excellent; amazing; awesome; fantastic; wonderful; perfect; perfectly; loved; loving; love; loves;
        best; good job; great job; well done; very happy; so happy; delighted; impressed; thrilled; brilliant;
        brilliantly; outstanding; superb; kudos; compliments; thank you so much; thanks so much; rocks;
        highly recommend; amazingly; impressive; yay; woohoo; can't wait; lifesaver; a pleasure; hats off;
        like a dream; like a charm; a relief; saved us; saved my; saved our; beat everything; beats everything;
        exceeded; exceeds; flawless; flawlessly; spotless; first class; first rate; top notch; fabulous; stunning;
        no complaints; nothing to complain; lovely; above and beyond; over the moon; well above; kinder; the best;
        could not be better; couldn't be better; could not be happier; couldn't be happier; more than happy;
        more than satisfied; went very well; keep it up; a joy; beautifully; exactly what we; gladly;
        thank you for saving; you made my day; pleasure working; pleasure to work; enjoy working with;
        pleasure doing business; pleasure to deal with; looking forward to working with; marvellous*; marvelous*;
        magnificent*; exceptional*; splendid*; terrific*; phenomenal*; remarkable; remarkably; exemplary; stellar;
        gorgeous; elegant; proud; grateful; thankful; overjoyed; ecstatic; so pleased; very pleased; how pleased;
        really pleased; very satisfied; most grateful; five stars; recommended you; recommending you;
        would recommend; huge improvement; big improvement; a treat; a blessing; a great help; big help;
        exceed expectations; smoothest; easiest; fastest; kindest; friendliest; finest; wonderfully; admire;
        admirable; nothing to criticise; nothing to criticize; could not ask for more; a success; great success;
        the team loves; everybody loves; everyone loves; keep asking; fell in love; worth every; well worth;
        made a difference; saved the day; like clockwork; without a hitch; spot on; bravo; cheers to;
        very keen; really keen; taken with the; won over; raved about
        """,
        liking="""
        happy; pleased; helpful; appreciate; appreciated; thanks a lot; thank you; thanks; thx; cool; nice; glad;
        satisfied; excited; enjoy*; good news; works well; works great; works fine; recommend; beautiful; friendly;
        professional; quick response; fast response; quick help; congrats; congratulations; worth it; on point;
        comfortable; favorite; favourite; polite; smooth; smoothly; well made; good work; liked it; we like;
        looks good; very good; looks great; suits us; on time; ahead of schedule; running well; good value; solid;
        improvement; reliable; so kind; very kind; kind of you; courteous; competent; attentive; patient; thorough;
        careful; prompt; promptly; efficient; skilled; knowledgeable; accurate; tidy; neat; clean work; pleasant;
        charming; sturdy; robust; convenient; handy; easy to use; relieved; relief; thumbs up; improved; better than;
        faster than; happier; as promised; positive; delivered on time; warm welcome; once more thank; we enjoyed;
        good experience; encouraging; promising; impeccable; thank you for coming; thank you for helping;
        thanks for helping; thank you for staying; heartfelt thanks; sincere thanks; warmest thanks
        """,
        complaint="""
        terrible; terribly; awful; horrible; worst; useless; unacceptable; ridiculous; disappointed; disappointing;
        disappointment; angry; furious; upset; annoyed; annoying; frustrated; frustrating; frustration; hate; hated;
        sucks; suck; rude; never again; waste of; wasted; a joke; pathetic; disgusted; disgusting; unhappy;
        dissatisfied; unprofessional; stranded; no response; no reply; no answer; without an answer; without a reply;
        without answer; still no; still not; still waiting; nightmare; insult*; liar; lied; lies; scam; shame;
        shameful; worse; wtf; ugh; unreliable; overcharged; incompetent; third time; fourth time; fifth time;
        third week; third month; again and again; lawyer; legal action; terminate; sick of; fed up; tired of;
        had enough; enough of; ruined; hung up; ignored; not happy; sorry excuse; at the end of my; expected better;
        not good enough; look for somebody else; look for someone else; look elsewhere; go elsewhere;
        take our business; switch supplier; cannot go on; can't go on; not acceptable; let us down; letting us down;
        left us; broken promise*; you promised; promised us; was promised; were promised; nobody picks up;
        nobody answers; nobody answered; nobody calls; nobody called; nobody came; nobody comes; nobody cares;
        no one answers; no one picks up; no one came; no one cares; nobody has; picks up the phone; stopped counting;
        lost trust; lost confidence; lost patience; patience; outrage*; appalling; dreadful; shambles; a mess;
        fuming; how much longer; sent people home; send people home; stand around; stood around; unbelievable;
        unbelievably; poor service; bad service; the lack of; so slow; scandal*; loathe*; detest*; despise*;
        embarrass*; humiliat*; ashamed; betrayed; cheated; deceiv*; misled; mislead*; lied to; fobbed off;
        ripped off; rip-off; rip off; robbed; worthless; hopeless; abysmal; atrocious; disgrace*; disastrous;
        disaster; catastroph*; careless*; negligen*; sloppy; shoddy; arrogant; impolite; unhelpful; indifferent;
        clueless; amateur*; unfair; unreasonable; unjust; excuse; excuses; broken promises; empty promises;
        no longer trust; lost faith; regret buying; regret choosing; regret ordering; waste of time; waste of money;
        step backwards; worse than; getting worse; made it worse; more noise; feel ignored; felt ignored; ignored us;
        ignoring us; feel let down; sick and tired; exhausted; desperate; despair*; distress*; worried sick;
        intolerable; insufferable; inexcusable; indefensible; incomprehensible; why we should pay; solved nothing;
        achieved nothing; changed nothing; done nothing; did nothing; nothing happened; nothing has happened;
        nothing happens; last chance; last time we; last order; never order; never buy; never use; money back;
        demand a refund; want our money; compensation; claim damages; breach; complaint; formal complaint;
        automatic reply; passed around; passed from; stormed; shouted; insulting; sarcastic; not impressed;
        unimpressed; underwhelm*; far from; overpriced; too expensive for what; feels cheap; looks cheap;
        poor quality; bad quality; low quality;
        cross about; cross with; exasperated; irate; livid
        """,
        dislike="""
        bad; badly; poor; poorly; fail; failed; fails; failing; losing; stuck; waited; complaint; complain;
        complained; refund; mess; seriously; too much; too long; too late; lack of; delayed; delay; delays; what a;
        stands still; standing still; standstill; costs us; cost us; losing money; downtime; escalate; not working;
        doesn't work; does not work; crushed; louder; sort this out; sort it out; cancelled; canceled; waiting;
        never; unable; missed; on hold; slow; twice; wrong; lost; damaged; defective; hours; annoy*; irritat*;
        inconvenien*; awkward; clumsy; noisy; dirty; messy; unclear; confusing; complicated; tedious; weak; flimsy;
        unsatisfactory; unsafe; dangerous; worried; worry; concerned; concern*; sad; sadly; regret*; doubt*;
        expensive; pointless; in vain; unanswered; unresolved; unsolved; overdue; left alone; stood us up;
        did not show up; did not turn up; no show; failed to
        """,
        fault="""
        error; errors; problem; problems; issue; issues; trouble; broken; broke; broke down; crash*; outage; fault;
        faulty; leak*; unfortunately; fix; failure; defect; late; cancellation; nobody; no one; missing; down; again;
        hold; urgent; urgently; charged; second time; cannot; can't; won't
        """,
        courtesy="""
        many thanks in advance; thanks in advance; thank you in advance; thank you very much in advance;
        many thanks and; best regards; best wishes; kind regards; warm regards; good morning; good afternoon;
        good evening; good day; would be grateful; be grateful if; be very grateful if; would be thankful;
        grateful for your reply; have a nice; have a good; have a great; nice weekend; nice day; good weekend;
        thank you for your; thanks for your; thank you for the; thanks for the; thank you for; thanks for;
        thank you very much for; many thanks for; looking forward; look forward; love to see; love to have;
        love to get; love to hear; would love; would be happy; happy to; glad to; pleased to; be glad; be happy if;
        no problem with; no problem; not a problem; no worries; no rush; nice to meet; great to meet; good to meet;
        great to talk; great to speak; nice to; best price; best offer; best time; best way; best date;
        best possible; best contact; best number; pleasure to meet; sorry for the delay; sorry, i; sorry i;
        sorry to bother; good question; good luck; any issues; any problems; any problem; any questions; any trouble;
        in case of problems; at best; best before; congratulations you; win a; good faith; as late as; not later;
        no later than; later than; my fault; hold the stock; put on hold; in good time; kind of; that kind;
        office hours; opening hours; business hours; working hours; two hours; in an hour; hours of work;
        down payment; come down; go down; going down; down to; sit down; slow down; charged to; the right to;
        never mind; lost and found; cannot say; can't say; cannot promise; can't promise; cannot make it;
        can't make it; can't be more; hate to; would hate; thanks a lot for;
        your patience; thanks for your patience; thank you for your patience; thanks for coming back;
        thank you for coming back;
        thanks for getting back; thank you for getting back
        """,
        negation="""
        not; no; never; n't; cannot; can't; don't; didn't; isn't; wasn't; aren't; doesn't; won't; without; hardly;
        nobody; nothing; anything but; far from; less than; neither; nor; barely
        """,
        more="""
        very; really; so; extremely; incredibly; absolutely; totally; completely; truly; too; most; deeply; such
        """,
        less="a bit; a little; slightly; somewhat; fairly; rather; quite; kind of; minor; small; not too",
        condition="if; should; in case; whether; unless; when; could there be; any",
    ),
    "de": Words(
        praise="""
        hervorragend*; ausgezeichnet*; super; toll; tolle*; klasse; perfekt*; begeistert; sehr zufrieden;
        rundum zufrieden; voll zufrieden; mehr als zufrieden; grosartig*; wunderbar*; einwandfrei*; reibungslos*;
        uberzeugt; groses lob; ein lob; lob an; grosses lob; empfehlen sie; weiterempfehlen; empfehlen wir;
        gerne weiter; beeindruckt; spitze; spitzenklasse; fantastisch*; genial*; traumhaft*; wie am schnurchen;
        macht freude; macht spas; herzlichen dank fur den; tausend dank; vielen herzlichen dank; vielen lieben dank;
        hut ab; chapeau; besser als erwartet; ubertrifft; ubertroffen; keine beanstandung*; nichts auszusetzen;
        kein einziger ausfall; nicht geschafft ohne; gerettet; genau richtig; tadellos*; vorbildlich*; lieben es;
        lieben ihn; freuen sich schon; was fur ein unterschied; wunderschon*; herrlich*; vorzuglich*; exzellent*;
        brillant*; sensationell*; unschlagbar*; erstklassig*; vorbildlich; mustergultig*; bewundern*; stolz;
        uberglucklich; hochzufrieden; ausserst zufrieden; auserst zufrieden; wirklich zufrieden; ganz zufrieden;
        absolut zufrieden; wirklich gut; alle achtung; respekt; hochachtung; danken ihnen sehr; sehr dankbar;
        groses kompliment; kompliment; komplimente; dank aus; freuen uns jeden; freude daran; viel freude;
        grose freude; eine freude; ein gewinn; bereicherung; volltreffer; ein erfolg; voller erfolg;
        besser geht es nicht; besser konnte; so unkompliziert; sehr unkompliziert; sehr freundlich; sehr hilfsbereit;
        sehr nett; sehr schnell; super schnell; blitzschnell; uberraschend gut; rundum; weiter so; funf sterne;
        lieben wir; schatzen wir; schatzen sehr;
        sehr angetan; hat uberzeugt; haben uberzeugt; voll des lobes; hellauf
        """,
        liking="""
        zufrieden; gut gefallen; gefallt uns; gefallen uns; angenehm; freundlich; punktlich; sauber gearbeitet;
        schnelle hilfe; schnell geholfen; gute arbeit; sehr gut; lauft gut; funktioniert gut; prima; top; erfreut;
        froh; glucklich; hilfsbereit; zuverlassig; professionell; danke; freut uns; freut mich; freue mich schon;
        dankbar; schon gemacht; gut gemacht; bestens; gelungen; nett; hoflich; kompetent; aufmerksam; sorgfaltig;
        zugig; prompt; unkompliziert; ubersichtlich; praktisch; stabil; leise; hochwertig; erleichtert;
        erleichterung; verbessert; besser als; schneller als; wie versprochen; wie vereinbart geliefert; positiv;
        sympathisch; gelobt; loben; gerne wieder; jederzeit wieder; schones ergebnis; gutes ergebnis; gut beraten;
        gute beratung; gut angekommen; einfach zu bedienen; macht sich gut; zufriedene; danke, dass; danke dass;
        aufrichtigen dank; groses dankeschon
        """,
        complaint="""
        katastroph*; furchtbar*; schrecklich*; unzufrieden; enttauscht; enttauschend; enttauschung; argerlich;
        verargert; arger; wutend; frustriert; frustrierend; inakzeptabel; nicht akzeptabel; nicht hinnehmbar;
        nicht hinnehmen; unzumutbar; unmoglich; unverschamt*; frechheit; zumutung; unprofessionell; unerhort;
        skandal; unter aller; mangelhaft; immer noch nicht; noch immer nicht; noch immer keine*; immer noch keine*;
        niemand meldet; meldet sich niemand; niemand meldet sich; niemand erreichbar; niemand geht; keine antwort;
        keine ruckmeldung; ohne antwort; ohne ruckmeldung; schon wieder; zum dritten mal; zum vierten mal;
        zum wiederholten mal; zum x-ten mal; dritter ausfall; dritte ausfall; dritte mal; geduld; kundigen;
        kundigung; anwalt; nie wieder; verlieren das vertrauen; vertrauen verloren; kein vertrauen;
        anbieter zu wechseln; anbieter wechseln; lieferanten wechseln; wechseln den; reicht es; es reicht; reicht's;
        satt; so geht das nicht; so kann es nicht; so kann das nicht; zu wunschen ubrig; alles andere als;
        nicht zufrieden; nicht glucklich; schlecht*; miserabel*; lachhaft; peinlich; versprochen und nicht;
        nicht eingehalten; warten zu lassen; warten lassen; warten wir noch; leere versprechen; hinhalten;
        hingehalten; nicht ernst genommen; beschweren; beschwerde; verlust; alptraum; nervt; nervig; traurig;
        bodenlos; unverstandlich; kein zustand; untragbar; sauer; stinksauer; emport; emporung; entsetzt;
        fassungslos; schockiert; verzweifelt; beleidigt; betrogen; getauscht; belogen; hintergangen;
        im stich gelassen; stich gelassen; abgewimmelt; vertrostet; vertrosten; ausrede; ausreden; schlamperei;
        schlampig; pfusch; gepfuscht; unfreundlich; unhoflich; arrogant; inkompetent; unfahig; ahnungslos;
        gleichgultig; nachlassig; rucksichtslos; verantwortungslos; dilettantisch; stumperhaft; blamabel; schande;
        schandlich; skandalos; grauenhaft; grausig; scheuslich; desastros; desaster; debakel; reinfall; fehlkauf;
        geldverschwendung; zeitverschwendung; verschwendung; wertlos; unbrauchbar; nutzlos; uberteuert; wucher;
        unverhaltnismasig; ungerecht; unfair; unseries; unserios; unzuverlassig; wirkt billig; billig verarbeitet;
        mehr erwartet; besseres erwartet; erwartet hatten; stammkunden; so behandelt man; so geht man nicht;
        platzen gelassen; ohne absage; einfach aufgelegt; aufgelegt; ignoriert; nicht gemeldet; niemand hilft;
        letztes mal; letzte mal; zum letzten mal; schadenersatz; schadensersatz; geld zuruck; rechtliche schritte;
        frist; genervt; mude; leid; nase voll; schnauze voll; am ende unserer; unerfreulich; unbefriedigend;
        verschlechtert; schlechter; schlimm*; schlimmer; hass*; lausig;
        ungehalten; angefressen; stocksauer; gereizt; aufgebracht
        """,
        dislike="""
        lastig; muhselig; umstandlich;
        leider nicht zufrieden; verspatet; verspatung; zu spat; zu lange; viel zu; reklamation; kaputt; steht still;
        stehen still; stillstand; wir stehen; ausfall; ausgefallen; kostet uns; geld verloren; undicht; lauter als;
        verliert; nicht gefunden; ohne den; umsonst; vergeblich; mehrfach; bedauern; bedauer*; unangenehm;
        umstandlich; kompliziert; unklar; verwirrend; laut; schmutzig; wackelt; wackelig; instabil; unsicher;
        gefahrlich; sorge*; besorgt; zweifel*; teuer; viermal; dreimal; erfolglos; unbeantwortet; ungelost;
        uberfallig; verargert; stress*; muhsam; zah
        """,
        fault="""
        fehler; problem; probleme; problemen; storung; funktioniert nicht; geht nicht; lauft nicht; leider; schade;
        defekte; beschadigt; bedauerlich*; dringend; sofort; wieder; niemand; warten; wartet; nicht mehr; doppelt;
        falsch*; defekt; erneut; mangel; vergessen
        """,
        courtesy="""
        vielen dank im voraus; besten dank im voraus; danke im voraus; vielen dank fur; besten dank fur; danke fur;
        herzlichen dank fur ihr; vielen dank und; danke und; vielen dank; besten dank; herzlichen dank; danke schon;
        guten morgen; guten tag; guten abend; schones wochenende; schonen tag; schonen abend; schone gruse;
        gute zeit; freundliche gruse; freundlichen grusen; beste gruse; liebe gruse; herzliche gruse; freue mich auf;
        freuen uns auf; freuen uns uber; freue mich uber; wurden uns freuen; wurde mich freuen; freuen wurden;
        bei problemen; bei fragen; falls probleme; kein problem; keine probleme; keine eile; leider bin ich;
        leider kann ich; leider habe ich; leider konnen wir; leider sind wir; leider mussen wir; leider muss ich;
        gute frage; gut moglich; nicht mehr als; nicht spater; spatestens; so schnell wie; gute besserung;
        gerne konnen; gern konnen; zufriedenheit; guter letzt; klasse a; geduld bitte; danke fur ihre geduld;
        ihre geduld;
        fur die geduld; fur eure geduld; fur deine geduld
        """,
        negation="""
        nicht; kein*; nie; niemals; ohne; weder; kaum; nichts; wenig; alles andere als; noch lange nicht
        """,
        more="""
        sehr; wirklich; ausserst; auserst; total; absolut; so; extrem; richtig; besonders; uberaus; vollig; mehr als;
        echt
        """,
        less="etwas; ein wenig; ein bisschen; leicht; eher; ziemlich; halbwegs; kleine*; kleines",
        condition="falls; wenn; sollte*; sofern; ob; bei",
    ),
    "fr": Words(
        praise="""
        excellent*; parfait*; parfaitement; genial*; formidable*; ravi; ravis; ravie; ravies; tres content*;
        tres contents; tres satisfait*; felicitations; bravo; impeccable*; un grand merci; un immense merci;
        conquis; conquise; conquises; mille mercis; remarquable*; impressionn*; enchante*; magnifique*; superbe*;
        a merveille;
        depasse nos attentes; au-dela de nos attentes; rien a redire; adorent; adore; adorons; gentillesse;
        quelle belle; belle machine; chapeau; sauve la mise; nous avez sauve*; nous a sauve*; recommande*;
        recommandons; recommanderons; exceptionnel*; au top; merveill*; plus que satisfait*; fantastique*;
        une reussite; nickel; un plaisir; sans faute; splendide*; sublime*; extraordinaire*; epoustouflant*;
        passionnant*; exemplaire*; irreprochable*; prodigieu*; emerveille*; comble*; fier; fiers; fiere;
        reconnaissant*; enthousias*; enthousiasm*; felicite*; vraiment excellent*; vraiment tres; en redemandent;
        en redemande; une merveille; un bonheur; une joie; grande joie; grande satisfaction; pleine satisfaction;
        entiere satisfaction; entierement satisfait*; pleinement satisfait*; tres apprecie*; tres heureux;
        tres heureuse; extremement; hautement; cinq etoiles; un succes; grand succes; sans accroc;
        comme sur des roulettes; les meilleurs; la meilleure equipe; tres professionnel*; tres efficace*;
        tres aimable*; tres sympathique*; tres rapide; superbement; on adore; coup de coeur; vive;
        convaincant*; emballe; emballee; emballes; seduit; seduite; seduits; bluffe*
        """,
        liking="""
        content; contents; contente; contentes; satisfait*; heureux; agreable*; aimable*; efficace*; rapide et;
        reactivite; nous plait; m'a plu; nous a plu; beau travail; bon travail; tres bien; fonctionne bien;
        marche bien; bonne nouvelle; apprecie*; apprecions; serviable*; ponctuel*; soigne*; convivial*; super;
        plaisir de travailler; reconnaissant*; souriant*; poli*; courtois*; competent*; attentif; attentive;
        attentifs; soigneu*; a l'heure; rapide; rapides; rapidement resolu; pratique*; robuste*; silencieu*;
        soulage*; soulagement; ameliore*; mieux que; comme promis; positif*; sympathique*; sympa; a l'ecoute;
        bien conseille*; bon conseil; facile a utiliser; belle; joli*; bon accueil; bonne qualite; bonne experience;
        volontiers a nouveau; merci d'avoir; merci encore d'avoir; sinceres remerciements; chaleureux remerciements
        """,
        complaint="""
        terrible*; horrible*; decu; decus; decue; decues; decevant*; deception; mecontent*; inacceptable*;
        inadmissible*; scandaleu*; furieu*; en colere; frustr*; agace*; enerve*; honteu*; une honte; aucune reponse;
        sans reponse; sans nouvelles; personne ne repond; personne ne rappelle; personne ne; toujours pas;
        toujours rien; troisieme fois; quatrieme fois; encore une fois; une fois de plus; insatisf*; deplorable*;
        lamentable*; ras le bol; ras-le-bol; resilier; resiliation; avocat; mise en demeure; catastroph*;
        ne sommes pas satisfait*; pas satisfait*; pas content*; pas contents; en ai assez; en avons assez; marre;
        assez d'attendre; a bout; inutilisable*; se moque de; se moquer; laisse a desirer; indigne*; plus confiance;
        perdu confiance; perdons patience; patience; changer de fournisseur; changer de prestataire; ailleurs;
        nos clients s'en vont; perdons des clients; plainte; promesse* non; n'a pas tenu; pas tenu;
        ne peut plus durer; ca suffit; nul; nulle; pire; intolerable*; incompeten*; semaines que nous attendons;
        jours que nous attendons; mois que nous attendons; attendons toujours; cauchemar; malhonnet*; inquiet*;
        revolte*; outre*; choque*; desespere*; scandalise*; blesse*; trahi*; trompe*; berne*; arnaque*; escroquerie;
        mensonge*; mentir; menti; excuses bidon; pretexte*; baratin; abandonne*; laisse tomber; neglige*; negligence;
        bacle*; mal fait; travail mal; incapable*; amateur*; desinvolte*; impoli*; desagreable*; arrogan*;
        incorrect*; irrespectueu*; manque de respect; manque de serieux; pas serieux; peu serieux; incompetence*;
        honte; desastr*; catastrophe*; calamite*; execrable*; mediocre*; minable*; deplorable; affreu*; atroce*;
        epouvantable*; ridicule*; abusi*; abus; injuste*; gaspillage; perte de temps; argent perdu; aucun interet;
        inutile*; hors de prix; trop cher pour; ne vaut pas; plus jamais; derniere fois; dernier avertissement;
        n'est arrive comme; rien n'est arrive; sans un mot; sans prevenir; sans explication; sans excuse;
        dommages et interets; remboursement integral; poursuites; degu; fatigue* de; lasse*; las de; excede*;
        exaspere*; exasperant*; degout*; en etat deplorable; pire que; empire; s'aggrave; se degrade; insultant*;
        insupportable*; intenable;
        fache; fachee; faches; remonte contre; furax
        """,
        dislike="""
        mauvais; mauvaise; a l'arret; arretee; reclamation; regrettable; panne dure; la moitie; trop tard; trop long;
        trop cher; bruyant*; couvert d'huile; erreur de votre; deuxieme fois; nous coute; ne vient; desagrement;
        gene*; genant*; penible*; complique*; confus*; sale; salete; fragile*; dangereu*; inquietude; inquiet*;
        doute*; cher; chere; vain; en vain; sans suite; regrett*; dommage; triste*; stress*; bruit
        """,
        fault="""
        probleme; problemes; erreur; erreurs; panne; en panne; ne fonctionne pas; ne fonctionne plus; ne marche pas;
        ne marche plus; malheureusement; defaut; souci; soucis; fuite; personne; jamais; encore; urgent; urgence;
        attente; attendons; retard; retards; en retard; casse*; bloque*; abime*; defectueu*; rembours*
        """,
        courtesy="""
        merci d'avance; merci beaucoup d'avance; merci pour votre; merci pour le; merci pour la; merci pour les;
        merci pour; merci de; merci beaucoup; merci; vous remercie de; vous remercions de; remercie pour;
        remercions pour; bonne journee; bonne soiree; bon week-end; bonne reception; bien cordialement;
        meilleures salutations; avec plaisir; serais ravi*; serions ravis; plaisir de vous; heureux de vous;
        malheureusement je; malheureusement nous; pas de probleme; sans probleme; en cas de probleme; si vous avez;
        si un probleme; pas de souci; aucun souci; enchante,; enchante de; bonne question; bien a vous; pas urgent;
        rien d'urgent; bonne continuation; meilleur prix; meilleure offre; meilleur delai; accuse reception;
        personne en charge; une personne; la personne; cette personne; par personne; encore merci;
        votre patience; merci pour votre patience; merci de votre patience; ta patience
        """,
        negation="ne; n'; pas; jamais; sans; aucun*; ni; plus; rien; guere; loin d'etre; peu",
        more="""
        tres; vraiment; extremement; tellement; si; trop; absolument; totalement; plus que; particulierement; fort;
        bien trop
        """,
        less="un peu; legerement; plutot; assez; quelque peu; petit; petite; moyennement",
        condition="si; en cas; au cas; eventuel*; lorsque",
    ),
    "es": Words(
        praise="""
        excelente*; perfecto; perfecta; perfectamente; genial; geniales; fantastic*; estupend*; maravill*;
        de maravilla; encantad*; muy content*; muy satisfech*; enhorabuena; felicidades; felicitaciones;
        muchisimas gracias; mil gracias; impecable*; impresionad*; impresionante; feliz; felices; un placer trabajar;
        da gusto; buen trabajo; gran trabajo; cracks; un crack; unos cracks; superado; supera nuestras; mejor de lo;
        antes de lo previsto; repetiremos; recomend*; sin ningun problema; ninguna queja; salvado;
        nos habeis salvado; bravo; magnific*; extraordinari*; lo mejor; los mejores; nos encanta; precios*;
        esplendid*; insuperabl*; inmejorabl*; formidabl*; sobresalient*; ejemplar*; admirabl*; orgullos*;
        agradecidisim*; emocionad*; ilusionad*; entusiasm*; entusiasmad*; muy agradecid*; muy buen*; muy amabl*;
        muy atent*; muy rapid*; muy profesional*; muy felic*; muy feliz; contentisim*; satisfechisim*; todo un exito;
        un exito; gran exito; una maravilla; un lujo; una gozada; un acierto; de lujo; de diez; cinco estrellas;
        chapo; olé; sin pegas; ninguna pega; sin fallos; volveremos; os llamaremos para; volveremos a contar;
        lo recomendamos; ha mejorado mucho; gran diferencia; gracias de corazon; un millon de gracias;
        mejor imposible; nos ha encantado; les ha encantado; encanto;
        ha convencido; nos convencio; ha gustado mucho
        """,
        liking="""
        content*; satisfech*; muy bien; nos gusta; nos ha gustado; me gusta; agradecid*; amable*; rapidos;
        rapida respuesta; funciona bien; va bien; buena noticia; agradable; profesional*; puntual*; eficaz; eficaces;
        atent*; estamos bien; buen servicio; buena calidad; amables; simpatic*; educad*; competent*; cuidados*;
        eficient*; practic*; comod*; robust*; silencios*; aliviad*; alivio; mejorado; mejora; mejor que;
        como prometi*; como acordamos; positiv*; bonit*; quedado bien; quedado muy; buen trato; buena atencion;
        buena experiencia; facil de usar; gusta mucho; ha subido; agradecemos; gracias por haber; sinceras gracias
        """,
        complaint="""
        terrible*; horrible*; pesim*; decepcionad*; decepcion; decepcionante; insatisfech*; descontent*; molest*;
        enfadad*; indignad*; inaceptable*; intolerable*; vergonzos*; verguenza; frustrad*; frustrante; sigue sin;
        siguen sin; aun no han; nadie contesta; nadie nos contesta; nadie responde; nadie coge; nadie coja;
        nadie llama; nadie ha venido; nadie nos; sin respuesta; sin noticias; tercera vez; cuarta vez;
        otra vez lo mismo; una y otra vez; lamentable*; no estamos content*; no estamos satisfech*; nada content*;
        harto; hartos; harta; hartas; abogado; rescindir; anular el contrato; cambiar de proveedor;
        buscar otro proveedor; no se puede trabajar; asi no; no puede seguir; ya esta bien; basta ya; es una pena;
        deja mucho que desear; mucho que desear; perdido la confianza; paciencia; llevamos un mes; llevamos semanas;
        llevamos dias; llevamos meses; tomadura de pelo; desastre; desastros*; nefast*; peor; engano; inadmisible*;
        tres averias; prometieron; todavia no han; todavia no hemos recibido; que todavia no; indignante*;
        indignacion; enfado; furios*; cabread*; rabia; desesperad*; desesperante; escandal*; ofendid*; enganad*;
        estafa*; estafad*; timo; mentira*; mentido; excusa; excusas; largas; dando largas; abandonad*; tirad*;
        chapuza*; chapucer*; desidia; dejadez; incompetencia; incapac*; inutil*; maleducad*; groser*; antipatic*;
        arrogant*; falta de respeto; falta de seriedad; poco serio; poco profesional; nada profesional;
        impresentable*; fatal; horroroso; espantos*; asquer*; ridicul*; absurd*; abusiv*; abuso; injust*;
        perdida de tiempo; dinero tirado; no vale; no sirve; cansad* de; cansados de; cansada; agotad*;
        hasta las narices; hasta el gorro; ya no podemos mas; no aguantamos; no aguanto; nunca mas; ultima vez;
        ultimo aviso; devolvemos; devolver la; queremos el dinero; indemniz*; denunci*; demand*; medidas legales;
        hoja de reclamaciones; peor que; empeora*; ha empeorado; de mal en peor; nos cobren; vergonzant*; insult*;
        decepcionante*; no repetiremos; no volveremos; disgust*; disgustad*;

        """,
        dislike="""
        se queja; se quejan; se quejo; molest* con; malo; mala; mal; queja; reclamacion; defectuos*; reembolso;
        la mitad; demasiado; segunda vez; nos cuesta;
        perdemos; perdiendo; equivocad*; incompet*; incomod*; complicad*; confus*; suci*; ruidos*; fragil*;
        peligros*; preocupad*; preocupa*; duda*; caro; cara; en vano; sin solucion; sin resolver; triste*; lastima;
        estres*; pesad*; pena
        """,
        fault="""
        problema; problemas; error; errores; averia; averias; fallo; fallos; no funciona; no funcionan;
        lamentablemente; desgraciadamente; fuga; nadie; nunca; urgente; esperar; esperando; otra vez; de nuevo;
        parada; tarde; roto; rota; rotos; rotas; parados; retraso; retrasos; todavia no
        """,
        courtesy="""
        muchas gracias de antemano; gracias de antemano; gracias por su; gracias por la; gracias por el; gracias por;
        muchas gracias por su; muchas gracias por; muchas gracias; gracias; buenos dias; buenas tardes; buen dia;
        buen fin de semana; un saludo; un cordial saludo; encantad* de; encantada de; encantado de saludar*;
        un placer; lamentablemente no podre; lamentablemente no puedo; lamentablemente no podemos; sin problema;
        ningun problema; no hay problema; en caso de problemas; si hay algun; si tiene alguna; mejor precio;
        mejor oferta; mas tarde; a mas tardar; no es urgente; por la tarde; esta tarde; de la tarde; buena tarde;
        feliz semana; feliz navidad;
        su paciencia; gracias por su paciencia; vuestra paciencia; tu paciencia; gracias por la paciencia
        """,
        negation="no; sin; nunca; jamas; ni; nada; ningun*; tampoco; apenas; poco",
        more="""
        muy; realmente; tan; extremadamente; totalmente; absolutamente; demasiado; mas que; super; bastante
        """,
        less="un poco; algo; ligeramente; pequen*; mas o menos",
        condition="si; en caso; cuando; por si",
    ),
    "it": Words(
        praise="""
        eccellent*; ottim*; perfett*; perfettamente; fantastic*; splendid*; meraviglios*; a meraviglia;
        molto soddisfatt*; davvero soddisfatt*; molto contenti; molto contento; felici; felicissim*; complimenti;
        grazie mille di cuore; impeccabil*; bravissim*; bravi; bel lavoro; entusiast*; benissimo; gentilissim*;
        consigli*; superato; salvato; nessun problema in; un piacere lavorare; magnific*; meravigliosamente;
        magnificamente; bellissim*; stupend*; straordinari*; eccezional*; favolos*; esemplar*; felicissimi;
        contentissim*; soddisfattissim*; orgoglios*; grat*; entusiasm*; grande successo; un successo; cinque stelle;
        molto gentil*; molto cortes*; molto professional*; davvero brav*; davvero ottim*; complimentoni; il migliore;
        i migliori; torneremo; consigliamo; una meraviglia; perfezione; molto apprezzat*; molto felici;
        rimasta colpita; rimasto colpito; rimasti colpiti; ha convinto; ci ha convinto; ci hanno convint*;
        davvero convint*; ci avete convint*
        """,
        liking="""
        soddisfatt*; contenti; contento; contenta; felice; ci piace; mi piace; bene; funziona bene; buon lavoro;
        cortes*; puntual*; gentil*; efficient*; lieti; apprezz*; buona notizia; competent*; attent*; rapid*; veloc*;
        pratic*; robust*; sollievo; sollevat*; miglior*; meglio di; come promesso; positiv*; simpatic*; disponibil*;
        facile da usare; bell*; buon risultato; grazie per aver
        """,
        complaint="""
        pessim*; terribil*; orribil*; delus*; deludent*; insoddisfatt*; scontent*; inaccettabil*; inammissibil*;
        vergogn*; arrabbiat*; furios*; frustr*; ancora nessun*; nessuno risponde; nessuno che risponda; nessuno ci;
        nessuna risposta; senza risposta; terza volta; quarta volta; non siamo soddisfatt*; non siamo contenti;
        stufi; stufo; disdire; avvocato; cambiare fornitore; cosi non; non si puo; lascia a desiderare; disservizio;
        spiacevole; peggio; incubo; settimane di ritardo; perso la fiducia; pazienza; basta; scandalos*; intollerabil*;
        scadent*;
        stanch* di; stanchi di; scus*; scuse; prese in giro; presi in giro; ingannat*; truff*; bugi*; mentito;
        abbandonat*; maleducat*; arrogant*; incompeten*; incapac*; inutil*; negligen*; trascurat*; disastr*;
        catastrof*; schif*; ridicol*; assurd*; ingiust*; abus*; perdita di tempo; soldi buttati; mai piu;
        ultima volta; ultimo avviso; risarcimento; rimborso immediato; vie legali; denunc*; peggiorat*; disperat*;
        indignat*; esasperat*; stanco di; non vale; non si fa; deplorevol*; penos*; mediocr*; pessimamente;
        oltraggi*; insoddisfacent*;
        scocciat*; infastidit*; seccat*; irritat*; furibond*
        """,
        dislike="""
        male; reclamo; lamentela; rimborso; difettos*; troppo; seconda volta; perdiamo; scomod*; complicat*; confus*;
        sporc*; rumoros*; fragil*; pericolos*; preoccupat*; dubb*; caro; cara; invano; irrisolt*; lamenta; lamentano;
        si lamenta; triste; peccato;
        fastidi*
        """,
        fault="""
        problema; problemi; errore; errori; non funziona; non funzionano; purtroppo; perdita; perde; anomalia;
        nessuno; mai; urgente; aspettando; aspettiamo; di nuovo; fermo; ferma; ritardo; ritardi; in ritardo; rotto;
        rotta; danneggiat*; guasto; guasta; ancora non
        """,
        courtesy="""
        grazie mille in anticipo; grazie in anticipo; grazie per; grazie dell*; grazie mille; grazie; buongiorno;
        buona giornata; buon weekend; buona serata; cordiali saluti; un piacere; lieti di; lieto di; nessun problema;
        in caso di problemi; purtroppo non posso; purtroppo la riunione; miglior prezzo; migliore offerta; va bene;
        non urgente; gentile dottor*; gentile sig*; gentile; gentili; bene,; per bene; felici di; contenti di;
        vostra pazienza; sua pazienza; grazie per la pazienza; grazie della pazienza
        """,
        negation="non; senza; mai; ne; nessun*; niente; poco",
        more="molto; davvero; estremamente; cosi; totalmente; assolutamente; troppo; veramente; tanto",
        less="un po'; un po; leggermente; abbastanza; piuttosto; piccol*",
        condition="se; in caso; qualora; quando",
    ),
    "nl": Words(
        praise="""
        uitstekend*; geweldig*; fantastisch*; perfect; zeer tevreden; heel tevreden; erg tevreden; heel blij;
        erg blij; zo blij; enthousiast*; complimenten; compliment; heel erg bedankt; dank jullie wel; super;
        onder de indruk; goed werk; als een zonnetje; dol op; prachtig*; schitterend*; top; nooit zo goed; zo goed;
        wat een verschil; aanrader; bevelen jullie; aanbevelen; boven verwachting; vlekkeloos;
        niets op aan te merken; gered; chapeau; petje af; meer dan tevreden; klasse; dolblij; dolgelukkig;
        reuze blij; wat fijn; heel fijn; erg fijn; zo fijn; magnifiek*; subliem*; briljant*; voortreffelijk*;
        voorbeeldig*; onovertroffen; trots; ontzettend bedankt; enorm bedankt; duizendmaal dank; heel dankbaar;
        erg dankbaar; zeer vriendelijk; heel vriendelijk; erg vriendelijk; zeer behulpzaam; heel behulpzaam;
        zeer professioneel; heel snel; supersnel; razendsnel; succes geworden; groot succes; een succes;
        een verademing; een feest; een genot; mag er zijn; vijf sterren; top geregeld; goed geregeld; goed gedaan;
        vakwerk; vakmanschap; de beste; lof; pluim; hulde; zeer te spreken; goed te spreken; erg te spreken; genoten;
        houden van; verrukt; opgetogen; verrast door; superenthousiast*; superblij; supertevreden; supergoed;
        dolenthousiast*;

        """,
        liking="""
        blij; tevreden; keurig; mooi; fijn; prettig; bevalt; bevallen; vriendelijk geholpen; snel geholpen;
        goed geholpen; snelle hulp; prima; draait goed; werkt goed; goed nieuws; dankbaar; netjes; behulpzaam;
        betrouwbaar; handig; leuk; aardig; beleefd; deskundig; kundig; zorgvuldig; vlot; stipt; op tijd; stevig;
        stil; degelijk*; opgelucht; opluchting; verbeterd; beter dan; sneller dan; zoals beloofd; positief;
        sympathiek; goed advies; goed ontvangen; makkelijk in gebruik; gezellig; tevreden klanten; verloopt goed;
        loopt goed; loopt lekker; gewaardeerd; waarderen; bedankt dat; dank dat
        """,
        complaint="""
        vreselijk*; verschrikkelijk*; teleurgesteld; teleurstellend*; teleurstelling; ontevreden; boos; woedend;
        gefrustreerd; frustrerend; onacceptabel*; niet acceptabel; onaanvaardbaar; schandalig*; schande;
        belachelijk*; nog steeds niet; nog steeds geen; nog altijd niet; nog altijd geen; niemand reageert;
        reageren nergens; niemand neemt op; niemand komt; niemand komen; niemand gekomen; geen antwoord;
        geen reactie; zonder antwoord; derde keer; vierde keer; keer op keer; voor de zoveelste; alweer; zat; beu;
        opzeggen; advocaat; ergernis; erger; niet tevreden; niet blij; wachten al; al weken; al een maand;
        al drie weken; al twee weken; niet nagekomen; valt tegen; valt vies tegen; viel tegen; te wensen over;
        zo kan het niet; kan zo niet; niet langer; vertrouwen kwijt; vertrouwen verloren; geduld;
        andere leverancier zoeken; overstappen; waardeloos; slecht*; beneden peil; nachtmerrie; in de steek;
        aan het lijntje; niet serieus; bedrogen; opgelicht; oplichter*; voorgelogen; leugen*; gelogen; smoes;
        smoesjes; excuses genoeg; uitvlucht*; afgescheept; afgepoeierd; genegeerd; in de kou; aan ons lot; laks*;
        slordig; knoeiwerk; prutswerk; broddelwerk; onbekwaam; incompetent*; ondeskundig; onbeleefd; onbeschoft;
        brutaal; arrogant; onverschillig; onbetrouwbaar; onprofessioneel; respectloos; beneden alle peil;
        beneden alle; waardeloze; nutteloos; onbruikbaar; rampzalig*; ramp; drama; dramatisch*; catastrof*; flut;
        rommel; troep; weggegooid geld; zonde van; verspilling; oneerlijk; onredelijk; te gek voor; schandelijk*;
        schaamteloos; genant; pijnlijk; moedeloos; wanhopig; radeloos; verbolgen; verontwaardigd; geirriteerd;
        geergerd; ergeren; ergert; kwaad; razend; ziek van; moe van; klaar mee; er klaar mee; genoeg van; nooit meer;
        laatste keer; laatste kans; schadevergoeding; geld terug; juridische stappen; ingebrekestelling; elke week;
        steeds hetzelfde; verwachtten meer; meer verwacht; beter verwacht; valt zwaar tegen; tegenvallend*;
        achteruit; gaat hetzelfde; loopt de spuigaten; ondermaats; bar en boos; belazerd; veel te duur;
        baalt; balen; chagrijnig; pissig
        """,
        dislike="""
        klacht; terugbetaling; ligt stil; liggen stil; staat stil; staan stil; tweede keer; kost ons; te lang;
        te duur; veel te; omzet kwijt; stilstand; vervelend; lastig; onhandig; ingewikkeld; onduidelijk; verwarrend;
        vies; lawaai*; luidruchtig; wankel; gevaarlijk; bezorgd; zorgen; twijfel*; duur; tevergeefs; onopgelost;
        verdrietig; jammer; spijtig; gaat stuk; stress; is stuk
        """,
        fault="""
        probleem; problemen; storing; defect; defecte; werkt niet; werken niet; doet het niet; helaas; foutmelding;
        lek; lekt; niemand; nooit; dringend; wachten; wachtte; weer; opnieuw; fout; fouten; verkeerd*; kapot;
        vertraging; te laat
        """,
        courtesy="""
        alvast hartelijk dank; alvast bedankt; hartelijk dank voor; hartelijk dank alvast; bedankt voor; dank voor;
        dank voor de; dank u voor; dank je voor; hartelijk dank; bedankt; dank u; fijne dag; fijn weekend;
        fijne avond; goedemorgen; goedemiddag; goedendag; goede dag; met vriendelijke; vriendelijke groet*;
        hartelijke groet*; helaas kan ik; helaas ben ik; helaas kunnen; geen probleem; bij problemen; bij vragen;
        geen haast; niet dringend; beste prijs; blij om; graag; wordt weer; weer een; weer contact; tot weer;
        mocht er;
        uw geduld; je geduld; jullie geduld
        """,
        negation="niet; geen; nooit; zonder; niets; nauwelijks; allesbehalve; weinig; noch",
        more="""
        zeer; heel; erg; echt; zo; enorm; ontzettend; volledig; absoluut; behoorlijk; bijzonder; veel te; meer dan;
        super
        """,
        less="een beetje; enigszins; wat; iets; vrij; redelijk; kleine; klein",
        condition="als; indien; mocht; of; wanneer; bij",
    ),
    "pt": Words(
        praise="""
        otim*; excelente*; perfeit*; fantastic*; maravilhos*; muito satisfeit*; muito contente*; parabens; impecavel;
        amei; lindo demais; linda demais; adoramos; adorei; adorou; adoraram; amou; amaram; amamos; excelente trabalho;
        bom trabalho; encantad*;
        muito obrigad* pela ajuda; recomend*; superou;
        incrivel; espetacular; maravilh*; extraordinari*; excecion*; magnific*; esplendid*; orgulhos*; muito grat*;
        muito feliz*; muito simpatic*; muito profissiona*; um sucesso; cinco estrelas; os melhores; recomendamos;
        voltaremos; entusiasm*; prazer trabalhar; gosto trabalhar;
        muito bem impressionad*; rendid*; entusiasmad*; ficou encantad*; muito agradad*
        """,
        liking="""
        satisfeit*; contente*; felizes; feliz; gostamos; gostei; agradavel; simpatic*; rapido e; funciona bem;
        bem feito; boa noticia; pontual*; atencios*;
        gostou; gostaram; prestav*
        """,
        complaint="""
        pessim*; terrivel; horrivel; dececionad*; decepcionad*; desiludid*; insatisfeit*; descontent*; reclamou;
        reclamam; reclamando; queixou; queixa-se; queixam-se; inaceitavel;
        intoleravel; vergonh*; furios*; frustrad*; ninguem responde; ninguem atende; sem resposta; terceira vez;
        fart*; advogado; lamentavel; pior; nao estamos satisfeit*; paciencia; mudar de fornecedor; assim nao;
        um mes a espera; enganad*; burla; mentira*; desculpas; abandonad*; incompetent*; incapaz*; inutil;
        vergonhos*; ridicul*; absurd*; desastr*; cansad* de; farto de; nunca mais; ultima vez; indemniz*; indignad*;
        zangad*; mal-educad*; desleixo; mediocre*;
        aborrecid*; chatead*; irritad*; fart* de; revoltad*
        """,
        dislike="mau; ma; queixa; reclamacao; reembolso; partido; defeituos*; cancelar; demasiado",
        fault="""
        problema; problemas; erro; erros; avaria; falha; nao funciona; nao funcionam; infelizmente; ninguem; nunca;
        urgente; a espera; de novo; outra vez; tarde; atraso; atrasos; parado; parada; ainda nao
        """,
        courtesy="""
        muito obrigad* desde ja; obrigad* desde ja; obrigad* pela; obrigad* pelo; muito obrigad*; obrigad*; bom dia;
        boa tarde; bom fim de semana; um prazer conhec*; sem problema; melhores cumprimentos; ficariamos grat*;
        ficaria grat*;
        ficamos grat*; melhor preco; melhor proposta; boa noite; da tarde;
        sua paciencia; vossa paciencia; obrigado pela paciencia; obrigada pela paciencia
        """,
        negation="nao; sem; nunca; nem; nenhum*; nada; pouco",
        more="muito; realmente; tao; extremamente; totalmente; absolutamente; demasiado; mesmo",
        less="um pouco; ligeiramente; pequen*; algo",
        condition="se; caso; quando",
    ),
    "pl": Words(
        praise="""
        swietn*; zachwycon*; serdecznie dzieku*; doskonal*; znakomit*; rewelacyjn*; fantastyczn*; wspanial*; idealn*;
        bardzo zadowolen*; zachwycen*;
        polecamy; polecam; gratulacje; gratulujemy; wzorow*; perfekcyjn*; wielkie dzieki; super; bomba; brawo;
        bardzo dziekujemy za pomoc; bardzo dziekuje za pomoc; najleps* wybor; uratowal*; na medal;
        jestesmy pod wrazeniem;
        przeszlo oczekiwania; przerosl* oczekiwania; bez zarzutu; sama przyjemnosc; milo sie pracuje; swietna robota;
        dobrze sie wspolprac*; milo sie wspolprac*; dobrze sie z panstwem wspolpracuje; swietnie sie wspolpracuje;
        pod wrazeniem; super wspolpraca
        """,
        liking="""
        zadowolen*; ciesz* sie; cieszymy sie; mil* wspolprac*; przyjemn*; sympatyczn*; sprawn*; fachow*;
        profesjonaln*;
        punktualn*; podoba sie; podobaja sie; dobra robota; dobra wiadomosc; dziekuje za szybk*; dziekujemy za szybk*;
        dzieki za szybk*; dobrze dziala; dziala dobrze; wdzieczn*; z przyjemnoscia; milo bylo; dobra wspolprac*
        """,
        complaint="""
        okropn*; fataln*; straszn*; koszmar*; skandal*; oburzon*; oburzajac*; wsciekl*; zly jestem; jestem zla;
        jestem zly; naprawde zla; naprawde zly; rozczarowan*; zawiedzion*; niezadowolen*; niezadowolon*; narzeka*;
        niedopuszczaln*;
        nieakceptowaln*;
        karygodn*; zenujac*; zenad*; kpina; lekcewazen*; lekcewazy*; nikt nie odpowiada; nikt nie odbiera;
        nikt sie nie odzywa; bez odpowiedzi; po raz trzeci; trzeci raz; kolejny raz; mamy dosc; mam dosc;
        cierpliwosc*;
        zrezygnujemy; rezygnujemy z; prawnik*; odszkodowani*; oszukan*; oszustw*; klamstw*; nigdy wiecej;
        zmienimy dostawce;
        strata czasu; nie do przyjecia; nieprofesjonaln*; bezuzyteczn*; najgors*;
        zirytowan*; zdenerwowan*; wkurzon*; zdenerwowal*; poirytowan*; wzburzon*; zbulwersowan*; ma dosc
        """,
        dislike="""
        zle; slab*; kiepsk*; skarga; skarge; reklamacja; reklamacje; zwrot pieniedzy; za dlugo; za pozno; czekamy;
        tracimy; stoimy; niestety nie; opozni*; brudn*; niebezpieczn*; martwi*; obawiamy
        """,
        fault="""
        problem; problemy; blad; bledy; awaria; awarii; usterka; nie dziala; nie dzialaja; nie mozemy; niestety; nikt;
        nigdy; pilne; pilnie; znowu; ponownie; wciaz; nadal; stoi; zepsut*; uszkodzon*; brakuje; natychmiast
        """,
        courtesy="""
        z gory dziekuje; z gory dziekujemy; dziekuje za; dziekujemy za; dziekuje; dziekujemy; dzien dobry;
        milego dnia;
        milego weekendu; z powazaniem; pozdrawiam; pozdrawiamy; nie ma problemu; zaden problem; bylbym wdzieczny;
        bylabym wdzieczna; bedziemy wdzieczni; bede wdzieczny; bede wdzieczna; najlepsza cena; najlepsza oferta;
        dziekuje za cierpliwosc; dziekujemy za cierpliwosc
        """,
        negation="nie; bez; nigdy; ani; zaden; zadna; nic",
        more="bardzo; naprawde; tak; niezwykle; calkowicie; zupelnie; absolutnie; wyjatkowo",
        less="troche; nieco; lekko; drobn*; mal*",
        condition="jesli; jezeli; gdyby; czy; kiedy; w razie",
    ),
}
