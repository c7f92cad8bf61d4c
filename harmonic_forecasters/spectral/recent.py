"""Long windows of which only the last part is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.inputs import FloatArray
from harmonic_forecasters.spectral.lines import LineSpectrum


@dataclass(frozen=True, eq=False)
class Recent:
    """A model of the end of a window, as one of the whole window.

    model : of the samples from ``n_left_out`` on.
    n_left_out : samples before them.
    """

    model: Continuation
    n_left_out: int

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """As that of the model; t counts from the first sample of the whole window."""
        return np.asarray(self.model.evaluate(np.asarray(t) - self.n_left_out))

    def variance(self, t: ArrayLike) -> FloatArray:
        """As that of the model; t counts from the first sample of the whole window."""
        return np.asarray(self.model.variance(np.asarray(t) - self.n_left_out))

    def lines(self) -> LineSpectrum:
        """The sinusoids of the model, phases at the first sample of the whole window."""
        found = self.model.lines()
        phase = found.phase - 2.0 * np.pi * np.fmod(found.frequency * self.n_left_out, 1.0)
        return LineSpectrum(found.frequency, found.amplitude, np.angle(np.exp(1j * phase)))
