"""What may be drawn: arrays, pandas, series of darts, interval and quantile tables of sktime.

darts and sktime need not be installed: their objects are known by what they offer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harmonic_forecasters.spectral import FloatArray

#: Quantiles between which samples of a darts series are drawn, as darts draws them.
SAMPLE_BAND = (0.05, 0.95)
# 97.5 % point of the standard normal distribution: mean and deviation are drawn with a band of 95 %.
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True, eq=False)
class Given:
    """One series, ready to be drawn.

    values : (n_samples,), any unit.
    index : labels of the samples: dates or numbers; None for arrays, which are counted.
    band : lower and upper bounds, (n_samples,) each; None without any.
    """

    values: FloatArray
    index: pd.Index | None = None
    band: tuple[FloatArray, FloatArray] | None = None


def read(name: str, given: Any) -> Given:
    """The series in anything that can be drawn.

    given : an array or list (n_samples,); a pandas Series, or a DataFrame of one column; an interval or
        quantile table of sktime, of which the outermost bounds are drawn; a darts TimeSeries of one
        component, of samples, or of likelihood parameters.
    name : of the argument, for messages.
    Raises ValueError for another number of axes, for no sample, for several components, for an index that
    holds neither dates nor numbers, and for values that are not numbers.

    Examples
    --------
    >>> months = pd.Series([1.0, 2.0, 4.0], pd.period_range("2024-01", periods=3, freq="M"))
    >>> list(read("history", months).index.strftime("%d.%m."))
    ['01.01.', '01.02.', '01.03.']
    """
    if hasattr(given, "all_values") and hasattr(given, "time_index"):
        return _read_darts(name, given)
    if isinstance(given, pd.DataFrame):
        if given.columns.nlevels > 1:
            return _read_bounds(name, given)
        if given.shape[1] != 1:
            raise _several(name, list(given.columns))
        given = given.iloc[:, 0]
    index = _labels(name, given.index) if isinstance(given, pd.Series) else None
    return Given(values=_values(name, given), index=index)


def extended(name: str, index: pd.Index, n: int) -> pd.Index:
    """The index and n labels after it.

    Raises ValueError where the step from label to label is not known.

    Examples
    --------
    >>> list(extended("history", pd.Index([0, 2, 4]), 2))
    [0, 2, 4, 6, 8]
    """
    if isinstance(index, pd.DatetimeIndex):
        freq = index.freq or (pd.infer_freq(index) if len(index) > 2 else None)
        if freq is not None:
            return index.append(pd.date_range(index[-1], periods=n + 1, freq=freq)[1:])
    elif len(index) > 1 and len(np.unique(np.diff(index))) == 1:
        return index.append(pd.Index(index[-1] + (index[1] - index[0]) * np.arange(1, n + 1)))
    raise ValueError(
        f"{name} must have a regular index where samples after it have none: "
        f"pass time=, or a forecast with an index; got an index without a frequency, {index[:3].tolist()} ..."
    )


def _read_darts(name: str, series: Any) -> Given:
    values, components = np.asarray(series.all_values(), dtype=np.float64), list(series.components)
    index = _labels(name, series.time_index)
    quantiles = [re.fullmatch(r"(.*)_q(\d\.\d+)", one) for one in components]
    if all(quantiles) and len({one.group(1) for one in quantiles if one}) == 1:
        levels = np.array([float(one.group(2)) for one in quantiles if one])
        return _from_quantiles(values[:, :, 0], levels, index)
    if len(components) == 2 and [one.rpartition("_")[2] for one in components] == ["mu", "sigma"]:
        mean, deviation = values[:, 0, 0], values[:, 1, 0]
        return Given(
            values=mean, index=index, band=(mean - _NORMAL_95 * deviation, mean + _NORMAL_95 * deviation)
        )
    if len(components) != 1:
        raise _several(name, components)
    if values.shape[2] == 1:
        return Given(values=_values(name, values[:, 0, 0]), index=index)
    low, middle, high = np.quantile(values[:, 0], (SAMPLE_BAND[0], 0.5, SAMPLE_BAND[1]), axis=1)
    return Given(values=middle, index=index, band=(low, high))


def _read_bounds(name: str, table: pd.DataFrame) -> Given:
    """A table of sktime: (variable, coverage, lower or upper), or (variable, level)."""
    variables = list(table.columns.get_level_values(0).unique())
    if len(variables) != 1:
        raise _several(name, variables)
    index = _labels(name, table.index)
    if table.columns.nlevels == 3:
        widest = table[variables[0]][table.columns.get_level_values(1).max()]
        low, high = (widest[side].to_numpy(dtype=np.float64) for side in ("lower", "upper"))
        return Given(values=0.5 * (low + high), index=index, band=(low, high))
    levels = table.columns.get_level_values(1).to_numpy(dtype=np.float64)
    return _from_quantiles(table.to_numpy(dtype=np.float64), levels, index)


def _from_quantiles(values: FloatArray, levels: FloatArray, index: pd.Index) -> Given:
    """The quantile nearest the median, between the outermost ones; values (n_samples, n_levels)."""
    middle = values[:, int(np.argmin(np.abs(levels - 0.5)))]
    return Given(values=middle, index=index, band=(values[:, levels.argmin()], values[:, levels.argmax()]))


def _values(name: str, values: Any) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold numbers, got {type(values).__name__} ({error})") from error
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must have one axis and at least one sample, got the shape {array.shape}")
    return array


def _labels(name: str, index: pd.Index) -> pd.Index:
    if isinstance(index, pd.PeriodIndex):
        return index.to_timestamp()
    if isinstance(index, pd.DatetimeIndex):
        return index.tz_localize(None)  # wall time, as people read it
    if pd.api.types.is_numeric_dtype(index):
        return index
    raise ValueError(f"{name} must have an index of dates, periods or numbers, got {index.dtype}")


def _several(name: str, components: list[Any]) -> ValueError:
    shown = ", ".join(map(repr, components[:5]))
    return ValueError(
        f"{name} must have one component, got {len(components)}: {shown}; choose one, such as "
        f"{name}[{components[0]!r}]"
    )
