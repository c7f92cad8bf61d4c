"""The modified covariance method: laws, and least squares written out beside the fast solution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral.methods.burg import fit_burg
from harmonic_forecasters.spectral.methods.modified_covariance import fit_modified_covariance

SEEDS = st.integers(0, 2**32 - 1)
SMALL = {"length": 105, "n_components": (3, 6), "periods": (2, 99)}
LARGE = {"length": 110, "n_components": (3, 44), "periods": (10, 99)}


def noise(seed, n_samples, n_series=3):
    return np.random.default_rng(seed).normal(size=(n_series, n_samples))


def clean_errors(*, seed, rounded=False, **options):
    """Squared error of each clean signal, before and after which it is scaled by a factor of its own."""
    x = harmonic_sums(50, random_state=seed, **options).values
    factor = np.exp(np.random.default_rng(seed).uniform(np.log(0.1), np.log(10.0), (50, 1)))
    window = factor * x[:, :100]
    if rounded:
        window = window.astype(np.float32)
    forecast = fit_modified_covariance(window).evaluate(np.arange(100, x.shape[1])) / factor
    return np.mean((forecast - x[:, 100:]) ** 2, axis=1)


@pytest.mark.parametrize(
    ("options", "typical", "worst"),
    [
        (SMALL, 1e-27, 1e-20),
        (SMALL | {"integer_periods": False}, 1e-27, 1e-20),
        (LARGE, 1e-16, 1e-10),
    ],
)
def test_clean_sums_of_sinusoids_are_continued_to_rounding(options, typical, worst):
    error = clean_errors(seed=77, **options)
    assert np.exp(np.mean(np.log(error))) < typical
    assert error.max() < worst


def test_sums_rounded_to_float32_are_continued():
    assert clean_errors(seed=78, rounded=True, **LARGE).mean() < 4e-6


@pytest.mark.parametrize(("options", "most"), [(SMALL, 0.85), (LARGE, 1.2)])
def test_under_noise_it_stands_beside_burg(options, most):
    signals = harmonic_sums(300, noise=0.1, random_state=79, **options)
    window, future = signals.values[:, :100], signals.clean[:, 100:]
    t = np.arange(100, options["length"])
    ours, burg = fit_modified_covariance(window).evaluate(t), fit_burg(window, order=40).evaluate(t)
    assert np.mean((ours - future) ** 2) < most * np.mean((burg - future) ** 2)


def test_the_residual_tells_clean_from_rounded_from_noisy():
    clean = harmonic_sums(30, random_state=80, **SMALL).values
    rounded = clean.astype(np.float32)
    noisy = harmonic_sums(30, noise=0.1, random_state=80, **SMALL).values
    assert fit_modified_covariance(clean).relative_residual.max() < 1e-11
    assert fit_modified_covariance(rounded).relative_residual.max() < 1e-5
    assert fit_modified_covariance(noisy).relative_residual.min() > 1e-2


@given(SEEDS, st.integers(12, 40), st.integers(1, 8), st.integers(1, 8))
def test_a_given_rank_equals_the_pseudoinverse_written_out(seed, n_samples, order, rank):
    rank = min(rank, order)
    x = noise(seed, n_samples, 1)[0]
    x -= x.mean()  # no level to split off
    rows = [x[t - order : t][::-1] for t in range(order, n_samples)]
    rows += [x[t + 1 : t + order + 1] for t in range(n_samples - order)]
    target = np.r_[x[order:], x[: n_samples - order]]
    left, singular, right = np.linalg.svd(np.array(rows), full_matrices=False)
    slow = right[:rank].T @ ((left.T @ target)[:rank] / singular[:rank])
    fit = fit_modified_covariance([x], order=order, rank=rank)
    np.testing.assert_allclose(fit.coefficients[0], slow, atol=1e-7, rtol=0)


def test_blocks_of_rows_and_of_series_change_nothing(monkeypatch):
    t = np.arange(120)
    y = np.concatenate([noise(3, 120), np.sin(np.outer([0.3, 0.7, 1.1], t))])
    whole = fit_modified_covariance(y).evaluate(t + 120)
    monkeypatch.setattr("harmonic_forecasters.spectral.methods.modified_covariance.MATRIX_VALUES", 1500)
    np.testing.assert_allclose(fit_modified_covariance(y).evaluate(t + 120), whole, atol=1e-9, rtol=0)


@given(SEEDS, st.integers(8, 60))
def test_reversing_time_reverses_the_forecast(seed, n_samples):
    y, t = noise(seed, n_samples), np.arange(-8, n_samples + 8)
    fit, mirrored = fit_modified_covariance(y), fit_modified_covariance(y[:, ::-1])
    np.testing.assert_allclose(mirrored.coefficients, fit.coefficients, atol=1e-6, rtol=0)
    outside = (t < 0) | (t >= n_samples)
    np.testing.assert_allclose(
        mirrored.evaluate(t)[:, ::-1][:, outside], fit.evaluate(t)[:, outside], atol=1e-5, rtol=0
    )


def test_the_variance_of_the_next_sample_is_honest():
    for options in (SMALL, LARGE):
        noisy = harmonic_sums(400, noise=0.1, random_state=81, **options).values
        fit = fit_modified_covariance(noisy[:, :100])
        error = fit.evaluate([100])[:, 0] - noisy[:, 100]
        assert 0.7 < np.mean(error**2 / fit.variance([100])[:, 0]) < 1.4


T = np.arange(50)


@pytest.mark.parametrize("options", [{}, {"order": 1}, {"order": 1, "rank": 1}])
def test_degenerate_windows_give_finite_forecasts(degenerate_prediction, options):
    y = degenerate_prediction
    fit = fit_modified_covariance([y], **options)
    t = np.arange(-200, 3000)
    for values in (fit.evaluate(t), fit.variance(t), fit.lines().evaluate(t), fit.relative_residual):
        assert np.all(np.isfinite(values))
    assert np.all(fit.variance(t) >= 0.0)


@pytest.mark.parametrize("order", [26, 40, 49])
def test_orders_beyond_half_the_window_give_finite_forecasts(order):
    y = np.concatenate([noise(5, 50), np.sin(0.3 * T)[None]])
    for rank in (None, 2, order):
        fit = fit_modified_covariance(y, order=order, rank=rank)
        assert np.all(np.isfinite(fit.evaluate(np.arange(-100, 1000))))
        assert np.all(np.isfinite(fit.variance(np.arange(-100, 1000))))


@pytest.mark.parametrize("n_samples", [60, 700])
def test_a_wiggle_on_a_high_level_is_continued(n_samples):
    t = np.arange(2 * n_samples)
    fit = fit_modified_covariance([1e6 + np.sin(0.3 * t[:n_samples])])
    forecast = fit.evaluate(t[n_samples:])[0] - 1e6
    np.testing.assert_allclose(forecast, np.sin(0.3 * t[n_samples:]), atol=1e-6)


def test_a_long_window_is_continued():
    t = np.arange(20010)
    x = np.sin(0.3 * t) + 0.5 * np.cos(0.0123 * t)
    forecast = fit_modified_covariance([x[:20000]]).evaluate(t[20000:])[0]
    np.testing.assert_allclose(forecast, x[20000:], atol=1e-11)


@pytest.mark.parametrize("order", [0, 20, 2.5, True, "3"])
def test_an_order_out_of_range_is_refused(order):
    with pytest.raises(ValueError, match="order must be None or a whole number from 1 to 19"):
        fit_modified_covariance(np.ones((1, 20)), order=order)


@pytest.mark.parametrize("rank", [0, 11, 2.5, True, "3"])
def test_a_rank_out_of_range_is_refused(rank):
    with pytest.raises(ValueError, match=r"rank must be None or a whole .* 10 \(the order\), got"):
        fit_modified_covariance(np.ones((1, 20)), rank=rank)


def test_unusable_values_are_refused():
    with pytest.raises(ValueError, match=r"at least 2 sample\(s\), got 1"):
        fit_modified_covariance([[1.0]])
    with pytest.raises(ValueError, match="infinite"):
        fit_modified_covariance([[1.0, np.inf, 2.0]])
