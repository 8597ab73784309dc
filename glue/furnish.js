// The shared parts of a lab, made from the page's templates. Ids are unique in a lab: in all but
// the first they begin with its name.

import { byId } from "./elements.js";
import { addHelp } from "./help.js";
import { makeTabs } from "./tabs.js";

export const FIRST = "digits";
const REFERENCES = ["for", "aria-controls", "aria-describedby", "aria-labelledby", "form", "list"];

export const prefixOf = (lab) => (lab === FIRST ? "" : `${lab}-`);

// Puts the lab's name before every id and every reference to one that does not have it yet.
export function prefixIds(main) {
  const prefix = prefixOf(main.dataset.lab);
  const prefixed = (id) => (id.startsWith(prefix) ? id : prefix + id);
  for (const each of main.querySelectorAll("[id]")) each.id = prefixed(each.id);
  for (const reference of REFERENCES) {
    for (const each of main.querySelectorAll(`[${reference}]`)) {
      const ids = each.getAttribute(reference).split(" ");
      each.setAttribute(reference, ids.map(prefixed).join(" "));
    }
  }
}

function fillSlots(card, own) {
  for (const slot of card.querySelectorAll("slot")) {
    const { name } = slot;
    const given = name ? own.find((node) => node.slot === name)?.childNodes : own;
    slot.replaceWith(...(given ?? []).values());
  }
}

// What the form says at first, and again when it is reset.
function setDefaults(main, said) {
  for (const [name, text] of new URLSearchParams(said)) {
    const field = main.querySelector(`[name=${CSS.escape(name)}]`);
    if (!field) continue;
    if (field.type === "checkbox") field.defaultChecked = text === "true";
    else if (field.options) {
      for (const option of field.options) option.defaultSelected = option.value === text;
    } else field.defaultValue = text;
  }
}

// `link` is what the address says of the lab's settings.
export function furnish(main, link) {
  for (const card of main.querySelectorAll("[data-from]")) {
    const own = [...card.childNodes];
    card.replaceChildren(byId(card.dataset.from).content.cloneNode(true));
    fillSlots(card, own.filter((node) => node.nodeType === Node.ELEMENT_NODE));
    if (card.querySelector("[role=tablist]")) {
      makeTabs(card, main.dataset.withoutTabs?.split(",") ?? []);
    }
  }
  for (const name of main.dataset.without?.split(" ") ?? []) {
    main.querySelector(`form [name=${name}]`).closest("label").hidden = true;
  }
  for (const name of main.dataset.losses?.split(" ") ?? []) {
    main.querySelector("form [name=loss]").add(new Option(name));
  }
  for (const name of main.dataset.presets?.split(",") ?? []) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = button.dataset.preset = name;
    button.dataset.waits = "";
    main.querySelector(".presets").append(button);
  }
  setDefaults(main, main.dataset.defaults);
  setDefaults(main, link);
  addHelp(main);
  prefixIds(main);
  for (const each of main.querySelectorAll("[data-waits]")) {
    each.disabled = true;
    each.dataset.title = each.title;
    each.title = "Python is still starting";
  }
  main.dataset.state = "loading";
}
