"""The kernel that warps pictures equals NumPy to the last bit, and stays within its arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn.engine
from nn import Augmentation
from nn.data import affine
from nn.data.affine import ONE
from nn.engine.wasm.kernels import augment
from nn.engine.wasm.machine import CompileError, Library, Wasmtime
from tests.unit.wasm_guarded import Guarded

GUARDED = Guarded(relaxed=False)


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def maps(n: int, height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return what an augmentation with large amounts asks for."""
    draws = np.random.default_rng(seed).uniform(-1, 1, (n, 4))
    return Augmentation(3, 60, 0.5)._maps(draws, height, width)


def by_the_kernel(
    pictures: np.ndarray, maps: np.ndarray, machine: Wasmtime = GUARDED
) -> np.ndarray:
    """Nothing may be left to NumPy."""

    def refused(*arguments: object) -> None:
        raise AssertionError("this was left to NumPy")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(affine, "warp", refused)
        return augment.warp(machine, pictures, maps)


def check(pictures: np.ndarray, maps: np.ndarray) -> None:
    found = by_the_kernel(pictures, maps)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, affine.warp(pictures, maps))


@settings(max_examples=150)
@given(
    n=st.integers(0, 5),
    height=st.integers(1, 33),
    width=st.integers(1, 33),
    channels=st.integers(1, 5),
    seed=st.integers(0, 999),
)
def test_it_equals_numpy(n: int, height: int, width: int, channels: int, seed: int):
    check(noise(n, height, width, channels, seed=seed), maps(n, height, width, seed))


@pytest.mark.parametrize(
    "shape",
    [(1, 1, 1, 1), (3, 64, 64, 4), (2, 150, 5, 1), (2, 5, 300, 3), (50, 28, 28, 1), (2, 3, 3, 40),
     (0, 4, 4, 1), (2, 0, 4, 1), (2, 4, 0, 1), (2, 4, 4, 0)],
)  # fmt: skip
def test_it_equals_numpy_at_all_sizes(shape: tuple[int, int, int, int]):
    check(noise(*shape), maps(*shape[:3]))


@settings(max_examples=100)
@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    limit=st.sampled_from([2**31, 2**24, 2**18]),
    seed=st.integers(0, 999),
)
def test_it_equals_numpy_for_maps_of_any_numbers(height: int, width: int, limit: int, seed: int):
    # Even those that look further than there are numbers for: nothing outside is ever touched.
    rng = np.random.default_rng(seed)
    any_maps = rng.integers(-limit, limit, (4, 2, 3)).astype(np.int32)
    check(noise(4, height, width, 2), any_maps)


@pytest.mark.parametrize("right", [-30.0, -5.0, -4.998, -4.99, -1.0, 0.0, 0.002, 4.99, 5.0, 30.0])
def test_it_equals_numpy_at_the_edges(right: float):
    here = np.array([[[ONE, 0, round(right * ONE)], [0, ONE, 0]]], np.int32)
    pictures = noise(1, 5, 5, 1)
    check(pictures, here)
    check(pictures, here[:, ::-1, [1, 0, 2]])


def test_zeros_stay_zeros_and_pictures_apart():
    pictures = np.zeros((3, 9, 9, 1), np.uint8)
    pictures[1] = 255
    found = by_the_kernel(pictures, maps(3, 9, 9))
    assert not found[[0, 2]].any() and found[1].any()
    check(pictures, maps(3, 9, 9))


def test_arrays_may_have_any_strides():
    pictures, any_maps = noise(8, 20, 12, 3), maps(8, 10, 12)
    check(pictures[::-2, ::2], any_maps[::2])
    check(pictures[..., 1:2].transpose(0, 2, 1, 3), any_maps)


@pytest.mark.parametrize("last", ["pictures", "maps"])
@pytest.mark.parametrize("width", [3, 16, 21])
def test_it_reads_nothing_behind_its_arrays(last: str, width: int):
    # What it reads too much might change nothing: only the end of all memory shows it.
    machine = Wasmtime(relaxed=False)
    library = machine.load(augment.module())
    pictures, some_maps = noise(3, 7, width, 1), maps(3, 7, width)
    memory = machine.reserve(65536)
    places = {"pictures": 1024, "result": 8192, "maps": 2048, "scratch": 16384}
    places[last] = len(memory) - {"pictures": pictures, "maps": some_maps}[last].nbytes
    for place, array in ((places["pictures"], pictures), (places["maps"], some_maps)):
        memory[place : place + array.nbytes] = np.frombuffer(array.tobytes(), np.uint8)
    words = {**places, "n": 3, "height": 7, "width": width, "channels": 1}
    table = np.array([words[name] for name in augment.ARGUMENTS], dtype=np.uint32)
    memory[: table.nbytes] = table.view(np.uint8)
    library._call("warp", 0)
    found = memory[8192 : 8192 + pictures.nbytes].reshape(pictures.shape)
    np.testing.assert_array_equal(found, affine.warp(pictures, some_maps))


class Full(Wasmtime):
    def reserve(self, size: int) -> np.ndarray:
        raise MemoryError("no room")


class Old(Wasmtime):
    def load(self, module: bytes) -> Library:
        raise CompileError("unknown instruction")


@pytest.mark.parametrize("kind", [Full, Old])
def test_where_it_cannot_run_numpy_does_it(kind: type[Wasmtime]):
    pictures, some_maps = noise(3, 7, 9, 2), maps(3, 7, 9)
    found = augment.warp(kind(relaxed=False), pictures, some_maps)
    np.testing.assert_array_equal(found, affine.warp(pictures, some_maps))


def test_in_a_terminal_numpy_does_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(augment, "warp", None)
    pictures, some_maps = noise(3, 7, 9, 2), maps(3, 7, 9)
    found = nn.engine.warp(pictures, some_maps)
    np.testing.assert_array_equal(found, affine.warp(pictures, some_maps))


def test_in_a_browser_the_kernel_does_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nn.engine.sys, "platform", "emscripten")
    monkeypatch.setattr("nn.engine.wasm.machine.machine", lambda: GUARDED)
    monkeypatch.setattr(affine, "warp", None)
    pictures = noise(20, 28, 28)
    augmentation = Augmentation(2, 20, 0.2)
    found = augmentation(pictures, np.random.default_rng(5))
    monkeypatch.undo()
    np.testing.assert_array_equal(found, augmentation(pictures, np.random.default_rng(5)))
