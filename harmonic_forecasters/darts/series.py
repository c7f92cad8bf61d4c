"""darts series: their checks, and forecasts put back on their time index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from darts import TimeSeries
from darts.utils.timeseries_generation import _build_forecast_series
from darts.utils.utils import generate_index
from numpy.typing import NDArray

from harmonic_forecasters.spectral import FloatArray


def check_finite(name: str, series: TimeSeries, i: int, begin: int, end: int) -> None:
    """Raise ValueError where series i holds NaN or an infinite value at the positions begin..end - 1."""
    bad = ~np.isfinite(series_values(series)[begin:end])
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise ValueError(
            f"{name} must hold neither NaN nor infinite values, got {bad.sum()} in series {i}, the first at "
            f"position {begin + row} ({series.time_index[begin + row]}) of component "
            f"{series.components[column]!r}"
        )


def check_series(
    series: Any, min_length: int, reason: str = "the length of an input window"
) -> list[TimeSeries]:
    """The series as a list.

    Raises ValueError unless it is one TimeSeries or a sequence of at least one, each of ``min_length`` time
    stamps or more, with one sample per time stamp. ``reason`` says in the message where that number comes
    from.
    """
    checked = [series] if isinstance(series, TimeSeries) else series
    if (
        not isinstance(checked, Sequence)
        or len(checked) == 0
        or not all(isinstance(one, TimeSeries) for one in checked)
    ):
        raise ValueError(f"series must be a TimeSeries or a sequence of at least one, got {describe(series)}")
    for i, one in enumerate(checked):
        if one.n_samples != 1:
            raise ValueError(
                f"a series must have one sample per time stamp, got {one.n_samples} in series {i}"
            )
        if len(one) < min_length:
            raise ValueError(
                f"a series must have at least {min_length} time stamp(s), {reason}, "
                f"got {len(one)} in series {i}"
            )
    return list(checked)


def series_values(series: TimeSeries) -> NDArray[Any]:
    """(n_time_stamps, n_components), a view."""
    values: NDArray[Any] = series.all_values(copy=False)[:, :, 0]
    return values


def end_of(series: TimeSeries) -> range:
    """The one origin at the end of a series."""
    return range(len(series), len(series) + 1)


def last_points(series: TimeSeries, origins: range, points: FloatArray) -> TimeSeries:
    """One series of the last point of each forecast, every ``origins.step`` time stamps.

    points : (n_origins, n, n_components), the forecasts from each origin.
    """
    n = points.shape[1]
    index = extended_index(series, n)[origins.start + n - 1 :: origins.step][: len(origins)]
    return _build_forecast_series(points[:, -1], series, time_index=index)


def whole_forecasts(series: TimeSeries, origins: range, points: FloatArray) -> list[TimeSeries]:
    """One series per forecast; arguments as in :func:`last_points`."""
    n = points.shape[1]
    index = extended_index(series, n)
    return [
        _build_forecast_series(forecast, series, time_index=index[origin : origin + n])
        for origin, forecast in zip(origins, points, strict=True)
    ]


def extended_index(series: TimeSeries, n: int) -> pd.DatetimeIndex | pd.RangeIndex:
    """The time index of the series and n stamps after it: positions in it are origins and their forecasts."""
    index: pd.DatetimeIndex | pd.RangeIndex = generate_index(
        start=series.start_time(), length=len(series) + n, freq=series.freq, name=series.time_index.name
    )
    return index


def describe(series: Any) -> str:
    if isinstance(series, Sequence) and not isinstance(series, str):
        kinds = sorted({type(one).__name__ for one in series})
        return f"a {type(series).__name__} of {', '.join(kinds) or 'nothing'}"
    return type(series).__name__
