"""A dataset of the user's own, from a file, a pandas object or a darts series."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from harmonic_forecasters.datasets.files import read_table
from harmonic_forecasters.datasets.frequency import season_of
from harmonic_forecasters.datasets.tables import series_of_table

#: Options of :func:`own_dataset`, beside the data.
OPTIONS = ("time", "value", "series", "frequency")


@dataclass(frozen=True, kw_only=True)
class OwnDataset:
    """Series that are read and checked; two are equal where their names, times and values are.

    title : the name of the file, or what kind of object the series came from.
    series : name -> values, float64, over a DatetimeIndex with a frequency or a RangeIndex of samples.
    seasonality : samples per season, from the frequency.
    content : SHA-256 of names, times and values.
    """

    title: str = field(compare=False)
    series: dict[str, pd.Series] = field(compare=False, repr=False)
    seasonality: int
    content: str

    def __str__(self) -> str:
        return self.title

    @contextmanager
    def altered(self, alter: Callable[[pd.Series], pd.Series]) -> Iterator[None]:
        """Within the block, the series are altered ones, whoever asks for them in this process.

        alter : takes a series and returns one over the same index.
        """
        original = dict(self.series)
        try:
            self.series.update({name: alter(one) for name, one in original.items()})
            yield
        finally:
            self.series.update(original)


def own_dataset(
    data: Any,
    *,
    time: str | None = None,
    value: str | Sequence[str] | None = None,
    series: str | None = None,
    frequency: str | None = None,
) -> OwnDataset:
    """A dataset from the user's own data, with its frequency and season.

    data : path of a CSV or Parquet file; a pandas DataFrame, as :func:`.tables.series_of_table` takes it; a
        pandas Series over dates or whole numbers; or a darts TimeSeries, each component a series.
    time, value, series, frequency : where they are not to be found from the data, see
        :func:`.tables.series_of_table`.

    Raises ValueError that names the file and column, and says what to give, where something is not found or
    wrong; TypeError for data of another kind.

    >>> days = pd.date_range("2024-01-01", periods=3, freq="D")
    >>> own = own_dataset(pd.Series([3.0, 1.0, 2.0], days, name="sold"))
    >>> own.seasonality, list(own.series)
    (7, ['sold'])
    """
    path = Path(data) if isinstance(data, str | Path) else None
    table = read_table(path) if path is not None else _table(data)
    if value is None and _is_darts(data):
        value = list(table.columns)
    if frequency is None and isinstance(table.index, pd.DatetimeIndex):
        frequency = table.index.freqstr
    title = path.name if path is not None else f"a {type(data).__name__}"
    try:
        found = series_of_table(table, time=time, value=value, series=series, frequency=frequency)
    except ValueError as error:
        raise ValueError(f"{title}: {error}") from error
    index = next(iter(found.values())).index
    season = season_of(str(index.freqstr)) if isinstance(index, pd.DatetimeIndex) else 1
    return OwnDataset(title=title, series=found, seasonality=season, content=_content(found))


def _is_darts(data: object) -> bool:
    # darts takes seconds to import, and whoever has one of its series has imported it.
    darts = sys.modules.get("darts")
    return darts is not None and isinstance(data, darts.TimeSeries)


def _table(data: Any) -> pd.DataFrame:
    if _is_darts(data):
        if not data.is_deterministic:
            raise ValueError(f"a TimeSeries must have one sample per time, got {data.n_samples}")
        return data.to_dataframe()
    if isinstance(data, pd.Series):
        table = data.to_frame("value" if data.name is None else str(data.name))
        # Whole numbers are times, of which some may be missing.
        return table.rename_axis("time").reset_index() if types.is_numeric_dtype(data.index) else table
    if isinstance(data, pd.DataFrame):
        return data
    raise TypeError(
        "a dataset must be a name, a path, a pandas Series or DataFrame or a darts TimeSeries, "
        f"got {type(data).__name__}"
    )


def _content(series: Mapping[str, pd.Series]) -> str:
    content = sha256()
    for name, one in series.items():
        content.update(f"{name}\0{one.index[0]}\0{getattr(one.index, 'freqstr', '')}\0{len(one)}\0".encode())
        content.update(np.ascontiguousarray(one.to_numpy(dtype="<f8")).tobytes())
    return content.hexdigest()
