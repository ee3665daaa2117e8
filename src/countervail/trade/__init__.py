"""The trade equilibrium: arrays in, equilibrium out (Caliendo and Parro 2015, exact hat algebra)."""
