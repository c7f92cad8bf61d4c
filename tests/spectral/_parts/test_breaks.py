"""Shifts of the level and interruptions, and what is none."""

import numpy as np
import pytest

from harmonic_forecasters.spectral import fit_harmonic
from harmonic_forecasters.spectral._parts.breaks import interruptions, level_shifts

RNG = np.random.default_rng(0)
T = np.arange(148)
SEASON = 10.0 + 3.0 * np.sin(2 * np.pi * T / 12) + 0.3 * RNG.normal(size=148)


@pytest.mark.parametrize("size", [40.0, -40.0])
@pytest.mark.parametrize("at", [4, 60, 118, 144])
def test_a_shift_is_found_where_it_is(size, at):
    position, jump = level_shifts((SEASON + size * (at <= T))[None])
    assert position[0] == at
    assert abs(jump[0] - size) < 4.0


@pytest.mark.parametrize(
    "series",
    [
        SEASON,
        SEASON + 40.0 * (T >= 146),  # two samples may be outliers
        SEASON + 8.0 * (T >= 100),  # within what the season does
        np.cumsum(RNG.normal(size=148)),
        np.exp(0.05 * T),
        3.0 * T,
        np.sin(2 * np.pi * T / 148),
        np.sign(np.sin(2 * np.pi * T / 50)),
        np.full(148, 5.0),
    ],
)
def test_other_courses_are_no_shift(series):
    position, jump = level_shifts(series[None])
    assert position[0] == 0
    assert jump[0] == 0.0


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [
        (SEASON[:118], SEASON[118:] + 40.0, 42.0, 58.0),
        (np.ones(6), np.full(6, 100.0), 99.9, 100.1),
        (RNG.poisson(3, 20), RNG.poisson(200, 20), 150.0, 250.0),
    ],
)
@pytest.mark.parametrize("candidates", [None, [12]])
def test_forecasts_stand_on_the_new_level(before, after, low, high, candidates):
    y = np.concatenate([before, after]).astype(float)
    fit = fit_harmonic(y[None], candidates=candidates)
    ahead = fit.evaluate(np.arange(len(y), len(y) + 12))
    assert ((ahead > low) & (ahead < high)).all()
    # Inside the window, the smooth stays on either side of the shift.
    inside = fit.evaluate(np.arange(len(y)))[0]
    largest = 0.4 * abs(np.median(after) - np.median(before))
    assert np.abs(inside - y).max() < largest


@pytest.mark.parametrize("candidates", [None, [7, 30.44]])
def test_closed_days_hardly_move_a_forecast(candidates):
    rng = np.random.default_rng(1)
    y = 200.0 + 30.0 * np.sin(2 * np.pi * np.arange(300) / 7) + 5.0 * rng.normal(size=300)
    closed = y.copy()
    closed[180:209] = 0.0
    ahead = np.arange(300, 328)
    forecasts = fit_harmonic(np.stack([closed, y]), candidates=candidates).evaluate(ahead)
    assert np.abs(forecasts[0] / forecasts[1] - 1.0).max() < 0.05


@pytest.mark.parametrize(
    "series",
    [
        np.tile([5.0, 6.0, 7.0, 0.0, 0.0, 0.0], 20),  # a pattern, not an interruption
        np.where(T < 100, 0.0, SEASON),  # most of the window
        np.where(T < 130, SEASON, 0.0),  # the end may be a new level
        np.maximum(SEASON - 10.0, 0.0),  # night: others come close
        np.full(50, 2.0),
    ],
)
def test_other_repeated_values_are_no_interruption(series):
    assert not interruptions(series[None]).any()


def test_gaps_are_no_interruption_and_hide_none():
    y = SEASON.copy()
    y[40:60] = 300.0
    y[50] = y[100] = np.nan
    found = interruptions(y[None])[0]
    assert not found[[50, 100]].any()
