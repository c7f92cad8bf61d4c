"""X of HarmonicForecaster: numbers of the core, and of the darts door, on every index."""

import numpy as np
import pandas as pd
import pytest
from darts import TimeSeries
from scipy.stats import norm
from sktime.base import load
from sktime.forecasting.base import ForecastingHorizon
from sktime.forecasting.model_evaluation import evaluate
from sktime.split import ExpandingWindowSplitter

from harmonic_forecasters.darts import HarmonicModel
from harmonic_forecasters.sktime import DFTForecaster, HarmonicForecaster
from harmonic_forecasters.spectral import fit_harmonic

INDICES = {
    "shifted range": pd.RangeIndex(100, 180),
    "steps of 3": pd.RangeIndex(0, 240, 3),
    "days": pd.date_range("2024-01-30", periods=80, freq="D"),
    "month ends": pd.date_range("2020-01-31", periods=80, freq="ME"),
    "business days": pd.date_range("2024-01-01", periods=80, freq="B"),
    "months": pd.period_range("2020-01", periods=80, freq="M"),
}


def table_and_regressors(index=80, seed=0):
    """Two waves under noise on which the first of two regressors acts; rows for 60 samples and 20 more."""
    index = pd.RangeIndex(index) if isinstance(index, int) else index
    generator = np.random.default_rng(seed)
    X = pd.DataFrame(generator.normal(size=(len(index), 2)), index=index, columns=["holiday", "weather"])
    t = np.arange(len(index))[:, None]
    waves = np.sin(2 * np.pi * t / [7.7, 5.3] + seed) + np.array([6.0, 0.0])
    noise = 0.2 * generator.normal(size=waves.shape)
    values = waves + noise + X[["holiday"]].to_numpy() * [2.0, -1.0]
    return pd.DataFrame(values, index=index, columns=["level", "flow"])[:60], X


@pytest.mark.parametrize("options", [{}, {"window_length": 40}, {"method": "burg"}])
def test_numbers_are_those_of_the_core_in_and_out_of_the_sample(options):
    y, X = table_and_regressors()
    steps = np.array([-30, 0, 1, 2, 20])
    forecaster = HarmonicForecaster(**options).fit(y, X=X[:60])
    n = options.get("window_length", 60)
    x = X.to_numpy().T[:, 60 - n :]
    fit = fit_harmonic(y.to_numpy().T[:, -n:], x[:, :n], method=options.get("method", "blend"))
    t = steps + n - 1
    fit = fit.given(t, x[:, t])
    mean, variance = fit.evaluate(t).T, fit.variance(t).T
    np.testing.assert_allclose(forecaster.predict(steps, X=X[60:]), mean, rtol=1e-12)
    np.testing.assert_allclose(forecaster.predict_var(steps, X=X[60:]), variance, rtol=1e-9)
    quantiles = forecaster.predict_quantiles(steps, X=X[60:], alpha=[0.1, 0.99])
    expected = norm.ppf([0.1, 0.99], mean[..., None], np.sqrt(variance)[..., None])
    np.testing.assert_allclose(quantiles.to_numpy().reshape(5, 2, 2), expected, rtol=1e-9)
    interval = forecaster.predict_interval(steps, X=X[60:], coverage=0.9)
    assert (interval["level"][0.9]["lower"] < interval["level"][0.9]["upper"]).all()


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_every_index_gives_the_same_numbers(index):
    y, X = table_and_regressors(index)
    plain, numbered = table_and_regressors()
    expected = HarmonicForecaster(method="burg").fit(plain, X=numbered[:60]).predict([-5, 1, 3], X=numbered)
    forecaster = HarmonicForecaster(method="burg").fit(y, X=X)
    labels = index[[54, 60, 62]]
    absolute = forecaster.predict(ForecastingHorizon(labels, is_relative=False))
    np.testing.assert_array_equal(absolute, expected)
    # X may come later, hold only what is asked for, and in any order of columns.
    forecaster = HarmonicForecaster(method="burg").fit(y, X=X[:60])
    later = X.iloc[[60, 62]][["weather", "holiday"]]
    fh = ForecastingHorizon(labels, is_relative=False)
    np.testing.assert_array_equal(forecaster.predict(fh, X=later), expected)


def test_both_doors_give_the_same_numbers():
    y, X = table_and_regressors()
    model = HarmonicModel(40, likelihood="gaussian").fit(
        TimeSeries.from_values(y.to_numpy()), future_covariates=TimeSeries.from_values(X.to_numpy())
    )
    forecaster = HarmonicForecaster(window_length=40).fit(y, X=X[:60])
    shown = model.predict(9, predict_likelihood_parameters=True).values()
    np.testing.assert_array_equal(model.predict(9).values(), forecaster.predict(range(1, 10), X=X[60:]))
    variance = forecaster.predict_var(range(1, 10), X=X[60:])
    np.testing.assert_allclose(shown[:, 1::2] ** 2, variance, rtol=1e-12)


def test_a_known_effect_is_forecast_and_only_where_x_is_taken():
    y, X = table_and_regressors()
    assert HarmonicForecaster.get_class_tag("capability:exogenous")
    assert not DFTForecaster.get_class_tag("capability:exogenous")
    pd.testing.assert_frame_equal(
        DFTForecaster().fit(y, X=X[:60]).predict([1, 2], X=X[60:]), DFTForecaster().fit(y).predict([1, 2])
    )
    forecaster = HarmonicForecaster().fit(y, X=X[:60])
    with_holidays, without = (
        forecaster.predict(range(1, 21), X=each[60:]) for each in (X, X.assign(holiday=0.0))
    )
    effect = X["holiday"][60:]
    assert np.corrcoef((with_holidays - without)["level"], effect)[0, 1] > 1.0 - 1e-9


@pytest.mark.parametrize("values", [["a", "b"], pd.Categorical(["a", "b"]), pd.to_datetime(["2020", "2021"])])
def test_columns_of_x_that_are_no_numbers_are_refused(values):
    y = pd.Series(np.sin(np.arange(60.0)))
    with pytest.raises(TypeError, match="column 'kind'"):
        HarmonicForecaster().fit(y, X=pd.DataFrame({"kind": list(values) * 30}))


@pytest.mark.parametrize("update_params", [True, False])
def test_updates_take_further_rows(update_params):
    y, X = table_and_regressors()
    forecaster = HarmonicForecaster(window_length=40).fit(y[:50], X=X[:50])
    forecaster.update(y[50:], X=X[50:60], update_params=update_params)
    known = y if update_params else y[:50]
    fresh = HarmonicForecaster(window_length=40).fit(known, X=X[: len(known)])
    labels = ForecastingHorizon([58, 61, 65], is_relative=False)
    actual, expected = (each.predict_interval(labels, X=X[50:]) for each in (forecaster, fresh))
    pd.testing.assert_frame_equal(actual, expected)
    before = forecaster.predict([1], X=X)
    with pytest.raises(ValueError, match=r"X must have a row of finite values .* got none for 5"):
        forecaster.update(pd.DataFrame(0.0, range(60, 65), y.columns), update_params=True)
    pd.testing.assert_frame_equal(forecaster.predict([1], X=X), before)


def test_panels_are_forecast_series_by_series():
    parts = {name: table_and_regressors(seed=seed) for seed, name in enumerate("ab")}
    y = pd.concat({name: each[0] for name, each in parts.items()}, names=["series", "time"])
    X = pd.concat({name: each[1] for name, each in parts.items()}, names=["series", "time"])
    past, future = X[X.index.get_level_values(1) < 60], X[X.index.get_level_values(1) >= 60]
    forecast = HarmonicForecaster().fit(y, X=past).predict([1, 5], X=future)
    for name, (table, regressors) in parts.items():
        alone = HarmonicForecaster().fit(table, X=regressors[:60]).predict([1, 5], X=regressors[60:])
        np.testing.assert_array_equal(forecast.loc[name], alone)


def test_rolling_evaluation_takes_regressors():
    y, X = table_and_regressors()
    cv = ExpandingWindowSplitter(fh=[1, 2], initial_window=50, step_length=4)
    results = evaluate(HarmonicForecaster(method="burg"), cv, y["level"], X=X[:60], error_score="raise")
    blind = evaluate(HarmonicForecaster(method="burg"), cv, y["level"], error_score="raise")
    column = next(name for name in results if name.startswith("test_"))
    assert results[column].mean() < 0.6 * blind[column].mean()


def test_gaps_in_y_are_bridged_and_whole_numbers_are_numbers():
    y, X = table_and_regressors()
    X["holiday"] = (X["holiday"] > 1.0).astype(bool)
    gappy = y.drop([20, 21])
    gappy.loc[30, "level"] = np.nan
    forecast = HarmonicForecaster().fit(gappy, X=X[:60]).predict([-40, 1, 2], X=X[60:])
    assert np.isfinite(forecast).all(axis=None)
    whole = HarmonicForecaster().fit(gappy, X=X[:60].astype({"holiday": int}))
    pd.testing.assert_frame_equal(whole.predict([-40, 1, 2], X=X[60:]), forecast)


def test_missing_rows_and_values_of_x_are_refused():
    y, X = table_and_regressors()
    rule = (
        r"X must have a row of finite values for every sample of the window and every step of fh, .*none for "
    )
    for bad, value in (
        (X[:60].drop([3, 4]), "2 of them, the first at 3"),
        (X[:60].replace(X.iloc[7, 0], np.nan), "1 of them, the first at 7"),
        (X[5:60], "5 of them, the first at 0"),
        (X[:60].replace(X.iloc[9, 1], np.inf), "1 of them, the first at 9"),
    ):
        with pytest.raises(ValueError, match=rule + value):
            HarmonicForecaster().fit(y, X=bad)
    # What lies before the window is not asked for.
    HarmonicForecaster(window_length=40).fit(y, X=X[20:60])
    forecaster = HarmonicForecaster().fit(y, X=X[:60])
    for predict in (forecaster.predict, forecaster.predict_var, forecaster.predict_interval):
        with pytest.raises(ValueError, match=rule + "2 of them, the first at 63"):
            predict([1, 4, 5], X=X[60:63])
        with pytest.raises(ValueError, match=rule + "1 of them, the first at 60"):
            predict([1])
    with pytest.raises(
        ValueError, match=r"X must be None, as in fit, got columns .*: to use them, fit again with X"
    ):
        HarmonicForecaster().fit(y).predict([1], X=X[60:])
    with pytest.raises(ValueError, match=r"X must have the columns of fit, \['holiday', 'weather'\], got"):
        forecaster.predict([1], X=X.assign(more=1.0)[60:])
    with pytest.raises(ValueError, match="fewer than the observed values of a series, got 12 for 10"):
        HarmonicForecaster(window_length=10).fit(y, X=pd.DataFrame(np.ones((60, 12))))


def test_saves_and_loads(tmp_path):
    y, X = table_and_regressors()
    forecaster = HarmonicForecaster(window_length=24).fit(y, X=X[:60])
    forecaster.save(tmp_path / "model")
    loaded = load(tmp_path / "model.zip")
    pd.testing.assert_frame_equal(loaded.predict([1, 2], X=X[60:]), forecaster.predict([1, 2], X=X[60:]))
