"""The processes that read documents: what they cannot do, what they say where the system does not stop them, and that
no document ends one without being named."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from countervail.evidence import pool, worker
from countervail.evidence.extract import extract_bytes
from countervail.evidence.extract.parts import ranges
from countervail.evidence.extract.web import extract_html
from countervail.evidence.pool import Pool
from support.documents import render
from support.fuzz_targets import DOCUMENTS, corpus, documents
from support.hostile_documents import damage_cases, kill_reads, mutate_documents

TEXT = "Mr. Omid Farahani met delegates of Syria, Cuba and Belarus on 3 May 2021.\n"
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
POSIX = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


def inside(code: str, before: str = "", **environment: str) -> str:
    """What code prints in a process that is shut in as a reader is."""
    program = f"import sys\nfrom countervail.evidence import worker\n{before}\nnotes = worker.confine()\n{code}"
    source = str(Path(worker.__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": source, **environment},
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


ATTEMPT = """
import os, socket
def attempt(what):
    try:
        what()
        return "done"
    except OSError as error:
        return "refused"
"""


@LINUX
def test_a_reader_has_no_network(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"{ATTEMPT}print(notes, attempt(lambda: socket.create_connection(('127.0.0.1', {port}), 5)))"
        notes, _, result = inside(code).rpartition(" ")
    assert result == "refused" or "network" in notes


@LINUX
def test_a_reader_may_not_write_make_or_remove_a_file(tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("there", encoding="utf-8")
    code = f"""{ATTEMPT}
there, new = {str(tmp_path / "there.txt")!r}, {str(tmp_path / "new")!r}
def append():
    with open(there, "a") as file:
        file.write("x" * 10000)
steps = (append, lambda: os.mkdir(new), lambda: os.remove(there), lambda: os.truncate(there, 0),
         lambda: os.symlink(there, new), lambda: os.rename(there, new))
results = [attempt(step) for step in steps]
print(bool(notes), *results, attempt(lambda: open(os.devnull, "w").write("x")))"""
    noted, *results = inside(code).split()
    assert noted == "True" or results == ["refused"] * 6 + ["done"]
    assert results[0] == "refused"
    assert (tmp_path / "there.txt").read_text(encoding="utf-8") in ("there", "")


@POSIX
def test_limits_that_are_lower_already_stay_and_are_no_reason_to_stop() -> None:
    lower = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))"
    out = inside("import resource; print(resource.getrlimit(resource.RLIMIT_AS), 'memory' in str(notes))", lower)
    assert out == "(1500000000, 1500000000) False"


@POSIX
@pytest.mark.parametrize("error", ["ValueError('current limit exceeds maximum limit')", "OSError(22, 'no')"])
def test_a_limit_that_cannot_be_set_is_said_and_costs_nothing(error: str) -> None:
    refusing = f"import resource\ndef no(*_): raise {error}\nresource.setrlimit = no"
    assert "their memory is not limited" in inside("print(notes)", refusing)
    gone = "sys.modules['resource'] = None"
    assert "their memory is not limited" in inside("print(notes)", gone)


@LINUX
def test_what_the_system_does_not_shut_is_said_in_plain_words() -> None:
    none = "worker.ctypes.CDLL = lambda *_, **__: None"
    notes = inside("print('; '.join(notes))", none)
    assert "not cut off from the network" in notes
    assert "not kept from writing files" in notes
    other = inside("print('; '.join(notes))", "sys.platform = 'darwin'")
    assert "not cut off from the network (this system has no means that is used here)" in other


def test_it_is_said_once_a_pool_and_reading_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(4):
        (tmp_path / f"{n}.txt").write_text(TEXT, encoding="utf-8")
    with Pool(2) as readers:
        readers._warn([])
        readers._warn(["their memory is not limited"])
        readers._warn(["their memory is not limited"])
        requests = [{"path": str(p), "name": p.name, "source": f"source:{p.stem}"} for p in tmp_path.iterdir()]
        assert all("text" in answer for _, answer in readers.read(requests))
    records = [r for r in caplog.records if r.levelno == logging.WARNING and "not limited" in r.getMessage()]
    assert len(records) == 1


@LINUX
def test_a_reader_has_a_bare_environment_and_no_descriptor_of_the_parent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "secret")
    document = tmp_path / "a.txt"
    document.write_text(TEXT, encoding="utf-8")
    handle = os.open(document, os.O_RDONLY)
    os.set_inheritable(handle, True)
    child = pool._Child(30.0, lambda notes: None)
    try:
        assert "text" in child.ask({"path": str(document), "name": "a.txt", "source": "source:a"})
        assert child.process is not None
        proc = Path("/proc") / str(child.process.pid)
        names = {pair.split(b"=")[0] for pair in (proc / "environ").read_bytes().split(b"\0") if pair}
        assert names <= {
            k.encode() for k in (*pool._KEPT, "PYTHONPATH", "PYTHONUTF8", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE")
        }
        open_files = {os.readlink(p) for p in (proc / "fd").iterdir()}
        assert str(document) not in open_files
        assert len(open_files) <= 4
    finally:
        os.close(handle)
        child.stop()


@LINUX
def test_a_reader_ends_with_its_parent(tmp_path: Path) -> None:
    """In the middle of a document too, and when the parent is killed."""
    import signal
    import time

    slow = tmp_path / "slow.html"
    slow.write_bytes(b"<div>" * 3_000_000)
    code = f"""
import sys, threading, time
from countervail.evidence import pool
child = pool._Child(60.0, lambda notes: print(child.process.pid, flush=True))
child.ask({{"path": {str(slow)!r}, "name": "slow.html", "source": "source:slow"}})
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(worker.__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    reader = int(parent.stdout.readline())
    time.sleep(0.2)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        status = Path(f"/proc/{reader}/stat")
        if not status.exists() or status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        os.kill(reader, signal.SIGKILL)
        pytest.fail("the reader goes on")


@pytest.mark.parametrize(
    "error", [KeyError("x"), AssertionError(), ZeroDivisionError(), UnicodeError("x"), RecursionError()]
)
def test_a_fault_in_reading_costs_the_document_and_names_it(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr("countervail.evidence.reader.extract_bytes", fail)
    refused = worker.answer({"name": "a.txt", "source": "source:a"}, b"x")["refused"]
    assert refused.startswith("a.txt: ")
    assert worker.answer({"name": "fax 021-6115-1234.txt", "source": "source:a"}, b"x")["refused"].count("6115") == 0


def test_an_answer_that_is_none_costs_the_document_and_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that a document has taken over can say nothing that is believed."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    request = {"path": str(tmp_path / "a.txt"), "name": "a.txt", "source": "source:a"}
    real = subprocess.Popen
    for says in ('{"text": "x"}', "[1]", "not json", ""):
        start = "import sys; print('{\"notes\": []}', flush=True); sys.stdin.buffer.readline()"
        program = f"{start}; print({says!r}, flush=True)"

        def popen(_: list[str], program: str = program, **options: Any) -> Any:
            return real([sys.executable, "-c", program], **options)

        monkeypatch.setattr("countervail.evidence.pool.subprocess.Popen", popen)
        child = pool._Child(20.0, lambda notes: None)
        assert child.ask(request)["refused"].startswith("a.txt: reading it broke the reader")
        child.stop()
        monkeypatch.undo()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    request = {"path": str(tmp_path / "a.txt"), "name": "a.txt", "source": "source:a", "sha256": "0" * 64}
    with Pool(1) as readers:
        ((_, answer),) = readers.read([request])
    assert "changed while" in answer["refused"]


# -- damaged and tricky documents --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text", "hidden"),
    [
        ("<p hidden>secret<p>shown", "shown", ["secret"]),
        ("<div style='display:none'>secret <p>shown</p>", "shown", ["secret"]),
        ("<div style='display:none'>secret <p>too</p></div><p>shown</p>", "shown", ["secret", "too"]),
        ("<p>a <span style='color:#fff'>secret</p><p>shown</p>", "a\n\nshown", ["secret"]),
        ("<ul><li hidden>secret<li>shown</ul>after", "-\n- shown\nafter", ["secret"]),
        ("<table><tr hidden><td>secret<td>too<tr><td>shown</table>", "shown", ["secret", "too"]),
        ("<html><head><title>t</title><body>shown<p>too", "shown\ntoo", []),
        ("<head><title>t</title><p>shown", "shown", []),
        ("<noscript>secret<p>shown", "shown", []),
        ("<template><i><b><u><i><b>secret</b></i></u></b></i></template>shown", "shown", []),
        ("<p>shown</p></div></div><p>too", "shown\n\ntoo", []),
        ("<ul><li>a<ul><li hidden>secret</ul><li>b</ul>", "- a\n-\n- b", ["secret"]),
        ("<p>shown<script>var x;<p>lost", "shown", ["var x;<p>lost"]),
    ],
)
def test_an_element_without_an_end_hides_itself_only(markup: str, text: str, hidden: list[str]) -> None:
    found = extract_html(markup)
    assert found.text == text
    assert [h["text"] for h in found.hidden] == hidden


def test_a_script_without_an_end_is_named() -> None:
    found = extract_html("<p>shown</p><script>var x;<p>lost</p>")
    assert "<script> has no end: the 17 characters after it are not read" in found.warnings


def test_pages_without_text_are_named_whatever_is_on_others() -> None:
    pytest.importorskip("pypdf")
    hidden = "BT 1 1 1 rg /F1 12 Tf 50 700 Td (secret) Tj 0 0 0 rg ET"
    shown = render.show(["Iran and Cuba are members."])
    found = extract_bytes(render.pdf([shown, f"{hidden} {shown}", "", "", shown, ""]), "a.pdf")
    assert any("pages without text: 3-4, 6;" in w for w in found.warnings)
    assert any("hidden text on 1 pages" in w for w in found.warnings)
    only_hidden = extract_bytes(render.pdf([shown, hidden, ""]), "a.pdf")
    assert any("pages without text: 2-3;" in w for w in only_hidden.warnings)
    many = extract_bytes(render.pdf([shown, *[""] * 60]), "a.pdf")
    assert any("pages without text: 2-61;" in w for w in many.warnings)
    assert ranges([1, 2, 4, 6, 7, 8]) == "1-2, 4, 6-8"


def test_a_damaged_part_of_a_docx_is_refused_by_name() -> None:
    pytest.importorskip("docx")
    whole = render.to_docx(TEXT * 40)
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        places = [entry.header_offset + 60 for entry in archive.infolist()]
    for at in places:
        for width in (1, 40):
            data = whole[:at] + bytes(b ^ 0xFF for b in whole[at : at + width]) + whole[at + width :]
            refused = worker.answer({"name": "a.docx", "source": "source:a"}, data).get("refused", "a.docx: ")
            assert refused.startswith("a.docx: ")
            assert "cannot be read (" not in refused or "docx cannot be read" in refused


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_fuzzed_documents_keep_every_rule_or_are_refused_by_name(kind: str) -> None:
    """A few here; `make fuzz` goes on until time is up."""
    if kind in ("docx", "pdf"):
        pytest.importorskip({"docx": "docx", "pdf": "pypdf"}[kind])
    for data in corpus(kind):
        DOCUMENTS[kind](data)

    @settings(max_examples=30, deadline=None)
    @given(documents(kind))
    def feed(data: bytes) -> None:
        DOCUMENTS[kind](data)

    feed()


def test_mutated_documents_are_read_or_refused_by_name(tmp_path: Path) -> None:
    """A few here; `make hostile` does a thousand."""
    pytest.importorskip("docx")
    pytest.importorskip("pypdf")
    counts = mutate_documents(tmp_path / "mutated", 60, seed=2)
    assert counts["wrong"] == 0
    assert counts["read"] > 5 < counts["refused"]


@POSIX
def test_killed_readings_leave_one_case_or_the_other(tmp_path: Path) -> None:
    counts = kill_reads(tmp_path / "home", 2, seed=3)
    assert counts["wrong"] == 0


@POSIX
def test_damaged_cases_are_refused_or_give_the_same(tmp_path: Path) -> None:
    counts = damage_cases(tmp_path / "home", 30, seed=4)
    assert counts["wrong"] == 0
    assert counts["refused"] > 15
