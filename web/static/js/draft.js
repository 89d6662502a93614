// A draft's page: pickers of people, and a step's form opens with its reason focused.
import { installPickers } from "./who-picker.js";

installPickers();
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.draft-step[open]")) event.target.querySelector("textarea")?.focus();
}, true);
