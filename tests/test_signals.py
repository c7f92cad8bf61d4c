"""Synthetic signals: definitions checked against slow formulas, distributions, and the reference points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmonic_forecasters.signals import (
    GENERATORS,
    daily_temperature,
    daily_weather,
    growing_series,
    harmonic_sums,
    hourly_energy,
    sine,
)
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.methods.dft import fit_dft

SMALL = {"length": 105, "n_components": (3, 6), "periods": (2, 99)}
LARGE = {"length": 110, "n_components": (3, 44), "periods": (10, 99)}
FIELDS = ("values", "clean", "period", "amplitude", "phase", "time")


def sum_slowly(signals, envelope=None):
    """x(t) = sum_k a_k sin(2 pi t / T_k + phi_k), one component at a time."""
    t = np.arange(signals.clean.shape[1])
    x = np.zeros_like(signals.clean)
    for s, (period, amplitude, phase) in enumerate(
        zip(signals.period, signals.amplitude, signals.phase, strict=True)
    ):
        for k in np.flatnonzero(~np.isnan(period)):
            wave = amplitude[k] * np.sin(2 * np.pi * t / period[k] + phase[k])
            x[s] += wave if envelope is None else wave * envelope[s, k]
    return x


@settings(max_examples=30)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 130),
    st.sampled_from([(1, 1), (3, 6), (3, 44)]),
    st.sampled_from([(2, 99), (10, 99), (7, 7)]),
    st.booleans(),
    st.sampled_from([0.0, 0.1, 2.0]),
)
def test_the_clean_signal_is_the_sum_of_its_components(
    seed, length, n_components, periods, integer_periods, noise
):
    signals = harmonic_sums(
        5,
        length=length,
        n_components=n_components,
        periods=periods,
        integer_periods=integer_periods,
        noise=noise,
        random_state=seed,
    )
    # Where waves nearly cancel at every sample, dividing by the largest value magnifies their rounding.
    tolerance = 1e-13 * np.maximum(1.0, np.nansum(signals.amplitude, axis=1, keepdims=True))
    assert (abs(sum_slowly(signals) - signals.clean) <= tolerance).all()


@pytest.mark.parametrize("integer_periods", [True, False])
@pytest.mark.parametrize("length", [1, 2, 3, 5, 99, 100, 101, 700])
def test_any_length_is_summed_and_a_longer_signal_begins_with_the_shorter(length, integer_periods):
    task = {"n_components": (3, 6), "periods": (2, 99), "integer_periods": integer_periods, "random_state": 3}
    signals = harmonic_sums(40, length=length, **task)
    assert signals.values.shape == (40, length)
    np.testing.assert_allclose(sum_slowly(signals), signals.clean, atol=1e-11, rtol=0)
    longer = harmonic_sums(40, length=length + 9, **task).clean[:, :length]
    ratio = abs(longer).max(axis=1, keepdims=True)
    np.testing.assert_allclose(longer / ratio, signals.clean, atol=1e-11, rtol=0)


def test_phases_stay_exact_far_from_the_start():
    # 27,720 is a whole number of cycles of each of these periods.
    signals = harmonic_sums(20, length=27_820, n_components=(3, 6), periods=(2, 12), random_state=0)
    np.testing.assert_allclose(signals.clean[:, 27_720:], signals.clean[:, :100], atol=1e-13, rtol=0)


@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize("modulated", [False, True])
def test_the_largest_observed_value_is_one(noise, modulated):
    signals = harmonic_sums(500, **SMALL, noise=noise, modulated=modulated, random_state=1)
    np.testing.assert_allclose(abs(signals.values).max(axis=1), 1.0, rtol=1e-15)


def test_noise_is_normal_and_relative_to_the_clean_signals_largest_value():
    signals = harmonic_sums(4000, **SMALL, noise=0.1, random_state=2)
    clean_scale = abs(signals.clean).max(axis=1, keepdims=True)
    noise = (signals.values - signals.clean) / clean_scale
    n = noise.size
    assert abs(noise.mean()) < 5 * 0.1 / np.sqrt(n)
    assert abs(np.mean(noise**2) / 0.01 - 1.0) < 5 * np.sqrt(2.0 / n)
    assert abs(np.mean(noise**4) / 0.0003 - 1.0) < 5 * np.sqrt(96.0 / 9.0 / n)


def test_noise_leaves_the_components_of_the_same_seed_alone():
    quiet = harmonic_sums(20, **SMALL, random_state=4)
    noisy = harmonic_sums(20, **SMALL, noise=0.1, random_state=4)
    np.testing.assert_array_equal(noisy.period, quiet.period)
    np.testing.assert_array_equal(noisy.phase, quiet.phase)
    factor = abs(noisy.clean).max(axis=1, keepdims=True)
    np.testing.assert_allclose(noisy.clean, quiet.clean * factor, atol=1e-14, rtol=0)
    np.testing.assert_allclose(noisy.amplitude, quiet.amplitude * factor, rtol=1e-13)


def test_amplitudes_sum_to_one_before_the_signal_is_scaled():
    signals = harmonic_sums(300, **LARGE, random_state=5)
    total = np.nansum(signals.amplitude, axis=1, keepdims=True)
    unscaled = sum_slowly(signals) / total
    np.testing.assert_allclose(abs(unscaled).max(axis=1), 1.0 / total[:, 0], rtol=1e-12)
    assert (np.nan_to_num(signals.amplitude, nan=1.0) > 0.0).all()


def assert_uniform(observed, values):
    """Each of the values is drawn, none other, and equally often within five standard errors."""
    counts = np.array([(observed == value).sum() for value in values])
    assert counts.sum() == observed.size
    expected = observed.size / len(values)
    assert (abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_counts_and_integer_periods_are_uniform_with_both_ends():
    signals = harmonic_sums(20_000, length=4, n_components=(3, 6), periods=(2, 99), random_state=6)
    present = ~np.isnan(signals.period)
    assert_uniform(present.sum(axis=1), range(3, 7))
    assert_uniform(signals.period[present], range(2, 100))
    # Drawn with replacement: 3 of 98 coincide somewhere in about 3 % of the signals of 3.
    three = signals.period[present.sum(axis=1) == 3, :3]
    repeats = np.mean([len(set(row)) < 3 for row in three])
    assert abs(repeats - (1 - 97 * 96 / 98**2)) < 5 * np.sqrt(0.03 / len(three))


def test_components_are_packed_to_the_left_and_padded_alike():
    signals = harmonic_sums(200, **LARGE, random_state=7)
    missing = np.isnan(signals.period)
    assert signals.period.shape == (200, 44)
    assert (np.diff(missing.astype(int), axis=1) >= 0).all()
    np.testing.assert_array_equal(np.isnan(signals.amplitude), missing)
    np.testing.assert_array_equal(np.isnan(signals.phase), missing)


def test_continuous_periods_and_phases_are_uniform_over_their_intervals():
    signals = harmonic_sums(
        10_000, length=4, n_components=(2, 2), periods=(10, 99), integer_periods=False, random_state=8
    )
    assert (signals.period % 1.0 != 0.0).all()
    for draws, low, high in ((signals.period, 10, 99), (signals.phase, 0.0, 2 * np.pi)):
        assert low <= draws.min() <= draws.max() <= high
        quantiles = np.quantile((draws - low) / (high - low), np.linspace(0.05, 0.95, 19))
        # Five standard errors of a quantile of 20,000 uniform draws.
        np.testing.assert_allclose(
            quantiles, np.linspace(0.05, 0.95, 19), atol=5 * 0.5 / np.sqrt(20_000), rtol=0
        )


def test_integer_periods_stay_inside_fractional_bounds():
    signals = harmonic_sums(300, length=10, n_components=(1, 2), periods=(2.5, 5.9), random_state=9)
    assert set(signals.period[~np.isnan(signals.period)]) == {3.0, 4.0, 5.0}


@pytest.mark.parametrize("integer_periods", [True, False])
@pytest.mark.parametrize("length", [1, 2, 105])
def test_modulated_amplitudes_drift_to_a_factor_at_a_midpoint_and_back(length, integer_periods):
    task = {"length": length, "n_components": (3, 6), "periods": (2, 99), "integer_periods": integer_periods}
    signals = harmonic_sums(60, **task, modulated=True, random_state=10)
    # The draws that follow those of the components: factor, then midpoint, for every possible component.
    rng = np.random.default_rng(10)
    rng.integers(3, 6, size=60, endpoint=True)
    if integer_periods:
        rng.integers(2, 99, size=(60, 6), endpoint=True)
    else:
        rng.uniform(2, 99, size=(60, 6))
    rng.uniform(size=(60, 6))
    rng.random((60, 6))
    factor = rng.uniform(0.5, 2.0, size=(60, 6))
    midpoint = rng.uniform(0.0, 1.0, size=(60, 6)) * max(length - 1, 1)
    t = np.arange(length)
    envelope = np.ones((60, 6, length))
    if length > 1:
        for s, k in np.ndindex(60, 6):
            envelope[s, k] = np.interp(t, [0.0, midpoint[s, k], length - 1], [1.0, factor[s, k], 1.0])
    np.testing.assert_allclose(sum_slowly(signals, envelope), signals.clean, atol=1e-12, rtol=0)


def test_modulation_leaves_the_components_of_the_same_seed_alone():
    steady = harmonic_sums(20, **SMALL, random_state=11)
    modulated = harmonic_sums(20, **SMALL, modulated=True, random_state=11)
    np.testing.assert_array_equal(modulated.period, steady.period)
    np.testing.assert_array_equal(modulated.phase, steady.phase)
    assert abs(modulated.clean - steady.clean).max() > 0.1


def draw(name, seed):
    return (
        GENERATORS[name](2, **SMALL, noise=0.1, random_state=seed)
        if name == "harmonic_sums"
        else (GENERATORS[name](random_state=seed))
    )


@pytest.mark.parametrize("name", [name for name in GENERATORS if name != "sine"])
def test_one_seed_gives_one_set_of_signals(name):
    signals, again = draw(name, 12), draw(name, np.random.default_rng(12))
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(signals, field), getattr(again, field))
    assert signals.names == again.names
    rng = np.random.default_rng(12)
    first, second = draw(name, rng), draw(name, rng)
    np.testing.assert_array_equal(first.values, signals.values)
    if name != "daily_temperature":  # without noise unless it is asked for
        assert (second.values != first.values).any()


@pytest.mark.parametrize("name", list(GENERATORS))
def test_every_generator_returns_matching_shapes(name):
    signals = sine() if name == "sine" else draw(name, 0)
    n_series, n_samples = signals.values.shape
    assert signals.clean.shape == (n_series, n_samples)
    assert signals.time.shape == (n_samples,)
    assert signals.period.shape == signals.amplitude.shape == signals.phase.shape
    assert len(signals.period) == len(signals.names) == n_series
    assert len(set(signals.names)) == n_series


def test_the_growing_series_is_its_formula():
    signals = growing_series(random_state=13)
    x = np.linspace(2, 60, 5000)
    # The noise term is what the values have and the clean signal has not: (x / 60) (e / 10) / 4.
    e = (signals.values[0] - signals.clean[0]) * 40 / (x / 60)
    assert abs(e.mean()) < 5 / np.sqrt(5000)
    assert abs(e.var() - 1.0) < 5 * np.sqrt(2 / 5000)
    y = (x / 60) * (
        np.sin(x) + e / 10 + np.sin(2 * x) / 4 + np.sin(3 * x) / 2 + np.sin(4 * x) / 2
    ) / 4 + x / 100
    np.testing.assert_allclose(signals.values[0], y, atol=1e-13, rtol=0)
    # The components hold at the end of the series, where the factor x / 60 is one.
    wave = (x / 60) * sum_slowly(signals)[0]
    np.testing.assert_allclose(signals.clean[0], wave + x / 100, atol=1e-11, rtol=0)


def test_the_growing_series_without_noise_is_clean():
    signals = growing_series(n_samples=300, noise=0.0, random_state=0)
    np.testing.assert_array_equal(signals.values, signals.clean)


def test_the_sine_is_its_formula():
    signals = sine()
    np.testing.assert_array_equal(signals.values, np.sin(np.linspace(0, 10, 1000))[None])
    np.testing.assert_allclose(sum_slowly(signals), signals.values, atol=1e-13, rtol=0)


def test_daily_temperatures_have_an_annual_cycle():
    signals = daily_temperature(random_state=0)
    t = np.arange(366 + 365 + 365)
    np.testing.assert_allclose(
        signals.values[0], 20 + 10 * np.sin(2 * np.pi * t / 365.25), atol=1e-12, rtol=0
    )
    np.testing.assert_array_equal(signals.time, np.arange("2020-01-01", "2023-01-01", dtype="datetime64[D]"))
    noisy = daily_temperature(noise=2.0, random_state=0)
    np.testing.assert_array_equal(noisy.clean, signals.clean)
    assert abs((noisy.values - noisy.clean).std() / 2.0 - 1.0) < 5 / np.sqrt(2 * 1096)


def test_hourly_energy_has_a_daily_cycle_and_noise():
    signals = hourly_energy(random_state=14)
    t = np.arange(24 * 1096)
    np.testing.assert_allclose(
        signals.clean[0], 200 + 100 * np.sin(2 * np.pi * (t % 24) / 24), atol=1e-12, rtol=0
    )
    noise = signals.values - signals.clean
    assert abs(noise.mean()) < 5 * 20 / np.sqrt(t.size)
    assert abs(noise.std() / 20 - 1.0) < 5 / np.sqrt(2 * t.size)
    np.testing.assert_array_equal(signals.time[[0, -1]].astype(str), ["2020-01-01T00", "2022-12-31T23"])


def test_daily_weather_has_temperature_humidity_and_wind():
    signals = daily_weather(random_state=15)
    angle = 2 * np.pi * np.arange(1096) / 365.25
    temperature, humidity, wind = signals.values
    assert signals.names == ("temperature", "humidity", "wind")
    np.testing.assert_allclose(temperature, 20 + 10 * np.sin(angle), atol=1e-12, rtol=0)
    np.testing.assert_allclose(humidity, 60 + 20 * np.cos(angle), atol=1e-12, rtol=0)
    np.testing.assert_array_equal(signals.clean[2], 10.0)
    assert abs(wind.mean() - 10.0) < 5 * 3 / np.sqrt(1096)
    assert abs(wind.std() / 3.0 - 1.0) < 5 / np.sqrt(2 * 1096)


def test_components_are_sines_a_quarter_turn_behind_the_lines():
    signals = harmonic_sums(10, length=105, n_components=(3, 3), periods=(2, 99), random_state=16)
    lines = LineSpectrum(1 / signals.period, signals.amplitude, signals.phase - np.pi / 2)
    np.testing.assert_allclose(lines.evaluate(np.arange(105)), signals.clean, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("task", "noise", "window", "expected"),
    [
        (SMALL, 0.0, "boxcar", 0.47),
        (SMALL, 0.0, "hamming", 0.27),
        (SMALL, 0.0, "zeros", 0.27),
        (SMALL, 0.1, "boxcar", 0.40),
        (SMALL, 0.1, "hamming", 0.23),
        (SMALL, 0.1, "zeros", 0.23),
        (LARGE, 0.0, "boxcar", 0.38),
        (LARGE, 0.0, "zeros", 0.22),
        (LARGE, 0.1, "boxcar", 0.37),
        (LARGE, 0.1, "zeros", 0.19),
    ],
)
def test_the_generator_reproduces_the_reference_errors(task, noise, window, expected):
    """The references are means over 200 signals, in two digits: the tolerance is their sampling error."""
    signals = harmonic_sums(4000, **task, noise=noise, random_state=17)
    forecast = (
        0.0
        if window == "zeros"
        else fit_dft(signals.values[:, :100], window=window, trend=None).evaluate(
            np.arange(100, task["length"])
        )
    )
    errors = np.mean((forecast - signals.clean[:, 100:]) ** 2, axis=1)
    standard_error = errors.std() / np.sqrt(200) + 0.005
    assert abs(errors.mean() - expected) < 3 * standard_error


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_signals": 0}, "n_signals must be at least 1, got 0"),
        ({"length": 0}, "length must be at least 1, got 0"),
        ({"n_components": (0, 3)}, r"with 1 <= lowest <= highest, got \(0, 3\)"),
        ({"n_components": (4, 3)}, r"with 1 <= lowest <= highest, got \(4, 3\)"),
        ({"periods": (1, 9)}, r"with 2 <= lowest <= highest, got \(1, 9\)"),
        ({"periods": (9, 8)}, r"with 2 <= lowest <= highest, got \(9, 8\)"),
        ({"periods": (9, np.inf)}, r"with 2 <= lowest <= highest, got \(9, inf\)"),
        ({"periods": (2.2, 2.8)}, r"must enclose an integer where integer_periods is True, got \(2.2, 2.8\)"),
        ({"noise": -0.1}, "noise must be a finite number of at least 0, got -0.1"),
        ({"noise": np.nan}, "noise must be a finite number of at least 0, got nan"),
    ],
)
def test_a_number_out_of_range_is_refused_with_rule_and_value(change, message):
    task = {"n_signals": 2, **SMALL, "random_state": 0} | change
    with pytest.raises(ValueError, match=message):
        harmonic_sums(task.pop("n_signals"), **task)


def test_a_growing_series_needs_two_samples():
    with pytest.raises(ValueError, match="n_samples must be at least 2, got 1"):
        growing_series(n_samples=1, random_state=0)
