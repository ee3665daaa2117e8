"""One function a chart: an Altair chart over named data, without colours of its own (theme.py) or a title.

Not part of the installed package: catalogue.py writes what the program reads.
"""
