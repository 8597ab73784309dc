"""The panel that takes one sample through the network and back, with the network's own numbers."""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from nn.experiment.experiment import Experiment
from nn.experiment.settings import Settings
from nn.explain import Place, Walk, needed, next_update
from nn.web import dom
from nn.web.lab import Lab
from nn.web.panels import Panel, S
from nn.web.pass_fields import fields_of, place_of
from nn.web.pass_pictures import PassPictures
from nn.web.pass_samples import Key, PassSamples
from nn.web.pass_source import PassSource
from nn.web.pass_view import BIAS, PassView, keeping_focus
from nn.web.weight_edits import WeightPlace

_PLAYED = 3.0
"""Seconds that a page stays while it plays."""

_NUDGED = (
    "By these settings training nudges each weight to find its gradient. Here the chain rule finds "
    "the exact one, which nudging comes close to."
)


@dataclass(frozen=True)
class _Asked:
    """What numbers are asked for.

    Attributes:
        settings: those that the step is taken by.
        sample: which one it is.
        seen: how many the network has learnt from.
        edits: how often a weight was set by hand.
    """

    settings: Settings
    sample: Key
    seen: int
    edits: int

    def answered_by(self, shown: _Asked | None, learning: bool) -> bool:
        """Whether the numbers that are shown are right, or are to stay while it learns."""
        return shown is not None and self == (replace(shown, seen=self.seen) if learning else shown)

    def of_sample(self, shown: _Asked | None) -> bool:
        """Whether it is the sample that is shown."""
        return shown is not None and self.sample == shown.sample


def open_panel(lab: Lab[S]) -> PassPanel[S]:
    """Return the panel of ``lab``."""
    return PassPanel(lab)


class PassPanel(Panel[S]):
    """The panel: a walk, a stop on it, and what is chosen.

    The numbers are those of a moment: while the network learns they stay, and once it has stopped
    they are computed anew, so that nothing changes under the eyes of someone who reads.
    """

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._panel = self.parts.element("passPanel")
        self._view = PassView(self.parts)
        self._source = PassSource(self.parts)
        self._pictures = PassPictures(self.parts.element("passPictures"), self._choose)
        self._walk: Walk | None = None
        self._of: _Asked | None = None
        # Weak: a network that has been replaced need not stay for its numbers.
        self._experiment: weakref.ref[Experiment] | None = None
        self._stop = 0
        self._noted = ""
        self.parts.click("passBack", lambda: self._go(-1))
        self.parts.click("passNext", lambda: self._go(1))
        self.parts.click("passPlay", self._play_or_stop)
        self.parts.click("passOther", self._another)
        self._samples = PassSamples(lab, self.refresh)
        dom.on(self.parts.element("passWeight"), "change", lambda event: self._follow())
        dom.on(self.parts.element("passValue"), "change", lambda event: self._set_weight())
        dom.on(self.parts.element("passFields"), "change", self._field_changed)
        dom.on(self._panel, "keydown", self._key)
        dom.on(self._panel, "click", self._click)
        lab.painter.add(1.0, self._mark_if_old)

    def data_changed(self) -> None:
        self._of = None
        if not self._panel.hidden:
            self.refresh()

    # ---- The numbers.

    def refresh(self) -> None:
        settings = self.lab.form.valid() or self.lab.made_with
        experiment = self.lab.experiment
        same = self._experiment is not None and self._experiment() is experiment
        try:
            place = self._take_link()
            key = self._samples.choose()
            seen, edits = experiment.history.samples, self.lab.edits.changes
            asked = _Asked(settings, key, seen, edits)
            if same and self._walk is not None and asked.answered_by(self._of, self.lab.busy):
                if place is not None:
                    self._stop = place.lead(self._walk)
                    self._show()
                self._tell_place(self._walk)
                return
            model, optimizer = next_update(experiment, settings)
            batch = self._samples.batch(needed(model, settings.batch_size))
            walk = Walk(model, batch, optimizer, settings.batch_size)
        except ValueError as error:
            self._walk = self._of = None
            self.parts.show("passNote", f"There is nothing to show: {error}.")
            self.parts.element("passBody").hidden = True
            return
        if same and self._walk is not None:
            _keep_path(self._walk, walk, same_sample=asked.of_sample(self._of))
        self._walk, self._of = walk, asked
        self._experiment = weakref.ref(experiment)
        self._stop = min(self._stop, len(walk.stops) - 1)
        if place is not None:
            self._stop = place.lead(walk)
        self.parts.element("passBody").hidden = False
        told = _NUDGED if settings.gradients == "numerical" else ""
        if self._samples.on_its_way:
            told, self._of = "This sample is still on its way: choose it again in a moment.", None
        self.parts.show("passNote", told)
        self._show()

    def asked_anew(self) -> None:
        if self._samples.source == "asked" and not self.lab.busy:
            self.refresh()

    def _tell_place(self, walk: Walk) -> None:
        """Have the address say where this is, so that a link leads there."""
        self._noted = str(Place.of(walk, self._samples.source, self._samples.number, self._stop))
        self.lab.form.note("step", self._noted)

    def _take_link(self) -> Place | None:
        """Return the place of a link that has come since, and choose its sample."""
        text = self.lab.form.noted("step")
        if not text or text == self._noted:
            return None
        self._noted = text
        try:
            place = Place.read(text)
        except ValueError as error:
            dom.complain(error)
            return None
        self._samples.put(place.source, place.sample)
        return place

    def _mark_if_old(self) -> None:
        """Say of the numbers if the network has learnt since."""
        if self._walk is None or self._panel.hidden or not self.lab.busy:
            return
        old = self._of is None or self.lab.experiment.history.samples != self._of.seen
        told = "The network is learning. These are its numbers from before; stop it for new ones."
        if old and self.parts.element("passNote").textContent != told:
            self.parts.show("passNote", told)

    # ---- What is shown.

    def _show(self) -> None:
        """Show the page of the stop that the visitor is at."""
        walk = self._walk
        if walk is None:
            return

        def render() -> None:
            self._source.hide()
            self._view.show(walk.page(self._stop))
            self._pictures.show(walk, self._stop)
            self.parts.element("passFields").replaceChildren(*fields_of(walk, self._stop))
            self._show_stops(walk)
            self._show_weights(walk)

        keeping_focus(self._panel, render)
        self._tell_place(walk)
        for name, end in (("passBack", 0), ("passNext", len(walk.stops) - 1)):
            button = self.parts.element(name)
            if self._stop == end and self._panel.ownerDocument.activeElement == button:
                self.parts.element("passBody").focus()  # where the arrow keys still work
            button.disabled = self._stop == end

    def _show_stops(self, walk: Walk) -> None:
        box = self.parts.element("passStops")
        pages = [walk.short(stop) for stop in range(len(walk.stops))]
        if [one.textContent for one in box.children] != pages:
            buttons = [dom.new("button", text, type="button") for text in pages]
            for stop, button in enumerate(buttons):
                button.dataset.stop, button.dataset.key = str(stop), f"stop{stop}"
            box.replaceChildren(*buttons)
        for stop, button in enumerate(box.children):
            if stop == self._stop:
                button.setAttribute("aria-current", "step")
            else:
                button.removeAttribute("aria-current")

    def _show_weights(self, walk: Walk) -> None:
        choice = self.parts.element("passWeight")
        wanted = [
            (f"{layer} {int(bias)}", f"layer {layer + 1}: {walk.weight_of(layer, bias).symbol}")
            for layer in walk.weighted
            for bias in (False, True)
            if not bias or walk.has_bias(layer)
        ]
        if [(one.value, one.textContent) for one in choice.options] != wanted:
            choice.replaceChildren(*(dom.new("option", text, value=key) for key, text in wanted))
        choice.value = f"{walk.layer} {int(walk.bias)}"
        weight = walk.weight
        values = walk.trace.network.layers[walk.layer].views[weight.name].reshape(-1)
        self.parts.element("passValue").value = f"{values[weight.index]:.6g}"

    # ---- The visitor.

    def _go(self, by: int) -> None:
        if self._walk is not None:
            self._go_to(min(max(self._stop + by, 0), len(self._walk.stops) - 1))

    def _go_to(self, stop: int) -> None:
        if stop != self._stop:
            self._stop = stop
            self._show()

    def _choose(self, level: int, place: int) -> None:
        """Lead the path through a place; a weight that is clicked is followed to its update."""
        walk = self._walk
        if walk is None:
            return
        walk.choose(level, place)
        phase, layer = walk.stops[self._stop]
        if phase == "forward" and layer == level and layer in walk.weighted:
            walk.follow(layer)
        self._show()

    def _follow(self) -> None:
        if self._walk is not None:
            layer, bias = str(self.parts.element("passWeight").value).split()
            self._walk.follow(int(layer), bias == "1")
            self._show()

    def _set_weight(self) -> None:
        """Set the weight that is followed, in the lab's network."""
        walk = self._walk
        if walk is not None and self._experiment and self._experiment() is self.lab.experiment:
            value = float(self.parts.element("passValue").valueAsNumber)
            try:
                weight = walk.weight
                self.lab.edits.set(WeightPlace(walk.layer, weight.name, weight.index), value)
            finally:
                self.refresh()
                self._show()

    def _another(self) -> None:
        self._samples.choose_another()
        self.refresh()

    def _field_changed(self, event: Any) -> None:
        walk, field = self._walk, event.target
        if walk is None:
            return
        level = int(field.dataset.level)
        if field.dataset.axis == "head":
            walk.choose_head(level, int(field.value))
            self._show()
            return
        phase, layer = walk.stops[self._stop]
        now = walk.source(level) if layer == level else walk.units[level]
        try:
            place = place_of(walk, field, now)
        except ValueError:
            self._show()
            raise
        self._choose(level, place)

    def _click(self, event: Any) -> None:
        button = event.target.closest("button")
        walk = self._walk
        if not button or walk is None:
            return
        stop, where, level, place = (
            button.getAttribute(f"data-{name}") for name in ("stop", "where", "level", "place")
        )
        if stop:
            self._go_to(int(stop))
        elif where:
            self._source.show(self._view.where(where), button)
        elif place == BIAS:
            walk.follow(int(level), bias=True)
            self._show()
        elif place:
            self._choose(int(level), int(place))

    def _key(self, event: Any) -> None:
        step = {"ArrowLeft": -1, "ArrowRight": 1}.get(event.key, 0)
        typed = event.target.tagName in ("INPUT", "SELECT", "PRE")
        if step and not typed and not (event.ctrlKey or event.metaKey or event.altKey):
            event.preventDefault()
            self._go(step)

    # ---- Playing.

    def _play_or_stop(self) -> None:
        if self.busy:
            self.stop()
        elif self._walk is not None:
            if self._stop == len(self._walk.stops) - 1:
                self._go_to(0)
            self.start(self._playing(), lambda progress: None)
            self.parts.show("passPlay", "Stop")

    def _playing(self) -> Iterator[None]:
        """Go on from page to page; yield None while each is read."""
        walk = self._walk
        while walk is not None and self._stop < len(walk.stops) - 1:
            until = time.perf_counter() + _PLAYED
            while time.perf_counter() < until:
                yield None
            self._go(1)

    def stopped(self) -> None:
        self.parts.show("passPlay", "Play")


def _keep_path(old: Walk, new: Walk, same_sample: bool) -> None:
    """Follow the same weight and heads as before; of the same sample, the same units too."""
    if [array[0].size for array in old.trace.x] == [array[0].size for array in new.trace.x]:
        for i, head in sorted(old.heads.items(), reverse=True):
            new.choose_head(i, head)
        if same_sample:
            new.units = list(old.units)
        if old.layer in new.weighted:
            new.follow(old.layer, old.bias)
