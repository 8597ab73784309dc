"""What a network for points learns from: the built-in points, a visitor's, or ones not here."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from nn.data.columns import Columns, Output
from nn.data.dataset import Dataset
from nn.data.points import FEATURES
from nn.data.tables import shown
from nn.experiment.task import DataCode, Task
from nn.labs import points, points_code
from nn.labs.edits import Edits, Placed
from nn.labs.own_points import OwnPoints
from nn.labs.point_columns import MOST_CLASSES
from nn.labs.points import BUILT_IN, PointsSettings
from nn.labs.table_source import Opened
from nn.layers import Dense
from nn.model import Sequential


@dataclass(frozen=True, eq=False)
class PointsSource:
    """One of three: the built-in points, those of a table, or none.

    There are none where the network came from a weights file and its table did not.

    Attributes:
        own: a visitor's points.
        edits: what was done to these; the settings say it of the built-in ones.
        file: the name of the table's file.
        without: the output of a network whose points are not here.
        opened: the table, from which other columns can be chosen.

    >>> PointsSource().built_in, PointsSource(without=Output("kind", ("a", "b"))).built_in
    (True, False)
    """

    own: OwnPoints | None = None
    edits: Edits = Edits()
    file: str = ""
    without: Output | None = None
    opened: Opened | None = None

    @classmethod
    def of(cls, opened: Opened, *chosen: str) -> PointsSource:
        """Return the points of a table; raises as :meth:`nn.labs.own_points.OwnPoints.of` does."""
        return cls(OwnPoints.of(opened.table, *chosen), file=opened.name, opened=opened)

    @property
    def built_in(self) -> bool:
        """Whether these are the built-in points."""
        return self.own is None and self.without is None

    @property
    def output(self) -> Output:
        """What is predicted."""
        if self.own is not None:
            return self.own.output
        return self.without or BUILT_IN

    def for_network(self, columns: Columns) -> PointsSource:
        """Return what a network from a weights file goes on with, which may be nothing."""
        output = columns.outputs[0]
        own = self.own.for_network(output) if self.own is not None else None
        if own is not None:
            return replace(self, own=own)
        if (output.name, output.classes) == (BUILT_IN.name, BUILT_IN.classes):
            return PointsSource()
        return PointsSource(without=output)

    def edits_of(self, settings: PointsSettings) -> Edits:
        """Return what was done to the points."""
        return settings.edits if self.own is None else self.edits

    def check(self) -> None:
        """Raise a ValueError if there are no points."""
        if self.without is not None:
            raise ValueError(
                f"the network has learnt {shown(self.without.name)} from points that are not here: "
                "open their table first"
            )

    def task(self, settings: PointsSettings) -> Task:
        """Return what a network is for; raises as :func:`nn.labs.points.task` does."""
        return points.task(settings, self.output)

    def placed(self, settings: PointsSettings) -> Placed:
        """Return the points; raises a ValueError if there are none, or all were removed."""
        self.check()
        return points.points(settings, self.own, self.edits)

    def data(self, settings: PointsSettings) -> tuple[Dataset, Dataset]:
        """Return what to train on and to test with; raises as :meth:`placed` does."""
        self.check()
        return points.data(settings, self.own, self.edits)

    def code(self, settings: PointsSettings) -> DataCode:
        """Return how a program gets the points."""
        if self.without is not None:
            return points_code.missing_code(f"the network predicts {shown(self.without.name)}")
        return points_code.data_code(settings, self.own, self.edits, self.file)

    def files(self) -> dict[str, bytes]:
        """Return what the program reads, by the names of the files."""
        return {self.file: self.opened.content} if self.own and self.opened else {}

    def told(self, settings: PointsSettings) -> str:
        """Return how many points there are, and what of them is held out; "" of built-in ones."""
        if self.without is not None:
            return (
                f"The network has learnt {shown(self.without.name)} from a table that is not open. "
                "Its axes came with that table: the square stands for them."
            )
        if self.own is None:
            return ""
        found = self.placed(settings)
        used = len(found.train) + found.held_out
        kept = f"{found.held_out:,} held out for testing" if found.held_out else "none is held out"
        told = f"{self.file}: {used:,} points; {kept}"
        return "; ".join([told, *self.own.notes])


def as_loaded(model: Sequential) -> PointsSettings:
    """Return the first settings that have the inputs and the loss of a network with columns."""
    assert model.columns is not None
    return replace(points.DEFAULTS, inputs=model.columns.features, loss=model.loss.name)


def check_loaded(model: Sequential) -> None:
    """Raise a ValueError unless the network of a weights file is one of this lab."""
    if model.columns is None:
        raise ValueError(
            f"the network is for {model.features:,} inputs without names; for points they "
            f"must be some of {', '.join(FEATURES)}"
        )
    _check_columns(model.columns)
    if np.ndim(model.inputs.scale) or np.ndim(model.inputs.offset):
        raise ValueError("the network is for the rows of a table")
    other = next((one for one in model.layers if type(one) is not Dense), None)
    if other is not None:
        raise ValueError(
            f"the network has a {type(other).__name__} layer; for points all must be Dense"
        )
    needed = points.task(as_loaded(model), model.columns.outputs[0]).outputs
    if model.outputs != needed:
        raise ValueError(
            f"the network has {model.outputs:,} outputs; for points and this loss, "
            f"{model.loss.name}, it must be {needed}"
        )


def _check_columns(columns: Columns) -> None:
    names = columns.features
    if not set(names) <= FEATURES.keys() or len(set(names)) < len(names):
        raise ValueError(
            f"the network's inputs are {', '.join(names)[:80]}; for points they must be some of "
            f"{', '.join(FEATURES)}, each once"
        )
    classes = columns.outputs[0].classes
    if len(columns.outputs) > 1 or (classes is not None and len(classes) > MOST_CLASSES):
        raise ValueError(
            f"the network predicts more than Points shows, which is one number or up to "
            f"{MOST_CLASSES} classes"
        )
