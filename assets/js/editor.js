/** GrapesJS with MJML on its page: opens our MJML and writes MJML back; fields and the promotion stay what they are. */
import grapesjs from "grapesjs";
import mjml from "grapesjs-mjml";
import es from "grapesjs/locale/es.mjs";
import fr from "grapesjs/locale/fr.mjs";
import "grapesjs/dist/css/grapes.min.css";
import { fromEditor, toEditor } from "./promotion.js";

const source = document.getElementById("visual-mjml");
const words = source.dataset;

function promotionBlock(editor) {
  editor.Components.addType("em-promotion", {
    isComponent: (element) => element.tagName?.toLowerCase() === "mj-wrapper" && element.getAttribute("css-class") === "em-promotion",
    extend: "mj-wrapper",
    extendView: "mj-wrapper",
    model: {
      defaults: {
        name: words.promotion,
        draggable: "[data-gjs-type=mj-body]",
        "style-default": {},
        attributes: { "css-class": "em-promotion" },
      },
    },
  });
  editor.Blocks.add("em-promotion", {
    label: words.promotion,
    content: '<mj-wrapper css-class="em-promotion"><mj-section><mj-column><mj-text>…</mj-text></mj-column></mj-section></mj-wrapper>',
  });
}

function fieldChoice(editor) {
  editor.RichTextEditor.add("field", {
    icon: `<select class="gjs-field" aria-label="${words.field}"><option value="">${words.field}</option>${words.fields.split(" ").map((name) => `<option>${name}</option>`).join("")}</select>`,
    event: "change",
    result: (rte, action) => {
      const select = action.btn.firstChild;
      if (select.value) rte.insertHTML(`{{ ${select.value} | fallback("") }}`);
      select.value = "";
    },
  });
}

async function start() {
  const answer = await fetch(words.pictures, { headers: { Accept: "application/json" } });
  const { pictures } = answer.ok ? await answer.json() : { pictures: [] };
  const editor = grapesjs.init({
    container: "#visual",
    height: "calc(100dvh - 220px)",
    storageManager: false,
    telemetry: false,
    cssIcons: "",
    fromElement: false,
    plugins: [mjml, promotionBlock, fieldChoice],
    pluginsOpts: { [mjml]: { resetDevices: true, useCustomTheme: false } },
    assetManager: { assets: pictures.map(({ src, name, width, height }) => ({ type: "image", src, name, width, height })), upload: false, dropzone: false },
    i18n: { locale: words.language, detectLocale: false, messagesAdd: { es, fr } },
    noticeOnUnload: true,
  });
  editor.setComponents(toEditor(source.content.textContent));
  window.visualEditor = editor;
  document.getElementById("visual").dataset.ready = "";
  document.getElementById("visual-form").addEventListener("submit", (event) => {
    const made = editor.runCommand("mjml-code");
    event.target.elements.mjml.value = fromEditor(typeof made === "string" ? made : editor.getHtml());
    editor.clearDirtyCount();
  });
}

start();
