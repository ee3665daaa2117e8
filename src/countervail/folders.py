"""Atomic replacement of output folders; only files that the package made are replaced or removed.

```
with replacing(out, CASE, inputs=documents) as new:      # a folder that is replaced: a run, a case
    new.write("evidence.json", text)
    with new.create("mentions.jsonl") as file: ...
check(out, CASE, inputs=documents)                       # before the work: raises what `replacing` would raise
folder = claim(out, CUBE)                                # a folder that grows file by file: a cube
marker(folder); damaged(folder)                          # its kind; the files that are not as they were written
```

One file is written by `files.write_whole` or `files.placing`; `files.TemporaryFolder` is removed with its process.

- **Atomic.** The new folder is built beside the target, hence on the same file system, and synced to disk; then the two
  are exchanged in one step, or in two steps that the next `check` completes. After an exception, SIGINT, SIGTERM, a
  full disk or `kill -9` the target is complete: the old folder or the new one. Writers of one target take turns.
- **Ownership.** A folder of ours has the file `.countervail.json` with its kind and the digest of every file written. A
  folder without it is accepted if it is new or empty, or if `Kind.adopt` recognises one of an earlier version. Every
  other folder is refused, and so is one that contains an input. Other files in a folder belong to the user: a
  replacement leaves them unchanged (as hard links where possible) and never overwrites them.
- **Symbolic links** inside a folder are not followed; the path of the target is resolved once.
- **Modes** of a folder and its files survive a replacement. With `private`, new ones are 700 and 600.
- **Leftovers** of killed processes are removed by the next writer in the same directory.
"""

from __future__ import annotations

import errno
import io
import json
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final

from countervail.errors import InputError
from countervail.files import (
    LEFTOVER,
    build,
    carry,
    create,
    hold,
    is_mine,
    open_whole,
    release,
    remove,
    swap,
    sweep,
    sync_file,
    sync_folder,
    taking_turns,
    write_whole,
)

MARKER: Final = ".countervail.json"
"""The file that marks a folder as ours."""
_FORMAT: Final = "folder/1"
_TRIES: Final = 20


@dataclass(frozen=True)
class Kind:
    """A kind of folder.

    Attributes:
        name: as the marker has it: run, case, cube.
        adopt: the names (relative, with `/`) of our files in a folder without a marker, as an earlier version left it;
            None where the folder is not of this kind.
        refusal: the message for a folder of something else, with `{folder}` and `{kind}`.
        failure: the message for a folder that cannot be written, with `{folder}` and `{why}`.
        field: the option that names the folder, as errors have it.
    """

    name: str
    adopt: Callable[[Path], Collection[str] | None] = lambda folder: None
    refusal: str = "--out: {folder} is not empty and not a {kind}'s folder; empty it, or name another"
    failure: str = "--out: {folder} cannot be written: {why}; name another folder"
    field: str | None = "out"

    def refused(self, folder: str | Path) -> InputError:
        """The error for a folder of something else."""
        return InputError(self.refusal.format(folder=folder, kind=self.name), field=self.field, file=str(folder))

    def failed(self, folder: str | Path, why: object) -> InputError:
        """The error for a folder that cannot be written."""
        if isinstance(why, OSError):
            why = why.strerror or why
        return InputError(self.failure.format(folder=folder, why=why), field=self.field, file=str(folder))


# -- the marker --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marker:
    """The content of `.countervail.json`: kind of folder, whether it was made private, SHA-256 of each file by name."""

    kind: str
    private: bool = False
    files: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """As it is written; the same files give the same bytes."""
        files = dict(sorted(self.files.items()))
        return (
            json.dumps({"format": _FORMAT, "kind": self.kind, "private": self.private, "files": files}, indent=1) + "\n"
        )


def marker(folder: str | Path) -> Marker | None:
    """The marker of a folder; None where there is none, or it is damaged."""
    try:
        with open_whole(Path(folder) / MARKER) as file:
            content = json.load(file)
        kind, private, files = content["kind"], content["private"], content["files"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    if content.get("format") != _FORMAT or not isinstance(kind, str) or not isinstance(files, dict):
        return None
    if not all(isinstance(digest, str) and _is_inside(name) for name, digest in files.items()):
        return None
    return Marker(kind, private is True, files)


def damaged(folder: str | Path) -> list[str]:
    """The files of a folder that are missing or not as they were written; empty where it has no marker."""
    content = marker(folder)
    return [] if content is None else [name for name, known in content.files.items() if _digest(folder, name) != known]


def _digest(folder: str | Path, name: str) -> str | None:
    path = Path(folder)
    for part in PurePosixPath(name).parts[:-1]:
        path /= part
        if path.is_symlink():
            return None
    try:
        with open_whole(Path(folder) / name) as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


# -- a folder that is replaced -----------------------------------------------------------------------------------------


def check(folder: str | Path, kind: Kind, inputs: Iterable[str | Path] = ()) -> Path:
    """The folder's path, resolved; completes a replacement of it that was cut off.

    Raises:
        InputError: it cannot be written, is something else's, or holds one of `inputs`.
    """
    try:
        target = Path(folder).resolve()
        _heal(target)
        if target.exists() and not target.is_dir():
            raise kind.failed(folder, "it is a file, not a folder")
        if target.is_dir() and _ours(target, kind) is None:
            raise kind.refused(folder)
        for item in inputs:
            resolved = Path(item).resolve()
            if resolved == target or target in resolved.parents:
                raise kind.failed(folder, f"it holds the input {item}")
        if os.path.ismount(target):
            raise kind.failed(folder, "it is a file system of its own, which cannot be replaced")
        above = next(parent for parent in target.parents if parent.exists())
        if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
            raise kind.failed(folder, f"{above} does not allow it" if above.is_dir() else f"{above} is a file")
    except OSError as error:
        raise kind.failed(folder, error) from None
    except (RuntimeError, ValueError) as error:  # a loop of links, a null byte
        raise kind.failed(folder, f"it is no usable path ({error})") from None
    return target


def _ours(target: Path, kind: Kind) -> Collection[str] | None:
    """Names of the files in a folder that the package made; None where the folder is something else's."""
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):  # another writer is putting a new folder there
            before = target.lstat()
            ours = _named_in(target, kind)
            if os.path.samestat(before, target.lstat()):
                return ours
    raise OSError(errno.EBUSY, "other programs are changing it")


def _named_in(target: Path, kind: Kind) -> Collection[str] | None:
    if known := marker(target):
        return {*known.files, MARKER} if known.kind == kind.name else None
    if all(LEFTOVER.fullmatch(name) for name in os.listdir(target)):
        return ()
    adopted = kind.adopt(target)
    return None if adopted is None else {*adopted, MARKER}


class NewFolder:
    """A folder under way; what is put into `path` becomes the target's content."""

    def __init__(self, path: Path, target: Path, private: bool) -> None:
        self.path = path
        """Where it is built."""
        self.target = target
        """Where it will be."""
        self._private = private

    @property
    def scratch(self) -> Path:
        """A folder for temporary files, which is removed."""
        path = self.path / ".scratch"
        path.mkdir(0o700, exist_ok=True)
        return path

    def create(self, name: str) -> BinaryIO:
        """A new file, opened for writing and reading bytes; folders in `name` (with `/`) are made."""
        if not _is_inside(name) or name == MARKER:
            raise ValueError(f"{name!r} is no name of a file inside a folder")
        path = self.path / name
        for parent in reversed(path.relative_to(self.path).parents[:-1]):
            (self.path / parent).mkdir(0o700 if self._private else 0o777, exist_ok=True)
        return create(path, self._private)

    def create_text(self, name: str) -> IO[str]:
        """The same for text: UTF-8, line ends as they are written."""
        return io.TextIOWrapper(self.create(name), encoding="utf-8", newline="\n")

    def write(self, name: str, content: str | bytes) -> None:
        """Write a new file; text as UTF-8, its line ends as they are."""
        with self.create(name) as file:
            file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(
    folder: str | Path, kind: Kind, inputs: Iterable[str | Path] = (), private: bool = False
) -> Iterator[NewFolder]:
    """A new folder to fill, which takes the place of `folder` when the block ends without an error.

    Raises:
        InputError: as `check`, or where it cannot be written; `folder` is then as it was.
    """
    target = check(folder, kind, inputs)
    with _failing(folder, kind):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        mode = 0o700 if private or target.exists() else 0o777
        fresh, held = build(target.parent, "new", mode, f"{_tag(target)}-")
    try:
        try:
            yield NewFolder(fresh, target, private)
        except OSError as error:  # of a file that is written, or of another that is the caller's matter
            if error.filename is not None and fresh not in Path(os.fsdecode(error.filename)).parents:
                raise
            raise kind.failed(folder, error) from None
        with _failing(folder, kind), taking_turns(target.parent, _tag(target)):
            _commit(fresh, target, kind, private)
    finally:
        remove(fresh)
        release(held)


@contextmanager
def _failing(folder: str | Path, kind: Kind) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise kind.failed(folder, error) from None


def _commit(fresh: Path, target: Path, kind: Kind, private: bool) -> None:
    """Complete a new folder, and let it take its target's place."""
    remove(fresh / ".scratch")
    folders, files = _content(fresh)
    digests = {name: _digest(fresh, name) or "" for name in files}
    with create(fresh / MARKER, private) as file:
        file.write(Marker(kind.name, private, digests).text().encode())
    written = {*folders, *files, MARKER}
    for name in (*files, MARKER):
        sync_file(fresh / name)
    known = marker(target)
    tighten = private and not (known and known.private)
    _set_modes(fresh, target, written, private, tighten)
    ours: Collection[str] | None = ()
    for _ in range(_TRIES):
        before = target.lstat() if os.path.lexists(target) else None
        held = None
        if before is not None:
            ours = _ours(target, kind) if stat.S_ISDIR(before.st_mode) else None
            if ours is None:
                raise kind.refused(target)
            carry(target, fresh, ours, {name.casefold() for name in written})
            with suppress(BlockingIOError):  # of one that has just put it there
                held = hold(target)
        _set_modes(fresh, target, [""], private, tighten)
        for name in ("", *folders):
            sync_folder(fresh / name)
        try:
            if swap(fresh, target, before):
                sync_folder(target.parent)
                if ours and before is not None:  # what was added to the folder since the first look
                    carry(fresh, target, ours, ())
                return
        finally:
            release(held)
    raise OSError(errno.EBUSY, "other programs are changing it")


def _content(folder: Path) -> tuple[list[str], list[str]]:
    """The folders and the files in a folder by relative name; OSError for anything else."""
    folders: list[str] = []
    files: list[str] = []
    for at, below, names in os.walk(folder):
        for name in (*below, *names):
            path = Path(at, name)
            mode = path.lstat().st_mode
            if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
                raise OSError(errno.EINVAL, "not an ordinary file", str(path))
            (folders if stat.S_ISDIR(mode) else files).append(path.relative_to(folder).as_posix())
    return sorted(folders), sorted(files)


def _set_modes(fresh: Path, target: Path, names: Iterable[str], private: bool, tighten: bool) -> None:
    """Give files and folders of ours the modes that they had, or those of a private folder."""
    for name in names:
        path, old = fresh / name, target / name
        mode = path.stat().st_mode
        if private:
            path.chmod(0o700 if stat.S_ISDIR(mode) else 0o600)
        if not tighten and os.path.lexists(old):
            then = old.lstat()
            if stat.S_IFMT(then.st_mode) == stat.S_IFMT(mode):
                if os.name == "posix" and then.st_gid != path.stat().st_gid:
                    with suppress(OSError):
                        os.chown(path, -1, then.st_gid)
                path.chmod(stat.S_IMODE(then.st_mode))


# -- a folder that grows -----------------------------------------------------------------------------------------------


def claim(folder: str | Path, kind: Kind, private: bool = False) -> Path:
    """Make a folder that grows file by file (by `files.write_whole`), or take one of its kind; its path, resolved.

    Raises:
        InputError: as `check`, or where it cannot be written.
    """
    target = check(folder, kind)
    with _failing(folder, kind):
        target.mkdir(0o700 if private else 0o777, parents=True, exist_ok=True)
        sweep(target)
        if marker(target) is None:
            write_whole(target / MARKER, Marker(kind.name, private).text(), private)
    return target


def _tag(target: Path) -> str:
    """What the names of a target's folders under way have in common; its own name may be as long as names can be."""
    return sha256(os.fsencode(target.name)).hexdigest()[:8]


def _heal(target: Path) -> None:
    """Put back a folder that was moved aside by a process that was killed before it put the new one there."""
    names = os.listdir(target.parent) if target.parent.is_dir() else []
    for name in names:
        path = target.parent / name
        if name.startswith(f".countervail-{_tag(target)}-") and LEFTOVER.fullmatch(name) and name.endswith(".old"):
            with suppress(BlockingIOError, FileNotFoundError):
                if is_mine(path):
                    held = hold(path)
                    if not os.path.lexists(target):
                        os.rename(path, target)
                    elif marker(target) is not None:
                        remove(path)
                    release(held)
