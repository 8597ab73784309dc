"""A network as one HTML file, which answers without Python and without a connection.

In the file are the machine code that :mod:`nn.engine.wasm` makes for the network's predictions, its
weights as safetensors, and a form for its inputs: a canvas and photos for pictures, the plane for
points, a control for each column of a table, the values of a series or a text so far. Other scripts
ask it as ``predict([...])``.

>>> from nn import Dense
>>> model = Sequential([Dense(1)])
>>> model.build(2, rng=1)
>>> again, training = loads(dumps(model).encode())
>>> bool((again.parameters == model.parameters).all())
True
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import json
import math
import re
from importlib import resources
from typing import Any

from nn.engine.wasm.compiler import spec_of, without_kernels
from nn.engine.wasm.memory import ARGUMENTS
from nn.engine.wasm.network import predict_alone
from nn.engine.wasm.program import constants_of
from nn.formats import safetensors
from nn.formats.page.form import Drawing as Drawing
from nn.formats.page.form import form_of
from nn.formats.weights import MAX_BYTES, Training
from nn.model import Sequential

_BATCH = 64
_BATCH_BYTES = 2**24
"""Rows that the page works through at a time: so many, or fewer where they are large."""

_SCRIPTS = {
    "picture": ("drawing", "photo", "picture"),
    "points": ("points",),
    "table": ("table",),
    "series": ("series",),
    "text": ("text",),
    "numbers": ("numbers",),
}
"""What a kind of form takes besides what all pages have."""

_WEIGHTS = re.compile(rb'<script type="text/plain" id="weights">([A-Za-z0-9+/=]*)</script>')


def dumps(
    model: Sequential, training: Training | None = None, drawing: Drawing | None = None
) -> str:
    """Return a page with a network.

    Args:
        model: the network; in the page it computes in float32.
        training: what it has been through.
        drawing: what a drawing is to be like, if not as MNIST's digits are.

    Raises:
        ValueError: a layer has no compiled code, or the network cannot be saved; the message says
            which and why.
    """
    training = training or Training()
    weights = safetensors.dumps(model, training)
    form = form_of(model, drawing)
    code, constants, machine = _compiled(model)
    filled = {
        "title": html.escape(_title(model)),
        "about": html.escape(_about(model, training)),
        "features": f"{model.features:,}",
        "outputs": f"{math.prod(model.output_shape):,} of them",
        "style": _file("page.css"),
        "script": "".join(
            _file(f"{name}.js")
            for name in ("network", "elements", *_SCRIPTS[form["kind"]], "start")
        ),
        "facts": _harmless({**form, **machine}),
        "code": _base64(gzip.compress(code, mtime=0)),
        "constants": _base64(gzip.compress(constants, mtime=0)),
        "weights": _base64(weights),
    }
    # In one go: what is filled in may itself look like a place to fill.
    return re.sub(r"\{\{(\w+)\}\}", lambda match: filled[match[1]], _file("page.html"))


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the network of a page that :func:`dumps` wrote, and what it has been through.

    Raises:
        ValueError: the page has none, or anything in it is not as it should be.
    """
    found = _WEIGHTS.search(data)
    if found is None:
        raise ValueError("the page has no weights of nn in it")
    try:
        weights = binascii.a2b_base64(found[1], strict_mode=True)
    except binascii.Error:
        raise ValueError("the weights in the page are damaged") from None
    if len(weights) > MAX_BYTES:
        raise ValueError(f"the weights in the page have more than {MAX_BYTES / 1e6:.0f} MB")
    return safetensors.loads(weights)


def _compiled(model: Sequential) -> tuple[bytes, bytes, dict[str, Any]]:
    """Return the machine code, its constants, and what a script needs to run it."""
    twin = _plain(model)
    if missing := without_kernels(twin):
        raise ValueError(f"{missing} is not compiled to WebAssembly, so no page can compute it")
    spec = spec_of(twin, None, "floats")
    batch = max(1, min(_BATCH, _BATCH_BYTES // spec.layout.row))
    names: dict[bool, list[str]] = {True: [], False: []}
    for index, (layer, shape) in enumerate(zip(model.layers, model.shapes, strict=False)):
        for weight in layer.weights(shape):
            names[weight.trainable].append(f"{index}.{weight.name}")
    facts = {
        "arguments": ARGUMENTS,
        "batch": batch,
        "scratch": spec.layout.scratch(batch),
        "features": spec.features,
        "size": spec.size,
        "parameters": names[True],
        "state": names[False],
    }
    return predict_alone(spec), constants_of(twin, spec).astype("<f4").tobytes(), facts


def _plain(model: Sequential) -> Sequential:
    """Return a network of the same layers in float32, whatever trains the other."""
    inputs = type(model.inputs)(**model.inputs.config())
    twin = Sequential([type(each)(**each.config()) for each in model.layers], inputs)
    twin.allocate(model.input_shape)
    return twin


def _title(model: Sequential) -> str:
    if model.columns:
        return f"Predicts {', '.join(output.name for output in model.columns.outputs)}"[:200]
    return "A trained network"


def _about(model: Sequential, training: Training) -> str:
    shapes = "-".join("x".join(map(str, shape)) for shape in model.shapes)
    said = [f"A neural network, {shapes}, with {model.parameters.size:,} parameters"]
    if training.samples:
        said.append(f"trained on {training.samples:,} samples")
    if training.test_accuracy is not None:
        said.append(f"test accuracy {100 * training.test_accuracy:.2f} %")
    return ", ".join(said)[:1000] + "."


def _file(name: str) -> str:
    """Return a file that lies beside this one, also where the package is an archive."""
    return (resources.files(__name__) / name).read_text(encoding="utf-8")


def _harmless(facts: dict[str, Any]) -> str:
    """Return JSON in which no name ends the element of HTML that it stands in."""
    return json.dumps(facts).replace("<", "\\u003c")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
