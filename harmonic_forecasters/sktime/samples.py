"""From the labels of a pandas index to the samples of a window.

Spectral methods count samples: 0, 1, 2, ... sktime hands over labels: integers with any step, dates, periods.
A label that the index skips is a sample that is missing.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_integer_dtype
from sktime.forecasting.base import ForecastingHorizon

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.spectral import FloatArray


def label_kind(labels: pd.Index) -> str:
    """What the labels are; labels of one kind can be compared.

    Raises TypeError for what does not count samples: only integers, dates and periods do.

    Examples
    --------
    >>> label_kind(pd.period_range("2020", periods=2, freq="M"))
    'periods of M'
    """
    if isinstance(labels, pd.DatetimeIndex):
        return f"dates of the time zone {labels.tz}"
    if isinstance(labels, pd.PeriodIndex):
        return f"periods of {labels.freqstr}"
    if is_integer_dtype(labels):
        return "integers"
    raise TypeError(f"labels must be integers, dates or periods, got {labels.dtype}")


def check_label_kind(labels: pd.Index, fitted: pd.Index) -> None:
    """Raise TypeError unless the labels are of the kind of those fitted."""
    kind, expected = label_kind(labels), label_kind(fitted)
    if kind != expected:
        raise TypeError(f"labels must be those of fit, {expected}, got {kind}")


def sampling_step(index: pd.Index, inferred: pd.offsets.BaseOffset | None = None) -> Any:
    """The step from one sample to the next.

    index : sorted labels, at least one.   inferred : the frequency of dates whose index carries none.
    Returns a pandas offset for dates and periods; for integers the smallest difference of two labels, 1 where
    there is one label only.
    Raises ValueError where labels repeat, or for dates without a frequency; TypeError for other labels.

    Examples
    --------
    >>> sampling_step(pd.Index([10, 15, 20]))
    5
    """
    label_kind(index)
    if not index.is_unique:
        raise ValueError(f"labels of a time index must differ, got {index[index.duplicated()][0]} twice")
    if isinstance(index, pd.PeriodIndex):
        return index.freq
    if isinstance(index, pd.DatetimeIndex):
        step = index.freq or inferred
        if step is None:
            raise ValueError(
                "dates must have a frequency, and none is set or can be inferred from these "
                f"{len(index)} labels: set it, for instance y.asfreq('h'), which marks gaps with NaN"
            )
        return step
    return int(np.diff(index).min()) if len(index) > 1 else 1


def sample_numbers(labels: pd.Index, first: Any, step: Any) -> NDArray[np.int64]:
    """Samples from the label ``first`` to each of the labels; negative for earlier ones.

    labels : (n_labels,), sorted, of the kind of ``first``.   step : as :func:`sampling_step` gives it.
    Returns (n_labels,).
    Raises ValueError for a label between two samples.

    Examples
    --------
    >>> sample_numbers(pd.Index([5, 15, 20]), 10, 5)
    array([-1,  1,  2])
    >>> sample_numbers(pd.period_range("2020-03", periods=2, freq="M"), pd.Period("2020-01", "M"),
    ...                pd.offsets.MonthEnd())
    array([2, 3])
    """
    if isinstance(labels, pd.DatetimeIndex):
        # pandas alone knows the calendar: walk it, and look the labels up.
        calendar = pd.date_range(min(labels[0], first), max(labels[-1], first), freq=step)
        position = np.asarray(calendar.get_indexer(labels))
        numbers = position - calendar.searchsorted(first)
        # Where first is not met, the walk set out from an earlier label that lies between two samples.
        between = (position < 0) | (first not in calendar)
    elif isinstance(labels, pd.PeriodIndex):
        numbers, remainder = np.divmod(labels.asi8 - first.ordinal, step.n)
        between = remainder != 0
    else:
        numbers, remainder = np.divmod(labels.to_numpy(dtype=np.int64) - first, step)
        between = remainder != 0
    if between.any():
        raise ValueError(
            f"labels must lie whole steps of {step} from {first}, got {labels[int(between.argmax())]} "
            "(on an integer index, fh counts labels)"
        )
    return np.asarray(numbers, dtype=np.int64)


def samples_between(table: pd.DataFrame, first: Any, step: Any, begin: int, end: int) -> FloatArray:
    """The columns of a table as rows of samples, counted from the label ``first``.

    table : (n_rows, n_columns), numbers.   begin, end : the first sample, and the one after the last.
    Returns (n_columns, end - begin), NaN for a sample that the table has no row for.
    Raises ValueError for a label between two samples.

    Examples
    --------
    >>> samples_between(pd.DataFrame({"a": [1, 2, 4]}, index=[10, 11, 13]), 10, 1, begin=1, end=5)
    array([[ 2., nan,  4., nan]])
    """
    numbers = sample_numbers(table.index, first, step) - begin
    values = table.to_numpy()
    if values.dtype == object:  # columns of several types, or pandas' own with pandas.NA
        values = table.astype(np.float64).to_numpy()
    samples = np.full((table.shape[1], end - begin), np.nan, dtype=np.result_type(values, np.float64))
    inside = (numbers >= 0) & (numbers < end - begin)
    samples[:, numbers[inside]] = values[inside].T
    return samples


def regressor_samples(
    X: pd.DataFrame | None, first: Any, step: Any, numbers: NDArray[np.int64]
) -> FloatArray | None:
    """The columns of X at samples counted from the label ``first``, (n_columns, n_numbers); None without X.

    X : (n_rows, n_columns), numbers.   numbers : (n_numbers,), any sign.
    Raises ValueError where X has no row for one of them, or a value that is not finite; for a label between
    two samples as :func:`sample_numbers` does; TypeError for a column that does not hold numbers.

    Examples
    --------
    >>> regressor_samples(pd.DataFrame({"a": [1, 2, 4]}, index=[10, 11, 13]), 10, 1, np.array([3, 0]))
    array([[4., 1.]])
    """
    if X is None:
        return None
    for name, column in X.items():
        # Booleans that were put together with missing rows are objects, but numbers all the same.
        if not pd.api.types.is_numeric_dtype(column) and not all(
            isinstance(v, Real | np.bool_) for v in column
        ):
            raise TypeError(f"X must hold numbers, got {column.dtype} in column {name!r}")
    begin, end = int(numbers.min()), int(numbers.max()) + 1
    values = samples_between(X, first, step, begin, end)[:, numbers - begin]
    bad = ~np.isfinite(values).all(axis=0)
    if bad.any():
        raise ValueError(
            "X must have a row of finite values for every sample of the window and every step of fh, got "
            f"none for {bad.sum()} of them, the first at {first + int(numbers[bad.argmax()]) * step}"
        )
    return values


def regular_samples(y: pd.DataFrame, step: Any) -> FloatArray:
    """The columns of y as rows of samples, one every step; NaN where the index skips a label.

    y : (n_samples, n_series), numbers.   Returns (n_series, 1 + steps from the first label to the last).

    Examples
    --------
    >>> regular_samples(pd.DataFrame({"a": [1, 2, 4]}, index=[0, 1, 3]), step=1)
    array([[ 1.,  2., nan,  4.]])
    """
    last = sample_numbers(y.index[-1:], y.index[0], step)[0]
    return samples_between(y, y.index[0], step, 0, int(last) + 1)


def horizon_samples(
    fh: ForecastingHorizon, cutoff: pd.Index, first: Any, step: Any
) -> tuple[pd.Index, NDArray[np.int64]]:
    """What fh asks for: its labels, and samples since the label ``first``, (n_times,) each.

    cutoff : (1,), what a relative fh counts from; dates with their frequency.
    Raises TypeError for labels of another kind than the cutoff's, ValueError for one between two samples.

    Examples
    --------
    >>> days = pd.date_range("2024-01-30", periods=3, freq="D")
    >>> horizon_samples(ForecastingHorizon([1, 5]), days[-1:], days[0], days.freq)
    (DatetimeIndex(['2024-02-02', '2024-02-06'], dtype='datetime64[ns]', freq=None), array([3, 7]))
    """
    labels, steps = fh.to_absolute_index(cutoff), fh.to_pandas()
    check_label_kind(labels, cutoff)
    if fh.is_relative and is_integer_dtype(steps) and not is_integer_dtype(labels):
        # Steps are samples. The label of a step can leave the calendar: a day on across the change to
        # summer time is 24 hours on.
        return labels, sample_numbers(cutoff, first, step) + steps.to_numpy()
    return labels, sample_numbers(labels, first, step)


def split_series(table: pd.DataFrame) -> dict[Any, pd.DataFrame]:
    """The series of a panel or hierarchy by what names them, in order; a single series by None.

    Dates carry their frequency where they show one.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_product([["b", "a"], [0, 1]])
    >>> parts = split_series(pd.DataFrame({"y": range(4)}, rows))
    >>> {name: part["y"].to_list() for name, part in parts.items()}
    {('b',): [0, 1], ('a',): [2, 3]}
    """
    n_levels = table.index.nlevels - 1
    if n_levels == 0:
        return {None: table}
    parts = {}
    for name, part in table.groupby(level=list(range(n_levels)) if n_levels > 1 else 0, sort=False):
        labels = part.index.get_level_values(-1)
        if isinstance(labels, pd.DatetimeIndex):
            labels = pd.DatetimeIndex(labels, freq="infer")
        parts[name if isinstance(name, tuple) else (name,)] = part.set_axis(labels)
    return parts


def last_samples(samples: FloatArray, window_length: int | None) -> FloatArray:
    """The last samples of each series, (n_series, window_length); None takes all, (n_series, n_samples).

    Raises ValueError unless window_length is None or a whole number from 1 to n_samples.

    Examples
    --------
    >>> last_samples(np.array([[1.0, 2.0, 3.0]]), 2)
    array([[2., 3.]])
    """
    largest, meaning = samples.shape[1], "the samples of the series"
    check_whole_number("window_length", window_length, 1, largest, or_none=True, largest_is=meaning)
    return samples if window_length is None else samples[:, -window_length:]
