"""What a slider can be set to."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """What a slider can be set to.

    Attributes:
        name: what it stands for.
        low, high: its ends.
        step: from one place of the slider to the next; the number beside it may be any.
        kind: a class of CSS that it is shown in.
    """

    name: str
    low: float
    high: float
    step: float
    kind: str = ""

    @classmethod
    def over(cls, name: str, low: float, high: float, whole: bool = False) -> Scale:
        """Return a scale from about ``low`` to about ``high`` in steps of 1, 2 or 5 times 10ⁿ.

        Args:
            name: what the slider stands for.
            low, high: its ends, moved outwards to the next step.
            whole: whether there are whole numbers only.
        """
        if not low < high:
            margin = max(1.0, abs(low) / 100)
            low, high = low - margin, low + margin
        finest = (high - low) / 200
        power = 10.0 ** math.floor(math.log10(finest))
        step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= finest * 0.999)
        step = max(step, 1.0) if whole else step
        return cls(name, math.floor(low / step) * step, math.ceil(high / step) * step, step)

    def nearest(self, value: float) -> float:
        """Return the place of the slider that is nearest to ``value``."""
        steps = round((min(max(value, self.low), self.high) - self.low) / self.step)
        return self.low + steps * self.step
