"""vendor/python/ is filled with exactly the wheels that are pinned, or with nothing."""

import hashlib
from pathlib import Path

import pytest

from tools import environment, packages, publish, vendor
from tools.errors import SetupError

WHEELS = {"openpyxl==3.1.5": b"one wheel", "et_xmlfile==2.0.0": b"another wheel"}


@pytest.fixture
def pypi(monkeypatch):
    """What PyPI has, by pin; "pip" takes from it and notes what it was asked for."""
    has, asked = dict(WHEELS), []

    def pip(command, purpose, advice):
        (folder,) = (word.removeprefix("--dest=") for word in command if "--dest=" in word)
        asked.append(command[-1])
        (Path(folder) / "some-name.whl").write_bytes(has[command[-1]])

    monkeypatch.setattr("tools.environment.command.run", pip)
    monkeypatch.setattr(environment, "create", lambda root: root / ".venv/bin/python")
    hashes = {pin: hashlib.sha256(data).hexdigest() for pin, data in WHEELS.items()}
    assert hashes.keys() == packages.PACKAGES.keys()
    monkeypatch.setattr(packages, "PACKAGES", hashes)
    return has, asked


def test_wheels_are_fetched_once_and_damaged_ones_again(tmp_path, pypi):
    _, asked = pypi
    packages.fill(tmp_path)
    assert asked == list(WHEELS)
    folder = tmp_path / "vendor/python"
    assert (folder / "openpyxl.whl").read_bytes() == b"one wheel"
    packages.fill(tmp_path)
    assert len(asked) == 2
    (folder / "et_xmlfile.whl").write_bytes(b"damaged")
    packages.fill(tmp_path)
    assert asked[2:] == ["et_xmlfile==2.0.0"]
    assert (folder / "et_xmlfile.whl").read_bytes() == b"another wheel"


def test_another_wheel_than_the_pinned_one_is_refused(tmp_path, pypi):
    has, _ = pypi
    has["openpyxl==3.1.5"] = b"other"
    with pytest.raises(SetupError, match=r"wheel of openpyxl==3\.1\.5 has the wrong SHA-256"):
        packages.fill(tmp_path)
    assert not (tmp_path / "vendor/python/openpyxl.whl").exists()


def test_what_else_fills_vendor_leaves_them_and_they_are_published(tmp_path, pypi, monkeypatch):
    packages.fill(tmp_path)
    (tmp_path / "vendor/python/old.whl").write_bytes(b"old")
    vendor._remove_others(tmp_path / "vendor", set(packages.names()))
    assert {path.name for path in (tmp_path / "vendor/python").iterdir()} == {
        "openpyxl.whl",
        "et_xmlfile.whl",
    }
    assert "vendor/python" in publish.FOLDERS
