"""Read times from a column: whole numbers that count, or dates, however they are written."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd
from pandas.api import types

# 03/04/2024 is in March for some and in April for others: two numbers, the year, and perhaps a time of day.
_TWO_WAYS = re.compile(r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?!\d)(.*)$")
_ZONE = re.compile(r"\d(?:Z|[+-]\d\d:?\d\d)$")
# Whole numbers such as 20240131 are dates if all of them can be read so.
_DATES_AS_NUMBERS = (19000101, 21001231)
_DAY = pd.Timedelta(days=1)


def read_times(column: pd.Series) -> pd.Series:
    """Whole numbers, or dates without a time zone."""
    if column.isna().any():
        raise ValueError(must_hold(column, "a time in each row", np.flatnonzero(column.isna())[0]))
    if types.is_numeric_dtype(column):
        broken = np.flatnonzero(column != np.floor(column))
        if len(broken):
            raise ValueError(must_hold(column, "dates or whole numbers", broken[0]))
        column = column.astype(np.int64)
        dates = parse_dates(column.astype(str)) if column.between(*_DATES_AS_NUMBERS).all() else column
        return column if dates.isna().any() else dates
    times = parse_dates(column)
    if times.isna().any():
        raise ValueError(must_hold(column, "dates", np.flatnonzero(times.isna())[0]))
    return times


def parse_dates(column: pd.Series) -> pd.Series:
    """Dates without a time zone, NaT where a text is none."""
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if not types.is_datetime64_any_dtype(column):
        column = _parsed_texts(column.astype(str))
    if column.dt.tz is None:
        return column
    local = column.dt.tz_localize(None)
    # Days begin at local midnight; a clock of summer time repeats an hour, which UTC does not.
    days = not local.drop_duplicates().sort_values().diff().lt(_DAY).any()
    return local if days else column.dt.tz_convert("UTC").dt.tz_localize(None)


def _parsed_texts(texts: pd.Series) -> pd.Series:
    parts = texts.str.extract(_TWO_WAYS)
    if parts.isna().any(axis=None):
        return _iso_dates(texts)
    first, second, year, rest = (parts[column] for column in parts)
    # Two-digit years from 69 on belong to the last century, as in POSIX.
    century = np.where(year.str.len() == 4, "", np.where(year.str[-2:].astype(int) < 69, "20", "19"))
    month_first, day_first = (
        _iso_dates(century + year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2) + rest)
        for month, day in ((first, second), (second, first))
    )
    if day_first.notna().all() and month_first.notna().all() and not day_first.equals(month_first):
        row = int((day_first != month_first).to_numpy().argmax())
        raise ValueError(must_hold(texts, "dates that read one way only, such as 2024-01-31", row))
    return max(month_first, day_first, key=pd.Series.count)


def _iso_dates(texts: pd.Series) -> pd.Series:
    with warnings.catch_warnings():
        # pandas warns about texts that are no dates.
        warnings.simplefilter("ignore", UserWarning)
        return pd.to_datetime(texts, errors="coerce", utc=bool(texts.str.contains(_ZONE).any()))


def must_hold(column: pd.Series, what: str, row: int) -> str:
    """The sentence about a value of a column that is not what it must be."""
    value = column.iloc[row]
    shown = repr(value) if isinstance(value, str) else str(value)
    return f"column {column.name!r} must hold {what}, got {shown} in row {row + 1}"
