"""What pyscript.toml tells the page to load is what there is."""

import tomllib
import zipfile
from pathlib import Path

from tools import archive

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / "pyscript.toml").read_text())


def test_the_page_loads_the_package_as_one_archive():
    assert CONFIG["files"] == {f"./{archive.NAME}": "./*"}


def test_the_archive_holds_every_module(tmp_path):
    (tmp_path / "nn").symlink_to(ROOT / "nn")
    archive.fill(tmp_path)
    held = zipfile.ZipFile(tmp_path / archive.NAME).namelist()
    assert sorted(held) == sorted(
        path.relative_to(ROOT).as_posix() for path in ROOT.glob("nn/**/*.py")
    )


def test_the_archive_follows_its_sources(tmp_path):
    module = tmp_path / "nn" / "module.py"
    module.parent.mkdir()
    for text in ("a = 1", "a = 2"):
        module.write_text(text)
        archive.fill(tmp_path)
        assert zipfile.ZipFile(tmp_path / archive.NAME).read("nn/module.py").decode() == text


def test_the_page_has_no_address_on_another_host():
    names = ("index.html", "styles.css", "glue.js", "pyscript.toml")
    for path in (*(ROOT / name for name in names), *ROOT.glob("styles/*.css")):
        text = path.read_text()
        assert "http://" not in text and "https://" not in text and 'src="//' not in text
