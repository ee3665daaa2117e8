"""The club as the documents have it."""

from __future__ import annotations

LETTER = (
    *("RUS", "BLR", "UKR", "SYR", "VEN", "CUB", "PRK", "SDN"),
    *("COD", "LBN", "SOM", "ZWE", "AFG", "LBY", "MLI", "NIC"),
)
"""The letter's candidates without China, which it names in part."""
