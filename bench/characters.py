"""Characters to learn from, and the networks that learn: a GRU, and attention."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nn.data import Dataset
from nn.engine.protocol import Engine
from nn.layers import GRU, Dense, Embedding, Layer, PositionEmbedding, TransformerBlock
from nn.model import Sequential
from nn.optimizers import Adam


@dataclass(frozen=True)
class Task:
    """What everybody does.

    Attributes:
        kind: "gru" or "attention".
        units: of the GRU; numbers that stand for a character, in attention.
        embedded: numbers that stand for a character, before the GRU.
        letters: how many different characters there are.
        steps: characters that are learnt from at a time.
        batch: how many such windows make a mini-batch.
        windows: how many windows the text has.
        rate: Adam's learning rate.
    """

    kind: str = "gru"
    units: int = 128
    embedded: int = 32
    letters: int = 65
    steps: int = 64
    batch: int = 32
    windows: int = 512
    rate: float = 0.001

    @property
    def name(self) -> str:
        what = f"GRU {self.units}" if self.kind == "gru" else f"2 blocks, {self.units} wide"
        return f"{what}, {self.steps} steps, batch {self.batch}"

    def text(self) -> np.ndarray:
        """Return (windows, steps + 1) characters, of which each makes some others likely."""
        rng = np.random.default_rng(1)
        likely = rng.integers(0, self.letters, (self.letters, 4))
        text = np.zeros((self.windows, self.steps + 1), np.uint8)
        for t in range(self.steps):
            text[:, t + 1] = likely[text[:, t], rng.integers(0, 4, self.windows)]
        return text

    def data(self) -> Dataset:
        text = self.text()
        return Dataset(text[:, :-1].copy(), text[:, 1:].astype(np.intp), self.letters)


def network(task: Task, engine: Engine | str) -> Sequential:
    """Return the network of a task, with the weights that all start from."""
    body: list[Layer] = [Embedding(task.letters, task.embedded)]
    if task.kind == "gru":
        body.append(GRU(task.units, return_sequences=True))
    else:
        body = [Embedding(task.letters, task.units), PositionEmbedding()]
        body += [TransformerBlock(4, task.units // 4, 4 * task.units) for _ in range(2)]
    model = Sequential([*body, Dense(task.letters, "softmax")])
    model.compile(Adam(task.rate), "categorical_crossentropy", engine=engine)
    model.build((task.steps,), 1)
    return model
