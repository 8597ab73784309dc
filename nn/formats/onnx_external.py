"""Constants of an ONNX model that lie in files beside it, as PyTorch's newer exporter puts them.

Such a tensor has no numbers of its own, but the name of a file, where in it they begin, and how
many bytes they are. Files are only ever those that came with the model, under plain names: what
leads out of its folder is refused.
https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nn import checks
from nn.formats import onnx_model, zipped
from nn.formats.beside import is_plain, listed
from nn.formats.onnx_model import Model, Node
from nn.formats.protobuf import Message
from nn.formats.recognition import is_onnx_alone
from nn.formats.weights import MAX_BYTES

_NUMBER = re.compile("[0-9]{1,18}")
_RAW, _EXTERNAL, _LOCATION = 9, 13, 14


def names(data: bytes) -> list[str]:
    """Return the names of the files that a model has constants in, each once.

    Raises:
        ValueError: it is not as it should be, or a name leads to another folder.
    """
    # Most models have nothing outside, which is seen without reading them.
    if b"location" not in data:
        return []
    outside = _outside(onnx_model.loads(data))
    return list(dict.fromkeys(_entries(name, tensor)["location"] for name, tensor in outside))


def fill(model: Model, files: Mapping[str, bytes]) -> None:
    """Give constants that lie in other files the bytes that they have there; none are copied.

    Args:
        model: as it was read.
        files: what came with it, by name.

    Raises:
        ValueError: a file is missing or too short, or what the model says of it makes no sense.
    """
    found = [(name, tensor, _entries(name, tensor)) for name, tensor in _outside(model)]
    missing = dict.fromkeys(said["location"] for *_, said in found if said["location"] not in files)
    if missing:
        many = len(missing) > 1
        raise ValueError(
            f"the ONNX model has weights in {'other files' if many else 'another file'}, "
            f"{listed(list(missing))}: choose {'all' if many else 'both'} together, or put them "
            "into one folder; PyTorch saves one file with external_data=False"
        )
    left = MAX_BYTES
    for name, tensor, said in found:
        content = files[said["location"]]
        start = _count(name, said, "offset", 0)
        size = _count(name, said, "length", max(0, len(content) - start))
        if start + size > len(content):
            raise ValueError(
                f"the constant {name} reaches beyond its file, {listed([said['location']])}, which "
                f"has {len(content):,} bytes: it is cut short, or of another model"
            )
        left -= size
        if left < 0:
            # They may share bytes, so that small files make many numbers.
            raise ValueError(
                f"the constants in other files have more than {MAX_BYTES / 1e6:.0f} MB together"
            )
        tensor.put(_RAW, memoryview(content)[start : start + size])
        tensor.put(_LOCATION)


def unpack(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the model in a zip archive, and the files in the same folder, by name.

    Raises:
        ValueError: the archive has no model, or several, or is damaged or too large.
    """
    members = zipped.unpack(data, None, 2 * MAX_BYTES)
    models = [name for name in zipped.models(data) if is_onnx_alone(members[name])]
    if len(models) != 1:
        raise ValueError(f"the zip archive has {len(models)} ONNX models; expected one")
    folder = models[0].rpartition("/")[0]
    near = [name for name in members if name.rpartition("/")[0] == folder]
    return members[models[0]], {name.rpartition("/")[2]: members[name] for name in near}


def _outside(model: Model) -> Iterator[tuple[str, Message]]:
    """Yield the tensors that lie in other files, each with a name for messages."""
    for name, tensor in model.constants.items():
        if tensor.integer(_LOCATION):
            yield checks.shown(name), tensor
    for node in _nodes(model.nodes):
        for value in node.attributes.values():
            if isinstance(value, Message) and value.integer(_LOCATION):
                yield checks.shown((node.outputs or [node.op])[0]), value


def _nodes(nodes: list[Node]) -> Iterator[Node]:
    """Yield nodes, and those within them."""
    for node in nodes:
        yield node
        for value in node.attributes.values():
            if isinstance(value, onnx_model.Body):
                yield from _nodes(value.nodes)


def _entries(name: str, tensor: Message) -> dict[str, str]:
    """Return what a tensor says of where it lies."""
    said = {entry.text(1): entry.text(2) for entry in tensor.messages(_EXTERNAL)}
    location = said.setdefault("location", "")
    if not is_plain(location):
        raise ValueError(
            f"the constant {name} lies in the file {checks.shown(location)}; nn reads files in the "
            "model's own folder only, by their plain names"
        )
    return said


def _count(name: str, said: dict[str, str], what: str, default: int) -> int:
    """Return a number of bytes, which is written as a text."""
    if what not in said:
        return default
    if not _NUMBER.fullmatch(said[what]):
        raise ValueError(
            f"the {what} of the constant {name} must be a number of bytes, found "
            f"{checks.shown(said[what])}"
        )
    return int(said[what])
