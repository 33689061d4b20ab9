/** Toasts are closed by their button, a form that came back with errors says so to whoever cannot see it, and texts are copied. */
export function watchNotes(document) {
  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close-toast]");
    if (close) close.closest(".toast").remove();
    const copy = event.target.closest("[data-copy]");
    if (copy) copyText(copy);
  });
  document.querySelector("form:not([data-example]) > [data-summary]")?.focus();
}

async function copyText(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "";
  const said = button.querySelector("[data-said]");
  if (said) said.textContent = button.dataset.done;
}
