"""The contract of every fitted window, whatever the method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.lines import LineSpectrum, Table


class Continuation(ABC):
    """What a method has learned from n_series windows; times count samples from the first of the window."""

    @abstractmethod
    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Expected values at the times t: the forecast beyond the window, a smooth of the data inside it.

        t : (n_times,), whole numbers, any sign.   Returns (n_series, n_times), unit of the series.
        """

    @abstractmethod
    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of what would be observed at the times t, noise included.

        t : as in ``evaluate``.   Returns (n_series, n_times), unit of the series squared.
        """

    @abstractmethod
    def lines(self) -> LineSpectrum:
        """The sinusoids found, strongest first."""

    @property
    def combs(self) -> Sequence[tuple[float, ...]] | None:
        """Periods of the seasons that the method knows of each series, samples; None where it knows none."""
        return None

    def quantiles(self, t: ArrayLike, levels: Sequence[float]) -> FloatArray:
        """Quantiles of what would be observed at the times t; here those of normal errors.

        t : as in ``evaluate``.   levels : (n_levels,), above 0 and below 1.
        Returns (n_series, n_times, n_levels), unit of the series.
        """
        # q = mean + deviation Phi^-1(level)
        mean, deviation = self.evaluate(t), np.sqrt(self.variance(t))
        return np.asarray(mean[:, :, None] + deviation[:, :, None] * ndtri(levels))

    def tables(self) -> list[Table]:
        """The sinusoids of each series as columns of a table, one row per sinusoid."""
        lines = self.lines()
        return [lines.columns(series) for series in range(len(lines.amplitude))]

    def given(self, t: ArrayLike, regressors: ArrayLike) -> Continuation:
        """The same where the regressors are known at the times t: see :class:`~.regression.Regression`.

        Raises ValueError where the windows were fitted without regressors.
        """
        raise ValueError(
            "regressors must be None where the windows were fitted without them, got regressors of the shape "
            f"{np.shape(regressors)} at {np.size(t)} times"
        )
