/** The tree builder: after each change the cursor goes where the server says, and the numbers are asked for anew. */
export function watchTree(document) {
  document.addEventListener("htmx:after:swap", (event) => {
    if (event.target.id !== "editor" || !event.target.matches("[data-tree]")) return;
    for (const open of event.target.querySelectorAll("details.dropdown[open]")) open.open = false;
    event.target.querySelector("[autofocus]")?.focus();
    document.body.dispatchEvent(new CustomEvent("tree-count"));
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const node = event.target.closest?.("form[data-tree] [data-uid]");
    if (!node) return;
    event.preventDefault();
    const act = `${event.key === "ArrowUp" ? "up" : "down"}:${node.dataset.uid}`;
    const button = node.querySelector(`button[value="${CSS.escape(act)}"]`);
    button?.form.requestSubmit(button);
  });
  // Enter in the name saves; elsewhere in the tree it only takes the value in, as the first button of the form would.
  document.addEventListener("keydown", (event) => {
    const name =
      event.key === "Enter" && !event.isComposing && event.target.closest?.("form[data-tree] input[name=name]");
    if (!name) return;
    event.preventDefault();
    name.form.requestSubmit(name.form.querySelector("button[value=save]"));
  });
}
