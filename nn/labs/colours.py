"""Colours: red, green and blue to what people call it; or any table's columns to one of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from nn.data import Dataset, hold_out
from nn.data.colours import CHANNELS, NAMES, labelled_colours
from nn.data.columns import Columns
from nn.data.scaling import normalisation
from nn.data.tables import Column, Table, shown
from nn.experiment.fields import Field, choice, real, whole, write_real
from nn.experiment.settings import FIELDS, Settings, SettingsError, layers
from nn.experiment.task import EACH_OUTPUT, Task, loss_setting
from nn.labs.selection import MAX_CLASSES, Selection
from nn.labs.split import HELD_OUT, Missing, Split, outline_of, split, suggested_share
from nn.layers import Rescaling
from nn.losses import LOSSES, SlicedLoss
from nn.model import Sequential
from nn.sliced import MAX_PARTS, written

_OUTPUT = "colour"

BUILT_IN = Columns.plain(CHANNELS, _OUTPUT, NAMES)
"""What the network for the built-in colours takes and predicts."""

_UPDATES = 2_500
_FEWEST_EPOCHS, _MOST_EPOCHS = 5, 200
_FEW_ROWS = 4_000
_MANY_INPUTS = 20
_RATE, _L2 = 0.01, 0.003
"""For tables: most are small and noisy, and a network learns the noise by heart without them."""


@dataclass(frozen=True)
class ColoursSettings(Settings):
    """Settings of the Colours lab.

    Attributes:
        colours: how many labelled colours are made.
        held_out: the share of the rows to test with; None for what suits their number.
        missing: whether missing inputs are filled or their rows dropped.
        colour: red, green and blue of the one that is looked at, which is not part of the
            experiment; None for whichever it is.
    """

    colours: int = 5400
    held_out: float | None = None
    missing: Missing = "fill"
    colour: tuple[int, int, int] | None = field(default=None, compare=False)

    def network(self) -> tuple[object, ...]:
        return *super().network(), self.colours, self.held_out, self.missing


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


def _read_share(text: str) -> float | None:
    return real(0, 50)(text) / 100 if text else None


def _write_share(share: float | None) -> str:
    return "" if share is None else write_real(round(100 * share, 6))


ColoursSettings.table = {
    **FIELDS,
    "loss": Field("Loss", "loss", choice((*LOSSES, EACH_OUTPUT))),
    "colours": Field("Built-in colours", "colours", whole(90, 100_000)),
    "heldOut": Field("Held out, %", "held_out", _read_share, _write_share),
    "missing": Field("Empty cells", "missing", choice(("fill", "drop"))),
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
    """Return ``settings`` with a loss that suits the output, and enough units and updates."""
    held_out = suggested_share(len(selection.answered))
    rows = max(1, round(len(selection.answered) * (1 - held_out)))
    batch_size = 64 if rows >= _FEW_ROWS else 16
    epochs = -(-_UPDATES * batch_size // rows)
    sorts = selection.choice.sorts
    loss = "mean_squared_error"
    if sorts == ("classes",):
        loss = "categorical_crossentropy"
    elif "classes" in sorts and len(sorts) <= MAX_PARTS:
        loss = EACH_OUTPUT
    usual = settings.l2 == 0
    wide = len(selection.choice.inputs) > _MANY_INPUTS
    return replace(
        settings,
        hidden=layers(32) if wide and settings.hidden == DEFAULTS.hidden else settings.hidden,
        learning_rate=_RATE if usual else settings.learning_rate,
        l2=_L2 if held_out and usual else settings.l2,
        loss=loss,
        batch_size=batch_size,
        epochs=min(max(epochs, _FEWEST_EPOCHS), _MOST_EPOCHS),
        train_samples=None,
    )


@lru_cache(maxsize=1)
def parts(
    selection: Selection | None,
    colours: int,
    seed: int,
    held_out: float | None,
    missing: Missing,
    test: Table | None = None,
) -> Split:
    """Return what to train on and to test with, of the built-in colours or of a table."""
    rng = np.random.default_rng(seed)
    if selection is not None:
        return split(selection, rng, held_out, missing, test)
    rows = labelled_colours(colours, rng)
    share = HELD_OUT if held_out is None else held_out
    train, held = hold_out(rows, share, rng) if share else (rows, rows)
    kept = len(held) if share else 0
    return Split(train, held, BUILT_IN, normalisation(train.inputs), kept, {}, 0)


def parts_of(
    settings: ColoursSettings, selection: Selection | None, test: Table | None = None
) -> Split:
    """Return what to train on and to test with as ``settings`` say."""
    return parts(
        selection, settings.colours, settings.seed, settings.held_out, settings.missing, test
    )


def task(
    settings: ColoursSettings, selection: Selection | None = None, test: Table | None = None
) -> Task:
    """Return what a network is to do with the built-in colours, or with columns of a table.

    Raises:
        SettingsError: the loss does not suit the outputs.
    """
    return task_for(settings, parts_of(settings, selection, test))


def task_for(settings: ColoursSettings, parts: Split) -> Task:
    """Return what a network is to do with rows that were parted; raises as :func:`task` does."""
    return _task(settings, parts.columns, parts.inputs)


def outline(settings: ColoursSettings, selection: Selection | None = None) -> Task:
    """Return what :func:`task` does, less the numbers for which the rows must be made.

    That is enough to check settings; raises as :func:`task` does.
    """
    return _task(settings, _outline(selection), Rescaling())


@lru_cache(maxsize=1)
def _outline(selection: Selection | None) -> Columns:
    return BUILT_IN if selection is None else outline_of(selection)


def task_of(settings: ColoursSettings, model: Sequential) -> Task:
    """Return what the network of a weights file is for; raises as :func:`task` does."""
    assert model.columns
    return _task(settings, model.columns, model.inputs)


def _task(settings: ColoursSettings, columns: Columns, inputs: Rescaling) -> Task:
    features = len(columns.features)
    if columns.classes is not None:
        return Task(features, len(columns.classes), inputs, columns=columns)
    possible = _losses_of(columns)
    if settings.loss not in possible:
        several = len(columns.outputs) > 1
        found = "several columns are predicted" if several else "the output is a number"
        raise SettingsError({"loss": f"expected {' or '.join(possible)}: {found}"}, settings.table)
    return Task(
        features,
        columns.width,
        inputs,
        each_loss=_each_loss(columns),
        output_activation="linear",
        columns=columns,
    )


NUMBER_LOSSES = [name for name, loss in LOSSES.items() if loss.output_activation is None]
"""Losses that go with an output that is a number."""


def _losses_of(columns: Columns) -> list[str]:
    """Return the losses that go with outputs other than one of classes."""
    if len(columns.outputs) == 1:
        return NUMBER_LOSSES
    if any(output.classes is None for output in columns.outputs):
        return [EACH_OUTPUT, *NUMBER_LOSSES]
    # Each class may also be told from the others by itself.
    return [EACH_OUTPUT, "binary_crossentropy", *NUMBER_LOSSES]


def _each_loss(columns: Columns) -> str:
    """Return the loss by which each column is learnt as if it were the only one."""
    return written(
        ("mean_squared_error" if output.classes is None else DEFAULTS.loss, output.width)
        for output in columns.outputs
    )


def data(
    settings: ColoursSettings,
    selection: Selection | None = None,
    columns: Columns | None = None,
    test: Table | None = None,
) -> Split:
    """Return what to train on and what to test with.

    Args:
        settings: how many colours there are, what is held out, and the seed of the split.
        selection: columns of a table; the built-in colours by default.
        columns: those of the network, if not the ones that :func:`task` describes.
        test: rows of another table to test with, which are not learnt from.

    Raises:
        ValueError: the network has other columns, or the rows a class that it does not know.
    """
    found = parts_of(settings, selection, test)
    if columns is None or columns == found.columns:
        return found
    if selection is not None:
        rng = np.random.default_rng(settings.seed)
        return split(selection, rng, settings.held_out, settings.missing, test, columns)
    assert columns is not None
    if columns.names != CHANNELS or [one.name for one in columns.outputs] != [_OUTPUT]:
        raise ValueError(f"{described(columns)}; expected data with the same columns")
    return replace(
        found,
        columns=columns,
        train=_as_network_has_it(found.train, columns),
        test=_as_network_has_it(found.test, columns),
    )


def told(parts: Split, built_in: bool, test: str = "") -> str:
    """Return how many rows there are, and what for; ``test`` is the name of a test file."""
    kind = "colours, named by rules" if built_in else "rows"
    if test:
        return f"{len(parts.train):,} rows to learn from; {parts.held_out:,} of {test} to test with"
    if not parts.held_out:
        return f"{parts.used:,} {kind}, all of which are learnt from: none is held out"
    return f"{parts.used:,} {kind}; {parts.held_out:,} of them held out for testing"


def _as_network_has_it(rows: Dataset, columns: Columns) -> Dataset:
    """Return built-in colours with classes in the order of a network's."""
    if columns.classes is None:
        raise ValueError("the network predicts numbers, which the built-in colours do not hold")
    column = Column(_OUTPUT, "category", None, rows.targets.astype(np.intp), NAMES)
    return Dataset(rows.inputs, columns.outputs[0].targets(column), len(columns.classes))


def described(columns: Columns) -> str:
    """Return what a network takes and predicts."""
    outputs = " and ".join(shown(output.name) for output in columns.outputs[:5])
    return f"the network takes {_listed(columns.names)} and predicts {outputs}"


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(map(shown, names[:5]))
    return listed + (f" and {len(names) - 5} more" if len(names) > 5 else "")


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
    if len(columns.features) != model.features:
        raise ValueError(
            f"the network has {model.features} inputs; its columns ask for {len(columns.features)}"
        )
    if model.outputs > MAX_CLASSES:
        raise ValueError(f"the network has {model.outputs:,} classes; up to {MAX_CLASSES:,} here")
    if model.outputs != columns.width:
        raise ValueError(
            f"the network has {model.outputs} outputs; its columns ask for {columns.width}"
        )
    if any(output.classes is None and not output.scale > 0 for output in columns.outputs):
        raise ValueError("the scale of an output must be above 0")
    suits = loss_setting(model.loss) in _losses_of(columns) and (
        not isinstance(model.loss, SlicedLoss) or model.loss.name == _each_loss(columns)
    )
    if columns.classes is None and not suits:
        found = "several columns" if len(columns.outputs) > 1 else "numbers"
        raise ValueError(f"the network predicts {found}, which {model.loss.name} does not suit")
