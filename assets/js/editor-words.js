/** The visual editor's own names in the reader's language; what GrapesJS brings for itself is said by its own tables. */
const table = ([undo, redo, desktop, tablet, mobile, bring, take], names) => ({
  "grapesjs-mjml": {
    category: "",
    panels: {
      buttons: { undo, redo, desktop, tablet, mobile, import: bring },
      import: { title: bring, button: bring, label: "" },
      export: { title: take },
    },
    components: { names },
  },
});

export const es = table(
  ["Deshacer", "Rehacer", "Escritorio", "Tableta", "Móvil", "Traer MJML", "Ver el MJML"],
  {
    body: "Cuerpo", button: "Botón", column: "Columna", oneColumn: "1 columna", twoColumn: "2 columnas",
    threeColumn: "3 columnas", divider: "Línea", group: "Grupo", hero: "Portada", image: "Imagen",
    navBar: "Menú", navLink: "Enlace de menú", section: "Sección", socialGroup: "Redes sociales",
    socialElement: "Una red social", spacer: "Espacio", text: "Texto", wrapper: "Marco", raw: "HTML",
  },
);

export const fr = table(
  ["Annuler", "Rétablir", "Ordinateur", "Tablette", "Téléphone", "Apporter du MJML", "Voir le MJML"],
  {
    body: "Corps", button: "Bouton", column: "Colonne", oneColumn: "1 colonne", twoColumn: "2 colonnes",
    threeColumn: "3 colonnes", divider: "Filet", group: "Groupe", hero: "Bannière", image: "Image",
    navBar: "Menu", navLink: "Lien de menu", section: "Section", socialGroup: "Réseaux sociaux",
    socialElement: "Un réseau social", spacer: "Espace", text: "Texte", wrapper: "Cadre", raw: "HTML",
  },
);

export const en = table(
  ["Undo", "Redo", "Desktop", "Tablet", "Phone", "Bring MJML", "See the MJML"],
  {
    body: "Body", button: "Button", column: "Column", oneColumn: "1 column", twoColumn: "2 columns",
    threeColumn: "3 columns", divider: "Line", group: "Group", hero: "Hero", image: "Picture",
    navBar: "Menu", navLink: "Link of a menu", section: "Section", socialGroup: "Social networks",
    socialElement: "One network", spacer: "Space", text: "Text", wrapper: "Frame", raw: "HTML",
  },
);
