"""Points that visitors bring."""

import numpy as np


def above_and_below(rows: int = 200) -> str:
    """Two classes, above and below a wave, on axes of their own."""
    rng = np.random.default_rng(1)
    x, y = rng.random((2, rows))
    above = y > 0.5 + 0.3 * np.sin(2 * np.pi * x)
    lines = [
        f"{150 + 50 * a:.2f};{1000 * b:.1f};{'high' if c else 'low'}"
        for a, b, c in zip(x, y, above, strict=True)
    ]
    return "\n".join(["length;weight;kind", *lines])


def clusters(classes: int = 5, rows: int = 150) -> str:
    """Classes round places on a circle."""
    rng = np.random.default_rng(2)
    label = np.arange(rows) % classes
    angle = 2 * np.pi * label / classes
    x = 10 + 3 * np.cos(angle) + rng.normal(0, 0.4, rows)
    y = 3 * np.sin(angle) + rng.normal(0, 0.4, rows)
    lines = [f"{a:.3f},{b:.3f},sort {c}" for a, b, c in zip(x, y, label, strict=True)]
    return "\n".join(["u,v,label", *lines])


def bowl(rows: int = 200) -> str:
    """A number over two others."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-2, 2, (2, rows))
    lines = [f"{a:.3f},{b:.3f},{100 + 20 * (a * a + b * b):.2f}" for a, b in zip(x, y, strict=True)]
    return "\n".join(["x,y,height", *lines])
