"""What every spectral method asks of its input, checked once at the door."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters._checks import check_whole_number

FloatArray = NDArray[np.float64]


def as_windows(y: ArrayLike, *, min_samples: int = 1, min_observed: int = 1) -> FloatArray:
    """Windows ready for a spectral method: float64, two axes, no gap.

    y : (n_series, n_samples), real numbers; NaN marks a missing value and is filled by linear interpolation
        between its neighbours in time (at the ends: by the nearest observed value).
    Returns an array of the same shape that shares no memory with y.
    Raises ValueError where y has other than two axes, fewer than ``min_samples`` samples, an infinite value,
    or a series with fewer than ``min_observed`` observed values; TypeError where it does not hold real
    numbers.

    Examples
    --------
    >>> as_windows([[1.0, float("nan"), 3.0]])
    array([[1., 2., 3.]])
    """
    array = np.asarray(y)
    if array.dtype.kind not in "iufb":
        raise TypeError(f"a series must hold real numbers, got values of type {array.dtype}")
    if array.ndim != 2:
        raise ValueError(f"windows must have the shape (n_series, n_samples), got {array.ndim} axes")
    if array.shape[1] < min_samples:
        raise ValueError(f"a series must have at least {min_samples} sample(s), got {array.shape[1]}")
    # One memory order, so that sums are rounded alike whatever order the caller's array had.
    windows = array.astype(np.float64, order="C")
    infinite = np.isinf(windows)
    if infinite.any():
        series, sample = np.argwhere(infinite)[0]
        raise ValueError(
            f"a series must hold finite values or NaN, got {infinite.sum()} infinite value(s), "
            f"the first in series {series} at sample {sample}"
        )
    missing = np.isnan(windows)
    empty = missing.all(axis=1)
    if empty.any():
        raise ValueError(
            f"a series must hold at least one observed value, series {empty.argmax()} is all NaN"
        )
    observed = (~missing).sum(axis=1)
    if (observed < min_observed).any():
        series = int(observed.argmin())
        raise ValueError(
            f"a series must have at least {min_observed} observed values, "
            f"series {series} has {observed[series]}"
        )
    t = np.arange(windows.shape[1])
    for series in np.flatnonzero(missing.any(axis=1)):
        gap = missing[series]
        windows[series, gap] = np.interp(t[gap], t[~gap], windows[series, ~gap])
    return windows


def check_horizon(n: int) -> None:
    """Raise ValueError unless n, the number of samples to forecast, is a whole number of at least 1."""
    check_whole_number("n", n, 1)


def check_periods(periods: ArrayLike | None) -> FloatArray:
    """The periods, (n_periods,), samples, none for None.

    Raises ValueError unless each is finite and at least 2.

    Examples
    --------
    >>> check_periods(24)
    array([24.])
    """
    if periods is None:
        return np.empty(0)
    # No Series or Index: darts could not load a model with one in its options.
    listed = isinstance(periods, (Real, Sequence, np.ndarray))
    values = np.atleast_1d(np.asarray(periods)) if listed else np.array([np.nan])
    numbers = not values.size or values.dtype.kind in "iuf"
    if not numbers or values.ndim != 1 or not (np.isfinite(values) & (values >= 2.0)).all():
        raise ValueError(
            f"periods must be one number or a list of finite ones of at least 2 samples, got {periods!r}"
        )
    return values.astype(np.float64)
