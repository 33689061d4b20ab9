/** The letter as rich text: takes the place of the plain field, and writes HTML into the hidden one on every change. */
import { Editor, Node, mergeAttributes } from "@tiptap/core";
import Image from "@tiptap/extension-image";
import Link from "@tiptap/extension-link";
import StarterKit from "@tiptap/starter-kit";

const FIELD = /\{\{\s*([A-Za-z]\w*)\s*(?:\|\s*fallback\(\s*"([^"{}\\]*)"\s*\)\s*)?\}\}/g;

const PromotionBlock = Node.create({
  name: "promotion",
  group: "block",
  content: "block+",
  defining: true,
  isolating: true,
  addOptions: () => ({ label: "" }),
  parseHTML: () => [{ tag: "div.promotion" }],
  renderHTML({ HTMLAttributes }) {
    return ["div", mergeAttributes(HTMLAttributes, { class: "promotion", "data-label": this.options.label }), 0];
  },
});

/** A field is one thing: it is put in, moved and taken away whole. */
const FieldChip = Node.create({
  name: "field",
  group: "inline",
  inline: true,
  atom: true,
  addOptions: () => ({ said: {} }),
  addAttributes: () => ({ name: { default: "" }, fallback: { default: null } }),
  parseHTML: () => [
    {
      tag: "span[data-field-name]",
      getAttrs: (span) => ({ name: span.dataset.fieldName, fallback: span.dataset.fallback ?? null }),
    },
  ],
  renderHTML({ node }) {
    const name = this.options.said[node.attrs.name] ?? node.attrs.name;
    const shown = node.attrs.fallback ? `${name} · ${node.attrs.fallback}` : name;
    const facts = { class: "field-chip", "data-field-name": node.attrs.name };
    if (node.attrs.fallback !== null) facts["data-fallback"] = node.attrs.fallback;
    return ["span", facts, shown];
  },
  renderText: ({ node }) => write(node.attrs),
});

const Button = Node.create({
  name: "letterButton",
  group: "block",
  atom: true,
  addAttributes: () => ({ href: { default: "" }, words: { default: "" } }),
  // Read before links are; the node itself comes last, or an empty letter would begin with a button.
  parseHTML: () => [
    {
      tag: "a.button",
      priority: 60,
      getAttrs: (link) => ({ href: link.getAttribute("href") ?? "", words: link.textContent.trim() }),
    },
  ],
  renderHTML: ({ node }) => ["p", {}, ["a", { class: "button", href: node.attrs.href }, node.attrs.words]],
});

function write({ name, fallback }) {
  return fallback === null ? `{{ ${name} }}` : `{{ ${name} | fallback("${fallback}") }}`;
}

/** Fields in the words become chips; those in addresses stay as they are. */
function showFields(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) if (walker.currentNode.data.includes("{{")) found.push(walker.currentNode);
  for (const text of found) {
    if (text.parentElement.closest("a.button")) continue;
    const parts = page.createDocumentFragment();
    let end = 0;
    for (const match of text.data.matchAll(FIELD)) {
      const chip = page.createElement("span");
      chip.dataset.fieldName = match[1];
      if (match[2] !== undefined) chip.dataset.fallback = match[2];
      parts.append(text.data.slice(end, match.index), chip);
      end = match.index + match[0].length;
    }
    parts.append(text.data.slice(end));
    text.replaceWith(parts);
  }
  // A paragraph that holds only a button is that button.
  for (const link of page.querySelectorAll("p > a.button:only-child")) {
    if (link.parentElement.textContent.trim() === link.textContent.trim()) link.parentElement.replaceWith(link);
  }
  return page.body.innerHTML;
}

function hideFields(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const chip of page.querySelectorAll("[data-field-name]")) {
    chip.replaceWith(write({ name: chip.dataset.fieldName, fallback: chip.dataset.fallback ?? null }));
  }
  // The editor keeps a paragraph in each item; a letter does not say so unless there are several.
  for (const words of page.querySelectorAll("li > p:first-child, blockquote > p:only-child")) {
    if (words.parentElement.querySelectorAll(":scope > p").length === 1) words.replaceWith(...words.childNodes);
  }
  for (const empty of page.querySelectorAll("p:empty")) empty.remove();
  return page.body.innerHTML;
}

/** {field: what it is called}, as the page says. */
function sayFields(words) {
  const said = words.fieldwords.split("|");
  return Object.fromEntries(words.fields.split(" ").map((name, place) => [name, said[place]]));
}

function start() {
  const area = document.querySelector("textarea[data-letter]");
  const hidden = document.querySelector("input[data-rich]");
  const words = document.getElementById("letter-words")?.dataset;
  if (!area || !hidden || !words) return;
  const frame = document.createElement("div");
  frame.className = "letter-editor";
  const place = document.createElement("div");
  for (const part of [area, ...area.parentElement.querySelectorAll(".hint")]) part.hidden = true;
  area.after(frame);
  area.value = "";
  area.required = false;
  // What failed the check comes back as it was sent; otherwise the letter that is kept.
  const kept = hidden.value || document.getElementById("letter-start").content.textContent;
  const editor = new Editor({
    element: place,
    extensions: [
      StarterKit.configure({
        heading: { levels: [1, 2, 3] },
        code: false,
        codeBlock: false,
        link: false,
        trailingNode: false,
      }),
      Link.configure({ openOnClick: false, autolink: false, HTMLAttributes: { rel: null, target: null } }),
      Image.configure({ inline: false }),
      Button,
      FieldChip.configure({ said: sayFields(words) }),
      PromotionBlock.configure({ label: words.promotionlabel }),
    ],
    content: showFields(kept),
    injectCSS: false,
    editorProps: { attributes: { "aria-label": words.editor, role: "textbox", "aria-multiline": "true" } },
    onUpdate: () => {
      hidden.value = hideFields(editor.getHTML());
      hidden.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  hidden.value = hideFields(editor.getHTML());
  const panel = document.createElement("div");
  panel.className = "letter-panel";
  panel.hidden = true;
  frame.append(makeTools(editor, words, panel), panel, place);
  frame.addEventListener("letter-go", (event) => goTo(editor, event.detail));
  area.labels[0]?.addEventListener("click", () => back(editor).run());
}

/** Gives the keyboard back to the letter at once: the editor's own focus() waits for the next frame, and what is typed
 *  until then goes nowhere. */
function back(editor) {
  editor.view.focus();
  return editor.chain();
}

function goTo(editor, number) {
  let [count, found] = [0, null];
  editor.state.doc.forEach((node, offset) => {
    const says = node.content.size > 0 || node.isAtom;
    if (says) count += 1;
    if (count === number && found === null) found = offset;
  });
  if (found === null) return;
  back(editor)
    .setTextSelection(found + 1)
    .scrollIntoView()
    .run();
}

function makeTools(editor, words, panel) {
  const bar = document.createElement("div");
  bar.className = "letter-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", words.editor);
  const toggles = [];
  let group = null;
  const add = (name, label, act, active) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.name = name;
    button.textContent = label;
    button.addEventListener("click", act);
    if (active) {
      toggles.push([button, active]);
      button.setAttribute("aria-pressed", "false");
    }
    group.append(button);
  };
  const part = () => {
    group = document.createElement("span");
    bar.append(group);
  };
  const run = (act) => () => act(back(editor)).run();
  part();
  add(
    "bold",
    words.bold,
    run((chain) => chain.toggleBold()),
    () => editor.isActive("bold"),
  );
  add(
    "italic",
    words.italic,
    run((chain) => chain.toggleItalic()),
    () => editor.isActive("italic"),
  );
  part();
  for (const level of [1, 2]) {
    add(
      `h${level}`,
      `${words.heading} ${level}`,
      run((chain) => chain.toggleHeading({ level })),
      () => editor.isActive("heading", { level }),
    );
  }
  add(
    "bullets",
    words.bullets,
    run((chain) => chain.toggleBulletList()),
    () => editor.isActive("bulletList"),
  );
  add(
    "numbers",
    words.numbers,
    run((chain) => chain.toggleOrderedList()),
    () => editor.isActive("orderedList"),
  );
  add(
    "quote",
    words.quote,
    run((chain) => chain.toggleBlockquote()),
    () => editor.isActive("blockquote"),
  );
  add(
    "rule",
    words.rule,
    run((chain) => chain.setHorizontalRule()),
  );
  part();
  add(
    "link",
    words.link,
    () => askLink(editor, words, panel),
    () => editor.isActive("link"),
  );
  add(
    "button",
    words.button,
    () => askButton(editor, words, panel),
    () => editor.isActive("letterButton"),
  );
  add("picture", words.picture, () => askPicture(editor, words, panel));
  add("field", words.field, () => askField(editor, words, panel));
  add(
    "promotion",
    words.promotion,
    () => {
      if (editor.isActive("promotion")) back(editor).lift("promotion").run();
      else back(editor).wrapIn("promotion").run();
    },
    () => editor.isActive("promotion"),
  );
  part();
  add(
    "undo",
    words.undo,
    run((chain) => chain.undo()),
  );
  add(
    "redo",
    words.redo,
    run((chain) => chain.redo()),
  );
  const show = () => {
    for (const [button, active] of toggles) button.setAttribute("aria-pressed", String(active()));
  };
  editor.on("transaction", show);
  return bar;
}

/** Opens the panel with these elements; Enter does what the first button does, Escape goes back to the letter. */
function open(panel, editor, ...parts) {
  panel.replaceChildren(...parts);
  panel.hidden = false;
  panel.onkeydown = (event) => {
    if (event.key === "Escape") close(panel, editor);
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    panel.querySelector(".buttons > button")?.click();
  };
  panel.querySelector("input, select, button")?.focus();
}

function close(panel, editor) {
  panel.hidden = true;
  panel.replaceChildren();
  back(editor).run();
}

/** Puts something behind what is selected, which stays. */
function put(editor, content) {
  back(editor).insertContentAt(editor.state.selection.to, content).run();
}

function ask(label, value = "", type = "text") {
  const wrap = document.createElement("label");
  const input = document.createElement("input");
  wrap.textContent = label;
  Object.assign(input, { className: "input", type, value });
  // What is typed here is no change of the letter.
  input.addEventListener("input", (event) => event.stopPropagation());
  wrap.append(input);
  return [wrap, input];
}

function buttons(panel, editor, words, insert, remove) {
  const row = document.createElement("div");
  row.className = "buttons";
  const add = (label, variant, act) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn", textContent: label });
    button.dataset.size = "sm";
    if (variant) button.dataset.variant = variant;
    button.addEventListener("click", act);
    row.append(button);
  };
  const done = (act) => () => {
    close(panel, editor);
    act();
  };
  if (insert) add(words.insert, "", done(insert));
  if (remove) add(words.remove, "outline", done(remove));
  add(words.cancel, "outline", () => close(panel, editor));
  return row;
}

function askLink(editor, words, panel) {
  const old = editor.getAttributes("link").href ?? "";
  const [wrap, input] = ask(words.address, old || "https://", "url");
  const set = () => {
    const href = input.value.trim();
    if (!href || href === "https://") return;
    if (editor.state.selection.empty && !old) {
      back(editor)
        .insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] })
        .run();
    } else {
      back(editor).extendMarkRange("link").setLink({ href }).run();
    }
  };
  const unset = () => back(editor).extendMarkRange("link").unsetLink().run();
  open(panel, editor, wrap, buttons(panel, editor, words, set, old ? unset : null));
}

function askButton(editor, words, panel) {
  const old = editor.getAttributes("letterButton");
  const [sayWrap, say] = ask(words.words, old.words ?? "");
  const [toWrap, to] = ask(words.address, old.href || "https://", "url");
  const set = () => {
    if (!say.value.trim() || !to.value.trim()) return;
    const attrs = { words: say.value.trim(), href: to.value.trim() };
    if (editor.isActive("letterButton")) back(editor).updateAttributes("letterButton", attrs).run();
    else put(editor, { type: "letterButton", attrs });
  };
  const unset = editor.isActive("letterButton") ? () => back(editor).deleteSelection().run() : null;
  open(panel, editor, sayWrap, toWrap, buttons(panel, editor, words, set, unset));
}

function askField(editor, words, panel) {
  const wrap = document.createElement("label");
  const choice = document.createElement("select");
  wrap.textContent = words.field;
  choice.className = "select";
  for (const [name, said] of Object.entries(sayFields(words))) choice.add(new Option(said, name));
  choice.value = "given_name";
  choice.addEventListener("input", (event) => event.stopPropagation());
  wrap.append(choice);
  const [elseWrap, otherwise] = ask(words.fallback);
  const set = () => {
    const fallback = otherwise.value.replace(/["{}\\]/g, "");
    put(editor, { type: "field", attrs: { name: choice.value, fallback } });
  };
  open(panel, editor, wrap, elseWrap, buttons(panel, editor, words, set));
}

async function askPicture(editor, words, panel) {
  const answer = await fetch(words.pictures, { headers: { Accept: "application/json" } });
  const { pictures } = answer.ok ? await answer.json() : { pictures: [] };
  const grid = document.createElement("div");
  grid.className = "letter-pictures";
  for (const one of pictures) {
    const button = document.createElement("button");
    button.type = "button";
    const image = document.createElement("img");
    Object.assign(image, { src: one.src, alt: "", loading: "lazy" });
    button.append(image, one.name);
    button.addEventListener("click", () => {
      close(panel, editor);
      const width = Math.min(one.width, 552);
      put(editor, { type: "image", attrs: { src: one.src, alt: one.alt, width } });
    });
    grid.append(button);
  }
  if (!pictures.length) grid.append(words.none);
  const add = document.createElement("a");
  Object.assign(add, { href: words.library, target: "_blank", textContent: words.add });
  open(panel, editor, grid, add, buttons(panel, editor, words));
}

start();
