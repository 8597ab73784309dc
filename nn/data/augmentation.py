from __future__ import annotations

import numpy as np


class Augmentation:
    def __call__(self, pictures: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return pictures
