"""Several operators of an ONNX file, tried with inputs: what do they compute?

Tools write one layer in many ways: as operators for each step, with shapes that are worked out on
the way, with products that are split or not. Whatever they write, it is the layer if it gives what
the layer gives. So the operators are worked out for inputs of our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from nn import checks
from nn.formats import onnx_arithmetic
from nn.formats.onnx_model import Node
from nn.formats.onnx_reader import NOTHING, Reader
from nn.layers import Layer
from nn.model import Sequential

MOST_TRIED = 2_000_000_000
"""Numbers that all trials of a file make together, and a part of what is summed in products."""


class Probe:
    """The operators from a place on, as a function of one name.

    Attributes:
        source: the name of what comes.
        start: which node of the file the first one is.
        nodes: they, to the end of the file.
    """

    def __init__(self, reader: Reader, start: int, source: str) -> None:
        self.reader, self.start, self.source = reader, start, source
        self.nodes = reader.model.nodes[start:]

    def values(
        self, x: np.ndarray, end: int, before: dict[str, np.ndarray] | None = None
    ) -> dict[str, np.ndarray]:
        """Return what is known after ``end`` nodes, by name.

        Args:
            x: what comes, a mini-batch.
            end: how many nodes.
            before: what is known already.

        Raises:
            ValueError: one of them takes something else, too, or is not known.
        """
        found = {**(before or {}), self.source: x}
        for node in self.nodes[:end]:
            if node.op == "Shape" and node.inputs[0] not in found:
                found[node.inputs[0]] = self._any(node.inputs[0])
            parts = [self._part(name, found) for name in node.inputs]
            self.reader.tried += _work(node, parts)
            if self.reader.tried > MOST_TRIED:
                raise ValueError("it takes too long to find out what it is")
            made = onnx_arithmetic.work_out(node, parts, self.reader.model.opset)
            found.update(zip(node.outputs, made, strict=False))
        return found

    def _any(self, name: str) -> np.ndarray:
        """Return zeros in the shape of what came before: nothing but that is asked of them."""
        if name not in self.reader.shapes:
            raise ValueError(f"{name!r:.40} is not known here")
        return np.broadcast_to(0.0, self.reader.shapes[name])

    def _part(self, name: str, found: dict[str, np.ndarray]) -> np.ndarray | None:
        if not name:
            return None
        name = name if name in found else self.reader.resolved(name)
        if name not in found:
            value = self.reader.constant(name)
            found[name] = value.astype(np.float64) if value.dtype.kind == "f" else value
        return found[name]

    @cached_property
    def derived(self) -> set[str]:
        """The names of what is made of the source, and not of its shape only."""
        found = {self.source}
        for node in self.nodes:
            inputs = {name if name in found else self.reader.resolved(name) for name in node.inputs}
            if node.op != "Shape" and not found.isdisjoint(inputs):
                found.update(node.outputs)
        return found

    def waists(self, alone: bool = True) -> Iterator[tuple[int, Node]]:
        """Yield the nodes after which nothing that was made of the source is wanted but one name.

        With each, how many nodes it is to there. It ends where something else comes in. Unless
        ``alone`` is false, the source itself is not wanted any more, either.
        """
        live = set[str]()
        last = 0
        for count, node in enumerate(self.nodes, start=1):
            if alone and node.op != "Shape" and self.source in map(self._real, node.inputs):
                last = count
        for count, node in enumerate(self.nodes, start=1):
            if not self.derived.isdisjoint(node.outputs):
                if any(map(self._unknown, node.inputs)):
                    return
                live.update(node.outputs)
            here = self.start + count
            live = {name for name in live if self.reader.last_use.get(name, -1) >= here}
            if count >= last and len(live) == 1 and live.issubset(node.outputs):
                yield count, node

    def _real(self, name: str) -> str:
        return name if name in self.derived else self.reader.resolved(name)

    def _unknown(self, name: str) -> bool:
        """Whether a name is none of a constant, the source, and what is made after the start."""
        if not name or name in self.derived or self.reader.makers.get(name, -1) >= self.start:
            return False
        name = self.reader.resolved(name)
        return name not in self.derived and not self.reader.is_constant(name)

    def note(self, x: np.ndarray, end: int) -> None:
        """Let the reader know the shapes that are wanted after these nodes, too."""
        for name, value in self.values(x, end).items():
            wanted = self.reader.last_use.get(name, -1) >= self.start + end
            if wanted and value.dtype.kind == "i" and name not in self.reader.known:
                self.reader.known[name] = value


def _work(node: Node, parts: Sequence[np.ndarray | None]) -> int:
    sizes = [part.size for part in parts if part is not None]
    if node.op in ("Einsum", "Gemm", "MatMul") and parts[1] is not None:
        # A product makes many at once.
        return 1 + max(sizes) * int(parts[1].shape[-1]) // 16
    return max(sizes, default=1)


def followed(probe: Probe, name: str, place: int) -> tuple[str, int]:
    """Return what a name is called after nodes that do nothing, and the place of the next node."""
    while place < len(probe.nodes):
        node = probe.nodes[place]
        if node.op not in NOTHING or node.inputs[:1] != [name]:
            break
        name, place = node.outputs[0], place + 1
    return name, place


def rows_of(count: int, width: int, batch: int) -> list[np.ndarray]:
    """Return mini-batches (batch, count, width) that have zeros and each unit vector in a row."""
    rows = np.concatenate([np.zeros((1, width)), np.eye(width)])
    passes = -(-len(rows) // (batch * count))
    whole = np.zeros((passes * batch * count, width))
    whole[: len(rows)] = rows
    return list(whole.reshape(passes, batch, count, width))


def affine(found: Sequence[np.ndarray], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return kernel and bias of what gave these rows for those of :func:`rows_of`."""
    rows = np.concatenate(found)[: width + 1]
    return rows[1:] - rows[0], rows[0]


def same(
    probe: Probe,
    end: int,
    name: str,
    layer: Layer,
    arrays: dict[str, np.ndarray],
    steps_first: bool = False,
) -> bool:
    """Whether a layer with these weights gives what a name is after ``end`` nodes.

    ``steps_first`` is whether the steps stand before the samples there.
    """
    reader = probe.reader
    network = Sequential([layer], dtype="float64")
    network.allocate(reader.shape)
    if {key: view.shape for key, view in layer.views.items()} != {
        key: array.shape for key, array in arrays.items()
    }:
        return False
    for key, view in layer.views.items():
        view[...] = arrays[key]
    x = trial(reader)
    found = probe.values(x.swapaxes(0, 1) if reader.steps_first else x, end).get(name)
    expected = network.predict(x)
    expected = expected.swapaxes(0, 1) if steps_first else expected
    return (
        found is not None
        and found.shape == expected.shape
        and bool(np.allclose(found, expected, rtol=1e-5, atol=1e-6))
    )


def trial(reader: Reader) -> np.ndarray:
    """Return a mini-batch of any samples."""
    return sines((reader.batch, *reader.shape))


def sines(shape: Sequence[int]) -> np.ndarray:
    """Return different numbers in a shape.

    Raises:
        ValueError: they would be too many.
    """
    if math.prod(shape) > 4 * checks.MAX_VALUES:
        raise ValueError("a mini-batch has too many numbers to find out what is made of it")
    # Large enough that what differs is seen, and so small that functions do not saturate.
    return np.sin(np.arange(1.0, 1 + math.prod(shape)) ** 1.5).reshape(shape)
