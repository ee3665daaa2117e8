"""Readers of input-output tables: pymrio's, OECD's and WIOD's layout give one world; what does not fit is named."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import countervail as cv
from support.worlds import make_world

pd = pytest.importorskip("pandas")
C, S = ("AUS", "CHN", "ROW"), ("A01", "B_05", "G")
PAIRS = [(c, s) for c in C for s in S]


def table() -> tuple[Any, Any]:
    """Z and Y of a made-up economy, [row, column] and [row, country], and the flows and inputs they hold."""
    made = make_world(3, len(C), len(S), tariffs=0.0)
    share = made.flows / made.flows.sum(0)
    use = made.input_share * made.output[:, None, :]  # country, input, user
    Z = np.einsum("ink,nku->iknu", share, use).reshape(9, 9)
    Y = (share * made.final_demand[None]).transpose(0, 2, 1).reshape(9, 3)
    return Z, Y


Z, Y = table()


def pymrio_object(**changes: Any) -> SimpleNamespace:
    """What pymrio makes of it: regions and sectors as two levels, two categories of final demand."""
    labels = pd.MultiIndex.from_tuples(PAIRS, names=["region", "sector"])
    kinds = pd.MultiIndex.from_product([C, ["households", "capital"]], names=["region", "category"])
    final = pd.DataFrame(np.repeat(Y / 2, 2, axis=1), index=labels, columns=kinds)
    x = pd.DataFrame({"indout": Z.sum(1) + Y.sum(1)}, index=labels)
    return SimpleNamespace(**{"Z": pd.DataFrame(Z, index=labels, columns=labels), "Y": final, "x": x, **changes})


def icio(folder: Path, name: str = "2020_SML.csv", split: bool = False) -> Path:
    """OECD's layout; with `split` China's rows and columns are in two parts that have one final demand."""
    parts = [("CN1", 0.25), ("CN2", 0.75)] if split else [("CHN", 1.0)]
    rows = [(part, s, size, k) for k, (c, s) in enumerate(PAIRS) for part, size in (parts if c == "CHN" else [(c, 1)])]
    head = [
        "V1",
        *(f"{c}_{s}" for c, s, _, _ in rows),
        *(f"{c}_{kind}" for c in C for kind in ("HFCE", "INVNT")),
        "OUT",
    ]
    whole = np.array([[a * b * Z[k, m] for _, _, b, m in rows] for _, _, a, k in rows])
    final = np.array([[size * Y[k, n] * part for n in range(3) for part in (1.25, -0.25)] for _, _, size, k in rows])
    output = whole.sum(1) + final.sum(1)
    lines = [head]
    for (c, s, _, _), used, bought, out in zip(rows, whole.tolist(), final.tolist(), output.tolist(), strict=True):
        lines.append([f"{c}_{s}", *used, *bought, out])
    blank = [0.0] * (final.shape[1] + 1)
    lines += [["VA", *(output - whole.sum(0)).tolist(), *blank], ["OUT", *output.tolist(), *blank]]
    return written(folder / name, lines)


def wiod(folder: Path, name: str = "WIOT2014_Nov16_ROW.csv", year: int | None = None, prefix: str = "v") -> Path:
    """WIOD's layout: three sectors are columns 1 to 3, two kinds of final demand 4 and 5."""
    users = [f"{prefix}{c}{k + 1}" for c in C for k in range(3)]
    final = [f"{prefix}{c}{k}" for c in C for k in (4, 5)]
    extra = [] if year is None else ["Year"]
    lines: list[list[Any]] = [["IndustryCode", "IndustryDescription", "Country", "RNr", *extra, *users, *final, "TOT"]]
    for k, (c, s) in enumerate(PAIRS):
        bought = [y * part for y in Y[k].tolist() for part in (0.5, 0.5)]
        lines.append([s, f"about {s}", c, k % 3 + 1, *([year] if extra else []), *Z[k].tolist(), *bought, 0.0])
    lines.append(["VA", "Value added", "TOT", 70, *([year] if extra else []), *[0.0] * 15, 0.0])
    return written(folder / name, lines)


def written(path: Path, lines: list[list[Any]]) -> Path:
    path.write_text(
        "\ufeff" + "\n".join(",".join(str(cell) for cell in line) for line in lines) + "\n", encoding="utf-8"
    )
    return path


def expected() -> cv.World:
    flows = Z.reshape(3, 3, 3, 3).sum(3).transpose(0, 2, 1) + Y.reshape(3, 3, 3).transpose(0, 2, 1)
    used = Z.reshape(3, 3, 3, 3).sum(0).transpose(1, 0, 2)
    inputs = used / flows.sum(1)[:, None, :]
    return cv.World.from_flows(flows, countries=C, sectors=S, elasticity=4.0, input_share=inputs)


def test_every_source_gives_the_same_world(tmp_path: Path) -> None:
    want = expected()
    worlds = {
        "pymrio": cv.World.from_pymrio(pymrio_object(), year=2014, elasticity=4.0),
        "shuffled": cv.World.from_pymrio(shuffled(), year=2014, elasticity=4.0),
        "icio": cv.World.from_icio(icio(tmp_path), year=2020, elasticity={"A01": 4.0, "B_05": 4.0, "G": 4.0}),
        "icio, China in parts": cv.World.from_icio(icio(tmp_path, "s.csv", split=True), year=2020, elasticity=4.0),
        "wiod": cv.World.from_wiod(wiod(tmp_path), year=2014, elasticity=4.0),
        "wiod, a year's rows": cv.World.from_wiod(wiod(tmp_path, "w.csv", 2011, ""), year=2011, elasticity=4.0),
    }
    for name, world in worlds.items():
        order = [world.index(c) for c in C]
        kinds = [world.sectors.index(s) for s in S]
        np.testing.assert_allclose(world.flows[np.ix_(order, order, kinds)], want.flows, rtol=1e-9, err_msg=name)
        np.testing.assert_allclose(world.input_share[np.ix_(order, kinds, kinds)], want.input_share, rtol=1e-9)
        assert world.year in (2020, 2014, 2011)
        assert not world.check()
    shock = cv.Shock.of(worlds["shuffled"], {("AUS", "CHN"): 1.2})
    eq, plain = cv.solve(worlds["shuffled"], shock), cv.solve(want, cv.Shock.of(want, {("AUS", "CHN"): 1.2}))
    order = [worlds["shuffled"].index(c) for c in C]
    np.testing.assert_allclose(eq.real_income[order], plain.real_income, rtol=1e-9)


def shuffled() -> SimpleNamespace:
    """Rows and columns in another order each: labels decide."""
    whole = pymrio_object()
    return pymrio_object(
        Z=whole.Z.iloc[::-1, [4, 1, 8, 0, 2, 3, 7, 6, 5]], Y=whole.Y.iloc[[3, 1, 0, 2, *range(4, 9)], ::-1]
    )


def test_negative_inventories_are_repaired_and_said_and_many_are_refused() -> None:
    whole = pymrio_object(x=None)
    whole.Y.iloc[1, 5] -= whole.Y.iloc[1, 4:].sum() + Z[1, 6:].sum() + 1e-4
    world = cv.World.from_pymrio(whole, year=2014, elasticity=4.0)
    assert "AUS to ROW, B_05" in world.repairs[0]
    assert world.flows[0, 2, 1] == 0
    whole.Y.iloc[1, 5] -= Y.sum()
    with pytest.raises(cv.InputError, match=r"io: .* of the flows is negative .* AUS to ROW, B_05"):
        cv.World.from_pymrio(whole, year=2014, elasticity=4.0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"Z": None}, "no table Z"),
        ({"Y": pd.DataFrame(Y)}, "rows of Y have not two levels; expected region and sector"),
        ({"x": pymrio_object().x * 1.1}, "the row of AUS A01 sums to"),
        ({"Z": pymrio_object().Z.iloc[:, 1:]}, "have not the same labels"),
        ({"Z": pymrio_object().Z.astype(object).replace(Z[0, 0], "n/a")}, "not numbers"),
        ({"Z": pymrio_object().Z.mask(Z[2, 2] == pymrio_object().Z)}, "a cell of the row AUS G is no number"),
        ({"Y": pymrio_object().Y.iloc[:, :4]}, "no column of final demand of ROW"),
        ({"Z": pymrio_object().Z.iloc[:-1, :-1], "Y": pymrio_object().Y.iloc[:-1]}, "ROW has no row of G"),
    ],
)
def test_what_does_not_fit_in_an_object_is_named(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(cv.InputError, match=f"io: .*{says}"):
        cv.World.from_pymrio(pymrio_object(**changes), year=2014, elasticity=4.0)


def test_what_does_not_fit_in_a_file_is_named(tmp_path: Path) -> None:
    def refused(read: Any, path: Any, says: str, year: Any = 2020, **more: Any) -> None:
        with pytest.raises(cv.InputError, match=says):
            read(path, year=year, elasticity=4.0, **more)

    icios, wiods = cv.World.from_icio, cv.World.from_wiod
    good, other = icio(tmp_path), wiod(tmp_path)
    refused(icios, good, "2020_SML.csv is named after 2020, not 2019", 2019)
    refused(icios, good, "year is 2020.5", 2020.5)
    refused(icios, tmp_path / "none.csv", "cannot be read as CSV")
    refused(icios, 7, "a int given, expected the path of a CSV file")
    refused(icios, other, "not 2020")
    refused(icios, other, "no row such as AUS_A01", 2014)
    refused(wiods, good, "no column IndustryCode")
    refused(wiods, wiod(tmp_path, "w.csv", 2011), "no row of a country in 2012; it has 2011", 2012)
    refused(icios, good, "tarif: there is no such argument", tarif=0.1)
    text = good.read_text(encoding="utf-8-sig")
    changed = tmp_path / "changed.csv"
    for was, now, says in (
        ("\nAUS_A01,", "\nAUS_A01,x", "the row AUS_A01 has 'x"),
        ("\nAUS_A01,", "\nAUS_A01,1,", "the row AUS_A01 has 17 cells, the header 16"),
        ("\nAUS_A01,", "\nAUS_A01,9", "sums to"),
        ("\nAUS_A01,", "\nAUT_A01,", "the column AUS_A01 has no row"),
        ("AUS_INVNT", "AUS_OTHER", "the column AUS_OTHER has no row"),
    ):
        changed.write_text(text.replace(was, now, 1), encoding="utf-8")
        refused(icios, changed, says)
    changed.write_bytes(text.encode("utf-16"))
    refused(icios, changed, "cannot be read as CSV")
