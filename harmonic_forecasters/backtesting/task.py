"""A task: the series to forecast, from which origins, how far, and by which scores it is judged."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from pydantic import model_validator

from harmonic_forecasters import datasets
from harmonic_forecasters.backtesting.checked import Checked, Text
from harmonic_forecasters.backtesting.options import (
    DatasetOption,
    Metrics,
    NaturalNumber,
    Quantiles,
    RandomFactor,
    SignalsOption,
    WholeNumber,
    WholeNumberOrNone,
)
from harmonic_forecasters.backtesting.scores import METRICS
from harmonic_forecasters.backtesting.series import (
    TaskSeries,
    dataset_series,
    signal_parameters,
    signal_series,
    stable_hash,
)
from harmonic_forecasters.datasets.own import OwnDataset


class Task(Checked):
    """A backtest with rolling origins.

    name : unique within a suite.
    dataset : a name of :mod:`harmonic_forecasters.datasets`; or the user's own data: a path of a CSV or
        Parquet file, a pandas Series or DataFrame, a darts TimeSeries, what
        :func:`~harmonic_forecasters.datasets.own_dataset` returns, or its arguments as a mapping, such as
        ``{"file": path, "time": column, "value": column}``. It is read once, when the task is made.
    signals : instead of a dataset, a generator of :mod:`harmonic_forecasters.signals`:
        ``{"kind": name, **arguments}``, seeded by the suite. Made once here, to check the arguments.
    random_factor : (lowest, highest), signals only: models see each signal times its own random factor, drawn
        log-uniformly, and scores are taken after dividing by it, so that no model can rely on the scale.
    horizon : samples to forecast from each origin.
    origins : forecasts per series; the last one ends with the series, and they lie ``stride`` samples apart.
    stride : None for ``horizon`` (forecasts that do not overlap).
    window : samples before an origin that models see; None for all.
    refit_every : local models are fitted again after this many origins; 0: only at the first.
    training_signals : signals only: how many signals, of another seed, to train global models on. With 0,
        global models train on what lies before the first origin.
    last : use only this many samples at the end of each series; None for all.
    max_series : use only this many series, evenly spread over the dataset; None for all.
    seasonality : samples per season: the lag of the seasonal naive forecast that scales MASE and RMSSE. None
        takes the dataset's main one, that of the frequency for the user's own data, and 1 for signals.
    metrics : names in :data:`.scores.METRICS`.
    quantiles : levels to forecast where a model can, in (0, 1), symmetric around 0.5.
    headline, average : the metric that ranks models on this task and its average over windows.
    group : tasks of a group share a leaderboard.

    Raises ValueError where an option is out of its range; the message names the task, rule and value.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.date_range("2024-01-01", periods=60, freq="D")
    >>> task = Task(name="sales", dataset=pd.Series(range(60), days), horizon=7, origins=2)
    >>> task.season, task.origins_of(60)
    (7, [46, 53])
    """

    kind = "task"

    name: Text
    horizon: WholeNumber
    dataset: DatasetOption = None
    signals: SignalsOption = None
    random_factor: RandomFactor = None
    origins: WholeNumber = 1
    stride: WholeNumberOrNone = None
    window: WholeNumberOrNone = None
    refit_every: NaturalNumber = 1
    training_signals: NaturalNumber = 0
    last: WholeNumberOrNone = None
    max_series: WholeNumberOrNone = None
    seasonality: WholeNumberOrNone = None
    metrics: Metrics = ("mase", "rmsse", "smape", "rmse", "mae", "mse")
    quantiles: Quantiles = (0.025, 0.1, 0.5, 0.9, 0.975)
    headline: str = "mase"
    average: Literal["mean", "geometric mean"] = "mean"
    group: Text = "real"

    @property
    def season(self) -> int:
        """Samples per season, given or the dataset's."""
        if self.seasonality is not None:
            return self.seasonality
        if self.dataset is None:
            return 1
        own = isinstance(self.dataset, OwnDataset)
        return (self.dataset if own else datasets.get_dataset(self.dataset)).seasonality

    @property
    def step_between_origins(self) -> int:
        """Samples from one origin to the next."""
        return self.stride if self.stride is not None else self.horizon

    @property
    def lookback(self) -> int:
        """Samples that a model with a fixed input should take: the window, or two seasons or horizons."""
        return self.window if self.window is not None else 2 * max(self.season, self.horizon)

    def origins_of(self, n_samples: int) -> list[int]:
        """Numbers of samples before each forecast, earliest first.

        Raises ValueError if a series of ``n_samples`` is too short for the task.
        """
        try:
            self._check_length(n_samples)
        except ValueError as error:
            raise ValueError(f"task {self.name!r}: {error}") from None
        last = n_samples - self.horizon
        return [last - k * self.step_between_origins for k in reversed(range(self.origins))]

    def load(self, seed: int) -> list[TaskSeries]:
        """The series to forecast; the seed matters for signals only."""
        if self.signals is not None:
            return self._signal_series(self._generator(seed, "evaluation"))
        return dataset_series(self.dataset, last=self.last, max_series=self.max_series)

    def training_panel(self, seed: int) -> list[TaskSeries]:
        """Signals of another seed to train global models on; empty where the task has none."""
        if self.training_signals == 0:
            return []
        return self._signal_series(self._generator(seed, "training"), n_signals=self.training_signals)

    def as_record(self) -> dict[str, Any]:
        """The options as plain values; the user's own data as the hash of their content."""
        options = {option: getattr(self, option) for option in type(self).model_fields}
        if isinstance(self.dataset, OwnDataset):
            options["dataset"] = self.dataset.content
        return options

    def _generator(self, seed: int, part: str) -> np.random.Generator:
        return np.random.default_rng([seed, stable_hash(self.name), stable_hash(part)])

    def _signal_series(self, rng: np.random.Generator, **overrides: int) -> list[TaskSeries]:
        signals = {**self.signals, **overrides}
        return signal_series(signals, rng, random_factor=self.random_factor, last=self.last)

    def _check_length(self, n_samples: int) -> None:
        least = self.horizon + (self.origins - 1) * self.step_between_origins
        if n_samples <= least:
            raise ValueError(
                f"{self.origins} origin(s), {self.step_between_origins} samples apart, and a horizon of "
                f"{self.horizon} need a series of more than {least} samples, got {n_samples}"
            )

    @model_validator(mode="after")
    def _check(self) -> Self:
        """The rules between options; those of one option stand at the option."""
        if self.headline not in self.metrics:
            raise ValueError(
                f"headline must be one of its metrics, {', '.join(self.metrics)}, got {self.headline!r}"
            )
        if not METRICS[self.headline].ranks:
            raise ValueError(f"headline must be a metric of the mean forecast, got {self.headline!r}")
        if (self.dataset is None) == (self.signals is None):
            given = "neither" if self.dataset is None else "both"
            raise ValueError(f"exactly one of dataset and signals must be given, got {given}")
        if self.signals is not None:
            self._check_signals()
            return self
        if self.training_signals or self.random_factor:
            raise ValueError(
                f"training_signals and random_factor need signals, not a dataset, got {self.dataset!s}"
            )
        if METRICS[self.headline].clean:
            raise ValueError(
                "headline must not be a clean_ metric: only signals are known without noise, "
                f"got {self.headline!r}"
            )
        if isinstance(self.dataset, OwnDataset):
            for one in self.load(0):
                self._check_length(len(one.values))
        return self

    def _check_signals(self) -> None:
        kind = self.signals["kind"]
        if self.training_signals and "n_signals" not in signal_parameters(kind):
            raise ValueError(f"training_signals need a kind of signals with n_signals, got {kind!r}")
        try:
            made = self._signal_series(np.random.default_rng(0))
        except (TypeError, ValueError) as error:
            raise ValueError(f"signals: {error}") from error
        self._check_length(len(made[0].values))
