"""Learn how a column of numbers goes on, and say how far one gets without learning.

    python examples/curve.py [TABLE [COLUMN]]

Without a table it is a curve of two waves.
"""

import sys
from itertools import islice
from pathlib import Path

from nn import GRU, Adam, CosineDecay, Dense, Sequential
from nn.data.curves import curve
from nn.data.series import columns_of, parted, series_of
from nn.data.tables import read_table
from nn.forecasting import continued, one_step_ahead, yardsticks

STEPS, BATCH, EPOCHS = 32, 16, 60

if len(sys.argv) > 1:
    table = read_table(Path(sys.argv[1]).read_bytes())
    series = series_of(table, *sys.argv[2:3])
else:
    series = curve("two_waves", 400, noise=0.0, rng=1)

# The last fifth is held out.
parts = parted(series, STEPS, 0.2)
model = Sequential([GRU(32, return_sequences=True), Dense(1)], inputs=parts.scaling)
model.columns = columns_of(series.name, parts.scaling)
rate = CosineDecay(0.01, EPOCHS * -(-len(parts.train) // BATCH))
model.compile(Adam(rate), "mean_squared_error", engine="wasm")
model.fit(parts.train.inputs, parts.train.targets, BATCH, EPOCHS, rng=1)

found = yardsticks(series.values, one_step_ahead(model, series.values, parts.start))
print(f"{series.name}: off by, on average, one step ahead on the held-out end")
for name, error in vars(found).items():
    print(f"  {name:<14} {error:.4g}")
print(
    "and then:", " ".join(f"{value:.4g}" for value in islice(continued(model, series.values), 10))
)
