"""Harmonic forecasts through the sktime door: numbers and variances of the core, on every index."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sktime.base import load
from sktime.forecasting.base import ForecastingHorizon

from harmonic_forecasters.sktime import DFTForecaster, HarmonicForecaster
from harmonic_forecasters.sktime import harmonic as module
from harmonic_forecasters.spectral.harmonic import METHODS, fit_harmonic

INDICES = {
    "shifted range": pd.RangeIndex(100, 160),
    "days": pd.date_range("2024-01-30", periods=60, freq="D"),
    "hours across the change to summer time": pd.date_range(
        "2024-03-30", periods=60, freq="h", tz="Europe/Berlin"
    ),
    "month ends": pd.date_range("2020-01-31", periods=60, freq="ME"),
    "business days": pd.date_range("2024-01-01", periods=60, freq="B"),
    "months": pd.period_range("2020-01", periods=60, freq="M"),
    "two months": pd.period_range("2020-01", periods=60, freq="2M"),
}
STEPS = [-70, -45, -10, 0, 1, 2, 5, 80]


def two_columns(index=60, seed=0):
    """Waves of broken cycles under noise, the first always positive."""
    index = pd.RangeIndex(index) if isinstance(index, int) else index
    t = np.arange(len(index))[:, None]
    waves = np.sin(2 * np.pi * t / [7.7, 5.3] + seed) + np.array([3.0, 0.0])
    noise = 0.2 * np.random.default_rng(seed).normal(size=waves.shape)
    return pd.DataFrame(waves + noise, index=index, columns=["level", "flow"])


def core(y, fh, *, window_length=None, method="blend"):
    """Mean and variance as the core has them, at steps from the last sample, (n_steps, n_columns) each."""
    n_samples = window_length or len(y)
    fitted = fit_harmonic(y.to_numpy().T[:, -n_samples:], method=method)
    t = np.array(fh) + n_samples - 1
    return fitted.evaluate(t).T, fitted.variance(t).T


@pytest.mark.parametrize("options", [{}, {"window_length": 40}, *({"method": name} for name in METHODS)])
def test_numbers_are_those_of_the_core_in_and_out_of_the_sample(options):
    y = two_columns()
    forecaster = HarmonicForecaster(**options).fit(y)
    mean, variance = core(y, STEPS, **options)
    np.testing.assert_array_equal(forecaster.predict(STEPS), mean)
    np.testing.assert_allclose(forecaster.predict_var(STEPS), variance, rtol=1e-14)
    quantiles = forecaster.predict_quantiles(STEPS, alpha=[0.1, 0.5, 0.99])
    expected = norm.ppf([0.1, 0.5, 0.99], mean[..., None], np.sqrt(variance)[..., None])
    np.testing.assert_allclose(quantiles.to_numpy().reshape(len(STEPS), 2, 3), expected, rtol=1e-12)
    interval = forecaster.predict_interval(STEPS, coverage=0.9)
    assert (interval["level"][0.9]["lower"] < interval["level"][0.9]["upper"]).all()
    assert np.isfinite(interval.to_numpy()).all()


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES.keys())
def test_every_index_gives_the_same_numbers(index):
    y = two_columns(index)
    forecaster = HarmonicForecaster(window_length=30, method="burg").fit(y.iloc[:50])
    relative = forecaster.predict([-9, 1, 2, 3])
    mean, _ = core(y.iloc[:50], [-9, 1, 2, 3], window_length=30, method="burg")
    np.testing.assert_array_equal(relative, mean)
    labels = index[[40, 50, 51, 52]]
    absolute = forecaster.predict(ForecastingHorizon(labels, is_relative=False))
    np.testing.assert_array_equal(absolute, relative)
    assert list(absolute.index) == list(labels)
    updated = forecaster.update(y.iloc[50:])
    fresh = HarmonicForecaster(window_length=30, method="burg").fit(y)
    pd.testing.assert_frame_equal(updated.predict_interval([1, 9]), fresh.predict_interval([1, 9]))
    pd.testing.assert_frame_equal(updated.spectrum_, fresh.spectrum_)


def test_panels_are_forecast_series_by_series():
    parts = {name: two_columns(40 + 5 * name, seed=name) for name in range(3)}
    panel = pd.concat(parts, names=["series", "time"])
    forecaster = HarmonicForecaster(window_length=24).fit(panel)
    forecast, variance = forecaster.predict([1, 4]), forecaster.predict_var([1, 4])
    for name, part in parts.items():
        alone = HarmonicForecaster(window_length=24).fit(part)
        np.testing.assert_array_equal(forecast.loc[name], alone.predict([1, 4]))
        np.testing.assert_array_equal(variance.loc[name], alone.predict_var([1, 4]))


def test_a_window_is_fitted_once_however_much_is_asked(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "fit_harmonic", lambda *a, **k: calls.append(1) or fit_harmonic(*a, **k))
    forecaster = HarmonicForecaster(method="burg").fit(two_columns())
    forecaster.predict([1])
    forecaster.predict_interval([1, 2])
    forecaster.predict_quantiles([-1, 2], alpha=[0.3])
    forecaster.predict_var([1])
    assert len(calls) == 1


def test_broken_cycles_are_continued_as_the_dft_cannot():
    t = np.arange(150)
    y = pd.Series(np.sin(2 * np.pi * t / 13.7) + 0.5 * np.cos(2 * np.pi * t / 8.3))
    error = [
        np.abs(model.fit(y[:100]).predict(range(1, 51)) - y[100:]).mean()
        for model in (HarmonicForecaster(), DFTForecaster())
    ]
    assert error[0] < 0.05 * error[1]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", [7.0, 0.0, 1e9])
def test_a_constant_stays_and_its_interval_has_no_width(method, level):
    interval = (
        HarmonicForecaster(method=method).fit(pd.Series(np.full(20, level))).predict_interval([-3, 1, 30])
    )
    np.testing.assert_allclose(interval, level, rtol=1e-11, atol=1e-15)


def test_whole_numbers_single_precision_and_gaps_are_numbers_like_others():
    y = pd.Series(np.round(20 * np.sin(np.arange(50) / 2.1) + 3 * np.sin(np.arange(50.0))))
    exact = HarmonicForecaster().fit(y).predict([1, 2, 6])
    for dtype in (int, np.float32):
        np.testing.assert_array_equal(HarmonicForecaster().fit(y.astype(dtype)).predict([1, 2, 6]), exact)
    gappy = y.copy()
    gappy[[0, 20, 21, 49]] = np.nan
    with_gaps = HarmonicForecaster().fit(gappy).predict([-3, 1, 2, 6])
    assert np.isfinite(with_gaps).all()
    skipped = HarmonicForecaster().fit(gappy.drop([20, 21])).predict([-3, 1, 2, 6])
    np.testing.assert_array_equal(skipped, with_gaps)


@pytest.mark.parametrize("method", METHODS)
def test_the_fewest_observed_values_are_enough_and_one_less_is_not(method):
    fewest = 3 if method in ("blend", "seasonal") else 8
    y = two_columns(fewest + 1)
    y.iloc[1, 0] = np.nan
    forecaster = HarmonicForecaster(method=method).fit(y)
    assert np.isfinite(forecaster.predict_interval([-2, 1, 20])).to_numpy().all()
    y.iloc[2, 0] = np.nan
    rule = f"at least {fewest} observed values, series 0 has {fewest - 1}"
    with pytest.raises(ValueError, match=rule):
        HarmonicForecaster(method=method).fit(y)
    with pytest.raises(ValueError, match=rule):
        HarmonicForecaster(method=method, window_length=fewest - 1).fit(two_columns())


def test_spectrum_is_a_table_and_a_fitted_parameter():
    t = np.arange(200)
    noise = 0.05 * np.random.default_rng(9000).normal(size=200)
    y = pd.Series(3 * np.cos(2 * np.pi * t / 12.42 + 0.3) + noise, name="tide")
    forecaster = HarmonicForecaster(method="esprit").fit(y)
    table = forecaster.get_fitted_params()["spectrum"]
    pd.testing.assert_frame_equal(table, forecaster.spectrum_)
    assert list(table.columns) == [
        *("component", "frequency", "period", "amplitude", "phase"),
        *("frequency_error", "amplitude_error", "phase_error", "share", "group", "season"),
    ]
    strongest = table.iloc[0]
    assert strongest.period == pytest.approx(12.42, rel=0.01)
    assert strongest.amplitude == pytest.approx(3.0, rel=0.05)


def test_saves_and_loads(tmp_path):
    y = two_columns(INDICES["months"])
    forecaster = HarmonicForecaster(window_length=24).fit(y)
    forecaster.save(tmp_path / "model")
    loaded = load(tmp_path / "model.zip")
    pd.testing.assert_frame_equal(loaded.predict_interval([1, 2]), forecaster.predict_interval([1, 2]))
    pd.testing.assert_frame_equal(loaded.update(y.iloc[-3:]).predict([1]), forecaster.predict([1]))
