"""Seasonal processes: covariance, evidence and forecast against plain linear algebra, and what they know."""

import copy
import pickle

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from harmonic_forecasters.spectral import fit_harmonic
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral.methods.seasonal import (
    BANK_SAMPLES,
    LONG_SAMPLES,
    fit_processes,
    fit_seasonal,
)
from harmonic_forecasters.spectral.methods.seasonal.bank import N_PROCESSES, bank_of, fit_bank
from harmonic_forecasters.spectral.methods.seasonal.long import _unlikeliness, covariance, fit_long
from harmonic_forecasters.spectral.methods.seasonal.periods import found_periods, seasons_of
from harmonic_forecasters.spectral.methods.seasonal.priors import bank_ranges, evenly_spread, long_ranges


def seasonal_series(n_samples, period=12, seed=0, noise=1.0):
    t = np.arange(n_samples)
    shape = np.random.default_rng(99).normal(size=period)
    return (
        50.0 + 0.1 * t + 5.0 * shape[t % period] + noise * np.random.default_rng(seed).normal(size=n_samples)
    )


def free_level(covariance_matrix, y):
    """Weights, level and quadratic form of a Gaussian process about a free level, by plain inverses."""
    inverse, ones = np.linalg.inv(covariance_matrix), np.ones(len(y))
    precision = ones @ inverse @ ones
    level = ones @ inverse @ y / precision
    weights = inverse @ (y - level)
    return weights, level, y @ weights, precision


def test_a_bank_forecasts_as_plain_linear_algebra_does():
    y, ahead = seasonal_series(30, period=4), np.array([30, 33, 41, -2])
    bank = bank_of(30, (4.0,))
    fit = fit_bank(y[None], (4.0,))
    times = np.arange(30)
    inside, cross, prior = bank.covariance(times), bank.covariance(ahead), bank.variance(ahead)
    means, variances, densities = [], [], []
    standing = (y - y.mean()) / y.std()
    for i in range(N_PROCESSES):
        r = inside[i] + np.eye(30)
        weights, level, quadratic, precision = free_level(r, standing)
        scale = quadratic / 30
        solved = np.linalg.solve(r, cross[i].T)
        means.append(level + cross[i] @ weights)
        beyond = 1.0 - solved.sum(axis=0)
        explained = np.einsum("tn,nt->t", cross[i], solved)
        variances.append(scale * (1.0 + prior[i] - explained + beyond**2 / precision))
        # The density of the samples, the level integrated over a flat prior of density 1 / sqrt(2 pi scale).
        density = multivariate_normal(np.full(30, level), scale * r).logpdf(standing)
        # Level and noise alone are as probable as the others together at 25 samples.
        alone = 1.0 / (1.0 + (30 / 25) ** 4)
        prior_weight = alone if i == 0 else (1.0 - alone) / (N_PROCESSES - 1)
        densities.append(density - 0.5 * np.log(precision) + np.log(prior_weight))
    weights = np.exp(densities - np.logaddexp.reduce(densities))
    mean = weights @ means
    variance = weights @ (np.array(variances) + np.array(means) ** 2) - mean**2
    np.testing.assert_allclose(fit.evaluate(ahead)[0], y.mean() + y.std() * mean, rtol=1e-6)
    np.testing.assert_allclose(fit.variance(ahead)[0], 30 / 27.6 * y.var() * variance, rtol=1e-6)
    evidence = np.logaddexp.reduce(densities) - 30 * np.log(y.std())
    np.testing.assert_allclose(fit.log_evidence[0], evidence, rtol=1e-9)


def test_the_covariance_of_a_bank_is_that_of_its_parts():
    # The parameters of the second process, by their definition; the first has noise alone.
    ranges = bank_ranges(1, 20)
    second = np.exp(ranges[:, 0] + np.ptp(ranges, axis=1) * evenly_spread(N_PROCESSES, len(ranges))[1])
    strength, smoothness, memory, short, tau, wandering, slope, fading, fading_memory = second
    s, t = 3, 11
    d = t - s

    def apart(d):
        slopes = fading * fading_memory**2 * (d / fading_memory + np.exp(-d / fading_memory) - 1.0)
        return 0.5 * wandering * d + slopes

    def line(t):
        return (t - 9.5) / 10.0

    season = strength * np.exp(-2.0 * np.sin(np.pi * d / 7) ** 2 / smoothness**2 - d / (7 * memory))
    expected = season + short * np.exp(-d / tau) - apart(d) + apart(s) + apart(t) + slope * line(s) * line(t)
    bank = bank_of(20, (7.0,))
    noise_alone, found = bank.covariance(np.array([t]))[:2, 0, s]
    assert noise_alone == 0.0
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    own = strength + short + 2.0 * apart(t) + slope * line(t) ** 2
    np.testing.assert_allclose(bank.variance(np.array([t]))[1, 0], own, rtol=1e-9)


def test_hyperparameters_are_spread_evenly_over_their_ranges():
    points = evenly_spread(128, 9)
    assert points.shape == (128, 9)
    assert ((points > 0.0) & (points < 1.0)).all()
    counts = np.stack([np.histogram(column, bins=8, range=(0, 1))[0] for column in points.T])
    assert counts.min() >= 10
    assert counts.max() <= 22


@pytest.mark.parametrize("seasons", [(), (24.0,), (7.0, 24.0)])
def test_the_gradient_of_the_evidence_is_that_of_finite_differences(seasons):
    y = np.cumsum(np.random.default_rng(1).normal(size=80))
    ranges = long_ranges(seasons)
    middle, reach = ranges.mean(axis=1), 0.5 * np.ptp(ranges, axis=1)
    at = middle + 0.3 * reach * np.random.default_rng(2).normal(size=len(middle))
    options = y / y.std(), seasons, middle, reach
    _, gradient = _unlikeliness(at, *options)
    step = 1e-5 * np.eye(len(at))
    differences = [
        (_unlikeliness(at + d, *options)[0] - _unlikeliness(at - d, *options)[0]) / 2e-5 for d in step
    ]
    np.testing.assert_allclose(gradient, differences, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_a_long_window_is_forecast_as_plain_linear_algebra_does(slope):
    y = seasonal_series(150, period=7, noise=2.0) + (slope - 0.1) * np.arange(150)
    ahead = np.array([150, 155, 180])
    fit = fit_long(y, (7.0,))
    lags = np.abs(np.subtract.outer(np.arange(181), np.arange(181)))
    k = covariance(fit.parameters, (7.0,), np.arange(181))[lags]
    r = k[:150, :150] + np.eye(150)
    standing = (y - y.mean()) / y.std()
    basis = trend_basis(np.arange(150), 150)
    inverse = np.linalg.inv(r)
    precision = basis @ inverse @ basis.T
    line = np.linalg.solve(precision, basis @ inverse @ standing)
    scale = standing @ inverse @ (standing - line @ basis) / 150
    density = multivariate_normal(line @ basis, scale * r).logpdf(standing)
    evidence = density - 0.5 * np.linalg.slogdet(precision)[1] - 150 * np.log(y.std())
    np.testing.assert_allclose(fit.log_evidence, evidence, rtol=1e-9)
    # The prior variance of the slope is what its square exceeds 25 squared standard errors by.
    beyond = line[1] ** 2 / scale - 25.0 * np.linalg.inv(precision)[1, 1]
    assert (beyond > 0.0) == (slope > 0.0)
    precision[1, 1] += 1.0 / max(beyond, 1e-20)
    line = np.linalg.solve(precision, basis @ inverse @ standing)
    cross = k[ahead, :150]
    mean = line @ trend_basis(ahead, 150) + cross @ inverse @ (standing - line @ basis)
    np.testing.assert_allclose(fit.evaluate(ahead), y.mean() + y.std() * mean, rtol=1e-7)
    beside = trend_basis(ahead, 150) - basis @ inverse @ cross.T
    variance = 1.0 + k[0, 0] - np.einsum("tn,nm,tm->t", cross, inverse, cross)
    variance += np.einsum("kt,kt->t", beside, np.linalg.solve(precision, beside))
    np.testing.assert_allclose(fit.variance(ahead), y.var() * scale * variance, rtol=1e-6)


@pytest.mark.parametrize("n_samples", [48, 120, 300, 600])
def test_a_season_of_any_shape_is_continued(n_samples):
    y = np.stack([seasonal_series(n_samples + 24, seed=seed) for seed in range(6)])
    ahead = np.arange(n_samples, n_samples + 24)
    fit = fit_seasonal(y[:, :n_samples], candidates=[12])
    error, deviation = fit.evaluate(ahead) - y[:, n_samples:], np.sqrt(fit.variance(ahead))
    naive = np.tile(y[:, n_samples - 12 : n_samples], 2) - y[:, n_samples:]
    assert np.abs(error).mean() < 0.9 * np.abs(naive).mean()
    assert (np.abs(error) < 4.5 * deviation).all()


def test_intervals_of_random_walks_and_noise_hold_what_they_say():
    rng = np.random.default_rng(3)
    walks, noise = np.cumsum(rng.normal(size=(150, 68)), axis=1), rng.normal(size=(150, 68))
    for y in (walks, noise):
        fit, ahead = fit_seasonal(y[:, :60], candidates=[]), np.arange(60, 68)
        inside = np.abs(y[:, 60:] - fit.evaluate(ahead)) < 1.2816 * np.sqrt(fit.variance(ahead))
        assert 0.72 < inside.mean() < 0.88


def test_seasons_are_those_known_or_those_of_the_calendar_and_one_found():
    y = np.sin(2 * np.pi * np.arange(100) / 9.4)[None]
    assert seasons_of(y, [7, 3, 7], [24]) == [(3.0, 7.0)]
    np.testing.assert_allclose(seasons_of(y, None, [24, 168, 5]), [(5.0, 9.4, 24.0)], atol=0.1)
    np.testing.assert_allclose(seasons_of(y, None, None), [(9.4,)], atol=0.1)
    assert seasons_of(y, None, [9.5, 24]) == [(9.5, 24.0)]
    assert seasons_of(y, None, [24], shortest_searched=101) == [(24.0,)]
    assert seasons_of(y, None, None, shortest_searched=101) == [()]
    assert len(seasons_of(y, None, [2, 3, 4, 5, 6])[0]) == 4


def test_no_season_is_found_in_noise_lines_and_constants():
    t = np.arange(400.0)
    rows = np.stack([np.full(400, 3.0), 2.0 * t - 7.0, np.random.default_rng(0).normal(size=400)])
    np.testing.assert_array_equal(found_periods(rows)[:2], 0.0)
    assert found_periods(rows * 1e9)[0] == 0.0


def test_processes_that_start_from_others_end_near_them():
    y = seasonal_series(700, period=24)[None]
    first = fit_processes(y, [(24.0,)])
    again = fit_processes(y, [(24.0,)], first)
    # The further search only goes on.
    assert again.longs[0].log_evidence > first.longs[0].log_evidence - 1.0
    ahead = np.arange(700, 724)
    np.testing.assert_allclose(again.evaluate(ahead), first.evaluate(ahead), atol=0.5)


@pytest.mark.parametrize(("n_samples", "seen"), [(399, BANK_SAMPLES), (5000, LONG_SAMPLES)])
def test_only_the_last_samples_count(n_samples, seen):
    y = seasonal_series(n_samples)
    other = y.copy()
    other[: n_samples - seen] = 7.0
    ahead = np.arange(n_samples, n_samples + 12)
    forecasts = [fit_processes(each[None], [(12.0,)]).evaluate(ahead) for each in (y, other)]
    np.testing.assert_array_equal(*forecasts)


@pytest.mark.parametrize(("n_samples", "seen"), [(399, BANK_SAMPLES), (2500, LONG_SAMPLES)])
def test_fitted_values_follow_the_whole_window(n_samples, seen):
    y = seasonal_series(n_samples, noise=0.5)
    t = np.arange(-12, n_samples)
    fit = fit_processes(y[None], [(12.0,)])
    error = fit.evaluate(t)[0, 12:] - y
    assert np.abs(error).max() < 3.0
    assert np.sqrt(fit.variance(t)).max() < 6.0
    # One by one they are as together.
    some = np.array([-12, 0, n_samples - seen - 1, n_samples - seen, n_samples - 1])
    one_by_one = [fit.evaluate([each])[0, 0] for each in some]
    np.testing.assert_allclose(fit.evaluate(some)[0], one_by_one, rtol=1e-9)


def test_a_copy_holds_no_arrays_of_the_bank():
    y = seasonal_series(100)
    fit, ahead = fit_seasonal(y[None], candidates=[12]), np.arange(90, 110)
    kept = pickle.dumps(fit)
    assert len(kept) < 300_000
    np.testing.assert_array_equal(pickle.loads(kept).evaluate(ahead), fit.evaluate(ahead))
    np.testing.assert_array_equal(copy.deepcopy(fit).variance(ahead), fit.variance(ahead))


def test_the_lines_of_a_season_are_its_harmonics():
    y = seasonal_series(120, noise=0.0)
    frequency = fit_harmonic(y[None], method="seasonal", candidates=[12]).lines().frequency[0]
    np.testing.assert_allclose(np.sort(frequency), np.arange(1, 7) / 12)
