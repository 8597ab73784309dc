"""The seven steps as tabs: what each does in a sentence, and its code."""

from __future__ import annotations

from typing import Any

from nn.labs.steps import STEPS, Step
from nn.web import dom
from nn.web.dom import Parts


def show(parts: Parts) -> None:
    """Fill the tab list ``steps`` and the element ``stepPanels`` of a lab."""
    for number, step in enumerate(STEPS, start=1):
        tab = dom.new("button", f"{number} {step.title}", type="button", role="tab")
        panel = _panel(step)
        tab.id = f"{parts.lab}-step{number}Tab"
        panel.id = f"{parts.lab}-step{number}Panel"
        tab.setAttribute("aria-controls", panel.id)
        tab.setAttribute("aria-selected", str(number == 1).lower())
        tab.tabIndex = 0 if number == 1 else -1
        panel.setAttribute("aria-labelledby", tab.id)
        panel.hidden = number > 1
        parts.element("steps").append(tab)
        parts.element("stepPanels").append(panel)


def _panel(step: Step) -> Any:
    # What scrolls, the keyboard must be able to reach: on a phone long lines do, too.
    panel = dom.new("div", role="tabpanel", tabindex="0")
    panel.append(dom.new("p", step.meaning))
    for place, source in step.sources():
        code = dom.new("pre", tabindex="0", role="region")
        code.setAttribute("aria-label", place)
        code.append(dom.new("code", source.rstrip()))
        panel.append(dom.new("h3", place), code)
    return panel
