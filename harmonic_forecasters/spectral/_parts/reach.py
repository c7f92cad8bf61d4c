"""How far a forecast may leave the range of its window: a jump is not growth, and does not go on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmonic_forecasters.spectral._parts.logarithmic import lasting_growth
from harmonic_forecasters.spectral._parts.windows import FloatArray, IntArray

#: Ranges of the window by which any forecast may leave it.
FREE_RANGES = 1.0
#: How much growth may go on, in that between the first and the last third of the window; 1.5 is the pace of a
#: straight line.
FASTEST = 3.0


@dataclass(frozen=True, eq=False)
class Reach:
    """The values that forecasts of n_series windows may have.

    lowest, highest : (n_series,), of any forecast near the window.
    pace : (n_series,), by how much they move apart per sample beyond the window.
    exponential : (n_series,), the highest value where growth by a constant factor goes on; minus infinity for
        windows that are not positive.
    n_samples : of the window.
    """

    lowest: FloatArray
    highest: FloatArray
    pace: FloatArray
    exponential: FloatArray
    n_samples: int

    def bound(self, forecast: FloatArray, times: IntArray) -> FloatArray:
        """The forecast, (n_series, n_times), within these values."""
        beyond = np.maximum(0, np.maximum(times - self.n_samples + 1, -times))
        low = self.lowest[:, None] - self.pace[:, None] * beyond
        high = self.highest[:, None] + self.pace[:, None] * beyond
        return np.clip(forecast, low, np.maximum(high, self.exponential[:, None]))


def reach_of(values: FloatArray, exponential: FloatArray) -> Reach:
    """The reach of windows, (n_series, n_samples), finite.   exponential : (n_series,), as in :class:`Reach`.

    Examples
    --------
    >>> jump = np.array([[1.0] * 9 + [5.0]])
    >>> reach_of(jump, np.array([5.0])).bound(np.array([[50.0, -50.0]]), np.array([10, 11]))
    array([[ 9., -3.]])
    """
    n_samples = values.shape[1]
    low, high = values.min(axis=1), values.max(axis=1)
    free = FREE_RANGES * (high - low)
    pace = FASTEST * np.abs(lasting_growth(values)) / n_samples
    return Reach(low - free, high + free, pace, exponential, n_samples)
