"""The compiled matrix product alone: `python examples/matmul.py`, or in any page with Pyodide.

In a terminal NumPy has a BLAS of its own, which is what `matmul` uses there.
"""

import time

import numpy as np

from nn.engine import matmul

rng = np.random.default_rng(1)
a, b = rng.normal(size=(2, 512, 512)).astype(np.float32)
for name, product in (("NumPy", np.matmul), ("nn", matmul)):
    seconds = []
    for _ in range(20):  # the first time, code is made
        start = time.perf_counter()
        c = product(a, b)
        seconds.append(time.perf_counter() - start)
    speed = 2 * 512**3 / min(seconds) / 1e9
    print(f"{name}: {speed:.1f} GFLOP/s, c[0, 0] = {c[0, 0]:.4f}")
