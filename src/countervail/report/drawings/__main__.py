"""`python -m countervail.report.drawings`: the specifications of all charts, written anew."""

from countervail.report.drawings.catalogue import write

write()
