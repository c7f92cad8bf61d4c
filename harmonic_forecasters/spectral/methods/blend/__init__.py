"""The default: linear prediction, adaptive spectra and seasonal processes of a window, weighed by evidence.

No single model suits every series. Few sinusoids under noise are best predicted linearly, many by the
adaptive spectrum. A sum of sinusoids has a level that holds; sales and demand have one that wanders, so their
changes are what repeats; and where swings grow with the level, their logarithms repeat. The members of the
blend are therefore

* the adaptive spectra of the window and of its changes, of values and of logarithms,
* linear prediction by the modified covariance method, of values or of logarithms,
* seasonal processes of values, of logarithms, and in short windows of square roots.

The spectra are averaged with weights

    w_m ~ exp(log density_m / T),   T = max(1, N / 50)

from the probability density that each gives the window's N samples. This average and linear prediction are
then weighed in the same way, with T = N / 10, a handicap for the spectra, and at least two fifths for each.
Linear prediction works on logarithms where their spectra have more than half of the spectra's weight. Where
it is exact there is no noise, and it is taken alone. Waves and seasonal processes are weighed by how far the
waves lead in density, as they fit any window better. See :mod:`.weights` for the rules.

A level that shifted for good is taken out first: the samples before move to the new level. A value that
repeats far from all others, as while a shop is closed, counts as missing. See
:mod:`harmonic_forecasters.spectral._parts.breaks`.

In a long window the last fifth, n samples, is forecast from the rest. From n = 200 on every weight is
multiplied by

    (mean squared error)^-((n - 200) / 75),

and each family's by that of its best member. From n = 100 on the variances of the blend are multiplied by the
ratio of its squared errors there to those that it expected, to the power 0.65. See :mod:`.held_out`.

Source: Hoeting, Madigan, Raftery, Volinsky (1999), Bayesian model averaging: a tutorial, Statistical Science
14, eq. 1. The models and the constants were chosen on development seeds and on the training parts of real
series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.breaks import interruptions, level_shifts
from harmonic_forecasters.spectral._parts.gaussian_process import HarmonicProcess
from harmonic_forecasters.spectral._parts.reach import Reach, reach_of
from harmonic_forecasters.spectral._parts.windows import (
    BoolArray,
    FloatArray,
    IntArray,
    Windows,
    check_windows,
)
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.methods.blend.held_out import (
    LONGEST_TESTED,
    SHORTEST_TESTED,
    HeldOut,
)
from harmonic_forecasters.spectral.methods.blend.members import Scales, fit_members, member_of
from harmonic_forecasters.spectral.methods.blend.mixture import Mixture
from harmonic_forecasters.spectral.methods.blend.weights import judged_weights, season_leads, weigh
from harmonic_forecasters.spectral.methods.iaa import fit_iaa
from harmonic_forecasters.spectral.methods.modified_covariance import LARGEST_EXACT_RESIDUAL
from harmonic_forecasters.spectral.methods.seasonal import (
    LONGEST_FOR_BANK,
    MIN_OBSERVED_FOR_SEASONS,
    SeasonalProcess,
    fit_seasonal,
)
from harmonic_forecasters.spectral.methods.seasonal.periods import known_seasons, seasons_of
from harmonic_forecasters.spectral.methods.sparse_bayes import fit_sparse_bayes

#: Shorter windows say nothing of waves.
SHORTEST_FOR_WAVES = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Blend(Continuation):
    """A mixture of models, and what gaps and the held-out part of the window add to it.

    mixture : the models and their weights; they see the gaps filled.
    gaps : (n_series,), which series have missing values.
    around_gaps : the adaptive spectrum of those series, which knows what was not seen; None without any.
    held_out : how the end of the window was forecast from the rest; None if the window is too short.
    shift_at, shift : (n_series,), the first sample after a shift of the level, 0 if there is none, and its
        size; the models see the samples before it moved to the new level.
    seasons : periods of the seasons of each series, samples.
    reach : the values that forecasts may have, unless linear prediction is exact.
    """

    mixture: Mixture
    gaps: BoolArray
    around_gaps: HarmonicProcess | None
    held_out: HeldOut | None
    shift_at: IntArray
    shift: FloatArray
    seasons: Sequence[tuple[float, ...]]
    reach: Reach

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """The weighted mean of what the models expect, within reach of the window."""
        times = np.asarray(t, dtype=np.int64)
        mean = self.mixture.evaluate(times)
        mean = np.where(self.mixture.exact[:, None], mean, self.reach.bound(mean, times))
        return np.asarray(mean - np.where(times < self.shift_at[:, None], self.shift[:, None], 0.0))

    def variance(self, t: ArrayLike) -> FloatArray:
        """The variance of the mixture, corrected by the held-out part, and what the gaps add to it."""
        variance = self.mixture.variance(t) * self._variance_factor[:, None]
        if self.around_gaps is not None:
            # What the gaps add: the adaptive spectrum's variance around them, less that with them filled.
            spectrum = self.mixture.members[member_of(self.mixture.members, "spectrum")].continuation
            added = self.around_gaps.variance(t) - spectrum.variance(t)[self.gaps]
            exact = self.mixture.exact[self.gaps, None]
            variance[self.gaps] += np.where(exact, 0.0, np.maximum(added, 0.0))
        return variance

    def lines(self) -> LineSpectrum:
        """The sinusoids of the adaptive spectrum; where linear prediction is exact, those of prediction."""
        return self.mixture.lines()

    @property
    def combs(self) -> Sequence[tuple[float, ...]]:
        """See :class:`~.continuation.Continuation`."""
        return self.seasons

    @cached_property
    def _variance_factor(self) -> FloatArray:
        """(n_series,); only variances need it, and it takes long."""
        weights = self.mixture.weights
        return np.ones(weights.shape[1]) if self.held_out is None else self.held_out.variance_factor(weights)


def fit_blend(
    y: ArrayLike | Windows, *, periods: ArrayLike | None = None, candidates: ArrayLike | None = None
) -> Blend | SeasonalProcess:
    """The models of each window, weighed; of windows below 8 samples the seasonal process alone.

    y : (n_series, n_samples), at least 3 observed values, NaN where one is missing. Gaps are filled first: by
        sinusoids where those fit the rest exactly, else by what the adaptive spectrum of the rest expects.
    periods : known ones, samples, which the spectra take up: see :func:`~.iaa.fit_iaa`.
    candidates : periods that the calendar suggests, samples; None or empty where it suggests none.
    Raises ValueError for unusable values, for fewer than 3 observed ones, and for periods below 2; TypeError
    for values that are not real numbers.

    Examples
    --------
    >>> t = np.arange(96)
    >>> growing = np.exp(0.01 * t + 0.3 * np.sin(2 * np.pi * t / 12))
    >>> ahead = np.arange(96, 108)
    >>> forecast = fit_blend(growing[None]).evaluate(ahead)
    >>> bool(np.abs(forecast / np.exp(0.01 * ahead + 0.3 * np.sin(2 * np.pi * ahead / 12)) - 1).max() < 0.02)
    True
    """
    windows = check_windows(y, min_observed=MIN_OBSERVED_FOR_SEASONS)
    # A bank for each period found in short windows would take more time than all else.
    shortest_searched = LONGEST_FOR_BANK + 1
    if windows.n_samples < SHORTEST_FOR_WAVES:
        return fit_seasonal(
            windows, periods=periods, candidates=candidates, shortest_searched=shortest_searched
        )
    shift_at, shift = level_shifts(windows.filled)
    moved = windows.with_gaps + np.where(
        np.arange(windows.n_samples) < shift_at[:, None], shift[:, None], 0.0
    )
    # What happened in an interruption says nothing of what comes.
    moved[interruptions(moved)] = np.nan
    windows = Windows.with_missing(moved)
    filled, around_gaps = _without_gaps(windows, periods)
    positive = np.asarray(filled.min(axis=1) > 0.0)
    seasons = seasons_of(filled, periods, candidates, shortest_searched=shortest_searched)
    scales = Scales(filled, positive)
    members = fit_members(scales, periods, seasons)
    season_lead = season_leads(seasons, known=known_seasons(periods, candidates, windows.n_samples).size > 0)
    mixture, held_out = Mixture(members, weigh(members, windows.n_samples, season_lead)), None
    if windows.n_samples >= SHORTEST_TESTED:
        held_out = HeldOut(
            values=filled[:, -LONGEST_TESTED:],
            positive=positive,
            members=members,
            periods=periods,
            seasons=seasons,
            season_lead=season_lead,
        )
        merit = np.where(mixture.exact, 1.0, held_out.merit(mixture.weights))
        mixture = Mixture(members, judged_weights(members, mixture.weights, merit))
    return Blend(
        mixture=mixture,
        gaps=windows.gaps,
        around_gaps=around_gaps,
        held_out=held_out,
        shift_at=shift_at,
        shift=shift,
        seasons=seasons,
        reach=reach_of(filled, scales.largest_value),
    )


def _without_gaps(windows: Windows, periods: ArrayLike | None) -> tuple[FloatArray, HarmonicProcess | None]:
    """The windows with their gaps filled, and the adaptive spectra of those that had any."""
    if not windows.gaps.any():
        return windows.filled, None
    some, times = windows.take(windows.gaps), np.arange(windows.n_samples)
    values = some.with_gaps
    adaptive, sinusoids = fit_iaa(some, periods=periods), fit_sparse_bayes(some).evaluate(times)
    misfit = np.nanstd(values - sinusoids, axis=1) > LARGEST_EXACT_RESIDUAL * np.nanstd(values, axis=1)
    expected = np.where(misfit[:, None], adaptive.evaluate(times), sinusoids)
    # A fill must not be below zero where no value has been.
    floor = np.nanmin(values, axis=1, keepdims=True)
    expected = np.where(floor > 0.0, np.maximum(expected, floor), expected)
    filled = windows.filled.copy()
    filled[windows.gaps] = np.where(some.observed, some.filled, expected)
    return filled, adaptive
