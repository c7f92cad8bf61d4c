"""Components of a window: standard errors against scatter, groups, shares, and what has none."""

import os

import numpy as np
import pytest

from harmonic_forecasters.datasets import load
from harmonic_forecasters.spectral.components import fit_components
from harmonic_forecasters.spectral.harmonic import METHODS, fit_harmonic
from harmonic_forecasters.spectral.lines import LineSpectrum

COLUMNS = [
    *("frequency", "period", "amplitude", "phase"),
    *("frequency_error", "amplitude_error", "phase_error", "share", "group", "season"),
]
FREQUENCY, AMPLITUDE = np.array([0.0831, 0.2017, 0.3523]), np.array([1.0, 0.7, 0.5])


def draws(n_draws, n_samples, noise, seed=9000):
    """Windows of three lines under noise, (n_draws, n_samples), and the phases, (n_draws, 3)."""
    rng = np.random.default_rng(seed)
    phase = rng.uniform(-np.pi, np.pi, (n_draws, 3))
    lines = LineSpectrum(FREQUENCY, np.tile(AMPLITUDE, (n_draws, 1)), phase)
    return lines.evaluate(np.arange(n_samples)) + noise(rng, (n_draws, n_samples)), phase


def white(rng, shape):
    return rng.normal(0.0, 0.5, shape)


def red(rng, shape):
    """A first-order autoregression of deviation 0.5."""
    wander = rng.normal(0.0, 0.5, shape)
    for t in range(1, shape[1]):
        wander[:, t] = 0.8 * wander[:, t - 1] + 0.6 * wander[:, t]
    return wander


def normalised(components, phase):
    """(found - true) / standard error of frequency, amplitude and phase, (3, 3 n_draws)."""
    lines, errors = components.lines, components.errors
    rows = []
    for k in range(3):
        near = np.argmin(
            np.where(lines.amplitude > 0.2, abs(lines.frequency - FREQUENCY[k]), np.inf), axis=1
        )[:, None]
        frequency, amplitude, angle, *scale = (
            np.take_along_axis(each, near, axis=1)[:, 0]
            for each in (
                *(lines.frequency, lines.amplitude, lines.phase),
                *(errors.frequency, errors.amplitude, errors.phase),
            )
        )
        turned = np.angle(np.exp(1j * (angle - phase[:, k])))
        rows.append(np.stack([frequency - FREQUENCY[k], amplitude - AMPLITUDE[k], turned]) / np.stack(scale))
    return np.concatenate(rows, axis=1)


@pytest.mark.parametrize(
    ("method", "noise", "missing", "most"),
    [
        ("iaa", white, 0.0, 1.35),
        ("burg", white, 0.0, 1.35),
        ("sparse_bayes", white, 0.0, 1.35),
        ("iaa", white, 0.2, 1.35),
        # The level of coloured noise near a line is known less well.
        ("iaa", red, 0.0, 1.7),
    ],
)
def test_errors_divided_by_their_standard_errors_have_variance_one(method, noise, missing, most):
    y, phase = draws(100, 200, noise)
    y[np.random.default_rng(1).random(y.shape) < missing] = np.nan
    components = fit_components(y, fit_harmonic(y, method=method).lines())
    # Of 300 values, one standard error of the variance is 0.08; a few draws lose a line to noise.
    z = normalised(components, phase)
    variance = np.mean(np.clip(z, -4.0, 4.0) ** 2, axis=1)
    assert (variance > 0.75).all()
    assert (variance < most).all()


def test_red_noise_makes_slow_lines_less_certain_than_fast_ones():
    y, _ = draws(1, 400, red)
    columns = fit_components(y, LineSpectrum(FREQUENCY, AMPLITUDE[None], np.zeros((1, 3)))).columns(0)
    by_frequency = np.argsort(columns["frequency"])
    slow, middle, fast = columns["amplitude_error"][by_frequency]
    assert slow > 1.5 * middle > 1.5 * fast


def test_clean_lines_are_found_to_rounding_from_a_third_of_a_bin_away():
    n_samples = 150
    truth = LineSpectrum(FREQUENCY, AMPLITUDE[None], np.array([[0.3, -2.0, 3.0]]))
    y = truth.evaluate(np.arange(n_samples)) + 5.0 - 0.02 * np.arange(n_samples)
    start = LineSpectrum(FREQUENCY + 0.3 / n_samples, AMPLITUDE[None], truth.phase)
    columns = fit_components(y, start).columns(0)
    for name in ("frequency", "amplitude", "phase"):
        np.testing.assert_allclose(columns[name], truth.columns(0)[name], atol=1e-9)
    assert columns["amplitude_error"].max() < 1e-9
    np.testing.assert_allclose(columns["share"], 0.5 * AMPLITUDE**2 / y.var(), rtol=1e-9)
    assert columns["group"].tolist() == [0, 1, 2]


def test_lines_closer_than_the_window_separates_share_a_group_and_are_uncertain():
    n_samples = 200
    frequency = np.array([0.1, 0.1015, 0.3, 0.308])  # 0.3 and 1.6 cycles a window apart
    lines = LineSpectrum(frequency, np.array([[1.0, 0.9, 1.5, 1.0]]), np.zeros((1, 4)))
    noise = np.random.default_rng(0).normal(0.0, 0.01, (1, n_samples))
    columns = fit_components(lines.evaluate(np.arange(n_samples)) + noise, lines).columns(0)
    by_frequency = np.argsort(columns["frequency"])
    low, also_low, high, higher = columns["group"][by_frequency]
    assert low == also_low
    assert len({low, high, higher}) == 3
    error = columns["amplitude_error"][by_frequency]
    assert error[:2].min() > 3.0 * error[2:].max()


def test_a_group_ranks_by_what_its_lines_add_up_to():
    """Two lines that all but cancel are a weak group of strong members."""
    n_samples = 200
    frequency, phase = np.array([0.1, 0.1005, 0.3]), np.array([[0.0, np.pi, 0.0]])
    lines = LineSpectrum(frequency, np.array([[3.0, 3.0, 2.0]]), phase)
    columns = fit_components(lines.evaluate(np.arange(n_samples)), lines).columns(0)
    np.testing.assert_allclose(columns["frequency"][0], 0.3, rtol=1e-6)
    assert columns["group"].tolist() == [0, 1, 1]
    assert columns["amplitude"][1] > columns["amplitude"][0]


def test_strength_of_a_group_is_its_mean_square_over_the_window():
    rng = np.random.default_rng(3)
    n_samples = 500
    pairs = np.sort(rng.uniform(0.05, 0.45, 6))[:, None] + np.array([0.0, 0.4 / n_samples])
    lines = LineSpectrum(pairs.ravel(), rng.uniform(0.5, 2.0, (1, 12)), rng.uniform(-3.0, 3.0, (1, 12)))
    t = np.arange(n_samples)
    columns = fit_components(lines.evaluate(t), lines).columns(0)
    strength = [
        np.mean(
            LineSpectrum(
                columns["frequency"][rows], columns["amplitude"][None, rows], columns["phase"][None, rows]
            ).evaluate(t)
            ** 2
        )
        for rows in (columns["group"] == group for group in range(6))
    ]
    assert (np.diff(columns["group"]) >= 0).all()
    assert (np.diff(strength) < 0.02 * strength[0]).all()


def test_scale_scales_and_level_and_slope_do_not_matter():
    y, _ = draws(2, 120, white)
    found = fit_harmonic(y, method="iaa").lines()
    plain = fit_components(y, found)
    times = np.arange(120)
    larger = LineSpectrum(found.frequency, 1e6 * found.amplitude, found.phase)
    moved = fit_components(1e6 * (y + 7.0 - 0.05 * times), larger)
    for one, other in (
        (plain.lines.frequency, moved.lines.frequency),
        (plain.lines.phase, moved.lines.phase),
        (plain.errors.frequency, moved.errors.frequency),
        (1e6 * plain.lines.amplitude, moved.lines.amplitude),
        (1e6 * plain.errors.amplitude, moved.errors.amplitude),
    ):
        np.testing.assert_allclose(one, other, rtol=2e-3)


def test_series_do_not_disturb_each_other():
    y, _ = draws(3, 100, white)
    y[1, 10:20] = np.nan
    lines = fit_harmonic(y, method="iaa").lines()
    together = fit_components(y, lines)
    for i in range(3):
        alone = fit_components(
            y[[i]], LineSpectrum(lines.frequency[[i]], lines.amplitude[[i]], lines.phase[[i]])
        )
        for name, column in alone.columns(0).items():
            np.testing.assert_array_equal(column, together.columns(i)[name])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_whatever_the_window_everything_is_finite(method, degenerate_window):
    columns = fit_components(
        degenerate_window[None], fit_harmonic(degenerate_window[None], method=method).lines()
    ).columns(0)
    assert list(columns) == COLUMNS
    for name, column in columns.items():
        assert np.isfinite(column).all() if name != "season" else np.isnan(column).all()
        assert column.dtype == (np.int64 if name == "group" else np.float64)
    assert (columns["amplitude_error"] >= 0.0).all()


@pytest.mark.parametrize("level", [0.0, 5.0, 1e9])
@pytest.mark.parametrize("method", METHODS)
def test_a_constant_has_no_components(method, level):
    y = np.full((1, 30), level)
    columns = fit_components(y, fit_harmonic(y, method=method).lines()).columns(0)
    assert list(columns) == COLUMNS
    assert {column.shape for column in columns.values()} == {(0,)}


@pytest.mark.parametrize("n_samples", [20, 43])
def test_an_alternation_is_a_cosine_and_all_of_the_variance(n_samples):
    y = 3.0 * (-1.0) ** np.arange(n_samples)[None]
    columns = fit_components(y, LineSpectrum(np.array([0.5]), np.array([[3.0]]), np.zeros((1, 1)))).columns(0)
    assert columns["frequency"].tolist() == [0.5]
    assert columns["frequency_error"].tolist() == [0.0]
    np.testing.assert_allclose([columns["amplitude"][0], columns["share"][0]], [3.0, 1.0], rtol=1e-3)


def test_more_lines_than_values_stay_as_they_are_and_are_nothing_certain():
    y, _ = draws(1, 16, white)
    frequency = np.linspace(0.1, 0.4, 6)
    lines = LineSpectrum(frequency, np.full((1, 6), 0.4), np.zeros((1, 6)))
    columns = fit_components(y, lines).columns(0)
    np.testing.assert_allclose(np.sort(columns["frequency"]), frequency)
    assert (columns["amplitude_error"] > 0.25 * y.std()).all()
    assert np.isfinite(columns["amplitude_error"]).all()


def test_many_lines_are_fitted_in_bands_as_well_as_at_once(monkeypatch):
    rng = np.random.default_rng(2)
    frequency = (np.arange(30) + rng.uniform(0.3, 0.7, 30)) / 61
    lines = LineSpectrum(frequency, np.ones((1, 30)), rng.uniform(-3, 3, (1, 30)))
    y = lines.evaluate(np.arange(1000)) + rng.normal(0.0, 0.3, (1, 1000))
    once = fit_components(y, lines).columns(0)
    monkeypatch.setattr("harmonic_forecasters.spectral._parts.joint_fit.MOST_JOINTLY", 7)
    monkeypatch.setattr("harmonic_forecasters.spectral._parts.joint_fit.CHUNK_VALUES", 3000)
    banded = fit_components(y, lines).columns(0)
    by_frequency = [np.argsort(columns["frequency"]) for columns in (once, banded)]
    for name, tolerance in {"frequency": 1e-6, "amplitude": 1e-3, "amplitude_error": 0.02}.items():
        np.testing.assert_allclose(once[name][by_frequency[0]], banded[name][by_frequency[1]], rtol=tolerance)


@pytest.mark.skipif(not os.environ.get("HARMONIC_FORECASTERS_DATA"), reason="needs the downloaded series")
def test_a_year_of_tides_shows_its_constituents():
    """Amplitudes in metres are those that UTide 0.4.0 gives for this year with nodal=False."""
    y = load("honolulu").to_numpy()[None]
    columns = fit_components(y, fit_harmonic(y, method="iaa").lines()).columns(0)
    for period, amplitude in ((12.42060, 0.1757), (12.0, 0.0524), (23.93447, 0.1557), (25.81934, 0.0864)):
        row = np.argmin(abs(columns["frequency"] - 1.0 / period))
        error, frequency_error = columns["amplitude_error"][row], columns["frequency_error"][row]
        assert abs(columns["amplitude"][row] - amplitude) < 2.0 * error
        # The tide's own lines are not quite pure: they swing with the seasons.
        assert abs(columns["frequency"][row] - 1.0 / period) < 4.0 * frequency_error
        assert 0.0002 < error < 0.004
        assert row < 6


def test_lines_of_other_windows_are_refused():
    lines = LineSpectrum(np.array([0.1]), np.ones((2, 1)), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="lines must belong to as many series as the windows, 3, got 2"):
        fit_components(np.zeros((3, 20)), lines)


def test_harmonics_of_a_season_are_one_group_and_stand_below_it():
    t = np.arange(24 * 40)
    daily, weekly = np.where(t % 24 < 8, 10.0, 0.0), np.where(t // 24 % 7 > 4, 4.0, 0.0)
    wave = 3.0 * np.cos(2 * np.pi * t / 31.0)
    y = daily + weekly + wave + 0.5 * np.random.default_rng(0).normal(size=len(t))
    table = fit_harmonic(y[None], candidates=[24, 168, 8766]).tables()[0]
    whole = np.isnan(table["phase"])
    np.testing.assert_allclose(table["period"][whole], [24.0, 31.0, 168.0][::2])
    for period, part in ((24.0, daily), (168.0, weekly)):
        own = table["season"] == period
        row = np.flatnonzero(own & whole)[0]
        assert (table["group"][own] == table["group"][row]).all()
        assert row == np.flatnonzero(own)[0]
        np.testing.assert_allclose(table["share"][row], part.var() / y.var(), rtol=0.15)
        np.testing.assert_allclose(table["amplitude"][row] ** 2 / 2 / y.var(), table["share"][row], rtol=1e-6)
        orders = period * table["frequency"][own & ~whole]
        np.testing.assert_allclose(orders, np.round(orders), atol=0.5 * period / len(t))
        np.testing.assert_allclose(table["share"][own & ~whole].sum(), table["share"][row], rtol=0.1)
    alone = np.isnan(table["season"])
    np.testing.assert_allclose(table["period"][alone][0], 31.0, rtol=0.01)
    assert not (np.isnan(table["phase"]) & alone).any()


def test_one_harmonic_alone_is_no_season():
    t = np.arange(200)
    lines = LineSpectrum(np.array([1 / 12]), np.array([[1.0]]), np.zeros((1, 1)))
    columns = fit_components(lines.evaluate(t), lines, seasons=[(12.0,)]).columns(0)
    assert np.isnan(columns["season"]).all()
    assert len(columns["period"]) == 1
