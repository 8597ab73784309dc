"""How the page looks: what is too wide for it, too faint to read, or out of a finger's reach."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}

SIZE = """() => {
  const page = document.documentElement;
  return [page.scrollWidth - page.clientWidth, page.scrollHeight - page.clientHeight];
}"""

CONTRASTS = """() => {
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  // Any colour as red, green, blue and alpha: the canvas understands whatever CSS does.
  const rgba = (colour) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) =>
    [r, g, b].map((value, i) => a * value + (1 - a) * below[i]);
  const background = (element) => {
    if (!element) return rgba("Canvas").slice(0, 3);
    return over(rgba(getComputedStyle(element).backgroundColor), background(element.parentElement));
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255).map((value) =>
      value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element, colour) => {
    const below = background(element);
    const [low, high] = [luminance(below), luminance(over(rgba(colour), below))]
      .sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const found = [];
  const add = (element, text, pseudo) => {
    if (!text.trim() || !element.checkVisibility() || element.closest(":disabled")) return;
    const value = contrast(element, getComputedStyle(element, pseudo).color);
    found.push([`${element.tagName} ${element.id} ${text.trim().slice(0, 30)}`, value]);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) add(texts.currentNode.parentElement, texts.currentNode.data);
  for (const field of document.querySelectorAll("input, select")) {
    add(field, field.value);
    add(field, field.placeholder ?? "", "::placeholder");
  }
  for (const element of document.querySelectorAll("body *")) {
    const { content } = getComputedStyle(element, "::after");
    if (content.startsWith('"')) add(element, content, "::after");
  }
  return found;
}"""


def faint(found: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Those of some :data:`CONTRASTS` that are too low to read."""
    # WCAG 2.2, success criterion 1.4.3, level AA, for text of any size.
    return [(name, round(contrast, 2)) for name, contrast in found if contrast < 4.5]


def out_of_reach(page: Page, selector: str) -> list[str]:
    """Controls that no finger can touch, even once scrolled to; `skip` is for keys."""
    return page.evaluate(
        """selector => [...document.querySelectorAll(selector)]
          .filter(one => one.checkVisibility() && one.id !== "skip")
          .filter(one => {
            one.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
            const box = one.getBoundingClientRect();
            const top = document.elementFromPoint(
              box.left + box.width / 2, box.top + box.height / 2);
            return box.left < 0 || box.right > innerWidth || !one.contains(top);
          }).map(one => one.id || one.name || one.parentElement.textContent)""",
        selector,
    )
