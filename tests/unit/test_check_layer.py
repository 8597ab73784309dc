"""The shared check of layers finds what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from nn.engine.wasm.asm.instructions import F32, I32
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers import KERNELS
from nn.engine.wasm.layers.layer import LayerKernels
from nn.layers import Dense, Layer, Pass, Shape
from tests.unit.check_layer import (
    check_arithmetic,
    check_configuration,
    check_copies,
    check_kernels,
    check_layer,
)


class Double(Layer):
    """Twice its inputs."""

    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.multiply(x, 2, out=z)

    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            np.multiply(dz, 2, out=dx)


class DoubleKernels(LayerKernels):
    def forward(self, f, place, x, z, rows, mode):
        f.call(vectors.copy(f.module), x, z, rows * self.x[0])
        f.call(vectors.scale(f.module), z, rows * self.x[0], F32(2.0))

    def input_gradient(self, f, place, x, dz, dx, rows):
        self.forward(f, place, dz, dx, rows, None)


class _WrongGradient(Double):
    def backward(self, x: np.ndarray, dz: np.ndarray, dx: np.ndarray | None, p: Pass) -> None:
        if dx is not None:
            dx[...] = dz


class _LeavesSome(Double):
    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.multiply(x[:, 1:], 2, out=z[:, 1:])


class _ChangesInputs(Double):
    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        x *= 2
        z[...] = x


class _ByItself(Double):
    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.multiply(x, 2 + p.training, out=z)


class _WholeBatch(Double):
    def forward(self, x: np.ndarray, z: np.ndarray, p: Pass) -> None:
        np.multiply(x, len(x), out=z)


class _OtherShape(Double):
    def output_shape(self, x: Shape) -> Shape:
        return (*x[:-1], x[-1] + 1)


class _Forgets(Double):
    def __init__(self, factor: float = 2.0) -> None:
        self.factor = 2.0


class _Secret(Double):
    def __init__(self) -> None:
        self.secret: Callable[[], int] = lambda: 1


def test_a_layer_that_is_right_passes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(KERNELS, Double, (DoubleKernels,))
    check_arithmetic(Double(), (5,), lambda layer, x: 2 * x)
    check_kernels(Double(), (5,))
    check_layer(Dense(3, "tanh"), (4,), lambda layer, x: x @ layer.kernel + layer.bias)


@pytest.mark.parametrize(
    "kind", [_WrongGradient, _LeavesSome, _ChangesInputs, _ByItself, _WholeBatch]
)
def test_wrong_arithmetic_is_found(kind: type[Layer]):
    with pytest.raises(AssertionError):
        check_arithmetic(kind(), (4,))


def test_another_formula_is_found():
    with pytest.raises(AssertionError):
        check_arithmetic(Double(), (4,), lambda layer, x: 3 * x)


def test_another_shape_is_found():
    with pytest.raises((AssertionError, ValueError)):
        check_arithmetic(_OtherShape(), (4,))


def test_a_configuration_that_is_not_kept_is_found():
    layer = _Forgets()
    layer.factor = 3.0
    with pytest.raises(AssertionError):
        check_configuration(layer, (4,))


def test_what_cannot_be_pickled_is_found():
    with pytest.raises(Exception, match="pickle"):
        check_copies(_Secret(), (4,))


@dataclass(frozen=True)
class _Beside(DoubleKernels):
    def forward(self, f, place, x, z, rows, mode):
        super().forward(f, place, x, z, rows, mode)
        f.store(z + rows * (4 * self.x[0]), I32(0))


@dataclass(frozen=True)
class _TooFew(DoubleKernels):
    def input_gradient(self, f, place, x, dz, dx, rows):
        f.call(vectors.scale(f.module), dx, rows * self.x[0], F32(2.0))


@dataclass(frozen=True)
class _ToInputs(DoubleKernels):
    def input_gradient(self, f, place, x, dz, dx, rows):
        super().input_gradient(f, place, x, dz, dx, rows)
        f.store(x, F32(7.0))


@dataclass(frozen=True)
class _Thrice(DoubleKernels):
    def forward(self, f, place, x, z, rows, mode):
        super().forward(f, place, x, z, rows, mode)
        f.call(vectors.scale(f.module), z, I32(1), F32(1.5))


@pytest.mark.parametrize(
    ("kernels", "message"),
    [
        (_Beside, "outside its arrays"),
        (_TooFew, "left some numbers"),
        (_ToInputs, "what it only reads"),
        (_Thrice, "other numbers than NumPy"),
    ],
)
def test_wrong_kernels_are_found(
    monkeypatch: pytest.MonkeyPatch, kernels: type[LayerKernels], message: str
):
    monkeypatch.setitem(KERNELS, Double, (kernels,))
    with pytest.raises(AssertionError, match=message):
        check_kernels(Double(), (5,))
