"""Benchmarks: ratios against a peer or a limit in the same run. They print; tests never assert times."""
