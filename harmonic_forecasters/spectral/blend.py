"""The default: linear prediction and adaptive spectra of a window, weighed by evidence.

No single model suits every series. Few sinusoids under noise are best predicted linearly, many by the
adaptive spectrum. A sum of sinusoids has a level that holds; sales and demand have one that wanders, so their
changes are what repeats; and where swings grow with the level, logarithms are. The spectra of the window and
of its changes, plain and in logarithms, are averaged with weights

    w_m ~ exp(log density_m / T),   T = max(1, N / 50)

from the probability density that each gives the window's N samples. T is there because neighbouring samples
are not independent evidence: with T = 1 one model takes all in long windows, and forecasts are worse. The
average and linear prediction by the modified covariance method are then weighed in the same way, with
T = N / 10; the spectra, which have a power for every frequency, must do better by 0.3 a sample; and neither
family gets less than two fifths, since evidence says little of which will do better. Linear prediction, too,
is of logarithms where the spectra of those have more than half of the spectra's weight, unless all values are
within 3 % of each other. Where it is exact there is no noise, and it is taken alone.

That evidence is of one sample given those before it, and says little of forecasts far ahead. A long window
can be asked: all models are fitted to its first four fifths, too, and forecast the last fifth, n samples, at
once. From n = 200 on every model's weight is multiplied by

    (mean squared error)^-((n - 200) / 150).

From n = 100 on the variances of the blend are multiplied by the ratio of its squared errors there to those
that it expected, to the power 0.65.

Source: Hoeting, Madigan, Raftery, Volinsky (1999), Bayesian model averaging: a tutorial, Statistical Science
14, eq. 1. The models and the constants were chosen on development seeds and on the training parts of real
series.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.gaussian_process import HarmonicProcess
from harmonic_forecasters.spectral.iaa import fit_iaa
from harmonic_forecasters.spectral.inputs import FloatArray, as_windows
from harmonic_forecasters.spectral.integrated import fit_integrated
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.logarithmic import Logarithmic, largest_logarithm
from harmonic_forecasters.spectral.modified_covariance import (
    LARGEST_EXACT_RESIDUAL,
    fit_modified_covariance,
)
from harmonic_forecasters.spectral.sparse_bayes import fit_sparse_bayes

MIN_SAMPLES = 8
# Samples that a window counts for, between spectra and between spectra and prediction.
SPECTRUM_SAMPLES = 50
FAMILY_SAMPLES = 10
SPECTRUM_HANDICAP = 0.3
LEAST_SHARE = 0.4
# Of logarithms that linear prediction is to be of, the largest less the smallest.
SMALLEST_RANGE = 0.03
SMALLEST_WEIGHT = 1e-6
# Of the errors of linear prediction and of spectra: so that intervals hold what they should on noisy sums.
CORRELATION = 0.2
# Windows that are long enough to hold out a fifth; of ones longer than that, the last part is tested.
SHORTEST_TESTED = 500
LONGEST_TESTED = 5_000
TESTED_SHARE = 5
FREE_SAMPLES = 200
SAMPLES_A_POWER = 150
TEST_POWER = 0.65
# Variances take far longer than means, so those of the first steps have to do.
NEAR_SAMPLES = 200
WIDEST_SCALE = 10.0


@dataclass(frozen=True, eq=False)
class Blend:
    """Several models of the same windows, and how far each is believed.

    models : the models, an adaptive spectrum first; last linear prediction, of logarithms and plain.
    weights : (n_models, n_series), adding up to 1 for every series.
    exact : (n_series,), whether linear prediction is exact.
    gaps : (n_series,), whether values are missing; the models have them filled.
    around_gaps : the adaptive spectrum of series with gaps, which knows what was not seen; None without any.
    held_out : how the end of the window was forecast from the rest; None where it is too short.
    """

    models: Sequence[Continuation]
    weights: FloatArray
    exact: NDArray[np.bool_]
    gaps: NDArray[np.bool_]
    around_gaps: HarmonicProcess | None
    held_out: HeldOut | None

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """The weighted mean of what the models expect."""
        return self._weighted(t, lambda model: model.evaluate(t))

    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of the error of a weighted mean, the errors of its two families correlated.

        Errors of the spectra among each other are taken for alike: their mean's deviation is at most the mean
        of their deviations, by Minkowski's inequality.
        """
        spectra, prediction = (
            self._weighted(t, lambda model: np.sqrt(model.variance(t)), family)
            for family in (slice(-2), slice(-2, None))
        )
        variance = spectra**2 + prediction**2 + 2.0 * CORRELATION * spectra * prediction
        variance *= self._scale[:, None]
        if self.around_gaps is not None:
            # What the gaps add: the adaptive spectrum's variance around them, less that with them filled.
            added = self.around_gaps.variance(t) - self.models[0].variance(t)[self.gaps]
            variance[self.gaps] += np.where(self.exact[self.gaps, None], 0.0, np.maximum(added, 0.0))
        return variance

    def lines(self) -> LineSpectrum:
        """The sinusoids of the adaptive spectrum; where linear prediction is exact, those of prediction."""
        exact = self.exact[:, None]
        spectra = [model.lines() for model in (self.models[0], self.models[-1])]
        most = max(lines.amplitude.shape[1] for lines in spectra)
        columns = []
        for name in ("frequency", "amplitude", "phase"):
            adaptive, predicted = (
                np.pad(getattr(lines, name), ((0, 0), (0, most - lines.amplitude.shape[1])))
                for lines in spectra
            )
            columns.append(np.where(exact, predicted, adaptive))
        return LineSpectrum(*columns)

    @cached_property
    def _scale(self) -> FloatArray:
        """What variances are multiplied by, (n_series,)."""
        return np.ones(len(self.exact)) if self.held_out is None else self.held_out.scale(self.weights)

    def _weighted(
        self, t: ArrayLike, ask: Callable[[Continuation], FloatArray], family: slice = slice(None)
    ) -> FloatArray:
        """The weighted sum of what is asked of the models of a family, (n_series, n_times)."""
        total = np.zeros((len(self.exact), np.size(t)))
        for w, model in zip(self.weights[family, :, None], self.models[family], strict=True):
            if w.any():
                total += w * ask(model)
        return total


def fit_blend(y: ArrayLike, *, periods: ArrayLike | None = None) -> Blend:
    """The models of each window, weighed.

    y : (n_series, n_samples), at least 8 samples, NaN where a value is missing. Gaps are first filled: by
        sinusoids where those fit the rest exactly, else by what the adaptive spectrum of the rest expects.
    periods : known ones, samples, which the spectra take up: see :func:`~.iaa.fit_iaa`.
    Raises ValueError as :func:`~.inputs.as_windows` does, for fewer than 8 observed values, and for periods
    below 2.

    Examples
    --------
    >>> t = np.arange(96)
    >>> growing = np.exp(0.01 * t + 0.3 * np.sin(2 * np.pi * t / 12))
    >>> ahead = np.arange(96, 108)
    >>> forecast = fit_blend(growing[None]).evaluate(ahead)
    >>> bool(np.abs(forecast / np.exp(0.01 * ahead + 0.3 * np.sin(2 * np.pi * ahead / 12)) - 1).max() < 0.02)
    True
    """
    filled, gaps, around_gaps = _without_gaps(y, periods)
    positive = filled.min(axis=1) > 0.0
    models, weights, exact = _weighed(filled, positive, periods)
    if filled.shape[1] < SHORTEST_TESTED:
        return Blend(models, weights, exact, gaps, around_gaps, None)
    held_out = HeldOut(filled[:, -LONGEST_TESTED:], positive, weights[-2] > 0.0, periods)
    if held_out.n_samples > FREE_SAMPLES:
        weights = _normalised(np.where(exact, weights, weights * held_out.merit(weights)))
    return Blend(models, weights, exact, gaps, around_gaps, held_out)


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The last fifth of windows, as the models forecast it from the rest.

    y : (n_series, n_samples).   positive, multiplied, periods : as in ``_weighed``.
    """

    y: FloatArray
    positive: NDArray[np.bool_]
    multiplied: NDArray[np.bool_]
    periods: ArrayLike | None

    @property
    def n_samples(self) -> int:
        """Samples held out."""
        return int(self.y.shape[1] // TESTED_SHARE)

    def merit(self, weights: FloatArray) -> FloatArray:
        """What the weights of the models are multiplied by, (n_models, n_series), at most 1."""
        # A model that is not believed, such as one of logarithms that there are not, is no standard.
        logarithm = np.log(np.where(weights > 0.0, self._square, np.inf))
        power = (self.n_samples - FREE_SAMPLES) / SAMPLES_A_POWER
        return np.asarray(np.exp(power * (logarithm.min(axis=0) - logarithm)))

    def scale(self, weights: FloatArray) -> FloatArray:
        """What the variances of a blend of such weights are multiplied by, (n_series,)."""
        models, _, exact = self._earlier
        blend = Blend(models, weights, exact, np.zeros_like(exact), None, None)
        t = self._times[:NEAR_SAMPLES]
        error = blend.evaluate(t) - self.y[:, t]
        least = np.where(weights > 0.0, self._square, np.inf).min(axis=0)[:, None] / WIDEST_SCALE**2
        ratio = np.mean(error**2 / np.maximum(blend.variance(t), least), axis=1)
        return np.asarray(np.clip(ratio**TEST_POWER, 1.0 / WIDEST_SCALE, WIDEST_SCALE))

    @cached_property
    def _earlier(self) -> tuple[list[Continuation], FloatArray, NDArray[np.bool_]]:
        return _weighed(self.y[:, : -self.n_samples], self.positive, self.periods, self.multiplied)

    @property
    def _times(self) -> NDArray[np.int64]:
        return np.arange(self.y.shape[1] - self.n_samples, self.y.shape[1])

    @cached_property
    def _square(self) -> FloatArray:
        """Mean squared error of each model, (n_models, n_series); what rounding leaves is no evidence."""
        truth = self.y[:, self._times]
        square = [np.mean((model.evaluate(self._times) - truth) ** 2, axis=1) for model in self._earlier[0]]
        rounding = np.finfo(np.float64).eps ** 2 * np.mean(self.y**2, axis=1) + np.finfo(np.float64).tiny
        return np.asarray(square + rounding)


def _weighed(
    y: FloatArray,
    positive: NDArray[np.bool_],
    periods: ArrayLike | None,
    multiplied: NDArray[np.bool_] | None = None,
) -> tuple[list[Continuation], FloatArray, NDArray[np.bool_]]:
    """The models of each window, weighed by evidence; and where linear prediction is exact.

    positive : (n_series,), of which windows logarithms are to be modelled.
    multiplied : (n_series,), of which linear prediction is to be of logarithms; None asks the spectra.
    """
    n_series, n_samples = y.shape
    models: list[Continuation] = []
    evidence = []
    logarithm = np.log(np.where(positive[:, None], y, 1.0))
    centre = logarithm.mean(axis=1)
    about_centre = logarithm - centre[:, None]
    geometric_mean, largest = np.exp(centre), largest_logarithm(about_centre)
    # All in one batch, which costs one series little more than one model.
    both = np.concatenate([y, about_centre]) if positive.any() else y
    fits = fit_iaa(both, periods=periods), fit_integrated(both, periods=periods)
    # Straight lines, plain or in changes or logarithms, need no recursion.
    straight = np.zeros(n_series, dtype=np.bool_)
    for fit in fits:
        plain = fit.take(slice(n_series))
        models.append(plain)
        evidence.append(plain.log_evidence)
        straight |= plain.unit == 0.0
    if positive.any():
        # The density of y is that of log y, divided by y.
        stretch = np.where(positive, logarithm.sum(axis=1), np.inf)
        for fit in fits:
            logarithmic = fit.take(slice(n_series, None))
            models.append(Logarithmic(logarithmic, geometric_mean, largest))
            evidence.append(logarithmic.log_evidence - stretch)
            straight |= positive & (logarithmic.unit == 0.0)
    best = np.max(evidence, axis=0)
    weights = np.exp((np.array(evidence) - best) / max(1.0, n_samples / SPECTRUM_SAMPLES))
    weights /= weights.sum(axis=0)

    # Linear prediction of the logarithms where the spectra prefer them, else of the window itself. Of swings
    # that are small against the level logarithms say nothing new, and sums of sinusoids are exact without.
    if multiplied is None:
        multiplied = (weights[2:].sum(axis=0) > 0.5) & (np.ptp(about_centre, axis=1) > SMALLEST_RANGE)
    prediction = fit_modified_covariance(np.where(multiplied[:, None], about_centre, y))
    exact = (prediction.relative_residual < LARGEST_EXACT_RESIDUAL) & ~straight & ~multiplied
    with np.errstate(divide="ignore"):
        density = -0.5 * (np.log(2.0 * np.pi * prediction.noise_variance) + 1.0)
    density -= np.where(multiplied, centre, 0.0)
    lead = np.clip(density - best / n_samples + SPECTRUM_HANDICAP, -1e3, 1e3)
    won = expit(lead * min(FAMILY_SAMPLES, n_samples))
    share = np.where(exact, 1.0, LEAST_SHARE + (1.0 - 2.0 * LEAST_SHARE) * won)
    share[straight] = 0.0
    models += [Logarithmic(prediction, geometric_mean, largest), prediction]
    predicted = np.stack([share * multiplied, share * ~multiplied])
    return models, _normalised(np.concatenate([weights * (1.0 - share), predicted])), exact


def _normalised(weights: FloatArray) -> FloatArray:
    """Weights of each series adding up to 1, those too small to matter left out."""
    weights = weights / weights.sum(axis=0)
    weights[weights < SMALLEST_WEIGHT] = 0.0
    return np.asarray(weights / weights.sum(axis=0))


def _without_gaps(
    y: ArrayLike, periods: ArrayLike | None
) -> tuple[FloatArray, NDArray[np.bool_], HarmonicProcess | None]:
    """The windows filled; which ones had gaps; and the adaptive spectra of those, None without any."""
    filled = as_windows(y, min_observed=MIN_SAMPLES)
    missing = np.isnan(np.asarray(y, dtype=np.float64))
    gaps = np.asarray(missing.any(axis=1))
    if not gaps.any():
        return filled, gaps, None
    windows, times = np.where(missing, np.nan, filled)[gaps], np.arange(filled.shape[1])
    adaptive, sinusoids = fit_iaa(windows, periods=periods), fit_sparse_bayes(windows).evaluate(times)
    misfit = np.nanstd(windows - sinusoids, axis=1) > LARGEST_EXACT_RESIDUAL * np.nanstd(windows, axis=1)
    expected = np.where(misfit[:, None], adaptive.evaluate(times), sinusoids)
    # What has never been below zero should not get there by a fill.
    floor = np.nanmin(windows, axis=1, keepdims=True)
    expected = np.where(floor > 0.0, np.maximum(expected, floor), expected)
    filled[gaps] = np.where(missing[gaps], expected, filled[gaps])
    return filled, gaps, adaptive
