"""Known periods, and the frequencies of their harmonics."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.windows import FloatArray

#: Harmonics of a known period that are considered, the period itself included.
MOST_HARMONICS = 100


def check_periods(periods: ArrayLike | None, name: str = "periods") -> FloatArray:
    """The periods, (n_periods,), samples; an empty array for None. The name is that of the option.

    Raises ValueError unless each is finite and at least 2.

    Examples
    --------
    >>> check_periods(24)
    array([24.])
    """
    if periods is None:
        return np.empty(0)
    # No Series or Index: darts could not load a model with one in its options.
    listed = isinstance(periods, (Real, Sequence, np.ndarray))
    values = np.atleast_1d(np.asarray(periods)) if listed else np.array([np.nan])
    numbers = not values.size or values.dtype.kind in "iuf"
    if not numbers or values.ndim != 1 or not (np.isfinite(values) & (values >= 2.0)).all():
        raise ValueError(
            f"{name} must be one number or a list of finite ones of at least 2 samples, got {periods!r}"
        )
    return values.astype(np.float64)


def harmonics(periods: ArrayLike | None) -> FloatArray:
    """Frequencies of the periods and of up to 100 of their harmonics, (n_frequencies,), cycles per sample.

    Raises ValueError for a period below 2 samples, or one that is not finite.

    Examples
    --------
    >>> harmonics([4, 6]).round(3)
    array([0.167, 0.25 , 0.333, 0.5  ])
    """
    orders = np.arange(1, MOST_HARMONICS + 1)
    frequencies = orders / check_periods(periods)[:, None]
    # Rounded, so that harmonics that a day and a week share are one frequency.
    return np.unique(np.round(frequencies[frequencies <= 0.5 + 1e-12], 12))
