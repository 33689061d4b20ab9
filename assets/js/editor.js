/** GrapesJS with MJML on its page: opens our MJML and writes MJML back; fields and the promotion stay what they are. */
import grapesjs from "grapesjs";
import mjml from "grapesjs-mjml";
import es from "grapesjs/locale/es.mjs";
import fr from "grapesjs/locale/fr.mjs";
import blocks from "lucide-static/icons/blocks.svg";
import code from "lucide-static/icons/code.svg";
import eye from "lucide-static/icons/eye.svg";
import layers from "lucide-static/icons/layers.svg";
import megaphone from "lucide-static/icons/megaphone.svg";
import maximize from "lucide-static/icons/maximize.svg";
import palette from "lucide-static/icons/palette.svg";
import square from "lucide-static/icons/square-dashed.svg";
import sliders from "lucide-static/icons/sliders-horizontal.svg";
import "grapesjs/dist/css/grapes.min.css";
import "../css/editor.css";
import * as panels from "./editor-panels.js";
import * as names from "./editor-words.js";
import { fromEditor, toEditor } from "./promotion.js";

const source = document.getElementById("visual-mjml");
const words = source.dataset;

function promotionBlock(editor) {
  editor.Components.addType("em-promotion", {
    isComponent: (element) =>
      element.tagName?.toLowerCase() === "mj-wrapper" && element.getAttribute("css-class") === "em-promotion",
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
    media: bare(megaphone),
    content:
      '<mj-wrapper css-class="em-promotion"><mj-section><mj-column><mj-text>…</mj-text></mj-column></mj-section></mj-wrapper>',
  });
}

function fieldChoice(editor) {
  editor.RichTextEditor.add("field", {
    icon: `<select class="gjs-field" aria-label="${words.field}"><option value="">${words.field}</option>${words.fields
      .split(" ")
      .map((name) => `<option>${name}</option>`)
      .join("")}</select>`,
    event: "change",
    result: (rte, action) => {
      const select = action.btn.firstChild;
      if (select.value) rte.insertHTML(`{{ ${select.value} | fallback("") }}`);
      select.value = "";
    },
  });
}

/** The editor's own icons would come from another host's font: ours stand in their place. */
const ICONS = {
  "sw-visibility": square,
  preview: eye,
  fullscreen: maximize,
  "export-template": code,
  "open-sm": palette,
  "open-tm": sliders,
  "open-layers": layers,
  "open-blocks": blocks,
};

function bare(icon) {
  return icon.replace(/<!--.*?-->/s, "");
}

function drawIcons(editor) {
  for (const panel of editor.Panels.getPanels().models) {
    for (const button of panel.get("buttons").models) {
      const icon = ICONS[button.id];
      if (icon) button.set({ label: bare(icon), className: "" });
    }
  }
}

/** GrapesJS draws its buttons, blocks and headings as plain boxes and its letter in a frame without a name: here they have
 *  names, and keys reach and press them. They come and go, so it is done again whenever the editor has changed something. */
const PRESSED =
  ".gjs-pn-btn, .gjs-block, .gjs-sm-sector-title, .gjs-layer-title, .gjs-layer-vis, .gjs-am-asset, .gjs-mdl-btn-close";

function nameParts(host) {
  const frame = host.querySelector("iframe");
  if (frame && !frame.title) frame.title = words.letter;
  const views = host.querySelector(".gjs-pn-views-container");
  if (views && !views.hasAttribute("role"))
    Object.assign(views, { tabIndex: 0, role: "region", ariaLabel: words.tools });
  for (const box of host.querySelectorAll(PRESSED)) {
    const name = box.title || box.textContent.trim();
    if (!name && !box.matches(".gjs-layer-vis, .gjs-am-asset")) continue; // says nothing
    if (box.tabIndex < 0) box.tabIndex = 0;
    if (box.getAttribute("role") !== "button") box.setAttribute("role", "button");
    if (name && box.getAttribute("aria-label") !== name) box.setAttribute("aria-label", name);
  }
}

function reachByKeys(host) {
  nameParts(host);
  new MutationObserver(() => nameParts(host)).observe(host, { childList: true, subtree: true });
  host.addEventListener("keydown", (event) => {
    if (!["Enter", " "].includes(event.key) || !event.target.matches(PRESSED)) return;
    event.preventDefault();
    event.target.click();
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
    plugins: [
      (editor) => editor.I18n.addMessages({ ...panels }),
      (editor) => (mjml.default ?? mjml)(editor, { resetDevices: true, useCustomTheme: false, i18n: { ...names } }),
      promotionBlock,
      fieldChoice,
    ],
    assetManager: {
      assets: pictures.map(({ src, name, width, height }) => ({ type: "image", src, name, width, height })),
      upload: false,
      dropzone: false,
    },
    i18n: { locale: words.language, detectLocale: false, messagesAdd: { es, fr } },
    blockManager: { appendOnClick: true }, // also for those who drag nothing
    noticeOnUnload: true,
  });
  drawIcons(editor);
  editor.Panels.getButton("views", "open-blocks")?.set("active", true);
  editor.setComponents(toEditor(source.content.textContent));
  window.visualEditor = editor;
  reachByKeys(document.getElementById("visual"));
  document.getElementById("visual").dataset.ready = "";
  document.getElementById("visual-form").addEventListener("submit", (event) => {
    const made = editor.runCommand("mjml-code");
    event.target.elements.mjml.value = fromEditor(typeof made === "string" ? made : editor.getHtml());
    editor.clearDirtyCount();
  });
}

start();
