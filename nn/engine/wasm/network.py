"""A whole network as one module: how the kernels come together.

Four functions can be called, each with the address of a :data:`~nn.engine.wasm.frame.WORDS` table:
``train`` works through mini-batches, ``gradients`` through one without an update, ``evaluate`` and
``predict`` through samples forward only. Each is a loop around functions that browsers can replace
by optimised ones while the loop runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from nn.engine.wasm import activations, inputs, kept, losses, matmul, updates
from nn.engine.wasm.assembler import Function, Module
from nn.engine.wasm.frame import (
    CONSTANTS,
    OFF,
    ON,
    ONE,
    Layout,
    Spec,
    word,
)
from nn.engine.wasm.instructions import F32, F64, I32, Value, select
from nn.engine.wasm.vectors import elementwise


def network(spec: Spec, relaxed: bool) -> bytes:
    """Return the module of a network."""
    module = Module(relaxed)
    writer = _Writer(module, spec)
    writer.train()
    writer.gradients()
    writer.forward_only("evaluate", measured=True)
    writer.forward_only("predict", measured=False)
    return module.encode()


class _Writer:
    def __init__(self, module: Module, spec: Spec) -> None:
        self._module = module
        self._spec = spec
        self._layout = Layout(spec)
        self._last = len(spec.layers) - 1
        self._needs_logits = spec.loss.endswith("crossentropy")
        self._target_bytes = 4 * spec.outputs if spec.classes is None else 4

    def train(self) -> None:
        spec, layout = self._spec, self._layout
        step = self._step()
        with self._module.function("train", I32, export=True) as f:
            (frame,) = f.parameters
            order, targets, rates, left = [
                f.local(word(frame, name)) for name in ("order", "targets", "rates", "samples")
            ]
            batch = f.local(word(frame, "batch"))
            if spec.keeps:
                f.call(kept.resume(self._module, spec, layout), frame)
            with f.repeat_while(left):
                rows = f.local(select(left < batch, left, batch))
                f.call(step, frame, order, targets, rows, F32.load(rates))
                order += rows * 4
                targets += rows * self._target_bytes
                rates += 4
                left -= rows
            if spec.keeps:
                f.call(kept.merge(self._module, spec, layout), frame)

    def gradients(self) -> None:
        forward, backward = self._forward(True, False), self._backward(False)
        measure = self._measure()
        with self._module.function("gradients", I32, export=True) as f:
            (frame,) = f.parameters
            y = f.local(self._layout.room(frame, f"y{self._last}"))
            targets, rows = f.local(word(frame, "targets")), f.local(word(frame, "samples"))
            self._begin(f, frame)
            f.call(forward, frame, word(frame, "order"), rows, y)
            f.call(measure, frame, targets, rows, y)
            f.call(backward, frame, self._targets(frame, targets), rows)

    def forward_only(self, name: str, measured: bool) -> None:
        """Write ``evaluate`` or ``predict``: a loop over as many samples as there is room for."""
        forward = self._forward(measured, False)
        measure = self._measure()
        with self._module.function(name, I32, export=True) as f:
            (frame,) = f.parameters
            order, targets, outputs, left = [
                f.local(word(frame, name)) for name in ("order", "targets", "outputs", "samples")
            ]
            batch = f.local(word(frame, "batch"))
            self._begin(f, frame)
            with f.repeat_while(left):
                rows = f.local(select(left < batch, left, batch))
                f.call(forward, frame, order, rows, outputs)
                if measured:
                    f.call(measure, frame, targets, rows, outputs)
                order += rows * 4
                targets += rows * self._target_bytes
                outputs += rows * (4 * self._spec.outputs)
                left -= rows

    def _step(self) -> Function:
        """Return a function of (frame, order, targets, rows, rate): one mini-batch."""
        spec = self._spec
        forward, backward = self._forward(True, spec.keeps), self._backward(spec.in_place)
        measure = self._measure()
        update = None if spec.in_place else self._update()
        with self._module.function("step", I32, I32, I32, I32, F32) as f:
            frame, order, targets, rows, rate = f.parameters
            y = f.local(self._layout.room(frame, f"y{self._last}"))
            if not spec.keeps:
                self._begin(f, frame)
            f.call(forward, frame, order, rows, y)
            f.call(measure, frame, targets, rows, y)
            t = self._targets(frame, targets)
            if update is None:
                f.call(backward, frame, t, rows, rate)
            else:
                f.call(backward, frame, t, rows)
                f.call(update, frame, rate)
        return f

    def _begin(self, f: Function, frame: Value) -> None:
        """Work out what the first layer gives for any picture."""
        if self._spec.sparse:
            f.call(inputs.common_part(self._module, self._spec, self._layout), frame)

    def _targets(self, frame: Value, targets: Value) -> Value:
        """Return the address of a mini-batch's targets as values, once it is measured."""
        return targets if self._spec.classes is None else self._layout.room(frame, "t")

    def _forward(self, logits: bool, kept_apart: bool) -> Function:
        """Return a function of (frame, order, rows, y): a mini-batch from inputs to outputs.

        Args:
            logits: whether to leave the last layer's sums in "z", if the loss is worked out from
                them.
            kept_apart: whether the first kernel is the one in ``kept``.
        """
        spec, layout = self._spec, self._layout
        logits = logits and self._needs_logits
        name = f"forward {logits} {kept_apart}"
        if made := self._module.made(name):
            return made
        prepare = inputs.prepare(self._module, spec, layout)
        with self._module.function(name, I32, I32, I32, I32) as f:
            frame, order, rows, y = f.parameters
            f.call(prepare, frame, order, rows)
            x = f.local(layout.room(frame, "x"))
            for i, layer in enumerate(spec.layers):
                if i < self._last:
                    z = f.local(layout.room(frame, f"y{i}"))
                else:
                    z = f.local(layout.room(frame, "z")) if logits else y
                if i == 0 and spec.sparse:
                    first = kept.forward if kept_apart else inputs.forward
                    f.call(first(self._module, spec, layout), frame, rows, z)
                else:
                    weights = [word(frame, "parameters") + layout.kernels[i], z, rows]
                    bias = [word(frame, "parameters") + layout.biases[i]] if layer.biased else []
                    product = matmul.product(self._module, layer.inputs, layer.units, layer.biased)
                    f.call(product, x, *weights, I32(layer.inputs), *bias)
                if i == self._last and logits:
                    copy = elementwise(self._module, "copy", 2, 0, lambda f, v, _: [None, v[0]])
                    f.call(copy, z, y, rows * layer.units)
                    z = y
                activations.forward(f, layer.activation, layer.units, z, rows)
                x = z
        return f

    def _measure(self) -> Function:
        """Return a function of (frame, targets, rows, y) that adds to the totals.

        It also makes values of labels, in "t".
        """
        spec, layout, module = self._spec, self._layout, self._module
        if made := module.made("measure"):
            return made
        with module.function("measure", I32, I32, I32, I32) as f:
            frame, targets, rows, y = f.parameters
            settings, totals = f.local(word(frame, "settings")), f.local(word(frame, "totals"))
            t = f.local(self._targets(frame, targets))
            if spec.classes is not None:
                off, on = F32.load(settings, 4 * OFF), F32.load(settings, 4 * ON)
                one_hot = losses.one_hot(module, spec.outputs, spec.classes)
                f.call(one_hot, targets, t, rows, off, on)
                right = losses.right_answers(module, spec.outputs)(y, targets, rows)
                f.store(totals, F64.load(totals, 8) + right.to(F64), 8)
            z = layout.room(frame, "z")
            loss = losses.value(f, spec.loss, spec.outputs, z, y, t, rows)
            f.store(totals, F64.load(totals) + loss.to(F64))
        return f

    def _backward(self, in_place: bool) -> Function:
        """Return a function of (frame, t, rows): a mini-batch from outputs to inputs.

        Args:
            in_place: whether to update the parameters at once, and not to write gradients; then it
                takes the learning rate too.
        """
        spec, layout, module = self._spec, self._layout, self._module
        name = f"backward {in_place}"
        if made := module.made(name):
            return made
        with module.function(name, I32, I32, I32, *[F32] * in_place) as f:
            frame, t, rows, *rate = f.parameters
            parameters = f.local(word(frame, "parameters"))
            written = parameters if in_place else f.local(word(frame, "gradients"))
            last = spec.layers[-1]
            y = f.local(layout.room(frame, f"y{self._last}"))
            delta = f.local(layout.room(frame, f"delta{self._last}"))
            losses.gradient(f, spec.loss, last.activation, last.units, y, t, delta, rows)
            for i in range(self._last, -1, -1):
                layer = spec.layers[i]
                kernel = parameters + layout.kernels[i]
                x = f.local(layout.room(frame, f"y{i - 1}" if i else "x"))
                below = delta
                if i:
                    # Before its own kernel is updated.
                    below = f.local(layout.room(frame, f"delta{i - 1}"))
                    passed_on = matmul.product_with_transposed(module, layer.inputs, layer.units)
                    f.call(passed_on, delta, kernel, below, rows)
                    under = spec.layers[i - 1]
                    activations.backward(f, under.activation, under.units, x, below, rows)
                if layer.biased:
                    sums = matmul.column_sums_update if in_place else matmul.column_sums
                    one, place = word(frame, "settings") + 4 * ONE, written + layout.biases[i]
                    f.call(sums(module, layer.units), one, delta, place, I32(1), rows, *rate)
                place = written + layout.kernels[i]
                if i == 0 and spec.sparse:
                    self._first_backward(f, frame, delta, rows, rate)
                else:
                    products = matmul.outer_update if in_place else matmul.outer_product
                    outer = products(module, layer.inputs, layer.units)
                    f.call(outer, x, delta, place, I32(layer.inputs), rows, *rate)
                if layer.penalized:
                    settings = f.local(word(frame, "settings"))
                    l1 = F32.load(settings, 4 * layout.penalties[i])
                    l2 = F32.load(settings, 4 * layout.penalties[i] + 4)
                    count = I32(layer.inputs * layer.units)
                    f.call(updates.penalty(module), kernel, place, count, l1, l2)
                delta = below
        return f

    def _first_backward(
        self, f: Function, frame: Value, delta: Value, rows: Value, rate: Sequence[Value]
    ) -> None:
        spec, layout, module = self._spec, self._layout, self._module
        if not rate:
            f.call(inputs.gradient(module, spec, layout), frame, delta, rows)
        elif spec.keeps:
            f.call(kept.update(module, spec, layout), frame, delta, rows, rate[0])
        else:
            f.call(inputs.update(module, spec, layout), frame, delta, rows, rate[0])

    def _update(self) -> Function:
        """Return a function of (frame, rate): the optimizer's update of all parameters."""
        spec = self._spec
        kernel = spec.update.kernel(self._module)
        with self._module.function("update", I32, F32) as f:
            frame, rate = f.parameters
            settings = f.local(word(frame, "settings"))
            slots = [word(frame, f"slot_{i}") for i in range(spec.update.slots)]
            constants = [
                F32.load(settings, 4 * (CONSTANTS + i)) for i in range(spec.update.constants)
            ]
            count = I32(sum(layer.size for layer in spec.layers))
            arrays = [word(frame, "parameters"), word(frame, "gradients"), *slots]
            f.call(kernel, *arrays, count, rate, *constants)
        return f
