/**
 * Loads the visual editor, which is large: at once where it can keep all that is written, else when somebody says so; on a
 * narrow screen, which has no room for it, not before the window is wide (assets/css/writing.css).
 */
const wide = window.matchMedia("(min-width: 56.25em)");
const source = document.getElementById("visual-mjml");
const anyway = document.getElementById("visual-anyway");
if (anyway) {
  anyway.addEventListener("click", () => {
    document.getElementById("visual-warning").hidden = true;
    load();
  });
} else if (wide.matches) {
  load();
} else {
  wide.addEventListener("change", load, { once: true });
}

function load() {
  const script = document.createElement("script");
  script.src = source.dataset.script;
  document.body.append(script);
}
