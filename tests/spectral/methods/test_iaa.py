"""The adaptive spectrum: a slow dense version beside the fast one, and laws."""

import numpy as np
import pytest
from scipy.fft import next_fast_len

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral._parts.integrated import integrate
from harmonic_forecasters.spectral._parts.periods import harmonics
from harmonic_forecasters.spectral.methods.iaa import GRID, NOISE_FACTOR, SPECTRUM_ITERATIONS, fit_iaa

AHEAD = np.arange(60, 70)


def fit_integrated(y, **options):
    y = np.asarray(y)
    return integrate(y, fit_iaa(np.diff(y), **options))


def windows(n_series, n_samples=60, seed=0):
    signals = harmonic_sums(
        n_series, length=n_samples, n_components=(2, 5), periods=(3, 40), noise=0.1, random_state=seed
    )
    return signals.values + 0.7


def dense_iaa(y, times, known=()):
    """Mean and variance at the times by matrices, a loop over everything, for one series with gaps."""
    n_samples, seen = len(y), ~np.isnan(y)
    t = np.arange(n_samples)
    n_grid = next_fast_len(GRID * n_samples, real=True)
    n_grid += n_grid % 2
    known = np.asarray(known)  # of a wave at frequency 1/2 the two signs are one
    frequency = np.concatenate([np.arange(n_grid) / n_grid, known, -known[known < 0.5]])
    basis = np.stack([np.ones(n_samples), (t - (n_samples - 1) / 2) / (n_samples / 2)], axis=1)
    line = np.linalg.lstsq(basis[seen], y[seen], rcond=None)[0]
    unit = np.sqrt(np.mean((y - basis @ line)[seen] ** 2))
    scaled, start = y[seen] / unit, line / unit
    waves = np.exp(2j * np.pi * np.outer(t[seen], frequency))
    residual = scaled - basis[seen] @ start
    waved = frequency != 0.0  # the level is estimated beside the waves
    power, noise = waved * np.abs(waves.conj().T @ residual) ** 2 / seen.sum() ** 2, 0.0
    for iteration in range(SPECTRUM_ITERATIONS + 1):
        covariance = (waves * power @ waves.conj().T).real + (noise + 1e-12) * np.eye(seen.sum())
        inverse = np.linalg.inv(covariance)
        information = basis[seen].T @ inverse @ basis[seen]
        estimate = np.linalg.solve(information, basis[seen].T @ inverse @ scaled)
        error = np.diagonal(np.linalg.inv(information))
        prior = np.diag(np.maximum(estimate**2 - error, 1e-12 * estimate**2))
        full = np.linalg.inv(covariance + basis[seen] @ prior @ basis[seen].T)
        weights = full @ scaled
        if iteration == SPECTRUM_ITERATIONS:
            break
        passed = np.einsum("tf,ts,sf->f", waves.conj(), full, waves).real
        power = waved * np.abs(waves.conj().T @ weights) ** 2 / passed**2
        noise = NOISE_FACTOR * np.mean(weights**2) / np.mean(np.diagonal(full)) ** 2
    all_basis = np.stack([np.ones(len(times)), (times - (n_samples - 1) / 2) / (n_samples / 2)], axis=1)
    ahead = np.exp(2j * np.pi * np.outer(times, frequency))
    cross = (ahead * power @ waves.conj().T).real + all_basis @ prior @ basis[seen].T
    # The error of a predictor p, covariances k and noise s: k_tt + s - 2 p k + p (K + s) p.
    own = power.sum() + np.einsum("ti,ij,tj->t", all_basis, prior, all_basis)
    predictor = cross @ full
    truth = np.linalg.inv(full) - noise * (1 - 1 / NOISE_FACTOR) * np.eye(seen.sum())
    variance = own + noise / NOISE_FACTOR - 2 * np.einsum("tn,tn->t", predictor, cross)
    variance += np.einsum("tn,nm,tm->t", predictor, truth, predictor)
    return unit * cross @ weights, unit**2 * variance


@pytest.mark.parametrize("periods", [(), (7.3, 12)])
@pytest.mark.parametrize("gaps", [[], [3, 4, 30], [0, 59]])
def test_equals_the_dense_version(gaps, periods):
    y = windows(2, seed=5) + 0.05 * np.arange(60)
    y[:, gaps] = np.nan
    fit, times = fit_iaa(y, periods=periods), np.arange(-3, 75)
    for series in range(2):
        mean, variance = dense_iaa(y[series], times, harmonics(periods))
        np.testing.assert_allclose(fit.evaluate(times)[series], mean, rtol=0, atol=1e-7)
        np.testing.assert_allclose(fit.variance(times)[series], variance, rtol=1e-5, atol=1e-9)


def test_a_batch_gives_what_each_window_gives_alone_gaps_or_not():
    y = windows(12)
    y[2, 7] = y[5, 20:25] = np.nan
    together = fit_iaa(y)
    alone = [fit_iaa(one[None]) for one in y]
    np.testing.assert_allclose(
        together.evaluate(AHEAD), np.concatenate([fit.evaluate(AHEAD) for fit in alone]), rtol=0, atol=1e-8
    )
    np.testing.assert_allclose(
        together.variance(AHEAD), np.concatenate([fit.variance(AHEAD) for fit in alone]), rtol=1e-6
    )


@pytest.mark.parametrize("fit", [fit_iaa, fit_integrated])
@pytest.mark.parametrize("factor", [1e-9, 1e9])
def test_scale_and_shift_of_the_window_are_those_of_the_forecast(fit, factor):
    y = windows(4)
    plain, changed = fit(y), fit(factor * y)
    np.testing.assert_allclose(changed.evaluate(AHEAD) / factor, plain.evaluate(AHEAD), rtol=0, atol=1e-7)
    np.testing.assert_allclose(changed.variance(AHEAD) / factor**2, plain.variance(AHEAD), rtol=1e-5)
    n_log = y.shape[1] * np.log(factor)
    np.testing.assert_allclose(changed.log_evidence + n_log, plain.log_evidence, rtol=0, atol=1e-4)


def test_turned_around_in_time_the_window_is_smoothed_alike():
    y = windows(3)
    t = np.arange(60)
    np.testing.assert_allclose(
        fit_iaa(y[:, ::-1]).evaluate(t)[:, ::-1], fit_iaa(y).evaluate(t), rtol=0, atol=1e-7
    )


def test_a_straight_line_is_continued_and_leaves_no_doubt():
    y = np.stack([np.full(40, 7.0), np.arange(40.0), np.zeros(40)])
    for fit in (fit_iaa(y), fit_integrated(y)):
        np.testing.assert_allclose(fit.evaluate([40, 50]), [[7, 7], [40, 50], [0, 0]], rtol=0, atol=1e-9)
        assert (fit.variance([40, 50]) == 0.0).all()


def test_lines_are_those_in_the_window():
    t = np.arange(300)
    y = 3.0 + 2.0 * np.cos(2 * np.pi * t / 12.42 + 1.0) + 0.5 * np.cos(2 * np.pi * t / 23.93 - 2.0)
    y += 0.05 * np.random.default_rng(0).normal(size=300)
    for fit in (fit_iaa(y[None]), fit_integrated(y[None])):
        lines = fit.lines()
        np.testing.assert_allclose(lines.period[0, :2], [12.42, 23.93], rtol=5e-3)
        np.testing.assert_allclose(lines.amplitude[0, :2], [2.0, 0.5], rtol=0.05)
        np.testing.assert_allclose(lines.phase[0, :2], [1.0, -2.0], rtol=0, atol=0.1)


def test_a_wandering_level_has_more_evidence_as_such():
    noise = np.random.default_rng(0).normal(size=(20, 120))
    walk = np.cumsum(noise, axis=1)
    assert (fit_integrated(walk).log_evidence > fit_iaa(walk).log_evidence).mean() > 0.8
    assert (fit_integrated(noise).log_evidence < fit_iaa(noise).log_evidence).mean() > 0.8


def test_variances_of_sums_grow_as_those_of_a_random_walk():
    walk = np.cumsum(np.random.default_rng(1).normal(size=(30, 150)), axis=1)
    growth = fit_integrated(walk).variance([150, 159]).mean(axis=0)
    # Ten steps of unit variance; the level of noise is overrated, hence the wide limits.
    assert 5.0 < growth[1] / growth[0] < 20.0
    assert 0.5 < growth[0] < 4.0


def test_inside_the_window_and_before_it_the_changes_lead_from_sample_to_sample():
    y = windows(2)
    fit = fit_integrated(y)
    changes = fit.changes.evaluate(np.arange(-2, 59))
    np.testing.assert_allclose(fit.evaluate([5]), y[:, [4]] + changes[:, [6]])
    np.testing.assert_allclose(fit.evaluate([-2]), y[:, [0]] - changes[:, :2].sum(axis=1, keepdims=True))
    assert np.isfinite(fit.variance([-2, 0, 5, 59, 60])).all()


def test_long_windows_with_gaps_are_filled_as_they_are_fitted():
    t = np.arange(1300)
    y = np.cos(2 * np.pi * t / 12.42) + 0.1 * np.random.default_rng(0).normal(size=1300)
    broken = y.copy()
    broken[np.random.default_rng(1).random(1300) < 0.1] = np.nan
    ahead = np.arange(1300, 1340)
    fit = fit_iaa(broken[None])
    np.testing.assert_allclose(fit.evaluate(ahead)[0], np.cos(2 * np.pi * ahead / 12.42), rtol=0, atol=0.2)
    assert np.isfinite(fit.variance(ahead)).all()


@pytest.mark.parametrize("fit", [fit_iaa, fit_integrated])
def test_far_ahead_nothing_begins_anew_and_doubt_does_not_shrink(fit):
    rng = np.random.default_rng(0)
    y = rng.normal(size=(20, 24)) if fit is fit_iaa else np.cumsum(rng.normal(size=(20, 24)), axis=1)
    process = fit(y)
    ahead = np.arange(24, 24 + 6 * 24)
    deviation = np.sqrt(process.variance(ahead))
    assert (deviation[:, 1:] > 0.97 * np.maximum.accumulate(deviation, axis=1)[:, :-1]).all()
    # Beyond the grid's half period the waves have faded, and what is left is a straight line, or its sum.
    order = 2 if fit is fit_iaa else 3
    assert np.abs(np.diff(process.evaluate(ahead[80:]), n=order)).max() < 1e-9 * np.abs(y).max()


def test_known_periods_go_on_where_others_are_forgotten():
    t = np.arange(900)
    season = np.cos(2 * np.pi * t / 12) + 0.5 * np.cos(2 * np.pi * t / 4 + 1.0)
    y = season[:100] + 0.3 * np.random.default_rng(1).normal(size=100)
    untold, told = fit_iaa(y[None]), fit_iaa(y[None], periods=12)
    far = t[500:]
    assert np.abs(untold.evaluate(far)).max() < 0.3
    assert np.mean((told.evaluate(far) - season[far]) ** 2) < 0.3 * np.mean(season**2)
    # Told a period that is not there, forecasts hardly change.
    error, wrong = (
        np.mean((fit.evaluate(t[100:110]) - season[100:110]) ** 2)
        for fit in (untold, fit_iaa(y[None], periods=7.7))
    )
    assert wrong < 1.5 * error


def test_a_period_longer_than_the_window_changes_nothing():
    y = windows(3)
    np.testing.assert_array_equal(fit_iaa(y, periods=1e6).evaluate(AHEAD), fit_iaa(y).evaluate(AHEAD))


def test_told_periods_are_lines_at_their_very_frequency():
    t = np.arange(1440)
    tide = np.cos(2 * np.pi * t / 23.93) + 0.5 * np.cos(2 * np.pi * t / 24.07 + 1.0)
    y = tide + 0.05 * np.random.default_rng(0).normal(size=1440)
    period = fit_iaa(y[None], periods=[23.93, 24.07]).lines().period[0]
    for told in (23.93, 24.07):
        assert np.abs(period - told).min() < 1e-6


def test_harmonics_of_several_periods_are_listed_once_and_not_without_end():
    assert len(harmonics([24, 12])) == 12
    np.testing.assert_array_equal(harmonics(2), [0.5])
    assert len(harmonics(8766)) == 100
    assert len(harmonics(())) == 0


def test_too_few_values_are_refused():
    with pytest.raises(ValueError, match="at least 3 observed values, series 1 has 2"):
        fit_iaa([[1.0, 2.0, 3.0], [1.0, np.nan, 2.0]])


def test_rounding_does_not_show_beside_another_series_or_in_another_unit():
    alternating, other = (-1.0) ** np.arange(80), np.random.default_rng(0).normal(size=80)
    ahead = np.arange(80, 140)
    alone = fit_iaa(alternating[None]).evaluate(ahead)
    beside = fit_iaa(np.stack([alternating, other])).evaluate(ahead)[:1]
    scaled = fit_iaa(0.7 * alternating[None]).evaluate(ahead) / 0.7
    np.testing.assert_allclose(beside, alone, atol=1e-5)
    np.testing.assert_allclose(scaled, alone, atol=1e-5)
