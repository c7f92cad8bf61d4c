"""Burg's method: laws, and a slow textbook loop beside the fast one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral._parts.linear_prediction import polynomial_roots
from harmonic_forecasters.spectral.methods.burg import fit_burg

SEEDS = st.integers(0, 2**32 - 1)


def slow_burg(x, order):
    """Coefficients and mean square residual, sample by sample."""
    n = len(x)
    forward, backward = list(x), list(x)
    a, power = [1.0], sum(v * v for v in x) / n
    for m in range(1, order + 1):
        above = -2.0 * sum(forward[t] * backward[t - 1] for t in range(m, n))
        below = sum(forward[t] ** 2 + backward[t - 1] ** 2 for t in range(m, n))
        k = above / below
        new_forward, new_backward = forward[:], backward[:]
        for t in range(m, n):
            new_forward[t] = forward[t] + k * backward[t - 1]
            new_backward[t] = backward[t - 1] + k * forward[t]
        forward, backward = new_forward, new_backward
        a = [b + k * c for b, c in zip([*a, 0.0], [0.0, *a[::-1]], strict=True)]
        power *= 1.0 - k * k
    return -np.array(a[1:]), power


@given(SEEDS, st.integers(2, 40), st.integers(1, 12))
def test_burg_equals_the_slow_textbook_loop(seed, n_samples, order):
    order = min(order, n_samples - 1)
    x = np.random.default_rng(seed).normal(size=n_samples)
    x -= x.mean()  # no level to split off
    coefficients, power = slow_burg(x, order)
    fit = fit_burg([x], order=order)
    # Near the end of a short window the residuals are rounding, and so is their correlation.
    np.testing.assert_allclose(fit.coefficients[0], coefficients, atol=1e-6, rtol=0)
    expected = power * (n_samples + order + 1) / max(n_samples - order - 1, 1)
    np.testing.assert_allclose(fit.noise_variance, expected, rtol=1e-6, atol=1e-14)


@given(SEEDS, st.integers(10, 60))
def test_all_roots_lie_inside_the_unit_circle(seed, n_samples):
    y = np.random.default_rng(seed).normal(size=(3, n_samples))
    assert abs(polynomial_roots(fit_burg(y).coefficients)).max() < 1.0


@given(SEEDS)
def test_reversing_time_leaves_the_coefficients(seed):
    y = np.random.default_rng(seed).normal(size=(2, 40))
    np.testing.assert_allclose(fit_burg(y[:, ::-1]).coefficients, fit_burg(y).coefficients, atol=1e-9)


def test_clean_sums_of_few_sinusoids_are_continued():
    clean = harmonic_sums(50, length=105, n_components=(3, 6), periods=(2, 99), random_state=77).values
    error = np.mean((fit_burg(clean[:, :100]).evaluate(np.arange(100, 105)) - clean[:, 100:]) ** 2, axis=1)
    assert np.exp(np.mean(np.log(error))) < 1e-15


def test_the_variance_of_the_next_sample_is_honest():
    noisy = harmonic_sums(
        400, length=101, n_components=(3, 6), periods=(2, 99), noise=0.1, random_state=78
    ).values
    fit = fit_burg(noisy[:, :100])
    error = fit.evaluate([100])[:, 0] - noisy[:, 100]
    assert 0.7 < np.mean(error**2 / fit.variance([100])[:, 0]) < 1.4


def test_degenerate_windows_give_finite_forecasts(degenerate_prediction):
    y = degenerate_prediction
    fit = fit_burg([y])
    t = np.arange(-200, 3000)
    for values in (fit.evaluate(t), fit.variance(t), fit.lines().evaluate(t), fit.relative_residual):
        assert np.all(np.isfinite(values))
    assert np.all(fit.variance(t) >= 0.0)


@pytest.mark.parametrize("order", [0, -1, 20, 2.5, True, "3"])
def test_an_order_out_of_range_is_refused(order):
    with pytest.raises(ValueError, match="order must be None or a whole number from 1 to 19"):
        fit_burg(np.ones((1, 20)), order=order)


def test_unusable_values_are_refused():
    with pytest.raises(ValueError, match=r"at least 2 sample\(s\), got 1"):
        fit_burg([[1.0]])
    with pytest.raises(ValueError, match="infinite"):
        fit_burg([[1.0, np.inf, 2.0]])
