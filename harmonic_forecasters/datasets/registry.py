"""Datasets by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pandas as pd

from harmonic_forecasters.datasets.builtin import BUILT_IN
from harmonic_forecasters.datasets.dataset import Dataset
from harmonic_forecasters.datasets.published import PUBLISHED

_REGISTRY = {dataset.name: dataset for dataset in BUILT_IN + PUBLISHED}


def list_datasets() -> list[str]:
    """Names of all datasets, those that need no network first.

    >>> list_datasets()[:3]
    ['airline', 'lynx', 'solar']
    """
    return list(_REGISTRY)


def describe() -> pd.DataFrame:
    """One row per dataset: what the registry says about it, and whether it is downloaded.

    >>> describe().loc["airline", ["frequency", "seasonalities"]].tolist()
    ['MS', (12,)]
    """
    columns = ("title", "frequency", "seasonalities", "unit", "horizon", "licence", "source")
    rows = [
        {column: getattr(dataset, column) for column in columns} | {"download": bool(dataset.files)}
        for dataset in _REGISTRY.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(list(_REGISTRY), name="name")).astype({"horizon": "Int64"})


def get_dataset(name: str) -> Dataset:
    """What is known about one dataset. Raises ValueError, listing the names, for an unknown one.

    >>> get_dataset("nile").licence
    'public domain'
    """
    if name not in _REGISTRY:
        raise ValueError(f"dataset must be one of {', '.join(_REGISTRY)}, got {name!r}")
    return _REGISTRY[name]


@contextmanager
def altered(name: str, alter: Callable[[pd.DataFrame], pd.DataFrame]) -> Iterator[None]:
    """Within the block, loading the dataset gives altered data, whoever asks for it in this process.

    alter : takes the loaded data, a single series as a frame of one column, and returns a frame of its shape.
    Raises ValueError for an unknown name.

    >>> with altered("nile", lambda data: 0.0 * data):
    ...     float(load("nile").max())
    0.0
    """
    original = get_dataset(name)

    def load_altered() -> pd.Series | pd.DataFrame:
        data = original.load()
        return alter(data.to_frame()).iloc[:, 0] if isinstance(data, pd.Series) else alter(data)

    _REGISTRY[name] = replace(original, loader=load_altered, files=())
    try:
        yield
    finally:
        _REGISTRY[name] = original


def load(name: str) -> pd.Series | pd.DataFrame:
    """The data of a dataset, float64.

    One series: a Series named like the dataset, over a DatetimeIndex with a frequency and no time zone, or a
    RangeIndex of samples. Several variables: a DataFrame, one column each, over such an index; ``targets`` of
    :func:`get_dataset` says which to forecast. A panel: a DataFrame with one column ``value`` over the
    MultiIndex (series, time), official training and test part together; the last ``horizon`` samples of each
    series are the test part. Only co2 has missing values, as NaN.

    Raises
    ------
    ValueError : unknown name.
    DatasetUnavailableError : the dataset must be downloaded, and cannot be.
    DatasetChecksumError : a file has other bytes than the published one.
    ImportError : the library that carries or downloads the data is not installed.

    Examples
    --------
    >>> nile = load("nile")
    >>> nile.shape, nile.index.freqstr, nile.name
    ((100,), 'YS-JAN', 'nile')
    """
    return get_dataset(name).load()
