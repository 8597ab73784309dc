"""What the page is told to load is what there is."""

import re
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
    folders = (*ROOT.glob("styles/*.css"), *ROOT.glob("glue/*.js"))
    for path in (*(ROOT / name for name in ("index.html", "glue.js", "pyscript.toml")), *folders):
        text = path.read_text()
        assert "http://" not in text and "https://" not in text and 'src="//' not in text


def test_the_page_links_every_style_sheet_once():
    linked = re.findall(r'href="\./styles/(.+?)"', (ROOT / "index.html").read_text())
    assert sorted(linked) == sorted(path.name for path in ROOT.glob("styles/*"))


def imported(path: Path) -> set[Path]:
    """The modules that a module of JavaScript imports when it is loaded."""
    line = r'^(?:import|export) (?:.+? from )?"(.+?)";$'
    found = re.findall(line, path.read_text(), re.MULTILINE)
    return {(path.parent / address).resolve() for address in found}


def reached(start: Path) -> set[Path]:
    """A module, and all that it and those imports bring."""
    known, new = set(), {start}
    while new:
        known |= new
        new = set().union(*map(imported, new)) - known
    return known


def test_glue_js_brings_every_file_of_glue():
    assert {ROOT / "glue.js", *ROOT.glob("glue/*")} == reached(ROOT / "glue.js")


def test_glue_js_has_what_python_takes_from_it():
    taken = {
        name
        for path in ROOT.glob("nn/web/*.py")
        for name in re.findall(r"\bglue\.(\w+)", path.read_text())
    }
    lists = re.findall(r"^export {(.+?)} from", (ROOT / "glue.js").read_text(), re.MULTILINE)
    assert taken <= {name for names in lists for name in names.replace(",", " ").split()}
