"""Waves of known periods last for ever, whatever the method."""

import pickle

import numpy as np
import pytest

from harmonic_forecasters.spectral import METHODS, fit_harmonic
from harmonic_forecasters.spectral.harmonic import TAKING_PERIODS
from harmonic_forecasters.spectral.known_periods import separate_harmonics

#: M2, S2, N2, K1, O1, Q1, in hours.
TIDES = [12.4206, 12.0, 12.6583, 23.9345, 25.8193, 26.8684]


def tide(n_samples, seed):
    rng = np.random.default_rng(seed)
    amplitude, phase = np.array([0.18, 0.06, 0.04, 0.15, 0.09, 0.05]), rng.uniform(0, 2 * np.pi, 6)
    turns = 2 * np.pi * np.arange(n_samples) / np.array(TIDES)[:, None]
    return amplitude @ np.cos(turns + phase[:, None]), 0.03 * rng.normal(size=n_samples)


def least_squares(y, periods, t):
    def columns(t):
        turns = 2 * np.pi * t[:, None] / np.array(periods)
        return np.column_stack([np.ones(len(t)), np.cos(turns), np.sin(turns)])

    return columns(t) @ np.linalg.lstsq(columns(np.arange(len(y))), y, rcond=None)[0]


def test_six_tides_of_a_month_are_forecast_for_a_year_nearly_as_by_least_squares():
    month, ahead = 720, np.concatenate([720 + 24 * day + np.arange(100) for day in (10, 100, 300, 350)])
    squares = []
    for seed in range(4):
        clean, noise = tide(ahead[-1] + 1, seed)
        y = (clean + noise)[:month]
        fit = fit_harmonic(y[None], periods=TIDES)
        forecasts = fit.evaluate(ahead)[0], least_squares(y, TIDES, ahead)
        squares.append([np.mean((each - clean[ahead]) ** 2) for each in forecasts])
        outside = np.abs(forecasts[0] - clean[ahead]) > 1.645 * np.sqrt(fit.variance(ahead)[0])
        assert outside.mean() < 0.1
    ours, theirs = np.sqrt(np.mean(squares, axis=0))
    assert ours < 2.0 * theirs


@pytest.mark.parametrize("method", TAKING_PERIODS)
def test_a_season_is_whole_ten_windows_ahead_and_the_methods_own_nearby(method):
    t = np.arange(960)
    season = np.where(t % 12 < 4, 10.0, 0.0)
    y = (season + np.random.default_rng(3).normal(size=960))[None, :96]
    fit = fit_harmonic(y, method=method, periods=12)
    own = METHODS[method](y, periods=12)
    near, far = t[:144], t[900:]
    np.testing.assert_array_equal(fit.evaluate(near), own.evaluate(near))
    np.testing.assert_array_equal(fit.variance(near), own.variance(near))
    error = fit.evaluate(far)[0] - season[far]
    assert np.sqrt(np.mean(error**2)) < 1.0
    # The passage from one to the other is smooth.
    steps = np.diff(fit.evaluate(t[140:200])[0] - season[140:200])
    assert np.abs(steps).max() < 3.0
    assert fit.variance(far).min() > 0.5
    # Slopes may go on.
    assert fit.variance(far).max() < 100.0


@pytest.mark.parametrize("periods", [12, TIDES])
def test_series_with_known_periods_do_not_depend_on_those_beside_them(periods):
    y = np.random.default_rng(4).normal(size=(3, 80)) + 5.0 * np.sin(2 * np.pi * np.arange(80) / 12)
    y[1, 5] = np.nan
    ahead = np.arange(80, 400, 7)
    together = fit_harmonic(y, periods=periods)
    for i in range(3):
        alone = fit_harmonic(y[i : i + 1], periods=periods)
        np.testing.assert_allclose(
            together.evaluate(ahead)[i], alone.evaluate(ahead)[0], rtol=1e-6, atol=1e-6
        )
        np.testing.assert_allclose(together.variance(ahead)[i], alone.variance(ahead)[0], rtol=1e-6)
    copied = pickle.loads(pickle.dumps(together))
    np.testing.assert_array_equal(copied.evaluate(ahead), together.evaluate(ahead))


@pytest.mark.parametrize(("n_samples", "periods"), [(20, 50.0), (9, [2.1, 2.5, 3.0, 4.0]), (5, 2.0)])
def test_periods_that_a_window_cannot_hold_are_left_to_the_method(n_samples, periods):
    y, ahead = np.random.default_rng(5).normal(size=(1, n_samples)), np.arange(n_samples, 90)
    own = METHODS["blend"](y, periods=periods).evaluate(ahead)
    np.testing.assert_array_equal(fit_harmonic(y, periods=periods).evaluate(ahead), own)


def test_harmonics_are_separate_and_no_more_than_the_window_can_tell():
    found = separate_harmonics(np.array([24.0, 168.0, 700.0]), 500)
    np.testing.assert_allclose(found[:2], [1 / 24, 1 / 168])
    apart = np.abs(found[:, None] - found)[~np.eye(len(found), dtype=bool)]
    assert apart.min() >= 1 / 500 * (1 - 1e-9)
    assert found.max() <= 0.5
