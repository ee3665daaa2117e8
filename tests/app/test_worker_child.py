"""What passes between processes and to the page as bytes: messages, scenarios and JSON."""

from __future__ import annotations

import httpx
import pytest

import countervail as cv
from countervail.app import Internal, Lost, Unable
from countervail.app.models import as_json
from countervail.app.processes.worker_child import Message
from countervail.app.work import pack, unpack
from countervail.scenario import dump, library
from countervail.scenario.load import Source
from support.served import question


@pytest.mark.parametrize(
    "message",
    [
        Message("progress", "Bands of \u202e everything", 3, 10),
        Message("result", data=b'{"a": "\\n"}\n\n'),
        Message("file", "results.xlsx", data=bytes(range(256))),
        Message("done"),
        Message("cancelled"),
    ],
)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    assert Message.decoded(message.encoded()) == message
    assert message.error is None


@pytest.mark.parametrize("kind", [cv.InputError, cv.NoEquilibrium, cv.NotConverged, Unable, Lost, Internal])
def test_an_error_comes_out_as_the_class_that_went_in(kind: type[cv.CountervailError]) -> None:
    error = Message.decoded(Message.failed(kind("a reason")).encoded()).error
    assert type(error) is kind
    assert str(error) == "a reason"


@pytest.mark.parametrize(
    ("error", "data"),
    [
        (cv.InputError("a", field="club.members", file="a.yaml", line=3), ("field", "file", "line")),
        (cv.InputError("a", field="date"), ("field", "file", "line")),
        (cv.NoEquilibrium("a", countries=("IRN", "RUS")), ("countries", "country")),
        (cv.NotConverged("a", residual=0.5, country="IRN", sector="COAL"), ("residual", "country", "sector")),
    ],
)
def test_an_error_keeps_its_data(error: cv.CountervailError, data: tuple[str, ...]) -> None:
    again = Message.decoded(Message.failed(error).encoded()).error
    assert [getattr(again, name) for name in data] == [getattr(error, name) for name in data]


@pytest.mark.parametrize("name", library())
def test_a_scenario_is_packed_with_every_file_and_line(name: str) -> None:
    source = Source.of(name)
    again = unpack(pack(source))
    assert again.root == source.root
    assert again.scenario() == source.scenario()


def test_a_packed_scenario_reports_mistakes_at_the_same_place() -> None:
    source = Source.parse(dump(question()).encode(), "mine.yaml")
    messages = []
    for one in (source, unpack(pack(source))):
        with pytest.raises(cv.InputError) as caught:
            one.scenario(["measures.russia.effect=high"])
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_nothing_leaves_that_json_does_not_have_or_that_a_screen_would_obey() -> None:
    value = {"a": float("nan"), "b": [float("inf")], "c\u202e": "x\u202e\x1b[31my\x85", "d": "\\u202e \\ \n\t"}
    assert as_json(value) == b'{"a":null,"b":[null],"c":"x[31my","d":"\\\\u202e \\\\ \\n\\t"}'
    assert httpx.Response(200, content=as_json({"a": "é\u00a0−"})).json() == {"a": "é\u00a0−"}
