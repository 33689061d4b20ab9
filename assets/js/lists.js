/** Lists: the address follows what is typed, ticks are counted, and a menu closes when one looks elsewhere. */
export function watchLists(document) {
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep-address]");
    if (form && event.target.type === "search") keepAddress(form);
  });
  document.addEventListener("change", (event) => {
    const picks = event.target.closest("[data-picks]");
    if (!picks) return;
    if (event.target.matches("[data-pick-all]")) {
      for (const box of picks.querySelectorAll("input[name=pick]")) box.checked = event.target.checked;
    }
    count(picks);
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.dropdown[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll("details.dropdown[open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
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
