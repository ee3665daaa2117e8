"""A child process that reads documents one after another: requests and answers are JSON lines on its standard streams.

Memory is limited, so that a hostile document ends this process and not the reader's; the parent ends it when time is
up.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from countervail.errors import CountervailError
from countervail.evidence.limits import MEMORY


def limit_memory(size: int = MEMORY) -> None:
    """Bound this process's address space, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limit; the parent's time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve() -> None:
    """Answer requests until standard input ends."""
    from countervail.evidence.reader import read_file

    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not break the protocol
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            answer = read_file(Path(request["path"]), request["name"], request["source"])
        except CountervailError as error:
            answer = {"refused": str(error)}
        except MemoryError:
            answer = {
                "refused": f"{request['name']}: needs more memory than a document may take ({MEMORY // 1024**2} MB); "
                f"split it"
            }
        except RecursionError:
            answer = {"refused": f"{request['name']}: nested too deeply; save it again from a word processor"}
        answers.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        answers.flush()


if __name__ == "__main__":
    limit_memory()
    serve()
