"""Tables that visitors bring."""

import json

import numpy as np

from nn.data.colours import NAMES, labelled_colours


def people() -> str:
    """Colours in the form in which a known collection of them is shared."""
    rows = labelled_colours(900, np.random.default_rng(5))
    entries = [
        {"b": b, "g": g, "label": NAMES[label], "r": r, "uid": f"u{r}"}
        for (r, g, b), label in zip(rows.inputs.tolist(), rows.targets, strict=True)
    ]
    return json.dumps({"entries": entries})


def houses(rows: int = 300) -> str:
    rng = np.random.default_rng(3)
    size, age = rng.uniform(20, 300, rows), rng.integers(0, 120, rows)
    price = 50_000 + 900 * size + 6 * size**2 - 1_000 * age
    lines = [
        f"Road {i};{s:.1f};{a};{'ABC'[i % 3]};{p:.0f}"
        for i, (s, a, p) in enumerate(zip(size, age, price, strict=True))
    ]
    return "\n".join(["address;size;age;district;price", *lines])
