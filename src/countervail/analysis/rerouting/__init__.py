"""Re-routing."""
