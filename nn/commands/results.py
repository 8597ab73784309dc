"""The file that keeps what a comparison has found: a table as CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from nn.data.spreadsheets import harmless
from nn.experiment.comparison import RESULTS, Run
from nn.experiment.settings import Settings, parse

S = TypeVar("S", bound=Settings)

FINISHED = ("done", "diverged")
"""States of runs that would end the same again."""


class Results:
    """Finished runs, in a file that is whole at any moment.

    Args:
        path: of the CSV file, which need not be there yet.
        base: settings whose table says how the columns are read.
        key: of the data: that of a :class:`nn.labs.subjects.Subject`.

    Raises:
        ValueError: the file is another one's, or of other data.
    """

    def __init__(self, path: Path, base: Settings, key: str) -> None:
        self._path, self._base, self._key = path, base, key
        self._runs: dict[tuple[str, ...], Run[Any]] = {}
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                self._read(csv.DictReader(file))

    def __len__(self) -> int:
        """How many runs are kept."""
        return len(self._runs)

    def of(self, settings: Settings) -> Run[Any] | None:
        """Return the finished run with these settings, if there is one."""
        return self._runs.get(_key(settings))

    def add(self, run: Run[Any]) -> None:
        """Keep a run that has finished."""
        self._runs[_key(run.settings)] = run
        temporary = self._path.with_name(f".{self._path.name}.part")
        temporary.write_text(self._csv(), encoding="utf-8", newline="")
        os.replace(temporary, self._path)

    def _csv(self) -> str:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([*self._base.table, *RESULTS, "data"])
        for run in self._runs.values():
            fields = run.settings.fields()
            writer.writerow(
                [
                    *(harmless(fields[name]) for name in self._base.table),
                    *(result(run) for result in RESULTS.values()),
                    self._key,
                ]
            )
        return text.getvalue()

    def _read(self, rows: csv.DictReader[str]) -> None:
        found: Sequence[str] = rows.fieldnames or ()
        if not {"state", "testLoss", "data", "seed"} <= set(found):
            raise ValueError(f"{self._path}: this is no file of results: name another one")
        for number, row in enumerate(rows, 2):
            if row["data"] != self._key:
                raise ValueError(
                    f"{self._path} has results of other data, which cannot be compared: move it "
                    "away, or name another file with --results"
                )
            try:
                run = self._run(row)
            except (ValueError, TypeError) as error:
                raise ValueError(f"{self._path}, line {number}: {error}") from None
            self._runs[_key(run.settings)] = run

    def _run(self, row: Mapping[str, str]) -> Run[Any]:
        texts = {
            name: text[1:] if text.startswith("'") else text
            for name, text in row.items()
            if name in self._base.table
        }
        run = Run(parse(texts, self._base))
        if row["state"] not in FINISHED:
            raise ValueError(f"the state is {row['state']!r:.40}; expected {' or '.join(FINISHED)}")
        run.state = row["state"]
        run.parameters = int(row["parameters"]) if row["parameters"] else None
        run.samples = run.planned = int(row["samples"])
        run.seconds = float(row["seconds"])
        run.loss = float(row["testLoss"]) if row["testLoss"] else None
        run.accuracy = float(row["testAccuracy"]) if row["testAccuracy"] else None
        return run


def _key(settings: Settings) -> tuple[str, ...]:
    return tuple(settings.fields().values())
