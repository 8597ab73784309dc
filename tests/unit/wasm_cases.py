"""Networks to train in two engines, and whether both came to the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nn.data import Dataset
from nn.engine.numpy import NumpyEngine
from nn.engine.protocol import Engine
from nn.engine.wasm.program import WasmEngine, WasmProgram
from nn.layers import Dense, Rescaling
from nn.model import Sequential
from nn.optimizers import SGD, Optimizer
from nn.regularizers import L1L2
from tests.unit.wasm_guarded import Guarded

NUMPY = NumpyEngine()
WASM = WasmEngine(Guarded(relaxed=True))
PLAIN_SIMD = WasmEngine(Guarded(relaxed=False))

TUTORIAL_INPUTS = Rescaling(0.99 / 255, 0.01)


@dataclass
class Case:
    """A network and what it is trained on."""

    features: int
    layers: list[tuple[int, str]]
    loss: str
    optimizer: Callable[[], Optimizer]
    inputs: Rescaling
    data: Dataset
    use_bias: bool = True
    regularizer: L1L2 | None = None
    target_range: tuple[float, float] = (0.0, 1.0)

    def model(self, engine: Engine, dtype: str = "float32") -> Sequential:
        model = Sequential(
            [
                Dense(units, activation, self.use_bias, kernel_regularizer=self.regularizer)
                for units, activation in self.layers
            ],
            self.inputs,
            dtype,
        )
        model.compile(self.optimizer(), self.loss, self.target_range, engine)
        model.build(self.features, np.random.default_rng(1))
        # Biases that start at 0 would hide where they are added.
        for layer in model.layers:
            if layer.bias is not None:
                layer.bias[...] = np.random.default_rng(2).normal(0, 0.1, layer.bias.shape)
        return model


def pictures(rng: np.random.Generator, count: int, features: int, ink: float) -> np.ndarray:
    """Bytes of which a share of ``ink`` is not 0."""
    bytes_ = rng.integers(1, 256, (count, features))
    return (bytes_ * (rng.random((count, features)) < ink)).astype(np.uint8)


def digits(count: int = 120, ink: float = 0.2, seed: int = 0) -> Dataset:
    rng = np.random.default_rng(seed)
    return Dataset(pictures(rng, count, 784, ink), rng.integers(0, 10, count), 10)


def tutorial(data: Dataset, use_bias: bool = False) -> Case:
    """The reference run's network."""
    return Case(
        784,
        [(100, "sigmoid"), (10, "sigmoid")],
        "half_squared_error",
        lambda: SGD(0.2),
        TUTORIAL_INPUTS,
        data,
        use_bias,
        target_range=(0.0, 0.99),
    )


def relative(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference, as a share of the largest number."""
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30))


def trained(case: Case, engine: Engine, batch_size: int, dtype: str = "float32") -> list[object]:
    """Train, test, predict and work out gradients; return all that comes of it."""
    model = case.model(engine, dtype)
    program = model.program
    rng = np.random.default_rng(3)
    order = rng.integers(0, len(case.data), 3 * batch_size + 1)
    totals = [program.train(case.data, part, batch_size) for part in np.array_split(order, 2)]
    parameters, slots = model.parameters.copy(), [s.copy() for s in model.optimizer.slots]
    totals.append(program.gradients(case.data, order[:batch_size]))
    gradients = model.gradients.copy()
    stop = min(len(case.data), 70)
    evaluated, outputs = program.evaluate(case.data, 1, stop)
    predicted = program.predict(case.data.inputs[:5])
    return [
        *(total.loss for total in totals),
        evaluated.loss,
        np.array([total.correct for total in [*totals, evaluated]]),
        model.optimizer.iterations,
        parameters,
        gradients,
        outputs,
        predicted,
        *slots,
    ]


def agree(found: list[object], expected: list[object], tolerance: float) -> bool:
    return all(
        relative(np.asarray(a, dtype=float), np.asarray(b, dtype=float)) <= tolerance
        for a, b in zip(found, expected, strict=True)
    )


def same(case: Case, engine: Engine, batch_size: int) -> bool:
    """Whether an engine does what NumPy does."""
    assert isinstance(case.model(engine).program, WasmProgram)
    found = trained(case, engine, batch_size)
    # Rounding can tip a unit of relu, or a right answer, over its edge in float32: in one engine,
    # and not in the other. Then float64 says which was right.
    return any(
        agree(found, trained(case, NUMPY, batch_size, dtype), 1e-3)
        for dtype in ("float32", "float64")
    )
