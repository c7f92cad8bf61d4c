"""Harmonic forecasts of windows by a method of choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.line_fit import MIN_OBSERVED_FOR_LINES
from harmonic_forecasters.spectral._parts.periods import check_periods
from harmonic_forecasters.spectral._parts.windows import FloatArray, Windows, check_windows
from harmonic_forecasters.spectral.components import fit_components
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.known_periods import KnownPeriods
from harmonic_forecasters.spectral.lines import LineSpectrum, Table
from harmonic_forecasters.spectral.methods.blend import fit_blend
from harmonic_forecasters.spectral.methods.burg import fit_burg
from harmonic_forecasters.spectral.methods.esprit import fit_esprit
from harmonic_forecasters.spectral.methods.iaa import fit_iaa
from harmonic_forecasters.spectral.methods.modified_covariance import fit_modified_covariance
from harmonic_forecasters.spectral.methods.seasonal import MIN_OBSERVED_FOR_SEASONS, fit_seasonal
from harmonic_forecasters.spectral.methods.sparse_bayes import fit_sparse_bayes
from harmonic_forecasters.spectral.regression import Regression, check_regressors, fit_effects

#: name -> function(windows) or function(windows, periods=...); the name is a method's module in ``methods``.
METHODS: Mapping[str, Callable[..., Continuation]] = {
    "blend": fit_blend,
    "seasonal": fit_seasonal,
    "iaa": fit_iaa,
    "burg": fit_burg,
    "modified_covariance": fit_modified_covariance,
    "esprit": fit_esprit,
    "sparse_bayes": fit_sparse_bayes,
}
TAKING_PERIODS = tuple(name for name, fit in METHODS.items() if "periods" in signature(fit).parameters)
TAKING_CANDIDATES = tuple(name for name, fit in METHODS.items() if "candidates" in signature(fit).parameters)
#: Observed values that a window needs, for each method, and for any with regressors.
MIN_OBSERVED = {
    name: MIN_OBSERVED_FOR_SEASONS if name in TAKING_CANDIDATES else MIN_OBSERVED_FOR_LINES
    for name in METHODS
}
MIN_OBSERVED_BESIDE_REGRESSORS = MIN_OBSERVED_FOR_LINES
# Time grows with the square of the length; this many samples take seconds.
LONGEST_WINDOW = 32_768
# The squares of larger values overflow when they are added up.
LARGEST_VALUE = 1e150


@dataclass(frozen=True, eq=False)
class HarmonicFit(Continuation):
    """What a method has learned from windows.

    windows : whole, as they were given.
    model : the method's fit to their last samples, from ``n_left_out`` on.
    n_left_out : samples before those; 0 for windows of up to ``LONGEST_WINDOW`` samples.
    periods : known periods, samples, or None.
    """

    windows: Windows
    model: Continuation
    n_left_out: int
    periods: ArrayLike | None

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`."""
        return self.model.evaluate(np.asarray(t) - self.n_left_out)

    def variance(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`."""
        return self.model.variance(np.asarray(t) - self.n_left_out)

    def quantiles(self, t: ArrayLike, levels: Sequence[float]) -> FloatArray:
        """See :class:`~.continuation.Continuation`."""
        return self.model.quantiles(np.asarray(t) - self.n_left_out, levels)

    def lines(self) -> LineSpectrum:
        """The sinusoids of the method, phases at the first sample of the whole window."""
        found = self.model.lines()
        if self.n_left_out == 0:
            return found
        phase = found.phase - 2.0 * np.pi * np.fmod(found.frequency * self.n_left_out, 1.0)
        return LineSpectrum(found.frequency, found.amplitude, np.angle(np.exp(1j * phase)))

    def tables(self) -> list[Table]:
        """The sinusoids refined, with standard errors: see :func:`~.components.fit_components`."""
        components = fit_components(
            self.windows, self.lines(), periods=self.periods, seasons=self.model.combs
        )
        return [components.columns(series) for series in range(len(self.windows.filled))]


@overload
def fit_harmonic(
    y: ArrayLike | Windows,
    regressors: None = None,
    *,
    method: str = ...,
    periods: ArrayLike | None = ...,
    candidates: ArrayLike | None = ...,
) -> HarmonicFit: ...


@overload
def fit_harmonic(
    y: ArrayLike | Windows,
    regressors: ArrayLike,
    *,
    method: str = ...,
    periods: ArrayLike | None = ...,
    candidates: ArrayLike | None = ...,
) -> Regression: ...


def fit_harmonic(
    y: ArrayLike | Windows,
    regressors: ArrayLike | None = None,
    *,
    method: str = "blend",
    periods: ArrayLike | None = None,
    candidates: ArrayLike | None = None,
) -> HarmonicFit | Regression:
    """The sinusoids of each window by one of the methods, ready to be continued.

    Parameters
    ----------
    y : (n_series, n_samples), any unit; NaN marks a missing value. If a window is longer than 32,768 samples,
        the method sees its last part of that length, and its fit is also continued backwards.
    regressors : (n_regressors, n_samples), the same for all series, or (n_series, n_regressors, n_samples);
        finite, any unit. Their effects are estimated first, see :mod:`~.regression`, and the method continues
        what they leave. A regressor that is constant over the observed samples has no effect, as the level
        takes it up; collinear ones share theirs.
    method : ``"blend"``, the default of the package, or another name in ``METHODS``; the module of that name
        in ``harmonic_forecasters.spectral.methods`` explains the method.
    periods : known periods, samples, at least 2. Their waves last for ever, see :mod:`~.known_periods`; other
        periods are still found, and their waves fade far ahead. ``"blend"``, ``"seasonal"`` and ``"iaa"``
        take them.
    candidates : periods that the calendar suggests, samples, such as 24 and 168 for hours; None or an empty
        list where it suggests none. Methods other than ``"blend"`` and ``"seasonal"`` ignore them.

    Returns
    -------
    A :class:`~.continuation.Continuation`; with regressors a :class:`~.regression.Regression`, which answers
    at times for which the regressors are known: inside the window, and elsewhere after ``given``.

    Raises
    ------
    ValueError : for an unknown method, an infinite value or one beyond 1e150 in size, a series with fewer
        than 8 observed values, or than 3 with ``"blend"`` and ``"seasonal"`` without regressors, a period or
        a candidate below 2, periods with a method that takes none, and regressors that have another shape,
        are not finite, or are not fewer than the observed values of a series.
    TypeError : for values that are not real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(120)
    >>> tone = np.cos(2 * np.pi * t / 13.7)
    >>> forecast = fit_harmonic(tone[None, :100]).evaluate([100, 101])
    >>> bool(np.allclose(forecast, tone[100:102], atol=1e-3))
    True

    Shop sales on four holidays:

    >>> holiday = np.isin(t, [20, 41, 77, 110]).astype(float)
    >>> sales = 9.0 + np.cos(2 * np.pi * t / 7.3) - 3.0 * holiday
    >>> fit = fit_harmonic(sales[None, :100], holiday[None, :100])
    >>> fit.effects.coefficients.round(2)
    array([[-3.]])
    >>> ahead = fit.given(t[100:], holiday[None, 100:])
    >>> bool(np.allclose(ahead.evaluate(t[100:]), sales[100:], atol=0.1))
    True
    """
    check_method(method, periods)
    few = MIN_OBSERVED[method] if regressors is None else MIN_OBSERVED_BESIDE_REGRESSORS
    windows = check_windows(y, min_observed=few)
    largest = np.abs(windows.filled).max(initial=0.0)
    if largest > LARGEST_VALUE:
        raise ValueError(f"a series must hold values of at most {LARGEST_VALUE:g} in size, got {largest:g}")
    if regressors is None:
        return _fit(windows, method, periods, candidates)
    known = check_regressors(regressors, windows)
    n_recent = min(windows.n_samples, LONGEST_WINDOW)
    effects = fit_effects(windows.last(n_recent), known[:, :, -n_recent:], periods=periods)
    rest = Windows.with_missing(windows.with_gaps - effects.share(known))
    return Regression(
        effects=effects,
        remainder=_fit(rest, method, periods, candidates),
        n_left_out=windows.n_samples - n_recent,
        times=np.arange(windows.n_samples),
        regressors=known,
    )


def _fit(
    windows: Windows, method: str, periods: ArrayLike | None, candidates: ArrayLike | None
) -> HarmonicFit:
    recent = windows.last(min(windows.n_samples, LONGEST_WINDOW))
    fit, known = METHODS[method], np.unique(check_periods(periods))
    if known.size:
        model: Continuation = KnownPeriods(windows=recent, periods=known, fit=fit)
    else:
        model = fit(recent, **({"candidates": candidates} if method in TAKING_CANDIDATES else {}))
    return HarmonicFit(
        windows=windows,
        model=model,
        n_left_out=windows.n_samples - recent.n_samples,
        periods=periods,
    )


def check_method(method: Any, periods: ArrayLike | None = None) -> None:
    """Raise ValueError unless the method is one of METHODS, and takes periods if there are any."""
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(map(repr, METHODS))}, got {method!r}")
    if np.size(check_periods(periods)) and method not in TAKING_PERIODS:
        raise ValueError(
            f"periods must be left out unless method is {' or '.join(map(repr, TAKING_PERIODS))}, "
            f"got {periods!r} with {method!r}"
        )
