"""A child process that reads documents one after another, shut in as far as the system allows.

It gets documents through its standard input, a line of JSON and the bytes, and answers with lines of JSON: first what
could not be shut, then one answer a document. It needs no file but the program's own: it has no network, may write
nothing, and its memory is limited, so that a hostile document ends this process and not the reader's. The parent gives
it a bare environment and no descriptor but those of the two streams, and ends it when time is up.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any

from countervail.errors import CountervailError
from countervail.evidence import redact
from countervail.evidence.extract.parts import MEMORY

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES, _PARENT_DEATH_SIGNAL = 38, 1
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_WRITE_FILE = 1 << 1
_WRITING = (_WRITE_FILE | sum(1 << n for n in range(4, 13)), 1 << 13, 1 << 14)
"""Rights to write, remove and make files; those of the second and third version of Landlock."""
_TCP = 3
_OPEN_FILES = 256


def limit(name: str, size: int) -> bool:
    """Lower a limit of this process, for good; a lower one that is there stays. False where the system does not."""
    try:
        import resource

        kind = getattr(resource, name)
        hard = resource.getrlimit(kind)[1]
        size = size if hard == resource.RLIM_INFINITY else min(size, hard)
        resource.setrlimit(kind, (size, size))
    except (ImportError, AttributeError, ValueError, OSError):
        return False
    return True


def limit_memory(size: int = MEMORY) -> bool:
    """Bound this process's address space, or its data where the system has no such bound."""
    return limit("RLIMIT_AS", size) or limit("RLIMIT_DATA", size)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def cut_network(library: ctypes.CDLL) -> None:
    """Leave the network; OSError where that is not allowed."""
    for flags in (_NEW_NET, _NEW_USER | _NEW_NET):
        if library.unshare(flags) == 0:
            return
    _checked(-1)


def forbid_writing(library: ctypes.CDLL) -> None:
    """Give up the right to write, make or remove any file (and to use TCP, where Landlock has it); OSError where the
    system has no such thing."""
    version = _checked(library.syscall(_CREATE_RULESET, None, 0, 1))
    rights = sum(_WRITING[: min(version, 3)])
    attributes = struct.pack("=QQ", rights, _TCP) if version >= 4 else struct.pack("=Q", rights)
    rules = _checked(library.syscall(_CREATE_RULESET, attributes, len(attributes), 0))
    sink = os.open(os.devnull, os.O_RDONLY)
    _checked(library.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", _WRITE_FILE, sink), 0))
    _checked(library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(library.syscall(_RESTRICT_SELF, rules, 0))
    os.close(sink)
    os.close(rules)


def end_with_parent(library: ctypes.CDLL) -> None:
    """End as soon as the parent does, in the middle of a document too."""
    _checked(library.prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))


def confine() -> list[str]:
    """Shut this process in; a sentence for everything that cannot be shut here."""
    notes = []
    if not limit_memory():
        notes.append("their memory is not limited")
    limit("RLIMIT_CORE", 0)
    limit("RLIMIT_NOFILE", _OPEN_FILES)
    steps: tuple[tuple[str, Callable[[ctypes.CDLL], None]], ...] = (
        ("they are not cut off from the network", cut_network),
        ("they are not kept from writing files", forbid_writing),
        ("they may outlive this program", end_with_parent),
    )
    for what, step in steps:
        try:
            if not sys.platform.startswith("linux"):
                raise OSError(0, "this system has no means that is used here")
            step(ctypes.CDLL(None, use_errno=True))
        except (OSError, AttributeError) as error:
            notes.append(f"{what} ({getattr(error, 'strerror', None) or error})")
    if sys.platform.startswith("linux"):  # elsewhere the OCR may need a temporary file
        limit("RLIMIT_FSIZE", 0)
    return notes


def answer(request: dict[str, Any], data: bytes) -> dict[str, Any]:
    """What a document says, or why it is refused: in any case something, and by its name."""
    from countervail.evidence.reader import read_document

    name = request["name"]
    try:
        return read_document(data, name, request["source"])
    except CountervailError as error:
        reason = str(error)
    except MemoryError:
        reason = f"{name}: needs more memory than a document may take ({MEMORY // 1024**2} MB); split it"
    except RecursionError:
        reason = f"{name}: nested too deeply; save it again from a word processor"
    except Exception as error:  # a fault of a library or ours: it costs this document, not the others
        reason = f"{name}: cannot be read ({type(error).__name__}); save it again, or give its text"
    return {"refused": redact.masked(reason)}


def serve() -> None:
    """Answer requests until standard input ends."""
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not break the protocol

    def write(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message).encode() + b"\n")
        answers.flush()

    write({"notes": confine()})
    gc.set_threshold(20_000, 20, 50)  # a document makes many small objects, few of them in rings: 4 % of its time
    for line in source:
        request = json.loads(line)
        write(answer(request, source.read(request["size"])))


if __name__ == "__main__":
    serve()
