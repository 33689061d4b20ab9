/** The search over everything (Ctrl/Cmd-K): a combobox over a list that the server answers, one question at a time. */
import { saySilent, sayRefused } from "./refusals.js";

const STORE = "esmero.recent";
const RECENT = 6;

export function openPalette(document) {
  const dialog = document.getElementById("palette");
  if (!dialog) return false;
  if (!dialog.open) {
    document.querySelector("#menu:popover-open")?.hidePopover();
    dialog.showModal();
    dialog.querySelector("input").select();
    dialog.dispatchEvent(new Event("palette"));
  }
  return true;
}

export function watchPalette(document) {
  const dialog = document.getElementById("palette");
  if (!dialog) return forget();
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[data-palette-said]");
  const options = () => [...list.querySelectorAll("a[role=option]")];
  let asking = null;
  let waiting = 0;

  function choose(option) {
    for (const one of list.querySelectorAll("[aria-selected=true]")) one.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function refuse(say) {
    dialog.close();
    say();
  }

  async function ask() {
    asking?.abort();
    asking = new AbortController();
    const text = input.value.trim();
    try {
      const answer = await fetch(`${dialog.dataset.address}?${new URLSearchParams({ q: text })}`, {
        signal: asking.signal,
        headers: { "HX-Request": "true" },
        credentials: "same-origin",
      });
      const found = await answer.text();
      if (answer.redirected || !answer.ok) return refuse(() => sayRefused(document, answer, found));
      list.innerHTML = found;
    } catch (fault) {
      if (fault.name !== "AbortError") refuse(() => saySilent(document));
      return;
    }
    if (!text) showRecent(dialog, list);
    options().forEach((option, place) => {
      option.id = `palette-${place}`;
    });
    said.textContent = text ? (list.querySelector("[data-said]")?.dataset.said ?? "") : "";
    list.scrollTop = 0;
    choose(options()[0]);
  }

  function move(by) {
    const all = options();
    if (all.length)
      choose(
        all[
          (all.findIndex((one) => one.id === input.getAttribute("aria-activedescendant")) + by + all.length) %
            all.length
        ],
      );
  }

  dialog.addEventListener("palette", ask);
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const acts = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: () => list.querySelector("[aria-selected=true]")?.click(),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("a[role=option]");
    if (option && option.getAttribute("aria-selected") !== "true") choose(option);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });
  for (const button of document.querySelectorAll("[data-palette]"))
    button.addEventListener("click", () => openPalette(document));
  remember(document);
}

function showRecent(dialog, list) {
  const pages = recall().filter((page) => page.path !== window.location.pathname);
  if (!pages.length) return;
  const group = dialog.querySelector("template[data-recent]").content.firstElementChild.cloneNode(true);
  for (const page of pages) {
    const option = document.createElement("a");
    option.href = page.path;
    option.textContent = page.name;
    option.tabIndex = -1;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    group.append(option);
  }
  list.prepend(group);
}

/** Kept for this tab alone, and gone with the sign-out: names of people do not stay on a machine. */
function remember(document) {
  const page = { path: window.location.pathname, name: document.title.replace(/ · Esmero$/, "") };
  const pages = [page, ...recall().filter((one) => one.path !== page.path)].slice(0, RECENT + 1);
  try {
    window.sessionStorage.setItem(STORE, JSON.stringify(pages));
  } catch {
    // A browser that keeps nothing shows no recent pages.
  }
}

function recall() {
  try {
    return JSON.parse(window.sessionStorage.getItem(STORE) ?? "[]");
  } catch {
    return [];
  }
}

function forget() {
  try {
    window.sessionStorage.removeItem(STORE);
  } catch {
    // Nothing was kept.
  }
}
