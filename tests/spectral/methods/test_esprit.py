"""ESPRIT: exact on clean sums of sinusoids, however close; a usable number of lines under noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral.methods.esprit import (
    fit_esprit,
    rotation_frequencies,
    signal_subspace,
)

SEEDS = st.integers(0, 2**32 - 1)
SMALL = {"length": 105, "n_components": (3, 6), "periods": (2, 99)}
AFTER = np.arange(100, 105)


def lines_and_values(seed, n_samples=80, n_lines=4):
    """Lines at least a fifth of a bin apart, strongest first, and their sum."""
    rng = np.random.default_rng(seed)
    room = np.linspace(0.5, 0.5 * n_samples - 1.0, n_lines + 1) / n_samples
    frequency = rng.permutation(rng.uniform(room[:-1], room[1:] - 0.2 / n_samples))
    amplitude = np.sort(rng.uniform(0.3, 1.0, size=n_lines))[::-1]
    phase = rng.uniform(-np.pi, np.pi, size=n_lines)
    angle = 2 * np.pi * np.outer(frequency, np.arange(n_samples + 20)) + phase[:, None]
    return frequency, amplitude, phase, amplitude @ np.cos(angle)


def noisy(seed, n_series=3, n_samples=64):
    rng = np.random.default_rng(seed)
    t = np.arange(n_samples)
    return np.sin(0.4 * t + 1.0) + 0.5 * np.sin(1.3 * t) + rng.normal(0.0, 0.2, size=(n_series, n_samples))


@settings(max_examples=50)
@given(SEEDS, st.sampled_from([None, 4]))
def test_clean_lines_off_the_grid_are_recovered_to_rounding(seed, n_lines):
    frequency, amplitude, phase, x = lines_and_values(seed)
    fit = fit_esprit(x[None, :80], n_lines=n_lines)
    lines = fit.lines()
    assert lines.frequency.shape == (1, 4)
    np.testing.assert_allclose(lines.frequency[0], frequency, atol=1e-10, rtol=0)
    np.testing.assert_allclose(lines.amplitude[0], amplitude, atol=1e-8, rtol=0)
    np.testing.assert_allclose(np.exp(1j * lines.phase[0]), np.exp(1j * phase), atol=1e-7, rtol=0)
    np.testing.assert_allclose(fit.evaluate(np.arange(100))[0], x, atol=1e-7, rtol=0)


def test_two_lines_a_fiftieth_of_a_bin_apart_are_told_from_one():
    t = np.arange(110)
    frequency = np.array([0.1, 0.1002])
    x = np.cos(2 * np.pi * frequency[0] * t) - 0.8 * np.cos(2 * np.pi * frequency[1] * t + 0.4)
    fit = fit_esprit(x[None, :100])
    np.testing.assert_allclose(np.sort(fit.lines().frequency), frequency[None], atol=1e-8)
    np.testing.assert_allclose(fit.evaluate(t)[0], x, atol=1e-7)


def test_a_level_and_an_alternation_are_lines_of_frequency_zero_and_one_half():
    t = np.arange(60)
    x = 1e3 + 3.0 * (-1.0) ** t + np.cos(0.5 * t)
    lines = fit_esprit(x[None, :50]).lines()
    np.testing.assert_allclose(lines.frequency, [[0.0, 0.5, 0.25 / np.pi]], atol=1e-10)
    assert lines.frequency[0, :2].tolist() == [0.0, 0.5]
    np.testing.assert_allclose(lines.amplitude, [[1e3, 3.0, 1.0]], rtol=1e-8)


def test_the_task_without_noise():
    signals = harmonic_sums(100, random_state=9000, **SMALL)
    error = np.mean(
        (fit_esprit(signals.values[:, :100]).evaluate(AFTER) - signals.clean[:, 100:]) ** 2, axis=1
    )
    assert np.exp(np.mean(np.log(error + 1e-40))) < 1e-24
    assert np.quantile(error, 0.95) < 1e-18


def test_the_task_under_noise():
    signals = harmonic_sums(200, noise=0.1, random_state=9001, **SMALL)
    forecast = fit_esprit(signals.values[:, :100]).evaluate(AFTER)
    assert np.mean((forecast - signals.clean[:, 100:]) ** 2) < 0.03


@settings(max_examples=20)
@given(SEEDS, st.integers(1, 10))
def test_a_shift_turns_the_phases_only(seed, shift):
    _, _, _, x = lines_and_values(seed)
    lines, later = fit_esprit(x[None, :80]).lines(), fit_esprit(x[None, shift : shift + 80]).lines()
    np.testing.assert_allclose(later.frequency, lines.frequency, atol=1e-10)
    expected = lines.amplitude * np.exp(1j * (lines.phase + 2 * np.pi * lines.frequency * shift))
    np.testing.assert_allclose(later.amplitude * np.exp(1j * later.phase), expected, atol=1e-7)


@pytest.mark.parametrize("n_lines", [1, 2, 5])
def test_there_are_no_more_lines_than_asked_for(n_lines):
    lines = fit_esprit(noisy(4), n_lines=n_lines).lines()
    assert 1 <= lines.amplitude.shape[1] <= n_lines
    if n_lines == 2:
        np.testing.assert_allclose(lines.frequency, np.tile([0.2, 0.65], (3, 1)) / np.pi, atol=2e-3)


def test_standard_errors_agree_with_the_scatter_over_noise_draws():
    t = np.arange(100)
    rng = np.random.default_rng(9000)
    y = np.cos(0.8 * t + 0.5) + rng.normal(0.0, 0.1, size=(300, 100))
    fit = fit_esprit(y, n_lines=1)
    lines, errors = fit.lines(), fit.line_errors()
    for name, truth in (("frequency", 0.4 / np.pi), ("amplitude", 1.0), ("phase", 0.5)):
        scatter = np.std(getattr(lines, name)[:, 0] - truth)
        # The errors are those of least squares: no estimator scatters less, ESPRIT a little more.
        assert 0.6 < np.median(getattr(errors, name)[:, 0]) / scatter < 1.2, name


def test_a_gap_is_filled_for_the_subspace_and_left_out_of_the_amplitudes():
    y = np.sin(0.1 * np.arange(100) + 0.3)[None]
    gaps = y.copy()
    gaps[0, [20, 50, 51, 80]] = np.nan
    np.testing.assert_allclose(
        fit_esprit(gaps).evaluate(np.arange(110)), fit_esprit(y).evaluate(np.arange(110)), atol=0.05
    )


def test_the_hankel_matrix_of_a_long_window_is_capped():
    t = np.arange(20_000)
    x = np.cos(0.3 * t) + 0.5 * np.cos(1.1 * t + 1.0)
    vectors, values = signal_subspace(x[None])
    assert vectors.shape == (1, 300, 300)
    assert values.shape == (1, 300)
    np.testing.assert_allclose(fit_esprit(x[None, :-100]).evaluate(t[-100:])[0], x[-100:], atol=1e-6)


def test_the_subspace_of_lines_turns_by_their_frequencies():
    frequency, _, _, x = lines_and_values(1)
    vectors, values = signal_subspace(x[None])
    assert values[0, 8] < 1e-12 * values[0, 0] < values[0, 7]
    (found,) = rotation_frequencies(vectors[:, :, :8], 100)
    np.testing.assert_allclose(found, np.sort(frequency), atol=1e-11)


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (np.zeros(9), {}, "got 1 axes"),
        (np.zeros((1, 7)), {}, "at least 8 observed values, series 0 has 7"),
        ([[1.0, np.inf] * 5], {}, r"got 5 infinite value\(s\)"),
        (np.zeros((1, 9)), {"n_lines": 0}, "from 1 to 2 .* got 0"),
        (np.zeros((1, 9)), {"n_lines": 3}, "got 3"),
        (np.zeros((1, 9)), {"n_lines": 1.5}, "got 1.5"),
        (np.zeros((1, 9)), {"n_lines": True}, "got True"),
    ],
)
def test_unusable_input_is_refused_with_rule_and_value(y, options, message):
    with pytest.raises(ValueError, match=message):
        fit_esprit(y, **options)
