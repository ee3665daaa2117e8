"""What a run says: tables as charts, a page, a workbook, a run folder and a terminal answer."""
