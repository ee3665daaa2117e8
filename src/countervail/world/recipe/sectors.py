"""The 25 sectors of the bundled world: ICIO industries and GTAP sectors of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from countervail.errors import InputError


@dataclass(frozen=True)
class Sector:
    """A sector: its code and name, whether it is goods, its ICIO industries and its GTAP 10 sectors (lower case)."""

    code: str
    name: str
    goods: bool
    icio: tuple[str, ...]
    gtap: tuple[str, ...] = ()


def _goods(code: str, name: str, icio: str, gtap: str) -> Sector:
    return Sector(code, name, True, tuple(icio.split()), tuple(gtap.split()))


def _services(code: str, name: str, icio: str) -> Sector:
    return Sector(code, name, False, tuple(icio.split()))


SECTORS: tuple[Sector, ...] = (
    _goods(
        "AGR",
        "Agriculture, forestry, fishing",
        "A01 A02 A03",
        "pdr wht gro v_f osd c_b pfb ocr ctl oap rmk wol frs fsh",
    ),
    _goods("COAL", "Coal", "B05", "coa"),
    _goods("OIL_GAS", "Crude oil and natural gas", "B06", "oil gas"),
    _goods("MINING", "Other mining", "B07 B08 B09", "oxt"),
    _goods("FOOD", "Food, drink, tobacco", "C10T12", "cmt omt vol mil pcr sgr ofd b_t"),
    _goods("TEXTILES", "Textiles, clothing, leather", "C13T15", "tex wap lea"),
    _goods("WOOD_PAPER", "Wood, paper, printing", "C16 C17_18", "lum ppp"),
    _goods("REFINING", "Refined petroleum and coke", "C19", "p_c"),
    _goods("CHEMICALS", "Chemicals", "C20", "chm"),
    _goods("PHARMA", "Pharmaceuticals", "C21", "bph"),
    _goods("RUBBER_MINERALS", "Rubber, plastics, mineral products", "C22 C23", "rpp nmm"),
    _goods("METALS", "Basic metals and metal products", "C24A C24B C25", "i_s nfm fmp"),
    _goods("ELECTRONICS", "Electronics and electrical equipment", "C26 C27", "ele eeq"),
    _goods("MACHINERY", "Machinery", "C28", "ome"),
    _goods("VEHICLES", "Motor vehicles", "C29", "mvh"),
    _goods("TRANSPORT_EQUIPMENT", "Ships, aircraft, railway equipment", "C301 C302T309", "otn"),
    _goods("OTHER_MANUFACTURING", "Furniture, other manufacturing, repair", "C31T33", "omf"),
    _services("UTILITIES", "Electricity, gas, water", "D E"),
    _services("CONSTRUCTION", "Construction", "F"),
    _services("TRADE", "Wholesale, retail, hotels, restaurants", "G I"),
    _services("TRANSPORT", "Transport, storage, post", "H49 H50 H51 H52 H53"),
    _services("ICT", "Media, telecommunications, computing", "J58T60 J61 J62_63"),
    _services("FINANCE", "Finance and insurance", "K"),
    _services("BUSINESS", "Real estate, professional, administrative", "L M N"),
    _services("PUBLIC", "Public services, health, education, arts", "O P Q R S T"),
)
CODES: tuple[str, ...] = tuple(s.code for s in SECTORS)
GOODS: NDArray[np.bool_] = np.array([s.goods for s in SECTORS])
AGRICULTURE = (0,)
INDUSTRY = tuple(range(1, 19))
SERVICES = tuple(range(19, 25))


def position(code: str) -> int:
    """Index of a sector code."""
    return CODES.index(code)


def icio_grouping(industries: tuple[str, ...]) -> NDArray[np.float64]:
    """Sums over ICIO industries [sector, industry]; InputError where an industry has no sector."""
    matrix = np.zeros((len(SECTORS), len(industries)))
    for j, sector in enumerate(SECTORS):
        for industry in sector.icio:
            if industry in industries:
                matrix[j, industries.index(industry)] = 1.0
    if lost := [x for i, x in enumerate(industries) if matrix[:, i].sum() != 1]:
        raise InputError(f"ICIO industry {', '.join(lost)} belongs to no sector of the recipe (2025 edition expected)")
    return matrix
