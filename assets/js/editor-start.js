/** Loads the visual editor, which is large: at once where it can keep all that is written, else when somebody says so. */
const source = document.getElementById("visual-mjml");
const anyway = document.getElementById("visual-anyway");
if (anyway) {
  anyway.addEventListener("click", () => {
    document.getElementById("visual-warning").hidden = true;
    load();
  });
} else {
  load();
}

function load() {
  const script = document.createElement("script");
  script.src = source.dataset.script;
  document.body.append(script);
}
