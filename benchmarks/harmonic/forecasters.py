"""The forecasters of the study, all in one form: our methods, and the usual ones given the seasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from statsforecast.models import MSTL, AutoARIMA, AutoETS, AutoTheta, SeasonalNaive

from harmonic_forecasters._calendar import candidate_seasons
from harmonic_forecasters.spectral import METHODS, check_windows, fit_harmonic

FloatArray = NDArray[np.float64]
#: Longer seasons take AutoARIMA minutes per fit.
LONGEST_ARIMA_SEASON = 24


class Forecast(NamedTuple):
    """Mean and standard deviation of what will be observed, (n_series, horizon) each; None: not forecast."""

    mean: FloatArray
    deviation: FloatArray | None = None


#: (windows, (n_series, n_samples), NaN where missing; horizon; seasons in samples; frequency) -> forecast.
#: The frequency is a pandas alias, "" where there is none.
Forecaster = Callable[[FloatArray, int, tuple[int, ...], str], Forecast]


def harmonic(method: str, *, given: bool = False) -> Forecaster:
    """One of our methods, given the seasons as periods, or the frequency alone."""

    def forecast(windows: FloatArray, horizon: int, seasons: tuple[int, ...], frequency: str) -> Forecast:
        ahead = windows.shape[1] + np.arange(horizon)
        # A season of one sample is none.
        periods = [season for season in seasons if given and season > 1]
        candidates = candidate_seasons(frequency) if frequency else None
        fitted = fit_harmonic(windows, method=method, periods=periods or None, candidates=candidates)
        result = Forecast(fitted.evaluate(ahead), np.sqrt(fitted.variance(ahead)))
        if not np.isfinite(result).all():
            raise RuntimeError(f"method {method!r} returned values that are not finite")
        return result

    return forecast


def _each(model_of: Callable[[tuple[int, ...]], Any]) -> Forecaster:
    """A statsforecast model, fitted series by series; gaps are filled on a straight line."""

    def forecast(windows: FloatArray, horizon: int, seasons: tuple[int, ...], frequency: str) -> Forecast:  # noqa: ARG001
        means = [
            model_of(seasons).forecast(y=row, h=horizon)["mean"] for row in check_windows(windows).filled
        ]
        return Forecast(np.array(means))

    return forecast


def _mstl(seasons: tuple[int, ...]) -> Any:
    # Without a season MSTL is its forecast of the trend.
    return AutoETS(model="ZZN") if max(seasons) == 1 else MSTL(season_length=list(seasons))


BASELINES: dict[str, Forecaster] = {
    "SeasonalNaive": _each(lambda seasons: SeasonalNaive(season_length=seasons[0])),
    "MSTL": _each(_mstl),
    "AutoTheta": _each(lambda seasons: AutoTheta(season_length=seasons[0])),
    "AutoARIMA": _each(
        lambda seasons: AutoARIMA(season_length=seasons[0] if seasons[0] <= LONGEST_ARIMA_SEASON else 1)
    ),
}
GIVEN = "blend, given the periods"
OURS: dict[str, Forecaster] = {name: harmonic(name) for name in METHODS} | {
    GIVEN: harmonic("blend", given=True)
}
FORECASTERS: dict[str, Forecaster] = OURS | BASELINES
