// The "?" beside each field, figure, chart and panel, and the popover in which it answers. All of it
// works before Python is up. What is said stands in help_texts.js.

import { byId } from "./elements.js";
import texts from "./help_texts.js";

const popover = byId("help");
const EDGE = 8; // pixels between the popover and the edge of the window
let opener; // the "?" that was pressed last
let pressedOpen; // the "?" whose answer was shown when the mouse went down

// What is said in a lab about "group/name"; undefined for what nobody has written about.
function textOf(lab, what) {
  const [group, name] = what.split("/");
  return texts[group][`${lab}/${name}`] ?? texts[group][name];
}

const ownText = (element) =>
  [...element.childNodes]
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.data)
    .join(" ")
    .trim();

function newButton(what, name) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "help";
  button.dataset.about = what;
  button.dataset.named = name;
  button.setAttribute("aria-label", `What is this: ${name}`);
  button.setAttribute("aria-haspopup", "dialog");
  return button;
}

function wrap(element, className) {
  const around = document.createElement("div");
  around.className = className;
  element.replaceWith(around);
  around.append(element);
  return around;
}

// A field's "?" stands behind its label, for one within would be a part of the field's name.
function addToField(lab, control) {
  const label = control.closest("label");
  const what = `fields/${control.name}`;
  if (!label || !textOf(lab, what)) return;
  const width = ["most", "wide"].find((each) => label.classList.contains(each));
  const around = wrap(label, width ? `field ${width}` : "field");
  around.append(newButton(what, ownText(label)));
}

function addTo(lab, element) {
  const what = element.dataset.help;
  const said = textOf(lab, what);
  if (!said) return;
  const button = newButton(what, said.name ?? ownText(element));
  if (element.tagName === "H2") wrap(element, "titled").append(button);
  else if (element.tagName === "LABEL") element.after(button);
  else element.append(button);
}

// The tabs of a card have one "?" together, which is about the one that is chosen.
function addToTabs(list) {
  const row = wrap(list, "tab-row");
  const button = newButton("panels", "this tab");
  row.append(button);
}

// Puts a "?" beside all that a lab has, once its shared parts are there.
export function addHelp(main) {
  const { lab } = main.dataset;
  for (const control of main.querySelectorAll("[name]:not([type=hidden])")) addToField(lab, control);
  for (const element of main.querySelectorAll("[data-help]")) addTo(lab, element);
  for (const list of main.querySelectorAll(".look > .tabs")) addToTabs(list);
}

// What a "?" is about: its text, and its name.
function subjectOf(button) {
  const { lab } = button.closest("main").dataset;
  if (button.dataset.about !== "panels") {
    return { lab, name: button.dataset.named, ...textOf(lab, button.dataset.about) };
  }
  const tab = button.parentElement.querySelector("[aria-selected=true]");
  const panel = byId(tab.getAttribute("aria-controls")).id.replace(/^.*-|Panel$/g, "");
  return { lab, name: tab.textContent, ...textOf(lab, `panels/${panel}`) };
}

function newTry([link, name, shows]) {
  const item = document.createElement("li");
  const what = document.createElement("a");
  what.href = link;
  what.textContent = name;
  item.append("Try this: ", what, `, then press Train: ${shows}`);
  return item;
}

function open(button) {
  opener = button;
  const { lab, name, text, try: all = [] } = subjectOf(button);
  byId("helpTitle").textContent = name;
  popover.querySelector("p").textContent = text;
  // Those of other labs only where this one has none.
  const here = all.filter(([link]) => link.startsWith(`#${lab}?`));
  popover.querySelector("ul").replaceChildren(...(here.length ? here : all).map(newTry));
  // Behind the button, so that the tabulator goes on from there.
  button.after(popover);
  popover.showPopover();
  place(button.getBoundingClientRect());
  popover.focus({ preventScroll: true });
}

function place({ left, top, bottom }) {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const { clientWidth, clientHeight } = document.documentElement;
  const fitsBelow = bottom + height + EDGE <= clientHeight;
  const y = fitsBelow ? bottom + 4 : Math.max(EDGE, top - height - 4);
  const x = Math.max(EDGE, Math.min(left, clientWidth - width - EDGE));
  popover.style.left = `${x + scrollX}px`;
  popover.style.top = `${y + scrollY}px`;
}

const isOpen = () => popover.matches(":popover-open");

document.addEventListener(
  "pointerdown",
  () => {
    pressedOpen = isOpen() ? opener : undefined;
  },
  true,
);

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button.help");
  // The mouse has closed it already, which is all that a second press is to do.
  if (button && button !== pressedOpen) open(button);
  pressedOpen = undefined;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !isOpen()) return;
  event.preventDefault(); // or it would stop the training too
  popover.hidePopover();
  opener.focus();
});

popover.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !popover.contains(relatedTarget) && isOpen()) popover.hidePopover();
});

// A link that sets up an experiment leads to the button that runs it.
popover.addEventListener("click", ({ target }) => {
  const link = target.closest("a");
  if (!link) return;
  popover.hidePopover();
  const lead = () => {
    const train = document.querySelector("main:not([hidden]) button.primary");
    train.scrollIntoView({ block: "center" });
    train.focus({ preventScroll: true });
  };
  if (link.hash === location.hash) lead();
  else addEventListener("hashchange", lead, { once: true });
});
