"""Real series by name (where each comes from, under which licence, how to load it), and the user's own.

Some are carried by installed libraries and need no network. The others are downloaded once, checked against a
SHA-256 and cached; a folder named by the environment variable ``HARMONIC_FORECASTERS_DATA``, laid out
``<owner>/<repository>/<path>``, is read first.

Examples
--------
>>> from harmonic_forecasters.datasets import get_dataset, list_datasets, load
>>> load("airline").head(3)
time
1949-01-01    112.0
1949-02-01    118.0
1949-03-01    132.0
Freq: MS, Name: airline, dtype: float64
>>> get_dataset("airline").seasonality
12
>>> "m4_hourly" in list_datasets()
True
"""

from harmonic_forecasters.datasets.dataset import Dataset
from harmonic_forecasters.datasets.download import DatasetChecksumError, DatasetUnavailableError, RemoteFile
from harmonic_forecasters.datasets.own import OwnDataset, own_dataset
from harmonic_forecasters.datasets.registry import describe, get_dataset, list_datasets, load

__all__ = [
    "Dataset",
    "DatasetChecksumError",
    "DatasetUnavailableError",
    "OwnDataset",
    "RemoteFile",
    "describe",
    "get_dataset",
    "list_datasets",
    "load",
    "own_dataset",
]
