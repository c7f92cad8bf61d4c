"""What untrained darts models have in common: series in, windows to the mathematics, series out."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Self

import numpy as np
import pandas as pd
from darts import TimeSeries
from darts.utils.historical_forecasts.optimized_historical_forecasts_torch import _create_dataset_bounds
from darts.utils.historical_forecasts.utils import _check_optimizable_historical_forecasts_global_models

from harmonic_forecasters._calendar import candidate_seasons
from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.darts.covariates import (
    check_covariates,
    check_covariates_use,
    covariates_along,
    refuse_covariates,
)
from harmonic_forecasters.darts.likelihoods import Show
from harmonic_forecasters.darts.rolling import (
    BatchForecast,
    Forecast,
    Question,
    asking,
    forecast_origins,
    rolling_windows,
)
from harmonic_forecasters.darts.series import (
    check_series,
    end_of,
    last_points,
    series_values,
    whole_forecasts,
)
from harmonic_forecasters.darts.traits import UntrainedTraits
from harmonic_forecasters.spectral import (
    Continuation,
    FloatArray,
    check_number,
    check_windows,
)


class UntrainedGlobalModel(UntrainedTraits, ABC):
    """A global darts model that learns nothing: a forecast depends on the window before it alone.

    A model fits windows (:meth:`_fit_windows`) and sets ``min_samples``, the fewest observed values in a
    window that it can forecast. One that ``supports_future_covariates`` gets them with the windows, as
    regressors. Windows come in blocks, which threads share, and a fit is dropped as soon as its answers are
    taken. Rolling forecasts without retraining are computed as one batch over all windows, series and
    components.

    input_chunk_length : samples in the window, the last ones of a series; None takes the whole series.
    output_chunk_length : samples forecast at once; further samples are forecast from windows that contain the
        previous forecasts. None forecasts any number at once.
    likelihood : how forecast errors are shown and sampled; None for point forecasts only.
    Raises ValueError where either is neither None nor a whole number within its range.
    """

    #: Values of windows per block; None for the default, which suits methods that solve for each window.
    values_per_block: int | None = None

    @abstractmethod
    def _fit_windows(
        self, block: FloatArray, regressors: FloatArray | None, candidates: Sequence[float] | None
    ) -> Continuation:
        """Fit the model to a block of windows.

        block : (n_windows, n_samples), NaN where a value is missing.
        regressors : (n_windows, n_regressors, n_samples), finite; None without covariates.
        candidates : periods that the calendar suggests, samples; None where the samples follow no calendar.
        """

    def fit(
        self,
        series: TimeSeries | Sequence[TimeSeries],
        past_covariates: None = None,
        future_covariates: TimeSeries | Sequence[TimeSeries] | None = None,
        verbose: bool | None = None,
    ) -> Self:
        """Check the series, and remember a single one, so that ``predict(n)`` needs no series.

        Series may differ in length, frequency and number of components, and so may covariates.
        future_covariates : if the model supports them, one for each series, at least over its window.
        Raises ValueError for a series that cannot be forecast (shorter than ``input_chunk_length``, with too
        few observed values in its window, an infinite one, or several samples per time stamp), for covariates
        that do not reach over the window or are not finite in it, and for those that the model does not
        support; the model then stays as it was.
        """
        refuse_covariates(self, past_covariates, future_covariates)
        checked = check_series(series, self.min_train_series_length)
        covariates = None if future_covariates is None else check_covariates(future_covariates, len(checked))
        for i, one in enumerate(checked):
            known = (
                None if covariates is None else self._known_covariates(one, covariates[i], i, end_of(one), 0)
            )
            self._check_window(self._last_window(one), 0 if known is None else known.shape[1])
        self.training_series = self.future_covariate_series = None
        self._uses_future_covariates = self._expect_future_covariates = False
        single = len(checked) == 1
        super().fit(
            checked[0] if single else checked,
            future_covariates=covariates[0] if covariates and single else covariates,
            verbose=verbose,
        )
        return self

    def predict(
        self,
        n: int,
        series: TimeSeries | Sequence[TimeSeries] | None = None,
        past_covariates: None = None,
        future_covariates: TimeSeries | Sequence[TimeSeries] | None = None,
        num_samples: int = 1,
        verbose: bool | None = None,
        predict_likelihood_parameters: bool = False,
        show_warnings: bool = True,
        random_state: int | None = None,
    ) -> TimeSeries | list[TimeSeries]:
        """The n samples after the end of each series.

        series : one series or a sequence, seen by ``fit`` or not; None takes the one that was fitted.
        future_covariates : needed after a fit with them, and refused after one without: one for each series,
            from the first time stamp of its window to the last of its forecast; None takes those that were
            fitted.
        Returns one forecast per series, in the dtype of the series, with its components, frequency, static
        covariates, hierarchy and metadata; a list where ``series`` is a sequence.
        num_samples : number of samples drawn from every forecast; more than 1 needs a likelihood.
        predict_likelihood_parameters : return the parameters of the likelihood instead of the forecast,
            without static covariates and hierarchy.
        random_state : seed of the samples; None goes on with numpy's own random numbers, as darts does.
        The other arguments are those of darts; past covariates must be None.
        Raises ValueError where n < 1, before ``fit``, without ``series`` after a fit on several, for a series
        that cannot be forecast, for covariates that do not reach far enough or are not finite, and where
        samples or parameters are asked for without a likelihood or beyond ``output_chunk_length``.
        """
        if future_covariates is None:
            future_covariates = self.future_covariate_series
        self._check_prediction(
            n,
            past_covariates=past_covariates,
            future_covariates=future_covariates,
            num_samples=num_samples,
            verbose=verbose,
            predict_likelihood_parameters=predict_likelihood_parameters,
            show_warnings=show_warnings,
            random_state=random_state,
        )
        series = self._given_or_fitted(series)
        checked = check_series(series, self.min_train_series_length)
        covariates = None if future_covariates is None else check_covariates(future_covariates, len(checked))
        origins = [end_of(one) for one in checked]
        show = Show(num_samples, predict_likelihood_parameters, random_state)
        points, like = self._answers(checked, covariates, origins, n, show)
        forecasts = [self._build_forecast_series(p[0], one) for p, one in zip(points, like, strict=True)]
        return forecasts[0] if isinstance(series, TimeSeries) else forecasts

    def spectrum(
        self, series: TimeSeries | None = None, future_covariates: TimeSeries | None = None
    ) -> pd.DataFrame:
        """The sinusoids in the window that forecasts are made from, one a row.

        series : a single series; None takes the one that was fitted.
        future_covariates : as in ``predict``, over the window; the sinusoids are those of what they leave.
        Columns: component; frequency (cycles per sample); period (samples); amplitude (unit of the series);
        phase (radians, of a cosine, at the first sample of the window); and those that a model adds.
        Raises ValueError for a sequence, and where ``predict`` would.
        """
        one = self._given_or_fitted(series)
        if not isinstance(one, TimeSeries):
            raise ValueError(f"series must be a single TimeSeries, got {type(one).__name__}")
        check_series(one, self.min_train_series_length)
        regressors = self._last_regressors(one, future_covariates)
        fit = self._fit_windows(self._last_window(one), regressors, candidate_seasons(one.freq))
        tables = [pd.DataFrame(each) for each in fit.tables()]
        table = pd.concat(tables, ignore_index=True)
        table.insert(0, "component", np.repeat(one.components, [len(t) for t in tables]))
        return table

    def _check_optimizable_historical_forecasts(self, retrain: bool | int | Callable[..., bool]) -> bool:
        return bool(_check_optimizable_historical_forecasts_global_models(retrain))

    def _optimized_historical_forecasts(
        self,
        series: Sequence[TimeSeries],
        *,
        start: pd.Timestamp | float | int | str | None,
        start_format: str,
        forecast_horizon: int,
        stride: int,
        overlap_end: bool,
        last_points_only: bool,
        show_warnings: bool,
        predict_kwargs: dict[str, Any] | None,
        **prediction: Any,
    ) -> list[TimeSeries] | list[list[TimeSeries]]:
        """Rolling forecasts of all series, computed together; darts calls this with keywords only."""
        # darts' own loop hands these to predict, so what predict refuses is refused here.
        inspect.signature(self.predict).bind(forecast_horizon, **(predict_kwargs or {}))
        covariates = prediction.pop("future_covariates")
        if covariates is None and self.future_covariate_series is not None:
            covariates = [self.future_covariate_series] * len(series)
        self._check_prediction(forecast_horizon, future_covariates=covariates, **prediction)
        checked = check_series(series, self.min_train_series_length)
        if covariates is not None:
            covariates = check_covariates(covariates, len(checked))
        # darts' own arithmetic of first and last origins; it needs no torch, whatever its module is called.
        bounds, _ = _create_dataset_bounds(
            self,
            series=checked,
            future_covariates=covariates,
            start=start,
            start_format=start_format,
            forecast_horizon=forecast_horizon,
            stride=stride,
            overlap_end=overlap_end,
            show_warnings=show_warnings,
        )
        origins = [range(int(first), int(last) + 1, stride) for first, last in bounds]
        show = Show(**{field: prediction[field] for field in Show._fields})
        points, like = self._answers(checked, covariates, origins, forecast_horizon, show)
        build = last_points if last_points_only else whole_forecasts
        return [build(*each) for each in zip(like, origins, points, strict=True)]

    def _answers(
        self,
        series: Sequence[TimeSeries],
        covariates: Sequence[TimeSeries] | None,
        origins: Sequence[range],
        n: int,
        show: Show,
    ) -> tuple[list[FloatArray], Sequence[TimeSeries]]:
        """What was asked for, from every origin of every series, and series that describe its columns."""
        if self.likelihood is None or show.is_mean:
            means = self._points(self._means, series, covariates, origins, n)
            return [each[..., 0] for each in means], series
        if show.predict_likelihood_parameters:
            asking_parameters = partial(self._asking, self.likelihood.parameters)
            parameters = self._points(asking_parameters, series, covariates, origins, n)
            shown = [each.reshape(*each.shape[:2], -1) for each in parameters]
            return shown, [self.likelihood.describe(one) for one in series]
        # Imported here, since scikit-learn takes as long to import as all else that this module needs.
        from sklearn.utils import check_random_state

        moments = self._points(partial(self._asking, self.likelihood.moments), series, covariates, origins, n)
        generator = check_random_state(show.random_state)  # None: numpy's own, as in darts
        return [self.likelihood.sample(each, show.num_samples, generator) for each in moments], series

    def _points(
        self,
        forecast_of: Callable[[Sequence[float] | None], Forecast],
        series: Sequence[TimeSeries],
        covariates: Sequence[TimeSeries] | None,
        origins: Sequence[range],
        n: int,
    ) -> list[FloatArray]:
        """Answers from every origin of every series, (n_origins, n, n_components, n_answers) each.

        forecast_of : the seasons that a calendar suggests, or None, to a forecast of windows that follow it.
        """
        alike: dict[Sequence[float] | None, list[int]] = {}
        for i, one in enumerate(series):
            alike.setdefault(candidate_seasons(one.freq), []).append(i)
        points: dict[int, FloatArray] = {}
        for candidates, rows in alike.items():
            known, ahead = None, 0
            if covariates is not None:
                known, ahead = (
                    [self._known_covariates(series[i], covariates[i], i, origins[i], n) for i in rows],
                    n,
                )
            found = forecast_origins(
                _n_steps(forecast_of(candidates), n),
                [series_values(series[i]) for i in rows],
                [origins[i] for i in rows],
                self.input_chunk_length,
                known,
                ahead,
            )
            points.update(zip(rows, found, strict=True))
        return [points[i] for i in range(len(series))]

    def _means(self, candidates: Sequence[float] | None) -> Forecast:
        """A forecast of the n expected samples after each window, (n_windows, n, 1), chunk by chunk."""
        chunk, ask = (
            self.output_chunk_length,
            self._asking(lambda fit, t: fit.evaluate(t)[:, :, None], candidates),
        )

        def forecast(windows: FloatArray, n: int, regressors: FloatArray | None) -> FloatArray:
            if chunk is None or n <= chunk:
                return ask(windows, n, regressors)
            n_samples, history = windows.shape[1], windows
            while history.shape[1] < n_samples + n:
                begin = 0 if self.input_chunk_length is None else history.shape[1] - n_samples
                ahead = min(chunk, n_samples + n - history.shape[1])
                known = None if regressors is None else regressors[:, :, begin : history.shape[1] + ahead]
                history = np.concatenate([history, ask(history[:, begin:], ahead, known)[:, :, 0]], axis=1)
            return np.asarray(history[:, n_samples:, None])

        return forecast

    def _asking(self, question: Question, candidates: Sequence[float] | None) -> Forecast:
        return asking(partial(self._fit_windows, candidates=candidates), question, self.values_per_block)

    def _known_covariates(
        self, series: TimeSeries, covariates: TimeSeries, i: int, origins: range, n: int
    ) -> FloatArray:
        """Covariates of series i at its time stamps and n after its end, (n_time_stamps + n, n_regressors).

        Raises ValueError unless they are known from the first window on until n after the last origin.
        """
        begin = 0 if self.input_chunk_length is None else origins[0] - self.input_chunk_length
        return covariates_along(series, covariates, i, begin, origins[-1] + n, len(series) + n)

    def _last_regressors(self, series: TimeSeries, covariates: TimeSeries | None) -> FloatArray | None:
        """(n_components, n_regressors, n_samples), those of the last window; None without covariates."""
        given = self.future_covariate_series if covariates is None else covariates
        check_covariates_use(self, given)
        if given is None:
            return None
        (checked,) = check_covariates(given, 1)
        known = self._known_covariates(series, checked, 0, end_of(series), 0)
        window: FloatArray = rolling_windows(known, end_of(series), self.input_chunk_length)[0]
        return np.repeat(window, series.n_components, axis=0)

    def _last_window(self, series: TimeSeries) -> FloatArray:
        """(n_components, n_samples), the window that forecasts of the future are made from."""
        (stack,) = rolling_windows(series_values(series), end_of(series), self.input_chunk_length)
        window: FloatArray = stack[0]
        return window

    def _given_or_fitted(self, series: Any) -> Any:
        if series is None and self.training_series is None:
            raise ValueError(
                "series must be given: the model was fitted on several series, saved with clean=True, or not "
                "fitted at all"
            )
        return self.training_series if series is None else series

    def _check_window(self, window: FloatArray, n_regressors: int = 0) -> None:
        """Raise ValueError unless the window, (n_components, n_samples), can be forecast."""
        observed = check_windows(window).observed.sum(axis=1)
        if observed.min() < self.min_samples:
            raise ValueError(
                f"a series must have at least {self.min_samples} observed values in its window, got "
                f"{observed.min()} in component {observed.argmin()}"
            )
        check_number(n_regressors, observed)

    def _check_prediction(
        self, n: int, *, past_covariates: Any, future_covariates: Any, num_samples: int, **options: Any
    ) -> None:
        check_whole_number("n", n, 1)
        refuse_covariates(self, past_covariates, future_covariates)
        # darts' own checks: fitted at all, nothing asked for that needs a likelihood and has none, covariates
        # where the fit had them.
        super().predict(n, future_covariates=future_covariates, num_samples=num_samples, **options)
        check_covariates_use(self, future_covariates)
        check_whole_number("num_samples", num_samples, 1)
        chunk = self.output_chunk_length
        if num_samples > 1 and chunk is not None and n > chunk:
            raise ValueError(
                f"num_samples must be 1 where n is above output_chunk_length={chunk}, as the errors of "
                f"forecasts made from forecasts are not known, got num_samples={num_samples} and n={n}"
            )


def _n_steps(forecast: Forecast, n: int) -> BatchForecast:
    return lambda windows, regressors: forecast(windows, n, regressors)
