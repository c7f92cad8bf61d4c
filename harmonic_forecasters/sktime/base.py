"""What the spectral forecasters of the sktime door share: labels in, labels out, and no mathematics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri
from sktime.forecasting.base import ForecastingHorizon

from harmonic_forecasters.sktime.memory import RememberingForecaster
from harmonic_forecasters.sktime.samples import (
    horizon_samples,
    last_samples,
    regressor_samples,
    regular_samples,
    sampling_step,
)
from harmonic_forecasters.spectral.inputs import FloatArray
from harmonic_forecasters.spectral.lines import LineSpectrum, Table


class FittedWindow(Protocol):
    """What a spectral method knows of a window, t counted in samples from the window's first one.

    One that was fitted with regressors asks for these at the times t too, (n_regressors, n_times).
    """

    @property
    def evaluate(self) -> Callable[..., FloatArray]:
        """Values at the times t, any sign: (n_times,) to (n_series, n_times)."""

    def lines(self) -> LineSpectrum:
        """The sinusoids found."""


class SpectralForecaster(RememberingForecaster):
    """Base of the forecasters that fit a spectral method to the last samples of a series.

    A forecaster adds its parameters, ``window_length`` among them (None: all samples), and the two methods
    that work on arrays: :meth:`_fit_window` and :meth:`_forecast_deviation`. The base translates labels to
    sample numbers and answers for the rest of sktime's interface:

    * All columns are fitted as one batch. Panels and hierarchies are looped over by sktime.
    * A label that the index skips is a missing value. NaN is filled as ``spectral.inputs.as_windows`` says.
    * An integer index counts labels, as everywhere in sktime: with labels 0, 2, 4 the next sample is
      ``fh=[2]``, and ``fh=[1]``, which lies between two samples, is refused.
    * ``X``, where a forecaster takes it, must hold every sample of the window and every step asked for, known
      from ``fit`` and updates or given to ``predict``.
    * ``fh`` of zero and below gives fitted values; before the window, the same model continued backwards.
    * ``update(..., update_params=True)`` fits again to all data seen up to the new cutoff. With
      ``update_params=False`` the fitted model stays where it is in time and forecasts from the new cutoff
      on; the data are remembered for the next fit. An update that fails changes nothing.
    * Options are checked in ``fit``. As with every sktime estimator, a ``fit`` that fails leaves the
      forecaster unfitted, whatever it was before.
    """

    _tags: ClassVar[dict[str, Any]] = {
        "authors": "harmonic_forecasters developers",
        "maintainers": "harmonic_forecasters developers",
        "y_inner_mtype": "pd.DataFrame",
        "X_inner_mtype": "pd.DataFrame",
        "X-y-must-have-same-index": False,
        "requires-fh-in-fit": False,
        "capability:multivariate": True,
        "capability:exogenous": False,
        "capability:missing_values": True,
        "capability:insample": True,
        "capability:pred_int": True,
        "capability:pred_int:insample": True,
        "capability:update": True,
        "property:randomness": "deterministic",
    }

    window_length: int | None

    def _fit_window(self, window: FloatArray, *regressors: FloatArray) -> FittedWindow:
        """Fit to the window, (n_series, n_samples), NaN for missing values.

        regressors : one array where there is X, (n_regressors, n_samples), finite.
        """
        raise NotImplementedError

    def _forecast_deviation(
        self, window: FloatArray, t: NDArray[np.int64], *regressors: FloatArray
    ) -> FloatArray:
        """Standard deviation of forecast errors at the times t, (n_series, n_times).

        regressors : one array where there is X, (n_regressors, n_times), finite.
        """
        raise NotImplementedError

    def _columns(self, model: FittedWindow, window: FloatArray) -> list[Table]:
        """The columns of ``spectrum_`` for each series of the window."""
        lines = model.lines()
        return [lines.columns(i) for i in range(len(window))]

    def _learn(self, y: pd.DataFrame, X: pd.DataFrame | None) -> None:
        if y.empty:
            raise ValueError(
                f"a series must have at least 1 sample(s) and a table at least 1 column, got {y.shape}"
            )
        step = sampling_step(y.index, getattr(self._cutoff, "freq", None))
        samples = regular_samples(y, step)
        window = last_samples(samples, self.window_length)
        first_sample = samples.shape[1] - window.shape[1]
        numbers = np.arange(first_sample, samples.shape[1])
        model = self._fit_window(window, *regressor_samples(X, y.index[0], step, numbers))
        self._model, self._window, self._step = model, window, step
        self._first_label, self._first_sample = y.index[0], first_sample

    @property
    def spectrum_(self) -> pd.DataFrame:
        """The sinusoids, made into a table whenever asked for, so that a fit does not take the time."""
        self.check_is_fitted()
        if not hasattr(self, "_model"):
            # An AttributeError, so that sktime leaves it out of the fitted parameters.
            raise AttributeError(
                "spectrum_ is of one series: a forecaster of a panel holds one for each, in forecasters_"
            )
        columns = self._columns(self._model, self._window)
        tables = {name: pd.DataFrame(columns[i]) for i, name in enumerate(self._cur_y.columns)}
        return pd.concat(tables, names=["component", None]).reset_index(0).reset_index(drop=True)

    def _asked(
        self, fh: ForecastingHorizon, X: pd.DataFrame | None
    ) -> tuple[pd.Index, tuple[NDArray[np.int64], *tuple[FloatArray, ...]]]:
        """What fh asks for: labels, samples since the first one of the window, and the regressors if any."""
        labels, numbers = horizon_samples(fh, self._cutoff, self._first_label, self._step)
        known = self._known_covariates(X)
        regressors = regressor_samples(known, self._first_label, self._step, numbers)
        return labels, (numbers - self._first_sample, *regressors)

    def _predict(self, fh: ForecastingHorizon, X: pd.DataFrame | None) -> pd.DataFrame:
        labels, asked = self._asked(fh, X)
        return pd.DataFrame(self._model.evaluate(*asked).T, index=labels, columns=self._cur_y.columns)

    def _predict_var(self, fh: Any, X: pd.DataFrame | None, cov: bool = False) -> pd.DataFrame:  # noqa: ARG002
        labels, asked = self._asked(fh, X)
        deviation = self._forecast_deviation(self._window, *asked)
        return pd.DataFrame(deviation.T**2, index=labels, columns=self._cur_y.columns)

    def _predict_quantiles(self, fh: Any, X: pd.DataFrame | None, alpha: list[float]) -> pd.DataFrame:
        labels, asked = self._asked(fh, X)
        mean, deviation = self._model.evaluate(*asked), self._forecast_deviation(self._window, *asked)
        # Normal errors: q = mean + deviation Phi^-1(alpha), (n_series, n_times, n_quantiles).
        quantiles = mean[:, :, None] + deviation[:, :, None] * ndtri(alpha)
        columns = pd.MultiIndex.from_product([self._cur_y.columns, alpha])
        rows = quantiles.transpose(1, 0, 2).reshape(len(labels), -1)
        return pd.DataFrame(rows, index=labels, columns=columns)
