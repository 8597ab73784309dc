"""What is random within layers: a hash, so that every engine finds the same numbers.

A number depends on the network's noise, the count of updates, the layer, and where it stands in the
mini-batch; on nothing else, such as how a mini-batch is divided. The hash is C. Wellons's
"lowbias32" (2018, https://github.com/skeeto/hash-prospector), whose every output bit depends on all
input bits.
"""

from __future__ import annotations

import numpy as np

_BITS = 0xFFFFFFFF
_UPDATE, LAYER = 0x9E3779B9, 0x85EBCA6B
"""Odd numbers that set updates and layers apart: of the golden ratio, and of MurmurHash3."""

FACTORS = (0x7FEB352D, 0x846CA68B)
SHIFTS = (16, 15, 16)
"""Of the hash: shift, multiply, shift, multiply, shift."""


def hashed(bits: np.ndarray) -> np.ndarray:
    """Return the hash of each of an array of uint32, which is used up.

    >>> hashed(np.array([0, 1, 2], dtype=np.uint32)).tolist()
    [0, 1753845952, 3507691905]
    """
    for shift, factor in zip(SHIFTS, (*FACTORS, 1), strict=True):
        bits ^= bits >> np.uint32(shift)
        bits *= np.uint32(factor)
    return bits


def update_keys(noise: int, first: int, count: int) -> np.ndarray:
    """Return a key, uint32, for each of ``count`` updates from number ``first`` on."""
    updates = np.arange(first, first + count, dtype=np.uint64)
    return hashed(((updates * _UPDATE + noise) & _BITS).astype(np.uint32))


def layer_key(update_key: int, index: int) -> int:
    """Return the key of a layer, by its index in the network, for an update."""
    return (int(update_key) + (index + 1) * LAYER) & _BITS


def random_bits(key: int, first: int, shape: tuple[int, ...]) -> np.ndarray:
    """Return uint32 of ``shape``, (n, ...), for samples of a mini-batch from ``first`` on."""
    size = int(np.prod(shape[1:]))
    places = np.arange(first * size, (first + shape[0]) * size, dtype=np.uint64)
    return hashed((places & _BITS).astype(np.uint32) ^ np.uint32(key)).reshape(shape)
