"""The charts of the report, drawn with Altair: a function each, over named data, without colours or a title.

`python -m tools.drawings` writes what the program reads, static/charts.json of the report; a test says when that was
forgotten. A chart is registered beside the function that draws it (`register.chart`); a module whose name ends in
`_charts` is discovered automatically. Altair is needed to draw and to test, not to run.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from tools.drawings.register import DRAWINGS as DRAWINGS
from tools.drawings.register import text as text

for _module in iter_modules(__path__):
    if _module.name.endswith("_charts"):
        import_module(f"{__name__}.{_module.name}")
