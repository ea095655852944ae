"""Word lists by language: names, places, what companies and jobs are called, how phones are written.

Variety is what counts here. A small model learns to copy what stands in a certain place, and must not learn the words
themselves: so lists are long, and names of people and companies are also put together from parts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What mails of one language are filled with. In `phones`, # is any digit and % one from 2 to 9."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    places: tuple[str, ...]
    streets: tuple[str, ...]
    legal: tuple[str, ...]
    fields: tuple[str, ...]  # what a company does, as part of its name
    titles: tuple[str, ...]
    units: tuple[str, ...]  # departments
    phones: tuple[str, ...]
    phone_words: tuple[str, ...]
    mobile_words: tuple[str, ...]
    fax_words: tuple[str, ...]
    mail_words: tuple[str, ...]
    months: tuple[str, ...]
    days: tuple[str, ...]  # Monday first
    region: str
    zone: int
    doctor: tuple[str, ...] = ("Dr.",)


def _w(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _l(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split("|") if part.strip())


EN = Words(
    first=_w("""James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan
        Joseph Jessica Thomas Sarah Chris Karen Charles Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark
        Margaret Donald Ashley Steven Kimberly Andrew Emily Paul Donna Joshua Michelle Kenneth Carol Kevin
        Amanda Brian Melissa Timothy Deborah Ronald Stephanie Jason Rebecca George Sharon Edward Laura Jeff
        Cynthia Ryan Dorothy Jacob Amy Gary Kathleen Nick Angela Eric Shirley Jon Emma Stephen Brenda Larry
        Pamela Justin Nicole Scott Anna Brandon Samantha Ben Katherine Greg Christine Sam Helen Ray Debra Pat
        Rachel Alex Carolyn Jack Janet Dennis Maria Jerry Olivia Tyler Heather Aaron Diane Jose Julie Adam Joyce
        Nathan Victoria Henry Ruth Zach Virginia Doug Lauren Peter Kelly Kyle Christina Noah Joan Ethan Evelyn
        Jeremy Judith Hugh Priya Raj Mei Wei Ahmed Fatima Yusuf Niamh Siobhan Callum Fiona Gareth Rhys Ailsa
        Graham Nigel Clive Imogen Tamsin Rupert Kwame Ngozi Arjun Deepa Sanjay"""),
    last=_w("""Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson
        White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker
        Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy
        Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks
        Bennett Gray Hughes Price Myers Long Foster Sanders Ross Powell Sullivan Russell Ortiz Jenkins Gutierrez
        Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson Jordan Reynolds Hamilton Graham Wallace
        West Cole Hayes Chavez Gibson Bryant Ellis Stevens Murray Ford Marshall Owens McDonald Harrison Kennedy
        Wells Henry Chen Freeman Webb Tucker Burns Crawford Olson Simpson Porter Hunter Gordon Shaw Snyder Mason
        Dixon Hunt Hicks Holmes Palmer Wagner Black Stone O'Brien O'Neill McCarthy MacLeod Fitzgerald Patel
        Singh Khan Nguyen Kim Okafor Mensah Iyer Chowdhury Whitfield Ashworth Pemberton Hargreaves Blackwood
        Lockhart Sutherland Kowalski Petrov Yamamoto Delgado Van-Horn St.-Clair"""),
    places=_l("""Houston|Austin|Denver|Portland|Chicago|Boston|New York|Atlanta|Tulsa|Omaha|Calgary|Toronto|Leeds|
        Bristol|London|Glasgow|Dublin|Cork|Sydney|Perth|Auckland|San Diego|Baton Rouge|St. Louis|Salt Lake City|
        Kansas City|Birmingham|Manchester|Cardiff|Belfast|Vancouver|Phoenix|Dallas|Columbus|Richmond"""),
    streets=_l("""{n} Main Street|{n} Lamar Blvd|{n} N. Oak Ave.|{n} Harbour Road|{n} Mill Lane|One {p} Plaza|
        {n} Fifth Avenue, Suite {n}|{n} Commerce Dr., Ste. {n}|P.O. Box {n}|Unit {n}, Riverside Park|
        {n} Elm St, {n}th Floor"""),
    legal=_l("Inc.|Inc|LLC|Corp.|Corporation|Ltd|Ltd.|Limited|plc|L.P.|LLP|Co.|& Co.|Pty Ltd|Group|||"),
    fields=_l("""Energy|Logistics|Foods|Systems|Software|Partners|Industries|Steel|Packaging|Holdings|Consulting|Power|
        Gas Services|Trading|Pipeline Company|Solutions|Networks|Manufacturing|Brewery|Dental Supply|Marine|
        Aviation|Textiles|Construction|Bank|Insurance|Health|Laboratories|Instruments|Technologies|Capital|
        Resources|Associates|Law Firm|Electric|Water Utilities|Media|Publishing|Farms|University|Institute|
        Transport|Freight|Chemicals"""),
    titles=_l("""Director|Manager|Sales Manager|Account Manager|Purchasing Manager|Head of Procurement|Vice President|
        Vice President, Operations|Director of Marketing|CEO|CFO|CTO|Chief Executive Officer|
        Chief Financial Officer|Senior Analyst|Analyst|Project Manager|Senior Project Manager|Plant Manager|
        Office Manager|Buyer|Senior Buyer|Managing Director|Managing Partner|Partner|Owner|Founder & CEO|
        Co-Founder|President|Executive Assistant|Systems Engineer|Lead Engineer|IT Manager|Head of IT|
        IT Director|Operations Manager|Supply Chain Manager|General Counsel|Senior Counsel|Attorney|
        Legal Assistant|Controller|Accounting Manager|Accounts Payable Clerk|Customer Service Representative|
        Regional Sales Director|Director, Business Development|Account Executive|Marketing Coordinator|
        Research Associate|Professor of Economics|Administrative Coordinator|Trader|Gas Scheduler|Risk Manager|
        VP Finance|VP of Engineering|EVP, Strategy|SVP Sales & Marketing|Product Owner|Data Engineer|
        Warehouse Supervisor|Facilities Manager|HR Business Partner|Recruiter|Consultant|Senior Consultant|
        Principal|Technical Lead|Quality Assurance Manager|Contracts Administrator|Treasurer|Sales Engineer|
        Logistics Coordinator"""),
    units=_l("""Sales|Purchasing|Operations|IT|Finance|Legal Department|Marketing|Customer Service|
        Research & Development|Human Resources|Energy Trading|Risk Management|Business Development|Supply Chain|
        Facilities|Engineering"""),
    phones=_l("""(%##) %##-####|%##-%##-####|%##.%##.####|%##/%##-####|+1 %## %## ####|+1 (%##) %##-####|1-%##-%##-####|
        +44 20 7### ####|+44 (0)161 ### ####|0113 ### ####|+353 1 ### ####|+61 2 9### ####|%## %## ####|
        020 7### ####"""),
    phone_words=_l("Tel|Tel.|Phone|Ph|Ph.|Office|Direct|Direct line|T|P|O|W|work|Telephone|voice|D|Dial|"),
    mobile_words=_l("Mobile|Cell|Mob|M|C|cell phone|Mob.|cellular"),
    fax_words=_l("Fax|F|Fax no.|FAX|facsimile|Telefax|fax"),
    mail_words=_l("Email|E-mail|E|email|Mail|e-mail"),
    months=_w("January February March April May June July August September October November December"),
    days=_w("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    region="US",
    zone=-6,
    doctor=("Dr.", "Prof."),
)

DE = Words(
    first=_w("""Thomas Andreas Stefan Michael Markus Christian Martin Peter Frank Jürgen Klaus Uwe Jörg Matthias Sven
        Torsten Bernd Ralf Dirk Holger Rainer Wolfgang Hans Heinz Günther Karl Lukas Jonas Felix Maximilian
        Tobias Florian Sebastian Philipp Daniel Jan Nils Ole Fritz Anna Sabine Susanne Petra Monika Claudia
        Andrea Birgit Heike Martina Gabriele Ulrike Angelika Brigitte Renate Ursula Katrin Julia Lena Laura
        Sarah Katharina Johanna Greta Frieda Antje Silke Anke Kerstin Tanja Nadine Melanie Yvonne Nicole Ayşe
        Mehmet Emre Beate Cornelia Dörte Edeltraud Franziska Gisela Hannelore Ines Jutta Karin Hans-Peter
        Karl-Heinz Anna-Lena Eva-Maria Urs Reto Beat"""),
    last=_w("""Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter
        Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause
        Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang
        Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck
        Lorenz Baumann Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt
        Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Dietrich Ziegler Kuhn Kühn Pohl
        Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Yılmaz Demir Aschenbrenner Lindemann
        Übelacker Rüegg Zürcher Holzapfel"""),
    places=_l("""Hamburg|München|Köln|Stuttgart|Leipzig|Dresden|Hannover|Nürnberg|Bremen|Ulm|Kassel|Münster|Wien|Graz|
        Linz|Zürich|Basel|Bern|Augsburg|Bielefeld|Freiburg im Breisgau|Mainz|Rostock|Bad Homburg|Görlitz|
        Salzburg"""),
    streets=_l("""Hauptstraße {n}|Am Hafen {n}|Industriestr. {n}|Bahnhofstraße {n}a|Werkstraße {n}|Im Gewerbepark {n}|
        Ringstr. {n}"""),
    legal=_l("GmbH|GmbH & Co. KG|AG|KG|e.K.|UG (haftungsbeschränkt)|SE|OHG|mbH|eG|Gruppe|||"),
    fields=_l("""Maschinenbau|Logistik|Elektrotechnik|Verpackungen|Metallbau|Brauerei|Software|Systeme|Bau|Spedition|
        Feinkost|Werkzeuge|Medizintechnik|Textil|Druckerei|Möbel|Stadtwerke|Kunststofftechnik|Consulting|
        Anlagenbau|Handel|Beratung|Automotive|Pharma|Energietechnik|Immobilien|Versicherungen|Verlag|Sanitär|
        Gartenbau|Optik"""),
    titles=_l("""Geschäftsführer|Geschäftsführerin|Einkaufsleiter|Einkaufsleiterin|Leiter Einkauf|Leiterin Einkauf|
        Vertriebsleiter|Vertriebsleiterin|Prokurist|Prokuristin|IT-Leiter|Leiterin IT|Projektleiter|
        Projektleiterin|Sachbearbeiterin Einkauf|Sachbearbeiter Buchhaltung|Buchhaltung|
        Assistentin der Geschäftsleitung|Werksleiter|Produktionsleiter|Teamleiterin Kundenservice|
        Leiter Logistik|Betriebsleiter|Inhaber|Inhaberin|Vorstand|Technischer Leiter|Key Account Manager|
        Senior Consultant|Abteilungsleiter Technik|Strategischer Einkauf|Referentin Marketing|
        Kaufmännische Leitung|Systemadministrator|Leiter Qualitätsmanagement|Head of Operations|Controllerin|
        Personalreferentin|Bereichsleiter Vertrieb Süd|Rechtsanwältin|Steuerberater|Bauleiter|Disponent"""),
    units=_l("""Einkauf|Vertrieb|IT-Abteilung|Buchhaltung|Technik|Logistik|Personal|Marketing|Qualitätssicherung|
        Werk II"""),
    phones=_l("""+49 40 ######|+49 (0)89 ######-##|0711 / ######|+49 221 ####-###|+49 (0) 341 - ######|0511 ######-0|
        +49.911.######|0 30 / ## ## ## ##|+43 1 ### ## ##|+43 (0)316 ######|+41 44 ### ## ##|0041 61 ### ## ##|
        0251-######"""),
    phone_words=_l("Tel.|Tel|Telefon|Fon|T|Durchwahl|Büro|Tel.-Nr.|Phone|"),
    mobile_words=_l("Mobil|Handy|M|Mobile|Mobiltelefon"),
    fax_words=_l("Fax|Telefax|F|Fax-Nr."),
    mail_words=_l("E-Mail|Mail|E|Email|Mailto"),
    months=_w("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    days=_w("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
    region="DE",
    zone=1,
    doctor=("Dr.", "Dipl.-Ing.", "Dr.-Ing.", "Prof. Dr."),
)

FR = Words(
    first=_w("""Jean Pierre Michel André Philippe René Louis Alain Jacques Bernard Marcel Daniel Roger Robert Claude
        Christian Henri Nicolas Julien Thomas Antoine Guillaume Laurent Olivier Sébastien Mathieu Maxime Romain
        Hugo Lucas Étienne Benoît Cédric Frédéric Stéphane Thierry Yves Gilles Didier Bruno Marie Jeanne
        Françoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine Madeleine Nicole Suzanne
        Hélène Christine Marguerite Camille Léa Chloé Manon Inès Sarah Juliette Élodie Aurélie Céline Sandrine
        Valérie Véronique Sophie Delphine Karine Virginie Émilie Lucie Margaux Agathe Solène Maëlle Karim Mehdi
        Fatou Aïssatou Yann Loïc Gaël Jean-Pierre Jean-Luc Jean-Marc Marie-Claude Anne-Sophie Pierre-Yves
        Marie-Laure Jean-Baptiste Anne-Laure Tanguy Hervé"""),
    last=_w("""Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel
        Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet
        François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin
        Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Sanchez Gérard Nguyen Boyer Denis
        Lemaire Duval Joly Gautier Roger Roche Roy Noël Meyer Lucas Meunier Jean Pérez Marchand Dufour Blanchard
        Marie Barbier Brun Dumas Brunet Schmitt Leroux Colas Fernandez Pierre Renard Arnaud Rolland Caron Aubert
        Giraud Leclerc Vidal Bourgeois Renaud Lemoine Picard Gaillard Philippe Leclercq Lacroix Fabre Dupuis
        Olivier Rodriguez Da-Silva Hubert Louis Charles Guillot Le-Gall Kerbrat Delacroix Benali Traoré Diallo
        Vasseur Charpentier Boulanger Desjardins Lachance Tremblay"""),
    places=_l("""Lyon|Paris|Nantes|Lille|Toulouse|Marseille|Rennes|Bordeaux|Strasbourg|Grenoble|Dijon|Angers|Reims|
        Montpellier|Bruxelles|Liège|Genève|Lausanne|Québec|Saint-Étienne|Clermont-Ferrand|Villeurbanne|Le Havre|
        Nice"""),
    streets=_l("""{n} rue de la Gare|{n}, avenue Foch|ZI Nord - BP {n}|{n} bis rue des Lilas|{n} bd Voltaire|
        Parc des Aulnes, bât. {n}|{n}, quai Sud"""),
    legal=_l("SA|SARL|SAS|SASU|S.A.|S.A.R.L.|EURL|SNC|SCOP|& Fils|& Associés|Groupe|||||"),
    fields=_l("""Transports|Emballages|Informatique|Conseil|Industrie|Énergie|Laboratoires|Imprimerie|Bâtiment|
        Menuiserie|Logistique|Distribution|Mécanique|Ingénierie|Immobilier|Assurances|Viandes|Textiles|Optique|
        Services|Formation|Développement|Solutions|Technologies|Communication|Habitat|Environnement|Santé|
        Plastiques|Fonderie|Éditions"""),
    titles=_l("""Directeur commercial|Directrice commerciale|Responsable achats|Acheteur|Acheteuse|Directeur général|
        Directrice générale|Gérant|Gérante|Président|Présidente|PDG|Chef de projet|Cheffe de projet|
        Chef de produit|Directeur des systèmes d'information|DSI|Responsable informatique|Ingénieur commercial|
        Ingénieure d'affaires|Attachée commerciale|Assistante de direction|Assistant commercial|Comptable|
        Responsable comptabilité|Directeur administratif et financier|DAF|Responsable logistique|
        Responsable qualité|Chargée de mission|Chargé de clientèle|Chargée de communication|Consultant senior|
        Consultante|Directeur technique|Directeur associé|Responsable des ressources humaines|DRH|
        Responsable d'agence|Conseiller clientèle|Technicien support|Responsable marketing|
        Directrice marketing et communication|Architecte|Juriste|Avocat à la Cour|Notaire|Responsable de site|
        Conducteur de travaux|Secrétaire général|Délégué régional|Ingénieur d'études|Formatrice|
        Responsable formation|Développeur web|Gestionnaire de paie|Directeur de production|
        Maître de conférences"""),
    units=_l("""Service achats|Direction commerciale|Service comptabilité|Direction informatique|Service client|
        Agence Ouest|Pôle technique|Service juridique"""),
    phones=_l("""0# ## ## ## ##|+33 (0)4 ## ## ## ##|+33 1 ## ## ## ##|0#.##.##.##.##|04-##-##-##-##|+33.2.##.##.##.##|
        01 ## ## ## ##|02########|(33) 3 ## ## ## ##|+32 2 ### ## ##|+41 22 ### ## ##|+33 5 ## ## ## ##|
        03 ## ## ## ##"""),
    phone_words=_l("Tél|Tél.|Tel|Téléphone|T|Standard|Ligne directe|LD|Bureau|Fixe|Phone|Tél. direct||"),
    mobile_words=_l("Mob|Mobile|Port|Port.|Portable|GSM|Mob.|Cell"),
    fax_words=_l("Fax|Télécopie|Fax.|F|Téléfax"),
    mail_words=_l("Mail|E-mail|Courriel|Email|Mél|E|mail"),
    months=_w("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    days=_w("lundi mardi mercredi jeudi vendredi samedi dimanche"),
    region="FR",
    zone=1,
    doctor=("Dr", "Me", "Pr"),
)

ES = Words(
    first=_w("""Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Ángel
        Pablo Sergio Fernando Jorge Luis Alberto Álvaro Diego Adrián Raúl Iván Rubén Enrique Óscar Ramón Vicente
        Andrés Joaquín María Carmen Ana Isabel Laura Cristina Marta Lucía Elena Pilar Raquel Rosa Paula Sara
        Beatriz Silvia Patricia Mónica Rocío Inés Nuria Sonia Alicia Irene Eva Clara Julia Marina Gloria
        Mercedes Consuelo Íñigo Jordi Montserrat Xavier Ximena Valentina Santiago Mateo Camila Guadalupe Lorenzo
        Gonzalo Begoña Amparo Leticia Nieves"""),
    last=_w("""García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández
        Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez
        Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina
        Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego Vidal León Herrera
        Márquez Peña Cabrera Flores Campos Vega Fuentes Carrasco Diez Reyes Caballero Nieto Aguilar Pascual
        Santana Herrero Montero Hidalgo Lorenzo Giménez Ibáñez Ferrer Durán Benítez Mora Arias Vargas Carmona
        Crespo Pastor Soto Sáez Velasco Soler Moya Parra Esteban Bravo Gallardo Rojas Etxeberria Puig Bosch
        Quintana Zamora Ochoa Villanueva Echevarría"""),
    places=_l("""Madrid|Barcelona|Valencia|Sevilla|Zaragoza|Málaga|Murcia|Bilbao|Alicante|Córdoba|Vigo|Gijón|A Coruña|
        Monterrey|Bogotá|Lima|Santiago de Chile|San Sebastián|Logroño"""),
    streets=_l("""C/ Mayor, {n}|Avda. de la Constitución, {n}|Polígono Industrial Sur, nave {n}|Calle Alcalá {n}, {n}º|
        Paseo del Puerto {n}|Ctra. N-{n}, km {n}"""),
    legal=_l("S.L.|S.A.|SL|SA|S.L.U.|S. Coop.|S.A. de C.V.|e Hijos|y Asociados|Grupo||"),
    fields=_l("""Transportes|Alimentación|Construcciones|Sistemas|Consultores|Suministros|Maquinaria|Conservas|Logística|
        Informática|Envases|Textil|Energía|Ingeniería|Distribuciones|Servicios|Química|Inmobiliaria|Bodegas|
        Cerámica|Laboratorios|Gráficas|Formación|Seguros|Aceites|Electrónica|Muebles|Hostelería"""),
    titles=_l("""Director general|Directora general|Gerente|Director comercial|Directora comercial|Jefe de compras|
        Jefa de compras|Responsable de compras|Responsable de TI|Director financiero|Directora financiera|
        Administradora|Jefe de proyecto|Jefa de ventas|Responsable de logística|Director de operaciones|
        Ingeniera de producción|Asistente de dirección|Responsable de calidad|Jefe de taller|Consejero delegado|
        Socia directora|Técnico de soporte|Contable|Responsable de marketing|Coordinadora de proyectos|Analista|
        Jefe de almacén|Directora de RR. HH.|Asesor comercial|Key Account Manager|Delegado de zona|Propietario|
        Abogada|Presidente|Responsable de administración"""),
    units=_l("""Departamento de compras|Dpto. Comercial|Administración|Informática|Logística|Recursos Humanos|
        Atención al cliente"""),
    phones=_l("""+34 9## ### ###|91 ### ## ##|+34 93 ### ## ##|9## ## ## ##|(+34) 96 ### ####|0034 9## ######|
        +52 81 #### ####|+57 1 ### ####|95# ### ###|+34 6## ### ###"""),
    phone_words=_l("Tel.|Teléfono|Tel|Tlf.|Tfno.|T|Tfno|Telf.|"),
    mobile_words=_l("Móvil|Mov.|Móv.|M|Celular|Cel."),
    fax_words=_l("Fax|F|Fax."),
    mail_words=_l("E-mail|Correo|Email|Mail|e-mail"),
    months=_w("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    days=_w("lunes martes miércoles jueves viernes sábado domingo"),
    region="ES",
    zone=1,
    doctor=("D.", "Dña.", "Dr.", "Ing.", "Lic."),
)

IT = Words(
    first=_w("""Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco Domenico
        Bruno Paolo Michele Giorgio Aldo Sergio Luciano Marco Andrea Stefano Roberto Alessandro Davide Simone
        Luca Matteo Lorenzo Federico Riccardo Nicola Fabio Massimo Daniele Enrico Claudio Maria Anna Giuseppina
        Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Carla Elena Concetta Rita
        Margherita Laura Paola Giulia Chiara Sara Martina Silvia Valentina Alessia Elisa Federica Ilaria Barbara
        Cristina Monica Simona Daniela Patrizia Sabrina Beatrice Ginevra Gianluca Pierluigi Giancarlo
        Mariagrazia Annamaria Ettore Ugo Renzo"""),
    last=_w("""Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De-Luca Mancini
        Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli
        Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola De-Santis D'Angelo Marchetti Parisi
        Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini Messina Sala De-Angelis Gatti Pellegrini
        Palumbo Sanna Farina Rizzi Monti Cattaneo Morelli Amato Silvestri Mazza Testa Grassi Pellegrino Carbone
        Giuliani Benedetti Barone Rossetti Caputo Montanari Guerra Palmieri Bernardi Martino Fiore De-Rosa
        Ferretti Bellini Basile Riva Donati Piras Vitali Battaglia Sartori Neri Costantini Milani Pagano
        Ruggiero Sorrentino D'Amico Orlando Damico Negri Dell'Acqua"""),
    places=_l("""Milano|Roma|Torino|Napoli|Bologna|Firenze|Genova|Verona|Padova|Bari|Bergamo|Modena|Parma|Trieste|
        Reggio Emilia|Lugano|Catania|Vicenza|Udine"""),
    streets=_l("""Via Roma {n}|Via Garibaldi, {n}|Corso Italia {n}|Viale dell'Industria {n}|Piazza Duomo {n}|
        Strada Statale {n}, km {n}|Via dei Mille, {n}/B"""),
    legal=_l("S.r.l.|S.p.A.|Srl|SpA|S.n.c.|S.a.s.|Soc. Coop.|& Figli|& C.|Gruppo||"),
    fields=_l("""Meccanica|Trasporti|Alimentari|Ceramiche|Tessitura|Arredamenti|Costruzioni|Impianti|Sistemi|Consulenza|
        Imballaggi|Caseificio|Officine|Logistica|Informatica|Elettronica|Grafiche|Energia|Vini|Plastica|
        Automazione|Forniture|Servizi|Farmaceutici|Edilizia|Pelletteria|Macchine Utensili|Ottica"""),
    titles=_l("""Direttore commerciale|Direttrice commerciale|Responsabile acquisti|Ufficio acquisti|
        Amministratore delegato|Amministratrice unica|Direttore generale|Titolare|Responsabile IT|
        Responsabile vendite|Direttore tecnico|Responsabile logistica|Responsabile di produzione|
        Direttore finanziario|Contabile|Responsabile qualità|Capo progetto|Project Manager|
        Assistente di direzione|Responsabile marketing|Buyer|Responsabile amministrativa|Area Manager|
        Ingegnere di processo|Responsabile del personale|Presidente|Socio fondatore|Tecnico assistenza|
        Impiegata amministrativa|Avvocato|Responsabile sistemi informativi|Direttore di stabilimento|
        Agente di zona"""),
    units=_l("""Ufficio acquisti|Amministrazione|Ufficio tecnico|Direzione commerciale|Sistemi informativi|Logistica|
        Servizio clienti"""),
    phones=_l("""+39 02 ########|+39 011 #######|02 ########|051 ######|+39 06 ####.####|(+39) 049 #######|
        0039 055 ######|045/#######|+39 3## #######|+39.081.#######"""),
    phone_words=_l("Tel.|Tel|Telefono|T|Centralino|Diretto|Tel. ufficio|"),
    mobile_words=_l("Cell.|Cell|Mobile|Cellulare|M|Mob."),
    fax_words=_l("Fax|F|Fax."),
    mail_words=_l("E-mail|Email|Mail|e-mail|posta"),
    months=_w("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
    days=_w("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
    region="IT",
    zone=1,
    doctor=("Dott.", "Dott.ssa", "Ing.", "Rag.", "Geom.", "Avv."),
)

NL = Words(
    first=_w("""Jan Johannes Cornelis Hendrik Willem Pieter Gerrit Jacob Dirk Maarten Bas Sander Jeroen Mark Peter Rob
        Erik Martijn Wouter Thijs Daan Sem Lucas Bram Ruben Joost Koen Stijn Tom Niels Frank Henk Kees Arjen
        Marleen Anna Maria Johanna Cornelia Elisabeth Wilhelmina Saskia Ingrid Monique Marieke Esther Linda
        Sandra Petra Mirjam Anouk Femke Lotte Sanne Eva Emma Julia Fleur Iris Maud Roos Inge Hanneke Annemarie
        Wendy Bianca Yvonne Els Lieve Griet Wim Luc Koenraad Veerle Katrien Jef Fatima Youssef Mohamed
        Anne-Fleur Jan-Willem Gert-Jan"""),
    last=_l("""de Jong|Jansen|de Vries|van den Berg|van Dijk|Bakker|Janssen|Visser|Smit|Meijer|de Boer|Mulder|de Groot|
        Bos|Vos|Peters|Hendriks|van Leeuwen|Dekker|Brouwer|de Wit|Dijkstra|Smits|de Graaf|van der Meer|
        van der Linden|Kok|Jacobs|de Haan|Vermeulen|van den Heuvel|van der Veen|van den Broek|de Bruijn|
        de Bruin|van der Heijden|Schouten|van Beek|Willems|van Vliet|van de Ven|Hoekstra|Maas|Verhoeven|Koster|
        van Dam|van der Wal|Prins|Blom|Huisman|Peeters|de Jonge|Kuipers|van Veen|Post|Kuiper|Veenstra|Kramer|
        van den Brink|Scholten|van Wijk|Postma|Martens|Vink|de Ruiter|Timmermans|Groen|Gerritsen|Jonker|
        van Loon|Boer|van der Velde|Willemsen|Smeets|de Lange|de Vos|Bosch|van Dongen|Schipper|de Koning|Koning|
        van der Laan|Driessen|Maes|Claes|Wouters|De Smet|Goossens|El Amrani|Yildiz|Wiersma|Terpstra|Zijlstra|
        ten Cate|in 't Veld"""),
    places=_l("""Amsterdam|Rotterdam|Utrecht|Eindhoven|Groningen|Tilburg|Almere|Breda|Nijmegen|Zwolle|Leiden|Den Haag|
        's-Hertogenbosch|Antwerpen|Gent|Brugge|Leuven|Hasselt|Enschede"""),
    streets=_l("""Havenweg {n}|Industrieweg {n}|Stationsstraat {n}|Postbus {n}|Kerkstraat {n}a|Prins Bernhardlaan {n}|
        Nieuwe Gracht {n}-{n}"""),
    legal=_l("B.V.|BV|N.V.|NV|V.O.F.|BVBA|& Zn.|Groep|Holding||"),
    fields=_l("""Logistiek|Techniek|Transport|Bouw|Advies|Verpakkingen|Installaties|Software|Machines|Voedingsmiddelen|
        Scheepswerf|Kwekerij|Zuivel|Automatisering|Drukkerij|Metaal|Interieur|Energie|Zorg|Vastgoed|Handel|
        Media|Elektro|Vervoer|Kunststoffen|Groothandel|Diensten|Bakkerij"""),
    titles=_l("""Directeur|Algemeen directeur|Inkoper|Senior inkoper|Hoofd inkoop|Inkoopmanager|Verkoopleider|
        Salesmanager|Accountmanager|Projectleider|Projectmanager|ICT-manager|Hoofd ICT|Financieel directeur|
        Controller|Administratief medewerker|Medewerker inkoop|Office manager|Directiesecretaresse|
        Bedrijfsleider|Operationeel manager|Logistiek manager|Kwaliteitsmanager|HR-adviseur|Marketingmanager|
        Communicatieadviseur|Eigenaar|Zaakvoerder|Vestigingsmanager|Technisch directeur|Systeembeheerder|
        Teamleider klantenservice|Adviseur|Partner|Planner|Hoofd facilitaire dienst|Productiemanager|Advocaat"""),
    units=_l("Inkoop|Verkoop|Afdeling ICT|Administratie|Logistiek|Klantenservice|Personeelszaken|Financiën"),
    phones=_l("""+31 (0)20 ### ## ##|010 - ### ## ##|+31 30 ### ####|040-#######|+31 6 ########|06-########|
        +32 3 ### ## ##|+32 (0)9 ### ## ##|0031 50 ### ## ##|085 - ### ## ##"""),
    phone_words=_l("Tel.|Tel|T|Telefoon|T.|Doorkiesnummer|Tel. nr.|"),
    mobile_words=_l("Mobiel|M|Mob.|GSM|Gsm|M."),
    fax_words=_l("Fax|F|F."),
    mail_words=_l("E-mail|Mail|E|Email|E."),
    months=_w("januari februari maart april mei juni juli augustus september oktober november december"),
    days=_w("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
    region="NL",
    zone=1,
    doctor=("drs.", "ir.", "mr.", "dr.", "ing."),
)

PT = Words(
    first=_w("""João José António Manuel Francisco Carlos Paulo Pedro Luís Miguel Rui Nuno Tiago Ricardo Bruno André
        Diogo Gonçalo Rodrigo Rafael Hugo Fernando Jorge Sérgio Vítor Filipe Duarte Afonso Tomás Bernardo Maria
        Ana Isabel Teresa Cristina Paula Carla Sandra Sofia Joana Inês Catarina Mariana Beatriz Carolina Rita
        Marta Helena Fátima Susana Patrícia Sónia Filipa Leonor Matilde Margarida Conceição Lurdes Graça Luísa
        Raquel Diana Vera Thiago Felipe Gustavo Larissa Fernanda Camila Juliana Aline Eduardo Marcelo Renata
        Vanessa Wagner Luiza"""),
    last=_w("""Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Fernandes Gonçalves Gomes
        Lopes Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira
        Monteiro Cardoso Rocha Neves Coelho Cruz Cunha Pires Ramos Reis Simões Antunes Matos Fonseca Machado
        Araújo Barbosa Tavares Lourenço Castro Figueiredo Azevedo Freitas Magalhães Henriques Lima Guerreiro
        Baptista Pinheiro Faria Miranda Barros Morais Nogueira Esteves Anjos Baptista Campos Mota Andrade Brito
        Sá Leite Melo Garcia Borges Macedo Domingues Vaz Torres Vicente Amaral Duarte Paiva Branco Leal Assunção
        Bastos Nascimento Queirós Peixoto"""),
    places=_l("""Lisboa|Porto|Braga|Coimbra|Aveiro|Faro|Setúbal|Leiria|Guimarães|São Paulo|Rio de Janeiro|Curitiba|
        Belo Horizonte|Viseu|Évora|Funchal"""),
    streets=_l("""Rua Augusta, {n}|Av. da República, {n} - {n}º|Zona Industrial, lote {n}|Rua do Comércio n.º {n}|
        Largo da Igreja {n}|Estrada Nacional {n}"""),
    legal=_l("Lda.|S.A.|SA|Lda|Unipessoal Lda.|Ltda.|& Filhos|Grupo||"),
    fields=_l("""Transportes|Têxteis|Construções|Sistemas|Consultoria|Cerâmica|Conservas|Moldes|Calçado|Informática|
        Vinhos|Logística|Metalomecânica|Energia|Embalagens|Plásticos|Serviços|Alimentar|Engenharia|Mobiliário|
        Farmacêutica|Distribuição|Cortiças|Gráfica|Imobiliária|Seguros"""),
    titles=_l("""Diretor comercial|Diretora comercial|Diretor-geral|Gerente|Sócio-gerente|Responsável de compras|
        Chefe de compras|Compradora|Diretor financeiro|Diretora financeira|Administrador|Administradora|
        Gestor de projeto|Gestora de conta|Responsável de TI|Diretor de produção|Responsável de logística|
        Técnico de informática|Assistente administrativa|Contabilista|Diretora de marketing|
        Responsável da qualidade|Diretor de operações|Coordenadora de vendas|Engenheiro de processo|
        Presidente do conselho|Analista de sistemas|Supervisor de manutenção|Gestora de recursos humanos|
        Advogada|Consultor sénior|Gerente de loja"""),
    units=_l("""Departamento de Compras|Dep. Comercial|Contabilidade|Informática|Logística|Apoio ao Cliente|
        Recursos Humanos"""),
    phones=_l("""+351 21 ### ## ##|22 ### ## ##|+351 253 ### ###|(+351) 239 ### ###|+351 9# ### ## ##|2## ### ###|
        +55 11 ####-####|(21) ####-####|00351 234 ######"""),
    phone_words=_l("Tel.|Telefone|Tel|T|Telef.|Fone|"),
    mobile_words=_l("Telemóvel|Tlm.|Telem.|M|Celular|Tlm"),
    fax_words=_l("Fax|F|Fax."),
    mail_words=_l("E-mail|Email|Mail|e-mail"),
    months=_w("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    days=_l("segunda-feira|terça-feira|quarta-feira|quinta-feira|sexta-feira|sábado|domingo"),
    region="PT",
    zone=0,
    doctor=("Dr.", "Dra.", "Eng.", "Eng.ª"),
)

PL = Words(
    first=_w("""Jan Andrzej Piotr Krzysztof Stanisław Tomasz Paweł Józef Marcin Marek Michał Grzegorz Jerzy Tadeusz Adam
        Łukasz Zbigniew Ryszard Dariusz Henryk Mariusz Kazimierz Wojciech Robert Mateusz Marian Rafał Jacek
        Janusz Mirosław Maciej Sławomir Jarosław Kamil Bartosz Jakub Szymon Anna Maria Katarzyna Małgorzata
        Agnieszka Krystyna Barbara Ewa Elżbieta Zofia Janina Teresa Joanna Magdalena Monika Jadwiga Danuta Irena
        Halina Helena Beata Aleksandra Marta Dorota Marianna Grażyna Jolanta Stanisława Iwona Karolina Bożena
        Urszula Justyna Renata Alicja Paulina Sylwia Natalia Wanda Agata Aneta Izabela Ewelina Kinga Zuzanna"""),
    last=_w("""Nowak Kowalski Kowalska Wiśniewski Wiśniewska Wójcik Kowalczyk Kamiński Kamińska Lewandowski Lewandowska
        Zieliński Zielińska Szymański Szymańska Woźniak Dąbrowski Dąbrowska Kozłowski Kozłowska Jankowski Mazur
        Kwiatkowski Kwiatkowska Wojciechowski Krawczyk Kaczmarek Piotrowski Piotrowska Grabowski Grabowska Zając
        Pawłowski Pawłowska Michalski Król Wieczorek Jabłoński Jabłońska Wróbel Nowakowski Majewski Majewska
        Olszewski Stępień Malinowski Malinowska Jaworski Adamczyk Dudek Nowicki Pawlak Górski Górska Witkowski
        Walczak Sikora Baran Rutkowski Rutkowska Michalak Szewczyk Ostrowski Tomaszewski Pietrzak Zalewski
        Wróblewski Marciniak Jasiński Zawadzki Bąk Jakubowski Sadowski Duda Włodarczyk Wilk Chmielewski
        Borkowski Sokołowski Szczepański Sawicki Kucharski Lis Maciejewski Kubiak Kalinowski Mazurek Wysocki
        Kołodziej Czarnecki Kaźmierczak Gajewska Brzęczyszczyk"""),
    places=_l("""Warszawa|Kraków|Łódź|Wrocław|Poznań|Gdańsk|Szczecin|Bydgoszcz|Lublin|Białystok|Katowice|Gdynia|Rzeszów|
        Toruń|Bielsko-Biała|Zielona Góra"""),
    streets=_l("""ul. Długa {n}|ul. Przemysłowa {n}|al. Jana Pawła II {n}/{n}|ul. Polna {n}a|ul. Kościuszki {n}|
        pl. Wolności {n}"""),
    legal=_l("Sp. z o.o.|S.A.|sp. j.|Sp. k.|Spółka z o.o.|s.c.|i Synowie|Grupa||"),
    fields=_l("""Transport|Logistyka|Budownictwo|Systemy|Opakowania|Meble|Elektro|Mechanika|Mleczarnia|Drukarnia|
        Odlewnia|Energia|Konsulting|Handel|Instalacje|Tworzywa|Tekstylia|Chemia|Oprogramowanie|Serwis|Hurtownia|
        Okna|Farmacja|Szkło|Narzędzia|Zakłady Mięsne|Inżynieria"""),
    titles=_l("""Dyrektor handlowy|Dyrektor ds. zakupów|Kierownik działu zakupów|Kierownik zakupów|
        Specjalista ds. zakupów|Prezes zarządu|Wiceprezes zarządu|Dyrektor generalny|Dyrektor finansowy|
        Główna księgowa|Kierownik projektu|Kierownik IT|Administrator systemów|Specjalista ds. sprzedaży|
        Przedstawiciel handlowy|Dyrektor operacyjny|Kierownik produkcji|Kierownik logistyki|Asystentka zarządu|
        Kupiec|Starszy specjalista ds. marketingu|Właściciel|Kierownik ds. jakości|Koordynator projektów|
        Doradca klienta|Inżynier procesu|Dyrektor techniczny|Specjalista ds. kadr|Radca prawny|
        Kierownik magazynu|Współwłaścicielka"""),
    units=_l("Dział zakupów|Dział handlowy|Księgowość|Dział IT|Logistyka|Biuro obsługi klienta|Kadry"),
    phones=_l("""+48 22 ### ## ##|+48 ### ### ###|(12) ### ## ##|61 ### ## ##|+48 (58) ### ## ##|tel. 71 ### ## ##|
        0048 32 ### ## ##|5## ### ###"""),
    phone_words=_l("tel.|Tel.|tel|T|Telefon|tel. stacj.|"),
    mobile_words=_l("kom.|tel. kom.|M|mob.|komórka|Mobile"),
    fax_words=_l("fax|faks|F|Fax"),
    mail_words=_l("e-mail|E-mail|mail|email"),
    months=_w("stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia"),
    days=_w("poniedziałek wtorek środę czwartek piątek sobotę niedzielę"),
    region="PL",
    zone=1,
    doctor=("mgr inż.", "dr", "inż.", "mgr"),
)

WORDS: dict[str, Words] = {"en": EN, "de": DE, "fr": FR, "es": ES, "it": IT, "nl": NL, "pt": PT, "pl": PL}

# Parts of invented names: a beginning, a middle and an end make some ten thousand brands.
BRAND_HEADS = _w("""Ar Bel Cor Dal El Fer Gal Hel In Jor Kal Lum Mar Nor Or Pal Quan Ros Sol Tor Ul Ver Wes Xen Yor Zen
    Al Bri Cla Dren Eco Flo Gri Hy Is Kro Lin Mon Neo Opti Pro Ra Sta Tri Uni Vi Blue Red North Green Silver Stone River
    Oak Pine Iron Clear Bright High West East Alpen Rhein Elb Mer Atlant Medi Balt""")
BRAND_MIDDLES = _w("a e i o u ta ve lo mi ra di nu - - - - -")
BRAND_ENDS = _w("""vex tec tron dale mont ford field ware line plex soft bau werk data gate wave star point port land
    nova net mark via quest max gen lux tis ria nia dyn corp form path flow brook wood ridge bridge vale haus""")

PRODUCT_KINDS = _w("""Cloud Desk Scan Pump Valve Suite Sensor Router Printer Server Gateway Portal Drive Mixer Filter
    Panel  Lift Cutter Press Label Track Connect Analytics Vision Forge Pack Monitor Studio Hub Edge""")
PRODUCT_MARKS = _w("Pro Plus X2 300 XL S M5 Premium Basic Enterprise One Max 4000 T-12 Lite R7 Advance")
