"""Train what judges whether a sign is a digit, fit how sure answers are, and say how well it does.

Some signs are kept from the judge; with them the constants are fitted, and on other photos, of
other digits, the figures are measured. It takes about five minutes, needs MNIST in ``mnist/``, and
writes ``nn/labs/likeness.json`` and ``nn/labs/confidence.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from nn import load_model
from nn.data.augmentation import Augmentation
from nn.data.images import read_folder
from nn.labs.confidence import CONSTANTS, LIKENESS, beside
from nn.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Rescaling,
)
from nn.model import Sequential
from nn.optimizers import Adam
from tools.confidence import examples, fitting, signs

_SEED = 9
_EACH = 20_000  # pictures of digits, and of other signs, that the judge learns from
_RATES = (0.004, 0.002, 0.0007)


def _trained(ways: list[str], letters: str, root: Path) -> Sequential:
    rng = np.random.default_rng(_SEED)
    digits = read_folder(root / "mnist").train
    assert digits is not None
    data = examples.judged(digits, _EACH, ways, letters, rng)
    model = Sequential(
        [
            Conv2D(12, 5, strides=2, activation="relu", kernel_initializer="he_normal"),
            BatchNormalization(),
            Conv2D(24, 3, activation="relu", kernel_initializer="he_normal"),
            BatchNormalization(),
            Conv2D(32, 3, strides=2, activation="relu", kernel_initializer="he_normal"),
            BatchNormalization(),
            Conv2D(32, 3, activation="relu", kernel_initializer="he_normal"),
            BatchNormalization(),
            GlobalAveragePooling2D(),
            Dense(2, activation="softmax"),
        ],
        inputs=Rescaling(1 / 255),
    )
    model.classes = data.names
    optimizer = Adam(_RATES[0])
    model.compile(optimizer, "categorical_crossentropy")
    changes = Augmentation(shift=1, rotate=10, zoom=0.1)
    for rate in _RATES:
        optimizer.learning_rate = rate
        model.fit(data.inputs, data.targets, batch_size=32, epochs=2, rng=rng, augmentation=changes)
    # Four decimals are enough, and make the file half as large.
    model.parameters[:] = model.parameters.round(4)
    return model


def main() -> None:
    """Train, fit, write both files and print the figures."""
    root = Path(__file__).parents[2]
    ways = [
        way
        for table in (signs.LETTERS, signs.SHAPES)
        for name, some in table.items()
        if name not in fitting.HELD_OUT
        for way in some
    ]
    letters = "".join(each for each in examples.FONT_LETTERS if each not in fitting.HELD_OUT)
    _trained(ways, letters, root).save(Path(str(beside(LIKENESS))))
    test = read_folder(root / "mnist").test
    assert test is not None
    network = load_model(root / "dist" / "best.json")
    constants = fitting.fitted(fitting.measured(network, test.take(range(5000)), _SEED + 1))
    new = fitting.measured(network, test.take(range(5000, 10000)), _SEED + 2)
    figures = fitting.figures(new, constants)
    content = {
        "source": "python -m tools.confidence: photos of MNIST's test digits and of signs drawn by "
        "code; the figures are of other photos, and of signs that the judge was not trained with",
        "constants": {name: float(f"{value:.6g}") for name, value in vars(constants).items()},
        "figures": figures,
    }
    Path(str(beside(CONSTANTS))).write_text(json.dumps(content, indent=1) + "\n")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
