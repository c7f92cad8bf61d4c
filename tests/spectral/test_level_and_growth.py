"""What the default makes of levels, slopes and growth, with a calendar and without."""

import numpy as np
import pytest

from harmonic_forecasters.spectral import fit_harmonic

calendars = pytest.mark.parametrize("candidates", [None, [], [12]])


def forecast(y, n, candidates=None):
    y = np.atleast_2d(np.asarray(y, dtype=float))
    return fit_harmonic(y, candidates=candidates).evaluate(np.arange(y.shape[1], y.shape[1] + n))


@calendars
@pytest.mark.parametrize("added", [0.0, 1.0, 10.0, 100.0])
def test_noise_about_a_level_is_forecast_at_its_level(added, candidates):
    y = 1.0 + np.random.default_rng(20).normal(size=(200, 30))
    assert 0.9 < forecast(y + added, 10, candidates).mean() - added < 1.1


@calendars
def test_ten_values_are_forecast_near_their_mean(candidates):
    y = [1857, 1064, 1013, -350, 4831, 1944, 81, np.nan, -747, 983]
    np.testing.assert_allclose(forecast(y, 5, candidates), np.nanmean(y), rtol=0.2)


@calendars
def test_a_slope_under_noise_goes_on(candidates):
    t = np.arange(72)
    y = 0.05 * t + np.random.default_rng(21).normal(size=(300, 72))
    error = forecast(y[:, :60], 12, candidates) - 0.05 * t[60:]
    assert np.mean(error**2) < 0.25


def test_a_jump_at_the_end_is_not_taken_for_growth():
    y = [1.0] * 24 + [np.nan, np.nan, 1.0, 1e6]
    assert forecast(y, 20).max() <= 1e6


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_forecasts_leave_the_range_by_no_more_than_itself_unless_growth_lasts(seed, sign):
    rng = np.random.default_rng(seed)
    n_samples = int(rng.integers(12, 60))
    y = np.concatenate([rng.normal(size=n_samples - 3), 10.0 ** rng.uniform(0, 6, size=3)])
    ahead = forecast(sign * y, 4 * n_samples)
    largest = y.max() + np.ptp(y)
    # What noise makes of the medians of the thirds is far below the jump.
    assert (sign * ahead).max() <= 1.01 * largest
    assert (sign * ahead).min() >= y.min() - 1.01 * np.ptp(y)


def test_a_straight_line_under_noise_leaves_the_range_by_more():
    t = np.arange(150)
    y = 2.0 * t + np.random.default_rng(24).normal(size=150)
    np.testing.assert_allclose(forecast(y[:50], 100)[0], 2.0 * t[50:], rtol=0.07)


def test_lasting_growth_by_a_constant_factor_goes_on_for_as_long_again():
    t = np.arange(120)
    noise = 0.02 * np.random.default_rng(22).normal(size=60)
    ahead = forecast(np.exp(0.04 * t[:60] + noise), 60)[0]
    np.testing.assert_allclose(np.log(ahead), 0.04 * t[60:], atol=0.4)


@pytest.mark.parametrize("n_samples", [3, 4, 5, 6, 7])
def test_few_values_give_level_and_slope_and_an_interval_that_holds(n_samples):
    ahead = np.arange(n_samples, n_samples + 3)
    y = 5.0 + np.random.default_rng(23).normal(size=(1000, n_samples + 3))
    fit = fit_harmonic(y[:, :n_samples])
    error, deviation = fit.evaluate(ahead) - y[:, n_samples:], np.sqrt(fit.variance(ahead))
    assert 0.75 < np.mean(np.abs(error) < 1.2816 * deviation) < 0.9
    if n_samples >= 5:
        straight = fit_harmonic(np.arange(n_samples)[None] + 0.1 * y[:1, :n_samples])
        assert straight.evaluate(ahead[-1:])[0, 0] > n_samples - 0.2
