"""Least squares of sinusoids whose frequencies are free: Gauss-Newton, and what the fit leaves uncertain.

The model is x(t) = sum_k a_k cos(2 pi f_k (t - c)) + b_k sin(2 pi f_k (t - c)), with c the middle of the
window, where frequencies and phases are least correlated. Amplitudes (a, b) are linear and eliminated
(variable projection); frequencies take damped Gauss-Newton steps on what remains. Missing samples have weight
zero, which is exact. A line at frequency 0 (a level) or 1/2 is a cosine only, and its frequency stays.

Source: Golub, Pereyra (1973), The differentiation of pseudo-inverses and nonlinear least squares problems
whose variables separate, in the short form of Kaufman (1975); damping: Marquardt (1963).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters.spectral._parts.windows import BoolArray, FloatArray

# Observed values that a fit of lines needs.
MIN_OBSERVED_FOR_LINES = 8
# Precision (one over variance) of a frequency that is uniform over 0..1/2.
FREQUENCY_PRECISION = 48.0
# Free frequencies keep this many bins (cycles per window) from 0 and 1/2, where sine and cosine coincide.
EDGE_BINS = 0.05
# Most Gauss-Newton steps; a few suffice where lines lie apart.
_MOST_STEPS = 50
# Variance of rounding, where the largest value is between 1 and 2: no residual is explained below it.
ROUNDING_VARIANCE = 1e-32


@dataclass(frozen=True, eq=False)
class FittedLines:
    """Lines of n_series windows, all with the same number of lines, and their uncertainty.

    frequency : (n_series, n_lines), cycles per sample.
    weight : (n_series, 2 n_lines), the amplitudes a of the cosines, then b of the sines, unit of the series.
    covariance : (n_series, 3 n_lines, 3 n_lines), of a, b and the frequencies, in this order.
    noise : (n_series,), variance of the noise.
    centre : the sample c from which the phases count.
    """

    frequency: FloatArray
    weight: FloatArray
    covariance: FloatArray
    noise: FloatArray
    centre: int

    def take(self, rows: NDArray[Any]) -> FittedLines:
        """The chosen series alone."""
        return FittedLines(
            frequency=self.frequency[rows],
            weight=self.weight[rows],
            covariance=self.covariance[rows],
            noise=self.noise[rows],
            centre=self.centre,
        )

    def scaled(self, scale: FloatArray) -> FittedLines:
        """The same lines of series multiplied by ``scale``, (n_series,)."""
        k = self.frequency.shape[1]
        unit = np.repeat(np.stack([scale, np.ones_like(scale)], axis=1), [2 * k, k], axis=1)
        covariance = self.covariance * unit[:, :, None] * unit[:, None, :]
        return FittedLines(
            frequency=self.frequency,
            weight=self.weight * scale[:, None],
            covariance=covariance,
            noise=self.noise * scale**2,
            centre=self.centre,
        )

    def moments(self, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Mean of the clean series and variance of what would be observed, each (n_series, n_times).

        t : (n_times,), samples since the first one of the window.
        The variance is that of the noise plus g' C g, with g the derivative of the mean by amplitudes and
        frequencies and C their covariance (delta method).
        """
        k = self.frequency.shape[1]
        tau = np.asarray(t, dtype=np.float64) - self.centre
        cycles = self.frequency[:, :, None] * tau
        angle = 2.0 * np.pi * (cycles - np.rint(cycles))
        columns = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
        mean = np.einsum("sk,skt->st", self.weight, columns)
        gradient = np.concatenate([columns, slopes(self.weight, columns, tau)], axis=1)
        spread = np.einsum("skt,skt->st", gradient, self.covariance @ gradient) if k else np.zeros_like(mean)
        return mean, self.noise[:, None] + np.maximum(spread, 0.0)

    def polar(self) -> tuple[FloatArray, FloatArray]:
        """Amplitude, and phase in radians of a cosine at t = 0, in -pi..pi, each (n_series, n_lines)."""
        a, b = np.split(self.weight, 2, axis=1)
        phase = np.arctan2(-b, a) - 2.0 * np.pi * np.fmod(self.frequency * self.centre, 1.0)
        return np.hypot(a, b), np.asarray(np.angle(np.exp(1j * phase)))

    def polar_errors(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Standard errors of frequency, amplitude and phase, each (n_series, n_lines), by the delta method.

        A phase of which nothing is known is uniform, so its error is at most pi / sqrt(3).
        """
        k = self.frequency.shape[1]
        line = np.arange(k)
        pick = np.stack([line, line + k, line + 2 * k], axis=1)
        block = self.covariance[:, pick[:, :, None], pick[:, None, :]]  # (n_series, n_lines, 3, 3)
        a, b = np.split(self.weight, 2, axis=1)
        size = np.maximum(np.hypot(a, b), np.finfo(np.float64).tiny)
        cosine, sine, zero = a / size, b / size, np.zeros_like(a)
        with np.errstate(over="ignore"):
            # A = |a - ib|; phase = arg(a - ib) - 2 pi f c
            turn = np.full_like(a, -2.0 * np.pi * self.centre)
            by_amplitude = np.stack([cosine, sine, zero], axis=2)
            by_phase = np.stack([sine / size, -cosine / size, turn], axis=2)
            variances = [
                np.einsum("ski,skij,skj->sk", g, block, g, optimize=True) for g in (by_amplitude, by_phase)
            ]
        amplitude, phase = (np.sqrt(np.maximum(np.nan_to_num(v, nan=np.inf), 0.0)) for v in variances)
        frequency = np.sqrt(np.maximum(block[:, :, 2, 2], 0.0))
        return frequency, amplitude, np.minimum(phase, np.pi / np.sqrt(3.0))


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """Amplitudes by (ridge) least squares for given frequencies.

    frequency : (n_series, n_lines).   columns : (n_series, 2 n_lines, n_samples), cosines, then sines.
    gram : (n_series, 2 n_lines, 2 n_lines), inner products of the columns.
    inverse : its inverse, after the penalty is added.   weight : (n_series, 2 n_lines).
    residual : (n_series, n_samples), zero where nothing is observed.
    objective : (n_series,), sum of squared residuals plus penalty times squared weights.
    """

    frequency: FloatArray
    columns: FloatArray
    gram: FloatArray
    inverse: FloatArray
    weight: FloatArray
    residual: FloatArray
    objective: FloatArray

    def take(self, rows: NDArray[Any]) -> LeastSquares:
        """The chosen series alone."""
        return LeastSquares(**{name: value[rows] for name, value in vars(self).items()})

    def put(self, rows: NDArray[Any], other: LeastSquares) -> None:
        """Overwrite the chosen series."""
        for name, value in vars(self).items():
            value[rows] = getattr(other, name)

    def curvature(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Curvature of the objective by the frequencies, after the amplitudes have adapted.

        Returns (P, H, g): P (n_series, 2 n_lines, n_lines), minus the derivative of the amplitudes by the
        frequencies; H (n_series, n_lines, n_lines), half the Gauss-Newton Hessian of the objective; g
        (n_series, n_lines), minus half its gradient.
        """
        tau = np.arange(self.columns.shape[2], dtype=np.float64) - centre_of(self.columns.shape[2])
        turning = slopes(self.weight, self.columns, tau)
        cross = self.columns @ turning.transpose(0, 2, 1)
        adapted = self.inverse @ cross
        hessian = turning @ turning.transpose(0, 2, 1) - cross.transpose(0, 2, 1) @ adapted
        return adapted, hessian, np.einsum("skt,st->sk", turning, self.residual)


def centre_of(n_samples: int) -> int:
    """The sample in the middle of the window."""
    return (n_samples - 1) // 2


def is_free(frequency: FloatArray) -> BoolArray:
    """Which lines have a frequency to be found: not a level (0), nor the Nyquist frequency (1/2)."""
    return np.asarray((frequency > 0.0) & (frequency < 0.5))


def power_of_two(values: FloatArray) -> FloatArray:
    """A scale for each series, (n_series,): its largest value lies between 1 and 2 times this; 1 for zeros.

    A power of two, so that dividing by it changes no digit.
    """
    largest = abs(values).max(axis=1)
    return np.asarray(np.ldexp(1.0, np.frexp(np.where(largest > 0.0, largest, 1.0))[1] - 1))


def solve_amplitudes(
    y: FloatArray, observed: BoolArray, frequency: FloatArray, penalty: FloatArray
) -> LeastSquares:
    """Amplitudes of lines at given frequencies.

    y : (n_series, n_samples), zero where nothing is observed.   observed : the same shape.
    frequency : (n_series, n_lines), cycles per sample in 0..1/2.
    penalty : (n_series, 2 n_lines), at least 0: minimises |y - A x|^2 + sum penalty x^2.

    Examples
    --------
    >>> y = 3.0 * np.cos(0.5 * np.pi * np.arange(-3, 5))[None]
    >>> fit = solve_amplitudes(y, np.ones_like(y, dtype=bool), np.array([[0.25]]), np.zeros((1, 2)))
    >>> fit.weight.round(12) + 0.0
    array([[3., 0.]])
    """
    k, n_samples = frequency.shape[1], y.shape[1]
    wave = waves(frequency, -centre_of(n_samples), n_samples)
    columns = np.concatenate([wave.real, wave.imag], axis=1)
    columns[:, k:][~is_free(frequency)] = 0.0
    if not observed.all():
        columns *= observed[:, None, :]
    gram = columns @ columns.transpose(0, 2, 1)
    return with_penalty(y, frequency, columns, gram, penalty)


def with_penalty(
    y: FloatArray, frequency: FloatArray, columns: FloatArray, gram: FloatArray, penalty: FloatArray
) -> LeastSquares:
    """As :func:`solve_amplitudes`, where the columns and their inner products are at hand."""
    line = np.arange(gram.shape[1])
    ridged = gram.copy()
    # A tiny ridge keeps coinciding lines solvable; solving for the residual again removes its bias.
    # A column of zeros (the sine of a level) gets weight zero.
    ridged[:, line, line] += penalty + 1e-12 * y.shape[1] + (gram[:, line, line] == 0.0)
    inverse = np.asarray(np.linalg.inv(ridged), dtype=np.float64)
    weight = np.zeros(gram.shape[:2])
    residual = y
    for _ in range(3):
        downhill = np.einsum("skt,st->sk", columns, residual) - penalty * weight
        weight = weight + np.einsum("skl,sl->sk", inverse, downhill)
        residual = y - np.einsum("sk,skt->st", weight, columns)
    objective = np.asarray(np.sum(residual**2, axis=1) + np.sum(penalty * weight**2, axis=1))
    return LeastSquares(
        frequency=frequency,
        columns=columns,
        gram=gram,
        inverse=inverse,
        weight=weight,
        residual=residual,
        objective=objective,
    )


def refine_frequencies(
    y: FloatArray,
    observed: BoolArray,
    start: LeastSquares,
    penalty: FloatArray,
    *,
    tolerance: float = 1e-3,
) -> LeastSquares:
    """Move all free frequencies together to a minimum of the objective.

    y, observed, penalty : as in :func:`solve_amplitudes`, which made ``start``.
    tolerance : a series is done when the next step would lower its objective by less than this share. Under
        noise that is far below the precision of the data; without noise the objective falls by orders of
        magnitude per step until rounding stops it.
    """
    fit = start.take(np.arange(len(y)))
    active = np.arange(len(y))
    damping = np.full(len(y), 1e-3)
    rejected = np.zeros(len(y), dtype=np.int64)
    n_samples, k = y.shape[1], fit.frequency.shape[1]
    line = np.arange(k)
    edge = EDGE_BINS / n_samples
    for _ in range(_MOST_STEPS if k else 0):
        part = fit.take(active)
        _, hessian, gradient = part.curvature()
        diagonal = hessian[:, line, line]
        floor = np.finfo(np.float64).tiny + 1e-13 * diagonal.max(axis=1, keepdims=True)
        hessian[:, line, line] += damping[active, None] * diagonal + floor + (diagonal <= 0.0)
        step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0] * is_free(part.frequency)
        going = (np.sum(step * gradient, axis=1) > tolerance * part.objective) & (rejected[active] < 5)
        active, part, step = active[going], part.take(going), step[going]
        if not active.size:
            break
        moved = part.frequency + np.clip(step, -0.3 / n_samples, 0.3 / n_samples)
        moved = np.where(is_free(part.frequency), np.clip(moved, edge, 0.5 - edge), part.frequency)
        trial = solve_amplitudes(y[active], observed[active], moved, penalty[active])
        better = trial.objective < part.objective
        fit.put(active[better], trial.take(better))
        damping[active] = np.clip(damping[active] * np.where(better, 0.1, 10.0), 1e-12, 1e6)
        rejected[active] = np.where(better, 0, rejected[active] + 1)
    return fit


def uncertainty(fit: LeastSquares, noise: FloatArray) -> tuple[FittedLines, FloatArray]:
    """Fitted lines with the covariance of their parameters, and H, the curvature by the frequencies.

    noise : (n_series,), variance of the noise.
    Returns FittedLines and H (n_series, n_lines, n_lines) of :meth:`LeastSquares.curvature`.
    Source: the inverse of the Fisher information of amplitudes and frequencies (Stoica, Nehorai 1989,
    MUSIC, maximum likelihood, and Cramer-Rao bound), with a penalty the Laplace approximation.
    """
    k = fit.frequency.shape[1]
    adapted, hessian, _ = fit.curvature()
    free = is_free(fit.frequency)
    line = np.arange(k)
    variance = noise[:, None, None]
    precision = hessian.copy()
    precision[:, line, line] += FREQUENCY_PRECISION * noise[:, None] + np.finfo(np.float64).tiny
    # A share of the strongest curvature keeps coinciding lines invertible.
    precision[:, line, line] += 1e-13 * hessian[:, line, line].max(axis=1, initial=0.0, keepdims=True)
    by_frequency = variance * np.linalg.inv(precision) * (free[:, :, None] & free[:, None, :])
    present = np.concatenate([np.ones_like(free), free], axis=1)
    by_weight = variance * fit.inverse * (present[:, :, None] & present[:, None, :])
    carried = -adapted @ by_frequency
    covariance = np.concatenate(
        [
            np.concatenate([by_weight - carried @ adapted.transpose(0, 2, 1), carried], axis=2),
            np.concatenate([carried.transpose(0, 2, 1), by_frequency], axis=2),
        ],
        axis=1,
    )
    fitted = FittedLines(
        frequency=fit.frequency,
        weight=fit.weight,
        covariance=covariance,
        noise=noise,
        centre=centre_of(fit.columns.shape[2]),
    )
    return fitted, hessian


def phasors(frequency: FloatArray, steps: NDArray[np.int64]) -> NDArray[np.complex128]:
    """exp(2 pi i f t) at whole numbers t of samples, (*frequency.shape, n_steps)."""
    cycles = frequency[..., None] * steps
    return np.asarray(np.exp(2j * np.pi * (cycles - np.rint(cycles))))


def waves(frequency: FloatArray, first: int, n_times: int) -> NDArray[np.complex128]:
    """exp(2 pi i f t) at the samples t = first, first + 1, ..., (*frequency.shape, n_times)."""
    # 2 sqrt(N) of the N values per line are computed; the others are their products.
    block = int(np.ceil(np.sqrt(n_times)))
    coarse, fine = (
        phasors(frequency, first + np.arange(0, n_times, block)),
        phasors(frequency, np.arange(block)),
    )
    wave = coarse[..., :, None] * fine[..., None, :]
    return np.asarray(wave.reshape(*frequency.shape, coarse.shape[-1] * block)[..., :n_times])


def slopes(weight: FloatArray, columns: FloatArray, tau: FloatArray) -> FloatArray:
    """Derivatives of the model by the frequencies, (n_series, n_lines, n_times)."""
    k = weight.shape[1] // 2
    # d/df (a cos + b sin) = 2 pi (t - c) (b cos - a sin)
    turning = weight[:, k:, None] * columns[:, :k] - weight[:, :k, None] * columns[:, k:]
    return np.asarray(2.0 * np.pi * tau * turning)
