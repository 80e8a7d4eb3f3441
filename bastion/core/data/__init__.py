"""Reviewed data: what the built-in functions of each engine do, and the default policy."""
