"""What formats of other tools share about layers for sequences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nn.layers import Embedding, Layer
from nn.layers.recurrent import Recurrent


def refuse_padding(layers: Sequence[Layer], written: str) -> None:
    """Raise a ValueError where padding is passed over, which most tools do not.

    Args:
        layers: of a network.
        written: how it was to be written, and what goes through padding there.

    >>> from nn.layers import GRU
    >>> refuse_padding([Embedding(3, 2), GRU(4)], "as ONNX, which has no operators for that")
    """
    masked = False
    for layer in layers:
        masked = layer.mask_zero if isinstance(layer, Embedding) else masked
        if masked and isinstance(layer, Recurrent):
            kind = type(layer).__name__
            raise ValueError(
                f"{kind} after an Embedding with mask_zero cannot be written {written}"
            )


def in_gates(array: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """Return what a recurrent layer's gates have along the last axis, with them in another order.

    >>> in_gates(np.arange(8), (0, 3, 1, 2)).tolist()
    [0, 1, 6, 7, 2, 3, 4, 5]
    """
    parts = np.split(array, len(order), axis=-1)
    return np.concatenate([parts[gate] for gate in order], axis=-1)
