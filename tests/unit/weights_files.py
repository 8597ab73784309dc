"""Weights files, right and wrong."""

import base64
import copy
import json
from typing import Any

import numpy as np

from nn.data.columns import Columns
from nn.formats.weights import Training, dumps
from nn.layers import Dense, Rescaling
from nn.model import Sequential


def network(
    widths: list[int],
    activations: list[str],
    use_bias: bool = True,
    inputs: Rescaling | None = None,
    loss: str = "half_squared_error",
    seed: int = 0,
) -> Sequential:
    layers = [
        Dense(units, activation, use_bias, bias_initializer="random_uniform")
        for units, activation in zip(widths[1:], activations, strict=True)
    ]
    model = Sequential(layers, inputs)
    model.compile(loss=loss, target_range=(0.0, 0.99))
    model.build(widths[0], np.random.default_rng(seed))
    return model


def written(model: Sequential, training: Training | None = None) -> bytes:
    return dumps(model, training or Training()).encode()


NAMED = Columns.plain(("r", "g", "b"), "label", ("warm", "cold"))


def named(columns: Columns = NAMED) -> Sequential:
    model = network([3, 2, 2], ["tanh", "sigmoid"], inputs=Rescaling(1 / 255, 0.5))
    model.columns = columns
    return model


# 3 inputs, 2 hidden units, 2 outputs, with biases.
VALID: dict[str, Any] = json.loads(written(named(), Training(2, 120, 0.75, {"optimizer": "sgd"})))


def of_version_1(content: dict[str, Any]) -> dict[str, Any]:
    """What an earlier version of nn wrote for the same network of Dense layers."""
    found = copy.deepcopy(content)
    found["version"] = 1
    (features,) = found["inputs"].pop("shape")
    found["inputs"]["features"] = features
    found["layers"] = [
        {
            "class": layer["class"],
            **{key: layer["config"][key] for key in ("units", "activation", "use_bias")},
        }
        for layer in found["layers"]
    ]
    return found


OLD = of_version_1(VALID)


def opened(path: tuple[str | int, ...]) -> tuple[Any, Any]:
    """A valid file's content, and the object or list in it that holds what ``path`` leads to."""
    place = content = copy.deepcopy(VALID)
    for step in path[:-1]:
        place = place[step]
    return content, place


def edited(*path: str | int, value: Any) -> bytes:
    """A valid file with one value replaced."""
    content, place = opened(path)
    place[path[-1]] = value
    return json.dumps(content).encode()


def without(*path: str | int) -> bytes:
    """A valid file with one key or element left out."""
    content, place = opened(path)
    del place[path[-1]]
    return json.dumps(content).encode()


def base64_kernel(values: Any, shape: Any = (3, 2)) -> dict[str, Any]:
    return {"base64": base64.b64encode(np.array(values, "<f4").tobytes()).decode(), "shape": shape}
