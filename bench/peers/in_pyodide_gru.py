"""This project's engines, learning which character comes next: what gru_pyodide.js calls."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from bench.characters import Task, network
from nn.engine import named_engine


class Peer:
    def __init__(self, task: str, engine: str) -> None:
        self._task = Task(**json.loads(task))
        self._model = network(self._task, named_engine(engine))
        self._data = self._task.data()
        self._loss = 0.0

    def train(self, windows: Any) -> None:
        order = np.array(windows.to_py() if hasattr(windows, "to_py") else windows)
        self._loss = self._model.program.train(self._data, order, len(order)).loss / len(order)

    def loss(self) -> float:
        return self._loss
