"""Least squares of sinusoids: against a dense solution, against differences, and against noise draws."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from harmonic_forecasters.spectral._parts.line_fit import (
    centre_of,
    is_free,
    power_of_two,
    refine_frequencies,
    solve_amplitudes,
    uncertainty,
)

SEEDS = st.integers(0, 2**32 - 1)


def problem(seed, n_samples=40, n_lines=3):
    """Three windows of noise with a third of the samples missing, and frequencies apart from each other."""
    rng = np.random.default_rng(seed)
    observed = rng.random((3, n_samples)) > 0.3
    y = np.where(observed, rng.normal(size=(3, n_samples)), 0.0)
    frequency = (np.arange(n_lines) + rng.uniform(0.2, 0.8, size=(3, n_lines))) / (2 * n_lines)
    return y, observed, frequency


def dense_columns(frequency, n_samples):
    angle = 2 * np.pi * np.outer(np.arange(n_samples) - centre_of(n_samples), frequency)
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


@given(SEEDS, st.integers(20, 90), st.floats(0.0, 5.0))
def test_amplitudes_equal_those_of_a_dense_solution(seed, n_samples, ridge):
    y, observed, frequency = problem(seed, n_samples)
    fit = solve_amplitudes(y, observed, frequency, np.full((3, 6), ridge))
    for i in range(3):
        A = dense_columns(frequency[i], n_samples)[observed[i]]
        expected = np.linalg.solve(A.T @ A + ridge * np.eye(6), A.T @ y[i][observed[i]])
        np.testing.assert_allclose(fit.weight[i], expected, atol=1e-8, rtol=1e-6)
        np.testing.assert_allclose(fit.residual[i][observed[i]], (y[i][observed[i]] - A @ fit.weight[i]))
        assert not fit.residual[i][~observed[i]].any()


@given(SEEDS)
def test_the_gradient_is_that_of_the_objective(seed):
    y, observed, frequency = problem(seed)
    penalty = np.full((3, 6), 0.5)
    _, _, gradient = solve_amplitudes(y, observed, frequency, penalty).curvature()
    small = 1e-6
    for line in range(3):
        shift = small * (np.arange(3) == line)
        up = solve_amplitudes(y, observed, frequency + shift, penalty).objective
        down = solve_amplitudes(y, observed, frequency - shift, penalty).objective
        slope = (up - down) / (2 * small)
        np.testing.assert_allclose(-2 * gradient[:, line], slope, atol=1e-4 * (1 + abs(gradient).max()))


@given(SEEDS)
def test_refinement_never_raises_the_objective(seed):
    y, observed, frequency = problem(seed)
    penalty = np.full((3, 6), 0.1)
    start = solve_amplitudes(y, observed, frequency, penalty)
    before = start.objective.copy()
    fit = refine_frequencies(y, observed, start, penalty)
    assert (fit.objective <= before).all()
    np.testing.assert_array_equal(start.objective, before)
    again = solve_amplitudes(y, observed, fit.frequency, penalty)
    np.testing.assert_allclose(fit.objective, again.objective, rtol=1e-9)


@given(SEEDS)
def test_refinement_finds_clean_lines_again_from_a_quarter_of_a_bin_away(seed):
    rng = np.random.default_rng(seed)
    n_samples, truth = 60, np.array([[0.05, 0.17, 0.33]]) + rng.uniform(-0.02, 0.02, size=(1, 3))
    weight = rng.uniform(0.5, 1.0, size=6) * rng.choice([-1.0, 1.0], size=6)
    observed = np.ones((1, n_samples), dtype=bool)
    y = (dense_columns(truth[0], n_samples) @ weight)[None]
    penalty = np.zeros((1, 6))
    start = solve_amplitudes(y, observed, truth + rng.choice([-0.25, 0.25], size=3) / n_samples, penalty)
    fit = refine_frequencies(y, observed, start, penalty)
    np.testing.assert_allclose(fit.frequency, truth, atol=1e-14, rtol=0)
    np.testing.assert_allclose(fit.weight[0], weight, atol=1e-12, rtol=0)


def test_a_level_and_the_nyquist_frequency_are_cosines_that_stay():
    n_samples = 21
    t = np.arange(n_samples)
    y = (3.0 + 2.0 * (-1.0) ** t + np.cos(0.9 * t))[None]
    frequency, penalty = np.array([[0.0, 0.5, 0.14]]), np.zeros((1, 6))
    assert is_free(frequency).tolist() == [[False, False, True]]
    observed = np.ones_like(y, dtype=bool)
    start = solve_amplitudes(y, observed, frequency, penalty)
    fit = refine_frequencies(y, observed, start, penalty)
    np.testing.assert_allclose(fit.frequency, [[0.0, 0.5, 0.45 / np.pi]], atol=1e-14, rtol=0)
    assert (fit.weight[0, 3:5] == 0.0).all()
    lines, _ = uncertainty(fit, np.array([1e-20]))
    amplitude, phase = lines.polar()
    np.testing.assert_allclose(amplitude, [[3.0, 2.0, 1.0]], rtol=1e-12)
    np.testing.assert_allclose(phase, 0.0, atol=1e-11)
    frequency_error, _, _ = lines.polar_errors()
    assert frequency_error[0, :2].tolist() == [0.0, 0.0]
    assert frequency_error[0, 2] > 0.0


def test_coinciding_lines_share_their_amplitude():
    t = np.arange(30)
    y = np.cos(0.5 * t)[None]
    penalty, observed = np.zeros((1, 4)), np.ones_like(y, dtype=bool)
    fit = solve_amplitudes(y, observed, np.full((1, 2), 0.25 / np.pi), penalty)
    np.testing.assert_allclose(fit.residual, 0.0, atol=1e-12)
    fit = refine_frequencies(y, observed, fit, penalty)
    lines, _ = uncertainty(fit, np.array([0.01]))
    assert np.isfinite(lines.covariance).all()
    assert np.isfinite(lines.moments(np.arange(40))[1]).all()


def test_standard_errors_and_variance_agree_with_the_scatter_over_noise_draws():
    n_draws, n_samples, deviation = 2000, 50, 0.1
    t = np.arange(n_samples)
    frequency, amplitude, phase = np.array([0.083, 0.217]), np.array([1.0, 0.5]), np.array([0.4, -1.3])
    horizon = np.arange(n_samples + 12)
    wave = np.cos(2 * np.pi * frequency[:, None] * horizon + phase[:, None])
    clean = amplitude @ wave
    observed = np.broadcast_to(np.arange(n_samples) % 5 != 2, (n_draws, n_samples))
    rng = np.random.default_rng(9000)
    y = np.where(observed, clean[t] + rng.normal(0.0, deviation, size=(n_draws, n_samples)), 0.0)
    penalty = np.zeros((n_draws, 4))
    start = solve_amplitudes(y, observed, np.tile(frequency, (n_draws, 1)), penalty)
    fit = refine_frequencies(y, observed, start, penalty, tolerance=1e-8)
    lines, _ = uncertainty(fit, np.full(n_draws, deviation**2))
    found_amplitude, found_phase = lines.polar()
    errors = lines.polar_errors()
    scatter = (lines.frequency - frequency, found_amplitude - amplitude, found_phase - phase)
    for error, difference in zip(errors, scatter, strict=True):
        np.testing.assert_allclose(np.median(error, axis=0), difference.std(axis=0), rtol=0.1)
    mean, variance = lines.moments(horizon)
    np.testing.assert_allclose(variance.mean(axis=0) - deviation**2, (mean - clean).var(axis=0), rtol=0.15)


def test_scaling_scales_lines_and_errors():
    y, observed, frequency = problem(1)
    lines, _ = uncertainty(solve_amplitudes(y, observed, frequency, np.full((3, 6), 0.1)), np.ones(3))
    scale = np.array([2.0, -3.0, 1e-6])
    mean, variance = lines.moments(np.arange(50))
    scaled_mean, scaled_variance = lines.scaled(scale).moments(np.arange(50))
    np.testing.assert_allclose(scaled_mean, scale[:, None] * mean, rtol=1e-12)
    np.testing.assert_allclose(scaled_variance, scale[:, None] ** 2 * variance, rtol=1e-9)


def test_an_unknown_phase_has_the_error_of_a_uniform_one():
    y, observed, frequency = problem(2)
    lines, _ = uncertainty(solve_amplitudes(0.0 * y, observed, frequency, np.full((3, 6), 0.1)), np.ones(3))
    np.testing.assert_allclose(lines.polar_errors()[2], np.pi / np.sqrt(3.0))


def test_the_scale_is_a_power_of_two_below_the_largest_value():
    scale = power_of_two(np.array([[0.0, 0.0], [3.0, -5.0], [1e-9, 0.0], [4.0, 1.0]]))
    np.testing.assert_array_equal(np.log2(scale), [0, 2, -30, 2])
