"""Telling people what went wrong."""
