"""ONNX: a network as operators that many tools run, ONNX Runtime first of all.

What is written takes raw inputs, (batch, \\*shape), and gives what ``predict`` does. Dropout, which
does nothing in prediction, is left out. What ONNX has no place for, such as the loss and the names
of columns, is JSON in the file's metadata.

What is read are operators in a row that are layers of nn. Files of tools that have the channels
first become networks that have them last, for inputs and weights alike. A model with its weights in
files beside it is read from a zip archive of them all.

>>> from nn import Dense
>>> model = Sequential([Dense(1, "sigmoid")])
>>> model.build(2, rng=1)
>>> again, training = loads(dumps(model))
>>> bool((again.parameters == model.parameters).all())
True
"""

from __future__ import annotations

import json

from nn import checks
from nn.formats import onnx_expanded, onnx_external, onnx_model, onnx_operators, onnx_writer
from nn.formats.assembled import assembled, facts_of
from nn.formats.onnx_reader import Reader
from nn.formats.weights import Training
from nn.model import Sequential

FACTS = "nn"
"""The key in the file's metadata."""


def dumps(model: Sequential, training: Training | None = None) -> bytes:
    """Return the bytes of a file with a network.

    Raises:
        ValueError: the network cannot be saved; the message says why.
    """
    facts = facts_of(model, training)
    return onnx_model.dumps(onnx_writer.model_of(model, {FACTS: json.dumps(facts)}))


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the network of a file, and what it has been through, where nn wrote it.

    Args:
        data: of the file, or of a zip archive with it and the files that it has weights in.

    Raises:
        ValueError: the file is not one, or has what no layer of nn does; the message names it.
    """
    files: dict[str, bytes] = {}
    if data.startswith(b"PK"):
        data, files = onnx_external.unpack(data)
    content = onnx_model.loads(data)
    onnx_external.fill(content, files)
    onnx_expanded.expand(content)
    reader = Reader(content)
    onnx_operators.read(reader)
    facts = None
    if FACTS in content.metadata:
        try:
            facts = checks.parse_json(content.metadata[FACTS].encode(), "weights")
        except ValueError as error:
            raise ValueError(f"what nn says of the network is damaged: {error}") from None
    parts = (reader.input_shape, reader.inputs, reader.layers, reader.arrays)
    return assembled(*parts, reader.dtype, facts)
