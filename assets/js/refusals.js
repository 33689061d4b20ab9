/**
 * What the house did not answer as a part of the page: an error's page, the sign-in page, or nothing. It is said in a
 * note (`<template data-refusal>`), and the page stays as it is.
 */
const WHOLE = /^\s*<!doctype/i;

export function watchRefusals(document) {
  document.addEventListener("htmx:after:request", (event) => {
    const { response, text, sourceElement } = event.detail.ctx;
    forget(document, "silent");
    if (!refuses(response.raw, text)) return sourceElement.removeAttribute("data-refused");
    event.preventDefault();
    if (once(sourceElement)) sayRefused(document, response.raw, text);
  });
  document.addEventListener("htmx:error", (event) => {
    // Whoever leaves the page ends what it asked for, too: a page that is gone half a second later says nothing.
    const { response, sourceElement } = event.detail.ctx ?? {};
    if (!response && (!sourceElement || once(sourceElement))) setTimeout(saySilent, 500, document);
  });
}

/** Tell whether to speak: what asks again by itself is told once, until it is answered. */
function once(element) {
  const told = element.hasAttribute("data-refused");
  element.toggleAttribute("data-refused", element.matches('[hx-trigger*="every"]'));
  return !told;
}

/** Tell whether an answer is anything but the part that was asked for. */
function refuses(answer, text) {
  return !answer.ok || WHOLE.test(text);
}

/** Say in a note what an answer that is no part says: whoever is signed out may sign in, an error's page has its words. */
export function sayRefused(document, answer, text) {
  if (answer.redirected && WHOLE.test(text)) return say(document, "out");
  const page = new DOMParser().parseFromString(WHOLE.test(text) ? text : "", "text/html");
  const words = [...page.querySelectorAll("main :is(h1, h1 + p)")].map((one) => one.textContent.trim());
  say(document, words.length ? "page" : "silent", words.join(". "));
}

/** Say in a note that no answer came. */
export function saySilent(document) {
  say(document, "silent");
}

function say(document, kind, words) {
  const template = document.querySelector(`template[data-refusal="${kind}"]`);
  const notes = document.querySelector(".messages");
  if (!template || !notes) return;
  forget(document, kind);
  const note = template.content.firstElementChild.cloneNode(true);
  note.dataset.note = kind;
  if (words) note.querySelector("[data-words]").textContent = words;
  notes.append(note);
}

function forget(document, kind) {
  document.querySelector(`.toast[data-note="${kind}"]`)?.remove();
}
