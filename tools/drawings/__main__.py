"""`python -m tools.drawings`: charts.json, written anew."""

from pathlib import Path

from countervail.files import write_whole
from countervail.report.charts import FILE
from tools.drawings import text

write_whole(Path(str(FILE)), text())
