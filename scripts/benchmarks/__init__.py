"""The figures of docs/benchmarks.md, one group a file; `scripts/bench.py` runs them."""
