"""How the end of a window is forecast from the rest, as evidence for weights and variances.

The evidence of a model is about one sample given those before it, and says little about forecasts far ahead.
A long window can answer: all members are fitted to its first four fifths and forecast the last fifth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray, IntArray
from harmonic_forecasters.spectral.methods.blend.members import Member, Scales, fit_members
from harmonic_forecasters.spectral.methods.blend.mixture import Mixture
from harmonic_forecasters.spectral.methods.blend.weights import weigh

#: Shortest window, in samples, of which a part is held out; longer than the longest, its last part is used.
SHORTEST_TESTED, LONGEST_TESTED = 500, 5_000
#: The last of this many parts of a window is held out.
HELD_OUT_PART = 5
#: Weights change only if more samples than this are held out: fewer say too little about the models.
FREE_SAMPLES = 200
#: Further samples held out for which the power of the errors in the weights rises by one.
SAMPLES_PER_POWER = 75
#: Power of the ratio of squared errors to expected ones, by which variances are multiplied. It is below 1, as
#: part of the ratio is chance.
VARIANCE_POWER = 0.65
#: Steps that the ratio is taken over. Variances take far longer than means, so the first steps have to do.
NEAR_SAMPLES = 200
#: Largest factor by which variances change, either way.
LARGEST_FACTOR = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """The last fifth of windows, as the members forecast it from the rest.

    values : (n_series, n_samples).   positive : (n_series,), as in :class:`~.members.Scales`.
    members : of the whole windows.   periods, seasons : as in :func:`~.members.fit_members`.
    season_lead : as in :func:`~.weights.weigh`.
    """

    values: FloatArray
    positive: BoolArray
    members: Sequence[Member]
    periods: ArrayLike | None
    seasons: Sequence[tuple[float, ...]]
    season_lead: FloatArray

    @property
    def n_samples(self) -> int:
        """Samples held out."""
        return int(self.values.shape[1] // HELD_OUT_PART)

    def merit(self, weights: FloatArray) -> FloatArray:
        """The factor for the weight of each member, (n_members, n_series), at most 1.

        (mean squared error)^-((n - 200) / 75), relative to the best member, n samples being held out.
        """
        if self.n_samples <= FREE_SAMPLES:
            return np.ones_like(weights)
        # Ignore models with zero weight, such as log models of series that are not positive.
        logarithm = np.log(np.where(weights > 0.0, self._square, np.inf))
        power = (self.n_samples - FREE_SAMPLES) / SAMPLES_PER_POWER
        return np.asarray(np.exp(power * (logarithm.min(axis=0) - logarithm)))

    def variance_factor(self, weights: FloatArray) -> FloatArray:
        """The factor for the variances of a mixture with these weights, (n_series,)."""
        mixture = Mixture(self._earlier.members, weights)
        t = self._times[:NEAR_SAMPLES]
        error = mixture.evaluate(t) - self.values[:, t]
        least = np.where(weights > 0.0, self._square, np.inf).min(axis=0)[:, None] / LARGEST_FACTOR**2
        ratio = np.mean(error**2 / np.maximum(mixture.variance(t), least), axis=1)
        return np.asarray(np.clip(ratio**VARIANCE_POWER, 1.0 / LARGEST_FACTOR, LARGEST_FACTOR))

    @cached_property
    def _earlier(self) -> Mixture:
        earlier = self.values[:, : -self.n_samples]
        members = fit_members(Scales(earlier, self.positive), self.periods, self.seasons, self.members)
        return Mixture(members, weigh(members, earlier.shape[1], self.season_lead))

    @property
    def _times(self) -> IntArray:
        return np.arange(self.values.shape[1] - self.n_samples, self.values.shape[1])

    @cached_property
    def _square(self) -> FloatArray:
        """Mean squared error of each member, (n_members, n_series), rounding added to all."""
        truth, t = self.values[:, self._times], self._times
        square = [
            np.mean((member.continuation.evaluate(t) - truth) ** 2, axis=1)
            for member in self._earlier.members
        ]
        # Differences of rounding are no evidence.
        rounding = np.finfo(np.float64).eps ** 2 * np.mean(self.values**2, axis=1) + np.finfo(np.float64).tiny
        return np.asarray(square + rounding)
