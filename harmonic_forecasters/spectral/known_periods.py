"""Known periods, continued for ever: what a method expects nearby, and least squares far ahead.

A method's waves fade far ahead, as it cannot know that they last; known periods do. Their waves are estimated
by generalised least squares as regressors in the mean, see :mod:`.regression`, and the method continues the
rest. That takes the place of the method's own forecast from half a window ahead on, and altogether from one
window ahead on. More than four periods are no seasons but constituents, as of tides: they are waves from the
beginning.

Source: as for :mod:`.regression`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.block_sizes import CHUNK_VALUES
from harmonic_forecasters.spectral._parts.periods import MOST_HARMONICS
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray, IntArray, Windows
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.methods.seasonal.periods import MOST_SEASONS
from harmonic_forecasters.spectral.regression import Regression, fit_effects

#: Observed samples of a window for each frequency that is estimated.
SAMPLES_PER_FREQUENCY = 8
#: Power of a harmonic, in that of noise at its frequency, from which it has a wave; noise exceeds it once in
#: 400.
SIGNIFICANCE = 6.0


@dataclass(frozen=True, kw_only=True, eq=False)
class KnownPeriods(Continuation):
    """Windows with known periods, whose waves do not fade.

    windows : (n_series, n_samples).
    periods : (n_periods,), the known ones, samples, at least one.
    fit : the method, which takes windows, and known periods as ``periods=``.
    """

    windows: Windows
    periods: FloatArray
    fit: Callable[..., Continuation]

    @cached_property
    def near(self) -> Continuation:
        """The method's own fit, given the periods."""
        return self.fit(self.windows, periods=self.periods)

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`."""
        return self._ask(t, lambda fit, times: fit.evaluate(times))

    def variance(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`."""
        return self._ask(t, lambda fit, times: fit.variance(times))

    def lines(self) -> LineSpectrum:
        """The sinusoids of the method."""
        return self.near.lines()

    @property
    def combs(self) -> Sequence[tuple[float, ...]] | None:
        """See :class:`~.continuation.Continuation`."""
        return self.near.combs if len(self.periods) <= MOST_SEASONS else None

    def _ask(self, t: ArrayLike, question: Callable[[Continuation, IntArray], FloatArray]) -> FloatArray:
        times = np.asarray(t, dtype=np.int64)
        left = self._left(times)
        if left.min(initial=1.0) == 1.0:
            return question(self.near, times)
        # Where a window says nothing of the waves, the method goes on.
        left = np.where(self._used.any(axis=1, keepdims=True), left, 1.0)
        near, far = (left > 0.0).any(axis=0), (left < 1.0).any(axis=0)
        result = np.zeros(left.shape)
        if near.any():
            result[:, near] = left[:, near] * question(self.near, times[near])
        if far.any():
            for rows, waves in self._waves:
                there = waves.given(times[far], self._columns(rows, times[far]))
                result[rows, far] += (1.0 - left[rows, far]) * question(there, times[far])
        return result

    def _left(self, times: IntArray) -> FloatArray:
        """How much the method's own forecast counts at the times, (n_times,)."""
        if len(self.periods) > MOST_SEASONS:
            return np.zeros(len(times))
        beyond = np.maximum(times - self.windows.n_samples + 1, -times)
        left = np.clip(2.0 - 2.0 * beyond / self.windows.n_samples, 0.0, 1.0)
        return np.asarray(left * left * (3.0 - 2.0 * left))

    @cached_property
    def _frequencies(self) -> FloatArray:
        return separate_harmonics(self.periods, self.windows.n_samples)

    @cached_property
    def _used(self) -> BoolArray:
        """Which frequencies have a wave in each series, (n_series, n_frequencies).

        Those of the periods, if the window is long enough, and the harmonics that stand out of the noise.
        """
        windows, n_samples = self.windows, self.windows.n_samples
        n_own = int((self.periods <= n_samples).sum())
        used = np.zeros((len(windows.filled), len(self._frequencies)), dtype=np.bool_)
        for series, observed in enumerate(windows.observed):
            times = np.flatnonzero(observed)
            most = len(times) // SAMPLES_PER_FREQUENCY
            if n_own == 0 or n_own > most:
                continue
            tried = self._frequencies[:most]
            design = np.concatenate([trend_basis(times, n_samples), _columns(tried, times)])
            y = windows.filled[series, observed]
            found = np.linalg.lstsq(design.T, y - y.mean(), rcond=None)[0]
            rest = y - y.mean() - found @ design
            noise = (rest**2).sum() / (len(times) - len(design))
            power = (found[2:].reshape(2, -1) ** 2).sum(axis=0) * len(times) / 4.0
            used[series, :most] = power > SIGNIFICANCE * noise
            used[series, :n_own] = True
        return used

    def _columns(self, rows: slice, times: IntArray) -> FloatArray:
        """The waves of some series, (n_rows, 2 n_frequencies, n_times), zero where a series has none."""
        used = np.concatenate([self._used[rows], self._used[rows]], axis=1)
        return np.asarray(used[:, :, None] * _columns(self._frequencies, times))

    @cached_property
    def _waves(self) -> list[tuple[slice, Regression]]:
        """Some series at a time, and their waves and the rest."""
        n_series, n_samples = self.windows.filled.shape
        times = np.arange(n_samples)
        step = max(1, CHUNK_VALUES // (2 * len(self._frequencies) * n_samples))
        parts = []
        for rows in (slice(begin, begin + step) for begin in range(0, n_series, step)):
            windows, x = self.windows.take(rows), self._columns(rows, times)
            effects = fit_effects(windows, x)
            rest = Windows.with_missing(windows.with_gaps - effects.share(x))
            remainder = self.fit(rest)
            waves = Regression(effects=effects, remainder=remainder, n_left_out=0, times=times, regressors=x)
            parts.append((rows, waves))
        return parts


def separate_harmonics(periods: FloatArray, n_samples: int) -> FloatArray:
    """The frequencies of the periods and those of their harmonics that a window can tell apart.

    Lower harmonics come first; those closer than one cycle per window to one before are left out, and so are
    periods longer than the window.

    Returns (n_frequencies,), cycles per sample.

    Examples
    --------
    >>> (1.0 / separate_harmonics(np.array([12.0, 24.07]), 100)).round(2)
    array([12.  , 24.07,  6.  ,  4.  ,  8.02,  3.  ,  2.4 ,  4.81,  2.  ,
            3.44,  2.67,  2.19])
    """
    own = 1.0 / periods
    own = own[own * n_samples >= 1.0]
    found = list(own)
    for order in range(2, MOST_HARMONICS + 1):
        for frequency in order * own[order * own <= 0.5]:
            if np.abs(frequency - np.array(found)).min() * n_samples >= 1.0:
                found.append(frequency)
    return np.array(found)


def _columns(frequencies: FloatArray, times: IntArray) -> FloatArray:
    """Cosines and sines, (2 n_frequencies, n_times)."""
    turns = 2.0 * np.pi * np.outer(frequencies, times)
    # At 1/2 the sine is rounding.
    return np.concatenate([np.cos(turns), np.where(frequencies < 0.5, np.sin(turns).T, 0.0).T])
