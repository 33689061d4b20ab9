const FADE = 32; // where a row of tabs that goes on fades out (lists.css)

/**
 * Lists: the address follows what is typed, ticks are counted and stay on the rows that a search leaves, and a row of tabs
 * begins where its current one is seen.
 */
export function watchLists(document) {
  for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
    const row = tab.parentElement;
    const end = tab.offsetLeft - row.offsetLeft + tab.offsetWidth + FADE;
    if (end > row.clientWidth) row.scrollLeft = end - row.clientWidth + FADE;
  }
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-keep-address]") && event.target.type === "search") keepAddress(form);
  });
  document.addEventListener("change", (event) => {
    const picks = event.target.closest("[data-picks]");
    if (!picks) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of picks.querySelectorAll("input[name=pick]")) box.checked = event.target.checked;
    }
    count(picks);
  });
  let shown = document.querySelector("[data-picks]");
  document.addEventListener("htmx:after:swap", () => {
    const now = document.querySelector("[data-picks]");
    if (shown && now && shown !== now) keepTicks(shown, now);
    shown = now;
  });
}

function keepTicks(before, after) {
  const ticked = new Set([...before.querySelectorAll("input[name=pick]:checked")].map((box) => box.value));
  for (const box of after.querySelectorAll("input[name=pick]")) box.checked = ticked.has(box.value);
  count(after);
}

function keepAddress(form) {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name, value);
  const text = query.toString();
  window.history.replaceState(null, "", text ? `?${text}` : window.location.pathname);
}

function count(picks) {
  const number = picks.querySelectorAll("input[name=pick]:checked").length;
  const told = picks.querySelector("[data-picked]"); // an empty list has none
  if (told) told.textContent = number;
}
