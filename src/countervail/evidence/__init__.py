"""From documents to cited claims: what a text says, where exactly, who said it, and how data bear on it."""

from countervail.evidence.bundle import Evidence, check, load, read

__all__ = ["Evidence", "check", "load", "read"]
