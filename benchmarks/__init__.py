"""The speed claims, measured: ratios within one run on one machine (`python -m benchmarks`)."""
