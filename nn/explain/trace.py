"""A sample on its way through a network and back, and the update that follows, all kept."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np

from nn.data.dataset import Dataset
from nn.explain.layerwise import forward_pass, residuals
from nn.layers import Pass
from nn.layers.noise import layer_key, update_keys
from nn.network import Network
from nn.optimizers import Optimizer


class Trace:
    """A mini-batch, trained on as an engine would, with everything in between.

    Layers are numbered from 0. ``x[i]`` is what layer i is given, ``z[i]`` what it makes of that
    before its activation, and ``x[i + 1]``, its output y, what comes after. All are batch-first,
    and the sample that is looked at comes first: flat places of one sample find its numbers.

    Args:
        network: built and compiled; a copy is worked on.
        data: the mini-batch: the sample alone, or with others where a layer needs them.

    Attributes:
        network: the copy.
        count: samples of the mini-batch.
        raw: the samples before they are scaled.
        t: the targets, of the outputs' shape.
        x, z: as above.
        dy, dz: ∂L/∂y and ∂L/∂z of each layer, where L is the mean loss.
        loss: the mean loss, without the penalty on large weights; ``own_loss`` is the sample's.
        gradients: of the parameters, flat; the penalty's are in it, and not in ``slopes``.
        slopes: ∂L/∂weight of each layer by the weight's name.
    """

    def __init__(self, network: Network, data: Dataset) -> None:
        network.check_fit(data)
        self.network = network = copy.copy(network)
        self.count = len(data)
        self.raw = network.rows(data.inputs)
        self.t = _target(network, data)
        key = 0
        if network.random:
            key = int(update_keys(network.noise, network.optimizer.iterations, 1)[0])
        self.passes = [
            Pass(
                training=True,
                key=layer_key(key, i),
                gradients=network.gradient_views[i],
                residuals=residuals(network, layer, shape, self.count),
            )
            for i, (layer, shape) in enumerate(zip(network.layers, network.shapes, strict=False))
        ]
        with np.errstate(all="ignore"):
            self._forward()
            self._backward()

    def _forward(self) -> None:
        network = self.network
        self.x, self.z = forward_pass(network, self.raw, self.passes)
        z, y, t = self.z[-1], self.x[-1], self.t
        self.loss = network.loss.value(z, y, t) / self.count
        self.own_loss = network.loss.value(z[:1], y[:1], t[:1])

    def _backward(self) -> None:
        network = self.network
        layers = network.layers
        self.dy, self.dz = ([np.empty_like(z) for z in self.z] for _ in range(2))
        network.loss.gradient(layers[-1].activation, self.x[-1], self.t, self.dz[-1])
        # Of an output the loss knows only ∂L/∂z: where both belong together, that is simpler.
        self.dy[-1][...] = np.nan
        for i in reversed(range(len(layers))):
            dx = self.dy[i - 1] if i else None
            layers[i].backward(self.x[i], self.dz[i], dx, self.passes[i])
            if dx is not None:
                self.dz[i - 1][...] = dx
                layers[i - 1].activation.backward(self.x[i], self.dz[i - 1])
        self.slopes = [
            {name: gradient.copy() for name, gradient in views.items()}
            for views in network.gradient_views
        ]
        network.add_penalty_gradients()
        self.gradients = network.gradients.copy()

    def place(self, layer: int, name: str, index: int) -> int:
        """Return where a weight is in ``parameters``: number ``index`` of the array ``name``."""
        start = 0
        for i, views in enumerate(self.network.gradient_views):
            for each, view in views.items():
                if (i, each) == (layer, name):
                    return start + index
                start += view.size
        raise ValueError(f"layer {layer + 1} has no {name}")


def _target(network: Network, data: Dataset) -> np.ndarray:
    if data.classes is None:
        return np.asarray(data.targets, network.dtype)
    table = network.target_table(data.classes)
    return np.asarray(table[data.targets])


@dataclass(frozen=True, eq=False)
class Update:
    """One update of all parameters by the gradients of a trace.

    Attributes:
        optimizer: after it.
        rate: the learning rate that it used.
        before, after: the parameters.
        slots_before: what the optimizer remembered.
        loss: of the same mini-batch, after it.
        output: what the network gives for that, after it.
    """

    optimizer: Optimizer
    rate: float
    before: np.ndarray
    after: np.ndarray
    slots_before: list[np.ndarray]
    loss: float
    output: np.ndarray

    @classmethod
    def of(cls, trace: Trace, optimizer: Optimizer) -> Update:
        """Return the update that ``optimizer`` makes, which is copied."""
        optimizer = copy.deepcopy(optimizer)
        learning_rate = getattr(optimizer, "learning_rate", np.nan)
        rate = learning_rate(optimizer.iterations) if callable(learning_rate) else learning_rate
        before = trace.network.parameters.copy()
        slots = [slot.copy() for slot in optimizer.slots]
        after = before.copy()
        with np.errstate(all="ignore"):
            optimizer.update(after, trace.gradients.copy())
        loss, output = loss_with(trace, after)
        return cls(optimizer, float(rate), before, after, slots, loss, output)


def loss_with(trace: Trace, parameters: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the mean loss of the trace's mini-batch and its outputs with other parameters.

    What is random, such as Dropout, is as it was, so that both losses can be compared.
    """
    network = trace.network
    kept = network.parameters.copy()
    network.parameters = parameters
    x = trace.x[0]
    with np.errstate(all="ignore"):
        for layer, shape, p in zip(network.layers, network.shapes[1:], trace.passes, strict=True):
            z = np.empty((len(x), *shape), network.dtype)
            residuals = {name: np.empty_like(array) for name, array in p.residuals.items()}
            layer.forward(x, z, Pass(training=True, key=p.key, residuals=residuals))
            x = z.copy()
            layer.activation.forward(x)
        loss = network.loss.value(z, x, trace.t) / trace.count
    network.parameters = kept
    return loss, x
