"""Windows modelled by their logarithms: swings that grow with the level, and growth by a constant factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum


@dataclass(frozen=True, eq=False)
class Logarithmic(Continuation):
    """A model of the logarithms of positive windows, in the unit of the windows themselves.

    logarithms : the model of the logarithms of the window, divided by its geometric mean.
    geometric_mean : (n_series,), unit of the series.
    largest : (n_series,), the largest logarithm that is forecast.

    Growth by a constant factor ends: see :func:`largest_logarithm`.
    """

    logarithms: Continuation
    geometric_mean: FloatArray
    largest: FloatArray

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """The median of what is expected, exp of the expected logarithm."""
        expected = np.minimum(self.logarithms.evaluate(t), self.largest[:, None])
        return np.asarray(self.geometric_mean[:, None] * np.exp(expected))

    def variance(self, t: ArrayLike) -> FloatArray:
        """exp(2 m + v) (e^v - 1): that of a lognormal variable whose logarithm has mean m and variance v."""
        # Beyond a variance of 1 the tail of a lognormal is not credible.
        v = np.minimum(self.logarithms.variance(t), 1.0)
        return np.asarray(self.evaluate(t) ** 2 * np.expm1(v) * np.exp(v))

    def lines(self) -> LineSpectrum:
        """The sinusoids in the logarithms."""
        return self.logarithms.lines()


def largest_logarithm(logarithms: FloatArray) -> FloatArray:
    """The largest logarithm of each window, and above it twice the growth that lasts.

    See :func:`lasting_growth`: a jump at the end, which models take for growth, is none.

    logarithms : (n_series, n_samples), at least 3 samples.   Returns (n_series,).

    Examples
    --------
    >>> largest_logarithm(np.array([np.arange(9.0), 8.0 * (np.arange(9) == 8)]))
    array([20.,  8.])
    """
    return np.asarray(logarithms.max(axis=1) + 2.0 * np.maximum(lasting_growth(logarithms), 0.0))


def lasting_growth(values: FloatArray) -> FloatArray:
    """How far the median of the last third of each window lies above that of the first, (n_series,).

    values : (n_series, n_samples), at least 3 samples.
    """
    third = values.shape[1] // 3
    return np.asarray(np.median(values[:, -third:], axis=1) - np.median(values[:, :third], axis=1))
