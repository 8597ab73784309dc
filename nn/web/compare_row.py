"""A run's line of the table of Compare, and what its line of the chart looks like."""

from __future__ import annotations

from nn.experiment.comparison import Run, described
from nn.experiment.layer_text import write_size
from nn.web import dom
from nn.web.charts import Line
from nn.web.figures import figure, percent
from nn.web.panels import S

_COLOURS = 8
_DASHES: tuple[tuple[int, ...], ...] = ((), (7, 3), (2, 3))
"""Past the last colour they begin again, in another dash."""


class Row:
    """A run's line of the table, and below it ``details`` for what has no column.

    ``look`` is the number of its colour and dash.
    """

    def __init__(self, look: int) -> None:
        self.look = look
        self.node = dom.new("tr")
        self._swatch = dom.new("i")
        self._swatch.className = f"run-{look % _COLOURS}"
        self._swatch.dataset.dash = str(_dash(look))
        self._name = dom.new("span")
        self._difference = dom.new("small")
        self._told = self._score = ""
        self._head = dom.new("th", scope="row")
        self._head.append(self._swatch, self._name)
        self._batch, self._optimizer, self._parameters = (dom.new("td") for _ in range(3))
        self._result, self._published, self._seconds = (dom.new("td") for _ in range(3))
        self._published.className = "published"
        self.remove = dom.new("button", "×", type="button")
        self._last = dom.new("td")
        self._last.append(self.remove)
        across = dom.new("td", colspan="7")
        across.append(self._difference)
        self.details = dom.new("tr")
        self.details.className = "details"
        self.details.append(across)
        # What came of it stands beside what it is: on a phone the rest is beyond the edge.
        self.node.append(self._head, self._result, self._published, self._batch)
        self.node.append(self._optimizer, self._parameters, self._seconds, self._last)

    def name(self, run: Run[S], difference: str) -> None:
        """Say which settings the run has; ``difference`` has those for which there is no column."""
        fields = run.settings.fields()
        self._name.textContent = _sizes(run)
        self._head.title = described(run.settings)
        self._difference.title = self._head.title
        self._tell(difference)
        self._batch.textContent = fields["batchSize"]
        self._optimizer.textContent = f"{fields['optimizer']} {fields['learningRate']}"
        self._published.textContent = percent(run.published, 0)
        self.remove.title = "Remove"
        self.remove.setAttribute("aria-label", f"Remove {name_of(run)}")

    def show(self, run: Run[S], busy: bool) -> None:
        """Say how the run gets on."""
        self.node.dataset.state = run.state
        self._parameters.textContent = "–" if run.parameters is None else f"{run.parameters:,}"
        self._seconds.textContent = f"{run.seconds:.2f}" if run.samples else "–"
        self._result.title = run.problem
        if run.state == "training":
            share = percent(run.samples / max(1, run.planned), 0)
            self._result.textContent = f"{'at' if busy else 'paused'} {share}"
        elif run.state == "diverged":
            self._result.textContent = "diverged"
            self._result.title = f"The loss was not a number after {run.samples:,} samples"
        else:
            self._result.textContent = result_of(run) if run.state == "done" else run.state
        if run.problem:
            self._tell(run.problem)

    def add(self, score: str) -> None:
        """Say what the setting comes to with several seeds; "" if nothing is known of that."""
        self._score = score
        self._tell(self._told)

    def _tell(self, told: str) -> None:
        self._told = told
        details = " · ".join(filter(None, (told, self._score)))
        self._difference.textContent = details
        self.details.hidden = not details
        self._last.rowSpan = 2 if details else 1


def _sizes(run: Run[S]) -> str:
    return ",".join(map(write_size, run.settings.hidden)) or "none"


def name_of(run: Run[S]) -> str:
    fields = run.settings.fields()
    return (
        f"{_sizes(run)}, batch {fields['batchSize']}, "
        f"{fields['optimizer']} {fields['learningRate']}"
    )


def result_of(run: Run[S]) -> str:
    return percent(run.accuracy, 1) if run.accuracy is not None else figure(run.loss or 0.0)


def line_of(look: int) -> Line:
    return Line(f"--run-{look % _COLOURS}", dash=_DASHES[_dash(look)])


def _dash(look: int) -> int:
    return look // _COLOURS % len(_DASHES)
