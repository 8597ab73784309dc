"""Facts and arrays as bytes: a line of JSON, then the arrays that it lists, one after another.

Made quickly, and by this version for itself: files that last are of other formats.

>>> facts, arrays = unpack(pack({"name": "x"}, {"a": np.array([1, 2], np.uint8)}))
>>> facts, arrays["a"].tolist()
({'name': 'x'}, [1, 2])
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np


def pack(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return the bytes of what JSON can hold, and of arrays."""
    found = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    listed = [[name, array.dtype.str, array.shape] for name, array in found.items()]
    line = json.dumps([facts, listed]).encode() + b"\n"
    # One copy, and not one of each array first.
    return b"".join([line, *(array.reshape(-1).view(np.uint8).data for array in found.values())])


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return the facts, and the arrays, which are read-only.

    Raises:
        ValueError: these are not such bytes.
    """
    line, _, _ = data.partition(b"\n")
    start = len(line) + 1
    arrays = {}
    try:
        facts, listed = json.loads(line)
        for name, kind, shape in listed:
            count = int(np.prod(shape, dtype=np.int64))
            arrays[name] = np.frombuffer(data, kind, count, start).reshape(shape)
            start += arrays[name].nbytes
    except (TypeError, ValueError) as error:
        raise ValueError(f"these bytes are not facts and arrays: {error}") from None
    if start != len(data) or not isinstance(facts, dict):
        raise ValueError(f"expected {start:,} bytes with facts, not {len(data):,}")
    return facts, arrays
