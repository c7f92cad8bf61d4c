"""What is no part of a series' course: a level that shifts for good, and an interruption.

Both are found by separation: no value of one part comes near any value of the other. A trend, a season, noise
and a wandering level do not do that.
"""

from __future__ import annotations

import numpy as np

from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray, IntArray

#: Samples on either side of a shift, at least.
LEAST_SIDE = 3
#: Ranges of values on either side by which the sides of a shift lie apart, at least.
LEAST_SHIFT = 2.0
#: Equal samples in a row that make an interruption, at least, and the largest share of the window.
LEAST_RUN, LARGEST_SHARE = 3, 1.0 / 3.0
#: Ranges of the other values by which an interruption lies apart from them, at least.
LEAST_APART = 0.5


def level_shifts(values: FloatArray) -> tuple[IntArray, FloatArray]:
    """The first sample after the level of a series shifted for good, and by how much.

    values : (n_series, n_samples), finite.
    Returns two arrays, (n_series,); 0 and 0.0 where there is no shift. Of several places the one with the
    widest gap counts.

    Examples
    --------
    >>> level_shifts(np.array([[1.0, 2.0, 1.0, 9.0, 8.0, 9.0, 8.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]))
    (array([3, 0]), array([7.5, 0. ]))
    """
    n_series, n_samples = values.shape
    position, jump = np.zeros(n_series, dtype=np.int64), np.zeros(n_series)
    if n_samples < 2 * LEAST_SIDE:
        return position, jump
    first = np.arange(LEAST_SIDE, n_samples - LEAST_SIDE + 1)
    low_before, high_before = (
        extreme.accumulate(values, axis=1)[:, first - 1] for extreme in (np.minimum, np.maximum)
    )
    low_after, high_after = (
        extreme.accumulate(values[:, ::-1], axis=1)[:, n_samples - 1 - first]
        for extreme in (np.minimum, np.maximum)
    )
    gap = np.maximum(low_after - high_before, low_before - high_after)
    spread = np.maximum(high_before - low_before, high_after - low_after)
    best = gap.argmax(axis=1)[:, None]
    shifted = np.take_along_axis(gap > LEAST_SHIFT * spread, best, axis=1)[:, 0]
    shifted &= np.take_along_axis(gap, best, axis=1)[:, 0] > 0.0
    for series in np.flatnonzero(shifted):
        position[series] = at = first[best[series, 0]]
        jump[series] = np.median(values[series, at:]) - np.median(values[series, :at])
    return position, jump


def interruptions(values: FloatArray) -> BoolArray:
    """The samples of each series in an interruption: one value that repeats, once, far from all others.

    values : (n_series, n_samples), NaN where a value is missing.   Returns the same shape.

    Examples
    --------
    >>> closed = np.array([[20.0, 24.0, 22.0, 0.0, 0.0, 0.0, 21.0, 23.0, 22.0]])
    >>> interruptions(closed).astype(int)
    array([[0, 0, 0, 1, 1, 1, 0, 0, 0]])
    """
    found = np.zeros(values.shape, dtype=np.bool_)
    # Only a series that repeats a value often enough is looked at one by one.
    repeats = (np.diff(values, axis=1) == 0.0).sum(axis=1) >= LEAST_RUN - 1
    for series in np.flatnonzero(repeats):
        found[series] = _interruption(values[series])
    return found


def _interruption(values: FloatArray) -> BoolArray:
    for extreme in (np.nanmin(values), np.nanmax(values)):
        inside = values == extreme
        begins = np.flatnonzero(np.diff(np.concatenate([[False], inside])) & inside)
        others = values[~inside & ~np.isnan(values)]
        if len(begins) != 1 or inside.sum() < LEAST_RUN or inside.sum() > LARGEST_SHARE * len(values):
            continue
        # At the end of the window it may as well be a new level.
        if inside[-1] or not len(others):
            continue
        if np.abs(others - extreme).min() >= LEAST_APART * np.ptp(others) > 0.0:
            return np.asarray(inside)
    return np.zeros(len(values), dtype=np.bool_)
