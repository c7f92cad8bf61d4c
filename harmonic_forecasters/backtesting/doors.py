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


class Door(Protocol):
    """A model behind one interface.

    is_global : whether one fit serves many series.
    """

    is_global: bool

    def fit(self, histories: Sequence[pd.Series]) -> None:
        """Fit anew: a global model on all histories, a local one on the only one."""

    def predict(
        self, histories: Sequence[pd.Series], horizon: int, levels: Sequence[float], *, since_fit: int
    ) -> list[Forecast]:
        """Forecast what follows each history.

        levels : quantiles to forecast where the model can.
        since_fit : samples that came since a local model was fitted; the history ends with them.
        """


def open_door(model: Any) -> Door:
    """The door for a model.

    Raises TypeError where the model is neither darts' nor sktime's.
    """
    frameworks = {parent.__module__.split(".")[0] for parent in type(model).__mro__}
    if "darts" in frameworks:
        return DartsDoor(model)
    if "sktime" in frameworks:
        return SktimeDoor(model)
    raise TypeError(f"a model must be a darts or sktime forecaster, got {type(model)!r}")


class DartsDoor:
    """Models of darts: local, transferable or global."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.is_global = isinstance(model, GlobalForecastingModel)

    def fit(self, histories: Sequence[pd.Series]) -> None:
        series = [TimeSeries.from_series(history) for history in histories]
        self.model = self.model.untrained_model()
        self.model.fit(series if self.is_global else series[0])

    def predict(
        self, histories: Sequence[pd.Series], horizon: int, levels: Sequence[float], *, since_fit: int
    ) -> list[Forecast]:
        series = [TimeSeries.from_series(history) for history in histories]
        n, options = horizon, {}
        if self.is_global:
            options["series"] = series
        elif self.model.supports_transferable_series_prediction:
            options["series"] = series[0]
        else:
            # A local model knows its fitted series alone: it forecasts across the samples that came since.
            n = since_fit + horizon
        means = _as_list(self.model.predict(n, **options))
        if not (levels and self.model.supports_probabilistic_prediction):
            return [Forecast(mean.values()[-horizon:, 0], None) for mean in means]
        sampled = _as_list(self.model.predict(n, num_samples=_NUM_SAMPLES, **options))
        return [
            Forecast(
                mean.values()[-horizon:, 0],
                np.quantile(samples.all_values()[-horizon:, 0], levels, axis=1),
            )
            for mean, samples in zip(means, sampled, strict=True)
        ]


class SktimeDoor:
    """Forecasters of sktime, fitted to one series at a time."""

    is_global = False

    def __init__(self, model: Any) -> None:
        self.model = model
        self._seen_since_fit = 0

    def fit(self, histories: Sequence[pd.Series]) -> None:
        self.model = self.model.clone()
        self.model.fit(histories[0])
        self._seen_since_fit = 0

    def predict(
        self, histories: Sequence[pd.Series], horizon: int, levels: Sequence[float], *, since_fit: int
    ) -> list[Forecast]:
        fh = np.arange(1, horizon + 1)
        if since_fit > self._seen_since_fit:
            self.model.update(histories[0].iloc[self._seen_since_fit - since_fit :], update_params=False)
            self._seen_since_fit = since_fit
        mean = np.asarray(self.model.predict(fh), dtype=np.float64).ravel()
        if not (levels and self.model.get_tag("capability:pred_int")):
            return [Forecast(mean, None)]
        quantiles = self.model.predict_quantiles(fh, alpha=list(levels))
        return [Forecast(mean, quantiles.to_numpy(dtype=np.float64).T)]


def _as_list(forecasts: Any) -> list[Any]:
    return forecasts if isinstance(forecasts, list) else [forecasts]
