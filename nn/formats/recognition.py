"""Which format a file is of, by how it begins; whether all of it is right is for its reader."""

from __future__ import annotations

from nn.formats import zipped

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def is_json(data: bytes) -> bool:
    """Whether bytes are the text of an object.

    >>> is_json(b' {"format"')
    True
    """
    # Zeros are what the header's size in safetensors has there.
    return b"\0" not in data[:8] and data[:1024].removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] == b"{"


def is_page(data: bytes) -> bool:
    """Whether bytes are a page that nn wrote.

    >>> is_page(b"<!doctype html>\\n<!-- A network of nn -->")
    True
    """
    return data[:15].lower() == b"<!doctype html>" and b"<!-- A network of nn -->" in data[:200]


def is_safetensors(data: bytes) -> bool:
    """Whether bytes begin with the size of a header, and an object, as safetensors do.

    >>> is_safetensors(bytes([2, 0, 0, 0, 0, 0, 0, 0]) + b"{}")
    True
    """
    # Text has no size that small where the size stands.
    return data[8:9] == b"{" and int.from_bytes(data[:8], "little") < 2**40


def is_keras(data: bytes) -> bool:
    """Whether bytes are a zip archive with a file of Keras's name for weights.

    >>> is_keras(b"PK\\x03\\x04 model.weights.h5")
    True
    """
    return data[:4] == b"PK\x03\x04" and b"model.weights.h5" in data


def is_onnx(data: bytes) -> bool:
    """Whether bytes are a model of ONNX, or a zip archive that has one.

    >>> is_onnx(bytes([0x08, 10, 0x12, 2]) + b"nn")
    True
    """
    return is_onnx_alone(data) or (data[:4] == b"PK\x03\x04" and bool(zipped.models(data)))


def is_onnx_alone(data: bytes) -> bool:
    """Whether bytes begin with the version of ONNX's schema, and go on with a field that it has.

    >>> is_onnx_alone(bytes([0x08, 10, 0x12, 2]) + b"nn")
    True
    """
    return data[:1] == b"\x08" and 3 <= int.from_bytes(data[1:2]) <= 40 and data[2:3] in _FIELDS


# Of a model: its producer, domain, version, documentation, graph, operators and metadata.
_FIELDS = tuple(bytes([tag]) for tag in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72))


def is_tfjs(data: bytes) -> bool:
    """Whether bytes are a zip archive with a file of TensorFlow.js's name for a model.

    >>> is_tfjs(b"PK\\x03\\x04 model.json")
    True
    """
    named = b"model.json" in data or b'"weightsManifest"' in data
    return is_tfjs_alone(data) or (data[:4] == b"PK\x03\x04" and named)


def is_tfjs_alone(data: bytes) -> bool:
    """Whether bytes are the JSON of a model of TensorFlow.js, whose weights are files of their own.

    >>> is_tfjs_alone(b'{"weightsManifest": []}')
    True
    """
    return is_json(data) and b'"weightsManifest"' in data and not _is_own(data)


def is_brain(data: bytes) -> bool:
    """Whether bytes are what ``toJSON`` of brain.js gives for a network.

    >>> is_brain(b'{"sizes": [2, 3, 1], "layers": []}')
    True
    """
    keys = (b'"sizes"', b'"layers"')
    return is_json(data) and all(key in data for key in keys) and not _is_own(data)


def _is_own(data: bytes) -> bool:
    """Whether JSON is nn's own, in which any name may stand."""
    return b'"nn-weights"' in data


def is_pytorch(data: bytes) -> bool:
    """Whether bytes are a program of nn for PyTorch, or a zip archive with one's weights.

    >>> is_pytorch(b"PK\\x03\\x04 weights.torch.safetensors")
    True
    """
    archive = data[:4] == b"PK\x03\x04" and b".torch.safetensors" in data
    return archive or data.startswith(b'"""A network of nn for PyTorch')
