/** Menus that drop down (details.dropdown): arrows go through them, Esc closes and gives the focus back, so does a click elsewhere. */
const INSIDE = "a[href], button, input, select";

export function watchMenus(document) {
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.dropdown[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("focusin", (event) => {
    for (const open of document.querySelectorAll("details.dropdown[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest("details.dropdown");
    if (!menu) return;
    if (event.key === "Escape" && menu.open) {
      event.preventDefault();
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      move(event, menu);
    }
  });
}

function move(event, menu) {
  if (event.target.matches("select, textarea, input[type=radio], input[list], input[type=number], input[type=date]"))
    return;
  const on = event.target.closest("summary") !== null;
  if (!menu.open && !(on && event.key === "ArrowDown")) return;
  event.preventDefault();
  menu.open = true;
  const all = [...menu.querySelectorAll(`.dropdown-panel :is(${INSIDE})`)].filter(
    (one) => one.type !== "hidden" && one.checkVisibility(),
  );
  const place = all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
  if (place < 0) menu.querySelector("summary").focus();
  else all[Math.min(place, all.length - 1)]?.focus();
}
