"""The errors: each says where it is and what to do about it, in its message and in its attributes.

```
CountervailError        .exit_code
├── InputError          .field  .file  .line
├── NoEquilibrium       .countries  .country
└── NotConverged        .residual  .country  .sector
```

An attribute is None (or empty) where it does not apply, so that a program need not parse the message.
"""

from __future__ import annotations


class CountervailError(Exception):
    """Base of every error this package raises on purpose; `exit_code` is the command line's."""

    exit_code = 1


class InputError(CountervailError):
    """Bad input, or an output that cannot be written: names the file, the field and the remedy.

    Attributes:
        field: what is wrong: the argument of the function or the option of the command (`out`, `from`, without
            dashes), the path in a scenario as `--set` takes it (`club.members`), or the column or array of a file.
            Never the value that was given.
        file: the file it is in.
        line: its line there, counted from 1.
    """

    exit_code = 2

    def __init__(
        self, message: str = "", *, field: str | None = None, file: str | None = None, line: int | None = None
    ) -> None:
        super().__init__(message)
        self.field, self.file, self.line = field, file, line


class NoEquilibrium(CountervailError):
    """The counterfactual has no equilibrium: names the trade flows at fault and a closure that has one.

    Attributes:
        countries: the countries without an equilibrium; `country` is the first.
    """

    exit_code = 3

    def __init__(self, message: str = "", *, countries: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.countries = countries

    @property
    def country(self) -> str | None:
        """The first of `countries`."""
        return self.countries[0] if self.countries else None


class NotConverged(CountervailError):
    """The solver missed its tolerance: says whether it cycles or diverges, and where.

    Attributes:
        residual: the largest relative residual at the last step.
        country, sector: where it is largest.
    """

    exit_code = 3

    def __init__(
        self,
        message: str = "",
        *,
        residual: float | None = None,
        country: str | None = None,
        sector: str | None = None,
    ) -> None:
        super().__init__(message)
        self.residual, self.country, self.sector = residual, country, sector
