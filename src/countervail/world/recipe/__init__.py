"""How the bundled world is computed from public sources, a module a source."""
