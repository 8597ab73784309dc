"""Why the network answers so, as elements: ink that spoke for and against, units, and changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nn.data.columns import Output
from nn.experiment.experiment import Experiment
from nn.explain.changes import Change
from nn.explain.why import Case, Unit, Why
from nn.labs.question import Question
from nn.model import Sequential
from nn.web import dom, pictures
from nn.web.dom import Parts
from nn.web.figures import percent, readable
from nn.web.shades import levels

_EXACT = (
    "This network only adds up, as one layer does, so this is exact: what spoke for and against, "
    "and the bias, come to z, which the output is made of."
)
_ABOUT = (
    "Each input counts as its gradient times itself: exact for one layer, and with more layers "
    "how much it counts where the network is now. The rest is biases and what bends in between."
)
_MOST_INPUTS = 8
_MOST_WEIGHTS = 3
_NOTHING = 1e-6
"""What is smaller is rounding."""


class WhyView:
    """The panel's elements.

    Args:
        parts: the lab's.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def say(self, text: str) -> None:
        """Show nothing but a sentence."""
        self._parts.show("whyNote", text)
        self._parts.element("whyCases").replaceChildren()
        self._parts.element("whyChanges").hidden = True

    def show(self, question: Question, output: Output, why: Why, experiment: Experiment) -> None:
        """Show what spoke for and against the best answers to a question."""
        told = _EXACT if why.exact else _ABOUT
        if experiment.untrained:
            told = f"Untrained: guessing. These are the reasons of random weights. {told}"
        shown_cases = why.cases
        if output.classes is not None and experiment.model.outputs == 1:
            # Both share the output: one picture would be the other with its colours exchanged.
            shown_cases, other = why.cases[:1], output.classes[why.cases[1].label]
            told = f"{told} For “{other}” all of it is the other way round."
        self._parts.show("whyNote", f"Asked: {question.what}. {told}")
        largest = max(float(np.abs(case.inputs).max()) for case in shown_cases)
        surfaces = _surfaces(question, why, experiment.model)
        cases = [_case(case, question, output, why, largest, surfaces) for case in shown_cases]
        self._parts.element("whyCases").replaceChildren(*cases)
        self._parts.element("whyChanges").hidden = True

    def show_changes(self, changes: Sequence[Change], classes: tuple[str, ...]) -> None:
        """Show the smallest changes that lead to another answer."""
        heads = ("Change only", "from", "to", "and it says")
        rows = [
            dom.row(
                change.knob.name,
                change.knob.told(change.knob.value),
                change.knob.told(change.value),
                classes[int(change.answer)],
            )
            for change in changes
        ]
        told = "The smallest change first, as a share of what there is in the data."
        if not rows:
            told = "No single input changes this answer, within what there is in the data."
        self._show_table("What would change its mind", heads, rows, told)

    def show_reach(self, found: Sequence[tuple[Change, Change]]) -> None:
        """Show how far each input moves a number."""
        heads = ("Change only", "from", "lowest", "highest")
        rows = [
            dom.row(
                low.knob.name,
                low.knob.told(low.knob.value),
                f"{readable(low.answer, 4)} at {low.knob.told(low.value)}",
                f"{readable(high.answer, 4)} at {high.knob.told(high.value)}",
            )
            for low, high in found
        ]
        told = "What moves the answer most comes first, within what there is in the data."
        self._show_table("What would change the answer", heads, rows, told)

    def _show_table(self, title: str, heads: Sequence[str], rows: list[Any], told: str) -> None:
        self._parts.show("whyChangesTitle", title)
        self._parts.show("whyChangesNote", told)
        table = self._parts.element("whyChangesTable")
        table.hidden = not rows
        head = dom.new("tr")
        head.append(*(dom.new("th", text, scope="col") for text in heads))
        table.tHead.replaceChildren(head)
        table.tBodies[0].replaceChildren(*rows)
        self._parts.element("whyChanges").hidden = False


def _surfaces(question: Question, why: Why, model: Sequential) -> np.ndarray | None:
    """Return what each unit makes of the square, (units, side, side), 0 where it is undecided."""
    if question.plane is None or why.layer is None:
        return None
    made = model.activations(question.plane)[why.layer]
    side = round(len(made) ** 0.5)
    shades = levels(made, model.layers[why.layer].activation.name) - 0.5
    return np.asarray(shades.T.reshape(-1, side, side))


def _case(
    case: Case,
    question: Question,
    output: Output,
    why: Why,
    largest: float,
    surfaces: np.ndarray | None,
) -> Any:
    """Return a section about one answer."""
    section = dom.new("section")
    section.className = "case"
    if output.classes is None:
        title = f"{output.name}: {readable(case.share, 4)}"
    else:
        title = f"“{output.classes[case.label]}”: {percent(case.share, 1)}"
    section.append(dom.new("h3", title), _inputs(case, question, largest, title))
    rest = "the bias" if why.exact else "the rest"
    section.append(
        dom.new(
            "p",
            f"For it {_signed(case.speaking_for)}, against it {_signed(case.speaking_against)}, "
            f"{rest} {_signed(case.rest)}: z\u00a0=\u00a0{_signed(case.z)}.",
        )
    )
    if case.units:
        kind = "Filters" if why.filters else "Hidden units"
        layer = 0 if why.layer is None else why.layer
        section.append(dom.new("h4", f"{kind} that decided, of layer {layer + 1}"))
        units = dom.new("ol")
        units.className = "units"
        units.append(*(_unit(unit, question, why.filters, surfaces) for unit in case.units))
        section.append(units)
    return section


def _inputs(case: Case, question: Question, largest: float, title: str) -> Any:
    """Return the picture with its warm and cold ink, or the inputs of a row with bars."""
    if question.given:
        return _bars(case, question)
    figure = dom.new("figure")
    canvas = dom.new("canvas", role="img")
    canvas.className = "pixels"
    image = question.inputs[0]
    pulls = case.inputs.reshape(image.shape).sum(axis=2)
    pictures.paint(canvas, pictures.pulled(image, pulls, largest))
    canvas.ariaLabel = f"What spoke for {title} as warm ink, and against it as cold ink"
    figure.append(canvas)
    return figure


def _bars(case: Case, question: Question) -> Any:
    given = [
        (each.name, float(case.inputs.ravel()[each.start : each.stop].sum()))
        for each in question.given
    ]
    ranked = sorted(given, key=lambda one: -abs(one[1]))
    others = sum(pull for _, pull in ranked[_MOST_INPUTS:])
    more = len(ranked) - _MOST_INPUTS
    ranked = ranked[:_MOST_INPUTS] + ([(f"the other {more:,}", others)] if more > 0 else [])
    most = max((abs(pull) for _, pull in ranked), default=0.0) or 1.0
    bars = dom.new("ol")
    bars.className = "pulls"
    for name, pull in ranked:
        item, bar = dom.new("li"), dom.new("span")
        bar.className = "minus" if pull < 0 else "plus"
        bar.style.setProperty("--share", f"{abs(pull) / most:.3f}")
        item.append(dom.new("b", name), bar, dom.new("small", _signed(pull)))
        bars.append(item)
    return bars


def _unit(unit: Unit, question: Question, filters: bool, surfaces: np.ndarray | None) -> Any:
    item = dom.new("li")
    name = f"{'filter' if filters else 'unit'} {unit.place + 1}"
    picture, told = None, f"What {name} looks for: warm where ink raises it, cold where it lowers"
    if surfaces is not None:
        picture, told = surfaces[unit.place], f"What {name} answers all over the square"
    elif not question.given:
        picture = unit.looks.reshape(question.inputs.shape[1:]).sum(axis=2)
    if picture is not None:
        canvas = dom.new("canvas", role="img")
        canvas.className = "pixels"
        pictures.paint(canvas, pictures.tiles(picture[np.newaxis], 1)[:-1, :-1].copy())
        canvas.ariaLabel = told
        item.append(canvas)
    words = dom.new("div")
    words.append(dom.new("b", name))
    sum_ = _signed(unit.pull)
    if unit.weight is not None:
        sum_ = f"{_signed(unit.y)} · {_signed(unit.weight)} = {sum_}"
    words.append(dom.new("span", sum_))
    if question.given:
        words.append(dom.new("small", _looked_for(unit, question)))
    item.append(words)
    item.className = "against" if unit.pull < 0 else "for"
    return item


def _looked_for(unit: Unit, question: Question) -> str:
    """Return which inputs of a row move a unit most, with their weights."""
    looks = unit.looks.ravel()
    largest = [
        (each.name, float(looks[max(range(each.start, each.stop), key=lambda i: abs(looks[i]))]))
        for each in question.given
    ]
    largest.sort(key=lambda one: -abs(one[1]))
    return ", ".join(
        f"{name.split(' = ')[0]} {_signed(weight)}" for name, weight in largest[:_MOST_WEIGHTS]
    )


def _signed(number: float) -> str:
    """Return a number with its sign, as far as it matters.

    >>> _signed(1.234), _signed(-0.5), _signed(0.0)
    ('+1.23', '−0.5', '0')
    """
    if abs(number) < _NOTHING:
        return "0"
    return f"{'−' if number < 0 else '+'}{readable(abs(number), 3)}"
