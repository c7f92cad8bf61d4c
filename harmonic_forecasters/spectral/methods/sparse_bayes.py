"""Off-grid sparse Bayesian line estimation: few sinusoids, their number left to the evidence.

Lines are added one by one where the residual loses most, all frequencies are refined together after each
(RELAX, with Gauss-Newton steps), amplitudes have a Gaussian prior whose variance is re-estimated with that of
the noise, and every number of lines is weighed by its Laplace evidence. The forecast is the weighted mean.
Only observed samples enter, so missing values need no filling.

Sources: Li, Stoica (1996), Efficient mixed-spectrum estimation with applications to target feature extraction
(RELAX: greedy search, joint refinement); Tipping (2001), Sparse Bayesian learning and the relevance vector
machine, eq. 16 to 18 (prior and noise variance); Badiu, Hansen, Fleury (2017), Variational Bayesian inference
of line spectra (frequencies off the grid, their uncertainty); Djuric (1996), A model selection rule for
sinusoids in white Gaussian noise (evidence with the curvature by the frequencies).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.fft import next_fast_len
from scipy.special import gammaln

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.spectral._parts.block_sizes import LINE_SEARCH_VALUES
from harmonic_forecasters.spectral._parts.line_fit import (
    FREQUENCY_PRECISION,
    MIN_OBSERVED_FOR_LINES,
    ROUNDING_VARIANCE,
    FittedLines,
    LeastSquares,
    is_free,
    power_of_two,
    refine_frequencies,
    solve_amplitudes,
    uncertainty,
    with_penalty,
)
from harmonic_forecasters.spectral._parts.line_mixture import LineMixture
from harmonic_forecasters.spectral._parts.windows import (
    BoolArray,
    FloatArray,
    IntArray,
    Windows,
    check_windows,
)
from harmonic_forecasters.spectral.methods.esprit import rotation_frequencies, signal_subspace

# Without a limit, each line (three numbers) has four samples at least, and there are no more than this.
_MOST_LINES = 60
# The search ends after this many added lines in a row that did not raise the evidence.
_PATIENCE = 3
# Numbers of lines less probable than this, relative to the best, are dropped.
_LEAST_WEIGHT = 1e-3
# Rounds of learning the variances; each refines the frequencies again.
_MOST_ROUNDS = 6
# New lines start at least this many bins (cycles per window) from 0 and 1/2.
_EDGE_BINS = 0.25
# A sinusoid must gain this over a level or the Nyquist frequency: twice the log likelihood.
_EDGE_MARGIN = 10.0
# Noise below this share of the variance hides no line that the subspace shows. With missing values the second
# restart starts from better values in the gaps.
_ALMOST_CLEAN = 1e-4
_RESTARTS = 2
_SUBSPACE_SHARES = (1e-13, 1e-11, 1e-9, 1e-7, 1e-5)


@dataclass(frozen=True, eq=False)
class _Fit:
    """A fit of K lines and the variances learned with it.

    penalty : (n_series, 2), noise variance over prior variance of the amplitudes: of lines, and of a level.
    noise : (n_series,), variance of the noise.
    """

    least_squares: LeastSquares
    penalty: FloatArray
    noise: FloatArray


def fit_sparse_bayes(y: ArrayLike | Windows, *, max_lines: int | None = None) -> LineMixture:
    """Sparse Bayesian lines of each window.

    Parameters
    ----------
    y : (n_series, n_samples), any unit; NaN marks a missing value, which is left out.
    max_lines : the largest number of lines considered, a level (frequency 0) among them; None: a quarter of
        the observed values of each series, at most 60.

    Returns
    -------
    LineMixture

    Raises
    ------
    ValueError : where a series has fewer than 8 observed values or an infinite one, y has not two axes, or
        ``max_lines`` is not a whole number of at least 1.
    TypeError : for values that are not real numbers.

    Examples
    --------
    >>> t = np.arange(50)
    >>> y = 3.0 + 2.0 * np.cos(2 * np.pi * 0.123 * t + 1.0)
    >>> y[[7, 8, 30]] = np.nan
    >>> lines = fit_sparse_bayes(y[None]).lines()
    >>> lines.frequency.round(9), lines.amplitude.round(9), lines.phase.round(9) + 0.0
    (array([[0.   , 0.123]]), array([[3., 2.]]), array([[0., 1.]]))
    """
    check_whole_number("max_lines", max_lines, 1, or_none=True)
    windows = check_windows(y, min_observed=MIN_OBSERVED_FOR_LINES)
    values, observed = windows.with_zeros, windows.observed
    scale = power_of_two(values)
    values = values / scale[:, None]
    n_series, n_samples = values.shape
    block = max(1, LINE_SEARCH_VALUES // n_samples)
    parts = []
    for first in range(0, n_series, block):
        rows = np.arange(first, min(first + block, n_series))
        for series, weight, lines in _fit_block(values[rows], observed[rows], max_lines):
            parts.append((rows[series], weight, lines.scaled(scale[rows[series]])))
    return LineMixture(n_series, tuple(parts))


class _Models:
    """All fits of a block of scaled series, with their evidence.

    best, noise : (n_series,), evidence of the best model so far and its variance of the noise.
    """

    def __init__(self, y: FloatArray, observed: BoolArray) -> None:
        self.y, self.observed = y, observed
        self.count = observed.sum(axis=1)
        self.best = np.full(len(y), -np.inf)
        self.noise = np.full(len(y), np.inf)
        self._all: list[tuple[IntArray, FloatArray, FittedLines]] = []

    def add(self, rows: IntArray, frequency: FloatArray, penalty: FloatArray) -> tuple[_Fit, BoolArray]:
        """Fit lines from these frequencies; returns the fit, and for which series none was better."""
        fit = _learn(self.y[rows], self.observed[rows], frequency, penalty)
        lines, hessian = uncertainty(fit.least_squares, fit.noise)
        evidence = _log_evidence(fit, hessian, self.count[rows])
        self._all.append((rows, evidence, lines))
        better = evidence > self.best[rows]
        self.best[rows[better]] = evidence[better]
        self.noise[rows[better]] = fit.noise[better]
        return fit, better

    def filled(self) -> FloatArray:
        """The series, gaps filled by their best models."""
        filled = self.y.copy()
        t = np.arange(self.y.shape[1])
        for rows, evidence, lines in self._all:
            best = (evidence == self.best[rows]) & ~self.observed[rows].all(axis=1)
            here = rows[best]
            filled[here] = np.where(self.observed[here], self.y[here], lines.take(best).moments(t)[0])
        return filled

    def weighted(self) -> list[tuple[IntArray, FloatArray, FittedLines]]:
        """Parts of a mixture."""
        relative = [np.exp(evidence - self.best[rows]) for rows, evidence, _ in self._all]
        relative = [np.where(weight > _LEAST_WEIGHT, weight, 0.0) for weight in relative]
        total = np.zeros(len(self.y))
        for (rows, _, _), weight in zip(self._all, relative, strict=True):
            total[rows] += weight
        return [
            (rows[weight > 0.0], (weight / total[rows])[weight > 0.0], lines.take(weight > 0.0))
            for (rows, _, lines), weight in zip(self._all, relative, strict=True)
        ]


def _fit_block(
    y: FloatArray, observed: BoolArray, max_lines: int | None
) -> list[tuple[IntArray, FloatArray, FittedLines]]:
    """Parts of a mixture for a block of scaled series."""
    models = _Models(y, observed)
    limit = np.minimum(models.count // 4, _MOST_LINES) if max_lines is None else np.full(len(y), max_lines)
    _search(models, limit)
    # With next to no noise, lines too close for the search still show in the subspace.
    level = np.sum(y, axis=1, keepdims=True) / models.count[:, None]
    power = np.sum(observed * (y - level) ** 2, axis=1) / models.count
    for _ in range(1 if observed.all() else _RESTARTS):
        almost_clean = models.noise < _ALMOST_CLEAN * power
        _restart(models, np.flatnonzero(almost_clean & (models.noise > ROUNDING_VARIANCE)), limit)
    return models.weighted()


def _search(models: _Models, limit: IntArray) -> None:
    """Add lines one by one where the residual loses most."""
    n_series, n_samples = models.y.shape
    since_best = np.zeros(n_series, dtype=np.int64)
    rows = np.arange(n_series)
    frequency, penalty = np.zeros((n_series, 0)), np.ones((n_series, 2))
    while rows.size:
        fit, better = models.add(rows, frequency, penalty)
        since_best[rows] = np.where(better, 0, since_best[rows] + 1)
        k = frequency.shape[1]
        going = (since_best[rows] < _PATIENCE) & (fit.noise > ROUNDING_VARIANCE) & (k < limit[rows])
        rows, penalty = rows[going], fit.penalty[going]
        if not rows.size:
            break
        # A long series takes several clear peaks at once, or sixty lines would be refined sixty times. Long
        # series come one by one.
        most = min(int(limit[0]) - k, k // 4 + 1) if 2 * n_samples > LINE_SEARCH_VALUES else 1
        peaks = _peaks(fit.least_squares.residual[going], models.observed[rows], most)
        frequency = np.concatenate([fit.least_squares.frequency[going], peaks], axis=1)


def _restart(models: _Models, rows: IntArray, limit: IntArray) -> None:
    """Start again from the frequencies of ESPRIT, of several dimensions of the signal subspace."""
    if not rows.size:
        return
    vectors, singular = signal_subspace(models.filled()[rows])
    n_samples = models.y.shape[1]
    tried = np.zeros((len(rows), vectors.shape[1] + 1), dtype=bool)
    for share in _SUBSPACE_SHARES:
        rank = np.sum(singular > share * singular[:, :1], axis=1)
        new = ~tried[np.arange(len(rows)), rank] & (rank > 0) & (rank < vectors.shape[1])
        tried[np.arange(len(rows)), rank] = True
        for p in np.unique(rank[new]):
            of_this_rank = np.flatnonzero(new & (rank == p))
            found = rotation_frequencies(vectors[of_this_rank][:, :, :p], n_samples)
            n_found = np.array([len(frequency) for frequency in found])
            for k in np.unique(n_found):
                chosen = np.flatnonzero((n_found == k) & (k <= limit[rows[of_this_rank]]))
                start = np.array([found[i] for i in chosen]).reshape(len(chosen), k)
                models.add(rows[of_this_rank[chosen]], start, np.full((len(chosen), 2), ROUNDING_VARIANCE))


def _learn(y: FloatArray, observed: BoolArray, frequency: FloatArray, penalty: FloatArray) -> _Fit:
    """Lines refined from given frequencies, the variances of amplitudes and noise learned (EM, MacKay)."""
    count = observed.sum(axis=1)
    level = np.concatenate([frequency == 0.0] * 2, axis=1)
    fit = solve_amplitudes(y, observed, frequency, _each(penalty, level))
    noise, penalty = np.zeros(len(y)), penalty.copy()
    rows = np.arange(len(y))
    for _ in range(_MOST_ROUNDS):
        each = _each(penalty[rows], level[rows])
        part = refine_frequencies(y[rows], observed[rows], fit.take(rows), each)
        learned, penalty[rows] = _variances(part, each, level[rows], count[rows])
        each = _each(penalty[rows], level[rows])
        fit.put(rows, with_penalty(y[rows], part.frequency, part.columns, part.gram, each))
        settled = abs(learned - noise[rows]) < 0.1 * learned
        noise[rows] = learned
        rows = rows[~settled]
        if not rows.size:
            break
    return _Fit(fit, penalty, noise)


def _each(penalty: FloatArray, level: BoolArray) -> FloatArray:
    """The penalty of each column, (n_series, 2 n_lines)."""
    return np.where(level, penalty[:, 1:], penalty[:, :1])


def _variances(
    fit: LeastSquares, penalty: FloatArray, level: BoolArray, count: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Variance of the noise, (n_series,), and its ratio to the variances of amplitudes, (n_series, 2)."""
    free = is_free(fit.frequency)
    present = np.concatenate([np.ones_like(free), free], axis=1)
    diagonal = np.einsum("skk->sk", fit.inverse)
    # gamma = number of amplitudes that the data determine; each free frequency is determined too.
    determined = np.sum(present * (1.0 - penalty * diagonal), axis=1) + free.sum(axis=1)
    noise = np.sum(fit.residual**2, axis=1) / np.maximum(count - determined, 0.1 * count)
    noise = np.maximum(noise, ROUNDING_VARIANCE)
    second_moment = fit.weight**2 + noise[:, None] * diagonal
    ratios = []
    for group in (present & ~level, present & level):
        prior = np.sum(group * second_moment, axis=1) / np.maximum(group.sum(axis=1), 1)
        ratio = noise / np.where(prior > 0.0, prior, noise)
        ratios.append(np.minimum(ratio, count / 8.0))
    return noise, np.stack(ratios, axis=1)


def _log_evidence(fit: _Fit, hessian: FloatArray, count: IntArray) -> FloatArray:
    """Laplace approximation of the log probability of the data given the number of lines, (n_series,).

    The prior of amplitudes is normal, that of a frequency uniform over 0..1/2; K lines can be written in K!
    orders.
    """
    least_squares, noise = fit.least_squares, fit.noise
    free = is_free(least_squares.frequency)
    level = np.concatenate([least_squares.frequency == 0.0] * 2, axis=1)
    present = np.concatenate([np.ones_like(free), free], axis=1)
    # log det(I + penalty^-1 A'A), of the columns that are there
    log_prior = np.sum(np.where(present, np.log(_each(fit.penalty, level)), 0.0), axis=1)
    amplitudes = -np.linalg.slogdet(least_squares.inverse)[1] - log_prior
    scaled = hessian / (FREQUENCY_PRECISION * noise[:, None, None])
    frequencies = np.linalg.slogdet(np.eye(free.shape[1]) + scaled)[1]
    likelihood = -0.5 * (count * np.log(2.0 * np.pi * noise) + least_squares.objective / noise)
    return np.asarray(likelihood - 0.5 * (amplitudes + frequencies) + gammaln(free.sum(axis=1) + 1.0))


def _peaks(residual: FloatArray, observed: BoolArray, most: int) -> FloatArray:
    """Frequencies of the lines that would lower the sum of squares most, (n_series, at most ``most``).

    The gain of a lone sinusoid of each frequency is exact, missing values and the edges 0 and 1/2 included
    (Lomb 1976; here by zero-padded FFTs of the residual and of the pattern of observations).
    """
    n_samples = residual.shape[1]
    size = next_fast_len(4 * n_samples, real=True)
    half = size // 2 + 1
    spectrum = np.fft.rfft(residual, size, axis=1)
    pattern = np.fft.fft(observed, size, axis=1)[:, 2 * np.arange(half) % size]
    # sum of cos^2, of sin^2 and of cos sin over the observed samples
    count = observed.sum(axis=1, keepdims=True)
    cos2, sin2, cross = (count + pattern.real) / 2, (count - pattern.real) / 2, -pattern.imag / 2
    b, c = spectrum.real, -spectrum.imag
    grid = np.arange(half) / size
    inside = (grid >= _EDGE_BINS / n_samples) & (grid <= 0.5 - _EDGE_BINS / n_samples)
    determinant = np.where(inside, cos2 * sin2 - cross**2, 1.0)
    safe = np.maximum(determinant, 1e-6 * count**2)
    gain = np.where(inside, (sin2 * b**2 - 2 * cross * b * c + cos2 * c**2) / safe, 0.0)
    rows = np.arange(len(residual))
    strongest = gain.argmax(axis=1)
    found = grid[strongest]
    # A level, or the Nyquist frequency, has one number to fit instead of three: it is taken first unless the
    # sinusoid is better by that much.
    alternating = np.sum(residual * (1 - 2 * (np.arange(n_samples) % 2)), axis=1)
    left = np.sum(residual**2, axis=1) - gain[rows, strongest]
    for edge, total in ((0.0, residual.sum(axis=1)), (0.5, alternating)):
        alone = total**2 / count[:, 0]
        found = np.where(gain[rows, strongest] - alone < _EDGE_MARGIN * left / count[:, 0], edge, found)
    if most == 1 or not is_free(found).all():
        return np.asarray(found[:, None])
    # Other peaks of the one series, if clear: side lobes of the strongest have a twentieth of its power.
    peak = 1 + np.flatnonzero((gain[0, 1:-1] > gain[0, :-2]) & (gain[0, 1:-1] >= gain[0, 2:]))
    peak = peak[gain[0, peak] > 0.3 * gain[0].max()]
    return np.asarray(grid[peak[np.argsort(-gain[0, peak], kind="stable")][:most]][None])
