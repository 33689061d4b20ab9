/** What the visual editor's panels say, in the reader's language; GrapesJS's own tables leave most of it in English. */
const pair = (keys, words) => Object.fromEntries(keys.split(" ").map((key, at) => [key, words[at]]));

const SIDES = "margin-top-sub margin-right-sub margin-bottom-sub margin-left-sub";
const CORNERS = "border-top-left-radius-sub border-top-right-radius-sub border-bottom-right-radius-sub border-bottom-left-radius-sub";
const STROKES = "none solid dotted dashed double groove ridge inset outset";

const table = (say) => {
  const sides = pair(SIDES, say.sides);
  const inner = pair(SIDES.replaceAll("margin", "padding"), say.sides);
  const [width, style, color] = say.border;
  const border = { "border-width": width, "border-style": style, "border-color": color };
  const subs = { "border-width-sub": width, "border-style-sub": style, "border-color-sub": color };
  const strokes = pair(STROKES, say.strokes);
  const ways = pair("left center right justify", say.ways);
  return {
    domComponents: { names: { wrapper: say.letter, mjml: "MJML" } },
    panels: { buttons: { titles: say.buttons } },
    assetManager: { ...say.pictures, inputPlh: "https://" },
    styleManager: {
      empty: say.choose,
      fileButton: say.pictures.modalTitle,
      sectors: say.sectors,
      properties: { ...say.properties, ...sides, ...inner, ...pair(CORNERS, say.corners), ...border, ...subs },
      options: {
        "vertical-align": pair("top middle bottom", say.heights),
        "font-weight": pair("100 200 300 400 500 600 700 800 900", say.weights),
        "text-align": ways,
        align: ways,
        "text-decoration": pair("none underline line-through", say.underlines),
        "font-style": pair("normal italic", say.styles),
        "background-repeat": pair("repeat repeat-x repeat-y no-repeat", say.repeats),
        "background-size": pair("auto cover contain", say.sizes),
        "border-style": strokes,
        "border-style-sub": strokes,
      },
    },
    traitManager: {
      empty: say.choose,
      label: say.settings,
      traits: {
        labels: say.traits,
        attributes: { ...pair("id alt title", [{}, {}, {}].map(() => ({ placeholder: "" }))), href: { placeholder: "https://" } },
        options: { name: { custom: say.own }, mode: pair("horizontal vertical", say.directions) },
      },
    },
  };
};

export const es = table({
  letter: "Carta", choose: "Elija primero un elemento de la carta.", settings: "Datos del elemento", own: "Propio",
  buttons: {
    "sw-visibility": "Ver los contornos", preview: "Vista previa", fullscreen: "Pantalla completa", "export-template": "Ver el código",
    "open-sm": "Aspecto", "open-tm": "Datos", "open-layers": "Estructura", "open-blocks": "Bloques",
  },
  pictures: { addButton: "Añadir", modalTitle: "Elegir una imagen", uploadTitle: "" },
  sectors: { dimension: "Tamaño y espacio", typography: "Texto", decorations: "Fondo y borde" },
  properties: {
    width: "Ancho", height: "Alto", "max-width": "Ancho máximo", "min-height": "Alto mínimo", margin: "Margen",
    padding: "Espacio interior", "vertical-align": "Posición vertical", "icon-size": "Tamaño del icono",
    "font-family": "Tipo de letra", "font-size": "Tamaño", "font-weight": "Grosor", "letter-spacing": "Entre letras", color: "Color",
    "line-height": "Entre líneas", "text-align": "Alineación del texto", align: "Alineación", "text-decoration": "Subrayado",
    "font-style": "Estilo", "background-color": "Color de fondo", "container-background-color": "Color alrededor",
    "background-url": "Imagen de fondo", "background-repeat": "Se repite", "background-size": "Tamaño del fondo",
    "border-radius": "Esquinas redondeadas", border: "Borde", "border-detached": "Borde, por partes",
  },
  sides: ["Arriba", "Derecha", "Abajo", "Izquierda"],
  corners: ["Arriba izquierda", "Arriba derecha", "Abajo derecha", "Abajo izquierda"],
  border: ["Grosor", "Trazo", "Color"],
  strokes: ["ninguno", "continuo", "de puntos", "de rayas", "doble", "surco", "relieve", "hundido", "saliente"],
  heights: ["arriba", "en el centro", "abajo"],
  weights: ["muy fina", "extraligera", "ligera", "normal", "media", "seminegrita", "negrita", "extranegrita", "negra"],
  ways: ["a la izquierda", "en el centro", "a la derecha", "justificado"],
  underlines: ["ninguno", "subrayado", "tachado"],
  styles: ["normal", "cursiva"],
  repeats: ["en ambos sentidos", "a lo ancho", "a lo alto", "no"],
  sizes: ["el suyo", "llenar", "caber entera"],
  traits: {
    id: "Identificador", alt: "Texto alternativo", title: "Título", href: "Enlace", rel: "Relación (rel)", src: "Imagen",
    name: "Icono", mode: "Sentido", hamburger: "Menú plegable", "full-width": "Todo el ancho",
  },
  directions: ["en fila", "en columna"],
});

export const fr = table({
  letter: "Lettre", choose: "Choisissez d’abord un élément de la lettre.", settings: "Données de l’élément", own: "Le vôtre",
  buttons: {
    "sw-visibility": "Voir les contours", preview: "Aperçu", fullscreen: "Plein écran", "export-template": "Voir le code",
    "open-sm": "Apparence", "open-tm": "Données", "open-layers": "Structure", "open-blocks": "Blocs",
  },
  pictures: { addButton: "Ajouter", modalTitle: "Choisir une image", uploadTitle: "" },
  sectors: { dimension: "Taille et espace", typography: "Texte", decorations: "Fond et bordure" },
  properties: {
    width: "Largeur", height: "Hauteur", "max-width": "Largeur maximale", "min-height": "Hauteur minimale", margin: "Marge",
    padding: "Espace intérieur", "vertical-align": "Position verticale", "icon-size": "Taille de l’icône",
    "font-family": "Police", "font-size": "Taille", "font-weight": "Graisse", "letter-spacing": "Entre les lettres", color: "Couleur",
    "line-height": "Entre les lignes", "text-align": "Alignement du texte", align: "Alignement", "text-decoration": "Soulignement",
    "font-style": "Style", "background-color": "Couleur de fond", "container-background-color": "Couleur autour",
    "background-url": "Image de fond", "background-repeat": "Se répète", "background-size": "Taille du fond",
    "border-radius": "Coins arrondis", border: "Bordure", "border-detached": "Bordure, par parties",
  },
  sides: ["Haut", "Droite", "Bas", "Gauche"],
  corners: ["Haut gauche", "Haut droite", "Bas droite", "Bas gauche"],
  border: ["Épaisseur", "Trait", "Couleur"],
  strokes: ["aucun", "continu", "pointillé", "tirets", "double", "creux", "relief", "enfoncé", "saillant"],
  heights: ["en haut", "au centre", "en bas"],
  weights: ["très fine", "extra-légère", "légère", "normale", "moyenne", "demi-grasse", "grasse", "extra-grasse", "noire"],
  ways: ["à gauche", "au centre", "à droite", "justifié"],
  underlines: ["aucun", "souligné", "barré"],
  styles: ["normal", "italique"],
  repeats: ["dans les deux sens", "en largeur", "en hauteur", "non"],
  sizes: ["la sienne", "remplir", "tenir entière"],
  traits: {
    id: "Identifiant", alt: "Texte de remplacement", title: "Titre", href: "Lien", rel: "Relation (rel)", src: "Image",
    name: "Icône", mode: "Sens", hamburger: "Menu repliable", "full-width": "Toute la largeur",
  },
  directions: ["en ligne", "en colonne"],
});
