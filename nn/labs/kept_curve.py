"""What a network goes on with, as bytes that a browser keeps, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from nn.data.columns import Output
from nn.data.gzipped import Slices
from nn.data.series import Series
from nn.formats import packed
from nn.labs.curve_source import CurveSource
from nn.labs.table_source import Opened


def pack_curve(source: CurveSource) -> bytes:
    """Return what the lab of curves learns from as bytes."""
    facts: dict[str, Any] = {"without": source.without and asdict(source.without)}
    arrays = {}
    if source.own is not None:
        facts |= {"name": source.own.name, "place": source.place}
        if source.opened is not None:
            opened = source.opened
            facts |= {"file": opened.name, "header": opened.header, "encoding": opened.encoding}
            arrays["content"] = np.frombuffer(opened.content, np.uint8)
        else:
            arrays["values"] = source.own.values
    return packed.pack(facts, arrays)


def unpacking_curve(data: bytes) -> Slices[CurveSource]:
    """Read what the lab of curves learns from again, a slice a turn."""
    facts, arrays = packed.unpack(data)
    if "content" in arrays:
        content = arrays["content"].tobytes()
        how = facts["header"], facts["encoding"]
        opened = yield from Opened.reading(content, facts["file"], *how)
        return CurveSource.of(opened, facts["name"])
    if "values" in arrays:
        return CurveSource(Series(arrays["values"], facts["name"]), facts["place"])
    return CurveSource(without=Output(**facts["without"]) if facts["without"] else None)
