"""The local web application of `countervail serve`, over the functions of the command line. Here: its errors."""

from __future__ import annotations

from countervail.errors import CountervailError


class Unknown(CountervailError):
    """The request names something that the server does not have, or no longer has."""


class Busy(CountervailError):
    """As many jobs are waiting as the server accepts."""


class Unable(CountervailError):
    """This machine could not do the work now; nothing is wrong with the request."""


class Lost(Unable):
    """The process that did the work ended before it was done."""


class Internal(CountervailError):
    """A bug in this package."""
