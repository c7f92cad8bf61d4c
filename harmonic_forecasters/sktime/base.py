"""What the spectral sktime forecasters share: labels in, labels out, and no mathematics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sktime.forecasting.base import ForecastingHorizon

from harmonic_forecasters._calendar import candidate_seasons
from harmonic_forecasters.sktime.memory import RememberingForecaster
from harmonic_forecasters.sktime.samples import (
    horizon_samples,
    last_samples,
    regressor_samples,
    regular_samples,
    sampling_step,
)
from harmonic_forecasters.spectral import Continuation, FloatArray


class SpectralForecaster(RememberingForecaster):
    """Base of the forecasters that fit a spectral method to the last samples of a series.

    A forecaster adds its parameters, ``window_length`` among them (None: all samples), and
    :meth:`_fit_windows`, which works on arrays. The base translates labels to sample numbers and answers for
    the rest of sktime's interface:

    * All columns are fitted as one batch. Panels and hierarchies are looped over by sktime.
    * A label that the index skips is a missing value, as is NaN. The method says how it treats them.
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

    def _fit_windows(
        self, block: FloatArray, regressors: FloatArray | None, candidates: Sequence[float] | None
    ) -> Continuation:
        """Fit to the windows of all columns, (n_series, n_samples), NaN for missing values.

        regressors : (n_regressors, n_samples), finite; None without X.
        candidates : periods that the calendar suggests, samples; None where the samples follow no calendar.
        """
        raise NotImplementedError

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
        regressors = regressor_samples(X, y.index[0], step, numbers)
        self._fitted_windows = self._fit_windows(window, regressors, candidate_seasons(step))
        self._step = step
        self._first_label, self._first_sample = y.index[0], first_sample

    @property
    def spectrum_(self) -> pd.DataFrame:
        """The sinusoids, made into a table whenever asked for, so that a fit does not take the time."""
        self.check_is_fitted()
        if not hasattr(self, "_fitted_windows"):
            # An AttributeError, so that sktime leaves it out of the fitted parameters.
            raise AttributeError(
                "spectrum_ is of one series: a forecaster of a panel holds one for each, in forecasters_"
            )
        columns = zip(self._cur_y.columns, self._fitted_windows.tables(), strict=True)
        tables = {name: pd.DataFrame(table) for name, table in columns}
        return pd.concat(tables, names=["component", None]).reset_index(0).reset_index(drop=True)

    def _ahead(
        self, fh: ForecastingHorizon, X: pd.DataFrame | None
    ) -> tuple[pd.Index, Continuation, NDArray[np.int64]]:
        """What fh asks for: its labels, what answers, and samples since the first one of the window."""
        labels, numbers = horizon_samples(fh, self._cutoff, self._first_label, self._step)
        t = numbers - self._first_sample
        known = self._known_covariates(X)
        regressors = regressor_samples(known, self._first_label, self._step, numbers)
        fit = self._fitted_windows
        return labels, fit if regressors is None else fit.given(t, regressors), t

    def _predict(self, fh: ForecastingHorizon, X: pd.DataFrame | None) -> pd.DataFrame:
        labels, fit, t = self._ahead(fh, X)
        return pd.DataFrame(fit.evaluate(t).T, index=labels, columns=self._cur_y.columns)

    def _predict_var(self, fh: Any, X: pd.DataFrame | None, cov: bool = False) -> pd.DataFrame:  # noqa: ARG002
        labels, fit, t = self._ahead(fh, X)
        return pd.DataFrame(fit.variance(t).T, index=labels, columns=self._cur_y.columns)

    def _predict_quantiles(self, fh: Any, X: pd.DataFrame | None, alpha: list[float]) -> pd.DataFrame:
        labels, fit, t = self._ahead(fh, X)
        rows = fit.quantiles(t, alpha).transpose(1, 0, 2).reshape(len(labels), -1)
        columns = pd.MultiIndex.from_product([self._cur_y.columns, alpha])
        return pd.DataFrame(rows, index=labels, columns=columns)
