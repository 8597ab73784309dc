"""Files that hold whole models; :data:`FORMATS` lists them, a line each.

A format is a module with two functions: ``dumps(model, training)`` returns a file's text or bytes,
and ``loads(data)`` what is in it. It is imported when a file asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from nn.activations import SlicedActivation
from nn.formats import beside, recognition, weights, zipped
from nn.formats.weights import MAX_BYTES, Training
from nn.model import Sequential
from nn.names import lookup

__all__ = [
    "FORMATS",
    "Format",
    "are_model_names",
    "dumps",
    "files",
    "gather",
    "is_model_name",
    "load_model",
    "loads",
    "one_file",
    "read",
    "save_model",
    "suffix_of",
    "together",
]


@dataclass(frozen=True)
class Format:
    """How a model is written and read.

    Attributes:
        title: what people call it.
        module: the name of its module in this package.
        recognizes: whether bytes begin as such a file does.
        beside: how the name of a second file ends that goes with it, whose bytes the module's
            ``beside(model, training)`` returns; "" where there is none.
        sliced: whether it has layers whose outputs are of several kinds.
    """

    title: str
    module: str
    recognizes: Callable[[bytes], bool]
    beside: str = ""
    sliced: bool = False

    def load(self) -> Any:
        """Return the module."""
        return import_module(f"{__name__}.{self.module}")


FORMATS: dict[str, Format] = {
    ".json": Format("weights of nn", "weights", recognition.is_json, sliced=True),
    ".html": Format("a page that predicts", "page", recognition.is_page, sliced=True),
    ".brain.json": Format("brain.js", "brain", recognition.is_brain),
    ".keras": Format("Keras", "keras", recognition.is_keras),
    ".onnx": Format("ONNX", "onnx", recognition.is_onnx, sliced=True),
    ".py": Format("PyTorch", "pytorch", recognition.is_pytorch, ".torch.safetensors", sliced=True),
    ".safetensors": Format("safetensors", "safetensors", recognition.is_safetensors, sliced=True),
    ".tfjs.zip": Format("TensorFlow.js", "tfjs", recognition.is_tfjs),
}
"""The formats, by the end of a file's name."""


_ARCHIVES = (".onnx.zip", ".py.zip")
"""How archives are called that hold a model and its weights."""


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return which of :data:`FORMATS` a file's name ends with.

    Raises:
        ValueError: none of them; the message lists them.

    >>> suffix_of("mine.JSON")
    '.json'
    """
    name = Path(path).name.lower()
    known = [suffix for suffix in FORMATS if name.endswith(suffix)]
    found = max(known, key=len, default=Path(name).suffix)
    lookup("kind of file", FORMATS, found)
    return found


def is_model_name(name: str) -> bool:
    """Whether a file's name ends as one of :data:`FORMATS`.

    >>> is_model_name("mine.ONNX"), is_model_name("mine.csv")
    (True, False)
    """
    return name.lower().endswith(tuple(FORMATS))


def are_model_names(names: Sequence[str]) -> bool:
    """Whether files' names are those of one model: of one file, or of one and weights beside it.

    >>> are_model_names(["mine.onnx"]), are_model_names(["model.json", "weights.bin"])
    (True, True)
    >>> are_model_names(["model.onnx", "model.onnx.data"]), are_model_names(["a.png", "b.png"])
    (True, False)
    """
    if len(names) == 1:
        return is_model_name(names[0]) or names[0].lower().endswith(_ARCHIVES)
    endings = [Path(name).suffix.lower() for name in names]
    # What the weights of an ONNX model are called is for whoever saved it to say.
    return endings.count(".onnx") == 1 or (set(endings) <= {".json", ".bin"} and ".bin" in endings)


def dumps(model: Sequential, suffix: str, training: Training | None = None) -> bytes:
    """Return the bytes of a file that holds a model.

    Args:
        suffix: one of :data:`FORMATS`.
        training: what the network has been through.

    Raises:
        ValueError: there is no such format, or it cannot hold the model; the message says why.

    >>> from nn import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.build(2, rng=1)
    >>> loads(dumps(model, ".onnx", Training(epochs=3)))[1].epochs
    3
    """
    kind = lookup("kind of file", FORMATS, suffix)
    if not kind.sliced and any(isinstance(x.activation, SlicedActivation) for x in model.layers):
        raise ValueError(
            f"{kind.title} has no layer whose outputs are of several kinds, as this network's are: "
            f"save it as {', '.join(name for name in FORMATS if FORMATS[name].sliced)}"
        )
    content: str | bytes = kind.load().dumps(model, training)
    return content.encode() if isinstance(content, str) else content


def files(model: Sequential, name: str, training: Training | None = None) -> dict[str, bytes]:
    """Return the bytes of all files that hold a model, by name; most formats have one.

    Args:
        model: the network.
        name: of the first file, which says the format.
        training: what the network has been through.

    Raises:
        ValueError: there is no such format, or it cannot hold the model; the message says why.

    >>> from nn import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.build(2, rng=1)
    >>> list(files(model, "mine.py"))
    ['mine.py', 'mine.torch.safetensors']
    """
    suffix = suffix_of(name)
    found = {name: dumps(model, suffix, training)}
    form = FORMATS[suffix]
    if form.beside:
        found[name[: -len(suffix)] + form.beside] = form.load().beside(model, training)
    return found


def one_file(model: Sequential, name: str, training: Training | None = None) -> tuple[str, bytes]:
    """Return the name and bytes of one file: an archive where :func:`files` has several."""
    found = files(model, name, training)
    if len(found) == 1:
        return name, found[name]
    return f"{name}.zip", zipped.pack(found)


def loads(data: bytes) -> tuple[Sequential, Training]:
    """Return the model of a file, and what it has been through; its bytes say of which format.

    Raises:
        ValueError: it is not a model's, or anything in it is not as it should be.
    """
    if len(data) > MAX_BYTES:
        # The reader of weights says how many bytes there may be.
        return weights.loads(data)
    # Other formats are of JSON, too.
    others = sorted(FORMATS.values(), key=lambda each: each.module == "weights")
    known = (each for each in others if each.recognizes(data))
    # What nothing recognizes is refused there, by the name of the tool that it comes from.
    module = next((each.load() for each in known), weights)
    found: tuple[Sequential, Training] = module.loads(data)
    return found


def save_model(
    model: Sequential,
    path: str | os.PathLike[str],
    training: Training | None = None,
    default: str = "",
) -> list[Path]:
    """Write a model to a file, in the format that its name ends with; return all files written.

    Args:
        model: the network.
        path: of the file.
        training: what the network has been through.
        default: one of :data:`FORMATS`, for names that end with none.

    Raises:
        ValueError: there is no such format, or it cannot hold the model.
    """
    path = Path(path)
    if default and not is_model_name(path.name):
        found = {path.name: dumps(model, default, training)}
    else:
        found = files(model, path.name, training)
    written = []
    for name, content in found.items():
        written.append(path.with_name(name))
        written[-1].write_bytes(content)
    return written


def read(path: str | os.PathLike[str]) -> tuple[Sequential, Training]:
    """Return the model of a file, and what it has been through, whatever the file's name.

    What it has weights in is read from the same folder, as :func:`gather` does.

    Raises:
        ValueError: it is not a model's, or anything in it is not as it should be; the message
            begins with the file's name.
    """
    path = Path(path)
    try:
        return loads(gather(path))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def gather(path: Path) -> bytes:
    """Return the bytes of a model's file, in an archive with those in the same folder it goes with.

    A file of TensorFlow.js or ONNX names them, and so does a program for PyTorch.

    Raises:
        ValueError: what it names is not as it should be.
    """
    data = path.read_bytes()
    names = needed(data, path.name) if len(data) <= MAX_BYTES else []
    found = beside.contents(path, names, len(data))
    return _packed(path.name, {**found, path.name: data}) if found else data


def together(contents: dict[str, bytes]) -> bytes:
    """Return the bytes of one file that holds all of a model, of those that were chosen, by name.

    Raises:
        ValueError: they do not belong together.
    """
    if len(contents) == 1:
        return next(iter(contents.values()))
    for name, content in contents.items():
        if needed(content, name):
            return _packed(name, contents)
    raise ValueError(
        f"{len(contents)} files are not of one network: choose one, a model.json of TensorFlow.js "
        "with its weights, mostly .bin, or an .onnx with its weights, which PyTorch calls "
        ".onnx.data and other tools .onnx_data"
    )


def _packed(name: str, contents: dict[str, bytes]) -> bytes:
    """Return an archive of files, in which the one that names the others is known again."""
    if recognition.is_onnx_alone(contents[name]) and not name.lower().endswith(".onnx"):
        contents = {**contents, f"{name}.onnx": contents[name]}
    return zipped.pack(contents)


def needed(data: bytes, name: str) -> list[str]:
    """Return the names of the files that a model's file goes with, which lie beside it."""
    if recognition.is_tfjs_alone(data):
        found: list[str] = FORMATS[".tfjs.zip"].load().weight_files(data)
        return found
    if recognition.is_onnx_alone(data):
        # Not before it is asked for: it is much to import.
        from nn.formats import onnx_external

        return onnx_external.names(data)
    form = FORMATS[".py"]
    if form.recognizes(data) and not data.startswith(b"PK"):
        return [name.removesuffix(".py") + form.beside]
    return []


def load_model(path: str | os.PathLike[str]) -> Sequential:
    """Return the model of a file, whatever its name: it is known by its content.

    Raises:
        ValueError: it is not a model's, or anything in it is not as it should be; the message
            begins with the file's name.

    >>> import tempfile
    >>> from nn import Dense
    >>> model = Sequential([Dense(1)])
    >>> model.build(2, rng=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(f"{folder}/model.safetensors")
    ...     again = load_model(f"{folder}/model.safetensors")
    >>> bool((again.parameters == model.parameters).all())
    True
    """
    return read(path)[0]
