"""The statistics by name, in the order in which they are shown."""

MEAN, MINIMUM, MAXIMUM, STD, COUNT = "mean", "min", "max", "std", "count"
STATISTICS = (MEAN, MINIMUM, MAXIMUM, STD, COUNT)
