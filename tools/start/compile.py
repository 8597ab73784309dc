"""Run in Pyodide: Python, compiled, so that the page need not do that.

`make.mjs` puts the wheel of NumPy at /numpy.whl and the folders `nn` and `pyscript` at /sources.
It takes /compiled.zip, what is imported before memory is kept, and /nn.zip, what the page needs
beside that memory; NumPy's compiled files from /numpy and its libraries from /libraries; from
/caches what Python looks for beside PyScript's files, which PyScript itself puts into place; and
/imports.txt, which modules of the standard library all that asks for.
"""

import ast
import importlib.util
import py_compile
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

_TIME = (1980, 1, 1, 0, 0, 0)
"""The same for all files, so that equal sources make equal archives."""

_NOT_NEEDED = ("/tests/", "/f2py/", "/_pyinstaller/", "/testing/")
_DOCUMENTATION = ("/_add_newdocs.py", "/_add_newdocs_scalars.py")
"""Modules that only write docstrings."""


def _compiled(name: str, source: bytes, optimize: int = 2) -> bytes:
    path = Path("/tmp/source.py")
    path.write_bytes(source)
    made = py_compile.compile(
        str(path),
        "/tmp/compiled.pyc",
        dfile=name,
        doraise=True,
        optimize=optimize,  # 2: without docstrings, for the page shows none
        # Without a look at a source, which is not there.
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    assert made is not None
    return Path(made).read_bytes()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


with zipfile.ZipFile("/numpy.whl") as wheel:
    for name in sorted(wheel.namelist()):
        if name.endswith(".so"):
            _write(Path("/libraries", name), wheel.read(name))
        elif name.endswith(".py") and not any(part in name for part in _NOT_NEEDED):
            source = b"" if name.endswith(_DOCUMENTATION) else wheel.read(name)
            _write(Path("/numpy", f"{name}c"), _compiled(name, source))

for path in Path("/sources/pyscript").iterdir():
    name = path.relative_to("/sources").as_posix()
    # Unlike an archive's, these files are looked for under the name that says how they were made.
    cache = Path("/caches", importlib.util.cache_from_source(name))
    _write(cache, _compiled(name, path.read_bytes(), optimize=0))


def _imports(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


_TERMINAL = Path("/sources/nn/commands")
asked = {
    name
    for path in Path("/sources").rglob("*.py")
    if path.parent != _TERMINAL
    for name in _imports(path.read_bytes())
}
known = sorted(name for name in asked if name.partition(".")[0] in sys.stdlib_module_names)
Path("/imports.txt").write_text("\n".join(known))

# Not compressed: as a whole it becomes smaller on its way, and is faster to read. Sources too: the
# page shows some of them, and Python compiles them where its memory could not be restored.
with (
    zipfile.ZipFile("/compiled.zip", "w") as compiled,
    zipfile.ZipFile("/nn.zip", "w") as archive,
):
    for path in sorted(path for path in Path("/sources/nn").rglob("*.*") if path.is_file()):
        name = path.relative_to("/sources").as_posix()
        source = path.read_bytes()
        archive.writestr(zipfile.ZipInfo(name, _TIME), source)
        if path.suffix == ".py":
            code = zipfile.ZipInfo(f"{name}c", _TIME), _compiled(name, source)
            compiled.writestr(*code)
            if name.startswith("nn/web/"):
                archive.writestr(*code)
        else:
            compiled.writestr(zipfile.ZipInfo(name, _TIME), source)
