"""Recurrent layers: x · W for all steps at once, then step by step; a kind says what a step does.

What is read and written at a step lies as NumPy has it, a sample's steps one after another, so that
rows of a product are a whole sequence apart. The state before each step is kept: there are then
``steps + 1`` of them a sample, and the last is the layer's output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from nn.engine.wasm.asm.assembler import Function, Local, Module, once
from nn.engine.wasm.asm.instructions import I32, Value
from nn.engine.wasm.kernels import matmul, packed, vectors
from nn.engine.wasm.kernels.matmul import Strides
from nn.engine.wasm.layers.layer import LayerKernels, Mode, Site, facts
from nn.engine.wasm.memory import ONE, Place, padded
from nn.layers import Shape

Rows = Mapping[str, Local]
"""Addresses by name: of a sample's row in each buffer, at one step."""


@dataclass(frozen=True)
class RecurrentKernels(LayerKernels):
    """Any sizes.

    Attributes:
        gates: how many sums a step makes for each unit.
        carried: the residuals that keep the state before each step, h first.
        first: whether nobody asks for the gradient with respect to the inputs.
        whole: whether every step's output is given.
    """

    gates: ClassVar[int]
    carried: ClassVar[tuple[str, ...]] = ("before",)

    first: bool
    whole: bool

    @classmethod
    def of(cls, layer: Any, x: Shape, site: Site) -> Self | None:
        return cls(*facts(layer, x), site.first, layer.return_sequences)

    @property
    def units(self) -> int:
        return self.y[-1]

    @property
    def steps(self) -> int:
        return self.x[0]

    @property
    def columns(self) -> int:
        """Sums of a step."""
        return self.gates * self.units

    @property
    def strides(self) -> dict[str, int]:
        """Numbers from a step to the next in each buffer; 0 where all steps share a row."""
        states = dict.fromkeys(self.carried, self.units)
        gradients = {f"d_{name}": 0 for name in self.carried}
        return {"gates": self.columns, **states, **gradients}

    @property
    def residuals(self) -> dict[str, int]:
        sizes = {name: self.steps * stride or self.units for name, stride in self.strides.items()}
        return sizes | {name: (self.steps + 1) * self.units for name in self.carried}

    @property
    def shared(self) -> int:
        # The recurrent kernel in panels, or the transposed kernel.
        return padded(4 * self.columns * max(self.units, self.x[1]))

    def forward(
        self, f: Function, place: Place, x: Value, z: Value, rows: Value, mode: Mode
    ) -> None:
        weights = [place.weight(name) for name, _, _ in self.weights]
        f.call(_forward(f.module, self), x, z, rows, *weights, place.shared, *self._buffers(place))

    def input_gradient(
        self, f: Function, place: Place, x: Value, dz: Value, dx: Value, rows: Value
    ) -> None:
        self._through_time(f, place, dz, rows)
        module, features, shared = f.module, self.x[1], place.shared
        kernel = packed.pack_transposed(module, self.columns, features, 4 * self.columns)
        f.call(kernel, place.weight("kernel"), shared)
        back = packed.product(
            module, self.columns, features, 4 * self.columns, 4 * features, "from_zero"
        )
        f.call(back, place.residual("gates"), shared, dx, rows * self.steps)

    def weight_gradients(self, f: Function, place: Place, x: Value, dz: Value, rows: Value) -> None:
        if self.first:
            self._through_time(f, place, dz, rows)
        gradients = [place.gradient(name) for name, _, _ in self.weights]
        buffers = self._buffers(place)
        gradient = _weight_gradients(f.module, self)
        f.call(gradient, x, rows, *gradients, place.constant(ONE), *buffers)

    def _through_time(self, f: Function, place: Place, dz: Value, rows: Value) -> None:
        recurrent = place.weight("recurrent_kernel")
        back = _through_time(f.module, self)
        f.call(back, dz, rows, recurrent, place.shared, *self._buffers(place))

    def _buffers(self, place: Place) -> list[Value]:
        return [place.residual(name) for name in self.residuals]

    def sums(self, f: Function, at: Rows, rows: Value, recurrent: Value, bias: Value) -> None:
        """Write what adds the state's sums to the gates of a step, for all samples.

        Args:
            f: gets the code.
            at: rows of the first sample.
            rows: how many samples there are.
            recurrent: the recurrent kernel in panels.
            bias: of the layer.
        """
        add = packed.product(
            f.module,
            self.units,
            self.columns,
            4 * (self.steps + 1) * self.units,
            4 * self.steps * self.columns,
            "from_result",
        )
        f.call(add, at["before"], recurrent, at["gates"], rows)

    def cell(self, f: Function, at: Rows) -> None:
        """Write what a step does for one sample, once its sums are there.

        The state after it goes one row after the state before.
        """
        raise NotImplementedError

    def cell_backward(self, f: Function, at: Rows, dz: Local | None) -> None:
        """Write the gradients of a sample's sums in place of its gates, and ∂L/∂state before.

        Args:
            f: gets the code.
            at: rows of the sample; "d_before" and so on hold ∂L/∂state after the step.
            dz: the gradient of what the step has given, to be added; None where it gave nothing.
        """
        raise NotImplementedError

    def pack_for_backward(self, f: Function, recurrent: Value, panels: Value) -> None:
        """Write the transposed recurrent kernel to ``panels``."""
        transposed = packed.pack_transposed(f.module, self.columns, self.units, 4 * self.columns)
        f.call(transposed, recurrent, panels)

    def sums_backward(self, f: Function, at: Rows, rows: Value, panels: Value) -> None:
        """Write what passes the gradients of the sums on to the state, for all samples."""
        back = packed.product(
            f.module,
            self.columns,
            self.units,
            4 * self.steps * self.columns,
            4 * self.units,
            "from_zero",
        )
        f.call(back, at["gates"], panels, at["d_before"], rows)

    def recurrent_gradients(
        self, f: Function, at: Rows, rows: Value, kernel: Value, bias: Value, one: Value
    ) -> None:
        """Write the gradients of the recurrent kernel, which is 0 so far, and of the bias."""
        self.outer(f, at["before"], at["gates"], rows, kernel, self.columns, self.columns)
        sums = matmul.column_sums(f.module, self.columns)
        f.call(sums, one, at["gates"], bias, I32(1), rows * self.steps)

    def outer(
        self,
        f: Function,
        before: Value,
        sums: Value,
        rows: Value,
        gradient: Value,
        width: int,
        row: int,
    ) -> None:
        """Add ``beforeᵀ · sums`` to columns of the recurrent kernel's gradient.

        Args:
            f: gets the code.
            before, sums: their addresses.
            rows: how many samples there are.
            gradient: address of the first column.
            width: how many columns there are.
            row: numbers from a step's sums to the next.
        """
        strides = Strides(4, 4 * self.units, 4 * row, 4 * self.columns)
        add = packed.outer_of_samples(
            f.module, self.units, width, strides, self.steps, (self.steps + 1) * self.units
        )
        f.call(add, before, sums, gradient, rows)


@once
def _forward(module: Module, k: RecurrentKernels) -> Function:
    """Return a function of (x, z, rows, kernel, recurrent kernel, bias, shared, buffers...)."""
    with module.function("recurrent", *[I32] * (7 + len(k.residuals))) as f:
        x, z, rows, kernel, recurrent, bias, shared, *buffers = f.parameters
        at = dict(zip(k.residuals, buffers, strict=True))
        inputs = matmul.product(module, k.x[1], k.columns, True)
        f.call(inputs, x, kernel, at["gates"], rows * k.steps, I32(k.x[1]), bias)
        f.call(packed.pack(module, k.units, k.columns, 4 * k.columns), recurrent, shared)
        sample = 4 * (k.steps + 1) * k.units
        for name in k.carried:
            start = f.local(at[name])
            with f.for_range(f.local(I32(0)), rows):
                f.call(vectors.clear(module), start, I32(k.units))
                start += sample
        before = f.local(at["before"])
        with f.for_range(f.local(I32(0)), k.steps):
            f.call(_step(module, k), rows, shared, bias, *buffers)
            for name, stride in k.strides.items():
                at[name] += 4 * stride
        # Every state but the first, or the last one alone.
        size = k.steps * k.units if k.whole else k.units
        before += sample - 4 * size
        with f.for_range(f.local(I32(0)), rows):
            f.call(vectors.copy(module), before, z, I32(size))
            before += sample
            z += 4 * size
    return f


@once
def _step(module: Module, k: RecurrentKernels) -> Function:
    """Return a function of (rows, panels, bias, buffers...): one step of all samples.

    It is a function of its own: browsers put optimised code in place when one is called anew.
    """
    with module.function("recurrent step", *[I32] * (3 + len(k.residuals))) as f:
        rows, panels, bias, *buffers = f.parameters
        at = dict(zip(k.residuals, buffers, strict=True))
        k.sums(f, at, rows, panels, bias)
        with f.for_range(f.local(I32(0)), rows):
            f.call(_cell(module, k), *buffers)
            _next_sample(k, at)
    return f


def _next_sample(k: RecurrentKernels, at: Rows) -> None:
    for name, size in k.residuals.items():
        at[name].set(at[name] + 4 * size)


@once
def _cell(module: Module, k: RecurrentKernels) -> Function:
    with module.function("cell", *[I32] * len(k.residuals)) as f:
        k.cell(f, dict(zip(k.residuals, f.parameters, strict=True)))
    return f


@once
def _through_time(module: Module, k: RecurrentKernels) -> Function:
    """Return a function of (dz, rows, recurrent kernel, shared, buffers...).

    It leaves the gradients of all sums in "gates".
    """
    with module.function("through time", *[I32] * (4 + len(k.residuals))) as f:
        dz, rows, recurrent, shared, *buffers = f.parameters
        at = dict(zip(k.residuals, buffers, strict=True))
        k.pack_for_backward(f, recurrent, shared)
        for name in k.carried:
            f.call(vectors.clear(module), at[f"d_{name}"], rows * k.units)
        if not k.whole:
            f.call(vectors.copy(module), dz, at["d_before"], rows * k.units)
        last = k.steps - 1
        dz += 4 * last * k.units
        for name, stride in k.strides.items():
            at[name] += 4 * last * stride
        with f.for_range(f.local(I32(0)), k.steps):
            f.call(_step_backward(module, k), dz, rows, shared, *buffers)
            dz -= 4 * k.units
            for name, stride in k.strides.items():
                at[name] -= 4 * stride
    return f


@once
def _step_backward(module: Module, k: RecurrentKernels) -> Function:
    """Return a function of (dz, rows, panels, buffers...): one step of all samples."""
    with module.function("step backward", *[I32] * (3 + len(k.residuals))) as f:
        dz, rows, panels, *buffers = f.parameters
        at = dict(zip(k.residuals, buffers, strict=True))
        starts = {name: f.local(place) for name, place in at.items()}
        with f.for_range(f.local(I32(0)), rows):
            f.call(_cell_backward(module, k), dz, *buffers)
            dz += 4 * k.steps * k.units
            _next_sample(k, at)
        k.sums_backward(f, starts, rows, panels)
    return f


@once
def _cell_backward(module: Module, k: RecurrentKernels) -> Function:
    with module.function("cell backward", *[I32] * (1 + len(k.residuals))) as f:
        dz, *buffers = f.parameters
        k.cell_backward(f, dict(zip(k.residuals, buffers, strict=True)), dz if k.whole else None)
    return f


@once
def _weight_gradients(module: Module, k: RecurrentKernels) -> Function:
    """Return a function of (x, rows, gradients of the three weights, a 1, buffers...)."""
    with module.function("recurrent gradients", *[I32] * (6 + len(k.residuals))) as f:
        x, rows, kernel, recurrent, bias, one, *buffers = f.parameters
        at = dict(zip(k.residuals, buffers, strict=True))
        clear = vectors.clear(module)
        f.call(clear, kernel, I32(k.x[1] * k.columns))
        f.call(clear, recurrent, I32(k.units * k.columns))
        features = k.x[1]
        strides = Strides(4, 4 * features, 4 * k.columns, 4 * k.columns)
        inputs = packed.outer_of_samples(
            module, features, k.columns, strides, k.steps, k.steps * features
        )
        f.call(inputs, x, at["gates"], kernel, rows)
        k.recurrent_gradients(f, at, rows, recurrent, bias, one)
    return f
