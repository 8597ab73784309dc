"""What a network goes on with: a built-in curve, a visitor's numbers, or ones that are not here."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace

import numpy as np

from nn.data.columns import Output
from nn.data.curves import CURVES
from nn.data.dataset import Dataset
from nn.data.series import Parted, Series, can_be_series, read_numbers, series_of
from nn.data.tables import shown
from nn.experiment.experiment import Experiment
from nn.experiment.task import DataCode, Task
from nn.labs import curve
from nn.labs.curve import CurveSettings
from nn.labs.drawn_curve import DrawnCurve
from nn.labs.table_source import Opened
from nn.layers import Rescaling
from nn.model import Sequential

TYPED = "typed"
"""What numbers are called that a visitor typed."""

MOST_TYPED = 2_000


@dataclass(frozen=True, eq=False)
class CurveSource:
    """One of three: a built-in curve, a visitor's series, or none.

    There is none where the network came from a weights file and its series did not.

    Attributes:
        own: a visitor's series.
        place: on the paper, of the first value of a drawn one; None of others.
        opened: the table that it is a column of.
        without: what a network predicts whose series is not here.

    >>> CurveSource().built_in, CurveSource.typed("1 2 4 " * 10).built_in
    (True, False)
    """

    own: Series | None = None
    place: int | None = None
    opened: Opened | None = None
    without: Output | None = None

    @classmethod
    def of(cls, opened: Opened, name: str | None = None) -> CurveSource:
        """Return a column of a table; raises as :func:`nn.data.series.series_of` does."""
        return cls(series_of(opened.table, name), opened=opened)

    @classmethod
    def typed(cls, text: str) -> CurveSource:
        """Return numbers that someone typed.

        Raises:
            ValueError: they are none, or no series.
        """
        numbers = read_numbers(text)
        if len(numbers) > MOST_TYPED:
            raise ValueError(
                f"these are {len(numbers):,} numbers; more than {MOST_TYPED:,} are opened as a file"
            )
        return cls(Series(numbers, TYPED))

    @classmethod
    def drawn(cls, paper: DrawnCurve) -> CurveSource:
        """Return what someone drew; raises as :meth:`DrawnCurve.series` does."""
        return cls(paper.series(), place=paper.span[0])

    @property
    def built_in(self) -> bool:
        """Whether this is a built-in curve."""
        return self.own is None and self.without is None

    @property
    def columns(self) -> list[str]:
        """The names of the columns of the table that can be gone on with."""
        if self.opened is None:
            return []
        columns = self.opened.table.columns.items()
        return [name for name, column in columns if can_be_series(column)]

    def check(self) -> None:
        """Raise a ValueError if there is nothing to learn from."""
        if self.without is not None:
            raise ValueError(
                f"the network has learnt {shown(self.without.name)}, which is not open: open that "
                "column of numbers, or begin with another curve"
            )

    def series(self, settings: CurveSettings) -> Series:
        """Return the series; raises as :meth:`check` does."""
        self.check()
        return curve.built_in(settings) if self.own is None else self.own

    def task(self, settings: CurveSettings) -> Task:
        """Return what a network for it is to do."""
        if self.without is not None:
            return curve.task(settings, self.without)
        return curve.task(settings, curve.output_of(self.series(settings), settings))

    def data(self, settings: CurveSettings, model: Sequential | None = None) -> Parted:
        """Return it in windows.

        Args:
            settings: their length, and what is held out.
            model: a network that may scale what it is given otherwise.

        Raises:
            ValueError: there is none, or windows do not fit into it.
        """
        task = self.task(settings)
        if model is not None:
            task = replace(task, inputs=model.inputs)
        return curve.data(settings, self.series(settings), task)

    def for_network(self, model: Sequential) -> CurveSource:
        """Return what a network from a weights file goes on with, which may be nothing."""
        assert model.columns is not None
        (output,) = model.columns.outputs
        if self.own is not None and self.own.name == output.name:
            return self
        return CurveSource() if output.name in CURVES else CurveSource(without=output)

    def taken_up(
        self, experiment: Experiment, base: CurveSettings
    ) -> tuple[CurveSource, CurveSettings]:
        """Return what a network from a weights file goes on with, and the settings to do so.

        Args:
            experiment: with the network.
            base: settings for what its history does not tell.

        Raises:
            ValueError: no settings make such a network.
        """
        model = experiment.model
        steps, source = model.input_shape[0], self.for_network(model)
        base = replace(base, steps=steps, loss=model.loss.name)
        settings = replace(experiment.settings(base, source.task(base)), steps=steps)
        if source.built_in:
            assert model.columns is not None
            # So that windows fit, whatever is held out.
            values = min(max(settings.values, 4 * steps), curve.MAX_VALUES)
            settings = replace(settings, curve=model.columns.outputs[0].name, values=values)
        elif source.own is not None:
            try:
                source.data(settings, model)
            except ValueError:
                assert model.columns is not None
                source = CurveSource(without=model.columns.outputs[0])
        return source, settings

    def told(self, settings: CurveSettings) -> str:
        """Return how many values there are, and how many of them are held out; "" if built in."""
        if self.without is not None:
            return f"The network has learnt {shown(self.without.name)}, which is not open"
        if self.own is None:
            return ""
        count = len(self.own)
        kept = round(settings.held_out / 100 * count)
        name = f"{self.opened.name}, {shown(self.own.name)}" if self.opened else "Your curve"
        told = f"{name}: {count:,} values; {f'the last {kept:,}' if kept else 'none'} held out"
        return "; ".join([told, *self.own.notes])

    # ---- As a program.

    def code(self, settings: CurveSettings) -> DataCode:
        """Return how a program gets the series."""
        if self.without is not None:
            name = shown(self.without.name)
            return DataCode([], [f"# Make train and test, two Datasets, of windows of {name}."])
        imports, lines = self._series_code(settings)
        whole = curve.each_step(settings, self.task(settings))
        given = [f"series, {settings.steps}, {settings.held_out} / 100", *["False"] * (not whole)]
        lines = [
            *lines,
            f"parts = parted({', '.join(given)})",
            "train, test = parts.train, parts.test",
        ]
        return DataCode([*imports, "from nn.data.series import parted"], lines)

    def _series_code(self, settings: CurveSettings) -> tuple[list[str], list[str]]:
        if self.own is None:
            given = settings.curve, settings.values, settings.noise, settings.seed
            lines = [f"series = curve({', '.join(map(_written, given))})"]
            return ["from nn.data.curves import curve"], lines
        if self.opened is not None:
            imports = [
                "from pathlib import Path",
                "from nn.data.series import series_of",
                "from nn.data.tables import read_table",
            ]
            lines = [
                "# The file that you opened in the page: put it beside this program.",
                f"table = {self.opened.code}",
                f"series = series_of(table, {self.own.name!r})",
            ]
            return imports, lines
        numbers = textwrap.wrap(", ".join(map(repr, self.own.values.tolist())), 76)
        lines = [
            "values = [",
            *(f"    {line}" for line in numbers),
            "]",
            f'series = Series(values, "{self.own.name}")',
        ]
        return ["from nn.data.series import Series"], lines

    def files(self) -> dict[str, bytes]:
        """Return what the program reads, by the names of the files."""
        return {self.opened.name: self.opened.content} if self.opened else {}


def _written(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def empty(model: Sequential) -> Parted:
    """Return what there is of a series that is not here: no window."""
    windows = np.empty((0, *model.input_shape), np.float32)
    none = Dataset(windows, np.empty((0, *model.output_shape), np.float32))
    return Parted(np.empty(0), 0, model.input_shape[0], Rescaling(), none, none)
