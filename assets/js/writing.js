/** Beside a text that is written: buttons that lead to the place of a problem. A letter's editor listens for paragraphs. */
import { keepDraft } from "./drafts.js";

for (const form of document.querySelectorAll("form[data-draft]")) keepDraft(form);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-go]");
  if (!button) return;
  const [part, number] = button.dataset.go.split(":");
  if (part === "line") goToLine(Number(number));
  else if (part === "block") goToBlock(Number(number));
  else document.getElementById(`id_${part}`)?.focus();
});

function goToLine(number) {
  const area = document.querySelector("textarea[data-source]");
  if (!area) return;
  const lines = area.value.split("\n");
  const start = lines.slice(0, number - 1).reduce((sum, line) => sum + line.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[number - 1] ?? "").length);
  const height = parseFloat(getComputedStyle(area).lineHeight) || 19;
  area.scrollTop = Math.max(0, (number - 4) * height);
  area.scrollIntoView({ block: "nearest" });
}

function goToBlock(number) {
  const editor = document.querySelector(".letter-editor");
  if (editor) editor.dispatchEvent(new CustomEvent("letter-go", { detail: number }));
  else goToParagraph(document.querySelector("textarea[data-letter]"), number);
}

/** In the marks of a letter paragraphs are parted by blank lines; a promotion is one paragraph. */
function goToParagraph(area, number) {
  if (!area) return;
  let [count, start, inside] = [0, 0, false];
  for (const part of area.value.split(/(\n\s*\n)/)) {
    if (part.trim()) {
      if (!inside) count += 1;
      if (part.trim() === ":::") inside = !inside;
      if (count === number) {
        area.focus();
        area.setSelectionRange(start, start + part.length);
        return;
      }
    }
    start += part.length;
  }
}
