"""Readers of the published files: paths in, float64 series and frames out.

Stamps have no time zone; each reader says which clock they follow.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from harmonic_forecasters.datasets.common import time_index, time_series


def m4(train: Path, test: Path) -> pd.DataFrame:
    """An M4 panel: one column ``value`` over (series, time), time counted in samples from 0.

    Training and held-out part of each series follow one another; the last ``horizon`` samples are held out.
    """
    parts = [pd.read_csv(path, index_col="V1") for path in (train, test)]
    # One row per series; behind the end of the training part, rows are filled up with NaN.
    table = pd.concat(parts, axis="columns", join="inner")
    wide = table.to_numpy(dtype=np.float64)
    known = ~np.isnan(wide)
    lengths = known.sum(axis=1)
    first = np.cumsum(lengths) - lengths
    time = np.arange(lengths.sum()) - np.repeat(first, lengths)
    names = np.repeat(table.index.to_numpy(), lengths)
    index = pd.MultiIndex.from_arrays([names, time], names=["series", "time"])
    return pd.DataFrame({"value": wide[known]}, index=index)


def ett_hourly(path: Path) -> pd.DataFrame:
    """Electricity transformer, hourly: six loads and the oil temperature OT; local clock of the station."""
    return _ett(path, "h")


def ett_quarter_hourly(path: Path) -> pd.DataFrame:
    """Electricity transformer, every 15 minutes; otherwise as the hourly one."""
    return _ett(path, "15min")


def _ett(path: Path, frequency: str) -> pd.DataFrame:
    table = pd.read_csv(path, index_col="date").astype(np.float64)
    return table.set_index(time_index(pd.to_datetime(table.index), frequency))


def honolulu(path: Path) -> pd.Series:
    """Water level in metres (the file has millimetres), hourly in UTC."""
    days, millimetres = np.loadtxt(path, unpack=True)
    # Days since 1700 have seven decimals, 9 ms: whole seconds are exact.
    seconds = np.round(days * 86_400).astype("timedelta64[s]")
    return time_series(millimetres / 1000, np.datetime64("1700-01-01", "s") + seconds, "h")


def mayport(path: Path) -> pd.Series:
    """Water level in metres, hourly; the file names neither its clock nor its datum."""
    table = pd.read_csv(path)
    return time_series(table["hourly_height:m"], pd.to_datetime(table["Datetime"]), "h")


def taylor(path: Path) -> pd.Series:
    """Demand in megawatts, half-hourly, British summer time.

    The file has no stamps. Taylor (2003) dates the data Monday 5 June to Sunday 27 August 2000: 84 days, the
    length of the file, and its two days of lowest demand in each seven are those that are then weekends.
    """
    values = pd.read_csv(path)["Y"]
    return time_series(values, pd.date_range("2000-06-05", periods=len(values), freq="30min"), "30min")


def victoria(path: Path) -> pd.DataFrame:
    """Demand in megawatts, Melbourne's temperature in degrees Celsius, public holiday (1) or not (0); UTC.

    UTC has neither the missing nor the doubled hour of Melbourne's summer time; midnight in Melbourne is
    13:00 or 14:00 UTC. A holiday is a whole day in Melbourne.
    """
    table = pd.read_csv(path)
    stamps = pd.to_datetime(table["Time"], utc=True).dt.tz_localize(None)
    columns = table[["Demand", "Temperature", "Holiday"]].rename(columns=str.lower).astype(np.float64)
    return columns.set_index(time_index(stamps, "30min"))


def heart_rate(path: Path) -> pd.Series:
    """Beats per minute every 0.5 s, counted in samples from 0."""
    values = pd.read_csv(path)["Heart rate"].astype(np.float64)
    return values.rename_axis("time")


def monthly(path: Path) -> pd.Series:
    """A table of months and values, stamped at the first of the month."""
    table = pd.read_csv(path)
    return time_series(table.iloc[:, 1], pd.to_datetime(table["Month"], format="%Y-%m"), "MS")
