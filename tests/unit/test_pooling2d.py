"""Pooling is what a loop over windows finds, as Keras defines them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nn.engine.wasm.layers import KERNELS
from nn.engine.wasm.layers.layer import Site
from nn.layers import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D, Pass, Shape
from nn.model import Sequential
from tests.unit.check_layer import alone, check_gradients, check_kernels, distinct, run_kernels
from tests.unit.wasm_cases import NUMPY, PLAIN_SIMD, WASM


def pooled(layer, x: np.ndarray) -> np.ndarray:
    """Pool window by window; inputs beyond the edge count for nothing."""
    reduce = np.max if type(layer) is MaxPooling2D else np.mean
    starts = []
    for size, window, stride in zip(x.shape[1:], layer.pool_size, layer.strides, strict=False):
        count, before = (size - window) // stride + 1, 0
        if layer.padding == "same":
            count = math.ceil(size / stride)
            before = max((count - 1) * stride + window - size, 0) // 2
        starts.append([i * stride - before for i in range(count)])
    height, width = layer.pool_size
    z = np.empty((len(x), len(starts[0]), len(starts[1]), x.shape[3]))
    for i, top in enumerate(starts[0]):
        for j, left in enumerate(starts[1]):
            inside = x[:, max(0, top) : top + height, max(0, left) : left + width]
            z[:, i, j] = reduce(inside, axis=(1, 2))
    return z


@st.composite
def poolings(draw: st.DrawFn) -> tuple[MaxPooling2D | AveragePooling2D, Shape]:
    size = st.integers(1, 7)
    padding = draw(st.sampled_from(["valid", "same"]))
    shape = draw(size), draw(size), draw(st.integers(1, 19))
    most = (7, 7) if padding == "same" else shape
    window = draw(st.integers(1, most[0])), draw(st.integers(1, most[1]))
    strides = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    kind = draw(st.sampled_from([MaxPooling2D, AveragePooling2D]))
    return kind(window, strides, padding), shape


@settings(max_examples=40)
@given(case=poolings())
def test_any_window_is_pooled(case: tuple[MaxPooling2D | AveragePooling2D, Shape]):
    layer, shape = case
    network = alone(layer, shape)
    x = distinct(2, shape)
    z = np.empty((2, *layer.output_shape(shape)))
    network.layers[0].forward(x, z, Pass())
    np.testing.assert_allclose(z, pooled(layer, x), rtol=1e-12, atol=1e-15)
    check_gradients(alone(layer, (*shape[:2], 2)), distinct(1, (*shape[:2], 2)))
    check_kernels(layer, shape)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (MaxPooling2D(), [[5, 7], [13, 15]]),
        (MaxPooling2D(3, 1), [[10, 11], [14, 15]]),
        (MaxPooling2D(2, 3, "same"), [[5, 7], [13, 15]]),
        (AveragePooling2D(), [[2.5, 4.5], [10.5, 12.5]]),
        (AveragePooling2D(3, 3, "same"), [[2.5, 4.5], [10.5, 12.5]]),
    ],
)
def test_sixteen_numbers_are_pooled(layer, expected: list[list[float]]):
    model = Sequential([layer])
    model.compile(engine=NUMPY)
    model.build((4, 4, 1), 0)
    found = model.predict(np.arange(16.0).reshape(1, 4, 4, 1))
    assert found[0, :, :, 0].tolist() == expected


def test_windows_move_by_their_own_size_unless_told_otherwise():
    assert MaxPooling2D((3, 2)).strides == (3, 2)
    assert AveragePooling2D(3, 2).strides == (2, 2)


def kernels_of(engine, layer, x: np.ndarray, dz: np.ndarray) -> np.ndarray:
    """Return dx by the compiled kernels."""
    site = Site(1, False, False, "floats", False, False, "linear")
    kernels = KERNELS[type(layer)][0].of(layer, x.shape[1:], site)
    assert kernels is not None
    return run_kernels(kernels, engine, alone(layer, x.shape[1:], "float32"), x, dz)[1]


@pytest.mark.parametrize("arguments", [(2,), (3, 2, "same"), (3, 1), ((4, 5),)])
def test_of_equal_maxima_the_first_gets_the_gradient(arguments: tuple):
    layer = MaxPooling2D(*arguments)
    # Whole pictures, then rows, then columns, then pixels that are equal.
    rng = np.random.default_rng(0)
    x = np.zeros((4, 6, 7, 5), np.float32)
    x[1] = rng.integers(0, 2, (6, 1, 1))
    x[2] = rng.integers(0, 2, (1, 7, 1))
    x[3] = rng.integers(0, 2, (6, 7, 5))
    # Unlike zeros are equal too.
    x[0, ::2, ::3] = -0.0
    dz = rng.integers(1, 9, (4, *layer.output_shape((6, 7, 5)))).astype(np.float32)
    expected = np.zeros_like(x)
    z = pooled(layer, x)
    before = [0, 0]
    if layer.padding == "same":
        before = [
            max((z.shape[a] - 1) * layer.strides[a - 1] + layer.pool_size[a - 1] - x.shape[a], 0)
            // 2
            for a in (1, 2)
        ]
    for n, i, j, c in np.ndindex(z.shape):
        top, left = (k * s - b for k, s, b in zip((i, j), layer.strides, before, strict=True))
        places = [
            (top + a, left + b)
            for a, b in np.ndindex(layer.pool_size)
            if 0 <= top + a < 6 and 0 <= left + b < 7
        ]
        row, column = next(place for place in places if x[n, *place, c] == z[n, i, j, c])
        expected[n, row, column, c] += dz[n, i, j, c]
    dx = np.empty_like(x)
    layer.backward(x, dz, dx, Pass())
    assert np.array_equal(dx, expected)
    for engine in (WASM, PLAIN_SIMD):
        assert np.array_equal(kernels_of(engine, layer, x, dz), expected)


@pytest.mark.parametrize(
    "layer", [MaxPooling2D(), AveragePooling2D(3, 1), GlobalAveragePooling2D()]
)
def test_what_is_not_a_number_stays_that(layer):
    x = np.random.default_rng(0).normal(size=(40, 5, 4, 3)).astype(np.float32)
    x.reshape(-1)[::97] = np.nan
    x.reshape(-1)[5::89] = np.inf
    x.reshape(-1)[7::83] = -np.inf
    outputs = []
    for engine in (NUMPY, WASM):
        model = Sequential([layer])
        model.compile(engine=engine)
        model.build((5, 4, 3), 0)
        outputs.append(model.predict(x))
        layer = type(layer)(**layer.config())
    assert np.isnan(outputs[0]).any()
    np.testing.assert_allclose(outputs[1], outputs[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MaxPooling2D(0), "pool_size must be a positive whole number, got 0"),
        (lambda: MaxPooling2D((1, 2, 3)), "pool_size must be a number or a pair of numbers"),
        (lambda: AveragePooling2D(2, (1, -1)), "strides must be a positive whole number, got -1"),
        (lambda: AveragePooling2D(2, padding="full"), 'padding must be "valid" or "same"'),
    ],
)
def test_nonsense_is_refused(make, message: str):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("kind", [MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D])
@pytest.mark.parametrize("shape", [(784,), (28, 28), (2, 3, 4, 5)])
def test_only_pictures_are_pooled(kind, shape: Shape):
    with pytest.raises(ValueError, match=r"pictures of shape \(height, width, channels\), got"):
        kind().output_shape(shape)


def test_a_window_fits_into_its_picture():
    message = "layer 1, MaxPooling2D: a window of 3x2 does not fit into pictures of 2x5"
    with pytest.raises(ValueError, match=message):
        Sequential([MaxPooling2D((3, 2))]).build((2, 5, 1), 0)
    assert MaxPooling2D((3, 2), padding="same").output_shape((2, 5, 1)) == (1, 3, 1)
