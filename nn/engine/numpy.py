"""The engine that is always there: NumPy.

Under Pyodide each NumPy call costs microseconds, and with mini-batches of one sample that is most
of the time. So every array is allocated once for a mini-batch size and written in place after that.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import numpy as np

from nn.data.dataset import Dataset
from nn.engine.protocol import Totals

if TYPE_CHECKING:
    from nn.model import Sequential

_BLOCK = 256
"""Rows predicted at once: enough for full speed, little enough to stay in the cache."""


class NumpyEngine:
    name = "NumPy"

    def program(self, model: Sequential) -> NumpyProgram:
        return NumpyProgram(model)


class Buffers:
    """Room for one mini-batch of n samples on its way through the network and back."""

    def __init__(self, model: Sequential, n: int) -> None:
        def room(columns: int) -> np.ndarray:
            return np.empty((n, columns), dtype=model.dtype)

        self.x = room(model.features)
        self.t = room(model.outputs)
        self.z = room(model.outputs)
        # activations[i] is what layer i is given; the last one is the network's output.
        self.activations = [self.x] + [room(layer.units) for layer in model.layers]
        self.deltas = [room(layer.units) for layer in model.layers]


# Without a BLAS, as under Pyodide, 32 samples of a network of 80,000 parameters take 7 ms. With
# very few samples at a time, adding up the gradients of parts would take longer
# than finding them.
_PART_WORK = 32 * 80_000
_SMALLEST_PART, _LARGEST_PART = 4, 4096


class NumpyProgram:
    name = NumpyEngine.name

    def __init__(self, model: Sequential) -> None:
        fitting = _PART_WORK // model.parameters.size
        self.part = min(max(fitting, _SMALLEST_PART), _LARGEST_PART)
        self._model: Sequential = weakref.proxy(model)
        self._buffers: dict[int, Buffers] = {}
        self._target_table: tuple[int | None, np.ndarray] | None = None

    def train(self, data: Dataset, order: np.ndarray, batch_size: int) -> Totals:
        model = self._model
        optimizer = model.optimizer
        loss, correct = 0.0, 0
        # A run that diverges shows as a loss that is not a number, not as warnings.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                totals = self._gradients(data, batch)
                optimizer.update(model.parameters, model.gradients)
                loss += totals.loss
                correct += totals.correct
        return Totals(loss, correct)

    def gradients(self, data: Dataset, batch: np.ndarray) -> Totals:
        with np.errstate(over="ignore", invalid="ignore"):
            return self._gradients(data, batch)

    def evaluate(self, data: Dataset, start: int, stop: int) -> tuple[Totals, np.ndarray]:
        outputs = np.empty((stop - start, self._model.outputs), dtype=self._model.dtype)
        loss, correct = 0.0, 0
        with np.errstate(over="ignore", invalid="ignore"):
            for low in range(start, stop, _BLOCK):
                high = min(low + _BLOCK, stop)
                totals, room = self._forward(data, np.arange(low, high))
                outputs[low - start : high - start] = room.activations[-1]
                loss += totals.loss
                correct += totals.correct
        return Totals(loss, correct), outputs

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        model = self._model
        outputs = np.empty((len(inputs), model.outputs), dtype=model.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            for low in range(0, len(inputs), _BLOCK):
                rows = inputs[low : low + _BLOCK]
                room = self._room(len(rows))
                model.inputs.forward(rows, room.x)
                for layer, x, y in zip(
                    model.layers, room.activations, room.activations[1:], strict=False
                ):
                    layer.forward(x, y)
                outputs[low : low + _BLOCK] = room.activations[-1]
        return outputs

    def _gradients(self, data: Dataset, batch: np.ndarray) -> Totals:
        totals, room = self._forward(data, batch)
        self._find_gradients(room, totals.loss)
        return totals

    def _forward(self, data: Dataset, batch: np.ndarray) -> tuple[Totals, Buffers]:
        model = self._model
        room = self._room(len(batch))
        model.inputs.forward(data.inputs.take(batch, axis=0, mode="clip"), room.x)
        targets = data.targets.take(batch, axis=0, mode="clip")
        if data.classes is None:
            room.t[...] = targets
        else:
            self._targets_of(data.classes).take(targets, axis=0, out=room.t, mode="clip")

        loss = self._run(room)
        correct = 0
        if data.classes is not None:
            y = room.activations[-1]
            classes = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0] > 0.5
            correct = int(np.count_nonzero(classes == targets))
        return Totals(loss, correct), room

    def _run(self, room: Buffers, first: int = 0) -> float:
        """Run the layers from ``first`` on; return the loss summed over the samples."""
        *hidden, last = self._model.layers
        for i in range(first, len(hidden)):
            hidden[i].forward(room.activations[i], room.activations[i + 1])
        last.affine(room.activations[-2], room.z)
        y = room.activations[-1]
        y[...] = room.z
        last.activation.forward(y)
        return self._model.loss.value(room.z, y, room.t)

    def _find_gradients(self, room: Buffers, loss: float) -> None:
        """Set the network's gradients after a forward pass: here by backpropagation.

        Args:
            room: holds the mini-batch and what each layer made of it.
            loss: summed over the samples.
        """
        model = self._model
        last = len(model.layers) - 1
        y = room.activations[-1]
        model.loss.gradient(model.layers[last].activation, y, room.t, room.deltas[last])
        for i in range(last, 0, -1):
            below = room.deltas[i - 1]
            model.layers[i].backward(room.activations[i], room.deltas[i], below)
            model.layers[i - 1].activation.backward(room.activations[i], below)
        model.layers[0].backward(room.x, room.deltas[0], None)

    def _room(self, n: int) -> Buffers:
        room = self._buffers.get(n)
        if room is None:
            # Two sizes are in use at a time: a full mini-batch and the epoch's last, smaller one.
            if len(self._buffers) == 2:
                self._buffers.pop(next(iter(self._buffers)))
            room = self._buffers[n] = Buffers(self._model, n)
        return room

    def _targets_of(self, classes: int) -> np.ndarray:
        """Return the (classes, outputs) table whose row c is the target of class c."""
        if self._target_table is None or self._target_table[0] != classes:
            self._target_table = classes, self._model.target_table(classes)
        return self._target_table[1]
