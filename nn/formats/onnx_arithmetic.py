"""What operators of ONNX make of arrays, for those that are worked out while a file is read.

Shapes are made of shapes, and constants of constants; and where several operators are one layer of
nn, it is tried what they make of inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nn import checks
from nn.formats import onnx_attributes as attributes
from nn.formats import onnx_model
from nn.formats.onnx_model import Node
from nn.formats.protobuf import Message

_Parts = list[np.ndarray]


def work_out(node: Node, parts: Sequence[np.ndarray | None], opset: int) -> list[np.ndarray]:
    """Return what a node makes of arrays; None stands for an input that is left out.

    Raises:
        ValueError: it is not known here, is too large, or its inputs do not fit it.
    """
    given = [part for part in parts if part is not None]
    if node.op not in _MADE or len(given) < min(1, len(parts)):
        raise ValueError("nn cannot work it out of constants")
    most = 4 * checks.MAX_VALUES
    try:
        with np.errstate(all="ignore"):
            if node.op in _SAME_SHAPE:
                _limit(np.broadcast_shapes(*(part.shape for part in given)), most)
            found = _MADE[node.op](node, given, opset)
    except ValueError:
        raise
    except (ArithmeticError, IndexError, TypeError, KeyError) as error:
        raise ValueError(f"what it is given does not fit it: {error}") from None
    made = found if isinstance(found, list) else [found]
    return [np.asarray(each) for each in made]


def _limit(shape: Sequence[int], most: int) -> None:
    if math.prod(shape) > most or len(shape) > onnx_model.MAX_RANK:
        raise ValueError("what it makes is too large")


# ---- shapes ------------------------------------------------------------------------------------


def axes_of(node: Node, parts: _Parts) -> tuple[int, ...] | None:
    """Return the axes that a node has as an attribute, or as its second input."""
    if len(parts) > 1:
        return tuple(parts[1].ravel()[:9].tolist())
    return attributes.integers(node, "axes", ()) or None


def _concat(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    return np.concatenate(parts, axis=attributes.integer(node, "axis", 0))


def _constant(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    value = next(iter(node.attributes.values()), None)
    if isinstance(value, Message):
        return onnx_model.array(value, "its value")
    if isinstance(value, float | int | tuple):
        return np.asarray(value)
    raise ValueError("its value is of no kind that nn has")


def _constant_of_shape(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    value, given = np.zeros(1), node.attributes.get("value")
    if isinstance(given, Message):
        value = onnx_model.array(given, "its value")
    return _spread(value.reshape(-1)[:1], parts[0])


def _einsum(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    text = node.attributes.get("equation", "")
    text = text.replace(" ", "") if isinstance(text, str) else ""
    names, _, result = text.partition("->")
    given = names.split(",")
    if len(given) != len(parts) or not (names.replace(",", "") + result).isalpha():
        raise ValueError("its equation is of no kind that nn knows")
    sizes: dict[str, int] = {}
    for letters, part in zip(given, parts, strict=True):
        sizes.update(zip(letters, part.shape, strict=True))
    # With what is summed, too, as no more than a product at a time is made.
    _limit(list(sizes.values()), 400 * checks.MAX_VALUES)
    _limit([sizes[letter] for letter in result], 4 * checks.MAX_VALUES)
    return np.asarray(np.einsum(text, *parts, optimize=True))


def _expand(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    return _spread(parts[0], parts[1])


def _spread(value: np.ndarray, shape: np.ndarray) -> np.ndarray:
    sizes = np.broadcast_shapes(value.shape, tuple(shape.ravel()[:9].tolist()))
    # One number, seen many times: a batch of any size costs nothing.
    _limit(sizes, 100 * checks.MAX_VALUES)
    return np.broadcast_to(value, sizes)


def _gather(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    axis = attributes.integer(node, "axis", 0)
    if not -parts[0].ndim <= axis < parts[0].ndim:
        raise ValueError(f"its axis is {axis}, and there are {parts[0].ndim} axes")
    size = parts[0].shape[axis]
    if not np.all((parts[1] >= -size) & (parts[1] < size)):
        raise ValueError("it gathers what is not there")
    return np.take(parts[0], parts[1].astype(np.int64), axis=axis)


def _range(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    start, stop, step = (part.item() for part in parts)
    _limit([math.ceil((stop - start) / step)], checks.MAX_VALUES)
    return np.arange(start, stop, step)


def _reshape(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    sizes = tuple(parts[1].ravel()[: onnx_model.MAX_RANK + 1].tolist())
    if not attributes.integer(node, "allowzero", 0):
        sizes = tuple(size or parts[0].shape[axis] for axis, size in enumerate(sizes))
    return parts[0].reshape(sizes)


def _shape(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    whole = slice(attributes.integer(node, "start", 0), node.attributes.get("end"))
    return np.array(parts[0].shape[whole], np.int64)


def _slice(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    taken = [slice(None)] * parts[0].ndim
    for axis, part in _slices(node, parts[1:]):
        taken[axis] = part
    return parts[0][tuple(taken)]


def part_of(node: Node, lists: Sequence[np.ndarray | None]) -> tuple[slice, int]:
    """Return what a Slice along one axis takes of it, and which axis that is.

    Args:
        node: the Slice.
        lists: its constants: starts, ends, axes and steps, where they are given.

    Raises:
        ValueError: it is one along several axes.
    """
    found = _slices(node, [part for part in lists if part is not None])
    if len(found) != 1:
        raise ValueError("nn has it along one axis only")
    ((axis, part),) = found
    return part, axis


def _slices(node: Node, lists: Sequence[np.ndarray]) -> list[tuple[int, slice]]:
    """Return which part a Slice takes of which axes."""
    names = ("starts", "ends", "axes", "steps")
    if lists:
        numbers = ([int(number) for number in part.ravel()[:9]] for part in lists)
        given = dict(zip(names, numbers, strict=False))
    else:
        given = {name: list(attributes.integers(node, name, ())) for name in names}
    starts, ends = given["starts"], given.get("ends") or []
    axes = given.get("axes") or list(range(len(starts)))
    steps = given.get("steps") or [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise ValueError("its starts and ends do not go together")
    found = []
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        # Backwards to before the first number, which no end says in Python.
        beyond = step < 0 and end < -checks.MAX_VALUES
        found.append((axis, slice(start, None if beyond else end, step)))
    return found


def _split(node: Node, parts: _Parts, opset: int) -> list[np.ndarray]:
    axis, count = attributes.integer(node, "axis", 0), len(node.outputs)
    sizes = list(attributes.integers(node, "split", ())) if len(parts) == 1 else parts[1].tolist()
    whole = parts[0].shape[axis]
    each = -(-whole // max(count, 1))
    sizes = sizes or [min(each, whole - each * place) for place in range(count)]
    if len(sizes) != count or sum(sizes) != whole or min(sizes) < 0:
        raise ValueError("it does not split what it is given")
    return np.split(parts[0], np.cumsum(sizes)[:-1].tolist(), axis=axis)


def _squeeze(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    return parts[0].squeeze(axes_of(node, parts))


def _transpose(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    perm = attributes.integers(node, "perm", tuple(reversed(range(parts[0].ndim))))
    if sorted(perm) != list(range(parts[0].ndim)):
        raise ValueError("its perm is no order of axes")
    return parts[0].transpose(perm)


def _unsqueeze(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    axes = axes_of(node, parts) or ()
    _limit([1] * (parts[0].ndim + len(axes)), 1)
    return np.expand_dims(parts[0], axes)


# ---- numbers -----------------------------------------------------------------------------------


def _cast(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    kind = attributes.integer(node, "to", 0)
    if kind == onnx_model.BOOL:
        return np.not_equal(parts[0], 0)
    if kind not in onnx_model.DTYPES:
        raise ValueError(f"it makes numbers of a type that nn has not, number {kind} of ONNX")
    # What is a float stays as exact as it is.
    made = onnx_model.DTYPES[kind]
    return parts[0] if parts[0].dtype.kind == made.kind else parts[0].astype(made)


def _div(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    left, right = parts
    if left.dtype.kind == "f" or right.dtype.kind == "f":
        return np.asarray(left / right)
    if not np.all(right):
        raise ValueError("it divides by zero")
    return np.asarray(np.sign(left) * np.sign(right) * (abs(left) // abs(right)))


def _gemm(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    left, right = parts[0], parts[1]
    left = left.T if attributes.integer(node, "transA", 0) else left
    right = right.T if attributes.integer(node, "transB", 0) else right
    made = _product(left, right) * attributes.number(node, "alpha", 1.0)
    return made + attributes.number(node, "beta", 1.0) * parts[2] if len(parts) > 2 else made


def _matmul(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    return _product(parts[0], parts[1])


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    if left.ndim < 2 or right.ndim < 2 or left.shape[-1] != right.shape[-2]:
        raise ValueError("its matrices do not fit each other")
    batch = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    _limit((*batch, left.shape[-2], right.shape[-1]), 4 * checks.MAX_VALUES)
    return np.asarray(left @ right)


def _mean(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    keep = bool(attributes.integer(node, "keepdims", 1))
    return np.asarray(parts[0].mean(axis=axes_of(node, parts), keepdims=keep))


def _normalization(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    if attributes.integer(node, "axis", -1) not in (-1, parts[0].ndim - 1):
        raise ValueError("it works on another axis than the last")
    made = parts[0] - parts[0].mean(axis=-1, keepdims=True)
    variance = np.mean(made**2, axis=-1, keepdims=True)
    made = made / np.sqrt(variance + attributes.number(node, "epsilon", 1e-5)) * parts[1]
    return np.asarray(made + parts[2] if len(parts) > 2 else made)


def _softmax(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    axis = attributes.integer(node, "axis", 1 if opset < 13 else -1)
    if opset < 13 and axis not in (-1, parts[0].ndim - 1):
        raise ValueError("before version 13 of ONNX it works on all of a sample")
    made = np.exp(parts[0] - parts[0].max(axis=axis, keepdims=True))
    return np.asarray(made / made.sum(axis=axis, keepdims=True))


def _each(function: Callable[..., Any]) -> Callable[[Node, _Parts, int], np.ndarray]:
    return lambda node, parts, opset: np.asarray(function(*parts))


def _where(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    return np.where(parts[0].astype(bool), parts[1], parts[2])


def _trilu(node: Node, parts: _Parts, opset: int) -> np.ndarray:
    place = parts[1].item() if len(parts) > 1 else 0
    upper = attributes.integer(node, "upper", 1)
    return np.triu(parts[0], place) if upper else np.tril(parts[0], place)


_SAME_SHAPE: dict[str, Callable[..., Any]] = {
    "Add": np.add,
    "And": np.logical_and,
    "Equal": np.equal,
    "Exp": np.exp,
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Max": np.maximum,
    "Min": np.minimum,
    "Mod": np.mod,
    "Mul": np.multiply,
    "Neg": np.negative,
    "Not": np.logical_not,
    "Or": np.logical_or,
    "Pow": np.power,
    "Reciprocal": np.reciprocal,
    "Relu": lambda x: np.maximum(x, 0),
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Sqrt": np.sqrt,
    "Sub": np.subtract,
    "Tanh": np.tanh,
}
"""Operators on numbers at the same place."""

_MADE: dict[str, Callable[[Node, _Parts, int], np.ndarray | list[np.ndarray]]] = {
    **{op: _each(function) for op, function in _SAME_SHAPE.items()},
    "Cast": _cast,
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Div": _div,
    "Dropout": lambda node, parts, opset: parts[0],
    "Einsum": _einsum,
    "Expand": _expand,
    "Gather": _gather,
    "Gemm": _gemm,
    "Identity": lambda node, parts, opset: parts[0],
    "LayerNormalization": _normalization,
    "MatMul": _matmul,
    "Range": _range,
    "ReduceMean": _mean,
    "Reshape": _reshape,
    "Shape": _shape,
    "Slice": _slice,
    "Softmax": _softmax,
    "Split": _split,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Trilu": _trilu,
    "Unsqueeze": _unsqueeze,
    "Where": _where,
}
