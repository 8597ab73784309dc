"""Windows that slide over pictures: what convolutions and pooling have in common."""

from __future__ import annotations

from nn.layers.layer import Shape, checked_count

PADDINGS = ("valid", "same")


def pair(name: str, value: int | tuple[int, int]) -> tuple[int, int]:
    """Return (rows, columns) of one number for both, or of two.

    Raises:
        ValueError: they are not positive whole numbers; the message begins with ``name``.

    >>> pair("strides", 2)
    (2, 2)
    """
    values = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{name} must be a number or a pair of numbers, got {value!r:.40}")
    return checked_count(name, values[0]), checked_count(name, values[1])


def checked_padding(padding: str) -> str:
    """Return "valid" or "same"; raise a ValueError for anything else."""
    if padding not in PADDINGS:
        raise ValueError(f'padding must be "valid" or "same", got {padding!r:.40}')
    return padding


def output_size(size: int, window: int, stride: int, padding: str) -> int:
    """Return how many windows there are along an axis of ``size``; 0 if none fits."""
    if padding == "same":
        return -(-size // stride)
    return max(0, (size - window) // stride + 1)


def padding_before(size: int, window: int, stride: int, padding: str) -> int:
    """Return how many zeros come before an axis of ``size``, as TensorFlow has it."""
    return padding_around(size, window, stride, padding)[0]


def padding_around(size: int, window: int, stride: int, padding: str) -> tuple[int, int]:
    """Return how many zeros come before and after an axis of ``size``: the odd one after.

    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
    """
    if padding == "valid":
        return 0, 0
    total = max((output_size(size, window, stride, padding) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def checked_picture(x: Shape, window: tuple[int, int], padding: str) -> None:
    """Raise a ValueError unless windows of a size can slide over inputs of shape ``x``."""
    if len(x) != 3:
        raise ValueError(f"expected pictures of shape (height, width, channels), got {x}")
    if padding == "valid" and (x[0] < window[0] or x[1] < window[1]):
        raise ValueError(
            f"a window of {window[0]}x{window[1]} does not fit into pictures of {x[0]}x{x[1]}"
        )
