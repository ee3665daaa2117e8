"""A file is written atomically: never read in part, never lost, nothing left beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from countervail.files import LEFTOVER, open_whole, placing, write_whole

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and signals as POSIX has them")


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_whole(path, "one\r\ntwo ü")
    assert path.read_bytes() == "one\r\ntwo ü".encode()
    write_whole(path, b"\x00")
    assert path.read_bytes() == b"\x00"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_user_s_umask_applies(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write_whole(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
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


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_whole(tmp_path / "none" / "a", "")


@posix
def test_links_under_names_that_could_be_guessed_are_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("victim")
    for number in range(os.getpid(), os.getpid() + 100):
        (tmp_path / f".x.csv.{number}.part").symlink_to(victim)
    (tmp_path / "x.csv").symlink_to(victim)
    write_whole(tmp_path / "x.csv", "new")
    assert victim.read_text() == "victim"
    assert (tmp_path / "x.csv").read_text() == "new"
    assert not (tmp_path / "x.csv").is_symlink()


@posix
def test_a_file_keeps_its_mode_and_a_private_one_is_the_user_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, "1", private=True)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    write_whole(path, "2")
    assert path.stat().st_mode & 0o777 == 0o640
    write_whole(path, "3", private=True)
    assert path.stat().st_mode & 0o777 == 0o600


@posix
def test_what_is_no_ordinary_file_is_neither_replaced_nor_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "stdout").symlink_to("/proc/self/fd/1")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "link", "stdout", "folder"):
        with pytest.raises(OSError, match="not an ordinary file"):
            write_whole(tmp_path / name, "")
        with pytest.raises(OSError, match=r"not an ordinary file|symbolic links"):
            open_whole(tmp_path / name)
    assert sorted(os.listdir(tmp_path)) == ["folder", "link", "pipe", "stdout"]


@posix
def test_the_part_of_a_process_that_was_killed_goes(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from countervail.files import placing\n"
        "with placing(Path(sys.argv[1])) as part: part.write_text('half'); os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")])
    assert len(os.listdir(tmp_path)) == 1
    with placing(tmp_path / "b") as part:
        assert os.listdir(tmp_path) == [part.name]
        write_whole(tmp_path / "a", "1")  # which leaves the part of the living alone
        part.write_text("2")
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]
