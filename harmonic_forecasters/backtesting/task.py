"""A task: the series to forecast, from which origins, how far, and by which scores it is judged."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harmonic_forecasters import datasets
from harmonic_forecasters.backtesting.scores import METRICS
from harmonic_forecasters.signals import GENERATORS

AVERAGES = ("mean", "geometric mean")


@dataclass(frozen=True, eq=False)
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


@dataclass(frozen=True, kw_only=True)
class Task:
    """A backtest with rolling origins.

    name : unique within a suite.
    dataset : a name of :mod:`harmonic_forecasters.datasets`; each of its target columns is a series.
    signals : instead of a dataset, a generator of :mod:`harmonic_forecasters.signals`:
        ``{"kind": name, **arguments}``, seeded by the suite.
    random_factor : (lowest, highest), signals only: models see each signal times its own random factor, drawn
        log-uniformly, and scores are taken after dividing by it, so that no model can rely on the scale.
    horizon : samples to forecast from each origin.
    origins : forecasts a series; the last one ends with the series, the others lie ``stride`` samples apart.
    stride : None for ``horizon`` (forecasts that do not overlap).
    window : samples before an origin that models see; None for all.
    refit_every : local models are fitted anew at every so many origins; 0: only at the first.
    training_signals : signals only: so many signals, of another seed, to train global models on. With 0,
        global models train on what lies before the first origin.
    last : use only so many last samples of each series; None for all.
    max_series : use only so many series, evenly spread over the dataset; None for all.
    seasonality : samples a season: the lag of the seasonal naive forecast that scales MASE and RMSSE.
    metrics : names out of :data:`.scores.METRICS`.
    quantiles : levels to forecast where a model can, in (0, 1), symmetric around 0.5.
    headline, average : the metric that ranks models on this task and its average over windows.
    group : tasks of a group share a leaderboard.

    Raises ValueError where an option is out of its range; the message names the task, rule and value.
    """

    name: str
    horizon: int
    dataset: str | None = None
    signals: Mapping[str, Any] | None = None
    random_factor: tuple[float, float] | None = None
    origins: int = 1
    stride: int | None = None
    window: int | None = None
    refit_every: int = 1
    training_signals: int = 0
    last: int | None = None
    max_series: int | None = None
    seasonality: int = 1
    metrics: tuple[str, ...] = ("mase", "rmsse", "smape", "rmse", "mae", "mse")
    quantiles: tuple[float, ...] = (0.025, 0.1, 0.5, 0.9, 0.975)
    headline: str = "mase"
    average: str = "mean"
    group: str = "real"

    def __post_init__(self) -> None:
        for option in ("metrics", "quantiles", "random_factor"):
            value = getattr(self, option)
            if isinstance(value, list):
                object.__setattr__(self, option, tuple(value))
        self._check()

    @property
    def step_between_origins(self) -> int:
        return self.stride if self.stride is not None else self.horizon

    @property
    def lookback(self) -> int:
        """Samples that a model with a fixed input should take: the window, or two seasons or horizons."""
        return self.window if self.window is not None else 2 * max(self.seasonality, self.horizon)

    def origins_of(self, n_samples: int) -> list[int]:
        """Numbers of samples before each forecast, earliest first."""
        last = n_samples - self.horizon
        origins = [last - k * self.step_between_origins for k in reversed(range(self.origins))]
        if origins[0] < 1:
            raise ValueError(
                f"task {self.name!r}: {self.origins} origin(s), {self.step_between_origins} samples apart, "
                f"and a horizon of {self.horizon} need a series of more than {n_samples - origins[0]} "
                f"samples, got {n_samples}"
            )
        return origins

    def load(self, seed: int) -> list[TaskSeries]:
        """The series to forecast; the seed matters for signals only."""
        if self.signals is not None:
            return self._signals(self._generator(seed, "evaluation"))
        return _dataset_series(str(self.dataset), self.last, self.max_series)

    def training_panel(self, seed: int) -> list[TaskSeries]:
        """Signals of another seed to train global models on; empty where the task has none."""
        if self.training_signals == 0:
            return []
        return self._signals(self._generator(seed, "training"), n_signals=self.training_signals)

    def _generator(self, seed: int, part: str) -> np.random.Generator:
        return np.random.default_rng([seed, stable_hash(self.name), stable_hash(part)])

    def _signals(self, rng: np.random.Generator, **overrides: int) -> list[TaskSeries]:
        arguments = dict(self.signals or {}) | overrides
        generate = GENERATORS[arguments.pop("kind")]
        made = generate(**arguments, random_state=rng)
        factor = np.ones(len(made.values))
        if self.random_factor is not None:
            low, high = np.log(self.random_factor)
            factor = np.exp(rng.uniform(low, high, size=len(made.values)))
        stamped = np.issubdtype(made.time.dtype, np.datetime64)
        index = pd.DatetimeIndex(made.time, freq="infer") if stamped else pd.RangeIndex(len(made.time))
        keep = slice(-self.last if self.last is not None else None, None)
        return [
            TaskSeries(
                name, pd.Series(values * unit, index, name=name)[keep], (clean * unit)[keep], float(unit)
            )
            for name, values, clean, unit in zip(made.names, made.values, made.clean, factor, strict=True)
        ]

    def _check(self) -> None:
        def refuse(rule: str, value: object) -> None:
            raise ValueError(f"task {self.name!r}: {rule}, got {value!r}")

        if (self.dataset is None) == (self.signals is None):
            refuse("exactly one of dataset and signals must be given", (self.dataset, self.signals))
        if self.signals is not None and self.signals.get("kind") not in GENERATORS:
            refuse(f"signals.kind must be one of {', '.join(GENERATORS)}", self.signals.get("kind"))
        if self.dataset is not None:
            datasets.get_dataset(self.dataset)
            if self.training_signals or self.random_factor:
                refuse("training_signals and random_factor need signals, not a dataset", self.dataset)
        for option in ("horizon", "origins", "seasonality", "stride", "window", "last", "max_series"):
            value = getattr(self, option)
            if value is not None and (not isinstance(value, int) or value < 1):
                refuse(f"{option} must be a whole number of at least 1", value)
        for option in ("refit_every", "training_signals"):
            if not isinstance(getattr(self, option), int) or getattr(self, option) < 0:
                refuse(f"{option} must be a whole number of at least 0", getattr(self, option))
        if self.random_factor is not None and not 0 < self.random_factor[0] <= self.random_factor[1]:
            refuse("random_factor must be (lowest, highest) with 0 < lowest <= highest", self.random_factor)
        unknown = sorted({*self.metrics, self.headline} - set(METRICS))
        if unknown:
            refuse(f"metrics must be out of {', '.join(METRICS)}", unknown[0])
        if self.headline not in self.metrics:
            refuse(f"headline must be one of its metrics, {', '.join(self.metrics)}", self.headline)
        if self.average not in AVERAGES:
            refuse(f"average must be one of {', '.join(AVERAGES)}", self.average)
        mirrored = sorted(round(1.0 - q, 12) for q in self.quantiles)
        if any(not 0 < q < 1 for q in self.quantiles) or mirrored != [round(q, 12) for q in self.quantiles]:
            refuse("quantiles must rise, lie in (0, 1) and be symmetric around 0.5", self.quantiles)


def stable_hash(text: str) -> int:
    """The same whole number for the same text on every machine and in every process."""
    return zlib.crc32(text.encode())


def _dataset_series(name: str, last: int | None, max_series: int | None) -> list[TaskSeries]:
    data = datasets.load(name)
    if isinstance(data, pd.Series):
        columns = {name: data}
    elif isinstance(data.index, pd.MultiIndex):
        groups = data.groupby(level=0, sort=False)
        columns = {str(key): frame.droplevel(0).iloc[:, 0] for key, frame in groups}
    else:
        columns = {column: data[column] for column in datasets.get_dataset(name).targets}
    names = list(columns)
    if max_series is not None and max_series < len(names):
        names = [names[i] for i in np.linspace(0, len(names) - 1, max_series).round().astype(int)]
    keep = slice(-last if last is not None else None, None)
    return [TaskSeries(key, columns[key].rename(key)[keep]) for key in names]
