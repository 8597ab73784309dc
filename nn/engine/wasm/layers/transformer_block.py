"""TransformerBlock: the kernels of its layers, one after another, and sums."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from nn.engine.wasm.asm.assembler import Function
from nn.engine.wasm.asm.instructions import Value
from nn.engine.wasm.kernels import activations
from nn.engine.wasm.layers.dense import DensePlain
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.layers.layer_normalization import LayerNormalizationKernels
from nn.engine.wasm.layers.multi_head_attention import MultiHeadAttentionKernels
from nn.engine.wasm.layers.position_embedding import add
from nn.engine.wasm.memory import Place
from nn.layers import Dense, Layer, LayerNormalization, MultiHeadAttention, Shape, TransformerBlock

_KINDS: dict[type[Layer], type[LayerKernels]] = {
    Dense: DensePlain,
    LayerNormalization: LayerNormalizationKernels,
    MultiHeadAttention: MultiHeadAttentionKernels,
}


@dataclass(frozen=True)
class Part:
    """A layer within the block: its name, code, and activation."""

    name: str
    kernels: LayerKernels
    activation: str

    @property
    def output(self) -> str:
        return f"{self.name}_output"


@dataclass(frozen=True)
class TransformerBlockKernels(LayerKernels):
    """Any sizes.

    Attributes:
        first: whether nobody asks for the gradient with respect to the inputs.
        branches: the layers of both.
    """

    first: bool
    branches: tuple[tuple[Part, ...], ...]

    @classmethod
    def of(cls, layer: TransformerBlock, x: Shape, site: Site) -> Self | None:
        inside = replace(site, first=False, last=False, in_place=False, under="linear")
        branches = []
        for row in layer.parts(x):
            parts = []
            for name, one, shape in row:
                kernels = _KINDS[type(one)].of(one, shape, inside)
                assert kernels is not None
                parts.append(Part(name, kernels, one.activation.name))
            branches.append(tuple(parts))
        return cls(*facts(layer, x), site.first, tuple(branches))

    @property
    def _parts(self) -> list[Part]:
        return [part for branch in self.branches for part in branch]

    @property
    def residuals(self) -> dict[str, int]:
        size = math.prod(self.x)
        sizes = {"between": size, "d_between": size, "d_inputs": size}
        for part in self._parts:
            sizes[part.output] = math.prod(part.kernels.y)
            kept = part.kernels.residuals.items()
            sizes |= {f"{part.name}_{key}": count for key, count in kept}
        widest = max(math.prod(part.kernels.y) for part in self._parts)
        return {**sizes, "delta_0": widest, "delta_1": widest}

    @property
    def shared(self) -> int:
        return max(part.kernels.shared for part in self._parts)

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        between = f.local(place.residual("between"))
        for branch, given, total in zip(self.branches, (x, between), (between, z), strict=True):
            y = given
            for part in branch:
                under, y = y, f.local(place.residual(part.output))
                part.kernels.forward(f, _within(place, part), under, y, rows, mode)
                _activate(f, part, y, rows)
            f.call(add(f.module), given, y, total, rows * math.prod(self.x))

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        between, d_between = (f.local(place.residual(n)) for n in ("between", "d_between"))
        first, second = self.branches
        for branch, given, delta, total in (
            (second, between, dz, d_between),
            (first, x, d_between, dx),
        ):
            below = self._back(f, place, branch, given, delta, rows)
            f.call(add(f.module), delta, below, total, rows * math.prod(self.x))

    def _back(
        self,
        f: Function,
        place: Place,
        branch: tuple[Part, ...],
        x: Value,
        delta: Value,
        rows: Value,
    ) -> Value:
        """Write what passes a gradient back through a branch; return where it is then."""
        buffers = [f.local(place.residual(f"delta_{i}")) for i in range(2)]
        for i in reversed(range(len(branch))):
            part, under = branch[i], branch[i - 1]
            given = f.local(place.residual(under.output)) if i else x
            below, inside = buffers[i % 2], _within(place, part)
            part.kernels.input_gradient(f, inside, given, delta, below, rows)
            if i:
                units = under.kernels.y[-1]
                count = rows * math.prod(under.kernels.y[:-1])
                activations.backward(f, under.activation, units, given, below, count)
            part.kernels.weight_gradients(f, inside, given, delta, rows)
            delta = below
        return delta

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        # Those of all layers are written on the way back.
        if self.first:
            self.input_gradient(f, place, x, dz, f.local(place.residual("d_inputs")), rows)


def _activate(f: Function, part: Part, y: Value, rows: Value) -> None:
    shape = part.kernels.y
    activations.forward(f, part.activation, shape[-1], y, rows * math.prod(shape[:-1]))


def _within(place: Place, part: Part) -> Place:
    """Return where a layer of the block finds what it works on."""
    weights, residuals = (_without(part.name, all_) for all_ in (place.weights, place.residuals))
    return replace(place, weights=weights, residuals=residuals)


def _without(name: str, places: Mapping[str, int]) -> dict[str, int]:
    start = f"{name}_"
    return {key[len(start) :]: at for key, at in places.items() if key.startswith(start)}
