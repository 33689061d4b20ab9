"""Define names, cities and mail domains for the invented people, by language. No real persons."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """Hold given names, family names, cities and mail domains of one language."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    cities: tuple[str, ...]
    country: str
    domains: tuple[str, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


NAMES = {
    "es": Names(
        given=_split(
            "Begoña, Íñigo, Lucía, Álvaro, Inés, Óscar, Nuria, Hugo, Rocío, Martín, Aitana, Víctor, Elvira, Jaime,"
            " Pilar, Ramón, Noelia, Sergio, Ángela, Tomás, Covadonga, Pelayo, Marina, Adrián, Carmen, Iker, Blanca,"
            " Mateo, Olga, Andrés, Sofía, Gonzalo, Irene, Raúl, Teresa, Nicolás, Amparo, Daniel, Leire, Emilio"
        ),
        family=_split(
            "Muñoz, Ibáñez, Peña, Güell, Castaño, Fernández, Álvarez, Rincón, Solís, Prado, Cañete, Barrios, Llorente,"
            " Quiroga, Vázquez, Urrutia, Cifuentes, Morán, Nogales, Ordóñez, Palacios, Quintana, Riesgo, Suárez,"
            " Tejada, Valdés, Yáñez, Zamora, Arango, Bermúdez, Cobo, Duarte, Escudero, Feijoo, Garrido, Herrero,"
            " Iglesias, Junquera, Lastra, Menéndez"
        ),
        cities=_split(
            "Oviedo, Gijón, Avilés, León, Santander, Bilbao, Logroño, Burgos, Lugo, A Coruña, Ourense, Palencia,"
            " Torrelavega, Mieres, Langreo, Ponferrada"
        ),
        country="ES",
        domains=("correo.example", "buzon.example", "cartero.example", "red-norte.example"),
    ),
    "fr": Names(
        given=_split(
            "Amélie, Benoît, Chloé, Damien, Élodie, Fabrice, Gaëlle, Hervé, Inès, Jérôme, Karine, Loïc, Maëlys, Noël,"
            " Océane, Pascal, Quentin, Rosalie, Sébastien, Thérèse, Ulysse, Valérie, Xavier, Yann, Zoé, Agnès, Bruno,"
            " Céline, Étienne, Françoise, Grégoire, Hélène, Joël, Léa, Mathieu, Nathalie, Odile, Rémi, Solène, Timothée"
        ),
        family=_split(
            "Béranger, Chauvin, Delaunay, Escoffier, Faucher, Garnier, Hébert, Jacquet, Kerviel, Lemaître, Marchand,"
            " Noiret, Ozanne, Périer, Quéré, Rousselot, Saulnier, Thévenin, Vasseur, Wagner, Aubry, Bonnefoy, Caron,"
            " Dufrêne, Évrard, Fléchet, Guérin, Huchet, Imbert, Joubert, L’Hermitte, Mérieux, Nédélec, Olivier,"
            " Pruvost, Renaud, Séguin, Tessier, Valois, Yvon"
        ),
        cities=_split(
            "Nantes, Rennes, Angers, Lyon, Grenoble, Annecy, Lille, Amiens, Rouen, Caen, Tours, Orléans, Dijon, Reims,"
            " Metz, Nancy"
        ),
        country="FR",
        domains=("courriel.example", "la-poste-du-coin.example", "boite.example", "atelier-lyon.example"),
    ),
    "en": Names(
        given=_split(
            "Alice, Benedict, Caitlin, Declan, Eleanor, Fergus, Grace, Harriet, Imogen, Jonah, Keira, Lachlan, Maeve,"
            " Niall, Orla, Philippa, Quinn, Rosalind, Saoirse, Theo, Una, Verity, Winifred, Xander, Yasmin, Zachary,"
            " Agatha, Barnaby, Clementine, Dougal, Edith, Finlay, Georgina, Hamish, Isla, Jasper, Kit, Lorna, Magnus,"
            " Nell"
        ),
        family=_split(
            "Ashdown, Birtwistle, Carrick, Dunmore, Ellery, Fairclough, Garside, Haverstock, Ingleby, Jessop, Kilbride,"
            " Lockhart, Merriweather, Norbury, O’Dowd, Pemberton, Quayle, Ravenscroft, Selkirk, Thackeray, Underhill,"
            " Vickery, Wetherby, Yardley, Zeller, Applegarth, Blackwood, Colquhoun, Drummond, Erskine, Fotheringay,"
            " Glendinning, Hathersage, Irvine, Kinnaird, Lonsdale, Muir, Nightingale, Ogilvie, Prendergast"
        ),
        cities=_split(
            "Bristol, Leeds, York, Bath, Exeter, Durham, Cardiff, Swansea, Belfast, Derry, Galway, Cork, Perth,"
            " Stirling, Dundee, Inverness"
        ),
        country="GB",
        domains=("mailbox.example", "postroom.example", "letters.example", "hill-and-dale.example"),
    ),
}
