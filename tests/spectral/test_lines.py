"""A line spectrum: evaluation against the formula, one cosine at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonic_forecasters.spectral.lines import LineSpectrum

SEEDS = st.integers(0, 2**32 - 1)


def random_lines(seed, n_series=3, n_lines=4, *, own_frequencies=False):
    rng = np.random.default_rng(seed)
    shape = (n_series, n_lines)
    frequency = rng.uniform(0.0, 0.5, size=shape if own_frequencies else n_lines)
    return LineSpectrum(frequency, rng.uniform(0.1, 5.0, size=shape), rng.uniform(-np.pi, np.pi, size=shape))


def evaluate_slowly(lines, t):
    n_series, n_lines = lines.amplitude.shape
    frequency = np.broadcast_to(lines.frequency, (n_series, n_lines))
    x = np.zeros((n_series, len(t)))
    for s in range(n_series):
        for k in range(n_lines):
            x[s] += lines.amplitude[s, k] * np.cos(2 * np.pi * frequency[s, k] * t + lines.phase[s, k])
    return x


@given(SEEDS, st.booleans())
def test_evaluate_is_the_sum_of_the_cosines_at_any_time(seed, own_frequencies):
    lines = random_lines(seed, own_frequencies=own_frequencies)
    t = np.array([-7.0, -0.5, 0.0, 1.0, 2.25, 100.0])
    np.testing.assert_allclose(lines.evaluate(t), evaluate_slowly(lines, t), atol=1e-11, rtol=0)


@given(SEEDS)
def test_one_grid_of_frequencies_equals_the_same_grid_given_to_each_series(seed):
    shared = random_lines(seed)
    own = LineSpectrum(np.tile(shared.frequency, (3, 1)), shared.amplitude, shared.phase)
    np.testing.assert_allclose(
        own.evaluate(np.arange(20)), shared.evaluate(np.arange(20)), atol=1e-13, rtol=0
    )
    np.testing.assert_array_equal(own.columns(1)["period"], shared.columns(1)["period"])


@given(SEEDS, st.floats(-50.0, 50.0))
def test_a_shift_in_time_turns_the_phases(seed, shift):
    lines = random_lines(seed)
    turned = LineSpectrum(lines.frequency, lines.amplitude, lines.phase + 2 * np.pi * lines.frequency * shift)
    t = np.arange(10.0)
    np.testing.assert_allclose(turned.evaluate(t), lines.evaluate(t + shift), atol=1e-11, rtol=0)


@given(SEEDS)
def test_reversed_time_changes_the_sign_of_the_phases(seed):
    lines = random_lines(seed)
    mirrored = LineSpectrum(lines.frequency, lines.amplitude, -lines.phase)
    t = np.arange(10.0)
    np.testing.assert_allclose(mirrored.evaluate(t), lines.evaluate(-t), atol=1e-13, rtol=0)


@pytest.mark.parametrize("cycles", [10**6, 10**9, 10**12])
def test_phases_stay_exact_after_any_number_of_cycles(cycles):
    # 1/8 is exact in binary, so t = 8 * cycles is a whole number of cycles, exactly.
    lines = LineSpectrum(np.array([0.125]), np.array([[3.0]]), np.array([[0.7]]))
    np.testing.assert_allclose(
        lines.evaluate(8 * cycles + np.arange(8)), lines.evaluate(np.arange(8)), rtol=1e-13, atol=1e-13
    )


def test_the_table_holds_the_lines_that_a_series_has():
    lines = LineSpectrum(
        np.array([0.0, 0.25, 0.5]),
        amplitude=np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 0.0]]),
        phase=np.array([[0.0, 0.1, 0.2], [0.3, 0.4, 0.5]]),
    )
    first, second = lines.columns(0), lines.columns(1)
    assert list(first) == ["frequency", "period", "amplitude", "phase"]
    np.testing.assert_array_equal(first["frequency"], [0.0, 0.5])
    np.testing.assert_array_equal(first["period"], [np.inf, 2.0])
    np.testing.assert_array_equal(first["amplitude"], [1.0, 3.0])
    np.testing.assert_array_equal(second["phase"], [0.4])
