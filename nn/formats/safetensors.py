"""safetensors: the weights as they lie in memory, behind a line of JSON that says where.

Eight bytes give the size of the header, little-endian; the header is an object of JSON; after it
come the arrays, row by row, one after another without gaps::

    {"__metadata__": {"nn-weights": "{...}"},
     "0.kernel": {"dtype": "F32", "shape": [784, 100], "data_offsets": [0, 313600]},
     "0.bias": {"dtype": "F32", "shape": [100], "data_offsets": [313600, 314000]}, ...}

A weight's name is the index of its layer and its own name; kernels lie as Keras has them. The
architecture is in the metadata, as :func:`nn.formats.weights.outline` has it.
https://github.com/huggingface/safetensors#format

>>> from nn import Dense
>>> model = Sequential([Dense(1)])
>>> model.build(2, rng=1)
>>> again, training = loads(dumps(model))
>>> bool((again.parameters == model.parameters).all())
True
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np

from nn import checks
from nn.formats import weights
from nn.formats.weights import MAX_LAYERS, Training
from nn.model import Sequential

METADATA, OUTLINE, LAYOUT = "__metadata__", "nn-weights", "nn-layout"

_DTYPES: dict[str, np.dtype[Any]] = {
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
}
_NAMES = {"float32": "F32", "float64": "F64", "int64": "I64"}
_NAME = re.compile(r"(\d{1,3})\.(\w{1,40})", re.ASCII)
_PREFIX = 8
_ALIGNMENT = 8


def dumps(model: Sequential, training: Training | None = None) -> bytes:
    """Return the bytes of a file with a network.

    Raises:
        ValueError: the network cannot be saved; the message says why.
    """
    outline = weights.checked_outline(model, training or Training())
    arrays = {
        f"{index}.{name}": view
        for index, layer in enumerate(model.layers)
        for name, view in layer.views.items()
    }
    return written({OUTLINE: json.dumps(outline)}, arrays)


def written(metadata: dict[str, str], arrays: dict[str, np.ndarray]) -> bytes:
    """Return the bytes of a file with arrays by name.

    >>> arrays = {"a": np.float32([1, 2])}
    >>> written({}, arrays)[8:25]
    b'{"__metadata__": '
    """
    header: dict[str, Any] = {METADATA: metadata}
    parts = []
    start = 0
    for name, array in arrays.items():
        dtype = _NAMES[array.dtype.name]
        raw = array.astype(_DTYPES[dtype]).tobytes()
        offsets = [start, start + len(raw)]
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": offsets}
        parts.append(raw)
        start += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join([len(text).to_bytes(_PREFIX, "little"), text, *parts])


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the network of a file of nn, or of its program for PyTorch, and what it went through.

    Raises:
        ValueError: the file is not one, or anything in it is not as it should be.
    """
    header, start = _header(data)
    metadata = header.pop(METADATA, None)
    text = metadata.get(OUTLINE) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise ValueError(
            f'the safetensors file has weights only: the architecture, "{OUTLINE}" in its '
            "metadata, is missing"
        )
    outline = _parsed(text.encode("utf-8", "surrogatepass"), "architecture")
    if metadata.get(LAYOUT) == "torch":
        # That format is written in this one.
        from nn.formats import pytorch

        return pytorch.of_state(outline, _arrays(header, data, start))
    entries = outline.get("layers")
    count = len(entries) if isinstance(entries, list) else 0
    if count > MAX_LAYERS:
        raise ValueError(f"there are {count:,} layers; up to {MAX_LAYERS} can be loaded")
    arrays: list[dict[str, np.ndarray]] = [{} for _ in range(count)]
    for name, array in _arrays(header, data, start).items():
        match = _NAME.fullmatch(name)
        if match is None or int(match[1]) >= count or name != f"{int(match[1])}.{match[2]}":
            raise ValueError(f"the tensor {checks.shown(name)} belongs to no layer")
        arrays[int(match[1])][match[2]] = array
    return weights.of_arrays(outline, arrays)


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """Return the header, and where the arrays begin."""
    size = int.from_bytes(data[:_PREFIX], "little")
    start = _PREFIX + size
    if len(data) < _PREFIX or start > len(data):
        raise ValueError(
            f"the safetensors file is cut short: it has {len(data):,} bytes, but its header alone "
            f"should have {size:,}"
        )
    return _parsed(data[_PREFIX:start], "header"), start


def _parsed(text: bytes, name: str) -> dict[str, Any]:
    try:
        content = checks.parse_json(text, "weights")
    except ValueError as error:
        raise ValueError(f"the {name} of the safetensors file is damaged: {error}") from None
    if not isinstance(content, dict):
        raise ValueError(f"the {name} of the safetensors file must be an object")
    return content


def _arrays(header: dict[str, Any], data: bytes, begin: int) -> dict[str, np.ndarray]:
    """Return the arrays by name, once all from ``begin`` on is known to be theirs."""
    size = len(data) - begin
    places: list[tuple[int, int, str, np.dtype[Any], list[int]]] = []
    for name, entry in header.items():
        if not isinstance(entry, dict):
            raise ValueError(f"the tensor {checks.shown(name)} must be an object")
        where = f"the tensor {checks.shown(name)}"
        checks.keys(entry, where, {"dtype", "shape", "data_offsets"})
        kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(kind, str) or kind not in _DTYPES:
            raise ValueError(
                f"{where} has the dtype {checks.shown(kind)}; expected one of: {', '.join(_DTYPES)}"
            )
        if not isinstance(shape, list) or len(shape) > 8:
            raise ValueError(f"the shape of {where} must be a list of sizes")
        sizes = [checks.count(size, f"the shape of {where}") for size in shape]
        if (
            not isinstance(offsets, list)
            or len(offsets) != 2
            or not all(type(offset) is int for offset in offsets)
            or not 0 <= offsets[0] <= offsets[1] <= size
        ):
            raise ValueError(f"the offsets of {where} do not lie within the file")
        dtype = _DTYPES[kind]
        needed = math.prod(sizes) * dtype.itemsize
        if offsets[1] - offsets[0] != needed:
            raise ValueError(
                f"{where} has {offsets[1] - offsets[0]:,} bytes; its shape needs "
                f"{checks.shown(needed)}"
            )
        places.append((offsets[0], offsets[1], name, dtype, sizes))
    places.sort(key=lambda place: place[:2])
    arrays = {}
    end = 0
    for start, stop, name, dtype, sizes in places:
        if start != end:
            raise ValueError(
                f"the tensor {checks.shown(name)} begins at byte {start:,}, where {end:,} was "
                "expected: tensors must neither overlap nor leave gaps"
            )
        arrays[name] = np.frombuffer(
            data, dtype, (stop - start) // dtype.itemsize, begin + start
        ).reshape(sizes)
        end = stop
    if end != size:
        raise ValueError(f"{size - end:,} bytes at the end of the file belong to no tensor")
    return arrays
