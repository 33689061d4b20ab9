/** Forms that send themselves when a choice changes, and acts that ask once more in plain words before they happen. */
export function watchForms(document) {
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (!form?.matches("[data-autosubmit]") || event.target.closest("details.dropdown")) return;
    // What is typed into a search field has been answered already, letter by letter.
    if (event.target.type !== "search") form.requestSubmit();
  });
  document.addEventListener(
    "submit",
    (event) => {
      const button = event.submitter;
      const question = button?.dataset.ask ?? event.target.dataset.ask;
      if (!question || event.target.dataset.asked) return;
      event.preventDefault();
      event.stopPropagation();
      // What is seen of the button, without the words that only screen readers get.
      // biome-ignore lint/performance/useDomNodeTextContent: innerText leaves hidden words out
      ask(document, question, button?.innerText.trim()).then((yes) => {
        if (!yes) return;
        event.target.dataset.asked = "yes";
        event.target.requestSubmit(button);
      });
    },
    true,
  );
}

/** Ask in our dialog under the words of the act; gives whether the answer was yes. */
function ask(document, question, words) {
  const dialog = document.getElementById("ask");
  if (!dialog) return Promise.resolve(window.confirm(question));
  if (words) dialog.querySelector("h2").textContent = words;
  dialog.querySelector("[data-question]").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
