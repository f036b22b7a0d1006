"""How fast it is: programs that make their own databases, measure, and print a table."""

import os

import django

# A program that these start has the settings named for it, and is setting itself up already.
if "DJANGO_SETTINGS_MODULE" not in os.environ:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
