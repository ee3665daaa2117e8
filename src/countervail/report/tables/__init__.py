"""The result tables: rows by table, and the one description of their columns."""
