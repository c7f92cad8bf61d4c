"""Windows modelled by their square roots: swings that grow with the level, but more slowly than it does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum


@dataclass(frozen=True, eq=False)
class SquareRoot(Continuation):
    """A model of the square roots of windows without negative values, in the unit of the windows themselves.

    roots : the model of the square roots.
    """

    roots: Continuation

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """The square of the expected root, the median of what is expected; zero where that is negative."""
        return np.asarray(np.maximum(self.roots.evaluate(t), 0.0) ** 2)

    def variance(self, t: ArrayLike) -> FloatArray:
        """4 m^2 v + 2 v^2: that of the square of a normal variable with mean m and variance v."""
        v = self.roots.variance(t)
        return np.asarray(4.0 * self.evaluate(t) * v + 2.0 * v**2)

    def lines(self) -> LineSpectrum:
        """The sinusoids in the roots."""
        return self.roots.lines()
