import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";
import { watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { watchLists } from "./lists.js";
import { watchCopying } from "./copying.js";
import { mapping } from "./mapping.js";

window.htmx = htmx;
document.documentElement.dataset.script = "";
Alpine.data("mapping", mapping);
Alpine.start();
watchCopying(document);
watchForms(document);
watchKeys(document);
watchLists(document);
