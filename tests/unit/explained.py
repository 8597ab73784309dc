"""What holds for every page of a walk through a network, and for the links of every layer."""

from __future__ import annotations

import numpy as np
import pytest

from nn.explain import Line, Number
from nn.explain.lines import Page
from nn.explain.links import into, out_of
from nn.explain.trace import Trace

_WORDS = {
    "·": "*", "−": "-", "½": "0.5", "²": "**2", "√(": "sqrt(", "sign of (": "sign(",
    "Σ": "", "[": "(", "]": ")",
}  # fmt: skip
_KNOWN = {"sqrt": np.sqrt, "exp": np.exp, "log": np.log, "tanh": np.tanh, "sign": np.sign}


def comes_to(line: Line) -> float | None:
    """What the right side of a line is, computed from the numbers in it; None if it has none."""
    text = "".join(
        f"({part.value!r})" if isinstance(part, Number) else f" {part} " for part in line.parts[1:]
    )
    if "=" not in text or "nothing" in text:
        return None
    text = text.replace("=", "", 1)
    for old, new in _WORDS.items():
        text = text.replace(old, new)
    if "|" in text:
        text = text.replace("|", "abs(", 1).replace("|", ")", 1)
    return float(eval(text.strip(), {**_KNOWN, "abs": abs, "max": max}))


def check_lines(page: Page) -> None:
    """Each line says something, leads to a line of code, and comes to what it says."""
    assert page.title and page.words and page.lines
    for line in page.lines:
        assert line.words
        if line.where is not None:
            file, number, _, _ = line.where.read()
            assert file.startswith("nn/") and number > 0
        found = comes_to(line)
        if found is not None:
            assert found == pytest.approx(line.value, rel=2e-3, abs=2e-6), line


def check_links(trace: Trace, i: int) -> None:
    """The links of layer i are its derivatives, both ways."""
    layer = trace.network.layers[i]
    size, given = trace.z[i][0].size, trace.x[i][0].size
    jacobian = np.zeros((size, given))
    for unit in range(size):
        dz, dx = np.zeros_like(trace.z[i]), np.empty_like(trace.x[i])
        dz.ravel()[unit] = 1
        layer.backward(trace.x[i], dz, dx, trace.passes[i])
        jacobian[unit] = dx.ravel()
        links = into(trace, i, unit)
        row = np.zeros(given)
        row[links.places] = links.factors
        assert row == pytest.approx(jacobian[unit], rel=1e-5)
    for source in range(given):
        links = out_of(trace, i, source)
        column = np.zeros(size)
        column[links.places] = links.factors
        assert column == pytest.approx(jacobian[:, source], rel=1e-5)
