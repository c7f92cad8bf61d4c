"""Regressors in the mean: what is found, how sure it is, and what changes nothing."""

import numpy as np
import pytest
from scipy.signal import lfilter

from harmonic_forecasters.spectral._parts.gaussian_process import MAX_DENSE
from harmonic_forecasters.spectral.harmonic import METHODS, fit_harmonic
from harmonic_forecasters.spectral.regression import as_regressors

N, HORIZON = 100, 10
PAST, AHEAD = np.arange(N), np.arange(N, N + HORIZON)


def waves(n_series, n_samples, generator):
    """Three sinusoids each of periods from 4 to 60 samples, about 5."""
    period, phase = (
        generator.uniform(low, high, (n_series, 3, 1)) for low, high in ((4, 60), (0, 2 * np.pi))
    )
    amplitude = generator.uniform(0.3, 1.0, (n_series, 3, 1))
    return 5.0 + (amplitude * np.cos(2 * np.pi * np.arange(n_samples) / period + phase)).sum(axis=1)


def holidays(n_series, n_samples, generator):
    """0 or 1, six in a hundred, one of them among the first to be forecast."""
    x = 1.0 * (generator.random((n_series, 1, n_samples)) < 0.06)
    x[:, :, [10, 2 - HORIZON]] = 1.0
    return x


def temperatures(n_series, n_samples, generator):
    """A daily wave and weather."""
    day = np.cos(2 * np.pi * np.arange(n_samples) / 24 + generator.uniform(0, 6, (n_series, 1)))
    weather = lfilter([1], [1, -0.8], 0.5 * generator.normal(size=(n_series, n_samples)), axis=1)
    return 15.0 + 8.0 * (day + weather)[:, None]


def simulated(regressor, n_series=60, noise=0.3, seed=0, n_samples=N + HORIZON):
    """Series, regressors, and coefficients of either sign, in deviations of the regressor."""
    generator = np.random.default_rng(seed)
    x = regressor(n_series, n_samples, generator)
    beta = (1.0 + generator.random(n_series)) * generator.choice([-1, 1], n_series) / x[:, 0].std(axis=1)
    clean = waves(n_series, n_samples, generator)
    y = clean + noise * generator.normal(size=clean.shape) + beta[:, None] * x[:, 0]
    return y, x, beta


def standard_errors(fit):
    return np.sqrt(np.einsum("skk->sk", fit.effects.covariance))


@pytest.mark.parametrize("regressor", [holidays, temperatures])
def test_effects_are_found_forecasts_gain_and_errors_are_honest(regressor):
    y, x, beta = simulated(regressor)
    fit = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    error = fit.effects.coefficients[:, 0] - beta
    # A tenth of an effect, in the median, from 100 samples.
    assert np.median(np.abs(error / beta)) < 0.1
    standard = error / standard_errors(fit)[:, 0]
    assert 0.4 < standard.std() < 1.2
    assert np.mean(np.abs(standard) < 1.96) > 0.9
    future, forecast = y[:, N:], fit.given(AHEAD, x[..., N:]).evaluate(AHEAD)
    blind = fit_harmonic(y[:, :N], method="iaa").evaluate(AHEAD)
    known = fit_harmonic(y[:, :N] - beta[:, None] * x[:, 0, :N], method="iaa").evaluate(AHEAD)
    known += beta[:, None] * x[:, 0, N:]
    scores = [np.mean((each - future) ** 2) for each in (forecast, blind, known)]
    assert scores[0] < 0.6 * scores[1]
    assert scores[0] < 1.15 * scores[2]
    inside = np.abs(forecast - future) < 1.2816 * np.sqrt(fit.given(AHEAD, x[..., N:]).variance(AHEAD))
    assert 0.75 < inside.mean() < 0.97


@pytest.mark.parametrize("regressor", [holidays, temperatures])
def test_a_useless_regressor_costs_next_to_nothing(regressor):
    y, x, beta = simulated(regressor, seed=1)
    y -= beta[:, None] * x[:, 0]
    fit = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    assert np.mean(np.abs(fit.effects.coefficients) < 2.5 * standard_errors(fit)) > 0.95
    plain = np.mean((fit_harmonic(y[:, :N], method="iaa").evaluate(AHEAD) - y[:, N:]) ** 2)
    assert np.mean((fit.given(AHEAD, x[..., N:]).evaluate(AHEAD) - y[:, N:]) ** 2) < 1.05 * plain


def test_without_noise_effects_are_exact():
    y, x, beta = simulated(holidays, 20, noise=0.0)
    fit = fit_harmonic(y[:, :N], x[..., :N])
    np.testing.assert_allclose(fit.effects.coefficients[:, 0], beta, rtol=1e-3)
    assert np.median(np.abs(fit.effects.coefficients[:, 0] / beta - 1.0)) < 1e-6


def test_each_of_several_regressors_is_found():
    y, x, beta = simulated(holidays, 20, seed=2)
    other, gain = simulated(temperatures, 20, seed=3)[1:]
    both = np.concatenate([x, other], axis=1)[..., :N]
    fit = fit_harmonic(y[:, :N] + gain[:, None] * other[:, 0, :N], both, method="iaa")
    error = fit.effects.coefficients / np.stack([beta, gain], axis=1) - 1.0
    assert (np.median(np.abs(error), axis=0) < 0.15).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_rest_is_continued_by_the_method_and_the_share_added(method):
    y, x, _ = simulated(holidays, 3)
    fit = fit_harmonic(y[:, :N], x[..., :N], method=method)
    share = fit.effects.coefficients * (x[:, 0] - fit.effects.centre)
    rest = fit_harmonic(y[:, :N] - share[:, :N], method=method)
    np.testing.assert_allclose(
        fit.given(AHEAD, x[..., N:]).evaluate(AHEAD),
        rest.evaluate(AHEAD) + share[:, N:],
        rtol=1e-6,
        atol=1e-6,
    )
    added = fit.given(AHEAD, x[..., N:]).variance(AHEAD) - fit.remainder.variance(AHEAD)
    assert (added >= 0.0).all()
    # The uncertain holiday is less certain than the days about it.
    assert (added[:, 2] > 10.0 * np.median(added, axis=1)).all()
    assert len(fit.lines().amplitude) == 3


# What changes nothing


def assert_same_forecasts(fit, x, expected, x_expected, factor=1.0, tolerance=1e-8):
    fit, expected = fit.given(AHEAD, x), expected.given(AHEAD, x_expected)
    np.testing.assert_allclose(fit.evaluate(AHEAD), factor * expected.evaluate(AHEAD), rtol=tolerance)
    np.testing.assert_allclose(
        fit.variance(AHEAD), factor**2 * expected.variance(AHEAD), rtol=100 * tolerance
    )


@pytest.mark.parametrize(("gain", "lift"), [(-3.0, 0.0), (1e6, 0.0), (1e-6, 0.0), (1.0, 40.0), (0.5, -7.0)])
def test_unit_and_origin_of_a_regressor_do_not_matter(gain, lift):
    y, x, _ = simulated(temperatures, 4)
    expected = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    other = gain * x + lift
    fit = fit_harmonic(y[:, :N], other[..., :N], method="iaa")
    assert_same_forecasts(fit, other[..., N:], expected, x[..., N:])
    np.testing.assert_allclose(fit.effects.coefficients, expected.effects.coefficients / gain, rtol=1e-6)


@pytest.mark.parametrize("factor", [-2.0, 1e6, 1e-6])
def test_the_forecast_scales_with_the_series(factor):
    y, x, _ = simulated(holidays, 4)
    fits = [fit_harmonic(scale * y[:, :N], x[..., :N], method="iaa") for scale in (factor, 1.0)]
    assert_same_forecasts(fits[0], x[..., N:], fits[1], x[..., N:], factor)


def test_many_series_are_fitted_as_each_alone_and_shared_regressors_as_copies():
    y, x, _ = simulated(temperatures, 4)
    y[2, 30:34] = np.nan
    together = fit_harmonic(y[:, :N], x[0, :, :N], method="iaa").given(AHEAD, x[0, :, N:])
    for i in range(4):
        alone = fit_harmonic(y[i : i + 1, :N], x[:1, :, :N], method="iaa").given(AHEAD, x[:1, :, N:])
        np.testing.assert_allclose(together.evaluate(AHEAD)[i], alone.evaluate(AHEAD)[0])
        np.testing.assert_allclose(together.variance(AHEAD)[i], alone.variance(AHEAD)[0])


def test_chunks_of_a_batch_change_nothing(monkeypatch):
    y, x, _ = simulated(temperatures, 5)
    at_once = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    monkeypatch.setattr("harmonic_forecasters.spectral._parts.gaussian_process.CHUNK_VALUES", 700)
    assert_same_forecasts(fit_harmonic(y[:, :N], x[..., :N], method="iaa"), x[..., N:], at_once, x[..., N:])


def test_a_constant_regressor_is_left_to_the_level():
    y, x, _ = simulated(holidays, 3)
    alone = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    for level in (0.0, 0.1, -1e9):
        both = np.concatenate([x, np.full_like(x, level)], axis=1)
        fit = fit_harmonic(y[:, :N], both[..., :N], method="iaa")
        assert (fit.effects.coefficients[:, 1] == 0.0).all()
        assert_same_forecasts(fit, both[..., N:], alone, x[..., N:])


@pytest.mark.parametrize(
    "collinear",
    [
        lambda x: np.concatenate([x, x], axis=1),
        lambda x: np.concatenate([x, -2.0 * x + 1.0], axis=1),
        lambda x: np.concatenate([x, x, x, np.zeros_like(x)], axis=1),
    ],
)
def test_collinear_regressors_share_one_effect(collinear):
    y, x, _ = simulated(holidays, 3)
    many = collinear(x)
    fit = fit_harmonic(y[:, :N], many[..., :N], method="iaa")
    once = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    ahead = fit.given(AHEAD, many[..., N:])
    forecast, expected = ahead.evaluate(AHEAD), once.given(AHEAD, x[..., N:]).evaluate(AHEAD)
    # Each share is shrunk by itself, so a little more.
    np.testing.assert_allclose(forecast, expected, atol=0.02 * np.abs(once.effects.coefficients).max())
    assert np.isfinite(ahead.variance(AHEAD)).all()


def test_days_of_the_week_all_seven_are_bearable():
    y, _, _ = simulated(holidays, 3)
    week = 1.0 * (np.arange(N + HORIZON) % 7 == np.arange(7)[:, None])
    fit = fit_harmonic(y[:, :N], week[:, :N], method="iaa")
    assert np.isfinite(fit.given(AHEAD, week[:, N:]).evaluate(AHEAD)).all()
    assert np.abs(fit.effects.coefficients).max() < 5.0


@pytest.mark.parametrize(
    "y",
    [np.zeros((1, 30)), np.full((1, 30), 4.25), np.arange(30.0)[None], np.sin(np.arange(30.0))[None]],
    ids=["zeros", "constant", "ramp", "sine"],
)
def test_degenerate_windows_have_finite_forecasts(y):
    x = np.random.default_rng(0).normal(size=(3, 30))
    x[1], x[2] = np.arange(30.0), np.arange(30) == 29
    fit = fit_harmonic(y, x)
    ahead = fit.given([-2, 5, 40], x[:, :3])
    for values in (ahead.evaluate([-2, 5, 40]), ahead.variance([-2, 5, 40])):
        assert np.isfinite(values).all()
    assert np.abs(fit.effects.coefficients[:, [0, 2]]).max() < 0.05


# Gaps


@pytest.mark.parametrize("n_samples", [N, MAX_DENSE + 76])
def test_gaps_do_not_hide_an_effect(n_samples):
    generator = np.random.default_rng(4)
    y, x, beta = simulated(holidays, 3, n_samples=n_samples, seed=4)
    y[generator.random(y.shape) < 0.15] = np.nan
    fit = fit_harmonic(y, x, method="iaa")
    np.testing.assert_allclose(fit.effects.coefficients[:, 0], beta, rtol=0.25)
    assert np.isfinite(fit.given([n_samples], [[1.0]]).variance([n_samples])).all()


def test_a_regressor_that_changes_in_gaps_alone_has_no_effect():
    y, x, _ = simulated(holidays, 2)
    y[x[:, 0] == 1.0] = np.nan
    fit = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    assert (fit.effects.coefficients == 0.0).all()


def test_an_effect_is_found_more_exactly_in_a_long_window():
    y, x, beta = simulated(temperatures, 1, n_samples=4000)
    fit = fit_harmonic(y, x, method="iaa")
    np.testing.assert_allclose(fit.effects.coefficients[:, 0], beta, rtol=0.02)


# Bad input


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones(20), r"must have the shape \(n_regressors, 20\) or \(2, n_regressors, 20\), got \(20,\)"),
        (np.ones((1, 19)), r"got \(1, 19\)"),
        (np.ones((3, 1, 20)), r"got \(3, 1, 20\)"),
        (np.ones((0, 20)), r"got \(0, 20\)"),
        (
            np.where(np.eye(3, 20) > 0, np.nan, 1.0),
            "nor infinite values, got 3, the first in regressor 0 at time 0",
        ),
        (np.full((2, 1, 20), np.inf), "got 40, the first in regressor 0 at time 0"),
        (np.ones((20, 20)), "fewer than the observed values of a series, got 20 for 20 values in series 0"),
    ],
)
def test_bad_regressors_are_refused_with_rule_and_value(x, message):
    with pytest.raises(ValueError, match=message):
        fit_harmonic(np.sin(np.arange(40.0)).reshape(2, 20), x)


def test_bad_regressors_of_the_future_are_refused():
    fit = fit_harmonic(np.sin(np.arange(20.0))[None], np.eye(1, 20))
    for x, message in (([[1.0]], r"\(1, 2\) or \(1, 1, 2\), got \(1, 1\)"), ([[0.0, np.nan]], "time 1")):
        with pytest.raises(ValueError, match=message):
            fit.given([20, 21], x)


def test_answers_are_given_only_at_times_with_known_regressors():
    y, x, _ = simulated(holidays, 2)
    fit = fit_harmonic(y[:, :N], x[..., :N], method="iaa")
    inside, ahead = fit.evaluate(PAST), fit.given(AHEAD, x[..., N:])
    np.testing.assert_array_equal(inside[:, [7, 3]], fit.given([7, 3], x[..., [7, 3]]).evaluate([7, 3]))
    np.testing.assert_allclose(ahead.evaluate(AHEAD[[4, 1]]), ahead.evaluate(AHEAD)[:, [4, 1]], rtol=1e-12)
    for method in ("evaluate", "variance"):
        with pytest.raises(ValueError, match="got none at 1 of 2 times, the first 100"):
            getattr(fit, method)([99, 100])
        with pytest.raises(ValueError, match="got none at 1 of 2 times, the first 99"):
            getattr(ahead, method)([99, 100])


def test_a_fit_without_regressors_takes_none():
    with pytest.raises(ValueError, match=r"regressors must be None .* got regressors of the shape \(1, 2\)"):
        fit_harmonic(np.sin(np.arange(20.0))[None]).given([20, 21], [[0.0, 1.0]])


def test_regressors_hold_numbers_and_methods_have_names():
    with pytest.raises(TypeError, match="real numbers, got values of type <U1"):
        as_regressors([["a"]], 1, None, 1)
    with pytest.raises(ValueError, match="method must be one of"):
        fit_harmonic(np.ones((1, 20)), np.eye(1, 20), method="fft")
