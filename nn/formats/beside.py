"""Files that lie beside a model's and are read with it: only of its folder, if not too large."""

from __future__ import annotations

from pathlib import Path

from nn.formats.weights import MAX_BYTES

_MAX_NAME = 200
_SHOWN, _SHOWN_LETTERS = 3, 40


def is_plain(name: str) -> bool:
    """Whether a text is a file's name, and leads to no other folder, whatever the system.

    >>> [is_plain(name) for name in ("model.onnx.data", "../model", "/etc/passwd", "C:model", "")]
    [True, False, False, False, False]
    """
    short = 0 < len(name.encode("utf-8", "replace")) <= _MAX_NAME
    return short and name.isprintable() and name.strip(".") != "" and not set(name) & set("/\\:")


def listed(names: list[str]) -> str:
    """Return names in quotes for a message, the first few, and how many more there are.

    >>> listed(["a", "b", "c", "d"])
    '"a", "b", "c" and 1 more'
    """
    shown = (
        name if len(name) <= _SHOWN_LETTERS else name[: _SHOWN_LETTERS - 3] + "..."
        for name in names[:_SHOWN]
    )
    text = ", ".join(f'"{name}"' for name in shown)
    return text if len(names) <= _SHOWN else f"{text} and {len(names) - _SHOWN:,} more"


def contents(path: Path, names: list[str], size: int) -> dict[str, bytes]:
    """Return the bytes of files beside another one, of those that there are, by name.

    A link is followed to the folder itself only, or to where the model is linked, too: model and
    weights of a cache are links to a folder that has both.

    Args:
        path: of the other file.
        names: of files in its folder.
        size: of the other file, in bytes.

    Raises:
        ValueError: a link leads elsewhere, or all files together are too large.
    """
    homes = (path.parent.resolve(), path.resolve().parent)
    found = {}
    for name in dict.fromkeys(names):
        if not is_plain(name) or not (file := path.with_name(name)).is_file():
            continue
        if file.resolve().parent not in homes:
            raise ValueError(f"{listed([name])} is a link to another folder: not opened")
        # Before it is read: a file with holes may be larger than the disk.
        size += file.stat().st_size
        if size > MAX_BYTES:
            raise ValueError(
                f"the model and {listed([name])} have {size / 1e6:,.0f} MB together; up to "
                f"{MAX_BYTES / 1e6:.0f} MB can be loaded"
            )
        found[name] = file.read_bytes()
    return found
