"""What the page is told to load is what there is."""

import re
import tomllib
from pathlib import Path

from tools import story

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("index.html", "how-it-works.html")
CONFIG = tomllib.loads((ROOT / "pyscript.toml").read_text())


def test_the_page_and_python_use_the_same_script():
    assert CONFIG["js_modules"]["main"] == {CONFIG["interpreter"]: "glue"}


def test_the_page_has_no_address_on_another_host():
    folders = (*ROOT.glob("styles/*.css"), *ROOT.glob("glue/*.js"))
    for path in (
        *(ROOT / name for name in (*PAGES, "glue.js", "how-it-works.js", "pyscript.toml")),
        *folders,
    ):
        text = path.read_text()
        assert "http://" not in text and "https://" not in text and 'src="//' not in text


def test_a_page_links_a_style_sheet_once_and_each_is_linked():
    linked = [re.findall(r'href="\./styles/(.+?)"', (ROOT / page).read_text()) for page in PAGES]
    assert all(len(names) == len(set(names)) for names in linked)
    assert set().union(*linked) == {path.name for path in ROOT.glob("styles/*")}


def test_the_page_to_read_shows_the_code_as_it_is():
    page = story.PAGE.read_text()
    assert story.filled(page) == page, "`python -m tools.story` writes it anew"
    assert page.count("data-code=") == page.count('<details class="code">') >= 10


MADE = ROOT / "start/assets.js"
"""What set-up makes."""


def imported(path: Path) -> set[Path]:
    """The modules that a module of JavaScript imports when it is loaded."""
    line = r'^(?:import|export) (?:.+? from )?"(.+?)";$'
    found = [] if path == MADE else re.findall(line, path.read_text(), re.MULTILINE)
    return {(path.parent / address).resolve() for address in found}


def reached(start: Path) -> set[Path]:
    """A module, and all that it and those imports bring."""
    known, new = set(), {start}
    while new:
        known |= new
        new = set().union(*map(imported, new)) - known
    return known


APART = ("service-worker.js", "program-worker.js", "fetch-worker.js", "editor.js")
"""What the browser runs by itself, and what the page fetches when it is asked for."""


def test_glue_js_brings_every_file_of_glue_but_those_that_come_apart():
    found = reached(ROOT / "glue.js") - {MADE}
    apart = {ROOT / "glue" / name for name in APART}
    assert {ROOT / "glue.js", *ROOT.glob("glue/*")} == found | apart
    assert not found & apart


def test_glue_js_has_what_python_takes_from_it():
    taken = {
        name
        for path in ROOT.glob("nn/web/*.py")
        for name in re.findall(r"\bglue\.(\w+)", path.read_text())
    }
    lists = re.findall(r"^export {(.+?)} from", (ROOT / "glue.js").read_text(), re.MULTILINE)
    assert taken <= {name for names in lists for name in names.replace(",", " ").split()}
