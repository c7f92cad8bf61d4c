"""Windows of series, checked once where they enter; the code below trusts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows that have been checked, with their gaps filled.

    filled : (n_series, n_samples), finite; missing values are filled by linear interpolation between their
        neighbours in time (at the ends: by the nearest observed value).
    observed : (n_series, n_samples), False where a value is missing.
    """

    filled: FloatArray
    observed: BoolArray

    @staticmethod
    def complete(values: FloatArray) -> Windows:
        """Windows of computed values, (n_series, n_samples), all finite: there is nothing to check."""
        return Windows(values, np.ones(values.shape, dtype=np.bool_))

    @staticmethod
    def with_missing(values: FloatArray) -> Windows:
        """Windows of computed values, (n_series, n_samples), finite, or NaN where one is missing."""
        observed = ~np.isnan(values)
        if observed.all():
            return Windows(values, observed)
        filled, t = values.copy(), np.arange(values.shape[1])
        for series in np.flatnonzero(~observed.all(axis=1)):
            seen = observed[series]
            filled[series, ~seen] = np.interp(t[~seen], t[seen], values[series, seen])
        return Windows(filled, observed)

    @property
    def n_samples(self) -> int:
        """Samples per window."""
        return int(self.filled.shape[1])

    @property
    def gaps(self) -> BoolArray:
        """Which series have missing values, (n_series,)."""
        return np.asarray(~self.observed.all(axis=1))

    @property
    def with_gaps(self) -> FloatArray:
        """The values, (n_series, n_samples), NaN where one is missing."""
        return self.filled if self.observed.all() else np.where(self.observed, self.filled, np.nan)

    @property
    def with_zeros(self) -> FloatArray:
        """The values, (n_series, n_samples), zero where one is missing."""
        return np.where(self.observed, self.filled, 0.0)

    def take(self, rows: slice | NDArray[Any]) -> Windows:
        """Some of the series."""
        return Windows(self.filled[rows], self.observed[rows])

    def last(self, n_samples: int) -> Windows:
        """The last samples of each window."""
        return Windows(self.filled[:, -n_samples:], self.observed[:, -n_samples:])


def check_windows(y: ArrayLike | Windows, *, min_samples: int = 1, min_observed: int = 1) -> Windows:
    """The windows, ready for a spectral method.

    y : (n_series, n_samples), real numbers, NaN for a missing value; or windows checked before, of which only
        the numbers of samples are checked again.
    Returns windows that share no memory with an array y.
    Raises ValueError where y does not have two axes, has fewer than ``min_samples`` samples, an infinite
    value, or a series with fewer than ``min_observed`` observed values; TypeError where it does not hold real
    numbers.

    Examples
    --------
    >>> check_windows([[1.0, float("nan"), 3.0]]).filled
    array([[1., 2., 3.]])
    """
    if isinstance(y, Windows):
        values, observed = y.filled, y.observed
    else:
        values = _check_values(y)
        observed = ~np.isnan(values)
    if values.shape[1] < min_samples:
        raise ValueError(f"a series must have at least {min_samples} sample(s), got {values.shape[1]}")
    n_observed = observed.sum(axis=1)
    if (n_observed == 0).any():
        raise ValueError(
            f"a series must hold at least one observed value, series {n_observed.argmin()} is all NaN"
        )
    if (n_observed < min_observed).any():
        series = int(n_observed.argmin())
        raise ValueError(
            f"a series must have at least {min_observed} observed values, "
            f"series {series} has {n_observed[series]}"
        )
    return y if isinstance(y, Windows) else Windows.with_missing(values)


def _check_values(y: ArrayLike) -> FloatArray:
    """A copy, (n_series, n_samples), finite or NaN."""
    array = np.asarray(y)
    if array.dtype.kind not in "iufb":
        raise TypeError(f"a series must hold real numbers, got values of type {array.dtype}")
    if array.ndim != 2:
        raise ValueError(f"windows must have the shape (n_series, n_samples), got {array.ndim} axes")
    # One memory order, so that sums are rounded alike whatever order the caller's array had.
    values = array.astype(np.float64, order="C")
    infinite = np.isinf(values)
    if infinite.any():
        series, sample = np.argwhere(infinite)[0]
        raise ValueError(
            f"a series must hold finite values or NaN, got {infinite.sum()} infinite value(s), "
            f"the first in series {series} at sample {sample}"
        )
    return values
