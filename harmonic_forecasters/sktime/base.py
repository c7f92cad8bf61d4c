"""What the spectral forecasters of the sktime door share: labels in, labels out, and no mathematics."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_integer_dtype
from scipy.special import ndtri
from sktime.datatypes import update_data
from sktime.forecasting.base import BaseForecaster, ForecastingHorizon

from harmonic_forecasters.sktime.samples import (
    check_label_kind,
    last_samples,
    regular_samples,
    sample_numbers,
    sampling_step,
)
from harmonic_forecasters.spectral.inputs import FloatArray
from harmonic_forecasters.spectral.lines import LineSpectrum

# What sktime writes to a forecaster before it hands over the data of an update.
_WRITTEN_BEFORE_UPDATE = ("_cutoff", "_y_metadata", "_y_mtype_last_seen")


class FittedWindow(Protocol):
    """What a spectral method knows of a window, t counted in samples from the window's first one."""

    def evaluate(self, t: NDArray[np.int64]) -> FloatArray:
        """Values at the times t, any sign: (n_times,) to (n_series, n_times)."""

    def lines(self) -> LineSpectrum:
        """The sinusoids found."""


class SpectralForecaster(BaseForecaster):
    """Base of the forecasters that fit a spectral method to the last samples of a series.

    A forecaster adds its parameters, ``window_length`` among them (None: all samples), and the two methods
    that work on arrays: :meth:`_fit_window` and :meth:`_forecast_deviation`. The base translates labels to
    sample numbers and answers for the rest of sktime's interface:

    * All columns are fitted as one batch. Panels and hierarchies are looped over by sktime.
    * A label that the index skips is a missing value. NaN is filled as ``spectral.inputs.as_windows`` says.
    * An integer index counts labels, as everywhere in sktime: with labels 0, 2, 4 the next sample is
      ``fh=[2]``, and ``fh=[1]``, which lies between two samples, is refused.
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
    # The data are remembered here, in _cur_y: sktime's own memory is on its way out and warns at every turn.
    _config: ClassVar[dict[str, Any]] = {"remember_data": False}
    # sktime creates these only where it remembers from the start, and needs them where it is told to later.
    _y = None
    _X = None

    window_length: int | None

    def _fit_window(self, window: FloatArray) -> FittedWindow:
        """Fit to the window, (n_series, n_samples), NaN for missing values."""
        raise NotImplementedError

    def _forecast_deviation(self, window: FloatArray, t: NDArray[np.int64]) -> FloatArray:
        """Standard deviation of forecast errors at the times t, (n_series, n_times)."""
        raise NotImplementedError

    def _fit(self, y: pd.DataFrame, X: None, fh: ForecastingHorizon | None) -> Self:  # noqa: ARG002
        self._learn(y)
        self._remember(y.copy())
        return self

    def _remember(self, y: pd.DataFrame) -> None:
        """Keep what a failed update falls back to."""
        self._cur_y = y
        self._before_update = {name: getattr(self, name) for name in _WRITTEN_BEFORE_UPDATE}

    def _learn(self, y: pd.DataFrame) -> None:
        if y.empty:
            raise ValueError(
                f"a series must have at least 1 sample(s) and a table at least 1 column, got {y.shape}"
            )
        step = sampling_step(y.index, getattr(self._cutoff, "freq", None))
        samples = regular_samples(y, step)
        window = last_samples(samples, self.window_length)
        model = self._fit_window(window)
        self._model, self._window, self._step = model, window, step
        self._first_label, self._first_sample = y.index[0], samples.shape[1] - window.shape[1]
        lines = model.lines()
        tables = {name: pd.DataFrame(lines.columns(i)) for i, name in enumerate(y.columns)}
        self.spectrum_ = pd.concat(tables, names=["component", None]).reset_index(0).reset_index(drop=True)

    def _update(self, y: pd.DataFrame, X: None = None, update_params: bool = True) -> Self:  # noqa: ARG002
        try:
            known = self._known_with(y)
            if update_params:
                # After a step back in time, as in update_predict, what was seen later is not known yet.
                self._learn(known.loc[: self._cutoff[0]])
        except Exception:
            self.__dict__.update(self._before_update)
            raise
        self._remember(known)
        return self

    def _known_with(self, y: pd.DataFrame) -> pd.DataFrame:
        """The data known so far and the new ones y."""
        if not isinstance(y, pd.DataFrame):
            raise TypeError("update must have a single series, as fit had, got a panel")
        check_label_kind(y.index, self._cur_y.index)
        columns = self._cur_y.columns
        if y.shape[1] == 1 == len(columns):
            y = y.set_axis(columns, axis=1)
        elif set(y.columns) != set(columns):
            raise ValueError(f"update must have the columns of fit, {list(columns)}, got {list(y.columns)}")
        known = update_data(self._cur_y, y[columns])
        if isinstance(self._cutoff, pd.DatetimeIndex):
            # A few new dates need not show the frequency that sktime steps on with.
            self._set_cutoff(pd.DatetimeIndex([self._cutoff[0]], freq=self._step))
        return known

    def _labels_and_times(self, fh: ForecastingHorizon) -> tuple[pd.Index, NDArray[np.int64]]:
        """What fh asks for: labels, and samples since the first one of the window, (n_times,) each."""
        labels, steps = fh.to_absolute_index(self._cutoff), fh.to_pandas()
        check_label_kind(labels, self._cur_y.index)
        if fh.is_relative and is_integer_dtype(steps) and not is_integer_dtype(labels):
            # Steps are samples. The label of a step can leave the calendar: a day on across the change to
            # summer time is 24 hours on.
            cutoff = sample_numbers(self._cutoff, self._first_label, self._step)
            return labels, cutoff + steps.to_numpy() - self._first_sample
        return labels, sample_numbers(labels, self._first_label, self._step) - self._first_sample

    def _predict(self, fh: ForecastingHorizon, X: None) -> pd.DataFrame:  # noqa: ARG002
        labels, t = self._labels_and_times(fh)
        return pd.DataFrame(self._model.evaluate(t).T, index=labels, columns=self._cur_y.columns)

    def _predict_var(self, fh: ForecastingHorizon, X: None, cov: bool = False) -> pd.DataFrame:  # noqa: ARG002
        labels, t = self._labels_and_times(fh)
        deviation = self._forecast_deviation(self._window, t)
        return pd.DataFrame(deviation.T**2, index=labels, columns=self._cur_y.columns)

    def _predict_quantiles(self, fh: ForecastingHorizon, X: None, alpha: list[float]) -> pd.DataFrame:  # noqa: ARG002
        labels, t = self._labels_and_times(fh)
        mean, deviation = self._model.evaluate(t), self._forecast_deviation(self._window, t)
        # Normal errors: q = mean + deviation Phi^-1(alpha), (n_series, n_times, n_quantiles).
        quantiles = mean[:, :, None] + deviation[:, :, None] * ndtri(alpha)
        columns = pd.MultiIndex.from_product([self._cur_y.columns, alpha])
        rows = quantiles.transpose(1, 0, 2).reshape(len(labels), -1)
        return pd.DataFrame(rows, index=labels, columns=columns)
