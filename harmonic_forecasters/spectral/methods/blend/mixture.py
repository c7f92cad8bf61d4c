"""The weighted mean of several models, and the variance of its error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.methods.blend.members import Member, member_of
from harmonic_forecasters.spectral.methods.blend.weights import Family

#: Correlation between the errors of two families: with it, intervals hold what they should on noisy sums.
CORRELATION = 0.2


@dataclass(frozen=True, eq=False)
class Mixture(Continuation):
    """Several models of the same windows with their weights.

    members : the models.   weights : (n_members, n_series), adding up to 1 for every series.
    """

    members: Sequence[Member]
    weights: FloatArray

    @property
    def exact(self) -> BoolArray:
        """Where linear prediction is exact and alone, (n_series,)."""
        prediction = member_of(self.members, "linear prediction")
        return np.asarray(self.members[prediction].exact & (self.weights[prediction] == 1.0))

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """The weighted mean of what the members expect."""
        return self._weighted(t, lambda model: model.evaluate(t))

    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of the error of the weighted mean, the errors of its families correlated.

        The errors of models of one family are assumed perfectly correlated: the deviation of their mean is at
        most the mean of their deviations, by Minkowski's inequality.
        """
        families = dict.fromkeys(member.family for member in self.members)
        deviations = [
            self._weighted(t, lambda model: np.sqrt(model.variance(t)), family) for family in families
        ]
        variance = np.zeros_like(deviations[0])
        for i, deviation in enumerate(deviations):
            variance += deviation**2
            for other in deviations[:i]:
                variance += 2.0 * CORRELATION * other * deviation
        return variance

    def lines(self) -> LineSpectrum:
        """The sinusoids of the adaptive spectrum; where linear prediction is exact, those of prediction."""
        names = "spectrum", "linear prediction"
        spectra = [self.members[member_of(self.members, name)].continuation.lines() for name in names]
        most = max(lines.amplitude.shape[1] for lines in spectra)
        exact, columns = self.exact[:, None], []
        for name in ("frequency", "amplitude", "phase"):
            adaptive, predicted = (
                np.pad(getattr(lines, name), ((0, 0), (0, most - lines.amplitude.shape[1])))
                for lines in spectra
            )
            columns.append(np.where(exact, predicted, adaptive))
        return LineSpectrum(*columns)

    def _weighted(
        self, t: ArrayLike, ask: Callable[[Continuation], FloatArray], family: Family | None = None
    ) -> FloatArray:
        """The weighted sum of what the members, all or those of one family, answer: (n_series, n_times)."""
        total = np.zeros((self.weights.shape[1], np.size(t)))
        for weight, member in zip(self.weights, self.members, strict=True):
            if family in (None, member.family) and weight.any():
                total += weight[:, None] * ask(member.continuation)
        return total
