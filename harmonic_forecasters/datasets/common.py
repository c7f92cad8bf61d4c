"""What all loaders share: optional libraries, and time stamps that follow a frequency."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd


def require(module: str) -> ModuleType:
    """Import an optional module, such as ``"pooch"`` or ``"statsmodels.datasets.nile"``.

    Raises ImportError, naming the extra to install, where the library is missing.
    """
    library = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        # A library that is there but broken must show its own error.
        if error.name != library:
            raise
        raise ImportError(
            f"{library} is not installed: pip install 'harmonic-forecasters[benchmark]'",
            name=library,
        ) from error


def time_index(stamps: Any, frequency: str) -> pd.DatetimeIndex:
    """Stamps without a time zone, as an index. Raises ValueError where one is off the frequency."""
    return pd.DatetimeIndex(stamps, freq=frequency, name="time")


def time_series(values: Any, stamps: Any, frequency: str) -> pd.Series:
    """Values, as float64, at stamps that follow the frequency."""
    return pd.Series(np.asarray(values, dtype=np.float64), index=time_index(stamps, frequency))
