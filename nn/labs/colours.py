"""Colours: red, green and blue to what people call it; or any table's columns to one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from nn.data import Dataset, hold_out
from nn.data.colours import CHANNELS, NAMES, labelled_colours
from nn.data.columns import Columns
from nn.data.tables import MAX_CLASSES, normalisation, shown
from nn.experiment.fields import Field, whole
from nn.experiment.settings import FIELDS, Settings, SettingsError, layers
from nn.experiment.task import DataCode, Task
from nn.labs.selection import Selection
from nn.layers import Rescaling
from nn.losses import LOSSES
from nn.model import Sequential

HELD_OUT = 0.2
"""The share of the rows that a network is tested with."""

_OUTPUT = "colour"

_UPDATES = 2_500
_FEWEST_EPOCHS, _MOST_EPOCHS = 5, 200
_FEW_ROWS = 4_000


@dataclass(frozen=True)
class ColoursSettings(Settings):
    """Settings of the Colours lab.

    Attributes:
        colours: how many labelled colours are made.
        colour: red, green and blue of the one that is looked at, which is not part of the
            experiment; None for whichever it is.
    """

    colours: int = 5400
    colour: tuple[int, int, int] | None = field(default=None, compare=False)

    def network(self) -> tuple[object, ...]:
        return *super().network(), self.colours


def _read_colour(text: str) -> tuple[int, int, int] | None:
    if not text:
        return None
    if not re.fullmatch("[0-9a-fA-F]{6}", text):
        raise ValueError("expected six hexadecimal digits, such as ff8c3c")
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


def write_colour(colour: tuple[int, int, int] | None) -> str:
    """Return red, green and blue as six hexadecimal digits; nothing for None."""
    return bytes(colour or ()).hex()


ColoursSettings.table = {
    **FIELDS,
    "colours": Field("Built-in colours", "colours", whole(90, 100_000)),
    "colour": Field("Colour", "colour", _read_colour, write_colour),
}

DEFAULTS = ColoursSettings(
    hidden=layers(16),
    activation="relu",
    loss="categorical_crossentropy",
    optimizer="adam",
    learning_rate=0.02,
    decay="cosine",
    batch_size=64,
    epochs=20,
    use_bias=True,
)

PRESETS = {
    "Small": DEFAULTS,
    "Large": replace(
        DEFAULTS, hidden=layers(64, 32), learning_rate=0.01, epochs=60, colours=18_000
    ),
}
"""Settings worth starting from: 3-16-9, and one whose boundaries are finer."""


def suggested(settings: ColoursSettings, selection: Selection) -> ColoursSettings:
    """Return ``settings`` with a loss that suits the output, and enough updates for the rows."""
    rows = round(len(selection.rows) * (1 - HELD_OUT))
    batch_size = 64 if rows >= _FEW_ROWS else 16
    epochs = -(-_UPDATES * batch_size // rows)
    return replace(
        settings,
        loss="mean_squared_error" if selection.classes is None else "categorical_crossentropy",
        batch_size=batch_size,
        epochs=min(max(epochs, _FEWEST_EPOCHS), _MOST_EPOCHS),
        train_samples=None,
    )


@dataclass(frozen=True, eq=False)
class _Split:
    train: Dataset
    test: Dataset
    inputs: Rescaling
    columns: Columns


@lru_cache(maxsize=1)
def _split(selection: Selection | None, colours: int, seed: int) -> _Split:
    """Return both parts, with targets as they are, and what is known from the training part."""
    rng = np.random.default_rng(seed)
    rows = labelled_colours(colours, rng) if selection is None else selection.rows
    columns = _columns(selection)
    train, test = hold_out(rows, HELD_OUT, rng)
    if columns.classes is None:
        # One number is scaled as an input is: to mean 0 and variance 1.
        scaling = normalisation(train.targets)
        scale = 1 / float(scaling.scale[0])  # type: ignore[index]
        offset = float(train.targets.mean(dtype=np.float64))
        columns = replace(columns, scale=scale, offset=offset)
    return _Split(train, test, normalisation(train.inputs), columns)


def _columns(selection: Selection | None) -> Columns:
    if selection is None:
        return Columns(CHANNELS, _OUTPUT, NAMES)
    return Columns(selection.inputs, selection.output, selection.classes)


def task(settings: ColoursSettings, selection: Selection | None = None) -> Task:
    """Return what a network is to do with the built-in colours, or with columns of a table.

    Raises:
        SettingsError: the loss is one of classes, and the output is a number.
    """
    split = _split(selection, settings.colours, settings.seed)
    return _task(settings, split.columns, split.inputs)


def outline(settings: ColoursSettings, selection: Selection | None = None) -> Task:
    """Return what :func:`task` does, less the normalisation, for which the rows must be made.

    That is enough to check settings; raises as :func:`task` does.
    """
    return _task(settings, _columns(selection), Rescaling())


def task_of(settings: ColoursSettings, model: Sequential) -> Task:
    """Return what the network of a weights file is for; raises as :func:`task` does."""
    assert model.columns
    return _task(settings, model.columns, model.inputs)


def _task(settings: ColoursSettings, columns: Columns, inputs: Rescaling) -> Task:
    if columns.classes is not None:
        return Task(len(columns.inputs), len(columns.classes), inputs, columns=columns)
    if settings.loss not in NUMBER_LOSSES:
        raise SettingsError(
            {"loss": f"expected {' or '.join(NUMBER_LOSSES)}: the output is a number"},
            settings.table,
        )
    return Task(len(columns.inputs), 1, inputs, output_activation="linear", columns=columns)


NUMBER_LOSSES = [name for name, loss in LOSSES.items() if loss.output_activation is None]
"""Losses that go with an output that is a number."""


def data(
    settings: ColoursSettings, selection: Selection | None = None, columns: Columns | None = None
) -> tuple[Dataset, Dataset]:
    """Return what to train on and what to test with: a fifth of the rows.

    Args:
        settings: how many colours there are, and the seed of the split.
        selection: columns of a table; the built-in colours by default.
        columns: those of the network, if not the one that :func:`task` describes.

    Raises:
        ValueError: the network has other columns, or the rows a class that it does not know.
    """
    split = _split(selection, settings.colours, settings.seed)
    wanted = columns or split.columns
    return _as_network_has_it(split.train, split.columns, wanted), _as_network_has_it(
        split.test, split.columns, wanted
    )


def _as_network_has_it(rows: Dataset, found: Columns, wanted: Columns) -> Dataset:
    """Return rows with targets as a network with the columns ``wanted`` gives them."""
    if (found.inputs, found.output) != (wanted.inputs, wanted.output):
        raise ValueError(f"{described(wanted)}; expected data with the same columns")
    if found.classes is None or wanted.classes is None:
        if found.classes is not wanted.classes:
            raise ValueError(
                f"the network predicts {'numbers' if wanted.classes is None else 'classes'}, "
                f"which {shown(found.output)} does not hold"
            )
        targets = (rows.targets.astype(np.float64) - wanted.offset) / wanted.scale
        return Dataset(rows.inputs, targets.astype(np.float32))
    if found.classes == wanted.classes:
        return rows
    places = {name: place for place, name in enumerate(wanted.classes)}
    unknown = [name for name in found.classes if name not in places]
    if unknown:
        raise ValueError(f"the network does not know the class {shown(unknown[0])}")
    table = np.array([places[name] for name in found.classes])
    return Dataset(rows.inputs, table[rows.targets], len(wanted.classes))


def described(columns: Columns) -> str:
    """Return what a network takes and predicts."""
    names = [shown(name) for name in columns.inputs]
    listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"the network takes {listed} and predicts {shown(columns.output)}"


def check_loaded(model: Sequential) -> None:
    """Raise a ValueError unless the network of a weights file is one of this lab."""
    columns = model.columns
    if columns is None:
        raise ValueError(
            f"the network is {model.features} to {model.outputs} and names no columns; "
            "for Colours it must name its inputs and its output"
        )
    if np.ndim(model.inputs.scale) != 1 or np.ndim(model.inputs.offset) != 1:
        raise ValueError(
            f"{described(columns)}: it was saved in another lab, and can be loaded only there"
        )
    if model.outputs > MAX_CLASSES:
        raise ValueError(f"the network has {model.outputs:,} classes; up to {MAX_CLASSES:,} here")
    outputs = 1 if columns.classes is None else len(columns.classes)
    if model.outputs != outputs:
        raise ValueError(f"the network has {model.outputs} outputs; its columns ask for {outputs}")
    if columns.classes is None and not columns.scale > 0:
        raise ValueError(f"columns.scale must be above 0, found {columns.scale:g}")
    if columns.classes is None and model.loss.name not in NUMBER_LOSSES:
        raise ValueError(f"the network predicts numbers, which {model.loss.name} does not suit")


def missing_data_code(columns: Columns) -> DataCode:
    """Return what stands in a program where the data is unknown that a network learnt from."""
    return DataCode(
        [],
        [
            f"# Here {described(columns)}.",
            "# Make train and test, two Datasets, from a table with these columns.",
        ],
    )


def data_code(
    settings: ColoursSettings, selection: Selection | None = None, file: str = ""
) -> DataCode:
    """Return the lines of a program that make what :func:`data` returns.

    Args:
        settings, selection: as for :func:`data`.
        file: the name of the table's file.
    """
    imports = ["import numpy as np", "from nn.data import hold_out"]
    draw = f"rng = np.random.default_rng({settings.seed})"
    if selection is None:
        imports.append("from nn.data.colours import labelled_colours")
        make = f"labelled_colours({settings.colours}, rng)"
        return DataCode(imports, [draw, f"train, test = hold_out({make}, {HELD_OUT}, rng)"])
    imports += ["from pathlib import Path", "from nn.data.table_files import read_table"]
    lines = [
        f"table = read_table(Path({file!r}).read_bytes())",
        f"inputs = {list(selection.inputs)!r}",
        f"rows, classes = table.dataset(inputs, {selection.output!r})",
        draw,
        f"train, test = hold_out(rows, {HELD_OUT}, rng)",
    ]
    if selection.classes is None:
        columns = _split(selection, settings.colours, settings.seed).columns
        imports[1] = "from nn.data import Dataset, hold_out"
        scaled = f"(part.targets.astype(np.float64) - {columns.offset!r}) / {columns.scale!r}"
        lines += [
            "# An output y stands for the number scale * y + offset.",
            "train, test = (",
            f"    Dataset(part.inputs, ({scaled}).astype(np.float32))",
            "    for part in (train, test)",
            ")",
        ]
    return DataCode(imports, lines)
