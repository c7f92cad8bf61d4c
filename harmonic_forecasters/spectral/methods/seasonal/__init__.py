"""Seasonal processes: each season a comb of harmonics with one strength, one smoothness and one memory.

A season repeats a shape that changes slowly. A Gaussian process says so with three numbers, whatever the
number of harmonics: how strong the shape is, how smooth, and for how many cycles it is remembered. Beside the
seasons stand a free level, slopes, and what is remembered for a short time.

Short windows leave the hyperparameters open, and a bank of processes is averaged: see :mod:`.bank`. Long ones
determine them, and the most probable process forecasts: see :mod:`.long`. Either looks at the last samples
alone, as far back as seasons and hyperparameters are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.spectral._parts.peaks import fit_lines
from harmonic_forecasters.spectral._parts.periods import harmonics
from harmonic_forecasters.spectral._parts.windows import FloatArray, Windows, check_windows
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.methods.iaa import fit_iaa
from harmonic_forecasters.spectral.methods.seasonal.bank import ROUNDING, BankFit, fit_bank
from harmonic_forecasters.spectral.methods.seasonal.long import LongFit, fit_long
from harmonic_forecasters.spectral.methods.seasonal.periods import seasons_of

#: Last samples that a bank looks at.
BANK_SAMPLES = 132
#: Longer windows, and those of which a bank sees fewer cycles of a season, get a process of their own.
LONGEST_FOR_BANK, LEAST_BANK_CYCLES = 400, 4.0
#: Last samples that the most probable process looks at, or as many as some cycles of each season take, up to
#: a number: hyperparameters and level of long ago are not those of today, and time grows with the square.
LONG_SAMPLES, LONG_CYCLES, MOST_LONG_SAMPLES = 1_000, 6.0, 3_000
#: Observed values that a window needs.
MIN_OBSERVED_FOR_SEASONS = 3


@dataclass(frozen=True, eq=False)
class SeasonalProcess(Continuation):
    """Windows as seasonal processes.

    windows : (n_series, n_samples), NaN where a value is missing.
    seasons : of each series, periods in samples.
    banks : rows of the series that a bank forecasts, and its fit, to the last samples.
    longs : of each row with a process of its own, that process.
    """

    windows: FloatArray
    seasons: Sequence[tuple[float, ...]]
    banks: Sequence[tuple[NDArray[np.int64], BankFit]]
    longs: dict[int, LongFit]

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`."""
        return self._ask(t, lambda fit, times: fit.evaluate(times))

    def variance(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`."""
        return self._ask(t, lambda fit, times: fit.variance(times))

    def lines(self) -> LineSpectrum:
        """The harmonics of the seasons, by least squares beside level and slope."""
        resolved = 1.0 / self.windows.shape[1]
        frequencies = [np.array([f for f in harmonics(s) if f >= resolved]) for s in self.seasons]
        return fit_lines(self.windows, frequencies)

    @property
    def combs(self) -> Sequence[tuple[float, ...]]:
        """See :class:`~.continuation.Continuation`."""
        return self.seasons

    @property
    def log_evidence(self) -> FloatArray:
        """Log probability density per sample times the samples of the window, (n_series,)."""
        result = np.empty(len(self.windows))
        n_samples = self.windows.shape[1]
        for rows, fit in self.banks:
            result[rows] = fit.log_evidence * (n_samples / fit.bank.n_samples)
        for row, long in self.longs.items():
            result[row] = long.log_evidence * (n_samples / len(long.weights))
        return result

    def _ask(
        self, t: ArrayLike, question: Callable[[BankFit | LongFit, NDArray[np.int64]], FloatArray]
    ) -> FloatArray:
        times = np.asarray(t, dtype=np.int64)
        result = np.empty((len(self.windows), len(times)))
        for rows, fit in self.banks:
            result[rows] = _along(fit, self.windows[rows], fit.bank.n_samples, times, question)
        for row, long in self.longs.items():
            result[row] = _along(long, self.windows[row], len(long.weights), times, question)
        return result


def _along(
    fit: BankFit | LongFit,
    windows: FloatArray,
    n_seen: int,
    times: NDArray[np.int64],
    question: Callable[[BankFit | LongFit, NDArray[np.int64]], FloatArray],
) -> FloatArray:
    """The answers of a fit to the last ``n_seen`` samples, (..., n_times).

    windows : (..., n_samples). Times before those samples are asked of the same processes, given the samples
    around those times.
    """
    n_samples = windows.shape[-1]
    result = np.empty((*windows.shape[:-1], len(times)))
    # 0 for the samples seen and what follows, 1 for as many before them, and so on.
    block = np.maximum(-((np.maximum(times, 0) - (n_samples - n_seen)) // n_seen), 0)
    for each in np.unique(block):
        begin = max(n_samples - (each + 1) * n_seen, 0)
        there = fit if each == 0 else fit.moved_to(windows[..., begin : begin + n_seen])
        chosen = block == each
        result[..., chosen] = question(there, times[chosen] - begin)
    return result


def fit_seasonal(
    y: ArrayLike | Windows,
    *,
    periods: ArrayLike | None = None,
    candidates: ArrayLike | None = None,
    shortest_searched: int = 0,
) -> SeasonalProcess:
    """The seasonal process of each window.

    y : (n_series, n_samples), any unit, at least 3 observed values; NaN marks a missing one, which is filled
        by what the adaptive spectrum of the rest expects.
    periods : known periods of seasons, samples, at least 2.
    candidates : periods that the calendar suggests, samples, at least 2; those that the window holds twice
        are the seasons. Another one is sought in each window.
    shortest_searched : in windows of fewer samples none is sought.

    Examples
    --------
    >>> t = np.arange(72)
    >>> sales = 100 + t + 20.0 * (t % 12 == 11)
    >>> ahead = fit_seasonal(sales[None, :60], candidates=[12]).evaluate(t[60:])
    >>> bool(np.abs(ahead - sales[60:]).max() < 4.0)
    True
    """
    windows = check_windows(y, min_observed=MIN_OBSERVED_FOR_SEASONS)
    values = windows.filled
    if windows.gaps.any():
        some = windows.take(windows.gaps)
        expected = fit_iaa(some, periods=periods).evaluate(np.arange(windows.n_samples))
        values = values.copy()
        values[windows.gaps] = np.where(some.observed, some.filled, expected)
    seasons = seasons_of(values, periods, candidates, shortest_searched=shortest_searched)
    return fit_processes(values, seasons)


def fit_processes(
    values: FloatArray, seasons: Sequence[tuple[float, ...]], start: SeasonalProcess | None = None
) -> SeasonalProcess:
    """The process of each window, given its seasons.

    values : (n_series, n_samples), finite.   seasons : for each series, periods in samples.
    start : processes of windows nearly alike; hyperparameters are sought from theirs on.
    """
    n_samples = values.shape[1]
    together: dict[tuple[float, ...], list[int]] = {}
    longs: dict[int, LongFit] = {}
    for row, periods in enumerate(seasons):
        longest = max(periods, default=0.0)
        several_cycles = round(LONG_CYCLES * longest)
        recent = values[row, -min(max(LONG_SAMPLES, several_cycles), MOST_LONG_SAMPLES) :]
        held = LEAST_BANK_CYCLES * longest <= BANK_SAMPLES
        short = n_samples <= BANK_SAMPLES or (n_samples <= LONGEST_FOR_BANK and held)
        if short or recent.std() <= ROUNDING * np.abs(recent).max():
            together.setdefault(periods, []).append(row)
        else:
            known = start.longs[row].parameters if start is not None and row in start.longs else None
            longs[row] = fit_long(recent, periods, known)
    banks = [
        (np.array(rows), fit_bank(values[rows, -BANK_SAMPLES:], periods))
        for periods, rows in together.items()
    ]
    return SeasonalProcess(values, seasons, banks, longs)
