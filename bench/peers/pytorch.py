"""PyTorch outside the browser, on one thread, where it is installed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

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
        layers: list[Any] = []
        kernels = net.kernels()
        for i, kernel in enumerate(kernels):
            layer = torch.nn.Linear(*kernel.shape, bias=net.biases)
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(kernel.T))
                if net.biases:
                    layer.bias.zero_()
            layers.append(layer)
            if i < len(kernels) - 1:
                layers.append(torch.nn.Sigmoid() if net.hidden == "sigmoid" else torch.nn.ReLU())
        squared = net.loss == "half_squared_error"
        if squared:
            layers.append(torch.nn.Sigmoid())
        model = torch.nn.Sequential(*layers)
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[net.optimizer]
        optimizer = kind(model.parameters(), lr=net.rate)
        train = self._images.train
        assert train is not None
        labels = torch.from_numpy(train.targets.astype(np.int64))
        targets = torch.nn.functional.one_hot(labels, 10) * (net.on - net.off) + net.off
        x = self._inputs(work, test=False)

        def loss(y: Any, rows: Any) -> Any:
            if squared:
                return (
                    0.5 * torch.nn.functional.mse_loss(y, targets[rows], reduction="sum") / len(y)
                )
            return torch.nn.functional.cross_entropy(y, labels[rows])

        def step(rows: Any) -> None:
            optimizer.zero_grad()
            loss(model(x[rows]), rows).backward()
            optimizer.step()

        self._networks[work.name] = (model, step)
        self._place = 0

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
        """All pictures, scaled once and kept."""
        net = work.net
        key = net.scale, net.offset, test
        if key not in self._scaled:
            data = self._images.test if test else self._images.train
            assert data is not None
            scaled = data.inputs.astype(np.float32) * net.scale + net.offset
            self._scaled[key] = self._torch.from_numpy(scaled.astype(np.float32))
        return self._scaled[key]
