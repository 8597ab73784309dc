"""``nn.engine.matmul`` does what np.matmul does, for any shapes, strides and types."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn.engine
from nn.engine.wasm import machine
from nn.engine.wasm.kernels import any_matmul, gemm
from nn.engine.wasm.kernels.gemm import FLOAT32, FLOAT64, Numbers
from nn.engine.wasm.machine import Argument, InOut, Library, Scratch, Wasmtime, address
from tests.unit.wasm_guarded import Guarded

RELAXED, PLAIN = Guarded(relaxed=True), Guarded(relaxed=False)

ALWAYS = -(10**9)
"""Takes the place of the least that is worth the kernel."""


def normal(*shape: int, dtype: Any = np.float32) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(dtype)


def close(found: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Check a product of ``a`` and ``b``; its sums may be done in any order."""
    wide = [array.astype(np.float64) for array in (a, b)]
    with np.errstate(invalid="ignore"):
        expected = np.matmul(*wide)
        errors = np.abs(found - expected)
        allowed = np.matmul(*map(np.abs, wide)) * (2 * a.shape[-1] * np.finfo(a.dtype).eps)
    assert found.dtype == a.dtype and found.shape == expected.shape
    finite = np.isfinite(expected)
    assert (errors[finite] <= allowed[finite]).all()
    np.testing.assert_array_equal(found[~finite], expected[~finite])


@contextmanager
def by_the_kernel(least: int = ALWAYS) -> Iterator[None]:
    """Nothing may be left to NumPy; even what is small is not, unless ``least`` says so."""

    def refused(*arguments: object, **options: object) -> None:
        raise AssertionError("this was left to NumPy")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(any_matmul, "_LEAST", least)
        patch.setattr(any_matmul, "_by_numpy", refused)
        yield


@contextmanager
def by_numpy(least: int = ALWAYS) -> Iterator[None]:
    """All has to be left to NumPy, and not for being small, unless ``least`` says so."""

    def refused(*arguments: object) -> None:
        raise AssertionError("this was not left to NumPy")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(any_matmul, "_LEAST", least)
        patch.setattr(any_matmul, "_words", refused)
        yield


# ---- Arrays of all kinds.


class Layout(NamedTuple):
    """How a matrix lies in memory: steps between its rows and columns, which may be backwards.

    A stride is 0 where all rows, or all columns, are one.
    """

    rows: int
    columns: int
    transposed: bool
    same_rows: bool
    same_columns: bool

    def place(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return memory that is NaN around a matrix, or a stack, of ``values``, and the matrix."""
        if self.transposed:
            values = values.swapaxes(-1, -2)
        steps = self.rows, self.columns
        sizes = [size * abs(step) for size, step in zip(values.shape[-2:], steps, strict=True)]
        memory = np.full(
            (*values.shape[:-2], *(size + 2 for size in sizes)), np.nan, dtype=values.dtype
        )
        array = memory[..., 1 : 1 + sizes[0] : abs(steps[0]), 1 : 1 + sizes[1] : abs(steps[1])]
        array = array[..., :: np.sign(steps[0]), :: np.sign(steps[1])]
        array[...] = values
        if self.same_rows:
            array = np.broadcast_to(array[..., :1, :], values.shape)
        if self.same_columns:
            array = np.broadcast_to(array[..., :1], values.shape)
        return memory, array.swapaxes(-1, -2) if self.transposed else array


steps = st.sampled_from([1, 1, 2, 3, -1, -2])
spaced = st.builds(Layout, steps, steps, st.booleans(), st.just(False), st.just(False))
seldom = st.sampled_from([False, False, False, True])
layouts = st.builds(Layout, steps, steps, st.booleans(), seldom, seldom)
contiguous = Layout(1, 1, False, False, False)

numbers = st.sampled_from([FLOAT32, FLOAT64])
machines = st.sampled_from([RELAXED, PLAIN])
sizes = st.integers(1, 40)
specials = st.lists(st.sampled_from([np.nan, np.inf, -np.inf, 0.0, -0.0]), max_size=3)


def dtype(of: Numbers) -> type[np.floating]:
    return np.float32 if of is FLOAT32 else np.float64


def drawn(
    data: st.DataObject, of: Numbers, *shape: int, layout: st.SearchStrategy[Layout] = layouts
) -> tuple[np.ndarray, np.ndarray]:
    """Return memory and a matrix of any numbers in it."""
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    values = rng.normal(size=shape).astype(dtype(of))
    for special in data.draw(specials):
        values.flat[rng.integers(values.size)] = special
    return data.draw(layout).place(values)


# ---- The kernel, which in a browser is handed arrays as they lie.


@cache
def kernel(machine: Guarded, numbers: Numbers, small: bool) -> tuple[Library, Scratch]:
    """Return the module; with blocks so small that few numbers fill many, if asked for."""
    with pytest.MonkeyPatch.context() as patch:
        if small:
            for name, size in (("_M", 12), ("_N", 16), ("_K", 5)):
                patch.setattr(gemm, name, size)
        return machine.load(gemm.gemm(numbers, machine.relaxed)), Scratch(numbers.work)


def run(
    on: Guarded,
    numbers: Numbers,
    small: bool,
    a: tuple[np.ndarray, np.ndarray],
    b: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Return what the kernel makes of two matrices, each with the memory that it lies in."""
    library, work = kernel(on, numbers, small)
    (m, k), n = a[1].shape, b[1].shape[1]
    c = np.full((m, n), np.nan, dtype=a[1].dtype)

    def words(*corners: int) -> list[Argument]:
        strided: list[Argument] = []
        for corner, (_, matrix) in zip(corners, (a, b), strict=True):
            strided += [corner, *(stride & 0xFFFFFFFF for stride in matrix.strides)]
        # The last two are only there to be copied.
        return [m, n, k, *strided, InOut(c), c.strides[0], work, a[0], b[0]]

    *_, place_a, place_b, _ = machine._places(words(0, 0))
    corners = [
        place + address(matrix) - address(memory)
        for place, (memory, matrix) in ((place_a, a), (place_b, b))
    ]
    library.run("gemm", words(*corners))
    return c


@settings(max_examples=150)
@given(
    m=sizes,
    k=sizes,
    n=sizes,
    numbers=numbers,
    machine=machines,
    small=st.booleans(),
    data=st.data(),
)
def test_the_kernel_multiplies_whatever_lies_anywhere(
    m: int, k: int, n: int, numbers: Numbers, machine: Guarded, small: bool, data: st.DataObject
):
    a, b = drawn(data, numbers, m, k), drawn(data, numbers, k, n)
    close(run(machine, numbers, small, a, b), a[1], b[1])


@settings(max_examples=20)
@given(
    shape=st.sampled_from([(0, 1, 1), (1, 0, 1), (1, 1, 0), (0, 1, 0), (0, 0, 0)]),
    rest=st.integers(-3, 3),
    numbers=numbers,
    machine=machines,
    data=st.data(),
)
def test_the_kernel_multiplies_what_is_about_as_large_as_its_blocks(
    shape: tuple[int, ...], rest: int, numbers: Numbers, machine: Guarded, data: st.DataObject
):
    blocks = gemm._M, gemm._K, gemm._N
    m, k, n = (
        data.draw(sizes) if small else block + rest
        for small, block in zip(shape, blocks, strict=True)
    )
    a, b = drawn(data, numbers, m, k), drawn(data, numbers, k, n)
    close(run(machine, numbers, False, a, b), a[1], b[1])


@pytest.mark.parametrize("numbers", [FLOAT32, FLOAT64])
@pytest.mark.parametrize("last", ["a", "b"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_kernel_reads_nothing_behind_its_matrices(
    numbers: Numbers, last: str, order: Literal["C", "F"]
):
    # What it reads too much would be multiplied into what nobody stores: only the end of all memory
    # shows it.
    machine = Wasmtime(relaxed=False)
    library = machine.load(gemm.gemm(numbers, relaxed=False))
    m, k, n = 7, 3, 5
    a = np.asarray(normal(m, k, dtype=dtype(numbers)), order=order)
    b = np.asarray(normal(k, n, dtype=dtype(numbers)), order=order)
    memory = machine.reserve(8192 + numbers.work + max(a.nbytes, b.nbytes))
    behind = len(memory)
    places = {"a": 2048, "b": 4096}
    places[last] = behind - {"a": a, "b": b}[last].nbytes
    for place, matrix in ((places["a"], a), (places["b"], b)):
        memory[place : place + matrix.nbytes] = np.frombuffer(matrix.tobytes("A"), np.uint8)
    words = [m, n, k, places["a"], *a.strides, places["b"], *b.strides, 6144, n * a.itemsize, 8192]
    memory[: 4 * len(words)] = np.array(words, dtype=np.uint32).view(np.uint8)
    library._call("gemm", 0)
    found = memory[6144 : 6144 + m * n * a.itemsize].view(a.dtype).reshape(m, n)
    close(found, a, b)


# ---- What stands in for np.matmul.

stacks = st.sampled_from([((), ()), ((), ()), ((3,), ()), ((), (2,)), ((2, 1), (3,))])


@settings(max_examples=100)
@given(m=sizes, k=sizes, n=sizes, numbers=numbers, machine=machines, stack=stacks, data=st.data())
def test_any_product_is_put_anywhere(
    m: int,
    k: int,
    n: int,
    numbers: Numbers,
    machine: Guarded,
    stack: tuple[tuple[int, ...], tuple[int, ...]],
    data: st.DataObject,
):
    (_, a), (_, b) = drawn(data, numbers, *stack[0], m, k), drawn(data, numbers, *stack[1], k, n)
    empty = np.full((*np.broadcast_shapes(*stack), m, n), np.nan, dtype=dtype(numbers))
    memory, out = data.draw(st.one_of(st.just(contiguous), spaced)).place(empty)
    with by_the_kernel():
        close(any_matmul.matmul(machine, a, b), a, b)
        assert any_matmul.matmul(machine, a, b, empty) is empty
        close(empty, a, b)
        assert any_matmul.matmul(machine, a, b, out) is out
        close(out, a, b)
    out[...] = np.nan
    assert np.isnan(memory).all()


@settings(max_examples=50)
@given(m=sizes, k=sizes, n=sizes, numbers=numbers, left=st.booleans(), data=st.data())
def test_out_may_overlap_a_factor(
    m: int, k: int, n: int, numbers: Numbers, left: bool, data: st.DataObject
):
    a, b = normal(m, k, dtype=dtype(numbers)), normal(k, n, dtype=dtype(numbers))
    changed = a if left else b
    start = data.draw(st.integers(0, changed.size))
    memory = np.zeros(max(changed.size, start + m * n), dtype=changed.dtype)
    factor, out = memory[: changed.size].reshape(changed.shape), memory[start : start + m * n]
    factor[...] = changed
    before = memory.copy()
    with by_the_kernel():
        found = any_matmul.matmul(
            RELAXED, factor if left else a, b if left else factor, out.reshape(m, n)
        )
    close(found, a, b)
    out[...] = before[start : start + m * n]
    assert np.array_equal(memory, before)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((2, 4, 5), (5, 3)),
        ((4, 5), (6, 5, 3)),
        ((2, 1, 4, 5), (3, 5, 2)),
        ((0, 4, 5), (5, 3)),
    ],
)
def test_stacks_are_multiplied_as_numpy_does(a: Sequence[int], b: Sequence[int]):
    x, y = normal(*a), normal(*b)
    with by_the_kernel():
        close(any_matmul.matmul(RELAXED, x, y), x, y)


@pytest.mark.parametrize(
    ("a", "b"),
    [((5,), (5,)), ((5,), (5, 3)), ((4, 5), (5,)), ((2, 3, 4, 5), (5,)), ((5,), (2, 5, 3))],
)
def test_vectors_are_left_to_numpy(a: Sequence[int], b: Sequence[int]):
    x, y = normal(*a), normal(*b)
    with by_numpy():
        found = any_matmul.matmul(RELAXED, x, y)
    assert type(found) is type(np.matmul(x, y)) and np.array_equal(found, np.matmul(x, y))


@pytest.mark.parametrize("shape", [(40, 40, 40), (2, 250, 250), (250, 250, 2), (300, 1, 300)])
def test_what_gains_is_left_to_the_kernel(shape: tuple[int, int, int]):
    m, k, n = shape
    for wide in (np.float32, np.float64):
        a, b = normal(m, k, dtype=wide), normal(k, n, dtype=wide)
        with by_the_kernel(any_matmul._LEAST):
            close(any_matmul.matmul(RELAXED, a, b), a, b)


@pytest.mark.parametrize(
    "shape",
    [(32, 32, 32), (1, 1000, 1000), (1000, 1000, 1), (1, 100_000, 1), (3, 9000, 3), (0, 5, 5),
     (5, 0, 5)],
)  # fmt: skip
def test_what_does_not_gain_is_left_to_numpy(shape: tuple[int, int, int]):
    m, k, n = shape
    for wide in (np.float32, np.float64):
        a, b = normal(m, k, dtype=wide), normal(k, n, dtype=wide)
        with by_numpy(any_matmul._LEAST):
            assert np.array_equal(any_matmul.matmul(RELAXED, a, b), np.matmul(a, b))


def test_what_is_like_an_array_stays_what_it_is():
    a = normal(3, 3)
    masked = np.ma.masked_array(a, mask=a > 0)
    matrix = a.view(np.matrix)
    for left, right in ((masked, a), (a, masked), (matrix, a), (a, matrix), (masked, masked)):
        with by_numpy():
            found = any_matmul.matmul(RELAXED, left, right)
        expected = np.matmul(left, right)
        assert type(found) is type(expected)
        assert np.array_equal(np.ma.getmaskarray(found), np.ma.getmaskarray(expected))
        assert np.array_equal(np.ma.getdata(found), np.ma.getdata(expected))
    out = np.empty((3, 3), np.float32).view(np.matrix)
    with by_numpy():
        assert any_matmul.matmul(RELAXED, a, a, out) is out
    assert np.array_equal(out, a @ a)


def test_lists_and_a_tuple_of_out_are_numpys():
    out = np.empty((1, 1))
    for multiply in (lambda *args, **kw: any_matmul.matmul(RELAXED, *args, **kw), nn.engine.matmul):
        with by_numpy():
            assert multiply([[2.0]], [[3.0]]) == [[6]]
            assert multiply([[2.0]], np.array([[4.0]])) == [[8]]
            assert multiply(np.array([[2.0]]), np.array([[5.0]]), out=(out,)) is out
        assert out == 10
        with pytest.raises(TypeError):
            multiply([[2.0]], "3")


def test_what_numpy_refuses_is_refused():
    a = np.ones((3, 4), dtype=np.float32)
    for b, out in ((a, None), (a.T, np.empty((2, 2), dtype=np.float32)), (np.float32(1), None)):
        with by_numpy(), pytest.raises(ValueError):
            any_matmul.matmul(RELAXED, a, np.asarray(b), out)
    fixed = np.zeros((3, 3), dtype=np.float32)
    fixed.flags.writeable = False
    with by_numpy(), pytest.raises(ValueError, match="read-only"):
        any_matmul.matmul(RELAXED, a, a.T, fixed)
    with by_numpy(), pytest.raises(ValueError):
        any_matmul.matmul(RELAXED, np.ones((2, 3, 4), "f4"), np.ones((3, 4, 5), "f4"))


@pytest.mark.parametrize(
    ("left", "right", "out"),
    [
        ("f4", "f8", "f8"),
        ("f4", "f4", "f8"),
        (">f4", ">f4", "f4"),
        ("i4", "i4", "i4"),
        ("c8", "c8", "c8"),
        ("f2", "f2", "f2"),
    ],
)
def test_other_numbers_are_left_to_numpy(left: str, right: str, out: str):
    a, b = np.ones((3, 4), dtype=left), np.ones((4, 2), dtype=right)
    given = np.empty((3, 2), dtype=out)
    with by_numpy():
        assert any_matmul.matmul(RELAXED, a, b, given) is given
    assert (given == 4).all()


def test_without_room_numpy_multiplies(monkeypatch: pytest.MonkeyPatch):
    class Full(Wasmtime):
        def reserve(self, size: int):
            raise MemoryError("no room")

    monkeypatch.setattr(any_matmul, "_LEAST", ALWAYS)
    a = np.ones((3, 4), dtype=np.float32)
    assert (any_matmul.matmul(Full(relaxed=True), a, a.T) == 4).all()


def test_in_a_terminal_numpy_multiplies():
    a = np.arange(12.0).reshape(3, 4)
    out = np.empty((3, 3))
    assert nn.engine.matmul(a, a.T, out) is out
    assert np.array_equal(out, a @ a.T)
