"""One draw of a scenario in a world: what its measures and provisions do to trade, as shocks."""
