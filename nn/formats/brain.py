"""brain.js: what its ``toJSON`` gives for a network of dense layers, as version 1 has it.

Every layer is an object of nodes by name, each with a bias and weights by the name of the node that
they come from; the first has inputs only. All layers have one activation. There is no scaling of
inputs, so that of a network goes into the weights of its first layer. What version 2 writes, arrays
in place of nodes, is read too. https://github.com/BrainJS/brain.js

>>> from nn import Dense
>>> model = Sequential([Dense(2, "sigmoid")])
>>> model.build(2, rng=1)
>>> again, training = loads(dumps(model).encode())
>>> bool((again.parameters == model.parameters).all())
True

In a page: ``new brain.NeuralNetwork().fromJSON(await (await fetch("mine.brain.json")).json())``.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from nn import checks
from nn.data.columns import Columns
from nn.formats import columns_json
from nn.formats.assembled import assembled, facts_of
from nn.formats.keras import parsed
from nn.formats.weights import MAX_BYTES, MAX_LAYERS, MAX_PARAMETERS, Training
from nn.layers import Dense, Dropout, Layer, Rescaling
from nn.model import Sequential
from nn.names import lookup

FACTS = "nn"

ACTIVATIONS = {"relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh"}
"""Activations by the names that both have: what brain.js calls leaky-relu is 0 below 0."""


# ---- out ---------------------------------------------------------------------------------------


def dumps(model: Sequential, training: Training | None = None) -> str:
    """Return the text of a file with a network.

    Raises:
        ValueError: the network cannot be saved, or brain.js has no such layer; the message says
            which.
    """
    facts = facts_of(model, training)
    if len(model.input_shape) > 1:
        raise ValueError("brain.js takes rows of numbers; the network's inputs have more axes")
    layers: list[Dense] = []
    for number, layer in enumerate(model.layers, start=1):
        if type(layer) is Dropout:
            # It does nothing when a network predicts.
            continue
        if type(layer) is not Dense:
            kind = type(layer).__name__
            raise ValueError(f"layer {number}, {kind}, is none that brain.js has: only Dense is")
        layers.append(layer)
    activations = {layer.activation.name for layer in layers}
    if len(activations) != 1 or not activations <= ACTIVATIONS.keys():
        raise ValueError(
            f"the layers have the activations {', '.join(sorted(activations))}; brain.js has one "
            f"for all layers, of {', '.join(ACTIVATIONS)}"
        )
    sizes = [model.features, *(layer.units for layer in layers)]
    names: list[list[str]] = [[str(node) for node in range(size)] for size in sizes]
    nodes: list[dict[str, Any]] = [{name: {} for name in names[0]}]
    content = {
        "sizes": sizes,
        "layers": nodes,
        "outputLookup": False,
        "inputLookup": False,
        "activation": activations.pop(),
        "trainOpts": {},
        FACTS: facts,
    }
    for place, (kernel, bias) in enumerate(_scaled(model, layers)):
        nodes.append(
            {
                name: {
                    "bias": float(bias[unit]),
                    "weights": dict(zip(names[place], kernel[:, unit].tolist(), strict=True)),
                }
                for unit, name in enumerate(names[place + 1])
            }
        )
    text = json.dumps(content)
    if len(text) > MAX_BYTES:
        raise ValueError(
            f"the file would have {len(text) / 1e6:,.0f} MB; networks of brain.js of up to "
            f"{MAX_BYTES / 1e6:.0f} MB can be loaded again"
        )
    return text


def _scaled(model: Sequential, layers: list[Dense]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return kernel and bias of each layer, the scaling of inputs in those of the first."""
    found: list[tuple[np.ndarray, np.ndarray]] = []
    for layer in layers:
        kernel = layer.views["kernel"].astype(np.float64)
        bias = layer.views["bias"].astype(np.float64) if layer.use_bias else np.zeros(layer.units)
        if not found:
            scale, offset = (
                np.broadcast_to(np.asarray(value, np.float64), model.features)
                for value in (model.inputs.scale, model.inputs.offset)
            )
            bias = bias + offset @ kernel
            kernel = scale[:, np.newaxis] * kernel
        found.append((kernel, bias))
    return found


# ---- in ----------------------------------------------------------------------------------------


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the network of a file, and what it has been through, where nn wrote it.

    Raises:
        ValueError: it is none, or anything in it is not as it should be.
    """
    content = parsed(data, "the network of brain.js")
    sizes = content.get("sizes")
    if not isinstance(sizes, list) or not 2 <= len(sizes) <= MAX_LAYERS + 1:
        raise ValueError(f"sizes must be a list of 2 to {MAX_LAYERS + 1} numbers")
    sizes = [checks.count(size, "a size") for size in sizes]
    pairs = zip(sizes, sizes[1:], strict=False)
    if sum(rows * columns + columns for rows, columns in pairs) > MAX_PARAMETERS:
        raise ValueError(f"the network has more than {MAX_PARAMETERS:,} parameters")
    layers = content.get("layers")
    if not isinstance(layers, list) or len(layers) != len(sizes):
        raise ValueError(f"layers must be a list of {len(sizes)}, as sizes is")
    options = content.get("options")
    given = {**options, **content} if isinstance(options, dict) else content
    activation = lookup("activation", ACTIVATIONS, given.get("activation", "sigmoid"))
    arrays = []
    for place, layer in enumerate(layers[1:]):
        before, size, where = sizes[place], sizes[place + 1], f"layer {place + 1}"
        if not (isinstance(layer, dict) and isinstance(layer.get("weights"), list)):
            layer = _of_nodes(layer, before, size, where)
        arrays.append(_of_arrays(layer, before, size, where))
    made: list[Layer] = [Dense(size, activation) for size in sizes[1:]]
    facts = content.get(FACTS)
    if facts is None:
        facts = _named(content, sizes)
    return assembled((sizes[0],), Rescaling(), made, arrays, "float32", facts)


def _of_nodes(layer: Any, before: int, size: int, where: str) -> dict[str, Any]:
    """Return weights and biases of a layer of version 1 as version 2 has them."""
    nodes = _values(layer, size, f"the nodes of {where}")
    if not all(isinstance(node, dict) for node in nodes):
        raise ValueError(f"a node of {where} must be an object")
    what = f"the weights of a node of {where}"
    return {
        "weights": [_values(node.get("weights"), before, what) for node in nodes],
        "biases": [node.get("bias") for node in nodes],
    }


def _values(value: Any, size: int, what: str) -> list[Any]:
    if isinstance(value, dict):
        # As JavaScript has them: whole numbers first, in their order.
        value = [value[name] for name in _in_order(value)]
    if not isinstance(value, list) or len(value) != size:
        raise ValueError(f"{what} must be {size:,}, by name")
    return value


def _in_order(names: dict[str, Any]) -> list[str]:
    def is_index(name: str) -> bool:
        return name.isascii() and name.isdecimal() and len(name) < 10 and str(int(name)) == name

    return sorted((name for name in names if is_index(name)), key=int) + [
        name for name in names if not is_index(name)
    ]


def _of_arrays(layer: dict[str, Any], before: int, size: int, where: str) -> dict[str, np.ndarray]:
    """Return kernel and bias of a layer, with a list of weights a node."""
    dtype = np.dtype(np.float64)
    weights = checks.array(layer["weights"], f"the weights of {where}", (size, before), dtype)
    bias = checks.array(layer.get("biases"), f"the biases of {where}", (size,), dtype)
    return {"kernel": weights.T, "bias": bias}


def _named(content: dict[str, Any], sizes: list[int]) -> dict[str, Any] | None:
    """Return what the names of inputs and outputs say, where there are such."""
    inputs = _names(content, "inputLookup", 0, sizes[0])
    outputs = _names(content, "outputLookup", -1, sizes[-1])
    classes = tuple(outputs) if outputs and len(outputs) > 1 else None
    if inputs is None:
        return {"classes": list(classes)} if classes else None
    if classes is None and sizes[-1] > 1:
        return None
    output = "class" if classes else outputs[0] if outputs else "output"
    return {"columns": columns_json.to_json(Columns.plain(inputs, output, classes))}


def _names(content: dict[str, Any], key: str, place: int, size: int) -> list[str] | None:
    found = content.get(key)
    if found is True:
        # Version 1 has them in the layer itself.
        found = content["layers"][place]
    if not isinstance(found, dict) or len(found) != size:
        return None
    return _in_order(found)
