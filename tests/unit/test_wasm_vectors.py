"""Formulas become kernels that do the same with every element, and touch nothing else."""

import numpy as np
import pytest

from nn.engine.wasm.asm.assembler import Module
from nn.engine.wasm.asm.instructions import F32, I32
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.machine import InOut
from tests.unit.wasm_guarded import Guarded

MACHINE = Guarded(relaxed=True)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 12, 23])
def test_arrays_and_numbers_are_known_by_their_names(count: int):
    rng = np.random.default_rng(0)
    x, y, z = rng.normal(size=(3, count)).astype(np.float32)
    kernel = vectors.elementwise(
        lambda f, x, y, z, *, factor, term: {"z": x - y, "x": x * factor + term}
    )
    module = Module()
    with module.function("run", I32, export=True) as f:
        (table,) = f.parameters
        words = [I32.load(table, 4 * i) for i in range(4)]
        f.call(kernel(module), *words, F32(2.0), F32(0.5))
    found, difference = x.copy(), z.copy()
    MACHINE.load(module.encode()).run("run", [InOut(found), y, InOut(difference), count])
    np.testing.assert_array_equal(found, x * np.float32(2) + np.float32(0.5))
    np.testing.assert_array_equal(difference, x - y)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 12, 23])
def test_a_formula_is_summed(count: int):
    rng = np.random.default_rng(0)
    x, y = rng.integers(-9, 9, (2, count)).astype(np.float32)
    kernel = vectors.total(lambda f, x, y: x * y)
    module = Module()
    with module.function("run", I32, export=True) as f:
        (table,) = f.parameters
        out, *words = (I32.load(table, 4 * i) for i in range(4))
        f.store(out, kernel(module)(*words))
    found = np.zeros(1, dtype=np.float32)
    MACHINE.load(module.encode()).run("run", [InOut(found), x, y, count])
    assert found[0] == x @ y
