/** Loads what draws charts, which is large, only where there is one to draw: at once, or when a part with one comes in. */
export function watchPlots(document) {
  const load = () => {
    const named = document.querySelector("template[data-charts]");
    if (!named || !document.querySelector("figure[data-chart] [data-plot]")) return;
    const script = document.createElement("script");
    script.src = named.dataset.charts;
    script.fetchPriority = "low";
    named.replaceWith(script);
  };
  document.addEventListener("htmx:after:swap", load);
  load();
}
