"""What the server answers: routes, their bodies, and who may ask."""
