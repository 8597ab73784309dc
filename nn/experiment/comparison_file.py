"""``experiments.toml``: which settings a comparison tries, for the page and the terminal alike.

Such a file says::

    lab = "digits"              # what is learnt: a lab of the page
    preset = "better"           # settings to start from, if not those the lab begins with
    seeds = 3                   # each setting with so many, or a list of them

    [settings]                  # what all have, by the names that links use
    epochs = 2

    [vary]                      # every combination of these
    hidden = ["32", "64,32"]
    learningRate = [0.001, 0.01]

    [[run]]                     # and these, one by one
    hidden = "conv2d:8:3,flatten"

With ``random = 20`` so many are drawn of what ``[vary]`` has in place of every combination; a span
``{ from = 0.0001, to = 0.1, log = true }`` may then stand for a list. With ``halving = 3`` all are
trained for few epochs, the best third of them for more, and so on.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np

from nn.experiment.fields import SettingsError
from nn.experiment.search import Span, combinations, drawn
from nn.experiment.settings import Settings, parse

S = TypeVar("S", bound=Settings)

MOST_SETTINGS = 10_000
"""A file that asks for more is a mistake."""

_KEYS = ("lab", "preset", "seeds", "random", "halving", "table", "settings", "vary", "run")
_SPAN: dict[str, Any] = {"from": None, "to": None, "log": False}
_LISTS = ("inputs", "outputs", "classes", "numbers")
"""The lists of columns in a part [table]."""


@dataclass(frozen=True)
class TableColumns:
    """The table that is learnt from, in the lab Colours.

    Attributes:
        file: where it is, from the comparison's own file.
        inputs, outputs: names of columns; those that ``python -m nn table`` takes by default.
        classes: outputs to predict as classes, though they are numbers.
        numbers: outputs to predict as numbers, though they are few.
        kinds: of columns that are taken for another kind than they look like.
    """

    file: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outline:
    """What a file says before its settings are read, for which the lab must be known.

    Attributes:
        lab: its name.
        preset: a name in small letters; None for the lab's defaults.
        table: a table in the place of the lab's own data.
        content: the rest.
    """

    lab: str
    preset: str | None
    table: TableColumns | None
    content: dict[str, Any]


@dataclass(frozen=True)
class Plan(Generic[S]):
    """A comparison.

    Attributes:
        settings: those to try, each once, with the first of its seeds.
        seeds: for each of them, the seeds it is trained with.
        halving: the factor of successive halving; None to train all to the end.
    """

    settings: tuple[S, ...]
    seeds: tuple[tuple[int, ...], ...]
    halving: int | None = None

    @property
    def runs(self) -> list[S]:
        """Every setting with every one of its seeds."""
        return [
            replace(one, seed=seed)
            for one, seeds in zip(self.settings, self.seeds, strict=True)
            for seed in seeds
        ]


def outline(text: str) -> Outline:
    """Return what a file is about.

    Raises:
        ValueError: it is no such file.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"the file is not TOML: {error}") from None
    for key in content:
        if key not in _KEYS:
            raise ValueError(f"{key!r:.40} is not known; expected {', '.join(_KEYS)}")
    if "lab" not in content:
        raise ValueError('the file does not say lab = "digits", or another lab of the page')
    lab, preset = _text(content, "lab"), content.get("preset")
    found = content.get("table")
    return Outline(
        lab,
        None if preset is None else _text(content, "preset").lower(),
        None if found is None else _table(found),
        {key: content[key] for key in _KEYS if key in content},
    )


def plan(found: Outline, base: S) -> Plan[S]:
    """Return the comparison that a file describes.

    Args:
        found: the file.
        base: settings for what the file does not say.

    Raises:
        ValueError: something in it makes no sense; a SettingsError for a field of the settings.
    """
    content = found.content
    base = parse(_texts(base, content.get("settings", {}), "[settings]"), base)
    listed = content.get("run", [])
    if not isinstance(listed, list):
        raise ValueError("a setting of its own stands below [[run]], with two brackets each")
    settings = [parse(_texts(base, one, "[[run]]"), base) for one in listed]
    if "vary" in content:
        settings = _varied(base, content) + settings
    elif "random" in content:
        raise ValueError("random draws from what [vary] lists: add a part [vary]")
    if not settings:
        raise ValueError("the file lists no settings: add a part [vary], or [[run]] for each")
    halving = content.get("halving")
    if halving is not None:
        halving = _whole(halving, "halving", 2)
    seeds = _seeds(content.get("seeds"))
    return _grouped(settings, seeds, halving)


def _grouped(
    settings: Sequence[S], seeds: Callable[[int], Sequence[int]], halving: int | None
) -> Plan[S]:
    """Return the plan in which settings that differ in their seeds only are one."""
    found: dict[tuple[str, ...], tuple[S, dict[int, None]]] = {}
    for one in settings:
        key = tuple(replace(one, seed=0).fields().values())
        found.setdefault(key, (one, {}))[1].update(dict.fromkeys(seeds(one.seed)))
    count = sum(len(each) for _, each in found.values())
    if count > MOST_SETTINGS:
        raise ValueError(f"these are {count:,} runs; at most {MOST_SETTINGS:,} are taken")
    groups = [(replace(one, seed=next(iter(each))), tuple(each)) for one, each in found.values()]
    return Plan(tuple(one for one, _ in groups), tuple(each for _, each in groups), halving)


def dumps(lab: str, runs: Sequence[Settings], table: TableColumns | None = None) -> str:
    """Return the file that tries just these settings, each with its own seed."""
    lines = ["# python -m nn compare FILE trains these; so does Compare in the page.", ""]
    lines.append(f"lab = {_toml(lab)}")
    if table is not None:
        lines += ["", "[table]", f"file = {_toml(table.file)}"]
        for name in _LISTS:
            if names := getattr(table, name):
                lines.append(f"{name} = [{', '.join(map(_toml, names))}]")
        if table.kinds:
            kinds = (f"{_toml(name)} = {_toml(kind)}" for name, kind in table.kinds.items())
            lines.append(f"kinds = {{ {', '.join(kinds)} }}")
    texts = [run.fields() for run in runs]
    common = {
        name: text
        for name, text in (texts[0] if texts else {}).items()
        if all(one[name] == text for one in texts)
    }
    lines += ["", "[settings]", *(f"{name} = {_toml(text)}" for name, text in common.items())]
    for one in texts:
        lines += ["", "[[run]]"]
        lines += [f"{name} = {_toml(text)}" for name, text in one.items() if name not in common]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    # Strings of JSON are strings of TOML, but for one control character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _varied(base: S, content: dict[str, Any]) -> list[S]:
    entries = content["vary"]
    count = content.get("random")
    choices: dict[str, Any] = {}
    for name, value in _known(base, entries, "[vary]").items():
        if isinstance(value, dict) and count is not None:
            choices[name] = _span(base, name, value)
        elif isinstance(value, list) and value:
            choices[name] = [_as_text(one, name) for one in value]
        else:
            span = "a list, or { from = 1, to = 10 }," if count is not None else "a list"
            raise ValueError(f"[vary] {name}: expected {span} of values")
    if count is not None:
        # The seed of the settings decides what is drawn, so that a file says the same each time.
        rng = np.random.default_rng(base.seed)
        return drawn(base, choices, min(_whole(count, "random", 1), MOST_SETTINGS), rng)
    values: dict[str, list[Any]] = {}
    problems = {}
    total = 1
    for name, texts in choices.items():
        try:
            values[name] = list(dict.fromkeys(map(base.table[name].read, texts)))
        except ValueError as error:
            problems[name] = str(error)
        total *= len(texts)
    if problems:
        raise SettingsError(problems, base.table)
    if total > MOST_SETTINGS:
        raise ValueError(
            f"[vary] has {total:,} combinations; at most {MOST_SETTINGS:,} are taken: draw some of "
            "them with random = 100"
        )
    return combinations(base, values)


def _span(base: Settings, name: str, value: dict[str, Any]) -> Span:
    low, high, log = (value.get(key, default) for key, default in _SPAN.items())
    numbers = all(isinstance(end, int | float) and not isinstance(end, bool) for end in (low, high))
    if not numbers or not set(value) <= set(_SPAN) or not isinstance(log, bool):
        raise ValueError(f"[vary] {name}: expected {{ from = 1, to = 10, log = true }}")
    try:
        base.table[name].read("0.5")
        whole = False
    except ValueError:
        whole = True
    try:
        return Span(low, high, log, whole)
    except ValueError as error:
        raise ValueError(f"[vary] {name}: {error}") from None


def _seeds(value: Any) -> Callable[[int], Sequence[int]]:
    """Return what gives the seeds of a setting, from its own."""
    if value is None:
        return lambda seed: [seed]
    if isinstance(value, list):
        seeds = [_whole(one, "seeds", 0) for one in value]
        if not seeds:
            raise ValueError("seeds: expected how many there are, or a list of them")
        return lambda seed: seeds
    count = _whole(value, "seeds", 1)
    if count > 1_000:
        raise ValueError("seeds: at most 1,000 seeds a setting are taken")
    return lambda seed: [(seed + i) % 2**32 for i in range(count)]


def _table(value: Any) -> TableColumns:
    if not isinstance(value, dict) or not set(value) <= {"file", *_LISTS, "kinds"}:
        raise ValueError(f"[table]: expected file, and perhaps {', '.join(_LISTS)}, kinds")
    if "file" not in value:
        raise ValueError('[table]: expected file = "houses.csv", where the table is')
    lists = {name: value.get(name, []) for name in _LISTS}
    for name, found in lists.items():
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise ValueError(f"[table] {name}: expected a list of columns")
    kinds = value.get("kinds", {})
    if not isinstance(kinds, dict) or not all(isinstance(kind, str) for kind in kinds.values()):
        raise ValueError('[table] kinds: expected { column = "category" }')
    tuples = {name: tuple(found) for name, found in lists.items()}
    return TableColumns(_text(value, "file"), **tuples, kinds=kinds)


def _texts(base: Settings, entries: Any, where: str) -> dict[str, str]:
    return {name: _as_text(one, name) for name, one in _known(base, entries, where).items()}


def _known(base: Settings, entries: Any, where: str) -> dict[str, Any]:
    if not isinstance(entries, dict):
        raise ValueError(f"{where}: expected lines such as epochs = 5 below it")
    for name in entries:
        if name not in base.table:
            raise ValueError(
                f"{where} {name!r:.40} is no setting; expected {', '.join(base.table)}"
            )
    return entries


def _as_text(value: Any, name: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"{name}: expected a text or a number, not {value!r:.40}")


def _text(content: Mapping[str, Any], key: str) -> str:
    if not isinstance(content[key], str):
        raise ValueError(f"{key}: expected a text, not {content[key]!r:.40}")
    return str(content[key])


def _whole(value: Any, key: str, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**32:
        raise ValueError(f"{key}: expected a whole number from {least}, not {value!r:.40}")
    return value
