"""A file is written whole or not at all: never seen half, never lost, nothing left beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from countervail.files import LEFTOVER, placing, write_whole


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "one\r\ntwo ü")
    assert path.read_bytes() == "one\r\ntwo ü".encode()
    write_whole(path, b"\x00")
    assert path.read_bytes() == b"\x00"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_it_may_be_read_by_whom_the_user_s_mask_lets(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "a"
    write_whole(path, "old")

    def half(part: Path) -> None:
        part.write_text("half")
        assert LEFTOVER.fullmatch(part.name)
        assert path.read_text() == "old"
        raise error

    with pytest.raises(type(error)), placing(path) as part:
        half(part)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "none" / "a", "")
