"""Whole-process benchmarks of Stowplan: `python -m benchmarks` prints their figures in a table."""
