import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";
import { watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { watchLists } from "./lists.js";
import { mapping } from "./mapping.js";
import { watchTree } from "./tree.js";

window.htmx = htmx;
document.documentElement.dataset.script = "";
Alpine.data("mapping", mapping);
Alpine.start();
watchForms(document);
watchKeys(document);
watchLists(document);
watchTree(document);
