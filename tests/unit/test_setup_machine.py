"""npm, the virtual environment and Chromium: what is there is kept, what lacks is fetched."""

import json
import os
import sys
from pathlib import Path

import pytest

from tools import browsers, chromium, debian, environment, npm
from tools.errors import SetupError


def program(path: Path, script: str) -> None:
    """A stand-in for a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH besides the system's, so far without programs."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose lock file names one package."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    packages = {"": {}, "node_modules/uplot": {"version": "1.2.3"}}
    (folder / "package-lock.json").write_text(json.dumps({"packages": packages}))
    return folder


def as_npm_leaves_it(checkout: Path, version: str) -> None:
    (checkout / "node_modules/uplot").mkdir(parents=True)
    (checkout / "node_modules/uplot/package.json").write_text("{}")
    packages = {"node_modules/uplot": {"version": version}}
    lock = checkout / "node_modules/.package-lock.json"
    lock.write_text(json.dumps({"packages": packages}))


def test_npm_packages_that_are_there_are_kept(programs: Path, checkout: Path) -> None:
    as_npm_leaves_it(checkout, "1.2.3")
    npm.install(checkout)  # There is no npm that could run.


def test_an_npm_package_of_another_version_is_replaced(programs: Path, checkout: Path) -> None:
    as_npm_leaves_it(checkout, "1.2.2")
    program(programs / "npm", f'echo "$@" > {checkout}/asked')
    npm.install(checkout)
    assert (checkout / "asked").read_text().startswith("ci ")


def test_what_only_tests_need_is_brought_for_them_alone(programs: Path, checkout: Path) -> None:
    lock = checkout / "package-lock.json"
    packages = json.loads(lock.read_text())["packages"]
    packages["node_modules/axe-core"] = {"version": "4.5.6", "dev": True}
    lock.write_text(json.dumps({"packages": packages}))
    as_npm_leaves_it(checkout, "1.2.3")
    npm.install(checkout)  # There is no npm that could run.
    program(programs / "npm", f'echo "$@" > {checkout}/asked')
    npm.install(checkout, tests=True)
    assert "--omit=dev" not in (checkout / "asked").read_text()
    (checkout / "node_modules/uplot/package.json").unlink()
    npm.install(checkout)
    assert "--omit=dev" in (checkout / "asked").read_text()


def test_npm_that_fails_leaves_nothing_half_made(programs: Path, checkout: Path) -> None:
    half = checkout / "node_modules/half"
    program(programs / "npm", f"/bin/mkdir -p {half}; echo npm error code ENOSPC; exit 1")
    with pytest.raises(SetupError, match=r"^Installing npm packages failed \(.*ENOSPC\)\. Check"):
        npm.install(checkout)
    assert not (checkout / "node_modules").exists()


def test_a_machine_without_npm_is_one_clear_line(programs: Path, checkout: Path) -> None:
    with pytest.raises(SetupError, match="there is no `npm`"):
        npm.install(checkout)


def test_the_lock_file_pins_every_package_and_names_no_server() -> None:
    root = Path(__file__).resolve().parents[2]
    text = (root / "package-lock.json").read_text()
    assert "resolved" not in text
    assert "://" not in text
    locked = json.loads(text)["packages"]
    asked = json.loads((root / "package.json").read_text())["dependencies"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in asked} == asked
    assert all(package["integrity"] for path, package in locked.items() if path)


def test_the_environment_is_made_once_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pip = f"{tmp_path}/.venv/lib/python{sys.version_info.major}.{sys.version_info.minor}"
    pip += "/site-packages/pip-1.dist-info"
    script = f"""
        echo "$@" >> {tmp_path}/asked
        /bin/mkdir -p {tmp_path}/.venv/bin {pip}
        echo > {tmp_path}/.venv/bin/python
        printf 'Name: pip\\nVersion: 1\\n' > {pip}/METADATA
    """
    program(tmp_path / "python", script)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))

    def times_made() -> int:
        return len((tmp_path / "asked").read_text().splitlines())

    python = environment.create(tmp_path)
    environment.create(tmp_path)
    assert times_made() == 1
    python.unlink()
    environment.create(tmp_path)
    assert times_made() == 2
    Path(pip, "METADATA").unlink()
    environment.create(tmp_path)
    assert times_made() == 3


def test_an_environment_that_cannot_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "python", f"/bin/mkdir -p {tmp_path}/.venv/bin; echo No space; exit 1")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(SetupError, match=r"virtual environment .venv failed \(No space\)"):
        environment.create(tmp_path)
    assert not (tmp_path / ".venv").exists()


def test_chromium_is_what_the_variable_names(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs / "chromium", "")
    program(tmp_path / "mine", "")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "mine"))
    assert chromium.find() == str(tmp_path / "mine")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(SetupError, match="none`, not a program"):
        chromium.find()


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_chromium_is_found_under_its_usual_names(programs: Path, name: str) -> None:
    assert chromium.find() is None
    program(programs / name, "")
    assert chromium.find() == str(programs / name)
    chromium.ensure_browser()


def test_root_installs_chromium_through_apt(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(programs / "env", 'shift; exec "$@"')
    program(programs / "apt-get", f'echo "$@" >> {tmp_path}/asked')
    chromium.ensure_browser()
    assert (tmp_path / "asked").read_text().splitlines() == [
        "update",
        "install --yes --no-install-recommends chromium",
    ]


@pytest.mark.parametrize("has_sudo", [True, False])
def test_who_may_not_install_is_told_what_to_install(
    programs: Path, monkeypatch: pytest.MonkeyPatch, has_sudo: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(programs / "apt-get", "exit 1")
    if has_sudo:
        program(programs / "sudo", "exit 1")
    with pytest.raises(
        SetupError, match=r"^Pip is missing\. Install it .*apt install python3-venv"
    ):
        debian.install("python3-venv", "Pip is missing")


def test_a_library_that_playwright_lacks_is_installed(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_library(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr("ctypes.CDLL", no_library)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(programs / "env", 'shift; exec "$@"')
    program(programs / "apt-get", f'echo "$@" >> {tmp_path}/asked')
    chromium.ensure_driver()
    assert (tmp_path / "asked").read_text().endswith(" libatomic1\n")


def test_a_sudo_without_password_is_used(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(programs / "apt-get", "")
    program(programs / "sudo", f"printf '%s ' \"$@\" >> {tmp_path}/asked")
    chromium.ensure_browser()
    asked = (tmp_path / "asked").read_text()
    assert "-n env DEBIAN_FRONTEND=noninteractive apt-get install --yes" in asked


def test_firefox_and_webkit_are_found_where_debian_puts_them(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsers, "LIBRARIES", tmp_path / "lib")
    for name in ("firefox-esr", "WebKitWebDriver", "Xvfb"):
        assert browsers.find_webkit() is None
        program(programs / name, "")
    assert browsers.find_firefox() == str(programs / "firefox-esr")
    assert browsers.find_webkit() is None
    mini = tmp_path / "lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
    program(mini, "")
    found = browsers.WebKit(str(programs / "WebKitWebDriver"), str(mini), str(programs / "Xvfb"))
    assert browsers.find_webkit() == found


def test_root_installs_what_is_missing_of_both(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(programs / "firefox", "")
    program(programs / "env", 'shift; exec "$@"')
    program(programs / "apt-get", f'echo "$@" >> {tmp_path}/asked')
    browsers.ensure()
    assert (tmp_path / "asked").read_text().splitlines() == [
        "update",
        "install --yes --no-install-recommends webkit2gtk-driver xvfb",
    ]


def test_browsers_that_may_not_be_installed_are_named_and_left_out_but_not_where_ci_is_set(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.delenv("CI", raising=False)
    browsers.ensure()
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert "Firefox" in told[0] and "apt install firefox-esr`" in told[0]
    assert "WebKit" in told[1] and "apt install webkit2gtk-driver xvfb`" in told[1]
    monkeypatch.setenv("CI", "true")
    with pytest.raises(SetupError, match="Firefox"):
        browsers.ensure()
