"""Future covariates: their checks, and their values along a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from darts import TimeSeries

from harmonic_forecasters.darts.series import check_finite, describe, extended_index, series_values
from harmonic_forecasters.spectral import FloatArray


def check_covariates(covariates: Any, n_series: int) -> list[TimeSeries]:
    """The covariates as a list, one for each series.

    Raises ValueError unless they are one TimeSeries for one series, or a sequence of as many as there are
    series, each with one sample per time stamp.
    """
    checked = [covariates] if isinstance(covariates, TimeSeries) else covariates
    if not isinstance(checked, Sequence) or not all(isinstance(one, TimeSeries) for one in checked):
        raise ValueError(
            "future_covariates must be a TimeSeries or a sequence of one for each series, got "
            f"{describe(covariates)}"
        )
    if len(checked) != n_series:
        raise ValueError(
            f"future_covariates must have one TimeSeries for each series, got {len(checked)} for {n_series}"
        )
    for i, one in enumerate(checked):
        if one.n_samples != 1:
            raise ValueError(
                f"future_covariates must have one sample per time stamp, got {one.n_samples} in series {i}"
            )
    return list(checked)


def covariates_along(
    series: TimeSeries, covariates: TimeSeries, i: int, begin: int, end: int, length: int
) -> FloatArray:
    """The covariates at the time stamps of series i and after its end, (length, n_regressors).

    begin, end : the positions that are needed, counted from the first time stamp of the series; the others
        are NaN.   length : at least ``end``.
    Raises ValueError where the covariates have another frequency, no value at a time stamp that is needed, or
    one that is not finite.
    """
    if type(covariates.time_index) is not type(series.time_index) or covariates.freq != series.freq:
        raise ValueError(
            f"future_covariates must have the frequency of the series, {series.freq}, got {covariates.freq} "
            f"in series {i}"
        )
    stamps = extended_index(series, max(end - len(series), 0))[begin:end]
    position = covariates.time_index.get_indexer(stamps)
    if (position < 0).any():
        raise ValueError(
            f"future_covariates must reach from {stamps[0]} to {stamps[-1]}, over the window of the series "
            f"and the forecast, got {covariates.start_time()} to {covariates.end_time()} in series {i}"
        )
    check_finite("future_covariates", covariates, i, position[0], position[-1] + 1)
    known = np.full((length, covariates.n_components), np.nan)
    known[begin:end] = series_values(covariates)[position]
    return known


def refuse_covariates(model: Any, past_covariates: Any, future_covariates: Any) -> None:
    """Raise ValueError for covariates that the model does not support."""
    for name, given in (("past_covariates", past_covariates), ("future_covariates", future_covariates)):
        if given is not None and not getattr(model, f"supports_{name}"):
            raise ValueError(
                f"{type(model).__name__} does not support {name.replace('_', ' ')}: {name} must be None, "
                f"got {type(given).__name__}"
            )


def check_covariates_use(model: Any, future_covariates: Any) -> None:
    """Raise ValueError unless covariates are given after a fit with them, and only then."""
    if (future_covariates is not None) != model.uses_future_covariates:
        rule = "given" if model.uses_future_covariates else "None"
        raise ValueError(
            f"future_covariates must be {rule}, as in fit, got {type(future_covariates).__name__}: a model "
            "uses them where it was fitted with them"
        )
