"""The series of a task: signals made for it, or those of a dataset."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harmonic_forecasters import datasets
from harmonic_forecasters.datasets.own import OwnDataset
from harmonic_forecasters.signals import GENERATORS


@dataclass(frozen=True, eq=False, kw_only=True)
class TaskSeries:
    """One univariate series of a task.

    name : unique within the task.
    values : what models see, any index that darts and sktime both take.
    clean : the same without noise where that is known, else None; same length and unit as the values.
    unit : scores are those of values / unit: synthetic signals are shown to models times a random factor.
    """

    name: str
    values: pd.Series
    clean: np.ndarray | None = None
    unit: float = 1.0


def signal_parameters(kind: str) -> set[str]:
    """Names of the arguments of a generator of signals, ``random_state`` among them where it takes one."""
    return set(inspect.signature(GENERATORS[kind]).parameters)


def signal_series(
    signals: Mapping[str, Any],
    rng: np.random.Generator,
    *,
    random_factor: tuple[float, float] | None,
    last: int | None,
) -> list[TaskSeries]:
    """Signals as a task describes them.

    signals : ``{"kind": name, **arguments}``.
    random_factor : (lowest, highest) of the log-uniform factor of each signal; None for 1.
    last : keep only this many samples at the end; None for all.
    """
    arguments = dict(signals)
    kind = arguments.pop("kind")
    # One generator has nothing random.
    seeded = {"random_state": rng} if "random_state" in signal_parameters(kind) else {}
    made = GENERATORS[kind](**arguments, **seeded)
    factor = np.ones(len(made.values))
    if random_factor is not None:
        low, high = np.log(random_factor)
        factor = np.exp(rng.uniform(low, high, size=len(made.values)))
    stamped = np.issubdtype(made.time.dtype, np.datetime64)
    index = pd.DatetimeIndex(made.time, freq="infer") if stamped else pd.RangeIndex(len(made.time))
    keep = _last(last)
    return [
        TaskSeries(
            name=name,
            values=pd.Series(values * unit, index, name=name)[keep],
            clean=(clean * unit)[keep],
            unit=float(unit),
        )
        for name, values, clean, unit in zip(made.names, made.values, made.clean, factor, strict=True)
    ]


def dataset_series(
    dataset: str | OwnDataset, *, last: int | None, max_series: int | None
) -> list[TaskSeries]:
    """Each target of a dataset as a series.

    last : keep only this many samples at the end of each series; None for all.
    max_series : keep only this many series, evenly spread over the dataset; None for all.
    """
    columns = dataset.series if isinstance(dataset, OwnDataset) else _targets(dataset)
    names = list(columns)
    if max_series is not None and max_series < len(names):
        names = [names[i] for i in np.linspace(0, len(names) - 1, max_series).round().astype(int)]
    return [TaskSeries(name=name, values=columns[name].rename(name)[_last(last)]) for name in names]


def _targets(name: str) -> Mapping[str, pd.Series]:
    data = datasets.load(name)
    if isinstance(data, pd.Series):
        return {name: data}
    if isinstance(data.index, pd.MultiIndex):
        groups = data.groupby(level=0, sort=False)
        return {str(key): frame.droplevel(0).iloc[:, 0] for key, frame in groups}
    return {column: data[column] for column in datasets.get_dataset(name).targets}


def _last(n_samples: int | None) -> slice:
    return slice(None if n_samples is None else -n_samples, None)


def stable_hash(text: str) -> int:
    """The same whole number for the same text on every machine and in every process."""
    return zlib.crc32(text.encode())
