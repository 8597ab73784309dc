"""Weights files of other forms, made into those of version 2 before the one reader sees them."""

from __future__ import annotations

from typing import Any

from nn import checks
from nn.formats.layer_config import to_json
from nn.layers import Dense, Rescaling

TUTORIAL_INPUTS = Rescaling(0.98 / 255, 0.01)
TUTORIAL_TARGETS = (0.0, 0.99)


def from_version_1(content: dict[str, Any]) -> dict[str, Any]:
    """Return a file of version 1, which knows rows of features and Dense alone, as one of 2.

    What is not as it should be stays as it is, for the reader to find.
    """
    found = {"dtype": "float32", **content, "version": 2}
    inputs = content.get("inputs")
    if isinstance(inputs, dict):
        rest = {key: value for key, value in inputs.items() if key != "features"}
        features = checks.count(inputs.get("features"), "inputs.features")
        found["inputs"] = {"shape": [features], **rest}
    layers = content.get("layers")
    if isinstance(layers, list):
        found["layers"] = [_layer(entry) for entry in layers]
    return found


def _layer(entry: Any) -> Any:
    if not isinstance(entry, dict) or entry.get("class") != "Dense":
        return entry
    usual = to_json(Dense(1))["config"]
    own = {key: value for key, value in entry.items() if key != "class"}
    # In version 1 these three are said, and nothing else.
    for key in ("units", "activation", "use_bias"):
        del usual[key]
    return {"class": "Dense", "config": {**usual, **own}}


def from_tutorial(content: dict[str, Any]) -> dict[str, Any]:
    """Return ``{wih, who}`` of a well-known tutorial application as a file of version 2.

    Its kernels are arrays already, which the reader takes as they are.

    That application's network has sigmoids and no biases, and takes inputs from 0.01 to 0.99.

    Raises:
        ValueError: they are not two matrices that go together, or there is something else.
    """
    others = sorted(content.keys() - {"wih", "who"})
    if others:
        raise ValueError(
            f"the file has wih and who, as a tutorial's, but {checks.shown(others[0])} as well, "
            "which is not known here"
        )
    wih = checks.matrix(content["wih"], "wih", None)
    who = checks.matrix(content["who"], "who", None)
    if who.shape[1] != wih.shape[0]:
        raise ValueError(
            f"the shapes do not fit: wih has {wih.shape[0]} rows, one a hidden unit, but the rows "
            f"of who have {who.shape[1]} values"
        )
    layers = [Dense(len(kernel), "sigmoid", use_bias=False) for kernel in (wih, who)]
    return {
        "format": "nn-weights",
        "version": 2,
        "inputs": {
            "shape": [wih.shape[1]],
            "scale": TUTORIAL_INPUTS.scale,
            "offset": TUTORIAL_INPUTS.offset,
        },
        "layers": [to_json(layer) for layer in layers],
        "weights": [{"kernel": kernel.T} for kernel in (wih, who)],
        "loss": "half_squared_error",
        "target_range": list(TUTORIAL_TARGETS),
        "dtype": "float32",
        "training": {"epochs": 0, "samples": 0, "test_accuracy": None, "settings": {}},
    }
