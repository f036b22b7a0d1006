"""Runs: asked for, shared by workers, repeated, and what they store."""
