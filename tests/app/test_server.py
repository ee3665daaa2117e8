"""The command `countervail serve`: starts, prints its address, answers, and ends with all that it started."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from countervail import cli
from countervail.app.processes.answers import processors
from countervail.app.server import HOST, listening
from countervail.files import LEFTOVER
from support.served import app, begun, cookie, is_running, odd, serving, until

posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@contextmanager
def command(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`countervail serve` with these arguments, and a client that has opened its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "countervail", "serve", "--port", "0", "--no-open", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        address = re.search(r"(http://127\.0\.0\.1:\d+)/\?token=[\w-]{43}", process.stdout.readline())
        assert address, process.stderr.read() if process.stderr else ""
        with httpx.Client(base_url=address[1], timeout=30, trust_env=False) as client:
            assert client.get(address[0]).status_code == 303
            following = process.stdout.readline()
            assert following.startswith("Opened. In another browser, it is at http://127.0.0.1:")
            assert address[0] not in following
            yield process, client
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
    with command("--set", "club.china=none", "--draws", "7") as (process, client):
        meta = client.get("/api/meta").json()
        assert meta["state"] == {"scenario": "asiu", "set": ["club.china=none"], "case": None}
        assert meta["draws"] == 7
        workers = until(lambda: children(process.pid)) if Path("/proc/self/task").exists() else []
        began = time.monotonic()
        # as a terminal does it: to every process of the group
        os.killpg(process.pid, sign)
        out, err = process.communicate(timeout=20)
        assert time.monotonic() - began < 6
        assert process.returncode == 0
        assert (out, err) == ("", "")
        until(lambda: not any(is_running(worker) for worker in workers), 5)


@posix
def test_it_ends_quietly_with_requests_under_way_and_whoever_is_impatient() -> None:
    slow = {"scenario": "asiu", "set": [f"club.members=[{'a,' * 990}]"] * 400}
    with command() as (process, client), ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.post, "/api/worlds", json=slow)
        for _ in range(3):
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (0, "")
        assert "Traceback" not in err
        assert "exception" not in err
        assert answer.result(5).status_code in (422, 503)


@posix
def test_an_interrupt_before_it_answers_is_130() -> None:
    code = "import time, countervail.app.server as s\ns.create_app = lambda *_, **__: time.sleep(20)\n"
    code += "from countervail.cli import call\nprint(flush=True)\nraise SystemExit(call(['serve', '--no-open']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        assert one.stdout is not None
        one.stdout.readline()
        time.sleep(0.5)
        one.send_signal(signal.SIGINT)
        _, err = one.communicate(timeout=20)
    assert (one.returncode, err) == (130, "countervail: interrupted\n")


def test_a_request_under_way_when_the_server_ends_is_answered_503(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uvicorn cancels it, and the answers close; neither is an error of the server's own."""
    monkeypatch.setattr("countervail.app.server._PATIENCE", 0.3)
    served = app()
    state = {"scenario": "test", "set": ["club.cap=0.125"]}
    with ThreadPoolExecutor(3) as pool, serving(served) as client:
        for name in map(str, range(processors())):
            served.state.answers.ask(odd(tmp_path, name, scenario=name))
        until(lambda: begun(tmp_path, "0"))
        address = str(client.base_url)
        headers, cookies = dict(client.headers), dict(client.cookies)
        waiting = [
            pool.submit(httpx.post, f"{address}/api/{path}", json=state, headers=headers, cookies=cookies, timeout=30)
            for path in ("scenario", "worlds")
        ]
        line = socket.create_connection(("127.0.0.1", client.base_url.port or 0))
        line.sendall(b"POST /api/worlds HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n")
        line.sendall(f"Cookie: {cookie(client)}\r\nContent-Length: 9\r\n\r\n{{".encode())
        time.sleep(0.5)  # until the server has read them
    for answer in waiting:
        assert (answer.result().status_code, "has ended" in answer.result().json()["error"]) == (503, True)
    with line:
        assert line.recv(65_536).startswith(b"HTTP/1.1 503")


def test_a_question_that_answers_no_longer_take_is_answered_503() -> None:
    served = app()
    with serving(served) as client:
        served.state.answers.close()
        answer = client.post("/api/worlds", json={"scenario": "test", "set": ["club.cap=0.125"]})
        assert (answer.status_code, "has ended" in answer.json()["error"]) == (503, True)


@posix
def test_what_a_killed_server_has_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    documents = [("documents", ("a.txt", b"Iran and Cuba are members of the club."))]
    with command() as (process, client):
        page = client.get("/").text
        token = re.search(r'name="token" content="([^"]+)"', page)
        assert token
        answer = client.post("/api/read", files=documents, headers={"X-Countervail-Token": token[1]})
        assert answer.status_code == 202
        left = [path for path in tmp_path.iterdir() if LEFTOVER.fullmatch(path.name)]
        assert left
        process.kill()
        process.wait()
        assert all(path.exists() for path in left)
    with command():
        assert not any(path.exists() for path in left)


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
