"""The processes that work for the server."""
