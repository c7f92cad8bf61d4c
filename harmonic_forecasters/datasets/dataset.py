"""The type of an entry of the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from harmonic_forecasters.datasets.download import RemoteFile, fetch


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """What is known about a dataset, and how to load it.

    name : the key in the registry.
    title, source, licence : for people; the licence as source and publisher state it, or "none stated".
    unit : of the values; of the targets where there are covariates.
    frequency : a pandas offset alias, or "" where time is counted in samples.
    seasonalities : in samples, the main one first; (1,) where there is no season.
    loader : takes the local paths of ``files``, in their order.
    files : what is downloaded; empty where an installed library carries the data.
    horizon : the last samples of each series that are the official test part; None where there is none.
    targets : columns to forecast, empty for a single series or a panel; other columns are covariates.
    """

    name: str
    title: str
    source: str
    licence: str
    unit: str
    frequency: str
    seasonalities: tuple[int, ...]
    loader: Callable[..., pd.Series | pd.DataFrame]
    files: tuple[RemoteFile, ...] = ()
    horizon: int | None = None
    targets: tuple[str, ...] = ()

    @property
    def seasonality(self) -> int:
        """The main season in samples, 1 for none."""
        return self.seasonalities[0]

    def load(self) -> pd.Series | pd.DataFrame:
        """The data, in the form that :func:`~harmonic_forecasters.datasets.load` describes."""
        data = self.loader(*(fetch(file) for file in self.files))
        return data.rename(self.name) if isinstance(data, pd.Series) else data
