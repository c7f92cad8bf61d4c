"""Level and slope, as every method sees them."""

from __future__ import annotations

import numpy as np

from harmonic_forecasters.spectral._parts.windows import FloatArray, IntArray


def trend_basis(t: IntArray, n_samples: int) -> FloatArray:
    """Level and slope at the times t, (2, n_times): 1, and -1 to 1 over the window."""
    return np.stack([np.ones(len(t)), (t - (n_samples - 1) / 2.0) / max(n_samples / 2.0, 1.0)])
