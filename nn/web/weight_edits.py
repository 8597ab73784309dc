"""Weights that a visitor sets by hand: learning goes on from there, and each can be taken back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from nn.experiment.settings import Settings
from nn.web import dom

if TYPE_CHECKING:
    from nn.web.lab import Lab

S = TypeVar("S", bound=Settings)

_LARGEST = 1e6


@dataclass(frozen=True)
class WeightPlace:
    """Where a weight is: ``index``, flat, in the array ``name`` of a layer."""

    layer: int
    name: str
    index: int


class WeightEdits(Generic[S]):
    """What was set, the latest last.

    Attributes:
        changes: a count of them, and of what was taken back.
    """

    def __init__(self, lab: Lab[S]) -> None:
        self.changes = 0
        self._lab = lab
        self._before: list[tuple[WeightPlace, float]] = []
        lab.parts.click("undoWeight", self.undo)

    def clear(self) -> None:
        """Forget what was set: the network is another one."""
        self._before.clear()
        self._show()

    def set(self, place: WeightPlace, value: float, further: bool = False) -> None:
        """Set a weight; ``further`` says that it is being set since the last call.

        Raises:
            ValueError: no weight should be so large.
        """
        if not abs(value) <= _LARGEST:
            raise ValueError(f"expected a number from -{_LARGEST:,.0f} to {_LARGEST:,.0f}")
        before = self._write(place, value)
        if not further:
            self._before.append((place, before))
        self._show()

    def undo(self) -> None:
        """Set the weight that was set last to what it was before."""
        if self._before:
            place, before = self._before.pop()
            self._write(place, before)
            self._show()
            self._lab.panels.refresh()
            dom.announce(f"The weight is {before:.4g} again")

    def _write(self, place: WeightPlace, value: float) -> float:
        experiment = self._lab.experiment
        weights = experiment.model.layers[place.layer].views[place.name].reshape(-1)
        before = float(weights[place.index])
        weights[place.index] = value
        self.changes += 1
        if experiment.history.test_accuracy is not None:
            # It was of another network.
            experiment.history.test_accuracy = None
            self._lab.parts.show("accuracy", "–")
        if not self._lab.busy:
            self._lab.painter.paint_all()
        return before

    def _show(self) -> None:
        button = self._lab.parts.element("undoWeight")
        button.hidden = not self._before
        if self._before:
            _, before = self._before[-1]
            title = f"Set the weight that was set last to {before:.4g} again"
            button.title = title if math.isfinite(before) else ""
