"""A tiny fake of each raw source of the recipe: the columns and oddities of the real ones, random values."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from countervail.world.recipe import assumptions, sectors

INDUSTRIES = tuple(i for s in sectors.SECTORS for i in s.icio)
OUTSIDERS = assumptions.words("outsiders")
DONORS = {d for k, a in assumptions.table().items() if k.startswith("donors_") for d in a.words}
TABLE = tuple(sorted(DONORS | {"CHN", "ARE", "RUS", "BLR", "TWN", "STP", "USA", "CAN", "ESP", "DEU"}))
REST = ("KEN", "QAT", "XKX")
SILENT = ("CUB", "PRK", "TWN", "STP")
GTAP = tuple(sorted({g for s in sectors.SECTORS for g in s.gtap}))


def write(folder: Path, seed: int = 0) -> Path:
    """Write every source under `folder` as the recipe expects it."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    for name in ("icio2022", "baci2023", "factbook", "wdi_gdp", "comtrade2016", "elasticities"):
        (folder / name).mkdir(parents=True)
    _icio(folder / "icio2022" / "icio2022_compact.npz", rng)

    everyone = (*TABLE, *OUTSIDERS, *REST)
    quiet = assumptions.words("non_reporters")
    pairs = [
        (a, b, rng.uniform(0.5, 5) * (4e3 if a in TABLE else 1e3))
        for a in everyone
        for b in everyone
        if a != b and not {a, b} & set(SILENT) and not {a, b} <= set(quiet) and (a, b) != ("USA", "IRN")
    ]
    pd.DataFrame(pairs, columns=["exporter", "importer", "value_kusd"]).to_parquet(
        folder / "baci2023" / "baci2023_pairs.parquet"
    )
    _factbook(folder / "factbook", everyone, rng)
    years = [
        (c, c, y, 3e9 * (1 + i % 5)) for i, c in enumerate(everyone) if c not in ("PRK", "TWN") for y in (2020, 2022)
    ]
    pd.DataFrame(years, columns=["iso3", "name", "year", "gdp_usd"]).to_parquet(
        folder / "wdi_gdp" / "wdi_gdp_1960_2023.parquet"
    )
    panel = [
        ("ZAR" if a == "COD" else a, b, y, rng.uniform(0, 9e6), "")
        for a in everyone
        for b in everyone
        for y in (1996, 2000, 2012, 2016)
        if a != b and a not in SILENT
    ]
    pd.DataFrame(panel, columns=["exporter", "importer", "year", "export_usd", "agreement"]).to_parquet(
        folder / "comtrade2016" / "comtrade_exports_1964_2016.parquet"
    )
    epsilon = [np.nan if g in ("coa", "gas") else -rng.uniform(2, 12) for g in GTAP]
    pd.DataFrame({"gtap_sector": GTAP, "epsilon_GTAP": epsilon, "dist_GTAP": -1.0}).to_stata(
        folder / "elasticities" / "fontagne2020_gtap_sectors.dta", write_index=False
    )
    return folder


def _icio(path: Path, rng: np.random.Generator) -> None:
    n, s = len(TABLE), len(INDUSTRIES)
    output = rng.uniform(80, 120, (s, n))
    use = rng.uniform(0.5, 1.5, (n, s, s)) / s * 0.45 * output.T[:, None, :]
    supplier = rng.uniform(0.5, 1.5, (s, n, n)) / n * 0.3 + 0.7 * np.eye(n)
    supplier /= supplier.sum(axis=1, keepdims=True)
    flows = supplier * use.sum(axis=2).T[:, None, :]
    other = output - flows.sum(axis=2)
    assert (other > 0).all()
    np.savez(
        path,
        Zsid=flows.astype(np.float32),
        IOuse=use.astype(np.float32),
        go=output,
        z=other,
        s=output,
        countries=np.array(TABLE),
        sectors=np.array(INDUSTRIES),
    )


def _factbook(folder: Path, everyone: tuple[str, ...], rng: np.random.Generator) -> None:
    import pandas as pd

    country = pd.DataFrame({"iso3": everyone, "name": everyone, "gdp_oer": 4e9, "population": 1e6})
    country["exp_2023"] = np.where(country["iso3"] == "IRN", 9e8, rng.uniform(3e8, 6e8, len(country)))
    country["imp_2023"] = rng.uniform(3e8, 6e8, len(country))
    country["exp_2022"], country["imp_2022"] = 1e8, 1e8
    for column, share in (("va_agriculture", 15.0), ("va_industry", 30.0), ("va_services", 55.0)):
        country[column] = share
    country.loc[country["iso3"].isin(["VEN", "PRK"]), ["va_agriculture", "va_industry", "va_services"]] = np.nan
    country.loc[country["iso3"] == "SYR", ["exp_2023", "exp_2022"]] = np.nan
    country.to_csv(folder / "fb_country.csv", index=False)
    partners = [
        (c, "", f, p, share, 2023, k + 1, "" if p == "Republic of the" else p)
        for c in everyone
        for f in ("exp", "imp")
        for k, (p, share) in enumerate((("CHN", 40), ("ESP", 20), ("Republic of the", 10)))
        if p != c
    ]
    columns = ["iso3", "gec", "flow", "partner", "share_pct", "year", "rank", "partner_iso3"]
    pd.DataFrame(partners, columns=columns).to_csv(folder / "fb_partners.csv", index=False)
    goods = ("crude petroleum", "gold", "wheat", "electricity", "something unheard of")
    rows = [(c, "", f, k + 1, g, 2023) for c in everyone for f in ("exp", "imp") for k, g in enumerate(goods)]
    columns = ["iso3", "gec", "flow", "rank", "commodity", "year"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "fb_commodities.csv", index=False)
    older = [("VEN", "va_agriculture", 5), ("VEN", "va_industry", 40), ("VEN", "va_services", 55)]
    older += [(c, f, 5e7) for c in ("CUB", "PRK") for f in ("exp_goods", "imp_goods")]
    pd.DataFrame(older, columns=["iso3", "field", "value"]).assign(year=2017, source="older edition").to_csv(
        folder / "fb_hist_fill.csv", index=False
    )
