"""One way to fit and predict for models of darts and of sktime.

A door takes histories as pandas Series and gives :class:`Forecast`; which framework stands behind it, no
other module of the harness knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from darts import TimeSeries
from darts.models.forecasting.forecasting_model import GlobalForecastingModel

# Samples drawn from darts models, whose intervals come by simulation.
_NUM_SAMPLES = 1000


@dataclass(frozen=True, eq=False)
class Forecast:
    """mean : (horizon,), unit of the series.   quantiles : (n_levels, horizon), or None without intervals."""

    mean: np.ndarray
    quantiles: np.ndarray | None

    def largest_difference(self, other: Forecast) -> float:
        """The largest absolute difference of a value; infinite where one of them alone has quantiles."""
        difference = float(np.abs(self.mean - other.mean).max())
        if self.quantiles is None and other.quantiles is None:
            return difference
        if self.quantiles is None or other.quantiles is None:
            return np.inf
        return max(difference, float(np.abs(self.quantiles - other.quantiles).max()))


class Door(Protocol):
    """A model behind one interface.

    is_global : whether one fit serves many series.
    """

    is_global: bool

    def fit(self, histories: Sequence[pd.Series]) -> None:
        """Fit anew: a global model on all histories, a local one on the only one."""

    def predict(self, histories: Sequence[pd.Series], *, since_fit: int) -> list[Forecast]:
        """Forecast what follows each history.

        since_fit : samples that came since a local model was fitted; the history ends with them.
        """


def open_door(model: Any, horizon: int, levels: Sequence[float]) -> Door:
    """The door for a model.

    horizon : samples to forecast.   levels : quantiles to forecast where the model can.
    Raises TypeError where the model is neither darts' nor sktime's.
    """
    frameworks = {parent.__module__.split(".")[0] for parent in type(model).__mro__}
    if "darts" in frameworks:
        return DartsDoor(model, horizon, levels)
    if "sktime" in frameworks:
        return SktimeDoor(model, horizon, levels)
    raise TypeError(f"a model must be a darts or sktime forecaster, got {type(model)!r}")


class DartsDoor:
    """Models of darts: local, transferable or global."""

    def __init__(self, model: Any, horizon: int, levels: Sequence[float]) -> None:
        self.model, self.horizon, self.levels = model, horizon, levels
        self.is_global = isinstance(model, GlobalForecastingModel)
        # A network with a likelihood answers with one draw: its point forecast is the mean of many.
        self._draws_points = getattr(model, "likelihood", None) is not None and any(
            parent.__name__ == "TorchForecastingModel" for parent in type(model).__mro__
        )

    def fit(self, histories: Sequence[pd.Series]) -> None:
        series = [_darts_series(history) for history in histories]
        self.model = self.model.untrained_model()
        self.model.fit(series if self.is_global else series[0])

    def predict(self, histories: Sequence[pd.Series], *, since_fit: int) -> list[Forecast]:
        series = [_darts_series(history) for history in histories]
        n, options = self.horizon, {}
        if self.is_global:
            options["series"] = series
        elif self.model.supports_transferable_series_prediction:
            options["series"] = series[0]
        else:
            # A local model knows its fitted series alone: it forecasts across the samples that came since.
            n = since_fit + self.horizon
        points = None if self._draws_points else self._ahead(self.model.predict(n, **options))
        samples = None
        if self._draws_points or (self.levels and self.model.supports_probabilistic_prediction):
            samples = self._ahead(self.model.predict(n, num_samples=_NUM_SAMPLES, **options))
        quantiles = None
        if samples is not None and self.levels:
            quantiles = [np.quantile(one, self.levels, axis=1) for one in samples]
        means = [one.mean(axis=1) for one in points or samples or []]
        return [Forecast(mean, quantiles[i] if quantiles else None) for i, mean in enumerate(means)]

    def _ahead(self, forecasts: Any) -> list[np.ndarray]:
        """The last horizon of each forecast, (horizon, n_samples); darts gives one series, or a list."""
        forecasts = forecasts if isinstance(forecasts, list) else [forecasts]
        return [one.all_values()[-self.horizon :, 0] for one in forecasts]


def _darts_series(history: pd.Series) -> TimeSeries:
    # What from_series gives, without its way through a data frame: a panel of 10,000 signals took seconds.
    return TimeSeries(times=history.index, values=history.to_numpy(), components=[str(history.name)])


class SktimeDoor:
    """Forecasters of sktime, fitted to one series at a time."""

    is_global = False

    def __init__(self, model: Any, horizon: int, levels: Sequence[float]) -> None:
        self.model, self.levels = model, list(levels)
        self._fh = np.arange(1, horizon + 1)
        self._seen_since_fit = 0

    def fit(self, histories: Sequence[pd.Series]) -> None:
        self.model = self.model.clone()
        # Some forecasters, such as direct reductions, must know the horizon before they learn.
        self.model.fit(histories[0], fh=self._fh)
        self._seen_since_fit = 0

    def predict(self, histories: Sequence[pd.Series], *, since_fit: int) -> list[Forecast]:
        if since_fit > self._seen_since_fit:
            self.model.update(histories[0].iloc[self._seen_since_fit - since_fit :], update_params=False)
            self._seen_since_fit = since_fit
        mean = np.asarray(self.model.predict(self._fh), dtype=np.float64).ravel()
        if not (self.levels and self.model.get_tag("capability:pred_int")):
            return [Forecast(mean, None)]
        quantiles = self.model.predict_quantiles(self._fh, alpha=self.levels)
        return [Forecast(mean, quantiles.to_numpy(dtype=np.float64).T)]
