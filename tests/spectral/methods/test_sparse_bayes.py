"""Sparse Bayesian lines: exact on clean data, gaps or not, and honest under noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral.methods.sparse_bayes import fit_sparse_bayes

SEEDS = st.integers(0, 2**32 - 1)
SMALL = {"length": 105, "n_components": (3, 6), "periods": (2, 99)}
AFTER = np.arange(100, 105)


def lines_and_values(seed, n_samples=80, n_lines=3):
    """Lines more than two bins apart, strongest first, and their sum."""
    rng = np.random.default_rng(seed)
    room = np.linspace(2.0 / n_samples, 0.5 - 2.0 / n_samples, n_lines + 1)
    frequency = rng.permutation(rng.uniform(room[:-1], room[1:] - 2.0 / n_samples))
    amplitude = np.sort(rng.uniform(0.3, 1.0, size=n_lines))[::-1]
    phase = rng.uniform(-np.pi, np.pi, size=n_lines)
    t = np.arange(n_samples + 20)
    return (
        frequency,
        amplitude,
        phase,
        amplitude @ np.cos(2 * np.pi * np.outer(frequency, t) + phase[:, None]),
    )


def with_gaps(y, seed, share=0.2):
    return np.where(np.random.default_rng(seed).random(y.shape) < share, np.nan, y)


def noisy(seed, n_series=3, n_samples=64):
    rng = np.random.default_rng(seed)
    t = np.arange(n_samples)
    return np.sin(0.4 * t + 1.0) + 0.5 * np.sin(1.3 * t) + rng.normal(0.0, 0.2, size=(n_series, n_samples))


@settings(max_examples=20)
@given(SEEDS, st.booleans())
def test_clean_lines_off_the_grid_are_recovered_to_rounding(seed, gaps):
    frequency, amplitude, phase, x = lines_and_values(seed)
    y = x[None, :80]
    fit = fit_sparse_bayes(with_gaps(y, seed) if gaps else y)
    lines = fit.lines()
    np.testing.assert_allclose(lines.frequency[0, :3], frequency, atol=1e-12, rtol=0)
    np.testing.assert_allclose(lines.amplitude[0, :3], amplitude, atol=1e-10, rtol=0)
    np.testing.assert_allclose(np.exp(1j * lines.phase[0, :3]), np.exp(1j * phase), atol=1e-9, rtol=0)
    np.testing.assert_allclose(lines.amplitude[0, 3:], 0.0, atol=1e-10)
    np.testing.assert_allclose(fit.evaluate(np.arange(100))[0], x, atol=1e-9, rtol=0)
    assert fit.variance([85])[0, 0] < 1e-18


def test_missing_values_do_not_matter_without_noise():
    signals = harmonic_sums(100, random_state=9000, **SMALL)
    forecast = fit_sparse_bayes(with_gaps(signals.values[:, :100], 9001)).evaluate(AFTER)
    error = np.mean((forecast - signals.clean[:, 100:]) ** 2, axis=1)
    assert np.quantile(error, 0.99) < 1e-6
    assert np.exp(np.mean(np.log(error + 1e-40))) < 1e-20


def test_a_missing_value_may_be_anything():
    y = noisy(0)
    y[:, [5, 6, 40]] = np.nan
    fit = fit_sparse_bayes(y)
    # The same samples on a longer clock: nothing observed before or after.
    padded = np.pad(y, ((0, 0), (6, 7)), constant_values=np.nan)
    t = np.arange(70)
    np.testing.assert_allclose(fit_sparse_bayes(padded).evaluate(t + 6), fit.evaluate(t), atol=0.1)


def test_a_level_has_frequency_zero():
    t = np.arange(70)
    y = 1e6 + np.cos(0.5 * t + 0.3)
    fit = fit_sparse_bayes(y[None])
    lines = fit.lines()
    assert lines.frequency[0, 0] == 0.0
    np.testing.assert_allclose(lines.amplitude[0, :2], [1e6, 1.0], rtol=1e-7)
    later = np.arange(70, 90)
    np.testing.assert_allclose(fit.evaluate(later)[0], 1e6 + np.cos(0.5 * later + 0.3), atol=1e-7)


def test_scaling_by_a_power_of_two_changes_no_digit():
    y, t = noisy(5), np.arange(80)
    np.testing.assert_array_equal(
        fit_sparse_bayes(-0.25 * y).evaluate(t), -0.25 * fit_sparse_bayes(y).evaluate(t)
    )


@settings(max_examples=10)
@given(SEEDS, st.integers(1, 10))
def test_a_shift_turns_the_phases_only(seed, shift):
    _, _, _, x = lines_and_values(seed)
    lines, later = (
        fit_sparse_bayes(x[None, :80]).lines(),
        fit_sparse_bayes(x[None, shift : shift + 80]).lines(),
    )
    np.testing.assert_allclose(later.frequency[:, :3], lines.frequency[:, :3], atol=1e-12)
    expected = lines.amplitude * np.exp(1j * (lines.phase + 2 * np.pi * lines.frequency * shift))
    turned = later.amplitude * np.exp(1j * later.phase)
    np.testing.assert_allclose(turned[:, :3], expected[:, :3], atol=1e-9)


def test_reversing_time_reverses_the_smooth():
    y, t = noisy(7), np.arange(64)
    backward = fit_sparse_bayes(y[:, ::-1]).evaluate(t)[:, ::-1]
    np.testing.assert_allclose(backward, fit_sparse_bayes(y).evaluate(t), atol=0.02)


def test_under_noise_it_beats_forecasting_zeros_by_far_and_its_intervals_cover():
    signals = harmonic_sums(300, noise=0.1, random_state=9005, **SMALL)
    fit = fit_sparse_bayes(signals.values[:, :100])
    forecast, deviation = fit.evaluate(AFTER), np.sqrt(fit.variance(AFTER))
    assert np.mean((forecast - signals.clean[:, 100:]) ** 2) < 0.012
    z = abs(signals.values[:, 100:] - forecast) / deviation
    assert 0.68 < np.mean(z < 1.2816) < 0.90
    assert 0.86 < np.mean(z < 1.96) < 0.99


def test_white_noise_has_hardly_a_line_and_its_variance():
    y = np.random.default_rng(9000).normal(size=(200, 100))
    fit = fit_sparse_bayes(y)
    n_lines = np.sum(fit.lines().amplitude > 0.0, axis=1)
    assert np.mean(n_lines == 0) > 0.8
    assert 0.9 < np.mean(fit.variance([103])) < 1.15


def test_standard_errors_agree_with_the_scatter_over_noise_draws():
    t = np.arange(100)
    rng = np.random.default_rng(9000)
    y = np.cos(0.8 * t + 0.5) + rng.normal(0.0, 0.3, size=(400, 100))
    fit = fit_sparse_bayes(y)
    lines, errors = fit.lines(), fit.line_errors()
    for name, truth in (("frequency", 0.4 / np.pi), ("amplitude", 1.0), ("phase", 0.5)):
        scatter = np.std(getattr(lines, name)[:, 0] - truth)
        assert 0.7 < np.median(getattr(errors, name)[:, 0]) / scatter < 1.4, name
        assert getattr(errors, name).shape == lines.frequency.shape


def test_the_weights_of_a_series_sum_to_one():
    fit = fit_sparse_bayes(noisy(8, n_series=30))
    total = np.zeros(30)
    for series, weight, _ in fit.parts:
        total[series] += weight
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)


def test_max_lines_limits_the_lines():
    y = noisy(9)
    assert fit_sparse_bayes(y, max_lines=1).lines().amplitude.shape == (3, 1)


def test_a_long_window_with_many_lines():
    rng = np.random.default_rng(9000)
    n_samples, n_lines = 6000, 20
    frequency = np.linspace(0.01, 0.48, n_lines) + rng.uniform(0.0, 0.01, size=n_lines)
    t = np.arange(n_samples)
    x = 20.0 + np.sum(np.cos(2 * np.pi * np.outer(frequency, t) + rng.uniform(0, 6, (n_lines, 1))), axis=0)
    y = with_gaps(x + rng.normal(size=n_samples), 1)
    fit = fit_sparse_bayes(y[None])
    found, errors = fit.lines().frequency[0], fit.line_errors().frequency[0]
    assert found[0] == 0.0
    assert len(found) <= n_lines + 2
    nearest = abs(found[:, None] - frequency).argmin(axis=0)
    assert (abs(found[nearest] - frequency) < 4.0 * errors[nearest]).all()


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (np.zeros(9), {}, "got 1 axes"),
        (np.zeros((1, 7)), {}, "at least 8 observed values, series 0 has 7"),
        ([[1.0, np.nan] * 5], {}, "at least 8 observed values, series 0 has 5"),
        ([[1.0, np.inf] * 5], {}, r"got 5 infinite value\(s\)"),
        (np.zeros((1, 9)), {"max_lines": 0}, "max_lines must be None or a whole number of at least 1, got 0"),
        (np.zeros((1, 9)), {"max_lines": 2.5}, "at least 1, got 2.5"),
        (np.zeros((1, 9)), {"max_lines": True}, "at least 1, got True"),
    ],
)
def test_unusable_input_is_refused_with_rule_and_value(y, options, message):
    with pytest.raises(ValueError, match=message):
        fit_sparse_bayes(y, **options)
