"""Where samples stand on the time axis: the index that a series carries, and how it goes on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def as_times(name: str, index: Any) -> pd.Index:
    """Dates without a time zone, or numbers; raises ValueError for an index that is neither or unsorted.

    Periods stand at their start. Dates with a time zone are drawn in UTC, where no hour comes twice.
    """
    if isinstance(index, pd.MultiIndex):
        raise ValueError(
            f"{name} must be one series, got an index of {index.nlevels} levels: "
            "choose one, such as y.loc[key]"
        )
    if isinstance(index, pd.PeriodIndex):
        index = index.to_timestamp()
    if isinstance(index, pd.DatetimeIndex):
        index = index if index.tz is None else index.tz_convert(None)
    elif not pd.api.types.is_numeric_dtype(index) or pd.api.types.is_bool_dtype(index):
        raise ValueError(f"the index of {name} must hold dates, periods or numbers, got {index.dtype}")
    check_increasing(f"the index of {name}", index)
    return index


def check_increasing(name: str, times: pd.Index) -> None:
    """Raise ValueError unless each time is later than the one before and none is missing."""
    missing = np.flatnonzero(times.isna())
    if len(missing):
        raise ValueError(
            f"{name} must hold no missing time, got {times[missing[0]]} at position {missing[0]}"
        )
    before, after = times[:-1], times[1:]
    not_later = np.flatnonzero(~(after > before))
    if len(not_later):
        i = not_later[0]
        raise ValueError(f"{name} must increase, got {after[i]} after {before[i]} at position {i + 1}")


def continue_times(name: str, times: pd.Index, n: int) -> pd.Index:
    """The next n times in the step of these; raises ValueError where the step is not regular."""
    if n == 0:
        return times[:0]
    if isinstance(times, pd.DatetimeIndex):
        freq = times.freq or (pd.infer_freq(times) if len(times) > 2 else None)
        if freq is not None:
            return pd.date_range(times[-1], periods=n + 1, freq=freq)[1:]
    else:
        step = np.unique(np.diff(times.to_numpy())) if len(times) > 1 else np.ones(1)
        if isinstance(times, pd.RangeIndex):
            step = np.array([times.step])
        if np.ptp(step) <= 1e-9 * abs(step[0]):
            return pd.Index(times[-1] + step[0] * np.arange(1, n + 1))
    raise ValueError(
        f"{name} must have times in a regular step to be continued by {n}, got {len(times)} from "
        f"{times[0]} to {times[-1]}: give the forecast times of its own, or pass time="
    )


def check_same_times(name: str, times: pd.Index | None, others: pd.Index) -> None:
    """Raise ValueError unless the times, where there are any, are those of the forecast."""
    if times is not None and not (_same_kind(times, others) and (times == others).all()):
        raise ValueError(
            f"{name} must have the times of the forecast, {others[0]} to {others[-1]}, "
            f"got {times[0]} to {times[-1]}"
        )


def check_after(name: str, times: pd.Index, before: pd.Index) -> None:
    """Raise ValueError unless the times begin after the history's last."""
    if not _same_kind(times, before):
        raise ValueError(
            f"history and {name} must both have dates or both have numbers as their times, "
            f"got {before[-1]} and {times[0]}: give both as pandas or darts series, or pass time="
        )
    if times[0] <= before[-1]:
        raise ValueError(f"{name} must begin after the history's last time, {before[-1]}, got {times[0]}")


def _same_kind(times: pd.Index, others: pd.Index) -> bool:
    return isinstance(times, pd.DatetimeIndex) == isinstance(others, pd.DatetimeIndex)
