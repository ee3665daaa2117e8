"""Where the countries of a rails table are in a network: codes, groups, ALL and CLUB at a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from countervail import countries as atlas
from countervail.rails.rails import ALL
from countervail.scenario import CLUB


class Places:
    """Positions of countries in a network, by codes, groups, ALL and CLUB at a date."""

    def __init__(self, date: dt.date, countries: Sequence[str], members: Sequence[str]) -> None:
        self.date, self.countries, self.n = date, countries, len(countries)
        self.club: tuple[str, ...] | None = None
        """The members, once an entry has named CLUB."""
        self._members = members
        self._at = {iso3: i for i, iso3 in enumerate(countries)}

    def of(self, names: Iterable[str]) -> list[int]:
        """Positions of the countries that `names` stand for, without those that the network lacks."""
        codes: list[str] = []
        for name in names:
            if name == CLUB:
                self.club = tuple(self._members)
            if name == ALL:
                codes += self.countries
            else:
                # most of a table are codes of countries, which need no look into the groups
                codes += (
                    self._members if name == CLUB else (name,) if name in self._at else atlas.expand([name], self.date)
                )
        return [self._at[iso3] for iso3 in dict.fromkeys(codes) if iso3 in self._at]
