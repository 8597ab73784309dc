"""Files that hold whole models; :data:`FORMATS` lists how they are written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from nn.formats import weights
from nn.model import Sequential
from nn.names import lookup

FORMATS: dict[str, Callable[[Sequential], str]] = {".json": weights.dumps}
"""What writes a model, by the end of the file's name."""


def save_model(model: Sequential, path: str | os.PathLike[str]) -> None:
    """Write a model to a file, in the format that its name ends with.

    Raises:
        ValueError: there is no such format, or it cannot hold the model.
    """
    write = lookup("kind of file", FORMATS, Path(path).suffix)
    Path(path).write_text(write(model), encoding="utf-8")


def load_model(path: str | os.PathLike[str]) -> Sequential:
    """Return the model of a file, whatever its name: it is known by its content.

    Raises:
        ValueError: it is not a model's, or anything in it is not as it should be; the message
            begins with the file's name.

    >>> import tempfile
    >>> from nn import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.build(2, rng=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.json")
    ...     again = load_model(f"{folder}/model.json")
    >>> bool((again.parameters == model.parameters).all())
    True
    """
    path = Path(path)
    try:
        return weights.loads(path.read_bytes())[0]
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None
