"""From a world and a scenario to an answer: the four worlds, what is read off them, and how sure one can be."""
