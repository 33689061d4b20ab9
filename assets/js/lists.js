/** Lists: the address follows what is typed, and ticks are counted. */
export function watchLists(document) {
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
}

function keepAddress(form) {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name, value);
  const text = query.toString();
  window.history.replaceState(null, "", text ? `?${text}` : window.location.pathname);
}

function count(picks) {
  const number = picks.querySelectorAll("input[name=pick]:checked").length;
  picks.querySelector("[data-picked]").textContent = number;
}
