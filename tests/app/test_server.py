"""The command `countervail serve`: starts, prints its address, answers, and ends with all that it started."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from countervail import cli
from countervail.app.server import HOST, listening
from support.served import is_running, until

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@contextmanager
def command(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`countervail serve` with these arguments, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "countervail", "serve", "--port", "0", "--no-open", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert address, process.stderr.read() if process.stderr else ""
        yield process, address.group()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def children(process: int) -> list[int]:
    paths = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in paths for child in path.read_text().split()]


@posix
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_answers_and_ends(sign: signal.Signals) -> None:
    with command("--set", "club.china=none", "--draws", "7") as (process, address):
        meta = httpx.get(f"{address}api/meta", timeout=30, trust_env=False).json()
        assert meta["state"] == {"scenario": "asiu", "set": ["club.china=none"], "case": None}
        assert meta["draws"] == 7
        workers = until(lambda: children(process.pid)) if Path("/proc/self/task").exists() else []
        began = time.monotonic()
        # as a terminal does it: to every process of the group
        os.killpg(process.pid, sign)
        out, err = process.communicate(timeout=20)
        assert time.monotonic() - began < 6
        assert process.returncode == (0 if sign == signal.SIGINT else -signal.SIGTERM)
        assert (out, err) == ("", "")
        until(lambda: not any(is_running(worker) for worker in workers), 5)


@posix
def test_its_workers_end_even_where_it_is_killed() -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("needs /proc")
    with command() as (process, _):
        workers = until(lambda: children(process.pid))
        time.sleep(1)
        process.kill()
        process.wait()
        until(lambda: not any(is_running(worker) for worker in workers), 20)


@posix
def test_ctrl_c_is_blocked_in_the_first_worker_from_its_start() -> None:
    """Starting the first process starts multiprocessing's tracker, too, which unblocks the signal when it is done."""
    if not Path("/proc/self/status").exists():
        pytest.skip("needs /proc")
    code = (
        "from countervail.app.processes import Worker; from multiprocessing import active_children\n"
        "from pathlib import Path\n"
        "worker = Worker(None); worker.prepare(); (process,) = active_children()\n"
        "print(Path(f'/proc/{process.pid}/status').read_text()); worker.close()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    blocked = re.search(r"^SigBlk:\s*([0-9a-f]+)$", done.stdout, re.MULTILINE)
    assert blocked
    assert int(blocked[1], 16) >> (signal.SIGINT - 1) & 1
    assert done.stderr == ""


def test_a_port_that_is_taken_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.call(["serve", "--no-open", "--port", str(port)]) == 2
    assert f"--port: {port} is not available" in capsys.readouterr().err
    assert taken.family.name == "AF_INET"
    assert HOST == "127.0.0.1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere: no such scenario file"),
        (["--set", "club.chna=1"], "there is no `chna`"),
        (["--evidence", "nowhere"], "no case here"),
        (["--port", "70000"], "'--port'"),
        (["--draws", "-1"], "'--draws'"),
    ],
)
def test_a_wrong_start_exits_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.call(["serve", "--no-open", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("extra", "needed_by"), [("uvicorn", "server"), ("cachetools", "processes.answers")])
def test_a_missing_extra_is_named(
    extra: str, needed_by: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, extra, None)
    monkeypatch.delitem(sys.modules, f"countervail.app.{needed_by}")
    assert cli.call(["serve", "--no-open"]) == 2
    assert f"serve needs {extra}: pip install 'countervail[serve]'" in capsys.readouterr().err


def test_the_server_is_not_needed_elsewhere() -> None:
    code = (
        "import sys; sys.modules['fastapi'] = sys.modules['uvicorn'] = None; import countervail as cv; "
        "import countervail.cli; cv.load_scenario('asiu'); from countervail.cli import call; call(['serve', '--help'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Example: countervail serve" in done.stdout
