"""The command `run --repeat`: the same files again, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from countervail.cli import call


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of draws and of changed settings."""
    folder = tmp_path_factory.mktemp("runs") / "earlier"
    changes = ["--set", "club.reading=annex", "--closure", "proportional", "--seed", "3"]
    assert call(["run", "asiu", "--draws", "2", *changes, "-o", str(folder)]) == 0
    return folder


def test_a_repeated_run_writes_the_same_bytes(
    earlier: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", "--repeat", str(earlier / "results.json"), "-o", str(tmp_path / "again"), "--json"]) == 0
    shown = capsys.readouterr()
    assert "The results are the same as those of the earlier run." in shown.err
    assert shown.out == (earlier / "results.json").read_text(encoding="utf-8")
    again = {p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()}
    assert again == {p.name: p.read_bytes() for p in earlier.iterdir()}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["asiu", "--draws", "2"], "leave out SCENARIO, --draws"),
        (["--set", "club.reading=annex"], "leave out --set"),
        (["--evidence", "case"], "quotes no case"),
    ],
)
def test_other_options_are_refused(
    earlier: Path, options: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["run", "--repeat", str(earlier / "results.json"), *options]) == 2
    assert why in capsys.readouterr().err


def test_the_folder_is_named_after_the_question_and_never_overwritten_by_another(tmp_path: Path) -> None:
    from countervail.report.run_folder import free_folder, holds_another_question, write_folder
    from countervail.scenario import dump, load_scenario
    from support.synthetic_tables import synthetic

    plain = load_scenario("russia-alone")
    changed = load_scenario(
        "russia-alone", set=["settings.closure=balanced", "measures.eu-russia-refined.enabled=false"]
    )
    assert free_folder(plain, tmp_path) == tmp_path / "russia-alone"
    assert free_folder(changed, tmp_path).name == "russia-alone-closure-balanced-enabled-false"
    long = load_scenario("russia-alone", set=[f"description={'x' * 90}"])
    assert len(free_folder(long, tmp_path).name) < 80
    write_folder(synthetic(), dump(plain), tmp_path / "russia-alone")
    assert free_folder(plain, tmp_path) == tmp_path / "russia-alone"
    assert holds_another_question(tmp_path / "russia-alone", changed)
    other = plain.model_copy(update={"title": "Another question of this name"})
    assert free_folder(other, tmp_path) == tmp_path / "russia-alone-2"


def test_one_long_table_in_csv_and_stata(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    from countervail.report.run_folder import write_folder
    from support.synthetic_tables import synthetic

    folder = write_folder(synthetic(), "name: x\n", tmp_path / "run", stata=True)
    table = pd.read_csv(folder / "results.csv")
    figures = table[(table.table == "figures") & (table.country == "IRN") & (table.quantity == "cost_pct")]
    row = next(r for r in synthetic()["figures"] if (r["country"], r["quantity"]) == ("IRN", "cost_pct"))
    assert row["value"] in figures.value.to_list()
    assert set(table.table) >= {"figures", "countries", "provisions", "measures", "joining"}
    assert table.version.nunique() == table.world.nunique() == 1
    stata = pd.read_stata(folder / "results.dta")
    assert len(stata) == len(table)
    assert stata.value.sum() == pytest.approx(table.value.sum())
