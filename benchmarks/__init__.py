"""Benchmarks: ours against the plain way, in turns, in one run."""
