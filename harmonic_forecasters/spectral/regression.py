"""Regressors in the mean of harmonic forecasts: holidays, temperatures, and what else is known beforehand.

The window is the sum of what the regressors explain and of a harmonic process,

    y(t) = beta' x(t) + h(t),   h of covariance V,

and beta is estimated by generalised least squares under the covariance that the adaptive spectrum implies:

    beta = (X V^-1 X')^-1 X V^-1 y,   cov(beta) = (X V^-1 X')^-1.

Spectrum and coefficients are found in turn: the spectrum of y - beta' x, then beta again. At last every
coefficient gets the prior variance that makes its estimate most probable, as level and slope do: what is not
significant shrinks to nothing. What remains is continued by any method, and the regressors' share is added to
its forecast.

Source: Aitken (1936), On least squares and linear combinations of observations, Proceedings of the Royal
Society of Edinburgh 55; as the mean of a Gaussian process, and what that adds to its variance: Rasmussen,
Williams (2006), eq. 2.41 and 2.42; in turn: Cochrane, Orcutt (1949), Application of least squares regression
to relationships containing auto-correlated error terms, Journal of the American Statistical Association 44.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.spectral.blend import MIN_SAMPLES
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.gaussian_process import (
    MAX_DENSE,
    HarmonicProcess,
    trend_basis,
)
from harmonic_forecasters.spectral.harmonic import LONGEST_WINDOW, check_method, fit_harmonic
from harmonic_forecasters.spectral.iaa import fit_iaa
from harmonic_forecasters.spectral.inputs import FloatArray, as_windows
from harmonic_forecasters.spectral.lines import LineSpectrum
from harmonic_forecasters.spectral.recent import Recent

# Rounds of spectrum and coefficients: after four from ordinary least squares they move by a percent.
ITERATIONS = 4
# Prior deviation of a coefficient: that with which a deviation of the regressor is ten of the series.
PRIOR_WIDTH = 10.0
_COLLINEAR = 1e-10
_CONSTANT = 1e-13
_SMALLEST_SHARE = 1e-6
_SMALLEST_INFORMATION = 1e-30
_TINY = 1e-100


@dataclass(frozen=True, eq=False)
class Regression:
    """Windows explained by regressors, and what remains, ready to be continued.

    coefficients : (n_series, n_regressors), unit of the series per unit of the regressor.
    covariance : (n_series, n_regressors, n_regressors), of the errors of the coefficients before they are
        shrunk, squared units; zero for a regressor that is constant in the window, of which nothing is known.
    centre : (n_series, n_regressors), mean of each regressor in the window, which the level takes up.
    rest : (n_series, n_samples), the windows without what the regressors explain; NaN for missing values.
    remainder : the rest, as the method of choice sees it.
    process : the rest as the adaptive spectrum sees it.
    whitened : (n_series, n_regressors, n_samples), V^-1 (x - centre).
    trend : (n_series, n_regressors, 2), of x - centre, as in ``HarmonicProcess``.
    n_left_out : samples of the window before those that the process was fitted to.
    """

    coefficients: FloatArray
    covariance: FloatArray
    centre: FloatArray
    rest: FloatArray
    remainder: Continuation
    process: HarmonicProcess
    whitened: FloatArray
    trend: FloatArray
    n_left_out: int = 0

    def evaluate(self, t: ArrayLike, x: ArrayLike) -> FloatArray:
        """Expected values at the times t: see :class:`~.continuation.Continuation`.

        t : (n_times,), whole numbers, any sign, from the first sample of the window.
        x : (n_regressors, n_times), the same for all series, or (n_series, n_regressors, n_times).
        Returns (n_series, n_times), unit of the series.
        Raises ValueError for regressors of another shape, and for NaN or infinite values.
        """
        share = np.einsum("sk,skt->st", self.coefficients, self._centred(t, x))
        return np.asarray(self.remainder.evaluate(t) + share)

    def variance(self, t: ArrayLike, x: ArrayLike) -> FloatArray:
        """Variance of what would be observed at the times t, noise included; arguments as in ``evaluate``.

        Errors of the coefficients count as far as the spectrum cannot foresee the regressors: a wave in
        them can be put down to either without harm. Returns (n_series, n_times), unit squared.
        """
        # (x_t - X V^-1 v_t)' cov(beta) (x_t - X V^-1 v_t), v_t the covariance of y_t and the window
        surprise = self._centred(t, x)
        foresee = replace(self.process, unit=np.ones(len(surprise)))
        for k in range(surprise.shape[1]):
            column = replace(foresee, weights=self.whitened[:, k], trend=self.trend[:, k])
            surprise[:, k] -= column.evaluate(np.asarray(t) - self.n_left_out)
        added = np.einsum("skt,skl,slt->st", surprise, self.covariance, surprise)
        return np.asarray(self.remainder.variance(t) + np.maximum(added, 0.0))

    def lines(self) -> LineSpectrum:
        """The sinusoids of the remainder, strongest first."""
        return self.remainder.lines()

    def _centred(self, t: ArrayLike, x: ArrayLike) -> FloatArray:
        n_series, n_regressors = self.coefficients.shape
        regressors = as_regressors(x, n_series, n_regressors, np.size(t))
        return regressors - self.centre[:, :, None]


def fit_regression(
    y: ArrayLike, x: ArrayLike, *, method: str = "blend", periods: ArrayLike | None = None
) -> Regression:
    """Coefficients of the regressors in each window, and the rest by one of the methods.

    y : (n_series, n_samples), any unit; NaN marks a missing value.
    x : (n_regressors, n_samples), the same for all series, or (n_series, n_regressors, n_samples); any unit,
        finite. A regressor that is constant over the observed samples has a coefficient of zero, as the level
        takes it up; of collinear ones each gets a share.
    method, periods : how the rest is continued, as in :func:`~.harmonic.fit_harmonic`.
    Raises ValueError as ``fit_harmonic`` does, for regressors of another shape, with NaN or infinite values,
    or not fewer than the observed values of a series; TypeError for values that are not real numbers.

    Examples
    --------
    >>> t = np.arange(120)
    >>> holiday = np.isin(t, [20, 41, 77, 110]).astype(float)
    >>> sales = 9.0 + np.cos(2 * np.pi * t / 7.3) - 3.0 * holiday
    >>> fit = fit_regression(sales[None, :100], holiday[None, :100])
    >>> fit.coefficients.round(2)
    array([[-3.]])
    >>> bool(np.allclose(fit.evaluate(t[100:], holiday[None, 100:]), sales[100:], atol=0.1))
    True
    """
    check_method(method, periods)
    as_windows(y, min_observed=MIN_SAMPLES)
    windows = np.ascontiguousarray(y, dtype=np.float64)
    regressors = as_regressors(x, len(windows), None, windows.shape[1])
    seen = ~np.isnan(windows)
    check_number(regressors.shape[1], seen.sum(axis=1))
    n_left_out = windows.shape[1] - LONGEST_WINDOW
    if n_left_out > 0:
        recent = fit_regression(
            windows[:, n_left_out:], regressors[:, :, n_left_out:], method=method, periods=periods
        )
        rest = windows - np.einsum("sk,skn->sn", recent.coefficients, regressors - recent.centre[:, :, None])
        remainder = Recent(recent.remainder, n_left_out)
        return replace(recent, rest=rest, remainder=remainder, n_left_out=n_left_out)
    centre, deviation = _mean_and_deviation(regressors, seen[:, None])
    constant = deviation <= _CONSTANT * np.abs(regressors).max(axis=2)
    # From here on regressors have mean 0 and deviation 1; constant ones are zero.
    spread = np.where(constant, 0.0, deviation)
    scale = np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, deviation))
    standard = (regressors - centre[:, :, None]) * scale[:, :, None]
    widest = (PRIOR_WIDTH * _mean_and_deviation(windows, seen)[1][:, None]) ** 2 + _TINY

    coefficients = _least_squares(windows, standard, seen)
    for _ in range(ITERATIONS):
        process = fit_iaa(windows - np.einsum("sk,skn->sn", coefficients, standard), periods=periods)
        whitened, trend = _whiten(process, standard)
        information = np.einsum("skn,sln->skl", standard, whitened)
        score = np.einsum("skn,sn->sk", standard, process.weights)
        unshrunk, covariance = _update(process.unit, information, score, coefficients, widest)
        before, coefficients = coefficients, unshrunk
    # The process allows for more noise than there is, and coefficients err by that much less.
    overrated = (process.noise - process.observation_noise)[:, None, None]
    honest = information - overrated * np.einsum("skn,sln->skl", whitened, whitened)
    covariance = _positive(
        covariance @ (honest / np.maximum(process.unit, _TINY)[:, None, None] ** 2) @ covariance
    )
    # Longer windows with gaps were filled, and what was filled says nothing.
    said = seen.mean(axis=1) if windows.shape[1] > MAX_DENSE else np.ones(len(windows))
    covariance /= said[:, None, None]
    # What maximises the probability of the estimate, which has variance prior + error, the others known.
    diagonal = np.arange(standard.shape[1])
    error = process.unit[:, None] ** 2 * honest[:, diagonal, diagonal]
    error /= np.maximum(information[:, diagonal, diagonal], _SMALLEST_INFORMATION) ** 2
    prior = np.clip(unshrunk**2 - error, _SMALLEST_SHARE * error + _TINY, widest)
    coefficients, _ = _update(process.unit, information, score, before, prior)

    rest = windows - np.einsum("sk,skn->sn", coefficients, standard)
    return Regression(
        coefficients * scale,
        covariance * scale[:, :, None] * scale[:, None, :],
        centre,
        rest,
        fit_harmonic(rest, method=method, periods=periods),
        process,
        whitened * spread[:, :, None],
        trend * spread[:, :, None],
    )


def _update(
    unit: FloatArray, information: FloatArray, score: FloatArray, before: FloatArray, prior: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Coefficients and their covariance, from the process of what the coefficients ``before`` leave.

    unit : (n_series,), that of the process.   prior : (n_series, n_regressors), variance about zero.
    """
    scale = unit[:, None]
    # Collinear regressors share what they explain.
    ridge = _COLLINEAR * np.einsum("skk->s", information)[:, None] + _TINY
    penalty = (scale**2 / prior + ridge)[:, :, None] * np.eye(information.shape[1])
    inverse = np.linalg.inv(information + penalty)
    step = np.einsum("skl,sl->sk", inverse, score - scale / prior * before)
    return before + scale * step, scale[:, :, None] ** 2 * inverse


def _positive(matrices: FloatArray) -> FloatArray:
    """Symmetric matrices without the negative eigenvalues that rounding can leave."""
    values, vectors = np.linalg.eigh(matrices)
    return np.asarray((vectors * np.maximum(values, 0.0)[:, None]) @ vectors.swapaxes(1, 2))


def as_regressors(x: ArrayLike, n_series: int, n_regressors: int | None, n_times: int) -> FloatArray:
    """Regressors of each series, (n_series, n_regressors, n_times), float64, sharing no memory with x.

    x : (n_regressors, n_times), the same for all series, or (n_series, n_regressors, n_times), real numbers.
    n_regressors : how many there must be; None for any number of at least one.
    Raises ValueError for another shape, and for NaN or infinite values; TypeError where x does not hold real
    numbers.

    Examples
    --------
    >>> as_regressors([[0, 1, 0]], n_series=2, n_regressors=None, n_times=3).shape
    (2, 1, 3)
    """
    array = np.asarray(x)
    if array.dtype.kind not in "iufb":
        raise TypeError(f"regressors must hold real numbers, got values of type {array.dtype}")
    number = n_regressors or (array.shape[-2] if array.ndim > 1 else 0)
    shapes = (number, n_times), (n_series, number, n_times)
    if number == 0 or array.shape not in shapes:
        wanted = "n_regressors" if n_regressors is None else n_regressors
        raise ValueError(
            f"regressors must have the shape ({wanted}, {n_times}) or ({n_series}, {wanted}, {n_times}), "
            f"got {array.shape}"
        )
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        *_, regressor, time = bad[0]
        raise ValueError(
            f"regressors must hold neither NaN nor infinite values, got {len(bad)}, the first in regressor "
            f"{regressor} at time {time}"
        )
    return np.broadcast_to(array, shapes[1]).astype(np.float64, order="C")


def check_number(n_regressors: int, n_observed: NDArray[np.int64]) -> None:
    """Raise ValueError unless every series has more observed values than regressors."""
    if n_observed.min() <= n_regressors:
        raise ValueError(
            f"regressors must be fewer than the observed values of a series, got {n_regressors} for "
            f"{n_observed.min()} values in series {n_observed.argmin()}"
        )


def _mean_and_deviation(values: FloatArray, seen: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Over what is seen of the last axis."""
    number = seen.sum(axis=-1)
    mean = np.where(seen, values, 0.0).sum(axis=-1) / number
    centred = np.where(seen, values - mean[..., None], 0.0)
    return mean, np.sqrt((centred**2).sum(axis=-1) / number)


def _least_squares(windows: FloatArray, standard: FloatArray, seen: NDArray[np.bool_]) -> FloatArray:
    """Ordinary least squares, level and slope beside the regressors: (n_series, n_regressors)."""
    n_samples = windows.shape[1]
    basis = trend_basis(np.arange(n_samples), n_samples) * seen[:, None]
    mean, _ = _mean_and_deviation(windows, seen)
    design = np.concatenate([basis, standard * seen[:, None]], axis=1)
    product = np.einsum("sin,sjn->sij", design, design)
    ridge = _COLLINEAR * seen.sum(axis=1)[:, None, None] * np.eye(design.shape[1])
    score = np.einsum("sin,sn->si", design, np.where(seen, windows - mean[:, None], 0.0))
    return np.asarray(np.linalg.solve(product + ridge, score[:, :, None])[:, 2:, 0])


def _whiten(process: HarmonicProcess, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """V^-1 x, and the trend of x, V the covariance of the process with its trend: as x, and (..., 2)."""
    n_series, n_regressors, n_samples = x.shape
    whitened, trend = np.empty_like(x), np.empty((n_series, n_regressors, 2))
    basis = trend_basis(np.arange(n_samples), n_samples)
    for rows, seen in process.alike(n_regressors + 2):
        inverse = process.take(rows).inverse(seen)
        bases = np.broadcast_to(basis, (len(rows), 2, n_samples))
        solved = inverse.solve(np.concatenate([x[rows], bases], axis=1) * seen)
        solved_x, solved_basis = solved[:, :-2], solved[:, -2:]
        # V^-1 = R^-1 - R^-1 B P^-1 B' R^-1, P the precision of the trend
        trend[rows] = np.linalg.solve(
            process.trend_precision[rows], basis @ solved_x.swapaxes(1, 2)
        ).swapaxes(1, 2)
        whitened[rows] = solved_x - trend[rows] @ solved_basis
    return whitened, trend
