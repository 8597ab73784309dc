"""PyTorch outside the browser, on one thread, where it is installed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.nets import Net
from bench.work import Speed, Work
from nn.data import Images


class PyTorch:
    """The interface of :class:`bench.tab.Tab`."""

    def __init__(self, images: Images, permutation: np.ndarray) -> None:
        """Raise an ImportError where it is not installed."""
        import torch

        torch.set_num_threads(1)
        self._torch: Any = torch
        self._images = images
        self._order = torch.from_numpy(permutation.astype(np.int64))
        self._scaled: dict[tuple[float, float, bool], Any] = {}
        self._networks: dict[str, Any] = {}
        self._place = 0

    def setup(self, work: Work) -> None:
        torch, net = self._torch, work.net
        model = self._model(net)
        if net.optimizer == "adam":
            # Beside what the others add to the root, its own 1e-8 shows in what is learnt.
            optimizer: Any = torch.optim.Adam(model.parameters(), lr=net.rate, eps=1e-7)
        else:
            optimizer = torch.optim.SGD(model.parameters(), lr=net.rate)
        train = self._images.train
        assert train is not None
        labels = torch.from_numpy(train.targets.astype(np.int64))
        targets = torch.nn.functional.one_hot(labels, 10) * (net.on - net.off) + net.off
        x = self._inputs(work, test=False)

        def loss(y: Any, rows: Any) -> Any:
            if net.loss == "categorical_crossentropy":
                return torch.nn.functional.cross_entropy(y, labels[rows])
            return 0.5 * torch.nn.functional.mse_loss(y, targets[rows], reduction="sum") / len(y)

        def step(rows: Any) -> None:
            optimizer.zero_grad()
            loss(model(x[rows]), rows).backward()
            optimizer.step()

        self._networks[work.name] = (model, step)
        self._place = 0

    def _model(self, net: Net) -> Any:
        """Make a network, which gives logits where a softmax follows."""
        nn = self._torch.nn
        squashed = nn.Sigmoid if net.loss == "half_squared_error" else None
        hidden = {"sigmoid": nn.Sigmoid, "relu": nn.ReLU}[net.hidden]
        kernels = iter(net.kernels())
        parts: list[Any] = []
        for i, layer in enumerate(net.layers):
            if layer.kernel:
                parts.append(self._connected(net, i, next(kernels)))
                activation = hidden if i < len(net.layers) - 1 else squashed
                parts += [activation()] if activation else []
            elif layer.kind == "pool":
                parts.append(nn.MaxPool2d(layer.window, layer.stride))
            else:
                parts.append(nn.Flatten())
        return nn.Sequential(*parts)

    def _connected(self, net: Net, i: int, kernel: np.ndarray) -> Any:
        """Make a layer with this kernel, units, then channels first, as PyTorch has it."""
        torch, layer = self._torch, net.layers[i]
        if layer.kind == "conv":
            part = torch.nn.Conv2d(
                layer.inputs[-1], layer.units, layer.window, layer.stride, bias=net.biases
            )
            kernel = kernel.transpose(3, 2, 0, 1)
        else:
            part = torch.nn.Linear(*kernel.shape, bias=net.biases)
            before = net.layers[i - 1] if i else layer
            if before.kind == "flatten":
                shape = *before.inputs, layer.units
                kernel = kernel.reshape(shape).transpose(2, 0, 1, 3).reshape(kernel.shape)
            kernel = kernel.T
        with torch.no_grad():
            part.weight.copy_(torch.from_numpy(kernel.copy()))
            if net.biases:
                part.bias.zero_()
        return part

    def train(self, work: Work, samples: int) -> float:
        start = time.process_time()
        _, step = self._networks[work.name]
        while samples > 0:
            end = min(self._place + min(work.batch, samples), len(self._order))
            step(self._order[self._place : end])
            samples -= end - self._place
            self._place = end % len(self._order)
        return time.process_time() - start

    def measure(self, work: Work, seconds: float) -> Speed:
        samples, busy, start = 0, 0.0, time.perf_counter()
        while (wall := time.perf_counter() - start) < seconds:
            busy += self.train(work, 4 * work.batch)
            samples += 4 * work.batch
        return Speed(samples / busy, samples / wall)

    def predict(self, work: Work, count: int) -> np.ndarray:
        torch = self._torch
        with torch.no_grad():
            y = self._networks[work.name][0](self._inputs(work, test=True)[:count])
            if work.net.loss == "categorical_crossentropy":
                y = torch.softmax(y, 1)
        outputs: np.ndarray = y.numpy()
        return outputs

    def _inputs(self, work: Work, test: bool) -> Any:
        """All pictures, scaled once and kept; pictures as such have their channels first."""
        net = work.net
        key = net.scale, net.offset, test
        if key not in self._scaled:
            data = self._images.test if test else self._images.train
            assert data is not None
            scaled = data.inputs.astype(np.float32) * net.scale + net.offset
            self._scaled[key] = self._torch.from_numpy(scaled.astype(np.float32))
        scaled = self._scaled[key]
        if len(net.shape) == 1:
            return scaled.reshape(-1, *net.shape)
        *sides, channels = net.shape
        return scaled.reshape(-1, *sides, channels).permute(0, 3, 1, 2).contiguous()
