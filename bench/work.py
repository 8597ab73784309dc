"""What is measured: networks, mini-batches, and who can train them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bench.nets import CONVOLUTIONAL, DEEPER, TUTORIAL, Net

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
        """Samples that everybody is trained on before the clock counts, and then asked about.

        Of convolutions fewer, since some need half a minute for them as it is.
        """
        return max(320, (20 if self.net.dense else 10) * self.batch)


DENSE_WORKS = tuple(Work(net, batch) for net in (TUTORIAL, DEEPER) for batch in BATCHES)
CONV = Work(CONVOLUTIONAL, 64)
WORKS = (*DENSE_WORKS, CONV)
TO_ACCURACY = Work(DEEPER, 64)
GOALS = (0.97, 0.98)


@dataclass(frozen=True, eq=False)
class Peer:
    """Who is measured.

    Attributes:
        key: what it is called on the command line.
        name: what readers are shown.
        module: its file in peers/; PyTorch, which runs outside the browser, has none.
        options: handed to the module.
        nets: networks that it can train.
        batches: sizes of mini-batches that it knows.
        strict: whether nothing is different, so that it has to learn exactly what the others do.
        learns: whether it is fast enough to be taken to an accuracy.
    """

    key: str
    name: str
    module: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    nets: tuple[Net, ...] = (TUTORIAL, DEEPER, CONVOLUTIONAL)
    batches: tuple[int, ...] = BATCHES
    strict: bool = True
    learns: bool = True

    def does(self, work: Work) -> bool:
        return work.net in self.nets and work.batch in self.batches


NUMPY = "nn, NumPy"
SIMD = "nn, WebAssembly SIMD"
RELAXED = "nn, WebAssembly relaxed SIMD"
TFJS = "TensorFlow.js wasm"
TFJS_CPU = "TensorFlow.js cpu"
JAX = "jax-js wasm"
CONVNET = "ConvNetJS"
MATHJS = "math.js, as tutorials do"
PYTORCH = "PyTorch native, one thread"

_DENSE = (TUTORIAL, DEEPER)

PEERS = (
    Peer("numpy", NUMPY, "pyodide.js", {"engine": "numpy"}),
    Peer("simd", SIMD, "pyodide.js", {"engine": "simd"}),
    Peer("relaxed", RELAXED, "pyodide.js", {"engine": "relaxed"}),
    Peer("tfjs", TFJS, "tfjs.js", {"backend": "wasm"}, _DENSE),
    Peer("tfjs-cpu", TFJS_CPU, "tfjs.js", {"backend": "cpu"}, learns=False),
    Peer("jax", JAX, "jax.js"),
    Peer("convnet", CONVNET, "convnet.js", nets=(TUTORIAL, CONVOLUTIONAL), strict=False),
    Peer("brain", "brain.js", "brain.js", nets=(TUTORIAL,), batches=(1,), strict=False),
    Peer("mathjs", MATHJS, "mathjs.js", nets=(TUTORIAL,), batches=(1,)),
    Peer("pytorch", PYTORCH),
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
