"""Folders are replaced completely or not at all, and only what the package made is replaced or removed."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countervail.errors import InputError
from countervail.files import TemporaryFolder, carry, taking_turns, write_whole
from countervail.folders import MARKER, Kind, _tag, check, claim, damaged, marker, replacing
from support.kills import child, killed_at_every_step

RUN = Kind("run")
OLD = Kind("run", lambda folder: ["a", "b/c"] if (folder / "a").exists() else None)
posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and signals as POSIX has them")


def put(folder: Path, content: dict[str, str], kind: Kind = RUN, private: bool = False) -> Path:
    with replacing(folder, kind, private=private) as new:
        for name, text in content.items():
            new.write(name, text)
    return new.target


def seen(folder: Path) -> dict[str, str]:
    """Every file in a folder but the marker."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != MARKER)
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def mode(path: Path) -> str:
    return oct(path.lstat().st_mode & 0o7777)


@pytest.fixture
def mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


# -- what is written ---------------------------------------------------------------------------------------------------


def test_a_folder_is_replaced_and_the_user_s_own_files_stay(tmp_path: Path) -> None:
    target = put(tmp_path / "new" / "run", {"a": "1", "b/c": "2", "d": "3"})
    (target / "notes").write_text("mine")
    (target / "b" / "own").write_text("mine too")
    (target / "maps" / "none").mkdir(parents=True)
    inode = (target / "notes").stat().st_ino
    put(target, {"a": "4", "e/f": "5"})
    assert seen(target) == {"a": "4", "e/f": "5", "notes": "mine", "b/own": "mine too"}
    assert (target / "maps" / "none").is_dir()
    assert (target / "notes").stat().st_ino == inode  # the same file, so that whoever is writing to it may go on
    assert os.listdir(tmp_path / "new") == ["run"]
    put(target, {"a": "6"})
    assert not (target / "e").exists()


def test_the_marker_says_whose_it_is_and_what_was_written(tmp_path: Path) -> None:
    target = put(tmp_path / "run", {"a": "1", "b/c": "2"})
    content = marker(target)
    assert content is not None
    assert (content.kind, content.private, list(content.files)) == ("run", False, ["a", "b/c"])
    assert damaged(target) == []
    (target / "a").write_text("2")
    (target / "b" / "c").unlink()
    assert damaged(target) == ["a", "b/c"]
    assert put(tmp_path / "other", {"b/c": "2", "a": "1"}).joinpath(MARKER).read_text() == content.text()


def test_temporary_files_do_not_stay(tmp_path: Path) -> None:
    with replacing(tmp_path / "run", RUN) as new:
        (new.scratch / "sorted").write_text("1")
        (new.scratch / "below").mkdir()
        with new.create_text("letters/ü.txt") as file:
            file.write("ü\r\n")
    assert seen(new.target) == {"letters/ü.txt": "ü\n"}
    assert sorted(os.listdir(new.target)) == [MARKER, "letters"]


@pytest.mark.parametrize("name", ["../a", "/a", "", ".", "a/../../b", MARKER, "a\0b"])
def test_a_name_outside_is_a_mistake_of_the_program(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"), replacing(tmp_path / "run", RUN) as new:
        new.write(name, "")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["x" * 255, "a\nb", "ß\u202e", " ", "-o", "~", b"\xff\xfe".decode(errors="surrogateescape")]
)
def test_odd_names_are_names(tmp_path: Path, name: str) -> None:
    target = put(tmp_path / name, {"a": "1"})
    (target / name).write_text("mine")
    put(target, {"a": "2"})
    assert (target / "a").read_text() == "2"
    assert (target / name).read_text() == "mine"
    assert os.listdir(tmp_path) == [name]


files = st.dictionaries(
    st.sampled_from(["a", "b", "c", "a/b", "b/b", "c/a", "c/b/a"]), st.text("xyz", max_size=3), max_size=4
)


@settings(max_examples=60, deadline=None)
@given(old=files, own=files, new=files)
def test_of_any_files_the_new_and_the_user_s_are_there_or_all_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, old: dict[str, str], own: dict[str, str], new: dict[str, str]
) -> None:
    target = tmp_path_factory.mktemp("any") / "run"
    try:
        put(target, old)
    except InputError:  # a name is a file's and a folder's
        assert not target.exists()
        return
    mine = {}
    for name, text in own.items():
        path = target / name
        if name not in old and not path.is_dir() and not any(p.is_file() for p in path.parents):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            mine[name] = text
    try:
        put(target, new)
    except InputError:
        assert seen(target) == {**old, **mine}
        names = {*mine, *new}
        assert mine.keys() & new.keys() or any(a.startswith(f"{b}/") for a in names for b in names)
    else:
        assert seen(target) == {**new, **mine}
    assert os.listdir(target.parent) == ["run"]
    shutil.rmtree(target.parent)


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    thesis = tmp_path / "thesis"
    thesis.mkdir()
    (thesis / "a").write_text("years of work")
    run = put(tmp_path / "run", {"a": "1"})
    (tmp_path / "file").write_text("")
    for folder, kind in ((thesis, RUN), (run, Kind("case")), (tmp_path, RUN), (tmp_path / "file", RUN)):
        with pytest.raises(InputError, match=str(folder)) as caught:
            put(folder, {"a": "2"}, kind)
        assert caught.value.file == str(folder)
        with pytest.raises(InputError, match=str(folder)):
            claim(folder, kind)
    assert (seen(thesis), seen(run)) == ({"a": "years of work"}, {"a": "1"})


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": "folder/1"}', '{"format": "folder/9", "kind": "run"}', "[" * 10**5]
)
def test_a_damaged_marker_says_nothing(tmp_path: Path, content: str) -> None:
    target = put(tmp_path / "run", {"a": "1"})
    (target / MARKER).write_text(content)
    assert marker(target) is None
    with pytest.raises(InputError, match="not a run's folder"):
        put(target, {"a": "2"})
    put(target, {"a": "2"}, OLD)
    assert seen(target) == {"a": "2"}


def test_what_an_earlier_version_wrote_is_taken(tmp_path: Path) -> None:
    target = tmp_path / "run"
    (target / "b").mkdir(parents=True)
    for name in ("a", "b/c", "b/own"):
        (target / name).write_text(name)
    put(target, {"a": "2"}, OLD)
    assert seen(target) == {"a": "2", "b/own": "b/own"}
    assert marker(target) is not None


def test_a_folder_that_holds_an_input_is_refused(tmp_path: Path) -> None:
    target = put(tmp_path / "case", {"a": "1"})
    (target / "letters").mkdir()
    (target / "letters" / "b.txt").write_text("b")
    (tmp_path / "link").symlink_to(target / "letters")
    for item in (target, target / "letters", target / "letters" / "b.txt", tmp_path / "link" / "b.txt"):
        with pytest.raises(InputError, match="holds the input"):
            check(target, RUN, [tmp_path / "else", item])
    assert check(target, RUN, [tmp_path]) == target  # a folder of inputs may hold the target


@pytest.mark.parametrize("own", ["new", "b", "b/c/d"])
def test_a_file_of_the_user_s_is_never_overwritten(tmp_path: Path, own: str) -> None:
    target = put(tmp_path / "run", {"a": "1"})
    (target / own).parent.mkdir(parents=True, exist_ok=True)
    (target / own).write_text("mine")
    with pytest.raises(InputError, match=r"(new|b|b/c) in it is the user's own"):
        put(target, {"a": "2", "new": "2", "b/c": "2"})
    assert seen(target) == {"a": "1", own: "mine"}
    assert os.listdir(tmp_path) == ["run"]


@pytest.mark.parametrize("name", ["file/run", "x" * 256, "null\0byte", "loop/run"])
def test_a_path_that_can_be_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for writer in (put, lambda folder, _: claim(folder, RUN)):
        with pytest.raises(InputError, match="--out"):
            writer(tmp_path / name, {})
    assert sorted(os.listdir(tmp_path)) == ["file", "loop"]


# -- links and modes ---------------------------------------------------------------------------------------------------


@posix
def test_links_inside_are_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "c").write_text("1")
    target = put(tmp_path / "run", {"a": "1", "b/c": "1"})
    (target / "a").unlink()
    (target / "a").symlink_to(victim / "c")
    shutil.rmtree(target / "b")
    (target / "b").symlink_to(victim)
    assert damaged(target) == ["a", "b/c"]
    with pytest.raises(InputError, match="b in it is the user's own"):  # not ours: a link that somebody put there
        put(target, {"a": "2", "b/c": "2"})
    put(target, {"a": "2"})
    assert (target / "a").read_text() == "2"
    assert not (target / "a").is_symlink()
    assert (target / "b").readlink() == victim
    assert seen(victim) == {"c": "1"}


@posix
def test_a_link_at_a_marker_is_no_marker(tmp_path: Path) -> None:
    put(tmp_path / "run", {"a": "1"})
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / MARKER).symlink_to(tmp_path / "run" / MARKER)
    with pytest.raises(InputError, match="not a run's folder"):
        put(foreign, {"a": "2"})


@posix
def test_a_link_that_the_user_names_stays_and_its_folder_is_replaced(tmp_path: Path) -> None:
    put(tmp_path / "real" / "run", {"a": "1"})
    (tmp_path / "latest").symlink_to(tmp_path / "real" / "run")
    assert put(tmp_path / "latest", {"a": "2"}) == tmp_path / "real" / "run"
    assert (tmp_path / "latest").is_symlink()
    assert seen(tmp_path / "real" / "run") == {"a": "2"}
    assert os.listdir(tmp_path / "real") == ["run"]


@posix
def test_modes_are_kept_and_private_ones_are_given(tmp_path: Path, mask: None) -> None:
    target = put(tmp_path / "run", {"a": "1", "b/c": "1"})
    assert [mode(p) for p in (target, target / "a", target / "b")] == ["0o755", "0o644", "0o755"]
    for path, bits in ((target, 0o2750), (target / "a", 0o640), (target / "b", 0o711)):
        path.chmod(bits)
    put(target, {"a": "2", "b/c": "2", "d": "2"})
    assert [mode(p) for p in (target, target / "a", target / "b")] == ["0o2750", "0o640", "0o711"]
    (target / "own").write_text("mine")
    put(target, {"a": "3", "b/c": "3"}, private=True)
    assert [mode(p) for p in (target, target / "a", target / "b", target / "b" / "c")] == [
        "0o700",
        "0o600",
        "0o700",
        "0o600",
    ]
    assert mode(target / "own") == "0o644"
    target.chmod(0o750)  # who opens a private folder to his group may
    put(target, {"a": "4", "e/f": "4"}, private=True)
    assert [mode(p) for p in (target, target / "a", target / "e", target / "e" / "f")] == [
        "0o750",
        "0o600",
        "0o700",
        "0o600",
    ]


@posix
def test_nobody_else_reads_what_is_built(tmp_path: Path, mask: None) -> None:
    with replacing(tmp_path / "case", RUN, private=True) as new:
        new.write("text/a", "1")
        assert [mode(p) for p in (new.path, new.path / "text", new.path / "text" / "a")] == ["0o700", "0o700", "0o600"]
        assert len(new.path.name) > 16
    assert mode(claim(tmp_path / "cube", RUN, private=True)) == "0o700"


# -- what goes wrong half way ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), ValueError()])
def test_a_failure_leaves_the_old_folder_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    target = put(tmp_path / "run", {"a": "1"})

    def half() -> None:
        with replacing(target, RUN) as new:
            new.write("a", "2")
            raise error

    with pytest.raises(InputError if isinstance(error, OSError) else type(error)):
        half()
    assert seen(target) == {"a": "1"}
    assert os.listdir(tmp_path) == ["run"]


def test_an_error_of_another_file_is_the_caller_s(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "run", RUN):
        (tmp_path / "input").read_text()
    assert os.listdir(tmp_path) == []


def one_at_a_time(*_: object, **__: object) -> None:
    raise OSError


@pytest.mark.parametrize("at_once", [True, False])
def test_without_an_exchange_in_one_step_all_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if not at_once:
        monkeypatch.setattr(ctypes, "CDLL", one_at_a_time)
    target = put(tmp_path / "run", {"a": "1"})
    (target / "own").write_text("mine")
    put(target, {"a": "2"})
    assert seen(target) == {"a": "2", "own": "mine"}
    assert os.listdir(tmp_path) == ["run"]


@posix
@pytest.mark.parametrize("at_once", [True, False])
def test_what_others_do_just_before_the_exchange_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    target, real, done = put(tmp_path / "run", {"a": "1"}), ctypes.CDLL, []

    def after(act: Callable[[], object]) -> Callable[..., object]:
        def library(*given: object, **named: object) -> object:
            if not done:
                done.append(act())
            if at_once:
                return real(None, use_errno=True)
            raise OSError

        return library

    monkeypatch.setattr(ctypes, "CDLL", after(lambda: (target / "late").write_text("mine")))
    put(target, {"a": "2"})
    assert seen(target) == {"a": "2", "late": "mine"}

    def another_folder() -> None:
        target.rename(tmp_path / "moved")
        target.mkdir()
        (target / "thesis").write_text("mine")

    done.clear()
    monkeypatch.setattr(ctypes, "CDLL", after(another_folder))
    with pytest.raises(InputError, match="not a run's folder"):
        put(target, {"a": "3"})
    assert seen(target) == {"thesis": "mine"}
    assert seen(tmp_path / "moved") == {"a": "2", "late": "mine"}
    assert sorted(os.listdir(tmp_path)) == ["moved", "run"]


@posix
@pytest.mark.parametrize("at_once", [True, False])
def test_killed_before_every_system_call(tmp_path: Path, at_once: bool) -> None:
    """kill -9 before the first, second, ... call that changes a folder: the old or the new is there, and all of it."""
    kills, outcomes = killed_at_every_step(tmp_path, at_once)
    assert kills >= 20
    assert outcomes == {"old", "new"}


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopped_at_random_moments(tmp_path: Path, number: signal.Signals) -> None:
    target, random = put(tmp_path / "run", {f"{n}": "old" * 1000 for n in range(20)}), Random(0)
    (target / "own").write_text("mine")
    for _ in range(7):
        with child(tmp_path / "run") as process:
            time.sleep(random.uniform(0, 0.05))
            process.send_signal(number)
        assert (target / "own").read_text() == "mine"
        assert damaged(target) == []
        assert len(set(seen(target).values())) == 2
    put(target, {"a": "1"})
    assert os.listdir(tmp_path) == ["run"]


@posix
def test_a_full_disk_leaves_the_old_folder(tmp_path: Path) -> None:
    target = put(tmp_path / "run", {"a": "1"})
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "from countervail.errors import InputError; from countervail.folders import Kind, replacing\n"
        "try:\n"
        "    with replacing(sys.argv[1], Kind('run')) as new: new.write('a', '2' * 10000)\n"
        "except InputError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], check=True, capture_output=True, text=True)
    assert done.stdout == f"--out: {target} cannot be written: File too large; name another folder\n"
    assert seen(target) == {"a": "1"}
    assert os.listdir(tmp_path) == ["run"]


def test_many_at_once_leave_one_of_them(tmp_path: Path) -> None:
    errors: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for _ in range(5):
                put(tmp_path / "run", {f"{k}": str(number) for k in range(10)})
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(seen(tmp_path / "run").values())) == 1
    assert damaged(tmp_path / "run") == []
    assert os.listdir(tmp_path) == ["run"]


@pytest.mark.parametrize("at_once", [True, False])
def test_two_writers_put_their_folders_there_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    if not at_once:
        monkeypatch.setattr(ctypes, "CDLL", one_at_a_time)
    target = put(tmp_path / "run", {"a": "1"})
    others: list[Thread] = []
    before: list[dict[str, str]] = []

    def interrupted(*given: Any) -> None:  # what the first writer does before its folder takes its place
        if not others:
            others.append(Thread(target=put, args=(target, {"b": "3"})))
            others[0].start()
            others[0].join(0.1)
            before.append(seen(target))
        carry(*given)

    monkeypatch.setattr("countervail.folders.carry", interrupted)
    put(target, {"a": "2"})
    others[0].join()
    assert before == [{"a": "1"}]
    assert seen(target) == {"b": "3"}
    assert damaged(target) == []
    assert os.listdir(tmp_path) == ["run"]


def test_a_writer_that_waits_too_long_for_another_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countervail.files._PATIENCE", 0.0)
    target = put(tmp_path / "run", {"a": "1"})
    with (
        taking_turns(tmp_path, _tag(target)),
        pytest.raises(InputError, match="another program is writing it"),
    ):
        put(target, {"a": "2"})
    assert seen(target) == {"a": "1"}


def test_what_the_user_adds_meanwhile_stays(tmp_path: Path) -> None:
    target = put(tmp_path / "run", {"a": "1"})
    (target / "log").write_text("1\n")
    with (target / "log").open("a") as log, replacing(target, RUN) as new:
        new.write("a", "2")
        (target / "added").write_text("mine")
        log.write("2\n")
    assert seen(target) == {"a": "2", "added": "mine", "log": "1\n2\n"}


# -- leftovers ---------------------------------------------------------------------------------------------------------


@posix
def test_leftovers_of_the_dead_go_and_those_of_the_living_stay(tmp_path: Path) -> None:
    with child(tmp_path / "other", hang=True) as process:
        left = os.listdir(tmp_path)
        put(tmp_path / "run", {"a": "1"})
        assert sorted(os.listdir(tmp_path)) == sorted([*left, "run"])
        process.kill()
    put(tmp_path / "run", {"a": "1"})
    assert os.listdir(tmp_path) == ["run"]


@posix
def test_only_what_a_writer_made_is_swept(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "a").write_text("victim")
    for name in (".countervail-0123456789abcdef.part", ".countervail-01234567-0123456789abcdef.new"):
        (tmp_path / name).symlink_to(victim)
    (tmp_path / ".countervail-notes.new").mkdir()
    (tmp_path / "x.part").write_text("mine")
    before = sorted(os.listdir(tmp_path))
    put(tmp_path / "run", {"a": "1"})
    write_whole(tmp_path / "file", "1")
    assert sorted(os.listdir(tmp_path)) == sorted([*before, "run", "file"])
    assert seen(victim) == {"a": "victim"}


@posix
def test_a_temporary_folder_goes_with_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = (
        "import sys; from countervail.files import TemporaryFolder as T; t = T(); print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (theirs,) = tmp_path.iterdir()
        (theirs / "a").write_text("1")
        with TemporaryFolder() as mine:
            assert {theirs, mine} == set(tmp_path.iterdir())
            assert mode(mine) == "0o700"
        assert list(tmp_path.iterdir()) == [theirs]
        process.kill()
    with TemporaryFolder() as mine:
        assert list(tmp_path.iterdir()) == [mine]


def test_a_folder_that_grows_is_claimed_once_and_again(tmp_path: Path) -> None:
    folder = claim(tmp_path / "new" / "cube", RUN)
    write_whole(folder / "block", "1")
    assert claim(folder, RUN) == folder
    assert seen(folder) == {"block": "1"}
    with pytest.raises(InputError, match="not a case's folder"):
        claim(folder, Kind("case"))
