"""A machine that finds out whatever a kernel writes outside the arrays that it may change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nn.engine.wasm import machine
from nn.engine.wasm.machine import Argument, InOut, Library, Scratch, Wasmtime

_UNTOUCHED = 0xFF


class Guarded(Wasmtime):
    def load(self, module: bytes) -> Library:
        return _Watched(self, super().load(module))

    def reserve(self, size: int) -> np.ndarray:
        memory = super().reserve(size)
        memory[...] = _UNTOUCHED
        return memory


class _Watched:
    def __init__(self, guarded: Guarded, library: Library) -> None:
        self._guarded = guarded
        self._library = library

    def run(self, function: str, words: Sequence[Argument]) -> None:
        self._library.run(function, words)
        memory = np.ctypeslib.as_array(self._guarded.memory.get_buffer_ptr(self._guarded.store))
        places = machine._places(words)
        outside = np.ones(len(memory), dtype=bool)
        for word, place in zip(words, places, strict=False):
            if isinstance(word, int):
                continue
            end = place + machine._size(word)
            outside[place:end] = False
            if not isinstance(word, InOut | Scratch):
                assert memory[place:end].tobytes() == word.tobytes(), (
                    "a kernel wrote to what it only reads"
                )
        outside[places[-1] : places[-1] + 4 * len(words)] = False
        assert (memory[outside] == _UNTOUCHED).all(), "a kernel wrote outside its arrays"
