"""The frequency of time stamps, a regular index without holes, and the season that a frequency implies."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from pandas.tseries.frequencies import to_offset

#: Samples per season for each unit of frequency from a day on; shorter steps have a season of one day.
SEASONS = {
    "D": 7, "B": 5, "W": 52,
    "MS": 12, "ME": 12, "BMS": 12, "BME": 12,
    "QS": 4, "QE": 4, "BQS": 4, "BQE": 4,
}  # fmt: skip

# Steps of months have no fixed length: days at most from one stamp to the next -> what may fit.
_CALENDAR = {31: ("MS", "ME", "BMS", "BME"), 92: ("QS", "QE", "BQS", "BQE"), 366: ("YS", "YE", "BYS", "BYE")}
_GIVE_IT = "give it with the option frequency, such as 'h' or 'MS'"
_DAY = pd.Timedelta(days=1)
_SHORTEST_SEASONAL_STEP = pd.Timedelta(minutes=1)
#: More rows on the regular index than this for each row of the table are a sign of a wrong frequency.
MOST_ROWS_PER_ROW = 10


def season_of(frequency: str) -> int:
    """Samples per season: 24 for hours, 7 for days, 52 for weeks, 12 for months, 4 for quarters, else 1.

    frequency : a pandas offset alias.

    >>> [season_of(frequency) for frequency in ("h", "30min", "D", "B", "W-SUN", "MS", "QE-DEC", "YS", "s")]
    [24, 48, 7, 5, 52, 12, 4, 1, 1]
    """
    offset = to_offset(frequency)
    step = _fixed_step(offset)
    if step is not None and step < _DAY:
        whole = step >= _SHORTEST_SEASONAL_STEP and _DAY % step == pd.Timedelta(0)
        return int(_DAY / step) if whole else 1
    season = SEASONS.get(offset.name.partition("-")[0].lstrip("0123456789"), 1)
    return season // offset.n if season % offset.n == 0 else 1


def infer_frequency(stamps: pd.DatetimeIndex) -> str:
    """The frequency that most stamps follow; some may be missing.

    stamps : rising, without repetition.
    Raises ValueError where there are fewer than three, or no frequency fits.

    >>> days = pd.date_range("2024-01-01", periods=9, freq="D")
    >>> infer_frequency(days.delete([2, 5]))
    'D'
    """
    if len(stamps) < 3:
        raise ValueError(f"the frequency cannot be found from {len(stamps)} time(s): {_GIVE_IT}")
    found = pd.infer_freq(stamps)
    if found is not None:
        return str(found)
    steps, counts = np.unique(np.diff(stamps.to_numpy()), return_counts=True)
    step = pd.Timedelta(steps[counts.argmax()])
    if step == _DAY and len(stamps) > 5 and (stamps.dayofweek < 5).all():
        return "B"
    if step == 7 * _DAY and (stamps.dayofweek == stamps[0].dayofweek).all():
        return f"W-{stamps[0].strftime('%a').upper()}"
    if step < 28 * _DAY and 2 * counts.max() > counts.sum():
        return str(to_offset(step).freqstr)
    days = pd.Timedelta(steps[0]).days
    for name in next((names for most, names in _CALENDAR.items() if days <= most), ()):
        offset = _anchored(name, stamps[0])
        if all(offset.is_on_offset(stamp) for stamp in stamps):
            return str(offset.freqstr)
    apart = f"{pd.Timedelta(steps[0])} to {pd.Timedelta(steps[-1])} apart"
    raise ValueError(f"no frequency fits times that are {apart}: {_GIVE_IT}")


def fill_index(stamps: pd.DatetimeIndex, frequency: str) -> pd.DatetimeIndex:
    """All stamps of the frequency from the first to the last.

    Raises ValueError where a stamp is off the frequency, or where most stamps would be missing.
    """
    try:
        with warnings.catch_warnings():
            # A name that pandas is about to drop works, or fails, all the same.
            warnings.simplefilter("ignore", FutureWarning)
            offset = to_offset(frequency)
    except (TypeError, ValueError):
        raise ValueError(f"frequency must be one of pandas, such as 'h' or 'MS', got {frequency!r}") from None
    step = _fixed_step(offset)
    if step is not None and stamps[-1] - stamps[0] > MOST_ROWS_PER_ROW * len(stamps) * step:
        raise ValueError(
            f"at frequency {frequency!r} more than {MOST_ROWS_PER_ROW - 1} of {MOST_ROWS_PER_ROW} rows would "
            f"be missing: {_GIVE_IT}"
        )
    regular = pd.date_range(stamps[0], stamps[-1], freq=offset)
    off = stamps[~stamps.isin(regular)]
    if len(off):
        raise ValueError(f"times must follow the frequency {frequency!r}, got {off[0]}")
    return regular


def _fixed_step(offset: Any) -> pd.Timedelta | None:
    """The length of a step, or None where it depends on the calendar."""
    try:
        return pd.Timedelta(offset)
    except ValueError:
        return None


def _anchored(name: str, stamp: pd.Timestamp) -> Any:
    """The offset; one of quarters and years ends or starts in the month of the stamp."""
    return to_offset(name if "M" in name else f"{name}-{stamp.strftime('%b').upper()}")
