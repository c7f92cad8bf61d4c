"""A task: the series to forecast, from which origins, how far, and by which scores it is judged."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

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
        ``{"kind": name, **arguments}``, seeded by the suite. Made once here, to check the arguments.
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
    seasonality : samples a season: the lag of the seasonal naive forecast that scales MASE and RMSSE. None
        takes the dataset's first one, and 1 for signals.
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
    seasonality: int | None = None
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
    def season(self) -> int:
        """Samples a season, stated or the dataset's."""
        if self.seasonality is not None:
            return self.seasonality
        return datasets.get_dataset(self.dataset).seasonality if self.dataset is not None else 1

    @property
    def step_between_origins(self) -> int:
        """Samples from one origin to the next."""
        return self.stride if self.stride is not None else self.horizon

    @property
    def lookback(self) -> int:
        """Samples that a model with a fixed input should take: the window, or two seasons or horizons."""
        return self.window if self.window is not None else 2 * max(self.season, self.horizon)

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
        # One generator has nothing random.
        seeded = {"random_state": rng} if "random_state" in _parameters(generate) else {}
        made = generate(**arguments, **seeded)
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
        def refuse(rule: str, value: object) -> NoReturn:
            raise ValueError(f"task {self.name!r}: {rule}, got {value!r}")

        for option in ("name", "group"):
            if not isinstance(getattr(self, option), str) or not getattr(self, option):
                refuse(f"{option} must be a text", getattr(self, option))
        for option in ("horizon", "origins"):
            if not _whole(getattr(self, option), 1):
                refuse(f"{option} must be a whole number of at least 1", getattr(self, option))
        for option in ("stride", "window", "last", "max_series", "seasonality"):
            if getattr(self, option) is not None and not _whole(getattr(self, option), 1):
                refuse(f"{option} must be None or a whole number of at least 1", getattr(self, option))
        for option in ("refit_every", "training_signals"):
            if not _whole(getattr(self, option), 0):
                refuse(f"{option} must be a whole number of at least 0", getattr(self, option))
        if self.random_factor is not None and not _is_range(self.random_factor):
            refuse("random_factor must be (lowest, highest) with 0 < lowest <= highest", self.random_factor)
        if not isinstance(self.metrics, tuple) or not self.metrics:
            refuse("metrics must be a list of at least one", self.metrics)
        for metric in self.metrics:
            if metric not in METRICS:
                refuse(f"metrics must be out of {', '.join(METRICS)}", metric)
        if self.headline not in self.metrics:
            refuse(f"headline must be one of its metrics, {', '.join(self.metrics)}", self.headline)
        if self.average not in AVERAGES:
            refuse(f"average must be one of {', '.join(AVERAGES)}", self.average)
        if not _are_levels(self.quantiles):
            refuse("quantiles must rise, lie in (0, 1) and be symmetric around 0.5", self.quantiles)
        if (self.dataset is None) == (self.signals is None):
            refuse("exactly one of dataset and signals must be given", (self.dataset, self.signals))
        if self.signals is not None:
            self._check_signals(refuse)
        elif self.training_signals or self.random_factor:
            refuse("training_signals and random_factor need signals, not a dataset", self.dataset)
        elif self.headline.startswith("clean_"):
            refuse(
                "headline must not be a clean_ metric: only signals are known without noise", self.headline
            )
        elif self.dataset not in datasets.list_datasets():
            refuse(f"dataset must be one of {', '.join(datasets.list_datasets())}", self.dataset)

    def _check_signals(self, refuse: Callable[[str, object], NoReturn]) -> None:
        if not isinstance(self.signals, Mapping) or self.signals.get("kind") not in GENERATORS:
            refuse(f"signals must be a mapping with a kind out of {', '.join(GENERATORS)}", self.signals)
        allowed = _parameters(GENERATORS[self.signals["kind"]]) - {"random_state"}
        for key in self.signals:
            if key not in {"kind"} | allowed:
                names = ", ".join(sorted(allowed)) or "no arguments"
                refuse(f"signals of kind {self.signals['kind']} take {names}", key)
        if self.training_signals and "n_signals" not in allowed:
            refuse("training_signals need a kind of signals with n_signals", self.signals["kind"])
        try:
            made = self._signals(np.random.default_rng(0))
        except (TypeError, ValueError) as error:
            raise ValueError(f"task {self.name!r}: signals: {error}") from error
        self.origins_of(len(made[0].values))


def _whole(value: object, lowest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= lowest


def _are_numbers(values: object) -> bool:
    return isinstance(values, tuple) and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in values
    )


def _is_range(values: Any) -> bool:
    return _are_numbers(values) and len(values) == 2 and 0 < values[0] <= values[1] < np.inf


def _are_levels(values: Any) -> bool:
    if not _are_numbers(values) or any(not 0 < q < 1 for q in values):
        return False
    mirrored = [round(1.0 - q, 12) for q in reversed(values)]
    return list(values) == sorted(set(values)) and mirrored == [round(q, 12) for q in values]


def _parameters(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters)


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
