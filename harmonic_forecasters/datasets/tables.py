"""From a table to regular series: columns found or named, rows sorted, missing rows as NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from harmonic_forecasters.datasets.frequency import MOST_ROWS_PER_ROW, fill_index, infer_frequency
from harmonic_forecasters.datasets.times import must_hold, parse_dates, read_times

_TIME_NAMES = ("time", "timestamp", "datetime", "date", "ds", "day", "week", "month", "year", "step")
_VALUE_NAMES = ("value", "values", "y", "target")
_SERIES_NAMES = ("series", "series_id", "unique_id", "id", "item_id")
# What columns made from an index are called where the index has no name.
_INDEX_NAMES = ("series", "time")


def series_of_table(
    table: pd.DataFrame,
    *,
    time: str | None = None,
    value: str | Sequence[str] | None = None,
    series: str | None = None,
    frequency: str | None = None,
) -> dict[str, pd.Series]:
    """The series of a table by name: float64, over a regular index named ``time``, missing rows as NaN.

    table : one row per time, or per series and time, in any order.
    time : the column of dates or whole numbers. None: the index where it holds dates; else the column called
        time, date, ds or the like; else the only column of dates. Without any, rows are samples in order.
        Whole numbers become samples counted from 0; times of a zone lose it (shorter than a day: in UTC).
    value : the column to forecast, or several. None: the one called value, y or target; else the only one of
        numbers.
    series : the column that tells series apart. None: the one called series, unique_id or id, if any.
        Rows without a value before the first and behind the last one are dropped.
    frequency : a pandas offset alias. None: found from the times of the longest series.

    Raises ValueError that names the column, and the option to give, where a column is not found or holds
    something else than times or numbers, where a time is repeated and where no frequency fits.

    >>> table = pd.DataFrame({"day": ["2024-01-04", "2024-01-01", "2024-01-02"], "sold": [4, 1, 2]})
    >>> series_of_table(table, frequency="D")["sold"].tolist()
    [1.0, 2.0, nan, 4.0]
    """
    table, index_columns = _plain_columns(table)
    time, values, series = _columns(table, index_columns, time, value, series)
    numbers = {column: _numbers(table[column]) for column in values}
    stamps = pd.Series(np.arange(len(table))) if time is None else read_times(table[time])
    groups: dict[Any, np.ndarray] = {None: np.arange(len(table))}
    if series is not None:
        indices = table.groupby(series, sort=False).indices
        groups = {name: np.asarray(rows) for name, rows in indices.items()}
        if not groups:
            raise ValueError(f"column {series!r} must tell the series apart, but holds nothing")
    found = {}
    try:
        if not types.is_integer_dtype(stamps):
            longest = stamps.iloc[max(groups.values(), key=len)].drop_duplicates().sort_values()
            frequency = frequency or infer_frequency(pd.DatetimeIndex(longest))
        elif frequency is not None:
            raise ValueError(f"frequency must be None where time is counted, got {frequency!r}")
        for name, rows in groups.items():
            at = pd.Index(stamps.iloc[rows], name="time")
            _refuse_repeated(at, name, series)
            for column in values:
                # "sold", "shop 1" or, in a table of several values and several series, "shop 1 sold".
                label = column if name is None else f"{name} {column}" if len(values) > 1 else str(name)
                one = pd.Series(numbers[column][rows], at, name=label).sort_index()
                if one.isna().all():
                    raise ValueError(f"series {label!r} must hold numbers, but is empty")
                regular = _regular(one, frequency)
                # In a table side by side, a shorter series has empty cells before or behind it.
                found[label] = regular.loc[regular.first_valid_index() : regular.last_valid_index()]
    except ValueError as error:
        raise ValueError(f"{'rows' if time is None else f'column {time!r}'}: {error}") from None
    return found


def _columns(
    table: pd.DataFrame,
    index_columns: list[str],
    time: str | None,
    value: str | Sequence[str] | None,
    series: str | None,
) -> tuple[str | None, list[str], str | None]:
    """The columns of times (None: rows are samples), of values and of names of series (None: one series)."""
    others = table
    if series is not None:
        series = _named(table, "series", series)
    elif len(index_columns) == 2:
        series = index_columns[0]
    else:
        series = _first(table, _SERIES_NAMES)
        if series is not None and table[series].is_unique:
            # Another name for each row: these are numbers of rows.
            others, series = table.drop(columns=series), None
    if series is not None:
        others = others.drop(columns=series)
    if time is not None:
        time = _named(table, "time", time)
    else:
        time = index_columns[-1] if index_columns else _time_column(others)
    if value is None:
        others = others if time is None else others.drop(columns=time, errors="ignore")
        return time, [_value_column(others)], series
    wanted = value if isinstance(value, list | tuple) else [value]
    if not wanted:
        raise ValueError(f"value must be a column, or a list of at least one, got {value!r}")
    return time, [_named(table, "value", one) for one in wanted], series


def _plain_columns(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The table with what its index holds as columns, and the names of those; names are texts."""
    if table.empty:
        raise ValueError(f"a table of series must have rows and columns, got shape {table.shape}")
    index, index_columns = table.index, []
    # An index of numbers is one that pandas made, or what is left of it after rows were dropped.
    if index.nlevels == 2 or not types.is_numeric_dtype(index):
        defaults = _INDEX_NAMES[-index.nlevels :]
        levels = {
            name or default: index.get_level_values(level)
            for level, (name, default) in enumerate(zip(index.names, defaults, strict=True))
        }
        index_columns = [str(name) for name in levels]
        table = pd.concat([pd.DataFrame(levels), table.reset_index(drop=True)], axis="columns")
    table = table.reset_index(drop=True).set_axis([str(column) for column in table.columns], axis="columns")
    if not table.columns.is_unique:
        raise ValueError(f"columns must have different names, got {', '.join(table.columns)}")
    return table, index_columns


def _named(table: pd.DataFrame, option: str, column: object) -> str:
    if str(column) not in table.columns:
        raise ValueError(f"{option} must be one of the columns {', '.join(table.columns)}, got {column!r}")
    return str(column)


def _first(table: pd.DataFrame, names: Sequence[str]) -> str | None:
    """The first of the names that is a column, in whatever capitals."""
    folded = {str(column).strip().casefold(): str(column) for column in table.columns}
    return next((folded[name] for name in names if name in folded), None)


def _time_column(table: pd.DataFrame) -> str | None:
    known = _first(table, _TIME_NAMES)
    if known is not None:
        return known
    others = [column for column in table.columns if not types.is_numeric_dtype(table[column])]
    dates = [column for column in others if parse_dates(table[column]).notna().any()]
    if len(dates) == 1:
        return str(dates[0])
    if dates or others or table.shape[1] > 1:
        what = (
            f"columns {', '.join(dates)} hold dates" if dates else f"none of {', '.join(table.columns)} does"
        )
        raise ValueError(f"one column must hold the times, but {what}: name it with the option time")
    return None


def _value_column(table: pd.DataFrame) -> str:
    known = _first(table, _VALUE_NAMES)
    if known is not None:
        return known
    numeric = [str(column) for column in table.columns if types.is_numeric_dtype(table[column])]
    # A single column is the one meant, and if it holds no numbers the error says which value is none.
    candidates = numeric or [str(column) for column in table.columns]
    if len(candidates) != 1:
        what = f"{', '.join(candidates)} may be it" if candidates else "there is no other column"
        raise ValueError(f"one column must hold the values, but {what}: name it with the option value")
    return candidates[0]


def _numbers(column: pd.Series) -> np.ndarray:
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    bad = np.flatnonzero(np.isinf(numbers) | (numbers.isna() & column.notna()))
    if len(bad):
        raise ValueError(must_hold(column, "numbers", bad[0]))
    if numbers.isna().all():
        raise ValueError(f"column {column.name!r} must hold numbers, but is empty")
    return numbers.to_numpy(dtype=np.float64)


def _refuse_repeated(times: pd.Index, name: object, series: str | None) -> None:
    repeated = times[times.duplicated()]
    if not len(repeated):
        return
    way_out = "keep one row per time (on a clock with summer time: write times in UTC)"
    if series is None:
        way_out += ", or name the column that tells series apart with the option series"
    where = "" if name is None else f" of series {str(name)!r}"
    raise ValueError(f"time {repeated[0]}{where} occurs twice: {way_out}")


def _regular(series: pd.Series, frequency: str | None) -> pd.Series:
    """The series on a regular index: of the frequency, or of samples where time is counted."""
    if frequency is not None:
        return series.reindex(fill_index(pd.DatetimeIndex(series.index), frequency).rename("time"))
    count = series.index.to_numpy()
    step = max(1, int(np.gcd.reduce(np.diff(count))))
    samples = (count - count[0]) // step
    if samples[-1] >= MOST_ROWS_PER_ROW * len(samples):
        raise ValueError(
            f"times must be nearly regular, got {len(samples)} between {count[0]} and {count[-1]}"
        )
    return series.set_axis(samples).reindex(pd.RangeIndex(samples[-1] + 1, name="time"))
