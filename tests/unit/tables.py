"""Tables to learn from."""

import json
from typing import Any

import numpy as np

from nn.data.tables import Table, read_table
from nn.data.tables.readings import AS_MISSING, both
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


def passengers(rows: int = 300) -> Table:
    """A table of numbers, categories, truths, dates, names and missing values."""
    rng = np.random.default_rng(4)
    lines = ["No,Survived,Name,Sex,Age,Alone,Boarded,Town"]
    for row in range(1, rows + 1):
        sex = rng.choice(["male", "female"])
        age = "" if rng.random() < 0.1 else str(rng.integers(1, 80))
        alone = rng.choice(["TRUE", "FALSE"])
        survived = int(rng.random() < (0.85 if sex == "female" else 0.15))
        town = rng.choice(["Cork", "Cherbourg", "n/a"])
        day = f"{rng.integers(1, 29):02}.{rng.integers(1, 13):02}.1912"
        lines.append(f"{row},{survived},Person {row},{sex},{age},{alone},{day},{town}")
    return from_csv("\n".join(lines))


def selected(text: str) -> Selection:
    """The columns of a table in a file of this text that are chosen first."""
    return first_choice(from_csv(text))[0]


def with_marks(table: Table) -> Table:
    """A table in which -999 and such are numbers, as whatever writes any number may mean them."""
    for column in table.columns.values():
        if column.reading.endswith(AS_MISSING):
            table = table.with_reading(column.name, both(column.reading)[1])
    return table


def values(table: Table, name: str) -> list[Any]:
    """The values of a column: numbers, or texts with "" where one is missing."""
    column = table.columns[name]
    return column.as_texts() if column.numbers is None else column.numbers.tolist()
