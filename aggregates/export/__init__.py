"""Stored values as tables, in whatever layout is asked for."""
