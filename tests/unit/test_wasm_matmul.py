"""Products of matrices inside a network are what NumPy says they are."""

from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.engine.wasm.asm.assembler import Function, Module
from nn.engine.wasm.asm.instructions import I32
from nn.engine.wasm.kernels import matmul
from nn.engine.wasm.machine import Argument, InOut, Wasmtime
from tests.unit.wasm_guarded import Guarded

RELAXED, PLAIN = Guarded(relaxed=True), Guarded(relaxed=False)

sizes = st.one_of(st.integers(1, 12), st.integers(13, 70))


def run(make: Callable[[Module], Function], machine: Wasmtime, words: Sequence[Argument]) -> None:
    module = Module(machine.relaxed)
    kernel = make(module)
    with module.function("run", I32, export=True) as f:
        (table,) = f.parameters
        arguments = [p.type.load(table, 4 * i) for i, p in enumerate(kernel.parameters)]
        f.call(kernel, *arguments)
    machine.load(module.encode()).run("run", words)


def bits(number: float) -> int:
    """A float32 as the word that it is."""
    return int(np.float32(number).view(np.uint32))


def matrix(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.normal(size=shape).astype(np.float32)


def close(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@settings(max_examples=25)
@given(rows=sizes, inputs=sizes, units=sizes, relaxed=st.booleans())
def test_the_products_of_training(rows: int, inputs: int, units: int, relaxed: bool):
    machine = RELAXED if relaxed else PLAIN
    rng = np.random.default_rng(0)
    x, w, b = matrix(rng, rows, inputs), matrix(rng, inputs, units), matrix(rng, units)
    d = matrix(rng, rows, units)
    one = np.ones(1, dtype=np.float32)

    y = matrix(rng, rows, units)
    words: list[Argument] = [x, w, InOut(y), rows, inputs]
    run(lambda m: matmul.product(m, inputs, units, False), machine, words)
    close(y, x @ w)
    run(lambda m: matmul.product(m, inputs, units, True), machine, [*words, b])
    close(y, x @ w + b)

    g = matrix(rng, inputs, units)
    run(lambda m: matmul.outer_product(m, inputs, units), machine, [x, d, InOut(g), inputs, rows])
    close(g, x.T @ d)
    updated = w.copy()
    words = [x, d, InOut(updated), inputs, rows, bits(0.25)]
    run(lambda m: matmul.outer_update(m, inputs, units), machine, words)
    close(updated, w - 0.25 * (x.T @ d))

    g = matrix(rng, units)
    run(lambda m: matmul.column_sums(m, units), machine, [one, d, InOut(g), 1, rows])
    close(g, d.sum(axis=0))
    updated = b.copy()
    words = [one, d, InOut(updated), 1, rows, bits(0.25)]
    run(lambda m: matmul.column_sums_update(m, units), machine, words)
    close(updated, b - 0.25 * d.sum(axis=0))

    e = matrix(rng, rows, inputs)
    run(
        lambda m: matmul.product_with_transposed(m, inputs, units),
        machine,
        [d, w, InOut(e), rows],
    )
    close(e, d @ w.T)


def test_no_rows_are_no_work():
    rng = np.random.default_rng(0)
    y = np.full((1, 5), 3, dtype=np.float32)
    w, b = matrix(rng, 7, 5), matrix(rng, 5)
    words: list[Argument] = [np.zeros((0, 7), dtype=np.float32), w, InOut(y), 0, 7, b]
    run(lambda m: matmul.product(m, 7, 5, True), RELAXED, words)
    assert (y == 3).all()
