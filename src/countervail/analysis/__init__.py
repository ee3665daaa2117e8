"""From a world and a scenario to results: the four worlds, the figures that follow from them, and their bands."""
