"""What a network does with one sample, number by number: forward, back, and one update.

:class:`~nn.explain.trace.Trace` computes it with the layers' own ``forward`` and ``backward`` and
keeps every number on the way. :mod:`~nn.explain.links` says of which products each number is the
sum; :class:`~nn.explain.walk.Walk` puts it all into words, page after page, for one unit of each
layer and one weight, and a :class:`~nn.explain.place.Place` is where somebody stands in it.

Of a prediction, :func:`nn.explain.why.why` says what spoke for the best answers and what against,
and :mod:`nn.explain.changes` which change of one input would lead to another.

>>> import numpy as np
>>> from nn import Dense, Sequential
>>> from nn.data import Dataset
>>> from nn.optimizers import SGD
>>> model = Sequential([Dense(1)])
>>> model.compile(SGD(0.1), "half_squared_error")
>>> model.build(1, 0)
>>> model.parameters = [0.5, 0.0]
>>> sample = Dataset(np.array([[2.0]]), np.array([[3.0]]))
>>> walk = Walk(model, sample, model.optimizer)
>>> [walk.short(stop) for stop in range(len(walk.stops))]
['Sample', '1 Dense', 'Loss', 'Back 1', 'Update', 'After']
>>> line = walk.page(4).line("new w")
>>> line.formula, round(line.value, 4)
('new w = w − rate · gradient', 0.9)
"""

from nn.explain.lines import Line, Number, Page, Term, Terms
from nn.explain.place import Place
from nn.explain.trace import Trace, Update
from nn.explain.walk import Walk, needed, next_update

__all__ = [
    "Line",
    "Number",
    "Page",
    "Place",
    "Term",
    "Terms",
    "Trace",
    "Update",
    "Walk",
    "needed",
    "next_update",
]
