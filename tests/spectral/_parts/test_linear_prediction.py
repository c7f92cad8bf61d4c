"""Continuation by a recursion: laws, and slow recursions beside the fast ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonic_forecasters.spectral._parts.linear_prediction import (
    LARGEST_GROWTH,
    LinearPrediction,
    polynomial_roots,
    split_level,
    stabilised,
)
from harmonic_forecasters.spectral.methods.modified_covariance import fit_modified_covariance

SEEDS = st.integers(0, 2**32 - 1)


def prediction(windows, coefficients, noise_variance=1.0, level=0.0, parameter_share=0.0):
    windows, coefficients = np.atleast_2d(windows), np.atleast_2d(coefficients)
    full = np.ones(len(windows))
    return LinearPrediction(
        windows, coefficients, noise_variance * full, level * full, parameter_share * full
    )


def random_prediction(seed, n_series=3, n_samples=12, order=4, largest=0.9):
    """Windows of noise under recursions whose roots have at most the given size."""
    rng = np.random.default_rng(seed)
    roots = (
        largest
        * rng.uniform(0.3, 1.0, (n_series, order // 2))
        * np.exp(1j * rng.uniform(0.0, np.pi, (n_series, order // 2)))
    )
    coefficients = np.array([-np.poly([*r, *r.conj()]).real[1:] for r in roots])
    return prediction(rng.normal(size=(n_series, n_samples)), coefficients, 0.3, 2.0)


def slow_values(window, coefficients, n_steps):
    values, most = list(window), LARGEST_GROWTH * max(map(abs, window))
    for _ in range(n_steps):
        following = sum(a * values[-i] for i, a in enumerate(coefficients, start=1))
        values.append(min(max(following, -most), most))
    return np.array(values[len(window) :])


@given(SEEDS, st.integers(1, 40))
def test_beyond_and_before_the_window_values_equal_those_of_the_slow_recursion(seed, n_steps):
    # Where values are cut again and again, rounding grows; roots this small keep clear of that.
    fit = random_prediction(seed, largest=0.5)
    after = fit.evaluate(np.arange(12, 12 + n_steps))
    before = fit.evaluate(np.arange(-1, -1 - n_steps, -1))
    for series in range(3):
        window = fit.windows[series] - 2.0
        slow = slow_values(window, fit.coefficients[series], n_steps)
        np.testing.assert_allclose(after[series] - 2.0, slow, atol=1e-10, rtol=0)
        slow = slow_values(window[::-1], fit.coefficients[series], n_steps)
        np.testing.assert_allclose(before[series] - 2.0, slow, atol=1e-10, rtol=0)


def test_inside_the_window_values_are_predicted_from_their_neighbours():
    fit = random_prediction(0)
    inside = fit.evaluate(np.arange(12)) - 2.0
    values = fit.windows - 2.0
    for series, a in enumerate(fit.coefficients):
        for t in range(12):
            past = values[series, t - 4 : t][::-1] if t >= 4 else values[series, t + 1 : t + 5]
            np.testing.assert_allclose(inside[series, t], a @ past, atol=1e-13, rtol=0)


def test_a_sample_with_too_few_neighbours_stands_for_itself():
    fit = prediction([1.0, 5.0, 2.0, 7.0], [0.1, 0.2, 0.3])
    np.testing.assert_allclose(fit.evaluate([0, 1, 2, 3])[0], [3.0, 5.0, 2.0, 1.5], rtol=1e-15)


@given(SEEDS)
def test_times_may_come_in_any_order_and_the_horizon_changes_nothing(seed):
    fit = random_prediction(seed, largest=1.2)
    t = np.array([40, -7, 3, 12, 40, 0, -30, 11])
    path = fit.evaluate(np.arange(-30, 200))
    np.testing.assert_array_equal(fit.evaluate(t), path[:, t + 30])
    np.testing.assert_array_equal(fit.evaluate([12]), path[:, 42:43])
    np.testing.assert_array_equal(fit.variance(t), fit.variance(np.arange(-30, 200))[:, t + 30])
    assert fit.evaluate([]).shape == fit.variance([]).shape == (3, 0)


@given(SEEDS)
def test_variance_is_the_mean_square_of_the_effect_of_noise(seed):
    fit = random_prediction(seed, largest=0.5)
    variance = fit.variance(np.arange(-10, 22))
    for series, a in enumerate(fit.coefficients):
        response = np.r_[1.0, slow_values([0.0, 0.0, 0.0, 1.0], a, 9)]
        most = max(0.3, 2.0 * np.mean((fit.windows[series] - 2.0) ** 2))
        np.testing.assert_allclose(variance[series, 22:], np.minimum(0.3 * np.cumsum(response**2), most))
    np.testing.assert_allclose(variance[:, :10], variance[:, :21:-1])
    np.testing.assert_array_equal(variance[:, 10:22], 0.3)


def test_errors_of_coefficients_come_in_again_with_each_further_step():
    fit = prediction(np.sin(np.arange(30.0)), [0.5], noise_variance=1e-6, parameter_share=0.2)
    sure = prediction(np.sin(np.arange(30.0)), [0.5], noise_variance=1e-6)
    t = np.arange(30, 45)
    np.testing.assert_allclose(fit.variance(t) / sure.variance(t), [1.0 + 0.4 * np.minimum(t - 30, 10)])


@given(SEEDS, st.sampled_from([0.9, 1.0, 1.05, 3.0]))
def test_variance_is_positive_grows_and_is_bounded(seed, largest):
    fit = random_prediction(seed, largest=largest)
    variance = fit.variance(np.arange(12, 5000))
    assert np.all(variance > 0.0)
    assert np.all(np.diff(variance, axis=1) >= 0.0)
    assert np.all(variance <= np.maximum(0.3, 2.0 * np.mean((fit.windows - 2.0) ** 2, axis=1))[:, None])


@given(SEEDS, st.sampled_from([1.001, 1.05, 2.0, 30.0]))
def test_no_forecast_explodes(seed, largest):
    fit = random_prediction(seed, largest=largest)
    most = LARGEST_GROWTH * abs(fit.windows - 2.0).max(axis=1)
    outside = np.r_[-3000:0, 12:3000]
    assert np.all(abs(fit.evaluate(outside) - 2.0) <= most[:, None] * (1 + 1e-12))


@given(SEEDS, st.integers(1, 6))  # more roots at random can be too ill-conditioned to check
def test_stabilising_mirrors_the_roots_outside_the_unit_circle(seed, n_pairs):
    rng = np.random.default_rng(seed)
    roots = rng.uniform(0.7, 1.3, n_pairs) * np.exp(1j * rng.uniform(0.1, 3.0, n_pairs))
    coefficients = -np.poly([*roots, *roots.conj()]).real[None, 1:]
    stable = stabilised(coefficients)
    w = np.exp(2j * np.pi * np.arange(1000) / 1000)[:, None]
    powers = w ** -np.arange(1, 2 * n_pairs + 1)
    # The gain at each frequency keeps its shape: mirrored factors differ from their images by |root|.
    gain = np.prod(np.maximum(abs(roots), 1.0)) ** 2
    np.testing.assert_allclose(
        gain * abs(1.0 - powers @ stable[0]), abs(1.0 - powers @ coefficients[0]), rtol=1e-4, atol=1e-6
    )
    if np.all(abs(roots) < 0.99):
        np.testing.assert_array_equal(stable, coefficients)


def test_roots_satisfy_the_polynomial():
    coefficients = np.array([[0.5, -0.2, 0.1], [0.0, 0.0, 0.0]])
    z = polynomial_roots(coefficients)
    np.testing.assert_allclose(z[0] ** 3, z[0] ** 2 * 0.5 - 0.2 * z[0] + 0.1, atol=1e-14)
    np.testing.assert_array_equal(z[1], 0.0)


@given(SEEDS, st.integers(1, 4))
def test_lines_recover_frequency_amplitude_and_phase(seed, n_lines):
    rng = np.random.default_rng(seed)
    frequency = (np.arange(n_lines) + rng.uniform(0.3, 0.7, n_lines)) * 0.5 / n_lines
    amplitude = np.sort(rng.uniform(0.1, 1.0, n_lines))[::-1] + np.arange(n_lines)[::-1] * 1e-3
    phase = rng.uniform(-3.0, 3.0, n_lines)
    frequency = rng.permutation(frequency)
    t = np.arange(60)
    y = amplitude @ np.cos(2 * np.pi * np.outer(frequency, t) + phase[:, None])
    lines = fit_modified_covariance([y, np.zeros(60)]).lines()
    np.testing.assert_allclose(lines.frequency[0, :n_lines], frequency, atol=1e-9, rtol=0)
    np.testing.assert_allclose(lines.amplitude[0, :n_lines], amplitude, atol=1e-8, rtol=0)
    np.testing.assert_allclose(np.exp(1j * (lines.phase[0, :n_lines] - phase)), 1.0, atol=1e-6)
    assert np.all(lines.amplitude[0, n_lines:] < 1e-8)
    assert np.all(np.diff(lines.amplitude, axis=1) <= 0.0)
    np.testing.assert_array_equal(lines.amplitude[1], 0.0)


def test_lines_of_a_wave_and_its_alternation_are_cosines_at_both_ends_of_the_band():
    t = np.arange(40)
    lines = prediction(3.0 - 2.0 * (-1.0) ** t, [0.0, 1.0]).lines()
    np.testing.assert_allclose(lines.columns(0)["frequency"], [0.0, 0.5], atol=1e-12)
    np.testing.assert_allclose(lines.columns(0)["amplitude"], [3.0, 2.0], rtol=1e-9)
    np.testing.assert_allclose(abs(lines.columns(0)["phase"]), [0.0, np.pi], atol=1e-9)


def test_relative_residual_is_that_of_the_values_inside_the_window():
    fit = random_prediction(1)
    error = fit.evaluate(np.arange(12)) - fit.windows
    expected = np.sqrt(np.mean(error**2, axis=1) / np.mean((fit.windows - 2.0) ** 2, axis=1))
    np.testing.assert_allclose(fit.relative_residual, expected, rtol=1e-12)


def test_only_a_level_that_exceeds_the_swing_is_split_off():
    wiggle = np.tile([1.0, -1.0], 10)
    windows = np.array([wiggle + 0.9, wiggle + 1.1, wiggle + 1e6, np.full(20, 0.1), np.zeros(20)])
    values, level = split_level(windows)
    np.testing.assert_allclose(level, [0.0, 1.1, 1e6, 0.1, 0.0], rtol=1e-12)
    np.testing.assert_allclose(values + level[:, None], windows, rtol=1e-15)
    assert not values[3:].any()
    for scale in (1e-200, 1e200):
        np.testing.assert_allclose(split_level(scale * windows)[1], scale * level, rtol=1e-12)


def test_a_level_comes_back_in_the_forecast():
    fit = prediction(7.0 + np.array([1.0, -1.0, 1.0]), [-1.0], level=7.0)
    np.testing.assert_array_equal(fit.evaluate([-1, 3, 4])[0], [6.0, 6.0, 8.0])


@pytest.mark.parametrize("coefficients", [[0.0, 0.0], [2.0, -1.0], [1e3, 1e3], [0.0, -1.0]])
@pytest.mark.parametrize("window", [np.zeros(9), np.eye(9)[4], np.arange(9.0), np.eye(9)[8]])
def test_any_recursion_of_any_window_stays_finite(window, coefficients):
    fit = prediction(window, coefficients)
    t = np.arange(-2000, 2000)
    lines = fit.lines()
    for values in (fit.evaluate(t), fit.variance(t), lines.evaluate(t), fit.relative_residual):
        assert np.all(np.isfinite(values))
