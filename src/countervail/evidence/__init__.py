"""From documents to cited claims: what a text says, where exactly, who said it, and how data bear on it."""
