"""How fast depcheck is: `python -m benchmarks`. The last table stands in docs/performance.md."""
