"""Products of matrices are what NumPy says they are, for any shapes and strides."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn.engine
from nn.engine.wasm import any_matmul, matmul
from nn.engine.wasm.assembler import Function, Module
from nn.engine.wasm.instructions import I32
from nn.engine.wasm.machine import Changed, Wasmtime, Word
from tests.unit.wasm_guarded import Guarded

RELAXED, PLAIN = Guarded(relaxed=True), Guarded(relaxed=False)

sizes = st.one_of(st.integers(1, 12), st.integers(13, 70))


def run(make: Callable[[Module], Function], machine: Wasmtime, words: Sequence[Word]) -> None:
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
    words: list[Word] = [x, w, Changed(y), rows, inputs]
    run(lambda m: matmul.product(m, inputs, units, False), machine, words)
    close(y, x @ w)
    run(lambda m: matmul.product(m, inputs, units, True), machine, [*words, b])
    close(y, x @ w + b)

    g = matrix(rng, inputs, units)
    run(lambda m: matmul.outer_product(m, inputs, units), machine, [x, d, Changed(g), inputs, rows])
    close(g, x.T @ d)
    updated = w.copy()
    words = [x, d, Changed(updated), inputs, rows, bits(0.25)]
    run(lambda m: matmul.outer_update(m, inputs, units), machine, words)
    close(updated, w - 0.25 * (x.T @ d))

    g = matrix(rng, units)
    run(lambda m: matmul.column_sums(m, units), machine, [one, d, Changed(g), 1, rows])
    close(g, d.sum(axis=0))
    updated = b.copy()
    words = [one, d, Changed(updated), 1, rows, bits(0.25)]
    run(lambda m: matmul.column_sums_update(m, units), machine, words)
    close(updated, b - 0.25 * d.sum(axis=0))

    e = matrix(rng, rows, inputs)
    run(
        lambda m: matmul.product_with_transposed(m, inputs, units),
        machine,
        [d, w, Changed(e), rows],
    )
    close(e, d @ w.T)


def test_no_rows_are_no_work():
    rng = np.random.default_rng(0)
    y = np.full((1, 5), 3, dtype=np.float32)
    w, b = matrix(rng, 7, 5), matrix(rng, 5)
    words: list[Word] = [np.zeros((0, 7), dtype=np.float32), w, Changed(y), 0, 7, b]
    run(lambda m: matmul.product(m, 7, 5, True), RELAXED, words)
    assert (y == 3).all()


# ---- Any two arrays.


@pytest.fixture
def no_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small products are not left to NumPy."""
    monkeypatch.setattr(any_matmul, "_LEAST", 1)


def layouts(array: np.ndarray) -> list[np.ndarray]:
    """The same numbers with other strides."""
    spread = np.zeros((2 * array.shape[0], 3 * array.shape[1]), dtype=array.dtype)
    spread[::2, ::3] = array
    return [
        array,
        np.asfortranarray(array),
        array[::-1].copy()[::-1],
        array[:, ::-1].copy()[:, ::-1],
        spread[::2, ::3],
    ]


@pytest.mark.usefixtures("no_threshold")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("machine", [RELAXED, PLAIN])
@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (3, 5, 7), (4, 8, 8), (130, 300, 9), (5, 270, 3), (129, 1, 520), (9, 2, 4)]
)
def test_any_layout_gives_the_same_product(
    dtype: type[np.floating], machine: Guarded, shape: tuple[int, int, int]
):
    m, k, n = shape
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
    for left, right in zip(layouts(a), layouts(b)[::-1], strict=True):
        found = any_matmul.matmul(machine, left, right)
        assert found.dtype == dtype
        close(found, a @ b)


@pytest.mark.usefixtures("no_threshold")
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((5,), (5,)),
        ((5,), (5, 3)),
        ((4, 5), (5,)),
        ((2, 4, 5), (5, 3)),
        ((4, 5), (6, 5, 3)),
        ((2, 1, 4, 5), (3, 5, 2)),
        ((2, 3, 4, 5), (5,)),
        ((5,), (2, 5, 3)),
        ((0, 4, 5), (5, 3)),
    ],
)
def test_stacks_and_vectors_are_multiplied_as_numpy_does(a: tuple[int, ...], b: tuple[int, ...]):
    rng = np.random.default_rng(0)
    x, y = matrix(rng, *a), matrix(rng, *b)
    found = any_matmul.matmul(RELAXED, x, y)
    expected = np.matmul(x, y)
    assert found.shape == np.shape(expected)
    close(found, expected)


@pytest.mark.usefixtures("no_threshold")
def test_the_product_is_written_to_out():
    rng = np.random.default_rng(0)
    a, b = matrix(rng, 6, 5), matrix(rng, 5, 4)
    for out in (np.empty((6, 4), "f4"), np.empty((6, 4), "f4", order="F"), np.empty((6, 8), "f4")):
        out = out[:, :4]
        assert any_matmul.matmul(RELAXED, a, b, out) is out
        close(out, a @ b)
    wide = np.empty((6, 4))
    assert any_matmul.matmul(RELAXED, a, b, wide) is wide
    close(wide, a @ b)


@pytest.mark.usefixtures("no_threshold")
def test_out_may_be_one_of_the_factors():
    rng = np.random.default_rng(0)
    a, b = matrix(rng, 6, 6), matrix(rng, 6, 6)
    expected = a @ b
    close(any_matmul.matmul(RELAXED, a, b, a), expected)


@pytest.mark.usefixtures("no_threshold")
def test_what_numpy_refuses_is_refused():
    a = np.ones((3, 4), dtype=np.float32)
    for b, out in ((a, None), (a.T, np.empty((2, 2), dtype=np.float32)), (np.float32(1), None)):
        with pytest.raises(ValueError):
            any_matmul.matmul(RELAXED, a, np.asarray(b), out)
    fixed = np.zeros((3, 3), dtype=np.float32)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        any_matmul.matmul(RELAXED, a, a.T, fixed)
    with pytest.raises(ValueError):
        any_matmul.matmul(RELAXED, np.ones((2, 3, 4), "f4"), np.ones((3, 4, 5), "f4"))


@pytest.mark.usefixtures("no_threshold")
@pytest.mark.parametrize(
    ("left", "right"), [("f4", "f8"), ("i4", "i4"), ("c8", "c8"), ("f2", "f2")]
)
def test_other_numbers_are_left_to_numpy(left: str, right: str):
    a, b = np.ones((3, 4), dtype=left), np.ones((4, 2), dtype=right)
    found = any_matmul.matmul(RELAXED, a, b)
    assert found.dtype == np.matmul(a, b).dtype and (found == 4).all()


@pytest.mark.usefixtures("no_threshold")
def test_without_room_numpy_multiplies():
    class Full(Wasmtime):
        def room(self, size: int):
            raise MemoryError("no room")

    a = np.ones((3, 4), dtype=np.float32)
    assert (any_matmul.matmul(Full(relaxed=True), a, a.T) == 4).all()


def test_in_a_terminal_numpy_multiplies():
    a = np.arange(12.0).reshape(3, 4)
    out = np.empty((3, 3))
    assert nn.engine.matmul(a, a.T, out) is out
    assert np.array_equal(out, a @ a.T)
