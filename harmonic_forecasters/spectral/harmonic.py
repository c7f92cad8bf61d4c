"""Harmonic forecasts of windows by a method of choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral.blend import MIN_SAMPLES, fit_blend
from harmonic_forecasters.spectral.burg import fit_burg
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.esprit import fit_esprit
from harmonic_forecasters.spectral.iaa import fit_iaa
from harmonic_forecasters.spectral.inputs import as_windows, check_periods
from harmonic_forecasters.spectral.modified_covariance import fit_modified_covariance
from harmonic_forecasters.spectral.recent import Recent
from harmonic_forecasters.spectral.sparse_bayes import fit_sparse_bayes

METHODS: Mapping[str, Callable[..., Continuation]] = {
    "blend": fit_blend,
    "iaa": fit_iaa,
    "burg": fit_burg,
    "modified_covariance": fit_modified_covariance,
    "esprit": fit_esprit,
    "sparse_bayes": fit_sparse_bayes,
}
TAKING_PERIODS = ("blend", "iaa")
# Time grows with the square of the length: so many samples take seconds.
LONGEST_WINDOW = 32_768
# The squares of larger values cannot be added up.
LARGEST_VALUE = 1e150


def fit_harmonic(y: ArrayLike, *, method: str = "blend", periods: ArrayLike | None = None) -> Continuation:
    """The sinusoids of each window by one of the methods, ready to be continued.

    y : (n_series, n_samples), any unit; NaN marks a missing value.
    method : ``"blend"``, the default of the package: see :mod:`~.blend`; or one method by name, each in the
        module of its name: ``"iaa"``, ``"burg"``, ``"modified_covariance"``, ``"esprit"`` or
        ``"sparse_bayes"``.
    periods : known ones, samples, at least 2, of ``"blend"`` and ``"iaa"``: they and their harmonics get
        waves of their own, which do not fade far ahead as others do. Others are found as ever.
    Of windows longer than 32,768 samples the last part of that length is used, and continued backwards.
    Raises ValueError for an unknown method, an infinite value or one beyond 1e150 in size, a series with
    fewer than 8 observed values, a period below 2, or one beside a method that takes none; TypeError for
    values that are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(100)
    >>> tone = np.cos(2 * np.pi * t / 13.7)[None]
    >>> forecast = fit_harmonic(tone).evaluate([100, 101])
    >>> bool(np.allclose(forecast, np.cos(2 * np.pi * np.array([100, 101]) / 13.7), atol=1e-3))
    True
    """
    check_method(method, periods)
    windows = np.asarray(y)
    if windows.ndim == 2 and windows.shape[1] > LONGEST_WINDOW:
        recent = fit_harmonic(windows[:, -LONGEST_WINDOW:], method=method, periods=periods)
        return Recent(recent, windows.shape[1] - LONGEST_WINDOW)
    largest = np.abs(as_windows(y, min_observed=MIN_SAMPLES)).max(initial=0.0)
    if largest > LARGEST_VALUE:
        raise ValueError(f"a series must hold values of at most {LARGEST_VALUE:g} in size, got {largest:g}")
    return METHODS[method](y, periods=periods) if method in TAKING_PERIODS else METHODS[method](y)


def check_method(method: Any, periods: ArrayLike | None = None) -> None:
    """Raise ValueError unless the method is one of METHODS, and takes the periods where there are any."""
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(map(repr, METHODS))}, got {method!r}")
    if np.size(check_periods(periods)) and method not in TAKING_PERIODS:
        raise ValueError(
            f"periods must be left out unless method is {' or '.join(map(repr, TAKING_PERIODS))}, "
            f"got {periods!r} with {method!r}"
        )
