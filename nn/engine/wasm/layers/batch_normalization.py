"""BatchNormalization: sums over all samples and places, channel by channel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, Operand, Value
from nn.engine.wasm.kernels import vectors
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import Place
from nn.layers import BatchNormalization, Shape

_VECTORS = 3
"""Of channels, to work on at a time: with two sums and two figures each, all registers but three.
"""


@dataclass(frozen=True)
class BatchNormalizationKernels(LayerKernels):
    """Any shape.

    Attributes:
        first: whether nobody asks for the gradient with respect to the inputs.
        momentum, epsilon: of the layer.
    """

    first: bool
    momentum: float
    epsilon: float

    @classmethod
    def of(cls, layer: BatchNormalization, x: Shape, site: Site) -> Self | None:
        return cls(*facts(layer, x), site.first, layer.momentum, layer.epsilon)

    @property
    def channels(self) -> int:
        return self.x[-1]

    @property
    def trains_differently(self) -> bool:
        return True

    @property
    def residuals(self) -> dict[str, int]:
        # Of the whole mini-batch: only the first sample's are used.
        return {"mean": self.channels, "scale": self.channels}

    def _count(self, rows: Value) -> Value:
        """Return how many rows of channels there are."""
        return rows * math.prod(self.x[:-1])

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        module, count = f.module, self._count(rows)
        moving = place.state("moving_mean"), place.state("moving_variance")
        scale = place.residual("scale")
        if mode is Mode.PREDICTION:
            mean = moving[0]
            channels, epsilon = I32(self.channels), F32(self.epsilon)
            f.call(_scale_of(module), moving[1], scale, channels, epsilon)
        else:
            mean = place.residual("mean")
            find = _statistics(module, self.channels, self.momentum, self.epsilon)
            f.call(find, x, count, mean, scale, *moving)
        gamma, beta = place.weight("gamma"), place.weight("beta")
        f.call(_normalize(module, self.channels), x, z, count, mean, scale, gamma, beta)

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        self._find_sums(f, place, x, dz, rows)
        write = _input_gradient(f.module, self.channels)
        f.call(write, x, dz, dx, self._count(rows), *self._figures(place), place.weight("gamma"))

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        if self.first:
            self._find_sums(f, place, x, dz, rows)

    def _find_sums(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        """Write the gradients of gamma and beta, of which that of the inputs is made too."""
        f.call(_sums(f.module, self.channels), x, dz, self._count(rows), *self._figures(place))

    def _figures(self, place: Place) -> list[Value]:
        return [
            place.residual("mean"),
            place.residual("scale"),
            place.gradient("gamma"),
            place.gradient("beta"),
        ]


@vectors.elementwise
def _scale_of(f: Function, variance: Value, scale: Value, *, epsilon: Value) -> vectors.Written:
    """``scale = 1 / √(variance + ε)``: called with (variance, scale, count, ε)."""
    return {"scale": _inverse(variance, epsilon)}


@once
def _statistics(module: Module, channels: int, momentum: float, epsilon: float) -> Function:
    """Return a function of (x, count, mean, scale, moving mean, moving variance)."""
    with module.function("statistics", *[I32] * 6) as f:
        x, count, mean, scale, moving_mean, moving_variance = f.parameters
        share = f.local(F32X4.splat(1.0 / count.to(F32)))

        def block(start: Value, widths: vectors.Widths) -> None:
            sums = [f.local(F32X4(0.0)) for _ in widths]
            means = [f.local(F32X4) for _ in widths]

            def each_row(add: str) -> None:
                row = f.local(x + start)
                with f.for_range(f.local(I32(0)), count):
                    for v, width in enumerate(widths):
                        number = vectors.load(row, 16 * v, width)
                        if add == "squares":
                            number = f.local(number - means[v])
                            sums[v].set(f.madd(number, number, sums[v]))
                        else:
                            sums[v].set(sums[v] + number)
                    row += 4 * channels

            each_row("numbers")
            for v in range(len(widths)):
                means[v].set(sums[v] * share)
                sums[v].set(F32X4(0.0))
            each_row("squares")
            for v, width in enumerate(widths):
                variance = f.local(sums[v] * share)
                _save(f, mean + start, means[v], v, width)
                _save(f, scale + start, _inverse(variance, epsilon), v, width)
                for target, found in ((moving_mean, means[v]), (moving_variance, variance)):
                    old = vectors.load(target + start, 16 * v, width)
                    _save(f, target + start, old * momentum + found * (1 - momentum), v, width)

        vectors.blocks(f, channels, _VECTORS, block)
    return f


def _inverse(variance: Value, epsilon: Operand) -> Value:
    return 1.0 / (variance + epsilon).sqrt()


def _save(f: Function, place: Value, value: Value, vector: int, width: int) -> None:
    vectors.save(f, f.local(place), value, 16 * vector, width)


@once
def _normalize(module: Module, channels: int) -> Function:
    """``z = (x - mean) · scale · gamma + beta``: called with (x, z, count, ...)."""
    with module.function("normalize", *[I32] * 7) as f:
        x, z, count, mean, scale, gamma, beta = f.parameters

        def block(start: Value, widths: vectors.Widths) -> None:
            means, factors, shifts = (
                [f.local(_load(p, start, v, n)) for v, n in enumerate(widths)]
                for p in (mean, scale, beta)
            )
            for v, width in enumerate(widths):
                factors[v] *= _load(gamma, start, v, width)
            row, out = f.local(x + start), f.local(z + start)
            with f.for_range(f.local(I32(0)), count):
                for v, width in enumerate(widths):
                    centred = f.local(vectors.load(row, 16 * v, width) - means[v])
                    vectors.save(f, out, f.madd(centred, factors[v], shifts[v]), 16 * v, width)
                row += 4 * channels
                out += 4 * channels

        vectors.blocks(f, channels, _VECTORS, block)
    return f


@once
def _sums(module: Module, channels: int) -> Function:
    """``dγ = Σ dz (x - mean) scale`` and ``dβ = Σ dz``: called with (x, dz, count, ...)."""
    with module.function("normalization sums", *[I32] * 7) as f:
        x, dz, count, mean, scale, d_gamma, d_beta = f.parameters

        def block(start: Value, widths: vectors.Widths) -> None:
            means = [f.local(_load(mean, start, v, n)) for v, n in enumerate(widths)]
            products, sums = ([f.local(F32X4(0.0)) for _ in widths] for _ in range(2))
            row, delta = f.local(x + start), f.local(dz + start)
            with f.for_range(f.local(I32(0)), count):
                for v, width in enumerate(widths):
                    gradient = f.local(vectors.load(delta, 16 * v, width))
                    centred = f.local(vectors.load(row, 16 * v, width) - means[v])
                    products[v].set(f.madd(centred, gradient, products[v]))
                    sums[v].set(sums[v] + gradient)
                row += 4 * channels
                delta += 4 * channels
            for v, width in enumerate(widths):
                _save(f, d_gamma + start, products[v] * _load(scale, start, v, width), v, width)
                _save(f, d_beta + start, sums[v], v, width)

        vectors.blocks(f, channels, _VECTORS, block)
    return f


@once
def _input_gradient(module: Module, channels: int) -> Function:
    """``dx = γ s (dz - dβ / n - (x - mean) s dγ / n)``: called with (x, dz, dx, count, ...)."""
    with module.function("normalization input gradient", *[I32] * 9) as f:
        x, dz, dx, count, mean, scale, d_gamma, d_beta, gamma = f.parameters
        share = f.local(F32X4.splat(1.0 / count.to(F32)))

        def block(start: Value, widths: vectors.Widths) -> None:
            means: list[Local] = []
            slopes: list[Local] = []
            shifts: list[Local] = []
            factors: list[Local] = []
            for v, width in enumerate(widths):
                s = f.local(_load(scale, start, v, width))
                means.append(f.local(_load(mean, start, v, width)))
                slopes.append(f.local(_load(d_gamma, start, v, width) * share * s))
                shifts.append(f.local(_load(d_beta, start, v, width) * share))
                factors.append(f.local(_load(gamma, start, v, width) * s))
            row, delta, out = (f.local(p + start) for p in (x, dz, dx))
            with f.for_range(f.local(I32(0)), count):
                for v, width in enumerate(widths):
                    centred = f.local(vectors.load(row, 16 * v, width) - means[v])
                    rest = vectors.load(delta, 16 * v, width) - shifts[v] - centred * slopes[v]
                    vectors.save(f, out, rest * factors[v], 16 * v, width)
                row += 4 * channels
                delta += 4 * channels
                out += 4 * channels

        vectors.blocks(f, channels, _VECTORS, block)
    return f


def _load(place: Value, start: Value, vector: int, width: int) -> Value:
    return vectors.load(place + start, 16 * vector, width)
