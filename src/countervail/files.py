"""Atomic writes of one file, and the steps of `folders`: temporary names, locks, cleaning up after killed processes.

Content under construction has an unpredictable name beside its target, `.countervail-*`, created exclusively and never
through a link. The process holds a lock on it, which the system releases when the process ends: `sweep` removes what is
not locked, and reused process numbers do not matter. Without such locks, leftovers are removed after a week.
"""

from __future__ import annotations

import ctypes
import errno
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from io import BufferedRandom, BufferedReader
from pathlib import Path
from secrets import token_hex
from typing import Final

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LEFTOVER: Final = re.compile(r"\.countervail-(?:[0-9a-f]{8}-)?[0-9a-f]{16}\.(?:new|old|part|tmp)")
"""Names of content under construction: a folder (`new`), one moved aside (`old`), a file, a temporary folder."""
_STALE: Final = 7 * 24 * 3600.0
_TRIES: Final = 20
_PATIENCE: Final = 60.0
"""Seconds that a writer waits for another one of the same target."""
_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_AT_CWD: Final = -100
_EXCHANGE: Final = 2


@contextmanager
def placing(path: Path, private: bool = False) -> Iterator[Path]:
    """A path beside `path` to write to; the file takes the place of `path` at the end, and is gone if anything fails.

    A link at `path` is replaced, not followed. The new file has the mode of the one it replaces.

    Raises:
        OSError: it cannot be put there, or `path` is a device, a pipe or the like.
    """
    sweep(path.parent)
    special = path.exists() and not path.is_file()
    if special or (path.is_symlink() and os.readlink(path).startswith("/proc/")):  # /dev/stdout, say
        raise OSError(errno.EINVAL, "not an ordinary file", str(path))
    part, held = build(path.parent, "part", 0o600 if private else 0o666)
    try:
        yield part
        if path.exists() and not path.is_symlink():
            part.chmod(stat.S_IMODE(path.stat().st_mode) & (0o700 if private else 0o7777))
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        release(held)


def write_whole(path: Path, content: str | bytes, private: bool = False) -> None:
    """Write a file, so that a reader sees the old one or the new one; text as UTF-8, its line ends as they are.

    Raises:
        OSError: as `placing`.
    """
    with placing(path, private) as part, part.open("wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


def open_whole(path: str | Path) -> BufferedReader:
    """A file, opened to be read; OSError where it is no ordinary file: a link, a pipe."""
    handle = os.open(path, os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not an ordinary file", str(path))
    return open(handle, "rb")


def create(path: Path, private: bool) -> BufferedRandom:
    """A new file, for writing and reading; FileExistsError where something has its name."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
    return open(os.open(path, flags, 0o600 if private else 0o666), "w+b")


class TemporaryFolder:
    """A private folder of this process, removed by `close`, or by the next `sweep` if the process was killed."""

    def __init__(self) -> None:
        parent = Path(tempfile.gettempdir())
        sweep(parent)
        self.path, self._held = build(parent, "tmp", 0o700)

    def close(self) -> None:
        """Remove it."""
        remove(self.path)
        release(self._held)
        self._held = None

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


# -- temporary names, locks, cleaning up -------------------------------------------------------------------------------


def build(parent: Path, suffix: str, mode: int, tag: str = "") -> tuple[Path, int | None]:
    """A new folder (for `part` a file) with an unpredictable name, and the lock on it."""
    for _ in range(_TRIES):
        path = parent / f".countervail-{tag}{token_hex(8)}.{suffix}"
        if suffix == "part":
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, mode))
        else:
            path.mkdir(mode)
        with suppress(FileNotFoundError, BlockingIOError):  # removed as a leftover before it was locked
            return path, hold(path)
    raise OSError(errno.EBUSY, "other programs are changing it", str(parent))


def hold(path: Path) -> int | None:
    """A lock on a file or folder, released when the process ends; None where the system has no locks.

    Raises:
        BlockingIOError: another process has it.
        FileNotFoundError: there is nothing of that name, or no longer what was locked.
    """
    if fcntl is None:
        return None
    handle = os.open(path, os.O_RDONLY | _NO_FOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(handle), path.lstat()):
            raise FileNotFoundError(errno.ENOENT, "replaced while it was locked", str(path))
    except (BlockingIOError, FileNotFoundError):
        os.close(handle)
        raise
    except OSError:  # this file system has none
        os.close(handle)
        return None
    return handle


def release(held: int | None) -> None:
    """Release a lock of `hold`."""
    if held is not None:
        os.close(held)


@contextmanager
def taking_turns(parent: Path, tag: str) -> Iterator[None]:
    """Lets one writer of a target work at a time, where the system has locks; `tag` is that of the target.

    The lock is on an empty file beside the target, because each swap puts another folder there.

    Raises:
        OSError: another writer does not finish.
    """
    path = parent / f".countervail-{tag}-{0:016x}.part"
    until = time.monotonic() + _PATIENCE
    while True:
        with suppress(BlockingIOError, FileNotFoundError):  # another writer has it, or has just removed it
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT | _NO_FOLLOW, 0o666))
            held = hold(path)
            break
        if time.monotonic() > until:
            raise OSError(errno.EBUSY, "another program is writing it", str(path))
        time.sleep(0.002)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        release(held)


def remove(path: Path) -> None:
    """Remove a file or a folder with its content, read-only folders included."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        for at, _, _ in os.walk(path):
            with suppress(OSError):
                for entry in os.scandir(at):
                    if entry.is_dir(follow_symlinks=False):
                        os.chmod(entry.path, 0o700)
        shutil.rmtree(path, ignore_errors=True)


def is_mine(path: Path) -> bool:
    """Whether a path is a folder or an ordinary file, owned by this user."""
    info = path.lstat()
    user = os.geteuid() if os.name == "posix" else info.st_uid
    return (stat.S_ISDIR(info.st_mode) or stat.S_ISREG(info.st_mode)) and info.st_uid == user


def sweep(parent: Path) -> None:
    """Remove what killed processes left in `parent`."""
    names: list[str] = []
    with suppress(OSError):  # a folder that may be written to but not listed
        names = os.listdir(parent)
    for name in names:
        path = parent / name
        if not LEFTOVER.fullmatch(name) or name.endswith(".old"):
            continue
        with suppress(OSError):  # it is gone, or its process is running
            if is_mine(path):
                held = hold(path)
                if held is not None or time.time() - path.lstat().st_mtime > _STALE:
                    remove(path)
                release(held)


def sync_file(path: Path) -> None:
    """Bring a file's content to disk; OSError where that fails."""
    handle = os.open(path, os.O_RDWR | _NO_FOLLOW)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Bring a folder's entries to disk, where the system lets folders be opened."""
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY | _NO_FOLLOW)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def carry(source: Path, to: Path, ours: Collection[str], written: Collection[str], at: str = "") -> None:
    """Put into the folder `to` what `source` holds besides `ours`: files as hard links, links as links.

    Existing entries of `to` are left alone; FileExistsError if one is in `written` (names, case folded).
    """
    for entry in sorted(os.scandir(source / at), key=lambda entry: entry.name):
        name = f"{at}{entry.name}"
        if name in ours or LEFTOVER.fullmatch(entry.name):
            continue
        here, there = source / name, to / name
        folder = entry.is_dir(follow_symlinks=False)
        if folder and any(other.startswith(f"{name}/") for other in ours) and not _has_others(source, name, ours):
            continue
        if os.path.lexists(there):
            if name.casefold() in written and not (folder and stat.S_ISDIR(there.lstat().st_mode)):
                raise FileExistsError(errno.EEXIST, f"{name} in it is the user's own; move it")
            made = False
        elif folder:
            there.mkdir(0o700)
            made = True
        else:
            try:
                os.link(here, there, follow_symlinks=False)
            except (OSError, NotImplementedError) as error:
                if isinstance(error, OSError) and error.errno == errno.EXDEV:
                    raise
                shutil.copy2(here, there, follow_symlinks=False)
        if folder:
            if os.path.ismount(here):
                raise OSError(errno.EXDEV, f"{name} in it is a file system of its own")
            carry(source, to, ours, written, f"{name}/")
            if made:
                shutil.copystat(here, there)


def _has_others(source: Path, at: str, ours: Collection[str]) -> bool:
    """Whether there is a file of the user's in the folder `at` of `source`."""
    for within, folders, files in os.walk(source / at):
        below = Path(within).relative_to(source)
        links = [name for name in folders if Path(within, name).is_symlink()]
        if any((below / name).as_posix() not in ours for name in (*files, *links)):
            return True
    return False


def swap(fresh: Path, target: Path, before: os.stat_result | None) -> bool:
    """Put `fresh` in the place of `target`, and what was there in that of `fresh`; False where it was not `before`."""
    if before is None:
        try:
            os.rename(fresh, target)
        except OSError as error:
            if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                return False
            raise
        return True
    if _exchange(fresh, target):
        if os.path.samestat(fresh.lstat(), before):
            return True
        _exchange(fresh, target)
        return False
    aside = fresh.with_suffix(".old")  # which `folders.check` puts back, where this ends here
    try:
        os.rename(target, aside)
        same = os.path.samestat(aside.lstat(), before)
        os.rename(fresh if same else aside, target)
        if same:
            os.rename(aside, fresh)
    except BaseException:
        if os.path.lexists(aside):
            os.rename(aside, fresh if os.path.lexists(target) else target)
        raise
    return same


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, where the system can."""
    names = os.fsencode(one), os.fsencode(other)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(library.renamex_np(*names, ctypes.c_uint(_EXCHANGE)) == 0)
        return bool(library.renameat2(_AT_CWD, names[0], _AT_CWD, names[1], ctypes.c_uint(_EXCHANGE)) == 0)
    except (AttributeError, OSError, TypeError):
        return False
