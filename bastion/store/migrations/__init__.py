"""Ordered steps of the schema; each runs once."""
