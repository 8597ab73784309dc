"""MNIST as the page fetches it: what a visit begins with, then the rest of the training pictures.

Set-up writes the two files from the four of http://yann.lecun.com/exdb/mnist (`tools/start`):
the labels of all training and test pictures, the test pictures, and the first training pictures;
and the others. One byte a label or pixel, nothing else.
"""

from __future__ import annotations

import numpy as np

from nn.data.dataset import Dataset
from nn.data.images import Images
from nn.data.labels import DIGITS

TRAIN, TEST = 60_000, 10_000
"""How many pictures there are."""

_SHAPE = (28, 28, 1)
_PICTURE = 28 * 28


class Mnist:
    """The data set, while it arrives.

    Args:
        first: the bytes of the first file.

    Attributes:
        images: all of it; training pictures that have not arrived show nothing in particular.
        whole: whether all have arrived.

    Raises:
        ValueError: the file has another size, or labels that are no digits.
    """

    def __init__(self, first: bytes | memoryview) -> None:
        data = np.frombuffer(first, np.uint8)
        labels, test = TRAIN + TEST, TEST * _PICTURE
        arrived, odd = divmod(len(data) - labels - test, _PICTURE)
        if not 0 < arrived <= TRAIN or odd:
            raise ValueError(f"it has {len(data):,} bytes, which is not what set-up writes")
        # Not zeros: to write 47 MB would take longer than anything else here.
        pictures = np.empty((TRAIN, *_SHAPE), np.uint8)
        pictures.reshape(-1)[: arrived * _PICTURE] = data[labels + test :]
        self._rest = pictures[arrived:].reshape(-1)
        targets = data[:labels].astype(np.intp)
        self.images = Images(
            Dataset(pictures, targets[:TRAIN], DIGITS.count),
            Dataset(
                data[labels : labels + test].reshape(TEST, *_SHAPE), targets[TRAIN:], DIGITS.count
            ),
            f"{TRAIN:,} training pictures and {TEST:,} test pictures of MNIST",
        )
        self.whole = arrived == TRAIN

    def room(self) -> memoryview:
        """Return where the bytes of the second file belong; :meth:`arrived` says that they came.

        >>> mnist = Mnist(bytes(TRAIN + TEST + (TEST + 10_000) * 784))
        >>> len(mnist.room()), mnist.whole
        (39200000, False)
        """
        return self._rest.data

    def arrived(self) -> None:
        """Say that :meth:`room` has been filled."""
        self.whole = True
