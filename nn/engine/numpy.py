"""The engine that is always there: NumPy.

Under Pyodide each NumPy call costs microseconds, and with mini-batches of one sample that is most
of the time. So every array is allocated once for a mini-batch size and written in place after that.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from nn.data.dataset import Dataset
from nn.engine.protocol import Totals
from nn.layers import Pass
from nn.layers.noise import layer_key, update_keys
from nn.losses import masked_value
from nn.metrics import predicted_classes
from nn.network import Network

_BLOCK = 256
"""Samples predicted at once: enough for full speed, little enough to stay in the cache."""


class NumpyEngine:
    name = "NumPy"

    def program(self, network: Network) -> NumpyProgram:
        return NumpyProgram(network)


class Buffers:
    """Memory for one mini-batch of n samples on its way through the network and back.

    Attributes:
        x, t: inputs, scaled, and targets.
        z: what the last layer gives before its activation.
        activations: activations[i] is what layer i is given; the last one is the network's output.
        deltas: ∂L/∂z of each layer.
        passes: what each layer is given besides.
        labelled: (n, ...), which positions have a label, where each has one of its own.
    """

    labelled: np.ndarray | None = None

    def __init__(self, network: Network, n: int, matmul: Callable[..., Any] | None) -> None:
        def array(shape: tuple[int, ...]) -> np.ndarray:
            return np.empty((n, *shape), dtype=network.dtype)

        shapes = network.shapes
        self.t, self.z = array(shapes[-1]), array(shapes[-1])
        self.activations = [array(shape) for shape in shapes]
        self.x = self.activations[0]
        self.deltas = [array(shape) for shape in shapes[1:]]
        self.passes = [
            Pass(
                gradients=gradients,
                residuals={name: array(s) for name, s in layer.residuals(shape).items()},
                dot=matmul or np.dot,
                matmul=matmul or np.matmul,
            )
            for layer, shape, gradients in zip(
                network.layers, shapes, network.gradient_views, strict=False
            )
        ]


# Without a BLAS, as under Pyodide, 32 samples of a network of 80,000 multiplications take 7 ms.
# With very few samples at a time, adding up the gradients of parts would take longer
# than finding them.
_PART_WORK = 32 * 80_000
_SMALLEST_PART, _LARGEST_PART = 4, 4096
UNDIVIDED = 2**31
"""The part of a network whose mini-batches cannot be divided: larger than any."""


class NumpyProgram:
    """A network that NumPy runs.

    Args:
        network: has to live on; it is not kept alive.
        matmul: multiplies matrices in the place of ``np.matmul``.
        name: what people are shown.
    """

    def __init__(
        self,
        network: Network,
        matmul: Callable[..., Any] | None = None,
        name: str = NumpyEngine.name,
    ) -> None:
        self.name = name
        fitting = _PART_WORK // max(1, network.multiplications)
        self.part = min(max(fitting, _SMALLEST_PART), _LARGEST_PART)
        if network.couples_samples:
            self.part = UNDIVIDED
        self.carried = np.empty(0, dtype=network.dtype)
        self._network: Network = weakref.proxy(network)
        self._matmul = matmul
        self._buffers: dict[tuple[int, int], Buffers] = {}
        self._target_table: tuple[object, np.ndarray] | None = None

    def train(self, data: Dataset, order: np.ndarray, batch_size: int) -> Totals:
        network = self._network
        optimizer = network.optimizer
        loss, correct = 0.0, 0
        # A run that diverges shows as a loss that is NaN, not as warnings.
        with np.errstate(over="ignore", invalid="ignore"):
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                totals = self._gradients(data, batch, 0)
                optimizer.update(network.parameters, network.gradients)
                loss += totals.loss
                correct += totals.correct
        return Totals(loss, correct)

    def gradients(self, data: Dataset, batch: np.ndarray, first: int = 0) -> Totals:
        with np.errstate(over="ignore", invalid="ignore"):
            return self._gradients(data, batch, first)

    def evaluate(self, data: Dataset, start: int, stop: int) -> tuple[Totals, np.ndarray]:
        network = self._network
        outputs = np.empty((stop - start, *network.output_shape), dtype=network.dtype)
        loss, correct = 0.0, 0
        with np.errstate(over="ignore", invalid="ignore"):
            for low in range(start, stop, _BLOCK):
                high = min(low + _BLOCK, stop)
                totals, buffers = self._forward(data, np.arange(low, high))
                outputs[low - start : high - start] = buffers.activations[-1]
                loss += totals.loss
                correct += totals.correct
        return Totals(loss, correct), outputs

    def predict(self, inputs: np.ndarray) -> np.ndarray:
        network = self._network
        inputs = network.rows(inputs)
        outputs = np.empty((len(inputs), *network.output_shape), dtype=network.dtype)
        with np.errstate(over="ignore", invalid="ignore"):
            for low in range(0, len(inputs), _BLOCK):
                rows = inputs[low : low + _BLOCK]
                buffers = self._buffers_of(len(rows))
                self._begin(buffers, training=False)
                network.inputs.forward(rows, buffers.x, buffers.passes[0])
                self._run_layers(buffers)
                outputs[low : low + _BLOCK] = buffers.activations[-1]
        return outputs

    def _gradients(self, data: Dataset, batch: np.ndarray, first: int) -> Totals:
        totals, buffers = self._forward(data, batch, training=True, first=first)
        self._find_gradients(buffers, totals.loss)
        return totals

    def _forward(
        self, data: Dataset, batch: np.ndarray, training: bool = False, first: int = 0
    ) -> tuple[Totals, Buffers]:
        network = self._network
        buffers = self._buffers_of(len(batch))
        self._begin(buffers, training, first)
        rows = network.rows(data.inputs).take(batch, axis=0, mode="clip")
        network.inputs.forward(rows, buffers.x, buffers.passes[0])
        targets = data.targets.take(batch, axis=0, mode="clip")
        if data.classes is None:
            buffers.t[...] = targets
        else:
            self._targets_of(data.classes).take(targets, axis=0, out=buffers.t, mode="clip")

        buffers.labelled = None
        if data.classes is not None and targets.ndim > 1:
            buffers.labelled = targets >= 0
        loss = self._run(buffers)
        correct = 0
        if data.classes is not None:
            classes = predicted_classes(buffers.activations[-1], network.target_range)
            correct = int(np.count_nonzero(classes == targets))
        return Totals(loss, correct), buffers

    def _begin(self, buffers: Buffers, training: bool, first: int = 0) -> None:
        """Tell all layers what this mini-batch is for."""
        network = self._network
        key = 0
        if training and network.random:
            key = int(update_keys(network.noise, network.optimizer.iterations, 1)[0])
        for i, p in enumerate(buffers.passes):
            p.training = p.observing = training
            p.key, p.first = layer_key(key, i), first

    def _run(self, buffers: Buffers, first: int = 0) -> float:
        """Run the layers from ``first`` on; return the loss summed over the samples."""
        self._run_layers(buffers, first)
        loss, z, y, t = self._network.loss, buffers.z, buffers.activations[-1], buffers.t
        if buffers.labelled is None:
            return loss.value(z, y, t)
        return masked_value(loss, z, y, t, buffers.labelled)

    def _run_layers(self, buffers: Buffers, first: int = 0) -> None:
        layers = self._network.layers
        last = len(layers) - 1
        for i in range(first, last):
            x, y, p = buffers.activations[i], buffers.activations[i + 1], buffers.passes[i]
            layers[i].forward(x, y, p)
            layers[i].activation.forward(y)
            buffers.passes[i + 1].mask = layers[i].mask_after(x, p.mask)
        layers[last].forward(buffers.activations[last], buffers.z, buffers.passes[last])
        buffers.activations[-1][...] = buffers.z
        layers[last].activation.forward(buffers.activations[-1])

    def _find_gradients(self, buffers: Buffers, loss: float) -> None:
        """Set the network's gradients after a forward pass: here by backpropagation.

        Args:
            buffers: hold the mini-batch and what each layer made of it.
            loss: summed over the samples.
        """
        network = self._network
        layers = network.layers
        last = len(layers) - 1
        y = buffers.activations[-1]
        network.loss.gradient(layers[last].activation, y, buffers.t, buffers.deltas[last])
        if buffers.labelled is not None:
            buffers.deltas[last] *= buffers.labelled[..., np.newaxis]
        for i in range(last, -1, -1):
            x, dx = buffers.activations[i], buffers.deltas[i - 1] if i else None
            layers[i].backward(x, buffers.deltas[i], dx, buffers.passes[i])
            if dx is not None:
                layers[i - 1].activation.backward(x, dx)
        network.add_penalty_gradients()

    def _buffers_of(self, n: int) -> Buffers:
        # One network may be used by several threads, which must not share them.
        key = threading.get_ident(), n
        buffers = self._buffers.get(key)
        if buffers is None:
            # Two sizes are in use at a time: a full mini-batch and the epoch's last, smaller one.
            mine = [other for other in list(self._buffers) if other[0] == key[0]]
            if len(mine) > 1:
                self._buffers.pop(mine[0], None)
            buffers = self._buffers[key] = Buffers(self._network, n, self._matmul)
        return buffers

    def _targets_of(self, classes: int) -> np.ndarray:
        """Return the (classes, outputs) table whose row c is the target of class c."""
        key = classes, self._network.target_range
        if self._target_table is None or self._target_table[0] != key:
            self._target_table = key, self._network.target_table(classes)
        return self._target_table[1]
