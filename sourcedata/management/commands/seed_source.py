"""`seed_source`: plausible measurements into the source database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.checks import PROJECT_CHECKS
from common.days import FIRST_DAY, LAST_DAY, parse_day, today
from common.terminal import track
from sourcedata.loading import RangeIsNotEmpty, append, empty_range
from sourcedata.management.arguments import (
    add_turbines,
    number_of_turbines,
    refusal,
    whole_number,
)
from sourcedata.management.guards import refuse_where_nobody_reads
from sourcedata.models import Turbine
from sourcedata.simulation import (
    MINUTES_PER_DAY,
    RATED_POWER_KW,
    simulate,
    turbine_fields,
    turbine_name,
)

MOST_DAYS, HIGHEST_SEED = 3660, 2**32 - 1
# Days of one turbine that are in memory at a time.
DAYS_AT_ONCE = 31


@dataclass(frozen=True)
class Plan:
    """What to write: turbines 1 to `turbines`, from the UTC day `first` to `last` inclusive."""

    turbines: int
    first: date
    last: date
    seed: int
    missing: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def rows(self) -> int:
        return self.turbines * self.days * MINUTES_PER_DAY

    def numbers_by_name(self) -> dict[str, int]:
        return {turbine_name(number): number for number in range(1, self.turbines + 1)}

    def stretches(self) -> Iterator[tuple[date, int]]:
        """Yield the first day and the number of days of parts that fit into memory."""
        for done in range(0, self.days, DAYS_AT_ONCE):
            yield self.first + timedelta(days=done), min(DAYS_AT_ONCE, self.days - done)


class Command(BaseCommand):
    requires_system_checks = [PROJECT_CHECKS]
    help = (
        "Writes plausible 1-minute measurements of a simulated wind farm into the source "
        "database. The same arguments give the same data, and all of it is written or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_turbines(parser, default=1)
        parser.add_argument("--days", default=10, metavar="N", help="whole UTC days (default: 10)")
        parser.add_argument(
            "--end", metavar="DATE", help="last day, YYYY-MM-DD (default: yesterday, UTC)"
        )
        parser.add_argument(
            "--seed", default=42, metavar="N", help="another number, other weather (default: 42)"
        )
        parser.add_argument(
            "--missing",
            default=0.01,
            metavar="SHARE",
            help="share of cells without a value, 0 to 1 (default: 0.01)",
        )
        parser.add_argument(
            "--replace",
            action="store_true",
            help="delete what these turbines hold on these days first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_where_nobody_reads()
        plan = _plan(options)
        started = perf_counter()
        try:
            _write(plan, options["replace"])
        except RangeIsNotEmpty as error:
            raise CommandError(
                f"{error} Nothing was written. Pass --replace to delete what they hold from "
                f"{plan.first} to {plan.last} and write anew, or choose other days with --end."
            ) from error
        self._report(plan, perf_counter() - started)

    def _report(self, plan: Plan, seconds: float) -> None:
        first, *others = plan.numbers_by_name()
        names = f"{first} to {others[-1]}" if others else first
        self.stdout.write(
            f"Wrote {plan.rows:,} rows: {_count(plan.turbines, 'turbine')} ({names}), "
            f"{_count(plan.days, 'day')} ({plan.first} to {plan.last}, UTC), "
            f"in {seconds:.1f} s ({plan.rows / seconds:,.0f} rows/s)."
        )
        self.stdout.write("Next: manage.py aggregate --pending")


def _write(plan: Plan, replace: bool) -> None:
    numbers = plan.numbers_by_name()
    farm = [Turbine(name=name, **turbine_fields(number)) for name, number in numbers.items()]
    with empty_range(farm, plan.first, plan.last, replace) as turbines:
        parts = [(turbine, *stretch) for turbine in turbines for stretch in plan.stretches()]
        for turbine, start, days in track(parts, "Writing"):
            power_kw = turbine.rated_power_kw or RATED_POWER_KW
            number = numbers[turbine.name]
            append(turbine, simulate(number, start, days, plan.seed, plan.missing, power_kw))


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _plan(options: Mapping[str, Any]) -> Plan:
    days, last = whole_number(options, "days", 1, MOST_DAYS), _end(options)
    first = last - timedelta(days=days - 1)
    if first < FIRST_DAY:
        raise CommandError(
            f"--days is {days}: that many days up to {last} would start on {first}; the first day "
            f"that the source takes is {FIRST_DAY}."
        )
    return Plan(
        turbines=number_of_turbines(options),
        first=first,
        last=last,
        seed=whole_number(options, "seed", 0, HIGHEST_SEED),
        missing=_share(options, "missing"),
    )


def _share(options: Mapping[str, Any], name: str) -> float:
    try:
        share = float(str(options[name]))
    except ValueError:
        share = -1
    # Not a number compares as false.
    if not 0 <= share <= 1:
        raise refusal(options, name, "a share from 0 to 1, as 0.01 for one cell in a hundred")
    return share


def _end(options: Mapping[str, Any]) -> date:
    if options["end"] is None:
        return today() - timedelta(days=1)
    try:
        end = parse_day(str(options["end"]))
    except ValueError:
        end = date.min
    if not FIRST_DAY <= end <= LAST_DAY:
        raise refusal(options, "end", f"a date as YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}")
    return end
