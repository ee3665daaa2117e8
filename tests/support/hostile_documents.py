"""Hostile treatment of documents and cases, counted: mutated documents, kills at random moments, damaged folders.

The tests do a little of each, `make hostile` much. Each function returns counts, of which `wrong` has to be 0.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from countervail.errors import InputError
from countervail.evidence import load, read, review
from countervail.evidence.case import read_all, write_case
from countervail.files import LEFTOVER
from support.documents import papers, render

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
LINE = "Iran, Russia and Cuba are members of the club. Mr. Reza Ahmadi said on 12 May 2022 that Iran and Cuba met."


def mutated(data: bytes, pick: random.Random) -> bytes:
    """Bytes changed, cut out, put in, swapped or cut off, few or many of them."""
    result = bytearray(data)
    for _ in range(pick.choice([1, 3, 20, 200])):
        how, at = pick.random(), pick.randrange(max(1, len(result)))
        if not result or how < 0.05:
            del result[at:]
            result += data[: pick.randrange(200)]
        elif how < 0.6:
            result[at] = pick.randrange(256)
        elif how < 0.75:
            del result[at : at + pick.randrange(1, 50)]
        elif how < 0.9:
            result[at:at] = pick.randbytes(pick.randrange(1, 30))
        else:
            start = pick.randrange(len(data))
            result[at:at] = data[start : start + pick.randrange(1, 300)]
    return bytes(result)


def seeds() -> dict[str, bytes]:
    """A document of every type, by the ending of its name."""
    text = "\n".join([papers.ARTICLE, *[LINE] * 20])
    zipped = render.to_docx(text)
    return {"docx": zipped, "pdf": render.to_pdf(text), "html": render.to_html(text), "txt": text.encode()}


def mutate_parts(data: bytes, pick: random.Random) -> bytes:
    """A docx whose archive is whole and whose parts are not."""
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = set(pick.sample(names, min(len(names), pick.choice([1, 1, 3]))))
        for name in names:
            part = source.read(name)
            target.writestr(name, mutated(part, pick) if name in chosen else part)
    return out.getvalue()


def mutate_documents(folder: Path, count: int, seed: int = 0) -> dict[str, int]:
    """Read mutated documents; each has to be read or refused by name."""
    pick = random.Random(seed)
    folder.mkdir()
    originals = seeds()
    for n in range(count):
        ending = list(originals)[n % len(originals)]
        change = mutate_parts if ending == "docx" and pick.random() < 0.8 else mutated
        (folder / f"{n:05}.{ending}").write_bytes(change(originals[ending], pick) + b" " * (n % 7))
    counts: Counter[str] = Counter()
    for answer in read_all([folder]):
        reason = answer.get("refused", "")
        if not reason:
            counts["copy" if "copy_of" in answer else "read"] += 1
        elif "broke the reader" in reason or "took more than" in reason or answer["name"] not in reason:
            counts["wrong"] += 1
            print(reason, file=sys.stderr)
        else:
            counts["refused"] += 1
    return {"documents": count, "read": 0, "refused": 0, "wrong": 0, **counts}


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def kill_reads(home: Path, kills: int, seed: int = 0) -> dict[str, int]:
    """Kill readings into one case at random moments; the case has to be one of the two that reading gives, and nothing
    of a killed one may be left once a reading ends."""
    pick = random.Random(seed)
    versions, wholes = [], []
    for n, word in enumerate(("Zimbabwe", "Zambia")):
        documents = home / f"documents{n}"
        documents.mkdir(parents=True)
        for path in papers.write(documents):
            path.write_text(path.read_text(encoding="utf-8").replace("Zimbabwe", word), encoding="utf-8")
        write_case(read_all([documents], 1), home / f"whole{n}")
        versions.append(documents)
        wholes.append(_snapshot(home / f"whole{n}"))
    case = home / "case"
    write_case(read_all([versions[0]], 1), case)
    counts = {"kills": kills, "old": 0, "new": 0, "ended before": 0, "wrong": 0, "left": 0}

    def started(version: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "countervail", "read", str(versions[version]), "-o", str(case)]
        return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    for n in range(kills):
        if n % 20 == 0:  # how long one takes on this machine now
            start = time.monotonic()
            counts["wrong"] += started(0).wait() != 0
            lasts = time.monotonic() - start
        before = _snapshot(case)
        child = started(int(before == wholes[0]))
        # near the end half the time, where the folders change places
        late = pick.random() < 0.5
        try:
            child.wait(pick.uniform(0.8, 1.1) * lasts if late else pick.uniform(0, 1) * lasts)
            counts["ended before"] += 1
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        after = _snapshot(case) if case.is_dir() else {}
        counts["old" if after == before else "new"] += 1
        counts["wrong"] += after not in wholes
    write_case(read_all([versions[0]], 1), case)
    counts["left"] = sum(bool(LEFTOVER.fullmatch(p.name)) for p in (*home.iterdir(), *case.iterdir()))
    counts["wrong"] += counts["left"] + (_snapshot(case) != wholes[0])
    return counts


REVIEWER = """
import sys
from pathlib import Path
from countervail.evidence import load, read, review
case, first = Path(sys.argv[1]), int(sys.argv[2])
loaded = load(case)
claims = loaded.claims
print("ready", flush=True)
for n in range(first, first + 100000):
    claim, note = claims[n % len(claims)], f"{n} " + "x" * (n * 37 % 3000)
    review.decide(case, claim, loaded.passages, "accepted", "an analyst", note)
    print(n, flush=True)
"""


def kill_reviews(case: Path, kills: int, seed: int = 0) -> dict[str, int]:
    """Kill reviewers at random moments; every decision that was answered is in the log, and every line is whole once
    the next decision is made."""
    pick = random.Random(seed)
    counts = {"kills": kills, "decisions": 0, "torn": 0, "lost": 0, "wrong": 0}
    answered: set[int] = set()
    following = 0
    for _ in range(kills):
        child = subprocess.Popen(
            [sys.executable, "-c", REVIEWER, str(case), str(following)],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        with child:
            counts["wrong"] += child.stdout.readline() != "ready\n"
            time.sleep(pick.uniform(0, 0.05))
            child.kill()
            lines = child.stdout.read().split("\n")
        answered |= {int(line) for line in lines[:-1] if line}
        following = max([following, *answered]) + 2
        data = (case / review.LOG).read_bytes() if (case / review.LOG).exists() else b""
        counts["torn"] += bool(data) and not data.endswith(b"\n")
        try:
            load(case)
        except InputError as error:
            counts["wrong"] += 1
            print(error, file=sys.stderr)
    loaded = load(case)
    review.decide(case, loaded.claims[0], loaded.passages, "accepted", "an analyst", f"{following} end")
    text = (case / review.LOG).read_text(encoding="utf-8")
    noted = {int(json.loads(line)["note"].split()[0]) for line in text.split("\n") if line}
    counts["decisions"] = len(noted)
    counts["lost"] = len(answered - noted)
    counts["wrong"] += counts["lost"] + (not text.endswith("\n"))
    return counts


def kill_case_reviews(home: Path, kills: int, seed: int = 0) -> dict[str, int]:
    """`kill_reviews` of a case that is read first."""
    home.mkdir(parents=True, exist_ok=True)
    read(papers.write(home)).save(home / "case")
    return kill_reviews(home / "case", kills, seed)


def damages(case: Path, pick: random.Random) -> Iterator[str]:
    """Damage one file of a case in a random way; says how."""
    files = sorted(p for p in case.rglob("*") if p.is_file())
    path = pick.choice(files)
    data = path.read_bytes()
    at = pick.randrange(max(1, len(data)))
    how = pick.choice(["bit", "byte", "cut off", "cut out", "put in", "empty", "gone", "folder", "link", "swapped"])
    if how == "bit":
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << pick.randrange(8))]) + data[at + 1 :])
    elif how == "byte":
        path.write_bytes(data[:at] + bytes([(data[at] + pick.randrange(1, 256)) % 256]) + data[at + 1 :])
    elif how == "cut off":
        path.write_bytes(data[:at])
    elif how == "cut out":
        path.write_bytes(data[:at] + data[at + pick.randrange(1, 400) :])
    elif how == "put in":
        path.write_bytes(data[:at] + pick.randbytes(pick.randrange(1, 40)) + data[at:])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
        if how == "folder":
            path.mkdir()
        elif how == "link":
            path.symlink_to("/etc/hostname")
        elif how == "swapped":
            other = pick.choice([p for p in files if p != path])
            path.write_bytes(other.read_bytes())
    yield f"{path.relative_to(case)}: {how}"


def damage_cases(home: Path, count: int, seed: int = 0) -> dict[str, int]:
    """Damage cases; each is refused, or gives what it gave before (a decision that was cut off apart), and reading
    the documents again mends it."""
    pick = random.Random(seed)
    documents = home / "documents"
    documents.mkdir(parents=True)
    papers.write(documents)
    whole = home / "whole"
    write_case(read_all([documents], 1), whole)
    loaded = load(whole)
    for claim in loaded.claims[:3]:
        review.decide(whole, claim, loaded.passages, "accepted", "an analyst", "seen")
    expected: list[Any] = [load(whole)]
    log = whole / review.LOG
    lines = log.read_bytes().splitlines(keepends=True)
    for known in (lines[:2], lines[:1], []):  # the log cut off between two decisions, or gone
        log.write_bytes(b"".join(known))
        expected.append(load(whole))
    log.write_bytes(b"".join(lines))
    counts = {"folders": count, "refused": 0, "same": 0, "mended": 0, "refused to mend": 0, "wrong": 0}
    for n in range(count):
        case = home / "case"
        shutil.copytree(whole, case)
        (how,) = damages(case, pick)
        try:
            counts["same" if load(case) in expected else "wrong"] += 1
        except InputError:
            counts["refused"] += 1
        except Exception as error:
            counts["wrong"] += 1
            print(f"{how}: {error!r}", file=sys.stderr)
        if n % 10 == 0 and not how.startswith(review.LOG) and not how.endswith(": folder"):
            try:
                write_case(read_all([documents], 1), case)
            except InputError:  # it says what to do first
                counts["refused to mend"] += 1
            else:
                mended = load(case) == expected[0]
                counts["mended"] += mended
                counts["wrong"] += not mended
        shutil.rmtree(case)
    return counts
