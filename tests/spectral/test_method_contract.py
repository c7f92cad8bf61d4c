"""What every method promises: the contract's types, scaling, sign, shift, batches, stranger values."""

import numpy as np
import pytest

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral import METHODS, Continuation, LineSpectrum, fit_harmonic

INSIDE_AND_AHEAD = np.arange(-20, 80)
AHEAD = np.arange(64, 80)
#: Largest change of a forecast, relative to the series, where only rounding differs.
ROUNDING = dict.fromkeys(METHODS, 1e-6) | {"sparse_bayes": 1e-3}
#: Largest squared error on noisy sums of sinusoids, relative to forecasting zeros. A seasonal process knows
#: one period, and the sums have several.
MOST_ERROR = dict.fromkeys(METHODS, 0.3) | {"seasonal": 1.0}
#: Methods whose level is free: lifting the series lifts the forecast, if the series has a level of its own.
#: That of the adaptive spectra is shrunk.
LIFTABLE = ["seasonal", "burg", "modified_covariance", "esprit", "sparse_bayes"]


@pytest.fixture(params=METHODS)
def method(request):
    return request.param


def noisy(n_series=3, seed=0):
    """Two sinusoids under noise, 64 samples."""
    noise = np.random.default_rng(seed).normal(0.0, 0.2, size=(n_series, 64))
    t = np.arange(64)
    return np.sin(0.4 * t + 1.0) + 0.5 * np.sin(1.3 * t) + noise


def test_the_answers_have_the_shapes_and_types_of_the_contract(method):
    fit = fit_harmonic(noisy(), method=method)
    assert isinstance(METHODS[method](noisy()), Continuation)
    assert fit.evaluate(AHEAD).shape == fit.variance(AHEAD).shape == (3, 16)
    assert (fit.variance(INSIDE_AND_AHEAD) >= 0.0).all()
    lines = fit.lines()
    assert isinstance(lines, LineSpectrum)
    assert len(lines.amplitude) == 3
    assert (np.diff(lines.amplitude, axis=1) <= 0.0).all(), "strongest first"
    tables = fit.tables()
    assert len(tables) == 3
    assert {"period", "amplitude", "share", "frequency_error"} <= set(tables[0])


def test_quantiles_are_those_of_normal_errors(method):
    fit = fit_harmonic(noisy(), method=method)
    quantiles = fit.quantiles(AHEAD, [0.025, 0.5, 0.975])
    mean, deviation = fit.evaluate(AHEAD), np.sqrt(fit.variance(AHEAD))
    # 1.959964: the 97.5 % point of the standard normal distribution.
    expected = mean[..., None] + deviation[..., None] * [-1.959963984540054, 0.0, 1.959963984540054]
    np.testing.assert_allclose(quantiles, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("scale", [-1.0, 8.0, 1e-9, 3e9])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scaling_the_series_scales_mean_and_deviation(method, scale, seed):
    y = noisy(seed=seed)
    fit, scaled = fit_harmonic(y, method=method), fit_harmonic(scale * y, method=method)
    mean, deviation = fit.evaluate(INSIDE_AND_AHEAD), np.sqrt(fit.variance(INSIDE_AND_AHEAD))
    np.testing.assert_allclose(scaled.evaluate(INSIDE_AND_AHEAD) / scale, mean, atol=ROUNDING[method])
    np.testing.assert_allclose(
        np.sqrt(scaled.variance(INSIDE_AND_AHEAD)) / abs(scale), deviation, rtol=100.0 * ROUNDING[method]
    )


@pytest.mark.parametrize("method", LIFTABLE)
@pytest.mark.parametrize("lift", [10.0, -300.0, 1e5])
def test_lifting_a_series_that_has_a_level_lifts_the_forecast(method, lift):
    y = np.sign(lift) * 10.0 + noisy(seed=4)
    lifted = fit_harmonic(y + lift, method=method).evaluate(AHEAD) - lift
    tolerance = 0.05 if method == "sparse_bayes" else 1e-4
    np.testing.assert_allclose(lifted, fit_harmonic(y, method=method).evaluate(AHEAD), atol=tolerance)


def test_a_batch_equals_its_series_one_by_one(method):
    y = noisy(12, seed=5)
    y[2, 7] = y[4, 10:30] = np.nan
    y[3], y[5] = 0.0, 100.0
    y[6] = np.sin(0.7 * np.arange(64))
    y[7] = 1e9 + np.arange(64)
    fit = fit_harmonic(y, method=method)
    alone = [fit_harmonic(series[None], method=method) for series in y]
    scale = np.abs(np.nan_to_num(y)).max(axis=1, keepdims=True) + 1.0
    for name in ("evaluate", "variance"):
        one_by_one = np.concatenate([getattr(one, name)(AHEAD) for one in alone])
        together = getattr(fit, name)(AHEAD)
        unit = scale if name == "evaluate" else scale**2
        np.testing.assert_allclose(together / unit, one_by_one / unit, atol=1e-7)


def test_the_data_are_not_changed(method):
    y = noisy()
    y[1, 5] = np.nan
    before = y.copy()
    fit_harmonic(y, method=method).evaluate(AHEAD)
    np.testing.assert_array_equal(y, before)


def test_degenerate_windows_give_finite_answers(method, degenerate_window):
    y = degenerate_window
    fit = fit_harmonic(y[None], method=method)
    t = np.arange(-10, len(y) + 50)
    forecast, variance, lines = fit.evaluate(t), fit.variance(t), fit.lines()
    assert np.isfinite(forecast).all()
    assert np.isfinite(variance).all()
    assert (variance >= 0.0).all()
    for values in (lines.frequency, lines.amplitude, lines.phase):
        assert np.isfinite(values).all()
    largest = np.nanmax(np.abs(y))
    assert np.abs(fit.evaluate(t[: len(y) + 15])).max() <= 100.0 * largest
    if np.ptp(y) == 0.0:
        np.testing.assert_allclose(forecast, y[0], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(variance, 0.0, atol=1e-12)


def test_a_tone_off_the_grid_is_continued(method):
    t = np.arange(130)
    tone = 5.0 + np.cos(2 * np.pi * t / 13.7)
    fit = fit_harmonic(tone[None, :110], method=method)
    np.testing.assert_allclose(fit.evaluate(t[110:])[0], tone[110:], rtol=0, atol=0.25)
    lines = fit.lines()
    strongest = lines.amplitude[0] * (lines.frequency[0] > 0.0)
    np.testing.assert_allclose(lines.period[0, strongest.argmax()], 13.7, rtol=0.02)


def test_a_wiggle_on_a_high_level_is_continued(method):
    t = np.arange(200)
    wiggle = np.sin(2 * np.pi * t / 11.3)
    forecast = fit_harmonic(1e6 + wiggle[None, :180], method=method).evaluate(t[180:])[0]
    np.testing.assert_allclose(forecast - 1e6, wiggle[180:], rtol=0, atol=0.1)


def test_forecasts_of_noisy_sums_beat_zeros(method):
    signals = harmonic_sums(100, length=105, n_components=(3, 6), periods=(4, 60), noise=0.1, random_state=8)
    error = fit_harmonic(signals.values[:, :100], method=method).evaluate(np.arange(100, 105))
    truth = signals.clean[:, 100:]
    assert np.mean((error - truth) ** 2) < MOST_ERROR[method] * np.mean(truth**2)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(9), "got 1 axes"),
        (np.zeros((1, 2)), "at least [38] observed values, series 0 has 2"),
        ([[1.0, np.nan] * 2], "at least [38] observed values, series 0 has 2"),
        (np.full((1, 20), np.nan), "series 0 is all NaN"),
        ([[1.0, np.inf] * 5], r"got 5 infinite value\(s\)"),
        (np.geomspace(1.0, 1e160, 20)[None], r"at most 1e\+150 in size, got 1e\+160"),
    ],
)
def test_unusable_values_are_refused_with_rule_and_value(method, y, message):
    with pytest.raises(ValueError, match=message):
        fit_harmonic(y, method=method)


def test_what_does_not_hold_numbers_is_refused(method):
    with pytest.raises(TypeError, match="a series must hold real numbers, got values of type"):
        fit_harmonic([["a"] * 10], method=method)
