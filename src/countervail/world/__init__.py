"""The baseline economy and where it comes from."""
