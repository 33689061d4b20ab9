/** The promotion as the visual editor knows it: a wrapper with a class of its own. Pure, so that it can be tried alone. */
export function toEditor(mjml) {
  return mjml
    .replace(/<em-promotion\s*>/gi, '<mj-wrapper css-class="em-promotion" padding="0">')
    .replace(/<\/em-promotion\s*>/gi, "</mj-wrapper>");
}

/** A promotion may hold wrappers, so its end is found by counting. */
export function fromEditor(mjml) {
  const open = [];
  return mjml.replace(/<mj-wrapper\b([^>]*?)(\/?)>|<\/mj-wrapper\s*>/gi, (tag, given, closed) => {
    if (tag.startsWith("</")) return open.pop() ? "</em-promotion>" : tag;
    const ours = /css-class\s*=\s*"(?:[^"]*\s)?em-promotion(?:\s[^"]*)?"/.test(given);
    if (closed) return ours ? "" : tag;
    open.push(ours);
    return ours ? "<em-promotion>" : tag;
  });
}
