"""Claims of a text: sentences, clauses, frames, lists, posts, quantities and who says it."""
