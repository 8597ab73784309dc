"""Writing: a target is whole or as it was before."""

import os
from pathlib import Path

import pytest

from tools import files
from tools.errors import SetupError, told_in_one_line


def test_a_file_is_written_with_its_folder(tmp_path: Path) -> None:
    files.write(tmp_path / "a/b/file", b"content")
    assert (tmp_path / "a/b/file").read_bytes() == b"content"
    assert os.listdir(tmp_path / "a/b") == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    # Writing to /dev/full fails as it does on a full disk.
    (tmp_path / ".file.part").symlink_to("/dev/full")
    with pytest.raises(SetupError, match=r"Cannot write .*file: No space left on device\. Check"):
        files.write(target, b"new")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_an_interruption_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")

    def interrupted(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write(target, b"new")
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "error",
    [
        SetupError("It failed."),
        KeyboardInterrupt(),
        PermissionError(13, "Permission denied", "vendor/file"),
    ],
    ids=["failure", "Ctrl-C", "unreadable file"],
)
def test_a_program_that_fails_ends_with_one_line_and_a_status(error: BaseException) -> None:
    with pytest.raises(SystemExit) as ending, told_in_one_line():
        raise error
    # A string is what Python prints on stderr before it exits with status 1.
    assert isinstance(ending.value.code, str)
    assert len(ending.value.code.splitlines()) == 1
