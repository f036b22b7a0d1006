"""The first load of a day, on the databases of BENCHMARK_FOLDER: its seconds."""

import sys
from datetime import date

from benchmarks.day import aggregate, seconds
from benchmarks.fresh import tidy
from common.databases import SOURCE

if __name__ == "__main__":
    tidy(SOURCE)
    day = date.fromisoformat(sys.argv[1])
    print(seconds(lambda: aggregate(day)))
