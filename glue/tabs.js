// Tabs of a card: they are made from its panels, and chosen with the mouse or the keyboard.

import { byId } from "./elements.js";

export function makeTabs(card, without) {
  const list = card.querySelector("[role=tablist]");
  for (const panel of card.querySelectorAll("[data-tab]")) {
    const tab = document.createElement("button");
    const isFirst = !list.hasChildNodes();
    tab.type = "button";
    tab.id = panel.id.replace(/Panel$/, "Tab");
    tab.textContent = panel.dataset.tab;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    tab.setAttribute("aria-selected", isFirst);
    tab.tabIndex = isFirst ? 0 : -1;
    tab.hidden = without.includes(panel.dataset.tab);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.hidden = !isFirst;
    list.append(tab);
  }
}

export function chooseTab(chosen) {
  for (const tab of chosen.parentElement.children) {
    tab.setAttribute("aria-selected", tab === chosen);
    tab.tabIndex = tab === chosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = tab !== chosen;
  }
  chosen.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
}

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("[role=tab]");
  if (tab) chooseTab(tab);
});
document.addEventListener("keydown", ({ key, target }) => {
  if (target.role !== "tab") return;
  const tabs = [...target.parentElement.children].filter((tab) => !tab.hidden);
  const index = tabs.indexOf(target);
  const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: -1 }[key];
  if (next === undefined) return;
  chooseTab(tabs.at(next % tabs.length));
  tabs.at(next % tabs.length).focus();
});
