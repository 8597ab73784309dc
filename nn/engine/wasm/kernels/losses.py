"""Losses and the gradients that training follows, as :mod:`nn.losses` has them."""

from __future__ import annotations

from collections.abc import Callable

from nn.engine.wasm.asm.assembler import Function, Module, once
from nn.engine.wasm.asm.instructions import F32, F32X4, I32, Value, select
from nn.engine.wasm.kernels import activations, exp, softmax, vectors
from nn.engine.wasm.kernels.sliced import Parts, each_part, total_of
from nn.sliced import parts_of

_ERRORS: dict[str, Callable[[int], float]] = {
    "half_squared_error": lambda units: 0.5,
    "mean_squared_error": lambda units: 1 / units,
    "mean_absolute_error": lambda units: 1 / units,
}
"""What the sum of ``(y - t)²`` or ``|y - t|`` is multiplied by in one sample's loss."""
_FACTORS: dict[str, Callable[[int], float]] = {
    "half_squared_error": lambda units: 1.0,
    "mean_squared_error": lambda units: 2 / units,
    "mean_absolute_error": lambda units: 1 / units,
    "binary_crossentropy": lambda units: 1 / units,
    "categorical_crossentropy": lambda units: 1.0,
}
"""What ``y - t``, or its sign, is multiplied by in the gradient of one sample's loss."""


def known(name: str) -> bool:
    """Whether there are kernels for a loss, or for each of several side by side."""
    return all(part in _FACTORS for part, _ in parts_of(name) or [(name, 0)])


def value(f: Function, name: str, units: int, z: Value, y: Value, t: Value, rows: Value) -> Value:
    """Return the loss summed over the rows: ``z`` are the logits, ``y`` outputs, ``t`` targets."""
    if parts := parts_of(name):
        return _sliced_value(f.module, tuple(parts))(z, y, t, rows)
    if name == "categorical_crossentropy":
        return _categorical_crossentropy(f.module, units)(z, t, rows)
    if name == "binary_crossentropy":
        return _binary_crossentropy(f.module)(z, t, rows * units) * (1 / units)
    errors = _absolutes if name == "mean_absolute_error" else _squares
    return errors(f.module)(y, t, rows * units) * _ERRORS[name](units)


def gradient(
    f: Function,
    name: str,
    activation: str,
    units: int,
    y: Value,
    t: Value,
    delta: Value,
    rows: Value,
) -> None:
    """Write ∂(mean loss)/∂z to ``delta``."""
    count = f.local(rows.to(F32))
    if parts := parts_of(name):
        kernel = _sliced_gradient(f.module, tuple(parts), tuple(parts_of(activation)))
        f.call(kernel, y, t, delta, rows, count)
    else:
        _gradient(f, name, activation, units, y, t, delta, rows, count)


def _gradient(
    f: Function,
    name: str,
    activation: str,
    units: int,
    y: Value,
    t: Value,
    delta: Value,
    rows: Value,
    count: Value,
) -> None:
    """Write the gradient for rows that are among ``count``, a number, which the mean is over."""
    kernel = _scaled_sign if name == "mean_absolute_error" else _scaled_difference
    f.call(kernel(f.module), y, t, delta, rows * units, _FACTORS[name](units) / count)
    # With their own activations, the cross-entropies' derivatives end at z already.
    if name in _ERRORS:
        activations.backward(f, activation, units, y, delta, rows)


@once
def _sliced_value(module: Module, parts: Parts) -> Function:
    """The sum of losses side by side, a row at a time: called with (z, y, t, rows)."""
    with module.function("sliced loss", I32, I32, I32, I32, result=F32) as f:
        z, y, t, rows = f.parameters
        loss = f.local(F32)
        with vectors.each_row(f, z, rows, total_of(parts), y, t):
            for name, width, (own_z, own_y, own_t) in each_part(parts, z, y, t):
                loss += value(f, name, width, own_z, own_y, own_t, I32(1))
        f.return_(loss)
    return f


@once
def _sliced_gradient(module: Module, parts: Parts, activation: Parts) -> Function:
    """The gradients of losses side by side: called with (y, t, delta, rows, count)."""
    with module.function("sliced loss gradient", I32, I32, I32, I32, F32) as f:
        y, t, delta, rows, count = f.parameters
        own_activations = iter(activation)
        with vectors.each_row(f, delta, rows, total_of(parts), y, t):
            for name, width, (own_y, own_t, own) in each_part(parts, y, t, delta):
                own_activation, _ = next(own_activations)
                _gradient(f, name, own_activation, width, own_y, own_t, own, I32(1), count)
    return f


_scaled_difference = vectors.elementwise(
    lambda f, y, t, delta, *, factor: {"delta": (y - t) * factor}
)


@vectors.elementwise
def _scaled_sign(
    f: Function, y: Value, t: Value, delta: Value, *, factor: Value
) -> vectors.Written:
    """``delta = sign(y - t) · factor``: 0 stays 0, and NaN stays NaN."""
    error = f.local(y - t)
    return {"delta": select(error > 0.0, factor, select(error < 0.0, -factor, error))}


@vectors.total
def _absolutes(f: Function, y: Value, t: Value) -> Value:
    """``Σ |y - t|``: called with (y, t, count)."""
    return (y - t).abs()


@vectors.total
def _squares(f: Function, y: Value, t: Value) -> Value:
    """``Σ (y - t)²``: called with (y, t, count)."""
    error = f.local(y - t)
    return error * error


@vectors.total
def _binary_crossentropy(f: Function, z: Value, t: Value) -> Value:
    """``Σ log(1 + exp z) - z t``: called with (z, t, count).

    ``log(1 + exp z) = max(z, 0) + log(1 + exp(-|z|))``, where nothing overflows.
    """
    rest = exp.log(f, exp.exp(f, -z.abs()) + 1.0)
    return z.max(0.0) + rest - z * t


@once
def _categorical_crossentropy(module: Module, units: int) -> Function:
    """``Σ log Σⱼ exp(zⱼ) - Σⱼ tⱼ zⱼ`` over the rows: called with (z, t, rows).

    As in softmax, the row's largest number is subtracted from it first.
    """
    with module.function("categorical crossentropy", I32, I32, I32, result=F32) as f:
        z, t, rows = f.parameters
        loss = f.local(F32)
        with vectors.each_row(f, z, rows, units, t):
            largest = softmax.row_max(f, z, units)
            total, product = f.local(F32X4(0.0)), f.local(F32X4(0.0))
            beside = f.local(t - z)

            def add(place: Value, width: int) -> None:
                total.set(total + exp.exp(f, softmax.filled(place, width) - largest))
                shifted = vectors.load(place, 0, width) - largest
                product.set(product + shifted * vectors.load(place + beside, 0, width))

            vectors.across(f, z, units, add)
            sums = F32X4.splat(vectors.sum_of_lanes(total))
            loss += exp.log(f, sums).lane(0) - vectors.sum_of_lanes(product)
        f.return_(loss)
    return f


@once
def of_labels(module: Module, units: int) -> Function:
    """``Σ log Σⱼ exp(zⱼ) - z_label``: called with (z, labels, rows); a label of -1 counts 0."""
    with module.function("crossentropy of labels", I32, I32, I32, result=F32) as f:
        z, labels, rows = f.parameters
        loss = f.local(F32)
        with vectors.each_row(f, z, rows, units):
            label = f.local(I32.load(labels))
            with f.if_(label < units):
                largest = softmax.row_max(f, z, units)
                total = f.local(F32X4(0.0))

                def add(place: Value, width: int) -> None:
                    total.set(total + exp.exp(f, softmax.filled(place, width) - largest))

                vectors.across(f, z, units, add)
                sums = F32X4.splat(vectors.sum_of_lanes(total))
                own = F32.load(z + label * 4) - largest.lane(0)
                loss += exp.log(f, sums).lane(0) - own
            labels += 4
        f.return_(loss)
    return f


@once
def gradient_of_labels(module: Module, units: int) -> Function:
    """``(y - one_hot(label)) · factor``, or 0 for a label of -1.

    Called with (y, labels, delta, rows, factor).
    """
    with module.function("gradient of labels", I32, I32, I32, I32, F32) as f:
        y, labels, delta, rows, factor = f.parameters
        with vectors.each_row(f, y, rows, units, delta):
            label = f.local(I32.load(labels))
            with f.if_(label < units):
                f.call(_times(module), y, delta, I32(units), factor)
                own = f.local(delta + label * 4)
                f.store(own, F32.load(own) - factor)
            with f.else_():
                f.call(vectors.clear(module), delta, I32(units))
            labels += 4
    return f


_times = vectors.elementwise(lambda f, y, delta, *, factor: {"delta": y * factor})


@once
def one_hot(module: Module, units: int, classes: int) -> Function:
    """Write targets for labels: called with (labels, t, rows, off, on).

    Two classes may share one output, which is then the second class's.
    """
    with module.function("one hot", I32, I32, I32, F32, F32) as f:
        labels, t, rows, off, on = f.parameters
        first = classes - units
        with f.for_range(labels, f.local(labels + rows * 4), 4):
            label = f.local(I32.load(labels))
            with f.for_range(f.local(I32(first)), classes) as output:
                f.store(t, select(output.equals(label), on, off))
                t += 4
    return f


@once
def right_answers(module: Module, units: int) -> Function:
    """Count rows whose largest output is that of the label: called with (y, labels, rows).

    The first of equal ones counts, and the first that is NaN before all others, as NumPy's
    ``argmax`` has it. A single output says which class by the middle of the two targets; then the
    function takes these too.
    """
    targets = [F32, F32] if units == 1 else []
    with module.function("right answers", I32, I32, I32, *targets, result=I32) as f:
        y, labels, rows, *off_on = f.parameters
        right, answer, best = f.local(I32), f.local(I32), f.local(F32)
        with f.for_range(labels, f.local(labels + rows * 4), 4):
            best.set(F32.load(y))
            if off_on:
                off, on = off_on
                middle = (off + on) * 0.5
                answer.set(select(on > off, best > middle, (best > middle).is_zero()))
            else:
                answer.set(I32(0))
            y += 4
            if units > 1:
                with f.for_range(f.local(I32(1)), units) as output:
                    number = f.local(F32.load(y))
                    with f.if_((number <= best).is_zero() & best.equals(best)):
                        best.set(number)
                        answer.set(output)
                    y += 4
            right += answer.equals(I32.load(labels))
        f.return_(right)
    return f
