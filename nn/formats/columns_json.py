"""What a network's inputs and outputs stand for, in its weights file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar, get_args

from nn import checks
from nn.data.columns import PARTS, Columns, Input, InputKind, Output
from nn.data.tables.dates import ORDERS
from nn.data.tables.readings import fits

T = TypeVar("T")

_READING = "reading"
"""Not in files from before it was kept, nor where there was one way only."""

_ORDER = "order"
"""What files call it that knew it of dates only."""

_INPUT = {"name", "kind", "fill", "values", "other", "missing", _READING}

_OUTPUT = {"name", "classes", "scale", "offset"}


def to_json(columns: Columns) -> dict[str, Any]:
    """Return what stands in the file."""
    return {
        "inputs": [_without_reading(asdict(column)) for column in columns.inputs],
        "outputs": [_listed(asdict(output)) for output in columns.outputs],
    }


def _without_reading(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an input's entry without a reading that says nothing."""
    return {key: value for key, value in _listed(entry).items() if value or key != _READING}


def _listed(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with lists, as JSON has them, for tuples."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in entry.items()}


def from_plain(entry: Any) -> Any:
    """Return columns as files had them that knew numbers and one output only, as they are now."""
    if not isinstance(entry, dict) or "output" not in entry:
        return entry
    inputs = entry.get("inputs")
    if isinstance(inputs, list):
        usual = {**_without_reading(asdict(Input(""))), "values": []}
        inputs = [{**usual, "name": name} for name in inputs]
    output = {key: value for key, value in entry.items() if key not in ("inputs", "output")}
    return {"inputs": inputs, "outputs": [{**output, "name": entry["output"]}]}


def from_json(entry: Any, features: int, outputs: int) -> Columns | None:
    """Return what an entry of a weights file stands for.

    Args:
        entry: anything.
        features, outputs: of the network.

    Raises:
        ValueError: it is not what :func:`to_json` writes, or not of such a network.
    """
    if entry is None:
        return None
    if not isinstance(entry, dict):
        raise ValueError(f"columns must be an object, found {checks.shown(entry)}")
    checks.keys(entry, "columns", {"inputs", "outputs"})
    found = Columns(_each(_input, entry, "inputs"), _each(_output, entry, "outputs"))
    for what, names in (
        ("inputs", [column.name for column in found.inputs]),
        ("outputs", [column.name for column in found.outputs]),
    ):
        if len(set(names)) < len(names):
            raise ValueError(f"columns.{what} have a name twice")
    if found.of_series:
        # A window has any number of its values.
        return found
    if len(found.features) != features:
        raise ValueError(
            f"columns.inputs make {len(found.features):,} features; the network has {features:,}"
        )
    # Two classes may share one output.
    shared = outputs == 1 and found.width == 2
    if found.width != outputs and not shared:
        raise ValueError(
            f"columns.outputs ask for {found.width:,} outputs; the network has {outputs:,}"
        )
    return found


def _each(read: Callable[[Any, str], T], entry: dict[str, Any], what: str) -> tuple[T, ...]:
    entries = entry[what]
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"columns.{what} must be a list, found {checks.shown(entries)}")
    return tuple(read(one, f"columns.{what} {place}") for place, one in enumerate(entries, start=1))


def _object(entry: Any, name: str, keys: set[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise ValueError(f"{name} must be an object, found {checks.shown(entry)}")
    checks.keys(entry, name, keys)
    if not isinstance(entry["name"], str):
        raise ValueError(f"{name}.name must be a text, found {checks.shown(entry['name'])}")
    return entry


def _input(entry: Any, name: str) -> Input:
    if isinstance(entry, dict):
        known = {key: value for key, value in entry.items() if key != _ORDER}
        entry = {_READING: entry.get(_ORDER, "")} | known
    entry = _object(entry, name, _INPUT)
    kind = entry["kind"]
    if kind not in get_args(InputKind):
        raise ValueError(f"{name}.kind must be one of {', '.join(get_args(InputKind))}")
    values = _texts(entry["values"], f"{name}.values")
    fill = entry["fill"]
    if fill is not None:
        fill = checks.number(fill, f"{name}.fill")
    for key in ("other", "missing"):
        if not isinstance(entry[key], bool):
            raise ValueError(
                f"{name}.{key} must be true or false, found {checks.shown(entry[key])}"
            )
    if kind == "date" and not (values and set(values) <= set(PARTS)):
        raise ValueError(f"{name}.values must be some of {', '.join(PARTS)}")
    reading = entry[_READING]
    if not isinstance(reading, str) or not fits(reading, kind):
        expected = " or ".join(ORDERS) if kind == "date" else 'such as "-999 as missing"'
        raise ValueError(f"{name}.reading must be {expected}, found {checks.shown(reading)}")
    if kind == "true/false" and len(values) != 2:
        raise ValueError(f"{name}.values must be the texts of false and true")
    found = Input(entry["name"], kind, fill, values, entry["other"], entry["missing"], reading)
    if not found.features:
        raise ValueError(f"{name}.values must have at least one text")
    return found


def _output(entry: Any, name: str) -> Output:
    entry = _object(entry, name, _OUTPUT)
    classes = entry["classes"]
    if classes is not None:
        classes = _texts(classes, f"{name}.classes")
        if len(classes) < 2:
            raise ValueError(f"{name}.classes must be at least two texts")
    scale = checks.number(entry["scale"], f"{name}.scale")
    offset = checks.number(entry["offset"], f"{name}.offset")
    return Output(entry["name"], classes, scale, offset)


def _texts(value: Any, name: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list of texts, found {checks.shown(value)}")
    return checks.texts(value, name, len(value))
