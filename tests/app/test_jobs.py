"""Jobs in real worker processes: followed, cancelled, failed, killed, shared, and ended with their server."""

from __future__ import annotations

import json
import os
import signal
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from numpy.testing import assert_allclose
from openpyxl import load_workbook

import countervail as cv
from countervail.app import Busy, Unknown
from countervail.app.models import Job
from countervail.app.processes import PATIENCE
from countervail.app.processes.jobs import MOST_WAITING, WORKERS, Jobs
from countervail.report.tables.coalition_tables import tables as coalition_tables
from countervail.report.tables.run_tables import tables
from countervail.scenario.load import Source
from support.cases import rich_world
from support.served import WALL, Broken, Stubborn, app, ended, events, is_running, question, serving, until


@pytest.fixture
def jobs(served: FastAPI, client: httpx.Client) -> Jobs:
    jobs: Jobs = served.state.jobs
    return jobs


def start(client: httpx.Client, path: str, *settings: str, **more: Any) -> str:
    answer = client.post(f"/api/{path}", json={"scenario": "test", "set": settings, **more})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def process_of(jobs: Jobs, job: Job) -> int:
    """The process that does a `Stubborn` job, once it is at it."""
    until(lambda: jobs.get(job.id).stage == "Working")
    return int(json.loads(jobs.with_result(job.id)[1] or b"")["process"])


def same(result: dict[str, Any], expected: dict[str, Any]) -> None:
    assert list(result) == list(expected)
    for name, rows in json.loads(json.dumps(expected)).items():
        assert len(result[name]) == len(rows), name
        for mine, row in zip(result[name], rows, strict=True):
            assert list(mine) == list(row)
            for key, value in row.items():
                if isinstance(value, float):
                    assert_allclose(mine[key], value, rtol=1e-6, atol=1e-9, err_msg=f"{name} {key}")
                elif key != "created":
                    assert mine[key] == value, (name, key)


def test_a_run_ends_with_what_the_python_interface_gives(client: httpx.Client) -> None:
    id = start(client, "run", "club.members=[RUS, VEN]", draws=4, seed=3)
    sent = events(client, id)
    assert [sent[0]["status"], sent[-1]["status"]] in (["queued", "done"], ["running", "done"])
    assert [job["version"] for job in sent] == sorted(job["version"] for job in sent)
    assert {"Everything without bands", "Bands of the headline", "Bands of everything"} <= {j["stage"] for j in sent}
    job = client.get(f"/api/jobs/{id}").json()
    assert (job["status"], job["version"], job["error"], job["files"]) == ("done", 3, None, [])
    assert {key: job[key] for key in sent[-1]} == sent[-1]
    scenario = cv.Scenario.model_validate(question().model_dump())
    club = scenario.club.model_copy(update={"members": ("RUS", "VEN")})
    scenario = scenario.model_copy(update={"club": club, "changes": ("club.members=[RUS, VEN]",)})
    outcome = cv.run(rich_world(), scenario, draws=4, seed=3)
    same(job["result"]["tables"], tables(outcome))
    assert len(job["result"]["headline"]) >= 3
    assert job["result"]["tiles"][0]["band"]


def test_a_run_without_draws_has_no_bands(client: httpx.Client) -> None:
    job = ended(client, start(client, "run", draws=0))
    assert (job["status"], job["version"]) == ("done", 1)
    assert job["result"]["tables"]["meta"][0]["draws"] == 0


def test_files_are_written(client: httpx.Client) -> None:
    ended(client, start(client, "run", "club.cap=0.2", draws=3))  # whose tables are used
    for settings, draws in ((("club.cap=0.2",), 3), ((), 0)):
        id = start(client, "write", *settings, draws=draws)
        job = ended(client, id)
        assert job["error"] is None
        assert job["files"] == ["report.html", "results.csv", "results.json", "scenario.yaml", "results.xlsx"]
        answers = {name: client.get(f"/api/jobs/{id}/files/{name}") for name in job["files"]}
        for name, answer in answers.items():
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answers["report.html"].text.startswith("<!doctype html>")
        assert "meta" in load_workbook(BytesIO(answers["results.xlsx"].content)).sheetnames
        assert answers["results.json"].json()["tables"]["meta"][0]["draws"] == draws
        scenario = Source.parse(answers["scenario.yaml"].content, "downloaded").scenario()
        assert scenario.club.cap.value == (0.2 if settings else 5.0)
    assert client.get(f"/api/jobs/{id}/files/other.html").status_code == 404


def test_coalitions_are_solved(client: httpx.Client) -> None:
    job = ended(client, start(client, "coalitions", players=["IRN", "RUS", "BLR"], draws=2))
    assert (job["status"], job["error"], job["version"]) == ("done", None, 2)
    cube = cv.coalitions(rich_world(), question(), ["IRN", "RUS", "BLR"])
    assert isinstance(cube, cv.Cube)
    same(job["result"]["tables"], coalition_tables(cube, cube.bands(2)))


def test_documents_are_read(client: httpx.Client) -> None:
    letter = b"Tehran, 15 May 2022\n\nThe union has members: Russia, Belarus, Syria and Venezuela.\n"
    hostile = "../../<script>alert(1)</script>\u202etxt.exe"
    documents = [("documents", ("letter.txt", letter)), ("documents", (hostile, letter + b"\n"))]
    documents.append(("documents", ("empty.txt", b"")))
    documents.append(("documents", ("x" * 3000 + ".txt", letter + b"\n\n")))
    documents.append(("documents", ("again.txt", letter)))
    answer = client.post("/api/read", files=documents, data={"scenario": "test"})
    assert answer.status_code == 202, answer.text
    job = ended(client, answer.json()["id"])
    assert job["error"] is None
    result = job["result"]
    assert [d["file"] for d in result["documents"]] == [
        "letter.txt",
        "../../<script>alert(1)</script>txt.exe",
        "x" * 255,
    ]
    assert [d["file"] for d in result["refused"]] == ["empty.txt", "again.txt"]
    assert "the same bytes as letter.txt" in result["refused"][1]["reason"]
    assert any("Russia" in claim["quote"] for claim in result["claims"]) or not result["claims"]
    case = result["case"]
    assert case in [c["id"] for c in client.get("/api/meta").json()["cases"]]
    answer = client.post("/api/scenario", json={"scenario": "test", "case": case})
    assert answer.json()["tables"]["evidence"] == result["tables"]["evidence"]
    assert ended(client, start(client, "run", draws=0, case=case))["status"] == "done"


def test_documents_that_cannot_be_read_are_reported(client: httpx.Client, served: FastAPI) -> None:
    answer = client.post("/api/read", files=[("documents", ("a.exe", b"\x7fELF\0\0\0"))])
    job = ended(client, answer.json()["id"])
    assert job["status"] == "failed"
    assert "nothing could be read" in job["error"]
    assert client.post("/api/read", files=[("documents", ("a.txt", b"a"))], data={"scenario": "x"}).status_code == 404
    assert client.post("/api/read", files=[("other", ("a.txt", b"a"))]).status_code == 422


def test_what_has_no_equilibrium_fails_with_its_reason(client: httpx.Client) -> None:
    job = ended(client, start(client, "run", WALL))
    assert job["status"] == "failed"
    assert "closure 'balanced' removes deficits first" in job["error"]
    assert job["result"] is None


@pytest.mark.parametrize(
    ("path", "more"), [("run", {"draws": 1001}), ("coalitions", {"players": []}), ("write", {"seed": -1})]
)
def test_limits_are_reported(client: httpx.Client, path: str, more: dict[str, Any]) -> None:
    answer = client.post(f"/api/{path}", json={"scenario": "test", **more})
    assert answer.status_code == 422
    assert next(iter(more)) in answer.json()["error"]


def test_an_unknown_player_fails(client: httpx.Client) -> None:
    job = ended(client, start(client, "coalitions", players=["IRN", "XXX"]))
    assert job["status"] == "failed"
    assert "XXX" in job["error"]


# -- cancelled, killed, broken ---------------------------------------------------------------------------------------


def test_a_job_that_reports_stops_at_once_and_its_process_does_the_next(client: httpx.Client, jobs: Jobs) -> None:
    job = jobs.start("run", "reports", Stubborn())
    process = process_of(jobs, job)
    assert client.delete(f"/api/jobs/{job.id}").json()["status"] == "cancelled"
    began = time.monotonic()
    others = [jobs.start("run", ("next", k), Stubborn()) for k in range(WORKERS)]
    until(lambda: all(jobs.get(other.id).status == "running" for other in others), PATIENCE / 2)
    assert time.monotonic() - began < PATIENCE / 2
    assert process in [process_of(jobs, other) for other in others]
    for other in others:
        jobs.cancel(other.id)
    assert events(client, job.id)[-1]["status"] == "cancelled"
    assert client.delete(f"/api/jobs/{job.id}").status_code == 200


def test_a_job_that_does_not_stop_is_ended_and_its_worker_replaced(
    client: httpx.Client, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("countervail.app.processes.PATIENCE", 0.5)
    job = jobs.start("coalitions", "does not report", Stubborn(reports=False))
    process = process_of(jobs, job)
    client.delete(f"/api/jobs/{job.id}")
    until(lambda: not is_running(process), 3)
    assert ended(client, start(client, "coalitions", players=["IRN", "RUS"]))["status"] == "done"


def test_a_cancelled_job_ends_its_stream(client: httpx.Client, jobs: Jobs) -> None:
    job = jobs.start("run", "streamed", Stubborn())
    with client.stream("GET", f"/api/jobs/{job.id}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: job"
        jobs.cancel(job.id)
        sent = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert sent[-1]["status"] == "cancelled"


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("ours", "internal error: ValueError: a reason"),
        ("input", "a reason"),
        ("memory", "more memory than there is"),
        ("killed", "ended early"),
        ("half a result", "ended early"),
    ],
)
def test_work_that_breaks_fails_its_job_alone(client: httpx.Client, jobs: Jobs, how: str, message: str) -> None:
    job = ended(client, jobs.start("run", how, Broken(how)).id)
    assert job["status"] == "failed"
    assert message in job["error"]
    assert ended(client, start(client, "run", draws=0))["status"] == "done"


def test_a_worker_that_is_killed_fails_its_job(client: httpx.Client, jobs: Jobs) -> None:
    job = jobs.start("run", "killed from outside", Stubborn())
    os.kill(process_of(jobs, job), signal.SIGKILL)
    over = ended(client, job.id)
    assert (over["status"], "ended early" in over["error"]) == ("failed", True)


def test_long_work_is_done_one_at_a_time_and_runs_are_not_behind_it(client: httpx.Client, jobs: Jobs) -> None:
    first, second = (jobs.start("coalitions", k, Stubborn()) for k in (1, 2))
    until(lambda: jobs.get(first.id).status == "running")
    assert ended(client, start(client, "run", "club.cap=0.9", draws=0))["status"] == "done"
    assert jobs.get(second.id).status == "queued"
    jobs.cancel(first.id)
    until(lambda: jobs.get(second.id).status == "running")
    jobs.cancel(second.id)


def test_the_same_work_is_done_once_and_each_page_has_its_own_job(client: httpx.Client, jobs: Jobs) -> None:
    one, other = (jobs.start("run", "shared", Stubborn(seconds=0.7)) for _ in range(2))
    assert one.id != other.id
    assert process_of(jobs, one) == process_of(jobs, other)
    assert client.delete(f"/api/jobs/{one.id}").json()["status"] == "cancelled"
    assert ended(client, other.id)["status"] == "done"
    assert client.get(f"/api/jobs/{one.id}").json()["status"] == "cancelled"
    assert jobs.start("run", "shared", Stubborn()).status == "done"


def test_no_more_work_waits_than_is_taken(client: httpx.Client, jobs: Jobs) -> None:
    started = [jobs.start("read", "first of many", Stubborn())]
    until(lambda: jobs.get(started[0].id).status == "running")
    started += [jobs.start("read", ("many", k), Stubborn()) for k in range(MOST_WAITING)]
    with pytest.raises(Busy, match=f"{MOST_WAITING} are waiting already"):
        jobs.start("read", "one more", Stubborn())
    answer = client.post("/api/run", json={"scenario": "test", "draws": 0, "seed": 99})
    assert answer.status_code == 429
    for job in started:
        jobs.cancel(job.id)
    assert ended(client, start(client, "run", draws=0, seed=99))["status"] == "done"


def test_results_kept_are_bounded(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countervail.app.processes.jobs.MOST_BYTES", 0)
    monkeypatch.setattr("countervail.app.processes.jobs.MOST_JOBS", 3)
    first, second = (start(client, "run", f"club.cap={k}", draws=0) for k in (1, 2))
    # two workers: whichever ends first is forgotten when the other ends
    until(lambda: 404 in [client.get(f"/api/jobs/{id}").status_code for id in (first, second)])


def test_workers_go_with_their_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    served = app()
    with serving(served) as client:
        job = served.state.jobs.start("run", "last", Stubborn(reports=False))
        process = process_of(served.state.jobs, job)
        case = client.post("/api/read", files=[("documents", ("a.txt", b"Russia and Iran met.\n"))]).json()
        ended(client, case["id"])
        private: Path = served.state.inputs.cases.all()[0].folder.parents[1]
        assert private.stat().st_mode & 0o077 == 0
        began = time.monotonic()
    assert time.monotonic() - began < 5
    until(lambda: not is_running(process), 5)
    assert not private.exists()
    with pytest.raises(Unknown):
        served.state.jobs.get("none")
