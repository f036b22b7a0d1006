"""Keeps a wind farm's 10-minute statistics in step with its 1-minute measurements."""

from windproject.celery import app as celery_app

__all__ = ["celery_app"]
