"""A whole network as one module: how the kernels come together.

Four functions can be called, each with the address of
:data:`~nn.engine.wasm.memory.ARGUMENTS`:
``train`` works through mini-batches, ``gradients`` through one without an update, ``evaluate`` and
``predict`` through samples forward only. Each is a loop around functions that browsers can replace
by optimised ones while the loop runs.

What is done here to locals, loops and calls of a function ``f`` writes code that does it later, in
WebAssembly. Pictures that are mostly 0 have a first layer of their own, in two forms, ``sparse``
and ``keeps``: :mod:`nn.engine.wasm.kernels.sparse` derives both.
"""

from __future__ import annotations

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F64, I32, Value, select
from nn.engine.wasm.kernels import activations, losses, matmul, updates, vectors
from nn.engine.wasm.layers import dense_deferred as kept
from nn.engine.wasm.layers import inputs
from nn.engine.wasm.memory import CONSTANTS, OFF, ON, ONE, Spec, word


def network(spec: Spec, relaxed: bool) -> bytes:
    """Return the module of a network."""
    module = Module(relaxed)
    _train(module, spec)
    _gradients(module, spec)
    _forward_only(module, spec, "evaluate", measured=True)
    _forward_only(module, spec, "predict", measured=False)
    return module.encode()


def _train(module: Module, spec: Spec) -> None:
    step = _step(module, spec)
    with module.function("train", I32, export=True) as f:
        (table,) = f.parameters
        order, targets, rates, left = [
            f.local(word(table, name)) for name in ("order", "targets", "rates", "samples")
        ]
        batch = f.local(word(table, "batch"))
        if spec.keeps:
            f.call(kept.resume(module, spec), table)
        with f.while_(left):
            rows = f.local(select(left < batch, left, batch))
            f.call(step, table, order, targets, rows, F32.load(rates))
            order += rows * 4
            targets += rows * spec.target_bytes
            rates += 4
            left -= rows
        if spec.keeps:
            f.call(kept.merge(module, spec), table)


def _gradients(module: Module, spec: Spec) -> None:
    with module.function("gradients", I32, export=True) as f:
        (table,) = f.parameters
        y = f.local(spec.layout.room(table, f"y{spec.last}"))
        targets, rows = f.local(word(table, "targets")), f.local(word(table, "samples"))
        _begin(f, spec, table)
        forward = _forward(module, spec, spec.from_logits, False)
        f.call(forward, table, word(table, "order"), rows, y)
        f.call(_measure(module, spec), table, targets, rows, y)
        f.call(_backward(module, spec, False), table, _values(spec, table, targets), rows)


def _forward_only(module: Module, spec: Spec, name: str, measured: bool) -> None:
    """Write ``evaluate`` or ``predict``: a loop over as many samples as there is room for."""
    forward = _forward(module, spec, measured and spec.from_logits, False)
    with module.function(name, I32, export=True) as f:
        (table,) = f.parameters
        order, targets, outputs, left = [
            f.local(word(table, name)) for name in ("order", "targets", "outputs", "samples")
        ]
        batch = f.local(word(table, "batch"))
        _begin(f, spec, table)
        with f.while_(left):
            rows = f.local(select(left < batch, left, batch))
            f.call(forward, table, order, rows, outputs)
            if measured:
                f.call(_measure(module, spec), table, targets, rows, outputs)
            order += rows * 4
            targets += rows * spec.target_bytes
            outputs += rows * (4 * spec.outputs)
            left -= rows


@once
def _step(module: Module, spec: Spec) -> Function:
    """Return a function of (table, order, targets, rows, rate): one mini-batch."""
    with module.function("step", I32, I32, I32, I32, F32) as f:
        table, order, targets, rows, rate = f.parameters
        y = f.local(spec.layout.room(table, f"y{spec.last}"))
        if not spec.keeps:
            _begin(f, spec, table)
        f.call(_forward(module, spec, spec.from_logits, spec.keeps), table, order, rows, y)
        f.call(_measure(module, spec), table, targets, rows, y)
        t = _values(spec, table, targets)
        backward = _backward(module, spec, spec.in_place)
        if spec.in_place:
            f.call(backward, table, t, rows, rate)
        else:
            f.call(backward, table, t, rows)
            f.call(_update(module, spec), table, rate)
    return f


def _begin(f: Function, spec: Spec, table: Value) -> None:
    """Work out what the first layer gives for any picture."""
    if spec.sparse:
        f.call(inputs.common_part(f.module, spec), table)


def _values(spec: Spec, table: Value, targets: Value) -> Value:
    """Return the address of a mini-batch's targets as values, once it is measured."""
    return targets if spec.classes is None else spec.layout.room(table, "t")


@once
def _forward(module: Module, spec: Spec, logits: bool, kept_apart: bool) -> Function:
    """Return a function of (table, order, rows, y): a mini-batch from inputs to outputs.

    Args:
        logits: whether to leave the last layer's sums in "z".
        kept_apart: whether the first kernel is the one in ``kept``.
    """
    layout = spec.layout
    with module.function("forward", I32, I32, I32, I32) as f:
        table, order, rows, y = f.parameters
        f.call(inputs.prepare(module, spec), table, order, rows)
        x = f.local(layout.room(table, "x"))
        for i, layer in enumerate(spec.layers):
            if i < spec.last:
                z = f.local(layout.room(table, f"y{i}"))
            else:
                z = f.local(layout.room(table, "z")) if logits else y
            if i == 0 and spec.sparse:
                first = kept.forward if kept_apart else inputs.forward
                f.call(first(module, spec), table, rows, z)
            else:
                weights = [word(table, "parameters") + layout.kernels[i], z, rows]
                bias = [word(table, "parameters") + layout.biases[i]] if layer.biased else []
                product = matmul.product(module, layer.inputs, layer.units, layer.biased)
                f.call(product, x, *weights, I32(layer.inputs), *bias)
            if i == spec.last and logits:
                f.call(vectors.copy(module), z, y, rows * layer.units)
                z = y
            activations.forward(f, layer.activation, layer.units, z, rows)
            x = z
    return f


@once
def _measure(module: Module, spec: Spec) -> Function:
    """Return a function of (table, targets, rows, y) that adds to the totals.

    It also makes values of labels, in "t".
    """
    with module.function("measure", I32, I32, I32, I32) as f:
        table, targets, rows, y = f.parameters
        settings, totals = f.local(word(table, "settings")), f.local(word(table, "totals"))
        t = f.local(_values(spec, table, targets))
        if spec.classes is not None:
            off, on = F32.load(settings, 4 * OFF), F32.load(settings, 4 * ON)
            one_hot = losses.one_hot(module, spec.outputs, spec.classes)
            f.call(one_hot, targets, t, rows, off, on)
            right = losses.right_answers(module, spec.outputs)(y, targets, rows)
            f.store(totals, F64.load(totals, 8) + right.to(F64), 8)
        z = spec.layout.room(table, "z")
        loss = losses.value(f, spec.loss, spec.outputs, z, y, t, rows)
        f.store(totals, F64.load(totals) + loss.to(F64))
    return f


@once
def _backward(module: Module, spec: Spec, in_place: bool) -> Function:
    """Return a function of (table, t, rows): a mini-batch from outputs to inputs.

    Args:
        in_place: whether to update the parameters at once, and not to write gradients; then it
            takes the learning rate too.
    """
    layout = spec.layout
    with module.function("backward", I32, I32, I32, *[F32] * in_place) as f:
        table, t, rows, *rate = f.parameters
        parameters = f.local(word(table, "parameters"))
        written = parameters if in_place else f.local(word(table, "gradients"))
        last = spec.layers[-1]
        y = f.local(layout.room(table, f"y{spec.last}"))
        delta = f.local(layout.room(table, f"delta{spec.last}"))
        losses.gradient(f, spec.loss, last.activation, last.units, y, t, delta, rows)
        for i in range(spec.last, -1, -1):
            layer = spec.layers[i]
            kernel = parameters + layout.kernels[i]
            x = f.local(layout.room(table, f"y{i - 1}" if i else "x"))
            below = delta
            if i:
                # Before its own kernel is updated.
                below = f.local(layout.room(table, f"delta{i - 1}"))
                passed_on = matmul.product_with_transposed(module, layer.inputs, layer.units)
                f.call(passed_on, delta, kernel, below, rows)
                under = spec.layers[i - 1]
                activations.backward(f, under.activation, under.units, x, below, rows)
            if layer.biased:
                sums = matmul.column_sums_update if in_place else matmul.column_sums
                one, place = word(table, "settings") + 4 * ONE, written + layout.biases[i]
                f.call(sums(module, layer.units), one, delta, place, I32(1), rows, *rate)
            place = written + layout.kernels[i]
            if i == 0 and spec.sparse:
                f.call(_first_backward(module, spec, in_place), table, delta, rows, *rate)
            else:
                products = matmul.outer_update if in_place else matmul.outer_product
                outer = products(module, layer.inputs, layer.units)
                f.call(outer, x, delta, place, I32(layer.inputs), rows, *rate)
            if layer.penalized:
                settings = f.local(word(table, "settings"))
                l1 = F32.load(settings, 4 * layout.penalties[i])
                l2 = F32.load(settings, 4 * layout.penalties[i] + 4)
                count = I32(layer.inputs * layer.units)
                f.call(updates.penalty(module), kernel, place, count, l1, l2)
            delta = below
    return f


def _first_backward(module: Module, spec: Spec, in_place: bool) -> Function:
    """Return a function of (table, delta, rows), and of the rate if ``in_place``: of lists."""
    if not in_place:
        return inputs.gradient(module, spec)
    return kept.update(module, spec) if spec.keeps else inputs.update(module, spec)


@once
def _update(module: Module, spec: Spec) -> Function:
    """Return a function of (table, rate): the optimizer's update of all parameters."""
    with module.function("update", I32, F32) as f:
        table, rate = f.parameters
        settings = f.local(word(table, "settings"))
        slots = [word(table, f"slot_{i}") for i in range(spec.update.slots)]
        constants = [F32.load(settings, 4 * (CONSTANTS + i)) for i in range(spec.update.constants)]
        arrays = [word(table, "parameters"), word(table, "gradients"), *slots]
        count = I32(spec.layout.parameters)
        f.call(spec.update.kernel(module), *arrays, count, rate, *constants)
    return f
