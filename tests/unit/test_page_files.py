"""What pyscript.toml tells the page to load is what there is."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / "pyscript.toml").read_text())
LATER = CONFIG.get("later", {})
FILES = CONFIG["files"] | {
    address: path for group in LATER.values() for address, path in group.items()
}


def test_the_page_loads_every_module_but_the_command_line():
    modules = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("nn/**/*.py")}
    listed = {address.removeprefix("./") for address in FILES}
    assert listed == modules - {"nn/__main__.py"}


@pytest.mark.parametrize("group", LATER)
def test_what_the_page_starts_with_is_not_loaded_again(group):
    assert not LATER[group].keys() & CONFIG["files"].keys()


@pytest.mark.parametrize(("address", "path"), FILES.items())
def test_a_module_is_found_in_python_where_it_lies_in_the_folder(address, path):
    assert path == address


def test_the_page_has_no_address_on_another_host():
    names = ("index.html", "styles.css", "glue.js", "pyscript.toml")
    for path in (*(ROOT / name for name in names), *ROOT.glob("styles/*.css")):
        text = path.read_text()
        assert "http://" not in text and "https://" not in text and 'src="//' not in text
