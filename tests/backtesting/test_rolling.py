"""Rolling forecasts: what models are given, when they are fitted, and what becomes of their answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from darts.models import ARIMA, LinearRegressionModel, NaiveDrift
from sklearn.linear_model import Ridge
from sktime.forecasting.compose import DirectTabularRegressionForecaster
from sktime.forecasting.trend import PolynomialTrendForecaster

from harmonic_forecasters.backtesting.models import model_spec
from harmonic_forecasters.backtesting.rolling import Stopwatch, roll
from harmonic_forecasters.backtesting.series import TaskSeries
from harmonic_forecasters.sktime import DFTForecaster

LOCAL = pytest.mark.parametrize("class_name", ["Counting", "CountingSktime"])


def rolled(task, spec, *, seed=1, panel=False, series=None, **options):
    series = task.load(seed) if series is None else series
    return roll(task, spec, seed, series, task.training_panel(seed) if panel else [], **options)


def values_of(series: TaskSeries, stop: int, start: int = 0) -> np.ndarray:
    return series.values.to_numpy()[start:stop]


@LOCAL
@pytest.mark.parametrize(
    ("refit_every", "fitted_at"), [(1, [30, 35, 40, 45]), (2, [30, 40]), (3, [30, 45]), (0, [30]), (9, [30])]
)
def test_local_models_are_fitted_at_every_kth_origin_of_each_series(
    make_task, spy, spies, class_name, refit_every, fitted_at
):
    task = make_task(origins=4, refit_every=refit_every, signals={"length": 50})
    forecasts = rolled(task, spy(class_name))
    assert [window.origin for window in forecasts] == [30, 35, 40, 45] * 2
    assert [window.series for window in forecasts] == [0] * 4 + [1] * 4
    expected = [values_of(one, stop) for one in task.load(1) for stop in fitted_at]
    assert len(spies.fits()) == len(expected)
    for given, wanted in zip(spies.fits(), expected, strict=True):
        np.testing.assert_array_equal(given, wanted)


@LOCAL
def test_a_window_bounds_what_models_see(make_task, spy, spies, class_name):
    task = make_task(window=7)
    rolled(task, spy(class_name))
    expected = [values_of(one, stop, stop - 7) for one in task.load(1) for stop in (45, 50, 55)]
    for given, wanted in zip(spies.fits(), expected, strict=True):
        np.testing.assert_array_equal(given, wanted)


def test_a_global_model_is_trained_once_on_what_lies_before_the_first_origins(make_task, spy, spies):
    task = make_task()
    rolled(task, spy("CountingGlobal", params={"lags": 4}))
    assert len(spies.fits()) == 2
    for given, one in zip(spies.fits(), task.load(1), strict=True):
        np.testing.assert_array_equal(given, values_of(one, 45))


def test_a_global_model_is_trained_on_the_panel_where_there_is_one(make_task, spy, spies):
    task = make_task(training_signals=4)
    rolled(task, spy("CountingGlobal", params={"lags": 4}), panel=True)
    assert len(spies.fits()) == 4
    for given, one in zip(spies.fits(), task.training_panel(1), strict=True):
        np.testing.assert_array_equal(given, one.values)


def test_a_global_model_of_local_scope_is_fitted_to_each_history(make_task, spy, spies):
    rolled(make_task(), spy("CountingGlobal", params={"lags": 4}, scope="local"))
    assert [len(given) for given in spies.fits()] == [45, 50, 55] * 2


def test_a_local_model_cannot_be_global(make_task, spy):
    with pytest.raises(ValueError, match="scope is global, but spy_models:Counting fits one series"):
        rolled(make_task(), spy("Counting", scope="global"))


def test_a_model_of_neither_framework_is_refused(make_task):
    with pytest.raises(
        ValueError, match="class must be a forecaster of darts or sktime, got 'fractions:Fract"
    ):
        rolled(make_task(), model_spec("fractions:Fraction", trusted=["fractions"]))


def darts_forecasts(model, series, horizon):
    """fitted to the first 45 samples; darts itself then forecasts behind 45, 50 and 55."""
    model.fit(TimeSeries.from_series(series[:45]))
    if model.supports_transferable_series_prediction:
        ends = [model.predict(horizon, series=TimeSeries.from_series(series[:n])) for n in (45, 50, 55)]
    else:
        ends = [model.predict(n - 45 + horizon)[-horizon:] for n in (45, 50, 55)]
    return [one.values().ravel() for one in ends]


def sktime_forecasts(model, series, horizon):
    model.fit(series[:45])
    forecasts = [model.predict(np.arange(1, horizon + 1))]
    for start in (45, 50):
        model.update(series[start : start + 5], update_params=False)
        forecasts.append(model.predict(np.arange(1, horizon + 1)))
    return [np.ravel(one) for one in forecasts]


@pytest.mark.parametrize(
    ("entry", "model", "by_itself"),
    [
        ("drift", NaiveDrift(), darts_forecasts),
        ({"name": "arima", "params": {"p": 2}}, ARIMA(2, 0, 0), darts_forecasts),
        (
            {"name": "linear_regression", "params": {"lags": 6}},
            LinearRegressionModel(6, tol=1e-14),
            darts_forecasts,
        ),
        ("sktime.forecasting.trend:PolynomialTrendForecaster", PolynomialTrendForecaster(), sktime_forecasts),
        ("dft_trend", DFTForecaster(n_components=10, trend="linear"), sktime_forecasts),
    ],
    ids=lambda case: str(case) if isinstance(case, str) else "",
)
def test_a_fit_that_is_not_renewed_forecasts_as_the_framework_does(make_task, entry, model, by_itself):
    task = make_task(refit_every=0, quantiles=[], signals={"n_signals": 1})
    series = task.load(1)
    expected = by_itself(model, series[0].values, task.horizon)
    for window, wanted in zip(rolled(task, model_spec(entry)), expected, strict=True):
        np.testing.assert_allclose(window.forecast.mean, wanted, rtol=1e-12, atol=1e-12)


def test_a_forecaster_that_must_know_its_horizon_to_learn_is_told(make_task):
    params = {"estimator": Ridge(1.0), "window_length": 6}
    class_path = "sktime.forecasting.compose:DirectTabularRegressionForecaster"
    entry = {"name": "direct", "class": class_path, "params": params}
    for refit_every in (1, 0):
        task = make_task(refit_every=refit_every, quantiles=[])
        series = task.load(1)[0].values
        (first, *_) = rolled(task, model_spec(entry))
        by_itself = DirectTabularRegressionForecaster(Ridge(1.0), window_length=6)
        expected = by_itself.fit(series[:45], fh=np.arange(1, 6)).predict()
        np.testing.assert_array_equal(first.forecast.mean, expected)


@pytest.mark.parametrize("standardize", [True, False])
@pytest.mark.parametrize("refit_every", [1, 0])
def test_standardized_models_shift_and_scale_with_the_series(make_task, standardize, refit_every):
    # This regression is ridge's: without standardization its forecast does not follow the scale.
    entry = {
        "name": "ridge",
        "class": "darts.models:SKLearnModel",
        "params": {"lags": 4, "model": Ridge(1.0)},
        "scope": "local",
        "standardize": standardize,
    }
    task = make_task(refit_every=refit_every, quantiles=[])
    series = task.load(1)
    moved = [TaskSeries(name=one.name, values=40.0 * one.values + 7.0) for one in series]
    before, after = (rolled(task, model_spec(entry), series=which) for which in (series, moved))
    equal = [
        np.allclose(b.forecast.mean, 40.0 * a.forecast.mean + 7.0, rtol=1e-9, atol=0)
        for a, b in zip(before, after, strict=True)
    ]
    assert all(equal) if standardize else not any(equal)


def test_a_standardized_model_sees_its_history_with_mean_0_and_deviation_1(make_task, spy, spies):
    rolled(make_task(), spy("Counting", standardize=True))
    for given in spies.fits():
        assert given.mean() == pytest.approx(0, abs=1e-12)
        assert given.std() == pytest.approx(1)


def test_between_fits_a_standardized_model_keeps_the_scale_that_it_was_fitted_on(make_task, spy):
    task = make_task(refit_every=0)
    rising = TaskSeries(name="rising", values=pd.Series(np.arange(60.0) ** 2))
    for window in rolled(task, spy("Counting", standardize=True), series=[rising]):
        # Fitted to 45 samples, it repeats the last of them for ever.
        np.testing.assert_allclose(window.forecast.mean, 44.0**2, rtol=1e-12)


def test_a_constant_history_is_standardized_to_zeros(make_task, spy, spies):
    task = make_task()
    constant = [TaskSeries(name="flat", values=pd.Series(np.full(60, 3.0)))]
    forecasts = rolled(task, spy("Counting", standardize=True), series=constant)
    assert all((given == 0).all() for given in spies.fits())
    assert all((window.forecast.mean == 3.0).all() for window in forecasts)


def test_gaps_are_filled_from_the_past_alone(make_task, spy, spies):
    task = make_task()
    values = np.arange(60.0)
    values[[0, 1, 20, 21, 43, 44, 49, 50]] = np.nan
    rolled(task, spy("Counting"), series=[TaskSeries(name="gaps", values=pd.Series(values))])
    filled = [values[:stop].copy() for stop in (45, 50, 55)]
    for one in filled:
        one[[0, 1]] = 2.0
        one[[20, 21]] = [20.0, 21.0]
    filled[0][[43, 44]] = 42.0  # a gap at the end: the last value, never the next
    filled[1][[43, 44]] = [43.0, 44.0]
    filled[1][49] = 48.0
    filled[2][[43, 44, 49, 50]] = [43.0, 44.0, 49.0, 50.0]
    for given, wanted in zip(spies.fits(), filled, strict=True):
        np.testing.assert_allclose(given, wanted, rtol=1e-15)


@pytest.mark.parametrize(
    ("class_name", "params", "rule"),
    [
        ("Answering", {"value": float("nan")}, r"finite values of shape \(5,\)"),
        ("Answering", {"value": float("inf")}, r"finite values of shape \(5,\)"),
        ("Answering", {"missing": 1}, r"finite values of shape \(5,\), got shape \(4,\)"),
        ("NoisySktime", {"quantile": float("nan")}, r"finite quantiles of shape \(5, 5\)"),
    ],
)
def test_forecasts_that_are_short_or_not_finite_are_failures(make_task, spy, class_name, params, rule):
    task, spec = make_task(), spy(class_name, params=params)
    with pytest.raises(ValueError, match=f"'{class_name}' must forecast {rule}.* 'signal 0' at origin 45"):
        rolled(task, spec)


def test_the_first_origins_alone_give_the_forecasts_that_they_have_among_all(make_task):
    task = make_task(training_signals=4)
    for entry in ("dft_trend", {"name": "linear_regression", "scope": "global"}):
        every = rolled(task, model_spec(entry), panel=True)
        first = rolled(task, model_spec(entry), panel=True, n_origins=2)
        assert [(window.series, window.origin) for window in first] == [(0, 45), (0, 50), (1, 45), (1, 50)]
        for window in first:
            (same,) = (w for w in every if (w.series, w.origin) == (window.series, window.origin))
            assert window.forecast.largest_difference(same.forecast) == 0.0


def test_the_process_wide_generators_are_seeded_anew_for_every_forecast(make_task, spy):
    task = make_task(quantiles=[])
    first, again, other = (
        rolled(task, spy("NoisySktime"), seed=seed, series=task.load(1)) for seed in (1, 1, 2)
    )
    assert all(a.forecast.largest_difference(b.forecast) == 0 for a, b in zip(first, again, strict=True))
    assert all(a.forecast.largest_difference(b.forecast) > 0 for a, b in zip(first, other, strict=True))
    noise = {tuple(w.forecast.mean.round(9) - w.forecast.mean[0].round(9)) for w in first}
    assert len(noise) == len(first)


def test_times_are_counted(make_task, spy):
    watch = Stopwatch()
    rolled(make_task(), spy("Counting"), stopwatch=watch)
    assert watch.fit > 0
    assert watch.predict > 0
