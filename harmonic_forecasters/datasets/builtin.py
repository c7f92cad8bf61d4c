"""Series that installed libraries carry: no network.

Every loader returns a float64 series over a DatetimeIndex with a frequency; stamps have no time zone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from harmonic_forecasters.datasets.common import require, time_series
from harmonic_forecasters.datasets.dataset import Dataset

# sktime states no licence of the data that it ships.
_SKTIME_LICENCE = "none stated; shipped with sktime, BSD-3-Clause"


def _annual(values: Any, years: Any) -> pd.Series:
    # Years as they are written in the tables, 1700.0 among them.
    stamps = pd.to_datetime(np.asarray(years, dtype=int).astype(str), format="%Y")
    return time_series(values, stamps, "YS")


def airline() -> pd.Series:
    """Passengers in thousands per month, 1949 to 1960: (144,)."""
    series = require("sktime.datasets").load_airline()
    return time_series(series, series.index.to_timestamp(), "MS")


def lynx() -> pd.Series:
    """Lynx trapped per year, 1821 to 1934: (114,)."""
    series = require("sktime.datasets").load_lynx()
    return _annual(series, series.index.year)


def solar() -> pd.Series:
    """Solar output of Great Britain as a fraction of capacity, half-hourly, UTC, 1 to 6 May 2021: (289,)."""
    # Without an API version sktime reads the copy that it ships.
    series = require("sktime.datasets").load_solar(api_version=None)
    return time_series(series, series.index.tz_localize(None), "30min")


def sunspots() -> pd.Series:
    """Sunspot number per year, 1700 to 2008: (309,)."""
    table = require("statsmodels.datasets.sunspots").load_pandas().data
    return _annual(table["SUNACTIVITY"], table["YEAR"])


def co2() -> pd.Series:
    """CO2 at Mauna Loa in ppm, weeks to Saturday, 1958 to 2001: (2284,), 59 of them NaN, not measured."""
    table = require("statsmodels.datasets.co2").load_pandas().data
    return time_series(table["co2"], table.index, "W-SAT")


def elnino() -> pd.Series:
    """Sea surface temperature in degrees Celsius, region Nino 1+2, monthly, 1950 to 2010: (732,)."""
    table = require("statsmodels.datasets.elnino").load_pandas().data.set_index("YEAR")
    # One row per year, one column per month.
    stamps = [f"{year:.0f}-{month:02d}" for year in table.index for month in range(1, 13)]
    return time_series(table.to_numpy().ravel(), pd.to_datetime(stamps, format="%Y-%m"), "MS")


def nile() -> pd.Series:
    """Discharge of the Nile at Aswan in 10^8 cubic metres per year, 1871 to 1970: (100,)."""
    table = require("statsmodels.datasets.nile").load_pandas().data
    return _annual(table["volume"], table["year"])


def elec_equip() -> pd.Series:
    """Turnover index of electrical equipment made in the euro area, monthly, 1995 to May 2016: (257,)."""
    table = require("statsmodels.datasets.elec_equip").load_pandas().data
    return time_series(table.iloc[:, 0], table.index, "MS")


BUILT_IN = (
    Dataset(
        name="airline",
        title="International airline passengers, 1949 to 1960",
        source="Box, Jenkins, Reinsel (1994), series G; sktime",
        licence=_SKTIME_LICENCE,
        unit="thousands",
        frequency="MS",
        seasonalities=(12,),
        loader=airline,
    ),
    Dataset(
        name="lynx",
        title="Lynx trapped in Canada, 1821 to 1934",
        source="Campbell, Walker (1977); sktime",
        licence=_SKTIME_LICENCE,
        unit="animals",
        frequency="YS",
        # No calendar season: a cycle of the population, about ten years.
        seasonalities=(10,),
        loader=lynx,
    ),
    Dataset(
        name="solar",
        title="Solar generation of Great Britain, 1 to 6 May 2021",
        source="Sheffield Solar PV_Live; sktime",
        licence=_SKTIME_LICENCE,
        unit="fraction of capacity",
        frequency="30min",
        seasonalities=(48,),
        loader=solar,
    ),
    Dataset(
        name="sunspots",
        title="Yearly sunspot number, 1700 to 2008",
        source="NOAA National Geophysical Data Center; statsmodels",
        licence="public domain",
        unit="sunspot number",
        frequency="YS",
        # The solar cycle, 11 years on average.
        seasonalities=(11,),
        loader=sunspots,
    ),
    Dataset(
        name="co2",
        title="Weekly CO2 at Mauna Loa, 1958 to 2001, with missing weeks",
        source="Keeling, Whorf (2004), CDIAC; statsmodels",
        licence="public domain",
        unit="ppm",
        frequency="W-SAT",
        seasonalities=(52,),
        loader=co2,
    ),
    Dataset(
        name="elnino",
        title="Sea surface temperature, Nino 1+2, 1950 to 2010",
        source="NOAA, ERSST.V3B; statsmodels",
        licence="public domain",
        unit="degrees Celsius",
        frequency="MS",
        seasonalities=(12,),
        loader=elnino,
    ),
    Dataset(
        name="nile",
        title="Discharge of the Nile at Aswan, 1871 to 1970",
        source="Cobb (1978); statsmodels",
        licence="public domain",
        unit="10^8 cubic metres",
        frequency="YS",
        seasonalities=(1,),
        loader=nile,
    ),
    Dataset(
        name="elec_equip",
        title="Turnover of electrical equipment makers, euro area, 1995 to 2016",
        source="Eurostat; statsmodels",
        licence="public domain",
        unit="index",
        frequency="MS",
        seasonalities=(12,),
        loader=elec_equip,
    ),
)
