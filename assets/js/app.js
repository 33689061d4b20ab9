import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";
import { watchForms } from "./forms.js";
import { watchKeys } from "./keys.js";
import { mapping } from "./mapping.js";

window.htmx = htmx;
Alpine.data("mapping", mapping);
Alpine.start();
watchForms(document);
watchKeys(document);
