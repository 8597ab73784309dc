"""A whole network as one module: how the kernels come together.

Four functions can be called, each with the address of its arguments,
:data:`~nn.engine.wasm.memory.ARGUMENTS`: ``train`` works through mini-batches, ``gradients``
through one without an update, ``evaluate`` and ``predict`` through samples forward only. Each is a
loop around functions that browsers can replace by optimised ones while the loop runs.

What is done here to locals, loops and calls of a function ``f`` writes code that does it later, in
WebAssembly. What a layer does is in :mod:`nn.engine.wasm.layers`.
"""

from __future__ import annotations

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, F64, I32, Value, select
from nn.engine.wasm.inputs import prepare
from nn.engine.wasm.kernels import activations, losses, updates, vectors
from nn.engine.wasm.layers.layer import Mode
from nn.engine.wasm.memory import CLIP, CONSTANTS, OFF, ON, argument
from nn.engine.wasm.spec import Spec, Step


def network(spec: Spec, relaxed: bool) -> bytes:
    """Return the module of a network."""
    module = Module(relaxed)
    _train(module, spec)
    _gradients(module, spec)
    _forward_only(module, spec, "evaluate", measured=True)
    _forward_only(module, spec, "predict", measured=False)
    return module.encode()


def predict_alone(spec: Spec) -> bytes:
    """Return a module that only predicts, of instructions that every browser with SIMD knows."""
    module = Module()
    _forward_only(module, spec, "predict", measured=False)
    return module.encode()


def _train(module: Module, spec: Spec) -> None:
    step = _step(module, spec)
    with module.function("train", I32, export=True) as f:
        (arguments,) = f.parameters
        order, targets, rates, left = [
            f.local(argument(arguments, name)) for name in ("order", "targets", "rates", "samples")
        ]
        batch = f.local(argument(arguments, "batch"))
        keys = f.local(argument(arguments, "keys")) if spec.random else None
        parameters = argument(arguments, "parameters")
        if spec.defers:
            for i, layer in enumerate(spec.steps):
                layer.kernels.resume(f, spec.layout.place(i, arguments, parameters))
        with f.while_(left):
            rows = f.local(select(left < batch, left, batch))
            key = [I32.load(keys)] if keys else []
            given = [F32.load(rates, 4 * i) for i in range(spec.update.rates)]
            f.call(step, arguments, order, targets, rows, *given, *key)
            order += rows * 4
            targets += rows * spec.target_bytes
            rates += 4 * spec.update.rates
            if keys:
                keys += 4
            left -= rows
        if spec.defers:
            for i, layer in enumerate(spec.steps):
                layer.kernels.merge(f, spec.layout.place(i, arguments, parameters))


def _gradients(module: Module, spec: Spec) -> None:
    with module.function("gradients", I32, export=True) as f:
        (arguments,) = f.parameters
        y = f.local(spec.layout.buffer(arguments, f"y{spec.last}"))
        targets = f.local(argument(arguments, "targets"))
        rows = f.local(argument(arguments, "samples"))
        key = [f.local(I32.load(argument(arguments, "keys")))] if spec.random else []
        _begin(f, spec, arguments)
        forward = _forward(module, spec, spec.from_logits, spec.training)
        f.call(forward, arguments, argument(arguments, "order"), rows, y, *key)
        f.call(_measure(module, spec), arguments, targets, rows, y)
        backward = _backward(module, spec, False)
        f.call(backward, arguments, _values(spec, arguments, targets), rows, *key)


def _forward_only(module: Module, spec: Spec, name: str, measured: bool) -> None:
    """Write ``evaluate`` or ``predict``: a loop over as many samples as there is memory for."""
    forward = _forward(module, spec, measured and spec.from_logits, Mode.PREDICTION)
    with module.function(name, I32, export=True) as f:
        (arguments,) = f.parameters
        order, targets, outputs, left = [
            f.local(argument(arguments, name))
            for name in ("order", "targets", "outputs", "samples")
        ]
        batch = f.local(argument(arguments, "batch"))
        _begin(f, spec, arguments)
        with f.while_(left):
            rows = f.local(select(left < batch, left, batch))
            f.call(forward, arguments, order, rows, outputs)
            if measured:
                f.call(_measure(module, spec), arguments, targets, rows, outputs)
            order += rows * 4
            targets += rows * spec.target_bytes
            outputs += rows * (4 * spec.size)
            left -= rows


@once
def _step(module: Module, spec: Spec) -> Function:
    """Return a function of (arguments, order, targets, rows, rates...): one mini-batch.

    Where something is random, it takes the mini-batch's key too.
    """
    rates = [F32] * spec.update.rates
    with module.function("step", I32, I32, I32, I32, *rates, *[I32] * spec.random) as f:
        arguments, order, targets, rows, *more = f.parameters
        rate, key = more[: len(rates)], more[len(rates) :]
        y = f.local(spec.layout.buffer(arguments, f"y{spec.last}"))
        if not spec.defers:
            _begin(f, spec, arguments)
        mode = Mode.DEFERRED if spec.defers else spec.training
        forward = _forward(module, spec, spec.from_logits, mode)
        f.call(forward, arguments, order, rows, y, *key)
        f.call(_measure(module, spec), arguments, targets, rows, y)
        t = _values(spec, arguments, targets)
        backward = _backward(module, spec, spec.in_place)
        if spec.in_place:
            f.call(backward, arguments, t, rows, *key, *rate)
        else:
            f.call(backward, arguments, t, rows, *key)
            f.call(_update(module, spec), arguments, *rate)
    return f


def _begin(f: Function, spec: Spec, arguments: Value) -> None:
    for i, step in enumerate(spec.steps):
        place = spec.layout.place(i, arguments, argument(arguments, "parameters"))
        step.kernels.begin(f, place)


def _values(spec: Spec, arguments: Value, targets: Value) -> Value:
    """Return the address of a mini-batch's targets as values, once it is measured.

    Of labels at several positions no values are made: those are worked on as they are.
    """
    in_place = spec.classes is None or spec.labels_each
    return targets if in_place else spec.layout.buffer(arguments, "t")


@once
def _forward(module: Module, spec: Spec, logits: bool, mode: Mode) -> Function:
    """Return a function of (arguments, order, rows, y): a mini-batch from inputs to outputs.

    Args:
        module: gets the code.
        spec: of the network.
        logits: whether to leave the last layer's sums in "z".
        mode: what the mini-batch is run for; in training, the function takes a key too if
            something is random.
    """
    layout = spec.layout
    keys = spec.random and mode is not Mode.PREDICTION
    with module.function("forward", I32, I32, I32, I32, *[I32] * keys) as f:
        arguments, order, rows, y, *key = f.parameters
        f.call(prepare(module, spec), arguments, order, rows)
        x = f.local(layout.buffer(arguments, "x"))
        for i, step in enumerate(spec.steps):
            if step.kernels.in_place:
                z = x
            elif i < spec.last:
                z = f.local(layout.buffer(arguments, f"y{i}"))
            else:
                z = f.local(layout.buffer(arguments, "z")) if logits else y
            place = layout.place(
                i, arguments, argument(arguments, "parameters"), key=key[0] if key else None
            )
            step.kernels.forward(f, place, x, z, rows, mode)
            if i == spec.last and logits:
                f.call(vectors.copy(module), z, y, _elements(step, rows))
                z = y
            activations.forward(f, step.activation, step.units, z, _rows(step, rows))
            x = z
    return f


def _rows(step: Step, rows: Value) -> Value:
    """Return how many rows of its units a step gives for so many samples."""
    return rows * step.positions if step.positions > 1 else rows


def _elements(step: Step, rows: Value) -> Value:
    return _rows(step, rows) * step.units


@once
def _measure(module: Module, spec: Spec) -> Function:
    """Return a function of (arguments, targets, rows, y) that adds to the totals.

    It also makes values of labels, in "t".
    """
    with module.function("measure", I32, I32, I32, I32) as f:
        arguments, targets, rows, y = f.parameters
        constants = f.local(argument(arguments, "constants"))
        totals = f.local(argument(arguments, "totals"))
        t = f.local(_values(spec, arguments, targets))
        count = rows * spec.positions if spec.positions > 1 else rows
        if spec.labels_each:
            right = losses.right_answers(module, spec.units)(y, targets, count)
            f.store(totals, F64.load(totals, 8) + right.to(F64), 8)
        elif spec.classes is not None:
            off, on = F32.load(constants, 4 * OFF), F32.load(constants, 4 * ON)
            one_hot = losses.one_hot(module, spec.units, spec.classes)
            f.call(one_hot, targets, t, rows, off, on)
            middle = [off, on] if spec.units == 1 else []
            right = losses.right_answers(module, spec.units)(y, targets, rows, *middle)
            f.store(totals, F64.load(totals, 8) + right.to(F64), 8)
        z = spec.layout.buffer(arguments, "z")
        if spec.labels_each:
            loss = losses.of_labels(module, spec.units)(z, targets, count)
        else:
            loss = losses.value(f, spec.loss, spec.units, z, y, t, count)
        if spec.positions > 1:
            loss = loss * (1 / spec.positions)
        f.store(totals, F64.load(totals) + loss.to(F64))
    return f


@once
def _backward(module: Module, spec: Spec, in_place: bool) -> Function:
    """Return a function of (arguments, t, rows): a mini-batch from outputs to inputs.

    Args:
        module: gets the code.
        spec: of the network.
        in_place: whether to update the parameters at once, and not to write gradients; then it
            takes the learning rate too, after the key if something is random.
    """
    layout = spec.layout
    extra = [*[I32] * spec.random, *[F32] * in_place]
    with module.function("backward", I32, I32, I32, *extra) as f:
        arguments, t, rows, *more = f.parameters
        key, rate = (more[0], more[1:]) if spec.random else (None, more)
        parameters = f.local(argument(arguments, "parameters"))
        written = parameters if in_place else f.local(argument(arguments, "gradients"))
        last = spec.steps[-1]
        y = f.local(layout.buffer(arguments, f"y{spec.last}"))
        delta = f.local(layout.buffer(arguments, f"delta{spec.last}"))
        count = rows * spec.positions if spec.positions > 1 else rows
        if spec.labels_each:
            share = 1.0 / count.to(F32)
            f.call(losses.gradient_of_labels(module, spec.units), y, t, delta, count, share)
        else:
            losses.gradient(f, spec.loss, last.activation, spec.units, y, t, delta, count)
        for i in range(spec.last, -1, -1):
            step = spec.steps[i]
            place = layout.place(i, arguments, parameters, written, key, rate)
            x = f.local(layout.buffer(arguments, f"y{i - 1}" if i else "x"))
            below = delta
            if i:
                # Before its own weights are updated.
                if not step.kernels.in_place:
                    below = f.local(layout.buffer(arguments, f"delta{i - 1}"))
                step.kernels.input_gradient(f, place, x, delta, below, rows)
                under = spec.steps[i - 1]
                activations.backward(f, under.activation, under.units, x, below, _rows(under, rows))
            step.kernels.weight_gradients(f, place, x, delta, rows)
            if step.penalized:
                constants = f.local(argument(arguments, "constants"))
                l1 = F32.load(constants, 4 * layout.penalties[i])
                l2 = F32.load(constants, 4 * layout.penalties[i] + 4)
                kernel, gradient = place.weight("kernel"), place.gradient("kernel")
                count = I32(step.kernels.weights[0][1])
                f.call(updates.penalty(module), kernel, gradient, count, l1, l2)
            delta = below
    return f


@once
def _update(module: Module, spec: Spec) -> Function:
    """Return a function of (arguments, rates...): the optimizer's update of all parameters."""
    with module.function("update", I32, *[F32] * spec.update.rates) as f:
        arguments, *rates = f.parameters
        constants = f.local(argument(arguments, "constants"))
        slots = [argument(arguments, f"slot_{i}") for i in range(spec.update.slots)]
        own = [F32.load(constants, 4 * (CONSTANTS + i)) for i in range(spec.update.constants)]
        arrays = [argument(arguments, "parameters"), argument(arguments, "gradients"), *slots]
        count = I32(spec.layout.parameters)
        if spec.clips:
            norm = f.local(F32X4.splat(updates.squares(module)(arrays[1], count)).sqrt().lane(0))
            most = f.local(F32.load(constants, 4 * CLIP))
            with f.if_(norm > most):
                f.call(vectors.scale(module), arrays[1], count, most / norm)
        f.call(spec.update.kernel(module), *arrays, count, *rates, *own)
    return f
