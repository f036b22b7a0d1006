"""The names of the two databases."""

# Measurements, which other programs write.
SOURCE = "source"
# Statistics and runs, and Django's own tables.
TARGET = "default"
