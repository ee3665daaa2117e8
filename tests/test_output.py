"""What the program shows can neither move a cursor nor be a formula, whatever the text, the terminal or its reader."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import IO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.output import OBEYED, Stream, cell, csv_text, encodable, isolated, json_safe, plain, safe_streams
from countervail.report.results import json_schema
from countervail.report.terminal import show
from support.synthetic_tables import synthetic

COLOUR = r"\x1b\[(?:0|1|31)m"
HOSTILE = "a\x1b]0;title\x07b\x9b2Jc\u202ed\rê\x7f"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    @property
    def encoding(self) -> str:
        return "utf-8"

    def isatty(self) -> bool:
        return True


class Limited(io.StringIO):
    """A stream of an encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:
        return self._encoding


def shown(text: str, inner: io.StringIO) -> str:
    Stream(inner, COLOUR).write(text)
    return inner.getvalue()


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    for result in (plain(text), shown(text, Limited("utf-8")), shown(text, Limited("cp1252"))):
        assert not OBEYED.keys() & {ord(character) for character in result}
    assert not OBEYED.keys() - {0x2066, 0x2067, 0x2068, 0x2069} & {ord(c) for c in shown(text, Terminal())}


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(st.text(), some))
)
def test_json_stays_the_same_json(value: object) -> None:
    document = json.dumps(value, ensure_ascii=False)
    for encoding in ("utf-8", "cp1252", "ascii"):
        result = json_safe(document, encoding)
        assert json.loads(result) == value
        result.encode(encoding, "surrogatepass" if encoding == "utf-8" else "strict")
        assert not OBEYED.keys() & {ord(character) for character in result}
    whole = json.dumps({"a": value}, ensure_ascii=False) + "\n"
    assert json.loads(shown(whole, Limited("ascii"))) == {"a": value}


@given(st.text(), st.sampled_from(["ascii", "cp1252", "cp437", "utf-8"]))
def test_any_terminal_can_show_it(text: str, encoding: str) -> None:
    encodable(text, encoding).encode(encoding)


def test_the_nearest_characters_are_shown() -> None:
    assert encodable("−1.5\u00a0% “é” → █ تهران", "ascii") == '-1.5 % "e" -> # ?????'
    assert encodable("−1.5\u00a0% “é”", "cp1252") == "-1.5\u00a0% “é”"


def test_colours_of_ours_reach_a_terminal_and_nothing_else() -> None:
    assert shown(f"\x1b[1m{HOSTILE}\x1b[0m\x1b[8m\x1b[2J", Terminal()) == "\x1b[1ma]0;titleb2Jcdê\x1b[0m[8m[2J"
    assert shown(f"\x1b[1m{HOSTILE}\x1b[0m", Limited("utf-8")) == "[1ma]0;titleb2Jcdê[0m"


def test_what_is_written_from_right_to_left_is_closed_off() -> None:
    text = "تهران 12 مشهد: 5 of 7, דן"
    assert isolated(text) == "\u2068تهران 12 مشهد\u2069: 5 of 7, \u2068דן\u2069"
    assert shown(text, Terminal()) == isolated(text)
    assert shown(text, Limited("utf-8")) == text  # what is piped on is searched and compared


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫", "−"])
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "\n", "\u200b", "\ufeff", "\u00ad", "\u2060", "\u202e\u00a0", "\x00"]
)
def test_no_cell_is_a_formula(lead: str, before: str) -> None:
    assert cell(f"{before}{lead}cmd|' /C calc'!A0") == f"'{before}{lead}cmd|' /C calc'!A0"


@given(st.lists(st.text(), min_size=2))
def test_cells_are_read_back_and_begin_with_no_lead(texts: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(csv_text([texts]), newline=""))
    assert [new.removeprefix("'") for new in read] == [text.removeprefix("'") for text in texts]
    assert not [new for new in read if unicodedata.normalize("NFKC", new[:1])[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_cells_of_values() -> None:
    assert [cell(v) for v in (None, -1.5, 2, True, ["=a"], {"a": "é"}, "a=1")] == [
        "",
        "-1.5",
        "2",
        "True",
        '["=a"]',
        '{"a": "é"}',
        "a=1",
    ]


# -- the command -------------------------------------------------------------------------------------------------------


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = [sys.executable, "-m", "countervail", *arguments]
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return subprocess.run(
        given, capture_output=True, env={**os.environ, **environment}, encoding=encoding, errors="strict"
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_of_few_characters_and_columns(encoding: str) -> None:
    inner = Limited(encoding)
    show(synthetic(), cast(IO[str], Stream(inner, COLOUR)), width=40)
    result = inner.getvalue()
    assert "%" in result
    assert "?" not in result
    assert max(len(line) for line in result.encode(encoding).decode(encoding).splitlines()) <= 40
    done = command("schema", "results", PYTHONIOENCODING=encoding)
    assert json.loads(done.stdout) == json_schema()


def test_a_hostile_name_in_a_message_is_shown_without_what_a_terminal_obeys(tmp_path: Path) -> None:
    done = command("evidence", "check", str(tmp_path / HOSTILE))
    assert done.returncode == 2
    assert "a]0;titleb2Jcdê" in done.stderr
    assert not OBEYED.keys() & {ord(character) for character in done.stderr}


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor")
@pytest.mark.parametrize("arguments", [["schema", "scenario"], ["--version"]])
def test_a_reader_that_has_gone_is_no_error(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-m", "countervail", *arguments], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (2, b"")
    given = [sys.executable, "-m", "countervail", *arguments]
    done = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *given], stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_streams_are_put_back() -> None:
    before = sys.stdout, sys.stderr
    with safe_streams() as closed_early:
        assert sys.stdout is not before[0]
        assert not closed_early()
    assert (sys.stdout, sys.stderr) == before
