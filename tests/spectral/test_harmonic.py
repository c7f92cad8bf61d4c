"""The default blend, and harmonic forecasts by name."""

import numpy as np
import pytest

from harmonic_forecasters.signals import harmonic_sums
from harmonic_forecasters.spectral import harmonic
from harmonic_forecasters.spectral._parts.logarithmic import Logarithmic
from harmonic_forecasters.spectral.harmonic import fit_harmonic
from harmonic_forecasters.spectral.methods.blend import fit_blend
from harmonic_forecasters.spectral.methods.blend.members import member_of
from harmonic_forecasters.spectral.methods.blend.mixture import CORRELATION
from harmonic_forecasters.spectral.methods.burg import fit_burg
from harmonic_forecasters.spectral.methods.iaa import fit_iaa

SIZES = {"small": ((3, 6), (2, 99), 5), "large": ((3, 44), (10, 99), 10)}


def task(size, n_signals, noise, seed, **options):
    n_components, periods, horizon = SIZES[size]
    signals = harmonic_sums(
        n_signals,
        length=100 + horizon,
        n_components=n_components,
        periods=periods,
        noise=noise,
        random_state=seed,
        **options,
    )
    factor = np.random.default_rng(seed).uniform(0.1, 10.0, (n_signals, 1))
    return signals.values[:, :100] * factor, signals.clean[:, 100:], factor


def squared_errors(fit, truth, factor):
    ahead = np.arange(100, 100 + truth.shape[1])
    return np.mean((fit.evaluate(ahead) / factor - truth) ** 2, axis=1)


@pytest.mark.parametrize(
    ("size", "options", "mean", "tail"),
    [
        ("small", {}, 1e-25, 1e-18),
        ("large", {}, 1e-14, 1e-8),
        ("small", {"integer_periods": False}, 1e-25, 1e-16),
    ],
)
def test_clean_sums_of_sinusoids_are_continued_to_rounding(size, options, mean, tail):
    y, truth, factor = task(size, 60, 0.0, 3, **options)
    error = squared_errors(fit_blend(y), truth, factor)
    assert np.exp(np.log(error + 1e-40).mean()) < mean
    assert error.max() < tail


def test_clean_sums_in_single_precision_are_continued_to_its_rounding():
    y, truth, factor = task("large", 60, 0.0, 4)
    error = squared_errors(fit_blend(y.astype(np.float32)), truth, factor)
    assert error.mean() < 4e-6


def test_gaps_in_clean_sums_do_not_matter():
    y, truth, factor = task("small", 12, 0.0, 5)
    y[np.random.default_rng(0).random(y.shape) < 0.2] = np.nan
    assert squared_errors(fit_blend(y), truth, factor).max() < 1e-6


@pytest.mark.parametrize(("size", "ratio"), [("small", 0.75), ("large", 1.0)])
def test_under_noise_the_blend_beats_burg(size, ratio):
    y, truth, factor = task(size, 300, 0.1, 6)
    blend, burg = (squared_errors(fit, truth, factor).mean() for fit in (fit_blend(y), fit_burg(y, order=40)))
    assert blend < ratio * burg


def test_growth_by_a_constant_factor_is_continued():
    t = np.arange(132)
    series = np.exp(0.01 * t + 0.2 * np.sin(2 * np.pi * t / 12))
    series *= np.exp(0.02 * np.random.default_rng(0).normal(size=132))
    error = fit_blend(series[None, :120]).evaluate(t[120:])[0] / series[120:] - 1.0
    assert np.abs(error).max() < 0.1


def test_weights_add_up_means_are_averaged_and_families_correlated():
    y = np.abs(task("small", 5, 0.1, 7)[0]) + 0.1
    y[0, 3] = -0.1  # no logarithm
    fit, ahead = fit_blend(y), np.arange(100, 105)
    members, weights = fit.mixture.members, fit.mixture.weights[:, :, None]
    np.testing.assert_allclose(weights.sum(axis=0), 1.0)
    logarithms = [member.predicts == "logarithms" for member in members]
    assert sum(logarithms) == 4
    assert (weights[logarithms, 0] == 0.0).all()
    means = np.array([member.continuation.evaluate(ahead) for member in members])
    variances = np.array([member.continuation.variance(ahead) for member in members])
    np.testing.assert_allclose(fit.evaluate(ahead), (weights * means).sum(axis=0))
    deviations = weights * np.sqrt(variances)
    families = np.array([member.family.name for member in members])
    a, b, c = (deviations[families == name].sum(axis=0) for name in dict.fromkeys(families))
    assert CORRELATION == 0.2
    np.testing.assert_allclose(fit.variance(ahead), a**2 + b**2 + c**2 + 0.4 * (a * b + a * c + b * c))


def test_logarithms_are_those_of_a_lognormal_variable():
    logarithms = fit_iaa(np.log(np.abs(task("small", 3, 0.1, 8)[0]) + 1.0))
    scale = np.array([1.0, 10.0, 1e-3])
    unbounded = np.full(3, np.inf)
    fit, ahead = Logarithmic(logarithms, scale, unbounded), np.arange(100, 103)
    draws = np.random.default_rng(0).normal(size=(200_000, 1, 1))
    deviation = np.sqrt(logarithms.variance(ahead))
    samples = scale[:, None] * np.exp(logarithms.evaluate(ahead) + deviation * draws)
    np.testing.assert_allclose(fit.evaluate(ahead), np.median(samples, axis=0), rtol=0.01)
    np.testing.assert_allclose(fit.variance(ahead), samples.var(axis=0), rtol=0.05)


@pytest.mark.parametrize("growth", [0.0, 0.004])
def test_the_held_out_fifth_judges_the_models_of_the_window(growth):
    options = {"n_components": (3, 6), "periods": (4, 40), "noise": 0.1}
    values = harmonic_sums(3, length=600, **options, random_state=6).values
    values = np.exp(growth * np.arange(600)) * (5.0 + values)
    fit = fit_blend(values)
    members, earlier = fit.mixture.members, fit.held_out._earlier
    assert [member.name for member in earlier.members] == [member.name for member in members]
    for name, logarithms in (
        ("linear prediction, logarithms", growth > 0.0),
        ("linear prediction", growth == 0.0),
    ):
        for mixture in (fit.mixture, earlier):
            weight = mixture.weights[member_of(mixture.members, name)]
            np.testing.assert_array_equal(weight > 0.0, logarithms)


@pytest.mark.parametrize("n_samples", [499, 500, 501])
def test_the_shortest_windows_with_a_held_out_part_have_variances(n_samples):
    y = 10.0 + np.abs(np.random.default_rng(0).normal(size=(1, n_samples)))
    variance = fit_harmonic(y).variance(n_samples + np.arange(3))
    # From 500 samples on the held-out part corrects them.
    np.testing.assert_allclose(variance, np.var(y), rtol=0.5 if n_samples < 500 else 0.3)


@pytest.mark.parametrize("level", [30.0, 1e3, 1e5])
def test_clean_sums_on_a_high_level_are_continued_as_they_are_about_zero(level):
    values = harmonic_sums(40, length=110, n_components=(3, 6), periods=(4, 40), random_state=5).values
    ahead = np.arange(100, 110)
    errors = fit_harmonic(level + values[:, :100]).evaluate(ahead) - level - values[:, 100:]
    np.testing.assert_allclose(errors, 0.0, atol=1e-7 * level)


@pytest.mark.parametrize(
    ("series", "options", "message"),
    [
        (np.arange(20.0), {"method": "fourier"}, "method must be one of 'blend', 'seasonal', 'iaa'"),
        (np.arange(20.0), {"method": None}, "got None"),
        (np.arange(20.0), {"periods": [12, 1.5]}, r"at least 2 samples, got \[12, 1.5\]"),
        (np.arange(20.0), {"candidates": [12, 1]}, r"candidates must be one number .*, got \[12, 1\]"),
        (np.arange(20.0), {"candidates": "day", "method": "seasonal"}, "candidates must .*, got 'day'"),
        (np.arange(20.0), {"periods": np.nan}, "at least 2 samples, got nan"),
        (np.arange(20.0), {"periods": "day"}, "at least 2 samples, got 'day'"),
        (
            np.arange(20.0),
            {"periods": 12, "method": "burg"},
            "periods must be left .* got 12 with 'burg'",
        ),
    ],
)
def test_bad_options_are_refused(series, options, message):
    with pytest.raises(ValueError, match=message):
        fit_harmonic(series[None], **options)


@pytest.mark.parametrize("law", [lambda t: 3.0 + t, lambda t: np.exp(0.03 * t), lambda t: 7.05 - 0.1 * t])
def test_straight_lines_and_constant_growth_go_on(law):
    t = np.arange(120)
    fit = fit_blend(law(t[None, :60]))
    np.testing.assert_allclose(fit.evaluate(t[60:])[0], law(t[60:]), rtol=1e-6)


def test_what_is_exact_nearby_does_not_claim_to_be_exact_far_ahead():
    t = np.arange(60)
    fit = fit_blend((np.exp(0.03 * t) * (1.0 + 0.3 * np.sin(t)))[None])
    assert fit.mixture.exact.all()
    assert fit.variance([60])[0] < 1e-12
    assert fit.variance([160])[0] > 1.0


@pytest.mark.parametrize("regressors", [False, True])
def test_the_last_part_of_a_window_too_long_to_be_fast_is_used(monkeypatch, regressors):
    monkeypatch.setattr(harmonic, "LONGEST_WINDOW", 100)
    y, x = task("small", 2, 0.1, 9)[0], np.random.default_rng(0).normal(size=(1, 160))
    y = np.concatenate([np.full((2, 50), 9.0), y], axis=1)
    t = np.arange(150, 160)
    if regressors:
        y += 2.0 * x[:, :150]
        whole = fit_harmonic(y, x[:, :150]).given(t, x[:, 150:])
        end = fit_harmonic(y[:, 50:], x[:, 50:150]).given(t - 50, x[:, 150:])
    else:
        whole, end = fit_harmonic(y), fit_harmonic(y[:, 50:])
    np.testing.assert_array_equal(whole.evaluate(t), end.evaluate(t - 50))
    np.testing.assert_array_equal(whole.variance(t), end.variance(t - 50))
    np.testing.assert_array_equal(whole.quantiles(t, [0.1]), end.quantiles(t - 50, [0.1]))
    np.testing.assert_allclose(whole.lines().evaluate(t), end.lines().evaluate(t - 50), atol=1e-9)


@pytest.mark.parametrize("method", ["blend", "iaa"])
@pytest.mark.parametrize("level", [0.0, 10.0, 1e4])
@pytest.mark.parametrize("n_samples", [60, 200, 600])
def test_far_ahead_forecasts_stay_where_the_series_was(method, level, n_samples):
    t = np.arange(3 * n_samples)
    clean = level + 2.0 * np.cos(2 * np.pi * t / 24)
    y = clean[:n_samples] + 0.1 * np.random.default_rng(0).normal(size=n_samples)
    fit = fit_harmonic(y[None], method=method)
    error = np.abs(fit.evaluate(t[n_samples:]) - clean[n_samples:])
    # A wave that has faded is missing, whole, and no more.
    assert error.max() < 2.2
    assert (error < 4.0 * np.sqrt(fit.variance(t[n_samples:]))).all()
    if method == "blend":
        assert error[:, : n_samples // 2].max() < 0.3


def test_a_series_does_not_depend_on_those_beside_it():
    t = np.arange(5000)
    switched = np.where(t >= 4000, 1.0, (np.sin(t / 20) > 0) * 1.0)
    warm = 15.0 + 5.0 * np.cos(t / 4)
    ahead = np.arange(5000, 5003)
    together, alone = (fit_harmonic(rows) for rows in (np.stack([switched, warm]), switched[None]))
    np.testing.assert_allclose(together.evaluate(ahead)[:1], alone.evaluate(ahead), rtol=1e-6)
    np.testing.assert_allclose(together.variance(ahead)[:1], alone.variance(ahead), rtol=1e-6)


def test_one_missing_value_hardly_widens_intervals():
    t = np.arange(200)
    waves = np.cos(2 * np.pi * t / 13.3) + np.sin(2 * np.pi * t / 31.0)
    y = waves + np.random.default_rng(0).normal(size=(6, 200))
    broken = y.copy()
    broken[:, 100] = np.nan
    whole, gappy = (fit_harmonic(each).variance(np.arange(200, 220)).mean() for each in (y, broken))
    assert 0.9 * whole < gappy < 1.3 * whole


def test_logarithms_do_not_grow_without_bound():
    growth = np.exp(0.02 * np.arange(24) + 0.3 * np.random.default_rng(0).normal(size=(50, 24)))
    assert fit_blend(growth).evaluate([1000]).max() < 1e3 * growth.max()


def test_what_follows_a_gap_is_as_uncertain_as_it_is_far():
    walk = np.random.default_rng(0).normal(size=(40, 101)).cumsum(axis=1)
    broken = walk[:, :100].copy()
    broken[:, 80:] = np.nan
    fit = fit_blend(broken)
    error = np.abs(walk[:, 100] - fit.evaluate([100])[:, 0])
    assert (error < 1.96 * np.sqrt(fit.variance([100])[:, 0])).mean() > 0.75


def test_gaps_do_not_take_a_positive_series_below_its_smallest_value():
    t = np.arange(100)
    series = np.exp(2.0 * np.sin(2 * np.pi * t / 12) + 0.2 * np.random.default_rng(0).normal(size=100))
    broken = np.repeat(series[None], 5, axis=0)
    for row, start in enumerate(range(20, 70, 10)):
        broken[row, start : start + 12] = np.nan
    names = [member.name for member in fit_blend(broken).mixture.members]
    assert "spectrum, logarithms" in names
