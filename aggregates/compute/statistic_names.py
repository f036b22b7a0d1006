"""The statistics by name, in the order in which they are shown."""

from sourcedata.variables import STATISTICS as STATISTICS

MEAN, MINIMUM, MAXIMUM, STD, COUNT = STATISTICS
