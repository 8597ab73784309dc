"""Learns from a table what flats cost, and answers while it learns and while one types."""

import asyncio

import numpy as np
from pyscript import document, when

from nn import Adam, Dense, Sequential
from nn.data import Dataset
from nn.training import training

rng = np.random.default_rng(1)
flats = np.stack([rng.integers(1, 8, 300), rng.integers(0, 6, 300)], axis=1).astype(np.float32)
prices = 50 * flats[:, 0] + 10 * flats[:, 1] + rng.normal(0, 5, 300)  # in thousands

model = Sequential([Dense(16, activation="tanh"), Dense(1)])
model.build(2, rng=rng)
model.compile(optimizer=Adam(0.02), loss="mean_squared_error")


@when("input", "#rooms, #floor")
def answer(event):
    flat = [float(document.getElementById(name).value or 0) for name in ("rooms", "floor")]
    price = 500 * model.predict(np.array([flat], np.float32))[0, 0]
    document.getElementById("price").textContent = f"{price:.0f} thousand"


data = Dataset(flats, (prices[:, None] / 500).astype(np.float32))
for progress in training(model, data, batch_size=10, epochs=100, rng=rng, budget=0.005):
    document.getElementById("told").textContent = f"Epoch {progress.epoch} of {progress.epochs}"
    answer(None)
    await asyncio.sleep(0)  # the page draws, and takes what is typed
document.getElementById("told").textContent = "Trained: change a number"
