"""How fast it is: programs that make their own databases, measure, and print a table."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
django.setup()
