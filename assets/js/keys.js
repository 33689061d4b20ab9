/** One key for the search field ("/"), and "g" then a letter for the subjects named by data-key in the menu; "?" lists them. */
export function watchKeys(document) {
  if (document.documentElement.dataset.keys === "off") return;
  let going = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (going) {
      going = false;
      const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        link.click();
      }
    } else if (event.key === "g") {
      going = true;
    } else if (event.key === "?") {
      document.getElementById("keys")?.togglePopover();
    } else if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });
}
