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
    # A sorted table of all turbines gives the median of the others without sorting once for each.
    numbers = np.argsort(values, axis=0)
    order = np.take_along_axis(values, numbers, axis=0)
    own_place = np.argsort(numbers, axis=0)
    is_known = ~np.isnan(values)
    others = is_known.sum(axis=0) - is_known
    halves = ((others - 1) // 2, others // 2)
    middle = sum(_other(order, own_place, half) for half in halves) / 2
    return np.where(others >= LEAST_NEIGHBOURS, middle, np.nan)


def highest_of_neighbours(values: Array) -> Array:
    """Return the highest of each turbine's neighbours in each window; NaN where there is none."""
    numbers = np.where(np.isnan(values), -np.inf, values)
    nothing = np.full((2, values.shape[1]), -np.inf)
    second, first = np.sort(np.vstack([numbers, nothing]), axis=0)[-2:]
    highest = np.where(numbers < first, first, second)
    return np.where(np.isinf(highest), np.nan, highest)


def _other(order: Array, own_place: Array, number: Array) -> Array:
    """Return the values of these numbers, from 0 on, of sorted columns without the turbine's own.

    What is not known stands last, so that a turbine without a value leaves nothing out.
    """
    return np.take_along_axis(order, np.clip(number + (number >= own_place), 0, len(order) - 1), 0)
