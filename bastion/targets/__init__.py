"""Adapters to the databases that engineers query."""
