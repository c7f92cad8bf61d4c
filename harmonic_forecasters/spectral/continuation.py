"""What every method that forecasts gives back: windows, ready to be continued."""

from __future__ import annotations

from typing import Protocol

from numpy.typing import ArrayLike

from harmonic_forecasters.spectral.inputs import FloatArray
from harmonic_forecasters.spectral.lines import LineSpectrum


class Continuation(Protocol):
    """What a method has learned of n_series windows; times count samples from the first of the window."""

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Expected values at the times t: a smooth of the data inside the window, beyond it the forecast.

        t : (n_times,), whole numbers, any sign.   Returns (n_series, n_times), unit of the series.
        """

    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of what would be observed at the times t, noise included.

        t : as in ``evaluate``.   Returns (n_series, n_times), unit of the series squared.
        """

    def lines(self) -> LineSpectrum:
        """The sinusoids found, strongest first."""
