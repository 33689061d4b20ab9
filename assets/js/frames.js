/** A letter in a frame is as high as what it says, within bounds; it runs no script, so that reading its height is safe. */
const [LOWEST, HIGHEST] = [160, 1600];

export function watchFrames(document) {
  const frames = document.querySelectorAll("iframe[data-fit]");
  if (!frames.length) return;
  const sizes = new ResizeObserver((seen) => {
    for (const { target } of seen) fit(target);
  });
  for (const frame of frames) {
    frame.addEventListener("load", () => fit(frame));
    sizes.observe(frame);
  }
}

function fit(frame) {
  const page = frame.contentDocument;
  if (!page?.body?.childElementCount) return;
  const before = frame.style.height;
  frame.style.height = "0";
  const wanted = `${Math.min(Math.max(page.documentElement.scrollHeight + 2, LOWEST), HIGHEST)}px`;
  frame.style.height = wanted === before ? before : wanted;
}
