/** Buttons that copy a text of the page: data-copy names its element, data-done says that it is done. */
export function watchCopying(document) {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    await copy(document, source);
    button.querySelector("[aria-live]").textContent = button.dataset.done;
  });
}

/** The clipboard of the browser stands open only over HTTPS and on this machine; elsewhere the text is marked and copied. */
async function copy(document, source) {
  if (navigator.clipboard) return navigator.clipboard.writeText(source.textContent);
  document.getSelection().selectAllChildren(source);
  document.execCommand("copy");
}
