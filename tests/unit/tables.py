"""Tables to learn from."""

import json
from typing import Any

import numpy as np

from nn.data.table_files import read_table
from nn.data.tables import Table
from nn.labs.selection import Selection, first_choice

CSV = "r,g,label,uid\n255,0.5,red-ish,x1\n0,128,green-ish,x2\n200,1e2,red-ish,x3\n"


def from_csv(text: str) -> Table:
    return read_table(text.encode())


def from_json(entries: list[dict[str, Any]]) -> Table:
    return read_table(json.dumps(entries).encode())


def houses(rows: int = 400) -> Table:
    """A table whose price is a known curve of size and age, with large numbers."""
    rng = np.random.default_rng(3)
    size, age = rng.uniform(20, 300, rows), rng.integers(0, 120, rows)
    price = 50_000 + 900 * size + 6 * size**2 - 1_000 * age
    lines = [f"{s:.2f},{a},{p:.2f}" for s, a, p in zip(size, age, price, strict=True)]
    return from_csv("\n".join(["size,age,price", *lines]))


def selected(text: str) -> Selection:
    """The columns of a table in a file of this text that are chosen first."""
    found = read_table(text.encode())
    return Selection.of(found, *first_choice(found))
