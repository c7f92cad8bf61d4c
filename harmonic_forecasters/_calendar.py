"""The seasons that a calendar suggests for samples of a frequency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from pandas.tseries.frequencies import to_offset

_DAY = pd.Timedelta(days=1)
#: Days in a month, on average, and all cycles of the calendar in days.
_MONTH = 30.44
_CYCLES_OF_DAYS = 1.0, 7.0, _MONTH, 365.25
#: Samples per year, month or week for frequencies whose steps are no fixed part of a day.
_SEASONS = {
    "B": (5.0, 261.0), "W": (52.18,),
    "MS": (12.0,), "ME": (12.0,), "M": (12.0,), "BMS": (12.0,), "BME": (12.0,),
    "QS": (4.0,), "QE": (4.0,), "Q": (4.0,), "BQS": (4.0,), "BQE": (4.0,),
    "YS": (), "YE": (), "Y": (), "A": (), "BYS": (), "BYE": (),
}  # fmt: skip


def candidate_seasons(frequency: Any) -> tuple[float, ...] | None:
    """Periods of the calendar's cycles, in samples, at least 2; None for a frequency that follows none.

    frequency : a pandas offset or its alias; a number, as of an integer index, follows no calendar.

    Examples
    --------
    >>> [candidate_seasons(f) for f in ("h", "D", "B", "MS", "YS", "s")]
    [(24.0, 168.0, 8766.0), (7.0, 30.44, 365.25), (5.0, 261.0), (12.0,), (), None]
    >>> candidate_seasons("2MS"), candidate_seasons(1)
    ((6.0,), None)
    """
    if not isinstance(frequency, (str, pd.DateOffset)):
        return None
    offset: Any = to_offset(frequency)
    try:
        step = pd.Timedelta(offset)
    except ValueError:
        periods = _SEASONS.get(offset.name.partition("-")[0])
        return None if periods is None else _resolved(periods, offset.n)
    if step < pd.Timedelta(minutes=1):
        # What is sampled every second is seldom watched for days.
        return None
    # Within a day the month adds little to day, week and year.
    cycles = _CYCLES_OF_DAYS if step >= _DAY else [cycle for cycle in _CYCLES_OF_DAYS if cycle != _MONTH]
    return _resolved([cycle * (_DAY / step) for cycle in cycles], 1)


def _resolved(periods: Iterable[float], step: int) -> tuple[float, ...]:
    """The periods in steps, those of at least two."""
    return tuple(period / step for period in periods if period / step >= 2.0)
