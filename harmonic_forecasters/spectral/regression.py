"""Regressors in the mean of harmonic forecasts: holidays, temperatures, and what else is known beforehand.

The window is the sum of what the regressors explain and of a harmonic process,

    y(t) = beta' x(t) + h(t),   h with covariance V,

and beta is estimated by generalised least squares under the covariance that the adaptive spectrum implies:

    beta = (X V^-1 X')^-1 X V^-1 y,   cov(beta) = (X V^-1 X')^-1.

Spectrum and coefficients are found in turn: the spectrum of y - beta' x, then beta again. At the end every
coefficient gets the prior variance that makes its estimate most probable, as level and slope do, so that
effects that are not significant shrink to nothing. Any method continues what remains, and the share of the
regressors is added to its forecast.

Source: Aitken (1936), On least squares and linear combinations of observations, Proceedings of the Royal
Society of Edinburgh 55; as the mean of a Gaussian process, and what that adds to its variance: Rasmussen,
Williams (2006), eq. 2.41 and 2.42; in turn: Cochrane, Orcutt (1949), Application of least squares regression
to relationships containing auto-correlated error terms, Journal of the American Statistical Association 44.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from harmonic_forecasters.spectral._parts.gaussian_process import MAX_DENSE, HarmonicProcess
from harmonic_forecasters.spectral._parts.trend import trend_basis
from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray, IntArray, Windows
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum, Table
from harmonic_forecasters.spectral.methods.iaa import fit_iaa

# Spectrum and coefficients are estimated in turn this many times; further rounds move them by one percent.
REGRESSION_ROUNDS = 4
# Prior deviation of a coefficient: one deviation of the regressor moves the series by ten of its own.
PRIOR_WIDTH = 10.0
# Share of the information that is added to every coefficient's, so that collinear regressors can be solved.
_COLLINEAR = 1e-10
# Regressors whose deviation is a smaller share of their size are constant.
_CONSTANT = 1e-13
# Smallest prior variance of a coefficient, as a share of the variance of its error.
_SMALLEST_SHARE = 1e-6
_SMALLEST_INFORMATION = 1e-30
_TINY = 1e-100


@dataclass(frozen=True, kw_only=True, eq=False)
class Effects:
    """What regressors explain of windows.

    coefficients : (n_series, n_regressors), unit of the series per unit of the regressor.
    covariance : (n_series, n_regressors, n_regressors), of the errors of the coefficients before they are
        shrunk, squared units; zero for a regressor that is constant in the window, of which nothing is known.
    centre : (n_series, n_regressors), mean of each regressor in the window, which the level takes up.
    process : what remains, as the adaptive spectrum sees it.
    whitened : (n_series, n_regressors, n_samples), V^-1 (x - centre).
    trend : (n_series, n_regressors, 2), of x - centre, as in ``HarmonicProcess``.
    """

    coefficients: FloatArray
    covariance: FloatArray
    centre: FloatArray
    process: HarmonicProcess
    whitened: FloatArray
    trend: FloatArray

    def share(self, x: FloatArray) -> FloatArray:
        """What the regressors explain, (n_series, n_times), unit of the series.

        x : (n_series, n_regressors, n_times).
        """
        return np.asarray(np.einsum("sk,skt->st", self.coefficients, x - self.centre[:, :, None]))

    def variance(self, t: ArrayLike, x: FloatArray) -> FloatArray:
        """What errors of the coefficients add to the variance at the times t, (n_series, n_times).

        They count only as far as the spectrum cannot predict the regressors: it does not matter whether a
        predictable wave is attributed to the regressors or to the rest.

        t : (n_times,), samples from the first one of the process.   x : (n_series, n_regressors, n_times).
        """
        # (x_t - X V^-1 v_t)' cov(beta) (x_t - X V^-1 v_t), v_t the covariance of y_t and the window
        surprise = x - self.centre[:, :, None]
        foresee = replace(self.process, unit=np.ones(len(surprise)))
        for k in range(surprise.shape[1]):
            column = replace(foresee, weights=self.whitened[:, k], trend=self.trend[:, k])
            surprise[:, k] -= column.evaluate(t)
        added = np.einsum("skt,skl,slt->st", surprise, self.covariance, surprise)
        return np.asarray(np.maximum(added, 0.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression(Continuation):
    """Windows explained by regressors, and what remains of them, ready to be continued.

    It answers at the times for which it knows the regressors: those of the window, or those of ``given``.

    effects : what the regressors explain.
    remainder : what remains, as the method of choice continues it.
    n_left_out : samples of the window before those that the effects were estimated from.
    times : (n_times,), the times for which the regressors are known.
    regressors : (n_series, n_regressors, n_times), at these times.
    """

    effects: Effects
    remainder: Continuation
    n_left_out: int
    times: IntArray
    regressors: FloatArray

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`; ValueError for a time without regressors."""
        return self.remainder.evaluate(t) + self.effects.share(self._regressors_at(t))

    def variance(self, t: ArrayLike) -> FloatArray:
        """See :class:`~.continuation.Continuation`; ValueError for a time without regressors."""
        x = self._regressors_at(t)
        return self.remainder.variance(t) + self.effects.variance(np.asarray(t) - self.n_left_out, x)

    def lines(self) -> LineSpectrum:
        """The sinusoids of the remainder, strongest first."""
        return self.remainder.lines()

    def tables(self) -> list[Table]:
        """The sinusoids of the remainder as columns of a table."""
        return self.remainder.tables()

    def given(self, t: ArrayLike, regressors: ArrayLike) -> Regression:
        """The same where the regressors are known at the times t, and at no others.

        t : (n_times,), whole numbers, any sign, samples from the first one of the window.
        regressors : (n_regressors, n_times), the same for all series, or (n_series, n_regressors, n_times).
        Raises ValueError for regressors of another shape, and for NaN or infinite values; TypeError where
        they are not real numbers.
        """
        n_series, n_regressors = self.effects.coefficients.shape
        times = np.asarray(t, dtype=np.int64)
        known = as_regressors(regressors, n_series, n_regressors, len(times))
        return replace(self, times=times, regressors=known)

    def _regressors_at(self, t: ArrayLike) -> FloatArray:
        times = np.asarray(t, dtype=np.int64)
        known = np.isin(times, self.times)
        if not known.all():
            raise ValueError(
                "regressors must be known at every time that is asked for, "
                f"got none at {(~known).sum()} of {len(times)} times, the first {times[~known][0]}"
            )
        order = np.argsort(self.times)
        return self.regressors[:, :, order[np.searchsorted(self.times, times, sorter=order)]]


def fit_effects(y: Windows, x: FloatArray, *, periods: ArrayLike | None = None) -> Effects:
    """Coefficients of the regressors in each window.

    x : (n_series, n_regressors, n_samples), finite.   periods : known ones, samples, or None.
    """
    windows, seen = y.with_gaps, y.observed
    centre, deviation = _mean_and_deviation(x, seen[:, None])
    constant = deviation <= _CONSTANT * np.abs(x).max(axis=2)
    # From here on regressors have mean 0 and deviation 1; constant ones are zero.
    spread = np.where(constant, 0.0, deviation)
    scale = np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, deviation))
    standard = (x - centre[:, :, None]) * scale[:, :, None]
    widest = (PRIOR_WIDTH * _mean_and_deviation(windows, seen)[1][:, None]) ** 2 + _TINY

    coefficients = _least_squares(windows, standard, seen)
    for _ in range(REGRESSION_ROUNDS):
        rest = Windows.with_missing(windows - np.einsum("sk,skn->sn", coefficients, standard))
        process = fit_iaa(rest, periods=periods)
        whitened, trend = _whiten(process, standard)
        information = np.einsum("skn,sln->skl", standard, whitened)
        score = np.einsum("skn,sn->sk", standard, process.weights)
        unshrunk, covariance = _update(process.unit, information, score, coefficients, widest)
        before, coefficients = coefficients, unshrunk
    # The process overestimates the noise; the coefficients err by that much less.
    excess = (process.noise - process.observation_noise)[:, None, None]
    actual = information - excess * np.einsum("skn,sln->skl", whitened, whitened)
    covariance = _positive(
        covariance @ (actual / np.maximum(process.unit, _TINY)[:, None, None] ** 2) @ covariance
    )
    # The gaps of longer windows were filled, and filled values carry no information.
    observed_share = seen.mean(axis=1) if windows.shape[1] > MAX_DENSE else np.ones(len(windows))
    covariance /= observed_share[:, None, None]
    # The prior variance that makes the estimate most probable: the estimate has variance prior + error.
    diagonal = np.arange(standard.shape[1])
    error = process.unit[:, None] ** 2 * actual[:, diagonal, diagonal]
    error /= np.maximum(information[:, diagonal, diagonal], _SMALLEST_INFORMATION) ** 2
    prior = np.clip(unshrunk**2 - error, _SMALLEST_SHARE * error + _TINY, widest)
    coefficients, _ = _update(process.unit, information, score, before, prior)

    return Effects(
        coefficients=coefficients * scale,
        covariance=covariance * scale[:, :, None] * scale[:, None, :],
        centre=centre,
        process=process,
        whitened=whitened * spread[:, :, None],
        trend=trend * spread[:, :, None],
    )


def check_regressors(x: ArrayLike, windows: Windows) -> FloatArray:
    """Regressors along the windows, (n_series, n_regressors, n_samples): see :func:`as_regressors`.

    Raises as that does, and ValueError unless every series has more observed values than regressors.
    """
    known = as_regressors(x, len(windows.filled), None, windows.n_samples)
    check_number(known.shape[1], windows.observed.sum(axis=1))
    return known


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


def check_number(n_regressors: int, n_observed: IntArray) -> None:
    """Raise ValueError unless every series has more observed values than regressors."""
    if n_observed.min() <= n_regressors:
        raise ValueError(
            f"regressors must be fewer than the observed values of a series, got {n_regressors} for "
            f"{n_observed.min()} values in series {n_observed.argmin()}"
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


def _mean_and_deviation(values: FloatArray, seen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Over what is seen of the last axis."""
    number = seen.sum(axis=-1)
    mean = np.where(seen, values, 0.0).sum(axis=-1) / number
    centred = np.where(seen, values - mean[..., None], 0.0)
    return mean, np.sqrt((centred**2).sum(axis=-1) / number)


def _least_squares(windows: FloatArray, standard: FloatArray, seen: BoolArray) -> FloatArray:
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
