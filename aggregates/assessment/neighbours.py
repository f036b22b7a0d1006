"""What the neighbours of each turbine, all others of its farm, did at the same time."""

import numpy as np

from common.arrays import Array

LEAST_NEIGHBOURS = 2


def most_neighbours(holds: Array, is_known: Array) -> Array:
    """Return where a statement holds for at least half of a turbine's neighbours, and two.

    `holds` and `is_known` have a row per turbine and a column per window. A neighbour of which
    nothing is known in a window is no neighbour there.
    """
    neighbours = is_known.sum(axis=0) - is_known
    holding = holds.sum(axis=0) - holds
    return (holding >= LEAST_NEIGHBOURS) & (2 * holding >= neighbours)


def median_of_neighbours(values: Array) -> Array:
    """Return the median of each turbine's neighbours in each window; NaN without two of them."""
    medians = np.full(values.shape, np.nan)
    # A sorted table of all turbines gives the median of the others without sorting once for each.
    order = np.sort(values, axis=0)
    with_value = (~np.isnan(values)).sum(axis=0)
    columns = np.arange(values.shape[1])
    for row, own in enumerate(values):
        others = with_value - ~np.isnan(own)
        place = np.where(np.isnan(own), values.shape[0], (order < own).sum(axis=0))
        middle = [_other(order, place, half, columns) for half in ((others - 1) // 2, others // 2)]
        medians[row] = np.where(others >= LEAST_NEIGHBOURS, sum(middle) / 2, np.nan)
    return medians


def highest_of_neighbours(values: Array) -> Array:
    """Return the highest of each turbine's neighbours in each window; NaN where there is none."""
    numbers = np.where(np.isnan(values), -np.inf, values)
    nothing = np.full((2, values.shape[1]), -np.inf)
    second, first = np.sort(np.vstack([numbers, nothing]), axis=0)[-2:]
    highest = np.where(numbers < first, first, second)
    return np.where(np.isinf(highest), np.nan, highest)


def _other(order: Array, own_place: Array, number: Array, columns: Array) -> Array:
    """Return the value of that number, from 0 on, of a sorted column without the turbine's own."""
    rows = np.clip(number + (number >= own_place), 0, len(order) - 1)
    return order[rows, columns]
