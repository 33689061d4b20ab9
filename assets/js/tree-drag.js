/**
 * The tree builder with a pointer: a condition or a group is drawn by its grip to where it belongs; a line shows where
 * that is. Escape lets it go. What the keys do (tree.js) does the same.
 */
const EDGE = 48; // pixels from the window's edge within which the page follows
const STEP = 12;

export function watchDrag(document) {
  document.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    drag(document, grip, event);
  });
}

function drag(document, grip, event) {
  const node = grip.closest("[data-uid]");
  const form = grip.closest("form");
  const tree = form.querySelector(".tree");
  const line = Object.assign(document.createElement("div"), { className: "tree-drop" });
  const over = new AbortController();
  const listen = (name, act) => document.addEventListener(name, act, { signal: over.signal });
  let place = null;

  function follow({ clientY }) {
    if (clientY < EDGE) window.scrollBy(0, -STEP);
    if (clientY > window.innerHeight - EDGE) window.scrollBy(0, STEP);
    place = nearest(findPlaces(tree, node), clientY);
    const box = tree.getBoundingClientRect();
    Object.assign(line.style, { left: `${place.left - box.left}px`, top: `${place.y - box.top}px` });
    if (!line.isConnected) tree.append(line);
  }

  function end() {
    over.abort();
    line.remove();
    delete node.dataset.drawn;
    delete document.documentElement.dataset.drawing;
  }

  node.dataset.drawn = "";
  document.documentElement.dataset.drawing = "";
  listen("pointermove", follow);
  listen("pointercancel", end);
  listen("keydown", (key) => key.key === "Escape" && end());
  listen("pointerup", () => {
    end();
    if (!place || place.same) return;
    const button = form.querySelector("[data-put]");
    button.value = `put:${node.dataset.uid} ${place.group} ${place.index}`;
    form.requestSubmit(button);
  });
  grip.setPointerCapture?.(event.pointerId);
}

/** Return every place where a node can be put: before each part of a group and after its last, never within itself. */
function findPlaces(tree, node) {
  const places = [];
  for (const list of tree.querySelectorAll(".tree-list")) {
    if (node.contains(list)) continue;
    const group = list.closest(".tree-group").id.replace("node_", "");
    const parts = [...list.children];
    const { left, top } = list.getBoundingClientRect();
    const edges = [
      ...parts.map((part) => part.getBoundingClientRect().top),
      parts.at(-1)?.getBoundingClientRect().bottom ?? top,
    ];
    edges.forEach((y, index) => {
      places.push({
        group,
        index,
        left,
        y,
        same: parts[index] === node.parentElement || parts[index - 1] === node.parentElement,
      });
    });
  }
  return places;
}

/** Return the place nearest to the pointer's height. */
function nearest(places, y) {
  return places.reduce((best, place) => (Math.abs(place.y - y) < Math.abs(best.y - y) ? place : best));
}
