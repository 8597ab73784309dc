"""What a network learns to write, as bytes that a browser keeps, and back."""

from __future__ import annotations

import numpy as np

from nn.data.text import Alphabet
from nn.formats import packed
from nn.labs.text_source import TextSource


def pack_text(source: TextSource) -> bytes:
    """Return what the lab of texts learns from as bytes."""
    facts = {"name": source.name, "without": source.without and source.without.characters}
    arrays = {}
    if source.own is not None:
        arrays["own"] = np.frombuffer(source.own.encode(), np.uint8)
    return packed.pack(facts, arrays)


def unpack_text(data: bytes) -> TextSource:
    """Return it again.

    >>> unpack_text(pack_text(TextSource("so it is", "a.txt"))).own
    'so it is'
    """
    facts, arrays = packed.unpack(data)
    own = arrays["own"].tobytes().decode() if "own" in arrays else None
    without = Alphabet(facts["without"]) if facts["without"] else None
    return TextSource(own, facts["name"], without)
