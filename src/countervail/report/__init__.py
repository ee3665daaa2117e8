"""The results of a run: tables, charts, pages, a workbook, a run folder and a summary in the terminal."""
