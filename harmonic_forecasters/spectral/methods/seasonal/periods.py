"""Which seasons a window is asked about: those known, or those that the calendar suggests and one found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.fft import irfft, rfft
from numpy.typing import ArrayLike
from scipy.fft import next_fast_len

from harmonic_forecasters.spectral._parts.periods import check_periods
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray

#: Seasons of one window; each has three hyperparameters.
MOST_SEASONS = 4
#: Cycles that a window must hold of a season, and that it must hold of one found in it.
LEAST_CYCLES, LEAST_FOUND_CYCLES = 2.0, 2.5
#: Smallest autocorrelation one period apart for which a season is found.
_SMALLEST_CORRELATION = 0.1
#: Periods that differ by less than this share are the same.
_SAME = 0.1
#: Autocorrelations above this share of the largest count as large.
_NEARLY_LARGEST = 0.8


def seasons_of(
    values: FloatArray, periods: ArrayLike | None, candidates: ArrayLike | None, *, shortest_searched: int = 0
) -> list[tuple[float, ...]]:
    """The seasons of each window, one tuple of periods per series, the shortest first.

    values : (n_series, n_samples), finite.
    periods : known periods, samples; they are there, and the seasons of all windows.
    candidates : periods that the calendar suggests, samples, of which those count that the window holds
        twice. Another one is sought in each window.
    shortest_searched : in windows of fewer samples none is sought.
    """
    n_series, n_samples = values.shape
    suggested = known_seasons(periods, candidates, n_samples)
    if check_periods(periods).size:
        return [tuple(suggested[:MOST_SEASONS].tolist())] * n_series
    found = found_periods(values) if n_samples >= shortest_searched else np.zeros(n_series)
    # One that the calendar knows is not found anew.
    new = (found > 0.0) & (np.abs(found[:, None] / suggested - 1.0) > _SAME).all(axis=1)
    return [
        tuple(sorted([*suggested[: MOST_SEASONS - 1], period] if is_new else suggested[:MOST_SEASONS]))
        for period, is_new in zip(found.tolist(), new, strict=True)
    ]


def known_seasons(periods: ArrayLike | None, candidates: ArrayLike | None, n_samples: int) -> FloatArray:
    """The periods that are known of any window of n_samples, or else suggested: see :func:`seasons_of`."""
    known = np.unique(check_periods(periods))
    if known.size:
        return known
    suggested = np.unique(check_periods(candidates, "candidates"))
    return np.asarray(suggested[LEAST_CYCLES * suggested <= n_samples])


def with_season(seasons: Sequence[tuple[float, ...]]) -> BoolArray:
    """Which windows have a season at all, (n_series,).   seasons : as from :func:`seasons_of`."""
    return np.array([len(periods) > 0 for periods in seasons], dtype=np.bool_)


def found_periods(values: FloatArray) -> FloatArray:
    """The period of the strongest season in each window, samples, 0 where there is none: (n_series,).

    The lag of the first large autocorrelation beyond its first zero, level and slope taken away, at the top
    of the parabola through its neighbours.

    Examples
    --------
    >>> found_periods(np.sin(2 * np.pi * np.arange(96) / 12.0)[None]).round(1)
    array([12.])
    """
    n_series, n_samples = values.shape
    longest = int(n_samples / LEAST_FOUND_CYCLES)
    basis = trend_basis(np.arange(n_samples), n_samples)
    centred = values - values.mean(axis=1, keepdims=True)
    rest = centred - np.linalg.lstsq(basis.T, centred.T, rcond=None)[0].T @ basis
    n_fft = next_fast_len(2 * n_samples, real=True)
    products = irfft(np.abs(rfft(rest, n_fft)) ** 2, n_fft)[:, : longest + 2]
    power = products[:, :1]
    flat = power <= 1e-24 * (np.abs(values).max(axis=1, keepdims=True) ** 2) * n_samples
    alike = products / np.where(flat, np.inf, power) * (n_samples / (n_samples - np.arange(longest + 2)))
    # Before the first zero a sample only resembles its neighbours.
    beyond = np.logical_or.accumulate(alike < 0.0, axis=1)
    eligible = np.where(beyond, alike, -np.inf)[:, : longest + 1]
    # Multiples of a period are as alike, and by rounding to samples sometimes more: the first one counts.
    lag = (eligible >= _NEARLY_LARGEST * eligible.max(axis=1, keepdims=True)).argmax(axis=1)[:, None]
    for _ in range(n_samples):  # up to the top of the peak that begins there
        further = np.take_along_axis(eligible, np.minimum(lag + 1, longest), axis=1)
        climbing = further > np.take_along_axis(eligible, lag, axis=1)
        if not climbing.any():
            break
        lag = lag + climbing
    before, top, after = (
        np.take_along_axis(alike, np.clip(lag + step, 0, longest + 1), axis=1)[:, 0] for step in (-1, 0, 1)
    )
    strong = eligible.max(axis=1) >= _SMALLEST_CORRELATION
    curved = strong & (before < top) & (after <= top)
    offset = np.divide(
        0.5 * (before - after), before - 2.0 * top + after, out=np.zeros(n_series), where=curved
    )
    return np.where(strong, lag[:, 0] + offset, 0.0)
