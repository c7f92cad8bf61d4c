"""Models that record their calls or cheat. Suites name them ``spy_models:Class``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from darts.models import LinearRegressionModel, NaiveSeasonal
from sktime.forecasting.naive import NaiveForecaster

#: Calls of the models in this process, in order: (verb, values of the history).
LOG: list[tuple[str, np.ndarray]] = []
#: Returns the whole series with its future, for models that cheat.
LOOK: Callable[[], pd.Series] | None = None


def fits() -> list[np.ndarray]:
    return [values for verb, values in LOG if verb == "fit"]


class Counting(NaiveSeasonal):
    def fit(self, series, **kwargs):
        LOG.append(("fit", series.values().ravel()))
        return super().fit(series, **kwargs)


class CountingSktime(NaiveForecaster):
    def _fit(self, y, X, fh):
        LOG.append(("fit", np.ravel(y)))
        return super()._fit(y, X, fh)


class CountingGlobal(LinearRegressionModel):
    def fit(self, series, **kwargs):
        LOG.extend(("fit", one.values().ravel()) for one in series)
        return super().fit(series, **kwargs)


class Answering(NaiveSeasonal):
    """Forecasts a constant; the last ``missing`` steps are left out."""

    def __init__(self, value: float = 0.0, missing: int = 0):
        super().__init__(K=1)
        self.value, self.missing = value, missing

    def predict(self, n, **kwargs):
        forecast = super().predict(n, **kwargs)
        return forecast.with_values(np.full((n, 1), self.value))[: n - self.missing]


class NoisySktime(NaiveForecaster):
    """Adds noise from numpy's global generator to its forecasts. All its quantiles equal ``quantile``."""

    def __init__(self, quantile: float = 0.0):
        super().__init__()
        self.quantile = quantile

    def _predict(self, fh=None, X=None):
        return super()._predict(fh, X) + np.random.normal(size=len(fh))  # noqa: NPY002

    def _predict_quantiles(self, fh, X=None, alpha=None):
        columns = pd.MultiIndex.from_product([["y"], alpha])
        return pd.DataFrame(self.quantile, fh.to_absolute_index(self.cutoff), columns)


class Peeking(NaiveSeasonal):
    """Forecasts the true future, which LOOK shows, once its series has at least ``from_samples`` samples.

    weight : of the future in the forecast; the rest is an honest forecast.
    """

    def __init__(self, from_samples: int = 0, weight: float = 1.0):
        super().__init__(K=1)
        self.from_samples, self.weight = from_samples, weight

    def predict(self, n, **kwargs):
        honest = super().predict(n, **kwargs)
        series = LOOK()
        end = self.training_series.end_time()
        if series.index.get_loc(end) + 1 < self.from_samples:
            return honest
        future = series[series.index > end].to_numpy()[:n, None]
        return honest.with_values((1 - self.weight) * honest.values() + self.weight * future)


class PeekingSktime(NaiveForecaster):
    def _predict(self, fh=None, X=None):
        series = LOOK()
        labels = fh.to_absolute_index(self.cutoff)
        return pd.Series(series.loc[labels].to_numpy(), labels)


class PeekingIntoTheBatch(CountingGlobal):
    """Forecasts the largest value of all series in the same call."""

    def predict(self, n, series=None, **kwargs):
        largest = max(float(one.values().max()) for one in series)
        forecasts = super().predict(n, series=series, **kwargs)
        return [one.with_values(np.full((n, 1), largest)) for one in forecasts]


class PeekingThroughMemory(NaiveForecaster):
    """Forecasts the values that follow its series in memory, if there are any."""

    def fit(self, y, X=None, fh=None):
        super().fit(y, X, fh)
        self.given = y
        return self

    def _predict(self, fh=None, X=None):
        honest = super()._predict(fh, X)
        base = self.given.to_numpy()
        address = base.__array_interface__["data"][0]
        while isinstance(base.base, np.ndarray):
            base = base.base
        end = (address - base.__array_interface__["data"][0]) // base.itemsize + len(self.given)
        future = base.ravel()[end : end + len(fh)]
        return honest if len(future) < len(fh) else pd.Series(future, honest.index)
