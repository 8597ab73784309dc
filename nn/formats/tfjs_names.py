"""What lies beside a model of TensorFlow.js and says what its numbers mean.

Teachable Machine writes ``metadata.json`` with the labels of the classes; ml5's neuralNetwork
``model_meta.json`` with the names of inputs and outputs, and the ranges that it scales to 0 to 1.
https://github.com/ml5js/ml5-library/blob/main/src/NeuralNetwork/NeuralNetworkData.js
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nn import checks
from nn.data.columns import Columns, Input, Output
from nn.formats import columns_json
from nn.formats.keras import parsed
from nn.layers import Rescaling

LABELS, META = "metadata.json", "model_meta.json"
BESIDE = (LABELS, META)


def beside(files: dict[str, bytes], features: int) -> tuple[Rescaling | None, dict[str, Any]]:
    """Return how inputs are scaled, if it is said, and what is known of a network, as JSON.

    Args:
        files: by name, what lies beside the model.
        features: how many inputs there are.

    Raises:
        ValueError: one of the files is not as it should be.

    >>> beside({"metadata.json": b'{"labels": ["cat", "dog"]}'}, 3)
    (None, {'classes': ['cat', 'dog']})
    """
    if LABELS in files:
        labels = parsed(files[LABELS], LABELS).get("labels")
        return None, {} if labels is None else {"classes": labels}
    meta = next((name for name in files if name.endswith("_meta.json")), None)
    if meta is None:
        return None, {}
    content = parsed(files[meta], meta)
    given, wanted = (
        _objects(content.get(key), f"{key} in {meta}") for key in ("inputs", "outputs")
    )
    if len(given) != features or any(each.get("dtype") != "number" for each in given.values()):
        # Pictures, or texts as one of several: features are not columns then.
        return None, {}
    outputs = [_output(name, entry) for name, entry in wanted.items()]
    columns = Columns(tuple(map(Input, given)), tuple(outputs))
    ranges = [_range(name, entry) for name, entry in given.items()]
    scales = np.array([1 / (high - low) for low, high in ranges])
    offsets = -np.array([low for low, _ in ranges]) * scales
    return Rescaling(scales, offsets), {"columns": columns_json.to_json(columns)}


def _output(name: str, entry: dict[str, Any]) -> Output:
    classes = entry.get("uniqueValues")
    if entry.get("dtype") == "string" and isinstance(classes, list):
        return Output(
            name, checks.texts(classes, f"uniqueValues of {checks.shown(name)}", len(classes))
        )
    low, high = _range(name, entry)
    return Output(name, None, high - low, low)


def _range(name: str, entry: dict[str, Any]) -> tuple[float, float]:
    """Return what has become 0, and 1."""
    low, high = (
        checks.number(entry.get(key), f"{key} of {checks.shown(name)}") for key in ("min", "max")
    )
    return (low, high) if high > low else (0.0, 1.0)


def _objects(value: Any, where: str) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise ValueError(f"{where} must be objects by name")
    return value
