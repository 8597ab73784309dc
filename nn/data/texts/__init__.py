"""Texts that come along, to learn from.

- ``places``: the names of 8,000 places in Australia, Britain, Canada, Ireland, New Zealand, South
  Africa and the United States, in no order, by GeoNames (licensed CC BY 4.0).
- ``alice``: *Alice's Adventures in Wonderland* by Lewis Carroll (1865), in the public domain.
"""

from __future__ import annotations

import pkgutil

from nn.names import lookup

TEXTS = {"places": "Names of places", "alice": "Alice's Adventures in Wonderland"}
"""What they are called, by name."""


def built_in(name: str) -> str:
    """Return one of the texts.

    Raises:
        ValueError: there is none of this name.

    >>> len(built_in("places").splitlines()), built_in("alice")[:9]
    (8000, 'CHAPTER I')
    """
    lookup("text", TEXTS, name)
    data = pkgutil.get_data(__name__, f"{name}.txt")
    assert data is not None
    return data.decode()
