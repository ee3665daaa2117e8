"""`python -m tools.drawings`: charts.json and docs/results-schema.md, written anew."""

from pathlib import Path

from countervail.files import write_whole
from countervail.report import results
from countervail.report.charts import FILE
from tools.drawings import text

write_whole(Path(str(FILE)), text())
write_whole(Path(__file__).parents[2] / "docs" / "results-schema.md", results.markdown())
