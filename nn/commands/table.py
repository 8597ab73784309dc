"""``python -m nn table``: train on any table, test, and predict rows."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from nn import formats
from nn.commands.options import add_settings
from nn.commands.progress import BUDGET
from nn.data.tables import ENCODINGS, KINDS, ORDERS, Table
from nn.data.tables.readings import AS_MISSING, AS_NUMBER, both
from nn.experiment.experiment import Experiment
from nn.experiment.settings import ending, parse
from nn.labs import colours
from nn.labs.answers import Answers, answer_rows, answers_csv
from nn.labs.colours import ColoursSettings
from nn.labs.scores import Score, scores
from nn.labs.selection import Selection, Sort, can_test, first_choice, suggested_sort
from nn.labs.split import Split, told
from nn.labs.table_source import Opened
from nn.model import Sequential
from nn.progress import Progress, exhaust

_FIELDS = [
    field for field in ColoursSettings.table if field not in ("colours", "colour", "gradients")
]

_NINES = {"missing": AS_MISSING, "number": AS_NUMBER}

_MOST_SHOWN = 12
"""Classes of a confusion matrix that is printed."""


def add_to(commands: Any) -> None:
    """Add the command to those of ``python -m nn``."""
    command = commands.add_parser("table", help="train on a table, test, and predict rows")
    command.set_defaults(run=run)
    command.add_argument("file", type=Path, metavar="FILE", help="CSV, JSON, xlsx, zip and more")
    for option, text in (
        ("--output", "columns to predict (default: one with a name such as target, or the last)"),
        ("--inputs", "columns that are given (default: all that are no names or numbers of rows)"),
        ("--classes", "outputs to predict as classes, even if they are numbers"),
        ("--numbers", "outputs to predict as numbers, even if they are few different ones"),
        ("--kind", f"NAME=KIND of a column: {', '.join(KINDS)}"),
    ):
        metavar = "NAME=KIND" if option == "--kind" else "COL"
        name = f"table_{option[2:]}"
        command.add_argument(option, dest=name, nargs="+", default=[], metavar=metavar, help=text)
    command.add_argument(
        "--dates",
        choices=[order.split()[0] for order in ORDERS],
        help="what comes first in dates such as 01/02/2024 (default: guessed)",
    )
    command.add_argument(
        "--nines",
        choices=_NINES,
        help="what -999, -9999 and such are (default: missing where they can hardly be numbers)",
    )
    command.add_argument(
        "--encoding", choices=ENCODINGS, help="of text that is not Unicode (default: guessed)"
    )
    command.add_argument(
        "--header", choices=("yes", "no"), help="whether the first row has names (default: guessed)"
    )
    for option, text in (
        ("--test", "a table to test with; then none of FILE's rows is held out"),
        ("--predict", "a table with the same inputs, to predict row by row"),
        ("--answers", "where its rows go with their answers, as CSV (default: printed)"),
        ("--weights", "where the network goes, as a weights file"),
    ):
        command.add_argument(option, type=Path, metavar="FILE", help=text)
    command.add_argument("--json", action="store_true", help="print one JSON object, nothing else")
    add_settings(command, _FIELDS, colours.DEFAULTS.fields() | {"loss": "what suits the output"})


def run(options: argparse.Namespace) -> None:
    """Train on a table, and print how good the network is."""
    for path in (options.answers, options.weights):
        if path is not None and not path.parent.is_dir():
            raise ValueError(f"there is no folder {path.parent} to write {path.name} to")
    opened = _read(options.file, options)
    if options.answers is not None and options.predict is None and opened.beside is None:
        raise ValueError("--answers needs --predict FILE, the rows to be answered")
    selection, notes = _selection(options, opened.table)
    assumed = [*selection.table.notes, *notes]
    given = {field: text for field in _FIELDS if (text := getattr(options, field)) is not None}
    settings = parse(given, colours.suggested(colours.DEFAULTS, selection))
    test = None if options.test is None else _read(options.test, options)
    rows = None if options.predict is None else _read(options.predict, options)
    if opened.beside is not None and can_test(opened.beside.table, selection):
        test = test or opened.beside
    elif opened.beside is not None:
        rows = rows or opened.beside
    parts = colours.data(settings, selection, test=test.table if test else None)
    experiment = Experiment(settings, colours.task_for(settings, parts))
    assumed += told(parts, test.name if test is not None else None)
    if not options.json:
        _say(selection, assumed)
    epochs = ending(settings)
    chunks = experiment.train(settings, parts.train, parts.test, BUDGET, epochs)
    _train(chunks, epochs, quiet=options.json)
    evaluation = exhaust(experiment.test(parts.test, BUDGET))
    found = scores(parts.columns, parts.test, evaluation.outputs)
    answers = None if rows is None else _answers(experiment.model, rows)
    guessed = [f"{rows.name}: {note}" for note in answers.notes] if rows and answers else []
    assumed += guessed
    written = []
    if options.weights is not None:
        model, history = experiment.model, experiment.history
        written = formats.save_model(model, options.weights, history, default=".json")
    csv_text = answers_csv(rows.table, answers) if rows and answers else ""
    if options.answers is not None:
        options.answers.write_text(csv_text, encoding="utf-8", newline="")
    if options.json:
        print(json.dumps(_as_json(selection, parts, found, assumed, answers), ensure_ascii=False))
        return
    _print(parts, found)
    for sentence in guessed:
        print(sentence)
    for path in written:
        print(f"wrote {path}")
    if options.answers is not None:
        print(f"wrote {options.answers}")
    elif csv_text:
        print(csv_text, end="")


def _answers(model: Sequential, rows: Opened) -> Answers:
    try:
        return answer_rows(model, rows.table)
    except ValueError as error:
        raise ValueError(f"{rows.name}: {error}") from None


def _read(path: Path, options: argparse.Namespace) -> Opened:
    if not path.exists():
        raise ValueError(f"there is no file {path}")
    header = {"yes": True, "no": False, None: None}[options.header]
    how = header, options.encoding or ""
    opened = exhaust(Opened.reading(path.read_bytes(), path.name, *how))
    table = opened.table
    wanted = (f"{options.dates} first", _NINES.get(options.nines, " "))
    for column in table.columns.values():
        possible = () if column.other is None else both(column.reading)
        for reading in possible:
            if reading.endswith(wanted):
                table = table.with_reading(column.name, reading)
    return replace(opened, table=table)


def _selection(options: argparse.Namespace, table: Table) -> tuple[Selection, list[str]]:
    """Return what is asked for, or else what the page begins with, and sentences on it."""
    for text in options.table_kind:
        name, _, kind = text.rpartition("=")
        if kind not in KINDS:
            raise ValueError(f"--kind {text}: expected NAME=KIND with one of {', '.join(KINDS)}")
        table = table.with_kind(name, kind)
    notes: list[str] = []
    # As the file spells them.
    inputs, outputs = (
        [table.column(name).name for name in names]
        for names in (options.table_inputs, options.table_output)
    )
    if not (inputs and outputs):
        first, notes = first_choice(table, outputs)
        outputs = outputs or list(first.choice.outputs)
        if inputs:
            notes = []
            outputs = [name for name in outputs if name not in inputs]
        else:
            inputs = list(first.choice.inputs)
    sorts = [_sort(options, table, name) for name in outputs]
    return Selection.of(table, inputs, outputs, sorts), notes


def _sort(options: argparse.Namespace, table: Table, name: str) -> Sort:
    if name in options.table_classes:
        return "classes"
    return "number" if name in options.table_numbers else suggested_sort(table.column(name))


def _train(chunks: Iterator[Progress], epochs: int, quiet: bool) -> None:
    with tqdm(total=epochs, desc="training", unit=" epochs", disable=quiet) as bar:
        for progress in chunks:
            bar.update(progress.finished)
            if not progress.testing:
                bar.set_postfix(loss=f"{progress.loss:.4f}", refresh=False)


def _say(selection: Selection, assumed: list[str]) -> None:
    choice = selection.choice
    for sentence in assumed:
        print(f"  {sentence}")
    outputs = [f"{name} ({sort})" for name, sort in zip(choice.outputs, choice.sorts, strict=True)]
    print(f"inputs: {', '.join(choice.inputs)}\npredicted: {', '.join(outputs)}")


def _print(parts: Split, found: list[Score]) -> None:
    rows = "the rows it learnt from" if not parts.held_out else f"{parts.held_out:,} other rows"
    for score in found:
        if score.classes is None:
            print(
                f"{score.name}: R² {score.r2:.4f}, off by {score.mean_absolute_error:.4g} on "
                f"average, on {rows}"
            )
            continue
        print(f"{score.name}: accuracy {score.accuracy:.2%} on {rows}")
        if len(score.classes) <= _MOST_SHOWN:
            print("  rows: what it is; columns: what was said")
            for name, line in zip(score.classes, score.confusion, strict=True):
                print(f"  {name[:16]:>16}" + "".join(f"{count:>6}" for count in line))


def _as_json(
    selection: Selection,
    parts: Split,
    found: list[Score],
    assumed: list[str],
    answers: Answers | None,
) -> dict[str, Any]:
    content: dict[str, Any] = {
        "inputs": list(selection.choice.inputs),
        "outputs": [_score(score) for score in found],
        "rows": {
            "used": parts.used,
            "held_out": parts.held_out,
            "left_out": parts.left_out,
            "filled": parts.filled,
        },
        "assumed": assumed,
    }
    if answers is not None:
        names = [output.name for output in answers.columns.outputs]
        content["predicted"] = dict(zip(names, answers.texts, strict=True))
    return content


def _score(score: Score) -> dict[str, Any]:
    if score.classes is not None:
        return {"name": score.name, "task": "classes", "accuracy": score.accuracy}
    r2 = score.r2
    return {"name": score.name, "task": "number", "r2": r2 if math.isfinite(r2) else None}
