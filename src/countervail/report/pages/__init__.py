"""HTML pages that open offline: the report, the payments, the coalitions."""
