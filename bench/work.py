"""What is measured: networks, mini-batches, and who can train them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np

CLASSES = 10


@dataclass(frozen=True)
class Net:
    """A network and how it is trained.

    Attributes:
        widths: inputs and units, from input to output.
        hidden: activation of the hidden layers.
        loss: half_squared_error, after a sigmoid, or categorical_crossentropy, after a softmax.
        optimizer, rate: sgd or adam, with its learning rate.
        biases: whether layers have them; they start at 0.
        scale, offset: what a byte of a picture is made into.
        off, on: targets of the classes that are not, and of the one that is, the label.
    """

    widths: tuple[int, ...]
    hidden: str
    loss: str
    optimizer: str
    rate: float
    biases: bool
    scale: float
    offset: float
    off: float
    on: float

    @property
    def name(self) -> str:
        return "-".join(map(str, self.widths))

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    def kernels(self) -> list[np.ndarray]:
        """Where training starts, the same for everybody: float32, (inputs, units) each."""
        rng = np.random.default_rng(1)
        return [
            rng.uniform(-0.5, 0.5, (inputs, units)).astype(np.float32)
            if self.hidden == "sigmoid"
            else rng.normal(0, np.sqrt(2 / inputs), (inputs, units)).astype(np.float32)
            for inputs, units in zip(self.widths, self.widths[1:], strict=False)
        ]

    def value(self, outputs: np.ndarray, labels: np.ndarray) -> float:
        """Return the mean loss of ``outputs``, (n, 10), for n labels."""
        if self.loss == "categorical_crossentropy":
            right = outputs[np.arange(len(labels)), labels]
            return float(-np.log(np.maximum(right, 1e-12)).mean())
        targets = np.where(np.arange(CLASSES) == labels[:, None], self.on, self.off)
        return float(0.5 * np.square(outputs - targets).sum(axis=1).mean())


TUTORIAL = Net(
    (784, 100, 10),
    hidden="sigmoid",
    loss="half_squared_error",
    optimizer="sgd",
    rate=0.2,
    biases=False,
    scale=0.99 / 255,
    offset=0.01,
    off=0.0,
    on=0.99,
)
DEEPER = Net(
    (784, 256, 128, 10),
    hidden="relu",
    loss="categorical_crossentropy",
    optimizer="adam",
    rate=0.001,
    biases=True,
    scale=1 / 255,
    offset=0.0,
    off=0.0,
    on=1.0,
)
BATCHES = (1, 10, 64, 256)


class Speed(NamedTuple):
    """How much is done a second.

    Attributes:
        busy: of the time that the working thread had a processor, so that other programs on the
            machine do not count; of the time on the wall, where the system does not say.
        wall: of the time on the wall.
    """

    busy: float
    wall: float


@dataclass(frozen=True)
class Work:
    net: Net
    batch: int

    @property
    def name(self) -> str:
        return f"{self.net.name}, batch {self.batch}"

    @property
    def warm_up(self) -> int:
        """Samples that everybody is trained on before the clock counts, and then asked about."""
        return max(320, 20 * self.batch)


WORKS = tuple(Work(net, batch) for net in (TUTORIAL, DEEPER) for batch in BATCHES)
TO_ACCURACY = Work(DEEPER, 64)
GOALS = (0.97, 0.98)


@dataclass(frozen=True, eq=False)
class Peer:
    """Who is measured.

    Attributes:
        name: what readers are shown.
        module: its file in peers/; PyTorch, which runs outside the browser, has none.
        options: handed to the module.
        nets: networks that it can train as they are meant to be.
        batches: sizes of mini-batches that it knows.
        strict: whether nothing is different, so that it has to learn exactly what the others do.
        learns: whether it is fast enough to be taken to an accuracy.
    """

    name: str
    module: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    nets: tuple[Net, ...] = (TUTORIAL, DEEPER)
    batches: tuple[int, ...] = BATCHES
    strict: bool = True
    learns: bool = True

    def does(self, work: Work) -> bool:
        return work.net in self.nets and work.batch in self.batches


NUMPY = "nn, NumPy"
SIMD = "nn, WebAssembly SIMD"
RELAXED = "nn, WebAssembly relaxed SIMD"
TFJS = "TensorFlow.js wasm"
JAX = "jax-js wasm"
MATHJS = "math.js, as tutorials do"
PYTORCH = "PyTorch native, one thread"

PEERS = (
    Peer(NUMPY, "pyodide.js", {"engine": "numpy"}),
    Peer(SIMD, "pyodide.js", {"engine": "simd"}),
    Peer(RELAXED, "pyodide.js", {"engine": "relaxed"}),
    Peer(TFJS, "tfjs.js", {"backend": "wasm"}),
    Peer("TensorFlow.js cpu", "tfjs.js", {"backend": "cpu"}, learns=False),
    Peer(JAX, "jax.js"),
    Peer("ConvNetJS", "convnet.js", nets=(TUTORIAL,), strict=False),
    Peer("brain.js", "brain.js", nets=(TUTORIAL,), batches=(1,), strict=False),
    Peer(MATHJS, "mathjs.js", nets=(TUTORIAL,), batches=(1,)),
    Peer(PYTORCH),
)
"""NumPy first: what it has learnt is what the others are held to."""

MATMUL = "nn.engine.matmul"
MATMUL_SIMD = "nn.engine.matmul, without relaxed SIMD"
MATMUL_NUMPY = "NumPy in Pyodide"
MATMUL_SCIPY = "SciPy's sgemm in Pyodide"
MATMUL_BOUND = "multiply-adds in registers alone"
PRODUCTS = {
    MATMUL_NUMPY: "numpy",
    MATMUL_SCIPY: "scipy",
    MATMUL_SIMD: "simd",
    MATMUL: "relaxed",
    MATMUL_BOUND: "bound",
}
"""Ways to multiply matrices, and what in_pyodide.py calls them; the last bounds the others."""

SHAPES = (
    (64, 784, 100),
    (784, 64, 100),
    (64, 784, 256),
    (64, 256, 128),
    (512, 512, 512),
    (1000, 1000, 1000),
)
"""(m, k, n) of (m, k) by (k, n): what training multiplies, and two that everybody quotes."""
