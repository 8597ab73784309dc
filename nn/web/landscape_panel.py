"""The panel that draws the loss as a landscape, with the path that training took through it."""

from __future__ import annotations

import time
import weakref
from collections.abc import Iterator

import numpy as np
from pyscript import window

from nn.experiment.experiment import Experiment
from nn.explain.landscape import (
    Landscape,
    Plane,
    neuron_plane,
    random_plane,
    size_for,
    surveying,
)
from nn.web import contour, pictures
from nn.web.figures import figure
from nn.web.lab import Lab
from nn.web.panels import Panel, S
from nn.web.shades import Shades

_STOPS = ("--valley", "--slope", "--peak")
_LINES = np.linspace(0.1, 0.9, 9)
"""Heights at which there is a contour line."""

_PAINT = 0.2
"""Seconds between two looks at a landscape that is on its way."""

_NEURON = 2
"""Parameters of a neuron whose landscape is the whole one."""


def open_panel(lab: Lab[S]) -> LandscapePanel[S]:
    """Return the panel of ``lab``."""
    return LandscapePanel(lab)


class LandscapePanel(Panel[S]):
    """A button, the picture, and the path on it.

    That of one neuron takes a moment and is drawn unasked; others are drawn on demand.
    """

    def __init__(self, lab: Lab[S]) -> None:
        super().__init__(lab)
        self._found: Landscape | None = None
        # Weak: a network that has been replaced need not stay for its landscape.
        self._experiment: weakref.ref[Experiment] | None = None
        self._painted = 0.0
        self._canvas = self.parts.element("landscape")
        self._intro = str(self.parts.element("landscapeSummary").textContent)
        self.parts.click("landscapeRun", self._run_or_stop)
        lab.painter.add(0.1, self._follow)

    @property
    def _neuron(self) -> bool:
        numbers = self.lab.data.classes is None
        return numbers and self.lab.experiment.model.parameters.size == _NEURON

    def refresh(self) -> None:
        if self._experiment is not None and self._experiment() is not self.lab.experiment:
            self.data_changed()
        if self._neuron and not self.busy:
            self._look_again()
        self._follow()

    def data_changed(self) -> None:
        self.stop()
        self._found = self._experiment = None
        self.parts.element("landscapeFigure").hidden = True
        self.parts.show("landscapeRun", "Draw the map")
        self.parts.show("landscapeSummary", self._intro)

    def restyle(self) -> None:
        if self._found is not None:
            self._paint(self._found)

    # ---- The survey.

    def _look_again(self) -> None:
        """Survey a neuron's landscape, unless the path still lies in what is seen of it."""
        found, path = self._found, self._path()
        if found is None or not len(path) or not found.plane.holds(_finite(path)):
            plane = neuron_plane(self.lab.experiment.model, self.lab.data, path)
            if found is not None and np.allclose(plane.corners, found.plane.corners, rtol=0.02):
                return  # a path that leaves what is worth seeing
            # As it is looked at while the network learns, that goes on meanwhile.
            self._job.start(self._survey(plane), self._take_in, lambda: None, self.stop)
            self._begun()

    def _run_or_stop(self) -> None:
        if self.busy:
            self.stop()
            return
        self.lab.check_data()
        model = self.lab.experiment.model
        if self._neuron:
            self._found = None
            self._look_again()
            return
        plane = random_plane(model, np.random.default_rng(self.lab.form.read().seed))
        self.start(self._survey(plane), self._take_in)
        self._begun()

    def _begun(self) -> None:
        self._experiment = weakref.ref(self.lab.experiment)
        self.parts.show("landscapeRun", "Stop")
        self.parts.element("landscapeProgress").hidden = False
        self.parts.element("landscapePanel").dataset.state = "surveying"

    def _survey(self, plane: Plane) -> Iterator[Landscape]:
        model, data = self.lab.experiment.model, self.lab.data
        side, samples = size_for(model, len(data))
        # Spread over the data, which may be sorted.
        rows = np.linspace(0, len(data) - 1, samples).astype(int)
        self._painted = 0.0
        yield from surveying(model, data.take(rows), plane, side)

    def _take_in(self, found: Landscape) -> None:
        self._found = found
        now = time.perf_counter()
        if now - self._painted > _PAINT:
            self._painted = now
            self.parts.element("landscapeProgress").value = found.done
            self._paint(found)

    def stopped(self) -> None:
        self.parts.show("landscapeRun", "Draw again")
        self.parts.element("landscapeProgress").hidden = True
        self.parts.element("landscapePanel").dataset.state = "ready"
        if self._found is not None:
            self._paint(self._found)

    # ---- What is shown.

    def _paint(self, found: Landscape) -> None:
        style = window.getComputedStyle(self._canvas)
        colours = [str(style.getPropertyValue(name)).strip() for name in _STOPS]
        heights, side = found.heights(), len(found.losses)
        shades = Shades(colours, colours[-1]).of(heights)
        rgba = shades.view(np.uint8).reshape(side, side, 4)
        rgba[np.isnan(found.losses), 3] = 0
        pictures.paint(self._canvas, rgba)
        whole = found.done == 1
        lines = [contour.path(contour.segments(heights, level)) for level in _LINES if whole]
        self.parts.element("landscapeLines").setAttribute("d", "".join(lines))
        frame = f"-0.5 -0.5 {side} {side}"
        self.parts.element("landscapeOver").setAttribute("viewBox", frame)
        self.parts.element("landscapeFigure").hidden = False
        self._name_axes(found.plane)
        self._follow()
        self._tell(found)

    def _name_axes(self, plane: Plane) -> None:
        names = ("w", "b") if self._neuron else ("1st direction", "2nd direction")
        for place, name in enumerate(names):
            ends = f"{figure(plane.low[place])} to {figure(plane.high[place])}"
            self.parts.show(("landscapeAcross", "landscapeUp")[place], f"{name}: {ends}")

    def _tell(self, found: Landscape) -> None:
        known = found.losses[np.isfinite(found.losses)]
        if not known.size:
            return
        low, high = figure(float(known.min())), figure(float(known.max()))
        told = f"Loss from {low} in the valley to {high} on the hills"
        if found.done < 1:
            told = f"{told}; {found.done:.0%} of the places so far"
        self.parts.show("landscapeSummary", f"{told}. {self._told_path(found)}")
        self._canvas.setAttribute(
            "aria-label", f"Map of the loss. {told}. {self._told_path(found)}"
        )

    def _told_path(self, found: Landscape) -> str:
        path = self._path()
        if len(path) < 2:
            return "The dot is the network as it is now."
        first, last = (tuple(place) for place in found.plane.places(_finite(path))[[0, -1]])
        start, end = (", ".join(figure(float(each)) for each in place) for place in (first, last))
        return f"The line is the path of training, from ({start}) to the dot at ({end})."

    def _path(self) -> np.ndarray:
        parameters = self.lab.experiment.model.parameters
        path = self.lab.trail.path(parameters.size)
        return np.concatenate([path, parameters[np.newaxis].astype(np.float32)])

    def _follow(self) -> None:
        """Draw the path as far as it has come."""
        found = self._found
        if found is None or self.parts.element("landscapePanel").hidden:
            return
        plane, side = found.plane, len(found.losses)
        places = plane.places(_finite(self._path()))
        low, high = np.array(plane.low), np.array(plane.high)
        shares = np.clip((places - low) / (high - low), -1, 2)
        points = np.column_stack([shares[:, 0], 1 - shares[:, 1]]) * (side - 1)
        told = "L".join(f"{x:.2f} {y:.2f}" for x, y in points.tolist())
        for name in ("landscapePath", "landscapePathRim"):
            self.parts.element(name).setAttribute("d", f"M{told}" if told else "")
        here = f"M{points[-1][0]:.2f} {points[-1][1]:.2f}h0" if len(points) else ""
        for name in ("landscapeHere", "landscapeHereRim"):
            self.parts.element(name).setAttribute("d", here)
        if self._neuron and self.lab.busy and not self.busy and not plane.holds(places):
            self._look_again()


def _finite(path: np.ndarray) -> np.ndarray:
    return np.asarray(path[np.isfinite(path).all(axis=1)])
