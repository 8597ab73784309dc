"""PyTorch outside the browser, on one thread, learning which character comes next."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.characters import Task, network


class PyTorch:
    """A task's network, with the weights that all start from."""

    def __init__(self, task: Task) -> None:
        """Raise an ImportError where PyTorch is not installed."""
        import torch

        torch.set_num_threads(1)
        self._torch: Any = torch
        self._task = task
        layers = network(task, "numpy").layers
        views = [view.copy() for layer in layers for view in layer.views.values()]
        self._model = (_gru if task.kind == "gru" else _attention)(torch, task, views)
        self._optimizer = torch.optim.Adam(self._model.parameters(), lr=task.rate, eps=1e-7)
        self._text = torch.from_numpy(task.text().astype(np.int64))
        self._place, self._loss = 0, 0.0

    def train(self, batches: int) -> float:
        """Train with so many mini-batches; return seconds."""
        task, start = self._task, time.process_time()
        for _ in range(batches):
            rows = [(self._place + i) % task.windows for i in range(task.batch)]
            self._place = (self._place + task.batch) % task.windows
            text = self._text[rows]
            self._optimizer.zero_grad()
            logits = self._model(text[:, :-1])
            loss = self._torch.nn.functional.cross_entropy(
                logits.reshape(-1, task.letters), text[:, 1:].reshape(-1)
            )
            loss.backward()
            self._optimizer.step()
            self._loss = loss.item()
        return time.process_time() - start

    def loss(self) -> float:
        return self._loss


def _copied(torch: Any, *pairs: tuple[Any, np.ndarray]) -> None:
    with torch.no_grad():
        for parameter, values in pairs:
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(values, np.float32)))


def _gru(torch: Any, task: Task, views: list[np.ndarray]) -> Any:
    table, kernel, recurrent, bias, last, last_bias = views

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(task.letters, task.embedded)
            self.gru = torch.nn.GRU(task.embedded, task.units, batch_first=True)
            self.last = torch.nn.Linear(task.units, task.letters)

        def forward(self, x: Any) -> Any:
            return self.last(self.gru(self.table(x))[0])

    def reordered(columns: np.ndarray) -> np.ndarray:
        """PyTorch has the reset gate first."""
        z, r, c = np.split(columns, 3, axis=-1)
        return np.concatenate([r, z, c], axis=-1)

    model = Network()
    _copied(
        torch,
        (model.table.weight, table),
        (model.gru.weight_ih_l0, reordered(kernel).T),
        (model.gru.weight_hh_l0, reordered(recurrent).T),
        (model.gru.bias_ih_l0, reordered(bias[0])),
        (model.gru.bias_hh_l0, reordered(bias[1])),
        (model.last.weight, last.T),
        (model.last.bias, last_bias),
    )
    return model


def _attention(torch: Any, task: Task, views: list[np.ndarray]) -> Any:
    functional, width, heads = torch.nn.functional, task.units, 4

    class Block(torch.nn.Module):  # type: ignore[misc]
        def __init__(self, weights: list[np.ndarray]) -> None:
            super().__init__()
            self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(width, 1e-5) for _ in range(2))
            self.inside = torch.nn.Linear(width, 3 * width)
            self.outside = torch.nn.Linear(width, width)
            self.wider = torch.nn.Linear(width, 4 * width)
            self.narrower = torch.nn.Linear(4 * width, width)
            _, _, q, qb, k, kb, v, vb, o, ob, _, _, w, wb, n, nb = weights
            inside = np.concatenate([m.reshape(width, width) for m in (q, k, v)], axis=1)
            _copied(
                torch,
                (self.inside.weight, inside.T),
                (self.inside.bias, np.concatenate([b.ravel() for b in (qb, kb, vb)])),
                (self.outside.weight, o.reshape(width, width).T),
                (self.outside.bias, ob),
                (self.wider.weight, w.T),
                (self.wider.bias, wb),
                (self.narrower.weight, n.T),
                (self.narrower.bias, nb),
            )

        def forward(self, x: Any) -> Any:
            parts = self.inside(self.norms[0](x)).chunk(3, dim=-1)
            q, k, v = (
                part.reshape(*x.shape[:2], heads, width // heads).transpose(1, 2) for part in parts
            )
            seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + self.outside(seen.transpose(1, 2).reshape(x.shape))
            return x + self.narrower(torch.relu(self.wider(self.norms[1](x))))

    class Network(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(task.letters, width)
            self.positions = torch.nn.Parameter(torch.zeros(task.steps, width))
            self.blocks = torch.nn.Sequential(Block(views[2:18]), Block(views[18:34]))
            self.last = torch.nn.Linear(width, task.letters)
            _copied(
                torch,
                (self.table.weight, views[0]),
                (self.positions, views[1]),
                (self.last.weight, views[34].T),
                (self.last.bias, views[35]),
            )

        def forward(self, x: Any) -> Any:
            return self.last(self.blocks(self.table(x) + self.positions))

    return Network()
