// Builds src/esmero/static/esmero from assets/. Same input, same bytes: nothing here looks at a clock or at file order.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "src/esmero/static/esmero");
const modules = join(root, "node_modules");
const templates = join(root, "src/esmero/templates");

const FONTS = {
  "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  "source-serif-latin.woff2": "@fontsource/source-serif-4/files/source-serif-4-latin-600-normal.woff2",
  "source-serif-latin-ext.woff2": "@fontsource/source-serif-4/files/source-serif-4-latin-ext-600-normal.woff2",
};

const LICENCES = [
  "@alpinejs/csp",
  "@fontsource-variable/inter",
  "@fontsource/source-serif-4",
  "@tiptap/core",
  "@tiptap/extension-image",
  "@tiptap/extension-link",
  "@tiptap/pm",
  "@tiptap/starter-kit",
  "basecoat-css",
  "echarts",
  "grapesjs",
  "grapesjs-mjml",
  "htmx.org",
  "lucide-static",
  "tailwindcss",
];

function copyFonts() {
  mkdirSync(join(out, "fonts"), { recursive: true });
  for (const [name, source] of Object.entries(FONTS)) copyFileSync(join(modules, source), join(out, "fonts", name));
}

function writeStyles() {
  execFileSync(
    process.execPath,
    [
      join(modules, "@tailwindcss/cli/dist/index.mjs"),
      "-i",
      "assets/css/app.css",
      "-o",
      join(out, "app.css"),
      "--minify",
    ],
    { cwd: root, stdio: ["ignore", "ignore", "inherit"] },
  );
}

/** Alpine looks at every global once, to refuse it in expressions; looking at one that is deprecated makes the browser complain. */
const quietAlpine = {
  name: "quiet-alpine",
  setup(building) {
    building.onLoad({ filter: /@alpinejs[\\/]csp[\\/]dist[\\/]module\.esm\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace('key === "sharedStorage")', 'key === "sharedStorage" || /fence/i.test(key))');
      if (contents === text) throw new Error("Alpine no longer goes through the globals as it did: see quietAlpine.");
      return { contents, loader: "js" };
    });
  },
};

async function writeScripts() {
  await build({
    // All but the first are asked for by the pages where somebody writes, and by no other.
    entryPoints: ["app", "charts", "signup", "writing", "letter", "editor-start", "editor"].map((name) =>
      join(root, `assets/js/${name}.js`),
    ),
    outdir: out,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
    loader: { ".svg": "text" },
    plugins: [quietAlpine],
  });
}

/** Every icon that a template names as {% icon "name" %}, icon="name" or symbol="name", or a module of the pages so, in alphabetical order. */
function iconNames() {
  const names = new Set();
  for (const folder of [templates, join(root, "src/esmero/web")]) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.(html|py)$/.test(entry.name)) continue;
      const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8");
      for (const match of text.matchAll(/(?:\bicon "|\bicon="|\bicon\("|\bsymbol=")([a-z0-9-]+)"/g))
        names.add(match[1]);
    }
  }
  return [...names].sort();
}

function writeSprite() {
  const symbols = iconNames().map((name) => {
    const svg = readFileSync(join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
    const inner = svg
      .replace(/^[\s\S]*?<svg[^>]*>/, "")
      .replace(/<\/svg>\s*$/, "")
      .replace(/\s*\n\s*/g, "");
    return (
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ` +
      `stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`
    );
  });
  writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
}

function writeLicences() {
  const texts = LICENCES.map((name) => {
    const folder = join(modules, name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder)
      .sort()
      .find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), "utf8").trim() : `Licence: ${license}`;
    return `${name} ${version}\n${"=".repeat(name.length + version.length + 1)}\n\n${text}\n`;
  });
  writeFileSync(join(out, "LICENSES.txt"), texts.join("\n\n"));
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
copyFonts();
for (const name of ["mark.svg", "check.svg"]) copyFileSync(join(root, "assets/img", name), join(out, name));
writeStyles();
await writeScripts();
writeSprite();
writeLicences();
