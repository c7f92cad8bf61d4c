"""A series of a table and its covariates, as darts takes them: samples numbered 0, 1, 2, ..."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sktime.forecasting.base import ForecastingHorizon

from harmonic_forecasters.sktime.samples import (
    horizon_samples,
    sample_numbers,
    samples_between,
    sampling_step,
    split_series,
)
from harmonic_forecasters.spectral import FloatArray

if TYPE_CHECKING:
    from darts import TimeSeries


@dataclass(frozen=True)
class Recording:
    """The known data of one series. Samples are numbered from the first label of y.

    y : (n_samples, n_columns).   X : a table of covariates, which may have further labels, or None.
    step : from one label to the next, see :func:`~.samples.sampling_step`.
    """

    y: pd.DataFrame
    X: pd.DataFrame | None
    step: Any

    @property
    def length(self) -> int:
        """Number of samples from the first label to the last, including those that the index skips."""
        return int(sample_numbers(self.y.index[-1:], self.y.index[0], self.step)[0]) + 1

    def target(self, window: int | None = None) -> TimeSeries:
        """The last ``window`` samples of y, or all; NaN where the index skips one."""
        begin = self._begin(window)
        return numbered(samples_between(self.y, self.y.index[0], self.step, begin, self.length), begin)

    def covariates(self, window: int | None = None, ahead: int = 0, held: int = 0) -> TimeSeries | None:
        """X at the samples of :meth:`target` and ``ahead`` after them; its last row repeats up to ``held``.

        Raises ValueError where X has no row for one of them.
        """
        if self.X is None:
            return None
        begin, end = self._begin(window), self.length + int(ahead)
        values = samples_between(self.X, self.y.index[0], self.step, begin, end)
        missing = np.isnan(values).any(axis=0)
        if missing.any():
            raise ValueError(
                "X must have a row for every sample of y and every step up to the last of fh, got none for "
                f"{missing.sum()} of them, the first at step {begin + missing.argmax() + 1 - self.length} "
                "from the end of y"
            )
        return numbered(np.pad(values, ((0, 0), (0, max(held - ahead, 0))), mode="edge"), begin)

    def _begin(self, window: int | None) -> int:
        return 0 if window is None else max(self.length - window, 0)

    def steps_ahead(self, fh: ForecastingHorizon) -> tuple[pd.Index, NDArray[np.int64]]:
        """What fh asks for: labels, and samples after the last one of y, (n_times,) each."""
        cutoff = self.y.index[-1:]
        if isinstance(cutoff, pd.DatetimeIndex):
            cutoff = pd.DatetimeIndex([cutoff[0]], freq=self.step)
        labels, numbers = horizon_samples(fh, cutoff, self.y.index[0], self.step)
        return labels, numbers - self.length + 1


def recordings(
    y: pd.DataFrame, X: pd.DataFrame | None, cutoff: pd.Index | None, steps: Mapping[Any, Any] | None = None
) -> dict[Any, Recording]:
    """The series of a table, a panel or a hierarchy, by what names them.

    cutoff : where dates show no frequency, the one it has.   steps : those known already, by the names.
    Raises ValueError for a table without samples, and where X lacks a series.
    """
    if y.empty:
        raise ValueError(f"a table must have at least 1 sample and at least 1 column, got {y.shape}")
    frequency = getattr(cutoff, "freq", None)
    covariates = {} if X is None else split_series(X)
    parts = split_series(y)
    if X is not None and parts.keys() - covariates.keys():
        lacking = sorted(parts.keys() - covariates.keys(), key=str)
        raise ValueError(f"X must have rows for every series of y, got none for {lacking[0]}")
    return {
        name: Recording(
            part, covariates.get(name), (steps or {}).get(name) or sampling_step(part.index, frequency)
        )
        for name, part in parts.items()
    }


def numbered(values: FloatArray, begin: int) -> TimeSeries:
    """(n_columns, n_samples) as a darts series whose labels are ``begin``, ``begin + 1``, ..."""
    from darts import TimeSeries  # here, as the neural forecasters alone need it

    return TimeSeries(pd.RangeIndex(begin, begin + values.shape[1]), values.T)


def all_or_none(covariates: Iterable[TimeSeries | None]) -> list[TimeSeries] | None:
    """A list of the covariates, or None where no series has any."""
    return [one for one in covariates if one is not None] or None
