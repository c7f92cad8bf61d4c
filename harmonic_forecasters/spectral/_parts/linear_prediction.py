"""Windows continued by linear prediction: each sample a weighted sum of those before it.

A sum of K sinusoids obeys such a recursion of order 2K exactly, and a recursion that reads the same in both
directions of time continues the window backwards too.

Sources: Makhoul (1975), Linear prediction: a tutorial review, Proceedings of the IEEE 63, eq. 1 and 7; Kay
(1988), Modern Spectral Estimation, sections 6.3 and 13.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from harmonic_forecasters._checks import check_whole_number
from harmonic_forecasters.spectral._parts.peaks import wave_weights
from harmonic_forecasters.spectral._parts.windows import FloatArray
from harmonic_forecasters.spectral.continuation import Continuation
from harmonic_forecasters.spectral.lines import LineSpectrum, side_by_side

# No forecast exceeds this multiple of the largest value in the window; beats rarely reach two.
LARGEST_GROWTH = 4.0
# Errors of the coefficients count again with each further step, up to this many.
MOST_REPEATED = 10
# Impulse responses are cut off here: their sum of squares is then useless, but far from overflowing.
LARGEST_RESPONSE = 1e6


@dataclass(frozen=True, eq=False)
class LinearPrediction(Continuation):
    """Windows and the recursion that continues them, x_t = sum_i a_i x_{t-i} + e_t, in both directions.

    windows : (n_series, n_samples), unit of the series.
    coefficients : (n_series, order), a_1 first, order below n_samples.
    noise_variance : (n_series,), variance of e_t, unit of the series squared.
    level : (n_series,), unit of the series: the recursion predicts deviations from it.
    parameter_share : (n_series,), effective number of coefficients divided by the rows of data they were
        fitted to.

    Roots outside the unit circle are obeyed for ``order`` steps and mirrored into the circle from there on,
    where the recursion feeds on nothing but its own forecasts; and no value exceeds four times the largest
    of the window. So near forecasts are exact where the coefficients are, and far ones do not explode.

    Examples
    --------
    >>> windows = np.array([[0.0, 1.0, 0.0, -1.0, 0.0, 1.0]])
    >>> sine = LinearPrediction(windows=windows, coefficients=np.array([[0.0, -1.0]]),
    ...                         noise_variance=np.array([0.01]), level=np.zeros(1),
    ...                         parameter_share=np.zeros(1))
    >>> sine.evaluate([-1, 6, 7]) + 0.0
    array([[-1.,  0., -1.]])
    >>> sine.variance([0, 6, 7, 8]).round(3)
    array([[0.01, 0.01, 0.01, 0.5 ]])
    """

    windows: FloatArray
    coefficients: FloatArray
    noise_variance: FloatArray
    level: FloatArray
    parameter_share: FloatArray

    def evaluate(self, t: ArrayLike) -> FloatArray:
        """Values at the times t: recursion beyond and before the window, one-step predictions inside.

        t : (n_times,), whole samples since the first one of the window, any sign.
        Returns (n_series, n_times). Inside, a sample is predicted from those before it, one of the first
        ``order`` from those after it; where there are too few of either, it stands for itself.
        """
        times = np.asarray(t, dtype=np.int64)
        values = self.windows - self.level[:, None]
        n_samples = values.shape[1]
        before, after = max(0, -int(times.min(initial=0))), max(0, int(times.max(initial=0)) - n_samples + 1)
        most = LARGEST_GROWTH * abs(values).max(axis=1)
        parts = (
            self._recursion(values[:, ::-1], before, most)[:, ::-1],
            self._one_step(values),
            self._recursion(values, after, most),
        )
        return np.asarray(self.level[:, None] + np.concatenate(parts, axis=1)[:, times + before])

    def variance(self, t: ArrayLike) -> FloatArray:
        """Variance of what would be observed at the times t.

        t : as in ``evaluate``.   Returns (n_series, n_times), unit of the series squared.

        Beyond (and, mirrored, before) the window it is noise_variance times the running sum of the squared
        impulse response (Makhoul 1975; Box, Jenkins 1970, eq. 5.1.16), and at most twice the mean square of
        the window: the variance of the difference of two independent values. Errors of
        the coefficients, which noise_variance counts once, come in again with each further step, up to ten:
        every one adds twice parameter_share of the variance, as simulated noisy sums of sinusoids show. Where
        roots have been mirrored it is at least the mean square of the window.
        """
        times = np.asarray(t, dtype=np.int64)
        impulse = np.zeros_like(self.windows)
        impulse[:, -1] = 1.0
        steps = np.where(times < 0, -times, times - self.windows.shape[1] + 1)
        most_response = np.full(len(impulse), LARGEST_RESPONSE)
        response = self._recursion(impulse, max(0, int(steps.max(initial=1)) - 1), most_response)
        growth = np.cumsum(np.concatenate([impulse[:, -1:], response], axis=1) ** 2, axis=1)
        mean_square = np.mean((self.windows - self.level[:, None]) ** 2, axis=1)
        most = np.maximum(2.0 * mean_square, self.noise_variance)
        further = np.maximum(steps - 1, 0)
        repeated = 1.0 + 2.0 * self.parameter_share[:, None] * np.minimum(further, MOST_REPEATED)
        variance = np.minimum(self.noise_variance[:, None] * growth[:, further] * repeated, most[:, None])
        # Once roots are mirrored, the recursion is a different one, and no residual shows its errors.
        mirrored = (steps > self.coefficients.shape[1]) & ~_is_stable(self.coefficients)[:, None]
        return np.asarray(np.where(mirrored, np.maximum(variance, mean_square[:, None]), variance))

    @property
    def relative_residual(self) -> FloatArray:
        """How exact the recursion is inside the windows, (n_series,).

        Root mean square error of predicting each sample from those beside it over the root mean square of
        the window about its level: some 1e-14 for clean sums of sinusoids, 1e-7 for those rounded to
        float32, above 1e-2 for noisy data; zero for windows that are constant at their level.
        """
        values = self.windows - self.level[:, None]
        size = root_mean_square(values)
        return np.asarray(root_mean_square(self._one_step(values) - values) / np.where(size > 0.0, size, 1.0))

    def lines(self) -> LineSpectrum:
        """The sinusoids whose roots lie on the unit circle, strongest first; the level is not among them.

        A root counts as on the circle where its mode grows or shrinks by a factor of less than e within
        twice the order. Amplitudes and phases are those of least squares on the window; lines too close to
        be told apart get the smallest amplitudes that fit.
        """
        found = []
        span = 2 * self.coefficients.shape[1]
        for values, roots in zip(
            self.windows - self.level[:, None], polynomial_roots(self.coefficients), strict=True
        ):
            with np.errstate(divide="ignore"):
                lasting = abs(np.log(abs(roots))) * span < 1.0
            frequency = np.unique(abs(np.angle(roots[lasting])) / (2.0 * np.pi))
            nothing = np.zeros((len(values), 0))
            weight = wave_weights(values, np.arange(len(values)), frequency, beside=nothing, cutoff=1e-4)
            # What is left of lines that rounding alone has made.
            weight[abs(weight) < 1e-12 * abs(weight).max(initial=0.0)] = 0.0
            found.append((frequency, weight))
        return side_by_side(found)

    def _one_step(self, values: FloatArray) -> FloatArray:
        """Each sample as predicted from its neighbours, see ``evaluate``; values about the level."""
        order = self.coefficients.shape[1]
        fitted = values.copy()
        n_backward = min(order, values.shape[1] - order)
        fitted[:, :n_backward] = _filter(values[:, 1 : n_backward + order], self.coefficients)
        fitted[:, order:] = _filter(values[:, :-1], self.coefficients[:, ::-1])
        return fitted

    def _recursion(self, values: FloatArray, n_steps: int, most: FloatArray) -> FloatArray:
        """The n_steps samples after values, (n_series, n_steps), none beyond most, (n_series,), in size."""
        order = self.coefficients.shape[1]
        near = _continued(values[:, -order:], self.coefficients, min(n_steps, order), most)
        if n_steps <= order:
            return near
        far = _continued(near, stabilised(self.coefficients), n_steps - order, most)
        return np.concatenate([near, far], axis=1)


def stabilised(coefficients: FloatArray) -> FloatArray:
    """The recursion with each root outside the unit circle mirrored into it, z to 1 / conj(z).

    coefficients : (n_series, order).   Returns the same shape; stable series are left as they are.
    Source: Kay (1988), section 6.3: the power spectrum keeps its shape.
    """
    result = coefficients.copy()
    order = coefficients.shape[1]
    # Finding roots costs far more than testing whether any lies outside.
    unstable = np.flatnonzero(~_is_stable(coefficients))
    for some in np.array_split(unstable, 1 + len(unstable) * order**2 // 2**21):
        roots = polynomial_roots(coefficients[some])
        mirrored = np.where(abs(roots) > 1.0, 1.0 / np.conj(np.where(roots == 0.0, 1.0, roots)), roots)
        # Factors taken in turn from all around the circle keep the products, and their rounding, small.
        spread = np.argsort([int(f"{i:012b}"[::-1], 2) for i in range(order)])
        mirrored = np.take_along_axis(mirrored, np.argsort(np.angle(mirrored), axis=1), axis=1)[:, spread]
        polynomial = np.zeros((len(some), order + 1), dtype=np.complex128)
        polynomial[:, 0] = 1.0
        for i in range(order):
            polynomial[:, 1:] -= mirrored[:, i : i + 1] * polynomial[:, :-1]
        result[some] = -polynomial[:, 1:].real
    return result


def polynomial_roots(coefficients: FloatArray) -> NDArray[np.complex128]:
    """Roots of z^order - sum_i a_i z^(order - i), (n_series, order): eigenvalues of the companion matrix."""
    n_series, order = coefficients.shape
    companion = np.zeros((n_series, order, order))
    companion[:, 0] = coefficients
    companion[:, np.arange(1, order), np.arange(order - 1)] = 1.0
    return np.asarray(np.linalg.eigvals(companion), dtype=np.complex128)


def split_level(windows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Windows about their level, (n_series, n_samples), and the level, (n_series,).

    The level is the mean where that exceeds the standard deviation, else zero: the mean of a window that
    swings about zero is an accident of the phase at which it ends, and removing it costs a tenth of the
    accuracy under noise.
    """
    mean = windows.mean(axis=1)
    deviation = windows - mean[:, None]
    flat = abs(deviation).max(axis=1) <= 1e-14 * abs(mean)
    deviation[flat] = 0.0
    level = np.where(abs(mean) > root_mean_square(deviation), mean, 0.0)
    return np.where((level != 0.0)[:, None], deviation, windows), level


def root_mean_square(values: FloatArray) -> FloatArray:
    """Root mean square of each series, (n_series,); the squares neither under- nor overflow."""
    size = abs(values).max(axis=1)
    scaled = values / np.where(size > 0.0, size, 1.0)[:, None]
    return np.asarray(size * np.sqrt(np.mean(scaled**2, axis=1)))


def check_order(order: int | None, n_samples: int) -> None:
    """Raise ValueError unless order is None or a whole number from 1 to n_samples - 1."""
    check_whole_number("order", order, 1, n_samples - 1, or_none=True, largest_is="one less than the samples")


def _continued(past: FloatArray, coefficients: FloatArray, n_steps: int, most: FloatArray) -> FloatArray:
    """The n_steps samples that the recursion adds to the past, (n_series, order)."""
    order = coefficients.shape[1]
    backwards = coefficients[:, ::-1]
    path = np.concatenate([past, np.empty((len(past), n_steps))], axis=1)
    for step in range(n_steps):
        following = np.einsum("so,so->s", path[:, step : step + order], backwards)
        np.maximum(np.minimum(following, most), -most, out=path[:, order + step])
    return path[:, order:]


def _filter(values: FloatArray, weights: FloatArray) -> FloatArray:
    """sum_i weights_i values_{t + i}, (n_series, n_samples - order + 1)."""
    rows = np.lib.stride_tricks.sliding_window_view(values, weights.shape[1], axis=1)
    return np.asarray(np.einsum("sto,so->st", rows, weights))


def _is_stable(coefficients: FloatArray) -> NDArray[np.bool_]:
    """Whether all roots lie inside the unit circle, (n_series,): all reflection coefficients below one.

    Levinson's recursion run backwards (Kay 1988, eq. 6.51), for all series at once.
    """
    stable = np.zeros(len(coefficients), dtype=np.bool_)
    alive, polynomial = np.arange(len(coefficients)), coefficients
    # Dividing by almost zero gives infinite or undefined reflections, which count as not stable.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while polynomial.shape[1] and len(alive):
            inside = abs(polynomial[:, -1]) < 1.0
            if not inside.all():
                alive, polynomial = alive[inside], polynomial[inside]
            reflection, rest = polynomial[:, -1:], polynomial[:, :-1]
            polynomial = (rest + reflection * rest[:, ::-1]) / ((1.0 - reflection) * (1.0 + reflection))
    stable[alive] = True
    return stable
