/** What asks again by itself (data-live) rests while nobody looks, and asks at once when the tab is seen again. */
export function watchLive(document) {
  document.addEventListener("htmx:before:request", (event) => {
    if (document.hidden && event.target.closest?.("[data-live]")) event.preventDefault();
  });
}
