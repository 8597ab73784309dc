"""LayerNormalization: mean and variance row by row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, I32X4, Value, lanes
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import Place
from nn.layers import LayerNormalization, Shape


@dataclass(frozen=True)
class LayerNormalizationKernels(LayerKernels):
    """Any shape.

    Attributes:
        epsilon: of the layer.
    """

    epsilon: float

    @classmethod
    def of(cls, layer: LayerNormalization, x: Shape, site: Site) -> Self | None:
        return cls(*facts(layer, x), layer.epsilon)

    @property
    def features(self) -> int:
        return self.x[-1]

    @property
    def positions(self) -> int:
        return math.prod(self.x[:-1])

    @property
    def residuals(self) -> dict[str, int]:
        return {"mean": self.positions, "scale": self.positions}

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        normalize = _normalize(f.module, self.features, self.epsilon)
        weights = place.weight("gamma"), place.weight("beta")
        f.call(normalize, x, z, rows * self.positions, *weights, *self._figures(place))

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        gradient = _input_gradient(f.module, self.features)
        gamma, figures = place.weight("gamma"), self._figures(place)
        f.call(gradient, x, dz, dx, rows * self.positions, gamma, *figures)

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        gradients = place.gradient("gamma"), place.gradient("beta")
        for gradient in gradients:
            f.call(vectors.clear(f.module), gradient, I32(self.features))
        sums = _weight_gradients(f.module, self.features)
        f.call(sums, x, dz, rows * self.positions, *gradients, *self._figures(place))

    def _figures(self, place: Place) -> tuple[Value, Value]:
        return place.residual("mean"), place.residual("scale")


def _centred(place: Value, width: int, mean: Local) -> Value:
    """Read numbers of a row and take the mean from them; lanes beyond the row stay 0."""
    centred = vectors.load(place, 0, width) - mean
    if width == 4:
        return centred
    inside = lanes(*[-1] * width, *[0] * (4 - width))
    return (centred.bits_as(I32X4) & inside).bits_as(F32X4)


@once
def _normalize(module: Module, features: int, epsilon: float) -> Function:
    """Return a function of (x, z, rows, gamma, beta, mean, scale)."""
    with module.function("layer normalization", *[I32] * 7) as f:
        x, z, rows, gamma, beta, means, scales = f.parameters
        total = f.local(F32X4)
        with vectors.each_row(f, x, rows, features, z):

            def mean_of(value: Value) -> Local:
                total.set(value)
                return f.local(vectors.sum_of_lanes(total) * (1 / features))

            def add(place: Value, width: int) -> None:
                total.set(total + vectors.load(place, 0, width))

            def add_square(place: Value, width: int) -> None:
                number = f.local(_centred(place, width, mean))
                total.set(f.madd(number, number, total))

            total.set(F32X4(0.0))
            vectors.across(f, x, features, add)
            mean_number = mean_of(total)
            mean = f.local(F32X4.splat(mean_number))
            total.set(F32X4(0.0))
            vectors.across(f, x, features, add_square)
            variance = F32X4.splat(mean_of(total))
            scale = f.local(1.0 / (variance + epsilon).sqrt())
            f.store(means, mean_number)
            f.store(scales, scale.lane(0))
            beside, factors, shifts = (f.local(p - x) for p in (z, gamma, beta))

            def write(place: Value, width: int) -> None:
                factor = vectors.load(place + factors, 0, width)
                shift = vectors.load(place + shifts, 0, width)
                value = f.madd(_centred(place, width, mean) * scale, factor, shift)
                vectors.save(f, f.local(place + beside), value, 0, width)

            vectors.across(f, x, features, write)
            means += 4
            scales += 4
    return f


@once
def _input_gradient(module: Module, features: int) -> Function:
    """``dx = s (g - mean(g) - u mean(g u))`` with ``g = dz γ``, ``u = (x - mean) s``.

    Called with (x, dz, dx, rows, gamma, mean, scale).
    """
    with module.function("layer normalization input gradient", *[I32] * 7) as f:
        x, dz, dx, rows, gamma, means, scales = f.parameters
        sums, products = f.local(F32X4), f.local(F32X4)
        with vectors.each_row(f, x, rows, features, dz, dx):
            mean, scale = (f.local(F32X4.load_splat(p)) for p in (means, scales))
            deltas, beside, factors = (f.local(p - x) for p in (dz, dx, gamma))

            def both(place: Value, width: int) -> tuple[Local, Local]:
                g = vectors.load(place + deltas, 0, width) * vectors.load(place + factors, 0, width)
                return f.local(g), f.local(_centred(place, width, mean) * scale)

            def add(place: Value, width: int) -> None:
                g, u = both(place, width)
                sums.set(sums + g)
                products.set(f.madd(g, u, products))

            sums.set(F32X4(0.0))
            products.set(F32X4(0.0))
            vectors.across(f, x, features, add)
            for total in (sums, products):
                total.set(F32X4.splat(vectors.sum_of_lanes(total) * (1 / features)))

            def write(place: Value, width: int) -> None:
                g, u = both(place, width)
                value = (g - sums - u * products) * scale
                vectors.save(f, f.local(place + beside), value, 0, width)

            vectors.across(f, x, features, write)
            means += 4
            scales += 4
    return f


@once
def _weight_gradients(module: Module, features: int) -> Function:
    """``dγ += dz (x - mean) s`` and ``dβ += dz``: called with (x, dz, rows, dγ, dβ, mean, s)."""
    with module.function("layer normalization sums", *[I32] * 7) as f:
        x, dz, rows, d_gamma, d_beta, means, scales = f.parameters
        with vectors.each_row(f, x, rows, features, dz):
            numbers = F32.load(means), F32.load(scales)
            f.call(_add_row(module), x, dz, d_gamma, d_beta, I32(features), *numbers)
            means += 4
            scales += 4
    return f


@vectors.elementwise
def _add_row(
    f: Function,
    x: Value,
    dz: Value,
    d_gamma: Value,
    d_beta: Value,
    *,
    mean: Value,
    scale: Value,
) -> vectors.Written:
    return {"d_gamma": f.madd((x - mean) * scale, dz, d_gamma), "d_beta": d_beta + dz}
