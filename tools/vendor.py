"""vendor/: what the page loads that is not this project's own."""

from pathlib import Path

from tools import files, packages, wheels
from tools.errors import SetupError

PYODIDE_FILES = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
UPLOT_FILES = ("uPlot.esm.js", "uPlot.min.css")


def fill(root: Path) -> None:
    """Make `vendor/` hold the files that a page needs, and nothing else.

    Files come from `node_modules/` and, for what Pyodide's npm package lacks, from `tools.wheels`.
    What is there already is compared byte for byte, so a damaged file is put back.

    Raises:
        SetupError: a file is missing in `node_modules/` or cannot be written.
    """
    vendor = root / "vendor"
    sources = _sources(root / "node_modules")
    from_pypi = {*packages.names(), *(f"pyodide/{name}" for name in wheels.expected(root))}
    _remove_others(vendor, {*sources, *from_pypi})
    for name, source in sources.items():
        try:
            data = source.read_bytes()
        except FileNotFoundError as error:
            raise SetupError(
                f"{source} is missing. Delete node_modules and run the same command again."
            ) from error
        target = vendor / name
        if not (target.is_file() and target.read_bytes() == data):
            files.write(target, data)
    wheels.fill(root)


def _sources(modules: Path) -> dict[str, Path]:
    """Which file of `node_modules/` each file of `vendor/` is a copy of."""
    pyodide, uplot, pyscript = modules / "pyodide", modules / "uplot", modules / "@pyscript/core"
    keyval = modules / "idb-keyval"
    sources = {f"pyodide/{name}": pyodide / name for name in PYODIDE_FILES}
    sources |= {f"uplot/{name}": uplot / "dist" / name for name in UPLOT_FILES}
    sources["idb-keyval/index.js"] = keyval / "dist/index.js"
    for pattern in ("*.js", "*.css"):
        sources |= {f"pyscript/{path.name}": path for path in (pyscript / "dist").glob(pattern)}
    for package in (pyodide, uplot, pyscript, keyval):
        folder = "pyscript" if package is pyscript else package.name
        sources |= {f"{folder}/{path.name}": path for path in package.glob("LICEN[SC]E*")}
    return sources


def _remove_others(vendor: Path, names: set[str]) -> None:
    """Delete what an older version left, so that it is not published for ever."""
    for path in list(vendor.rglob("*")):
        if path.is_file() and path.relative_to(vendor).as_posix() not in names:
            path.unlink()
