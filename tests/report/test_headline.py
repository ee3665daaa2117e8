"""Numbers as words, and the answer in sentences and in the terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countervail.analysis.estimate import Estimate
from countervail.report import terminal
from countervail.report.differences import against
from countervail.report.numbers import band, number, percent, persons, share, usd
from countervail.report.verdict import sentences as sentences_of
from countervail.report.verdict import verdict as verdict_of
from countervail.types import Row
from support.synthetic_tables import synthetic


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.0123, "0.012"), (0.123, "0.12"), (1.234, "1.2"), (9.99, "10"), (0.999, "1.0"), (12.3, "12"),
        (0.00074889, "0.0007"),
        (1_234_567.0, "1,234,567"), (-3.14, "−3.1"), (-1e-9, "0"), (float("nan"), "–"), (99.9, "100"),
    ],
)  # fmt: skip
def test_numbers_at_two_digits(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_number_reads_back_within_its_digits(value: float) -> None:
    back = float(number(value).replace(",", "").replace("−", "-"))
    assert abs(back - value) <= max(0.051 * abs(value), 5.1e-5)


def test_units() -> None:
    assert percent(4.21) == "4.2\u00a0%"
    assert share(0.14) == "14\u00a0%"
    assert usd(97_300) == "USD\u00a097\u00a0bn"
    assert usd(1_230_000) == "USD\u00a01.2\u00a0trn"
    assert usd(-881) == "USD\u00a0−881\u00a0m"
    assert usd(1e-7) == usd(0) == "USD\u00a00"
    assert persons(2_010_000_000) == "2.01 billion"
    assert percent(None) == share(None) == usd(None) == persons(None) == "–"


def test_a_band_has_its_unit_once() -> None:
    assert band(Estimate(4.0, 3.0, 4.0, 5.5), "%") == "3.0 to 5.5\u00a0%"
    assert band(Estimate(30_000, 24_000, None, 45_000), "million USD") == "USD\u00a024 to 45\u00a0bn"
    assert band(Estimate(900, 856, None, 1_600), "million USD") == "USD\u00a0856\u00a0m to 1.6\u00a0bn"
    assert band(Estimate(4.0), "%") == ""


def test_headline_gives_the_verdict_then_losses_and_gains() -> None:
    sentences = sentences_of(synthetic())
    assert sentences[0].startswith("No: the club would make good between ")
    assert sentences[1].startswith("Counted: the seven countries")
    assert "Sanctions cost them USD" in sentences[2]
    assert "give them USD" in sentences[3]
    alone = synthetic()
    for row in alone["verdict"]:
        row.update(names="Iran", countries="IRN")
    assert "Sanctions cost it USD" in sentences_of(alone)[2]
    assert "of what it can buy" in sentences_of(alone)[2]
    assert "times as large" in " ".join(sentences)
    assert any("Placebo" in sentence for sentence in sentences)


def test_a_negative_figure_is_never_clipped() -> None:
    tables = synthetic()
    for row in tables["figures"]:
        if row["country"] == "CLUB" and row["quantity"] == "blunting":
            row.update(value=-0.03, low=-0.05, high=-0.01)
    assert any("hurt more once the club exists: blunting is −3.0" in sentence for sentence in sentences_of(tables))


@pytest.mark.parametrize(
    ("low", "high", "sentence"),
    [
        (0.0036, 0.032, "No: the club would make good between 0.36 and 3.2\u00a0% of what sanctions cost."),
        (0.2, 0.6, "In part: the club would make good between 20 and 60\u00a0% of what sanctions cost."),
        (1.1, 1.3, "Yes: the club would make good between 110 and 130\u00a0% of what sanctions cost."),
        (-0.05, -0.01, "No: the club would add between 1.0 and 5.0\u00a0% to what sanctions cost."),
        (None, None, "No: the club would make good about 2.0\u00a0% of what sanctions cost."),
    ],
)
def test_the_verdict_is_one_sentence_with_its_band(low: float | None, high: float | None, sentence: str) -> None:
    tables = synthetic() | {"surface": []}
    for row in tables["verdict"]:
        if row["quantity"] == "share":
            row.update(value=0.02, low=low, high=high)
    assert (answer := verdict_of(tables)) is not None
    assert answer.sentence == sentence
    assert answer.who.startswith("the seven countries under broad sanctions (Russia, Belarus")


def test_a_verdict_without_a_share_says_why_and_still_has_the_money() -> None:
    tables = synthetic()
    for row in tables["verdict"]:
        if row["quantity"] == "share":
            row.update(value=None, low=None, high=None, note="not identified: the cost is too small")
    assert (answer := verdict_of(tables)) is not None
    assert (answer.answer, answer.caveat) == ("Not known", "No share is given: the cost is too small.")
    assert answer.cost.value.startswith("USD")


def test_who_left_the_club_is_said_apart_from_what_that_does_to_the_others() -> None:
    before, now = synthetic(), synthetic()
    now["meta"][0]["members"] = "IRN SYR VEN CUB PRK"
    worth = {"RUS": -900.0, "BLR": -100.0, "IRN": -50.0}
    for row in now["countries"]:
        row["c_usd"] += worth.get(row["iso3"], 0.0)
    for row in now["verdict"]:
        if row["quantity"] == "gain_usd":
            row["value"] += sum(worth.values())
    (gain,) = against(now, before)
    assert "1.1\u00a0bn less: " in gain
    assert "(of it −1.0\u00a0bn Russia, Belarus, which left the club; −0.050\u00a0bn the others)" in gain
    assert against(now, now) == []
    assert (answer := verdict_of(now)) is not None
    assert answer.caveat == "Not in the club here, and still counted: Russia and Belarus."


@pytest.mark.parametrize("width", [40, 60, 80, 110, 200])
def test_the_terminal_answers_at_any_width(width: int) -> None:
    stream = io.StringIO()
    terminal.show(synthetic(), stream, width=width)
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= width
    for word in ("Iran", "The club", "Claims checked", "not identified"):
        assert word in text
    assert "None" not in text


def test_the_terminal_obeys_no_text() -> None:
    tables = synthetic()
    tables["meta"][0]["title"] = "\x1b[31mred\x07 [bold]x[/bold] :smile:"
    stream = io.StringIO()
    terminal.show(tables, stream, width=100)
    assert "[31mred [bold]x[/bold] :smile:" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_the_terminal_takes_an_empty_run() -> None:
    stream = io.StringIO()
    terminal.show({}, stream, width=80)
    assert "without draws" in stream.getvalue()


@pytest.mark.parametrize("draws", [0, 100])
def test_the_verdict_gives_the_region_and_not_a_point(draws: int) -> None:
    """Without draws the ends of the provisions' ranges, and any club from a currency agreement to a customs union."""
    tables = synthetic()
    for row in tables["verdict"]:
        if row["quantity"] == "share" and not draws:
            row.update(low=None, high=None)
    assert (answer := verdict_of(tables)) is not None
    offsets = {
        kind: [r["offset"] for r in tables["surface"] if r["kind"] == kind] for kind in ("provisions", "uniform")
    }
    low, high = (share(end(offsets["uniform"])).removesuffix("\u00a0%") for end in (min, max))
    assert f"to a customs union, would make good between {low} and {high}" in answer.sentence
    least, most = (share(end(offsets["provisions"])).removesuffix("\u00a0%") for end in (min, max))
    assert (f"the club would make good between {least} and {most}" in answer.sentence) is (not draws)
    assert ("from all its sizes low to all high" in answer.sentence) is (not draws)
    assert sentences_of(tables)[0] == answer.sentence


def test_without_broad_sanctions_there_is_nothing_to_make_good() -> None:
    tables = synthetic() | {"verdict": [], "surface": []}
    assert verdict_of(tables) is None
    assert sentences_of(tables)[0].startswith("No country is under broad sanctions")


def test_amounts_that_differ_are_written_so_that_it_is_seen() -> None:
    def state(million: float) -> dict[str, list[Row]]:
        figure = {"quantity": "gain_usd", "value": million, "low": None, "high": None, "note": None}
        return {"meta": [{"members": "IRN"}], "verdict": [{**figure, "countries": "IRN", "names": "Iran"}]}

    (sentence,) = against(state(1_124.0), state(1_093.0))
    assert sentence == "The club would bring USD\u00a00.031\u00a0bn more: 1.12 instead of 1.09."
    assert "2.1 instead of 1.1" in against(state(2_100.0), state(1_100.0))[0]
