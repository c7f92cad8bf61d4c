"""Windows modelled by their logarithms: swings that grow with the level, and growth by a constant factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.inputs import FloatArray
from harmonic_forecasters.spectral.lines import LineSpectrum

# exp of more leaves the range of doubles, squared.
_LARGEST_EXPONENT = 300.0


@dataclass(frozen=True, eq=False)
class Logarithmic:
    """A model of the logarithms of positive windows, in the unit of the windows themselves.

    logarithms : the model of the logarithms of the window, divided by its geometric mean.
    geometric_mean : (n_series,), unit of the series.
    """

    logarithms: Continuation
    geometric_mean: FloatArray

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """The median of what is expected, exp of the expected logarithm."""
        expected = np.minimum(self.logarithms.evaluate(t), _LARGEST_EXPONENT)
        return np.asarray(self.geometric_mean[:, None] * np.exp(expected))

    def variance(self, t: ArrayLike) -> FloatArray:
        """exp(2 m + v) (e^v - 1): that of a lognormal variable whose logarithm has mean m and variance v."""
        v = np.minimum(self.logarithms.variance(t), 1.0)  # beyond, a lognormal's tail is not to be believed
        return np.asarray(self.evaluate(t) ** 2 * np.expm1(v) * np.exp(v))

    def lines(self) -> LineSpectrum:
        """The sinusoids in the logarithms."""
        return self.logarithms.lines()
