"""What several test files share: small digits made by code, and the real ones."""

import os

# One thread: the products here are too small for more to help, and NumPy reads this when imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from nn.data import Dataset, Images, read_folder

# A slow machine shall not fail a test, and a run shall repeat.
settings.register_profile("nn", deadline=None, derandomize=True)
settings.load_profile("nn")


@pytest.fixture(scope="session")
def digits() -> tuple[Dataset, Dataset]:
    """300 and 100 pictures like MNIST's: ten random shapes, each picture with noise of its own."""
    rng = np.random.default_rng(0)
    shapes = 255 * (rng.random((10, 784)) < 0.2)

    def draw(count: int) -> Dataset:
        labels = rng.integers(0, 10, count).astype(np.uint8)
        noise = rng.normal(0, 80, (count, 784))
        pictures = np.clip(shapes[labels] + noise, 0, 255).astype(np.uint8)
        return Dataset(pictures.reshape(-1, 28, 28, 1), labels, 10)

    return draw(300), draw(100)


@pytest.fixture(scope="session")
def mnist() -> Images:
    """The real ones, which `make test` puts into mnist/ before it runs the tests."""
    try:
        return read_folder(Path(__file__).parents[2] / "mnist")
    except ValueError as error:
        pytest.fail(f"{error}; `make test` puts MNIST there")
