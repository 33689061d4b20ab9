import { openPalette } from "./palette.js";

/** The keys of the sheet behind "?": what is pressed and what it does stand in its rows (web/console/keyboard_shortcuts.py), nowhere else. */
const ROWS = "main :is(.table tbody tr, .rows > li, .due > li)";

export function watchKeys(document) {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  const single = document.documentElement.dataset.keys !== "off"; // console/settings/own_settings.py
  const keys = new Map([...sheet.querySelectorAll("[data-press]")].map((row) => [row.dataset.press, row.dataset.does]));
  let going = -Infinity;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette(document);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!single || types(event.target) || document.querySelector("dialog[open]")) return;
    const went = event.timeStamp - going < 1500;
    going = -Infinity;
    if (went) {
      const link = sheet.querySelector(`a[data-go="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
    } else if (event.key === "g") {
      going = event.timeStamp;
    } else if (ACTS[keys.get(event.key)]?.(document)) {
      event.preventDefault();
    }
  });
}

const ACTS = {
  keys: (document) => {
    document.getElementById("keys").togglePopover();
    return true;
  },
  search: (document) => {
    const field = document.querySelector("main input[type=search]");
    if (!field) return openPalette(document);
    field.focus();
    field.select();
    return true;
  },
  first: (document) =>
    press(
      document.querySelector(".page-actions :is(a, button).btn:not([data-variant]), .page-actions :is(a, button).btn"),
    ),
  edit: (document) => press(document.querySelector("[data-edit], .page-actions a[href$='/edit/']")),
  next: (document) => step(document, 1),
  previous: (document) => step(document, -1),
  tick: (document) => press(here(document)?.querySelector("input[name=pick]")),
};

function types(target) {
  return target.closest(
    "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])",
  );
}

function press(element) {
  element?.click();
  return Boolean(element);
}

function here(document) {
  return document.activeElement?.closest(ROWS);
}

/** The focus itself goes from row to row, so that Enter, the screen reader and the eye agree on where one is. */
function step(document, by) {
  const rows = [...document.querySelectorAll(ROWS)].filter(
    (row) => row.querySelector("a[href]") && row.checkVisibility(),
  );
  const row = rows[Math.min(Math.max(rows.indexOf(here(document)) + by, 0), rows.length - 1)];
  row?.querySelector("a[href]").focus();
  row?.scrollIntoView({ block: "nearest" });
  return Boolean(row);
}
