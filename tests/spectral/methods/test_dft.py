"""The DFT of a window: laws, and an independent slow transform beside the fast one."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonic_forecasters.spectral.methods.dft import (
    TRENDS,
    check_dft_options,
    fit_dft,
)

SEEDS = st.integers(0, 2**32 - 1)
LENGTHS = st.integers(1, 65)
TRENDS_STRATEGY = st.sampled_from(TRENDS)

WINDOWS = [
    "hamming",
    "hann",
    "blackman",
    "blackmanharris",
    "flattop",
    "bartlett",
    "nuttall",
    "parzen",
    "bohman",
]
PARAMETRIC_WINDOWS = [("kaiser", 8.0), ("tukey", 0.3), ("gaussian", 6.0), ("chebwin", 80.0), ("dpss", 2.5)]


def noise(seed, n_samples, n_series=3):
    return np.random.default_rng(seed).normal(size=(n_series, n_samples))


def only(dft, lines):
    """The chosen lines without the trend."""
    keep = np.isin(np.arange(dft.coefficients.shape[1]), lines)
    nothing = np.zeros_like(dft.level)
    return replace(dft, coefficients=np.where(keep, dft.coefficients, 0.0), level=nothing, slope=nothing)


def slow_lines(series):
    """Amplitude and phase of each cosine, one frequency at a time, by its correlation with the series."""
    n = len(series)
    t = np.arange(n)
    amplitude, phase = [], []
    for k in range(n // 2 + 1):
        in_phase = np.sum(series * np.cos(2 * np.pi * k * t / n))
        quadrature = -np.sum(series * np.sin(2 * np.pi * k * t / n))
        alone = k == 0 or 2 * k == n
        amplitude.append((1 if alone else 2) * np.hypot(in_phase, quadrature) / n)
        phase.append(np.arctan2(quadrature, in_phase))
    return np.array(amplitude), np.array(phase)


@given(SEEDS, LENGTHS)
def test_lines_equal_those_of_the_slow_transform(seed, n_samples):
    y = noise(seed, n_samples)
    lines = fit_dft(y, trend=None).lines()
    np.testing.assert_allclose(lines.frequency, np.arange(n_samples // 2 + 1) / n_samples, rtol=1e-14)
    for series in range(3):
        amplitude, phase = slow_lines(y[series])
        np.testing.assert_allclose(
            lines.amplitude[series] * np.exp(1j * lines.phase[series]),
            amplitude * np.exp(1j * phase),
            atol=1e-12,
            rtol=0,
        )


@pytest.mark.parametrize("n_samples", [1, 2, 3, 4, 5, 24, 25])
def test_each_sinusoid_of_whole_cycles_is_one_line_of_its_own_amplitude_and_phase(n_samples):
    t = np.arange(n_samples)
    for k in range(n_samples // 2 + 1):
        # At frequency 0 and at the Nyquist frequency only the cosine part exists: phase 0 or pi.
        for phase in (0.0, np.pi) if k == 0 or 2 * k == n_samples else (0.0, 0.9, -2.5):
            y = 3.0 * np.cos(2 * np.pi * k * t / n_samples + phase)
            lines = fit_dft(y[None], trend=None).lines()
            np.testing.assert_allclose(
                lines.amplitude[0],
                np.where(np.arange(len(lines.amplitude[0])) == k, 3.0, 0.0),
                atol=1e-13,
                rtol=0,
            )
            turn = np.exp(1j * (lines.phase[0, k] - phase))
            np.testing.assert_allclose(turn, 1.0, atol=1e-12, rtol=0)


@given(SEEDS, LENGTHS)
def test_parseval_mean_square_of_the_window_is_that_of_the_lines(seed, n_samples):
    y = noise(seed, n_samples)
    lines = fit_dft(y, trend=None).lines()
    mean_square = lines.amplitude**2 / 2.0
    mean_square[:, 0] *= 2.0
    if n_samples % 2 == 0:
        mean_square[:, -1] *= 2.0
    np.testing.assert_allclose(mean_square.sum(axis=1), np.mean(y**2, axis=1), rtol=1e-12)


@given(SEEDS, LENGTHS, st.sampled_from([None, "constant"]), st.integers(1, 300))
def test_with_nothing_cut_the_forecast_is_the_window_again_and_again(seed, n_samples, trend, horizon):
    y = noise(seed, n_samples)
    t = np.arange(n_samples, n_samples + horizon)
    tiled = np.tile(y, (1, horizon // n_samples + 1))[:, :horizon]
    np.testing.assert_allclose(fit_dft(y, trend=trend).evaluate(t), tiled, atol=1e-12, rtol=0)


@given(SEEDS, st.integers(2, 120), st.integers(1, 5), st.sampled_from([None, "constant"]))
def test_a_sum_of_whole_cycles_is_continued(seed, n_samples, n_sinusoids, trend):
    rng = np.random.default_rng(seed)
    cycles = rng.integers(1, n_samples // 2, size=n_sinusoids, endpoint=True)
    amplitude = rng.uniform(0.1, 2.0, size=n_sinusoids)
    phase = rng.uniform(0.0, 2 * np.pi, size=n_sinusoids)
    t = np.arange(3 * n_samples)
    x = 5.0 + amplitude @ np.sin(2 * np.pi * np.outer(cycles, t) / n_samples + phase[:, None])
    forecast = fit_dft(x[None, :n_samples], trend=trend).evaluate(t[n_samples:])
    np.testing.assert_allclose(forecast[0], x[n_samples:], atol=1e-10, rtol=0)


def test_a_broken_cycle_is_not_continued():
    x = np.sin(2 * np.pi * np.arange(120) / 40.0)
    errors = fit_dft(x[None, :100]).evaluate(np.arange(100, 120))[0] - x[100:]
    assert np.sqrt(np.mean(errors**2)) > 0.5


@given(SEEDS, st.integers(1, 40), TRENDS_STRATEGY, st.sampled_from([None, 1, 3]))
def test_lines_and_trend_evaluate_to_the_same_values(seed, n_samples, trend, n_components):
    dft = fit_dft(noise(seed, n_samples), trend=trend, n_components=n_components)
    t = np.arange(-10, 100)
    slow = dft.level[:, None] + dft.slope[:, None] * t + dft.lines().evaluate(t)
    np.testing.assert_allclose(dft.evaluate(t), slow, atol=1e-11, rtol=0)


@given(SEEDS, st.integers(2, 40), st.integers(1, 8))
def test_top_k_keeps_the_k_strongest_lines_as_they_were(seed, n_samples, n_components):
    y = noise(seed, n_samples, n_series=1)
    whole, cut = fit_dft(y), fit_dft(y, n_components=n_components)
    kept = cut.coefficients[0] != 0.0
    assert kept.sum() == min(n_components, n_samples // 2)
    np.testing.assert_array_equal(cut.coefficients[0, kept], whole.coefficients[0, kept])
    mean_square = np.mean(
        [only(whole, k).evaluate(np.arange(n_samples)) ** 2 for k in range(len(kept))], axis=2
    )
    assert mean_square[kept, 0].min() >= mean_square[1:][~kept[1:]].max(initial=0.0) - 1e-14


@settings(max_examples=20)
@given(SEEDS, st.integers(2, 9), st.integers(1, 3), st.sampled_from([None, "constant"]))
def test_top_k_is_the_best_choice_of_k_lines_in_least_squares(seed, n_samples, n_components, trend):
    y = noise(seed, n_samples, n_series=1)
    t = np.arange(n_samples)
    whole = fit_dft(y, trend=trend)
    cut = fit_dft(y, trend=trend, n_components=n_components)
    error = np.sum((cut.evaluate(t) - y) ** 2)
    n_lines = n_samples // 2 + 1
    for chosen in combinations(range(n_lines), min(n_components, n_lines)):
        rival = whole.level[:, None] + only(whole, chosen).evaluate(t)
        assert error <= np.sum((rival - y) ** 2) + 1e-12


def test_equal_lines_are_cut_alike_whatever_the_scale():
    t = np.arange(16)
    y = np.cos(2 * np.pi * t / 4) + 0.5 * np.cos(2 * np.pi * t / 8)
    for scale in (1e-200, 1.0, 1e150):
        kept = fit_dft(scale * y[None], n_components=1).coefficients[0] != 0.0
        assert np.flatnonzero(kept).tolist() == [4]


@pytest.mark.parametrize("window", [*WINDOWS, *PARAMETRIC_WINDOWS])
@pytest.mark.parametrize("n_samples", [64, 65])
def test_a_tapered_sinusoid_of_whole_cycles_keeps_its_amplitude_and_phase(window, n_samples):
    x = 1.7 * np.cos(2 * np.pi * 16 * np.arange(n_samples) / n_samples + 0.6)
    lines = fit_dft(x[None], window=window).lines()
    # The mirror image leaks in by the taper's side lobes, 32 lines away.
    np.testing.assert_allclose(lines.amplitude[0, 16], 1.7, rtol=1e-2)
    np.testing.assert_allclose(lines.phase[0, 16], 0.6, atol=1e-2, rtol=0)
    assert lines.amplitude[0].argmax() == 16


@pytest.mark.parametrize("window", ["hamming", "hann", "blackman"])
def test_cosine_tapers_keep_the_amplitude_to_rounding(window):
    # Their transform is zero but for a few lines around the centre, so the mirror image cannot leak in.
    x = 1.7 * np.cos(2 * np.pi * 16 * np.arange(64) / 64 + 0.6)
    lines = fit_dft(x[None], window=window).lines()
    np.testing.assert_allclose([lines.amplitude[0, 16], lines.phase[0, 16]], [1.7, 0.6], rtol=1e-12)


def test_a_taper_is_not_divided_out_of_the_forecast():
    y = noise(0, 30)
    taper = np.hamming(31)[:30]
    tapered = (y - y.mean(axis=1, keepdims=True)) * taper / taper.mean()
    dft = fit_dft(y, window="hamming", trend="constant")
    # The trend stands in for frequency 0, so the mean that the taper leaves is not continued.
    expected = tapered - tapered.mean(axis=1, keepdims=True) + y.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(dft.evaluate(np.arange(30, 60)), expected, atol=1e-12, rtol=0)


@given(SEEDS, st.integers(2, 50), st.floats(-1e3, 1e3), st.floats(-10.0, 10.0))
def test_a_straight_line_is_recovered_and_continued(seed, n_samples, level, slope):
    dft = fit_dft([level + slope * np.arange(n_samples)], trend="linear")
    t = np.arange(-5, n_samples + 20)
    np.testing.assert_allclose(dft.level, level, atol=1e-10, rtol=0)
    np.testing.assert_allclose(dft.slope, slope, atol=1e-11, rtol=0)
    np.testing.assert_allclose(dft.evaluate(t)[0], level + slope * t, atol=1e-9, rtol=0)


@given(SEEDS, st.integers(2, 40))
def test_the_trend_is_that_of_least_squares(seed, n_samples):
    y = noise(seed, n_samples)
    dft = fit_dft(y, trend="linear")
    slope, level = np.polyfit(np.arange(n_samples), y.T, 1)
    np.testing.assert_allclose(dft.level, level, atol=1e-12, rtol=0)
    np.testing.assert_allclose(dft.slope, slope, atol=1e-12, rtol=0)
    constant = fit_dft(y, trend="constant")
    np.testing.assert_allclose(constant.level, y.mean(axis=1), atol=1e-14, rtol=0)
    assert not constant.slope.any()
    assert not fit_dft(y, trend=None).level.any()


OPTIONS = st.fixed_dictionaries(
    {
        "window": st.sampled_from(["boxcar", "hamming", ("kaiser", 4.0)]),
        "n_components": st.sampled_from([None, 1, 4]),
        "trend": TRENDS_STRATEGY,
    }
)


@given(SEEDS, LENGTHS, OPTIONS, st.sampled_from([-3.0, -1.0, 1e-6, 7.5, 1e6]))
def test_scaling_the_series_scales_the_forecast(seed, n_samples, options, scale):
    y, t = noise(seed, n_samples), np.arange(n_samples, 2 * n_samples + 3)
    scaled = fit_dft(scale * y, **options).evaluate(t)
    np.testing.assert_allclose(scaled / scale, fit_dft(y, **options).evaluate(t), atol=1e-11, rtol=0)


@given(SEEDS, LENGTHS, OPTIONS, st.floats(-100.0, 100.0))
def test_lifting_the_series_lifts_the_forecast(seed, n_samples, options, lift):
    if options["trend"] is None:
        # Without a trend, frequency 0 competes with the other lines and is tapered with them.
        options = {"trend": None}
    y, t = noise(seed, n_samples), np.arange(n_samples, 2 * n_samples + 3)
    lifted = fit_dft(y + lift, **options).evaluate(t)
    np.testing.assert_allclose(lifted - lift, fit_dft(y, **options).evaluate(t), atol=1e-9, rtol=0)


@given(SEEDS, LENGTHS, st.integers(0, 64))
def test_turning_the_window_round_turns_the_phases_only(seed, n_samples, shift):
    y = noise(seed, n_samples)
    lines, turned = fit_dft(y).lines(), fit_dft(np.roll(y, -shift, axis=1)).lines()
    np.testing.assert_allclose(turned.amplitude, lines.amplitude, atol=1e-12, rtol=0)
    expected = lines.amplitude * np.exp(1j * (lines.phase + 2 * np.pi * lines.frequency * shift))
    np.testing.assert_allclose(turned.amplitude * np.exp(1j * turned.phase), expected, atol=1e-11, rtol=0)


@given(SEEDS, LENGTHS)
def test_reversing_the_window_reverses_the_phases(seed, n_samples):
    y = noise(seed, n_samples)
    lines, mirrored = fit_dft(y).lines(), fit_dft(y[:, ::-1]).lines()
    last = n_samples - 1
    expected = lines.amplitude * np.exp(-1j * (lines.phase + 2 * np.pi * lines.frequency * last))
    np.testing.assert_allclose(mirrored.amplitude * np.exp(1j * mirrored.phase), expected, atol=1e-11, rtol=0)


@given(SEEDS, LENGTHS, OPTIONS)
def test_a_batch_equals_its_series_one_by_one(seed, n_samples, options):
    y, t = noise(seed, n_samples), np.arange(n_samples, n_samples + 9)
    one_by_one = np.concatenate([fit_dft(series[None], **options).evaluate(t) for series in y])
    np.testing.assert_allclose(fit_dft(y, **options).evaluate(t), one_by_one, atol=1e-13, rtol=0)


def test_a_gap_is_filled_by_interpolation_before_the_transform():
    y = np.array([[1.0, np.nan, 3.0, 1.0, np.nan]])
    filled = np.array([[1.0, 2.0, 3.0, 1.0, 1.0]])
    np.testing.assert_array_equal(fit_dft(y).coefficients, fit_dft(filled).coefficients)


def test_the_variance_is_the_squared_error_of_forecasting_the_last_quarter_at_every_time():
    y = noise(1, 41)
    held_out = y[:, 31:]
    forecast = np.tile(y[:, :31], (1, 2))[:, 31:41]
    expected = np.repeat(np.mean((held_out - forecast) ** 2, axis=1, keepdims=True), 3, axis=1)
    t = [-7, 5, 60]
    np.testing.assert_allclose(fit_dft(y).variance(t), expected, rtol=1e-12)
    np.testing.assert_allclose(fit_dft(-3.0 * y).variance(t), 9.0 * expected, rtol=1e-12)
    np.testing.assert_allclose(fit_dft([[2.0, 5.0]]).variance([9]), [[9.0]], rtol=1e-15)


def test_the_variance_is_that_of_the_options():
    y, options = noise(2, 40), {"window": "hann", "n_components": 2, "trend": "linear"}
    errors = y[:, 30:] - fit_dft(y[:, :30], **options).evaluate(np.arange(30, 40))
    expected = np.mean(errors**2, axis=1, keepdims=True)
    np.testing.assert_allclose(fit_dft(y, **options).variance([41]), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trend": "quadratic"}, "trend must be one of None, 'constant', 'linear', got 'quadratic'"),
        ({"n_components": 0}, "n_components must be None or a whole number of at least 1, got 0"),
        ({"n_components": -2}, "at least 1, got -2"),
        ({"n_components": 2.5}, "at least 1, got 2.5"),
        ({"n_components": True}, "at least 1, got True"),
        ({"n_components": "3"}, "at least 1, got '3'"),
        ({"window": "hamburg"}, "window must be one that scipy.signal.get_window knows, got 'hamburg'"),
        ({"window": "kaiser"}, "get_window knows, got 'kaiser'"),
        ({"window": None}, "get_window knows, got None"),
        ({"window": np.ones(8)}, "get_window knows, got array"),
        ({"window": []}, r"get_window knows, got \[\]"),
        (
            {"window": ("general_cosine", [0.0, 1.0])},
            "window must have finite values and a mean other than zero",
        ),
        ({"window": ("kaiser", np.nan)}, "window must have finite values and a mean other than zero"),
    ],
)
def test_an_unknown_option_is_refused_with_rule_and_value(options, message):
    allowed = {"window": "boxcar", "n_components": None, "trend": None}
    with pytest.raises(ValueError, match=message):
        check_dft_options(**(allowed | options))
    with pytest.raises(ValueError, match=message):
        fit_dft([[1.0, 2.0, 4.0]], **options)


def test_a_taper_that_suits_long_windows_only_is_refused_by_short_ones():
    window = ("dpss", 2.5)
    check_dft_options(window=window, n_components=None, trend=None)
    with pytest.raises(ValueError, match=r"get_window knows, got \('dpss', 2.5\)"):
        fit_dft([[1.0, 2.0, 4.0]], window=window)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([1.0, 2.0], "got 1 axes"),
        ([[1.0, np.inf]], r"got 1 infinite value\(s\)"),
        ([[np.nan, np.nan]], "series 0 is all NaN"),
        ([[]], r"sample\(s\), got 0"),
    ],
)
def test_unusable_values_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        fit_dft(y)


def test_a_single_sample_leaves_nothing_to_hold_out():
    with pytest.raises(ValueError, match=r"at least 2 sample\(s\), got 1"):
        fit_dft([[1.0]]).variance([1])
